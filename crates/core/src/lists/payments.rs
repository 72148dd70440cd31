//! Paiements et rejets as one list: rejects, then lines of transfers, then messages; sorted and filtered, each kind by the store.
//! Not the plain words of a reject (`returned`), and no gesture on a line (`recettes`).

use std::collections::HashSet;

use liasse_domain::{BillingNumber, Instant};
use liasse_store::{Choice, LineOnly, LineSort, Listing, OpenReject, PaidRow, RejectSort};

use super::arranged;
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::returned::{RejectedFse, Returned};
use crate::workstation::Workstation;

/// How many rejects and messages stand beside the lines of transfers, where all are asked for.
const BESIDE: u32 = 100;

/// By what they are sorted; the latest or the largest first, unless it is turned round. A message has no amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PaidSort {
    /// By their day.
    #[default]
    Day,
    /// By how much.
    Amount,
}

/// Which of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PaidOnly {
    /// All.
    #[default]
    All,
    /// Rejects.
    Rejects,
    /// Rejects that await somebody.
    Awaiting,
    /// Lines of transfers.
    Lines,
    /// Lines that no document has.
    Unmatched,
    /// Messages that move no money.
    Messages,
}

/// A page of them.
#[derive(Clone, Debug)]
pub struct PaymentsPage {
    /// Rejects: by day those that await a correction first, then the latest.
    pub rejects: Vec<RejectedFse>,
    /// How many there are through the filter; `None` where there are more than stand beside the lines, and nobody counted them.
    pub reject_count: Option<usize>,
    /// How many await somebody.
    pub awaiting: usize,
    /// Lines of transfers.
    pub lines: Vec<PaidRow>,
    /// How many there are through the filter; `None` where there are more than were asked for, and nobody counted them.
    pub line_count: Option<usize>,
    /// How many lines have no document.
    pub unmatched: usize,
    /// Messages.
    pub notes: Vec<Returned>,
    /// Whether there may be more messages than were looked for.
    pub more_notes: bool,
    /// How many messages nobody could read.
    pub unknown: usize,
    /// Until when the returns were read.
    pub returns_read_until: Option<Instant>,
}

impl Choice for PaidSort {
    const ALL: &'static [Self] = &[Self::Day, Self::Amount];
}

impl Choice for PaidOnly {
    const ALL: &'static [Self] =
        &[Self::All, Self::Rejects, Self::Awaiting, Self::Lines, Self::Unmatched, Self::Messages];
}

impl PaidOnly {
    pub(super) fn has_rejects(self) -> bool {
        matches!(self, Self::All | Self::Rejects | Self::Awaiting)
    }

    /// Which lines, where there are any.
    pub(super) fn lines(self) -> Option<LineOnly> {
        match self {
            Self::All | Self::Lines => Some(LineOnly::All),
            Self::Unmatched => Some(LineOnly::Unmatched),
            Self::Rejects | Self::Awaiting | Self::Messages => None,
        }
    }

    pub(super) fn has_messages(self) -> bool {
        matches!(self, Self::All | Self::Messages)
    }
}

impl Workstation {
    /// What a practitioner was paid and refused, as a list asks for it: at most `limit` of the kind that is asked for.
    pub fn payments_page(
        &self,
        who: &SignedIn,
        listing: Listing<PaidSort, PaidOnly>,
        limit: u32,
    ) -> Result<PaymentsPage, CoreError> {
        let billing = who.number_for(Deed::OwnMoney)?;
        let awaiting = self.rejects_awaiting(billing)?;
        let beside = if listing.only == PaidOnly::All { BESIDE.min(limit) } else { limit };
        let mut page = PaymentsPage {
            rejects: Vec::new(),
            reject_count: None,
            awaiting: awaiting.len(),
            lines: Vec::new(),
            line_count: None,
            unmatched: self.store.unmatched_count(billing)?,
            notes: Vec::new(),
            more_notes: false,
            unknown: self.store.unknown_returns()?,
            returns_read_until: self.store.returns_read_until()?,
        };
        if listing.only.has_rejects() {
            page.rejects = self.rejects_named(&self.reject_names(billing, awaiting, listing, Some(beside))?)?;
            page.reject_count = match listing.only {
                _ if page.rejects.len() < limit_of(beside) => Some(page.rejects.len()),
                PaidOnly::Awaiting => Some(page.awaiting),
                PaidOnly::Rejects => Some(self.store.reject_count(billing)?),
                // Counting them all would take longer than the page.
                _ => None,
            };
        }
        if let Some(only) = listing.only.lines() {
            let sort = if listing.sort == PaidSort::Amount { LineSort::Amount } else { LineSort::Day };
            let asked = Listing { sort, turned: listing.turned, only };
            page.lines = self.store.lines_listed(billing, asked, Some(limit))?;
            page.line_count = match listing.only {
                _ if page.lines.len() < limit_of(limit) => Some(page.lines.len()),
                PaidOnly::Unmatched => Some(page.unmatched),
                PaidOnly::Lines => Some(self.store.line_count(billing)?),
                _ => None,
            };
        }
        if listing.only.has_messages() {
            page.notes = self.notes_of(who, listing.turned, beside)?;
            // Those of others may be among the ones that were looked at.
            page.more_notes = self.store.note_count()? > limit_of(beside);
        }
        Ok(page)
    }

    /// The rejected documents that a list asks for; `awaiting` are those that await somebody, the latest first. By day those stand
    /// before the others.
    pub(super) fn reject_names(
        &self,
        billing: &BillingNumber,
        mut awaiting: Vec<OpenReject>,
        listing: Listing<PaidSort, PaidOnly>,
        limit: Option<u32>,
    ) -> Result<Vec<i64>, CoreError> {
        let most = limit.map(limit_of);
        let by_amount = listing.sort == PaidSort::Amount;
        if listing.only != PaidOnly::Awaiting && (by_amount || listing.turned) {
            awaiting.clear();
        }
        if listing.only == PaidOnly::Awaiting && by_amount {
            arranged(&mut awaiting, !listing.turned, |reject| reject.total);
        } else if listing.only == PaidOnly::Awaiting && listing.turned {
            awaiting.reverse();
        }
        let mut names: Vec<i64> = awaiting.iter().map(|reject| reject.document).collect();
        if listing.only != PaidOnly::Awaiting {
            let sort = if by_amount { RejectSort::Amount } else { RejectSort::Came };
            let first: HashSet<i64> = names.iter().copied().collect();
            let all = self.store.rejects_listed(billing, sort, listing.turned, most)?;
            names.extend(all.into_iter().filter(|document| !first.contains(document)));
        }
        names.truncate(most.unwrap_or(usize::MAX));
        Ok(names)
    }
}

fn limit_of(rows: u32) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}
