//! Lots and files: FSE bytes unchanged between `sim` records, and cut out again as exact slices.
//! Not their signatures (module `cms`) and not what the FSE say (`b2::read_fse`): a broken FSE leaves its lot open.
//! lot.b2 = 1 ‖ FSE ‖ 6 with the journal's head; fichier.b2 = 000 ‖ lot.b2 ‖ 999, same identifier (architecture).

use chrono::NaiveDate;
use liasse_domain::{BillingNumber, Code, Coded, Destination, FileIdentifier, LotNumber, SecuringMode};

use crate::b2::dates::{compact, long, short};
use crate::b2::envelope::{self, FILE, HEAD, LOT, OUT};
use crate::b2::fault::{Fault, Found};
use crate::b2::lines::{lenient, strict};
use crate::b2::table::{Record, Value, Values, WIDTH, read};
use crate::groups::Group;

/// What record 1 says of a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotHeader {
    /// The billing number that is paid.
    pub billing: BillingNumber,
    /// Number in its counter.
    pub number: LotNumber,
    /// Where the file goes.
    pub destination: Destination,
    /// The securing mode of all FSE in it.
    pub mode: SecuringMode,
    /// The day of the seal.
    pub sealed_on: NaiveDate,
    /// How many FSE it has.
    pub fse_count: u16,
}

/// The last journal entry before the seal: a journal cut later than that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its sequence number.
    pub sequence: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// An opened lot; its FSE are slices of the bytes that were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLot<'a> {
    /// Record 1.
    pub header: LotHeader,
    /// Record 6.
    pub head: Head,
    /// The FSE, each from its record 2 to its record 5 with the CRLF.
    pub fses: Vec<&'a [u8]>,
}

/// An opened file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFile<'a> {
    /// Who sends.
    pub sender: BillingNumber,
    /// To whom.
    pub to: Destination,
    /// Unique for the sender.
    pub identifier: FileIdentifier,
    /// The day it was made.
    pub created: NaiveDate,
    /// The bytes of `lot.b2`.
    pub lot_bytes: &'a [u8],
    /// The lot, opened.
    pub lot: OpenLot<'a>,
}

/// Why a lot or a file does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// A record of the envelope is not what it must be.
    #[error(transparent)]
    Record(#[from] Fault),
    /// A record of the envelope is not at its place.
    #[error("record {record} is missing")]
    Missing {
        /// Which one.
        record: &'static str,
    },
    /// A count is not the number of what was counted.
    #[error("{found} announced, {expected} there")]
    Count {
        /// What the file says.
        found: u64,
        /// What it holds.
        expected: u64,
    },
}

impl Coded for FileFault {
    fn code(&self) -> Code {
        match self {
            Self::Record(fault) => fault.code,
            Self::Missing { .. } => Code("formats.fichier_incomplet"),
            Self::Count { .. } => Code("formats.fichier_nombre"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Record(fault) => fault.parameters(),
            Self::Missing { record } => vec![("record", (*record).to_owned())],
            Self::Count { found, expected } => {
                vec![("found", found.to_string()), ("expected", expected.to_string())]
            }
        }
    }
}

/// `lot.b2`: record 1, the FSE bytes unchanged, record 6. `header.fse_count` is written as given.
pub fn lot_bytes(header: &LotHeader, fses: &[&[u8]], head: &Head) -> Vec<u8> {
    let lot = Group::of_texts(
        LOT,
        [
            header.billing.as_str().to_owned(),
            header.number.to_string(),
            header.destination.regime().to_owned(),
            header.destination.caisse().to_owned(),
            header.mode.code().to_string(),
            compact(header.sealed_on),
            header.fse_count.to_string(),
        ],
    );
    let hash: String = head.hash.iter().map(|byte| format!("{byte:02X}")).collect();
    let journal = Group::of_texts(HEAD, [head.sequence.to_string(), hash, header.fse_count.to_string()]);
    let mut out = Vec::new();
    envelope::write_sure(&envelope::R1, &[&lot], &mut out);
    fses.iter().for_each(|fse| out.extend_from_slice(fse));
    envelope::write_sure(&envelope::R6, &[&lot, &journal], &mut out);
    out
}

/// `fichier.b2`: record 000, the bytes of `lot.b2`, record 999.
pub fn file_bytes(
    sender: &BillingNumber,
    to: &Destination,
    identifier: FileIdentifier,
    created: NaiveDate,
    lot: &[u8],
) -> Vec<u8> {
    let recipient = format!("{}{}", to.regime(), to.caisse());
    let records = lot.len() / (WIDTH + 2) + 2;
    let group = envelope::file_group(&OUT, sender.as_str(), &recipient, identifier.as_str(), created, records);
    let mut out = Vec::new();
    envelope::write_sure(&envelope::R000, &[&group], &mut out);
    out.extend_from_slice(lot);
    envelope::write_sure(&envelope::R999, &[&group], &mut out);
    out
}

/// Opens `lot.b2`. The FSE are only cut apart, not read.
pub fn open_lot(bytes: &[u8]) -> Result<OpenLot<'_>, FileFault> {
    open_lot_at(bytes, 1)
}

