//! Turns acts into priced, explained lines, from dated tables: `price(tables, input)` gives an `Invoice` or says why not.
//! Pure: no file, no clock, no network; tables other than the embedded ones are handed in as bytes.
//! Rules and figures come from the NGAP and the code de la sécurité sociale, as `docs/pricing.md` cites them.

mod case;
mod charge;
mod claim;
mod complete;
mod decimal;
mod diff;
mod heavy;
mod import;
mod input;
mod price;
mod reimburse;
mod rules;
mod tables;
mod typed;

pub use claim::{Claimed, Uncarried, claim, input_of};
pub use complete::Completion;
pub use decimal::Hundredths;
pub use diff::{Change, Difference, diff};
pub use import::{Imported, from_cnam};
pub use input::{
    Act, CarePath, Cover, Entry, FullRate, Input, InputError, Nature, Overrun, Past, Patient, Place, Practitioner,
    Prescriber, Prescription, Qualifier, Right, Sector, Terrain, ThirdParty, TimeOfDay, Tooth, Zone,
};
pub use price::{PriceError, price};
pub use tables::{CodeKind, Confidence, FILES, Labels, TableError, Tables};
pub use typed::{TypedError, last_word, type_acts};
