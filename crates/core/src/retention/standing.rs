//! How one document stands: due, or staying, why, and until when where a day can be named. What is unfinished is never due.

use chrono::{Months, NaiveDate};
use liasse_domain::{DocumentState, TransmissionState};
use liasse_store::RetentionRow;
use serde::Serialize;

use super::{FLOOR, Term};
use crate::error::CoreError;
use crate::papers::{TEXTS, t};
use crate::workstation::Workstation;

/// A correction of a correction of a correction: nobody goes on for so long.
const LONGEST_CHAIN: u32 = 20;

/// How a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its time is over.
    Due,
    /// It stays.
    Stays {
        /// Why.
        why: Why,
        /// Until when, where a day can be named.
        until: Option<NaiveDate>,
    },
}

/// Why something stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its time is not over.
    Recente,
    /// Less than ninety days since it was sent.
    QuatreVingtDixJours,
    /// Not signed.
    NonSignee,
    /// Signed and not sent.
    NonEnvoyee,
    /// Sent and without an answer.
    SansReponse,
    /// Rejected, and not corrected.
    RejeteeNonCorrigee,
    /// Somebody still owes something.
    NonReglee,
    /// Money that was not expected: to be looked at by a person.
    Contestee,
    /// The FSE that corrects it stays.
    CorrectionEnCours,
    /// Its sheet or its scanned documents have not left.
    PapiersEnAttente,
    /// A passage that is open.
    PassageOuvert,
    /// Another practitioner's.
    AutrePraticien,
    /// Something that stays names it.
    Nommee,
    /// Less than ninety days since it left for another post, which may not have taken it in.
    FichierParti,
}

impl Why {
    /// All, in the order in which they are said.
    pub const ALL: [Self; 14] = [
        Self::Recente,
        Self::QuatreVingtDixJours,
        Self::NonSignee,
        Self::NonEnvoyee,
        Self::SansReponse,
        Self::RejeteeNonCorrigee,
        Self::NonReglee,
        Self::Contestee,
        Self::CorrectionEnCours,
        Self::PapiersEnAttente,
        Self::PassageOuvert,
        Self::AutrePraticien,
        Self::Nommee,
        Self::FichierParti,
    ];

    /// What is said of it, with the number of years that are set.
    pub fn text(self, years: u32) -> String {
        let key = match self {
            Self::Recente => "retention.recent",
            Self::QuatreVingtDixJours => "retention.floor",
            Self::NonSignee => "retention.unsigned",
            Self::NonEnvoyee => "retention.unsent",
            Self::SansReponse => "retention.unanswered",
            Self::RejeteeNonCorrigee => "retention.rejected",
            Self::NonReglee => "retention.owed",
            Self::Contestee => "retention.contested",
            Self::CorrectionEnCours => "retention.correction",
            Self::PapiersEnAttente => "retention.papers",
            Self::PassageOuvert => "retention.passage",
            Self::AutrePraticien => "retention.others",
            Self::Nommee => "retention.named",
            Self::FichierParti => "retention.left",
        };
        TEXTS.with(key, &[("years", &years.to_string())])
    }

    /// The text of the law or the rule that it rests on.
    pub fn source(self) -> String {
        match self {
            Self::Recente => t("retention.source_recent"),
            Self::QuatreVingtDixJours => t("retention.source_floor"),
            Self::AutrePraticien => t("retention.source_others"),
            Self::Nommee => t("retention.source_named"),
            _ => t("retention.source_open"),
        }
    }
}

/// Until when a document is kept once nothing of it is open.
fn kept_until(row: &RetentionRow, term: Term) -> (NaiveDate, Why) {
    let after = row.last.checked_add_months(Months::new(12 * term.years)).unwrap_or(NaiveDate::MAX);
    let floor = row.sent_on.map(|day| day.checked_add_days(FLOOR).unwrap_or(NaiveDate::MAX));
    match floor {
        Some(floor) if floor > after => (floor, Why::QuatreVingtDixJours),
        _ => (after, Why::Recente),
    }
}

/// What is open of it, whatever its age.
fn open(row: &RetentionRow) -> Option<Why> {
    use TransmissionState::{EnFichier, EnLot, NonConfirmee, Recue, Transmise};
    if row.contested {
        return Some(Why::Contestee);
    }
    // Withdrawn: nothing more is asked for it. At another post: that one has it.
    if row.state == DocumentState::Annulee || row.away {
        return row.papers_open.then_some(Why::PapiersEnAttente);
    }
    if row.state != DocumentState::Signee {
        return Some(Why::NonSignee);
    }
    // A DRE that was given up, a claim that a signed one corrects: nothing more comes for them.
    let ended = row.given_up || row.corrected;
    match row.transmission {
        Some(EnLot | EnFichier) => return Some(Why::NonEnvoyee),
        Some(Transmise | NonConfirmee) => return Some(Why::SansReponse),
        Some(Recue) => {}
        _ if row.rejected || ended => {}
        _ => return Some(Why::NonEnvoyee),
    }
    if row.rejected && !ended {
        return Some(Why::RejeteeNonCorrigee);
    }
    if row.owed || (row.refused && !ended) {
        return Some(Why::NonReglee);
    }
    row.papers_open.then_some(Why::PapiersEnAttente)
}

