//! Cards: the channel to a card, the dialogue (APDU, status words, TLV) and the applications CPS and Vitale.
//! Not a rule of billing and not a card: `core` says what a reading is worth, `cardsim` answers like a card.
//! Bytes and orders are those of the public record: ISO 7816-4, ANS Cryptolib, OpenSC and published card traces.

pub mod apcv;
pub mod apdu;
pub mod atr;
pub mod channel;
pub mod cps;
pub mod error;
pub mod exchange;
pub mod file;
pub mod pcsc;
#[cfg(test)]
mod replay;
pub mod sim;
pub mod status;
pub mod tlv;
pub mod vitale;

pub use atr::identify;
pub use channel::{CardChannel, ChannelError, Protocol};
pub use error::CardError;
pub use status::StatusWord;
