//! The input once judged: age, care path, who pays, under which base. Every refusal of a value is made here.
//! Not a price yet. Care path: code de la sécurité sociale L162-5-3, reference tariffs 2.1 and 2.2.

use chrono::{NaiveDate, Timelike};
use liasse_domain::{Centimes, Code, Rate};

use crate::decimal::Hundredths;
use crate::input::{Act, CarePath, Input, Overrun, Right, Sector, Tooth};
use crate::price::PriceError;
use crate::tables::{Biller, Tier};

/// Above this an overrun is a slip of the hand.
const MOST_OVERRUN: Centimes = Centimes(1_000_000);
/// Above this a coefficient is one.
const MOST_COEFFICIENT: u32 = 10_000;
/// Above this a way is one, in hundredths of a kilometre.
const MOST_DISTANCE: u32 = 200_000;

/// A judged input.
pub(crate) struct Case<'a> {
    pub(crate) input: &'a Input,
    pub(crate) day: NaiveDate,
    pub(crate) age: u32,
    pub(crate) biller: Biller<'a>,
    /// Inside the coordinated care path, or too young or too little a doctor for it to matter.
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
            values(index, act)?;
        }
        amount(input.overrun.as_ref()).ok_or(PriceError::Amount { act: None })?;
        if input.overrun.is_some() && input.acts.iter().any(|act| act.overrun.is_some()) {
            return Err(PriceError::OverrunTwice);
        }
        if input.third_party.amc_rate_bp > Rate::FULL {
            return Err(PriceError::AmcRate);
        }
        let age = input.patient.birth_date.age_on(input.date).ok_or(PriceError::BornLater)?;
        let biller = biller(input);
        let (coordinated, path_finding) =
            if biller.profession == "medecin" { care_path(input, age) } else { (true, None) };
        let c2s = input.patient.has(Right::C2s);
        Ok(Self {
            input,
            day: input.date,
            age,
            biller,
            coordinated,
            path_finding,
            c2s,
            third_party_amo: input.third_party.amo || c2s || input.patient.has(Right::Ame),
            third_party_amc: input.third_party.amc || c2s,
        })
    }

    /// Minutes since midnight of an act, where the hour is known.
    pub(crate) fn minute(&self, act: Option<&Act>) -> Option<u32> {
        let time = act.and_then(|act| act.time).or(self.input.time)?;
        Some(time.0.hour() * 60 + time.0.minute())
    }

    /// The biller at the hour of an act.
    pub(crate) fn biller_at(&self, act: &Act) -> Biller<'a> {
        let deep_night = self.minute(Some(act)).is_some_and(|minute| !(5 * 60..23 * 60).contains(&minute));
        Biller { deep_night, ..self.biller }
    }
}

/// Refuses what no act can hold, with its place.
fn values(index: usize, act: &Act) -> Result<(), PriceError> {
    quantity(act).ok_or(PriceError::Quantity { act: index })?;
    amount(act.overrun.as_ref()).ok_or(PriceError::Amount { act: Some(index) })?;
    let within = |number: Option<Hundredths>, least: u32, most: u32| {
        number.is_none_or(|number| (least..=most).contains(&number.get()))
    };
    if !within(act.coefficient, 1, MOST_COEFFICIENT) {
        return Err(PriceError::Coefficient { act: index });
    }
    if !within(act.distance_km, 0, MOST_DISTANCE) {
        return Err(PriceError::Distance { act: index });
    }
    if act.association.is_some_and(|code| !(1..=5).contains(&code)) {
        return Err(PriceError::Association { act: index });
    }
    if act.modifiers.len() > 4 || act.modifiers.iter().any(|letter| !is_modifier(letter)) {
        return Err(PriceError::Modifier { act: index });
    }
    match act.teeth.iter().position(|tooth| !is_tooth(tooth)) {
        Some(tooth) => Err(PriceError::Tooth { act: index, tooth }),
        None => Ok(()),
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

fn is_modifier(text: &str) -> bool {
    text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Two digits of the FDI notation: quadrant 1 to 4 with teeth 1 to 8, quadrant 5 to 8 with milk teeth 1 to 5.
fn is_tooth(tooth: &Tooth) -> bool {
    tooth.number().is_some_and(|number| match number / 10 {
        1..=4 => (1..=8).contains(&(number % 10)),
        5..=8 => (1..=5).contains(&(number % 10)),
        _ => false,
    })
}

fn biller(input: &Input) -> Biller<'_> {
    let practitioner = &input.practitioner;
    let overruns = input.acts.iter().filter_map(|act| act.overrun.as_ref()).chain(&input.overrun);
    let free = practitioner.sector == Sector::Two && !practitioner.optam && overruns.into_iter().any(|o| o.cents.0 > 0);
    // An infirmier en pratique avancée bills as a nurse of specialty 86.
    let (profession, specialty) = match practitioner.profession.as_str() {
        "ipa" | "infirmier_pratique_avancee" => ("infirmier", "86"),
        "infirmiere" | "idel" => ("infirmier", practitioner.specialty.as_str()),
        "sage-femme" | "sagefemme" => ("sage_femme", practitioner.specialty.as_str()),
        other => (other, practitioner.specialty.as_str()),
    };
    let tier = match practitioner.sector {
        Sector::None => Tier::Authority,
        _ if free => Tier::Free,
        _ => Tier::Opposable,
    };
    Biller { profession, specialty, tier, deep_night: false }
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
        Some(T) if input.practitioner.registered_mt == Some(false) => (true, Some(Code("pricing.parcours_mt_autre"))),
        Some(_) => (true, None),
        None if !has_mt => (false, Some(Code("pricing.mt_absent"))),
        None if input.practitioner.registered_mt == Some(false) => (false, Some(Code("pricing.parcours_absent"))),
        None => (true, Some(Code("pricing.parcours_suppose"))),
    }
}
