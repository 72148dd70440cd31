//! What is not finished, category by category, as the store and the queues of the desk tell it. What is to be done about it,
//! and by which day, is said here; who sees what, in `radar`.

use chrono::NaiveDate;
use liasse_domain::calendar::sending_deadline;
use liasse_domain::{BillingNumber, Centimes, DocumentKind, Payer, SecuringMode, clock};
use liasse_store::{DebtSort, OpenReject, Owed, OwedRow, UnansweredRow, UnsentRow, WaitingRow};

use super::{Row, Todo, due};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::invoicing::Proof;
use crate::passages::Passage;
use crate::workstation::Workstation;

/// No more than so many debts of one payer, and so many FSE that wait for a signature, are looked for: a screen says « at
/// least » then, and years of them cost the same.
const MOST: u32 = 500;
/// So many passages are priced, the first that came.
const PRICED: usize = 100;
/// The word of a passage in the JSON.
const PASSAGE: &str = "passage";

/// How far is looked, and from which end: by what debts are ordered, and whether the other end comes first.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    pub(super) order: (DebtSort, bool),
    pub(super) most: u32,
}

impl Default for Reach {
    fn default() -> Self {
        Self { order: (DebtSort::Age, false), most: MOST }
    }
}

/// The rows of a category.
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    /// Whether there are more.
    pub(super) more: bool,
}

impl Workstation {
    /// The passages that are still to be billed.
    pub(super) fn seen_not_billed(&self, who: &SignedIn, today: NaiveDate) -> Result<Found, CoreError> {
        let row = |(index, passage): (usize, Passage)| {
            let action = if passage.cotation.is_some() { Todo::Facturer } else { Todo::Coter };
            let row = Row {
                passage: Some(passage.row.id),
                amount_cents: if index < PRICED { self.worth(&passage, who) } else { None },
                patient: passage.row.patient,
                ..Row::of(PASSAGE, passage.row.day, today, action)
            };
            row.before(passage.deadline, today)
        };
        Ok(Found { rows: self.passages(who)?.into_iter().enumerate().map(row).collect(), more: false })
    }

    /// What is to be billed of a passage, as it would be priced now; `None` where nobody has said it, or where this person
    /// cannot have it priced.
    fn worth(&self, passage: &Passage, who: &SignedIn) -> Option<Centimes> {
        passage.cotation.as_ref()?;
        let without_card = Some((SecuringMode::Degrade, Proof::Attestation));
        let (draft, bills) = self.draft_of_passage(passage.row.id, None, without_card, who).ok()?;
        let input = draft.completed(&bills.situation);
        liasse_pricing::price(self.tables(), &input).ok().map(|invoice| invoice.total_cents)
    }

    /// What waits for a signature, and what is signed and no caisse can have.
    pub(super) fn billed_not_sent(&self, who: &SignedIn, today: NaiveDate, reach: Reach) -> Result<Found, CoreError> {
        let own = who.own_for(Deed::Watch)?;
        let session = who.session();
        // The store gives the oldest: in another order all are looked at.
        let most = if reach.order == Reach::default().order { reach.most } else { u32::MAX };
        let unsigned = self.store.waiting_for_cps(own, session, most)?;
        let more = u32::try_from(unsigned.len()).is_ok_and(|count| count == most);
        let mut rows: Vec<Row> = unsigned.into_iter().map(|row| to_sign(row, today)).collect();
        let theirs = |row: &UnsentRow| {
            own.is_none_or(|own| row.fse.billing == *own) && (who.replaces.is_none() || row.session == session)
        };
        rows.extend(self.waiting()?.into_iter().filter(theirs).map(|row| to_send(row, today)));
        Ok(Found { rows, more })
    }

    /// What left, or may have, and has no ARL; a locum's of their session alone.
    pub(super) fn sent_not_received(&self, who: &SignedIn, today: NaiveDate) -> Result<Found, CoreError> {
        let sent = self.store.unanswered(&who.situation.billing_number, who.session())?;
        Ok(Found { rows: sent.into_iter().map(|row| to_be_answered(row, today)).collect(), more: false })
    }

