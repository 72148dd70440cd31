//! What a table of fields is: fixed positions in records of 128 characters, their kinds, and where a value comes from.
//! Not the tables themselves (`cp`, `sim_er`, `envelope`) and not the reading or writing of whole files.
//! Kinds and justification: norme B2, reference formats 1.1 (text left, digits right padded with zeros, dates AAMMJJ).

use std::collections::BTreeMap;

use super::fault::{Fault, Found};
use super::render::RenderError;
use crate::groups::{Group, from_latin1};
use liasse_domain::Code;

/// Characters in a record.
pub(crate) const WIDTH: usize = 128;

/// What may stand in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text: capitals, left-justified, padded with blanks.
    A,
    /// Digits, right-justified, padded with zeros.
    N,
    /// A date AAMMJJ; zeros for none.
    D,
    /// A birth date AAMMJJ, impossible months and days included.
    B,
    /// A filler: blanks.
    F,
    /// Layout not public: anything printable.
    U,
    /// A label for a person: ISO-8859-1, small letters and accents included, left-justified.
    L,
}

/// Where the value of a field comes from when the record is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A foreign record: read, never written.
    Foreign,
    /// Always this text, justified as the kind says.
    Fixed(&'static str),
    /// Field of a group.
    Of(u16, u8),
    /// A number and its key, two fields of a group, joined. Read back into the first.
    Joined(u16, u8, u8),
}

/// One field: positions from 1, bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// First position.
    pub start: usize,
    /// Last position.
    pub end: usize,
    /// Its name, as in the public table.
    pub name: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// Where its value comes from.
    pub source: Source,
}

/// A field of a foreign record.
pub(crate) const fn cp(start: usize, end: usize, name: &'static str, kind: Kind) -> Field {
    Field { start, end, name, kind, source: Source::Foreign }
}

/// A field of one of our records.
pub(crate) const fn sim(start: usize, end: usize, name: &'static str, kind: Kind, source: Source) -> Field {
    Field { start, end, name, kind, source }
}

impl Field {
    /// The bytes of this field in a line, when the line reaches that far.
    pub fn of<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        line.get(self.start - 1..self.end)
    }

    fn width(&self) -> usize {
        self.end + 1 - self.start
    }
}

/// A record: its name and its fields, in parts so that records share their prefix.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// `2S`, `000`…
    pub name: &'static str,
    /// The fields, in the order of their positions.
    pub parts: &'static [&'static [Field]],
}

impl Record {
    /// The fields in the order of their positions.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name == name)
    }
}

