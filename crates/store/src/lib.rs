//! What a practice must not lose: claims, lots, money, the post's two boxes and the journal, in one encrypted file.
//! Not the rules of billing and not the bytes of a format: closures make bytes inside its transactions.
//! Rules: design/architecture, "Claims, lots and what must survive"; reference telecom-reliability 4.1 and 4.2.

mod cell;
mod change;
mod cheques;
mod claims;
mod claims_view;
mod config;
mod counter;
mod days;
mod demands;
mod document;
mod error;
mod inbox;
mod inbox_apply;
mod journal;
mod ledger;
mod lots;
mod lots_view;
mod matching;
mod money;
mod mutuelles;
mod open;
mod outbox;
mod patient;
mod query;
mod receipts;
mod schema;
mod stamp;
mod transmission;
mod verify;
mod verify_rows;
mod withheld;

pub use cheques::{Cheque, ChequeRow, DepositRow};
pub use claims::Made;
pub use claims_view::{FseFilter, FseRow};
pub use days::{DayRow, UnpaidRow};
pub use demands::DreStand;
pub use error::{Or, StoreError};
pub use inbox::{InboxKind, InboxRow, InboxStatus, RefusedFile, Taken};
pub use journal::JournalEntry;
pub use ledger::LedgerRow;
pub use liasse_domain::settlement::SettlementMode;
pub use lots::{Outgoing, SealedLot};
pub use lots_view::{LotRow, LotSummary};
pub use matching::PaidRow;
pub use money::MoneyRow;
pub use open::Store;
pub use outbox::{AttemptId, AttemptOutcome, AttemptRow, Awaiting, OutboxId, OutboxRow};
pub use receipts::{Part, ReceiptRow};
pub use schema::KNOWN_SCHEMA;
pub use stamp::{Actor, Stamp};
pub use verify::{JournalFault, JournalReport};
