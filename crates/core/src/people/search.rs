//! What somebody typed to find a patient: a name, a NIR or its beginning, or a day as the French write it. One line may be
//! read in two ways (`15012026`): then both are looked for. Not the looking (`people`). Pure; never panics on any text.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use liasse_domain::BirthDate;

/// More is never typed to find somebody.
const LONGEST: usize = 80;
/// Fewer digits of a NIR are borne by too many people.
const SHORTEST_NIR: usize = 5;
/// Without its key.
const NIR: usize = 13;
/// More words are no name.
const MOST_WORDS: usize = 6;
/// The years in which patients were born or seen.
const YEARS: std::ops::RangeInclusive<u16> = 1850..=2199;

const MONTHS: [&str; 12] = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
];

/// What is looked for. `Debug` hides it: it is somebody's name or number.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Search {
    words: Vec<String>,
    nir: Option<(String, Option<u8>)>,
    day: Option<BirthDate>,
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Search(…)")
    }
}

impl Search {
    /// What a line means; `today` gives the year of a day that has none, and the century of one that has two digits.
    pub fn parse(line: &str, today: NaiveDate) -> Self {
        let line: String = line.chars().take(LONGEST).collect();
        let line = line.trim();
        let nir = nir_of(line);
        let day = day_of(line, today);
        // A number is nobody's name; a word may be a day and a name too.
        let words = line.split_whitespace().take(MOST_WORDS).map(str::to_owned);
        let named = nir.is_none() && !line.chars().any(|sign| sign.is_ascii_digit());
        Self { words: if named { words.collect() } else { Vec::new() }, nir, day }
    }

    /// Whether nothing can be looked for yet: nothing is typed, or too few digits.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.nir.is_none() && self.day.is_none()
    }

    /// The words of a name.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The beginning of a NIR, at most thirteen characters, and its key where it was typed in full.
    pub fn nir(&self) -> Option<(&str, Option<u8>)> {
        self.nir.as_ref().map(|(start, key)| (start.as_str(), *key))
    }

    /// A day: of a birth, or of acts where it is one of the calendar.
    pub fn day(&self) -> Option<BirthDate> {
        self.day
    }
}

/// Five to fifteen digits, spaces and the bar before the key between them; `2A` and `2B` are départements.
fn nir_of(line: &str) -> Option<(String, Option<u8>)> {
    let compact: String = line
        .chars()
        .filter(|sign| !sign.is_whitespace() && *sign != '|')
        .map(|sign| sign.to_ascii_uppercase())
        .take(LONGEST)
        .collect();
    let well_formed = compact.char_indices().all(|(at, sign)| {
        let corsican = at == 6 && matches!(sign, 'A' | 'B') && compact.get(5..6) == Some("2");
        sign.is_ascii_digit() || corsican
    });
    if !well_formed || !(SHORTEST_NIR..=NIR + 2).contains(&compact.len()) {
        return None;
    }
    let start = compact.get(..NIR).unwrap_or(&compact).to_owned();
    // One digit of the key alone says nothing.
    let key = compact.get(NIR..).filter(|key| key.len() == 2).and_then(|key| key.parse().ok());
    Some((start, key))
}

/// `15/01/2026`, `15-1-26`, `15.01`, `15 01 2026`, `15012026`, `2026-01-15`, `15 janvier 2026`, `hier`.
fn day_of(line: &str, today: NaiveDate) -> Option<BirthDate> {
    let plain = plain(line);
    match plain.as_str() {
        "aujourd'hui" => return of_calendar(today),
        "hier" => return today.pred_opt().and_then(of_calendar),
        _ => {}
    }
    let spaced: Vec<&str> = plain.split_whitespace().collect();
    if let [one] = spaced.as_slice() {
        let parts: Vec<&str> = one.split(['/', '-', '.']).collect();
        return match parts.as_slice() {
            [all] => eight_digits(all),
            [day, month] => without_year(number(day, 2)?, number(month, 2)?, today),
            [day, month, year] if year.len() <= 4 && day.len() <= 2 => {
                dated(number(day, 2)?, number(month, 2)?, full_year(year, today)?)
            }
            [year, month, day] if year.len() == 4 => dated(number(day, 2)?, number(month, 2)?, number(year, 4)?),
            _ => None,
        };
    }
    match spaced.as_slice() {
        [day, name] => without_year(first_or_number(day)?, month_named(name)?, today),
        [day, month, year] => {
            let month = month_named(month).or_else(|| number(month, 2));
            dated(first_or_number(day)?, month?, number(year, 4).filter(|_| year.len() == 4)?)
        }
        _ => None,
    }
}

