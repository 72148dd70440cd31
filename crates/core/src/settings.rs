//! The settings of a workstation by their contract names (`liassectl config get|set`), kept in the encrypted store.
//! Secrets are settings too: they are set, never shown.

use liasse_domain::{Code, Coded};

/// One setting: its name, and whether it is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Contract name.
    pub name: &'static str,
    /// Comes from standard input and is never shown.
    pub secret: bool,
}

/// Every setting that exists. `demo.clock` is none of the store's: it lies beside the caisse.
pub const SETTINGS: &[Setting] = &[
    Setting { name: "post.smtp", secret: false },
    Setting { name: "post.pop3", secret: false },
    Setting { name: "post.user", secret: false },
    Setting { name: "post.from", secret: false },
    Setting { name: "post.ca", secret: false },
    Setting { name: "post.password", secret: true },
    Setting { name: "demo.clock", secret: false },
];

/// Why a setting is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// No such setting.
    #[error("no such setting")]
    Unknown,
    /// A secret cannot be shown.
    #[error("a secret is never shown")]
    Secret,
    /// The value does not fit.
    #[error("the value does not fit")]
    Value,
    /// The post is not set up.
    #[error("{missing} is not set")]
    PostIncomplete {
        /// Which setting lacks.
        missing: &'static str,
    },
}

impl Coded for SettingError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown => Code("saisie.reglage_inconnu"),
            Self::Secret => Code("saisie.reglage_secret"),
            Self::Value => Code("saisie.reglage_valeur"),
            Self::PostIncomplete { .. } => Code("road.poste_incomplete"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::PostIncomplete { missing } => vec![("missing", (*missing).to_owned())],
            _ => Vec::new(),
        }
    }
}

/// The setting of that name.
pub fn find(name: &str) -> Result<&'static Setting, SettingError> {
    SETTINGS.iter().find(|setting| setting.name == name).ok_or(SettingError::Unknown)
}

/// A host and port, `[::1]:2465` or `localhost:2587`.
pub fn host_port(value: &str) -> Result<(String, u16), SettingError> {
    let (host, port) = value.rsplit_once(':').ok_or(SettingError::Value)?;
    let port = port.parse().map_err(|_| SettingError::Value)?;
    if host.is_empty() || host.contains('/') { Err(SettingError::Value) } else { Ok((host.to_owned(), port)) }
}
