//! A simulated card in a reader: power, transport (T=0 or direct), speed and faults around its application.
//! Not the application: `cps3`, `cps4` and `vitale2` answer. Source: ISO 7816-3 (T=0 cases), reference cards 1.4 and 2.3.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crate::command::{Command, Response};
use crate::cps3::Cps3;
use crate::cps4::Cps4;
use crate::fault::Fault;
use crate::image::{CardImage, Content};
use crate::vitale2::Vitale2;

/// Speed, transport and fault of a simulated card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// Milliseconds for every APDU; a real card takes 10 to 30.
    pub apdu_ms: u64,
    /// Milliseconds more for every private key operation; real cards take 60 to 680, 185 in the median.
    pub rsa_ms: u64,
    /// Answers as T=0 cards do, 61xx and 6Cxx; else all at once.
    pub t0: bool,
    /// A fault to play.
    pub fault: Option<Fault>,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { apdu_ms: 0, rsa_ms: 0, t0: true, fault: None }
    }
}

/// What comes out of the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A response.
    Bytes(Vec<u8>),
    /// Nothing: the card is mute.
    Silence,
    /// The card is no longer there.
    Removed,
}

/// What a card does with commands, whatever carries them.
pub(crate) trait Application: Send {
    /// The answer to reset.
    fn atr(&self) -> &'static [u8];
    /// Power on or reset: back to the master file, no PIN verified.
    fn reset(&mut self);
    /// One command.
    fn execute(&mut self, command: &Command<'_>) -> Response;
    /// Blocks the PIN, if there is one.
    fn block(&mut self) {}
}

/// Of a bank card (pcsc-tools, `smartcard_list.txt`): no card of a practice.
const FOREIGN_ATR: [u8; 9] = [0x3B, 0x65, 0x00, 0x00, 0x20, 0x63, 0xCB, 0x68, 0x00];

/// A card.
pub struct SimCard {
    application: Box<dyn Application>,
    knobs: Knobs,
    waiting: Vec<u8>,
    answered: u32,
    insertion: Arc<AtomicU32>,
}

impl SimCard {
    /// A card fresh from its image, powered.
    pub fn new(image: CardImage, knobs: Knobs) -> Self {
        let mut application: Box<dyn Application> = match &image.content {
            Content::Cps3(cps) => Box::new(Cps3::new(&image.serial, cps)),
            Content::Cps4(cps) => Box::new(Cps4::new(&image.serial, cps)),
            Content::Vitale2(vitale) => Box::new(Vitale2::new(vitale)),
        };
        if knobs.fault == Some(Fault::Blocked) {
            application.block();
        }
        Self { application, knobs, waiting: Vec::new(), answered: 0, insertion: Arc::default() }
    }

    /// Something else in a reader that answers APDUs.
    pub(crate) fn with_application(application: Box<dyn Application>, knobs: Knobs) -> Self {
        Self { application, knobs, waiting: Vec::new(), answered: 0, insertion: Arc::default() }
    }

    /// The answer to reset.
    pub fn atr(&self) -> &[u8] {
        if self.knobs.fault == Some(Fault::ForeignAtr) { &FOREIGN_ATR } else { self.application.atr() }
    }

    /// Power on or reset: what was verified is forgotten, tries used up stay used up.
    pub fn power_on(&mut self) {
        self.application.reset();
        self.waiting.clear();
    }

    /// Whether answers come as over T=0.
    pub fn is_t0(&self) -> bool {
        self.knobs.t0
    }

    /// Counts how often the card was pulled; whoever remembers another number talks to a card that is gone.
    pub(crate) fn insertion(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.insertion)
    }

    /// The response to a command; empty when there is none.
    pub fn answer(&mut self, apdu: &[u8]) -> Vec<u8> {
        match self.reply(apdu) {
            Reply::Bytes(bytes) => bytes,
            Reply::Silence | Reply::Removed => Vec::new(),
        }
    }

