//! `price`: the one door of the crate, from an input to an invoice, or to the reason why there is none.
//! Holds no rule itself: it reads the case, charges the acts, shares them out, adds up and gathers the findings.
//! Meaning of the totals: shared contracts, "`price`: output".

use chrono::NaiveDate;
use liasse_domain::{Centimes, Code, Coded, Finding, Invoice, PricedLine};

use crate::case::Case;
use crate::charge::{Charged, charge};
use crate::heavy::Heavy;
use crate::input::{Input, InputError};
use crate::reimburse::{Reimbursed, flat_fee, reimburse};
use crate::rules;
use crate::tables::Tables;

/// Prices one invoice. What is not priced yet gives an invoice without lines and a blocking finding.
pub fn price(tables: &Tables, input: &Input) -> Result<Invoice, PriceError> {
    let case = Case::read(input)?;
    if let Some(finding) = rules::not_yet(&case) {
        return Ok(total(&case, Vec::new(), Centimes::ZERO, Centimes::ZERO, vec![finding]));
    }
    let (charged, reimbursed) = work_out(tables, &case)?;
    let amo = reimbursed.iter().map(|reimbursed| reimbursed.line.amo_cents).sum();
    let pav = reimbursed.iter().map(|reimbursed| reimbursed.pav).sum();
    let flat_fee = flat_fee(tables, &case, &charged, amo)?;
    let findings = rules::findings(tables, &case, &charged, &reimbursed, flat_fee.as_ref());
    let mut lines: Vec<PricedLine> = reimbursed.into_iter().map(|reimbursed| reimbursed.line).collect();
    let mut fee = Centimes::ZERO;
    if let Some(due) = flat_fee {
        fee = due.cents;
        if let Some(line) = lines.get_mut(due.line) {
            line.steps.push(due.step);
        }
    }
    Ok(total(&case, lines, fee, pav, findings))
}

/// The acts of a case with their prices, and who pays which part of each.
pub(crate) fn work_out<'a>(
    tables: &'a Tables,
    case: &Case<'a>,
) -> Result<(Vec<Charged<'a>>, Vec<Reimbursed>), PriceError> {
    let mut charged = charge(tables, case)?;
    let heavy = Heavy::judge(tables, case, &charged);
    let mut reimbursed = Vec::with_capacity(charged.len());
    for (place, act) in charged.iter_mut().enumerate() {
        reimbursed.push(reimburse(tables, case, &heavy, place, act)?);
    }
    Ok((charged, reimbursed))
}

fn total(
    case: &Case<'_>,
    lines: Vec<PricedLine>,
    flat_fee: Centimes,
    pav: Centimes,
    findings: Vec<Finding>,
) -> Invoice {
    let sum = |amount: fn(&PricedLine) -> Centimes| -> Centimes { lines.iter().map(amount).sum() };
    let total = sum(|line| line.fee_cents);
    let base = sum(|line| line.base_cents);
    let amo = sum(|line| line.amo_cents);
    let amc = sum(|line| line.amc_cents);
    let paid_by_amo = if case.third_party_amo { amo } else { Centimes::ZERO };
    Invoice {
        total_cents: total,
        base_cents: base,
        overrun_cents: total - base,
        amo_cents: amo,
        amc_cents: amc,
        patient_pays_cents: total - paid_by_amo - amc,
        copay_cents: base - amo,
        flat_fee_cents: flat_fee,
        amo_net_cents: amo - flat_fee,
        pav_cents: pav,
        third_party_amo: case.third_party_amo,
        third_party_amc: case.third_party_amc,
        findings,
        lines,
    }
}

