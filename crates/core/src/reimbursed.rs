//! « La caisse ne m'a pas remboursé »: one sentence to read aloud, for every state of an FSE. It is made of who paid, of how far
//! the sheet came, and of what follows; its words are `assets/texts/aloud.toml`. It names nobody.
//! Not the duplicata (`prints`). Rule: issue 6, "Patients"; product, "Words that decide design"; CSS R161-47.

mod aloud;

use chrono::NaiveDate;
use liasse_domain::calendar::{acknowledgement_deadline, sending_deadline};
use liasse_domain::reject::{self, Gesture};
use liasse_domain::returns::Reason;
use liasse_domain::{
    Centimes, DocumentKind, DocumentState, FseNumber, FseRef, LotNumber, PaperState, Payer, SecuringMode,
    TransmissionState, clock,
};
use liasse_store::FseRow;
use serde::Serialize;

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::invoicing::InvoicingError;
use crate::workstation::Workstation;

/// How often a correction may have been corrected; nobody is asked for more.
const CHAIN: usize = 20;

/// What is answered to a patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Version of this shape.
    pub v: u32,
    /// About which FSE.
    pub fse: FseRef,
    /// How it stands.
    pub standing: Standing,
    /// The live FSE that corrects it in the end.
    pub corrected_by: Option<FseRef>,
    /// The sentence to read aloud.
    pub sentence: String,
}

/// How an FSE stands towards the reimbursement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Withdrawn.
    Annulee,
    /// A signature is missing.
    NonSignee,
    /// Signed, not gone.
    AEnvoyer,
    /// Gone, not answered.
    Envoyee,
    /// Nobody knows whether it left.
    NonConfirmee,
    /// Its whole file is refused, and leaves again.
    Refusee,
    /// Its whole file is refused by an incident of the caisse's: the caisse has it.
    Incident,
    /// The caisse has it.
    Recue,
    /// The caisse rejected it.
    Rejetee,
    /// Rejected, and made again.
    Corrigee,
}

/// What decides how an FSE stands.
#[derive(Clone, Copy, Debug)]
struct Road {
    document: DocumentState,
    transmission: Option<TransmissionState>,
    /// Refused with its file by an incident.
    locked: bool,
    rejected: bool,
    act: NaiveDate,
    /// Whether somebody else than the patient pays: it may leave later.
    third_party: bool,
    sent: Option<NaiveDate>,
    received: Option<NaiveDate>,
}

/// How it stands, and the days that go with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stand {
    standing: Standing,
    /// When it left, or was received.
    on: Option<NaiveDate>,
    /// Until when it leaves, or is to be answered.
    limit: Option<NaiveDate>,
    /// Whether that day has passed.
    late: bool,
}

/// Why the caisse rejected it, and what the practice does.
#[derive(Clone, Debug)]
struct Refusal {
    on: NaiveDate,
    /// In plain words, or the caisse's own where nobody has explained the code.
    cause: String,
    does: Does,
}

/// What the practice does about a reject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// The gesture that the reason asks for.
    Gesture(Gesture),
    /// Nothing: an incident of the caisse's explains it.
    Nothing,
    /// The reason has no explanation here: the caisse is asked.
    Ask,
}

/// Everything that the sentence says.
#[derive(Clone, Debug)]
struct Facts {
    fse: FseNumber,
    act: NaiveDate,
    /// Whether the caisse pays its part to the practitioner.
    third_party_amo: bool,
    /// What the patient has paid.
    paid: Centimes,
    stand: Stand,
    lot: Option<LotNumber>,
    refusal: Option<Refusal>,
    /// The FSE that corrects it in the end, and how that one stands.
    corrected: Option<(FseNumber, Stand)>,
    /// The sheet of a degraded FSE, and the day on which it left.
    sheet: Option<(PaperState, Option<NaiveDate>)>,
}

