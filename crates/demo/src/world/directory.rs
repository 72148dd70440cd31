//! What the workstation of the demo world trusts and whom it writes to, from the embedded PKI and registers.
//! Not a choice at run time: one root, one CRL, one pair of certificates for all simulated caisses.
//! Shared design, architecture: "PKI" of `fixtures/world`.

use liasse_caisse::registers::{Mutuelle, Registers};
use liasse_core::directory::{Directory, Trust};
use liasse_domain::complementary::Convention;
use liasse_domain::patient::Period;
use liasse_domain::{Destination, Management};

use super::pki;

/// The certificates of the other side; `None` would be our bug, and a test excludes it.
pub fn directory() -> Option<Directory> {
    let trust = Trust::from_pem(pki::CHAIN_PEM).ok()?.with_crl_pem(pki::CRL_PEM).ok()?;
    let encryption = certificate(pki::CAISSE_ENCRYPTION_PEM)?;
    let Registers { caisses, concentrators, mutuelles, .. } = Registers::embedded().ok()?;
    let destinations = caisses.iter().map(|caisse| Destination::new(&caisse.regime, &caisse.caisse).ok());
    Some(Directory {
        trust,
        chain_pem: pki::CHAIN_PEM.to_owned(),
        encryption: destinations.map(|to| Some((to?, encryption.clone()))).collect::<Option<_>>()?,
        concentrators: concentrators.iter().map(|known| (known.address.clone(), encryption.clone())).collect(),
        returns: vec![certificate(pki::CAISSE_RETURNS_PEM)?],
        conventions: mutuelles.iter().flat_map(conventions).collect(),
    })
}

/// The conventions of an invented insurer.
fn conventions(mutuelle: &Mutuelle) -> impl Iterator<Item = Convention> {
    let intake = mutuelle.intake.as_deref().and_then(|code| Destination::new("99", code).ok());
    mutuelle.conventions.iter().map(move |agreement| Convention {
        number: mutuelle.number.clone(),
        kind: agreement.kind.clone(),
        name: mutuelle.name.clone(),
        management: agreement.management,
        route: intake.clone().filter(|_| agreement.management == Management::Separee),
        period: Period { from: None, until: None },
    })
}

fn certificate(pem: &str) -> Option<Vec<u8>> {
    der::pem::decode_vec(pem.as_bytes()).ok().map(|(_, der)| der)
}