    /// What comes out of the reader for a command.
    pub fn reply(&mut self, apdu: &[u8]) -> Reply {
        let slower = match self.knobs.fault {
            Some(Fault::Slow(ms)) => ms,
            _ => 0,
        };
        wait(self.knobs.apdu_ms + slower);
        match self.knobs.fault {
            Some(Fault::Pull(after)) if self.answered >= after => {
                self.insertion.fetch_add(1, Ordering::SeqCst);
                return Reply::Removed;
            }
            Some(Fault::Mute(after)) if self.answered >= after => return Reply::Silence,
            Some(Fault::Status { sw, after }) if self.answered >= after => {
                return Reply::Bytes(sw.to_be_bytes().to_vec());
            }
            _ => {}
        }
        if self.knobs.fault == Some(Fault::Reset(self.answered)) {
            self.power_on();
        }
        self.answered += 1;
        let Some(command) = Command::parse(apdu) else {
            return Reply::Bytes(0x6700_u16.to_be_bytes().to_vec());
        };
        let (data, sw) = self.transport(&command);
        Reply::Bytes([data, sw.to_be_bytes().to_vec()].concat())
    }

    fn transport(&mut self, command: &Command<'_>) -> (Vec<u8>, u16) {
        if command.instruction == 0xC0 && matches!(command.class, 0x00 | 0x01 | 0xA0) {
            return self.get_response(command);
        }
        self.waiting.clear();
        let mut response = self.application.execute(command);
        if response.used_key {
            wait(self.knobs.rsa_ms);
        }
        if self.knobs.fault == Some(Fault::Corrupt) && is_read_from_start(command) {
            corrupt(&mut response.data);
        }
        if response.sw != 0x9000 || response.data.is_empty() {
            return (Vec::new(), response.sw);
        }
        match (command.class, command.body.is_empty()) {
            // The volet is T=0 by its own commands, whatever the transport.
            (0xA0, false) => self.keep(response.data, 0x9F00),
            (0xA0, true) => gsm_read(response.data, command.expected),
            _ if !self.knobs.t0 => direct(response.data, command.expected),
            (_, false) => self.keep(response.data, 0x6100),
            (_, true) => exact(response.data, command.expected),
        }
    }

    fn keep(&mut self, data: Vec<u8>, word: u16) -> (Vec<u8>, u16) {
        self.waiting = data;
        (Vec::new(), word | announced(self.waiting.len()))
    }

    fn get_response(&mut self, command: &Command<'_>) -> (Vec<u8>, u16) {
        let want = command.expected.unwrap_or(256);
        if self.waiting.is_empty() {
            return (Vec::new(), 0x6985);
        }
        if want > self.waiting.len() {
            return (Vec::new(), 0x6C00 | announced(self.waiting.len()));
        }
        let rest = self.waiting.split_off(want);
        let data = std::mem::replace(&mut self.waiting, rest);
        match self.waiting.len() {
            0 => (data, 0x9000),
            left => (data, 0x6100 | announced(left)),
        }
    }
}

/// SW2 of 61xx, 6Cxx and 9Fxx: 00 says 256 or more.
fn announced(length: usize) -> u16 {
    u16::try_from(length).ok().filter(|length| *length < 256).unwrap_or(0)
}

/// T=0, case 2: the length must be the right one.
fn exact(mut data: Vec<u8>, expected: Option<usize>) -> (Vec<u8>, u16) {
    let want = expected.unwrap_or(256);
    if data.len() < want {
        return (Vec::new(), 0x6C00 | announced(data.len()));
    }
    data.truncate(want);
    (data, 0x9000)
}

/// All at once: nothing without an expected length, and a warning when a file ends early.
fn direct(mut data: Vec<u8>, expected: Option<usize>) -> (Vec<u8>, u16) {
    let Some(want) = expected else { return (Vec::new(), 0x9000) };
    let sw = if data.len() < want && want != 256 { 0x6282 } else { 0x9000 };
    data.truncate(want);
    (data, sw)
}

fn gsm_read(mut data: Vec<u8>, expected: Option<usize>) -> (Vec<u8>, u16) {
    match expected {
        Some(want) if want <= data.len() => {
            data.truncate(want);
            (data, 0x9000)
        }
        _ => (Vec::new(), 0x6700),
    }
}

