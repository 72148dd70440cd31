//! The physical NOEMIE framing: lines with their length in front, a header, entities ended by `@`, a trailer.
//! Not the meaning of entities: those of rejects and payments are not public, ours are in `returns`.
//! From the one public sample, read byte by byte (reference formats 2.12): 4 digits ‖ body ‖ CRLF, 000 first, 999 last.

use std::borrow::Cow;

use liasse_domain::{Code, Coded};

use crate::scan::position;

/// Bytes in a full body of entities, as in the public sample.
pub(crate) const BODY: usize = 2056;
/// Digits in front of a body that say its length.
pub(crate) const LENGTH: usize = 4;
/// Bytes of the header and of the trailer.
const ENDS: usize = 128;

/// One entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity<'a> {
    /// Three digits.
    pub id: u16,
    /// Two digits: level or separator.
    pub level: u8,
    /// What follows, without the final `@`; copied only where it runs over the end of a line. May be personal.
    pub data: Cow<'a, [u8]>,
    /// Physical line where it begins, from 1.
    pub line: usize,
    /// Column there, from 1, the four digits of the length counted.
    pub column: usize,
}

/// A file in NOEMIE framing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noemie<'a> {
    /// Record 000, 128 bytes.
    pub header: &'a [u8],
    /// The entities in their order.
    pub entities: Vec<Entity<'a>>,
    /// Record 999, 128 bytes.
    pub trailer: &'a [u8],
    /// How many physical lines there are, header and trailer among them.
    pub lines: usize,
}

/// A file that has not this framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoemieFault {
    /// A line is not four digits, that many bytes, and CRLF.
    #[error("line {line} has not the length it says")]
    Length {
        /// Which line, from 1.
        line: usize,
    },
    /// The first line is not a record 000 of 128 bytes, or the last not a 999.
    #[error("record {record} is missing")]
    Missing {
        /// Which one.
        record: &'static str,
    },
    /// An entity is not three digits, two digits and data up to `@`.
    #[error("no entity at line {line}, column {column}")]
    Entity {
        /// Which line, from 1.
        line: usize,
        /// Which column, from 1.
        column: usize,
    },
    /// Record 999 counts other lines.
    #[error("{found} lines announced, {expected} there")]
    Count {
        /// What 999 says.
        found: u64,
        /// What is there.
        expected: u64,
    },
}

impl Coded for NoemieFault {
    fn code(&self) -> Code {
        match self {
            Self::Length { .. } => Code("formats.noemie_longueur"),
            Self::Missing { .. } => Code("formats.noemie_incomplet"),
            Self::Entity { .. } => Code("formats.noemie_entite"),
            Self::Count { .. } => Code("formats.noemie_nombre"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Length { line } => vec![("line", line.to_string())],
            Self::Missing { record } => vec![("record", (*record).to_owned())],
            Self::Entity { line, column } => vec![("line", line.to_string()), ("column", column.to_string())],
            Self::Count { found, expected } => {
                vec![("found", found.to_string()), ("expected", expected.to_string())]
            }
        }
    }
}

/// Reads a file in NOEMIE framing, whoever wrote it.
pub fn read(bytes: &[u8]) -> Result<Noemie<'_>, NoemieFault> {
    let bodies = bodies(bytes)?;
    let (header, rest) = bodies.split_first().ok_or(NoemieFault::Missing { record: "000" })?;
    if header.len() != ENDS || !header.starts_with(b"000") {
        return Err(NoemieFault::Missing { record: "000" });
    }
    let (trailer, middle) = rest.split_last().ok_or(NoemieFault::Missing { record: "999" })?;
    if trailer.len() != ENDS || !trailer.starts_with(b"999") {
        return Err(NoemieFault::Missing { record: "999" });
    }
    let expected = u64::try_from(bodies.len()).unwrap_or(u64::MAX);
    let found = digits(trailer.get(55..63).unwrap_or_default()).ok_or(NoemieFault::Count { found: 0, expected })?;
    if found != expected {
        return Err(NoemieFault::Count { found, expected });
    }
    Ok(Noemie { header, entities: entities(middle)?, trailer, lines: bodies.len() })
}

/// The file made of a header, entities (each with its `@`) and a trailer, entities running on from line to line.
/// `trailer` is given the number of physical lines.
pub(crate) fn write(header: &[u8], entities: &[u8], trailer: impl FnOnce(usize) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    push(&mut out, header);
    for body in entities.chunks(BODY) {
        push(&mut out, body);
    }
    push(&mut out, &trailer(entities.chunks(BODY).count() + 2));
    out
}

fn push(out: &mut Vec<u8>, body: &[u8]) {
    out.extend_from_slice(format!("{:04}", body.len()).as_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(b"\r\n");
}

fn bodies(bytes: &[u8]) -> Result<Vec<&[u8]>, NoemieFault> {
    let mut bodies = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let fault = NoemieFault::Length { line: bodies.len() + 1 };
        let (length, after) = rest.split_at_checked(LENGTH).ok_or(fault)?;
        let length = digits(length).and_then(|length| usize::try_from(length).ok()).ok_or(fault)?;
        let (body, after) = after.split_at_checked(length).ok_or(fault)?;
        rest = after.strip_prefix(b"\r\n").ok_or(fault)?;
        bodies.push(body);
    }
    Ok(bodies)
}

