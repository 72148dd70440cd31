//! Values that were read to domain values, each refusal a fault at the place where the value stands.
//! Not the reading of records (`table`) and not the order of records (`read`).

use std::str::FromStr;

use chrono::NaiveDate;
use liasse_domain::fse::{Accident, Referrer};
use liasse_domain::{BillingNumber, Centimes, Code, FseNumber, Nir, Organisme, Private, Rpps};

use super::dates::short;
use super::fault::{Fault, Found};
use super::read::is_zero;
use super::render::capitals;
use super::sim_er::CONTEXT;
use super::table::{Value, Values};

/// Takes domain values; `None` says that a fault was added.
pub(crate) struct Taker<'a> {
    /// What was read.
    pub values: &'a Values,
    /// Where faults go.
    pub faults: &'a mut Vec<Fault>,
}

impl Taker<'_> {
    /// The text as on the wire; absent only when no record carries it.
    pub fn text(&mut self, group: u16, number: u8) -> Option<String> {
        self.values.get(group, number).map(|value| value.text.clone())
    }

    /// A text that may not be blank.
    pub fn filled(&mut self, group: u16, number: u8) -> Option<String> {
        let text = self.text(group, number)?;
        if text.is_empty() { self.refuse(group, number, Code("formats.b2_code")) } else { Some(text) }
    }

    /// A person's name, as [`capitals`] leaves it: the table alone would take `@`, which is never written.
    pub fn name(&mut self, group: u16, number: u8) -> Option<Private> {
        let text = self.text(group, number)?;
        if capitals(&text, text.len()) == text {
            Some(Private::new(text))
        } else {
            self.refuse(group, number, Code("formats.b2_caractere"))
        }
    }

    /// A number.
    pub fn number<T: FromStr>(&mut self, group: u16, number: u8) -> Option<T> {
        match self.text(group, number)?.parse() {
            Ok(value) => Some(value),
            Err(_) => self.refuse(group, number, Code("formats.b2_numerique")),
        }
    }

    /// An amount in centimes.
    pub fn amount(&mut self, group: u16, number: u8) -> Option<Centimes> {
        self.number(group, number).map(Centimes)
    }

    /// A date that may not be absent.
    pub fn date(&mut self, group: u16, number: u8) -> Option<NaiveDate> {
        match short(self.text(group, number)?.as_bytes()) {
            Some(date) => Some(date),
            None => self.refuse(group, number, Code("formats.b2_date")),
        }
    }

    /// A code of one letter, `None` inside when blank.
    pub fn letter(&mut self, group: u16, number: u8) -> Option<Option<char>> {
        Some(self.text(group, number)?.chars().next())
    }

    /// A letter of a closed list, `None` inside when blank.
    pub fn listed<T>(&mut self, group: u16, number: u8, list: impl Fn(char) -> Option<T>) -> Option<Option<T>> {
        match self.letter(group, number)? {
            None => Some(None),
            Some(letter) => match list(letter) {
                Some(value) => Some(Some(value)),
                None => self.refuse(group, number, Code("formats.b2_code")),
            },
        }
    }

    /// A flag of one digit.
    pub fn flag(&mut self, group: u16, number: u8) -> Option<bool> {
        self.coded(group, number, |code| match code {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    }

    /// A code of a closed list.
    pub fn coded<T>(&mut self, group: u16, number: u8, list: impl Fn(u8) -> Option<T>) -> Option<T> {
        let code = self.number(group, number)?;
        list(code).or_else(|| self.refuse(group, number, Code("formats.b2_code")))
    }

    /// A NIR, its key not looked at.
    pub fn nir(&mut self, group: u16, number: u8) -> Option<Nir> {
        let parsed = Nir::parse(&self.text(group, number)?).ok();
        parsed.or_else(|| self.refuse(group, number, Code("formats.b2_nir")))
    }

    /// The beneficiary's own NIR: blank with key 00 when absent.
    pub fn optional_nir(&mut self) -> Option<Option<(Nir, u8)>> {
        let key = self.number(1160, 2)?;
        match (self.text(1160, 1)?.is_empty(), key) {
            (true, 0) => Some(None),
            (true, _) => self.refuse(1160, 2, Code("formats.b2_code")),
            (false, _) => Some(Some((self.nir(1160, 1)?, key))),
        }
    }

    /// Field 1 of a group as a billing number.
    pub fn billing(&mut self, group: u16) -> Option<BillingNumber> {
        let parsed = BillingNumber::parse(&self.text(group, 1)?).ok();
        parsed.or_else(|| self.refuse(group, 1, Code("formats.b2_cle")))
    }

    /// A text that only some claims have a record for; empty where none is there.
    pub fn said(&self, group: u16, number: u8) -> String {
        self.values.get(group, number).map(|value| value.text.clone()).unwrap_or_default()
    }

    /// Whether a word is there; any other word is refused.
    pub fn word(&mut self, group: u16, number: u8, word: &str) -> Option<bool> {
        match self.said(group, number) {
            text if text == word => Some(true),
            text if text.is_empty() => Some(false),
            _ => self.refuse(group, number, Code("formats.b2_code")),
        }
    }

    /// A number of exactly so many digits, or nothing.
    pub fn digits<T: FromStr>(&mut self, group: u16, number: u8, width: usize) -> Option<Option<T>> {
        let text = self.said(group, number);
        if text.is_empty() {
            return Some(None);
        }
        let digits = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(value) if digits => Some(Some(value)),
            _ => self.refuse(group, number, Code("formats.b2_numerique")),
        }
    }

    /// A day AAMMJJ written as text, or nothing.
    pub fn said_day(&mut self, group: u16, number: u8) -> Option<Option<NaiveDate>> {
        let text = self.said(group, number);
        if text.is_empty() {
            return Some(None);
        }
        short(text.as_bytes()).map(Some).or_else(|| self.refuse(group, number, Code("formats.b2_date")))
    }

    /// A date that may be zeros.
    pub fn optional_date(&mut self, group: u16, number: u8) -> Option<Option<NaiveDate>> {
        if is_zero(&self.text(group, number)?) { Some(None) } else { self.date(group, number).map(Some) }
    }

    /// A billing number that may be zeros.
    pub fn optional_billing(&mut self, group: u16, number: u8) -> Option<Option<BillingNumber>> {
        let text = self.text(group, number)?;
        if is_zero(&text) {
            return Some(None);
        }
        let parsed = BillingNumber::parse(&text).ok().map(Some);
        parsed.or_else(|| self.refuse(group, number, Code("formats.b2_cle")))
    }

    /// The accident: zeros for none, three zeros before its day, else its number.
    pub fn accident(&mut self) -> Option<Option<Accident>> {
        let digits = self.text(CONTEXT, 5)?;
        if is_zero(&digits) {
            return Some(None);
        }
        let Some(day) = digits.strip_prefix("000") else { return Some(Some(Accident::Number(digits))) };
        let day = short(day.as_bytes()).map(|day| Some(Accident::Date(day)));
        day.or_else(|| self.refuse(CONTEXT, 5, Code("formats.b2_date")))
    }

    /// Who sent the patient: no day without a number.
    pub fn referrer(&mut self) -> Option<Option<Referrer>> {
        match (self.optional_billing(CONTEXT, 12)?, self.said_day(CONTEXT, 11)?) {
            (Some(billing), date) => Some(Some(Referrer { billing, date })),
            (None, None) => Some(None),
            (None, Some(_)) => self.refuse(CONTEXT, 11, Code("formats.b2_code")),
        }
    }

    /// The executant's RPPS, where record 4E is there; it may be zeros where that record says something else.
    pub fn rpps(&mut self, or_zero: bool) -> Option<Option<Rpps>> {
        match self.text(CONTEXT, 9) {
            None => Some(None),
            Some(text) if is_zero(&text) && or_zero => Some(None),
            Some(text) if is_zero(&text) => self.refuse(CONTEXT, 9, Code("formats.b2_cle")),
            Some(text) => match Rpps::parse(&text) {
                Ok(rpps) => Some(Some(rpps)),
                Err(_) => self.refuse(CONTEXT, 9, Code("formats.b2_cle")),
            },
        }
    }

    /// An FSE number.
    pub fn fse_number(&mut self, group: u16, number: u8) -> Option<FseNumber> {
        let parsed = self.text(group, number)?.parse().ok();
        parsed.or_else(|| self.refuse(group, number, Code("formats.b2_code")))
    }

    /// Number and date of the FSE that is corrected: both or none.
    pub fn corrects(&mut self) -> Option<Option<(FseNumber, NaiveDate)>> {
        match (is_zero(&self.text(1110, 5)?), is_zero(&self.text(1110, 6)?)) {
            (true, true) => Some(None),
            (true, false) => self.refuse(1110, 5, Code("formats.b2_code")),
            (false, _) => Some(Some((self.fse_number(1110, 5)?, self.date(1110, 6)?))),
        }
    }

    /// Contract and number of the complementary insurer: none is contract 00 without a number.
    pub fn complementary(&mut self) -> Option<Option<(String, String)>> {
        let (contract, number) = (self.text(1321, 1)?, self.text(1321, 2)?);
        match (is_zero(&contract), number.is_empty()) {
            (true, true) => Some(None),
            (_, false) => Some(Some((contract, number))),
            (false, true) => self.refuse(1321, 2, Code("formats.b2_code")),
        }
    }

    /// The organisme.
    pub fn organisme(&mut self) -> Option<Organisme> {
        let (regime, caisse, centre) = (self.text(1310, 1)?, self.text(1310, 2)?, self.text(1310, 3)?);
        let parsed = Organisme::new(&regime, &caisse, &centre).ok();
        parsed.or_else(|| self.refuse(1310, 1, Code("formats.b2_code")))
    }

    /// Condition of exercise.
    pub fn condition(&mut self) -> Option<char> {
        let letter = self.letter(1120, 12)?.filter(|letter| matches!(letter, 'L' | 'S' | 'B'));
        letter.or_else(|| self.refuse(1120, 12, Code("formats.b2_code")))
    }

    /// Adds a fault unless a total is the one that the records give.
    pub fn agrees(&mut self, group: u16, number: u8, expected: u64, code: Code) -> Option<()> {
        let found = self.number(group, number)?;
        if found == expected {
            return Some(());
        }
        self.add(group, number, |value| value.fault(code, Found::Number { found, expected }))
    }

    /// Adds a fault at a value.
    pub fn refuse<T>(&mut self, group: u16, number: u8, code: Code) -> Option<T> {
        self.add(group, number, |value| value.fault(code, Found::Nothing))
    }

    fn add<T>(&mut self, group: u16, number: u8, fault: impl Fn(&Value) -> Fault) -> Option<T> {
        if let Some(value) = self.values.get(group, number) {
            self.faults.push(fault(value));
        }
        None
    }
}
