//! The CPS: who holds it, its two certificates, its PIN, its signature, its billing situations.
//! Not who may bill. Generation 3 (IAS-ECC) only. Orders as the ANS library emits them (reference cards, 1.3 to 1.5).

mod identity;
mod pin;
pub mod pkcs15;
mod serial;
mod volet;

use std::fmt;
use std::marker::PhantomData;

use liasse_domain::{BillingSituation, CardHolder, CardKind, CardType, Digits};

use crate::apdu::Command;
use crate::atr::identify;
use crate::channel::CardChannel;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file;

/// AID of the card's master file, the application "CPS".
pub const CPS_AID: [u8; 8] = [0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x01, 0x00];

/// AID of the contact application "CPX IAS", under 3F00/0001: signature and authentication keys.
pub const IAS_AID: [u8; 13] = [0xE8, 0x28, 0xBD, 0x08, 0x0F, 0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x00, 0x10];

/// AID of the volet "CPS2ter", which speaks CLA A0.
pub const VOLET_AID: [u8; 8] = [0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x00, 0x02];

/// A card whose PIN has not been verified through this value: it cannot sign.
#[derive(Clone, Copy, Debug)]
pub struct Locked;

/// A card whose PIN was verified.
#[derive(Clone, Copy, Debug)]
pub struct Verified;

/// What the card says of itself without a PIN. `Debug` shows nothing personal.
#[derive(Clone, PartialEq, Eq)]
pub struct CpsIdentity {
    /// The eight digits of the card number in EF.SN.
    pub serial: String,
    /// The holder: SSV group 1 on our simulated cards, else the subject of the signature certificate.
    pub holder: CardHolder,
    /// Certificate of key 0x81 (nonRepudiation), DER.
    pub signature_certificate: Vec<u8>,
    /// Certificate of key 0x82, DER.
    pub authentication_certificate: Vec<u8>,
    /// `Cps3`, or `Cpe` when the holder's card type is one of staff.
    pub kind: CardKind,
}

impl fmt::Debug for CpsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CpsIdentity({}, {:?}, {:?})", self.serial, self.kind, self.holder.card_type)
    }
}

/// The billing situations of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Situations {
    /// They stand in our simulated encoding.
    Readable(Vec<BillingSituation>),
    /// They stand in the layout of the real cards, which is not public, or nowhere.
    NotPublic,
}

/// Which application is current on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Master,
    Ias,
    Elsewhere,
}

/// A CPS in a reader.
pub struct Cps<S> {
    card: Exchange,
    place: Place,
    identity: CpsIdentity,
    state: PhantomData<S>,
}

/// The card's dialogue is not shown: it carries a PIN.
impl<S> fmt::Debug for Cps<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cps({:?}, {} APDUs)", self.identity, self.card.apdus())
    }
}

impl Cps<Locked> {
    /// Selects the card's applications and reads what needs no PIN.
    pub fn open(channel: Box<dyn CardChannel>) -> Result<Self, CardError> {
        match identify(channel.atr()) {
            CardKind::Cps3 | CardKind::Cpe => {}
            kind => return Err(CardError::NotThatCard { kind }),
        }
        let mut card = Exchange::new(channel);
        if !file::select_application(&mut card, &CPS_AID, 0x0C)? {
            return Err(CardError::NotThatCard { kind: CardKind::Unknown });
        }
        let serial = serial::read(&mut card)?;
        let certificates = pkcs15::read_certificates(&mut card)?;
        let holder = identity::read_holder(&mut card, &certificates.signature)?;
        let kind = match holder.card_type {
            CardType::Cps | CardType::Cpf => CardKind::Cps3,
            CardType::Cpe | CardType::Cpa => CardKind::Cpe,
        };
        let identity = CpsIdentity {
            serial,
            holder,
            signature_certificate: certificates.signature,
            authentication_certificate: certificates.authentication,
            kind,
        };
        tracing::debug!(apdus = card.apdus(), "CPS opened");
        Ok(Self { card, place: Place::Elsewhere, identity, state: PhantomData })
    }

