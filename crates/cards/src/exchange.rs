//! The dialogue over a channel: follows 61xx and 6Cxx, counts APDUs, and stops a card that would answer for ever or that
//! takes too long over a job.
//! Not an application: it gives the status word and the data, whatever they are. Source: ISO 7816-4, 5.1.

use std::time::{Duration, Instant};

use crate::apdu::Command;
use crate::channel::CardChannel;
use crate::error::CardError;
use crate::status::StatusWord;

/// How many APDUs one job (opening, reading, signing) may take. A large Vitale needs about a hundred.
pub const JOB_APDUS: u32 = 512;

/// How many bytes one command may bring in all.
pub const ANSWER_BYTES: usize = 0x8000;

/// How many bytes one job may bring in all; the largest card that is published holds less than a third of it.
pub const JOB_BYTES: usize = 0x1_0000;

/// How long one job may take: the slowest card of a practice is read whole in three seconds. The command that is under way
/// then may still end; no other begins.
pub const JOB_TIME: Duration = Duration::from_secs(20);

/// A short response holds 256 bytes and the status word.
const RESPONSE_BYTES: usize = 258;

const LENGTH_FAULT: CardError = CardError::Damaged { what: "APDU" };

/// What a card answered in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The last status word.
    pub status: StatusWord,
    /// The same, as it came.
    pub sw: u16,
    /// All data, of all responses.
    pub data: Vec<u8>,
}

impl Answer {
    /// The data of a command that succeeded, else what the status word says.
    pub fn success(self) -> Result<Vec<u8>, CardError> {
        match self.status {
            StatusWord::Ok => Ok(self.data),
            StatusWord::Refused => Err(CardError::PinRequired),
            StatusWord::Blocked => Err(CardError::PinBlocked),
            _ => Err(CardError::Unexpected { sw: self.sw }),
        }
    }
}

/// How long it is since some moment; tests move it.
type Watch = Box<dyn Fn() -> Duration + Send>;

/// A channel with its counter.
pub struct Exchange {
    channel: Box<dyn CardChannel>,
    logical: u8,
    apdus: u32,
    limit: u32,
    room: usize,
    watch: Watch,
    until: Duration,
}

impl Exchange {
    /// Takes the channel over and begins the first job.
    pub fn new(channel: Box<dyn CardChannel>) -> Self {
        let start = Instant::now();
        Self::timed(channel, Box::new(move || start.elapsed()))
    }

    fn timed(channel: Box<dyn CardChannel>, watch: Watch) -> Self {
        let until = watch().saturating_add(JOB_TIME);
        Self { channel, logical: 0, apdus: 0, limit: JOB_APDUS, room: JOB_BYTES, watch, until }
    }

    /// Begins the next job, which may take `JOB_APDUS`, `JOB_BYTES` and `JOB_TIME` again.
    pub fn begin_job(&mut self) {
        self.limit = self.apdus.saturating_add(JOB_APDUS);
        self.room = JOB_BYTES;
        self.until = (self.watch)().saturating_add(JOB_TIME);
    }

    /// Does one job while no other program speaks with the card, where the channel can hold it.
    pub fn held<T>(&mut self, job: impl FnOnce(&mut Self) -> Result<T, CardError>) -> Result<T, CardError> {
        self.begin_job();
        self.hold()?;
        let result = job(self);
        self.release();
        result
    }

    /// Keeps other programs from the card until [`Exchange::release`].
    pub fn hold(&mut self) -> Result<(), CardError> {
        self.channel.begin().map_err(CardError::Channel)
    }

    /// Lets other programs speak with the card again.
    pub fn release(&mut self) {
        self.channel.end();
    }

    /// Speaks on that logical channel from now on; 0 is the basic one.
    pub fn use_channel(&mut self, number: u8) {
        self.logical = number;
    }

    /// How many APDUs were sent, GET RESPONSE included.
    pub fn apdus(&self) -> u32 {
        self.apdus
    }

    /// The ATR of the card.
    pub fn atr(&self) -> &[u8] {
        self.channel.atr()
    }

    /// Gives the channel back.
    pub fn into_channel(self) -> Box<dyn CardChannel> {
        self.channel
    }

    /// Sends a command and fetches all of its answer. A `once` command is never sent again, whatever the card asks.
    pub fn send(&mut self, command: &Command) -> Result<Answer, CardError> {
        let mut corrected = command.is_once();
        let mut data = Vec::new();
        let mut next = command.clone();
        loop {
            let (sw, bytes) = self.transmit(&next)?;
            if data.len() + bytes.len() > ANSWER_BYTES {
                return Err(CardError::Endless);
            }
            data.extend_from_slice(&bytes);
            let status = StatusWord::from(sw);
            match status {
                StatusWord::MoreData(_) if command.leaves_the_answer() => {
                    return Ok(Answer { status: StatusWord::Ok, sw, data });
                }
                StatusWord::MoreData(length) => next = command.get_response(length),
                StatusWord::WrongLength(length) if !corrected => {
                    corrected = true;
                    next = next.expecting(length);
                }
                _ => return Ok(Answer { status, sw, data }),
            }
        }
    }

