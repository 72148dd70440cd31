//! What a caisse sends back, as bytes: ARL in records of 128 characters, rejects, remarks and payments in NOEMIE framing,
//! messages as text.
//! Not the real layouts, which are not public: all of this is `sim` (docs/formats.md); not the signature over it.
//! Meanings: `liasse_domain::returns`. One message has one writing: what is read writes back to the same bytes.

use liasse_domain::returns::{Acknowledgement, Reason, Return};
use liasse_domain::{BillingNumber, Code, Coded, FileIdentifier};

use crate::b2::dates::{compact, long};
use crate::b2::envelope::{self, ARL, BACK, FILE};
use crate::b2::fault::{Fault, Found};
use crate::b2::lines::strict;
use crate::b2::render::capitals;
use crate::b2::table::{Value, Values, is_label, read as read_record};
use crate::groups::Group;
use crate::noemie::NoemieFault;

mod money;
mod service;

/// Characters of a reason's code.
const CODE: usize = 8;
/// Characters of the label of an ARL.
const ARL_LABEL: usize = 88;

/// Bytes that are no return message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReturnFault {
    /// Neither an ARL nor a NOEMIE file nor a message.
    #[error("not a return message")]
    Unknown,
    /// A record of an ARL, or a header or trailer, is not what it must be.
    #[error(transparent)]
    Record(#[from] Fault),
    /// The NOEMIE framing is broken.
    #[error(transparent)]
    Framing(#[from] NoemieFault),
    /// An entity is not one of ours, not at its place, or a field of it is wrong.
    #[error("entity {id:03} at line {line}, column {column}")]
    Entity {
        /// Which one.
        id: u16,
        /// Physical line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Two places of the message do not agree: header and entities, or lines and totals.
    #[error("the message contradicts itself")]
    Contradiction,
}

impl Coded for ReturnFault {
    fn code(&self) -> Code {
        match self {
            Self::Unknown => Code("formats.retour_inconnu"),
            Self::Record(fault) => fault.code,
            Self::Framing(fault) => fault.code(),
            Self::Entity { .. } => Code("formats.retour_entite"),
            Self::Contradiction => Code("formats.retour_contradiction"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Record(fault) => fault.parameters(),
            Self::Framing(fault) => fault.parameters(),
            Self::Entity { id, line, column } => {
                vec![("id", format!("{id:03}")), ("line", line.to_string()), ("column", column.to_string())]
            }
            Self::Unknown | Self::Contradiction => Vec::new(),
        }
    }
}

/// The bytes of a message. Codes become capitals of at most 8 characters, labels ISO-8859-1 of at most 88 (ARL) or 97
/// characters, a payment's reference capitals of at most 20; amounts are cut at ± 999 999 999,99 €. Of a message's text
/// control characters and blanks at its ends are dropped. Remarks without any FSE would read back as rejects.
pub fn write(message: &Return) -> Vec<u8> {
    match message {
        Return::Acknowledgement(arl) => write_arl(arl),
        Return::Rejections(rejections) => money::write_rejections(rejections),
        Return::Payment(payment) => money::write_payment(payment),
        Return::Signalements(remarks) => money::write_signalements(remarks),
        Return::Service(message) => service::write(message),
    }
}

/// The message that bytes are, or why they are none.
pub fn read(bytes: &[u8]) -> Result<Return, ReturnFault> {
    let message = match bytes {
        [b'0', b'0', b'0', ..] => Return::Acknowledgement(read_arl(bytes)?),
        [b'0', b'1', b'2', b'8', ..] => money::read(bytes)?,
        [b'S', b'I', b'M', ..] => Return::Service(service::read(bytes).ok_or(ReturnFault::Unknown)?),
        _ => return Err(ReturnFault::Unknown),
    };
    // One message, one writing: a header that names another caisse, a sign without its code, a wrong total show here.
    if write(&message) == bytes { Ok(message) } else { Err(ReturnFault::Contradiction) }
}

fn write_arl(arl: &Acknowledgement) -> Vec<u8> {
    let from = format!("{}{}", arl.from.regime(), arl.from.caisse());
    let ends = envelope::file_group(&BACK, &from, arl.billing.as_str(), arl.file.as_str(), arl.on, 3);
    let reason = arl.refused.as_ref();
    let mut group = Group::of_texts(
        ARL,
        [
            arl.billing.as_str().to_owned(),
            arl.from.regime().to_owned(),
            arl.from.caisse().to_owned(),
            arl.file.to_string(),
            compact(arl.on),
            String::from(if reason.is_some() { "-" } else { "+" }),
            reason.map(|reason| capitals(&reason.code, CODE)).unwrap_or_default(),
        ],
    );
    group.fields.push(reason.map(|reason| label(&reason.label, ARL_LABEL)).unwrap_or_default());
    let mut out = Vec::new();
    envelope::write_sure(&envelope::R000, &[&ends], &mut out);
    envelope::write_sure(&envelope::RARL, &[&group], &mut out);
    envelope::write_sure(&envelope::R999, &[&ends], &mut out);
    out
}

fn read_arl(bytes: &[u8]) -> Result<Acknowledgement, ReturnFault> {
    let lines = strict(bytes)?;
    let [header, record, trailer] = lines.as_slice() else { return Err(ReturnFault::Unknown) };
    let (mut values, mut faults) = (Values::default(), Vec::new());
    read_record(&envelope::R000, header, 1, &mut values, &mut faults);
    read_record(&envelope::RARL, record, 2, &mut values, &mut faults);
    read_record(&envelope::R999, trailer, 3, &mut values, &mut faults);
    if let Some(fault) = faults.into_iter().next() {
        return Err(fault.into());
    }
    envelope::check_route(&values, &BACK)?;
    let value = |group, number| values.get(group, number).ok_or(ReturnFault::Unknown);
    let code = value(ARL, 7)?;
    let refused = match value(ARL, 6)?.text.as_str() {
        "+" => None,
        "-" => Some(Reason { code: code.text.clone(), label: value(ARL, 8)?.text.clone() }),
        _ => return Err(wrong(value(ARL, 6)?)),
    };
    let file = value(ARL, 4)?;
    let on = value(ARL, 5)?;
    Ok(Acknowledgement {
        billing: BillingNumber::parse(&value(ARL, 1)?.text).map_err(|_| wrong(code))?,
        from: envelope::destination_of(value(FILE, 2)?)?,
        file: FileIdentifier::parse(&file.text).map_err(|_| wrong(file))?,
        on: long(on.text.as_bytes()).ok_or_else(|| wrong(on))?,
        refused,
    })
}

fn wrong(value: &Value) -> ReturnFault {
    value.fault(Code("formats.b2_code"), Found::Nothing).into()
}

/// A label as the wire carries it: ISO-8859-1, what it cannot hold as blanks, cut at `width`, no blank at either end.
fn label(text: &str, width: usize) -> Vec<u8> {
    let bytes: Vec<u8> = text
        .chars()
        .map(|character| match character {
            '’' => b'\'',
            _ => u8::try_from(u32::from(character)).ok().filter(is_label).unwrap_or(b' '),
        })
        .take(width)
        .collect();
    bytes.trim_ascii().to_vec()
}
