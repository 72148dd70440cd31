//! What the workstation of the demo world trusts and whom it writes to, from the embedded PKI and registers.
//! Not a choice at run time: one root, one CRL, one pair of certificates for all simulated caisses.
//! Shared design, architecture: "PKI" of `fixtures/world`.

use liasse_caisse::registers::Registers;
use liasse_core::directory::{Directory, Trust};
use liasse_domain::Destination;

use super::pki;

/// The certificates of the other side; `None` would be our bug, and a test excludes it.
pub fn directory() -> Option<Directory> {
    let trust = Trust::from_pem(pki::CHAIN_PEM).ok()?.with_crl_pem(pki::CRL_PEM).ok()?;
    let encryption = certificate(pki::CAISSE_ENCRYPTION_PEM)?;
    let caisses = Registers::embedded().ok()?.caisses;
    let destinations = caisses.iter().map(|caisse| Destination::new(&caisse.regime, &caisse.caisse).ok());
    Some(Directory {
        trust,
        chain_pem: pki::CHAIN_PEM.to_owned(),
        encryption: destinations.map(|to| Some((to?, encryption.clone()))).collect::<Option<_>>()?,
        returns: vec![certificate(pki::CAISSE_RETURNS_PEM)?],
    })
}

fn certificate(pem: &str) -> Option<Vec<u8>> {
    der::pem::decode_vec(pem.as_bytes()).ok().map(|(_, der)| der)
}
