//! The CPS: who holds it, its two certificates, its codes, its signature, where its holder practises and bills.
//! Not who may bill. Two generations behind one type (`generation`). Orders as the ANS library emits them (reference
//! cards, 1.3 to 1.6).

mod activity;
mod cache;
mod generation;
mod identity;
mod inventory;
mod opening;
mod pin;
pub mod pkcs15;
mod serial;
mod token;
mod volet;

use std::fmt;
use std::marker::PhantomData;

use liasse_domain::{BillingSituation, CardHolder, CardKind, Digits};

use crate::apdu::Command;
use crate::channel::{CardChannel, ChannelError};
use crate::error::CardError;
use crate::exchange::Exchange;
use cache::Ways;

pub use activity::Activity;
pub use cache::Cache;
pub use generation::Generation;
pub(crate) use generation::sign_hash;
pub use inventory::{Application, Inventory, Update};
pub use pin::{PukState, complete_pin, complete_puk};
pub use token::TokenInfo;

/// AID of the card's master file, the application "CPS".
pub const CPS_AID: [u8; 8] = [0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x01, 0x00];

/// AID of the contact application "CPX IAS", under 3F00/0001: signature and authentication keys.
pub const IAS_AID: [u8; 13] = [0xE8, 0x28, 0xBD, 0x08, 0x0F, 0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x00, 0x10];

/// AID of the volet "CPS2ter", which speaks CLA A0.
pub const VOLET_AID: [u8; 8] = [0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x00, 0x02];

/// A card whose PIN has not been verified through this value: it cannot sign.
#[derive(Clone, Copy, Debug)]
pub struct Locked;

/// A card whose PIN was verified. One that has lost it since, reset by another program for example, asks for it again:
/// see [`Cps::is_lost`].
#[derive(Clone, Copy, Debug)]
pub struct Verified;

/// What the card says of itself without a PIN. `Debug` shows nothing personal.
#[derive(Clone, PartialEq, Eq)]
pub struct CpsIdentity {
    /// The eight digits of the card number in EF.SN.
    pub serial: String,
    /// The holder: SSV group 1 on our simulated cards, else the subject of the signature certificate.
    pub holder: CardHolder,
    /// Certificate of the signature key (nonRepudiation), DER.
    pub signature_certificate: Vec<u8>,
    /// Certificate of the authentication key, DER.
    pub authentication_certificate: Vec<u8>,
    /// `Cps3` or `Cps4`, or `Cpe` when the holder's card type is one of staff.
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
    generation: Generation,
    place: Place,
    identity: CpsIdentity,
    token: TokenInfo,
    ways: Ways,
    tries_at_opening: Option<u8>,
    is_lost: bool,
    foreign_bytes: Option<usize>,
    state: PhantomData<S>,
}

/// The card's dialogue is not shown: it carries a PIN.
impl<S> fmt::Debug for Cps<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cps({:?}, {} APDUs)", self.identity, self.card.apdus())
    }
}

impl Cps<Locked> {
    /// Reads what needs no PIN, of a card that nobody has seen before.
    pub fn open(channel: Box<dyn CardChannel>) -> Result<Self, CardError> {
        Self::open_with(channel, &mut Cache::new())
    }

    /// Reads what needs no PIN; a card that `cache` knows is looked at, and read only where it has changed.
    pub fn open_with(channel: Box<dyn CardChannel>, cache: &mut Cache) -> Result<Self, CardError> {
        let generation = Generation::of(channel.atr())?;
        let mut card = Exchange::new(channel);
        card.use_channel(generation.channel());
        let opened = card.held(|card| opening::open(card, generation, cache))?;
        tracing::debug!(apdus = card.apdus(), "CPS opened");
        Ok(Self {
            card,
            generation,
            place: Place::Elsewhere,
            identity: opened.identity,
            token: opened.token,
            ways: opened.ways,
            tries_at_opening: opened.tries_left,
            is_lost: false,
            foreign_bytes: None,
            state: PhantomData,
        })
    }

