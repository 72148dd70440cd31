//! Why a card dialogue ended without a result.
//! Holds no NIR, no name, no PIN; status words and PC/SC codes stay data.

use liasse_domain::{CardKind, Code, Coded};
use liasse_formats::apcv::ApcvError;

use crate::channel::ChannelError;

/// What went wrong with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The PIN is wrong and the card counted it.
    #[error("wrong PIN, {tries_left} tries left")]
    WrongPin {
        /// Tries left, at least 1.
        tries_left: u8,
    },
    /// No digit was given; nothing was sent to the card (CVE-2023-40660).
    #[error("empty PIN, not sent")]
    EmptyPin,
    /// Fewer than 4 digits; nothing was sent to the card.
    #[error("a PIN has 4 to 8 digits, not sent")]
    PinLength,
    /// The PIN is blocked.
    #[error("the PIN is blocked")]
    PinBlocked,
    /// The unblocking code is wrong and the card counted it.
    #[error("wrong unblocking code, {tries_left} tries left")]
    WrongPuk {
        /// Tries left, at least 1.
        tries_left: u8,
    },
    /// The unblocking code is blocked, or was used as often as it may be.
    #[error("the unblocking code is blocked")]
    PukBlocked,
    /// An unblocking code has 8 digits; nothing was sent to the card.
    #[error("an unblocking code has 8 digits, not sent")]
    PukLength,
    /// One try of the PIN is left and nobody has said that it may be spent; nothing was sent to the card.
    #[error("one try of the PIN is left, not sent")]
    LastTry,
    /// The same of the unblocking code.
    #[error("one try of the unblocking code is left, not sent")]
    LastPukTry,
    /// Another professional's card is in the reader than the one that is to sign.
    #[error("another professional's card")]
    OtherHolder,
    /// Another patient's Vitale is in the reader than the one that is to sign.
    #[error("another patient's Vitale")]
    OtherPatient,
    /// The card asks for its PIN again, after a reset for example.
    #[error("the card asks for its PIN")]
    PinRequired,
    /// No response came.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The card would never end: it was stopped by a cap.
    #[error("the card answers without end")]
    Endless,
    /// The card answered something that cannot be understood.
    #[error("damaged answer: {what}")]
    Damaged {
        /// Which file or object, by its name in the public record.
        what: &'static str,
    },
    /// The card refused a command for a reason that is not foreseen.
    #[error("unexpected status word {sw:04X}")]
    Unexpected {
        /// The status word.
        sw: u16,
    },
    /// The card is of another kind than the one asked for.
    #[error("the card is another one: {kind:?}")]
    NotThatCard {
        /// What it is.
        kind: CardKind,
    },
    /// The key of the insured person's NIR does not match the number on the Vitale.
    #[error("the NIR key on the Vitale is wrong")]
    NirKey,
    /// An appli carte Vitale is not believed, or may not sign.
    #[error(transparent)]
    Apcv(#[from] ApcvError),
    /// The Vitale has no application of ours: it cannot sign here.
    #[error("no simulated application on this Vitale")]
    NoSimApplication,
}

