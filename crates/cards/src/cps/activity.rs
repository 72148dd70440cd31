//! Situations d'exercice, CPS_ACTIVITY_01 to 16 (3F00/0001/D120…D12F): where the holder practises. They need the PIN.
//! Not the billing situations (`volet`). Layout `EE{84 raison sociale, 85 structure, 86 secteur}` as read on real cards
//! (reference cards, 1.8); a number may be missing on a card.

use liasse_formats::groups::from_latin1;

use super::pkcs15::APPLICATION_PATH;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, FileRead};
use crate::tlv;

/// Identifier of the first, and how many there may be.
const FIRST: u16 = 0xD120;
const MOST: u8 = 16;

const ACTIVITY: u32 = 0xEE;
const NAME: u32 = 0x84;
const STRUCTURE: u32 = 0x85;
const SECTOR: u32 = 0x86;

/// One place of practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Its number on the card, 1 to 16.
    pub number: u8,
    /// Raison sociale.
    pub name: String,
    /// National number of the structure (Struct_IdNat).
    pub structure: String,
    /// Secteur d'activité, `SA07`.
    pub sector: String,
}

/// Reads those that are there. The PIN must be verified.
pub fn read(card: &mut Exchange) -> Result<Vec<Activity>, CardError> {
    let mut activities = Vec::new();
    for (number, identifier) in (1..=MOST).zip(FIRST..) {
        let path = [&APPLICATION_PATH[..], &identifier.to_be_bytes()].concat();
        match file::read_object(card, &path)? {
            FileRead::Content(content) => activities.extend(parse(number, &content)),
            FileRead::Absent => {}
            FileRead::Protected => return Err(CardError::PinRequired),
        }
    }
    Ok(activities)
}

/// A file that is there and holds nothing is a hole too.
fn parse(number: u8, content: &[u8]) -> Option<Activity> {
    let inside = tlv::find(content, ACTIVITY)?;
    let text = |tag| tlv::find(inside, tag).map(from_latin1).unwrap_or_default().trim().to_owned();
    Some(Activity { number, name: text(NAME), structure: text(STRUCTURE), sector: text(SECTOR) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_fields_of_real_cards() {
        let fields = [
            tlv::write(NAME, b"CENTRE DE SANT\xC9 "),
            tlv::write(STRUCTURE, b"999000652790050"),
            tlv::write(SECTOR, b"SA07"),
        ];
        let mut content = tlv::write(ACTIVITY, &fields.concat());
        let activity = Activity {
            number: 3,
            name: "CENTRE DE SANTÉ".to_owned(),
            structure: "999000652790050".to_owned(),
            sector: "SA07".to_owned(),
        };
        assert_eq!(parse(3, &content), Some(activity.clone()));
        content.extend([0; 20]);
        assert_eq!(parse(3, &content), Some(activity));
        assert_eq!(parse(3, &[0; 64]), None);
        assert_eq!(parse(3, &content[..9]), None);
        let empty = Activity { number: 1, name: String::new(), structure: String::new(), sector: String::new() };
        assert_eq!(parse(1, &[0xEE, 0]), Some(empty));
    }
}
