//! A list written out as CSV, a piece at a time: what is to be written is named at first, and read when its turn comes, so that
//! whoever asks is free between two pieces, and may stop. A file that was not finished goes away with its `Export`.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::iter::once;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::vec::IntoIter;

use liasse_store::{LineOnly, LineSort, Reader};

use super::cells;
use super::payments::{PaidOnly, PaidSort};
use super::{List, Listing, spreadsheet};
use crate::access::Deed;
use crate::data_dir::write_private;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::export::ExportError;
use crate::journal::{EntryAsk, Line};
use crate::radar::{Category, Row};
use crate::workstation::Workstation;

/// How many rows are read and written at a time.
const PIECE: usize = 1000;
/// How many entries of the journal are.
const ENTRIES: u32 = 1000;
/// How the name of a file ends that is not finished.
const UNFINISHED: &str = "partiel";
/// Every row of a day, of a patient, of what is open.
const ALL: u32 = u32::MAX;

/// A list that is being written.
pub struct Export {
    parts: VecDeque<Part>,
    written: usize,
    /// The file, until it is finished.
    file: Option<BufWriter<File>>,
    unfinished: PathBuf,
    path: PathBuf,
    decided: Arc<AtomicBool>,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many rows stand in the file, and there may be more.
    Written(usize),
    /// All of them.
    Finished {
        /// How many.
        rows: usize,
        /// The file.
        path: PathBuf,
    },
}

/// What is still to be written.
enum Part {
    /// Documents; of a patient for staff, without the money of the caisses.
    Documents { ids: IntoIter<i64>, patient_alone: bool },
    /// Rejected documents.
    Rejects(IntoIter<i64>),
    /// Lines of transfers.
    Lines(IntoIter<(i64, u32)>),
    /// What is watched, without its names.
    Watched(Category, IntoIter<Row>),
    /// Entries of the journal that somebody may read, after one of them; whether those were the last.
    Journal { reader: Reader, ask: EntryAsk, after: Option<u64>, over: bool },
    /// Rows of which there are never many.
    Ready(IntoIter<String>),
}

impl Workstation {
    /// Begins to write a list into a folder, as it is sorted and filtered; nobody writes what they may not see.
    ///
    /// # Errors
    /// What staff and a locum are told of what is a practitioner's.
    pub fn begin_csv(&self, who: &SignedIn, list: List, folder: &Path) -> Result<Export, CoreError> {
        self.begin_csv_named(who, list, folder, &list.file_name(self.clock.today()))
    }

    /// The same into a file of that name.
    pub fn begin_csv_named(&self, who: &SignedIn, list: List, folder: &Path, name: &str) -> Result<Export, CoreError> {
        who.may(list.deed())?;
        let parts = self.parts_of(who, list)?;
        Ok(Export::create(folder, name, cells::header(list), parts).map_err(ExportError::from)?)
    }

    /// Writes the next piece; once nothing is left, finishes the file.
    pub fn go_on(&self, export: &mut Export) -> Result<Progress, CoreError> {
        let Some(part) = export.parts.front_mut() else {
            return Ok(export.finish().map_err(ExportError::from)?);
        };
        let lines = self.next_lines(part)?;
        if part.is_over() {
            export.parts.pop_front();
        }
        export.write(&lines).map_err(ExportError::from)?;
        Ok(Progress::Written(export.written))
    }

    fn next_lines(&self, part: &mut Part) -> Result<Vec<String>, CoreError> {
        Ok(match part {
            Part::Documents { ids, patient_alone } => {
                let mut documents = self.documents(self.store.ledger_rows(&piece(ids))?)?;
                for document in documents.iter_mut().filter(|_| *patient_alone) {
                    document.leave_accounts_out();
                }
                documents.iter().map(cells::document).collect()
            }
            Part::Rejects(ids) => self.rejects_named(&piece(ids))?.iter().map(cells::reject).collect(),
            Part::Lines(names) => self.store.lines_named(&piece(names))?.iter().map(cells::transfer).collect(),
            Part::Watched(category, rows) => {
                let mut rows = piece(rows);
                self.name_patients(&mut rows)?;
                rows.iter().map(|row| cells::watched(*category, row)).collect()
            }
            Part::Journal { reader, ask, after, over } => {
                let entries = self.store.journal_page(reader, *ask, *after, ENTRIES)?;
                *over = u32::try_from(entries.len()).is_ok_and(|read| read < ENTRIES);
                *after = entries.last().map(|entry| entry.seq);
                entries.iter().map(|entry| Line::of(entry).csv()).collect()
            }
            Part::Ready(lines) => piece(lines),
        })
    }