/// Lower case, without the accents of the months, one apostrophe.
fn plain(line: &str) -> String {
    let letter = |sign: char| match sign {
        'é' => 'e',
        'û' => 'u',
        '’' => '\'',
        other => other,
    };
    line.chars().flat_map(char::to_lowercase).map(letter).collect()
}

/// A number of one to so many digits.
fn number(text: &str, most: usize) -> Option<u16> {
    let digits = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// `1er` is a number too.
fn first_or_number(text: &str) -> Option<u16> {
    if text == "1er" { Some(1) } else { number(text, 2) }
}

/// A month by its name, or by its beginning of three letters or more that no other month has.
fn month_named(text: &str) -> Option<u16> {
    let text = text.trim_end_matches('.');
    if text.len() < 3 {
        return None;
    }
    let mut fitting = (1u16..).zip(MONTHS).filter(|(_, name)| name.starts_with(text)).map(|(month, _)| month);
    let first = fitting.next();
    if fitting.next().is_some() { None } else { first }
}

/// A year of four digits, or of two: of this century up to the present year, else of the last.
fn full_year(text: &str, today: NaiveDate) -> Option<u16> {
    match text.len() {
        4 => number(text, 4),
        2 => {
            let this = u16::try_from(today.year()).ok()?;
            let (century, short) = (this / 100 * 100, number(text, 2)?);
            if short <= this % 100 { Some(century + short) } else { (century + short).checked_sub(100) }
        }
        _ => None,
    }
}

/// `15012026`, and `20260115` as programs write it.
fn eight_digits(text: &str) -> Option<BirthDate> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u16>().ok());
    let french = dated(part(0..2)?, part(2..4)?, part(4..8)?).filter(is_possible);
    french.or(dated(part(6..8)?, part(4..6)?, part(0..4)?).filter(is_possible))
}

/// Among eight digits only a day of the calendar is meant.
fn is_possible(date: &BirthDate) -> bool {
    date.calendar().is_some()
}

/// The last such day that is not after today.
fn without_year(day: u16, month: u16, today: NaiveDate) -> Option<BirthDate> {
    let of = |year: i32| NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day));
    // A 29 February may be eight years ago.
    let years = (0..=8).map(|back| today.year() - back);
    years.filter_map(of).find(|date| *date <= today).and_then(of_calendar)
}

