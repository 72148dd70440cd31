//! Recettes: how the patient settled, split and by cheque; the day by mode, closed by one key; cheques to the bank; who
//! still owes; and what the caisses paid, matched or separated by hand. Each practitioner sees their own money.
//! The rows are the store's; what is written here is who may see and do what.

use chrono::NaiveDate;
use liasse_domain::{Centimes, FseRef, Private, clock};
use liasse_store::{ChequeRow, Choice, DebtOnly, DebtSort, DepositRow, Listing, PaidRow, SettlementMode, UnpaidRow};
use serde::Serialize;

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::lists::arranged;
use crate::workstation::Workstation;

/// A day of receipts.
#[derive(Clone, Debug, Serialize)]
pub struct DayReport {
    /// Version of this shape.
    pub v: u32,
    /// Which.
    pub day: NaiveDate,
    /// Whether it is closed.
    pub closed: bool,
    /// What came in by mode, in the order of the modes; those without money are left out.
    pub modes: Vec<ModeTotal>,
    /// Their sum.
    pub total_cents: Centimes,
    /// Each movement, in its order.
    pub movements: Vec<Movement>,
}

/// What came in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModeTotal {
    /// How.
    pub mode: SettlementMode,
    /// How many movements, counter-entries among them.
    pub movements: usize,
    /// How much.
    pub total_cents: Centimes,
}

/// One movement of a day.
#[derive(Clone, Debug, Serialize)]
pub struct Movement {
    /// For which FSE.
    pub fse: FseRef,
    /// How.
    pub mode: SettlementMode,
    /// How much; negative for a counter-entry.
    pub amount_cents: Centimes,
    /// At what time in Paris, `HH:MM`.
    pub time: String,
    /// For whom, on a screen; never in the JSON.
    #[serde(skip)]
    pub patient: Private,
}

/// An FSE for which the patient still owes.
#[derive(Clone, Debug, Serialize)]
pub struct Unpaid {
    /// Which.
    pub fse: FseRef,
    /// Day of the acts.
    pub act_date: NaiveDate,
    /// For so many days.
    pub age_days: i64,
    /// How much.
    pub owed_cents: Centimes,
    /// The patient's last word.
    pub settlement: Option<SettlementMode>,
    /// Who, on a screen; never in the JSON.
    #[serde(skip)]
    pub patient: Private,
}

/// By what the movements of a day are sorted; the first or the largest first, unless it is turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DaySort {
    /// By their hour.
    #[default]
    Hour,
    /// By how much.
    Amount,
}

/// Which movements of a day: all, or those of one mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayOnly(pub Option<SettlementMode>);

impl Choice for DaySort {
    const ALL: &'static [Self] = &[Self::Hour, Self::Amount];
}

impl Choice for DayOnly {
    const ALL: &'static [Self] = &[
        Self(None),
        Self(Some(SettlementMode::Carte)),
        Self(Some(SettlementMode::Cheque)),
        Self(Some(SettlementMode::Especes)),
        Self(Some(SettlementMode::Virement)),
    ];
}

impl DayReport {
    /// The movements as a list asks for them: a day has few, and all are there.
    pub fn listed(&self, listing: Listing<DaySort, DayOnly>) -> Vec<Movement> {
        let passes = |movement: &&Movement| listing.only.0.is_none_or(|mode| movement.mode == mode);
        let mut movements: Vec<Movement> = self.movements.iter().filter(passes).cloned().collect();
        match listing.sort {
            DaySort::Amount => arranged(&mut movements, !listing.turned, |movement| movement.amount_cents),
            // They stand in their order already, to the second.
            DaySort::Hour if listing.turned => movements.reverse(),
            DaySort::Hour => {}
        }
        movements
    }
}

impl Workstation {
    /// The receipts of a day; today where none is named.
    pub fn day_report(&self, who: &SignedIn, day: Option<NaiveDate>) -> Result<DayReport, CoreError> {
        let billing = who.number_for(Deed::Receipts)?;
        let day = day.unwrap_or_else(|| self.clock.today());
        let rows = self.store.day(billing, day)?;
        let of = |mode: SettlementMode| rows.iter().filter(move |row| row.mode == mode);
        let modes = SettlementMode::ALL.into_iter().map(|mode| ModeTotal {
            mode,
            movements: of(mode).count(),
            total_cents: of(mode).map(|row| row.amount).sum(),
        });
        Ok(DayReport {
            v: 1,
            day,
            closed: self.store.day_closed_at(billing, day)?.is_some(),
            modes: modes.filter(|total| total.movements > 0).collect(),
            total_cents: rows.iter().map(|row| row.amount).sum(),
            movements: rows
                .into_iter()
                .map(|row| Movement {
                    fse: row.fse,
                    mode: row.mode,
                    amount_cents: row.amount,
                    time: clock::paris(row.at).format("%H:%M").to_string(),
                    patient: row.patient,
                })
                .collect(),
        })
    }