    /// What is to be written beneath the words above.
    fn parts_of(&self, who: &SignedIn, list: List) -> Result<Vec<Part>, CoreError> {
        let ready = |lines: Vec<String>| vec![Part::Ready(lines.into_iter())];
        Ok(match list {
            List::Documents(listing) => {
                let ids = self.store.listed(&who.situation.billing_number, who.session(), listing, ALL)?;
                vec![Part::Documents { ids: ids.into_iter(), patient_alone: false }]
            }
            List::Patient(patient, listing) => {
                let ids = self.documents_of(who, patient, listing, ALL)?;
                let patient_alone = !who.sees_schemes();
                vec![Part::Documents { ids: ids.into_iter(), patient_alone }]
            }
            List::Payments(listing) => self.payment_parts(who, listing)?,
            List::Unpaid(listing) => {
                // What is open is little beside what was paid.
                let unpaid = self.unpaid_listed(who, listing, None)?;
                ready(unpaid.iter().map(cells::unpaid).collect())
            }
            List::Receipts(day, listing) => {
                let report = self.day_report(who, Some(day))?;
                ready(report.listed(listing).iter().map(|movement| cells::receipt(day, movement)).collect())
            }
            List::Watched(category, listing) => {
                let rows = self.all_watched(who, category, listing)?;
                vec![Part::Watched(category, rows.into_iter())]
            }
            List::Journal(ask) => {
                let reader = self.journal_reader(who)?;
                vec![Part::Journal { reader, ask, after: None, over: false }]
            }
        })
    }

    fn payment_parts(&self, who: &SignedIn, listing: Listing<PaidSort, PaidOnly>) -> Result<Vec<Part>, CoreError> {
        let billing = who.number_for(Deed::OwnMoney)?;
        let mut parts = Vec::new();
        if listing.only.has_rejects() {
            let awaiting = self.rejects_awaiting(billing)?;
            parts.push(Part::Rejects(self.reject_names(billing, awaiting, listing, None)?.into_iter()));
        }
        if let Some(lines) = listing.only.lines() {
            let sort = if listing.sort == PaidSort::Amount { LineSort::Amount } else { LineSort::Day };
            let asked: Listing<LineSort, LineOnly> = Listing { sort, turned: listing.turned, only: lines };
            parts.push(Part::Lines(self.store.line_names(billing, asked)?.into_iter()));
        }
        if listing.only.has_messages() {
            // They are few beside what moves money.
            let messages = self.notes_of(who, listing.turned, ALL)?;
            parts.push(Part::Ready(messages.iter().flat_map(cells::message).collect::<Vec<_>>().into_iter()));
        }
        Ok(parts)
    }
}

fn piece<T>(rest: &mut IntoIter<T>) -> Vec<T> {
    rest.by_ref().take(PIECE).collect()
}

impl Part {
    fn is_over(&self) -> bool {
        match self {
            Self::Documents { ids, .. } | Self::Rejects(ids) => ids.as_slice().is_empty(),
            Self::Lines(names) => names.as_slice().is_empty(),
            Self::Watched(_, rows) => rows.as_slice().is_empty(),
            Self::Journal { over, .. } => *over,
            Self::Ready(lines) => lines.as_slice().is_empty(),
        }
    }
}

impl Export {
    /// The file has another name until it is finished, and never that of one that is there: somebody may have written into that, and
    /// it may be another practitioner's.
    fn create(folder: &Path, name: &str, header: &str, parts: Vec<Part>) -> Result<Self, std::io::Error> {
        fs::create_dir_all(folder)?;
        let path = free(folder, name);
        let unfinished = path.with_extension(UNFINISHED);
        write_private(&unfinished, b"")?;
        let mut file = BufWriter::new(File::options().append(true).open(&unfinished)?);
        file.write_all(spreadsheet::MARK.as_bytes())?;
        file.write_all(header.as_bytes())?;
        file.write_all(b"\r\n")?;
        let decided = Arc::default();
        Ok(Self { parts: parts.into(), written: 0, file: Some(file), unfinished, path, decided })
    }

    /// The same with the word of whoever may give it up: the first to set it decides, the file, as it gets its name, or they, before.
    #[must_use]
    pub fn decided_by(mut self, decided: Arc<AtomicBool>) -> Self {
        self.decided = decided;
        self
    }

    fn write(&mut self, lines: &[String]) -> Result<(), std::io::Error> {
        if let Some(file) = &mut self.file {
            for line in lines {
                file.write_all(line.as_bytes())?;
            }
            self.written += lines.len();
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Progress, std::io::Error> {
        if let Some(mut file) = self.file.take() {
            let kept = file.flush().and_then(|()| file.get_ref().sync_all());
            let given_up = kept.is_ok() && self.decided.swap(true, Ordering::SeqCst);
            if given_up {
                // It goes away with this.
                self.file = Some(file);
                return Ok(Progress::Written(self.written));
            }
            if let Err(error) = kept.and_then(|()| fs::rename(&self.unfinished, &self.path)) {
                // It is still there to be taken away.
                self.file = Some(file);
                return Err(error);
            }
        }
        Ok(Progress::Finished { rows: self.written, path: self.path.clone() })
    }
}

/// That name in a folder; where a file bears it, with the first number that none has.
fn free(folder: &Path, name: &str) -> PathBuf {
    let stem = name.trim_end_matches(".csv");
    let numbered = (2_u32..).map(|number| format!("{stem}-{number}.csv"));
    let mut paths = once(name.to_owned()).chain(numbered).map(|name| folder.join(name));
    paths.find(|path| !path.exists()).unwrap_or_else(|| folder.join(name))
}

/// Takes away what a program that was cut off had begun to write; what cannot be taken away does no harm.
pub(crate) fn clear_unfinished(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == UNFINISHED)) {
        drop(fs::remove_file(path));
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // What it holds is nobody's any more: not written first.
            drop(file.into_parts());
            drop(fs::remove_file(&self.unfinished));
        }
    }
}
