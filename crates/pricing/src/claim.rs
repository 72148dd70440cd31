//! Between an input and the lines of a claim: what a claim says of priced acts, and the input that a claim says again.
//! A workstation writes with one, a caisse reads with the other and writes again, so that it can compare.
//! Not the bytes (crate `formats`), not the people: whoever asks knows them.

use chrono::NaiveDate;
use liasse_domain::fse::{Accident, ActDetails, ActLine, CareContext, Referrer, TechnicalAct, Travel};
use liasse_domain::{BillingNumber, Code, Coded};

use crate::case::Case;
use crate::charge::Charged;
use crate::decimal::Hundredths;
use crate::input::{
    Act, CarePath, Cover, FullRate, Input, Nature, Overrun, Patient, Place, Practitioner, Prescriber, Prescription,
    Qualifier, TimeOfDay, Tooth,
};
use crate::price::{PriceError, work_out};
use crate::reimburse::Reimbursed;
use crate::rules;
use crate::tables::Tables;

/// Most teeth of one act on a claim (B2 type 4M).
const MOST_TEETH: usize = 16;
/// The largest quantity of one line (B2 type 4), and the largest coefficient.
const MOST_QUANTITY: u32 = 99;
const MOST_COEFFICIENT: u32 = 999_999;

/// What a claim says of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// What the care is about. The proof of rights is not known here and is 0; exonerations stand with the acts.
    pub care: CareContext,
    /// The acts, in their order; none where nothing can be priced.
    pub acts: Vec<ActLine>,
    /// What the claim cannot say: it must not be signed as if it did.
    pub refused: Vec<Uncarried>,
}

/// Something that has no place on a claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncarried {
    /// A prescriber or referrer whose number is none.
    #[error("not a billing number")]
    Doctor,
    /// A number of an accident that is none.
    #[error("not a number of an accident")]
    Accident,
    /// No code of regroupement for an act of the CCAM.
    #[error("{code} has no code of regroupement")]
    Grouping {
        /// The act.
        code: String,
    },
    /// More teeth than a record holds.
    #[error("{code} has too many teeth")]
    Teeth {
        /// The act.
        code: String,
    },
    /// A qualificatif without a published letter.
    #[error("the qualifier of {code} has no letter")]
    Qualifier {
        /// The act.
        code: String,
    },
    /// More kilometres than a line holds.
    #[error("too many kilometres of {code}")]
    Kilometres {
        /// The act.
        code: String,
    },
}

