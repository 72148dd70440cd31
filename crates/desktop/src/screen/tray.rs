//! The card tray of the demo world: insert and pull; beside it the clock that moves, the faults and the lessons.

mod clock;
mod faults;
mod offered;
mod phone;

use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{button, column, container, row, scrollable, text};
use iced::{Element, Fill, FillPortion, Task};
use liasse_demo::fault::{Fault, Faults};
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_demo::{Office, Tray, world};
use liasse_domain::Coded;
use liasse_domain::Report;

use crate::screen::lessons;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::rows::{Choice, Scrolled, walked};

/// The height of a card: two lines of its purpose.
const ROW: f32 = 58.0;

/// The tray.
pub struct State {
    tray: Tray,
    cards: Vec<Card>,
    /// Whether the cards for reading stand behind the others.
    more: bool,
    chosen: usize,
    scrolled: Scrolled,
    notice: Option<Report>,
    clock: clock::Clock,
    faults: faults::Switches,
    offered: offered::Offered,
    phones: phone::Phones,
}

struct Card {
    name: String,
    purpose: String,
    professional: bool,
    pin: Option<String>,
}

impl Card {
    /// The card of that name, as the tray takes it.
    fn of(tray: &Tray, name: String) -> Option<Self> {
        let image = tray.image(&name).ok()?;
        Some(Self {
            name,
            purpose: image.purpose.clone(),
            professional: image.is_professional(),
            pin: image.pin().map(str::to_owned),
        })
    }
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let cards = vec![
        ("↑ ↓", t("help.choose")),
        ("Entrée", t("help.insert")),
        ("F7", t("help.insert_beside")),
        ("Suppr", t("help.pull")),
        ("C", t("help.more_cards")),
    ];
    [cards, phone::keys(), clock::keys(), faults::keys(), offered::keys()].concat()
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A row was clicked.
    Chosen(usize),
    /// The list was scrolled.
    Scrolled(Scrolled),
    /// Insert the chosen card.
    Insert,
    /// Insert the chosen card into the other reader: two professionals' cards side by side.
    InsertBeside,
    /// Pull the chosen card.
    Pull,
    /// Show the cards for reading too, or no more.
    More,
    /// Something of the clock.
    Clock(clock::Message),
    /// The clock moved, or not.
    DayChanged(Option<Report>),
    /// A fault is switched on or off.
    Fault(Fault),
    /// Something of the list of lessons.
    Offered(offered::Message),
    /// Something of the telephone that goes with the chosen card.
    Phone(phone::Message),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// The clock moved: everything with a date is to be looked at again.
    DayChanged,
    /// For the panel of lessons.
    Lesson(lessons::Message),
}

impl State {
    /// The tray with every card of the world, then those that were imported.
    pub fn new(tray: Tray) -> Self {
        let of_world = world::cards().iter().map(|(name, _)| (*name).to_owned());
        let cards = of_world.chain(tray.imported()).filter_map(|name| Card::of(&tray, name)).collect();
        let (clock, faults, offered) =
            (clock::Clock::default(), faults::Switches::default(), offered::Offered::default());
        Self {
            tray,
            cards,
            more: false,
            chosen: 0,
            scrolled: Scrolled::default(),
            notice: None,
            clock,
            faults,
            offered,
            phones: phone::Phones::default(),
        }
    }

    /// Looks which faults are on, as the tray comes to be seen: what happens once goes out by itself.
    pub fn look(&mut self, office: &Office) {
        self.faults.look(&Faults::of(office, &self.tray));
    }

    /// The cards for reading come behind the others, the first of them chosen, or go again.
    fn show_more(&mut self) {
        self.more = !self.more;
        let cases = world::cases();
        if self.more {
            self.chosen = self.cards.len();
            self.cards.extend(cases.filter_map(|name| Card::of(&self.tray, name.to_owned())));
        } else {
            let left = self.cards.len().saturating_sub(cases.count());
            self.cards.truncate(left);
        }
        self.chosen = self.chosen.min(self.cards.len().saturating_sub(1));
    }

