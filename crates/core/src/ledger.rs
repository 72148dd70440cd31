//! The ledger as scripts read it: `ledger --json` and the end of `demo --json` (shared contracts, version 1).

use chrono::{DateTime, Utc};
use liasse_domain::calendar::sending_deadline;
use liasse_domain::returns::Reason;
use liasse_domain::{
    BillingNumber, Centimes, DocumentKind, DocumentState, FileIdentifier, FseRef, MoneyState, Payer, Private,
    TransmissionState,
};
use liasse_store::{LedgerRow, ScanCount, UnsentRow};
use serde::Serialize;

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::lists::{Listing, Only};
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

/// What a screen shows of the ledger.
#[derive(Clone, Debug)]
pub struct LedgerPage {
    /// Until when returns have been read; `None` before the first fetch.
    pub returns_read_until: Option<DateTime<Utc>>,
    /// What has not reached a caisse yet, of the whole store.
    pub unsent: Unsent,
    /// Whose documents follow.
    pub billing: Option<BillingNumber>,
    /// The session whose documents alone follow: a locum bills under the number of whom they replace.
    pub session: Option<u32>,
    /// How many numbers of their series were given; through a filter, how many documents pass it.
    pub count: usize,
    /// The latest, the newest first.
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
    /// Its scanned documents, on a page for a screen.
    #[serde(skip)]
    pub scans: Option<ScanCount>,
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
    /// Whether every document ended as its kind ends: tiers payant paid or rejected with a reason, hors tiers payant
    /// received by the caisse and settled by the patient.
    pub fn all_ended(&self) -> bool {
        self.documents.iter().all(Document::has_ended)
    }
}

impl LedgerPage {
    /// Whether its documents are those that this person sees.
    pub fn is_of(&self, who: &SignedIn) -> bool {
        self.billing.as_ref() == Some(&who.situation.billing_number) && self.session == session_of(who)
    }
}

impl Unsent {
    fn of(waiting: impl IntoIterator<Item = UnsentRow>, unconfirmed: usize) -> Self {
        let mut unsent = Self { unconfirmed, ..Self::default() };
        for row in waiting {
            unsent.count += 1;
            let (day, deadline) = (row.act_date, sending_deadline(row.act_date, row.third_party));
            unsent.oldest = Some(unsent.oldest.map_or(day, |oldest| oldest.min(day)));
            unsent.deadline = Some(unsent.deadline.map_or(deadline, |first| first.min(deadline)));
        }
        unsent
    }
}

