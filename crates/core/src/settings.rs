//! The settings of a workstation by their contract names (`liassectl config get|set`), kept in the encrypted store.
//! Secrets are settings too: they are set, never shown.

use std::time::Duration;

use liasse_domain::{Code, Coded};

use crate::access::Deed;
use crate::error::CoreError;
use crate::schedule::yes;
use crate::workstation::Workstation;

/// One setting: its name, and whether it is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Contract name.
    pub name: &'static str,
    /// Comes from standard input and is never shown.
    pub secret: bool,
}

/// After how many minutes without a gesture the screen is hidden.
pub const IDLE: &str = "desk.idle_minutes";
/// After how many the code of the card is asked again.
pub const CODE_AFTER: &str = "desk.pin_after_minutes";
/// Minutes before the screen is hidden where nothing is set.
const USUAL_IDLE: u64 = 5;
/// A day.
const MOST_IDLE: u64 = 1440;

/// Every setting that exists. `demo.clock` is none of the store's: it lies beside the caisse.
pub const SETTINGS: &[Setting] = &[
    Setting { name: "post.smtp", secret: false },
    Setting { name: "post.pop3", secret: false },
    Setting { name: "post.user", secret: false },
    Setting { name: "post.from", secret: false },
    Setting { name: "post.ca", secret: false },
    Setting { name: "post.password", secret: true },
    Setting { name: "post.envelope", secret: false },
    Setting { name: "post.compression", secret: false },
    Setting { name: "post.oct_address", secret: false },
    Setting { name: "post.fetch_every", secret: false },
    Setting { name: "post.send_at", secret: false },
    Setting { name: "post.send_at_closing", secret: false },
    Setting { name: "desk.post", secret: false },
    Setting { name: "desk.code", secret: true },
    Setting { name: "desk.dark", secret: false },
    Setting { name: "desk.zoom", secret: false },
    Setting { name: "desk.seconds", secret: false },
    Setting { name: IDLE, secret: false },
    Setting { name: CODE_AFTER, secret: false },
    Setting { name: crate::retention::SETTING, secret: false },
    Setting { name: crate::backup::FOLDER, secret: false },
    Setting { name: crate::backup::HOUR, secret: false },
    Setting { name: crate::backup::KEEP, secret: false },
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

/// What somebody does who changes that setting.
pub(crate) fn deed(name: &str) -> Deed {
    match name {
        "desk.dark" | "desk.zoom" | "desk.seconds" => Deed::Appearance,
        name if name.starts_with("backup.") => Deed::Backup,
        name if name.starts_with("retention.") => Deed::Retention,
        _ => Deed::Settings,
    }
}

/// The number of a post, 0 to 9: the first digit of the FSE numbers that it gives.
pub fn post_number(value: &str) -> Result<u8, SettingError> {
    value.parse().ok().filter(|post| *post <= 9 && value.len() == 1).ok_or(SettingError::Value)
}

/// How much the window is enlarged, in percent: 100 to 200.
pub fn zoom(value: &str) -> Result<u16, SettingError> {
    value.parse().ok().filter(|zoom| (100..=200).contains(zoom)).ok_or(SettingError::Value)
}

/// A host and port, `[::1]:2465` or `localhost:2587`.
pub fn host_port(value: &str) -> Result<(String, u16), SettingError> {
    let (host, port) = value.rsplit_once(':').ok_or(SettingError::Value)?;
    let port = port.parse().map_err(|_| SettingError::Value)?;
    if host.is_empty() || host.contains('/') { Err(SettingError::Value) } else { Ok((host.to_owned(), port)) }
}

/// How the window looks, as somebody chose it; nothing where nobody did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appearance {
    /// The dark theme.
    pub dark: Option<bool>,
    /// Zoom in percent.
    pub zoom: Option<u16>,
    /// Whether the seconds that an FSE took are shown.
    pub seconds: bool,
}

/// What happens while nobody touches the keyboard; nothing where it never happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// After how long the screen is hidden. The card stays signed in.
    pub hide: Option<Duration>,
    /// After how long the code of the card is asked again.
    pub code: Option<Duration>,
}

/// Minutes without a gesture, 0 for never.
pub(crate) fn still_for(value: &str) -> Result<Option<Duration>, SettingError> {
    let minutes: u64 = value.parse().ok().filter(|minutes| *minutes <= MOST_IDLE).ok_or(SettingError::Value)?;
    Ok((minutes > 0).then(|| Duration::from_secs(minutes * 60)))
}

