//! The demo's time as the caisse sees it: the system's clock and the offset in `DATA/clock`, read at each decision.
//! The caisse never moves it; an unreadable file keeps the last offset known.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{Duration, Utc};
use liasse_domain::{Clock, Instant};

/// See the module.
#[derive(Debug)]
pub(crate) struct OffsetClock {
    file: PathBuf,
    last: AtomicI64,
}

impl OffsetClock {
    /// The clock of a caisse's directory.
    pub(crate) fn new(data: &Path) -> Self {
        Self { file: data.join("clock"), last: AtomicI64::new(0) }
    }
}

impl Clock for OffsetClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the caisse's time enters")]
    fn now(&self) -> Instant {
        if let Some(seconds) = std::fs::read_to_string(&self.file).ok().and_then(|text| text.trim().parse().ok()) {
            self.last.store(seconds, Ordering::Relaxed);
        }
        let offset = Duration::try_seconds(self.last.load(Ordering::Relaxed)).unwrap_or_default();
        let now = Utc::now();
        now.checked_add_signed(offset).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_moves_the_day() {
        let folder = std::env::temp_dir().join(format!("liasse-caisse-clock-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("folder");
        let clock = OffsetClock::new(&folder);
        let before = clock.now();
        std::fs::write(folder.join("clock"), "864000\n").expect("write");
        assert!(clock.now() - before >= Duration::days(10));
        std::fs::write(folder.join("clock"), "half written?").expect("write");
        assert!(clock.now() - before >= Duration::days(10), "a torn file does not move time back");
        let _ = std::fs::remove_dir_all(&folder);
    }
}
