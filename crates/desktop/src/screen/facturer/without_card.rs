//! A patient without the Vitale: found by name among those who came before, and offered in this order: wait for the card, at a
//! distance without paper (mode 1), degraded with a paper sheet. What each lets pass is decided in `core`.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, container, row, space, text, text_input};
use iced::{Element, Fill, Task};
use liasse_core::KnownPatient;
use liasse_core::apcv::is_meant;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Draft, Proof};
use liasse_core::office::Office;
use liasse_domain::{Report, SecuringMode};

use super::{Action, Message, State};
use crate::ask::ask;
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;

/// The field of the name.
pub const NAME: &str = "nom";

/// Who is looked for.
#[derive(Default)]
pub struct Search {
    name: String,
    found: Vec<KnownPatient>,
    chosen: usize,
    said: Option<String>,
    /// Something is under way: the same key does not ask for it twice.
    busy: bool,
}

/// What happens to it.
#[derive(Clone, Debug)]
pub enum Event {
    /// The name changed.
    Typed(String),
    /// Those of that name, as it was typed.
    Found(String, Result<Vec<KnownPatient>, Report>),
    /// The next one, or the one before.
    Move(bool),
    /// The patient will come back with the card.
    Wait,
    /// Their passage waits, or not.
    Waits(Result<i64, Report>),
    /// Billed without the card, in that mode.
    Bill(SecuringMode),
    /// The draft is there, or not.
    Opened(Box<Result<Draft, Report>>),
}

impl Search {
    /// The message of a key while no patient is open.
    pub fn key(key: &Key) -> Option<Event> {
        match key {
            Key::Named(Named::ArrowDown) => Some(Event::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Event::Move(false)),
            Key::Named(Named::F4) => Some(Event::Wait),
            Key::Named(Named::F5) => Some(Event::Bill(SecuringMode::SansVitale)),
            Key::Named(Named::F6) => Some(Event::Bill(SecuringMode::Degrade)),
            _ => None,
        }
    }

    /// The code of a telephone that was scanned into the field, once.
    pub(super) fn take_code(&mut self) -> Option<String> {
        if self.busy || !is_meant(&self.name) {
            return None;
        }
        self.busy = true;
        Some(std::mem::take(&mut self.name))
    }

    /// What was under way has ended.
    pub(super) fn give_up(&mut self) {
        self.busy = false;
    }

    /// How it looks.
    pub fn view(&self) -> Element<'_, Message> {
        let typed = |name| Message::Without(Event::Typed(name));
        let mut body = column![
            text(t("without.title")).size(theme::BODY).font(theme::SEMIBOLD),
            super::apcv::scan_hint(),
            field(
                text_input(t("without.name"), &self.name)
                    .id(NAME)
                    .secure(is_meant(&self.name))
                    .on_input(typed)
                    .on_submit(Message::Apcv(super::apcv::Event::Scan))
            ),
        ]
        .spacing(8);
        for (index, patient) in self.found.iter().enumerate() {
            let read = liasse_domain::clock::paris(patient.read_at).format("%d/%m/%Y").to_string();
            let line = row![
                text(patient.name.reveal()).size(theme::BODY),
                space::horizontal(),
                parts::faint(with("without.seen", &[("born", &patient.birth_date.french()), ("read", &read)])),
            ];
            let line = container(line).padding([4, 8]).width(Fill);
            body = body.push(if index == self.chosen { line.style(theme::outlined) } else { line });
        }
        if let Some(said) = &self.said {
            body = body.push(parts::coloured(format!("✓ {said}"), |c| c.good));
        }
        if !self.found.is_empty() {
            body = body
                .push(parts::key_action("F4", t("without.wait")))
                .push(parts::key_action("F5", t("without.remote")))
                .push(parts::key_action("F6", t("without.degraded")));
        }
        body.into()
    }
}

impl State {
    pub(super) fn without(&mut self, office: &Office, signed_in: Option<&SignedIn>, event: Event) -> Action {
        let lane = office.workstation();
        let told = |event| Message::Without(event);
        let patient = self.search.found.get(self.search.chosen).map(|patient| patient.id);
        match event {
            Event::Typed(name) => {
                self.search.name.clone_from(&name);
                self.search.said = None;
                if is_meant(&name) {
                    // A code is nobody's name.
                    self.search.found.clear();
                    return Action::None;
                }
                let Some(person) = signed_in.cloned() else { return Action::None };
                let asked = name.clone();
                let found = ask(&lane, move |ws| ws.known_patients(&asked, &person));
                Action::Run(found.map(move |answer| told(Event::Found(name.clone(), answer))))
            }
            Event::Found(name, Ok(found)) if name == self.search.name => {
                (self.search.found, self.search.chosen) = (found, 0);
                Action::None
            }
            Event::Found(_, Ok(_)) => Action::None,
            Event::Found(_, Err(report)) | Event::Waits(Err(report)) => {
                self.search.busy = false;
                self.notice = Some(report);
                Action::None
            }
            Event::Move(forward) => {
                let last = self.search.found.len().saturating_sub(1);
                let at = self.search.chosen;
                self.search.chosen = if forward { (at + 1).min(last) } else { at.saturating_sub(1) };
                Action::None
            }
            Event::Wait => {
                let person = signed_in.cloned().filter(|_| !self.search.busy);
                let (Some(patient), Some(person)) = (patient, person) else { return Action::None };
                self.search.busy = true;
                let waits = ask(&lane, move |ws| {
                    let reading = ws.reading_of_patient(patient, &person)?;
                    ws.receive_without_card(&reading, None, &person)
                });
                Action::Run(waits.map(move |answer| told(Event::Waits(answer))))
            }
            Event::Waits(Ok(passage)) => {
                self.search = Search {
                    said: Some(with("without.waits", &[("passage", &passage.to_string())])),
                    ..Search::default()
                };
                Action::None
            }
            Event::Bill(mode) => {
                let person = signed_in.cloned().filter(|_| !self.search.busy);
                let (Some(patient), Some(person)) = (patient, person) else { return Action::None };
                self.search.busy = true;
                let opened = ask(&lane, move |ws| {
                    let reading = ws.reading_of_patient(patient, &person)?;
                    Ok(Draft::without_card(reading, Proof::DernierPassage, mode, ws.now())?)
                });
                Action::Run(opened.map(move |answer| told(Event::Opened(Box::new(answer)))))
            }
            Event::Opened(answer) => match *answer {
                Ok(mut draft) if self.draft.is_none() => {
                    self.leave();
                    draft.ask_about_ald();
                    self.draft = Some(self.resumed(draft));
                    let task = self.cover_changed(office, signed_in);
                    Action::Run(Task::batch([task, self.propose(office, signed_in), self.focus()]))
                }
                Ok(_) => Action::None,
                Err(report) => {
                    self.search.busy = false;
                    self.notice = Some(report);
                    Action::None
                }
            },
        }
    }
}
