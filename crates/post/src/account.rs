//! Which post office, how it is reached and under which name.
//! Not a setting on disk: `core` reads settings and hands accounts in.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::error::Cause;

/// How the connection is protected. There is no variant without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Plain greeting, then `STARTTLS` (SMTP) or `STLS` (POP3) before anything else.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// An account at a post office.
#[derive(Clone, Debug)]
pub struct Account {
    /// Host name or address; the certificate must bear it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Name of the account.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// Authorities that may have issued the server's certificate, in PEM. There are no others: without it every
    /// server is refused.
    pub ca_pem: Option<String>,
    /// The longest wait for one step: connecting, one answer, one piece of the message.
    pub timeout: Duration,
}

impl Account {
    /// Refuses values that would break the dialogue into commands of somebody else.
    pub(crate) fn check(&self) -> Result<(), Cause> {
        let broken = |text: &str| text.bytes().any(|byte| byte < 0x20 || byte == 0x7f);
        let password = self.password.expose_secret();
        if self.host.is_empty()
            || self.user.is_empty()
            || broken(&self.host)
            || broken(&self.user)
            || broken(password)
            || self.user.len() > 512
            || password.len() > 512
            || self.timeout.is_zero()
        {
            return Err(Cause::BadSetting);
        }
        Ok(())
    }
}

/// The envelope of one message.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Address for `MAIL FROM`.
    pub from: &'a str,
    /// Address for `RCPT TO`.
    pub to: &'a str,
}

impl Envelope<'_> {
    pub(crate) fn check(&self) -> Result<(), Cause> {
        if address_is_plain(self.from) && address_is_plain(self.to) { Ok(()) } else { Err(Cause::BadSetting) }
    }
}

/// An address that can stand between angle brackets as it is: printable ASCII without space, bracket or quote.
fn address_is_plain(address: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\\' | b',' | b';' | b':');
    address.len() <= 254
        && address.bytes().all(plain)
        && address.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && local.len() <= 64 && !domain.is_empty() && !domain.contains('@')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_carry_a_second_command() {
        let envelope = |to| Envelope { from: "dr.test@cabinet.test", to }.check();
        assert_eq!(envelope("01751@751.01.rss.test"), Ok(()));
        for to in ["a@b.test>\r\nRSET", "a b@c.test", "", "@c.test", "a@", "a@b@c.test", "é@c.test", "<a@b.test>"] {
            assert_eq!(envelope(to), Err(Cause::BadSetting), "{to}");
        }
    }

    #[test]
    fn the_password_is_never_printed() {
        let account = Account {
            host: "localhost".to_owned(),
            port: 587,
            security: Security::StartTls,
            user: "dr.test@cabinet.test".to_owned(),
            password: SecretString::from("test-secret"),
            ca_pem: None,
            timeout: Duration::from_secs(1),
        };
        assert!(!format!("{account:?}").contains("test-secret"));
        assert_eq!(account.check(), Ok(()));
        assert_eq!(Account { user: "a\r\nDELE 1".to_owned(), ..account }.check(), Err(Cause::BadSetting));
    }
}
