//! A channel that plays a published dialogue back: each command must be the one that was recorded.
//! For tests only. Dialogues are hexadecimal, spaces allowed.

use crate::channel::{CardChannel, ChannelError};
use crate::exchange::Exchange;

/// Bytes from hexadecimal.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal")).collect()
}

/// An exchange over a recorded dialogue: command, response, command, response…
pub fn replay(dialogue: &[(&str, &str)]) -> Exchange {
    let lines = dialogue.iter().rev().map(|(command, response)| (hex(command), hex(response))).collect();
    Exchange::new(Box::new(Replay { lines }))
}

struct Replay {
    lines: Vec<(Vec<u8>, Vec<u8>)>,
}

impl CardChannel for Replay {
    fn atr(&self) -> &[u8] {
        &[]
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let (command, response) = self.lines.pop().expect("the dialogue is over");
        assert_eq!(apdu, command, "another command than the recorded one");
        Ok(response)
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.lines.is_empty(), "the dialogue was not played to its end");
        }
    }
}