    fn transmit(&mut self, command: &Command) -> Result<(u16, Vec<u8>), CardError> {
        if self.apdus >= self.limit || (self.watch)() >= self.until {
            return Err(CardError::Endless);
        }
        self.apdus += 1;
        let mut response = self.channel.transmit(&command.bytes(self.channel.protocol(), self.logical))?;
        if response.len() > RESPONSE_BYTES {
            return Err(LENGTH_FAULT);
        }
        self.room = self.room.checked_sub(response.len()).ok_or(CardError::Endless)?;
        let (Some(low), Some(high)) = (response.pop(), response.pop()) else {
            return Err(LENGTH_FAULT);
        };
        Ok((u16::from_be_bytes([high, low]), response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::ChannelError;

    /// Answers from a list, then the last one for ever; keeps what was sent.
    struct Script {
        answers: Vec<Vec<u8>>,
        sent: std::sync::Arc<std::sync::Mutex<Vec<Vec<u8>>>>,
    }

    impl CardChannel for Script {
        fn atr(&self) -> &[u8] {
            &[]
        }

        fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
            self.sent.lock().expect("lock").push(apdu.to_vec());
            if self.answers.len() > 1 { Ok(self.answers.remove(0)) } else { Ok(self.answers[0].clone()) }
        }
    }

    type Sent = std::sync::Arc<std::sync::Mutex<Vec<Vec<u8>>>>;

    fn script(answers: &[&[u8]]) -> (Exchange, Sent) {
        let sent = Sent::default();
        let channel = Script { answers: answers.iter().map(|a| a.to_vec()).collect(), sent: sent.clone() };
        (Exchange::new(Box::new(channel)), sent)
    }

    #[test]
    fn waiting_bytes_are_fetched() {
        let (mut exchange, sent) = script(&[&[0x61, 0x02], &[1, 0x61, 0x01], &[2, 0x90, 0x00]]);
        let answer = exchange.send(&Command::new(0x00, 0xA4, 0x09, 0x04).body(&[0x3F, 0x00])).expect("answer");
        assert_eq!((answer.data, answer.status), (vec![1, 2], StatusWord::Ok));
        assert_eq!(sent.lock().expect("lock")[1], [0x00, 0xC0, 0x00, 0x00, 0x02]);
        assert_eq!(exchange.apdus(), 3);
    }

    /// Counts who holds it, and refuses when told to.
    struct Shared {
        held: std::sync::Arc<std::sync::Mutex<(i32, u32)>>,
        is_busy: bool,
    }

    impl CardChannel for Shared {
        fn atr(&self) -> &[u8] {
            &[]
        }

        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, ChannelError> {
            assert_eq!(self.held.lock().expect("lock").0, 1, "a command outside of a transaction");
            Ok(vec![0x6F, 0x42])
        }

        fn begin(&mut self) -> Result<(), ChannelError> {
            if self.is_busy {
                return Err(ChannelError::Busy);
            }
            let mut held = self.held.lock().expect("lock");
            *held = (held.0 + 1, held.1 + 1);
            Ok(())
        }

        fn end(&mut self) {
            self.held.lock().expect("lock").0 -= 1;
        }
    }

    #[test]
    fn a_job_holds_the_card_and_lets_it_go_whatever_comes_of_it() {
        let held = std::sync::Arc::new(std::sync::Mutex::new((0, 0)));
        let mut exchange = Exchange::new(Box::new(Shared { held: held.clone(), is_busy: false }));
        let failing = exchange.held(|card| card.send(&Command::new(0, 0, 0, 0)).and_then(Answer::success));
        assert_eq!(failing, Err(CardError::Unexpected { sw: 0x6F42 }));
        assert_eq!(exchange.held(|_| Ok(())), Ok(()));
        assert_eq!(*held.lock().expect("lock"), (0, 2), "taken twice and given back");
        let mut exchange = Exchange::new(Box::new(Shared { held: held.clone(), is_busy: true }));
        let busy = exchange.held(|card| card.send(&Command::new(0, 0, 0, 0)).map(|_| ()));
        assert_eq!(busy, Err(CardError::Channel(ChannelError::Busy)));
        assert_eq!((exchange.apdus(), *held.lock().expect("lock")), (0, (0, 2)));
    }

    #[test]
    fn the_volet_is_answered_in_its_class() {
        let (mut exchange, sent) = script(&[&[0x9F, 0x07], &[1, 2, 3, 4, 5, 6, 7, 0x90, 0x00]]);
        exchange.send(&Command::new(0xA0, 0xA4, 0x00, 0x00).body(&[0x3F, 0x00])).expect("answer");
        assert_eq!(sent.lock().expect("lock")[1], [0xA0, 0xC0, 0x00, 0x00, 0x07]);
    }

    #[test]
    fn a_wrong_length_is_corrected_once() {
        let (mut exchange, sent) = script(&[&[0x6C, 0x03], &[0x6C, 0x02]]);
        let answer = exchange.send(&Command::new(0x00, 0xB0, 0x00, 0x00).expecting(256)).expect("answer");
        assert_eq!(answer.status, StatusWord::WrongLength(2));
        assert_eq!(sent.lock().expect("lock")[1], [0x00, 0xB0, 0x00, 0x00, 0x03]);
    }

    #[test]
    fn a_secret_is_sent_once_even_when_the_card_asks_again() {
        let (mut exchange, sent) = script(&[&[0x6C, 0x04]]);
        let verify = Command::new(0x00, 0x20, 0x00, 0x01).body(b"1234").once();
        assert_eq!(exchange.send(&verify).expect("answer").status, StatusWord::WrongLength(4));
        assert_eq!(sent.lock().expect("lock").len(), 1);
    }

    #[test]
    fn a_card_that_never_ends_is_stopped() {
        let (mut exchange, sent) = script(&[&[0x61, 0x00]]);
        let endless = Command::new(0x00, 0xCA, 0x00, 0x00);
        assert_eq!(exchange.send(&endless), Err(CardError::Endless));
        assert_eq!(sent.lock().expect("lock").len(), JOB_APDUS as usize);

        let mut long = vec![0x55; 256];
        long.extend([0x61, 0x00]);
        let (mut exchange, sent) = script(&[&long]);
        assert_eq!(exchange.send(&endless), Err(CardError::Endless));
        assert_eq!(sent.lock().expect("lock").len(), ANSWER_BYTES / 256 + 1);
    }

    #[test]
    fn a_card_whose_every_answer_is_full_is_stopped_too() {
        let mut full = vec![0x55; 256];
        full.extend([0x90, 0x00]);
        let (mut exchange, sent) = script(&[&full]);
        let read = Command::new(0x00, 0xB0, 0x00, 0x00).expecting(256);
        let error = (0..JOB_APDUS).find_map(|_| exchange.send(&read).err());
        assert_eq!(error, Some(CardError::Endless));
        assert_eq!(sent.lock().expect("lock").len(), JOB_BYTES / 258 + 1);
        exchange.begin_job();
        assert!(exchange.send(&read).is_ok(), "the next job has its own room");
    }

    #[test]
    fn a_card_that_takes_too_long_over_a_job_is_stopped() {
        type Hands = std::sync::Arc<std::sync::Mutex<Duration>>;
        /// Takes nine seconds over each command.
        struct Slow(Hands);
        impl CardChannel for Slow {
            fn atr(&self) -> &[u8] {
                &[]
            }

            fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, ChannelError> {
                *self.0.lock().expect("lock") += Duration::from_secs(9);
                Ok(vec![0x90, 0x00])
            }
        }
        let hands = Hands::default();
        let watch = hands.clone();
        let watch: Watch = Box::new(move || *watch.lock().expect("lock"));
        let mut exchange = Exchange::timed(Box::new(Slow(hands)), watch);
        let command = Command::new(0x00, 0xA4, 0x04, 0x0C).body(&[1]);
        for job in 1..=2 {
            let heard = (0..9).filter(|_| exchange.send(&command).is_ok()).count();
            assert_eq!(heard, 3, "job {job}: those that began at 0, 9 and 18 seconds");
            assert_eq!(exchange.send(&command), Err(CardError::Endless));
            exchange.begin_job();
        }
        assert_eq!(exchange.apdus(), 6, "what is refused is not sent");
    }

    #[test]
    fn an_answer_that_nobody_wants_is_not_fetched() {
        let (mut exchange, sent) = script(&[&[0x61, 0x27], &[0x9F, 0x07]]);
        let select = Command::new(0x00, 0xA4, 0x09, 0x04).body(&[0x3F, 0x00]).leaving_the_answer();
        assert_eq!(exchange.send(&select).and_then(Answer::success), Ok(vec![]));
        let select = Command::new(0xA0, 0xA4, 0x00, 0x00).body(&[0x3F, 0x00]).leaving_the_answer();
        assert_eq!(exchange.send(&select).and_then(Answer::success), Ok(vec![]));
        assert_eq!((exchange.apdus(), sent.lock().expect("lock").len()), (2, 2));
    }

    #[test]
    fn a_response_without_status_word_or_too_long_is_damage() {
        for response in [vec![], vec![0x90], vec![0; 259]] {
            let (mut exchange, _) = script(&[&response]);
            assert_eq!(exchange.send(&Command::new(0, 0, 0, 0)), Err(LENGTH_FAULT), "{} bytes", response.len());
        }
    }
}
