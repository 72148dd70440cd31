//! How a simulated caisse is started: where it remembers, where it listens or whose client it is, what it does.
//! Parsed once here; the program `liasse-caisse` and the demo build the same options.

use std::path::{Path, PathBuf};
use std::time::Duration;

use liasse_domain::CallError;
use liasse_post::{Account, Security};
use liasse_pricing::Tables;
use secrecy::SecretString;

use crate::error::CaisseError;
use crate::scenario::Scenario;

/// Everything that a caisse is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its directory: `memory`, `clock`, and `ports.json` while it runs.
    pub data: PathBuf,
    /// Where its servers listen, on loopback only. Port 0 takes two free ones; port N takes N (SMTP) and N+1 (POP3S).
    pub listen: String,
    /// A second place where `ports.json` is written.
    pub ports_file: Option<PathBuf>,
    /// A foreign post office, whose client it then is; no server is started.
    pub via: Option<Via>,
    /// What it does otherwise than usual.
    pub scenario: Option<Scenario>,
    /// Its prices.
    pub tables: Tables,
}

impl Options {
    /// A caisse in the demo's own process: free ports of 127.0.0.1, the usual behaviour, the embedded tables.
    pub fn in_process(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: "127.0.0.1:0".to_owned(),
            ports_file: None,
            via: None,
            scenario: None,
            tables: Tables::embedded().clone(),
        }
    }
}

/// A foreign post office.
#[derive(Clone, Debug)]
pub struct Via {
    /// Where returns are sent.
    pub smtp: Account,
    /// Where each caisse's mail is fetched; the account's name is the caisse's address.
    pub pop3: Vec<Account>,
}

/// The longest wait for a foreign post office.
const TIMEOUT: Duration = Duration::from_secs(30);

impl Via {
    /// From `smtp://USER@HOST:PORT` (STARTTLS; `smtps` for TLS at once) and one or more `pop3s://USER@HOST:PORT`,
    /// their passwords in the same order, and the authority of their certificates.
    pub fn parse(urls: &[String], passwords: &[SecretString], ca_pem: &str) -> Result<Self, CaisseError> {
        if urls.len() != passwords.len() {
            return Err(CaisseError::Via);
        }
        let (mut smtp, mut pop3) = (None, Vec::new());
        for (url, password) in urls.iter().zip(passwords) {
            let (scheme, rest) = url.split_once("://").ok_or(CaisseError::Via)?;
            // The name of an account is an address: the last @ is the host's.
            let (user, host) = rest.rsplit_once('@').ok_or(CaisseError::Via)?;
            let (host, port) = host.rsplit_once(':').ok_or(CaisseError::Via)?;
            let account = |security| -> Result<Account, CaisseError> {
                Ok(Account {
                    host: host.to_owned(),
                    port: port.parse().map_err(|_| CaisseError::Via)?,
                    security,
                    user: user.replace("%40", "@"),
                    password: password.clone(),
                    ca_pem: Some(ca_pem.to_owned()),
                    timeout: TIMEOUT,
                })
            };
            match scheme {
                "smtp" if smtp.is_none() => smtp = Some(account(Security::StartTls)?),
                "smtps" if smtp.is_none() => smtp = Some(account(Security::Implicit)?),
                "pop3" => pop3.push(account(Security::StartTls)?),
                "pop3s" => pop3.push(account(Security::Implicit)?),
                _ => return Err(CaisseError::Via),
            }
        }
        match smtp {
            Some(smtp) if !pop3.is_empty() => Ok(Self { smtp, pop3 }),
            _ => Err(CaisseError::Via),
        }
    }
}

/// The tables of a folder, `--tables DIR`: each CSV file replaces the embedded one of its name, as in `liassectl`; a name
/// that no table bears is refused, and so is a folder that cannot be read.
pub fn tables_from(folder: &Path) -> Result<Tables, CaisseError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|_| CallError::unreadable(folder))? {
        let path = entry.map_err(|_| CallError::unreadable(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, std::fs::read(&path).map_err(|_| CallError::unreadable(&path))?));
        }
    }
    // The order of a folder is nobody's; the first fault told must not depend on it.
    files.sort();
    Ok(Tables::with_overrides(&files)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_office_is_named_by_urls() {
        let urls = ["smtp://01751@751.01.rss.test@localhost:12587", "pop3s://01751@751.01.rss.test@127.0.0.1:12995"]
            .map(str::to_owned);
        let passwords = ["a", "b"].map(SecretString::from);
        let via = Via::parse(&urls, &passwords, "PEM").expect("post office");
        assert_eq!(
            (via.smtp.host.as_str(), via.smtp.port, via.smtp.security),
            ("localhost", 12587, Security::StartTls)
        );
        assert_eq!((via.pop3[0].user.as_str(), via.pop3[0].security), ("01751@751.01.rss.test", Security::Implicit));
        assert!(Via::parse(&urls[..1], &passwords[..1], "PEM").is_err(), "both ways are needed");
        assert!(Via::parse(&urls, &passwords[..1], "PEM").is_err(), "each has its password");
        let plain = [urls[0].clone(), "imap://x@y:1".to_owned()];
        assert!(Via::parse(&plain, &passwords, "PEM").is_err());
    }
}