impl Coded for Uncarried {
    fn code(&self) -> Code {
        match self {
            Self::Doctor => Code("pricing.fse_numero_medecin"),
            Self::Accident => Code("pricing.fse_numero_accident"),
            Self::Grouping { .. } => Code("pricing.fse_regroupement"),
            Self::Teeth { .. } => Code("pricing.fse_dents"),
            Self::Qualifier { .. } => Code("pricing.fse_qualificatif"),
            Self::Kilometres { .. } => Code("pricing.fse_kilometres"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Doctor | Self::Accident => Vec::new(),
            Self::Grouping { code } | Self::Teeth { code } | Self::Qualifier { code } | Self::Kilometres { code } => {
                vec![("code", code.clone())]
            }
        }
    }
}

/// What the claim of an input says: its amounts are those of [`price`](crate::price()).
pub fn claim(tables: &Tables, input: &Input) -> Result<Claimed, PriceError> {
    let case = Case::read(input)?;
    let mut refused = Vec::new();
    let care = care(input, &mut refused);
    let mut acts = Vec::new();
    if rules::not_yet(&case).is_none() {
        let (charged, reimbursed) = work_out(tables, &case)?;
        acts =
            charged.iter().zip(&reimbursed).map(|(one, paid)| line(tables, input, one, paid, &mut refused)).collect();
    }
    Ok(Claimed { care, acts, refused })
}

/// Each thing is told once.
fn refuse(refused: &mut Vec<Uncarried>, what: Uncarried) {
    if !refused.contains(&what) {
        refused.push(what);
    }
}

fn care(input: &Input, refused: &mut Vec<Uncarried>) -> CareContext {
    let cover = &input.cover;
    let accident = match (&cover.at_number, cover.at_date) {
        (Some(number), _) => accident_number(number).map(Accident::Number).or_else(|| {
            refuse(refused, Uncarried::Accident);
            None
        }),
        (None, date) => date.map(Accident::Date),
    };
    let referrer = input
        .referrer
        .as_ref()
        .and_then(|doctor| Some(Referrer { billing: billing(&doctor.billing_number, refused)?, date: doctor.date }));
    CareContext {
        nature: cover.nature.code(),
        care_path: input.care_path.map(CarePath::letter),
        exoneration: None,
        accident,
        third_party_accident: cover.third_party_accident_date,
        referrer,
        rights_proof: 0,
    }
}

/// Nine digits, zeros put in front. Three zeros in front are how the record says that a day follows.
fn accident_number(text: &str) -> Option<String> {
    let digits = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    Some(format!("{text:0>9}")).filter(|number| digits && !number.starts_with("000"))
}

fn billing(number: &str, refused: &mut Vec<Uncarried>) -> Option<BillingNumber> {
    let parsed = BillingNumber::parse(number).ok();
    if parsed.is_none() {
        refuse(refused, Uncarried::Doctor);
    }
    parsed
}

fn line(tables: &Tables, input: &Input, one: &Charged<'_>, paid: &Reimbursed, refused: &mut Vec<Uncarried>) -> ActLine {
    let (act, priced) = (one.act, &paid.line);
    let code = || one.code().to_owned();
    let (quantity, coefficient) = match one.kilometres {
        Some(kilometres) => counted(kilometres).unwrap_or_else(|| {
            refuse(refused, Uncarried::Kilometres { code: code() });
            (0, 0)
        }),
        None => (priced.quantity, one.coefficient().get()),
    };
    let qualifier = one.qualifier.and_then(Qualifier::letter);
    if qualifier.is_none() && one.qualifier.is_some() {
        refuse(refused, Uncarried::Qualifier { code: code() });
    }
    let ald = act.ald_related && input.patient.has(crate::input::Right::Ald);
    let exoneration = if ald { Some(CareContext::ALD) } else { paid.heavy.then_some(CareContext::HEAVY) };
    ActLine {
        date: input.date,
        code: code(),
        majoration: None,
        quantity,
        coefficient,
        unit: priced.unit_cents,
        base: priced.base_cents,
        rate: priced.rate_bp,
        amo: priced.amo_cents,
        fee: priced.fee_cents,
        amc: priced.amc_cents,
        qualifier,
        exoneration,
        details: details(tables, input, one, refused),
    }
}

/// Kilometres as quantity and coefficient, in hundredths: the quantity where it can hold them.
fn counted(kilometres: u32) -> Option<(u32, u32)> {
    let whole = kilometres / 100;
    if kilometres.is_multiple_of(100) && whole <= MOST_QUANTITY {
        return Some((whole, 100));
    }
    (kilometres <= MOST_COEFFICIENT).then_some((1, kilometres))
}

fn details(tables: &Tables, input: &Input, one: &Charged<'_>, refused: &mut Vec<Uncarried>) -> ActDetails {
    let act = one.act;
    let own = act.prescription.as_ref();
    let whole = input.prescriber.as_ref();
    let number = own.and_then(|own| own.prescriber.as_ref()).or_else(|| whole.map(|whole| &whole.billing_number));
    let driven = one.kilometres.and(act.distance_km);
    ActDetails {
        technical: technical(tables, one, refused),
        travel: driven.map(|driven| Travel { driven: driven.get(), times: one.quantity }),
        prescriber: number.and_then(|number| billing(number, refused)),
        prescribed_on: own.map(|own| own.date).or_else(|| whole.and_then(|whole| whole.date)),
        agreement: act.prior_agreement,
        agreement_asked_on: act.agreement_date.filter(|_| act.prior_agreement),
        time: act.time.or(input.time).map(|time| time.0),
        place: act.place.letter(),
        regulated: act.regulated,
        passage: act.passage,
        full_rate: act.full_rate.map(FullRate::letter),
    }
}

fn technical(tables: &Tables, one: &Charged<'_>, refused: &mut Vec<Uncarried>) -> Option<TechnicalAct> {
    let row = one.technical()?;
    let act = one.act;
    let grouping = tables.ccam.group(row);
    if grouping.is_empty() {
        refuse(refused, Uncarried::Grouping { code: act.code.clone() });
    }
    if act.teeth.len() > MOST_TEETH {
        refuse(refused, Uncarried::Teeth { code: act.code.clone() });
    }
    Some(TechnicalAct {
        grouping: grouping.to_owned(),
        activity: act.activity.unwrap_or(1),
        phase: act.phase.unwrap_or(0),
        modifiers: act.modifiers.concat(),
        association: one.association,
        teeth: act.teeth.iter().filter_map(Tooth::number).collect(),
    })
}

/// The input that acts of one day of a claim say, for these people. Who pays is not in it, and what has no meaning is
/// left out: [`claim`] of the input then says something else.
pub fn input_of<'a>(
    care: &CareContext,
    day: NaiveDate,
    acts: impl IntoIterator<Item = &'a ActLine>,
    practitioner: Practitioner,
    patient: Patient,
) -> Input {
    let lines: Vec<&ActLine> = acts.into_iter().collect();
    let (prescriber, prescriptions) = prescriptions(&lines);
    let acts = lines.iter().zip(prescriptions).map(|(line, prescription)| act(care, line, prescription)).collect();
    let number = |accident: &Accident| match accident {
        Accident::Number(number) => Some(number.clone()),
        Accident::Date(_) => None,
    };
    let date = |accident: &Accident| match accident {
        Accident::Number(_) => None,
        Accident::Date(date) => Some(*date),
    };
    Input {
        cover: Cover {
            nature: Nature::from_code(care.nature).unwrap_or_default(),
            at_number: care.accident.as_ref().and_then(number),
            at_date: care.accident.as_ref().and_then(date),
            third_party_accident_date: care.third_party_accident,
        },
        referrer: care.referrer.as_ref().map(|doctor| said(&doctor.billing, doctor.date)),
        prescriber,
        care_path: care.care_path.and_then(CarePath::from_letter),
        ..Input::new(day, practitioner, patient, acts)
    }
}

