//! The list of Lots et envois sorted, filtered, written out as CSV, and what is printed of the chosen document. What may be seen
//! and printed is decided in `liasse_core`.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use liasse_core::desk::SignedIn;
use liasse_core::export::ExportError;
use liasse_core::lists::{Listing, Only, Sort};
use liasse_core::{CoreError, Workstation};
use liasse_demo::Office;

use super::{Action, Message, State};
use crate::ask::ask;
use crate::printed;
use crate::text::t;

/// What is written of the list or of the chosen document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The list as it is sorted and filtered, all of it.
    Csv,
    /// The FSE again.
    Duplicate,
    /// Its lot.
    LotSheet,
    /// What happened to it, for an adviser on the telephone.
    Incident,
}

impl State {
    /// The list in another order or of other documents, from its top.
    pub(super) fn list_as(&mut self, office: &Office, signed_in: Option<&SignedIn>, listing: Listing) -> Action {
        self.listing = listing;
        (self.chosen, self.scrolled) = (0, super::Scrolled::default());
        Action::Run(self.reload(office, signed_in))
    }

    pub(super) fn next_sort(&self) -> Listing {
        let sort = match self.listing.sort {
            Sort::Made => Sort::Day,
            Sort::Day => Sort::Amount,
            Sort::Amount => Sort::Made,
        };
        Listing { sort, ..self.listing }
    }

    pub(super) fn next_filter(&self) -> Listing {
        let only = match self.listing.only {
            Only::All => Only::Unsent,
            Only::Unsent => Only::Unanswered,
            Only::Unanswered => Only::Rejected,
            Only::Rejected => Only::All,
        };
        Listing { only, ..self.listing }
    }

    /// How the list is sorted and filtered, in words.
    pub(super) fn listing_words(&self) -> String {
        let sort = match (self.listing.sort, self.listing.turned) {
            (Sort::Made, false) => t("lots.by_made"),
            (Sort::Made, true) => t("lots.by_made_turned"),
            (Sort::Day, false) => t("lots.by_day"),
            (Sort::Day, true) => t("lots.by_day_turned"),
            (Sort::Amount, false) => t("lots.by_amount"),
            (Sort::Amount, true) => t("lots.by_amount_turned"),
        };
        match self.listing.only {
            Only::All => sort.to_owned(),
            Only::Unsent => format!("{} · {sort}", t("lots.only_unsent")),
            Only::Unanswered => format!("{} · {sort}", t("lots.only_unanswered")),
            Only::Rejected => format!("{} · {sort}", t("lots.only_rejected")),
        }
    }

    pub(super) fn write(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, what: Written) -> Action {
        let Some(person) = signed_in.cloned().filter(|_| self.busy.is_none()) else { return Action::None };
        let chosen = self.ledger.as_ref().and_then(|page| page.documents.get(self.chosen));
        let (fse, lot) = (chosen.map(|document| document.fse.clone()), chosen.and_then(|document| document.lot));
        let (root, listing) = (office.root().to_owned(), self.listing);
        self.begin(t("lots.writing"));
        let written = ask(&office.workstation(), move |ws| match (what, fse, lot) {
            (Written::Csv, ..) => csv(ws, &person, listing, &root.join("export")),
            (Written::Duplicate, Some(fse), _) => {
                let paper = ws.duplicate_of(&fse, &person)?;
                printed::pdf(&root.join("duplicata"), &format!("duplicata-{fse}.pdf"), &paper)
            }
            (Written::LotSheet, _, Some(lot)) => {
                let paper = ws.lot_sheet(lot, &person)?;
                printed::pdf(&root.join("bordereaux"), &format!("bordereau-{lot}.pdf"), &paper)
            }
            (Written::Incident, Some(fse), _) => {
                let paper = ws.incident_of(&fse, &person)?;
                printed::pdf(&root.join("incidents"), &format!("incident-{fse}.pdf"), &paper)
            }
            _ => Ok(t("lots.nothing_to_print").to_owned()),
        });
        Action::Run(written.map(Message::Wrote))
    }
}

/// Half a million rows pass through a buffer, never all at once through memory.
fn csv(ws: &Workstation, person: &SignedIn, listing: Listing, folder: &Path) -> Result<String, CoreError> {
    let day = liasse_domain::clock::paris(ws.now()).format("%Y-%m-%d").to_string();
    let path = printed::keep(folder, &format!("documents-{day}.csv"), b"")?;
    let mut file = BufWriter::new(File::create(&path).map_err(ExportError::from)?);
    ws.write_csv(person, listing, &mut file)?;
    file.into_inner().map_err(|error| ExportError::from(error.into_error()))?;
    Ok(printed::said(&path))
}
