//! The CPS2ter volet: commands of class A0 after GSM 11.11, and the file of the billing situations.
//! Not a decoder of real cards: the layout of CPS_SIT_FACT is not public, only our mark is read (reference cards, 1.8).

use liasse_formats::groups::professional;

use super::{Situations, VOLET_AID};
use crate::apdu::Command;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file;
use crate::sim;
use crate::status::StatusWord;

/// The path to CPS_SIT_FACT, one SELECT a level.
const SITUATIONS: [u16; 3] = [0x3F00, 0x7F01, 0x4000];

/// SSV group 2, one a situation.
const GROUP: u16 = 2;

/// How much one READ BINARY of this class asks for.
const CHUNK: usize = 0xE7;

/// Reads the situations; the PIN must be verified.
pub fn read_situations(card: &mut Exchange) -> Result<Situations, CardError> {
    // Cards without that AID may still know the class.
    file::select_application(card, &VOLET_AID, 0x0C)?;
    let mut control = Vec::new();
    for identifier in SITUATIONS {
        let answer = card.send(&Command::new(0xA0, 0xA4, 0x00, 0x00).body(&identifier.to_be_bytes()))?;
        if answer.status == StatusWord::NotFound {
            return Ok(Situations::NotPublic);
        }
        control = answer.success()?;
    }
    let content = read(card, announced_size(&control)?)?;
    let Some(groups) = sim::unwrap(&content)? else {
        return Ok(Situations::NotPublic);
    };
    let situations = groups.iter().filter(|group| group.id == GROUP).map(professional::situation_from_group);
    situations.collect::<Result<_, _>>().map(Situations::Readable).map_err(|_| CardError::Damaged { what: "SSV 2" })
}

/// `85 LL size(2) FID(2) type(1)`.
fn announced_size(control: &[u8]) -> Result<usize, CardError> {
    match control {
        [0x85, _, high, low, ..] => Ok(usize::from(u16::from_be_bytes([*high, *low])).min(file::FILE_BYTES)),
        _ => Err(CardError::Damaged { what: "CPS_SIT_FACT" }),
    }
}

fn read(card: &mut Exchange, size: usize) -> Result<Vec<u8>, CardError> {
    let mut content = Vec::new();
    while content.len() < size {
        let want = CHUNK.min(size - content.len());
        let [high, low] = u16::try_from(content.len()).unwrap_or(0).to_be_bytes();
        let data = card.send(&Command::new(0xA0, 0xB0, high, low).expecting(want as u16))?.success()?;
        // This class has no short success.
        if data.len() != want {
            return Err(CardError::Damaged { what: "CPS_SIT_FACT" });
        }
        content.extend(data);
    }
    Ok(content)
}
