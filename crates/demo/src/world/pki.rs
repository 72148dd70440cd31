//! The test PKI as the workstation of the demo world trusts it. Certificates and the CRL only: no key.
//! Generated into `fixtures/pki` from `fixtures/world/pki.toml`.

/// The root, in PEM.
pub const ROOT_PEM: &str = include_str!("../../../../fixtures/pki/root.pem");

/// The chain that verifies every signature of the demo world, in PEM: the root alone.
pub const CHAIN_PEM: &str = include_str!("../../../../fixtures/pki/chain.pem");

/// The revocation list of the root, in PEM.
pub const CRL_PEM: &str = include_str!("../../../../fixtures/pki/crl.pem");

/// The certificate for which files to the simulated caisses are enveloped, in PEM.
pub const CAISSE_ENCRYPTION_PEM: &str = include_str!("../../../../fixtures/pki/caisse-encryption.pem");

/// The certificate whose key signs the returns of the simulated caisses, in PEM.
pub const CAISSE_RETURNS_PEM: &str = include_str!("../../../../fixtures/pki/caisse-returns.pem");
