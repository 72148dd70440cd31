//! The sheets of an open export that people read: documents, money, patients, receipts, as CSV for a French spreadsheet; and the
//! page that explains the folder. Not the JSON lines, which hold everything (`lines`).

use liasse_domain::{DocumentKind, clock};
use liasse_store::{Datum, LedgerRow, ReceiptLine, Store, Table};

use super::lines::text;
use crate::data_dir::World;
use crate::error::CoreError;
use crate::lists::spreadsheet::{day, euros, line};
use crate::papers::{TEXTS, t};
use crate::prints::payer;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// FSE and DRE with their states.
    Documents,
    /// What each payer owes and paid for each.
    Money,
    /// The patients.
    Patients,
    /// Receipts and counter-entries.
    Receipts,
}

impl Sheet {
    /// All, in their order.
    pub const ALL: [Self; 4] = [Self::Documents, Self::Money, Self::Patients, Self::Receipts];

    /// The lines after a row, and the row up to which they go; none after the last.
    pub(super) fn lines_after(self, store: &Store, after: i64, limit: u32) -> Result<(Vec<String>, i64), CoreError> {
        match self {
            Self::Documents | Self::Money => {
                let ids = store.numbered_after(after, limit)?;
                let rows = store.ledger_rows(&ids)?;
                let lines = match self {
                    Self::Documents => rows.iter().map(document).collect(),
                    _ => rows.iter().flat_map(money).collect(),
                };
                Ok((lines, ids.last().copied().unwrap_or(after)))
            }
            Self::Patients => patients(store, after, limit),
            Self::Receipts => {
                let rows = store.receipts_after(after, limit)?;
                let last = rows.last().map_or(after, |row| row.id);
                Ok((rows.iter().map(receipt).collect(), last))
            }
        }
    }
}

/// What stands above a sheet.
pub(super) fn header(sheet: Sheet) -> &'static str {
    TEXTS.t(match sheet {
        Sheet::Documents => "open.documents",
        Sheet::Money => "open.money",
        Sheet::Patients => "open.patients",
        Sheet::Receipts => "open.receipts",
    })
}

/// What the folder is, for whoever finds it.
pub(super) fn read_me(world: World) -> String {
    let whose = t(match world {
        World::Demo => "open.of_demo",
        World::Real => "open.of_practice",
    });
    TEXTS.with("open.read_me", &[("whose", &whose)])
}

fn document(row: &LedgerRow) -> String {
    let reject = row.reject.as_ref().map_or_else(String::new, |reject| format!("{} {}", reject.code, reject.label));
    line(&[
        row.fse.to_string(),
        kind(row),
        day(row.act_date),
        row.patient.reveal().to_owned(),
        euros(row.total),
        row.document.label().to_owned(),
        row.transmission.map_or_else(String::new, |state| state.label().to_owned()),
        row.lot.map_or_else(String::new, |lot| lot.to_string()),
        row.sent_at.map_or_else(String::new, |at| day(clock::paris(at).date())),
        reject,
        row.corrected_by.as_ref().map_or_else(String::new, ToString::to_string),
    ])
}

fn money(row: &LedgerRow) -> Vec<String> {
    let one = |part: &liasse_store::MoneyRow| {
        let settled = row.settlement.filter(|_| part.payer == liasse_domain::Payer::Patient);
        line(&[
            row.fse.to_string(),
            kind(row),
            day(row.act_date),
            payer(part.payer),
            euros(part.due),
            euros(part.paid),
            part.state.label().to_owned(),
            settled.map_or_else(String::new, |mode| mode.label().to_owned()),
        ])
    };
    row.money.iter().map(one).collect()
}

fn kind(row: &LedgerRow) -> String {
    DocumentKind::from_word(&row.kind).map_or_else(|| row.kind.clone(), |kind| kind.word().to_uppercase())
}

fn receipt(row: &ReceiptLine) -> String {
    line(&[
        day(row.day),
        clock::paris(row.at).format("%H:%M").to_string(),
        row.fse.to_string(),
        row.patient.reveal().to_owned(),
        row.mode.label().to_owned(),
        euros(row.amount),
    ])
}

/// The patients, as the table has them; not the row that stands for nobody.
fn patients(store: &Store, after: i64, limit: u32) -> Result<(Vec<String>, i64), CoreError> {
    let Some(table) = Table::named("patient") else { return Ok((Vec::new(), after)) };
    let rows = store.rows_after(table, &[Datum::Number(after.max(0))], limit)?;
    let wanted = ["id", "family_name", "given_name", "birth_date", "insured_nir", "insured_key", "own_nir", "own_key"];
    let lines = rows.iter().map(|row| line(&wanted.map(|name| text(table, row, name)))).collect();
    let last = match rows.last().and_then(|row| row.first()) {
        Some(Datum::Number(id)) => *id,
        _ => after,
    };
    Ok((lines, last))
}
