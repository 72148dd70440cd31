//! Closing the window: a list on its way into a file ends first, files that wait are sent, and FSE that cannot leave without a
//! card are said. Closing again closes at once. What may leave is decided in `liasse_core::sending`; nothing here needs a card.

use std::time::Duration;

use iced::widget::{column, container, row, text};
use iced::{Element, Fill, Subscription, Task, window};
use liasse_core::schedule::Leaving;
use liasse_domain::Report;

use super::{Desk, Message};
use crate::ask::ask;
use crate::screen::lots;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// How long the window waits for the post. What is under way then ends or fails behind it, as it would in a crash.
const CAP: Duration = Duration::from_secs(60);

/// How far closing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// A gesture of Lots et envois is under way, or a list on its way into a file: it ends first.
    Waiting,
    /// What would stay behind is being counted.
    Counting,
    /// Files leave; so many FSE stay.
    Sending(usize),
    /// Something stays behind and was said: the next closing closes.
    Told(usize),
}

/// Closes the window at once. The program ends when its lanes have.
pub(super) fn quit() -> Task<Message> {
    window::latest().and_then(window::close).chain(iced::exit())
}

impl Desk {
    /// The window is to be closed.
    pub(super) fn close(&mut self) -> Task<Message> {
        if self.closing.is_some() {
            self.export.stop();
            return quit();
        }
        self.closing = Some(Closing::Waiting);
        self.go_on_closing()
    }

    /// The next step of closing, where a gesture has ended.
    pub(super) fn go_on_closing(&mut self) -> Task<Message> {
        match self.closing {
            Some(Closing::Waiting) if !self.lots.is_busy() && !self.export.is_writing() => {
                self.closing = Some(Closing::Counting);
                ask(&self.office.workstation(), |ws| ws.leaving()).map(Message::Leaving)
            }
            Some(Closing::Sending(0)) if !self.lots.is_busy() && self.lots.failure().is_none() => quit(),
            Some(Closing::Sending(fses)) if !self.lots.is_busy() => {
                self.closing = Some(Closing::Told(fses));
                Task::none()
            }
            _ => Task::none(),
        }
    }

    /// What would stay behind was counted.
    pub(super) fn leaving(&mut self, counted: Result<Leaving, Report>) -> Task<Message> {
        if self.closing != Some(Closing::Counting) {
            return Task::none();
        }
        match counted {
            Ok(Leaving { files: 0, fses: 0 }) | Err(_) => quit(),
            Ok(Leaving { files: 0, fses }) => {
                self.closing = Some(Closing::Told(fses));
                Task::none()
            }
            Ok(Leaving { fses, .. }) => {
                self.closing = Some(Closing::Sending(fses));
                self.update(Message::Lots(lots::Message::SendUnasked))
            }
        }
    }

    /// Closes whatever has not ended after [`CAP`].
    pub(super) fn closing_cap(&self) -> Subscription<Message> {
        match self.closing {
            None | Some(Closing::Told(_)) => Subscription::none(),
            // However long a list is, its end comes.
            Some(Closing::Waiting) if self.export.is_writing() => Subscription::none(),
            Some(_) => iced::time::every(CAP).map(|_| Message::Quit),
        }
    }

    /// The dialog over a veil.
    pub(super) fn closing_view(&self, closing: Closing) -> Element<'_, Message> {
        let mut body = column![].spacing(12);
        let (title, fses, quits) = match closing {
            Closing::Told(fses) => (t("closing.title"), fses, t("closing.quit")),
            Closing::Sending(fses) => (t("closing.sending"), fses, t("closing.quit_now")),
            Closing::Waiting | Closing::Counting => (t("closing.title"), 0, t("closing.quit_now")),
        };
        body = body.push(parts::title(title));
        if let (Closing::Told(_), Some(report)) = (closing, self.lots.failure()) {
            body = body.push(parts::report(report));
        }
        if closing == Closing::Waiting && self.export.is_writing() {
            body = body.push(text(t("closing.export")).size(theme::BODY));
        }
        if fses > 0 {
            body = body.push(text(with("closing.fses", &[("count", &fses.to_string())])).size(theme::BODY));
        }
        body = body
            .push(row![parts::key_action("Ctrl Q", quits), parts::key_action("Échap", t("closing.stay"))].spacing(24));
        let dialog = container(body).padding(24).max_width(560).style(theme::panel);
        container(dialog).center(Fill).style(theme::veil).into()
    }
}