/// Writes one record from the groups, or says which value does not fit.
pub(crate) fn write(record: &Record, groups: &[&Group], out: &mut Vec<u8>) -> Result<(), RenderError> {
    for field in record.fields() {
        let value = match field.source {
            Source::Foreign => Vec::new(),
            Source::Fixed(text) => text.as_bytes().to_vec(),
            Source::Of(group, number) => value_of(groups, group, number),
            Source::Joined(group, number, key) => {
                [value_of(groups, group, number), value_of(groups, group, key)].concat()
            }
        };
        write_field(field, &value, out).map_err(|unfit| RenderError::Unfit {
            record: record.name,
            field: field.name,
            reason: unfit,
        })?;
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Why a value does not fit its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Another number of characters or digits than the field holds.
    Width,
    /// A character that the field cannot hold.
    Characters,
    /// A date outside the years 2000 to 2099, which AAMMJJ cannot tell apart.
    Date,
}

fn value_of(groups: &[&Group], id: u16, number: u8) -> Vec<u8> {
    groups.iter().find(|group| group.id == id).map(|group| group.field(number).to_vec()).unwrap_or_default()
}

fn write_field(field: &Field, value: &[u8], out: &mut Vec<u8>) -> Result<(), Unfit> {
    let width = field.width();
    let digits = value.iter().all(u8::is_ascii_digit);
    let (value, pad, right) = match field.kind {
        Kind::A | Kind::U if !is_text(value) => return Err(Unfit::Characters),
        Kind::A | Kind::U => (value, b' ', false),
        Kind::L if !value.iter().all(is_label) => return Err(Unfit::Characters),
        Kind::L => (value, b' ', false),
        Kind::F if !value.is_empty() => return Err(Unfit::Characters),
        Kind::F => (value, b' ', false),
        Kind::N | Kind::D | Kind::B if !digits => return Err(Unfit::Characters),
        Kind::N => (value, b'0', true),
        Kind::D => match value {
            [] => (value, b'0', true),
            [b'2', b'0', short @ ..] if short.len() == 6 => (short, b'0', true),
            _ => return Err(Unfit::Date),
        },
        Kind::B => match value {
            [_, _, short @ ..] if short.len() == 6 => (short, b'0', true),
            _ => return Err(Unfit::Date),
        },
    };
    let padding = width.checked_sub(value.len()).ok_or(Unfit::Width)?;
    let padding = std::iter::repeat_n(pad, padding);
    if right {
        out.extend(padding);
        out.extend_from_slice(value);
    } else {
        out.extend_from_slice(value);
        out.extend(padding);
    }
    Ok(())
}

/// Capitals, digits and signs of ASCII, no blank at either end: what a text field gives back unchanged.
fn is_text(value: &[u8]) -> bool {
    value.iter().all(is_capital) && value.first() != Some(&b' ') && value.last() != Some(&b' ')
}

/// Printable ASCII without small letters.
pub(crate) fn is_capital(byte: &u8) -> bool {
    (b' '..=b'_').contains(byte)
}

/// Printable ISO-8859-1, without `@`, which ends an entity of NOEMIE.
pub(crate) fn is_label(byte: &u8) -> bool {
    matches!(byte, b' '..=b'?' | b'A'..=b'~' | 0xA0..=0xFF)
}

/// A value that was read, and where.
#[derive(Clone)]
pub(crate) struct Value {
    /// As it stands on the wire, blanks at the end of a text taken off.
    pub text: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// The record.
    pub record: &'static str,
    /// The field.
    pub field: &'static str,
}

impl Value {
    /// A fault at this place.
    pub fn fault(&self, code: Code, found: Found) -> Fault {
        Fault {
            line: self.line,
            column: self.column,
            record: self.record.to_owned(),
            field: self.field.to_owned(),
            code,
            found,
        }
    }
}

/// What our records said, by group and field.
#[derive(Default)]
pub(crate) struct Values(BTreeMap<(u16, u8), Value>);

impl Values {
    /// The value of a field of a group, if a record that carries it was read.
    pub fn get(&self, group: u16, number: u8) -> Option<&Value> {
        self.0.get(&(group, number))
    }

    /// Takes all values of these groups out, so that the next record may bring others.
    pub fn take(&mut self, first: u16, last: u16) -> Values {
        let mut rest = self.0.split_off(&(first, 0));
        let mut after = rest.split_off(&(last.saturating_add(1), 0));
        self.0.append(&mut after);
        Values(rest)
    }
}

/// Reads one of our records: every position is checked against the kind, fixed values and earlier records.
pub(crate) fn read(record: &'static Record, line: &[u8], number: usize, values: &mut Values, faults: &mut Vec<Fault>) {
    for field in record.fields() {
        let Some(bytes) = field.of(line).filter(|_| faults.len() < super::check::Report::MOST) else { return };
        let value = Value {
            text: from_latin1(bytes).trim_end_matches(' ').to_owned(),
            line: number,
            column: field.start,
            record: record.name,
            field: field.name,
        };
        if let Some((offset, code, found)) = misfit(field.kind, bytes) {
            let mut fault = value.fault(code, found);
            fault.column += offset;
            faults.push(fault);
            continue;
        }
        let key = match field.source {
            Source::Foreign => continue,
            Source::Fixed(text) => {
                let mut expected = Vec::new();
                if write_field(field, text.as_bytes(), &mut expected).is_err() || expected != bytes {
                    faults.push(value.fault(Code("formats.b2_fixe"), Found::Nothing));
                }
                continue;
            }
            Source::Of(group, number) | Source::Joined(group, number, _) => (group, number),
        };
        match values.0.get(&key) {
            Some(earlier) if earlier.text != value.text => {
                faults.push(value.fault(Code("formats.b2_incoherent"), Found::Nothing));
            }
            Some(_) => {}
            None => {
                values.0.insert(key, value);
            }
        }
    }
}

/// Whether all bytes fit; without a way out in the middle, so that several are looked at at once.
fn all(bytes: &[u8], fits: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(true, |all, byte| all & fits(*byte))
}

/// Why bytes are not what their kind says: offset of the first wrong one, code, and what was found.
pub(crate) fn misfit(kind: Kind, bytes: &[u8]) -> Option<(usize, Code, Found)> {
    // Nearly every field of a real file is sound: one look at each byte settles it.
    let blank = || all(bytes, |byte| byte == b' ');
    let settled = match kind {
        Kind::F => blank(),
        Kind::U => all(bytes, |byte| (b' '..=b'~').contains(&byte)),
        Kind::A | Kind::L if bytes.first() == Some(&b' ') => blank(),
        Kind::A => all(bytes, |byte| is_capital(&byte)),
        Kind::L => all(bytes, |byte| is_label(&byte)),
        Kind::N | Kind::B => all(bytes, |byte| byte.is_ascii_digit()),
        Kind::D => all(bytes, |byte| byte == b'0'),
    };
    if settled {
        return None;
    }
    let first = |wrong: &dyn Fn(&u8) -> bool, code| {
        bytes.iter().position(wrong).map(|at| (at, code, bytes.get(at).copied().map_or(Found::Nothing, Found::Byte)))
    };
    let not_left = || {
        let blank_first = bytes.first() == Some(&b' ') && bytes.iter().any(|byte| *byte != b' ');
        blank_first.then_some((0, Code("formats.b2_cadrage"), Found::Nothing))
    };
    match kind {
        Kind::F => first(&|byte| *byte != b' ', Code("formats.b2_remplissage")),
        Kind::U => first(&|byte| !(b' '..=b'~').contains(byte), Code("formats.b2_caractere")),
        Kind::A => first(&|byte| !is_capital(byte), Code("formats.b2_caractere")).or_else(not_left),
        Kind::L => first(&|byte| !is_label(byte), Code("formats.b2_caractere")).or_else(not_left),
        Kind::N | Kind::B => first(&|byte| !byte.is_ascii_digit(), Code("formats.b2_numerique")),
        Kind::D => first(&|byte| !byte.is_ascii_digit(), Code("formats.b2_numerique")).or_else(|| {
            let none = bytes.iter().all(|byte| *byte == b'0');
            (!none && super::dates::short(bytes).is_none()).then_some((0, Code("formats.b2_date"), Found::Nothing))
        }),
    }
}

/// Asserts that a table covers the 128 positions without gap or overlap.
#[cfg(test)]
pub(crate) fn assert_covers(record: &Record) {
    let mut next = 1;
    for field in record.fields() {
        assert_eq!(field.start, next, "record {} field {}", record.name, field.name);
        assert!(field.end >= field.start, "record {} field {}", record.name, field.name);
        next = field.end + 1;
    }
    assert_eq!(next, WIDTH + 1, "record {}", record.name);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: Kind, width: usize, value: &str) -> Result<String, Unfit> {
        let mut out = Vec::new();
        write_field(&cp(1, width, "x", kind), value.as_bytes(), &mut out)?;
        Ok(String::from_utf8(out).expect("ascii"))
    }

    #[test]
    fn kinds_justify_as_the_norm_says() {
        assert_eq!(written(Kind::A, 5, "G"), Ok("G    ".to_owned()));
        assert_eq!(written(Kind::N, 7, "3000"), Ok("0003000".to_owned()));
        assert_eq!(written(Kind::N, 3, ""), Ok("000".to_owned()));
        assert_eq!(written(Kind::D, 6, "20260115"), Ok("260115".to_owned()));
        assert_eq!(written(Kind::D, 6, ""), Ok("000000".to_owned()));
        assert_eq!(written(Kind::B, 6, "19511920"), Ok("511920".to_owned()));
        assert_eq!(written(Kind::F, 3, ""), Ok("   ".to_owned()));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(written(Kind::N, 3, "1000"), Err(Unfit::Width));
        assert_eq!(written(Kind::N, 3, "-10"), Err(Unfit::Characters));
        assert_eq!(written(Kind::A, 3, "g"), Err(Unfit::Characters));
        assert_eq!(written(Kind::A, 3, " G"), Err(Unfit::Characters));
        assert_eq!(written(Kind::A, 3, "GGGG"), Err(Unfit::Width));
        assert_eq!(written(Kind::D, 6, "19991231"), Err(Unfit::Date));
    }

    #[test]
    fn groups_are_taken_out_whole() {
        let value = |text: &str| Value { text: text.to_owned(), line: 1, column: 1, record: "2", field: "x" };
        let mut values = Values(BTreeMap::from([((7, 1), value("a")), ((8, 1), value("b")), ((9, 9), value("c"))]));
        let taken = values.take(8, 8);
        assert_eq!(taken.get(8, 1).map(|v| v.text.as_str()), Some("b"));
        assert!(values.get(8, 1).is_none() && values.get(7, 1).is_some() && values.get(9, 9).is_some());
    }
}
