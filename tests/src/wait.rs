//! Waiting for something outside: a probe repeated until it answers, under a cap.
//! Never a pause that hopes to be long enough.

use std::time::{Duration, Instant};

/// The cap for what normally takes well under a second.
pub const SOON: Duration = Duration::from_secs(30);

/// Repeats `probe` until it gives something.
///
/// # Panics
/// After `cap`, naming `what` was awaited.
pub fn until<T>(what: &str, cap: Duration, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < cap, "waited {} s in vain for {what}", cap.as_secs());
        #[expect(clippy::disallowed_methods, reason = "the pause between two probes; what is awaited ends the wait")]
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_ends_the_wait() {
        let mut answers = [None, None, Some(7)].into_iter();
        assert_eq!(until("the third answer", SOON, || answers.next().flatten()), 7);
    }

    #[test]
    #[should_panic(expected = "in vain for a miracle")]
    fn a_cap_ends_it_too() {
        until("a miracle", Duration::ZERO, || None::<()>);
    }
}