fn is_read_from_start(command: &Command<'_>) -> bool {
    command.instruction == 0xB0 && (command.parameters() == 0 || command.p1 & 0x80 != 0 && command.p2 == 0)
}

fn corrupt(data: &mut [u8]) {
    if let Some(byte) = data.get_mut(1) {
        *byte ^= 0x7F;
    }
}

#[expect(clippy::disallowed_methods, reason = "a card takes its time: this is the time")]
fn wait(ms: u64) {
    if ms > 0 {
        thread::sleep(Duration::from_millis(ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo;

    impl Application for Echo {
        fn atr(&self) -> &'static [u8] {
            &[0x3B]
        }

        fn reset(&mut self) {}

        fn execute(&mut self, command: &Command<'_>) -> Response {
            Response::data(vec![0x5A; usize::from(command.p2)])
        }
    }

    fn card(t0: bool, fault: Option<Fault>) -> SimCard {
        let knobs = Knobs { t0, fault, ..Knobs::default() };
        SimCard { application: Box::new(Echo), knobs, waiting: Vec::new(), answered: 0, insertion: Arc::default() }
    }

    #[test]
    fn t0_asks_for_the_right_length_and_keeps_answers_to_be_fetched() {
        let mut card = card(true, None);
        assert_eq!(card.answer(&[0, 0xB0, 0, 3, 0]), [0x6C, 3]);
        assert_eq!(card.answer(&[0, 0xB0, 0, 3, 3]), [0x5A, 0x5A, 0x5A, 0x90, 0]);
        assert_eq!(card.answer(&[0, 0xB0, 0, 3, 2]), [0x5A, 0x5A, 0x90, 0]);
        assert_eq!(card.answer(&[0, 0xA4, 0, 3, 1, 9]), [0x61, 3]);
        assert_eq!(card.answer(&[0, 0xC0, 0, 0, 0]), [0x6C, 3]);
        assert_eq!(card.answer(&[0, 0xC0, 0, 0, 2]), [0x5A, 0x5A, 0x61, 1]);
        assert_eq!(card.answer(&[0, 0xC0, 0, 0, 1]), [0x5A, 0x90, 0]);
        assert_eq!(card.answer(&[0, 0xC0, 0, 0, 1]), [0x69, 0x85]);
    }

    #[test]
    fn direct_gives_all_and_nothing_unasked() {
        let mut card = card(false, None);
        assert_eq!(card.answer(&[0, 0xA4, 0, 2, 1, 9, 0]), [0x5A, 0x5A, 0x90, 0]);
        assert_eq!(card.answer(&[0, 0xA4, 0, 2, 1, 9]), [0x90, 0]);
        assert_eq!(card.answer(&[0, 0xB0, 0, 2, 9]), [0x5A, 0x5A, 0x62, 0x82]);
    }

    #[test]
    fn faults_begin_when_they_should() {
        let read = [0, 0xB0, 0, 1, 1];
        let replies = |fault| {
            let mut card = card(true, Some(fault));
            [card.reply(&read), card.reply(&read), card.reply(&read)]
        };
        let fine = Reply::Bytes(vec![0x5A, 0x90, 0]);
        assert_eq!(replies(Fault::Pull(1)), [fine.clone(), Reply::Removed, Reply::Removed]);
        assert_eq!(replies(Fault::Mute(2)), [fine.clone(), fine.clone(), Reply::Silence]);
        let word = Reply::Bytes(vec![0x6F, 0x42]);
        assert_eq!(replies(Fault::Status { sw: 0x6F42, after: 1 }), [fine, word.clone(), word]);
    }

    #[test]
    fn bytes_that_are_no_command_are_refused() {
        let mut card = card(true, None);
        assert_eq!(card.answer(&[]), [0x67, 0]);
        assert_eq!(card.answer(&[0, 0xA4, 4, 0, 9, 1]), [0x67, 0]);
    }
}
