//! Erasing what is due, a piece at a time: each piece is a job of its own in the lane that has the data, and a change of its own in the
//! journal, so that the desk has its turn between two. Whoever asked may be gone by the next: each piece asks anew who may.
//! Not what is due (`standing`), nor the rows (`liasse_store`).

use std::collections::BTreeSet;
use std::path::Path;

use liasse_store::{EraseRule, RetentionRow, Stamp};

use super::{RetentionDone, Standing, Term};
use crate::access::Deed;
use crate::backup::Pace;
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::forgetting::{paper_of_sheet, papers_of_patient, remove_papers};
use crate::lane::Handle;
use crate::workstation::Workstation;

/// How many documents, sheets or files are erased at a time.
const PIECE: usize = 200;
/// How many patients are looked at at a time.
pub(super) const PEOPLE: u32 = 1000;

/// What somebody said before it. One word is not the other: a passphrase that is given because others have data here says nothing of a
/// date that nobody was shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sure {
    /// The passphrase of the directory was given for this.
    pub passphrase: bool,
    /// The computer's date is right, although it is far from the journal.
    pub clock: bool,
}

/// Who asked for it, and the day on which they did.
#[derive(Clone, Debug)]
pub struct Asked {
    pub(super) who: Option<SignedIn>,
    pub(super) confirmed: bool,
    term: Term,
}

/// What is erased next.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// Documents, after that row.
    Documents { after: i64 },
    /// Paper sheets that no FSE has.
    Sheets,
    /// Files that left for another post.
    Transfers,
    /// Patients of whom nothing is left to keep, after that row.
    Patients { after: i64 },
}

/// A piece that is erased.
struct Piece {
    done: RetentionDone,
    /// By what files of the data directory are named that were printed or written of it.
    papers: BTreeSet<String>,
    next: Option<Part>,
}

impl Piece {
    /// Nothing; that is next.
    fn then(next: Option<Part>) -> Self {
        Self { done: RetentionDone::default(), papers: BTreeSet::new(), next }
    }
}

/// Erases what is due in the practice of that lane, piece by piece: other jobs of the lane run between two. Papers of it in the data
/// directory, `folder`, go too, where their names say of what they are.
/// `step` is told after each piece what is erased so far, and may end it there; so does a right that ends meanwhile. What is erased by
/// then is told, and the rest stays due.
///
/// What is deleted leaves no trace in the file: it is overwritten, and the file is written anew at the end. That is one job, which
/// cannot be cut: the desk waits for it.
///
/// # Errors
/// Those of [`Deed::Retention`]; [`ClockAhead`](crate::soundness::ClockAhead) unless both words of [`Sure`] are given; what the disk says,
/// where nothing is erased.
pub fn apply(
    lane: &Handle<Workstation>,
    who: Option<&SignedIn>,
    sure: Sure,
    folder: &Path,
    step: &mut dyn FnMut(&RetentionDone) -> Pace,
) -> Result<RetentionDone, CoreError> {
    let who = who.cloned();
    let asked = lane.call(move |ws| ws.begin_retention(who.as_ref(), sure))??;
    let mut done = RetentionDone { v: 1, ..RetentionDone::default() };
    let mut next = Some(Part::Documents { after: 0 });
    while let Some(part) = next {
        let asked = asked.clone();
        let piece = match lane.call(move |ws| ws.erase_piece(&asked, part))? {
            // What is erased by then is told, and the file written anew; whoever asks again is told what the disk says.
            Err(_) if done.erased() > 0 => None,
            piece => piece?,
        };
        let Some(piece) = piece else {
            done.stopped = true;
            break;
        };
        done.add(&piece.done);
        done.files += remove_papers(folder, &piece.papers).len();
        next = piece.next;
        if step(&done) == Pace::Stop && next.is_some() {
            done.stopped = true;
            break;
        }
    }
    if done.erased() > 0 {
        // What is erased is erased and told: that the file is not written anew yet is no refusal.
        done.pages_left = lane.call(|ws| ws.store.rewrite())?.is_err();
    }
    Ok(done)
}

impl Asked {
    fn stamp(&self, ws: &Workstation) -> Stamp {
        self.who.as_ref().map_or_else(|| system_stamp(ws.now()), |who| who.stamp(ws.now()))
    }
}

impl Workstation {
    /// Begins to erase what is due; erases nothing yet.
    ///
    /// # Errors
    /// Those of [`Deed::Retention`]; [`ClockAhead`](crate::soundness::ClockAhead) unless both words of [`Sure`] are given.
    pub fn begin_retention(&mut self, who: Option<&SignedIn>, sure: Sure) -> Result<Asked, CoreError> {
        let asked = self.ask_retention(who, sure.passphrase)?;
        self.check_clock_to_erase(sure.passphrase && sure.clock)?;
        self.store.overwrite_deleted()?;
        Ok(asked)
    }

