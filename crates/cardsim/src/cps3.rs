//! A simulated CPS3: the commands it knows, its codes, its keys and the two worlds of classes 00 and A0.
//! Not a real card: what it is strict about, a real one is at least as strict (reference cards, 1.3 to 1.5).

mod layout;
mod objects;
pub(crate) mod pkcs15;

use liasse_cards::cps::VOLET_AID;

use crate::card::Application;
use crate::command::{Command, Response};
use crate::environment::{AUTHENTICATION_KEY, Environment, Key, SIGNATURE_KEY};
use crate::image::CpsImage;
use crate::secret::Secret;
use crate::tree::{Id, MASTER, Tree};
use pkcs15::Edition;

/// ATR of a CPS3 on contact, T=0 (ANS, exact compare).
const ATR: [u8; 17] =
    [0x3B, 0xAC, 0x00, 0x40, 0x2A, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x00, 0x03, 0x10, 0x00, 0x90, 0x00];

/// Tries of PIN and unblocking code, and how often the latter may be used.
const PIN_TRIES: u8 = 3;
const PUK_TRIES: u8 = 10;
const PUK_USES: u8 = 100;

/// A CPS3.
pub struct Cps3 {
    tree: Tree,
    ias: Id,
    volet: Tree,
    pin: Secret,
    puk: Secret,
    puk_uses: u8,
    keys: Vec<Key>,
    environment: Environment,
}

impl Cps3 {
    /// Lays a card out. The image was checked: keys are keys.
    pub fn new(serial: &str, image: &CpsImage) -> Self {
        Self::of_edition(serial, image, &pkcs15::THIRD)
    }

    /// The same files, codes and keys under another dialect, which `cps4` speaks.
    pub(crate) fn of_edition(serial: &str, image: &CpsImage, edition: &Edition) -> Self {
        let (tree, ias) = layout::files(serial, image, edition);
        let keys = [(SIGNATURE_KEY, &image.signature_key), (AUTHENTICATION_KEY, &image.authentication_key)];
        Self {
            tree,
            ias,
            volet: layout::volet(&image.situations, image.foreign_situations),
            pin: Secret::new(&image.pin, PIN_TRIES),
            puk: Secret::new(&image.puk, PUK_TRIES),
            puk_uses: PUK_USES,
            keys: keys.into_iter().filter_map(|(number, der)| Key::from_pkcs8(number, der)).collect(),
            environment: Environment::default(),
        }
    }

    fn select(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        // The volet is entered by its AID; nothing of it is selected by it.
        if command.p1 == 0x04 && command.body == VOLET_AID {
            self.volet.reset();
            return Ok(Vec::new());
        }
        if !matches!(command.p2, 0x04 | 0x0C) {
            return Err(0x6A86);
        }
        let before = self.tree.directory();
        let found = self.tree.select(command.p1, command.body)?;
        if self.tree.directory() != before {
            self.environment = Environment::default();
        }
        Ok(if command.p2 == 0x04 { self.tree.control(found) } else { Vec::new() })
    }

    fn verify(&mut self, p2: u8, body: &[u8]) -> u16 {
        match p2 {
            0x01 => self.pin.verify(body),
            0x02 => self.puk.verify(body),
            _ => 0x6A88,
        }
    }

    fn unblock(&mut self, body: &[u8]) -> u16 {
        if !self.puk.is_verified() {
            return 0x6982;
        }
        match self.puk_uses.checked_sub(1) {
            Some(left) => {
                self.puk_uses = left;
                self.pin.unblock(body)
            }
            None => 0x6983,
        }
    }

    /// Gives the PIN its tries back and leaves its value, as a CPS4 does before it takes a new one.
    pub(crate) fn give_tries_back(&mut self) -> u16 {
        if !self.puk.is_verified() {
            return 0x6982;
        }
        match self.puk_uses.checked_sub(1) {
            Some(left) => {
                self.puk_uses = left;
                self.pin.give_tries_back();
                0x9000
            }
            None => 0x6983,
        }
    }

