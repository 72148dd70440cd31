//! The ledger as scripts read it: `ledger --json` and the end of `demo --json` (shared contracts, version 1).

use chrono::{DateTime, Utc};
use liasse_domain::calendar::sending_deadline;
use liasse_domain::returns::Reason;
use liasse_domain::{Centimes, DocumentState, FileIdentifier, FseRef, MoneyState, Payer, Private, TransmissionState};
use serde::Serialize;

use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::workstation::Workstation;

/// The whole ledger.
#[derive(Clone, Debug, Serialize)]
pub struct Ledger {
    /// Version of this shape.
    pub v: u32,
    /// Until when returns have been read; `null` before the first fetch.
    pub returns_read_until: Option<DateTime<Utc>>,
    /// Every document.
    pub documents: Vec<Document>,
}

/// One document.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Its name.
    pub fse: FseRef,
    /// `fse` or `dre`.
    pub kind: String,
    /// Date of the first act.
    pub act_date: chrono::NaiveDate,
    /// Total charged.
    pub total_cents: Centimes,
    /// State of the document.
    pub document: DocumentState,
    /// State of its live or last membership of a lot.
    pub transmission: Option<TransmissionState>,
    /// That lot.
    pub lot: Option<FileIdentifier>,
    /// What each payer owes.
    pub money: Vec<Money>,
    /// Why the caisse rejected it, if it did.
    pub reject: Option<Rejected>,
    /// The day of the reject, for a screen.
    #[serde(skip)]
    pub rejected_on: Option<chrono::NaiveDate>,
    /// Whether it was refused with its whole file during an incident after which nothing is sent again; for a screen.
    #[serde(skip)]
    pub locked: bool,
    /// The live FSE that corrects it, for a screen.
    #[serde(skip)]
    pub corrected_by: Option<FseRef>,
    /// For whom, on a screen; never in the JSON.
    #[serde(skip)]
    pub patient: Private,
}

/// What one payer owes for one document.
#[derive(Clone, Debug, Serialize)]
pub struct Money {
    /// Who.
    pub payer: Payer,
    /// How it stands.
    pub state: MoneyState,
    /// How much is due.
    pub due_cents: Centimes,
    /// How much came.
    pub paid_cents: Centimes,
}

/// A reject.
#[derive(Clone, Debug, Serialize)]
pub struct Rejected {
    /// The caisse's code.
    pub code: String,
    /// The caisse's words.
    pub message: String,
}

impl From<Reason> for Rejected {
    fn from(reason: Reason) -> Self {
        Self { code: reason.code, message: reason.label }
    }
}

/// What has not reached the caisse yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// Signed FSE that have not left, those of a refused file among them.
    pub count: usize,
    /// The oldest day of their acts.
    pub oldest: Option<chrono::NaiveDate>,
    /// The first of their legal days: three working days after the act, eight under tiers payant (CSS R161-47).
    pub deadline: Option<chrono::NaiveDate>,
    /// FSE of which nobody knows whether they left.
    pub unconfirmed: usize,
}

impl Ledger {
    /// What has not reached the caisse yet.
    pub fn unsent(&self) -> Unsent {
        let mut unsent = Unsent::default();
        for document in &self.documents {
            if document.transmission == Some(TransmissionState::NonConfirmee) {
                unsent.unconfirmed += 1;
            } else if document.waits_to_leave() {
                unsent.count += 1;
                let (day, deadline) = (document.act_date, sending_deadline(document.act_date, document.third_party()));
                unsent.oldest = Some(unsent.oldest.map_or(day, |oldest| oldest.min(day)));
                unsent.deadline = Some(unsent.deadline.map_or(deadline, |first| first.min(deadline)));
            }
        }
        unsent
    }

    /// Whether every document ended as its kind ends: tiers payant paid or rejected with a reason, hors tiers payant
    /// received by the caisse and settled by the patient.
    pub fn all_ended(&self) -> bool {
        self.documents.iter().all(Document::has_ended)
    }
}

impl Document {
    /// Whether it is signed and its bytes are with nobody else yet.
    fn waits_to_leave(&self) -> bool {
        use TransmissionState::{EnFichier, EnLot, Refusee, Retiree};
        let here = matches!(self.transmission, None | Some(EnLot | EnFichier | Retiree));
        let back = self.transmission == Some(Refusee) && !self.locked;
        self.document == DocumentState::Signee && self.reject.is_none() && (here || back)
    }

