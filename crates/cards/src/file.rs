//! Selecting and reading transparent files, with no trust in the sizes a card gives.
//! Not the meaning of a file. Source: ISO 7816-4 (SELECT, READ BINARY) and the orders ANS's library emits.

use crate::apdu::Command;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::status::StatusWord;
use crate::tlv;

/// How much one READ BINARY asks for: what the ANS library asks for at most, which real cards are known to give.
pub const CHUNK: usize = 0xE7;

/// No file is read beyond: READ BINARY has no offset behind it.
pub const FILE_BYTES: usize = 0x7FFF;

/// How much of a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// The one object at its start, without the padding behind: a certificate.
    FirstObject,
}

/// What came of reading a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileRead {
    /// Its bytes.
    Content(Vec<u8>),
    /// It is not on the card.
    Absent,
    /// It is there and the card does not give it (6982).
    Protected,
}

impl FileRead {
    /// The bytes, or damage under that name.
    pub fn required(self, what: &'static str) -> Result<Vec<u8>, CardError> {
        match self {
            Self::Content(bytes) => Ok(bytes),
            Self::Absent | Self::Protected => Err(CardError::Damaged { what }),
        }
    }
}

/// Selects an application by its AID; `false` when the card has none such. `p2` = 0C asks for no data.
pub fn select_application(card: &mut Exchange, aid: &[u8], p2: u8) -> Result<bool, CardError> {
    let answer = card.send(&Command::new(0x00, 0xA4, 0x04, p2).body(aid))?;
    match answer.status {
        StatusWord::NotFound => Ok(false),
        _ => answer.success().map(|_| true),
    }
}

/// Reads the file at a path from the master file (3F00 …), as the ANS library does.
pub fn read_path(card: &mut Exchange, path: &[u8], extent: Extent) -> Result<FileRead, CardError> {
    read_selected(card, &select_path(path), extent)
}

/// Reads the one object at the start of the file at a path. The object says how long it is: the control parameters, a GET
/// RESPONSE under T=0, are left on the card.
pub fn read_object(card: &mut Exchange, path: &[u8]) -> Result<FileRead, CardError> {
    match select_quietly(card, path)? {
        true => read_binary(card, None, Extent::FirstObject),
        false => Ok(FileRead::Absent),
    }
}

/// Reads the file at a path whole, and the short identifier that its control parameters tell.
pub fn read_with_short(card: &mut Exchange, path: &[u8]) -> Result<(FileRead, Option<u8>), CardError> {
    let selected = card.send(&select_path(path))?;
    if selected.status == StatusWord::NotFound {
        return Ok((FileRead::Absent, None));
    }
    let control = selected.success()?;
    Ok((read_binary(card, announced_size(&control), Extent::Whole)?, short_identifier(&control)))
}

/// The first `length` bytes (at most 256) of the file at a path, in two commands. `None` when the card does not give
/// them, for whatever reason: a look, not a reading.
pub fn peek_path(card: &mut Exchange, path: &[u8], length: u16) -> Result<Option<Vec<u8>>, CardError> {
    let selected = card.send(&select_path(path).leaving_the_answer())?;
    if selected.status != StatusWord::Ok {
        return Ok(None);
    }
    peek(card, 0x00, length)
}

/// The same of a file of the current directory, by its short identifier, in one command.
pub fn peek_short(card: &mut Exchange, identifier: u8, length: u16) -> Result<Option<Vec<u8>>, CardError> {
    peek(card, 0x80 | (identifier & 0x1F), length)
}

fn peek(card: &mut Exchange, p1: u8, length: u16) -> Result<Option<Vec<u8>>, CardError> {
    let answer = card.send(&Command::new(0x00, 0xB0, p1, 0x00).expecting(length))?;
    let is_given = matches!(answer.status, StatusWord::Ok | StatusWord::EndOfFile);
    Ok(is_given.then_some(answer.data))
}

fn select_path(path: &[u8]) -> Command {
    Command::new(0x00, 0xA4, 0x09, 0x04).body(path).expecting(256)
}

/// `false` when there is no such file.
fn select_quietly(card: &mut Exchange, path: &[u8]) -> Result<bool, CardError> {
    let selected = card.send(&select_path(path).leaving_the_answer())?;
    match selected.status {
        StatusWord::NotFound => Ok(false),
        _ => selected.success().map(|_| true),
    }
}