/// Opens `fichier.b2` and the lot in it.
pub fn open_file(bytes: &[u8]) -> Result<OpenFile<'_>, FileFault> {
    let lines = strict(bytes)?;
    let values = read_ends(&lines, 1, [&envelope::R000, &envelope::R999])?;
    let (sender, to, identifier, created) = file_of(&values)?;
    count(&values, FILE, 10, lines.len())?;
    // `read_ends` found two records at least, each of a full stride.
    let lot_bytes = bytes.get(WIDTH + 2..bytes.len() - (WIDTH + 2)).unwrap_or_default();
    Ok(OpenFile { sender, to, identifier, created, lot_bytes, lot: open_lot_at(lot_bytes, 2)? })
}

/// Sender and identifier of a file that may be broken elsewhere, from its record 000 or else 999: best effort, for an
/// answer about it.
pub fn peek_identifier(bytes: &[u8]) -> Option<(BillingNumber, FileIdentifier)> {
    peek(bytes, |text| {
        let sender = BillingNumber::parse(text("no_emetteur")?.get(5..)?).ok()?;
        Some((sender, FileIdentifier::parse(text("identifiant_fichier")?).ok()?))
    })
}

/// The recipient of a file that may be broken elsewhere, as a concentrator looks for it.
pub fn peek_destination(bytes: &[u8]) -> Option<Destination> {
    peek(bytes, |text| {
        let (regime, caisse) = text("no_destinataire")?.get(9..)?.split_at_checked(2)?;
        Destination::new(regime, caisse).ok()
    })
}

/// What `find` finds in record 000, or else in 999, by the names of their fields.
fn peek<'b, T>(bytes: &'b [u8], find: impl Fn(&dyn Fn(&str) -> Option<&'b str>) -> Option<T>) -> Option<T> {
    let lines = lenient(bytes);
    [lines.first()?, lines.last()?].into_iter().find_map(|line| {
        let record = [&envelope::R000, &envelope::R999]
            .into_iter()
            .find(|record| line.bytes.starts_with(record.name.as_bytes()))?;
        find(&|name| record.field(name)?.of(line.bytes).and_then(|bytes| std::str::from_utf8(bytes).ok()))
    })
}

/// What records 000 and 999 say.
pub(crate) fn file_of(values: &Values) -> Result<(BillingNumber, Destination, FileIdentifier, NaiveDate), FileFault> {
    envelope::check_route(values, &OUT)?;
    Ok((
        envelope::billing_of(value(values, FILE, 2)?)?,
        envelope::destination_of(value(values, FILE, 5)?)?,
        parsed(values, FILE, 8, |text| FileIdentifier::parse(text).ok())?,
        parsed(values, FILE, 9, |text| short(text.as_bytes()))?,
    ))
}

