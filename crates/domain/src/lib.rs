//! The vocabulary of Liasse: money, identifiers, people, claims, their states and the only moves allowed.
//! Pure: no I/O, no clock, no randomness; everything else depends on it and it depends on nothing of ours.
//! Rules come from the code de la sécurité sociale, the NGAP and the public record in `docs/conformity.md`.

pub mod birth_date;
pub mod calendar;
pub mod call;
pub mod catalogue;
pub mod clock;
pub mod complementary;
pub mod fse;
pub mod ids;
pub mod invoice;
pub mod lot;
pub mod money;
pub mod nir;
pub mod organisme;
pub mod passage;
pub mod patient;
pub mod professional;
pub mod reject;
pub mod replacement;
pub mod returns;
pub mod scan;
pub mod secret;
pub mod send;
pub mod settlement;
pub mod state;
pub mod texts;
mod words;

pub use birth_date::BirthDate;
pub use call::CallError;
pub use catalogue::{Code, Coded, Report};
pub use clock::{Clock, Instant};
pub use complementary::{DocumentKind, Management, MutuelleCard};
pub use fse::{Fse, FseContent, SecuringMode};
pub use ids::{BillingNumber, FileIdentifier, Finess, FseNumber, FseRef, LotNumber, Rpps};
pub use invoice::{Finding, Invoice, Level, PricedLine, Step};
pub use money::{Centimes, Rate};
pub use nir::Nir;
pub use organisme::{Destination, Organisme};
pub use passage::{PaperReason, PaperState, PassageState};
pub use patient::{Beneficiary, Rights, VitaleContent};
pub use professional::{BillingSituation, CardHolder, CardKind, CardType};
pub use replacement::ReplacementSession;
pub use scan::{ScanKind, ScanMedia, ScanState};
pub use secret::{Digits, Private};
pub use send::SendPhase;
pub use settlement::SettlementMode;
pub use state::{DocumentState, MoneyState, Payer, TransmissionState};