    /// Whether it waits to leave and no signed lot holds it.
    pub fn awaits_lot(&self) -> bool {
        self.waits_to_leave() && self.transmission != Some(TransmissionState::EnFichier)
    }

    /// Whether somebody else than the patient owes for it.
    fn third_party(&self) -> bool {
        self.money.iter().any(|money| money.payer != Payer::Patient && money.state != MoneyState::SansObjet)
    }

    /// Whether it has left, or may have, and the caisse has not answered.
    pub fn awaits_answer(&self) -> bool {
        matches!(self.transmission, Some(TransmissionState::Transmise | TransmissionState::NonConfirmee))
    }

    /// See [`Ledger::all_ended`]. An annulled document has ended.
    pub fn has_ended(&self) -> bool {
        if self.document == DocumentState::Annulee {
            return true;
        }
        let received = self.transmission == Some(TransmissionState::Recue);
        let owed_by_schemes = self.money.iter().any(|m| m.payer != Payer::Patient && m.state != MoneyState::SansObjet);
        let patient_settled =
            self.money.iter().filter(|m| m.payer == Payer::Patient).all(|money| {
                matches!(money.state, MoneyState::SansObjet | MoneyState::Encaisse | MoneyState::Abandonne)
            });
        let schemes_settled = self.money.iter().filter(|m| m.payer != Payer::Patient).all(|money| {
            matches!(money.state, MoneyState::SansObjet | MoneyState::Encaisse | MoneyState::Abandonne)
                || (money.state == MoneyState::Rejete && self.reject.is_some())
        });
        received && patient_settled && (!owed_by_schemes || schemes_settled)
    }
}

impl Workstation {
    /// The ledger of one practitioner: each sees their own documents and money.
    pub fn ledger_of(&self, who: &SignedIn) -> Result<Ledger, CoreError> {
        let mut ledger = self.ledger()?;
        ledger.documents.retain(|document| document.fse.billing == who.situation.billing_number);
        Ok(ledger)
    }

