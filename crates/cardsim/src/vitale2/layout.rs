//! The files of a simulated Vitale 2.
//! Not the commands. Public files as reference cards 2.3 has them; the names of the protected ones are ours.

use liasse_cards::vitale::{PUBLIC_FILE, SIM_CERTIFICATE, SIM_CONTENT, VITALE_AID};
use liasse_cards::{sim, tlv};
use liasse_domain::{Nir, VitaleContent};
use liasse_formats::groups::to_latin1;
use liasse_formats::groups::vitale::vitale_to_groups;

use crate::image::VitaleImage;
use crate::tree::{Access, Id, MASTER, Tree};

/// AID of the master file, "MF_VITALE".
const MASTER_AID: [u8; 14] = [0xD2, 0x50, 0x00, 0x00, 0x02, b'M', b'F', b'_', b'V', b'I', b'T', b'A', b'L', b'E'];

/// Files that are there and that nobody reads without the keys of the GIE: names and identifiers are ours.
const PROTECTED: [(&[u8; 8], u16); 3] = [(b"DROITS  ", 0x2010), (b"ALD     ", 0x2011), (b"AMC     ", 0x2012)];

/// Entry of the application "VITALE" in the directory of files.
const ENTRY: [u8; 2] = [0x00, 0x01];

/// Zeros behind the last object, as real files have them.
const PADDING: usize = 48;

/// A public file has its room from the day the card is made, whoever is on it.
const ROOM: usize = 256;

/// The tree, and our own application in it.
pub fn files(image: &VitaleImage) -> (Tree, Id) {
    let content = &image.vitale;
    let mut tree = Tree::new(&MASTER_AID);
    tree.add_file(MASTER, 0x2F02, Some(PUBLIC_FILE), roomy(names(content)), Access::Free);
    tree.add_file(MASTER, 0xD001, None, validity(), Access::Free);
    let vitale = tree.add_directory(MASTER, 0x2000, &VITALE_AID);
    tree.add_file(vitale, 0x2001, Some(short(0x2001)), roomy(pointers()), Access::Free);
    tree.add_file(vitale, 0x2002, Some(PUBLIC_FILE), roomy(numbers(content)), Access::Free);
    for (_, identifier) in PROTECTED {
        tree.add_file(vitale, identifier, Some(short(identifier)), vec![0xEE; 64], Access::Never);
    }
    let own = tree.add_directory(MASTER, 0x5300, &sim::VITALE_AID);
    let zone = padded(sim::wrap(&vitale_to_groups(content)));
    tree.add_file(own, SIM_CONTENT, Some(short(SIM_CONTENT)), zone, Access::Free);
    tree.add_file(own, SIM_CERTIFICATE, Some(short(SIM_CERTIFICATE)), image.certificate.clone(), Access::Free);
    (tree, own)
}

/// File control information: template 6F, 30 bytes for a file as published for D001.
pub fn control(tree: &Tree, id: Id) -> Vec<u8> {
    let iso = tree.control(id);
    let field = |tag| tlv::dig(&iso, &[0x62, tag]).map(|value| tlv::write(tag, value)).unwrap_or_default();
    let mut inside = [field(0x80), field(0x82), field(0x83), field(0x84), field(0x8A)].concat();
    if field(0x84).is_empty() {
        let rest = 28 - inside.len() - 2;
        inside.extend(tlv::write(0x85, &vec![0; rest]));
    }
    tlv::write(0x6F, &inside)
}

/// `65{80 nom, 81 prénom, 82 naissance}` for each beneficiary.
fn names(content: &VitaleContent) -> Vec<u8> {
    let records = content.beneficiaries.iter().map(|beneficiary| {
        let fields = [
            tlv::write(0x80, &to_latin1(beneficiary.family_name.reveal())),
            tlv::write(0x81, &to_latin1(beneficiary.given_name.reveal())),
            tlv::write(0x82, beneficiary.birth_date.compact().as_bytes()),
        ];
        tlv::write(0x65, &fields.concat())
    });
    records.collect::<Vec<_>>().concat()
}

/// `65{90 pays, 93 NIR and key}` for each beneficiary: his own number, else the insured person's.
fn numbers(content: &VitaleContent) -> Vec<u8> {
    let insured = (content.insured.nir, content.insured.nir_key);
    let records = content.beneficiaries.iter().map(|beneficiary| {
        let (nir, key): (Nir, u8) = beneficiary.own_nir.unwrap_or(insured);
        let number = format!("{}{key:02}", nir.as_str());
        tlv::write(0x65, &[tlv::write(0x90, b"FR"), tlv::write(0x93, number.as_bytes())].concat())
    });
    records.collect::<Vec<_>>().concat()
}

/// `E0{ A0{82{entry xx AID}} 80{name entry FID}… }`.
fn pointers() -> Vec<u8> {
    let application = tlv::write(0x82, &[&ENTRY[..], &[0, 0], &VITALE_AID].concat());
    let files =
        PROTECTED.map(|(name, identifier)| tlv::write(0x80, &[&name[..], &ENTRY, &identifier.to_be_bytes()].concat()));
    tlv::write(0xE0, &[tlv::write(0xA0, &application), files.concat()].concat())
}

/// MF/D001: 124 bytes, the beginning of validity in tag 66.
fn validity() -> Vec<u8> {
    let mut content = tlv::write(0x66, &tlv::write(0x80, b"20200101"));
    content.resize(124, 0);
    content
}

/// The short identifier of a file that is given none: the low five bits of its identifier (ISO 7816-4, 7.4.2).
fn short(identifier: u16) -> u8 {
    u8::try_from(identifier & 0x1F).unwrap_or_default()
}

fn roomy(content: Vec<u8>) -> Vec<u8> {
    let mut content = padded(content);
    content.resize(content.len().max(ROOM), 0);
    content
}

fn padded(mut content: Vec<u8>) -> Vec<u8> {
    content.extend([0; PADDING]);
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_information_has_the_published_lengths() {
        let mut tree = Tree::new(&MASTER_AID);
        tree.add_file(MASTER, 0xD001, None, validity(), Access::Free);
        let file = tree.select(0x02, &[0xD0, 0x01]).expect("D001");
        let information = control(&tree, file);
        assert_eq!(information.len(), 0x1E);
        assert_eq!(tlv::dig(&information, &[0x6F, 0x80]), Some(&[0x00, 0x7C][..]));
    }

    #[test]
    fn the_directory_points_into_vitale() {
        let directory = pointers();
        let inside = tlv::find(&directory, 0xE0).expect("E0");
        assert_eq!(tlv::objects(inside).filter(|object| object.tag == 0x80).count(), PROTECTED.len());
        assert_eq!(tlv::dig(inside, &[0xA0, 0x82]).map(|entry| entry[4..].to_vec()), Some(VITALE_AID.to_vec()));
    }
}
