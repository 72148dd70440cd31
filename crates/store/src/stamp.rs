//! Who does something, by which card and when: handed to every operation that changes the store, and written in its entry of the
//! journal. Not an authorisation (crate `core`). The time is the injected clock's, never the system's.

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
    /// The serial number of the card, where there was one and `actor` does not say it.
    pub card: Option<String>,
    /// The replacement session under which they act.
    pub session: Option<u32>,
}

impl Stamp {
    /// Somebody without a card and under no session.
    pub fn new(at: Instant, actor: Actor) -> Self {
        Self { at, actor, card: None, session: None }
    }
}
