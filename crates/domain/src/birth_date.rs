//! A birth date as cards carry it, impossible months and days included (months 13 to 99 and 00 exist).
//! Not a calendar date: it compares by year first and gives an age only from what is sure.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::ids::IdError;

/// Year, month 0-99, day 0-99, kept as read. `Debug` hides it: a birth date is personal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BirthDate {
    year: u16,
    month: u8,
    day: u8,
}

impl BirthDate {
    /// `None` when a part does not fit its digits (year 0-9999, month and day 0-99).
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        (year <= 9999 && month <= 99 && day <= 99).then_some(Self { year, month, day })
    }

    /// Reads `AAAAMMJJ`, eight digits, as a Vitale carries it.
    pub fn from_compact(text: &str) -> Result<Self, IdError> {
        if text.len() != 8 {
            return Err(IdError::Length { expected: 8 });
        }
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(IdError::Character);
        }
        let part = |range: std::ops::Range<usize>| text[range].parse::<u16>().map_err(|_| IdError::Character);
        let narrow = |value: u16| u8::try_from(value).map_err(|_| IdError::Character);
        Ok(Self { year: part(0..4)?, month: narrow(part(4..6)?)?, day: narrow(part(6..8)?)? })
    }

    /// `AAAAMMJJ`.
    pub fn compact(&self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// The year of birth.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// The month as read, 0-99.
    pub fn month(&self) -> u8 {
        self.month
    }

    /// The day as read, 0-99.
    pub fn day(&self) -> u8 {
        self.day
    }

    /// The calendar date, when it is one.
    pub fn calendar(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(i32::from(self.year), u32::from(self.month), u32::from(self.day))
    }

    /// Completed years at `day`; from the years alone when month or day is impossible. `None` before birth.
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        let years = u32::try_from(day.year() - i32::from(self.year)).ok()?;
        match self.calendar() {
            Some(birth) if birth > day => None,
            Some(birth) if (birth.month(), birth.day()) > (day.month(), day.day()) => years.checked_sub(1),
            _ => Some(years),
        }
    }

    /// As a person reads it: `02/05/1984`.
    pub fn french(&self) -> String {
        format!("{:02}/{:02}/{:04}", self.day, self.month, self.year)
    }
}

/// `YYYY-MM-DD`, even when that is no day of the calendar.
impl fmt::Display for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(…)")
    }
}

impl FromStr for BirthDate {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 {
            return Err(IdError::Length { expected: 10 });
        }
        if bytes[4] != b'-' || bytes[7] != b'-' || !text.is_ascii() {
            return Err(IdError::Character);
        }
        Self::from_compact(&format!("{}{}{}", &text[..4], &text[5..7], &text[8..]))
    }
}

impl TryFrom<String> for BirthDate {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<BirthDate> for String {
    fn from(date: BirthDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("date")
    }

    #[test]
    fn impossible_dates_are_kept() {
        let date = BirthDate::from_compact("19421901").expect("a real card had month 19");
        assert_eq!(date.to_string(), "1942-19-01");
        assert_eq!(date.calendar(), None);
        assert_eq!(date.age_on(day("2026-01-15")), Some(84));
    }

    #[test]
    fn age_turns_on_the_birthday() {
        let date: BirthDate = "2020-03-10".parse().expect("date");
        assert_eq!(date.age_on(day("2026-03-09")), Some(5));
        assert_eq!(date.age_on(day("2026-03-10")), Some(6));
        assert_eq!(date.age_on(day("2020-03-09")), None);
    }

    proptest! {
        #[test]
        fn every_date_reads_back(year in 0u16..=9999, month in 0u8..=99, d in 0u8..=99) {
            let date = BirthDate::new(year, month, d).expect("in range");
            prop_assert_eq!(date.to_string().parse::<BirthDate>(), Ok(date));
            prop_assert_eq!(BirthDate::from_compact(&date.compact()), Ok(date));
        }

        #[test]
        fn any_text_is_refused_or_read(text in "\\PC{0,12}") {
            let _ = text.parse::<BirthDate>();
            let _ = BirthDate::from_compact(&text);
        }
    }
}