    /// Closes a day of receipts; gives what it held.
    pub fn close_day(&mut self, who: &SignedIn, day: Option<NaiveDate>) -> Result<Centimes, CoreError> {
        let day = day.unwrap_or_else(|| self.clock.today());
        let stamp = who.stamp(self.now());
        Ok(self.store.close_day(&stamp, who.number_for(Deed::Receipts)?, day)?)
    }

    /// Who still owes, those whose FSE was written first before the others; all, or at most `limit`.
    pub fn unpaid(&self, who: &SignedIn, limit: Option<u32>) -> Result<Vec<Unpaid>, CoreError> {
        self.unpaid_listed(who, Listing::default(), limit)
    }

    /// The same as a list asks for them.
    pub fn unpaid_listed(
        &self,
        who: &SignedIn,
        listing: Listing<DebtSort, DebtOnly>,
        limit: Option<u32>,
    ) -> Result<Vec<Unpaid>, CoreError> {
        let billing = who.number_for(Deed::Receipts)?;
        let today = self.clock.today();
        let unpaid = |row: UnpaidRow| Unpaid {
            age_days: (today - row.act_date).num_days(),
            fse: row.fse,
            act_date: row.act_date,
            owed_cents: row.owed,
            settlement: row.settlement,
            patient: row.patient,
        };
        Ok(self.store.unpaid_listed(billing, listing, limit)?.into_iter().map(unpaid).collect())
    }

    /// How many still owe, through that filter.
    pub fn unpaid_count(&self, who: &SignedIn, only: DebtOnly) -> Result<usize, CoreError> {
        Ok(self.store.unpaid_count(who.number_for(Deed::Receipts)?, only)?)
    }

    /// The cheques in hand; a locum's are those of their session.
    pub fn cheques(&self, who: &SignedIn) -> Result<Vec<ChequeRow>, CoreError> {
        let mut cheques = self.store.cheques_in_hand(who.number_for(Deed::Cheques)?)?;
        if let Some(replaces) = &who.replaces {
            let session = Some(replaces.session.number);
            let mut theirs = Vec::new();
            for cheque in cheques {
                let made = cheque.fses.iter().map(|fse| self.store.made_under(fse));
                if made.collect::<Result<Vec<_>, _>>()?.contains(&session) {
                    theirs.push(cheque);
                }
            }
            cheques = theirs;
        }
        Ok(cheques)
    }

    /// Puts cheques on a deposit slip: all that are in hand when none is named.
    pub fn deposit_cheques(&mut self, who: &SignedIn, wanted: &[i64]) -> Result<DepositRow, CoreError> {
        let stamp = who.stamp(self.now());
        Ok(self.store.deposit_cheques(&stamp, who.number_for(Deed::Deposit)?, wanted)?)
    }

    /// The deposit slips, the latest first.
    pub fn deposits(&self, who: &SignedIn) -> Result<Vec<DepositRow>, CoreError> {
        Ok(self.store.deposits(who.number_for(Deed::Deposit)?)?)
    }

    /// What caisses and insurers paid this practitioner, line by line, the latest transfer first; all, or at most `limit`.
    pub fn payment_lines(&self, who: &SignedIn, limit: Option<u32>) -> Result<Vec<PaidRow>, CoreError> {
        Ok(self.store.payment_lines(who.number_for(Deed::OwnMoney)?, limit)?)
    }

    /// How many of those lines have no FSE.
    pub fn unmatched_count(&self, who: &SignedIn) -> Result<usize, CoreError> {
        Ok(self.store.unmatched_count(who.number_for(Deed::OwnMoney)?)?)
    }

    /// Matches a line of a transfer to an FSE.
    pub fn match_line(&mut self, who: &SignedIn, payment: i64, line: u32, fse: &FseRef) -> Result<(), CoreError> {
        self.allow_on(Deed::Match, fse, who)?;
        self.check_paid_to(who, payment, line)?;
        let stamp = who.stamp(self.now());
        Ok(self.store.match_line(&stamp, payment, line, fse)?)
    }

    /// Takes a line from the FSE it is matched to.
    pub fn unmatch_line(&mut self, who: &SignedIn, payment: i64, line: u32) -> Result<(), CoreError> {
        self.check_paid_to(who, payment, line)?;
        let stamp = who.stamp(self.now());
        Ok(self.store.unmatch_line(&stamp, payment, line)?)
    }

    /// A transfer to another practitioner is nobody else's to touch. One that does not exist is told by the store.
    fn check_paid_to(&self, who: &SignedIn, payment: i64, line: u32) -> Result<(), CoreError> {
        let own = who.number_for(Deed::Match)?;
        if self.store.paid_to(payment, line)?.is_some_and(|billing| billing != *own) {
            who.may(Deed::OthersMoney)?;
        }
        Ok(())
    }
}
