//! Looking at FSE: one with everything that is known of it, or many by practitioner, state and date.
//! Nothing here changes anything; the list of a screen is in `ledger`.

use chrono::NaiveDate;
use liasse_domain::fse::Patient;
use liasse_domain::returns::Reason;
use liasse_domain::settlement::SettlementMode;
use liasse_domain::{
    BillingNumber, DocumentKind, DocumentState, FileIdentifier, FseContent, FseRef, Instant, TransmissionState,
};
use rusqlite::{Connection, Row, params};

use crate::cell::{Cell, bad, cell, cell_or_null, put_or_null, reference};
use crate::document::{self, Signatures};
use crate::error::Result;
use crate::money::{self, MoneyRow};
use crate::open::Store;
use crate::patient;
use crate::query;
use crate::receipts::{self, ReceiptRow};
use crate::withheld::debug_by_length;

/// An FSE with everything that is known of it.
#[derive(Clone, PartialEq, Eq)]
pub struct FseRow {
    /// Its name.
    pub reference: FseRef,
    /// What it says.
    pub content: FseContent,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The state of the document.
    pub state: DocumentState,
    /// The Vitale's signature.
    pub vitale_cms: Option<Vec<u8>>,
    /// The CPS's signature.
    pub cps_cms: Option<Vec<u8>>,
    /// The state of its live membership, or that of its last refused one.
    pub transmission: Option<TransmissionState>,
    /// The lot of that membership.
    pub lot: Option<FileIdentifier>,
    /// When the post took the file of that lot, or may have, for the last time.
    pub sent_at: Option<Instant>,
    /// What each payer owes: patient, AMO, AMC.
    pub money: Vec<MoneyRow>,
    /// The patient's last word on settling.
    pub settlement: Option<SettlementMode>,
    /// Receipts and counter-entries, oldest first.
    pub receipts: Vec<ReceiptRow>,
    /// Why the caisse rejected it, if it did.
    pub reject: Option<Reason>,
    /// The day of that reject.
    pub rejected_on: Option<NaiveDate>,
    /// When it was numbered.
    pub created_at: Instant,
    /// When it was signed.
    pub signed_at: Option<Instant>,
}

debug_by_length!(FseRow {
    reference, content, state, transmission, lot, sent_at, money, settlement, receipts, reject, rejected_on,
    created_at, signed_at;
    bytes; vitale_cms, cps_cms
});

/// Which FSE; everything by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FseFilter {
    /// Only those of one billing number.
    pub billing: Option<BillingNumber>,
    /// Only those in one state.
    pub state: Option<DocumentState>,
    /// Only those whose first act is on that day or later.
    pub from: Option<NaiveDate>,
    /// Only those whose first act is on that day or earlier.
    pub until: Option<NaiveDate>,
    /// Only those made under that replacement session.
    pub session: Option<u32>,
    /// At most so many.
    pub limit: Option<u32>,
}

/// The membership to show beside a document `d`: the live one, else the last that a caisse refused.
macro_rules! shown {
    () => {
        " LEFT JOIN membership m ON m.id = coalesce(d.live, (SELECT max(x.id) FROM membership x
                                                             WHERE x.document = d.id AND x.state = 'refusee'))
          LEFT JOIN lot l ON l.id = m.lot
          LEFT JOIN outbox o ON o.lot = l.id
          LEFT JOIN reject r ON r.id = (SELECT max(y.id) FROM reject y WHERE y.document = d.id) "
    };
}
pub(crate) use shown;

/// What [`shown!`] adds to the columns.
macro_rules! shown_columns {
    () => {
        " m.state AS transmission, l.identifier AS lot, o.sent_at, r.code AS reject_code, r.label AS reject_label, r.rejected_on "
    };
}
pub(crate) use shown_columns;

const COLUMNS: &str = concat!(
    "SELECT d.id, d.billing, d.number, d.state, d.created_at, d.signed_at, b.content, b.bytes,",
    shown_columns!(),
    "FROM document d JOIN body b ON b.document = d.id",
    shown!()
);

impl Store {
    /// An FSE with everything.
    ///
    /// # Errors
    /// [`crate::StoreError::Erased`] when its row alone is left.
    pub fn fse(&self, fse: &FseRef) -> Result<Option<FseRow>> {
        let sql = format!("{COLUMNS} WHERE d.billing = ?1 AND d.kind = 'fse' AND d.number = ?2");
        let found = query::first(&self.connection, &sql, params![fse.billing.put(), fse.number.put()], read)?;
        if found.is_none() {
            document::check_not_erased(&self.connection, DocumentKind::Fse, fse)?;
        }
        found.map(|(id, row)| complete(&self.connection, id, row)).transpose()
    }

