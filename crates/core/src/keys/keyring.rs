//! The keyring of the computer (Secret Service, Keychain, Windows credentials) as a port, and its adapter. It holds a random
//! wrapping key, never the data key: without `cles.toml` its entry opens nothing, and without the entry two other ways remain.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use zeroize::Zeroizing;

/// The service under which entries are named; the account is the name of the data key.
pub const SERVICE: &str = "liasse";

/// A keyring may ask its user for a password, or hang: after that long it counts as locked.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a keyring answers instead of what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// None runs in this session.
    #[error("no keyring service")]
    NoService,
    /// It is locked and stayed so, or did not answer in time.
    #[error("the keyring is locked")]
    Locked,
    /// It has no such entry, or no collection where one could be.
    #[error("no such entry")]
    NoEntry,
}

/// Where wrapping keys lie, one an account.
pub trait Keyring: Send + Sync {
    /// The secret of an account.
    ///
    /// # Errors
    /// [`KeyringError`]; nothing was changed.
    fn get(&self, account: &str) -> Result<Zeroizing<Vec<u8>>, KeyringError>;

    /// Keeps a secret for an account, in the place of the one that is there.
    ///
    /// # Errors
    /// [`KeyringError`]; [`KeyringError::NoEntry`] where no collection can take it.
    fn set(&self, account: &str, secret: &[u8]) -> Result<(), KeyringError>;

    /// Takes an account away.
    ///
    /// # Errors
    /// [`KeyringError`]; [`KeyringError::NoEntry`] where there was none.
    fn forget(&self, account: &str) -> Result<(), KeyringError>;
}

/// The keyring of this session. Each call runs on a thread of its own, which is left behind when it does not answer in time.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsKeyring;

impl Keyring for OsKeyring {
    fn get(&self, account: &str) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        let account = account.to_owned();
        within(PATIENCE, move || entry(&account)?.get_secret().map(Zeroizing::new).map_err(heard))
    }

    fn set(&self, account: &str, secret: &[u8]) -> Result<(), KeyringError> {
        let (account, secret) = (account.to_owned(), Zeroizing::new(secret.to_vec()));
        within(PATIENCE, move || entry(&account)?.set_secret(&secret).map_err(heard))
    }

    fn forget(&self, account: &str) -> Result<(), KeyringError> {
        let account = account.to_owned();
        within(PATIENCE, move || entry(&account)?.delete_credential().map_err(heard))
    }
}

fn entry(account: &str) -> Result<keyring::Entry, KeyringError> {
    keyring::Entry::new(SERVICE, account).map_err(heard)
}

/// Runs `job` on a thread of its own and waits at most `cap` for its answer.
fn within<T: Send + 'static>(
    cap: Duration,
    job: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let (answer, wait) = mpsc::sync_channel(1);
    let run = move || drop(answer.send(job()));
    let thread = std::thread::Builder::new().name("liasse-trousseau".to_owned()).spawn(run);
    thread.map_err(|_| KeyringError::NoService)?;
    match wait.recv_timeout(cap) {
        Ok(answered) => answered,
        Err(RecvTimeoutError::Timeout) => Err(KeyringError::Locked),
        // It ended without an answer: whatever is there is no keyring that works.
        Err(RecvTimeoutError::Disconnected) => Err(KeyringError::NoService),
    }
}

/// What the crate `keyring` says, in our three words. It names a locked store in the text of the platform's error only.
fn heard(error: keyring::Error) -> KeyringError {
    match error {
        keyring::Error::NoEntry => KeyringError::NoEntry,
        keyring::Error::NoStorageAccess(cause) => access(&cause.to_string()).unwrap_or(KeyringError::Locked),
        keyring::Error::PlatformFailure(cause) => access(&cause.to_string()).unwrap_or(KeyringError::NoService),
        _ => KeyringError::NoService,
    }
}

fn access(text: &str) -> Option<KeyringError> {
    let text = text.to_ascii_lowercase();
    if text.contains("locked") || text.contains("prompt") {
        return Some(KeyringError::Locked);
    }
    // A Secret Service without a default collection.
    text.contains("result not returned").then_some(KeyringError::NoEntry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_platform_says_is_told_apart() {
        let said = |text: &str| -> Box<dyn std::error::Error + Send + Sync> { text.into() };
        for (error, expected) in [
            (keyring::Error::NoEntry, KeyringError::NoEntry),
            (keyring::Error::NoStorageAccess(said("SS Error: object locked")), KeyringError::Locked),
            (keyring::Error::NoStorageAccess(said("SS error: prompt dismissed")), KeyringError::Locked),
            (keyring::Error::NoStorageAccess(said("user interaction is not allowed")), KeyringError::Locked),
            (keyring::Error::NoStorageAccess(said("SS error: result not returned from SS API")), KeyringError::NoEntry),
            (
                keyring::Error::PlatformFailure(said("zbus error: org.freedesktop.Secret.Error.IsLocked")),
                KeyringError::Locked,
            ),
            (
                keyring::Error::PlatformFailure(said("no secret service provider or dbus session found")),
                KeyringError::NoService,
            ),
        ] {
            assert_eq!(heard(error), expected);
        }
    }

    #[test]
    fn a_keyring_that_does_not_answer_counts_as_locked() {
        let (hold, held) = mpsc::channel::<()>();
        let silent = within(Duration::ZERO, move || {
            // Ends when this test does.
            let _ = held.recv();
            Ok(())
        });
        assert_eq!(silent, Err(KeyringError::Locked));
        drop(hold);
        let broken: Result<(), _> = within(PATIENCE, || panic!("expected by this test"));
        assert_eq!(broken, Err(KeyringError::NoService));
        assert_eq!(within(PATIENCE, || Ok(7)), Ok(7));
    }
}
