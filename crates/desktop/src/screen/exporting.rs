//! A list on its way into a file: one piece after the other, each asked for when the one before is there, so that the store is free
//! in between; how many rows are written, and Échap, which stops it. What may be written is decided in `liasse_core::lists`.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use iced::widget::{row, text};
use iced::{Element, Task};
use liasse_core::data_dir::EXPORT;
use liasse_core::desk::SignedIn;
use liasse_core::lists::{Export, List, Progress};
use liasse_core::office::Office;
use liasse_domain::Report;

use crate::ask::ask;
use crate::printed;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// What a lane and the window share of a file that is being written: without the window's part it is given up.
#[derive(Default)]
struct Shared {
    export: Mutex<Option<Export>>,
    /// Set by the first of two: the lane as it gives the file its name, or the window as it gives it up.
    decided: Arc<AtomicBool>,
}

/// The list that is being written, if one is.
#[derive(Default)]
pub struct State {
    /// Counts them: what an earlier one still answers is none of a later one's.
    begun: u64,
    writing: Option<Writing>,
}

struct Writing {
    export: Arc<Shared>,
    rows: usize,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Message {
    /// A piece of that one is in its file, or why not; nothing where it was given up before its turn came.
    Wrote(u64, Result<Option<Progress>, Report>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Say this in the corner.
    Said(String),
    /// Say why there is no file.
    Refused(Report),
}

impl State {
    /// Begins, where none is being written.
    pub fn begin(&mut self, office: &Office, person: &SignedIn, list: List) -> Task<Message> {
        if self.writing.is_some() {
            return Task::none();
        }
        self.begun += 1;
        let export = Arc::new(Shared::default());
        let (ours, person, folder) = (Arc::downgrade(&export), person.clone(), office.root().join(EXPORT));
        self.writing = Some(Writing { export, rows: 0 });
        let number = self.begun;
        let begun = ask(&office.workstation(), move |ws| {
            // Given up before its turn came: no file is made.
            let Some(ours) = ours.upgrade() else { return Ok(None) };
            let begun = ws.begin_csv(&person, list, &folder)?.decided_by(Arc::clone(&ours.decided));
            *ours.export.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
            Ok(Some(Progress::Written(0)))
        });
        begun.map(move |answer| Message::Wrote(number, answer))
    }

    /// Whether one is being written.
    pub fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    /// Stops: the unfinished file goes away, with the piece that is being written or now. Whether there was one; a file that gets its
    /// name meanwhile is finished, and said.
    pub fn stop(&mut self) -> bool {
        let given_up = |writing: &Writing| !writing.export.decided.swap(true, Ordering::SeqCst);
        let stopped = self.writing.as_ref().is_some_and(given_up);
        if stopped {
            self.writing = None;
        }
        stopped
    }

    /// Takes a message in.
    pub fn update(&mut self, office: &Office, message: Message) -> Action {
        let Message::Wrote(number, answer) = message;
        let Some(writing) = self.writing.as_mut().filter(|_| number == self.begun) else { return Action::None };
        match answer {
            Ok(Some(Progress::Written(rows))) => {
                writing.rows = rows;
                let next = go_on(office, Arc::downgrade(&writing.export));
                Action::Run(next.map(move |answer| Message::Wrote(number, answer)))
            }
            Ok(Some(Progress::Finished { rows, path })) => {
                self.writing = None;
                Action::Said(said(rows, &path))
            }
            Ok(None) => {
                self.writing = None;
                Action::None
            }
            Err(report) => {
                self.writing = None;
                Action::Refused(report)
            }
        }
    }

    /// How far it is, and the key that stops it.
    pub fn view<'a, M: 'a>(&self) -> Option<Element<'a, M>> {
        let writing = self.writing.as_ref()?;
        let words = with("export.rows", &[("count", &grouped(writing.rows))]);
        let line = row![text(words).size(theme::BODY), parts::key_action("Échap", t("export.stop"))];
        Some(line.spacing(24).align_y(iced::Center).into())
    }
}

fn go_on(office: &Office, ours: Weak<Shared>) -> Task<Result<Option<Progress>, Report>> {
    ask(&office.workstation(), move |ws| {
        let Some(ours) = ours.upgrade() else { return Ok(None) };
        let mut export = ours.export.lock().unwrap_or_else(PoisonError::into_inner);
        export.as_mut().map(|export| ws.go_on(export)).transpose()
    })
}

fn said(rows: usize, path: &Path) -> String {
    format!("{} {}", with("export.done", &[("count", &grouped(rows))]), printed::said(path))
}

/// `12 000`: groups of three, as amounts have them.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 12_000, 1_234_567].map(grouped), ["0", "999", "12\u{202f}000", "1\u{202f}234\u{202f}567"]);
    }
}
