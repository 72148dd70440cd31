//! The answer to reset: nothing is said to a card that is none of ours.

use liasse_cards::cps::Cps;
use liasse_cards::vitale::Vitale;
use liasse_cards::{CardChannel, CardError, ChannelError, identify};
use liasse_domain::CardKind;

use super::job::{listened, told};

/// Any bytes as an ATR.
pub fn atr(bytes: &[u8]) {
    let kind = identify(bytes);
    // What marks a card of the CPS family takes eight bytes, a Vitale shows all of its nine or ten.
    assert!(kind == CardKind::Unknown || bytes.len() >= 8, "{kind:?} by {} bytes", bytes.len());
    let (channel, heard) = listened(Dead(bytes.to_vec()));
    refused(kind, Cps::open(channel).err(), heard.apdus(), &[CardKind::Cps3, CardKind::Cps4, CardKind::Cpe]);
    let (channel, heard) = listened(Dead(bytes.to_vec()));
    // Opening a Vitale says nothing yet.
    let opened = Vitale::open(channel);
    assert_eq!(heard.apdus(), 0);
    refused(kind, opened.err(), 0, &[CardKind::Vitale2, CardKind::Apcv]);
}

/// A card of another kind is named and not talked to.
fn refused(kind: CardKind, error: Option<CardError>, apdus: u32, ours: &[CardKind]) {
    if let Some(error) = &error {
        told(error);
    }
    if !ours.contains(&kind) {
        assert_eq!(error, Some(CardError::NotThatCard { kind }));
        assert_eq!(apdus, 0, "a command to a card of another kind");
    }
}

/// A card that shows its ATR and never answers.
struct Dead(Vec<u8>);

impl CardChannel for Dead {
    fn atr(&self) -> &[u8] {
        &self.0
    }

    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, ChannelError> {
        Err(ChannelError::Mute)
    }
}
