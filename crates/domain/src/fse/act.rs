//! One act as a claim says it: its amounts, then what a caisse needs to price it again.
//! Not the price (module `invoice`) and not the bytes (crate `formats`). Claims that were stored before an act had
//! details read as acts without any.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::ids::BillingNumber;
use crate::money::{Centimes, Rate};

/// One act as it is claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActLine {
    /// Date of the act.
    pub date: NaiveDate,
    /// Letter code, up to four characters, or the code of an act of the CCAM.
    pub code: String,
    /// Majoration letter in the fifth position of the code (N, F), if any.
    pub majoration: Option<char>,
    /// How many; of kilometres, how many are paid when they are a whole number up to 99, else 1.
    pub quantity: u32,
    /// Coefficient in hundredths, 100 for a letter code without one; kilometres that the quantity cannot hold.
    pub coefficient: u32,
    /// Price of one.
    pub unit: Centimes,
    /// Base of reimbursement.
    pub base: Centimes,
    /// AMO rate.
    pub rate: Rate,
    /// Part of the AMO.
    pub amo: Centimes,
    /// What is charged.
    pub fee: Centimes,
    /// Part of the complementary insurer.
    pub amc: Centimes,
    /// Qualificatif de la dépense, if any.
    pub qualifier: Option<char>,
    /// Exoneration of this act, when the invoice as a whole has none.
    pub exoneration: Option<char>,
    /// How, where, when and on whose order.
    #[serde(default)]
    pub details: ActDetails,
}

/// What the amounts alone do not say. Nothing of it for an ordinary consultation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActDetails {
    /// What only an act of the CCAM says.
    pub technical: Option<TechnicalAct>,
    /// The way, where kilometres are claimed.
    pub travel: Option<Travel>,
    /// Billing number of who prescribed it.
    pub prescriber: Option<BillingNumber>,
    /// Day of the prescription.
    pub prescribed_on: Option<NaiveDate>,
    /// Whether the caisse agreed before.
    pub agreement: bool,
    /// Day on which that agreement was asked for, if said.
    pub agreement_asked_on: Option<NaiveDate>,
    /// Time of day, to the minute.
    pub time: Option<NaiveTime>,
    /// Where: `D` at home, `E` in an institution, `V` by video; none at the practice.
    pub place: Option<char>,
    /// Asked for by the regulation of urgent care.
    pub regulated: bool,
    /// Number of the visit of that day.
    pub passage: Option<u8>,
    /// Why a nurse's act stays at its full rate beside others (NGAP article 11 B): `I` insulin, `L` direct sample,
    /// `V` vaccination, `P` perfusion.
    pub full_rate: Option<char>,
}

/// An act of the CCAM (B2 type 4M).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TechnicalAct {
    /// Code of regroupement under which its amounts are claimed: `ATM`, `ADC`…
    pub grouping: String,
    /// Activity.
    pub activity: u8,
    /// Phase.
    pub phase: u8,
    /// Modifiers, up to four letters or digits.
    pub modifiers: String,
    /// Association code, 1 to 5, said or applied.
    pub association: Option<u8>,
    /// Teeth in the FDI notation, up to sixteen.
    pub teeth: Vec<u8>,
}

/// The way of kilometres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Travel {
    /// What was driven there and back, in hundredths of a kilometre, before any abatement.
    pub driven: u32,
    /// How many times.
    pub times: u32,
}