    fn reader(&self, card: &Card) -> &'static str {
        if card.professional { CPS_READER } else { VITALE_READER }
    }

    /// The reader that holds a card.
    fn lies_in(&self, card: &Card) -> Option<&'static str> {
        let holds = |reader: &&'static str| self.tray.card_in(reader).as_deref() == Some(card.name.as_str());
        [CPS_READER, VITALE_READER].into_iter().find(holds)
    }

    /// Takes the message of this screen away, and the field of the clock.
    pub fn dismiss(&mut self) {
        self.notice = None;
        self.clock.close();
    }

    /// The row that the arrows chose.
    pub fn choice(&self) -> Option<Choice> {
        (!self.offered.is_focused()).then_some(Choice { row: self.chosen, height: ROW })
    }

    /// The message of a key pressed on this screen.
    pub fn key(&mut self, key: &Key) -> Option<Message> {
        let elsewhere = self.offered.key(key).map(Message::Offered);
        let elsewhere = elsewhere.or_else(|| clock::of_key(key).map(Message::Clock));
        let elsewhere = elsewhere.or_else(|| faults::of_key(key).map(Message::Fault));
        if elsewhere.is_some() || self.offered.is_focused() {
            return elsewhere;
        }
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Chosen((self.chosen + 1).min(self.cards.len() - 1))),
            Key::Named(Named::ArrowUp) => Some(Message::Chosen(self.chosen.saturating_sub(1))),
            Key::Named(Named::Enter) => Some(Message::Insert),
            Key::Named(Named::Delete | Named::Backspace) => Some(Message::Pull),
            Key::Named(Named::F7) => Some(Message::InsertBeside),
            Key::Character(letter) if letter.eq_ignore_ascii_case("c") => Some(Message::More),
            key => phone::of_key(key).map(Message::Phone),
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, message: Message) -> Action {
        self.look(office);
        match message {
            Message::Chosen(index) => {
                self.chosen = index;
                Action::None
            }
            Message::Scrolled(to) => {
                self.scrolled = to;
                Action::None
            }
            Message::Insert => {
                if let Some(card) = self.cards.get(self.chosen) {
                    let reader = self.reader(card);
                    self.notice = self.tray.insert(reader, &card.name).err().map(|error| error.report());
                }
                Action::None
            }
            Message::More => {
                self.show_more();
                Action::None
            }
            Message::InsertBeside => {
                if let Some(card) = self.cards.get(self.chosen) {
                    let reader = if card.professional { VITALE_READER } else { CPS_READER };
                    self.notice = self.tray.insert(reader, &card.name).err().map(|error| error.report());
                }
                Action::None
            }
            Message::Pull => {
                if let Some(card) = self.cards.get(self.chosen) {
                    self.tray.pull(self.lies_in(card).unwrap_or(self.reader(card)));
                }
                Action::None
            }
            Message::Clock(message) => match self.clock.update(message) {
                Ok(clock::Next::Go(forward)) => Action::Run(clock::go(office, forward).map(Message::DayChanged)),
                Ok(clock::Next::Run(task)) => Action::Run(task),
                Err(report) => {
                    self.notice = Some(report);
                    Action::None
                }
            },
            Message::Fault(fault) => {
                self.notice = self.faults.switch(&Faults::of(office, &self.tray), fault);
                Action::None
            }
            Message::Phone(message) => {
                let card = self.cards.get(self.chosen).map_or("", |card| card.name.as_str());
                match self.phones.update(office, &self.tray, card, message) {
                    Ok(task) => Action::Run(task),
                    Err(report) => {
                        self.notice = Some(report);
                        Action::None
                    }
                }
            }
            Message::Offered(message) => self.offered.update(message).map_or(Action::None, Action::Lesson),
            Message::DayChanged(notice) => {
                self.notice = notice;
                Action::DayChanged
            }
        }
    }

    /// The screen.
    pub fn view(&self) -> Element<'_, Message> {
        let line = |index: usize| -> Element<'_, Message> {
            let card = &self.cards[index];
            let inside = self.lies_in(card).is_some();
            let place = if inside { format!("✓ {}", t("tray.inserted")) } else { String::new() };
            let pin = card.pin.as_ref().map_or_else(String::new, |pin| with("tray.pin", &[("pin", pin)]));
            let line = row![
                text(&card.name).size(theme::BODY).font(theme::SEMIBOLD).width(150),
                text(&card.purpose).size(theme::NOTE).width(Fill),
                text(pin).size(theme::NOTE).width(120),
                text(place).size(theme::NOTE).width(80),
            ]
            .spacing(12)
            .align_y(iced::Center);
            let line = container(line).padding([2, 12]).height(ROW).align_y(iced::Center).width(Fill);
            let here = index == self.chosen && !self.offered.is_focused();
            let line = if here { line.style(theme::chosen) } else { line };
            button(line).padding(0).style(button::text).on_press(Message::Chosen(index)).width(Fill).into()
        };
        let mut body = column![
            row![parts::title(t("tray.title")), parts::faint(t("tray.explain"))].spacing(16).align_y(iced::Center),
            walked(self.scrolled, ROW, self.cards.len(), line, Message::Scrolled),
        ]
        .spacing(12);
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        body = body.push(
            row![
                parts::key_action("↑ ↓", t("tray.choose")),
                parts::key_action("Entrée", t("tray.insert")),
                parts::key_action("F7", t("tray.insert_beside")),
                parts::key_action("Suppr", t("tray.pull")),
                parts::key_action("C", if self.more { t("tray.fewer") } else { t("tray.more") }),
            ]
            .spacing(24),
        );
        let beside = column![
            self.phones.view(),
            self.clock.view(Message::Clock),
            self.faults.view(Message::Fault),
            self.offered.view(Message::Offered),
        ]
        .spacing(16);
        row![
            container(body).padding(16).width(FillPortion(2)).height(Fill).style(theme::panel),
            container(scrollable(container(beside).padding(iced::Padding::default().right(16))))
                .padding(16)
                .width(FillPortion(1))
                .height(Fill)
                .style(theme::panel),
        ]
        .spacing(8)
        .into()
    }
}
