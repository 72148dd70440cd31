//! Rejects, remarks and payments in NOEMIE framing: our own entities 810 to 850 beside the public 010 and 990.
//! Not entities of the real reference 580: those tables are not public, so these ids say `sim` by standing elsewhere.
//! 010 and 990 keep the shape of the public sample: recipient; level closed, count of entities, total.

use chrono::NaiveDate;
use liasse_domain::returns::{PaidLine, Payment, Reason, Rejections, Return, Signalements};
use liasse_domain::state::Payer;
use liasse_domain::{BillingNumber, Centimes, Destination, FileIdentifier, FseRef};

use super::{CODE, ReturnFault, label};
use crate::b2::dates::{compact, long};
use crate::b2::envelope::{self, BACK, FILE};
use crate::b2::fault::Fault;
use crate::b2::render::capitals;
use crate::b2::table::{Values, read as read_record};
use crate::groups::from_latin1;
use crate::noemie::{self, Entity, LENGTH};

/// Characters of the label of a reject, as in the public entity 290.
const LABEL: usize = 97;
/// Characters of a payment's reference.
const REFERENCE: usize = 20;
/// The largest amount of eleven digits.
const MOST: i64 = 99_999_999_999;

/// A reject of an FSE.
const REJECT: u16 = 820;
/// A remark on an FSE.
const REMARK: u16 = 850;

/// Rejects: 010, 810 (file), an 820 each, 990, 990.
pub(super) fn write_rejections(rejections: &Rejections) -> Vec<u8> {
    write_about_fses(REJECT, rejections)
}

/// Remarks: as rejects, with an 850 each.
pub(super) fn write_signalements(remarks: &Signalements) -> Vec<u8> {
    let Signalements { billing, from, file, on, fses } = remarks.clone();
    write_about_fses(REMARK, &Rejections { billing, from, file, on, fses })
}

fn write_about_fses(id: u16, message: &Rejections) -> Vec<u8> {
    let about = format!("{}{}{}{}", message.file, message.from.regime(), message.from.caisse(), compact(message.on));
    let mut body = Body::new(&message.billing, 810, &about);
    for (fse, reason) in &message.fses {
        let mut data = format!("{}{}{:<CODE$}", fse.billing, fse.number, capitals(&reason.code, CODE)).into_bytes();
        let mut text = label(&reason.label, LABEL);
        text.resize(LABEL, b' ');
        data.append(&mut text);
        body.line(id, &data, Centimes::ZERO);
    }
    body.file(&message.from, &message.billing, message.file.as_str(), message.on)
}

/// A payment: 010, 830 (transfer), an 840 each, 990, 990.
pub(super) fn write_payment(payment: &Payment) -> Vec<u8> {
    let about = format!(
        "{}{}{}{:<REFERENCE$}",
        payment.from.regime(),
        payment.from.caisse(),
        compact(payment.on),
        capitals(&payment.reference, REFERENCE)
    );
    let mut body = Body::new(&payment.billing, 830, &about);
    for line in &payment.lines {
        let payer = match line.payer {
            Payer::Patient => 'P',
            Payer::Amo => 'O',
            Payer::Amc => 'C',
        };
        let data = format!("{}{}{payer}{}", line.fse.billing, line.fse.number, signed(line.amount));
        body.line(840, data.as_bytes(), line.amount);
    }
    body.file(&payment.from, &payment.billing, "", payment.on)
}

/// The message that a NOEMIE file of ours holds.
pub(super) fn read(bytes: &[u8]) -> Result<Return, ReturnFault> {
    let noemie = noemie::read(bytes)?;
    let (mut values, mut faults) = (Values::default(), Vec::new());
    read_record(&envelope::R000, noemie.header, 1, &mut values, &mut faults);
    read_record(&envelope::R999, noemie.trailer, noemie.lines, &mut values, &mut faults);
    if let Some(fault) = faults.into_iter().next() {
        return Err(in_line(fault));
    }
    envelope::check_route(&values, &BACK).map_err(in_line)?;
    let recipient = values.get(FILE, 5).ok_or(ReturnFault::Unknown)?;
    let billing = envelope::billing_of(recipient).map_err(in_line)?;
    let [_to, about, lines @ .., _closing_2, _closing_1] = noemie.entities.as_slice() else {
        return Err(ReturnFault::Unknown);
    };
    // 010, the closings and the totals are looked at when the message is written again.
    match about.id {
        810 if lines.first().is_some_and(|line| line.id == REMARK) => {
            let Rejections { billing, from, file, on, fses } = about_fses(REMARK, billing, about, lines)?;
            Ok(Return::Signalements(Signalements { billing, from, file, on, fses }))
        }
        810 => about_fses(REJECT, billing, about, lines).map(Return::Rejections),
        830 => payment(billing, about, lines).map(Return::Payment),
        _ => Err(fault(about)),
    }
}

