//! Nobody at the keyboard: the screen is hidden after a while, and the card stays signed in; after another while, where one is set,
//! the card asks for its code again. One clock for each, begun anew at every gesture: a desk that rests does nothing meanwhile.

use std::hash::Hash;
use std::time::{Duration, Instant as Stopwatch};

use iced::advanced::subscription::{self, EventStream, Hasher, Recipe};
use iced::futures::stream::BoxStream;
use iced::futures::{StreamExt, future};
use iced::widget::{column, container, text};
use iced::{Element, Event, Fill, Subscription, Task, mouse};
use liasse_core::settings::Absence;

use super::{Desk, Message as Root};
use crate::ask;
use crate::text::t;
use crate::theme;
use crate::widget::{parts, stripes};

/// A hand on the mouse is told so often, and no more: each word of it has the window drawn again.
const OFTEN: Duration = Duration::from_secs(15);

/// What the desk knows of it.
pub(super) struct Idle {
    absence: Absence,
    hidden: bool,
    /// Counts gestures: each begins the clocks anew.
    gestures: u64,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A hand on the mouse.
    Stirred,
    /// The screen is hidden.
    Hide,
    /// The card asks for its code again.
    Lock,
}

impl Idle {
    pub(super) fn new(absence: Absence) -> Self {
        Self { absence, hidden: false, gestures: 0 }
    }

    /// The settings changed.
    pub(super) fn follows(&mut self, absence: Absence) {
        self.absence = absence;
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// Somebody is there: the clocks begin anew.
    pub(super) fn stirs(&mut self) {
        self.gestures = self.gestures.wrapping_add(1);
    }
}

impl Desk {
    pub(super) fn idle(&mut self, message: Message) -> Task<Root> {
        match message {
            Message::Stirred => self.idle.stirs(),
            Message::Hide => self.idle.hidden = true,
            Message::Lock => return self.lock(),
        }
        Task::none()
    }

    /// A key shows the screen again, and does nothing else: whether it was hidden.
    pub(super) fn wakes(&mut self) -> bool {
        self.idle.stirs();
        std::mem::take(&mut self.idle.hidden)
    }

    /// The screen is shown again: a field lost the focus while it was not there.
    pub(super) fn comes_back(&mut self) -> Task<Root> {
        if self.pin.is_some() || self.dialog.is_some() { Task::none() } else { self.go(self.place) }
    }

    /// The card of who is signed in asks for its code again; the lane tells everybody.
    fn lock(&mut self) -> Task<Root> {
        let Some(reader) = self.signed_in.as_ref().map(|person| person.reader.clone()) else { return Task::none() };
        let locked = ask::ask(&self.office.cards(), move |cards| {
            cards.lock(&reader);
            Ok(cards.snapshot())
        });
        let now = self.now;
        locked.map(move |answer| match answer {
            Ok(snapshot) => Root::Cards(snapshot, now),
            Err(report) => Root::Kept(Err(report)),
        })
    }

    /// The clocks that run, and the mouse.
    pub(super) fn absence(&self) -> Subscription<Root> {
        let after = |limit: Option<Duration>, message: Message| match limit {
            Some(limit) => {
                let clock = iced::time::every(limit).with((self.idle.gestures, message == Message::Hide));
                clock.map(|((_, hide), _)| Root::Idle(if hide { Message::Hide } else { Message::Lock }))
            }
            None => Subscription::none(),
        };
        let hide = after(self.idle.absence.hide.filter(|_| !self.idle.hidden), Message::Hide);
        let lock = after(self.idle.absence.code.filter(|_| self.signed_in.is_some()), Message::Lock);
        let mouse = subscription::from_recipe(Mouse).map(Root::Idle);
        Subscription::batch([hide, lock, mouse])
    }

    /// What stands on the screen while nobody is there.
    pub(super) fn hidden_view(&self) -> Element<'_, Root> {
        let words = if self.signed_in.is_some() { t("idle.signed_in") } else { t("idle.nobody") };
        let body =
            column![parts::title(t("idle.title")), text(words).size(theme::BODY), parts::faint(t("idle.any_key")),]
                .spacing(12);
        let panel = container(container(body).padding(32).max_width(560).style(theme::panel)).center(Fill);
        match self.demo {
            Some(_) => column![stripes::demo_band(), panel].into(),
            None => panel.into(),
        }
    }
}

/// The mouse as a sign that somebody is there.
struct Mouse;

impl Recipe for Mouse {
    type Output = Message;

    fn hash(&self, state: &mut Hasher) {
        "souris".hash(state);
    }

    fn stream(self: Box<Self>, input: EventStream) -> BoxStream<'static, Message> {
        let mut told: Option<Stopwatch> = None;
        let stirred = move |event| {
            let now = is_of_mouse(&event).then(Stopwatch::now);
            future::ready(now.and_then(|now| stir(&mut told, now)))
        };
        input.filter_map(stirred).boxed()
    }
}

fn is_of_mouse(event: &subscription::Event) -> bool {
    match event {
        subscription::Event::Interaction { event: Event::Mouse(moved), .. } => *moved != mouse::Event::CursorLeft,
        subscription::Event::Interaction { event: Event::Touch(_), .. } => true,
        _ => false,
    }
}

/// Tells of a gesture, if none was told for a while.
fn stir(told: &mut Option<Stopwatch>, now: Stopwatch) -> Option<Message> {
    if told.is_some_and(|last| now.duration_since(last) < OFTEN) {
        return None;
    }
    *told = Some(now);
    Some(Message::Stirred)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_on_the_mouse_is_told_once_in_a_while() {
        let (mut told, start) = (None, Stopwatch::now());
        assert_eq!(stir(&mut told, start), Some(Message::Stirred));
        assert_eq!(stir(&mut told, start + OFTEN / 2), None);
        assert_eq!(stir(&mut told, start + OFTEN), Some(Message::Stirred));
    }

    #[test]
    fn a_gesture_begins_the_clocks_anew() {
        let mut idle = Idle::new(Absence { hide: Some(OFTEN), code: None });
        let before = idle.gestures;
        idle.stirs();
        assert_ne!(idle.gestures, before);
        assert!(!idle.is_hidden());
    }
}