/// Reads a file of the current application by its identifier, as Vitale readers do.
pub fn read_child(card: &mut Exchange, file: u16, extent: Extent) -> Result<FileRead, CardError> {
    read_selected(card, &Command::new(0x00, 0xA4, 0x02, 0x00).body(&file.to_be_bytes()).expecting(256), extent)
}

fn read_selected(card: &mut Exchange, select: &Command, extent: Extent) -> Result<FileRead, CardError> {
    let selected = card.send(select)?;
    if selected.status == StatusWord::NotFound {
        return Ok(FileRead::Absent);
    }
    let control = selected.success()?;
    read_binary(card, announced_size(&control), extent)
}

/// The size in the file control parameters (62 or 6F, tag 80): a hint, never a promise.
fn announced_size(control: &[u8]) -> Option<usize> {
    let size = tlv::find(parameters(control), 0x80)?;
    (size.len() <= 2).then(|| size.iter().fold(0, |size, byte| size << 8 | usize::from(*byte)))
}

/// The short identifier (tag 88), in the high five bits; cards that have none write an empty one.
fn short_identifier(control: &[u8]) -> Option<u8> {
    match tlv::find(parameters(control), 0x88)? {
        [byte] if byte & 0x07 == 0 && *byte != 0 => Some(byte >> 3),
        _ => None,
    }
}

fn parameters(control: &[u8]) -> &[u8] {
    let inside = tlv::find(control, 0x6F).unwrap_or(control);
    tlv::find(inside, 0x62).unwrap_or(inside)
}

fn read_binary(card: &mut Exchange, announced: Option<usize>, extent: Extent) -> Result<FileRead, CardError> {
    let mut end = announced.unwrap_or(FILE_BYTES).min(FILE_BYTES);
    let mut content = Vec::new();
    while content.len() < end {
        let want = CHUNK.min(end - content.len());
        let [high, low] = offset(content.len());
        let answer = card.send(&Command::new(0x00, 0xB0, high, low).expecting(want as u16))?;
        match answer.status {
            StatusWord::Ok | StatusWord::EndOfFile => {}
            StatusWord::OutsideFile => break,
            StatusWord::Refused => return Ok(FileRead::Protected),
            _ => return Err(CardError::Unexpected { sw: answer.sw }),
        }
        if answer.data.len() > want {
            return Err(CardError::Damaged { what: "READ BINARY" });
        }
        let last = answer.data.len() < want;
        content.extend(answer.data);
        if let (Extent::FirstObject, Some(length)) = (extent, tlv::whole_length(&content)) {
            end = end.min(length);
        }
        if last {
            break;
        }
    }
    content.truncate(end);
    Ok(FileRead::Content(content))
}

