//! A simulated CPS4: the files, codes and keys of a CPS3 behind the dialect of the fourth generation, on channel 1.
//! Not a real card: published are the channel, the way back to it, MSE and its bytes, counters by an empty VERIFY, and how a
//! PIN is unblocked (reference cards, 1.6). Its files and how it takes a hash are ours, `sim`.

use liasse_cards::cps::{CPS_AID, VOLET_AID};

use crate::card::Application;
use crate::command::{Command, Response};
use crate::cps3::Cps3;
use crate::cps3::pkcs15::FOURTH;
use crate::image::CpsImage;

/// ATR of a CPS4 that speaks T=0 alone (ANS).
const ATR: [u8; 17] =
    [0x3B, 0xDC, 0x18, 0xFF, 0x00, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x00, 0x04, 0x01, 0x00, 0x90, 0x00];

/// The issuer's application, which is there and holds nothing for us.
const ISSUER_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// MSE for a signature with SHA-256: algorithm 28, key 10 with its high bit; and the same in the words of a CPS3.
const ENVIRONMENT: [u8; 4] = [0x91, 0x02, 0x28, 0x90];
const OF_A_CPS3: [u8; 6] = [0x80, 0x01, 0x42, 0x84, 0x01, 0x81];

const WRONG_CHANNEL: u16 = 0x6881;

/// A CPS4.
pub struct Cps4 {
    card: Cps3,
    /// Whether the application "CPS" is selected on channel 1.
    is_selected: bool,
    /// Whether the volet is selected on the basic channel.
    in_volet: bool,
    /// Whether the unblocking code has just opened the way to a new PIN.
    may_renew: bool,
}

impl Cps4 {
    /// Lays a card out from the image of any CPS.
    pub fn new(serial: &str, image: &CpsImage) -> Self {
        let card = Cps3::of_edition(serial, image, &FOURTH);
        Self { card, is_selected: false, in_volet: false, may_renew: false }
    }

    /// A command of the basic channel: only the volet is reached there.
    fn on_basic_channel(&mut self, command: &Command<'_>) -> Response {
        if command.instruction != 0xA4 || command.p1 != 0x04 || command.body != VOLET_AID {
            return Response::status(WRONG_CHANNEL);
        }
        self.in_volet = true;
        self.inside(command)
    }

    fn on_own_channel(&mut self, command: &Command<'_>) -> Response {
        match (command.instruction, command.p1, command.p2) {
            (0xA4, 0x04, _) if command.body == ISSUER_AID => {
                self.is_selected = false;
                Response::data(Vec::new())
            }
            (0xA4, 0x04, _) if command.body == CPS_AID => {
                let response = self.inside(command);
                self.is_selected = response.sw == 0x9000;
                response
            }
            _ if !self.is_selected => Response::status(0x6985),
            (0x22, 0x81, 0xB6) if command.body == ENVIRONMENT => {
                self.inside(&Command { p1: 0x41, body: &OF_A_CPS3, ..*command })
            }
            (0x22, 0x81, 0xB6) => Response::status(0x6A80),
            (0x2C, 0x03, 0x81) if command.body.is_empty() => {
                let sw = self.card.give_tries_back();
                self.may_renew = sw == 0x9000;
                Response::status(sw)
            }
            (0x24, 0x01, 0x01) if std::mem::take(&mut self.may_renew) => {
                Response::status(self.card.set_pin(command.body))
            }
            (0x24, 0x01, 0x01) => Response::status(0x6985),
            (0xA4 | 0xB0 | 0x20, ..) | (0x24, 0x00, 0x01) | (0x2A, 0x9E, 0x9A) => self.inside(command),
            (0x22 | 0x24 | 0x2A | 0x2C, ..) => Response::status(0x6A86),
            // No GET DATA of codes, no INTERNAL AUTHENTICATE.
            _ => Response::status(0x6D00),
        }
    }

    fn inside(&mut self, command: &Command<'_>) -> Response {
        self.card.execute(&Command { class: 0x00, ..*command })
    }
}

impl Application for Cps4 {
    fn atr(&self) -> &'static [u8] {
        &ATR
    }

    fn reset(&mut self) {
        self.card.reset();
        (self.is_selected, self.in_volet, self.may_renew) = (false, false, false);
    }

    fn block(&mut self) {
        self.card.block();
    }

    fn execute(&mut self, command: &Command<'_>) -> Response {
        match command.class {
            0x00 => self.on_basic_channel(command),
            0x01 => self.on_own_channel(command),
            0xA0 if self.in_volet => self.card.execute(command),
            _ => Response::status(0x6E00),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_atr_is_a_published_one() {
        assert_eq!(liasse_cards::identify(&ATR), liasse_domain::CardKind::Cps4);
    }
}
