//! Who does something and when: handed to every operation that changes the store, and written in its journal entry.
//! Not an authorisation (crate `core`). The time is the injected clock's, never the system's.

use liasse_domain::Instant;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A billing number, the serial number of a card, or `systeme`: never a name.
    pub who: String,
    /// As what: `titulaire`, `remplacant`, `secretariat`, `systeme`…
    pub role: String,
}

/// Who acts, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
}