/// A setting as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub name: &'static str,
    /// Whether it is set.
    pub is_set: bool,
    /// Its value; never that of a secret.
    pub value: Option<String>,
}

impl Workstation {
    /// What `desk.dark`, `desk.zoom` and `desk.seconds` say.
    pub fn appearance(&self) -> Result<Appearance, CoreError> {
        Ok(Appearance {
            dark: self.setting("desk.dark")?.map(|value| yes(&value)).transpose()?,
            zoom: self.setting("desk.zoom")?.map(|value| zoom(&value)).transpose()?,
            seconds: self.setting("desk.seconds")?.map_or(Ok(false), |value| yes(&value))?,
        })
    }

    /// What `desk.idle_minutes` and `desk.pin_after_minutes` say.
    pub fn absence(&self) -> Result<Absence, CoreError> {
        let read = |name: &str| -> Result<Option<Option<Duration>>, CoreError> {
            Ok(self.setting(name)?.map(|value| still_for(&value)).transpose()?)
        };
        let usual = Some(Duration::from_secs(USUAL_IDLE * 60));
        Ok(Absence { hide: read(IDLE)?.unwrap_or(usual), code: read(CODE_AFTER)?.flatten() })
    }

    /// Every setting that the store holds; of a secret only whether it is set.
    pub fn settings_shown(&self) -> Result<Vec<Shown>, CoreError> {
        let stored = SETTINGS.iter().filter(|setting| setting.name != "demo.clock");
        let shown = |setting: &Setting| -> Result<Shown, CoreError> {
            let value = self.store.config_get(setting.name)?;
            let is_set = value.is_some();
            Ok(Shown { name: setting.name, is_set, value: value.filter(|_| !setting.secret) })
        };
        stored.map(shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_settings_exist_and_two_are_secret() {
        assert_eq!(find("post.smtp").map(|setting| setting.secret), Ok(false));
        for unknown in ["", "post", "post.smtp ", "POST.SMTP", "post.password2"] {
            assert_eq!(find(unknown).err(), Some(SettingError::Unknown), "{unknown}");
        }
        let secrets: Vec<&str> = SETTINGS.iter().filter(|setting| setting.secret).map(|setting| setting.name).collect();
        assert_eq!(secrets, ["post.password", "desk.code"]);
    }

    #[test]
    fn a_place_is_a_host_and_a_port() {
        for (text, host, port) in [
            ("localhost:2587", "localhost", 2587),
            ("127.0.0.1:110", "127.0.0.1", 110),
            ("[::1]:2465", "[::1]", 2465),
            ("smtp.cabinet.test:65535", "smtp.cabinet.test", 65535),
        ] {
            assert_eq!(host_port(text), Ok((host.to_owned(), port)));
        }
        for wrong in [
            "",
            "localhost",
            ":25",
            "localhost:",
            "localhost:65536",
            "localhost:-1",
            "localhost: 25",
            "smtps://localhost:25",
            "localhost:smtp",
        ] {
            assert_eq!(host_port(wrong), Err(SettingError::Value), "{wrong}");
        }
    }

    #[test]
    fn a_window_is_enlarged_up_to_twice() {
        for (text, percent) in [("100", 100), ("125", 125), ("200", 200)] {
            assert_eq!(zoom(text), Ok(percent));
        }
        for wrong in ["", "99", "201", "-100", "150 %", "1,5", "70000"] {
            assert_eq!(zoom(wrong), Err(SettingError::Value), "{wrong}");
        }
    }

    #[test]
    fn a_screen_is_hidden_after_minutes_or_never() {
        assert_eq!((still_for("0"), still_for("5")), (Ok(None), Ok(Some(Duration::from_secs(300)))));
        for wrong in ["", "-1", "1441", "5 min", "jamais", "99999999999999999999"] {
            assert_eq!(still_for(wrong), Err(SettingError::Value), "{wrong}");
        }
    }

    #[test]
    fn every_error_has_its_sentences() {
        for error in [
            SettingError::Unknown,
            SettingError::Secret,
            SettingError::Value,
            SettingError::PostIncomplete { missing: "post.user" },
        ] {
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
            let report = error.report();
            assert!(!format!("{}{}{}", report.message, report.safe, report.action).contains('{'), "{error:?}");
        }
    }
}
