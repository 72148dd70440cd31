//! The dialogue itself: every command is answered with the next piece of the fuzzer's bytes, whatever was asked.

use std::collections::VecDeque;

use liasse_cards::{CardChannel, ChannelError, Protocol};

use super::cps_files::{CPS3, CPS4};
use super::job::{use_cps, use_vitale};
use super::vitale_files::VITALE2;

/// Bits of the first byte.
const IS_VITALE: u8 = 1;
const IS_T1: u8 = 2;
const IS_CPS4: u8 = 4;
/// After its end the last answer comes for ever; else the card is out.
const FOR_EVER: u8 = 8;

/// Lengths from here on are no response but an error of the channel.
const FAULTS: u16 = 0xFF00;

/// A response has 258 bytes at most; a hostile reader may give more.
const LONGEST: u16 = 600;

/// The first byte chooses card and protocol; then answers, each `length(2) bytes`.
pub fn apdu_dialogue(bytes: &[u8]) {
    let Some(flags) = bytes.first() else { return };
    match flags & (IS_VITALE | IS_CPS4) {
        0 => use_cps(Script::new(&CPS3, bytes)),
        IS_CPS4 => use_cps(Script::new(&CPS4, bytes)),
        _ => use_vitale(Script::new(&VITALE2, bytes)),
    }
}

type Answer = Result<Vec<u8>, ChannelError>;

fn cut(mut bytes: &[u8]) -> VecDeque<Answer> {
    let mut answers = VecDeque::new();
    while let [high, low, rest @ ..] = bytes {
        let length = u16::from_be_bytes([*high, *low]);
        bytes = rest;
        if length >= FAULTS {
            answers.push_back(Err(fault(*low)));
            continue;
        }
        let (answer, rest) = bytes.split_at(usize::from(length % (LONGEST + 1)).min(bytes.len()));
        answers.push_back(Ok(answer.to_vec()));
        bytes = rest;
    }
    answers
}

fn fault(number: u8) -> ChannelError {
    match number {
        0 => ChannelError::Removed,
        1 => ChannelError::Reset,
        2 => ChannelError::Busy,
        3 => ChannelError::NoService,
        4 => ChannelError::NoReader,
        5 => ChannelError::Mute,
        other => ChannelError::from_pcsc(0x8010_0000 | u32::from(other)),
    }
}

/// A card that answers what is written, whatever it is asked.
pub struct Script {
    atr: &'static [u8],
    answers: VecDeque<Answer>,
    last: Option<Answer>,
    for_ever: bool,
    protocol: Protocol,
}

impl Script {
    /// The flags, then the answers.
    pub fn new(atr: &'static [u8], bytes: &[u8]) -> Self {
        let (flags, answers) = bytes.split_first().unwrap_or((&0, &[]));
        Self {
            atr,
            answers: cut(answers),
            last: None,
            for_ever: flags & FOR_EVER != 0,
            protocol: if flags & IS_T1 != 0 { Protocol::T1 } else { Protocol::T0 },
        }
    }
}

impl CardChannel for Script {
    fn atr(&self) -> &[u8] {
        self.atr
    }

    fn transmit(&mut self, _: &[u8]) -> Answer {
        if let Some(next) = self.answers.pop_front() {
            if self.answers.is_empty() && self.for_ever {
                self.last = Some(next.clone());
            }
            return next;
        }
        self.last.clone().unwrap_or(Err(ChannelError::Removed))
    }

    fn protocol(&self) -> Protocol {
        self.protocol
    }
}
