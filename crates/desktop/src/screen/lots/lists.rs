//! How the list of Lots et envois is sorted and filtered, in words, and what is printed of the chosen document. What may be seen
//! and printed is decided in `liasse_core`.

use std::sync::Arc;

use liasse_core::desk::SignedIn;
use liasse_core::lists::{Listing, Only, Sort};
use liasse_core::office::Office;

use super::{Action, Message, State};
use crate::ask::ask;
use crate::printed;
use crate::screen::listed;
use crate::text::t;

/// What is printed of the chosen document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The FSE again.
    Duplicate,
    /// Its lot.
    LotSheet,
    /// What happened to it, for an adviser on the telephone.
    Incident,
}

impl State {
    /// Somebody else is signed in: nothing of the last person's list stays, but what is unsent is everybody's.
    pub fn forget(&mut self) {
        if let Some(page) = &mut self.ledger {
            (page.billing, page.session, page.count) = (None, None, 0);
            page.documents.clear();
        }
        (self.listing, self.chosen, self.scrolled) = (Listing::default(), 0, super::Scrolled::default());
        (self.asked, self.wanted, self.gesture) = (super::Asked::default(), None, super::Gesture::None);
    }

    /// The list in another order or of other documents, from its top.
    pub(super) fn list_as(&mut self, office: &Office, signed_in: Option<&SignedIn>, listing: Listing) -> Action {
        self.listing = listing;
        (self.chosen, self.scrolled) = (0, super::Scrolled::default());
        Action::Run(self.reload(office, signed_in))
    }

    pub(super) fn write(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, what: Written) -> Action {
        let Some(person) = signed_in.cloned().filter(|_| self.busy.is_none()) else { return Action::None };
        let chosen = self.ledger.as_ref().and_then(|page| page.documents.get(self.chosen));
        let (fse, lot) = (chosen.map(|document| document.fse.clone()), chosen.and_then(|document| document.lot));
        let root = office.root().to_owned();
        self.begin(t("lots.writing"));
        let written = ask(&office.workstation(), move |ws| match (what, fse, lot) {
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

/// How a list of documents is sorted and filtered, in words.
pub fn listing_words(listing: Listing) -> String {
    let sort = match (listing.sort, listing.turned) {
        (Sort::Made, false) => t("lots.by_made"),
        (Sort::Made, true) => t("lots.by_made_turned"),
        (Sort::Day, false) => t("lots.by_day"),
        (Sort::Day, true) => t("lots.by_day_turned"),
        (Sort::Amount, false) => t("lots.by_amount"),
        (Sort::Amount, true) => t("lots.by_amount_turned"),
    };
    let filter = match listing.only {
        Only::All => None,
        Only::Unsent => Some(t("lots.only_unsent")),
        Only::Unanswered => Some(t("lots.only_unanswered")),
        Only::Rejected => Some(t("lots.only_rejected")),
    };
    listed::words(sort, filter)
}
