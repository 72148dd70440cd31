//! The screens: each a module with `State`, `Message`, `Action`, `update` and `view`.

pub mod accident;
pub mod aide;
pub mod bandeau;
pub mod choose;
pub mod diagnostic;
pub mod evening;
pub mod exporting;
pub mod facturer;
pub mod help;
pub mod lessons;
pub mod listed;
pub mod lots;
pub mod mutuelle;
pub mod paiements;
pub mod patients;
pub mod pin;
pub mod radar;
pub mod reception;
pub mod recettes;
pub mod reglages;
pub mod remplacements;
pub mod sets;
pub mod to_sign;
pub mod toast;
pub mod tray;
pub mod welcome;