    /// Sets a new PIN without the old one; who may is for the caller to know.
    pub(crate) fn set_pin(&mut self, new: &[u8]) -> u16 {
        self.pin.unblock(new)
    }

    /// Keys belong to the contact application.
    fn in_ias(&self) -> Result<(), u16> {
        if self.tree.directory() == self.ias { Ok(()) } else { Err(0x6985) }
    }

    fn may_use_keys(&self) -> Result<(), u16> {
        self.in_ias()?;
        if self.pin.is_verified() { Ok(()) } else { Err(0x6982) }
    }

    /// GET DATA on data objects: PIN and unblocking code from the master file, keys from the contact application.
    fn get_object(&self, body: &[u8]) -> Result<Vec<u8>, u16> {
        let place = match self.tree.directory() {
            MASTER => objects::Place::Master,
            place if place == self.ias => objects::Place::Ias,
            _ => return Err(0x6A88),
        };
        objects::answer(place, body, &self.pin, &self.puk, self.puk_uses)
    }

    fn execute_volet(&mut self, command: &Command<'_>) -> Response {
        match command.instruction {
            0xA4 => match self.volet.select(0x00, command.body) {
                Ok(id) => Response::data(layout::volet_control(&self.volet, id)),
                Err(_) => Response::status(0x9404),
            },
            0xB0 => match self.volet.read(command.p1 & 0x7F, command.p2, self.pin.is_verified()) {
                Ok(data) => Response::data(data),
                Err(0x6982) => Response::status(0x9804),
                Err(0x6986) => Response::status(0x9408),
                Err(sw) => Response::status(sw),
            },
            _ => Response::status(0x6D00),
        }
    }
}

impl Application for Cps3 {
    fn atr(&self) -> &'static [u8] {
        &ATR
    }

    fn reset(&mut self) {
        self.tree.reset();
        self.volet.reset();
        self.pin.forget();
        self.puk.forget();
        self.environment = Environment::default();
    }

    fn block(&mut self) {
        self.pin.block();
    }

    fn execute(&mut self, command: &Command<'_>) -> Response {
        let used_key = |result: Result<Vec<u8>, u16>| Response { used_key: result.is_ok(), ..result.into() };
        let body = command.body;
        match (command.class, command.instruction, command.p1, command.p2) {
            (0xA0, ..) => self.execute_volet(command),
            (0x00, 0xA4, ..) => self.select(command).into(),
            (0x00, 0xB0, p1, p2) => self.tree.read(p1, p2, self.pin.is_verified()).into(),
            (0x00, 0xCB, 0x3F, 0xFF) => self.get_object(body).into(),
            (0x00, 0x20, 0x00, p2) => Response::status(self.verify(p2, body)),
            (0x00, 0x24, 0x00, 0x01) => Response::status(self.pin.change(body)),
            (0x00, 0x2C, 0x02, 0x01) => Response::status(self.unblock(body)),
            (0x00, 0x22, p1, p2) => self.in_ias().and_then(|()| self.environment.set(p1, p2, body)).into(),
            (0x00, 0x2A, 0x90, 0xA0) => self.in_ias().and_then(|()| self.environment.hash(body)).into(),
            (0x00, 0x2A, 0x9E, 0x9A) => {
                used_key(self.may_use_keys().and_then(|()| self.environment.sign(&self.keys, body)))
            }
            (0x00, 0x88, 0x00, 0x00) => {
                used_key(self.may_use_keys().and_then(|()| self.environment.authenticate(&self.keys, body)))
            }
            (0x00, 0xCB | 0x20 | 0x24 | 0x2C | 0x2A | 0x88, ..) => Response::status(0x6A86),
            (0x00, ..) => Response::status(0x6D00),
            _ => Response::status(0x6E00),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use liasse_cards::cps::CPS_AID;

    #[test]
    fn the_application_names_are_the_published_ones() {
        assert_eq!(CPS_AID, [0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x01, 0x00]);
        assert_eq!(VOLET_AID, [0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x00, 0x02]);
        assert_eq!(liasse_cards::identify(&ATR), liasse_domain::CardKind::Cps3);
    }
}
