//! The signing guard: before every PIN and every signature, whose card it is × session × hour × whose FSE or lot, in one
//! sentence. Red cannot sign, amber signs with a reason that is written and journaled.
//! Decides alone; it looks nothing up (`replacement` and `signing` hand it what is so). Its table is `docs/guard.md`, which
//! a test compares with every row. Rule: issue "The locum's session", "Signing guard"; CSS R161-52 and R161-58: cards are
//! strictly personal.

mod facts;

use liasse_domain::{Code, Coded};

/// Whose card it is, and whether that person may act now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hand {
    /// The practitioner whose number is paid; nobody replaces them now.
    Titulaire,
    /// The same, at an hour of an open replacement.
    TitulaireRemplace,
    /// The locum of the session, at one of its hours.
    Remplacant,
    /// The same, outside its hours, before it is closed.
    RemplacantHorsHeures,
    /// The same, while the replaced doctor has taken the practice back.
    RemplacantSuspendu,
    /// The same, after it was closed.
    RemplacantClos,
    /// Another locum, or the locum of another session.
    AutreRemplacant,
    /// A practitioner of another number.
    AutrePraticien,
    /// Staff.
    Secretariat,
    /// A card that lacks the habilitation for what is to be signed (fields 20 and 21 of group 2).
    SansHabilitation,
    /// No card, or one that is expired, revoked or blocked.
    SansCarte,
}

impl Hand {
    /// All, in the order of the table.
    pub const ALL: [Self; 11] = [
        Self::Titulaire,
        Self::TitulaireRemplace,
        Self::Remplacant,
        Self::RemplacantHorsHeures,
        Self::RemplacantSuspendu,
        Self::RemplacantClos,
        Self::AutreRemplacant,
        Self::AutrePraticien,
        Self::Secretariat,
        Self::SansHabilitation,
        Self::SansCarte,
    ];
}

/// What is to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A new FSE, of now.
    Nouvelle,
    /// An FSE of the paid practitioner, of a day on which nobody replaced them.
    DuTitulaire,
    /// The same, of a day of a replacement.
    DuTitulairePendant,
    /// An FSE that the locum made, of a day of the session.
    DuRemplacant,
    /// The same, of another day.
    DuRemplacantHors,
    /// The correction of a rejected FSE of the locum, which the replaced doctor has reopened.
    Rouverte,
    /// A lot of the practice.
    Lot,
}

impl Subject {
    /// All, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Nouvelle,
        Self::DuTitulaire,
        Self::DuTitulairePendant,
        Self::DuRemplacant,
        Self::DuRemplacantHors,
        Self::Rouverte,
        Self::Lot,
    ];
}

/// What the guard says, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It may be signed.
    Green,
    /// It may be signed with a reason that is written.
    Amber(Amber),
    /// It cannot be signed.
    Red(Red),
}

/// Why a reason is asked for. The sentences are the catalogue's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Amber {
    /// Acts of the replaced doctor on a day of a replacement.
    #[error("acts of the titulaire on a day of a replacement")]
    OnDayOfReplacement,
    /// The replaced doctor does not practise meanwhile (CSP R4127-65).
    #[error("the titulaire during a replacement")]
    DuringReplacement,
}

/// Why it cannot be signed, and by whom it can. The sentences are the catalogue's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Red {
    /// Without a usable card there is no FSE of any mode: paper.
    #[error("no usable card")]
    NoCard,
    /// The card may not sign an FSE (field 20): paper.
    #[error("may not sign an FSE")]
    NotForFse,
    /// The card may not sign a lot (field 21): somebody else's does.
    #[error("may not sign a lot")]
    NotForLot,
    /// Staff prepare and sign no FSE.
    #[error("staff")]
    Staff,
    /// Made by the locum: only that one's card.
    #[error("made by the locum")]
    LocumsOwn,
    /// Made by the replaced doctor: only that one's card.
    #[error("made by the titulaire")]
    TitulairesOwn,
    /// Another locum's.
    #[error("another locum's")]
    OtherLocum,
    /// Another practitioner's.
    #[error("another practitioner's")]
    OtherPractitioner,
    /// No new FSE outside the hours of the session.
    #[error("outside the session")]
    OutsideHours,
    /// Acts of a day that is none of the session's.
    #[error("acts outside the session")]
    ActsOutside,
    /// No new FSE while the session is suspended.
    #[error("suspended")]
    Suspended,
    /// The session is closed.
    #[error("closed")]
    Closed,
}

impl Coded for Amber {
    fn code(&self) -> Code {
        match self {
            Self::DuringReplacement => Code("guard.titulaire_remplace"),
            Self::OnDayOfReplacement => Code("guard.jour_de_remplacement"),
        }
    }
}

impl Coded for Red {
    fn code(&self) -> Code {
        match self {
            Self::NoCard => Code("cards.cps_absente"),
            Self::NotForFse => Code("invoicing.non_habilite_fse"),
            Self::NotForLot => Code("invoicing.non_habilite_lot"),
            Self::Staff => Code("guard.secretariat"),
            Self::LocumsOwn => Code("guard.au_remplacant"),
            Self::TitulairesOwn => Code("guard.au_titulaire"),
            Self::OtherLocum => Code("guard.autre_remplacant"),
            Self::OtherPractitioner => Code("invoicing.autre_praticien"),
            Self::OutsideHours => Code("guard.hors_heures"),
            Self::ActsOutside => Code("guard.actes_hors_session"),
            Self::Suspended => Code("guard.session_suspendue"),
            Self::Closed => Code("guard.session_close"),
        }
    }
}

