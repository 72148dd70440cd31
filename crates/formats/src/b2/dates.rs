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
    let text = std::str::from_utf8(bytes).ok()?;
    let month = text.get(4..6)?.parse().ok()?;
    let day = text.get(6..8)?.parse().ok()?;
    NaiveDate::from_ymd_opt(text.get(..4)?.parse().ok()?, month, day)
}

/// Writes AAAAMMJJ; nothing for a year that four digits cannot hold.
pub(crate) fn compact(date: NaiveDate) -> String {
    if (0..=9999).contains(&date.year()) { date.format("%Y%m%d").to_string() } else { String::new() }
}
