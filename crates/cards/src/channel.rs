//! The way to one card: an ATR and an exchange of bytes, whoever stands behind it (PC/SC, simulator, transcript).
//! Not the dialogue: 61xx and 6Cxx are followed in `exchange`. PC/SC codes are those of winscard.h.

use liasse_domain::{Code, Coded};

/// How the card speaks, which decides whether a command with data may also carry an expected length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Byte protocol of the CPS3 and the Vitale: answers to a command with data are fetched by GET RESPONSE.
    #[default]
    T0,
    /// Block protocol: the answer comes at once, if the command says how much it expects.
    T1,
}

/// A connected card. An implementation passes bytes on and interprets nothing.
pub trait CardChannel: Send {
    /// The answer to reset.
    fn atr(&self) -> &[u8];

    /// Sends one command and gives the whole response, status word included.
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError>;

    /// The protocol in use; T=0 unless the implementation knows better.
    fn protocol(&self) -> Protocol {
        Protocol::T0
    }

    /// Begins a transaction: until [`CardChannel::end`] no other program speaks with the card. Waits for another's for a
    /// capped while, then says [`ChannelError::Busy`]. What is shared with nobody has none to begin.
    fn begin(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }

    /// Ends it, if there is one.
    fn end(&mut self) {}
}

/// Why no response came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The card was taken out.
    #[error("the card was taken out")]
    Removed,
    /// Another program reset the card: a verified PIN is lost.
    #[error("the card was reset by another program")]
    Reset,
    /// Another program holds the card for itself.
    #[error("the card is held by another program")]
    Busy,
    /// The smart card service does not run.
    #[error("the smart card service does not answer")]
    NoService,
    /// No reader, or not the one named.
    #[error("no such reader")]
    NoReader,
    /// A card is there and does not answer: upside down, dirty, dead.
    #[error("the card does not answer")]
    Mute,
    /// The system does not let this user speak with readers or cards (polkit, from pcsc-lite 2.0 on).
    #[error("access to the readers is denied")]
    Denied,
    /// Anything else, with the code of PC/SC.
    #[error("PC/SC error {code:#010x}")]
    Other {
        /// The code as PC/SC gave it.
        code: u32,
    },
}

impl ChannelError {
    /// What a PC/SC return code means here.
    ///
    /// A card taken out during an exchange shows first as `SCARD_E_NOT_TRANSACTED`, only later as
    /// `SCARD_W_REMOVED_CARD` (measured on pcscd 1.9.9 with vpcd): both say the same to a person.
    pub fn from_pcsc(code: u32) -> Self {
        match code {
            0x8010_0016 | 0x8010_0069 | 0x8010_000C => Self::Removed,
            0x8010_0068 => Self::Reset,
            0x8010_000B | 0x8010_0031 => Self::Busy,
            // No service, service stopped, shutdown, and the broken socket of a service that died.
            0x8010_001D | 0x8010_001E | 0x8010_0018 | 0x8010_0013 => Self::NoService,
            0x8010_0009 | 0x8010_0017 | 0x8010_002E => Self::NoReader,
            0x8010_0066 | 0x8010_0067 => Self::Mute,
            // SCARD_W_SECURITY_VIOLATION is what polkit's no looks like; SCARD_E_NO_ACCESS says the same.
            0x8010_006A | 0x8010_0027 => Self::Denied,
            code => Self::Other { code },
        }
    }
}

impl Coded for ChannelError {
    fn code(&self) -> Code {
        match self {
            Self::Removed => Code("cards.carte_retiree"),
            Self::Reset => Code("cards.carte_reinitialisee"),
            Self::Busy => Code("cards.carte_occupee"),
            Self::NoService => Code("cards.service_absent"),
            Self::NoReader => Code("cards.lecteur_absent"),
            Self::Mute => Code("cards.carte_muette"),
            Self::Denied => Code("cards.acces_refuse"),
            Self::Other { .. } => Code("cards.lecteur_erreur"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Other { code } => vec![("code", format!("{code:08X}"))],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_codes_of_a_pulled_card_say_so() {
        assert_eq!(ChannelError::from_pcsc(0x8010_0016), ChannelError::Removed);
        assert_eq!(ChannelError::from_pcsc(0x8010_0069), ChannelError::Removed);
    }

    #[test]
    fn a_system_that_forbids_is_not_a_service_that_is_gone() {
        assert_eq!(ChannelError::from_pcsc(0x8010_006A), ChannelError::Denied);
        assert_ne!(ChannelError::Denied.code(), ChannelError::NoService.code());
    }

    #[test]
    fn an_unknown_code_is_kept_as_data() {
        let error = ChannelError::from_pcsc(0x8010_0004);
        assert_eq!(error, ChannelError::Other { code: 0x8010_0004 });
        assert_eq!(error.parameters(), vec![("code", "80100004".to_owned())]);
    }
}
