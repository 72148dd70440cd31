//! The two ways dates are written here: AAMMJJ in B2, AAAAMMJJ in groups and in our own records.
//! Not birth dates: those may be impossible and stay text.

use chrono::{Datelike, NaiveDate};

/// Reads AAMMJJ as a day of the years 2000 to 2099.
pub(crate) fn short(bytes: &[u8]) -> Option<NaiveDate> {
    let [a, b, c, d, e, f] = <[u8; 6]>::try_from(bytes).ok()?;
    long(&[b'2', b'0', a, b, c, d, e, f])
}

/// Reads AAAAMMJJ.
pub(crate) fn long(bytes: &[u8]) -> Option<NaiveDate> {
    if bytes.len() != 8 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    let (year, month, day) = (number(bytes.get(..4)?), number(bytes.get(4..6)?), number(bytes.get(6..)?));
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Writes AAMMJJ, where the year is one of 2000 to 2099.
pub(crate) fn tiny(date: NaiveDate) -> Option<String> {
    (2000..=2099).contains(&date.year()).then(|| date.format("%y%m%d").to_string())
}

/// Writes AAAAMMJJ; nothing for a year that four digits cannot hold.
pub(crate) fn compact(date: NaiveDate) -> String {
    if (0..=9999).contains(&date.year()) { date.format("%Y%m%d").to_string() } else { String::new() }
}
