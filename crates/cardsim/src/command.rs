//! A command APDU as a card takes it apart, and its answer before the transport shapes it.
//! Short form only, as CPS3 and Vitale speak. Source: ISO 7816-3, cases 1 to 4.

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// Class.
    pub class: u8,
    /// Instruction.
    pub instruction: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Body.
    pub body: &'a [u8],
    /// Expected length, 1 to 256, where there is one.
    pub expected: Option<usize>,
}

impl<'a> Command<'a> {
    /// Takes the bytes apart; `None` when the lengths do not match.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[class, instruction, p1, p2], rest) = bytes.split_first_chunk::<4>()?;
        let le = |byte: u8| Some(if byte == 0 { 256 } else { usize::from(byte) });
        let (body, expected) = match rest {
            [] => (&[][..], None),
            [length] => (&[][..], le(*length)),
            [length, rest @ ..] if rest.len() == usize::from(*length) => (rest, None),
            [length, rest @ .., last] if rest.len() == usize::from(*length) => (rest, le(*last)),
            _ => return None,
        };
        Some(Self { class, instruction, p1, p2, body, expected })
    }

    /// The two parameters as one number: an offset.
    pub fn parameters(&self) -> u16 {
        u16::from_be_bytes([self.p1, self.p2])
    }
}

/// What a card's application answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Data; all that there is, the transport cuts.
    pub data: Vec<u8>,
    /// Status word.
    pub sw: u16,
    /// Whether the private key was used, which takes its time.
    pub used_key: bool,
}

impl Response {
    /// Success with data.
    pub fn data(data: Vec<u8>) -> Self {
        Self { data, sw: 0x9000, used_key: false }
    }

    /// A status word alone.
    pub fn status(sw: u16) -> Self {
        Self { data: Vec::new(), sw, used_key: false }
    }
}

impl From<Result<Vec<u8>, u16>> for Response {
    fn from(result: Result<Vec<u8>, u16>) -> Self {
        result.map_or_else(Self::status, Self::data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_cases() {
        let parts = |bytes: &'static [u8]| Command::parse(bytes).map(|c| (c.body.to_vec(), c.expected));
        assert_eq!(parts(&[0, 0x20, 0, 1]), Some((vec![], None)));
        assert_eq!(parts(&[0, 0xB0, 0, 0, 0]), Some((vec![], Some(256))));
        assert_eq!(parts(&[0, 0xA4, 0, 0, 2, 0x3F, 0]), Some((vec![0x3F, 0], None)));
        assert_eq!(parts(&[0, 0xA4, 0, 0, 2, 0x3F, 0, 0x10]), Some((vec![0x3F, 0], Some(16))));
        assert_eq!(parts(&[0, 0x20, 0]), None);
        assert_eq!(parts(&[0, 0xA4, 0, 0, 4, 0x3F]), None);
    }
}
