//! The widgets of the house.

pub mod parts;
pub mod pin;
pub mod stripes;
