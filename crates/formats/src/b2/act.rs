//! One act of an FSE between its content and the groups of records 4, 4S, 4E and 4M, both ways.
//! Not its price and not what may stand together: crate `pricing`. Fields: the tables of `sim_er`.
//! An absent detail is blank, so that a record from before there were details reads as an act without any.

use chrono::{NaiveTime, Timelike};
use liasse_domain::fse::{ActDetails, ActLine, TechnicalAct, Travel};
use liasse_domain::{Code, Rate};

use super::claimed::ClaimedAct;
use super::dates::{compact, tiny};
use super::fault::Fault;
use super::render::{RenderError, Unfit};
use super::sim_er::{ACT, DETAILS, TECHNICAL};
use super::table::Values;
use super::take::Taker;
use crate::groups::Group;

/// Prior agreement given (Pyxvital's code, reference formats 1.5).
const AGREED: &str = "4";
/// Asked for by the regulation of urgent care (`sim`).
const REGULATED: &str = "R";
/// Teeth that a record holds.
const TEETH: usize = 16;

/// Whether an act says what only record 4E holds.
pub(crate) fn says_more(act: &ActLine) -> bool {
    let details = &act.details;
    details.travel.is_some()
        || details.prescribed_on.is_some()
        || details.time.is_some()
        || details.place.is_some()
        || details.regulated
        || details.passage.is_some()
        || details.full_rate.is_some()
}

/// Refuses what would be written as nothing, or read back as something else.
pub(crate) fn check(act: &ActLine) -> Result<(), RenderError> {
    let unfit = |record, field, reason| Err(RenderError::Unfit { record, field, reason });
    let details = &act.details;
    if act.code.is_empty() {
        return unfit("4", "code_acte", Unfit::Width);
    }
    if compact(act.date).is_empty() {
        return unfit("4", "date_soins", Unfit::Date);
    }
    if details.prescribed_on.is_some_and(|date| tiny(date).is_none()) {
        return unfit("4E", "date_prescription_sim", Unfit::Date);
    }
    if details.agreement_asked_on.is_some_and(|date| tiny(date).is_none() || !details.agreement) {
        return unfit("4S", "date_demande_ap", Unfit::Date);
    }
    if details.time.is_some_and(|time| time.second() != 0 || time.nanosecond() != 0) {
        return unfit("4E", "heure_acte_sim", Unfit::Characters);
    }
    if details.travel.is_some_and(|travel| travel.driven > 999_999) {
        return unfit("4E", "distance_sim", Unfit::Width);
    }
    if details.travel.is_some_and(|travel| travel.times > 99) {
        return unfit("4E", "trajets_sim", Unfit::Width);
    }
    let Some(technical) = &details.technical else { return Ok(()) };
    if technical.grouping.is_empty() {
        return unfit("4", "code_acte", Unfit::Width);
    }
    if !is_ccam(&act.code) {
        return unfit("4M", "code_ccam", Unfit::Characters);
    }
    if !technical.modifiers.bytes().all(is_modifier) {
        return unfit("4M", "modificateurs", Unfit::Characters);
    }
    if technical.association.is_some_and(|code| !is_association(code)) {
        return unfit("4M", "association_non_prevue", Unfit::Characters);
    }
    if technical.teeth.len() > TEETH {
        return unfit("4M", "dents_1_a_16", Unfit::Width);
    }
    if !technical.teeth.iter().copied().all(is_tooth) {
        return unfit("4M", "dents_1_a_16", Unfit::Characters);
    }
    Ok(())
}

/// Four letters and three digits.
fn is_ccam(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 7 && bytes.iter().take(4).all(u8::is_ascii_uppercase) && bytes.iter().skip(4).all(u8::is_ascii_digit)
}