fn about_fses(
    id: u16,
    billing: BillingNumber,
    about: &Entity<'_>,
    lines: &[Entity<'_>],
) -> Result<Rejections, ReturnFault> {
    let mut fields = Fields::new(about);
    let file = fields.take(6, |text| FileIdentifier::parse(text).ok())?;
    let (from, on) = (fields.destination()?, fields.date()?);
    fields.end()?;
    let fses = lines.iter().map(|line| {
        let mut fields = Fields::of(line, id)?;
        let fse = fields.fse()?;
        let code = fields.take(CODE, |text| Some(text.trim_end().to_owned()))?;
        let label = fields.take(LABEL, |text| Some(text.trim_end_matches(' ').to_owned()))?;
        fields.end()?;
        Ok((fse, Reason { code, label }))
    });
    Ok(Rejections { billing, from, file, on, fses: fses.collect::<Result<_, ReturnFault>>()? })
}

fn payment(billing: BillingNumber, about: &Entity<'_>, lines: &[Entity<'_>]) -> Result<Payment, ReturnFault> {
    let mut fields = Fields::new(about);
    let (from, on) = (fields.destination()?, fields.date()?);
    let reference = fields.take(REFERENCE, |text| Some(text.trim_end().to_owned()))?;
    fields.end()?;
    let lines = lines.iter().map(|line| {
        let mut fields = Fields::of(line, 840)?;
        let fse = fields.fse()?;
        let payer = fields.take(1, |text| match text {
            "P" => Some(Payer::Patient),
            "O" => Some(Payer::Amo),
            "C" => Some(Payer::Amc),
            _ => None,
        })?;
        let amount = fields.take(12, |text| text.parse().ok().map(Centimes))?;
        fields.end()?;
        Ok(PaidLine { fse, payer, amount })
    });
    Ok(Payment { billing, from, reference, on, lines: lines.collect::<Result<_, ReturnFault>>()? })
}

/// Entities being written.
struct Body {
    entities: Vec<u8>,
    lines: usize,
    total: Centimes,
}

impl Body {
    fn new(billing: &BillingNumber, about: u16, data: &str) -> Self {
        let entities = format!("01001{billing}@{about:03}01{data}@").into_bytes();
        Self { entities, lines: 0, total: Centimes::ZERO }
    }

    fn line(&mut self, id: u16, data: &[u8], amount: Centimes) {
        self.entities.extend_from_slice(format!("{id:03}02").as_bytes());
        self.entities.extend_from_slice(data);
        self.entities.push(b'@');
        self.lines += 1;
        self.total = self.total + Centimes(amount.0.clamp(-MOST, MOST));
    }

    /// Closes both levels and frames the whole. Level 02 counts its lines, level 01 every entity before its closing.
    fn file(mut self, from: &Destination, billing: &BillingNumber, identifier: &str, on: NaiveDate) -> Vec<u8> {
        for (level, count) in [(2, self.lines), (1, self.lines + 3)] {
            let closing = format!("990{level:02}{:17}{count:08}{}@", "", signed(self.total));
            self.entities.extend_from_slice(closing.as_bytes());
        }
        let sender = format!("{}{}", from.regime(), from.caisse());
        let end = |record, lines| {
            let group = envelope::file_group(&BACK, &sender, billing.as_str(), identifier, on, lines);
            let mut line = Vec::new();
            envelope::write_sure(record, &[&group], &mut line);
            line.truncate(line.len() - 2);
            line
        };
        noemie::write(&end(&envelope::R000, 0), &self.entities, |lines| end(&envelope::R999, lines))
    }
}

/// Sign and eleven digits.
fn signed(amount: Centimes) -> String {
    let amount = amount.0.clamp(-MOST, MOST);
    format!("{}{:011}", if amount < 0 { '-' } else { '+' }, amount.unsigned_abs())
}

/// The fields of an entity, taken one after the other.
struct Fields<'a> {
    entity: &'a Entity<'a>,
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn new(entity: &'a Entity<'a>) -> Self {
        Self { entity, rest: &entity.data }
    }

    fn of(entity: &'a Entity<'a>, id: u16) -> Result<Self, ReturnFault> {
        if entity.id == id { Ok(Self::new(entity)) } else { Err(fault(entity)) }
    }

    fn take<T>(&mut self, width: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, ReturnFault> {
        let (field, rest) = self.rest.split_at_checked(width).ok_or_else(|| fault(self.entity))?;
        self.rest = rest;
        parse(&from_latin1(field)).ok_or_else(|| fault(self.entity))
    }

    fn destination(&mut self) -> Result<Destination, ReturnFault> {
        self.take(5, |text| text.split_at_checked(2).and_then(|(regime, caisse)| Destination::new(regime, caisse).ok()))
    }

    fn date(&mut self) -> Result<NaiveDate, ReturnFault> {
        self.take(8, |text| long(text.as_bytes()))
    }

    fn fse(&mut self) -> Result<FseRef, ReturnFault> {
        let billing = self.take(9, |text| BillingNumber::parse(text).ok())?;
        let number = self.take(9, |text| text.parse().ok())?;
        Ok(FseRef { billing, number })
    }

    fn end(&self) -> Result<(), ReturnFault> {
        if self.rest.is_empty() { Ok(()) } else { Err(fault(self.entity)) }
    }
}

/// A fault of record 000 or 999 at its column of the physical line, whose four digits count, as for an entity.
fn in_line(mut fault: Fault) -> ReturnFault {
    fault.column += LENGTH;
    fault.into()
}

fn fault(entity: &Entity) -> ReturnFault {
    ReturnFault::Entity { id: entity.id, line: entity.line, column: entity.column }
}
