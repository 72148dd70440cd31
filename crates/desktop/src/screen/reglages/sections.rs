//! The sections of Réglages, in the order in which they are walked, and the fields of each.

use super::fields::{ABSENCE, BACKUP, KEPT, MAILBOX, POSTS};
use crate::text::t;

/// A section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// Who is signed in, as the card says.
    #[default]
    Identite,
    /// Where mail leaves and returns wait.
    Boite,
    /// The posts of one practice.
    Postes,
    /// The dated tables.
    Tarifs,
    /// What protects the data.
    Securite,
    /// Theme, zoom, seconds.
    Apparence,
    /// For how long things are kept, and what is due.
    Conservation,
    /// The ways in, and the backups.
    Sauvegarde,
}

impl Section {
    /// All, in their order.
    pub const ALL: &'static [Self] = &[
        Self::Identite,
        Self::Boite,
        Self::Postes,
        Self::Tarifs,
        Self::Securite,
        Self::Apparence,
        Self::Conservation,
        Self::Sauvegarde,
    ];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Identite => t("settings.identity"),
            Self::Boite => t("settings.mailbox"),
            Self::Postes => t("settings.posts"),
            Self::Tarifs => t("settings.tables"),
            Self::Securite => t("settings.security"),
            Self::Apparence => t("settings.appearance"),
            Self::Conservation => t("kept.title"),
            Self::Sauvegarde => t("settings.backup"),
        }
    }

    /// The settings that are typed in it.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Boite => MAILBOX,
            Self::Postes => POSTS,
            Self::Securite => ABSENCE,
            Self::Conservation => KEPT,
            Self::Sauvegarde => BACKUP,
            _ => &[],
        }
    }

    /// The next one, or the one before; round at both ends.
    pub fn turn(self, forward: bool) -> Self {
        let count = Self::ALL.len();
        let place = Self::ALL.iter().position(|section| *section == self).unwrap_or(0);
        let next = place + if forward { 1 } else { count - 1 };
        Self::ALL.get(next % count).copied().unwrap_or_default()
    }
}
