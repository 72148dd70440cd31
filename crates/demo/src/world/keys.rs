//! The RSA keys of the test PKI: made once, kept in `fixtures/pki/NAME.key.pem`, never made again.
//! Not secrets: they are published with the sources and protect invented claims of invented people.

use std::path::{Path, PathBuf};

use pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::RsaPrivateKey;

use super::WorldError;

/// Length of every key, as on a CPS3.
const BITS: usize = 2048;

/// The folder of the keys.
#[derive(Clone, Debug)]
pub struct Keys {
    directory: PathBuf,
    make_missing: bool,
}

impl Keys {
    /// Reads only: a missing key is an error.
    pub fn kept(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), make_missing: false }
    }

    /// Makes and keeps the keys that are missing.
    pub fn making(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), make_missing: true }
    }

    /// The key called `name`.
    pub fn key(&self, name: &str) -> Result<RsaPrivateKey, WorldError> {
        let path = self.directory.join(format!("{name}.key.pem"));
        if self.make_missing && !path.exists() {
            let key = RsaPrivateKey::new(&mut rand_core::OsRng, BITS).map_err(WorldError::pki)?;
            let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(WorldError::pki)?;
            std::fs::write(&path, pem.as_bytes()).map_err(|cause| WorldError::File { path, cause })?;
            return Ok(key);
        }
        let pem = std::fs::read_to_string(&path).map_err(|cause| WorldError::File { path, cause })?;
        RsaPrivateKey::from_pkcs8_pem(&pem).map_err(WorldError::pki)
    }
}