impl Workstation {
    /// What to tell a patient who says that the caisse has not reimbursed an FSE; for whoever is at the desk.
    pub fn why_not_reimbursed(&self, who: &SignedIn, fse: &FseRef) -> Result<Answer, CoreError> {
        self.allow_on(Deed::History, fse, who)?;
        let row = self.store.fse(fse)?.ok_or(InvoicingError::UnknownFse)?;
        let correction = self.last_correction(fse)?;
        let corrected = match &correction {
            Some(by) => {
                let later = self.store.fse(by)?.ok_or(InvoicingError::UnknownFse)?;
                Some((by.number, self.stand_of(&later)?))
            }
            None => None,
        };
        let refusal = row.reject.clone().zip(row.rejected_on).map(|(reason, on)| self.refusal(&reason, on));
        let lot = match row.lot {
            Some(file) => self.store.lot(file)?.map(|lot| lot.name.number),
            None => None,
        };
        let facts = Facts {
            fse: fse.number,
            act: row.content.act_date(),
            third_party_amo: row.content.third_party_amo,
            paid: row.money.iter().filter(|part| part.payer == Payer::Patient).map(|part| part.paid).sum(),
            stand: self.stand_of(&row)?,
            lot,
            refusal,
            corrected,
            sheet: self.sheet_state(&row)?,
        };
        Ok(Answer {
            v: 1,
            fse: fse.clone(),
            standing: facts.standing(),
            corrected_by: correction,
            sentence: aloud::sentence(&facts),
        })
    }

    /// The FSE at the end of the corrections of this one.
    fn last_correction(&self, fse: &FseRef) -> Result<Option<FseRef>, CoreError> {
        let mut last = None;
        for _ in 0..CHAIN {
            let of = last.as_ref().unwrap_or(fse);
            match self.store.corrected_by(of)? {
                Some(by) => last = Some(by),
                None => break,
            }
        }
        Ok(last)
    }

    fn stand_of(&self, row: &FseRow) -> Result<Stand, CoreError> {
        let refused = row.transmission == Some(TransmissionState::Refusee);
        let name = (DocumentKind::Fse, row.reference.clone());
        let road = Road {
            document: row.state,
            transmission: row.transmission,
            locked: refused && self.locked_by_incident()?.contains(&name),
            rejected: row.reject.is_some(),
            act: row.content.act_date(),
            third_party: row.content.third_party_amo || row.content.third_party_amc,
            sent: row.sent_at.map(|at| clock::paris(at).date()),
            received: self.received_on(row)?,
        };
        Ok(stand(&road, self.clock.today()))
    }

    /// The day of the ARL+ of its file.
    fn received_on(&self, row: &FseRow) -> Result<Option<NaiveDate>, CoreError> {
        let received = row.lot.filter(|_| row.transmission == Some(TransmissionState::Recue));
        let Some(file) = received else { return Ok(None) };
        let answers = self.store.answers_to(file)?;
        Ok(answers.iter().rev().find(|answer| answer.applied && answer.refused.is_none()).map(|answer| answer.on))
    }

    fn refusal(&self, reason: &Reason, on: NaiveDate) -> Refusal {
        let words = reject::explain(&reason.code);
        let incident = self.incidents.lock(&reason.code, on);
        let cause = match (incident, words) {
            (Some(incident), _) => incident.cause.clone(),
            (None, Some(words)) => words.cause.clone(),
            (None, None) => reason.label.clone(),
        };
        let does = match (incident, words) {
            (Some(_), _) => Does::Nothing,
            (None, Some(words)) => Does::Gesture(words.gesture),
            (None, None) => Does::Ask,
        };
        Refusal { on, cause, does }
    }

    /// What became of the paper sheet of a degraded FSE.
    fn sheet_state(&self, row: &FseRow) -> Result<Option<(PaperState, Option<NaiveDate>)>, CoreError> {
        if row.content.mode != SecuringMode::Degrade {
            return Ok(None);
        }
        let sheet = self.store.paper_of(&row.reference)?;
        Ok(sheet.map(|sheet| (sheet.state, sheet.done_at.map(|at| clock::paris(at).date()))))
    }
}

impl Facts {
    /// How it stands, corrections counted.
    fn standing(&self) -> Standing {
        if self.is_corrected() { Standing::Corrigee } else { self.stand.standing }
    }

    fn is_corrected(&self) -> bool {
        self.stand.standing == Standing::Rejetee && self.refusal.is_some() && self.corrected.is_some()
    }
}

