//! Adapters to the operating system: its clock and its randomness.

use liasse_domain::{Clock, Instant};

use super::Ids;

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        #[expect(clippy::disallowed_methods, reason = "this is the adapter to the machine's clock")]
        chrono::Utc::now()
    }
}

/// The randomness of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsIds;

impl Ids for OsIds {
    fn random(&mut self, bytes: &mut [u8]) {
        // Without randomness no key may be made: stopping is the only safe answer.
        #[expect(clippy::expect_used, reason = "a machine without randomness must not encrypt")]
        getrandom::getrandom(bytes).expect("the operating system gives random bytes");
    }
}