impl Coded for CardError {
    fn code(&self) -> Code {
        match self {
            Self::WrongPin { tries_left: 1 } => Code("cards.code_faux_dernier"),
            Self::WrongPin { .. } => Code("cards.code_faux"),
            Self::EmptyPin => Code("cards.code_vide"),
            Self::PinLength => Code("cards.code_longueur"),
            Self::PinBlocked => Code("cards.code_bloque"),
            Self::WrongPuk { tries_left: 1 } => Code("cards.puk_faux_dernier"),
            Self::WrongPuk { .. } => Code("cards.puk_faux"),
            Self::PukBlocked => Code("cards.puk_bloque"),
            Self::PukLength => Code("cards.puk_longueur"),
            Self::LastTry => Code("cards.dernier_essai"),
            Self::LastPukTry => Code("cards.puk_dernier_essai"),
            Self::OtherHolder => Code("cards.autre_porteur"),
            Self::OtherPatient => Code("invoicing.autre_vitale"),
            Self::PinRequired => Code("cards.code_requis"),
            Self::Channel(error) => error.code(),
            Self::Endless => Code("cards.sans_fin"),
            Self::Damaged { .. } => Code("cards.contenu_illisible"),
            Self::Unexpected { .. } => Code("cards.reponse_inattendue"),
            Self::NotThatCard { kind } => match kind {
                CardKind::Cps3 | CardKind::Cpe => Code("cards.autre_carte_cps"),
                CardKind::Cps4 => Code("cards.autre_carte_cps4"),
                CardKind::Vitale1 => Code("cards.autre_carte_vitale1"),
                CardKind::Vitale2 | CardKind::Apcv => Code("cards.autre_carte_vitale"),
                CardKind::Unknown => Code("cards.autre_carte_inconnue"),
            },
            Self::NirKey => Code("cards.nir_cle"),
            Self::Apcv(error) => error.code(),
            Self::NoSimApplication => Code("cards.application_absente"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::WrongPin { tries_left } | Self::WrongPuk { tries_left } => vec![("tries", tries_left.to_string())],
            Self::Channel(error) => error.parameters(),
            Self::Apcv(error) => error.parameters(),
            Self::Damaged { what } => vec![("what", (*what).to_owned())],
            Self::Unexpected { sw } => vec![("sw", format!("{sw:04X}"))],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_sentences() {
        use CardKind::{Apcv, Cpe, Cps3, Cps4, Unknown, Vitale1, Vitale2};
        let mut errors = vec![
            CardError::WrongPin { tries_left: 2 },
            CardError::WrongPin { tries_left: 1 },
            CardError::EmptyPin,
            CardError::PinLength,
            CardError::PinBlocked,
            CardError::PinRequired,
            CardError::LastTry,
            CardError::LastPukTry,
            CardError::OtherHolder,
            CardError::OtherPatient,
            CardError::WrongPuk { tries_left: 9 },
            CardError::WrongPuk { tries_left: 1 },
            CardError::PukBlocked,
            CardError::PukLength,
            CardError::Endless,
            CardError::Damaged { what: "EF.SN" },
            CardError::Unexpected { sw: 0x6F42 },
            CardError::NirKey,
            CardError::NoSimApplication,
        ];
        errors.extend([Cps3, Cps4, Cpe, Vitale1, Vitale2, Apcv, Unknown].map(|kind| CardError::NotThatCard { kind }));
        errors.extend(
            [
                ChannelError::Removed,
                ChannelError::Reset,
                ChannelError::Busy,
                ChannelError::NoService,
                ChannelError::NoReader,
                ChannelError::Mute,
                ChannelError::Denied,
                ChannelError::Other { code: 0x8010_0004 },
            ]
            .map(CardError::Channel),
        );
        for error in errors {
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{:?} has no text", error.code());
            let report = error.report();
            for text in [&report.message, &report.safe, &report.action] {
                assert!(!text.contains('{'), "{error:?}: « {text} »");
            }
        }
    }

    #[test]
    fn tries_left_and_codes_are_told() {
        assert!(CardError::WrongPin { tries_left: 2 }.report().message.contains('2'));
        assert!(CardError::Unexpected { sw: 0x6F42 }.report().message.contains("6F42"));
        assert_eq!(CardError::Channel(ChannelError::NoReader).exit_code(), 3);
        assert_eq!(CardError::Damaged { what: "EF.SN" }.exit_code(), 4);
        assert_eq!(CardError::WrongPin { tries_left: 2 }.exit_code(), 1);
        assert_eq!(CardError::Endless.exit_code(), 4);
        let puk = |tries_left| CardError::WrongPuk { tries_left }.report().message;
        assert!(puk(9).contains('9') && puk(9) != CardError::WrongPin { tries_left: 9 }.report().message);
        assert!(puk(1).contains("seul essai"));
    }
}
