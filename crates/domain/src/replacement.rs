//! A replacement: who replaces whom, on which days and hours, in which of the replaced doctor's billing situations and on
//! what terms. Prepared and sealed by the replaced doctor: what is sealed never changes.
//! Not who may sign what (`core::guard`) and not its money (`core::statement`). Rule: the CPAM's presentation of 2016, "Les
//! solutions pratiques de l'Assurance Maladie pour votre remplacement"; CSS R161-52; reference formats 2.6.

mod calendar;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{BillingNumber, Rpps};
use crate::money::Rate;
use crate::professional::{BillingSituation, CardHolder};
use crate::secret::Private;

pub use calendar::{Calendar, CalendarFault, Outside, Slot, Weekdays};

/// What the card of the replaced doctor said when the session was prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memorised {
    /// Who holds it.
    pub holder: CardHolder,
    /// Serial number of the card.
    pub serial: String,
    /// When it was read.
    pub read_at: Instant,
    /// The situations in which the locum bills, one at least, all of the same billing number.
    pub situations: Vec<BillingSituation>,
}

/// The locum, as the replaced doctor named them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedLocum {
    /// The billing identifier of a locum (fields 11 and 12 of group 2), key included.
    pub billing: BillingNumber,
    /// National number, where it was read from a card.
    pub rpps: Option<Rpps>,
    /// Family name, where known.
    pub family_name: Private,
    /// Given name, where known.
    pub given_name: Private,
}

/// What the share of the locum is counted on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareBase {
    /// What was billed.
    #[default]
    Billed,
    /// What has come in.
    Received,
}

/// The kinds of fees that a contract tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// At the practice.
    Office,
    /// Visits.
    Visits,
    /// Regulated duty (permanence des soins, SAS).
    Duty,
    /// Kilometres: outside the share, the locum's.
    Travel,
}

impl FeeKind {
    /// All, in reading order.
    pub const ALL: [Self; 4] = [Self::Office, Self::Visits, Self::Duty, Self::Travel];

    /// The word in JSON and CSV.
    pub fn word(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Visits => "visits",
            Self::Duty => "duty",
            Self::Travel => "travel",
        }
    }
}

/// What the two agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Counted on what.
    pub base: ShareBase,
    /// The locum's share of fees at the practice.
    pub office: Rate,
    /// Of visits.
    pub visits: Rate,
    /// Of regulated duty.
    pub duty: Rate,
}

impl Terms {
    /// The locum's share of a kind of fees. Kilometres are paid to whoever drove.
    pub fn share(&self, kind: FeeKind) -> Rate {
        match kind {
            FeeKind::Office => self.office,
            FeeKind::Visits => self.visits,
            FeeKind::Duty => self.duty,
            FeeKind::Travel => Rate(10_000),
        }
    }
}

/// All that a replaced doctor seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacementSession {
    /// Version of this shape.
    pub v: u32,
    /// Its number in this workstation.
    pub number: u32,
    /// The doctor who is replaced.
    pub replaced: Memorised,
    /// The locum.
    pub locum: NamedLocum,
    /// When.
    pub calendar: Calendar,
    /// Whether the locum comes again: what a single replacement memorised is offered to be erased.
    pub recurring: bool,
    /// Whether the locum may use the mailbox of the télétransmission for the session.
    pub mailbox: bool,
    /// What the two agreed on.
    pub terms: Terms,
}

impl ReplacementSession {
    /// The shape written today.
    pub const VERSION: u32 = 1;

    /// The billing number that is paid.
    pub fn billing(&self) -> Option<&BillingNumber> {
        self.replaced.situations.first().map(|situation| &situation.billing_number)
    }

    /// The memorised situation of that number on the card.
    pub fn situation(&self, number: u8) -> Option<&BillingSituation> {
        self.replaced.situations.iter().find(|situation| situation.number == number)
    }
}

/// How far a session came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Numbered, not sealed yet: it serves for nothing.
    Ouverte,
    /// Sealed by the replaced doctor.
    Preparee,
    /// The replaced doctor took the practice back before its end: the locum makes no new FSE.
    Suspendue,
    /// Closed by the replaced doctor.
    Close,
    /// Closed, and all that was memorised for it erased.
    Effacee,
}

impl SessionState {
    /// All, in the order of a session's life.
    pub const ALL: [Self; 5] = [Self::Ouverte, Self::Preparee, Self::Suspendue, Self::Close, Self::Effacee];

    /// The word on disk and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ouverte => "ouverte",
            Self::Preparee => "preparee",
            Self::Suspendue => "suspendue",
            Self::Close => "close",
            Self::Effacee => "effacee",
        }
    }

    /// The word on screen, of a session (feminine).
    pub fn label(self) -> &'static str {
        match self {
            Self::Ouverte => "non scellée",
            Self::Preparee => "préparée",
            Self::Suspendue => "suspendue",
            Self::Close => "close",
            Self::Effacee => "effacée",
        }
    }

    /// From the word on disk.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the locum may still sign and send acts dated inside it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Preparee | Self::Suspendue)
    }
}
