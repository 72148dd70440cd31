//! Long lists: how each is sorted and filtered, and all of it written out as CSV. The store sorts what may be half a million;
//! what is loaded whole, a day or what is watched, is sorted here. Who sees which is each list's own module's.

mod cells;
mod payments;
pub(crate) mod spreadsheet;
mod written;

use std::cmp::Reverse;

use chrono::NaiveDate;
pub use liasse_store::{Choice, DebtOnly, DebtSort, Listing, Only, Sort};

pub use payments::{PaidOnly, PaidSort, PaymentsPage};
pub(crate) use written::clear_unfinished;
pub use written::{Export, Progress};

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::journal::EntryAsk;
use crate::ledger::{Document, shown_to};
use crate::radar::{Category, WatchOnly, WatchSort};
use crate::recettes::{DayOnly, DaySort};
use crate::workstation::Workstation;

/// A list, as it is sorted and filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Lots et envois: the documents of a practitioner.
    Documents(Listing),
    /// Paiements et rejets.
    Payments(Listing<PaidSort, PaidOnly>),
    /// Recettes: what patients owe.
    Unpaid(Listing<DebtSort, DebtOnly>),
    /// Recettes: what came in on a day.
    Receipts(NaiveDate, Listing<DaySort, DayOnly>),
    /// À surveiller: one category.
    Watched(Category, Listing<WatchSort, WatchOnly>),
    /// Patients: the documents of one of them.
    Patient(i64, Listing),
    /// The journal, of which everybody reads what is theirs.
    Journal(EntryAsk),
}

impl List {
    /// What somebody does who writes it. What staff watch and the history of a patient are written for them with nothing that is not
    /// theirs to see.
    fn deed(self) -> Deed {
        match self {
            Self::Documents(_) => Deed::Sendings,
            Self::Payments(_) => Deed::OwnMoney,
            Self::Unpaid(_) | Self::Receipts(..) => Deed::Receipts,
            Self::Watched(category, _) => category.deed(),
            Self::Patient(..) => Deed::History,
            Self::Journal(_) => Deed::ReadJournal,
        }
    }

    /// The name of its file, which tells nothing of a patient: of whom it is stands as their number here.
    fn file_name(self, today: NaiveDate) -> String {
        let name = match self {
            Self::Documents(_) => "documents".to_owned(),
            Self::Payments(_) => "paiements-et-rejets".to_owned(),
            Self::Unpaid(_) => "impayes".to_owned(),
            Self::Receipts(day, _) => return format!("recettes-{day}.csv"),
            Self::Watched(category, _) => format!("a-surveiller-{}", cells::word(&category).replace('_', "-")),
            Self::Patient(patient, _) => format!("historique-{patient}"),
            Self::Journal(_) => "journal".to_owned(),
        };
        format!("{name}-{today}.csv")
    }
}

impl Workstation {
    /// The documents that a list asks for: each sees their own, a locum those of the session; at most `limit`.
    pub fn listed(&self, who: &SignedIn, listing: Listing, limit: u32) -> Result<Vec<Document>, CoreError> {
        let found = self.store.listed(who.number_for(Deed::Ledger)?, who.session(), listing, limit)?;
        Ok(shown_to(who, self.documents(self.store.ledger_rows(&found)?)?))
    }
}

/// Sorts rows that are all loaded: the smallest key first, the largest where it is turned round; equal ones keep their order.
pub(crate) fn arranged<T, K: Ord>(rows: &mut [T], turned: bool, key: impl Fn(&T) -> K) {
    if turned {
        rows.sort_by_key(|row| Reverse(key(row)));
    } else {
        rows.sort_by_key(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_from_either_end_and_equal_ones_keep_their_order() {
        let mut rows = [(2, 'a'), (1, 'b'), (2, 'c'), (3, 'd')];
        arranged(&mut rows, false, |row| row.0);
        assert_eq!(rows, [(1, 'b'), (2, 'a'), (2, 'c'), (3, 'd')]);
        arranged(&mut rows, true, |row| row.0);
        assert_eq!(rows, [(3, 'd'), (2, 'a'), (2, 'c'), (1, 'b')]);
    }

    #[test]
    fn one_key_walks_through_every_choice_and_around() {
        let listing: Listing = Listing::default();
        let walked = (0..Sort::ALL.len()).fold(listing, |listing, _| listing.sorted_otherwise());
        assert_eq!(walked, listing);
        assert_eq!(listing.filtered_otherwise().only, Only::Unsent);
        assert!(listing.turned_round().turned && !listing.turned_round().turned_round().turned);
        let filtered = (0..PaidOnly::ALL.len()).fold(PaidOnly::All, |only, _| only.after());
        assert_eq!(filtered, PaidOnly::All);
    }

    #[test]
    fn files_are_named_by_the_list_and_the_day_and_by_nobody() {
        let today = "2026-01-15".parse().expect("a day");
        let day = "2026-01-14".parse().expect("a day");
        for (list, name) in [
            (List::Documents(Listing::default()), "documents-2026-01-15.csv"),
            (List::Payments(Listing::default()), "paiements-et-rejets-2026-01-15.csv"),
            (List::Receipts(day, Listing::default()), "recettes-2026-01-14.csv"),
            (List::Unpaid(Listing::default()), "impayes-2026-01-15.csv"),
            (List::Watched(Category::RecuNonPaye, Listing::default()), "a-surveiller-recu-non-paye-2026-01-15.csv"),
            (List::Patient(7, Listing::default()), "historique-7-2026-01-15.csv"),
            (List::Journal(EntryAsk::default()), "journal-2026-01-15.csv"),
        ] {
            assert_eq!(list.file_name(today), name);
        }
    }
}