    /// FSE with everything, oldest first; without those of which the row alone is left ([`Store::erased_in_session`]).
    pub fn fses(&self, filter: &FseFilter) -> Result<Vec<FseRow>> {
        let sql = format!(
            "{COLUMNS} WHERE d.kind = 'fse' AND (?1 IS NULL OR d.billing = ?1) AND (?2 IS NULL OR d.state = ?2)
               AND (?3 IS NULL OR d.act_date >= ?3) AND (?4 IS NULL OR d.act_date <= ?4)
               AND (?5 IS NULL OR d.replacement = ?5)
             ORDER BY d.id LIMIT ?6"
        );
        let values = params![
            put_or_null(filter.billing.as_ref()),
            put_or_null(filter.state.as_ref()),
            put_or_null(filter.from.as_ref()),
            put_or_null(filter.until.as_ref()),
            filter.session,
            filter.limit.map_or(-1, i64::from),
        ];
        let rows = query::all(&self.connection, &sql, values, read)?;
        rows.into_iter().map(|(id, row)| complete(&self.connection, id, row)).collect()
    }

    /// Whether an FSE of a practitioner's says that they, or who replaced them, treated a patient as the médecin traitant (care
    /// path T or R): the latest of that patient's decides.
    pub fn was_traitant(&self, billing: &BillingNumber, patient: &Patient) -> Result<bool> {
        let sql = "SELECT json_extract(b.content, '$.care.care_path') IN ('T', 'R') AS traitant
                   FROM document d JOIN body b ON b.document = d.id
                   WHERE d.patient = ?1 AND d.billing = ?2 AND d.kind = 'fse' AND d.state = 'signee'
                   ORDER BY d.id DESC LIMIT 1";
        let values = params![patient::row_of(&self.connection, patient)?, billing.put()];
        let found = query::first(&self.connection, sql, values, |row| row.get::<_, Option<bool>>("traitant"))?;
        Ok(found.flatten().unwrap_or_default())
    }

    /// Why the guard's amber was passed when a document was made.
    pub fn derogation_of(&self, fse: &FseRef) -> Result<Option<String>> {
        self.written_when_made(fse, "$.derogation")
    }

    /// What was written to pass a risk when an FSE was prepared.
    pub fn reason_of(&self, fse: &FseRef) -> Result<Option<String>> {
        self.written_when_made(fse, "$.risque_accepte")
    }

    /// A word of the journal entry that made an FSE, by its path in the payload.
    fn written_when_made(&self, fse: &FseRef, path: &str) -> Result<Option<String>> {
        let sql = "SELECT json_extract(j.payload, ?3) AS reason FROM document d JOIN journal j ON j.seq = d.entry
                   WHERE d.billing = ?1 AND d.kind = 'fse' AND d.number = ?2";
        let values = params![fse.billing.put(), fse.number.put(), path];
        Ok(query::first(&self.connection, sql, values, |row| row.get("reason"))?.flatten())
    }

    /// The live FSE that corrects this one, if there is one.
    pub fn corrected_by(&self, fse: &FseRef) -> Result<Option<FseRef>> {
        document::corrected_by(&self.connection, document::get(&self.connection, fse)?.id)
    }

    /// The FSE numbered last.
    pub fn last_fse(&self) -> Result<Option<FseRef>> {
        let sql = "SELECT billing, number FROM document WHERE kind = 'fse' AND number IS NOT NULL
                   ORDER BY id DESC LIMIT 1";
        query::first(&self.connection, sql, [], reference)
    }
}

/// The reject columns of [`shown_columns!`].
pub(crate) fn reject(row: &Row<'_>) -> rusqlite::Result<Option<Reason>> {
    let code: Option<String> = row.get("reject_code")?;
    Ok(match code {
        Some(code) => Some(Reason { code, label: row.get("reject_label")? }),
        None => None,
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<(i64, FseRow)> {
    let content: String = row.get("content")?;
    let fse = FseRow {
        reference: reference(row)?,
        content: document::parse(&content).map_err(|_| bad("contenu de FSE"))?,
        bytes: row.get("bytes")?,
        state: cell(row, "state")?,
        vitale_cms: None,
        cps_cms: None,
        transmission: cell_or_null(row, "transmission")?,
        lot: cell_or_null(row, "lot")?,
        sent_at: cell_or_null(row, "sent_at")?,
        money: Vec::new(),
        settlement: None,
        receipts: Vec::new(),
        reject: reject(row)?,
        rejected_on: cell_or_null(row, "rejected_on")?,
        created_at: cell(row, "created_at")?,
        signed_at: cell_or_null(row, "signed_at")?,
    };
    Ok((row.get("id")?, fse))
}

fn complete(connection: &Connection, id: i64, mut row: FseRow) -> Result<FseRow> {
    let Signatures { vitale, cps } = document::signatures(connection, id)?;
    (row.vitale_cms, row.cps_cms) = (vitale, cps);
    (row.money, row.settlement) = money::of(connection, id)?;
    row.receipts = receipts::of(connection, id)?;
    Ok(row)
}
