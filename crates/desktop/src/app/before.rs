//! Before a practice is open: it is unlocked, made or restored, each on a screen of its own, and one can always go back to the first
//! words. What a screen opens becomes the desk.

use std::path::PathBuf;

use iced::keyboard::Key;
use iced::{Element, Task};

use super::{App, Message as Root, Phase};
use crate::screen::{create, restore, unlock, welcome};

/// The screen that is shown.
pub(super) enum Before {
    Unlock(unlock::State),
    Create(create::State),
    Restore(restore::State),
}

/// What happens on it.
#[derive(Clone, Debug)]
pub(super) enum Message {
    Unlock(unlock::Message),
    Create(create::Message),
    Restore(restore::Message),
}

impl Before {
    pub(super) fn key(&self, key: &Key) -> Option<Message> {
        match self {
            Self::Unlock(screen) => screen.key(key).map(Message::Unlock),
            Self::Create(screen) => screen.key(key).map(Message::Create),
            Self::Restore(screen) => screen.key(key).map(Message::Restore),
        }
    }

    pub(super) fn view(&self) -> Element<'_, Message> {
        match self {
            Self::Unlock(screen) => screen.view().map(Message::Unlock),
            Self::Create(screen) => screen.view().map(Message::Create),
            Self::Restore(screen) => screen.view().map(Message::Restore),
        }
    }
}

impl App {
    /// What was chosen among the first words.
    pub(super) fn chosen(&mut self, message: &welcome::Message) -> Task<Root> {
        match message {
            welcome::Message::OpenDemo => self.open_demo(),
            welcome::Message::Unlock => self.unlock(),
            welcome::Message::Create => {
                let screen = create::State::new(&self.start.root, &self.start.means);
                self.show(Before::Create(screen), Task::none())
            }
            welcome::Message::Restore => self.restore(None),
        }
    }

    /// Opens the practice of this data directory.
    pub(super) fn unlock(&mut self) -> Task<Root> {
        let (screen, read) = unlock::State::open(&self.start.root, &self.start.means);
        self.show(Before::Unlock(screen), read.map(Message::Unlock))
    }

    fn restore(&mut self, aside: Option<PathBuf>) -> Task<Root> {
        let screen = restore::State::new(&self.start.root, aside);
        let focus = screen.focus().map(Message::Restore);
        self.show(Before::Restore(screen), focus)
    }

    fn show(&mut self, screen: Before, task: Task<Message>) -> Task<Root> {
        self.phase = Phase::Before(Box::new(screen));
        task.map(Root::Before)
    }

    fn leave(&mut self) -> Task<Root> {
        self.phase = Phase::Welcome { opening: false, failed: None };
        Task::none()
    }

    pub(super) fn before(&mut self, message: Message) -> Task<Root> {
        let Phase::Before(before) = &mut self.phase else { return Task::none() };
        match (before.as_mut(), message) {
            (Before::Unlock(screen), Message::Unlock(message)) => match screen.update(message) {
                unlock::Action::None => Task::none(),
                unlock::Action::Run(task) => task.map(Message::Unlock).map(Root::Before),
                unlock::Action::Opened(opened) => self.opened(*opened),
                unlock::Action::SetAside(path) => {
                    self.practice = false;
                    self.restore(Some(path))
                }
                unlock::Action::Leave => self.leave(),
            },
            (Before::Create(screen), Message::Create(message)) => match screen.update(message) {
                create::Action::None => Task::none(),
                create::Action::Run(task) => task.map(Message::Create).map(Root::Before),
                create::Action::Opened(opened) => self.opened(*opened),
                create::Action::Leave => self.leave(),
            },
            (Before::Restore(screen), Message::Restore(message)) => match screen.update(message) {
                restore::Action::None => Task::none(),
                restore::Action::Run(task) => task.map(Message::Restore).map(Root::Before),
                restore::Action::Restored => {
                    self.practice = true;
                    self.unlock()
                }
                restore::Action::Leave => self.leave(),
            },
            // An answer to a screen that was left: what it opened closes with it.
            _ => Task::none(),
        }
    }
}
