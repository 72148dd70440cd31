//! The dialog « Jeux d'actes »: what is proposed for which patient, in which order, and changed by the practitioner.
//! What a set may hold and when it fits is decided in `liasse_core`.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, container, operation, row, text, text_input};
use iced::{Element, Fill, Task, widget};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{ActSet, Hours, Where};
use liasse_core::office::Office;
use liasse_domain::{Code, Report};

use crate::ask::ask;
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;

/// The fields: name, acts, from which age, below which age.
const FIELDS: [&str; 4] = ["jeu-nom", "jeu-actes", "jeu-des", "jeu-avant"];

/// The dialog.
pub struct State {
    sets: Vec<ActSet>,
    chosen: usize,
    fields: [String; 4],
    error: Option<Report>,
    said: Option<&'static str>,
    /// Not read yet, or being kept.
    busy: bool,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// The sets were read, or not.
    Loaded(Result<Vec<ActSet>, Report>),
    /// A field of the chosen set changed.
    Typed(usize, String),
    /// The next set, or the one before.
    Move(bool),
    /// The chosen set is proposed earlier.
    Earlier,
    /// A new set behind the chosen one.
    New,
    /// The chosen set goes.
    Remove,
    /// At the practice, on a visit, at a distance.
    NextPlace,
    /// At any hour, or on duty.
    NextHours,
    /// Keeps all of it.
    Keep,
    /// It is kept, or not.
    Kept(Result<(), Report>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// They are kept: what is proposed may be another set now.
    Kept,
}

impl State {
    /// The dialog, and the reading of the sets.
    pub fn open(office: &Office, signed_in: &SignedIn) -> (Self, Task<Message>) {
        let person = signed_in.clone();
        let read = ask(&office.workstation(), move |ws| ws.act_sets(&person)).map(Message::Loaded);
        let empty =
            Self { sets: Vec::new(), chosen: 0, fields: Default::default(), error: None, said: None, busy: true };
        (empty, Task::batch([read, operation::focus(widget::Id::new(FIELDS[0]))]))
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            Key::Named(Named::F4) => Some(Message::Earlier),
            Key::Named(Named::F5) => Some(Message::New),
            Key::Named(Named::F6) => Some(Message::NextPlace),
            Key::Named(Named::F7) => Some(Message::NextHours),
            Key::Named(Named::F8) => Some(Message::Remove),
            Key::Named(Named::F12) => Some(Message::Keep),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Office, signed_in: Option<&SignedIn>, message: Message) -> Action {
        self.said = None;
        match message {
            Message::Loaded(Ok(sets)) => {
                (self.sets, self.busy) = (sets, false);
                self.show(0);
            }
            Message::Loaded(Err(report)) => self.error = Some(report),
            Message::Typed(index, text) => {
                self.error = None;
                if let Some(field) = self.fields.get_mut(index) {
                    *field = text;
                }
            }
            Message::Move(forward) => {
                let last = self.sets.len().saturating_sub(1);
                let to = if forward { (self.chosen + 1).min(last) } else { self.chosen.saturating_sub(1) };
                if self.take_typed() {
                    self.show(to);
                }
            }
            Message::Earlier => {
                if self.take_typed() && self.chosen > 0 && self.chosen < self.sets.len() {
                    self.sets.swap(self.chosen, self.chosen - 1);
                    self.show(self.chosen - 1);
                }
            }
            Message::New => {
                if self.take_typed() {
                    let at = (self.chosen + 1).min(self.sets.len());
                    self.sets.insert(at, ActSet { name: t("sets.new").to_owned(), ..ActSet::default() });
                    self.show(at);
                    return Action::Run(operation::focus(widget::Id::new(FIELDS[0])));
                }
            }
            Message::Remove => {
                if self.chosen < self.sets.len() {
                    self.sets.remove(self.chosen);
                    self.show(self.chosen.min(self.sets.len().saturating_sub(1)));
                }
            }
            Message::NextPlace => self.change(|set| {
                set.place = match set.place {
                    Where::Cabinet => Where::Visite,
                    Where::Visite => Where::Distance,
                    Where::Distance => Where::Cabinet,
                };
            }),
            Message::NextHours => self.change(|set| {
                set.hours = if set.hours == Hours::Toutes { Hours::Garde } else { Hours::Toutes };
            }),
            Message::Keep => {
                let Some(person) = signed_in.cloned().filter(|_| !self.busy) else { return Action::None };
                if self.take_typed() {
                    self.busy = true;
                    let sets = self.sets.clone();
                    let kept = ask(&office.workstation(), move |ws| ws.keep_act_sets(&person, &sets));
                    return Action::Run(kept.map(Message::Kept));
                }
            }
            Message::Kept(answer) => {
                self.busy = false;
                match answer {
                    Ok(()) => {
                        self.said = Some(t("sets.kept"));
                        return Action::Kept;
                    }
                    Err(report) => self.error = Some(report),
                }
            }
        }
        Action::None
    }