/// Why an invoice has no price. `act` is the place of the act in the input, from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// Not a `price` input at all.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Another version of the shape.
    #[error("v is not 1")]
    Version,
    /// Nothing to price.
    #[error("no act")]
    NoAct,
    /// A quantity below 1 or above 99.
    #[error("acts[{act}].quantity is not 1 to 99")]
    Quantity {
        /// Place of the act.
        act: usize,
    },
    /// A coefficient of 0 or above 100.
    #[error("acts[{act}].coefficient is not 0.01 to 100")]
    Coefficient {
        /// Place of the act.
        act: usize,
    },
    /// A way above 2 000 km.
    #[error("acts[{act}].distance_km is not 0 to 2000")]
    Distance {
        /// Place of the act.
        act: usize,
    },
    /// Kilometres without a number of them.
    #[error("acts[{act}].distance_km is missing")]
    DistanceMissing {
        /// Place of the act.
        act: usize,
    },
    /// An association code that is not 1 to 5.
    #[error("acts[{act}].association is not 1 to 5")]
    Association {
        /// Place of the act.
        act: usize,
    },
    /// Modifiers that are none, or more than four.
    #[error("acts[{act}].modifiers are not up to four letters or digits")]
    Modifier {
        /// Place of the act.
        act: usize,
    },
    /// A tooth that nobody has.
    #[error("acts[{act}].teeth[{tooth}] is no tooth")]
    Tooth {
        /// Place of the act.
        act: usize,
        /// Place of the tooth.
        tooth: usize,
    },
    /// An act of the CCAM without that activity or phase.
    #[error("acts[{act}] has no such activity or phase")]
    Activity {
        /// Place of the act.
        act: usize,
        /// The code.
        code: String,
    },
    /// An overrun below 0 or above 10 000 €.
    #[error("the overrun is not 0 to 1000000 cents")]
    Amount {
        /// Place of the act, `None` for the overrun of the invoice.
        act: Option<usize>,
    },
    /// An overrun on the invoice and one on an act.
    #[error("overrun said twice")]
    OverrunTwice,
    /// A complementary cover above 100 %.
    #[error("third_party.amc_rate_bp is above 10000")]
    AmcRate,
    /// The patient was born after the day of the acts.
    #[error("patient.birth_date is after date")]
    BornLater,
    /// A code that is in no table.
    #[error("acts[{act}].code is unknown")]
    UnknownCode {
        /// Place of the act.
        act: usize,
        /// The code, when it looks like one.
        code: String,
    },
    /// No price of this code on that day.
    #[error("acts[{act}].code has no price on {day}")]
    OutsideTables {
        /// Place of the act.
        act: usize,
        /// The code.
        code: String,
        /// The day.
        day: NaiveDate,
    },
    /// A price of this code on that day, but not in this zone.
    #[error("acts[{act}].code has no price in this zone on {day}")]
    NoTariffInZone {
        /// Place of the act.
        act: usize,
        /// The code.
        code: String,
        /// The day.
        day: NaiveDate,
    },
    /// No rate for this situation on that day.
    #[error("no rate {situation} on {day}")]
    NoRate {
        /// Its word in the table.
        situation: &'static str,
        /// The day.
        day: NaiveDate,
    },
}

impl Coded for PriceError {
    fn code(&self) -> Code {
        match self {
            Self::Input(error) => error.code(),
            Self::Version => Code("pricing.version"),
            Self::NoAct => Code("pricing.aucun_acte"),
            Self::Quantity { .. } => Code("pricing.quantite"),
            Self::Coefficient { .. } => Code("pricing.coefficient"),
            Self::Distance { .. } => Code("pricing.distance"),
            Self::DistanceMissing { .. } => Code("pricing.distance_absente"),
            Self::Association { .. } => Code("pricing.association"),
            Self::Modifier { .. } => Code("pricing.modificateurs"),
            Self::Tooth { .. } => Code("pricing.dent"),
            Self::Activity { .. } => Code("pricing.activite"),
            Self::Amount { .. } => Code("pricing.montant"),
            Self::OverrunTwice => Code("pricing.depassement_double"),
            Self::AmcRate => Code("pricing.taux_complementaire"),
            Self::BornLater => Code("pricing.naissance_future"),
            Self::UnknownCode { .. } => Code("pricing.code_inconnu"),
            Self::OutsideTables { .. } => Code("pricing.hors_tables"),
            Self::NoTariffInZone { .. } => Code("pricing.zone_sans_tarif"),
            Self::NoRate { .. } => Code("pricing.taux_absent"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let place = |act: &usize| ("place", format!("acts[{act}]"));
        let date = |day: &NaiveDate| ("date", day.format("%d/%m/%Y").to_string());
        match self {
            Self::Input(error) => error.parameters(),
            Self::Quantity { act }
            | Self::Coefficient { act }
            | Self::Distance { act }
            | Self::DistanceMissing { act }
            | Self::Association { act }
            | Self::Modifier { act } => vec![place(act)],
            Self::Tooth { act, tooth } => vec![("place", format!("acts[{act}].teeth[{tooth}]"))],
            Self::Activity { act, code } => vec![place(act), ("code", code.clone())],
            Self::Amount { act } => {
                vec![("place", act.map_or_else(|| "overrun".to_owned(), |act| format!("acts[{act}].overrun")))]
            }
            Self::UnknownCode { act, code } => vec![place(act), ("code", code.clone())],
            Self::OutsideTables { act, code, day } | Self::NoTariffInZone { act, code, day } => {
                vec![place(act), ("code", code.clone()), date(day)]
            }
            Self::NoRate { situation, day } => vec![("situation", (*situation).to_owned()), date(day)],
            Self::Version | Self::NoAct | Self::OverrunTwice | Self::AmcRate | Self::BornLater => Vec::new(),
        }
    }
}