fn said(billing: &BillingNumber, date: Option<NaiveDate>) -> Prescriber {
    Prescriber { billing_number: billing.as_str().to_owned(), date }
}

/// One prescription for the whole where every act has the same, else each its own; an act's own must have a day.
fn prescriptions(lines: &[&ActLine]) -> (Option<Prescriber>, Vec<Option<Prescription>>) {
    let of = |line: &&ActLine| (line.details.prescriber.clone(), line.details.prescribed_on);
    let alike = lines.windows(2).all(|pair| of(&pair[0]) == of(&pair[1]));
    let whole =
        lines.iter().map(of).find_map(|(number, date)| Some((number?, date)).filter(|_| alike || date.is_none()));
    let own = |line: &&ActLine| match of(line) {
        (prescriber, Some(date)) if !(alike && whole.is_some()) => {
            Some(Prescription { date, prescriber: prescriber.map(|number| number.as_str().to_owned()) })
        }
        _ => None,
    };
    let own = lines.iter().map(own).collect();
    (whole.map(|(number, date)| said(&number, date)), own)
}

fn act(care: &CareContext, line: &ActLine, prescription: Option<Prescription>) -> Act {
    let details = &line.details;
    let technical = details.technical.as_ref();
    let travel = details.travel;
    let overrun = line.fee - line.base;
    Act {
        quantity: travel.map_or(line.quantity, |travel| travel.times).into(),
        // What is not said is activity 1 and phase 0: written back as it was entered.
        activity: technical.map(|said| said.activity).filter(|activity| *activity != 1),
        phase: technical.map(|said| said.phase).filter(|phase| *phase != 0),
        modifiers: technical.map_or_else(Vec::new, |said| said.modifiers.chars().map(String::from).collect()),
        association: technical.and_then(|said| said.association),
        coefficient: Some(line.coefficient)
            .filter(|coefficient| travel.is_none() && *coefficient != Hundredths::ONE.get())
            .and_then(Hundredths::new),
        distance_km: travel.and_then(|travel| Hundredths::new(travel.driven)),
        time: details.time.map(TimeOfDay),
        place: details.place.and_then(Place::from_letter).unwrap_or_default(),
        regulated: details.regulated,
        passage: details.passage,
        teeth: technical.map_or_else(Vec::new, |said| said.teeth.iter().copied().map(Tooth::Number).collect()),
        ald_related: care.is_ald_related(line),
        prior_agreement: details.agreement,
        agreement_date: details.agreement_asked_on,
        prescription,
        overrun: (overrun.0 != 0 || line.qualifier.is_some())
            .then(|| Overrun { qualifier: line.qualifier.and_then(Qualifier::from_letter), cents: overrun }),
        full_rate: details.full_rate.and_then(FullRate::from_letter),
        ..Act::new(line.code.as_str())
    }
}
