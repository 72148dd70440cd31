//! How the window looks: theme and zoom, from the command line, from what was kept, or by a key; and the screens that show and
//! change it.

use iced::Task;
use liasse_core::settings::Appearance;

use super::{App, Desk, Message, Phase};
use crate::ask::ask;
use crate::screen::{diagnostic, reglages};

/// One step of the zoom, and its bounds, in percent.
const STEP: u16 = 10;
const LEAST: u16 = 100;
const MOST: u16 = 200;

/// What the command line asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// The dark theme.
    pub dark: bool,
    /// Zoom in percent.
    pub zoom: Option<u16>,
}

impl Asked {
    /// This, over what was kept, over what is usual.
    pub(super) fn over(self, kept: Appearance) -> (bool, u16) {
        (self.dark || kept.dark.unwrap_or(false), self.zoom.or(kept.zoom).unwrap_or(LEAST))
    }
}

/// The zoom after a key with Ctrl: `+`, `-`, and `0` for the usual size. AZERTY writes `+` on the key of `=`, and its upper row
/// gives digits only with the capitals.
pub(super) fn zoomed(letter: &str, zoom: u16) -> Option<u16> {
    match letter {
        "+" | "=" => Some(zoom.saturating_add(STEP).min(MOST)),
        "-" | "6" => Some(zoom.saturating_sub(STEP).max(LEAST)),
        "0" | "à" => Some(LEAST),
        _ => None,
    }
}

impl App {
    /// The window looks like this from now on; a choice made by a key is kept.
    pub(super) fn look(&mut self, dark: bool, zoom: u16, keep: bool) -> Task<Message> {
        (self.start.dark, self.start.zoom) = (dark, zoom);
        let Phase::Open(desk) = &mut self.phase else { return Task::none() };
        desk.look = (dark, zoom);
        desk.reglages.looks(dark, zoom);
        if !keep {
            return Task::none();
        }
        ask(&desk.office.workstation(), move |ws| {
            ws.set_setting("desk.dark", if dark { "oui" } else { "non" })?;
            ws.set_setting("desk.zoom", &zoom.to_string())
        })
        .map(Message::Kept)
    }
}

impl Desk {
    pub(super) fn show_reglages(&mut self) -> Task<Message> {
        self.reglages.looks(self.look.0, self.look.1);
        let read = self.reglages.reload(&self.office, self.signed_in.as_ref());
        Task::batch([read, self.reglages.focus()]).map(Message::Reglages)
    }

    pub(super) fn reglages(&mut self, message: reglages::Message) -> Task<Message> {
        match self.reglages.update(&self.office, self.signed_in.as_ref(), message) {
            reglages::Action::None => Task::none(),
            reglages::Action::Run(task) => task.map(Message::Reglages),
            reglages::Action::Rhythm(schedule, absence, task) => {
                self.schedule = schedule;
                self.idle.follows(absence);
                task.map(Message::Reglages)
            }
            reglages::Action::Keys(purpose) => self.ask_keys(purpose),
            reglages::Action::Appearance { dark, zoom, seconds } => {
                self.facturer.shows_seconds = seconds;
                Task::done(Message::Look(dark, zoom))
            }
        }
    }

    pub(super) fn diagnostic(&mut self, message: diagnostic::Message) -> Task<Message> {
        match self.diagnostic.update(&self.office, self.signed_in.as_ref(), message) {
            diagnostic::Action::None => Task::none(),
            diagnostic::Action::Run(task) => task.map(Message::Diagnostic),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zoom_walks_between_its_bounds() {
        assert_eq!((zoomed("+", 100), zoomed("=", 195)), (Some(110), Some(200)));
        assert_eq!((zoomed("-", 120), zoomed("-", 100)), (Some(110), Some(100)));
        assert_eq!((zoomed("0", 170), zoomed("à", 170), zoomed("k", 170)), (Some(100), Some(100), None));
    }

    #[test]
    fn the_command_line_wins_over_what_was_kept() {
        let kept = Appearance { dark: Some(true), zoom: Some(150), seconds: false };
        assert_eq!(Asked::default().over(kept), (true, 150));
        assert_eq!(Asked { dark: false, zoom: Some(120) }.over(kept), (true, 120));
        let none = Appearance { dark: None, zoom: None, seconds: false };
        assert_eq!(Asked { dark: true, zoom: None }.over(none), (true, 100));
    }
}
