//! PC/SC readers of this computer, through the smart card service: the only place that knows the crate `pcsc`.
//! Not a thread: one owner calls, blocks and is woken by `waker`. Traps of pcscd and vpcd: reference cards, 5.

use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ::pcsc::{
    Card, Context, Disposition, Error, MAX_BUFFER_SIZE, PNP_NOTIFICATION, Protocols, ReaderState as Watched, Scope,
    ShareMode, State,
};

use crate::channel::{CardChannel, ChannelError, Protocol};

/// `SCardCancel` reaches only a call that already waits: no single wait is longer than this, so that a wake-up that
/// came a moment too early is noticed.
const SLICE: Duration = Duration::from_millis(250);

/// A reader and the card in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderState {
    /// Its name in the service.
    pub name: String,
    /// The ATR of the card in it, if one is in it and answers.
    pub atr: Option<Vec<u8>>,
    /// Counts insertions and removals: another number is another insertion, be it of the same card.
    pub insertions: u32,
}

/// The readers, and what was last known of each.
pub struct PcscReaders {
    context: Context,
    watched: Vec<Watched>,
    woken: Arc<AtomicBool>,
}

impl PcscReaders {
    /// Connects to the smart card service; `NoService` when it does not run.
    pub fn establish() -> Result<Self, ChannelError> {
        let context = Context::establish(Scope::User).map_err(channel_error)?;
        Ok(Self { context, watched: Vec::new(), woken: Arc::default() })
    }

    /// Every reader and what is in it now; this is what `wait_change` compares with.
    pub fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError> {
        let names = match self.context.list_readers_owned() {
            Ok(names) => names,
            Err(Error::NoReadersAvailable) => Vec::new(),
            Err(error) => return Err(channel_error(error)),
        };
        // The first entry watches readers that come and go; its high half carries their number.
        let mut watched = vec![Watched::new(PNP_NOTIFICATION(), State::UNAWARE)];
        watched.extend(names.into_iter().map(|name| Watched::new(name, State::UNAWARE)));
        match self.context.get_status_change(Duration::ZERO, &mut watched) {
            Ok(()) | Err(Error::Timeout) => {}
            Err(error) => return Err(channel_error(error)),
        }
        for reader in &mut watched {
            reader.sync_current_state();
        }
        self.watched = watched;
        Ok(self.watched[1..].iter().map(state_of).collect())
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
                return Ok(false);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.context.get_status_change(left.min(SLICE), &mut self.watched) {
                Ok(()) => return Ok(true),
                Err(Error::Timeout) if left > SLICE => {}
                Err(Error::Timeout) => return Ok(false),
                Err(Error::Cancelled) => {
                    self.woken.store(false, Ordering::SeqCst);
                    return Ok(false);
                }
                // A reader that went away is a change, not a fault.
                Err(Error::UnknownReader | Error::ReaderUnavailable) => return Ok(true),
                Err(error) => return Err(channel_error(error)),
            }
        }
    }

    /// Connects to the card in that reader, shared with other programs.
    pub fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError> {
        let name = CString::new(reader).map_err(|_| ChannelError::NoReader)?;
        let card =
            self.context.connect(&name, ShareMode::Shared, Protocols::T0 | Protocols::T1).map_err(channel_error)?;
        let status = card.status2_owned().map_err(channel_error)?;
        let protocol = match status.protocol2() {
            Some(::pcsc::Protocol::T1) => Protocol::T1,
            _ => Protocol::T0,
        };
        Ok(Box::new(PcscChannel { atr: status.atr().to_vec(), protocol, card: Some(card) }))
    }

    /// Ends a running `wait_change`, or the next one, from any thread.
    pub fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        let (context, woken) = (self.context.clone(), Arc::clone(&self.woken));
        Arc::new(move || {
            woken.store(true, Ordering::SeqCst);
            // When the service is gone there is no wait to end either.
            if let Err(error) = context.cancel() {
                tracing::debug!(code = error as u32, "SCardCancel");
            }
        })
    }
}

fn state_of(reader: &Watched) -> ReaderState {
    let state = reader.event_state();
    let present = state.contains(State::PRESENT) && !state.contains(State::MUTE);
    ReaderState {
        name: reader.name().to_string_lossy().into_owned(),
        atr: (present && !reader.atr().is_empty()).then(|| reader.atr().to_vec()),
        insertions: reader.event_count(),
    }
}

struct PcscChannel {
    atr: Vec<u8>,
    protocol: Protocol,
    /// Always there until the drop, which must take it.
    card: Option<Card>,
}

impl CardChannel for PcscChannel {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let card = self.card.as_ref().ok_or(ChannelError::Removed)?;
        let mut buffer = [0; MAX_BUFFER_SIZE];
        match card.transmit(apdu, &mut buffer) {
            // A card that leaves in the middle of a command gives vpcd an empty success (measured, version 3.3).
            Ok([]) => Err(ChannelError::Removed),
            Ok(response) => Ok(response.to_vec()),
            Err(error) => Err(channel_error(error)),
        }
    }

    fn protocol(&self) -> Protocol {
        self.protocol
    }
}

/// The crate resets the card when a `Card` is dropped, which takes it from under other programs: we leave it as it is.
impl Drop for PcscChannel {
    fn drop(&mut self) {
        if let Some(card) = self.card.take()
            && let Err((card, error)) = card.disconnect(Disposition::LeaveCard)
        {
            // A handle that cannot be left is one whose card or service is gone.
            tracing::debug!(code = error as u32, "SCardDisconnect");
            drop(card);
        }
    }
}

fn channel_error(error: Error) -> ChannelError {
    ChannelError::from_pcsc(error as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

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
