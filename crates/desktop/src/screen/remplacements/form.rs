//! The form that prepares a session: number, days, hours and share, typed as people type them; the number may come from the
//! locum's card in a second reader.

use chrono::NaiveTime;
use iced::widget::operation;
use iced::{Task, widget};
use liasse_core::cards::CpsView;
use liasse_core::desk::SignedIn;
use liasse_core::replacement::{Plan, ReplacementError};
use liasse_domain::replacement::{Calendar, NamedLocum, ShareBase, Slot, Terms, Weekdays};
use liasse_domain::{BillingNumber, Code, Coded, Private, Rate, Report};

use super::Message;
use crate::screen::mutuelle::french_day;

/// The fields, in the order in which they are typed.
pub const FIELDS: [&str; 6] =
    ["rempla-numero", "rempla-du", "rempla-au", "rempla-jours", "rempla-heures", "rempla-part"];

/// The form.
#[derive(Clone)]
pub struct Form {
    /// What is typed.
    pub fields: [String; 6],
    /// Whether the locum may use the mailbox.
    pub mailbox: bool,
    /// Whether the locum bills in all situations of the card, not only in the one signed in.
    pub all_situations: bool,
    /// Whether the locum comes again.
    pub recurring: bool,
}

impl Default for Form {
    /// Working days, usual hours, the usual share.
    fn default() -> Self {
        let fields = ["", "", "", "1-5", "8:00-19:30", "70"].map(str::to_owned);
        Self { fields, mailbox: true, all_situations: false, recurring: false }
    }
}

impl Form {
    /// A field changed.
    pub fn typed(&mut self, index: usize, text: String) {
        if let Some(field) = self.fields.get_mut(index) {
            *field = text;
        }
    }

    /// The focus of the first field that is empty, else of the first.
    pub fn focus(&self) -> Task<Message> {
        let empty = self.fields.iter().position(String::is_empty).unwrap_or(0);
        operation::focus(widget::Id::new(FIELDS[empty]))
    }

    /// Whether the locum is the one whose card lies in the second reader: no number is typed.
    pub fn takes_the_card(&self) -> bool {
        self.fields.first().is_some_and(|number| number.trim().is_empty())
    }

    /// What is typed, as a plan of who is signed in by `own`, its situations being those that count; `locum` where no number is typed.
    pub fn plan(&self, own: &CpsView, person: &SignedIn, locum: Option<NamedLocum>) -> Result<Plan, Report> {
        let [number, from, until, days, hours, share] = &self.fields;
        let slot = parse_slot(days, hours).ok_or_else(|| Report::new(Code("saisie.plage"), &[]))?;
        let locum = match (number.trim(), locum) {
            ("", Some(locum)) => locum,
            (number, _) => NamedLocum {
                billing: BillingNumber::parse(number).map_err(|error| error.report())?,
                rpps: None,
                family_name: Private::default(),
                given_name: Private::default(),
            },
        };
        let day = |text: &str| french_day(text.trim()).ok_or_else(|| Report::new(Code("saisie.date"), &[]));
        let calendar = Calendar::new(day(from)?, day(until)?, vec![slot]);
        let calendar = calendar.map_err(|fault| ReplacementError::from(fault).report())?;
        let percent = share.trim().trim_end_matches('%').trim().parse::<u32>().ok().filter(|percent| *percent <= 100);
        let share = Rate::percent(percent.ok_or_else(|| Report::new(Code("saisie.part"), &[]))?);
        let billing = &person.situation.billing_number;
        let mine = own.situations.iter().flatten().filter(|one| !one.is_locum() && one.billing_number == *billing);
        let situations = if self.all_situations { mine.map(|one| one.number).collect() } else { Vec::new() };
        Ok(Plan {
            locum,
            situations,
            calendar,
            recurring: self.recurring,
            mailbox: self.mailbox,
            terms: Terms { base: ShareBase::Billed, office: share, visits: share, duty: Rate::FULL },
        })
    }
}

/// `1-5`, `135` or `6` for the days; `8:00-19:30`, `8h-19h30` or `20h-8h` for the hours.
fn parse_slot(days: &str, hours: &str) -> Option<Slot> {
    let digit =
        |sign: char| sign.to_digit(10).and_then(|day| u8::try_from(day).ok()).filter(|day| (1..=7).contains(day));
    let days: Vec<u8> = match days.trim().split_once('-') {
        Some((first, last)) => (digit(first.trim().chars().next()?)?..=digit(last.trim().chars().next()?)?).collect(),
        None => days.trim().chars().map(digit).collect::<Option<_>>()?,
    };
    let (from, until) = hours.split_once('-')?;
    let hour = |text: &str| {
        let text = text.trim().replace(['h', 'H'], ":");
        let text = if text.ends_with(':') { format!("{text}00") } else { text };
        NaiveTime::parse_from_str(&text, "%H:%M").ok()
    };
    (!days.is_empty()).then_some(Slot { days: Weekdays::of(&days), from: hour(from)?, until: hour(until)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_are_typed_as_people_type_them() {
        let slot = |days, hours| {
            parse_slot(days, hours).map(|slot| {
                (
                    Vec::<u8>::from(slot.days),
                    slot.from.format("%H:%M").to_string(),
                    slot.until.format("%H:%M").to_string(),
                )
            })
        };
        let found = |days: &[u8], from: &str, until: &str| Some((days.to_vec(), from.to_owned(), until.to_owned()));
        assert_eq!(slot("1-5", "8:00-19:30"), found(&[1, 2, 3, 4, 5], "08:00", "19:30"));
        assert_eq!(slot("135", "8h - 19h30"), found(&[1, 3, 5], "08:00", "19:30"));
        assert_eq!(slot("6", "20h-8h"), found(&[6], "20:00", "08:00"));
        for (days, hours) in
            [("", "8h-9h"), ("8", "8h-9h"), ("1-9", "8h-9h"), ("1", "8h"), ("1", "25h-8h"), ("5-1", "8h-9h")]
        {
            assert_eq!(slot(days, hours), None, "{days} {hours}");
        }
    }
}