    /// Has the card check the PIN, once. A PIN that no card would take is refused here and never sent; a card that
    /// does not answer is not asked again. On failure the locked card comes back with the reason.
    #[expect(clippy::result_large_err, reason = "the error gives the card back, so that it is not lost")]
    pub fn verify(mut self, pin: &Digits) -> Result<Cps<Verified>, (Self, CardError)> {
        let checked =
            pin::complete_pin(pin).and_then(|()| self.in_job(|cps| cps.at_master(|card, _| pin::verify(card, pin))));
        match checked {
            Ok(()) => Ok(self.into_state()),
            Err(error) => Err((self, error)),
        }
    }
}

impl<S> Cps<S> {
    /// What the card says of itself.
    pub fn identity(&self) -> &CpsIdentity {
        &self.identity
    }

    /// Which of the two dialects it speaks.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// What it calls itself, and when its issuer last changed it.
    pub fn token(&self) -> &TokenInfo {
        &self.token
    }

    /// How many tries of the PIN are left, asked without using one. 0 is a blocked PIN.
    pub fn tries_left(&mut self) -> Result<u8, CardError> {
        let most = self.ways.most_tries;
        if most.is_some() {
            // An answer of one command does not show where the card stands, and what comes next may be a code.
            self.place = Place::Elsewhere;
        }
        let tries = self.in_job(|cps| cps.asked_at_master(|card, generation| pin::tries(card, generation, most)))?;
        self.ways.most_tries = Some(tries.most);
        Ok(tries.left)
    }

    /// The same as it was when the card was opened: a card that was known was asked on the way, where it costs least.
    pub fn tries_at_opening(&self) -> Option<u8> {
        self.tries_at_opening
    }

    /// How many tries the PIN has when none is spent: after the right one nothing is to be asked.
    pub fn most_tries(&self) -> u8 {
        self.ways.most_tries.unwrap_or(pin::PIN_TRIES)
    }

    /// What is left of the unblocking code, asked without using a try.
    pub fn puk_state(&mut self) -> Result<PukState, CardError> {
        self.in_job(|cps| cps.asked_at_master(pin::puk_state))
    }

    /// Changes the PIN. A wrong old one costs a try. Whatever came of it, the card comes back locked: the PIN that it will
    /// ask for is the one that now holds. A code that no card would take is refused here and never sent.
    pub fn change_pin(mut self, old: &Digits, new: &Digits) -> (Cps<Locked>, Result<(), CardError>) {
        let result = pin::complete_pin(old)
            .and_then(|()| pin::complete_pin(new))
            .and_then(|()| self.in_job(|cps| cps.at_master(|card, _| pin::change(card, old, new))));
        (self.into_state(), result)
    }

    /// Gives a blocked PIN its tries back under a new value, with the unblocking code. A wrong one costs one of its tries,
    /// a right one one of its uses. The card comes back locked.
    pub fn unblock(mut self, puk: &Digits, new: &Digits) -> (Cps<Locked>, Result<(), CardError>) {
        let result = pin::complete_puk(puk).and_then(|()| pin::complete_pin(new)).and_then(|()| {
            self.in_job(|cps| cps.at_master(|card, generation| pin::unblock(card, generation, puk, new)))
        });
        (self.into_state(), result)
    }

    /// What else the card says without a PIN, for the diagnostic.
    pub fn inventory(&mut self) -> Result<Inventory, CardError> {
        self.place = Place::Elsewhere;
        self.card.held(inventory::read)
    }

    /// How many APDUs went to the card.
    pub fn apdus(&self) -> u32 {
        self.card.apdus()
    }

    /// Gives the channel back.
    pub fn into_channel(self) -> Box<dyn CardChannel> {
        self.card.into_channel()
    }

    fn into_state<T>(self) -> Cps<T> {
        Cps {
            card: self.card,
            generation: self.generation,
            place: self.place,
            identity: self.identity,
            token: self.token,
            ways: self.ways,
            tries_at_opening: None,
            is_lost: false,
            foreign_bytes: None,
            state: PhantomData,
        }
    }

    /// Does one job while no other program speaks with the card.
    fn in_job<T>(&mut self, job: impl FnOnce(&mut Self) -> Result<T, CardError>) -> Result<T, CardError> {
        self.card.begin_job();
        self.card.hold()?;
        let result = job(self);
        self.card.release();
        result
    }

