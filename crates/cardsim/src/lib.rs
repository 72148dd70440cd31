//! Simulated cards: a CPS3, a CPS4 and a Vitale 2 that answer APDUs, in process or behind a real pcscd through vpcd.
//! Not real cards: what is not public stands in an encoding of our own (`liasse_cards::sim`); the keys are test keys.
//! Bytes are those of published card traces and of the ANS and OpenSC sources (reference cards, 1 and 2).

pub mod card;
mod channel;
mod command;
mod cps3;
mod cps4;
mod environment;
mod fault;
pub mod image;
mod phone;
mod secret;
mod tree;
mod vitale2;
pub mod vpcd;

pub use card::{Knobs, Reply, SimCard};
pub use channel::SimChannel;
pub use fault::{Fault, FaultError};
pub use image::{
    CardImage, Case, Content, CpsImage, ImageError, VIRTUAL_CARD_BYTES, VirtualCardError, VitaleImage, case_named,
    cases, image_from_path, image_named, vitale_with_borrowed_key,
};
pub use phone::{Fresh, Phone};
