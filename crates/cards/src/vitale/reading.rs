//! Selecting and reading on a Vitale in as few commands as T=0 allows: no control information, files by their short
//! identifier, and no more of a file than its objects. Not the meaning of a file. Source: ISO 7816-4 (SELECT, READ BINARY).

use crate::apdu::Command;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, Extent, FileRead};
use crate::status::StatusWord;
use crate::tlv;

/// No file is read beyond: READ BINARY has no offset behind it. The largest published content of a Vitale has 9 KB.
const FILE_BYTES: usize = 0x7FFF;

/// The longest header of an object, tag and length.
const HEADER: usize = 7;

/// What a short response holds.
const CHUNK: u16 = 256;

/// How much of a file is still to be read.
enum Left {
    Nothing,
    Bytes(usize),
    Unknown,
}

/// Selects by P1 and body, as published readers do it; `false` when the card has none such. The control information that
/// the card keeps ready is left there: nobody needs it here.
pub fn select(card: &mut Exchange, p1: u8, body: &[u8]) -> Result<bool, CardError> {
    let answer = card.send(&Command::new(0x00, 0xA4, p1, 0x00).body(body).leaving_the_answer())?;
    match answer.status {
        StatusWord::NotFound => Ok(false),
        _ => answer.success().map(|_| true),
    }
}

/// The short identifier of a file that bears none of its own: the low five bits of its identifier (ISO 7816-4, 7.4.2).
pub fn short_of(file: u16) -> Option<u8> {
    u8::try_from(file & 0x1F).ok().filter(|short| (1..=30).contains(short))
}

/// The objects of a file, up to the padding behind them.
pub fn objects(card: &mut Exchange, short: u8) -> Result<FileRead, CardError> {
    read(card, short, after_objects)
}

/// The one object at the start of a file, without the padding behind.
pub fn first_object(card: &mut Exchange, short: u8) -> Result<FileRead, CardError> {
    let mut found = read(card, short, after_first)?;
    if let FileRead::Content(content) = &mut found
        && let Some(length) = tlv::whole_length(content)
    {
        content.truncate(length);
    }
    Ok(found)
}

