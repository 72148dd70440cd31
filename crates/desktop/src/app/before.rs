//! Before a practice is open: it is unlocked, made or restored, or its data key changes, each on a screen of its own, and one can always go back to the first
//! words. What a screen opens becomes the desk.

use iced::keyboard::Key;
use iced::{Element, Task};
use liasse_core::office::{self, Found};

use super::{App, Message as Root, Phase};
use crate::screen::{create, rekey, restore, unlock, welcome};

/// The screen that is shown.
pub(super) enum Before {
    Unlock(unlock::State),
    Create(create::State),
    Restore(restore::State),
    Rekey(rekey::State),
}

/// What happens on it.
#[derive(Clone, Debug)]
pub(super) enum Message {
    Unlock(unlock::Message),
    Create(create::Message),
    Restore(restore::Message),
    Rekey(rekey::Message),
}

impl Before {
    pub(super) fn key(&self, key: &Key) -> Option<Message> {
        match self {
            Self::Unlock(screen) => screen.key(key).map(Message::Unlock),
            Self::Create(screen) => screen.key(key).map(Message::Create),
            Self::Restore(screen) => screen.key(key).map(Message::Restore),
            Self::Rekey(screen) => screen.key(key).map(Message::Rekey),
        }
    }

    /// Whether the window does not close beneath it.
    pub(super) fn must_end(&self) -> bool {
        matches!(self, Self::Rekey(screen) if screen.is_copying())
    }

    pub(super) fn view(&self) -> Element<'_, Message> {
        match self {
            Self::Unlock(screen) => screen.view().map(Message::Unlock),
            Self::Create(screen) => screen.view().map(Message::Create),
            Self::Restore(screen) => screen.view().map(Message::Restore),
            Self::Rekey(screen) => screen.view().map(Message::Rekey),
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
            welcome::Message::Restore => self.restore(false),
        }
    }

    /// Opens the practice of this data directory.
    pub(super) fn unlock(&mut self) -> Task<Root> {
        let (screen, read) = unlock::State::open(&self.start.root, &self.start.means);
        self.show(Before::Unlock(screen), read.map(Message::Unlock))
    }

    /// Restores a backup; `over` data that do not read.
    fn restore(&mut self, over: bool) -> Task<Root> {
        let screen = restore::State::new(&self.start.root, over);
        let focus = screen.focus().map(Message::Restore);
        self.show(Before::Restore(screen), focus)
    }

    /// Shows a screen, and runs what it begins with.
    pub(super) fn show(&mut self, screen: Before, task: Task<Message>) -> Task<Root> {
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
                unlock::Action::Restore => self.restore(true),
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
                restore::Action::Leave => {
                    // Data that do not read are still there, or were set aside by a restore that did not end.
                    self.practice = matches!(office::look(&self.start.root), Ok(Found::Practice));
                    self.leave()
                }
            },
            (Before::Rekey(screen), Message::Rekey(message)) => match screen.update(message) {
                rekey::Action::None => Task::none(),
                rekey::Action::Run(task) => task.map(Message::Rekey).map(Root::Before),
                rekey::Action::Opened(opened) => self.opened(*opened),
                rekey::Action::Unlock => self.unlock(),
            },
            // An answer to a screen that was left: what it opened closes with it.
            _ => Task::none(),
        }
    }
}
