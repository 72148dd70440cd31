//! A CPS and a Vitale in two readers, the CPS unlocked: what a practitioner holds. And cards that answer what they like.

use std::cell::RefCell;

use liasse_cards::CardError;
use liasse_core::cards::{CardDesk, CpsView, SigningCards, VitaleView};
use liasse_core::desk::SignedIn;
use liasse_core::ports::Clock;
use liasse_domain::Digits;

use super::{Readers, TestClock};

/// See the module.
pub struct Hand(RefCell<CardDesk>);

impl Hand {
    /// These cards, the PIN verified.
    pub fn of(cps: &str, vitale: Option<&str>) -> Self {
        let readers = Readers::named(&["CPS", "Vitale"]);
        readers.insert("CPS", cps);
        if let Some(vitale) = vitale {
            readers.insert("Vitale", vitale);
        }
        let mut desk = CardDesk::new(Box::new(readers));
        desk.verify_pin("CPS", &Digits::parse("1234").expect("digits")).expect("the PIN is right");
        Self(RefCell::new(desk))
    }

    /// The CPS as it was read.
    pub fn cps(&self) -> CpsView {
        self.0.borrow().snapshot().cps().map(|(_, cps)| cps.clone()).expect("a CPS")
    }

    /// The Vitale as it was read.
    pub fn vitale(&self) -> VitaleView {
        self.0.borrow().snapshot().vitale().map(|(_, vitale)| vitale.clone()).expect("a Vitale")
    }

    /// The holder, signed in.
    pub fn signed_in(&self, clock: &TestClock) -> SignedIn {
        SignedIn::from_card("CPS", &self.cps(), None, clock.now(), &super::directory(&[]).trust).expect("signed in")
    }
}

impl SigningCards for Hand {
    fn cps(&self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.0.borrow_mut().sign_with_cps(serial, hash)
    }

    fn vitale(&self, certificate: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.0.borrow_mut().sign_with_vitale(certificate, hash)
    }
}

/// Cards that answer as each closure says.
pub struct Answers<C, V> {
    /// The CPS.
    pub cps: C,
    /// The Vitale.
    pub vitale: V,
}

impl<C, V> SigningCards for Answers<C, V>
where
    C: Fn(&[u8; 32]) -> Result<Vec<u8>, CardError>,
    V: Fn(&[u8; 32]) -> Result<Vec<u8>, CardError>,
{
    fn cps(&self, _: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        (self.cps)(hash)
    }

    fn vitale(&self, _: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        (self.vitale)(hash)
    }
}
