//! A list written out as CSV, a piece at a time: what is to be written is named at first, and read when its turn comes, so that
//! whoever asks is free between two pieces, and may stop. A file that was not finished goes away with its `Export`.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

use liasse_domain::Payer;
use liasse_store::{LineOnly, LineSort};

use super::cells;
use super::payments::{PaidOnly, PaidSort};
use super::{List, Listing, spreadsheet};
use crate::data_dir::write_private;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::export::ExportError;
use crate::paper::PaperError;
use crate::radar::{Category, Row};
use crate::workstation::Workstation;

/// How many rows are read and written at a time.
const PIECE: usize = 1000;
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
    /// Rows of which there are never many.
    Ready(IntoIter<String>),
}

impl Workstation {
    /// Begins to write a list into a folder, as it is sorted and filtered; nobody writes what they may not see.
    ///
    /// # Errors
    /// [`PaperError::Accounts`] for staff, of what is a practitioner's; `ReplacementError::Accounts` for a locum.
    pub fn begin_csv(&self, who: &SignedIn, list: List, folder: &Path) -> Result<Export, CoreError> {
        if who.is_staff() && list.is_accounts() {
            return Err(PaperError::Accounts.into());
        }
        let (header, parts) = self.parts_of(who, list)?;
        let name = list.file_name(self.clock.today());
        Ok(Export::create(folder, &name, header, parts).map_err(ExportError::from)?)
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
                    document.money.retain(|money| money.payer == Payer::Patient);
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
            Part::Ready(lines) => piece(lines),
        })
    }

    /// What stands above, and what is to be written beneath.
    fn parts_of(&self, who: &SignedIn, list: List) -> Result<(&'static str, Vec<Part>), CoreError> {
        let ready = |lines: Vec<String>| vec![Part::Ready(lines.into_iter())];
        Ok(match list {
            List::Documents(listing) => {
                let ids = self.store.listed(&who.situation.billing_number, who.session(), listing, ALL)?;
                (cells::DOCUMENTS, vec![Part::Documents { ids: ids.into_iter(), patient_alone: false }])
            }
            List::Patient(patient, listing) => {
                let ids = self.documents_of(who, patient, listing, ALL)?;
                let patient_alone = who.is_staff();
                (cells::DOCUMENTS, vec![Part::Documents { ids: ids.into_iter(), patient_alone }])
            }
            List::Payments(listing) => (cells::PAYMENTS, self.payment_parts(who, listing)?),
            List::Unpaid(listing) => {
                // What is open is little beside what was paid.
                let unpaid = self.unpaid_listed(who, listing, None)?;
                (cells::UNPAID, ready(unpaid.iter().map(cells::unpaid).collect()))
            }
            List::Receipts(day, listing) => {
                let report = self.day_report(who, Some(day))?;
                let lines = report.listed(listing).iter().map(|movement| cells::receipt(day, movement)).collect();
                (cells::RECEIPTS, ready(lines))
            }
            List::Watched(category, listing) => {
                let rows = self.all_watched(who, category, listing)?;
                (cells::WATCHED, vec![Part::Watched(category, rows.into_iter())])
            }
        })
    }

    fn payment_parts(&self, who: &SignedIn, listing: Listing<PaidSort, PaidOnly>) -> Result<Vec<Part>, CoreError> {
        let billing = who.accounts()?;
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
            Self::Ready(lines) => lines.as_slice().is_empty(),
        }
    }
}

impl Export {
    /// The file has another name until it is finished: one of the same name that is there stays whole until then.
    fn create(folder: &Path, name: &str, header: &str, parts: Vec<Part>) -> Result<Self, std::io::Error> {
        fs::create_dir_all(folder)?;
        let (path, unfinished) = (folder.join(name), folder.join(format!("{name}.partiel")));
        write_private(&unfinished, b"")?;
        let mut file = BufWriter::new(File::options().append(true).open(&unfinished)?);
        file.write_all(spreadsheet::MARK.as_bytes())?;
        file.write_all(header.as_bytes())?;
        Ok(Self { parts: parts.into(), written: 0, file: Some(file), unfinished, path })
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
            if let Err(error) = kept.and_then(|()| fs::rename(&self.unfinished, &self.path)) {
                // It is still there to be taken away.
                self.file = Some(file);
                return Err(error);
            }
        }
        Ok(Progress::Finished { rows: self.written, path: self.path.clone() })
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
