//! The small forms that fields of SSV groups 101 to 111 take: dates, periods, keys, texts of bounded length.
//! Not what a field means. Dates have twelve digits, absent as empty or zeros (reference cards, 2.5).

use chrono::NaiveDate;
use liasse_domain::patient::Period;

use crate::groups::{Group, GroupError};

/// No text of the dictionary is longer: the longest are names and lines of an address.
const TEXT_BYTES: usize = 128;

/// A key of two digits.
pub fn key(value: u8) -> String {
    format!("{value:02}")
}

/// `AAAAMMJJ0000`; nothing where there is no date.
pub fn moment(date: Option<NaiveDate>) -> String {
    date.map(|date| date.format("%Y%m%d0000").to_string()).unwrap_or_default()
}

/// Both bounds of a period.
pub fn period_texts(period: &Period) -> [String; 2] {
    [moment(period.from), moment(period.until)]
}

/// The period of two fields.
pub fn period(group: &Group, from: u8, until: u8) -> Result<Period, GroupError> {
    Ok(Period { from: date(group, from)?, until: date(group, until)? })
}

/// `AAAAMMJJhhmm` or `AAAAMMJJ`; nothing or zeros is no date.
pub fn date(group: &Group, number: u8) -> Result<Option<NaiveDate>, GroupError> {
    let text = group.text(number);
    if text.bytes().all(|byte| byte == b'0') {
        return Ok(None);
    }
    if !matches!(text.len(), 8 | 12) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(group.bad(number));
    }
    let part = |range| text.get(range).and_then(|digits: &str| digits.parse::<u32>().ok()).unwrap_or_default();
    let year = i32::try_from(part(0..4)).unwrap_or_default();
    NaiveDate::from_ymd_opt(year, part(4..6), part(6..8)).map(Some).ok_or_else(|| group.bad(number))
}

/// A text that is kept: not longer than any of the dictionary.
pub fn text(group: &Group, number: u8) -> Result<String, GroupError> {
    if group.field(number).len() > TEXT_BYTES { Err(group.bad(number)) } else { Ok(group.text(number)) }
}

/// Keeps what may be said once.
pub fn once<T>(place: &mut Option<T>, said: T, group: &Group) -> Result<(), GroupError> {
    if place.is_some() {
        return Err(GroupError::TooMany { group: group.id });
    }
    *place = Some(said);
    Ok(())
}
