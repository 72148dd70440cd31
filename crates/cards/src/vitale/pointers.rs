//! The directory of a Vitale's files, VITALE/2001 "POINTERS", and which of them the card does not give.
//! Not their content. Source: reference cards 2.3: `E0{ A0{82{entry xx AID}…} 80{name(8) entry FID}… }`.

use std::collections::HashMap;

use crate::apdu::Command;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, Extent, FileRead};
use crate::status::StatusWord;
use crate::tlv;

const POINTERS: u16 = 0x2001;

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
    let FileRead::Content(directory) = file::read_child(card, POINTERS, Extent::FirstObject)? else {
        return Ok(Vec::new());
    };
    let mut protected = Vec::new();
    let mut current = None;
    for pointer in parse(&directory) {
        if pointer.aid.is_some() && pointer.aid != current {
            if !file::select_application(card, pointer.aid.as_deref().unwrap_or_default(), 0x0C)? {
                continue;
            }
            current = pointer.aid;
        }
        if is_protected(card, pointer.file)? {
            protected.push(pointer.name);
        }
    }
    Ok(protected)
}

/// One byte is enough to know.
fn is_protected(card: &mut Exchange, identifier: u16) -> Result<bool, CardError> {
    let select = Command::new(0x00, 0xA4, 0x02, 0x0C).body(&identifier.to_be_bytes());
    match card.send(&select)?.status {
        StatusWord::Ok => {}
        StatusWord::Refused => return Ok(true),
        _ => return Ok(false),
    }
    Ok(card.send(&Command::new(0x00, 0xB0, 0x00, 0x00).expecting(1))?.status == StatusWord::Refused)
}

fn parse(directory: &[u8]) -> Vec<Pointer> {
    let Some(inside) = tlv::find(directory, 0xE0) else { return Vec::new() };
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
