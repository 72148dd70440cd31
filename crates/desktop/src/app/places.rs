//! The screens of an open desk: their names, the keys that open them, and the keys of each, from which the map of F1 and the
//! navigation are made. A key stands here or with its screen, once.

use super::Desk;
use crate::screen::{
    aide, diagnostic, facturer, lots, paiements, patients, radar, reception, recettes, reglages, remplacements,
    to_sign, tray,
};
use crate::text::t;

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Facturer,
    Reception,
    ToSign,
    Lots,
    Paiements,
    Recettes,
    Radar,
    Patients,
    Remplacements,
    Reglages,
    Diagnostic,
    Aide,
    Tray,
}

/// Every screen, in the order of the navigation.
pub(super) const PLACES: [Place; 13] = [
    Place::Facturer,
    Place::Reception,
    Place::ToSign,
    Place::Lots,
    Place::Paiements,
    Place::Recettes,
    Place::Radar,
    Place::Patients,
    Place::Remplacements,
    Place::Reglages,
    Place::Diagnostic,
    Place::Aide,
    Place::Tray,
];

impl Place {
    /// The key that opens it, as it is printed.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Facturer => "F2",
            Self::Reception => "Ctrl E",
            Self::ToSign => "Ctrl S",
            Self::Lots => "F3",
            Self::Paiements => "Ctrl P",
            Self::Recettes => "Ctrl R",
            Self::Radar => "Ctrl U",
            Self::Remplacements => "Ctrl L",
            Self::Patients => "Ctrl F",
            Self::Reglages => "Ctrl O",
            Self::Diagnostic => "Ctrl I",
            Self::Aide => "Ctrl H",
            Self::Tray => "F10",
        }
    }

    /// The screen that a letter with Ctrl opens.
    pub(super) fn of_letter(letter: &str) -> Option<Self> {
        let opens =
            |place: &&Place| place.key().strip_prefix("Ctrl ").is_some_and(|own| own.eq_ignore_ascii_case(letter));
        PLACES.iter().find(opens).copied()
    }

    /// Whether it shows the accounts of a practitioner.
    pub(super) fn is_accounts(self) -> bool {
        matches!(self, Self::Paiements | Self::Recettes)
    }

    /// Its own keys and what they do.
    pub(super) fn keys(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Facturer => facturer::keys(),
            Self::Reception => reception::keys(),
            Self::ToSign => to_sign::keys(),
            Self::Lots => lots::keys(),
            Self::Paiements => paiements::keys(),
            Self::Recettes => recettes::keys(),
            Self::Radar => radar::keys(),
            Self::Remplacements => remplacements::keys(),
            Self::Patients => patients::keys(),
            Self::Reglages => reglages::keys(),
            Self::Diagnostic => diagnostic::keys(),
            Self::Aide => aide::keys(),
            Self::Tray => tray::keys(),
        }
    }
}

impl Desk {
    /// What a screen is called; a locum has their day where others have replacements.
    pub(super) fn name_of(&self, place: Place) -> &'static str {
        match place {
            Place::Facturer => t("nav.facturer"),
            Place::Reception => t("nav.reception"),
            Place::ToSign => t("nav.to_sign"),
            Place::Lots => t("nav.lots"),
            Place::Paiements => t("nav.money"),
            Place::Recettes => t("nav.receipts"),
            Place::Radar => t("nav.radar"),
            Place::Remplacements if self.replaces() => t("nav.my_day"),
            Place::Remplacements => t("nav.locum"),
            Place::Patients => t("patients.title"),
            Place::Reglages => t("nav.settings"),
            Place::Diagnostic => t("nav.diagnostic"),
            Place::Aide => t("nav.aide"),
            Place::Tray => t("nav.tray"),
        }
    }

    /// The keys of a screen for who is signed in: a locum's day has its own.
    pub(super) fn keys_of(&self, place: Place) -> Vec<(&'static str, &'static str)> {
        match place {
            Place::Remplacements if self.replaces() => remplacements::keys_of_day(),
            place => place.keys(),
        }
    }

    /// The screens of who is signed in: the doctor's accounts are not a locum's.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> + '_ {
        PLACES.into_iter().filter(|place| !(self.replaces() && place.is_accounts()))
    }

    pub(super) fn replaces(&self) -> bool {
        self.signed_in.as_ref().is_some_and(|person| person.replaces.is_some())
    }

    /// The keys that hold on every screen.
    pub(super) fn keys_everywhere() -> Vec<(&'static str, &'static str)> {
        vec![
            ("F9", t("help.pin")),
            ("Ctrl K", t("help.evening")),
            ("F11", t("help.dark")),
            ("Ctrl + −", t("help.zoom")),
            ("Tab", t("help.tab")),
            ("Échap", t("help.escape")),
            ("Ctrl Q", t("help.quit")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_has_a_key_of_its_own_and_tells_its_keys() {
        for (at, place) in PLACES.iter().enumerate() {
            assert!(!place.keys().is_empty(), "{place:?}");
            assert!(PLACES[at + 1..].iter().all(|other| other.key() != place.key()), "{place:?}");
            if let Some(letter) = place.key().strip_prefix("Ctrl ") {
                assert_eq!(Place::of_letter(&letter.to_lowercase()), Some(*place));
            }
        }
    }

    #[test]
    fn no_screen_means_two_things_by_one_key() {
        for place in PLACES {
            let keys = place.keys();
            for (at, (key, _)) in keys.iter().enumerate() {
                assert!(keys[at + 1..].iter().all(|(other, _)| other != key), "{place:?}: {key} twice");
                let opens_another = PLACES.iter().any(|other| other.key() == *key);
                assert!(!opens_another, "{place:?}: {key} opens a screen");
            }
        }
    }
}
