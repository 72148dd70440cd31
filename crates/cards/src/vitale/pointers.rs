//! The directory of a Vitale's files, VITALE/2001 "POINTERS", and which of them the card does not give.
//! Not their content. Source: reference cards 2.3: `E0{ A0{82{entry xx AID}…} 80{name(8) entry FID}… }`.

use std::collections::HashMap;

use super::{VITALE_AID, reading};
use crate::apdu::Command;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::FileRead;
use crate::status::StatusWord;
use crate::tlv;

const POINTERS: u16 = 0x2001;

/// The object that the directory is.
const DIRECTORY: u32 = 0xE0;

/// How many entries are looked at, of applications and of files.
const ENTRIES: usize = 16;

/// One file of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pointer {
    name: String,
    aid: Option<Vec<u8>>,
    file: u16,
}

/// The names of the files that are there and answer 6982. "VITALE" must be the current application.
pub fn protected_files(card: &mut Exchange) -> Result<Vec<String>, CardError> {
    let is_directory = |content: &[u8]| tlv::find(content, DIRECTORY).is_some();
    // A card that gives this file by the short form of its identifier gives the others so.
    let (FileRead::Content(directory), by_short) = reading::child(card, POINTERS, is_directory)? else {
        return Ok(Vec::new());
    };
    let mut protected = Vec::new();
    let mut current = VITALE_AID.to_vec();
    for pointer in parse(&directory) {
        if let Some(aid) = pointer.aid.filter(|aid| *aid != current) {
            if !reading::select(card, 0x04, &aid)? {
                continue;
            }
            current = aid;
        }
        if is_protected(card, pointer.file, by_short)? {
            protected.push(pointer.name);
        }
    }
    Ok(protected)
}

/// One byte is enough to know.
fn is_protected(card: &mut Exchange, identifier: u16, by_short: bool) -> Result<bool, CardError> {
    if let Some(short) = reading::short_of(identifier).filter(|_| by_short) {
        match card.send(&Command::new(0x00, 0xB0, 0x80 | short, 0x00).expecting(1))?.status {
            StatusWord::Refused => return Ok(true),
            StatusWord::Ok | StatusWord::EndOfFile => return Ok(false),
            _ => {}
        }
    }
    let select = Command::new(0x00, 0xA4, 0x02, 0x0C).body(&identifier.to_be_bytes());
    match card.send(&select)?.status {
        StatusWord::Ok => {}
        StatusWord::Refused => return Ok(true),
        _ => return Ok(false),
    }
    Ok(card.send(&Command::new(0x00, 0xB0, 0x00, 0x00).expecting(1))?.status == StatusWord::Refused)
}

fn parse(directory: &[u8]) -> Vec<Pointer> {
    let Some(inside) = tlv::find(directory, DIRECTORY) else { return Vec::new() };
    let applications: HashMap<[u8; 2], Vec<u8>> = tlv::find(inside, 0xA0)
        .map(tlv::objects)
        .into_iter()
        .flatten()
        .take(ENTRIES)
        .filter_map(|object| match object.value {
            [high, low, _, _, aid @ ..] if (5..=16).contains(&aid.len()) => Some(([*high, *low], aid.to_vec())),
            _ => None,
        })
        .collect();
    tlv::objects(inside)
        .filter(|object| object.tag == 0x80 && object.value.len() == 12)
        .take(ENTRIES)
        .map(|object| {
            let (name, place) = object.value.split_at(8);
            Pointer {
                // A file name is printable ASCII; what a hostile card writes otherwise is not repeated.
                name: name.iter().filter(|byte| byte.is_ascii_graphic()).map(|byte| char::from(*byte)).collect(),
                aid: applications.get(&[place[0], place[1]]).cloned(),
                file: u16::from_be_bytes([place[2], place[3]]),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::replay;

    #[test]
    fn files_are_asked_for_by_their_short_form_where_the_directory_was() {
        let application = tlv::write(0x82, &[&[0, 1, 0, 0][..], &VITALE_AID].concat());
        let file = tlv::write(0x80, &[&b"DROITS  "[..], &[0, 1, 0x20, 0x10]].concat());
        let directory = tlv::write(DIRECTORY, &[tlv::write(0xA0, &application), file].concat());
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X} ")).collect::<String>();
        let whole = format!("{} 90 00", hex(&directory));
        let length = format!("{:02X}", directory.len());
        let (wrong, right) = (format!("6C {length}"), format!("00 B0 81 00 {length}"));
        let mut card = replay(&[("00 B0 81 00 00", &wrong), (&right, &whole), ("00 B0 90 00 01", "69 82")]);
        assert_eq!(protected_files(&mut card), Ok(vec!["DROITS".to_owned()]));
        // A card without short identifiers: as cardpeek reads it.
        let mut card = replay(&[
            ("00 B0 81 00 00", "6A 82"),
            ("00 A4 02 00 02 20 01", "90 00"),
            ("00 B0 00 00 E7", &wrong),
            (&format!("00 B0 00 00 {length}"), &whole),
            ("00 A4 02 0C 02 20 10", "90 00"),
            ("00 B0 00 00 01", "69 82"),
        ]);
        assert_eq!(protected_files(&mut card), Ok(vec!["DROITS".to_owned()]));
    }

    #[test]
    fn a_directory_names_files_and_their_applications() {
        let aid = [0xD2, 0x50, 0, 0, 2];
        let application = tlv::write(0x82, &[&[0, 1, 0, 0][..], &aid].concat());
        let file = tlv::write(0x80, &[&b"DROITS  "[..], &[0, 1, 0x20, 0x10]].concat());
        let lost = tlv::write(0x80, &[&b"AUTRE   "[..], &[0, 9, 0x20, 0x11]].concat());
        let directory = tlv::write(0xE0, &[tlv::write(0xA0, &application), file, lost].concat());
        assert_eq!(
            parse(&directory),
            vec![
                Pointer { name: "DROITS".to_owned(), aid: Some(aid.to_vec()), file: 0x2010 },
                Pointer { name: "AUTRE".to_owned(), aid: None, file: 0x2011 },
            ]
        );
        assert!(parse(&[0xE0]).is_empty());
    }
}
