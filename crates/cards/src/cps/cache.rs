//! What was read of the last cards, so that one put in again is known after a few looks: who holds it, its certificates, and
//! how it is asked for the rest. Not rights, counters, situations: those are read every time. In memory only. A card is known
//! again when its number, TokenInfo (what its issuer last changed) and the first block of each certificate are what they were.

use std::fmt;

use sha2::{Digest, Sha256};

use super::generation::Generation;
use super::pkcs15::CertificateFile;
use super::token::{self, TokenFile, TokenInfo};
use super::{Cps, CpsIdentity};
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file;

/// How many cards are kept: the people of one practice.
const CARDS: usize = 16;

/// The cards that were read, the last one last. Its owner keeps it as long as the program runs, or clears it.
#[derive(Default)]
pub struct Cache {
    cards: Vec<Known>,
}

/// People are in it: only their number is shown.
impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({} cards)", self.cards.len())
    }
}

impl Cache {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets every card.
    pub fn clear(&mut self) {
        self.cards.clear();
    }

    /// How many cards are known.
    pub fn len(&self) -> usize {
        self.cards.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }

    /// Keeps what the use of a card has shown of how it is asked, where that card is known.
    pub fn learn<S>(&mut self, cps: &Cps<S>) {
        let is_it = |known: &&mut Known| known.is(cps.generation, &cps.identity.serial);
        if let Some(known) = self.cards.iter_mut().find(is_it) {
            known.ways = cps.ways;
        }
    }

    pub(super) fn find(&self, generation: Generation, serial: &str) -> Option<&Known> {
        self.cards.iter().find(|known| known.is(generation, serial))
    }

    pub(super) fn forget(&mut self, generation: Generation, serial: &str) {
        self.cards.retain(|known| !known.is(generation, serial));
    }

    /// Keeps a card, the oldest one makes room.
    pub(super) fn keep(&mut self, known: Known) {
        self.forget(known.generation, &known.identity.serial);
        if self.cards.len() >= CARDS {
            self.cards.remove(0);
        }
        self.cards.push(known);
    }
}

/// How a card that was asked once is asked in fewer commands. Nothing of what it answers: that is read every time, and an
/// answer that does not fit is asked for as of a card that nobody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ways {
    /// How many tries its PIN has when none is spent.
    pub most_tries: Option<u8>,
    /// How long the object with its billing situations is.
    pub situations: Option<usize>,
}

/// A card as it was read, and how to look whether it still is the same.
pub(super) struct Known {
    generation: Generation,
    /// Who and which certificates.
    pub identity: CpsIdentity,
    /// What the card called itself.
    pub token: TokenInfo,
    /// How it is asked for the rest.
    pub ways: Ways,
    token_short: Option<u8>,
    token_length: u16,
    signature: Block,
    authentication: Block,
}

impl Known {
    /// `None` for a card that does not date itself, or whose TokenInfo does not fit into one look: it is read whole
    /// every time.
    pub fn new(
        generation: Generation,
        identity: &CpsIdentity,
        token: &TokenFile,
        signature: &CertificateFile,
        authentication: &CertificateFile,
    ) -> Option<Self> {
        token.info.last_update.as_ref()?;
        (1..=256).contains(&token.length).then(|| Self {
            generation,
            identity: identity.clone(),
            token: token.info.clone(),
            ways: Ways::default(),
            token_short: token.short,
            token_length: token.length,
            signature: Block::of(signature),
            authentication: Block::of(authentication),
        })
    }

    fn is(&self, generation: Generation, serial: &str) -> bool {
        self.generation == generation && self.identity.serial == serial
    }

    /// Looks at the card. TokenInfo lies beside the first certificate, whose selection has made their directory current:
    /// its short identifier is enough there.
    pub fn is_still(&self, card: &mut Exchange) -> Result<bool, CardError> {
        Ok(self.signature.is_still(card)?
            && self.says_the_same_of_itself(card)?
            && self.authentication.is_still(card)?)
    }

    fn says_the_same_of_itself(&self, card: &mut Exchange) -> Result<bool, CardError> {
        let seen = match self.token_short {
            Some(short) => file::peek_short(card, short, self.token_length)?,
            None => file::peek_path(card, &token::PATH, self.token_length)?,
        };
        Ok(seen.and_then(|content| token::parse(&content)).is_some_and(|now| now == self.token))
    }
}

/// The first block of a certificate's file: where, how long, and its SHA-256.
struct Block {
    path: Vec<u8>,
    length: u16,
    hash: [u8; 32],
}

impl Block {
    fn of(file: &CertificateFile) -> Self {
        let length = file.der.len().min(file::CHUNK);
        let block = file.der.get(..length).unwrap_or_default();
        Self {
            path: file.path.clone(),
            length: u16::try_from(length).unwrap_or(u16::MAX),
            hash: Sha256::digest(block).into(),
        }
    }

    fn is_still(&self, card: &mut Exchange) -> Result<bool, CardError> {
        let seen = file::peek_path(card, &self.path, self.length)?;
        Ok(seen.is_some_and(|block| <[u8; 32]>::from(Sha256::digest(block)) == self.hash))
    }
}

#[cfg(test)]
mod tests {
    use liasse_domain::{CardHolder, CardKind, CardType, Private};

    use super::*;

    fn known(serial: usize, last_update: Option<&str>) -> Option<Known> {
        let holder = CardHolder {
            card_type: CardType::Cps,
            test_card: true,
            rpps: None,
            civility: 22,
            family_name: Private::new("GRIS"),
            given_name: Private::new("Anne"),
        };
        let identity = CpsIdentity {
            serial: format!("{serial:08}"),
            holder,
            signature_certificate: Vec::new(),
            authentication_certificate: Vec::new(),
            kind: CardKind::Cps3,
        };
        let info = TokenInfo { last_update: last_update.map(str::to_owned), ..TokenInfo::default() };
        let file = || CertificateFile { path: vec![0x3F, 0x00], der: vec![0x30; 600] };
        let token = TokenFile { info, short: None, length: 184 };
        Known::new(Generation::Third, &identity, &token, &file(), &file())
    }

    #[test]
    fn the_oldest_card_makes_room_and_the_same_one_is_kept_once() {
        let mut cache = Cache::new();
        for serial in 0..=CARDS {
            cache.keep(known(serial, Some("20100316110000Z")).expect("a dated card"));
        }
        cache.keep(known(5, Some("20100316110000Z")).expect("a dated card"));
        assert_eq!(cache.len(), CARDS);
        assert!(cache.find(Generation::Third, "00000000").is_none());
        assert!(cache.find(Generation::Third, "00000005").is_some());
        assert!(cache.find(Generation::Fourth, "00000005").is_none(), "another card with that number");
        cache.forget(Generation::Third, "00000005");
        assert!(cache.find(Generation::Third, "00000005").is_none());
        assert!(!format!("{cache:?}").contains("GRIS"));
        cache.clear();
        assert!(cache.is_empty());
    }

    #[test]
    fn a_card_that_does_not_date_itself_is_not_kept() {
        assert!(known(1, None).is_none());
    }

    #[test]
    fn the_first_block_is_what_one_command_gives() {
        let block = Block::of(&CertificateFile { path: Vec::new(), der: vec![0x30; 600] });
        assert_eq!(usize::from(block.length), file::CHUNK);
        assert_eq!(block.hash, <[u8; 32]>::from(Sha256::digest([0x30; file::CHUNK])));
        assert_eq!(Block::of(&CertificateFile { path: Vec::new(), der: vec![0x30; 7] }).length, 7);
    }
}