impl Document {
    /// Leaves out what caisses and insurers owe and paid: for staff, for those accounts are the practitioner's.
    pub(crate) fn leave_accounts_out(&mut self) {
        self.money.retain(|money| money.payer == Payer::Patient);
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
    /// The ledger of one practitioner: each sees their own documents and money, a locum those of the session.
    pub fn ledger_of(&self, who: &SignedIn) -> Result<Ledger, CoreError> {
        let rows = self.store.ledger_page(who.number_for(Deed::Ledger)?, session_of(who), u32::MAX)?;
        let mut documents = shown_to(who, self.documents(rows)?);
        documents.reverse();
        Ok(Ledger { v: 1, returns_read_until: self.store.returns_read_until()?, documents })
    }

    /// The ledger of the whole store: for what the program itself counts, not to be shown to one person.
    pub fn ledger(&self) -> Result<Ledger, CoreError> {
        let documents = self.documents(self.store.ledger()?)?;
        Ok(Ledger { v: 1, returns_read_until: self.store.returns_read_until()?, documents })
    }

    /// What a screen shows of the ledger: the latest documents of one practitioner, and what is unsent in the whole store.
    pub fn ledger_page(&self, who: Option<&SignedIn>, listing: Listing, limit: u32) -> Result<LedgerPage, CoreError> {
        self.allow(if who.is_some() { Deed::Ledger } else { Deed::Road }, who)?;
        let mut page = LedgerPage {
            returns_read_until: self.store.returns_read_until()?,
            unsent: Unsent::of(self.waiting()?, self.store.unconfirmed_count()?),
            billing: None,
            session: None,
            count: 0,
            documents: Vec::new(),
        };
        if let Some(who) = who {
            let billing = &who.situation.billing_number;
            page.documents = if listing == Listing::default() {
                shown_to(who, self.documents(self.store.ledger_page(billing, session_of(who), limit)?)?)
            } else {
                self.listed(who, listing, limit)?
            };
            // A DRE bears the same kind of name, and has no documents.
            for document in page.documents.iter_mut().filter(|document| document.kind == DocumentKind::Fse.word()) {
                document.scans = self.store.scan_count(&document.fse)?;
            }
            page.count = match session_of(who) {
                session if listing.only != Only::All => self.store.listed_count(billing, session, listing.only)?,
                Some(session) => self.store.made_in_session(session)?,
                None => self.store.numbers_given(billing)?,
            };
            (page.billing, page.session) = (Some(billing.clone()), session_of(who));
        }
        Ok(page)
    }

    /// One document of the ledger, for whoever may see it.
    pub fn document(&self, fse: &FseRef, who: &SignedIn) -> Result<Option<Document>, CoreError> {
        self.allow_on(Deed::History, fse, who)?;
        let row = self.store.ledger_row(fse)?;
        Ok(shown_to(who, self.documents(row.into_iter().collect())?).pop())
    }

    /// What waits to leave, of the whole store; not what an incident locks.
    pub(crate) fn waiting(&self) -> Result<Vec<UnsentRow>, CoreError> {
        let mut waiting = self.store.unsent()?;
        if waiting.iter().any(|row| row.refused) {
            let locked = self.locked_by_incident()?;
            waiting.retain(|row| !(row.refused && locked.contains(&(row.kind, row.fse.clone()))));
        }
        Ok(waiting)
    }

    pub(crate) fn documents(&self, rows: Vec<LedgerRow>) -> Result<Vec<Document>, CoreError> {
        let mut documents: Vec<Document> = rows.into_iter().map(Document::from).collect();
        let refused = |document: &Document| document.transmission == Some(TransmissionState::Refusee);
        if documents.iter().any(refused) {
            let locked = self.locked_by_incident()?;
            for document in documents.iter_mut().filter(|document| refused(document)) {
                // A lot made later overrules: then it was put there before the incident was known.
                let kind = DocumentKind::from_word(&document.kind).unwrap_or_default();
                document.locked = locked.contains(&(kind, document.fse.clone()));
            }
        }
        Ok(documents)
    }
}

/// The same documents as this person sees them: staff their states and what the patient owes.
pub(crate) fn shown_to(who: &SignedIn, mut documents: Vec<Document>) -> Vec<Document> {
    if !who.sees_schemes() {
        documents.iter_mut().for_each(Document::leave_accounts_out);
    }
    documents
}

/// The session whose documents alone this person sees.
fn session_of(who: &SignedIn) -> Option<u32> {
    who.session()
}

impl From<LedgerRow> for Document {
    fn from(row: LedgerRow) -> Self {
        let money =
            |m: liasse_store::MoneyRow| Money { payer: m.payer, state: m.state, due_cents: m.due, paid_cents: m.paid };
        Self {
            fse: row.fse,
            kind: row.kind,
            act_date: row.act_date,
            total_cents: row.total,
            document: row.document,
            transmission: row.transmission,
            lot: row.lot,
            money: row.money.into_iter().map(money).collect(),
            reject: row.reject.map(Rejected::from),
            rejected_on: row.rejected_on,
            locked: false,
            corrected_by: row.corrected_by,
            scans: None,
            patient: row.patient,
        }
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
            scans: None,
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
        let of = |day: &str, third_party| UnsentRow {
            document: 1,
            total: Centimes(3000),
            session: None,
            kind: DocumentKind::Fse,
            fse: "991010117-000000001".parse().expect("a reference"),
            act_date: day.parse().expect("a day"),
            third_party,
            refused: false,
            in_file: false,
        };
        // Thursday 15 January 2026: three working days end on Tuesday 20, eight on Tuesday 27.
        let day = |text: &str| Some(text.parse::<chrono::NaiveDate>().expect("a day"));
        let unsent = Unsent::of([of("2026-01-15", true)], 0);
        assert_eq!((unsent.count, unsent.oldest, unsent.deadline), (1, day("2026-01-15"), day("2026-01-27")));
        let unsent = Unsent::of([of("2026-01-14", true), of("2026-01-15", false)], 1);
        assert_eq!((unsent.count, unsent.unconfirmed), (2, 1));
        assert_eq!((unsent.oldest, unsent.deadline), (day("2026-01-14"), day("2026-01-20")));
        assert_eq!(Unsent::of([], 0), Unsent::default());
    }
}
