//! What comes back from a caisse: acknowledgements, rejects of one FSE, payments, and words that move no money.
//! The layouts are `sim` (crate `formats`); these are their meanings.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{BillingNumber, FileIdentifier, FseRef};
use crate::money::Centimes;
use crate::organisme::Destination;
use crate::state::Payer;

/// A coded reason, with the caisse's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Code, where the caisse gives one of IRIS (`I0703`…) or of the simulated framing checks (`S…`).
    pub code: String,
    /// The caisse's label.
    pub label: String,
}

/// One return message, decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Return {
    /// ARL: about one whole file.
    Acknowledgement(Acknowledgement),
    /// Rejects of single FSE, the rest of the lot being processed.
    Rejections(Rejections),
    /// A payment.
    Payment(Payment),
    /// Remarks on single FSE: they are processed and paid all the same.
    Signalements(Signalements),
    /// A message to read.
    Service(Service),
}

/// ARL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The sender of the file, whose mailbox gets this.
    pub billing: BillingNumber,
    /// Who answers.
    pub from: Destination,
    /// Which file.
    pub file: FileIdentifier,
    /// When the caisse answered.
    pub on: NaiveDate,
    /// `None` is ARL+; a reason is ARL-.
    pub refused: Option<Reason>,
}

/// Rejects that name FSE of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejections {
    /// The sender of the file.
    pub billing: BillingNumber,
    /// Who answers.
    pub from: Destination,
    /// Which file.
    pub file: FileIdentifier,
    /// When the caisse answered.
    pub on: NaiveDate,
    /// Which FSE and why.
    pub fses: Vec<(FseRef, Reason)>,
}

/// A non-delivery notice (RFC 3464), about one mail: no caisse speaks but a post office, and nobody signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// Message-ID of the mail, without angle brackets, where the notice tells it.
    pub original: Option<String>,
    /// Given up, or still tried.
    pub action: Undelivery,
    /// Status of RFC 3463, such as `5.1.1`.
    pub status: String,
    /// What the server in the way said; may be empty.
    pub said: String,
}

/// What became of a mail that is not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undelivery {
    /// Nobody tries any more.
    Failed,
    /// The post office goes on trying.
    Delayed,
}

/// Remarks on FSE of one file, for the practitioner to know: no state and no money moves by them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signalements {
    /// The sender of the file.
    pub billing: BillingNumber,
    /// Who writes.
    pub from: Destination,
    /// Which file.
    pub file: FileIdentifier,
    /// When the caisse wrote.
    pub on: NaiveDate,
    /// Which FSE and what about it; at least one.
    pub fses: Vec<(FseRef, Reason)>,
}

/// A message in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Who is meant.
    pub billing: BillingNumber,
    /// Who writes.
    pub from: Destination,
    /// When the caisse wrote.
    pub on: NaiveDate,
    /// What it says; lines end in a line feed, the last one does not.
    pub text: String,
}

/// One line of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidLine {
    /// For which FSE.
    pub fse: FseRef,
    /// On whose behalf.
    pub payer: Payer,
    /// How much.
    pub amount: Centimes,
}

/// A payment to a practitioner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Who is paid.
    pub billing: BillingNumber,
    /// Who pays.
    pub from: Destination,
    /// The transfer's reference, unique for the payer.
    pub reference: String,
    /// The day of the transfer.
    pub on: NaiveDate,
    /// What it pays.
    pub lines: Vec<PaidLine>,
}

impl Payment {
    /// The sum of the lines.
    pub fn total(&self) -> Centimes {
        self.lines.iter().map(|line| line.amount).sum()
    }
}
