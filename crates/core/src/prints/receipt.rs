//! The receipt of a patient: what they paid for an FSE, each time with its day and way, and what for. Nothing where they paid
//! nothing. Not an invoice to a caisse; the health insurance number is not on it.

use chrono::NaiveDate;
use liasse_domain::{Centimes, FseRef, Payer};
use liasse_print::{Align, Block, Document, Table};
use liasse_store::{FseRow, ReceiptRow};

use super::wording::{self, Facts, money};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::invoicing::InvoicingError;
use crate::paper::PaperError;
use crate::papers::{TEXTS, columns, day, t};
use crate::workstation::Workstation;

impl Workstation {
    /// The receipt for what a patient paid for an FSE, for whoever is at the desk when they pay.
    ///
    /// # Errors
    /// [`PaperError::NothingReceived`] when they paid nothing, or had all of it back.
    pub fn receipt_of(&self, fse: &FseRef, who: &SignedIn) -> Result<Document, CoreError> {
        self.allow_on(Deed::History, fse, who)?;
        let row = self.store.fse(fse)?.ok_or(InvoicingError::UnknownFse)?;
        if received(&row) <= Centimes::ZERO {
            return Err(PaperError::NothingReceived.into());
        }
        Ok(receipt(&row, who.holder.test_card, self.clock.today()))
    }
}

/// What is in hand: receipts less counter-entries.
fn received(row: &FseRow) -> Centimes {
    row.receipts.iter().map(|receipt| receipt.amount).sum()
}

fn receipt(row: &FseRow, demo: bool, today: NaiveDate) -> Document {
    let claim = &row.content;
    let patient = wording::person(&claim.patient.family_name, &claim.patient.given_name);
    Document {
        title: t("receipt.title"),
        subject: TEXTS.with("receipt.subject", &[("fse", &row.reference.to_string())]),
        demo,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(today))]),
        blocks: vec![
            Block::Facts(vec![(t("receipt.from"), patient)]),
            Block::Heading(t("sheet.doctor_title")),
            Block::Facts(wording::doctor(&claim.executant, claim.locum.as_ref())),
            Block::Heading(t("sheet.acts_title")),
            Block::Table(wording::acts(claim)),
            Block::Heading(t("receipt.paid_title")),
            Block::Table(paid(row)),
            Block::Facts(shares(row)),
            Block::Signature(vec![t("sheet.sign_doctor")]),
        ],
    }
}

/// Each movement; what went back stands as less.
fn paid(row: &FseRow) -> Table {
    let line = |receipt: &ReceiptRow| vec![day(receipt.day), receipt.mode.label().to_owned(), money(receipt.amount)];
    Table {
        columns: columns(&[
            ("receipt.on", 2, Align::Left),
            ("receipt.mode", 3, Align::Left),
            ("receipt.amount", 2, Align::Right),
        ]),
        rows: row.receipts.iter().map(line).collect(),
        total: Some(vec![t("receipt.received"), String::new(), money(received(row))]),
    }
}

/// Who owes the rest of the fees.
fn shares(row: &FseRow) -> Facts {
    let label = |payer: Payer| match payer {
        Payer::Patient => t("receipt.still_owed"),
        Payer::Amo => t("receipt.amo"),
        Payer::Amc => t("receipt.amc"),
    };
    let share = |payer: Payer| {
        let part = row.money.iter().find(|part| part.payer == payer)?;
        let amount = if payer == Payer::Patient { part.owed() } else { part.due };
        (amount > Centimes::ZERO).then(|| (label(payer), money(amount)))
    };
    Payer::ALL.into_iter().filter_map(share).collect()
}
