//! The dialog « Accident »: an accident at work (one that goes on, or a new one by its number or its day) and an accident that a
//! third party caused. What an accident means for the invoice is decided in `liasse_core`.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, container, operation, row, text, text_input};
use iced::{Element, Fill, Task, widget};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Accident, Draft};
use liasse_core::office::Office;
use liasse_domain::{Code, Organisme, Report};

use crate::ask::ask;
use crate::screen::facturer::accident_words;
use crate::screen::mutuelle::french_day;
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;

/// The fields: number, day, caisse, day of an accident that a third party caused.
const FIELDS: [&str; 4] = ["accident-numero", "accident-jour", "accident-caisse", "accident-tiers"];

/// The dialog.
pub struct State {
    draft: Draft,
    open: Vec<Accident>,
    chosen: usize,
    fields: [String; 4],
    error: Option<Report>,
    busy: bool,
    /// The key of consolidating was pressed once for that accident: it cannot be undone.
    ending: Option<i64>,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// The accidents that go on were read, or not.
    Listed(Result<Vec<Accident>, Report>),
    /// A field changed.
    Typed(usize, String),
    /// The next accident that goes on, or the one before.
    Move(bool),
    /// Enter: the accident that is typed, else the chosen one.
    Submit,
    /// No accident any more.
    Clear,
    /// The chosen accident is consolidated.
    Consolidate,
    /// It is, or not.
    Consolidated(i64, Result<(), Report>),
    /// The accident is kept, with the day of what a third party caused, or not.
    Kept(Box<Result<Draft, Report>>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Bill like this.
    Taken(Box<Draft>),
}

impl State {
    /// For the patient of a draft; the accidents that go on are read.
    pub fn new(draft: Draft) -> Self {
        let open = Vec::new();
        let day = draft.input.cover.third_party_accident_date;
        let caused = day.map_or_else(String::new, |day| day.format("%d/%m/%Y").to_string());
        let fields = [String::new(), String::new(), String::new(), caused];
        Self { draft, open, chosen: 0, fields, error: None, busy: false, ending: None }
    }

    /// The focus of the first field, and the reading of the accidents.
    pub fn opened(&self, office: &Office, person: &SignedIn) -> Task<Message> {
        let (draft, person) = (self.draft.clone(), person.clone());
        let read = ask(&office.workstation(), move |ws| ws.accidents_of(&draft, &person)).map(Message::Listed);
        Task::batch([read, operation::focus(widget::Id::new(FIELDS[0]))])
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            Key::Named(Named::Enter) => Some(Message::Submit),
            Key::Named(Named::F8) => Some(Message::Clear),
            Key::Named(Named::F7) => Some(Message::Consolidate),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Office, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Listed(Ok(open)) => (self.open, self.chosen) = (open, 0),
            Message::Listed(Err(report)) => self.error = Some(report),
            Message::Typed(index, text) => {
                self.error = None;
                if let Some(field) = self.fields.get_mut(index) {
                    *field = text;
                }
            }
            Message::Move(forward) => {
                let last = self.open.len().saturating_sub(1);
                self.chosen = if forward { (self.chosen + 1).min(last) } else { self.chosen.saturating_sub(1) };
                self.ending = None;
            }
            Message::Submit => return self.submit(office, signed_in),
            Message::Clear => {
                let mut draft = self.draft.clone();
                draft.clear_accident();
                drop(draft.set_caused_by_third_party(None));
                return Action::Taken(Box::new(draft));
            }
            Message::Consolidate => {
                let id = self.open.get(self.chosen).and_then(|accident| accident.id);
                let (Some(id), Some(person)) = (id, signed_in.cloned()) else { return Action::None };
                if self.ending.replace(id) != Some(id) {
                    return Action::None;
                }
                let draft = self.draft.clone();
                let done = ask(&office.workstation(), move |ws| ws.consolidate_accident(&draft, id, &person));
                return Action::Run(done.map(move |answer| Message::Consolidated(id, answer)));
            }
            Message::Consolidated(id, Ok(())) => {
                self.open.retain(|accident| accident.id != Some(id));
                (self.chosen, self.ending) = (0, None);
            }
            Message::Consolidated(_, Err(report)) => self.error = Some(report),
            Message::Kept(answer) => {
                self.busy = false;
                match *answer {
                    Ok(draft) => return Action::Taken(Box::new(draft)),
                    Err(report) => self.error = Some(report),
                }
            }
        }
        Action::None
    }

