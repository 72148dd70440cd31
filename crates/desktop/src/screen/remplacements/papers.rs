//! The papers of a session, and its erasing: the handover sheet, the statement for both, what was memorised gone for good.
//! Files lie in `remplacements` of the data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use liasse_core::desk::SignedIn;
use liasse_core::export::ExportError;
use liasse_core::office::Office;
use liasse_core::{CoreError, papers, statement};

use super::{Action, Message, Shown, State};
use crate::ask::aside;
use crate::text::{t, with};

impl State {
    /// The handover sheet of the chosen session.
    pub(super) fn handover(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>) -> Action {
        let Some(session) = self.session().cloned() else { return Action::None };
        let folder = office.root().join("remplacements");
        self.gesture(office, signed_in, move |ws, person| {
            let today = liasse_domain::clock::paris(ws.now()).date();
            let pdf = papers::pdf(&papers::handover(&session, person.holder.test_card, today))?;
            let path = write(&folder, &format!("fiche-{}.pdf", session.sealed.number), &pdf)?;
            Ok(with("locum.handover_made", &[("file", &path.display().to_string())]))
        })
    }

    /// The statement of the chosen session, or of the locum's own: PDF and CSV, and sealed by the doctor's card for the locum.
    pub(super) fn statement(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>) -> Action {
        let Some(person) = signed_in.cloned().filter(|_| !self.busy) else { return Action::None };
        let number = match (&self.shown, person.session()) {
            (Shown::Day(..), Some(number)) => number,
            _ => match self.session() {
                Some(session) => session.sealed.number,
                None => return Action::None,
            },
        };
        self.dismiss();
        self.busy = true;
        let (lane, cards, folder) = (office.workstation(), office.cards(), office.root().join("remplacements"));
        let made = aside(move || {
            let who = person.clone();
            let drawn = lane.call(move |ws| ws.statement(number, &who))??;
            let pdf = papers::pdf(&papers::statement(&drawn, person.holder.test_card))?;
            let path = write(&folder, &format!("releve-{number}.pdf"), &pdf)?;
            write(&folder, &format!("releve-{number}.csv"), drawn.csv().as_bytes())?;
            if person.is_titulaire() {
                let sealed = statement::seal(&lane, &cards, number, &person)?;
                write(&folder, &format!("releve-{number}.json"), &sealed)?;
            }
            let values = [("due", &*drawn.due_cents.to_string()), ("file", &path.display().to_string())];
            Ok(with("locum.statement_made", &values))
        });
        Action::Run(made.map(Message::Done))
    }

    /// Erases what was memorised for the chosen session, once it is closed: asked for twice, and shown.
    pub(super) fn erase(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>) -> Action {
        let Some(number) = self.session().map(|one| one.sealed.number) else { return Action::None };
        if self.erase_again.take() != Some(number) {
            (self.notice, self.said) = (None, None);
            self.erase_again = Some(number);
            return Action::None;
        }
        let folder = office.root().to_path_buf();
        self.gesture(office, signed_in, move |ws, person| {
            let erased = ws.erase_session(number, &folder, person)?;
            let found: usize = erased.traces.iter().map(|trace| trace.before).sum();
            let left: usize = erased.traces.iter().map(|trace| trace.after).sum();
            let values =
                [("number", &*number.to_string()), ("before", &found.to_string()), ("after", &left.to_string())];
            let said = with("locum.erased", &values);
            Ok(if erased.is_clean() { said } else { format!("{said} {}", t("locum.not_clean")) })
        })
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, CoreError> {
    std::fs::create_dir_all(folder).map_err(ExportError::from)?;
    let path = folder.join(name);
    liasse_core::data_dir::write_private(&path, bytes).map_err(ExportError::from)?;
    Ok(path)
}
