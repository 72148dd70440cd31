//! PC/SC readers of this computer, through the smart card service: the only place that knows the crate `pcsc`.
//! One owner calls `list` and `wait_change`, blocks and is woken by `waker`; each card has a thread of its own, which another
//! program may keep waiting (`connection`). Traps of pcscd and vpcd: reference cards, 5.

mod connection;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState as Watched, Scope, State};

use crate::channel::{CardChannel, ChannelError};
use connection::{Connection, Pending};

/// `SCardCancel` reaches only a call that already waits: no single wait is longer than this, so that a wake-up that
/// came a moment too early is noticed.
const SLICE: Duration = Duration::from_millis(250);
/// How long the first wait after a wake-up is, each next one twice as long: one wake-up often follows another closely, and one that
/// was missed is then noticed after no more time than has passed since.
const FIRST_SLICE: Duration = Duration::from_millis(4);

/// A reader and the card in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderState {
    /// Its name in the service.
    pub name: String,
    /// The ATR of the card in it, if one is in it; empty where that card does not answer.
    pub atr: Option<Vec<u8>>,
    /// Counts insertions and removals: another number is another insertion, be it of the same card.
    pub insertions: u32,
}

/// The readers, and what was last known of each.
pub struct PcscReaders {
    context: Context,
    /// The same context for the waker: a service that was started again has another one.
    current: Arc<Mutex<Context>>,
    watched: Vec<Watched>,
    woken: Arc<AtomicBool>,
    /// How long the next single wait is.
    slice: Duration,
    /// Cards that another program holds: the attempts go on.
    attempts: Attempts<Pending>,
}

/// Attempts to connect that go on by themselves, each about one insertion: its reader and the count of that.
struct Attempts<P>(Vec<(String, u32, P)>);

impl<P> Attempts<P> {
    fn keep(&mut self, reader: &str, insertions: u32, attempt: P) {
        self.0.push((reader.to_owned(), insertions, attempt));
    }

    fn take(&mut self, reader: &str, insertions: u32) -> Option<P> {
        let index = self.0.iter().position(|(name, count, _)| name == reader && *count == insertions)?;
        Some(self.0.swap_remove(index).2)
    }

    /// Lets go of those whose card is no more the one in the reader: what they brought would be about a card that is out.
    fn keep_to(&mut self, states: &[ReaderState]) {
        let lies_there = |name: &str, count: u32| states.iter().any(|s| s.name == name && s.insertions == count);
        self.0.retain(|(name, count, _)| lies_there(name, *count));
    }
}

impl PcscReaders {
    /// Connects to the smart card service; `NoService` when it does not run.
    pub fn establish() -> Result<Self, ChannelError> {
        let context = Context::establish(Scope::User).map_err(channel_error)?;
        Ok(Self {
            current: Arc::new(Mutex::new(context.clone())),
            context,
            watched: Vec::new(),
            woken: Arc::default(),
            slice: SLICE,
            attempts: Attempts(Vec::new()),
        })
    }

    /// Every reader and what is in it now; this is what `wait_change` compares with. A service that was stopped and started
    /// again is connected to anew.
    pub fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError> {
        match self.look() {
            Err(error) if is_of_a_dead_service(error) => {
                self.watched.clear();
                self.attempts.0.clear();
                let context = Context::establish(Scope::User).map_err(channel_error)?;
                *self.current.lock().unwrap_or_else(PoisonError::into_inner) = context.clone();
                self.context = context;
                self.look().map_err(channel_error)
            }
            seen => seen.map_err(channel_error),
        }
    }

    fn look(&mut self) -> Result<Vec<ReaderState>, Error> {
        let names = match self.context.list_readers_owned() {
            Ok(names) => names,
            Err(Error::NoReadersAvailable) => Vec::new(),
            Err(error) => return Err(error),
        };
        // The first entry watches readers that come and go; its high half carries their number.
        let mut watched = vec![Watched::new(PNP_NOTIFICATION(), State::UNAWARE)];
        watched.extend(names.into_iter().map(|name| Watched::new(name, State::UNAWARE)));
        match self.context.get_status_change(Duration::ZERO, &mut watched) {
            Ok(()) | Err(Error::Timeout) => {}
            Err(error) => return Err(error),
        }
        for reader in &mut watched {
            reader.sync_current_state();
        }
        self.watched = watched;
        let states: Vec<ReaderState> = self.watched[1..].iter().map(state_of).collect();
        self.attempts.keep_to(&states);
        Ok(states)
    }

