//! A card that is nothing but files, cut out of the fuzzer's bytes: it answers as a friendly card does, all at once, and
//! what is hostile stands in its files and in the sizes it tells.
//! Not a simulated card (crate `cardsim`): it has no rights and no codes, and takes every PIN.

use std::collections::HashMap;

use liasse_cards::{CardChannel, ChannelError, Protocol};

/// Length of an entry that is there and not given (6982).
const PROTECTED: u16 = 0xFFFF;
/// Bit of a length: the entry begins with its own control parameters, their length before them.
const OWN_CONTROL: u16 = 0x8000;
/// First byte of the identifier of what GET DATA and a signature answer.
const OBJECT: u8 = 0xCB;
const SIGNATURE: [u8; 2] = [0x2A, 0x9E];

/// Identifier of a file: its own; by short identifier the last byte of the application's AID, and `80 | short`.
type Name = [u8; 2];

struct File {
    control: Option<Vec<u8>>,
    /// `None` when it is not given.
    content: Option<Vec<u8>>,
}

/// See the module.
pub struct FileCard {
    atr: &'static [u8],
    files: HashMap<Name, File>,
    application: u8,
    current: Option<Name>,
}

impl FileCard {
    /// Entries one after the other, each `identifier(2) length(2) content`; the last may be cut short, the first of a name
    /// counts.
    pub fn new(atr: &'static [u8], mut bytes: &[u8]) -> Self {
        let mut files = HashMap::new();
        while let [high, low, long, short, rest @ ..] = bytes {
            let length = u16::from_be_bytes([*long, *short]);
            let size = if length == PROTECTED { 0 } else { usize::from(length & !OWN_CONTROL) };
            let (entry, after) = rest.split_at(size.min(rest.len()));
            files.entry([*high, *low]).or_insert_with(|| file(length, entry));
            bytes = after;
        }
        Self { atr, files, application: 0, current: None }
    }

    fn select(&mut self, apdu: &Parts<'_>) -> Vec<u8> {
        if apdu.p1 == 0x04 {
            let last = apdu.body.last().copied().unwrap_or_default();
            // An application is there unless an entry says otherwise.
            let entry = self.files.get(&[0xAD, last]);
            if entry.is_some_and(|entry| entry.content.is_none()) {
                return status(0x6A82);
            }
            (self.application, self.current) = (last, None);
            let told = entry.and_then(|entry| entry.content.clone()).unwrap_or_default();
            return if apdu.wants_control() { ok(told) } else { ok(Vec::new()) };
        }
        let name = match apdu.body {
            [.., high, low] => [*high, *low],
            _ => [0x3F, 0x00],
        };
        let Some(file) = self.files.get(&name) else {
            let is_folder = matches!(name, [0x3F, 0x00] | [0x00, 0x01] | [0x7F, 0x01]);
            if name == [0x3F, 0x00] {
                (self.application, self.current) = (0, None);
            }
            return match (is_folder, apdu.class & 0xF0) {
                (false, _) => status(0x6A82),
                (true, 0xA0) => ok(vec![0x85, 5, 0, 0, name[0], name[1], 2]),
                (true, _) => ok(Vec::new()),
            };
        };
        self.current = Some(name);
        let size = file.content.as_ref().map_or(0, Vec::len).to_be_bytes();
        let [.., high, low] = size;
        let control = match (&file.control, apdu.class & 0xF0) {
            (Some(own), _) => own.clone(),
            (None, 0xA0) => vec![0x85, 5, high, low, name[0], name[1], 4],
            (None, _) => vec![0x62, 4, 0x80, 2, high, low],
        };
        if apdu.wants_control() || apdu.class & 0xF0 == 0xA0 { ok(control) } else { ok(Vec::new()) }
    }

    fn read(&mut self, apdu: &Parts<'_>) -> Vec<u8> {
        let by_short_name = apdu.p1 & 0x80 != 0 && apdu.class & 0xF0 == 0;
        if by_short_name {
            self.current = Some([self.application, apdu.p1]);
        }
        let offset =
            if by_short_name { usize::from(apdu.p2) } else { usize::from(u16::from_be_bytes([apdu.p1, apdu.p2])) };
        match self.current.and_then(|name| self.files.get(&name)).map(|file| &file.content) {
            None => status(0x6A82),
            Some(None) => status(0x6982),
            Some(Some(content)) => match content.get(offset..).filter(|rest| !rest.is_empty()) {
                None => status(0x6B00),
                Some(rest) => ok(rest[..rest.len().min(apdu.expected)].to_vec()),
            },
        }
    }

    /// An entry that is no file.
    fn object(&self, name: Name, otherwise: Vec<u8>) -> Vec<u8> {
        match self.files.get(&name).map(|file| &file.content) {
            None => ok(otherwise),
            Some(None) => status(0x6982),
            Some(Some(content)) => ok(content[..content.len().min(256)].to_vec()),
        }
    }
}

impl CardChannel for FileCard {
    fn atr(&self) -> &[u8] {
        self.atr
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let Some(apdu) = Parts::of(apdu) else { return Ok(status(0x6700)) };
        Ok(match apdu.instruction {
            0xA4 => self.select(&apdu),
            0xB0 => self.read(&apdu),
            // The number of the object stands in the seventh byte of the published request.
            0xCB => self.object([OBJECT, apdu.body.get(6).copied().unwrap_or_default()], Vec::new()),
            0x2A => self.object(SIGNATURE, vec![0x5A; 256]),
            0x20 | 0x22 | 0x24 | 0x2C => ok(Vec::new()),
            _ => status(0x6D00),
        })
    }

    fn protocol(&self) -> Protocol {
        Protocol::T1
    }
}

fn file(length: u16, entry: &[u8]) -> File {
    let content = |bytes: &[u8]| Some(bytes.to_vec());
    match entry {
        _ if length == PROTECTED => File { control: None, content: None },
        [size, rest @ ..] if length & OWN_CONTROL != 0 => {
            let (control, rest) = rest.split_at(usize::from(*size).min(rest.len()));
            File { control: content(control), content: content(rest) }
        }
        entry => File { control: None, content: content(entry) },
    }
}

/// A command, taken apart as a card that speaks T=1 does.
struct Parts<'a> {
    class: u8,
    instruction: u8,
    p1: u8,
    p2: u8,
    body: &'a [u8],
    expected: usize,
}

impl<'a> Parts<'a> {
    fn of(apdu: &'a [u8]) -> Option<Self> {
        let [class, instruction, p1, p2, rest @ ..] = apdu else { return None };
        let (body, le) = match rest {
            [] => (&[][..], None),
            [le] => (&[][..], Some(*le)),
            [length, rest @ ..] => {
                let (body, rest) = rest.split_at_checked(usize::from(*length))?;
                (body, rest.first().copied())
            }
        };
        let expected = match le {
            Some(0) | None => 256,
            Some(le) => usize::from(le),
        };
        Some(Self { class: *class, instruction: *instruction, p1: *p1, p2: *p2, body, expected })
    }

    fn wants_control(&self) -> bool {
        self.p2 & 0x0C != 0x0C
    }
}

fn ok(mut data: Vec<u8>) -> Vec<u8> {
    // No short response holds more, own control parameters neither.
    data.truncate(256);
    data.extend([0x90, 0x00]);
    data
}

fn status(word: u16) -> Vec<u8> {
    word.to_be_bytes().to_vec()
}