fn offset(position: usize) -> [u8; 2] {
    (u16::try_from(position).unwrap_or(0x7FFF) & 0x7FFF).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::replay;

    #[test]
    fn sizes_of_published_control_parameters() {
        // EF.ATR of a real CPS3 (OpenSC issue 2223).
        let ef_atr = [
            0x62, 0x25, 0x80, 0x02, 0x00, 0x39, 0x82, 0x01, 0x01, 0x83, 0x02, 0x2F, 0x01, 0x88, 0x01, 0xE8, 0xA1, 0x12,
            0x8C, 0x07, 0x7B, 0x45, 0xFF, 0xFF, 0xFF, 0x45, 0x00, 0x9C, 0x07, 0x7B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00,
            0x8A, 0x01, 0x05,
        ];
        assert_eq!(announced_size(&ef_atr), Some(57));
        assert_eq!(short_identifier(&ef_atr), Some(0x1D));
        // The master file has no size.
        let mf = [
            0x62, 0x1E, 0x82, 0x01, 0x38, 0x83, 0x02, 0x3F, 0x00, 0x84, 0x08, 0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x01,
            0x00, 0xA1, 0x08, 0x8C, 0x06, 0x7A, 0xFF, 0xFF, 0xFF, 0xFF, 0x45, 0x8A, 0x01, 0x05,
        ];
        assert_eq!(announced_size(&mf), None);
        assert_eq!(short_identifier(&mf), None);
        // Sagem wraps 62 in 6F (OpenSC, comment of its IAS-ECC driver).
        let sagem = [0x6F, 0x08, 0x62, 0x06, 0x80, 0x02, 0x00, 0x7D, 0x82, 0x00];
        assert_eq!(announced_size(&sagem), Some(0x7D));
    }

    #[test]
    fn a_published_reading_of_ef_atr() {
        // OpenSC issue 2223: a real CPS3.
        let content = "80 43 01 B8 46 04 04 B0 EC C1 47 03 94 01 80 4F 08 80 25 00 00 01 FF 01 00 E0 10 02 02 01 04 02 02 \
                       01 04 02 02 01 00 02 02 01 00 78 08 06 06 2B 81 22 F8 78 02 82 02 90 00 90 00";
        let mut card = replay(&[
            ("00 A4 09 04 04 3F 00 2F 01", "61 27"),
            (
                "00 C0 00 00 27",
                "62 25 80 02 00 39 82 01 01 83 02 2F 01 88 01 E8 A1 12 8C 07 7B 45 FF FF FF 45 00 9C 07 7B FF FF FF FF \
                 FF 00 8A 01 05 90 00",
            ),
            ("00 B0 00 00 39", content),
        ]);
        let read = read_path(&mut card, &[0x3F, 0x00, 0x2F, 0x01], Extent::Whole).expect("read");
        assert!(matches!(read, FileRead::Content(bytes) if bytes.len() == 57));
    }

    #[test]
    fn an_object_is_read_without_its_control_parameters() {
        // 2 + 4 bytes of an object, then padding that nobody asks for.
        let mut card = replay(&[
            ("00 A4 09 04 04 3F 00 B0 01", "61 1E"),
            ("00 B0 00 00 E7", "6C 08"),
            ("00 B0 00 00 08", "30 04 01 02 03 04 00 00 90 00"),
        ]);
        let object = FileRead::Content(vec![0x30, 4, 1, 2, 3, 4]);
        assert_eq!(read_object(&mut card, &[0x3F, 0x00, 0xB0, 0x01]), Ok(object));
        let mut card = replay(&[("00 A4 09 04 02 B0 01", "6A 82")]);
        assert_eq!(read_object(&mut card, &[0xB0, 0x01]), Ok(FileRead::Absent));
    }

    #[test]
    fn a_look_at_a_file_is_two_commands_or_one_and_never_an_error_of_the_card() {
        let mut card = replay(&[("00 A4 09 04 02 B0 01", "61 1E"), ("00 B0 00 00 02", "30 82 90 00")]);
        assert_eq!(peek_path(&mut card, &[0xB0, 0x01], 2), Ok(Some(vec![0x30, 0x82])));
        for word in ["6A 82", "69 82", "6F 00"] {
            assert_eq!(peek_path(&mut replay(&[("00 A4 09 04 02 B0 01", word)]), &[0xB0, 0x01], 2), Ok(None));
            assert_eq!(peek_short(&mut replay(&[("00 B0 9C 00 0C", word)]), 0x1C, 12), Ok(None));
        }
    }

    #[test]
    fn a_size_that_lies_is_no_promise() {
        // The card announces 65535 bytes and has three; then 3 and gives 4.
        let mut card = replay(&[
            ("00 A4 09 04 02 2F 00", "62 04 80 02 FF FF 90 00"),
            ("00 B0 00 00 E7", "6C 03"),
            ("00 B0 00 00 03", "01 02 03 90 00"),
        ]);
        assert_eq!(read_path(&mut card, &[0x2F, 0x00], Extent::Whole), Ok(FileRead::Content(vec![1, 2, 3])));
        let mut card =
            replay(&[("00 A4 09 04 02 2F 00", "62 04 80 02 00 03 90 00"), ("00 B0 00 00 03", "01 02 03 04 90 00")]);
        let fault = CardError::Damaged { what: "READ BINARY" };
        assert_eq!(read_path(&mut card, &[0x2F, 0x00], Extent::Whole), Err(fault));
    }

    #[test]
    fn absent_and_protected_files_are_told_apart() {
        let mut card = replay(&[("00 A4 02 00 02 20 10", "6A 82")]);
        assert_eq!(read_child(&mut card, 0x2010, Extent::Whole), Ok(FileRead::Absent));
        let mut card = replay(&[("00 A4 02 00 02 20 10", "90 00"), ("00 B0 00 00 E7", "69 82")]);
        assert_eq!(read_child(&mut card, 0x2010, Extent::Whole), Ok(FileRead::Protected));
    }
}
