//! How files leave: the envelope that the settings choose, and for whom each file is encrypted.
//! Not the mail itself (`formats::mail`): this names a row of its table and fills what a row leaves to the practice.

use liasse_domain::{Destination, SendPhase};
use liasse_formats::mail::{self, Compression, EnvelopeProfile, IRIS_B2_PUBLIC};
use liasse_post::{Cause, SendError};

use crate::directory::UnknownCaisse;
use crate::error::CoreError;
use crate::ports::recipient_is_allowed;
use crate::settings::SettingError;
use crate::workstation::Workstation;

/// The envelope of a practice.
pub(crate) struct Envelope {
    pub(crate) profile: EnvelopeProfile,
    /// The concentrator's address, for profiles that send to one.
    concentrator: String,
}

/// Who gets a file.
pub(crate) struct Recipient {
    pub(crate) address: String,
    /// Encryption certificate, DER.
    pub(crate) certificate: Vec<u8>,
}

impl Workstation {
    /// What `post.envelope`, `post.compression` and `post.oct_address` say.
    pub(crate) fn envelope(&self) -> Result<Envelope, CoreError> {
        let mut profile = match self.setting("post.envelope")? {
            Some(name) => *EnvelopeProfile::named(&name).ok_or(SettingError::Value)?,
            None => IRIS_B2_PUBLIC,
        };
        if let Some(word) = self.setting("post.compression")? {
            profile = profile.compressing(Compression::from_word(&word).ok_or(SettingError::Value)?);
        }
        let concentrator = match (profile.route, self.setting("post.oct_address")?) {
            (mail::Route::Concentrator, None) => {
                return Err(SettingError::PostIncomplete { missing: "post.oct_address" }.into());
            }
            (_, address) => address.unwrap_or_default(),
        };
        Ok(Envelope { profile, concentrator })
    }

    /// Who gets a file for that caisse.
    pub(crate) fn recipient(&self, envelope: &Envelope, to: &Destination) -> Result<Recipient, UnknownCaisse> {
        let (address, certificate) = match envelope.profile.address(to) {
            Some(address) => (address, self.directory.encryption_certificate(to)?),
            None => {
                let address = envelope.concentrator.clone();
                let certificate = self.directory.concentrator_certificate(&address)?;
                (address, certificate)
            }
        };
        Ok(Recipient { address, certificate: certificate.to_vec() })
    }
}

/// Refuses a value that no file could leave with.
pub(crate) fn check_setting(name: &str, value: &str) -> Result<(), CoreError> {
    let fits = match name {
        "post.envelope" => EnvelopeProfile::named(value).is_some(),
        "post.compression" => Compression::from_word(value).is_some(),
        "post.oct_address" => mail::is_address(value),
        _ => true,
    };
    if !fits {
        return Err(SettingError::Value.into());
    }
    if name == "post.oct_address" && !recipient_is_allowed(value) {
        return Err(SendError { phase: SendPhase::Connect, cause: Cause::NotAllowed }.into());
    }
    Ok(())
}
