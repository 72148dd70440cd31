//! Opening a CPS: its number, then either a few looks at a card that is known, or everything that needs no PIN.
//! Not the situations. Of what is read every time only the counter of a known card, where it costs least.

use liasse_domain::CardKind;

use super::CpsIdentity;
use super::cache::{Cache, Known, Ways};
use super::generation::Generation;
use super::identity;
use super::pin;
use super::pkcs15;
use super::serial;
use super::token::{self, TokenInfo};
use crate::error::CardError;
use crate::exchange::Exchange;

/// What an opened card says of itself.
pub struct Opened {
    /// Who and which certificates.
    pub identity: CpsIdentity,
    /// What it calls itself.
    pub token: TokenInfo,
    /// How it is asked for the rest.
    pub ways: Ways,
    /// The tries of its PIN that are left, where they were asked for on the way.
    pub tries_left: Option<u8>,
}

/// Reads a card, or knows it again.
pub fn open(card: &mut Exchange, generation: Generation, cache: &mut Cache) -> Result<Opened, CardError> {
    let serial = find_serial(card, generation)?;
    if let Some(known) = cache.find(generation, &serial)
        && let Some(opened) = known_again(card, generation, known)?
    {
        return Ok(opened);
    }
    cache.forget(generation, &serial);
    read(card, generation, serial, cache)
}

/// A card that still is what it was. Its counter is asked first: its number was just read where the counter is asked, in the
/// master file.
fn known_again(card: &mut Exchange, generation: Generation, known: &Known) -> Result<Option<Opened>, CardError> {
    let ways = known.ways;
    let tries = ways.most_tries.map(|most| pin::tries(card, generation, Some(most))).transpose()?;
    let opened = || Opened {
        identity: known.identity.clone(),
        token: known.token.clone(),
        ways,
        tries_left: tries.map(|tries| tries.left),
    };
    Ok(known.is_still(card)?.then(opened))
}

/// A CPS3 stands at its master file after a reset, and its number says so itself. A CPS4 answers on a channel that a
/// selection opens.
fn find_serial(card: &mut Exchange, generation: Generation) -> Result<String, CardError> {
    if generation == Generation::Third
        && let Some(serial) = serial::look(card)?
    {
        return Ok(serial);
    }
    if !generation.enter(card)? {
        return Err(CardError::NotThatCard { kind: CardKind::Unknown });
    }
    match serial::look(card)? {
        Some(serial) => Ok(serial),
        None => serial::read(card),
    }
}

fn read(card: &mut Exchange, generation: Generation, serial: String, cache: &mut Cache) -> Result<Opened, CardError> {
    let directories = pkcs15::read_directories(card)?;
    let certificates = pkcs15::read_certificates(card, &directories)?;
    let token = token::read(card)?;
    let holder = identity::read_holder(card, &certificates.signature.der)?;
    let identity = CpsIdentity {
        serial,
        kind: generation.kind(holder.card_type),
        holder,
        signature_certificate: certificates.signature.der.clone(),
        authentication_certificate: certificates.authentication.der.clone(),
    };
    let (signature, authentication) = (&certificates.signature, &certificates.authentication);
    if let Some(known) = Known::new(generation, &identity, &token, signature, authentication) {
        cache.keep(known);
    }
    Ok(Opened { identity, token: token.info, ways: Ways::default(), tries_left: None })
}
