//! What is watched until it is finished: what left and has no answer, what somebody still owes, what was paid otherwise than
//! due. Found through what is open, and never more than so many: years of what is finished are not looked at.
//! Not the legal days, nor what is to be done (`core`). Rule: product, "À surveiller".

use chrono::NaiveDate;
use liasse_domain::{
    BillingNumber, Centimes, DocumentKind, FseRef, Instant, MoneyState, Payer, Private, TransmissionState,
};
use rusqlite::{Row, params};

use crate::cell::{Cell, cell, reference};
use crate::days;
use crate::error::Result;
use crate::listing::DebtSort;
use crate::open::Store;
use crate::query;

/// A document that left, or may have, and has no ARL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnansweredRow {
    /// The document, as this store names it.
    pub document: i64,
    /// FSE or DRE.
    pub kind: DocumentKind,
    /// Its name.
    pub fse: FseRef,
    /// Date of its first act.
    pub act_date: NaiveDate,
    /// What it charges.
    pub total: Centimes,
    /// *Transmise* or *non confirmée*.
    pub state: TransmissionState,
    /// When the post took its file, or may have, for the last time.
    pub sent_at: Instant,
}

/// What one payer has not paid of one document, or paid otherwise than due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedRow {
    /// The document, as this store names it.
    pub document: i64,
    /// FSE or DRE.
    pub kind: DocumentKind,
    /// Its name.
    pub fse: FseRef,
    /// Date of its first act.
    pub act_date: NaiveDate,
    /// Who owes.
    pub payer: Payer,
    /// What is missing; negative where more came than was due.
    pub owed: Centimes,
}

/// What was looked for, at most so many for each payer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    /// Those found, for each payer the first ones.
    pub rows: Vec<OwedRow>,
    /// Whether there are more.
    pub more: bool,
}

/// Columns, and the walk along the index of what is open: `x` is the money, `d` its document. What the index is limited to
/// is said again, else SQLite does not take it; the order of the tables is said too, for money that is open is rare.
macro_rules! open_money {
    () => {
        "SELECT d.id, d.kind, d.billing, d.number, d.act_date, x.payer, x.due - x.paid AS owed
         FROM money x CROSS JOIN document d ON d.id = x.document
         WHERE x.state = ?2 AND x.state NOT IN ('sans_objet', 'encaisse') AND x.payer = ?3 AND d.billing = ?1 "
    };
}

/// *Reçue* is what is in a lot and nowhere before its end: what is on its way is little, and found at once.
const RECEIVED: &str = concat!(
    open_money!(),
    "AND d.state = 'signee' AND d.given_up = 0 AND d.live IS NOT NULL
     AND d.live NOT IN (SELECT m.id FROM membership m
                        WHERE m.state IN ('en_lot', 'en_fichier', 'transmise', 'non_confirmee'))"
);
const WHEREVER: &str = open_money!();

impl Store {
    /// The documents of a practitioner that left, or may have, and have no ARL, the oldest file first; of one replacement
    /// session alone, if named.
    pub fn unanswered(&self, billing: &BillingNumber, session: Option<u32>) -> Result<Vec<UnansweredRow>> {
        let sql = "SELECT d.id, d.kind, d.billing, d.number, d.act_date, d.total, m.state, o.sent_at
                   FROM membership m CROSS JOIN document d ON d.id = m.document AND d.live = m.id
                   JOIN outbox o ON o.lot = m.lot
                   WHERE m.state IN ('transmise', 'non_confirmee') AND d.billing = ?1
                     AND (?2 IS NULL OR d.replacement = ?2)
                   ORDER BY m.lot, m.position";
        query::all(&self.connection, sql, params![billing.put(), session], |row| {
            Ok(UnansweredRow {
                document: row.get("id")?,
                kind: kind(row)?,
                fse: reference(row)?,
                act_date: cell(row, "act_date")?,
                total: cell(row, "total")?,
                state: cell(row, "state")?,
                sent_at: cell(row, "sent_at")?,
            })
        })
    }

    /// What is owed to a practitioner for documents that a caisse has received, and of which nothing came; the oldest.
    pub fn received_unpaid(&self, billing: &BillingNumber, most: u32) -> Result<Owed> {
        self.received_unpaid_by(billing, (DebtSort::Age, false), most)
    }

    /// The same in another order, so that the first ones of many are the right ones.
    pub fn received_unpaid_by(&self, billing: &BillingNumber, order: (DebtSort, bool), most: u32) -> Result<Owed> {
        self.owed(RECEIVED, &[MoneyState::Attendu], billing, order, most)
    }

    /// What was paid to a practitioner in part, or otherwise than was due, wherever the document is; the oldest.
    pub fn paid_otherwise(&self, billing: &BillingNumber, most: u32) -> Result<Owed> {
        self.paid_otherwise_by(billing, (DebtSort::Age, false), most)
    }

    /// The same in another order.
    pub fn paid_otherwise_by(&self, billing: &BillingNumber, order: (DebtSort, bool), most: u32) -> Result<Owed> {
        self.owed(WHEREVER, &[MoneyState::Partiel, MoneyState::Anomalie], billing, order, most)
    }

    /// Family names and given names of the patients of these documents, in their order.
    pub fn patients_of(&self, documents: &[i64]) -> Result<Vec<Private>> {
        let sql = "SELECT p.family_name, p.given_name FROM document d JOIN patient p ON p.id = d.patient
                   WHERE d.id = ?1";
        let mut names = Vec::with_capacity(documents.len());
        for document in documents {
            names.push(query::first(&self.connection, sql, [document], days::patient)?.unwrap_or_default());
        }
        Ok(names)
    }

    /// `order` is by what, and whether the other end comes first.
    fn owed(
        &self,
        what: &str,
        states: &[MoneyState],
        billing: &BillingNumber,
        order: (DebtSort, bool),
        most: u32,
    ) -> Result<Owed> {
        let sql = format!("{what} ORDER BY {} LIMIT ?4", order.0.order(order.1));
        let mut found = Owed::default();
        let enough = usize::try_from(most).unwrap_or(usize::MAX);
        for state in states {
            for payer in Payer::ALL {
                // One more than is given, to know whether there are more.
                let values = params![billing.put(), state.put(), payer.put(), i64::from(most) + 1];
                let mut rows = query::all(&self.connection, &sql, values, owed)?;
                found.more |= rows.len() > enough;
                rows.truncate(enough);
                found.rows.append(&mut rows);
            }
        }
        Ok(found)
    }
}

fn owed(row: &Row<'_>) -> rusqlite::Result<OwedRow> {
    Ok(OwedRow {
        document: row.get("id")?,
        kind: kind(row)?,
        fse: reference(row)?,
        act_date: cell(row, "act_date")?,
        payer: cell(row, "payer")?,
        owed: cell(row, "owed")?,
    })
}

fn kind(row: &Row<'_>) -> rusqlite::Result<DocumentKind> {
    Ok(DocumentKind::from_word(&row.get::<_, String>("kind")?).unwrap_or_default())
}
