//! Adapter from the port `Post` to SMTP and POP3, with the guard of an unapproved program:
//! only `.test` addresses, only through `.test` hosts or loopback.

use std::net::IpAddr;

use liasse_domain::SendPhase;
use liasse_post::{Account, Envelope, FetchError, SendError};

use super::{Accepted, FetchSummary, Letter, OnMessages, Post, Stop, Verdict};

/// A mailbox reached by SMTP and POP3.
pub struct MailPost {
    /// Where mail leaves.
    pub smtp: Account,
    /// Where mail is fetched.
    pub pop: Account,
}

/// Whether an unapproved program may connect to `host`: loopback or a `.test` name (RFC 2606).
pub fn host_is_allowed(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".test"),
    }
}

/// Whether an unapproved program may write to `address`.
pub fn recipient_is_allowed(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| domain.ends_with(".test") && domain.len() > ".test".len())
}

impl Post for MailPost {
    fn send(
        &mut self,
        letter: &Letter,
        on_phase: &mut dyn FnMut(SendPhase) -> Result<(), Stop>,
    ) -> Result<Accepted, SendError> {
        if !host_is_allowed(&self.smtp.host) || !recipient_is_allowed(&letter.to) {
            return Err(SendError { phase: SendPhase::Connect, cause: liasse_post::Cause::NotAllowed });
        }
        liasse_post::send(&self.smtp, &Envelope { from: &letter.from, to: &letter.to }, &letter.message, on_phase)
    }

    fn fetch(
        &mut self,
        known: &mut dyn FnMut(&str) -> Verdict,
        on_messages: &mut OnMessages<'_>,
    ) -> Result<FetchSummary, FetchError> {
        if !host_is_allowed(&self.pop.host) {
            return Err(FetchError { cause: liasse_post::Cause::NotAllowed });
        }
        liasse_post::fetch(&self.pop, known, on_messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unapproved_program_stays_at_home() {
        for host in ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "smtp.cabinet.test"] {
            assert!(host_is_allowed(host), "{host}");
        }
        for host in ["rss.fr", "10.0.0.1", "localhost.rss.fr", "test", "192.168.1.1", "evil-test.fr"] {
            assert!(!host_is_allowed(host), "{host}");
        }
        assert!(recipient_is_allowed("01751@751.01.rss.test"));
        for address in ["01751@751.01.rss.fr", "01751@.test", "01751", "a@b.test.fr", "a@test"] {
            assert!(!recipient_is_allowed(address), "{address}");
        }
    }
}
