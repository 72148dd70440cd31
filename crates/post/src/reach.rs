//! Whether somebody listens at a place: a connection that is opened and closed without a word, within a cap.
//! Not a dialogue: no name, no password and no TLS. For the doctor of the workstation.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::error::Cause;
use crate::link::resolve;

/// Why nobody answers at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The name leads nowhere, or nobody could be asked for it.
    NoName,
    /// Nothing came back in time, or there is no way to it.
    NoAnswer,
    /// The machine is there and says that nobody listens.
    NobodyListens,
}

/// Whether somebody listens at `host` and `port`; the whole takes `cap` at most.
///
/// # Errors
/// [`Silence`] of the last address that was tried.
pub fn answers(host: &str, port: u16, cap: Duration) -> Result<(), Silence> {
    let deadline = Instant::now() + cap;
    let host = host.trim_matches(['[', ']']).to_owned();
    let addresses = resolve(host, port, deadline).map_err(|cause| match cause {
        Cause::Timeout => Silence::NoAnswer,
        _ => Silence::NoName,
    })?;
    let mut silence = Silence::NoAnswer;
    for address in &addresses {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(address, left) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => silence = Silence::NobodyListens,
            Err(_) => {}
        }
    }
    Err(silence)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const CAP: Duration = Duration::from_secs(2);

    #[test]
    fn who_listens_answers_and_who_is_gone_does_not() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its place").port();
        assert_eq!(answers("127.0.0.1", port, CAP), Ok(()));
        drop(listener);
        assert_eq!(answers("127.0.0.1", port, CAP), Err(Silence::NobodyListens));
    }

    #[test]
    fn a_name_of_nobody_leads_nowhere() {
        // RFC 6761: no resolver may know a name under .test; one that is slow to say so ends at the cap.
        let silence = answers("smtp.nulle-part.test", 587, CAP).expect_err("nobody");
        assert!(matches!(silence, Silence::NoName | Silence::NoAnswer), "{silence:?}");
    }
}
