//! Short command APDUs, built in buffers that are wiped: a body may hold a PIN.
//! Not the dialogue. Source: ISO 7816-3 (cases 1 to 4) and 7816-4.

use std::fmt;

use zeroize::Zeroizing;

use crate::channel::Protocol;

/// A command to a card. `Debug` shows the header only.
#[derive(Clone)]
pub struct Command {
    header: [u8; 4],
    body: Zeroizing<Vec<u8>>,
    expected: Option<u16>,
    once: bool,
    left: bool,
    basic: bool,
}

impl Command {
    /// Class, instruction and the two parameters; no body, nothing expected.
    pub fn new(class: u8, instruction: u8, p1: u8, p2: u8) -> Self {
        Self {
            header: [class, instruction, p1, p2],
            body: Zeroizing::new(Vec::new()),
            expected: None,
            once: false,
            left: false,
            basic: false,
        }
    }

    /// The command that fetches `length` waiting bytes of this one's answer (GET RESPONSE), in its class.
    pub fn get_response(&self, length: u16) -> Self {
        Self { basic: self.basic, ..Self::new(self.class(), 0xC0, 0x00, 0x00).expecting(length) }
    }

    /// Adds a body. A short command carries 255 bytes; what is beyond is not sent and the card will refuse the rest.
    pub fn body(mut self, body: &[u8]) -> Self {
        self.body = Zeroizing::new(body[..body.len().min(255)].to_vec());
        self
    }

    /// Expects at most `length` bytes, 1 to 256.
    pub fn expecting(mut self, length: u16) -> Self {
        self.expected = Some(length.clamp(1, 256));
        self
    }

    /// Marks a command that must reach the card once at most, whatever it answers: it carries a secret.
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Leaves the answer where it is: a selection whose control parameters nobody needs costs no GET RESPONSE under T=0.
    pub fn leaving_the_answer(mut self) -> Self {
        self.left = true;
        self
    }

    /// Keeps the command on the basic channel, whichever logical channel the dialogue runs on.
    pub fn on_basic_channel(mut self) -> Self {
        self.basic = true;
        self
    }

    /// The class byte.
    pub fn class(&self) -> u8 {
        self.header[0]
    }

    /// Whether the command must not be repeated.
    pub fn is_once(&self) -> bool {
        self.once
    }

    /// Whether nobody wants the answer's data.
    pub fn leaves_the_answer(&self) -> bool {
        self.left
    }

    /// The bytes to send on a logical channel (0 is the basic one; only interindustry classes name it). Under T=0 a command
    /// with a body carries no expected length (ISO 7816-3, case 4), and one with neither a zero in its place (case 1).
    pub fn bytes(&self, protocol: Protocol, channel: u8) -> Zeroizing<Vec<u8>> {
        // All the room at once, so that no copy of a secret stays behind in a buffer that grew.
        let mut bytes = Zeroizing::new(Vec::with_capacity(6 + self.body.len()));
        let [class, instruction, p1, p2] = self.header;
        let class = if class == 0x00 && !self.basic { channel & 0x03 } else { class };
        bytes.extend_from_slice(&[class, instruction, p1, p2]);
        if !self.body.is_empty() {
            bytes.push(u8::try_from(self.body.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(&self.body);
        }
        if let Some(expected) = self.expected
            && (self.body.is_empty() || protocol == Protocol::T1)
        {
            bytes.push((expected % 256) as u8);
        } else if self.body.is_empty() && protocol == Protocol::T0 {
            bytes.push(0);
        }
        bytes
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [class, instruction, p1, p2] = self.header;
        write!(f, "Command({class:02X} {instruction:02X} {p1:02X} {p2:02X}, {} bytes)", self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_cases() {
        let plain = Command::new(0x00, 0x20, 0x00, 0x01);
        assert_eq!(*plain.bytes(Protocol::T0, 0), [0x00, 0x20, 0x00, 0x01, 0x00]);
        assert_eq!(*plain.bytes(Protocol::T1, 0), [0x00, 0x20, 0x00, 0x01]);
        let read = Command::new(0x00, 0xB0, 0x82, 0x00).expecting(256);
        assert_eq!(*read.bytes(Protocol::T0, 0), [0x00, 0xB0, 0x82, 0x00, 0x00]);
        let select = Command::new(0x00, 0xA4, 0x09, 0x04).body(&[0x3F, 0x00]).expecting(256);
        assert_eq!(*select.bytes(Protocol::T0, 0), [0x00, 0xA4, 0x09, 0x04, 0x02, 0x3F, 0x00]);
        assert_eq!(*select.bytes(Protocol::T1, 0), [0x00, 0xA4, 0x09, 0x04, 0x02, 0x3F, 0x00, 0x00]);
    }

    #[test]
    fn a_logical_channel_stands_in_the_class() {
        let sign = Command::new(0x00, 0x2A, 0x9E, 0x9A).body(&[7]);
        assert_eq!(*sign.bytes(Protocol::T0, 1), [0x01, 0x2A, 0x9E, 0x9A, 1, 7]);
        assert_eq!(*sign.get_response(256).bytes(Protocol::T0, 1), [0x01, 0xC0, 0x00, 0x00, 0x00]);
        let volet = Command::new(0xA0, 0xA4, 0x00, 0x00).body(&[0x3F, 0x00]);
        assert_eq!(volet.bytes(Protocol::T0, 1)[0], 0xA0, "a class of its own has no channel");
        let basic = Command::new(0x00, 0xA4, 0x04, 0x0C).body(&[1]).on_basic_channel();
        assert_eq!(basic.bytes(Protocol::T0, 1)[0], 0x00);
        assert_eq!(basic.get_response(2).bytes(Protocol::T0, 1)[0], 0x00);
    }

    #[test]
    fn printing_shows_no_body() {
        let verify = Command::new(0x00, 0x20, 0x00, 0x01).body(b"80471936").once();
        assert_eq!(format!("{verify:?}"), "Command(00 20 00 01, 8 bytes)");
    }

    #[test]
    fn a_body_too_long_is_cut_where_its_length_says() {
        let bytes = Command::new(0, 0, 0, 0).body(&[7; 300]).bytes(Protocol::T0, 0);
        assert_eq!((bytes[4], bytes.len()), (255, 260));
    }
}
