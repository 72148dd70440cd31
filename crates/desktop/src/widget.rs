//! The widgets of the house.

pub mod focus;
pub mod parts;
pub mod pin;
pub mod rows;
pub mod stripes;