    fn change(&mut self, change: impl FnOnce(&mut ActSet)) {
        if let Some(set) = self.sets.get_mut(self.chosen) {
            change(set);
        }
    }

    fn show(&mut self, index: usize) {
        self.chosen = index;
        let age = |age: Option<u8>| age.map_or_else(String::new, |age| age.to_string());
        self.fields = self.sets.get(index).map_or_else(Default::default, |set| {
            [set.name.clone(), set.acts.clone(), age(set.from_age), age(set.below_age)]
        });
    }

    /// Puts what is typed into the chosen set; `false` where an age is none.
    fn take_typed(&mut self) -> bool {
        let [name, acts, from, below] = self.fields.clone();
        let age = |text: &str| match text.trim() {
            "" => Ok(None),
            text => text.parse::<u8>().map(Some).map_err(|_| Report::new(Code("saisie.jeu_ages"), &[])),
        };
        match (age(&from), age(&below)) {
            (Ok(from_age), Ok(below_age)) => {
                self.change(|set| {
                    (set.name, set.acts) = (name.trim().to_owned(), acts.trim().to_owned());
                    (set.from_age, set.below_age) = (from_age, below_age);
                });
                true
            }
            (Err(report), _) | (_, Err(report)) => {
                self.error = Some(report);
                false
            }
        }
    }

    /// The dialog over a veil.
    pub fn view(&self) -> Element<'_, Message> {
        let mut list = column![].spacing(2);
        for (index, set) in self.sets.iter().enumerate() {
            let line = row![
                text(&set.name).size(theme::BODY).width(Fill),
                text(&set.acts).size(theme::BODY).font(theme::SEMIBOLD).width(140),
                parts::faint(context(set)),
            ]
            .spacing(12);
            let line = container(line).padding([4, 8]).width(Fill);
            list = list.push(if index == self.chosen { line.style(theme::outlined) } else { line });
        }
        let labels = [t("sets.name"), t("sets.acts"), t("sets.from_age"), t("sets.below_age")];
        let mut fields = row![].spacing(12);
        for (index, label) in labels.into_iter().enumerate() {
            let field = field(
                text_input("", &self.fields[index])
                    .id(FIELDS[index])
                    .on_input(move |text| Message::Typed(index, text))
                    .on_submit(Message::Keep),
            );
            let width = if index < 2 { Fill } else { iced::Length::Fixed(110.0) };
            fields = fields.push(column![text(label).size(theme::NOTE), field].spacing(4).width(width));
        }
        let mut body =
            column![parts::title(t("sets.title")), parts::faint(t("sets.explain")), list, fields].spacing(12);
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        if let Some(said) = self.said {
            body = body.push(parts::coloured(format!("✓ {said}"), |c| c.good));
        }
        let keys = row![
            parts::key_action("↑ ↓", t("sets.choose")),
            parts::key_action("F4", t("sets.earlier")),
            parts::key_action("F5", t("sets.add")),
            parts::key_action("F6", t("sets.place")),
            parts::key_action("F7", t("sets.hours")),
            parts::key_action("F8", t("sets.remove")),
            parts::key_action("F12", t("sets.keep")),
            parts::key_action("Échap", t("mutuelle.close")),
        ]
        .spacing(16);
        let dialog = container(body.push(keys.wrap())).width(860).padding(24).style(theme::panel);
        container(dialog).center(Fill).style(theme::veil).into()
    }
}

/// When a set is proposed, in words.
fn context(set: &ActSet) -> String {
    let place = match set.place {
        Where::Cabinet => t("sets.office"),
        Where::Visite => t("sets.visit"),
        Where::Distance => t("sets.remote"),
    };
    let mut words = place.to_owned();
    if let Some(age) = set.from_age {
        words += &with("sets.from", &[("age", &age.to_string())]);
    }
    if let Some(age) = set.below_age {
        words += &with("sets.below", &[("age", &age.to_string())]);
    }
    if set.hours == Hours::Garde {
        words += t("sets.on_duty");
    }
    words
}
