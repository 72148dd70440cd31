//! The screens: each a module with `State`, `Message`, `Action`, `update` and `view`.

pub mod accident;
pub mod bandeau;
pub mod choose;
pub mod facturer;
pub mod help;
pub mod lots;
pub mod mutuelle;
pub mod paiements;
pub mod pin;
pub mod radar;
pub mod reception;
pub mod recettes;
pub mod remplacements;
pub mod sets;
pub mod to_sign;
pub mod tray;
pub mod welcome;
