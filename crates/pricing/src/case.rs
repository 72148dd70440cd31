//! The input once judged: age, care path, who pays, under which base. Every refusal of a value is made here.
//! Not a price yet. Care path: code de la sécurité sociale L162-5-3, reference tariffs 2.1 and 2.2.

use chrono::NaiveDate;
use liasse_domain::{Centimes, Code, Rate};

use crate::input::{Act, CarePath, Input, Overrun, Right, Sector};
use crate::price::PriceError;
use crate::tables::{Biller, Tier};

/// Above this an overrun is a slip of the hand.
const MOST_OVERRUN: Centimes = Centimes(1_000_000);

/// A judged input.
pub(crate) struct Case<'a> {
    pub(crate) input: &'a Input,
    pub(crate) day: NaiveDate,
    pub(crate) age: u32,
    pub(crate) biller: Biller<'a>,
    /// Inside the coordinated care path, or too young for it to matter.
    pub(crate) coordinated: bool,
    /// What is to be said about the care path.
    pub(crate) path_finding: Option<Code>,
    pub(crate) c2s: bool,
    pub(crate) third_party_amo: bool,
    pub(crate) third_party_amc: bool,
}

impl<'a> Case<'a> {
    pub(crate) fn read(input: &'a Input) -> Result<Self, PriceError> {
        if input.v != 1 {
            return Err(PriceError::Version);
        }
        if input.acts.is_empty() {
            return Err(PriceError::NoAct);
        }
        for (index, act) in input.acts.iter().enumerate() {
            quantity(act).ok_or(PriceError::Quantity { act: index })?;
            amount(act.overrun.as_ref()).ok_or(PriceError::Amount { act: Some(index) })?;
        }
        amount(input.overrun.as_ref()).ok_or(PriceError::Amount { act: None })?;
        if input.overrun.is_some() && input.acts.iter().any(|act| act.overrun.is_some()) {
            return Err(PriceError::OverrunTwice);
        }
        if input.third_party.amc_rate_bp > Rate::FULL {
            return Err(PriceError::AmcRate);
        }
        let age = input.patient.birth_date.age_on(input.date).ok_or(PriceError::BornLater)?;
        let (coordinated, path_finding) = care_path(input, age);
        let c2s = input.patient.has(Right::C2s);
        Ok(Self {
            input,
            day: input.date,
            age,
            biller: biller(input),
            coordinated,
            path_finding,
            c2s,
            third_party_amo: input.third_party.amo || c2s || input.patient.has(Right::Ame),
            third_party_amc: input.third_party.amc || c2s,
        })
    }
}

/// How many acts a line holds, 1 to 99.
pub(crate) fn quantity(act: &Act) -> Option<u32> {
    u32::try_from(act.quantity).ok().filter(|quantity| (1..=99).contains(quantity))
}

fn amount(overrun: Option<&Overrun>) -> Option<Centimes> {
    let cents = overrun.map_or(Centimes::ZERO, |overrun| overrun.cents);
    (Centimes::ZERO..=MOST_OVERRUN).contains(&cents).then_some(cents)
}

fn biller(input: &Input) -> Biller<'_> {
    let practitioner = &input.practitioner;
    let overruns = input.acts.iter().filter_map(|act| act.overrun.as_ref()).chain(&input.overrun);
    let free = practitioner.sector == Sector::Two && !practitioner.optam && overruns.into_iter().any(|o| o.cents.0 > 0);
    Biller {
        profession: &practitioner.profession,
        specialty: &practitioner.specialty,
        tier: if free { Tier::Free } else { Tier::Opposable },
    }
}

/// Whether the rate of the care path holds, and what to say about it.
fn care_path(input: &Input, age: u32) -> (bool, Option<Code>) {
    use CarePath::{M, O, R, S, T, U};
    if age < 16 {
        return (true, None);
    }
    let has_mt = input.patient.has_mt;
    match input.care_path {
        Some(S) => (false, None),
        // These letters speak of a médecin traitant; an emergency without one is out of the path (SNDS IR_QPS_V, W).
        Some(T | R | O | M | U) if !has_mt => (false, Some(Code("pricing.parcours_contradictoire"))),
        Some(_) => (true, None),
        None if !has_mt => (false, None),
        None if input.practitioner.registered_mt == Some(false) => (false, Some(Code("pricing.parcours_absent"))),
        None => (true, Some(Code("pricing.parcours_suppose"))),
    }
}