fn entities<'a>(bodies: &[&'a [u8]]) -> Result<Vec<Entity<'a>>, NoemieFault> {
    let mut entities = Vec::new();
    // The entity being read, and where it began.
    let (mut current, mut line, mut column) = (Vec::<u8>::new(), 2, LENGTH + 1);
    for (index, body) in bodies.iter().enumerate() {
        let mut rest = *body;
        while !rest.is_empty() {
            if current.is_empty() {
                (line, column) = (index + 2, body.len() - rest.len() + LENGTH + 1);
            }
            let end = position(rest, b'@');
            let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
            rest = after.get(1..).unwrap_or_default();
            match end {
                Some(_) if current.is_empty() => entities.push(entity(Cow::Borrowed(piece), line, column)?),
                Some(_) => {
                    current.extend_from_slice(piece);
                    entities.push(entity(Cow::Owned(std::mem::take(&mut current)), line, column)?);
                }
                None => current.extend_from_slice(piece),
            }
        }
    }
    // The last line may be filled up.
    if current.iter().all(|byte| matches!(byte, b' ' | 0)) {
        Ok(entities)
    } else {
        Err(NoemieFault::Entity { line, column })
    }
}

fn entity(bytes: Cow<'_, [u8]>, line: usize, column: usize) -> Result<Entity<'_>, NoemieFault> {
    let fault = NoemieFault::Entity { line, column };
    let (id, rest) = bytes.split_at_checked(3).ok_or(fault)?;
    let (level, _) = rest.split_at_checked(2).ok_or(fault)?;
    let id = digits(id).and_then(|id| u16::try_from(id).ok()).ok_or(fault)?;
    let level = digits(level).and_then(|level| u8::try_from(level).ok()).ok_or(fault)?;
    let data = match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(5..).unwrap_or_default()),
        Cow::Owned(mut bytes) => Cow::Owned(bytes.split_off(5)),
    };
    Ok(Entity { id, level, data, line, column })
}

/// A number of at most nineteen digits.
fn digits(bytes: &[u8]) -> Option<u64> {
    let number = (1..20).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit);
    number.then(|| bytes.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The shape of the public sample, written here by hand with invented people.
    fn sample() -> Vec<u8> {
        let header = format!("{:<127}Z", "000SI      01999000NOE929MU00000031999999      RJ0008XY260115929");
        let trailer = format!("{:<127}Z", "999SI      01999000NOE929MU00000031999999      RJ0008XY00000003");
        let mut body = b"0100131999999@1100228405780060849".to_vec();
        body.extend_from_slice(b"0UDURAND@2909901MUJ130033\0\0@99002       00000001@");
        let mut file = b"0128".to_vec();
        file.extend_from_slice(header.as_bytes());
        file.extend_from_slice(format!("\r\n{:04}", body.len()).as_bytes());
        file.extend_from_slice(&body);
        file.extend_from_slice(b"\r\n0128");
        file.extend_from_slice(trailer.as_bytes());
        file.extend_from_slice(b"\r\n");
        file
    }

    #[test]
    fn the_public_shape_is_read() {
        let file = sample();
        let noemie = read(&file).expect("framing");
        let seen: Vec<(u16, u8, usize)> = noemie.entities.iter().map(|e| (e.id, e.level, e.data.len())).collect();
        assert_eq!(seen, [(10, 1, 8), (110, 2, 22), (290, 99, 13), (990, 2, 15)]);
        assert_eq!((noemie.entities[1].line, noemie.entities[1].column), (2, 19));
        assert_eq!(&noemie.header[..3], b"000");
        assert_eq!(noemie.lines, 3);
    }

    #[test]
    fn damage_is_placed() {
        let file = sample();
        assert_eq!(read(&file[..file.len() - 1]), Err(NoemieFault::Length { line: 3 }));
        assert_eq!(read(b""), Err(NoemieFault::Missing { record: "000" }));
        assert_eq!(read(&file[..134]), Err(NoemieFault::Missing { record: "999" }));
        let mut other = file.clone();
        other[134 + 4 + 14] = b'X'; // first character of the second entity
        assert_eq!(read(&other), Err(NoemieFault::Entity { line: 2, column: 19 }));
        let mut other = file;
        let at = other.len() - 130 + 62;
        other[at] = b'4';
        assert_eq!(read(&other), Err(NoemieFault::Count { found: 4, expected: 3 }));
    }

    proptest! {
        #[test]
        fn entities_run_over_lines(count in 0usize..200) {
            let header = format!("{:<128}", "000");
            let entities: Vec<u8> = (0..count).flat_map(|n| format!("82002{n:0>30}@").into_bytes()).collect();
            let file = write(header.as_bytes(), &entities, |lines| format!("{:<128}", format!("999{:52}{lines:08}", "")).into_bytes());
            let noemie = read(&file).expect("our own framing");
            prop_assert_eq!(noemie.entities.len(), count);
            for (n, entity) in noemie.entities.iter().enumerate() {
                prop_assert_eq!(&entity.data, &format!("{n:0>30}").into_bytes());
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), keep in 0usize..300) {
            let _ = read(&bytes);
            let file = sample();
            let mut mixed = file[..keep.min(file.len())].to_vec();
            mixed.append(&mut bytes);
            let _ = read(&mixed);
        }
    }
}
