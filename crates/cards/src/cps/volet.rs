//! The CPS2ter volet: commands of class A0 after GSM 11.11, and the file of the billing situations.
//! Not a decoder of real cards: the layout of CPS_SIT_FACT is not public, only our mark is read (reference cards, 1.8). Of a
//! real file its length is kept and nothing of its content: no one knows which of its bytes name somebody.

use liasse_domain::BillingSituation;
use liasse_formats::groups::{Group, professional};

use super::generation::Generation;
use crate::apdu::Command;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, CHUNK};
use crate::sim;
use crate::status::StatusWord;

/// The path to CPS_SIT_FACT, one SELECT a level.
const MASTER: u16 = 0x3F00;
const FOLDER: u16 = 0x7F01;
const SITUATIONS: u16 = 0x4000;

/// SSV group 2, one a situation; a card has sixteen at most, with holes.
const GROUP: u16 = 2;
const MOST: usize = 16;

const FAULT: CardError = CardError::Damaged { what: "CPS_SIT_FACT" };

/// What came of reading the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    /// In our encoding, and how long their object is.
    Situations(Vec<BillingSituation>, usize),
    /// In another: how many bytes it has.
    Foreign(usize),
    /// There is none.
    Absent,
}

/// Reads the situations; the PIN must be verified. `known` is how long their object was when it was last read: no more than a
/// length to ask for.
pub fn read_situations(card: &mut Exchange, generation: Generation, known: Option<usize>) -> Result<Read, CardError> {
    if !enter_folder(card, generation)? {
        return Ok(Read::Absent);
    }
    if let Some(length) = known
        && let Some(content) = read_of_length(card, length)?
    {
        return decoded(&content);
    }
    let answer = card.send(&select(SITUATIONS))?;
    if answer.status == StatusWord::NotFound {
        return Ok(Read::Absent);
    }
    let size = announced_size(&answer.success()?)?;
    match read(card, size)? {
        Some(content) => decoded(&content),
        None => Ok(Read::Foreign(size)),
    }
}

/// The object, where it is still as long as it was: what the card says of the file, a GET RESPONSE, is left there. `None`
/// where that is not enough to have all of it.
fn read_of_length(card: &mut Exchange, length: usize) -> Result<Option<Vec<u8>>, CardError> {
    if !is_selected(card, SITUATIONS)? {
        return Ok(None);
    }
    let is_whole = |content: &Vec<u8>| sim::marked_length(content).is_some_and(|length| length <= content.len());
    match read(card, length) {
        // A file that has become shorter than that refuses the length.
        Err(CardError::Unexpected { .. }) => Ok(None),
        content => Ok(content?.filter(is_whole)),
    }
}

fn decoded(content: &[u8]) -> Result<Read, CardError> {
    // A file that bears our mark and is cut short is ours, and damaged.
    let groups = sim::unwrap(content)?.ok_or(FAULT)?;
    let length = sim::marked_length(content).unwrap_or(content.len());
    situations(&groups).map(|list| Read::Situations(list, length))
}

/// Makes the folder current by the shortest way that the card knows: from where it stands, from its master file, and from
/// the master file of the volet once that is selected (reference cards, 1.5: the ANS library selects again on 6E00).
fn enter_folder(card: &mut Exchange, generation: Generation) -> Result<bool, CardError> {
    if generation == Generation::Third && (is_selected(card, FOLDER)? || enter_from_master(card)?) {
        return Ok(true);
    }
    Generation::enter_volet(card)?;
    enter_from_master(card)
}

fn enter_from_master(card: &mut Exchange) -> Result<bool, CardError> {
    Ok(is_selected(card, MASTER)? && is_selected(card, FOLDER)?)
}

/// Selects a folder and leaves what the card says of it. `false` when it is not there, or the class is not understood
/// where the card stands.
fn is_selected(card: &mut Exchange, identifier: u16) -> Result<bool, CardError> {
    let answer = card.send(&select(identifier).leaving_the_answer())?;
    match answer.status {
        StatusWord::NotFound | StatusWord::Other(0x6E00 | 0x6D00 | 0x6A86 | 0x6881) => Ok(false),
        _ => answer.success().map(|_| true),
    }
}

fn select(identifier: u16) -> Command {
    Command::new(0xA0, 0xA4, 0x00, 0x00).body(&identifier.to_be_bytes())
}