/// How a document stands by itself, whatever corrects it.
pub(super) fn alone(row: &RetentionRow, term: Term) -> Standing {
    if let Some(why) = open(row) {
        return Standing::Stays { why, until: None };
    }
    let (until, why) = kept_until(row, term);
    if term.today >= until { Standing::Due } else { Standing::Stays { why, until: Some(until) } }
}

impl Workstation {
    /// How a document stands. One that another corrects stays as long as that one.
    pub(crate) fn standing_of(&self, row: &RetentionRow, term: Term) -> Result<Standing, CoreError> {
        let own = alone(row, term);
        let mut next = row.corrected_by;
        for _ in 0..LONGEST_CHAIN {
            let (Standing::Due, Some(by)) = (own, next) else { break };
            let Some(correction) = self.store.retention_row(by)? else { break };
            if let Standing::Stays { until, .. } = alone(&correction, term) {
                return Ok(Standing::Stays { why: Why::CorrectionEnCours, until });
            }
            next = correction.corrected_by;
        }
        Ok(own)
    }
}

#[cfg(test)]
mod tests {
    use liasse_domain::DocumentKind;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// Received by the caisse and settled, on 15 January 2026.
    fn settled() -> RetentionRow {
        RetentionRow {
            id: 1,
            kind: DocumentKind::Fse,
            name: "991129768-000000001".parse().expect("a name"),
            state: DocumentState::Signee,
            transmission: Some(TransmissionState::Recue),
            act_date: day("2026-01-15"),
            last: day("2026-01-20"),
            sent_on: Some(day("2026-01-16")),
            away: false,
            given_up: false,
            rejected: false,
            corrected: false,
            corrected_by: None,
            owed: false,
            contested: false,
            refused: false,
            papers_open: false,
        }
    }

    fn on(today: &str, years: u32) -> Term {
        Term { years, today: day(today) }
    }

    fn why(row: &RetentionRow) -> Option<Why> {
        // A hundred years later only what is open stays.
        match alone(row, on("2126-01-20", 3)) {
            Standing::Due => None,
            Standing::Stays { why, until } => {
                assert_eq!(until, None, "nobody knows until when");
                Some(why)
            }
        }
    }

    #[test]
    fn three_years_are_counted_from_the_last_that_happened() {
        let until = Some(day("2029-01-20"));
        assert_eq!(alone(&settled(), on("2029-01-19", 3)), Standing::Stays { why: Why::Recente, until });
        assert_eq!(alone(&settled(), on("2029-01-20", 3)), Standing::Due);
    }

    #[test]
    fn ninety_days_after_the_sending_hold_whatever_is_set() {
        let until = Some(day("2026-04-16"));
        let stays = Standing::Stays { why: Why::QuatreVingtDixJours, until };
        assert_eq!(alone(&settled(), on("2026-04-15", 0)), stays);
        assert_eq!(alone(&settled(), on("2026-04-16", 0)), Standing::Due);
        // Never sent: withdrawn before.
        let withdrawn = RetentionRow { state: DocumentState::Annulee, transmission: None, sent_on: None, ..settled() };
        assert_eq!(alone(&withdrawn, on("2026-01-20", 0)), Standing::Due);
    }

    #[test]
    fn what_is_open_is_never_due() {
        assert_eq!(why(&settled()), None);
        let of = |transmission| RetentionRow { transmission, ..settled() };
        for (row, wanted) in [
            (RetentionRow { state: DocumentState::Preparee, transmission: None, ..settled() }, Why::NonSignee),
            (RetentionRow { state: DocumentState::SigneePatient, transmission: None, ..settled() }, Why::NonSignee),
            (of(None), Why::NonEnvoyee),
            (of(Some(TransmissionState::EnLot)), Why::NonEnvoyee),
            (of(Some(TransmissionState::EnFichier)), Why::NonEnvoyee),
            (of(Some(TransmissionState::Transmise)), Why::SansReponse),
            (of(Some(TransmissionState::NonConfirmee)), Why::SansReponse),
            (RetentionRow { rejected: true, refused: true, ..settled() }, Why::RejeteeNonCorrigee),
            (RetentionRow { owed: true, ..settled() }, Why::NonReglee),
            (RetentionRow { refused: true, ..settled() }, Why::NonReglee),
            (RetentionRow { contested: true, ..settled() }, Why::Contestee),
            (RetentionRow { contested: true, state: DocumentState::Annulee, ..settled() }, Why::Contestee),
            (RetentionRow { papers_open: true, ..settled() }, Why::PapiersEnAttente),
        ] {
            assert_eq!(why(&row), Some(wanted), "{row:?}");
        }
        for ended in [
            RetentionRow { rejected: true, refused: true, corrected: true, ..settled() },
            RetentionRow { given_up: true, refused: true, transmission: None, ..settled() },
            RetentionRow { away: true, state: DocumentState::SigneePatient, owed: true, ..settled() },
            RetentionRow { state: DocumentState::Annulee, transmission: None, ..settled() },
        ] {
            assert_eq!(why(&ended), None, "{ended:?}");
        }
    }

    #[test]
    fn every_reason_has_its_words_and_its_source() {
        for why in Why::ALL {
            assert!(why.text(3).ends_with('.') && !why.text(3).contains('{'), "{why:?}: {}", why.text(3));
            assert!(why.source().len() > 10, "{why:?}");
        }
        assert!(Why::Recente.text(5).contains('5') && Why::Recente.source().contains("L133-4"));
        assert!(Why::QuatreVingtDixJours.source().contains("R161-47"));
    }
}