    /// Who asks, where they may.
    pub(super) fn ask_retention(&self, who: Option<&SignedIn>, confirmed: bool) -> Result<Asked, CoreError> {
        self.allow_confirmed(Deed::Retention, who, confirmed)?;
        Ok(Asked { who: who.cloned(), confirmed, term: self.retention_term()? })
    }

    /// By what is judged now. A clock that leaps meanwhile, or a shorter time that is set, makes nothing due that was not when it was
    /// asked.
    pub(super) fn term_of(&self, asked: &Asked) -> Result<Term, CoreError> {
        let now = self.retention_term()?;
        Ok(Term { years: now.years.max(asked.term.years), today: now.today.min(asked.term.today) })
    }

    /// Erases a piece; `None` where whoever asked may not any more.
    fn erase_piece(&mut self, asked: &Asked, part: Part) -> Result<Option<Piece>, CoreError> {
        match self.allow_confirmed(Deed::Retention, asked.who.as_ref(), asked.confirmed) {
            Ok(_) => {}
            Err(error @ CoreError::Store(_)) => return Err(error),
            Err(_) => return Ok(None),
        }
        let term = self.term_of(asked)?;
        let piece = match part {
            Part::Documents { after } => self.erase_old_documents(asked, term, after)?,
            Part::Sheets => self.erase_old_sheets(asked, term)?,
            Part::Transfers => self.erase_old_transfers(asked, term)?,
            Part::Patients { after } => self.erase_idle_patients(asked, term, after)?,
        };
        Ok(Some(piece))
    }

    fn erase_old_documents(&mut self, asked: &Asked, term: Term, after: i64) -> Result<Piece, CoreError> {
        let rows = self.store.retention_rows(term.limit(), after, u32::try_from(PIECE).unwrap_or(u32::MAX))?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(Piece::then(Some(Part::Sheets))) };
        let mut piece = Piece::then(Some(Part::Documents { after: last }));
        let due = self.due_among(&rows, term)?;
        for row in rows.iter().filter(|row| due.contains(&row.id)) {
            piece.papers.extend(self.papers_of_document(row.id, &row.name)?);
        }
        let stamp = asked.stamp(self);
        piece.done.documents = self.store.erase_documents(&stamp, EraseRule::Retention, &due)?;
        Ok(piece)
    }

    fn erase_old_sheets(&mut self, asked: &Asked, term: Term) -> Result<Piece, CoreError> {
        let mut due = self.due_sheets(term)?;
        due.truncate(PIECE);
        let mut piece = Piece::then(Some(if due.is_empty() { Part::Transfers } else { Part::Sheets }));
        let stamp = asked.stamp(self);
        piece.done.sheets = self.store.erase_sheets(&stamp, EraseRule::Retention, &due)?;
        piece.papers.extend(due.into_iter().map(paper_of_sheet));
        Ok(piece)
    }

    fn erase_old_transfers(&mut self, asked: &Asked, term: Term) -> Result<Piece, CoreError> {
        let mut due = self.store.transfers_before(term.transfers_before())?;
        due.truncate(PIECE);
        let next = if due.is_empty() { Part::Patients { after: 0 } } else { Part::Transfers };
        let mut piece = Piece::then(Some(next));
        let stamp = asked.stamp(self);
        piece.done.transfers = self.store.erase_transfers(&stamp, &due)?;
        Ok(piece)
    }

    fn erase_idle_patients(&mut self, asked: &Asked, term: Term, after: i64) -> Result<Piece, CoreError> {
        let seen = self.store.idle_patients(term.limit_at(), after, PEOPLE)?;
        let mut piece = Piece::then(seen.last().map(|(last, _)| Part::Patients { after: *last }));
        let idle: Vec<i64> = seen.into_iter().filter(|(_, idle)| *idle).map(|(patient, _)| patient).collect();
        let stamp = asked.stamp(self);
        piece.done.patients = self.store.erase_patients(&stamp, EraseRule::Retention, &idle)?;
        piece.papers.extend(idle.into_iter().flat_map(papers_of_patient));
        Ok(piece)
    }

    /// The rows of these that are due.
    fn due_among(&self, rows: &[RetentionRow], term: Term) -> Result<Vec<i64>, CoreError> {
        let mut due = Vec::new();
        for row in rows {
            if self.standing_of(row, term)? == Standing::Due {
                due.push(row.id);
            }
        }
        Ok(due)
    }

    /// Sheets that no FSE has, and that are due.
    pub(super) fn due_sheets(&self, term: Term) -> Result<Vec<i64>, CoreError> {
        let sheets = self.store.sheets_alone(None)?;
        Ok(sheets.iter().filter(|sheet| !sheet.open && sheet.last <= term.limit()).map(|sheet| sheet.id).collect())
    }
}