/// What records 1 and 6 say.
pub(crate) fn lot_of(values: &Values) -> Result<(LotHeader, Head), FileFault> {
    let header = LotHeader {
        billing: parsed(values, LOT, 1, |text| BillingNumber::parse(text).ok())?,
        number: parsed(values, LOT, 2, |text| text.parse().ok().and_then(LotNumber::new))?,
        destination: parsed(values, LOT, 3, |regime| Destination::new(regime, &values.get(LOT, 4)?.text).ok())?,
        mode: parsed(values, LOT, 5, |text| text.parse().ok().and_then(SecuringMode::from_code))?,
        sealed_on: parsed(values, LOT, 6, |text| long(text.as_bytes()))?,
        fse_count: parsed(values, LOT, 7, |text| text.parse().ok())?,
    };
    let head =
        Head { sequence: parsed(values, HEAD, 1, |text| text.parse().ok())?, hash: parsed(values, HEAD, 2, hash_of)? };
    Ok((header, head))
}

fn open_lot_at(bytes: &[u8], first: usize) -> Result<OpenLot<'_>, FileFault> {
    let lines = strict(bytes).map_err(|mut fault| {
        fault.line += first - 1;
        fault
    })?;
    let values = read_ends(&lines, first, [&envelope::R1, &envelope::R6])?;
    let (header, head) = lot_of(&values)?;
    let mut fses = Vec::new();
    let mut start = 1;
    for (index, line) in lines.iter().enumerate().take(lines.len() - 1).skip(1) {
        if line.first() == Some(&b'5') {
            fses.extend(bytes.get(start * (WIDTH + 2)..(index + 1) * (WIDTH + 2)));
            start = index + 1;
        } else if index == start && line.first() != Some(&b'2') || matches!(line.first(), Some(b'1' | b'6')) {
            return Err(Fault::line(first + index, "?", Code("formats.b2_ordre"), Found::Nothing).into());
        }
    }
    if start + 1 != lines.len() {
        return Err(FileFault::Missing { record: "5" });
    }
    count(&values, LOT, 7, fses.len())?;
    count(&values, HEAD, 3, fses.len())?;
    Ok(OpenLot { header, head, fses })
}

/// Reads the first and the last record into the same values, so that what both carry must agree.
fn read_ends(lines: &[&[u8]], first: usize, [head, tail]: [&'static Record; 2]) -> Result<Values, FileFault> {
    let (mut values, mut faults) = (Values::default(), Vec::new());
    let (opening, closing) = match lines {
        [opening, .., closing] => (opening, closing),
        _ => return Err(FileFault::Missing { record: head.name }),
    };
    if !opening.starts_with(head.name.as_bytes()) {
        return Err(FileFault::Missing { record: head.name });
    }
    if !closing.starts_with(tail.name.as_bytes()) {
        return Err(FileFault::Missing { record: tail.name });
    }
    read(head, opening, first, &mut values, &mut faults);
    read(tail, closing, first + lines.len() - 1, &mut values, &mut faults);
    match faults.into_iter().next() {
        Some(fault) => Err(fault.into()),
        None => Ok(values),
    }
}

fn value(values: &Values, group: u16, number: u8) -> Result<&Value, FileFault> {
    // Every group is read whole or not at all, so this is only reached with a table that lacks the field.
    values.get(group, number).ok_or(FileFault::Missing { record: "?" })
}

fn parsed<'v, T>(
    values: &'v Values,
    group: u16,
    number: u8,
    parse: impl FnOnce(&'v str) -> Option<T>,
) -> Result<T, FileFault> {
    let value = value(values, group, number)?;
    parse(&value.text).ok_or_else(|| wrong(value))
}

fn wrong(value: &Value) -> FileFault {
    value.fault(Code("formats.b2_code"), Found::Nothing).into()
}

fn count(values: &Values, group: u16, number: u8, there: usize) -> Result<(), FileFault> {
    let found = parsed(values, group, number, |text| text.parse::<u64>().ok())?;
    let expected = u64::try_from(there).unwrap_or(u64::MAX);
    if found == expected { Ok(()) } else { Err(FileFault::Count { found, expected }) }
}

fn hash_of(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        // Capitals only: one hash has one writing.
        let pair = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.bytes().all(|c| matches!(c, b'0'..=b'9' | b'A'..=b'F')))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(hash)
}