/// The groups as situations: numbers from 1 to 16, each once.
fn situations(groups: &[Group]) -> Result<Vec<BillingSituation>, CardError> {
    let fault = CardError::Damaged { what: "SSV 2" };
    let read = groups.iter().filter(|group| group.id == GROUP).map(professional::situation_from_group);
    let situations: Vec<BillingSituation> = read.collect::<Result<_, _>>().map_err(|_| fault)?;
    let mut numbers: Vec<u8> = situations.iter().map(|situation| situation.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let is_sound = numbers.len() == situations.len() && numbers.iter().all(|n| (1..=MOST).contains(&usize::from(*n)));
    if is_sound { Ok(situations) } else { Err(fault) }
}

/// `85 LL size(2) FID(2) type(1)`.
fn announced_size(control: &[u8]) -> Result<usize, CardError> {
    match control {
        [0x85, _, high, low, ..] => Ok(usize::from(u16::from_be_bytes([*high, *low])).min(file::FILE_BYTES)),
        _ => Err(FAULT),
    }
}

/// The object in our encoding at the start of the file, without the padding behind; `None` after the first block when the
/// file does not bear our mark.
fn read(card: &mut Exchange, size: usize) -> Result<Option<Vec<u8>>, CardError> {
    let mut content = Vec::new();
    let mut end = size;
    while content.len() < end {
        let want = CHUNK.min(end - content.len());
        let [high, low] = u16::try_from(content.len()).unwrap_or(0).to_be_bytes();
        let length = u16::try_from(want).unwrap_or(0xE7);
        let data = card.send(&Command::new(0xA0, 0xB0, high, low).expecting(length))?.success()?;
        // This class has no short success.
        if data.len() != want {
            return Err(FAULT);
        }
        content.extend(data);
        match sim::marked_length(&content) {
            Some(length) => end = end.min(length),
            None => return Ok(None),
        }
    }
    Ok(Some(content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::replay;

    const THIRD: Generation = Generation::Third;

    #[test]
    fn a_foreign_file_is_one_block_and_a_length() {
        let block = format!("{} 90 00", "C5 ".repeat(0xE7));
        let mut card = replay(&[
            ("A0 A4 00 00 02 7F 01", "9F 17"),
            ("A0 A4 00 00 02 40 00", "9F 07"),
            ("A0 C0 00 00 07", "85 05 08 00 40 00 04 90 00"),
            ("A0 B0 00 00 E7", &block),
        ]);
        assert_eq!(read_situations(&mut card, THIRD, None), Ok(Read::Foreign(0x0800)));
        assert_eq!(card.apdus(), 4);
    }

    /// The file of a card with one situation that has this name, and zeros behind it.
    fn file(name: &str) -> Vec<u8> {
        let fields = format!("1|0|1|31|4|99900065279005|0|{name}|99112976|8|||1|01|30|01|0|0|0|1|1");
        let fields = fields.split('|').map(|field| field.as_bytes().to_vec()).collect();
        [sim::wrap(&[Group { id: GROUP, fields }]), vec![0; 32]].concat()
    }

    fn spaced(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02X} ")).collect::<String>() + "90 00"
    }

    const ENTER: (&str, &str) = ("A0 A4 00 00 02 7F 01", "9F 17");
    const SELECT: (&str, &str) = ("A0 A4 00 00 02 40 00", "9F 07");

    #[test]
    fn an_object_whose_length_is_known_is_read_without_asking_for_it() {
        let file = file("CABINET");
        let length = file.len() - 32;
        let ask = format!("A0 B0 00 00 {length:02X}");
        let mut card = replay(&[ENTER, SELECT, (&ask, &spaced(&file[..length]))]);
        let read = read_situations(&mut card, THIRD, Some(length)).expect("read");
        assert!(matches!(&read, Read::Situations(list, bytes) if list.len() == 1 && *bytes == length));
        // One that has become shorter needs no more either.
        let shorter = self::file("CAB");
        let mut card = replay(&[ENTER, SELECT, (&ask, &spaced(&shorter[..length]))]);
        let read = read_situations(&mut card, THIRD, Some(length)).expect("read");
        assert!(matches!(&read, Read::Situations(_, bytes) if *bytes == length - 4));
    }

    #[test]
    fn a_length_that_no_more_fits_is_asked_for() {
        let file = file("CABINET");
        let (length, size) = (file.len() - 32, file.len());
        let control = format!("85 05 00 {size:02X} 40 00 04 90 00");
        let (short, whole) = (format!("A0 B0 00 00 {:02X}", length - 4), format!("A0 B0 00 00 {size:02X}"));
        let cut = spaced(&file[..length - 4]);
        // The object has grown; the file is too short for what was asked; another encoding stands there.
        for refused in [cut.as_str(), "67 00", &spaced(&vec![0xC5; length - 4])] {
            let mut card = replay(&[
                ENTER,
                SELECT,
                (&short, refused),
                SELECT,
                ("A0 C0 00 00 07", &control),
                (&whole, &spaced(&file)),
            ]);
            let read = read_situations(&mut card, THIRD, Some(length - 4)).expect("read");
            assert!(matches!(&read, Read::Situations(list, bytes) if list.len() == 1 && *bytes == length), "{refused}");
        }
        let mut card = replay(&[ENTER, ("A0 A4 00 00 02 40 00", "94 04"), ("A0 A4 00 00 02 40 00", "94 04")]);
        assert_eq!(read_situations(&mut card, THIRD, Some(length)), Ok(Read::Absent));
        let mut card = replay(&[ENTER, SELECT, (&short, "98 04")]);
        assert_eq!(read_situations(&mut card, THIRD, Some(length - 4)), Err(CardError::PinRequired));
    }

    #[test]
    fn the_ways_to_the_folder_are_tried_in_turn() {
        let absent = ("A0 A4 00 00 02 40 00", "94 04");
        let mut card = replay(&[
            ("A0 A4 00 00 02 7F 01", "94 04"),
            ("A0 A4 00 00 02 3F 00", "9F 17"),
            ("A0 A4 00 00 02 7F 01", "9F 17"),
            absent,
        ]);
        assert_eq!(read_situations(&mut card, THIRD, None), Ok(Read::Absent));
        let mut card = replay(&[
            ("A0 A4 00 00 02 7F 01", "6E 00"),
            ("A0 A4 00 00 02 3F 00", "6E 00"),
            ("00 A4 04 0C 08 80 25 00 00 01 FF 00 02", "90 00"),
            ("A0 A4 00 00 02 3F 00", "9F 17"),
            ("A0 A4 00 00 02 7F 01", "9F 17"),
            absent,
        ]);
        assert_eq!(read_situations(&mut card, THIRD, None), Ok(Read::Absent));
        // A CPS4 has its volet on the basic channel, and is told so first.
        let mut card =
            replay(&[("00 A4 04 0C 08 80 25 00 00 01 FF 00 02", "90 00"), ("A0 A4 00 00 02 3F 00", "6E 00")]);
        card.use_channel(1);
        assert_eq!(read_situations(&mut card, Generation::Fourth, None), Ok(Read::Absent));
    }

    #[test]
    fn what_is_refused_is_an_error_of_its_own() {
        let mut card = replay(&[("A0 A4 00 00 02 7F 01", "6F 42")]);
        assert_eq!(read_situations(&mut card, THIRD, None), Err(CardError::Unexpected { sw: 0x6F42 }));
        let mut card = replay(&[
            ("A0 A4 00 00 02 7F 01", "9F 17"),
            ("A0 A4 00 00 02 40 00", "9F 07"),
            ("A0 C0 00 00 07", "85 05 00 40 40 00 04 90 00"),
            ("A0 B0 00 00 40", "98 04"),
        ]);
        assert_eq!(read_situations(&mut card, THIRD, None), Err(CardError::PinRequired));
        for control in ["85 90 00", "85 05 08 90 00", "90 00"] {
            let mut card = replay(&[
                ("A0 A4 00 00 02 7F 01", "9F 17"),
                ("A0 A4 00 00 02 40 00", "9F 07"),
                ("A0 C0 00 00 07", control),
            ]);
            assert_eq!(read_situations(&mut card, THIRD, None), Err(FAULT), "{control}");
        }
    }

    #[test]
    fn a_card_has_sixteen_situations_at_most_each_with_its_own_number() {
        let group = |number: usize| {
            let mut fields: Vec<Vec<u8>> = "1|0|1|31|4|99900065279005|0|CABINET|99112976|8|||1|01|30|01|0|0|0|1|1"
                .split('|')
                .map(|field| field.as_bytes().to_vec())
                .collect();
            fields[0] = number.to_string().into_bytes();
            Group { id: GROUP, fields }
        };
        let read = |numbers: &[usize]| {
            let groups: Vec<Group> = numbers.iter().map(|number| group(*number)).collect();
            situations(&groups).map(|all| all.iter().map(|one| usize::from(one.number)).collect::<Vec<_>>())
        };
        assert_eq!(read(&[1, 3, 16]), Ok(vec![1, 3, 16]));
        assert_eq!(read(&(1..=16).collect::<Vec<_>>()).map(|all| all.len()), Ok(16));
        let fault = Err(CardError::Damaged { what: "SSV 2" });
        for wrong in [&[0][..], &[17], &[1, 1], &(1..=17).collect::<Vec<_>>()] {
            assert_eq!(read(wrong), fault, "{wrong:?}");
        }
    }
}