fn is_modifier(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_association(code: u8) -> bool {
    (1..=5).contains(&code)
}

/// Two digits; which of them are teeth is for those who price.
fn is_tooth(number: u8) -> bool {
    (11..=85).contains(&number)
}

/// The groups of an act.
pub(crate) fn groups(act: &ActLine) -> Vec<Group> {
    let text = |value: Option<char>| value.map(String::from).unwrap_or_default();
    let details = &act.details;
    let code = details.technical.as_ref().map_or(&act.code, |technical| &technical.grouping);
    let money = Group::of_texts(
        ACT,
        [
            compact(act.date),
            code.clone(),
            text(act.majoration),
            act.quantity.to_string(),
            act.coefficient.to_string(),
            act.unit.0.to_string(),
            act.base.0.to_string(),
            act.rate.whole_percent().to_string(),
            act.amo.0.to_string(),
            act.fee.0.to_string(),
            act.amc.0.to_string(),
            text(act.qualifier),
            text(act.exoneration),
            details.prescriber.as_ref().map(|number| number.as_str().to_owned()).unwrap_or_default(),
            if details.agreement { AGREED.to_owned() } else { String::new() },
            details.agreement_asked_on.map(compact).unwrap_or_default(),
        ],
    );
    let travel = details.travel;
    let more = Group::of_texts(
        DETAILS,
        [
            details.time.map(|time| time.format("%H%M").to_string()).unwrap_or_default(),
            text(details.place),
            if details.regulated { REGULATED.to_owned() } else { String::new() },
            details.passage.map(|passage| format!("{passage:03}")).unwrap_or_default(),
            text(details.full_rate),
            travel.map(|travel| format!("{:06}", travel.driven)).unwrap_or_default(),
            travel.map(|travel| format!("{:02}", travel.times)).unwrap_or_default(),
            details.prescribed_on.and_then(tiny).unwrap_or_default(),
        ],
    );
    let technical = details.technical.as_ref().map(|technical| {
        Group::of_texts(
            TECHNICAL,
            [
                act.code.clone(),
                technical.activity.to_string(),
                technical.phase.to_string(),
                technical.modifiers.clone(),
                technical.association.map(|code| code.to_string()).unwrap_or_default(),
                technical.teeth.iter().map(u8::to_string).collect(),
            ],
        )
    });
    [money, more].into_iter().chain(technical).collect()
}

/// The act that the values of its records say.
pub(crate) fn read(values: &Values, faults: &mut Vec<Fault>) -> Option<ClaimedAct> {
    let mut taker = Taker { values, faults };
    let rate = taker.number::<u32>(ACT, 8);
    let code = taker.filled(ACT, 2)?;
    let technical = match values.get(TECHNICAL, 1) {
        Some(_) => Some(technical(&mut taker, code.clone())?),
        None => None,
    };
    Some(ClaimedAct {
        date: taker.date(ACT, 1)?,
        code: if technical.is_some() { taker.text(TECHNICAL, 1)? } else { code },
        majoration: taker.letter(ACT, 3)?,
        quantity: taker.number(ACT, 4)?,
        coefficient: taker.number(ACT, 5)?,
        unit: taker.amount(ACT, 6)?,
        base: taker.amount(ACT, 7)?,
        rate: Rate::percent(rate?),
        amo: taker.amount(ACT, 9)?,
        fee: taker.amount(ACT, 10)?,
        amc: taker.amount(ACT, 11)?,
        qualifier: taker.letter(ACT, 12)?,
        exoneration: taker.letter(ACT, 13)?,
        details: details(&mut taker, technical)?,
    })
}

fn technical(taker: &mut Taker<'_>, grouping: String) -> Option<TechnicalAct> {
    taker
        .text(TECHNICAL, 1)
        .filter(|code| is_ccam(code))
        .or_else(|| taker.refuse(TECHNICAL, 1, Code("formats.b2_code")))?;
    let association = match taker.text(TECHNICAL, 5)?.parse() {
        Ok(code) if is_association(code) => Some(code),
        _ if taker.text(TECHNICAL, 5)?.is_empty() => None,
        _ => return taker.refuse(TECHNICAL, 5, Code("formats.b2_code")),
    };
    let modifiers = taker.text(TECHNICAL, 4)?;
    if !modifiers.bytes().all(is_modifier) {
        return taker.refuse(TECHNICAL, 4, Code("formats.b2_code"));
    }
    let digits = taker.text(TECHNICAL, 6)?;
    let teeth: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                Some((tens - b'0') * 10 + (ones - b'0')).filter(|tooth| is_tooth(*tooth))
            }
            _ => None,
        })
        .collect();
    let Some(teeth) = teeth else { return taker.refuse(TECHNICAL, 6, Code("formats.b2_code")) };
    let (activity, phase) = (taker.number(TECHNICAL, 2)?, taker.number(TECHNICAL, 3)?);
    Some(TechnicalAct { grouping, activity, phase, modifiers, association, teeth })
}

fn details(taker: &mut Taker<'_>, technical: Option<TechnicalAct>) -> Option<ActDetails> {
    let agreement = taker.word(ACT, 15, AGREED)?;
    let agreement_asked_on = taker.optional_date(ACT, 16)?;
    if agreement_asked_on.is_some() && !agreement {
        return taker.refuse(ACT, 16, Code("formats.b2_code"));
    }
    let time = match taker.said(DETAILS, 1) {
        text if text.is_empty() => None,
        text => match NaiveTime::parse_from_str(&text, "%H%M") {
            Ok(time) if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) => Some(time),
            _ => return taker.refuse(DETAILS, 1, Code("formats.b2_code")),
        },
    };
    let travel = match (taker.digits(DETAILS, 6, 6)?, taker.digits(DETAILS, 7, 2)?) {
        (Some(driven), Some(times)) => Some(Travel { driven, times }),
        (None, None) => None,
        _ => return taker.refuse(DETAILS, 6, Code("formats.b2_code")),
    };
    Some(ActDetails {
        technical,
        travel,
        prescriber: taker.optional_billing(ACT, 14)?,
        prescribed_on: taker.said_day(DETAILS, 8)?,
        agreement,
        agreement_asked_on,
        time,
        place: taker.said(DETAILS, 2).chars().next(),
        regulated: taker.word(DETAILS, 3, REGULATED)?,
        passage: taker.digits(DETAILS, 4, 3)?,
        full_rate: taker.said(DETAILS, 5).chars().next(),
    })
}
