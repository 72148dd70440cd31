//! An appli carte Vitale on a contactless reader (`sim`): one application, selected by name, whose file is a fresh context at each
//! selection. Not the real dialogue, which is not public, and no signature: that is an engine's (`liasse_core::ports`).

use std::fmt;

use liasse_domain::CardKind;
use liasse_formats::apcv::LONGEST;

use crate::apdu::Command;
use crate::atr::identify;
use crate::channel::CardChannel;
use crate::error::CardError;
use crate::exchange::{Answer, Exchange};
use crate::status::StatusWord;

/// The application: `F0`, the ASCII name `LIASSEAPCV`, version 1.
pub const AID: [u8; 12] = [0xF0, b'L', b'I', b'A', b'S', b'S', b'E', b'A', b'P', b'C', b'V', 0x01];

/// What a short response holds.
const CHUNK: u16 = 256;

const FAULT: CardError = CardError::Damaged { what: "SIMAPCV1" };

/// A telephone on a reader.
pub struct Phone {
    card: Exchange,
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({} APDUs)", self.card.apdus())
    }
}

impl Phone {
    /// Takes the channel of a telephone; no APDU yet.
    pub fn open(channel: Box<dyn CardChannel>) -> Result<Self, CardError> {
        match identify(channel.atr()) {
            CardKind::Apcv => Ok(Self { card: Exchange::new(channel) }),
            kind => Err(CardError::NotThatCard { kind }),
        }
    }

    /// A fresh context, as its text. What it is worth is not looked at here. No other program comes in between: one that
    /// selected anything would have the rest of another text read.
    pub fn context(&mut self) -> Result<String, CardError> {
        self.card.held(read_context)
    }

    /// How many APDUs went to the telephone.
    pub fn apdus(&self) -> u32 {
        self.card.apdus()
    }
}

fn read_context(card: &mut Exchange) -> Result<String, CardError> {
    let select = Command::new(0x00, 0xA4, 0x04, 0x00).body(&AID).leaving_the_answer();
    let answer = card.send(&select)?;
    match answer.status {
        StatusWord::NotFound => return Err(CardError::NoSimApplication),
        _ => answer.success()?,
    };
    let mut text = Vec::new();
    while text.len() <= LONGEST {
        let answer = read_at(card, text.len())?;
        match answer.status {
            StatusWord::Ok | StatusWord::EndOfFile => {}
            // A text that ends where an answer ended shows it only here.
            StatusWord::OutsideFile | StatusWord::WrongLength(_) if !text.is_empty() => return as_text(text),
            _ => return Err(CardError::Unexpected { sw: answer.sw }),
        }
        let ended = answer.data.len() < usize::from(CHUNK);
        text.extend(answer.data);
        if ended {
            return as_text(text);
        }
    }
    Err(CardError::Endless)
}

fn read_at(card: &mut Exchange, offset: usize) -> Result<Answer, CardError> {
    let [high, low] = u16::try_from(offset).unwrap_or(0x7FFF).to_be_bytes();
    card.send(&Command::new(0x00, 0xB0, high, low).expecting(CHUNK))
}

fn as_text(bytes: Vec<u8>) -> Result<String, CardError> {
    String::from_utf8(bytes).ok().filter(|text| text.is_ascii() && !text.is_empty()).ok_or(FAULT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atr::SIM_APCV;
    use crate::channel::ChannelError;

    /// Answers from a list, then the last one for ever.
    struct Script {
        atr: Vec<u8>,
        answers: Vec<Vec<u8>>,
    }

    impl CardChannel for Script {
        fn atr(&self) -> &[u8] {
            &self.atr
        }

        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, ChannelError> {
            if self.answers.len() > 1 { Ok(self.answers.remove(0)) } else { Ok(self.answers[0].clone()) }
        }
    }

    fn context(answers: &[&[u8]]) -> Result<String, CardError> {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        Phone::open(Box::new(Script { atr: SIM_APCV.to_vec(), answers }))?.context()
    }

    fn full() -> Vec<u8> {
        [vec![b'A'; 256], vec![0x90, 0x00]].concat()
    }

    #[test]
    fn a_text_is_read_to_its_end() {
        assert_eq!(context(&[&[0x90, 0], b"abc\x90\x00"]).as_deref(), Ok("abc"));
        let two = context(&[&[0x90, 0], &full(), &[0x6C, 3], b"abc\x90\x00"]).expect("a text");
        assert_eq!(two.len(), 259);
        let one = context(&[&[0x90, 0], &full(), &[0x6B, 0]]).expect("a text");
        assert_eq!(one.len(), 256);
    }

    #[test]
    fn what_is_no_text_is_refused_and_what_never_ends_is_stopped() {
        assert_eq!(context(&[&[0x6A, 0x82]]), Err(CardError::NoSimApplication));
        assert_eq!(context(&[&[0x90, 0], &[0x6F, 0x42]]), Err(CardError::Unexpected { sw: 0x6F42 }));
        assert_eq!(context(&[&[0x90, 0], &[0x90, 0]]), Err(FAULT));
        assert_eq!(context(&[&[0x90, 0], b"\xC3\xA9\x90\x00"]), Err(FAULT));
        assert_eq!(context(&[&[0x90, 0], &full()]), Err(CardError::Endless));
    }

    #[test]
    fn a_card_is_no_telephone() {
        let card =
            Script { atr: vec![0x3B, 0x75, 0x13, 0, 0, 0x43, 0x09, 0xEA, 0x90, 0], answers: vec![vec![0x90, 0]] };
        let error = Phone::open(Box::new(card)).err();
        assert_eq!(error, Some(CardError::NotThatCard { kind: CardKind::Vitale2 }));
    }
}
