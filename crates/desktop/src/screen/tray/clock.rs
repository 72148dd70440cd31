//! The clock of the demo world on the tray: an hour, a working day, to the evening, to a day that is typed. Forward only, which
//! `liasse_demo::clock` decides.

use std::sync::Arc;

use chrono::NaiveDate;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, operation, row, text_input};
use iced::{Element, Task, widget};
use liasse_demo::Office;
use liasse_domain::{Code, Coded, Report};

use crate::ask::ask;
use crate::screen::mutuelle::french_day;
use crate::text::t;
use crate::widget::apart::field;
use crate::widget::parts;

/// The name of the field.
const FIELD: &str = "plateau-jour";

/// A way forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forward {
    /// By one hour.
    Hour,
    /// To nine o'clock of the next working day.
    WorkingDay,
    /// To the next half past seven in the evening.
    Evening,
    /// To nine o'clock of that day.
    Day(NaiveDate),
}

/// What happens to the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// It is to move.
    Move(Forward),
    /// A day is to be typed.
    Ask,
    /// The day changed as it is typed.
    Typed(String),
    /// The day is typed.
    Submit,
}

/// What is typed.
#[derive(Debug, Default)]
pub struct Clock {
    typed: Option<String>,
}

/// The message of a key that no field took.
pub fn of_key(key: &Key) -> Option<Message> {
    match key {
        Key::Named(Named::F6) => Some(Message::Move(Forward::WorkingDay)),
        Key::Character(letter) => match letter.to_lowercase().as_str() {
            "h" => Some(Message::Move(Forward::Hour)),
            "s" => Some(Message::Move(Forward::Evening)),
            "d" => Some(Message::Ask),
            _ => None,
        },
        _ => None,
    }
}

/// Keys and what they do, for the map.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![("H", t("clock.hour")), ("F6", t("help.day")), ("S", t("clock.evening")), ("D", t("clock.day"))]
}

impl Clock {
    /// Closes the field.
    pub fn close(&mut self) {
        self.typed = None;
    }

    /// Where the clock is to go now; why it goes nowhere, where what is typed is no day. A task, when a field is to be focused.
    pub fn update<M: 'static>(&mut self, message: Message) -> Result<Next<M>, Report> {
        match message {
            Message::Move(forward) => Ok(Next::Go(forward)),
            Message::Ask => {
                self.typed = Some(String::new());
                Ok(Next::Run(operation::focus(widget::Id::new(FIELD))))
            }
            Message::Typed(text) => {
                self.typed = Some(text);
                Ok(Next::Run(Task::none()))
            }
            Message::Submit => {
                let typed = self.typed.as_deref().unwrap_or_default();
                let day = french_day(typed.trim()).ok_or_else(|| Report::new(Code("saisie.date"), &[]))?;
                self.typed = None;
                Ok(Next::Go(Forward::Day(day)))
            }
        }
    }

    /// The keys, and the field while it is open.
    pub fn view<'a, M: Clone + 'a>(&'a self, message: impl Fn(Message) -> M + Copy + 'a) -> Element<'a, M> {
        let mut lines = column![parts::title(t("clock.title"))].spacing(6);
        let (first, second) = (keys(), keys());
        let half = |list: Vec<(&'static str, &'static str)>, from: usize| {
            let shown = list.into_iter().skip(from).take(2).map(|(cap, does)| parts::key_action(cap, does));
            row(shown).spacing(24).wrap()
        };
        lines = lines.push(half(first, 0)).push(half(second, 2));
        if let Some(typed) = &self.typed {
            let field = field(
                text_input(t("clock.placeholder"), typed)
                    .id(FIELD)
                    .on_input(move |text| message(Message::Typed(text)))
                    .on_submit(message(Message::Submit)),
            );
            lines = lines.push(field).push(parts::key_action("Entrée", t("clock.go")));
        }
        lines.into()
    }
}

/// What follows.
pub enum Next<M> {
    /// The clock goes there.
    Go(Forward),
    /// A task of the field.
    Run(Task<M>),
}

/// Moves the clock, and has the caisse look at it; why it did not move, if so.
pub fn go(office: &Arc<Office>, forward: Forward) -> Task<Option<Report>> {
    let moving = Arc::clone(office);
    // In the lane of the post: what is being sent or fetched ends in its own time.
    let moved = ask(&office.post(), move |_| {
        let clock = moving.clock();
        let moved = match forward {
            Forward::Hour => clock.advance_hours(1),
            Forward::WorkingDay => clock.advance_working_days(1),
            Forward::Evening => clock.to_evening(),
            Forward::Day(day) => clock.to_day(day),
        };
        moving.caisse_looks_at_the_clock();
        Ok(moved.err().map(|error| error.report()))
    });
    moved.map(|answer| answer.unwrap_or_else(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(clock: &mut Clock, text: &str) -> Result<Next<()>, Report> {
        clock.update::<()>(Message::Ask)?;
        clock.update::<()>(Message::Typed(text.to_owned()))?;
        clock.update(Message::Submit)
    }

    #[test]
    fn a_day_is_typed_in_french_and_anything_else_is_said() {
        let mut clock = Clock::default();
        let day = NaiveDate::from_ymd_opt(2026, 2, 2).expect("a day");
        assert!(matches!(typed(&mut clock, " 02/02/2026 "), Ok(Next::Go(Forward::Day(found))) if found == day));
        assert!(clock.typed.is_none(), "the field is closed");
        let refused = typed(&mut clock, "demain").err().map(|report| report.code);
        assert_eq!(refused.as_deref(), Some("saisie.date"));
        assert_eq!(clock.typed.as_deref(), Some("demain"), "to be mended");
        clock.close();
        assert!(clock.typed.is_none());
    }

    #[test]
    fn each_key_is_one_way() {
        let letter = |text: &str| of_key(&Key::Character(text.into()));
        assert_eq!(letter("H"), Some(Message::Move(Forward::Hour)));
        assert_eq!(letter("s"), Some(Message::Move(Forward::Evening)));
        assert_eq!((letter("d"), letter("x")), (Some(Message::Ask), None));
        assert_eq!(of_key(&Key::Named(Named::F6)), Some(Message::Move(Forward::WorkingDay)));
        assert_eq!(keys().len(), 4);
    }
}
