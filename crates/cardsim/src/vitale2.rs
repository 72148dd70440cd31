//! A simulated Vitale 2: its public files, a few protected ones, and our own application with content and signature.
//! Not a real card: behind the public files nothing of the real layout is public (reference cards, 2.2 to 2.4).

mod layout;

use crate::card::Application;
use crate::command::{Command, Response};
use crate::environment::{Environment, Key, SIGNATURE_KEY};
use crate::image::VitaleImage;
use crate::tree::{Id, Tree};

/// ATR of a Vitale 2, one of six published.
const ATR: [u8; 10] = [0x3B, 0x75, 0x13, 0x00, 0x00, 0x43, 0x09, 0xEA, 0x90, 0x00];

/// A Vitale 2.
pub struct Vitale2 {
    tree: Tree,
    sim: Id,
    keys: Vec<Key>,
    environment: Environment,
}

impl Vitale2 {
    /// Lays a card out. The image was checked: the key is a key.
    pub fn new(image: &VitaleImage) -> Self {
        let (tree, sim) = layout::files(image);
        let keys = Key::from_pkcs8(SIGNATURE_KEY, &image.key).into_iter().collect();
        Self { tree, sim, keys, environment: Environment::default() }
    }

    fn select(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        if !matches!(command.p2, 0x00 | 0x0C) {
            return Err(0x6A86);
        }
        let before = self.tree.directory();
        let found = self.tree.select(command.p1, command.body)?;
        if self.tree.directory() != before {
            self.environment = Environment::default();
        }
        Ok(if command.p2 == 0x00 { layout::control(&self.tree, found) } else { Vec::new() })
    }

    fn in_sim(&self) -> Result<(), u16> {
        if self.tree.directory() == self.sim { Ok(()) } else { Err(0x6D00) }
    }
}

impl Application for Vitale2 {
    fn atr(&self) -> &'static [u8] {
        &ATR
    }

    fn reset(&mut self) {
        self.tree.reset();
        self.environment = Environment::default();
    }

    fn execute(&mut self, command: &Command<'_>) -> Response {
        match (command.class, command.instruction, command.p1, command.p2) {
            (0x00, 0xA4, ..) => self.select(command).into(),
            (0x00, 0xB0, p1, p2) => self.tree.read(p1, p2, false).into(),
            (0x00, 0x22, p1, 0xB6) => self.in_sim().and_then(|()| self.environment.set(p1, 0xB6, command.body)).into(),
            (0x00, 0x2A, 0x9E, 0x9A) => {
                let result = self.in_sim().and_then(|()| self.environment.sign(&self.keys, command.body));
                Response { used_key: result.is_ok(), ..result.into() }
            }
            (0x00, ..) => Response::status(0x6D00),
            _ => Response::status(0x6E00),
        }
    }
}
