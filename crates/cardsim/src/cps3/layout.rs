//! The files of a simulated CPS3: master file, contact and contactless applications, CPS2ter volet.
//! Not the commands. Identifiers and contents as published; ours are marked so (reference cards, 1.3 and 1.5).

use liasse_cards::cps::{CPS_AID, IAS_AID};
use liasse_cards::{sim, tlv};
use liasse_domain::BillingSituation;
use liasse_domain::ids::luhn_key;
use liasse_formats::groups::professional::{holder_to_group, situation_to_group};
use liasse_formats::groups::to_latin1;

use super::pkcs15::{self, Edition};
use crate::image::CpsImage;
use crate::tree::{Access, Id, MASTER, Tree};

/// AID of the contactless application, "CPX IAS CL".
const CONTACTLESS_AID: [u8; 13] = [0xE8, 0x28, 0xBD, 0x08, 0x0F, 0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x00, 0x20];

/// EF.ATR of a real card, its leading category byte and its end included.
const EF_ATR: [u8; 57] = [
    0x80, 0x43, 0x01, 0xB8, 0x46, 0x04, 0x04, 0xB0, 0xEC, 0xC1, 0x47, 0x03, 0x94, 0x01, 0x80, 0x4F, 0x08, 0x80, 0x25,
    0x00, 0x00, 0x01, 0xFF, 0x01, 0x00, 0xE0, 0x10, 0x02, 0x02, 0x01, 0x04, 0x02, 0x02, 0x01, 0x04, 0x02, 0x02, 0x01,
    0x00, 0x02, 0x02, 0x01, 0x00, 0x78, 0x08, 0x06, 0x06, 0x2B, 0x81, 0x22, 0xF8, 0x78, 0x02, 0x82, 0x02, 0x90, 0x00,
];

/// The certificates' own files. Where they lie on a real card its CDF says; these identifiers are ours.
pub const SIGNATURE_CERTIFICATE: u16 = 0xB001;
/// See [`SIGNATURE_CERTIFICATE`].
pub const AUTHENTICATION_CERTIFICATE: u16 = 0xB002;

/// Room behind the content of our own files, so that readers meet padding.
const PADDING: usize = 32;

/// What a file in a format that is not ours is filled with: it bears no mark of ours.
const FOREIGN: u8 = 0xC5;

/// The tree of class 00, and the contact application in it.
pub fn files(serial: &str, image: &CpsImage, edition: &Edition) -> (Tree, Id) {
    let mut tree = Tree::new(&CPS_AID);
    tree.add_issuer_file(0x2F00, 0x1E, directory());
    tree.add_issuer_file(0x2F01, 0x1D, EF_ATR.to_vec());
    tree.add_file(MASTER, 0xD003, Some(0x1C), serial_number(serial), Access::Free);

    let ias = tree.add_directory(MASTER, 0x0001, &IAS_AID);
    let contactless = tree.add_directory(MASTER, 0x0002, &CONTACTLESS_AID);
    for (application, is_contact) in [(ias, true), (contactless, false)] {
        tree.add_file(application, 0x5032, Some(0x12), pkcs15::token_info(serial, edition), Access::Free);
        tree.add_file(application, 0x5031, Some(0x11), pkcs15::directories(is_contact), Access::Free);
    }
    tree.add_file(ias, 0x7001, None, pkcs15::pins(), Access::Free);
    tree.add_file(ias, 0x7002, None, pkcs15::private_keys(edition), Access::Free);
    tree.add_file(ias, 0x7005, None, pkcs15::certificates(edition), Access::Free);
    tree.add_file(ias, SIGNATURE_CERTIFICATE, None, image.signature_certificate.clone(), Access::Free);
    tree.add_file(ias, AUTHENTICATION_CERTIFICATE, None, image.authentication_certificate.clone(), Access::Free);
    tree.add_file(ias, 0xD107, None, vec![0; 64], Access::Free);
    // Each at its own number: a card may have holes.
    for situation in image.situations.iter().filter(|situation| (1..=16).contains(&situation.number)) {
        tree.add_file(ias, 0xD11F + u16::from(situation.number), None, activity(situation), Access::Pin);
    }
    let [.., high, low] = sim::HOLDER_PATH;
    let holder = padded(sim::wrap(&[holder_to_group(&image.holder)]));
    tree.add_file(ias, u16::from_be_bytes([high, low]), None, holder, Access::Free);
    (tree, ias)
}