    /// Has the card check the PIN, once. A PIN that no card would take is refused here and never sent; a card that
    /// does not answer is not asked again. On failure the locked card comes back with the reason.
    #[expect(clippy::result_large_err, reason = "the error gives the card back, so that it is not lost")]
    pub fn verify(mut self, pin: &Digits) -> Result<Cps<Verified>, (Self, CardError)> {
        self.card.begin_job();
        match self.check(pin) {
            Ok(()) => Ok(Cps { card: self.card, place: self.place, identity: self.identity, state: PhantomData }),
            Err(error) => Err((self, error)),
        }
    }

    fn check(&mut self, pin: &Digits) -> Result<(), CardError> {
        if pin.is_empty() {
            return Err(CardError::EmptyPin);
        }
        if !pin.is_complete() {
            return Err(CardError::PinLength);
        }
        self.go_to(Place::Master)?;
        pin::verify(&mut self.card, pin)
    }
}

impl<S> Cps<S> {
    /// What the card says of itself.
    pub fn identity(&self) -> &CpsIdentity {
        &self.identity
    }

    /// How many tries of the PIN are left, asked without using one. 0 is a blocked PIN.
    pub fn tries_left(&mut self) -> Result<u8, CardError> {
        self.card.begin_job();
        self.go_to(Place::Master)?;
        pin::tries_left(&mut self.card)
    }

    /// How many APDUs went to the card.
    pub fn apdus(&self) -> u32 {
        self.card.apdus()
    }

    /// Gives the channel back.
    pub fn into_channel(self) -> Box<dyn CardChannel> {
        self.card.into_channel()
    }

    /// Makes an application current, unless it is. Selecting keeps a verified PIN (ANS library, reference cards 1.5).
    fn go_to(&mut self, place: Place) -> Result<(), CardError> {
        if self.place == place {
            return Ok(());
        }
        let path: &[u8] = match place {
            Place::Master => &[0x3F, 0x00],
            Place::Ias | Place::Elsewhere => &[0x3F, 0x00, 0x00, 0x01],
        };
        // Until the card has said yes, nothing is known of where it stands.
        self.place = Place::Elsewhere;
        self.card.send(&Command::new(0x00, 0xA4, 0x09, 0x0C).body(path))?.success()?;
        self.place = place;
        Ok(())
    }
}

impl Cps<Verified> {
    /// The situations in which the holder bills, from file 3F00/7F01/4000 of the CPS2ter volet.
    pub fn situations(&mut self) -> Result<Situations, CardError> {
        self.card.begin_job();
        self.place = Place::Elsewhere;
        volet::read_situations(&mut self.card)
    }

    /// Has the signature key 0x81 sign a SHA-256 hash: RSASSA-PKCS1-v1_5, 256 bytes.
    pub fn sign(&mut self, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.card.begin_job();
        self.go_to(Place::Ias)?;
        sign_hash(&mut self.card, hash)
    }
}

/// The short form: MSE for a digital signature with key 0x81 and algorithm 0x42 (RSA PKCS#1 with SHA-256), then
/// PSO COMPUTE DIGITAL SIGNATURE over the hash. The simulated Vitale signs by the same two commands.
pub(crate) fn sign_hash(card: &mut Exchange, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
    card.send(&Command::new(0x00, 0x22, 0x41, 0xB6).body(&[0x80, 0x01, 0x42, 0x84, 0x01, 0x81]))?.success()?;
    let signature = card.send(&Command::new(0x00, 0x2A, 0x9E, 0x9A).body(hash).expecting(256))?.success()?;
    // The keys have 2048 bits: a shorter success is none.
    if signature.len() == 256 { Ok(signature) } else { Err(CardError::Damaged { what: "PSO CDS" }) }
}
