//! Turns acts into priced, explained lines, from dated tables: `price(tables, input)` gives an `Invoice` or says why not.
//! Pure: no file, no clock, no network; tables other than the embedded ones are handed in as bytes.
//! Rules and figures come from the NGAP and the code de la sécurité sociale, as `docs/pricing.md` cites them.

mod case;
mod charge;
mod decimal;
mod heavy;
mod input;
mod price;
mod reimburse;
mod rules;
mod tables;

pub use charge::overrun_on;
pub use decimal::Hundredths;
pub use input::{
    Act, CarePath, Cover, Entry, FullRate, Input, InputError, Nature, Overrun, Past, Patient, Place, Practitioner, Prescriber,
    Prescription, Qualifier, Right, Sector, Terrain, ThirdParty, TimeOfDay, Tooth, Zone,
};
pub use price::{PriceError, price};
pub use tables::{CodeKind, Confidence, FILES, Labels, TableError, Tables};