/// The tree of class A0: 3F00/7F01/4000 = CPS_SIT_FACT, in our own encoding; or so many bytes that are in nobody's, in the place of
/// a real card's.
pub fn volet(situations: &[BillingSituation], foreign: Option<u16>) -> Tree {
    let mut tree = Tree::new(&[]);
    let folder = tree.add_directory(MASTER, 0x7F01, &[]);
    let ours = || padded(sim::wrap(&situations.iter().map(situation_to_group).collect::<Vec<_>>()));
    let content = foreign.map_or_else(ours, |length| vec![FOREIGN; usize::from(length)]);
    tree.add_file(folder, 0x4000, None, content, Access::Pin);
    tree
}

/// Control parameters of class A0: `85 LL size(2) FID(2) type(1)`, type 1 MF, 2 directory, 4 file.
pub fn volet_control(tree: &Tree, id: Id) -> Vec<u8> {
    // The tree writes the same facts in ISO form; both are read from there.
    let iso = tree.control(id);
    let field = |tag| tlv::dig(&iso, &[0x62, tag]).unwrap_or_default().to_vec();
    let size = Some(field(0x80)).filter(|size| size.len() == 2).unwrap_or_else(|| vec![0, 0]);
    let kind = match (id, field(0x82).as_slice()) {
        (MASTER, _) => 1,
        (_, [0x38]) => 2,
        _ => 4,
    };
    tlv::write(0x85, &[size, field(0x83), vec![kind]].concat())
}

/// EF.SN: `5A 0A 8025000001 serial(4, BCD) key F`.
fn serial_number(serial: &str) -> Vec<u8> {
    let number = format!("8025000001{serial}");
    let key = luhn_key(&number).unwrap_or(0);
    let digits: Vec<u8> = number.bytes().map(|digit| digit - b'0').chain([key, 0x0F]).collect();
    tlv::write(0x5A, &digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect::<Vec<_>>())
}

/// EF.DIR: the contactless application first, as on real cards.
fn directory() -> Vec<u8> {
    let record = |aid: &[u8], label: &str, number: u8| {
        let inside = [
            tlv::write(0x4F, aid),
            tlv::write(0x50, label.as_bytes()),
            tlv::write(0x51, &[0x3F, 0x00, 0x00, number]),
            tlv::write(0x73, &tlv::write(0x4F, &IAS_AID)),
        ];
        tlv::write(0x61, &inside.concat())
    };
    [record(&CONTACTLESS_AID, "CPX IAS CL", 2), record(&IAS_AID, "CPX IAS", 1)].concat()
}

/// CPS_ACTIVITY: `EE{84 raison sociale, 85 structure, 86 secteur}`, as seen on real cards.
fn activity(situation: &BillingSituation) -> Vec<u8> {
    let fields = [
        tlv::write(0x84, &to_latin1(&situation.structure_name)),
        tlv::write(0x85, situation.structure_number.as_bytes()),
        tlv::write(0x86, b"SA07"),
    ];
    tlv::write(0xEE, &fields.concat())
}

fn padded(mut content: Vec<u8>) -> Vec<u8> {
    content.extend([0; PADDING]);
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_has_the_length_of_a_real_one() {
        assert_eq!(directory().len(), 101);
        let labels: Vec<_> = tlv::objects(&directory()).map(|r| tlv::find(r.value, 0x50).map(<[u8]>::to_vec)).collect();
        assert_eq!(labels, [Some(b"CPX IAS CL".to_vec()), Some(b"CPX IAS".to_vec())]);
    }

    #[test]
    fn the_serial_number_carries_the_key_of_a_published_one() {
        // Reference cards, 1.3: 802500000199214803 has the key 8.
        assert_eq!(serial_number("99214803"), [0x5A, 0x0A, 0x80, 0x25, 0x00, 0x00, 0x01, 0x99, 0x21, 0x48, 0x03, 0x8F]);
    }

    #[test]
    fn the_volet_describes_its_files() {
        let mut tree = volet(&[], None);
        let master = tree.select(0, &[0x3F, 0]).expect("MF");
        assert_eq!(volet_control(&tree, master), [0x85, 5, 0, 0, 0x3F, 0, 1]);
        let folder = tree.select(0, &[0x7F, 1]).expect("7F01");
        assert_eq!(volet_control(&tree, folder), [0x85, 5, 0, 0, 0x7F, 1, 2]);
        let file = tree.select(0, &[0x40, 0]).expect("4000");
        // Mark and empty zone: 3 + 11 bytes, then 32 of padding.
        assert_eq!(volet_control(&tree, file), [0x85, 5, 0, 46, 0x40, 0, 4]);
        // In the place of a real card's: so many bytes, and nothing of ours among them.
        let mut tree = volet(&[], Some(0x0800));
        tree.select(0, &[0x7F, 1]).expect("7F01");
        let file = tree.select(0, &[0x40, 0]).expect("4000");
        assert_eq!(volet_control(&tree, file), [0x85, 5, 8, 0, 0x40, 0, 4]);
    }
}