    /// The ledger of the whole store: for what the program itself counts, not to be shown to one person.
    pub fn ledger(&self) -> Result<Ledger, CoreError> {
        let locked = self.locked_by_incident()?;
        let mut documents: Vec<Document> = self
            .store
            .ledger()?
            .into_iter()
            .map(|row| Document {
                fse: row.fse,
                kind: row.kind,
                act_date: row.act_date,
                total_cents: row.total,
                document: row.document,
                transmission: row.transmission,
                lot: row.lot,
                money: row
                    .money
                    .into_iter()
                    .map(|m| Money { payer: m.payer, state: m.state, due_cents: m.due, paid_cents: m.paid })
                    .collect(),
                reject: row.reject.map(Rejected::from),
                rejected_on: row.rejected_on,
                locked: false,
                corrected_by: row.corrected_by,
                patient: row.patient,
            })
            .collect();
        for document in &mut documents {
            // A lot made later overrules: then it was put there before the incident was known.
            document.locked =
                document.transmission == Some(TransmissionState::Refusee) && locked.contains(&document.fse);
        }
        Ok(Ledger { v: 1, returns_read_until: self.store.returns_read_until()?, documents })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MoneyState::{Abandonne, Anomalie, Attendu, Encaisse, Partiel, Rejete, SansObjet};

    /// A signed document, received by the caisse: state of patient, AMO and AMC.
    fn document([patient, amo, amc]: [MoneyState; 3]) -> Document {
        let money = |payer, state| Money { payer, state, due_cents: Centimes(100), paid_cents: Centimes(0) };
        Document {
            fse: "991010117-000000001".parse().expect("a reference"),
            kind: "fse".to_owned(),
            rejected_on: None,
            locked: false,
            corrected_by: None,
            patient: Private::new("DURAND MARIE"),
            act_date: "2026-01-15".parse().expect("a day"),
            total_cents: Centimes(3000),
            document: DocumentState::Signee,
            transmission: Some(TransmissionState::Recue),
            lot: None,
            money: vec![money(Payer::Patient, patient), money(Payer::Amo, amo), money(Payer::Amc, amc)],
            reject: None,
        }
    }

    #[test]
    fn a_document_ends_when_everybody_has_settled() {
        for (money, ended) in [
            ([Encaisse, SansObjet, SansObjet], true),
            ([Abandonne, SansObjet, SansObjet], true),
            ([SansObjet, Encaisse, Encaisse], true),
            ([Attendu, SansObjet, SansObjet], false),
            ([Partiel, Encaisse, SansObjet], false),
            ([Encaisse, Attendu, SansObjet], false),
            ([SansObjet, Encaisse, Partiel], false),
            ([SansObjet, Anomalie, SansObjet], false),
            // A reject of which the reason is not known has not ended.
            ([SansObjet, Rejete, SansObjet], false),
        ] {
            assert_eq!(document(money).has_ended(), ended, "{money:?}");
        }
    }

    #[test]
    fn a_reject_ends_with_its_reason_and_nothing_ends_before_the_caisse_has_it() {
        let mut rejected = document([Encaisse, Rejete, SansObjet]);
        rejected.reject = Some(Rejected { code: "I1002".to_owned(), message: "Droits non ouverts".to_owned() });
        assert!(rejected.has_ended());
        for state in TransmissionState::ALL.iter().copied().filter(|state| *state != TransmissionState::Recue) {
            rejected.transmission = Some(state);
            assert!(!rejected.has_ended(), "{state}");
        }
        rejected.transmission = None;
        assert!(!rejected.has_ended());
        rejected.document = DocumentState::Annulee;
        assert!(rejected.has_ended(), "withdrawn");
    }

    #[test]
    fn the_shape_for_scripts() {
        let ledger =
            Ledger { v: 1, returns_read_until: None, documents: vec![document([Encaisse, SansObjet, SansObjet])] };
        let json = serde_json::to_value(&ledger).expect("json");
        assert_eq!(json["v"], 1);
        assert!(json["returns_read_until"].is_null());
        let document = &json["documents"][0];
        assert_eq!(document["fse"], "991010117-000000001");
        assert_eq!(document["act_date"], "2026-01-15");
        assert_eq!(document["total_cents"], 3000);
        assert_eq!((&document["document"], &document["transmission"]), (&"signee".into(), &"recue".into()));
        assert_eq!(document["money"][0]["payer"], "patient");
        assert_eq!(document["money"][0]["state"], "encaisse");
        assert_eq!(document["money"][1]["due_cents"], 100);
        assert!(document["reject"].is_null());
        assert!(!json.to_string().contains("DURAND"), "no name leaves through a script's door");
    }

    #[test]
    fn what_has_not_left_has_a_legal_day() {
        let of = |day: &str, amo: MoneyState, transmission| Document {
            act_date: day.parse().expect("a day"),
            transmission,
            ..document([Attendu, amo, SansObjet])
        };
        // Thursday 15 January 2026: three working days end on Tuesday 20, eight on Tuesday 27.
        let day = |text: &str| Some(text.parse::<chrono::NaiveDate>().expect("a day"));
        let ledger = |documents| Ledger { v: 1, returns_read_until: None, documents };
        let unsent = ledger(vec![of("2026-01-15", Attendu, None)]).unsent();
        assert_eq!((unsent.count, unsent.oldest, unsent.deadline), (1, day("2026-01-15"), day("2026-01-27")));
        let refused = Some(TransmissionState::Refusee);
        let mixed = ledger(vec![
            of("2026-01-14", Attendu, Some(TransmissionState::EnFichier)),
            of("2026-01-15", SansObjet, refused),
            of("2026-01-12", SansObjet, Some(TransmissionState::Recue)),
            Document { locked: true, ..of("2026-01-12", SansObjet, refused) },
            of("2026-01-12", SansObjet, Some(TransmissionState::NonConfirmee)),
        ]);
        let unsent = mixed.unsent();
        assert_eq!((unsent.count, unsent.unconfirmed), (2, 1));
        assert_eq!((unsent.oldest, unsent.deadline), (day("2026-01-14"), day("2026-01-20")));
        assert_eq!(ledger(Vec::new()).unsent(), Unsent::default());
    }
}
