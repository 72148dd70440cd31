//! What a caisse sends back: ARL, rejects, payments. One message has one writing.

use liasse_formats::returns::{ReturnFault, read, write};

use super::{noemie, place};

/// Any bytes as a return.
pub fn arl(bytes: &[u8]) {
    let framed = bytes.starts_with(b"0128");
    let lines = || if framed { place::framed(bytes) } else { place::strict(bytes) };
    match read(bytes) {
        Ok(message) => {
            let again = write(&message);
            assert!(again == bytes, "another writing");
            assert_eq!(read(&again).as_ref(), Ok(&message));
        }
        Err(ReturnFault::Record(fault)) => place::inside(&fault, &lines()),
        Err(ReturnFault::Framing(fault)) => noemie::refused(fault, &lines()),
        Err(ReturnFault::Entity { line, column, .. }) => {
            let lines = lines();
            let length = line.checked_sub(1).and_then(|index| lines.get(index)).map_or(0, |line| line.len());
            assert!(line > 1 && line < lines.len() && column > 4 && column <= length, "outside the middle lines");
        }
        Err(ReturnFault::Unknown | ReturnFault::Contradiction) => {}
    }
}