    /// Waits until something differs from what `list` last gave, at most `timeout`; `true` when it does. A wake-up
    /// ends the wait with `false`.
    pub fn wait_change(&mut self, timeout: Duration) -> Result<bool, ChannelError> {
        if self.watched.is_empty() {
            self.list()?;
        }
        let deadline = Instant::now() + timeout;
        loop {
            if self.woken.swap(false, Ordering::SeqCst) {
                self.slice = FIRST_SLICE;
                return Ok(false);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.context.get_status_change(left.min(self.slice), &mut self.watched) {
                Ok(()) => return Ok(true),
                Err(Error::Timeout) if left > self.slice => self.slice = SLICE.min(self.slice * 2),
                Err(Error::Timeout) => return Ok(false),
                Err(Error::Cancelled) => {
                    self.woken.store(false, Ordering::SeqCst);
                    self.slice = FIRST_SLICE;
                    return Ok(false);
                }
                // A reader that went away is a change, not a fault.
                Err(Error::UnknownReader | Error::ReaderUnavailable) => return Ok(true),
                Err(error) => return Err(channel_error(error)),
            }
        }
    }

    /// Connects to the card in that reader, shared with other programs. A card that another one holds is waited for once;
    /// from then on the attempt goes on by itself, and each call only looks whether it has succeeded.
    pub fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError> {
        let insertions = self.insertions(reader);
        if let Some(attempt) = self.attempts.take(reader, insertions) {
            match attempt.wait() {
                // What ended badly meanwhile may have done so before the reader said that its card was another.
                Err((None, _)) => {}
                waited => return self.kept(reader, insertions, waited),
            }
        }
        let waited = Pending::begin(reader)?.wait();
        self.kept(reader, insertions, waited)
    }

    /// An attempt that goes on is kept for the next call.
    fn kept(
        &mut self,
        reader: &str,
        insertions: u32,
        waited: Result<Connection, (Option<Pending>, ChannelError)>,
    ) -> Result<Box<dyn CardChannel>, ChannelError> {
        match waited {
            Ok(connection) => Ok(Box::new(connection)),
            Err((goes_on, error)) => {
                if let Some(pending) = goes_on {
                    self.attempts.keep(reader, insertions, pending);
                }
                Err(error)
            }
        }
    }

    /// Which insertion the card in that reader is, as last seen.
    fn insertions(&self, reader: &str) -> u32 {
        self.watched.iter().find(|seen| seen.name().to_string_lossy() == reader).map_or(0, Watched::event_count)
    }

    /// Who made the reader of that name, its model and its driver's version, where the driver says so.
    pub fn driver(&self, reader: &str) -> Option<String> {
        connection::driver(reader)
    }

    /// Ends a running `wait_change`, or the next one, from any thread.
    pub fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        let (current, woken) = (Arc::clone(&self.current), Arc::clone(&self.woken));
        Arc::new(move || {
            woken.store(true, Ordering::SeqCst);
            let context = current.lock().unwrap_or_else(PoisonError::into_inner).clone();
            // When the service is gone there is no wait to end either.
            if let Err(error) = context.cancel() {
                tracing::debug!(code = error as u32, "SCardCancel");
            }
        })
    }
}

fn state_of(reader: &Watched) -> ReaderState {
    let state = reader.event_state();
    let atr = match (state.contains(State::PRESENT), state.contains(State::MUTE)) {
        (true, true) => Some(Vec::new()),
        (true, false) => Some(reader.atr().to_vec()).filter(|atr| !atr.is_empty()),
        (false, _) => None,
    };
    ReaderState { name: reader.name().to_string_lossy().into_owned(), atr, insertions: reader.event_count() }
}

/// What a context says whose service has ended.
fn is_of_a_dead_service(error: Error) -> bool {
    error == Error::InvalidHandle || channel_error(error) == ChannelError::NoService
}

fn channel_error(error: Error) -> ChannelError {
    ChannelError::from_pcsc(error as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_service_is_told_from_a_missing_reader() {
        assert!(is_of_a_dead_service(Error::InvalidHandle) && is_of_a_dead_service(Error::ServiceStopped));
        assert!(!is_of_a_dead_service(Error::NoReadersAvailable) && !is_of_a_dead_service(Error::SharingViolation));
    }

    #[test]
    fn an_attempt_is_about_the_card_that_was_there_when_it_began() {
        let state = |name: &str, insertions| ReaderState { name: name.to_owned(), atr: None, insertions };
        let mut attempts = Attempts(Vec::new());
        attempts.keep("A", 3, "the card in A");
        attempts.keep("B", 1, "the card in B");
        attempts.keep_to(&[state("A", 3), state("B", 1)]);
        assert_eq!(attempts.take("A", 5), None, "another card");
        assert_eq!(attempts.take("A", 3), Some("the card in A"));
        assert_eq!(attempts.take("A", 3), None, "taken once");
        // Out and another one in between two looks: nothing is left of the attempt.
        attempts.keep_to(&[state("A", 3), state("B", 3)]);
        assert_eq!((attempts.take("B", 1), attempts.take("B", 3)), (None, None));
        attempts.keep("A", 3, "the card in A");
        attempts.keep_to(&[]);
        assert!(attempts.0.is_empty(), "its reader is gone");
    }

    #[test]
    fn errors_of_the_service_keep_their_meaning() {
        assert_eq!(channel_error(Error::NotTransacted), ChannelError::Removed);
        assert_eq!(channel_error(Error::RemovedCard), ChannelError::Removed);
        assert_eq!(channel_error(Error::ResetCard), ChannelError::Reset);
        assert_eq!(channel_error(Error::SharingViolation), ChannelError::Busy);
        assert_eq!(channel_error(Error::NoService), ChannelError::NoService);
        assert_eq!(channel_error(Error::UnknownReader), ChannelError::NoReader);
        assert_eq!(channel_error(Error::UnresponsiveCard), ChannelError::Mute);
        assert_eq!(channel_error(Error::InvalidParameter), ChannelError::Other { code: 0x8010_0004 });
    }
}
