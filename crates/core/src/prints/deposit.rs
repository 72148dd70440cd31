//! The deposit slip that goes with cheques to the bank: each cheque with its number, its bank and its FSE, and the total.
//! Names no patient. The rows are the store's; which cheques go is decided when the slip is made (`recettes`).

use chrono::NaiveDate;
use liasse_domain::FseRef;
use liasse_print::{Align, Block, Document, Table};
use liasse_store::{ChequeRow, DepositRow};

use super::wording::{Facts, money};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::paper::PaperError;
use crate::papers::{TEXTS, columns, day, name, t};
use crate::workstation::Workstation;

impl Workstation {
    /// A deposit slip of a practitioner's, the latest where no number is said.
    ///
    /// # Errors
    /// [`PaperError::UnknownDeposit`]; [`PaperError::Accounts`] for staff, and what a locum is told.
    pub fn deposit_slip(&self, number: Option<u32>, who: &SignedIn) -> Result<Document, CoreError> {
        let slips = self.store.deposits(who.number_for(Deed::Deposit)?)?;
        let meant = |slip: &DepositRow| number.is_none_or(|number| slip.number == number);
        let slip = slips.into_iter().find(meant).ok_or(PaperError::UnknownDeposit)?;
        let facts = vec![
            (t("deposit.doctor"), name(who.paid())),
            (t("sheet.billing"), who.situation.billing_number.to_string()),
            (t("sheet.structure"), who.situation.structure_name.clone()),
        ];
        Ok(drawn(&slip, facts, who.holder.test_card, self.clock.today()))
    }
}

fn drawn(slip: &DepositRow, facts: Facts, demo: bool, today: NaiveDate) -> Document {
    let values = [("number", &*slip.number.to_string()), ("day", &day(slip.day))];
    Document {
        title: t("deposit.title"),
        subject: TEXTS.with("deposit.subject", &values),
        demo,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(today))]),
        blocks: vec![
            Block::Facts(facts),
            Block::Table(cheques(slip)),
            Block::Lines { label: t("deposit.account"), count: 1 },
            Block::Signature(vec![t("deposit.sign")]),
        ],
    }
}

fn cheques(slip: &DepositRow) -> Table {
    let unsaid = |text: &Option<String>| text.clone().unwrap_or_else(|| t("deposit.unsaid"));
    let line = |cheque: &ChequeRow| {
        let fses: Vec<String> = cheque.fses.iter().map(FseRef::to_string).collect();
        vec![unsaid(&cheque.number), unsaid(&cheque.bank), day(cheque.day), fses.join("\n"), money(cheque.amount)]
    };
    let count = TEXTS.with("deposit.count", &[("count", &slip.cheques.len().to_string())]);
    Table {
        columns: columns(&[
            ("deposit.number", 3, Align::Left),
            ("deposit.bank", 4, Align::Left),
            ("deposit.on", 2, Align::Left),
            ("deposit.fse", 4, Align::Left),
            ("deposit.amount", 2, Align::Right),
        ]),
        rows: slip.cheques.iter().map(line).collect(),
        total: Some(vec![t("deposit.total"), count, String::new(), String::new(), money(slip.amount)]),
    }
}
