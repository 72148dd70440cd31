//! A message in plain words: a line that says to whom, from whom and when, an empty line, the text in UTF-8.
//! Not a real layout (`sim`): the line stands inside what is signed, as the envelope around it does not.

use liasse_domain::returns::Service;
use liasse_domain::{BillingNumber, Destination};

use crate::b2::dates::{compact, long};

/// The most bytes of a text: a person reads it.
const MOST: usize = 20_000;
const HEAD: &str = "SIM SERVICE ";

/// The bytes. What could hide or turn round a part of the text is dropped, and so is what exceeds 20 000 bytes.
pub(super) fn write(message: &Service) -> Vec<u8> {
    let (from, on) = (&message.from, compact(message.on));
    let text = plain(&message.text).replace('\n', "\r\n");
    format!("{HEAD}{} {}{} {on}\r\n\r\n{text}\r\n", message.billing, from.regime(), from.caisse()).into_bytes()
}

/// The message that bytes are. That they are its one writing is looked at by the caller.
pub(super) fn read(bytes: &[u8]) -> Option<Service> {
    let text = std::str::from_utf8(bytes).ok()?.strip_prefix(HEAD)?;
    let (head, text) = text.split_once("\r\n\r\n")?;
    let mut words = head.split(' ');
    let billing = BillingNumber::parse(words.next()?).ok()?;
    let (regime, caisse) = words.next()?.split_at_checked(2)?;
    let from = Destination::new(regime, caisse).ok()?;
    let on = long(words.next()?.as_bytes())?;
    // Twice its bound with the carriage returns at most: what is longer is no message of a caisse.
    let text = text.strip_suffix("\r\n").filter(|text| text.len() <= 2 * MOST)?;
    words.next().is_none().then(|| Service { billing, from, on, text: text.replace("\r\n", "\n") })
}

fn plain(text: &str) -> String {
    let shown = text.chars().filter(|&character| character == '\n' || !(character.is_control() || turns(character)));
    let mut size = 0;
    let within = shown.take_while(|character| {
        size += character.len_utf8();
        size <= MOST
    });
    within.collect::<String>().trim().to_owned()
}

/// Marks that change the direction of what follows (Unicode, annex 9): a text must not read otherwise than it is.
fn turns(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
