//! The card tray of the demo world: insert, pull, and « Avancer d'un jour ouvré ».

use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{button, column, container, row, scrollable, text};
use iced::{Element, Fill, Task};
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_demo::{Office, Tray, world};
use liasse_domain::Coded;
use liasse_domain::Report;

use crate::ask::ask;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// The tray.
pub struct State {
    tray: Tray,
    cards: Vec<Card>,
    chosen: usize,
    notice: Option<Report>,
}

struct Card {
    name: &'static str,
    purpose: String,
    professional: bool,
    pin: Option<String>,
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![
        ("↑ ↓", t("help.choose")),
        ("↵", t("help.insert")),
        ("F7", t("help.insert_beside")),
        ("Suppr", t("help.pull")),
        ("F6", t("help.day")),
    ]
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A row was clicked.
    Chosen(usize),
    /// Insert the chosen card.
    Insert,
    /// Insert the chosen card into the other reader: two professionals' cards side by side.
    InsertBeside,
    /// Pull the chosen card.
    Pull,
    /// Advance the clock by one working day.
    NextDay,
    /// The clock moved, or not.
    DayChanged(Option<Report>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// The clock moved: everything with a date is to be looked at again.
    DayChanged,
}

impl State {
    /// The tray with every card of the world.
    pub fn new(tray: Tray) -> Self {
        let cards = world::cards()
            .iter()
            .filter_map(|(name, _)| {
                let image = liasse_demo::tray::image(name).ok()?;
                Some(Card {
                    name,
                    purpose: image.purpose.clone(),
                    professional: image.is_professional(),
                    pin: image.pin().map(str::to_owned),
                })
            })
            .collect();
        Self { tray, cards, chosen: 0, notice: None }
    }

    fn reader(&self, card: &Card) -> &'static str {
        if card.professional { CPS_READER } else { VITALE_READER }
    }

    /// The reader that holds a card.
    fn lies_in(&self, card: &Card) -> Option<&'static str> {
        let holds = |reader: &&'static str| self.tray.card_in(reader).as_deref() == Some(card.name);
        [CPS_READER, VITALE_READER].into_iter().find(holds)
    }

    /// Takes the message of this screen away.
    pub fn dismiss(&mut self) {
        self.notice = None;
    }

    /// The message of a key pressed on this screen.
    pub fn key(&mut self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Chosen((self.chosen + 1).min(self.cards.len() - 1))),
            Key::Named(Named::ArrowUp) => Some(Message::Chosen(self.chosen.saturating_sub(1))),
            Key::Named(Named::Enter) => Some(Message::Insert),
            Key::Named(Named::Delete | Named::Backspace) => Some(Message::Pull),
            Key::Named(Named::F6) => Some(Message::NextDay),
            Key::Named(Named::F7) => Some(Message::InsertBeside),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, message: Message) -> Action {
        match message {
            Message::Chosen(index) => {
                self.chosen = index;
                Action::None
            }
            Message::Insert => {
                if let Some(card) = self.cards.get(self.chosen) {
                    let reader = self.reader(card);
                    self.notice = self.tray.insert(reader, card.name).err().map(|error| error.report());
                }
                Action::None
            }
            Message::InsertBeside => {
                if let Some(card) = self.cards.get(self.chosen) {
                    let reader = if card.professional { VITALE_READER } else { CPS_READER };
                    self.notice = self.tray.insert(reader, card.name).err().map(|error| error.report());
                }
                Action::None
            }
            Message::Pull => {
                if let Some(card) = self.cards.get(self.chosen) {
                    self.tray.pull(self.lies_in(card).unwrap_or(self.reader(card)));
                }
                Action::None
            }
            Message::NextDay => {
                let moving = Arc::clone(office);
                let moved = ask(&office.post(), move |_| {
                    let moved = moving.clock().advance_working_days(1);
                    moving.caisse_looks_at_the_clock();
                    Ok(moved.err().map(|error| error.report()))
                });
                Action::Run(moved.map(|answer| Message::DayChanged(answer.unwrap_or_else(Some))))
            }
            Message::DayChanged(notice) => {
                self.notice = notice;
                Action::DayChanged
            }
        }
    }

    /// The screen.
    pub fn view(&self) -> Element<'_, Message> {
        let rows = self.cards.iter().enumerate().map(|(index, card)| {
            let inside = self.lies_in(card).is_some();
            let place = if inside { format!("✓ {}", t("tray.inserted")) } else { String::new() };
            let pin = card.pin.as_ref().map_or_else(String::new, |pin| with("tray.pin", &[("pin", pin)]));
            let line = row![
                text(card.name).size(theme::BODY).font(theme::SEMIBOLD).width(180),
                text(&card.purpose).size(theme::NOTE).width(Fill),
                text(pin).size(theme::NOTE).width(130),
                text(place).size(theme::NOTE).width(120),
            ]
            .spacing(12)
            .align_y(iced::Center);
            let line = container(line).padding([4, 12]).width(Fill);
            let line = if index == self.chosen { line.style(theme::chosen) } else { line };
            button(line).padding(0).style(button::text).on_press(Message::Chosen(index)).width(Fill).into()
        });
        let mut body = column![
            row![parts::title(t("tray.title")), parts::faint(t("tray.explain"))].spacing(16).align_y(iced::Center),
            scrollable(column(rows).spacing(2)).height(Fill),
        ]
        .spacing(12);
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        body = body.push(
            row![
                parts::key_action("↑ ↓", t("tray.choose")),
                parts::key_action("↵", t("tray.insert")),
                parts::key_action("F7", t("tray.insert_beside")),
                parts::key_action("Suppr", t("tray.pull")),
                parts::key_action("F6", t("tray.next_day")),
            ]
            .spacing(24),
        );
        container(body).padding(16).width(Fill).height(Fill).style(theme::panel).into()
    }
}
