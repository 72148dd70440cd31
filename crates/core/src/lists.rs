//! Long lists: the documents of a practitioner sorted and filtered, and written out as CSV a piece at a time.
//! Who sees which is `ledger`'s. The CSV is the French one: semicolons, decimal comma, UTF-8 with its mark.

use std::io::Write;

use liasse_domain::{Centimes, Payer};
pub use liasse_store::{Listing, Only, Sort};

use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::export::ExportError;
use crate::ledger::Document;
use crate::paper::PaperError;
use crate::workstation::Workstation;

/// How many rows are read and written at a time.
const PIECE: usize = 1000;

impl Workstation {
    /// The documents that a list asks for: each sees their own, a locum those of the session; at most `limit`.
    pub fn listed(&self, who: &SignedIn, listing: Listing, limit: u32) -> Result<Vec<Document>, CoreError> {
        let found = self.store.listed(&who.situation.billing_number, who.session(), listing, limit)?;
        self.documents(self.store.ledger_rows(&found)?)
    }

    /// Writes all that a list asks for; gives how many.
    pub fn write_csv(&self, who: &SignedIn, listing: Listing, out: &mut dyn Write) -> Result<usize, CoreError> {
        if who.is_staff() {
            // What the caisses paid stands in it: the practitioner's accounts.
            return Err(PaperError::Accounts.into());
        }
        let all = self.store.listed(&who.situation.billing_number, who.session(), listing, u32::MAX)?;
        let write = |out: &mut dyn Write, text: &str| out.write_all(text.as_bytes()).map_err(ExportError::from);
        write(
            out,
            "\u{feff}numero;nature;date des actes;patient;total;document;transmission;lot;patient du;patient paye;",
        )?;
        write(out, "AMO due;AMO payee;AMC due;AMC payee;rejet\r\n")?;
        for piece in all.chunks(PIECE) {
            for document in self.documents(self.store.ledger_rows(piece)?)? {
                write(out, &line(&document))?;
            }
        }
        Ok(all.len())
    }
}

fn line(document: &Document) -> String {
    let of = |payer: Payer| {
        let found = document.money.iter().find(|money| money.payer == payer);
        found.map_or((Centimes::ZERO, Centimes::ZERO), |money| (money.due_cents, money.paid_cents))
    };
    let mut cells = vec![
        document.fse.to_string(),
        document.kind.clone(),
        document.act_date.format("%d/%m/%Y").to_string(),
        document.patient.reveal().to_owned(),
        euros(document.total_cents),
        document.document.word().to_owned(),
        document.transmission.map_or_else(String::new, |state| state.word().to_owned()),
        document.lot.map_or_else(String::new, |lot| lot.to_string()),
    ];
    for payer in [Payer::Patient, Payer::Amo, Payer::Amc] {
        let (due, paid) = of(payer);
        cells.extend([euros(due), euros(paid)]);
    }
    cells.push(
        document.reject.as_ref().map_or_else(String::new, |reject| format!("{} {}", reject.code, reject.message)),
    );
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(";") + "\r\n"
}

/// `1234,50`: a number for a spreadsheet.
fn euros(amount: Centimes) -> String {
    let cents = amount.0.unsigned_abs();
    let sign = if amount.0 < 0 { "-" } else { "" };
    format!("{sign}{},{:02}", cents / 100, cents % 100)
}

/// A cell that no spreadsheet takes for a formula, nor for the end of one.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '@', '\t', '\r']) || (cell.starts_with('-') && !is_number(cell));
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([';', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

fn is_number(cell: &str) -> bool {
    cell.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_two() {
        assert_eq!(quoted("DURAND MARIE"), "DURAND MARIE");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-12,50"), "-12,50");
        assert_eq!(quoted("-A1"), "'-A1");
        assert_eq!(quoted("a;b\"c"), "\"a;b\"\"c\"");
    }

    #[test]
    fn amounts_are_numbers_for_a_spreadsheet() {
        assert_eq!(euros(Centimes(3000)), "30,00");
        assert_eq!(euros(Centimes(-5)), "-0,05");
        assert_eq!(euros(Centimes(123_456)), "1234,56");
    }
}
