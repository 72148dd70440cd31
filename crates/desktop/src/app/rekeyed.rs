//! The change of the data key from the open desk: the desk goes, its practice closes, and what opens again is a new desk at which
//! nobody is signed in. Nothing closes beneath a gesture that is under way.

use std::sync::Arc;

use iced::Task;
use liasse_core::office::OfficeError;
use liasse_domain::Coded;

use super::before::Before;
use super::dialogs::Dialog;
use super::{App, Desk, Message, Phase, before};
use crate::screen::rekey;

impl Desk {
    /// Whether something is under way that does not end with the desk.
    fn is_at_work(&self) -> bool {
        let writes = self.export.is_writing() || self.reglages.is_at_work() || self.journal.is_verifying();
        let posts = self.evening_runs || self.lots.is_busy() || self.facturer.is_in_the_middle();
        let signs = self.to_sign.is_at_work() || self.reception.is_at_work() || self.remplacements.is_at_work();
        // A gesture aside that holds the practice would keep it open.
        writes || posts || signs || self.closing.is_some() || Arc::strong_count(&self.office) > 1
    }
}

impl App {
    /// The dialog has a passphrase that opens the data: closes the practice and changes its key.
    pub(super) fn rekey(&mut self) -> Task<Message> {
        let Phase::Open(desk) = &mut self.phase else { return Task::none() };
        let at_work = desk.is_at_work();
        let Some(Dialog::Keys(dialog)) = &mut desk.dialog else { return Task::none() };
        if at_work {
            dialog.refuse(OfficeError::AtWork.report());
            return Task::none();
        }
        let Some(passphrase) = dialog.given() else { return Task::none() };
        let nothing = Phase::Welcome { opening: false, failed: None };
        let Phase::Open(desk) = std::mem::replace(&mut self.phase, nothing) else { return Task::none() };
        // Of the desk only this stays: the practice is the screen's alone.
        let Desk { office, signed_in, means, .. } = *desk;
        let (screen, changed) = rekey::State::begin(office, passphrase, signed_in, means);
        self.show(Before::Rekey(screen), changed.map(before::Message::Rekey))
    }
}