    /// What a caisse has received and somebody has paid nothing of.
    pub(super) fn received_not_paid(
        &self,
        billing: &BillingNumber,
        today: NaiveDate,
        reach: Reach,
    ) -> Result<Found, CoreError> {
        Ok(owed(self.store.received_unpaid_by(billing, reach.order, reach.most)?, Todo::Relancer, today))
    }

    /// What was paid in part, or otherwise than was due.
    pub(super) fn paid_too_little(
        &self,
        billing: &BillingNumber,
        today: NaiveDate,
        reach: Reach,
    ) -> Result<Found, CoreError> {
        Ok(owed(self.store.paid_otherwise_by(billing, reach.order, reach.most)?, Todo::Rapprocher, today))
    }

    /// What was rejected and nobody has corrected, where a correction makes sense.
    pub(super) fn rejected_not_corrected(&self, billing: &BillingNumber, today: NaiveDate) -> Result<Found, CoreError> {
        let rejects = self.rejects_awaiting(billing)?;
        Ok(Found { rows: rejects.into_iter().map(|reject| to_correct(reject, today)).collect(), more: false })
    }
}

fn to_sign(row: WaitingRow, today: NaiveDate) -> Row {
    let action = if row.returned.is_some() { Todo::Revoir } else { Todo::Signer };
    let deadline = sending_deadline(row.act_date, row.third_party);
    let told = Row {
        fse: Some(row.fse),
        amount_cents: Some(row.total),
        patient: row.patient,
        ..Row::of(DocumentKind::Fse.word(), row.act_date, today, action)
    };
    told.before(deadline, today)
}

fn to_send(row: UnsentRow, today: NaiveDate) -> Row {
    let action = if row.in_file { Todo::Envoyer } else { Todo::MettreEnLot };
    let deadline = sending_deadline(row.act_date, row.third_party);
    let told = Row {
        fse: Some(row.fse),
        amount_cents: Some(row.total),
        document: Some(row.document),
        ..Row::of(row.kind.word(), row.act_date, today, action)
    };
    told.before(deadline, today)
}

/// An unconfirmed file is not sent again before the law says so, nor is one that was taken.
fn to_be_answered(row: UnansweredRow, today: NaiveDate) -> Row {
    let (deadline, again) = due::answer(clock::paris(row.sent_at).date(), today);
    let action = if again { Todo::Renvoyer } else { Todo::Relever };
    let told = Row {
        fse: Some(row.fse),
        amount_cents: Some(row.total),
        document: Some(row.document),
        ..Row::of(row.kind.word(), row.act_date, today, action)
    };
    told.before(deadline, today)
}

fn to_correct(reject: OpenReject, today: NaiveDate) -> Row {
    let kind = DocumentKind::from_word(&reject.kind).unwrap_or_default();
    let action = if kind == DocumentKind::Dre { Todo::Reporter } else { Todo::Corriger };
    Row {
        fse: Some(reject.fse),
        amount_cents: Some(reject.total),
        document: Some(reject.document),
        ..Row::of(kind.word(), reject.act_date, today, action)
    }
}

/// What payers owe: the patient settles, `of_scheme` is what is done about a caisse or an insurer.
fn owed(found: Owed, of_scheme: Todo, today: NaiveDate) -> Found {
    let row = |row: OwedRow| {
        let action = if row.payer == Payer::Patient { Todo::Encaisser } else { of_scheme };
        Row {
            fse: Some(row.fse),
            payer: Some(row.payer),
            amount_cents: Some(row.owed),
            document: Some(row.document),
            ..Row::of(row.kind.word(), row.act_date, today, action)
        }
    };
    Found { rows: found.rows.into_iter().map(row).collect(), more: found.more }
}