    /// Asks something at the master file, a second time where another program had led the card elsewhere. Nothing that
    /// carries a code is asked so.
    fn asked_at_master<T>(
        &mut self,
        question: impl Fn(&mut Exchange, Generation) -> Result<T, CardError>,
    ) -> Result<T, CardError> {
        let was_assumed = self.place == Place::Master;
        match self.at_master(&question) {
            Err(error) if was_assumed && Generation::is_lost_place(&error) => self.at_master(&question),
            answer => answer,
        }
    }

    /// Does something that is done at the master file. After a refusal that is not foreseen, nothing is taken for known of
    /// where the card stands.
    fn at_master<T>(
        &mut self,
        job: impl FnOnce(&mut Exchange, Generation) -> Result<T, CardError>,
    ) -> Result<T, CardError> {
        self.go_to(Place::Master)?;
        let result = job(&mut self.card, self.generation);
        if let Err(CardError::Unexpected { .. } | CardError::Channel(_)) = result {
            self.place = Place::Elsewhere;
        }
        result
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
        let select = Command::new(0x00, 0xA4, 0x09, 0x0C).body(path);
        let mut selected = self.card.send(&select)?.success();
        // The channel of a CPS4 closes with a reset, and the ANS library too begins anew on such a refusal.
        if selected.as_ref().is_err_and(Generation::is_lost_place) {
            self.generation.enter(&mut self.card)?;
            selected = self.card.send(&select)?.success();
        }
        selected?;
        self.place = place;
        Ok(())
    }
}

impl Cps<Verified> {
    /// The situations in which the holder bills, from file 3F00/7F01/4000 of the CPS2ter volet.
    pub fn situations(&mut self) -> Result<Situations, CardError> {
        let known = self.ways.situations;
        let read = self.verified_job(|cps| {
            cps.place = Place::Elsewhere;
            volet::read_situations(&mut cps.card, cps.generation, known)
        })?;
        (self.foreign_bytes, self.ways.situations) = match read {
            volet::Read::Foreign(bytes) => (Some(bytes), None),
            volet::Read::Situations(_, length) => (None, Some(length)),
            volet::Read::Absent => (None, None),
        };
        Ok(match read {
            volet::Read::Situations(situations, _) => Situations::Readable(situations),
            volet::Read::Foreign(_) | volet::Read::Absent => Situations::NotPublic,
        })
    }

    /// How long the file of the situations is where its layout is not public; `None` where there is none, or before it was
    /// read. Nothing of its content is kept: it may name people.
    pub fn undecoded_bytes(&self) -> Option<usize> {
        self.foreign_bytes
    }

    /// Where the holder practises: the situations d'exercice, with the holes that a card may have.
    pub fn activities(&mut self) -> Result<Vec<Activity>, CardError> {
        self.verified_job(|cps| {
            cps.go_to(Place::Ias)?;
            activity::read(&mut cps.card)
        })
    }

    /// Has the signature key sign a SHA-256 hash: RSASSA-PKCS1-v1_5, 256 bytes.
    pub fn sign(&mut self, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.verified_job(|cps| match cps.sign_in_place(hash) {
            // Another program may have made something else current: found again, the card is asked once more.
            Err(error) if Generation::is_lost_place(&error) => {
                cps.place = Place::Elsewhere;
                cps.generation.enter(&mut cps.card)?;
                cps.sign_in_place(hash)
            }
            answer => answer,
        })
    }

    /// Whether the card has said that its PIN is no longer verified. From then on it is asked nothing: the PIN comes first.
    pub fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// The same card, to be verified again.
    pub fn relock(self) -> Cps<Locked> {
        self.into_state()
    }

    fn sign_in_place(&mut self, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.go_to(Place::Ias)?;
        self.generation.sign(&mut self.card, hash)
    }

    /// Does a job that needs the PIN. What the card says of it is remembered: another program may verify the PIN in between,
    /// which would not be this one's doing.
    fn verified_job<T>(&mut self, job: impl FnOnce(&mut Self) -> Result<T, CardError>) -> Result<T, CardError> {
        if self.is_lost {
            return Err(CardError::PinRequired);
        }
        let result = self.in_job(job);
        if result.is_err() {
            self.place = Place::Elsewhere;
        }
        if let Err(CardError::PinRequired | CardError::PinBlocked | CardError::Channel(ChannelError::Reset)) = result {
            self.is_lost = true;
        }
        result
    }
}
