//! A caisse that waits at one point of a reception or of a fetch, so that a crash at that very moment can be tried.
//! Once in its life: it writes `held` into its directory, goes on when that file is taken away, and writes `answered`
//! after its answer has left. Only a scenario asks for it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Deserialize;

/// Where to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hold {
    /// Before the greeting of a sender.
    Connect,
    /// Before the handshake that a sender asked for.
    Tls,
    /// Before the answer to a sender's password.
    Auth,
    /// Before the answer to a recipient.
    Rcpt,
    /// Before the answer to DATA: the message has not left the sender.
    Data,
    /// After the message is on the disk, before the answer to its end.
    Dot,
    /// Before the answer to the password of somebody who fetches.
    Login,
    /// Before a letter is shown.
    Letter,
    /// After QUIT, before the letters are forgotten.
    Forget,
    /// After they are forgotten, before the answer to QUIT.
    Forgotten,
}

/// The wait of one caisse.
pub(crate) struct Held {
    at: Option<Hold>,
    folder: PathBuf,
    done: AtomicBool,
}

/// How often the waiting thread looks.
const GLANCE: Duration = Duration::from_millis(5);

impl Held {
    /// A caisse that waits at `at`, if anywhere, and says so in `folder`.
    pub(crate) fn new(at: Option<Hold>, folder: &Path) -> Self {
        Self { at, folder: folder.to_owned(), done: AtomicBool::new(false) }
    }

    /// Waits, if this is the point and the first time. `true` when it waited.
    pub(crate) fn wait_at(&self, point: Hold, stopping: impl Fn() -> bool) -> bool {
        if self.at != Some(point) || self.done.swap(true, Ordering::SeqCst) {
            return false;
        }
        let marker = self.folder.join("held");
        if std::fs::write(&marker, b"").is_err() {
            return false;
        }
        while marker.exists() && !stopping() {
            std::thread::park_timeout(GLANCE);
        }
        true
    }

    /// Says that the answer after the wait has left.
    pub(crate) fn answered(&self) {
        // Whoever looks for the file waits in vain and says so.
        let _ = std::fs::write(self.folder.join("answered"), b"");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_once_and_only_where_it_was_told() {
        let folder = std::env::temp_dir().join(format!("liasse-held-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let held = Held::new(Some(Hold::Dot), &folder);
        assert!(!held.wait_at(Hold::Data, || false), "another point");
        assert!(held.wait_at(Hold::Dot, || true), "the caisse stops: no longer");
        assert!(folder.join("held").exists());
        assert!(!held.wait_at(Hold::Dot, || false), "once");
        assert!(!Held::new(None, &folder).wait_at(Hold::Dot, || false));
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
