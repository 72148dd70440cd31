//! What the workstation trusts and where it sends: the roots, the CRL, each caisse's encryption certificate,
//! and the certificates whose signature makes a return believable. Data handed in, no look-up.

use std::collections::BTreeMap;

use liasse_domain::complementary::Convention;
use liasse_domain::{Code, Coded, Destination};
pub use liasse_formats::cms::Trust;

/// The certificates of the other side.
pub struct Directory {
    /// Roots and revocation list for cards and caisses.
    pub trust: Trust,
    /// The roots as PEM, for those who verify an export.
    pub chain_pem: String,
    /// Encryption certificate (DER) of each caisse that files are sent to.
    pub encryption: BTreeMap<Destination, Vec<u8>>,
    /// Encryption certificate (DER) of each concentrator, by its address in small letters.
    pub concentrators: BTreeMap<String, Vec<u8>>,
    /// Certificates (DER) that sign returns.
    pub returns: Vec<Vec<u8>>,
    /// Who manages the complementary part of which mutuelle, and where its DRE go.
    pub conventions: Vec<Convention>,
}

/// No certificate is known for a caisse or a concentrator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no encryption certificate for {recipient}")]
pub struct UnknownCaisse {
    /// Which caisse, or the concentrator's address.
    pub recipient: String,
}

impl Coded for UnknownCaisse {
    fn code(&self) -> Code {
        Code("road.caisse_inconnue")
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![("recipient", self.recipient.clone())]
    }
}

impl Directory {
    /// The encryption certificate of a caisse.
    pub fn encryption_certificate(&self, destination: &Destination) -> Result<&[u8], UnknownCaisse> {
        self.encryption
            .get(destination)
            .map(Vec::as_slice)
            .ok_or_else(|| UnknownCaisse { recipient: destination.to_string() })
    }

    /// The encryption certificate of the concentrator at an address. Addresses compare without case.
    pub fn concentrator_certificate(&self, address: &str) -> Result<&[u8], UnknownCaisse> {
        let known = self.concentrators.get(&address.to_ascii_lowercase()).map(Vec::as_slice);
        known.ok_or_else(|| UnknownCaisse { recipient: address.to_owned() })
    }
}
