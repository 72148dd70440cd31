//! A telephone with a simulated appli carte Vitale: it makes signed contexts, signs with the key of the family's Vitale, and answers
//! on a contactless reader. Neither clock nor randomness: both are handed in. Not the real application, which is not public.

use liasse_cards::apcv::AID;
use liasse_cards::atr::SIM_APCV;
use liasse_domain::Instant;
use liasse_formats::apcv::{Context, Unsigned};

use crate::card::{Application, Knobs, SimCard};
use crate::command::{Command, Response};
use crate::environment::{Environment, Key, SIGNATURE_KEY};
use crate::image::{CardImage, Content, VitaleImage};

/// MANAGE SECURITY ENVIRONMENT for RSA with SHA-256 under the signature key.
const RSA_SHA256: [u8; 6] = [0x80, 0x01, 0x42, 0x84, 0x01, SIGNATURE_KEY];

/// The application of one family.
pub struct Phone {
    image: Box<VitaleImage>,
    keys: Vec<Key>,
}

impl Phone {
    /// The application that goes with a Vitale; `None` for a professional's card.
    pub fn of(image: &CardImage) -> Option<Self> {
        match &image.content {
            Content::Vitale2(vitale) => {
                let keys = Key::from_pkcs8(SIGNATURE_KEY, &vitale.key).into_iter().collect();
                Some(Self { image: vitale.clone(), keys })
            }
            _ => None,
        }
    }

    /// The certificate by which it signs, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.image.certificate
    }

    /// A fresh context from sixteen random bytes, as its text. `None` where the key does not sign: our bug.
    pub fn context(&self, drawn: &[u8; 16], at: Instant) -> Option<String> {
        let card = &self.image.vitale;
        let unsigned = Unsigned::new(&Context::fresh(card, drawn, at), card);
        let signature = self.sign(&unsigned.digest())?;
        Some(unsigned.signed(&self.image.certificate, &signature))
    }

    /// Signs a SHA-256 hash: RSASSA-PKCS1-v1_5, 256 bytes.
    pub fn sign(&self, hash: &[u8; 32]) -> Option<Vec<u8>> {
        let mut environment = Environment::default();
        environment.set(0x41, 0xB6, &RSA_SHA256).ok()?;
        environment.sign(&self.keys, hash).ok()
    }
}

/// What gives a fresh context at each selection.
pub type Fresh = Box<dyn FnMut() -> Option<String> + Send>;

impl SimCard {
    /// A telephone that is laid on a contactless reader.
    pub fn phone(fresh: Fresh, knobs: Knobs) -> Self {
        Self::with_application(Box::new(NearField { fresh, file: None }), knobs)
    }
}

/// The dialogue of `liasse_cards::apcv`.
struct NearField {
    fresh: Fresh,
    /// The context of this selection.
    file: Option<Vec<u8>>,
}

impl NearField {
    fn select(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        self.file = None;
        if command.p1 != 0x04 || command.body != AID.as_slice() {
            return Err(0x6A82);
        }
        self.file = Some((self.fresh)().ok_or(0x6F00_u16)?.into_bytes());
        Ok(Vec::new())
    }

    fn read(&self, offset: u16) -> Result<Vec<u8>, u16> {
        let file = self.file.as_deref().ok_or(0x6986_u16)?;
        match file.get(usize::from(offset)..) {
            Some(rest) if !rest.is_empty() => Ok(rest.to_vec()),
            _ => Err(0x6B00),
        }
    }
}

impl Application for NearField {
    fn atr(&self) -> &'static [u8] {
        &SIM_APCV
    }

    fn reset(&mut self) {
        self.file = None;
    }

    fn execute(&mut self, command: &Command<'_>) -> Response {
        match (command.class, command.instruction) {
            (0x00, 0xA4) => self.select(command).into(),
            (0x00, 0xB0) => self.read(command.parameters()).into(),
            (0x00, _) => Response::status(0x6D00),
            _ => Response::status(0x6E00),
        }
    }
}

#[cfg(test)]
mod tests {
    use liasse_cards::CardError;
    use liasse_cards::apcv;
    use liasse_formats::cms::Trust;

    use super::*;
    use crate::channel::SimChannel;
    use crate::image::image_named;

    fn at(text: &str) -> Instant {
        text.parse().expect("an instant")
    }

    fn trust() -> Trust {
        Trust::from_pem(include_str!("../../../fixtures/pki/chain.pem")).expect("the root")
    }

    fn phone() -> Phone {
        Phone::of(&image_named("vitale-durand").expect("a card")).expect("a Vitale")
    }

    /// On a reader: the telephone draws another context each time.
    fn laid(knobs: Knobs) -> apcv::Phone {
        let (phone, mut drawn) = (phone(), [0_u8; 16]);
        let fresh = move || {
            drawn[0] += 1;
            phone.context(&drawn, at("2026-01-15T08:00:00Z"))
        };
        apcv::Phone::open(Box::new(SimChannel::new(SimCard::phone(Box::new(fresh), knobs)))).expect("a telephone")
    }

    #[test]
    fn a_context_of_the_world_is_believed_and_says_what_the_card_says() {
        let Content::Vitale2(image) = image_named("vitale-durand").expect("a card").content else { panic!("a Vitale") };
        let text = phone().context(&[7; 16], at("2026-01-15T08:00:00Z")).expect("a context");
        let presented = liasse_formats::apcv::read(&text, &trust(), at("2026-01-15T08:10:00Z")).expect("believed");
        assert!(presented.card == image.vitale && presented.certificate == image.certificate);
        assert!(Phone::of(&image_named("cps-gris").expect("a card")).is_none());
    }

    #[test]
    fn each_selection_gives_a_fresh_one_whatever_the_transport() {
        for t0 in [true, false] {
            let mut phone = laid(Knobs { t0, ..Knobs::default() });
            let (first, second) = (phone.context().expect("a context"), phone.context().expect("a context"));
            assert!(first != second);
            for text in [first, second] {
                liasse_formats::apcv::read(&text, &trust(), at("2026-01-15T08:00:00Z")).expect("believed");
            }
            assert!(phone.apdus() < 40, "{} APDUs", phone.apdus());
        }
    }

    #[test]
    fn nothing_is_read_before_the_selection() {
        let mut card = SimCard::phone(Box::new(|| None), Knobs::default());
        assert_eq!(card.answer(&[0, 0xB0, 0, 0, 0]), [0x69, 0x86]);
        assert_eq!(card.answer(&[0, 0xA4, 4, 0, 1, 9]), [0x6A, 0x82]);
        let mut silent = apcv::Phone::open(Box::new(SimChannel::new(card))).expect("a telephone");
        assert_eq!(silent.context(), Err(CardError::Unexpected { sw: 0x6F00 }));
    }
}
