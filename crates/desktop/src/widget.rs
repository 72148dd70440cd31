//! The widgets of the house.

pub mod apart;
pub mod dots;
pub mod drawing;
pub mod focus;
pub mod parts;
pub mod pin;
pub mod rows;
pub mod secret;
pub mod stripes;