/// The object at the start of a file of the current application: by the short form of its identifier where what is found so
/// is the file, else by its identifier, as published readers do it. And whether the short form was enough.
pub fn child(card: &mut Exchange, file: u16, is_it: impl Fn(&[u8]) -> bool) -> Result<(FileRead, bool), CardError> {
    if let Some(short) = short_of(file) {
        match first_object(card, short) {
            Ok(FileRead::Content(content)) if is_it(&content) => return Ok((FileRead::Content(content), true)),
            Ok(_) | Err(CardError::Unexpected { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((file::read_child(card, file, Extent::FirstObject)?, false))
}

fn read(card: &mut Exchange, short: u8, left: fn(&[u8]) -> Left) -> Result<FileRead, CardError> {
    let mut content = Vec::new();
    let mut want = CHUNK;
    while content.len() < FILE_BYTES {
        let [high, low] = u16::try_from(content.len()).unwrap_or(0x7FFF).to_be_bytes();
        let p1 = if content.is_empty() { 0x80 | short } else { high };
        let answer = card.send(&Command::new(0x00, 0xB0, p1, low).expecting(want))?;
        match answer.status {
            StatusWord::Ok | StatusWord::EndOfFile => {}
            StatusWord::Refused => return Ok(FileRead::Protected),
            StatusWord::NotFound if content.is_empty() => return Ok(FileRead::Absent),
            // A file that ends where an answer ended shows it only here.
            StatusWord::OutsideFile | StatusWord::WrongLength(_) if !content.is_empty() => break,
            _ => return Err(CardError::Unexpected { sw: answer.sw }),
        }
        let ended = answer.data.len() < usize::from(want);
        content.extend(answer.data);
        want = match left(&content) {
            Left::Nothing => break,
            Left::Bytes(count) => u16::try_from(count).unwrap_or(CHUNK).min(CHUNK),
            Left::Unknown => CHUNK,
        };
        if ended {
            break;
        }
    }
    Ok(FileRead::Content(content))
}

fn after_objects(content: &[u8]) -> Left {
    let mut rest = content;
    while let Some(first) = rest.first() {
        if matches!(first, 0x00 | 0xFF) {
            return Left::Nothing;
        }
        match tlv::whole_length(rest) {
            Some(length) => rest = rest.get(length..).unwrap_or_default(),
            // No object begins so: what is behind is not looked at.
            None if rest.len() >= HEADER => return Left::Nothing,
            None => break,
        }
    }
    Left::Unknown
}

fn after_first(content: &[u8]) -> Left {
    match tlv::whole_length(content) {
        Some(length) => match length.checked_sub(content.len()) {
            None | Some(0) => Left::Nothing,
            Some(count) => Left::Bytes(count),
        },
        None if content.len() >= HEADER => Left::Nothing,
        None => Left::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::replay;

    fn spaced(bytes: &[u8], word: &str) -> String {
        bytes.iter().map(|byte| format!("{byte:02X} ")).collect::<String>() + word
    }

    #[test]
    fn a_padded_file_is_read_in_one_command() {
        let mut file = tlv::write(0x65, &[1; 40]);
        file.resize(256, 0);
        let mut card = replay(&[("00 B0 82 00 00", &spaced(&file, "90 00"))]);
        assert_eq!(objects(&mut card, 2), Ok(FileRead::Content(file)));
    }

    #[test]
    fn objects_behind_the_first_answer_are_read_on() {
        let file = [tlv::write(0x65, &[1; 200]), tlv::write(0x65, &[2; 100])].concat();
        let (first, rest) = file.split_at(256);
        let mut card = replay(&[
            ("00 B0 82 00 00", &spaced(first, "90 00")),
            ("00 B0 01 00 00", "6C 31"),
            ("00 B0 01 00 31", &spaced(rest, "90 00")),
        ]);
        assert_eq!(objects(&mut card, 2), Ok(FileRead::Content(file.clone())));
        // Exactly as long as an answer: the end shows behind it.
        let full = tlv::write(0x65, &[3; 253]);
        let mut card = replay(&[("00 B0 82 00 00", &spaced(&full, "90 00")), ("00 B0 01 00 00", "6B 00")]);
        assert_eq!(objects(&mut card, 2), Ok(FileRead::Content(full)));
    }

    #[test]
    fn of_one_object_no_byte_too_much_is_asked_for() {
        let object = tlv::write(0x30, &[9; 300]);
        let (first, rest) = object.split_at(256);
        let mut card =
            replay(&[("00 B0 81 00 00", &spaced(first, "90 00")), ("00 B0 01 00 30", &spaced(rest, "90 00"))]);
        assert_eq!(first_object(&mut card, 1), Ok(FileRead::Content(object)));
    }

    #[test]
    fn absent_protected_and_failing_files_are_told_apart() {
        assert_eq!(objects(&mut replay(&[("00 B0 82 00 00", "6A 82")]), 2), Ok(FileRead::Absent));
        assert_eq!(objects(&mut replay(&[("00 B0 82 00 00", "69 82")]), 2), Ok(FileRead::Protected));
        let failing = CardError::Unexpected { sw: 0x6F00 };
        assert_eq!(objects(&mut replay(&[("00 B0 82 00 00", "6F 00")]), 2), Err(failing));
    }

    #[test]
    fn a_selection_costs_one_command() {
        let mut card = replay(&[("00 A4 00 00 02 3F 00", "61 1E")]);
        assert_eq!(select(&mut card, 0x00, &[0x3F, 0x00]), Ok(true));
        let mut card = replay(&[("00 A4 04 00 01 AA", "6A 82")]);
        assert_eq!(select(&mut card, 0x04, &[0xAA]), Ok(false));
    }

    #[test]
    fn identifiers_give_their_short_form() {
        assert_eq!([0x2001, 0x2F02, 0x2010].map(short_of), [Some(1), Some(2), Some(0x10)]);
        assert_eq!([0x2000, 0x201F].map(short_of), [None, None]);
    }
}
