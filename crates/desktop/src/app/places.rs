//! The screens of an open desk: their names, the keys that open them, and the keys of each, from which the map of F1 and the
//! navigation are made; and going to one. A key stands here or with its screen, once.

use iced::Task;
use liasse_core::access::Deed;
use liasse_domain::{Coded, Report};

use super::{Desk, Message};
use crate::screen::{
    aide, diagnostic, facturer, journal, lots, paiements, patients, radar, reception, recettes, reglages,
    remplacements, to_sign, tray,
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
    Journal,
    Aide,
    Tray,
}

/// Every screen, in the order of the navigation.
pub(super) const PLACES: [Place; 14] = [
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
    Place::Journal,
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
            Self::Journal => "Ctrl X",
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

    /// What somebody does who looks at it, where not everybody may.
    fn deed(self) -> Option<Deed> {
        match self {
            Self::Paiements => Some(Deed::OwnMoney),
            Self::Recettes => Some(Deed::Receipts),
            Self::Remplacements => Some(Deed::Statement),
            Self::Journal => Some(Deed::ReadJournal),
            _ => None,
        }
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
            Self::Journal => journal::keys(),
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
            Place::Journal => t("journal.title"),
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

    /// The screens of who is signed in: a practitioner's accounts are not a locum's nor staff's, and only the demonstration has a
    /// tray.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> + '_ {
        let is_there = |place: &Place| *place != Place::Tray || self.demo.is_some();
        PLACES.into_iter().filter(is_there).filter(|place| self.refused(*place).is_none())
    }

    /// Why who is signed in does not see a screen; `core` decides.
    fn refused(&self, place: Place) -> Option<Report> {
        let person = self.signed_in.as_ref()?;
        person.may(place.deed()?).err().map(|refused| refused.report())
    }

    pub(super) fn replaces(&self) -> bool {
        self.signed_in.as_ref().is_some_and(|person| person.replaces.is_some())
    }

    /// Takes the messages of the root and of every screen away: a screen that is not shown must not keep an old one.
    pub(super) fn dismiss(&mut self) {
        self.notice = None;
        self.facturer.dismiss();
        self.reception.dismiss();
        self.to_sign.dismiss();
        self.lots.dismiss();
        self.paiements.dismiss();
        self.recettes.dismiss();
        self.radar.dismiss();
        self.patients.dismiss();
        self.reglages.dismiss();
        self.diagnostic.dismiss();
        self.journal.dismiss();
        self.remplacements.dismiss();
        if let Some(demo) = &mut self.demo {
            demo.dismiss();
        }
    }

    pub(super) fn go(&mut self, place: Place) -> Task<Message> {
        if let Some(refused) = self.refused(place) {
            self.notice = Some(refused);
            // A locum has their day instead, staff the patients who come.
            return self.go(if self.replaces() { Place::Remplacements } else { Place::Reception });
        }
        if place == Place::Tray && self.demo.is_none() {
            return self.say(t("nav.no_tray").to_owned());
        }
        if place != self.place {
            // A passphrase that is half typed stays with nobody.
            self.patients.put_down();
        }
        self.place = place;
        match place {
            Place::Facturer => self.facturer.focus().map(Message::Facturer),
            Place::Reception => self.show_reception(),
            Place::ToSign => self.to_sign.reload(&self.office, self.signed_in.as_ref()).map(Message::ToSign),
            Place::Lots => self.reload_lots(),
            Place::Paiements => self.paiements.reload(&self.office, self.signed_in.as_ref()).map(Message::Paiements),
            Place::Recettes => self.recettes.reload(&self.office, self.signed_in.as_ref()).map(Message::Recettes),
            Place::Patients => {
                let read = self.patients.reload(&self.office, self.signed_in.as_ref());
                Task::batch([read, self.patients.focus()]).map(Message::Patients)
            }
            Place::Reglages => self.show_reglages(),
            Place::Diagnostic => self.diagnostic.reload(&self.office, self.signed_in.as_ref()).map(Message::Diagnostic),
            Place::Journal => self.journal.reload(&self.office, self.signed_in.as_ref()).map(Message::Journal),
            Place::Aide => self.aide.focus().map(Message::Aide),
            Place::Radar => self.radar.reload(&self.office, self.signed_in.as_ref()).map(Message::Radar),
            Place::Remplacements => self.show_remplacements(),
            Place::Tray => {
                self.look_at_tray();
                Task::none()
            }
        }
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