/// How an FSE stands today.
fn stand(road: &Road, today: NaiveDate) -> Stand {
    let of = |standing, on| Stand { standing, on, limit: None, late: false };
    let before = |standing, on, limit| Stand { standing, on, limit: Some(limit), late: today > limit };
    let leaves = sending_deadline(road.act, road.third_party);
    match (road.document, road.transmission) {
        (DocumentState::Annulee, _) => of(Standing::Annulee, None),
        (DocumentState::Brouillon | DocumentState::Preparee | DocumentState::SigneePatient, _) => {
            before(Standing::NonSignee, None, leaves)
        }
        (DocumentState::Signee, _) if road.rejected => of(Standing::Rejetee, None),
        (DocumentState::Signee, Some(TransmissionState::Transmise)) => match road.sent {
            Some(on) => before(Standing::Envoyee, Some(on), acknowledgement_deadline(on)),
            None => of(Standing::Envoyee, None),
        },
        (DocumentState::Signee, Some(TransmissionState::NonConfirmee)) => of(Standing::NonConfirmee, road.sent),
        (DocumentState::Signee, Some(TransmissionState::Refusee)) if road.locked => of(Standing::Incident, None),
        (DocumentState::Signee, Some(TransmissionState::Refusee)) => of(Standing::Refusee, None),
        (DocumentState::Signee, Some(TransmissionState::Recue)) => of(Standing::Recue, road.received),
        (
            DocumentState::Signee,
            None | Some(TransmissionState::EnLot | TransmissionState::EnFichier | TransmissionState::Retiree),
        ) => before(Standing::AEnvoyer, None, leaves),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn road(document: DocumentState, transmission: Option<TransmissionState>) -> Road {
        Road {
            document,
            transmission,
            locked: false,
            rejected: false,
            act: day("2026-01-15"),
            third_party: false,
            sent: Some(day("2026-01-16")),
            received: Some(day("2026-01-19")),
        }
    }

    #[test]
    fn a_state_and_its_days_decide() {
        use DocumentState::{Annulee, Preparee, Signee, SigneePatient};
        use TransmissionState::{EnFichier, NonConfirmee, Recue, Refusee, Transmise};
        // Thursday 15 January 2026: three working days end on Tuesday 20; an ARL to Friday 16 is due on Tuesday 20.
        let today = day("2026-01-21");
        for (document, transmission, standing, on, limit) in [
            (Annulee, None, Standing::Annulee, None, None),
            (Preparee, None, Standing::NonSignee, None, Some("2026-01-20")),
            (SigneePatient, None, Standing::NonSignee, None, Some("2026-01-20")),
            (Signee, None, Standing::AEnvoyer, None, Some("2026-01-20")),
            (Signee, Some(EnFichier), Standing::AEnvoyer, None, Some("2026-01-20")),
            (Signee, Some(Transmise), Standing::Envoyee, Some("2026-01-16"), Some("2026-01-20")),
            (Signee, Some(NonConfirmee), Standing::NonConfirmee, Some("2026-01-16"), None),
            (Signee, Some(Refusee), Standing::Refusee, None, None),
            (Signee, Some(Recue), Standing::Recue, Some("2026-01-19"), None),
        ] {
            let limit = limit.map(day);
            let wanted = Stand { standing, on: on.map(day), limit, late: limit.is_some() };
            assert_eq!(stand(&road(document, transmission), today), wanted, "{document} {transmission:?}");
        }
        let in_time = stand(&road(Signee, None), day("2026-01-20"));
        assert!(!in_time.late, "the last day is in time");
        let later = stand(&Road { third_party: true, ..road(Signee, None) }, today);
        assert_eq!((later.limit, later.late), (Some(day("2026-01-27")), false), "eight working days in tiers payant");
        let rejected = stand(&Road { rejected: true, ..road(Signee, Some(Recue)) }, today);
        assert_eq!(rejected.standing, Standing::Rejetee);
        let locked = stand(&Road { locked: true, ..road(Signee, Some(Refusee)) }, today);
        assert_eq!(locked.standing, Standing::Incident);
    }
}