/// Cards bear months and days that are none: those are found too.
fn dated(day: u16, month: u16, year: u16) -> Option<BirthDate> {
    if !YEARS.contains(&year) {
        return None;
    }
    BirthDate::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

fn of_calendar(date: NaiveDate) -> Option<BirthDate> {
    let narrow = |value: u32| u8::try_from(value).ok();
    BirthDate::new(u16::try_from(date.year()).ok()?, narrow(date.month())?, narrow(date.day())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn search(line: &str) -> Search {
        Search::parse(line, "2026-01-15".parse().expect("a day"))
    }

    fn day(line: &str) -> Option<String> {
        search(line).day().map(|day| day.to_string())
    }

    #[test]
    fn a_name_is_words() {
        assert_eq!(search("  durand  léo ").words(), ["durand", "léo"]);
        assert_eq!(search("Durand").nir(), None);
        assert!(search("").is_empty() && search("   ").is_empty());
        assert_eq!(search("a b c d e f g h").words().len(), 6);
    }

    #[test]
    fn a_nir_is_read_with_spaces_with_its_key_and_in_part() {
        for (line, nir) in [
            ("2840578006084", ("2840578006084", None)),
            ("2 84 05 78 006 084", ("2840578006084", None)),
            ("2 84 05 78 006 084 | 90", ("2840578006084", Some(90))),
            ("284057800608490", ("2840578006084", Some(90))),
            ("28405780060849", ("2840578006084", None)),
            ("28405", ("28405", None)),
            ("1 80 05 2a 001 001", ("180052A001001", None)),
            ("180052b", ("180052B", None)),
            ("1\u{202f}80\u{a0}05", ("18005", None)),
        ] {
            assert_eq!(search(line).nir(), Some(nir), "{line}");
            assert!(search(line).words().is_empty(), "{line}");
        }
        for line in ["2840", "28405780060849012", "18005A2", "2840578006084x", "15/01/2026", "durand"] {
            assert_eq!(search(line).nir(), None, "{line}");
        }
    }

    #[test]
    fn a_day_is_read_as_the_french_write_it() {
        for line in [
            "15/01/2026",
            "15-01-2026",
            "15.01.2026",
            "15 01 2026",
            "15012026",
            "20260115",
            "2026-01-15",
            "15/1/26",
            "15 janvier 2026",
            "15 Janv. 2026",
            "15/01",
            "15 janvier",
            "aujourd'hui",
            "Aujourd’hui",
        ] {
            assert_eq!(day(line).as_deref(), Some("2026-01-15"), "{line}");
        }
        for (line, wanted) in [
            ("hier", "2026-01-14"),
            ("16/01", "2025-01-16"),
            ("29/02", "2024-02-29"),
            ("02/05/84", "1984-05-02"),
            ("1er août 1958", "1958-08-01"),
            ("1 fév. 1958", "1958-02-01"),
            ("03 DÉCEMBRE 2021", "2021-12-03"),
            // A card had month 19.
            ("01/19/1942", "1942-19-01"),
        ] {
            assert_eq!(day(line).as_deref(), Some(wanted), "{line}");
        }
        for line in ["2 84 05", "15/01/1026", "31/02", "15 ju 2026", "15/01/026", "durand", "1/2/3/4", "28405780"] {
            assert_eq!(day(line), None, "{line}");
        }
    }

    #[test]
    fn what_reads_in_two_ways_is_looked_for_in_both() {
        let both = search("15012026");
        assert_eq!((both.nir(), both.day().is_some()), (Some(("15012026", None)), true));
        let both = search("hier");
        assert_eq!((both.words(), both.day().is_some()), (&["hier".to_owned()][..], true));
        assert!(search("284").is_empty(), "too few digits");
    }

    #[test]
    fn what_was_typed_is_printed_nowhere() {
        assert_eq!(format!("{:?}", search("durand")), "Search(…)");
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "\\PC{0,120}", days in 0i64..80_000) {
            let today = NaiveDate::default() + chrono::Duration::days(days);
            let _ = Search::parse(&line, today);
        }

        #[test]
        fn nor_does_one_that_is_nearly_right(line in "[0-9 /.|'eéûabAB-]{0,24}") {
            let found = search(&line);
            if let Some((start, _)) = found.nir() {
                prop_assert!((5..=13).contains(&start.len()));
            }
        }

        #[test]
        fn every_day_is_found_again(days in 0i64..40_000) {
            let date = NaiveDate::default() + chrono::Duration::days(days - 30_000);
            let wanted = Some(date.to_string());
            prop_assert_eq!(day(&date.format("%d/%m/%Y").to_string()), wanted.clone());
            prop_assert_eq!(day(&date.format("%d%m%Y").to_string()), wanted);
        }
    }
}