    fn submit(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let Some(person) = signed_in.cloned().filter(|_| !self.busy) else { return Action::None };
        let (accident, caused) = match self.read() {
            Ok(read) => read,
            Err(report) => {
                self.error = Some(report);
                return Action::None;
            }
        };
        self.busy = true;
        let mut draft = self.draft.clone();
        let kept = ask(&office.workstation(), move |ws| {
            draft.set_caused_by_third_party(caused)?;
            if let Some(accident) = accident {
                let accident = ws.keep_accident(&draft, &person, &accident)?;
                draft.set_accident(&accident)?;
            }
            Ok(draft)
        });
        Action::Run(kept.map(|answer| Message::Kept(Box::new(answer))))
    }

    /// What is typed; the chosen accident where nothing of one is.
    fn read(&self) -> Result<(Option<Accident>, Option<chrono::NaiveDate>), Report> {
        let [number, day, caisse, caused] = self.fields.each_ref().map(|field| field.trim());
        let (day, caused) = (french_day_or_none(day)?, french_day_or_none(caused)?);
        let number = Some(number.replace([' ', '\u{a0}'], "")).filter(|number| !number.is_empty());
        if number.is_none() && day.is_none() {
            // Only a third party: no accident at work.
            let chosen = if caused.is_some() { None } else { self.open.get(self.chosen).cloned() };
            return match (chosen, caused) {
                (None, None) => Err(Report::new(Code("saisie.accident_vide"), &[])),
                read => Ok(read),
            };
        }
        Ok((Some(Accident { id: None, number, day, organisme: organisme(caisse)? }), caused))
    }

    /// The dialog over a veil.
    pub fn view(&self) -> Element<'_, Message> {
        let person = self.draft.person();
        let name = format!("{} {}", person.family_name.reveal(), person.given_name.reveal());
        let of = parts::faint(with("accident.of", &[("name", &name)]));
        let mut body = column![parts::title(t("accident.title")), of].spacing(12);
        if !self.open.is_empty() {
            body = body.push(parts::faint(t("accident.open")));
        }
        for (index, accident) in self.open.iter().enumerate() {
            let line = text(accident_words(accident.number.as_deref(), accident.day)).size(theme::BODY);
            let line = container(line).padding([4, 8]).width(Fill);
            body = body.push(if index == self.chosen { line.style(theme::outlined) } else { line });
        }
        let labels = [t("accident.number"), t("accident.day"), t("accident.caisse"), t("accident.third_party")];
        for (index, label) in labels.into_iter().enumerate() {
            let field = field(
                text_input("", &self.fields[index])
                    .id(FIELDS[index])
                    .on_input(move |text| Message::Typed(index, text))
                    .on_submit(Message::Submit),
            );
            body = body.push(column![text(label).size(theme::NOTE), field].spacing(4));
        }
        if self.ending.is_some() {
            body = body.push(parts::coloured(format!("! {}", t("accident.twice")), |c| c.amber));
        }
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        let mut keys =
            row![parts::key_action("Entrée", t("accident.take")), parts::key_action("F8", t("accident.clear"))]
                .spacing(24);
        if !self.open.is_empty() {
            keys = keys.push(parts::key_action("F7", t("accident.consolidate")));
        }
        body = body.push(keys.push(parts::key_action("Échap", t("mutuelle.close"))).wrap());
        let dialog = container(body).width(560).padding(24).style(theme::panel);
        container(dialog).center(Fill).style(theme::veil).into()
    }
}

fn french_day_or_none(text: &str) -> Result<Option<chrono::NaiveDate>, Report> {
    match text {
        "" => Ok(None),
        text => french_day(text).map(Some).ok_or_else(|| Report::new(Code("saisie.date"), &[])),
    }
}

/// Régime, caisse and centre: nine digits.
fn organisme(text: &str) -> Result<Option<Organisme>, Report> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Report::new(Code("saisie.caisse"), &[]);
    let (regime, rest) = digits.split_at_checked(2).ok_or_else(wrong)?;
    let (caisse, centre) = rest.split_at_checked(3).ok_or_else(wrong)?;
    Organisme::new(regime, caisse, centre).map(Some).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caisse_is_nine_digits_or_nothing() {
        assert_eq!(organisme("").expect("nothing"), None);
        let caisse = organisme("01 751 0000").expect("a caisse").expect("one");
        assert_eq!((caisse.regime(), caisse.caisse(), caisse.centre()), ("01", "751", "0000"));
        for wrong in ["01", "017510", "0175100001", "abc", "é"] {
            assert!(organisme(wrong).is_err(), "{wrong}");
        }
    }
}