/// Why nothing is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Red.
    #[error(transparent)]
    Red(#[from] Red),
    /// Amber, and no reason is written.
    #[error(transparent)]
    Reason(#[from] Amber),
}

impl Coded for Refused {
    fn code(&self) -> Code {
        match self {
            Self::Red(why) => why.code(),
            Self::Reason(why) => why.code(),
        }
    }
}

/// Judges.
pub fn judge(hand: Hand, subject: Subject) -> Verdict {
    use Hand::{
        AutrePraticien, AutreRemplacant, Remplacant, RemplacantClos, RemplacantHorsHeures, RemplacantSuspendu,
        SansCarte, SansHabilitation, Secretariat, Titulaire, TitulaireRemplace,
    };
    use Subject::{DuRemplacant, DuRemplacantHors, DuTitulaire, DuTitulairePendant, Lot, Nouvelle, Rouverte};
    let red = |why| Verdict::Red(why);
    match (hand, subject) {
        (SansCarte, _) => red(Red::NoCard),
        (SansHabilitation, Lot) => red(Red::NotForLot),
        (SansHabilitation, _) => red(Red::NotForFse),
        (AutrePraticien, _) => red(Red::OtherPractitioner),
        (AutreRemplacant, _) => red(Red::OtherLocum),
        // A lot bears one signing card, not one author: it may hold FSE of both (CPAM 2016).
        (Secretariat, Lot) => Verdict::Green,
        (Secretariat, _) => red(Red::Staff),
        (RemplacantClos, Lot | Nouvelle | DuRemplacant) => red(Red::Closed),
        (_, Lot) => Verdict::Green,
        (Titulaire | TitulaireRemplace, DuRemplacant | DuRemplacantHors | Rouverte) => red(Red::LocumsOwn),
        (Titulaire, Nouvelle) | (Titulaire | TitulaireRemplace, DuTitulaire) => Verdict::Green,
        (TitulaireRemplace, Nouvelle) => Verdict::Amber(Amber::DuringReplacement),
        (Titulaire | TitulaireRemplace, DuTitulairePendant) => Verdict::Amber(Amber::OnDayOfReplacement),
        (_, DuTitulaire | DuTitulairePendant) => red(Red::TitulairesOwn),
        (_, DuRemplacantHors) => red(Red::ActsOutside),
        (RemplacantHorsHeures, Nouvelle) => red(Red::OutsideHours),
        (RemplacantSuspendu, Nouvelle) => red(Red::Suspended),
        (Remplacant, Nouvelle) => Verdict::Green,
        (Remplacant | RemplacantHorsHeures | RemplacantSuspendu, DuRemplacant) => Verdict::Green,
        (Remplacant | RemplacantHorsHeures | RemplacantSuspendu | RemplacantClos, Rouverte) => Verdict::Green,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of `docs/guard.md`.
    fn row(hand: Hand) -> &'static str {
        match hand {
            Hand::Titulaire => "titulaire",
            Hand::TitulaireRemplace => "titulaire, aux heures d'un remplacement",
            Hand::Remplacant => "remplaçant, à ses heures",
            Hand::RemplacantHorsHeures => "remplaçant, hors de ses heures",
            Hand::RemplacantSuspendu => "remplaçant, session suspendue",
            Hand::RemplacantClos => "remplaçant, session close",
            Hand::AutreRemplacant => "autre remplaçant",
            Hand::AutrePraticien => "autre praticien",
            Hand::Secretariat => "secrétariat (CPE)",
            Hand::SansHabilitation => "carte sans habilitation",
            Hand::SansCarte => "aucune carte utilisable",
        }
    }

    fn cell(verdict: Verdict) -> String {
        match verdict {
            Verdict::Green => "vert".to_owned(),
            Verdict::Amber(why) => format!("orange `{}`", why.code().0),
            Verdict::Red(why) => format!("rouge `{}`", why.code().0),
        }
    }

    #[test]
    fn the_page_says_what_the_guard_does() {
        let page = include_str!("../../../docs/guard.md");
        for hand in Hand::ALL {
            let cells = Subject::ALL.map(|subject| cell(judge(hand, subject)));
            let wanted = format!("| {} | {} |", row(hand), cells.join(" | "));
            assert!(page.lines().any(|line| line == wanted), "docs/guard.md lacks:\n{wanted}");
        }
        let rows = page.lines().filter(|line| line.contains("| vert") || line.contains("| rouge")).count();
        assert_eq!(rows, Hand::ALL.len(), "and says nothing more");
    }

    #[test]
    fn every_word_of_the_guard_is_in_the_catalogue() {
        for hand in Hand::ALL {
            for subject in Subject::ALL {
                let code = match judge(hand, subject) {
                    Verdict::Green => continue,
                    Verdict::Amber(why) => why.code(),
                    Verdict::Red(why) => why.code(),
                };
                assert!(liasse_domain::catalogue::entry(code).is_some(), "{code:?}");
            }
        }
    }
}
