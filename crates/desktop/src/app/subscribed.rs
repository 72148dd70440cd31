//! What the window listens to: keys, its own closing, the cards, the clock.

use std::time::Duration;

use iced::keyboard::key::Named;
use iced::keyboard::{self, Key};
use iced::{Event, Subscription, event};

use super::{App, Message, Phase};
use crate::ask;

impl App {
    pub(super) fn subscription(&self) -> Subscription<Message> {
        let keys = event::listen_with(|event, status, _| match event {
            // A key that is held does its work once: only walking and erasing go on.
            Event::Keyboard(keyboard::Event::KeyPressed { key, modified_key, modifiers, repeat, .. }) => {
                // What the key writes: AZERTY has its digits on Shift, and `.` of the number pad is Suppr without Num Lock.
                // With Ctrl its cap counts.
                let key = if modifiers.control() { key } else { modified_key };
                let goes_on = matches!(key, Key::Named(Named::ArrowUp | Named::ArrowDown | Named::Backspace));
                (!repeat || goes_on).then_some(Message::Key(key, modifiers, status))
            }
            _ => None,
        });
        let closes = iced::window::close_requests().map(|_| Message::Close);
        match &self.phase {
            Phase::Welcome { .. } | Phase::Before(_) => Subscription::batch([keys, closes]),
            Phase::Open(desk) => {
                let changes = ask::card_changes(&desk.office.cards(), desk.office.clock());
                let changes = changes.map(|(snapshot, now)| Message::Cards(snapshot, now));
                let ticks = iced::time::every(Duration::from_secs(20)).map(|_| Message::Tick);
                let toast = desk.toast.subscription().map(Message::Toast);
                Subscription::batch([keys, closes, changes, ticks, desk.closing_cap(), toast, desk.absence()])
            }
        }
    }
}
