//! The framing and the bytes of every field, and nothing more: what a file of half a million records is first read with.
//! Not days, keys, totals and order: the checkers of a profile (`foreign`, `own`) look at those, over this.
//! Lenient with foreign files as real ones are; ours are ours to the byte.

use liasse_domain::Code;

use super::check::{Profile, Report};
use super::fault::{Fault, Found};
use super::lines::Line;
use super::sieve::Sieve;
use super::table::{Field, Kind, Record, WIDTH, misfit};
use super::{cp, envelope, read};

/// Looks at the fields of lines with the tables of a profile.
pub(crate) fn check(profile: Profile, lines: &[Line<'_>]) -> Report {
    let mut report = Report::new(profile, lines.len());
    framing(lines, &mut report);
    for (number, line) in (1..).zip(lines.iter().map(|line| line.bytes)) {
        width(number, line, &mut report);
        let record = match profile {
            Profile::Cp if is_envelope(line) => {
                controls("?", number, line, &mut report);
                continue;
            }
            Profile::Cp => cp::identify(line),
            Profile::SimEr => envelope::identify(line).or_else(|| read::identify(line)),
        };
        look(record, number, line, false, &mut report);
        report.invoices += usize::from(record.is_some_and(|record| record.name == "2"));
    }
    report
}

/// Looks at the fields of a line, the days of its dates too where `days` says so.
pub(crate) fn look(record: Option<&'static Record>, number: usize, line: &[u8], days: bool, report: &mut Report) {
    let Some(record) = record else {
        let first = line.first().copied().map_or(Found::Nothing, Found::Byte);
        return report.fault(Fault::line(number, "?", Code("formats.b2_type"), first));
    };
    let sound = Sieve::find(record).is_some_and(|sieve| sieve.lets_through(line) && (!days || sieve.has_days(line)));
    if sound {
        return;
    }
    for field in record.fields() {
        let Some(bytes) = field.of(line) else { return };
        let kind = if field.kind == Kind::D && !days { Kind::N } else { field.kind };
        let Some((offset, code, found)) = misfit(kind, bytes) else { continue };
        let mut fault = at(record, field, number, code, found);
        fault.column += offset;
        let digits = matches!(kind, Kind::N | Kind::D | Kind::B);
        if report.profile == Profile::SimEr {
            report.fault(fault);
        } else if digits && bytes.iter().all(|byte| *byte == b' ') {
            // The norm wants zeros; real files have blanks where an optional number is absent.
            report.finding(Fault { code: Code("formats.b2_numerique_blanc"), ..fault });
        } else if matches!(found, Found::Byte(byte) if digits || is_control(byte)) {
            report.fault(fault);
        } else if kind != Kind::U {
            report.finding(fault);
        }
    }
}

/// A file without records; of ours, line ends other than CRLF.
pub(crate) fn framing(lines: &[Line<'_>], report: &mut Report) {
    if lines.is_empty() {
        report.fault(Fault::line(1, "?", Code("formats.b2_vide"), Found::Length(0)));
    }
    let other_end = lines.iter().position(|line| !line.crlf).filter(|_| report.profile == Profile::SimEr);
    if let Some(index) = other_end {
        report.fault(Fault::line(index + 1, "?", Code("formats.b2_fin_de_ligne"), Found::Length(WIDTH)));
    }
}

/// A line of another width.
pub(crate) fn width(number: usize, line: &[u8], report: &mut Report) {
    if line.len() != WIDTH {
        report.fault(Fault::line(number, "?", Code("formats.b2_longueur"), Found::Length(line.len())));
    }
}

/// Whether a foreign line is a 000, 1, 6 or 999, whose layouts are not public.
pub(crate) fn is_envelope(line: &[u8]) -> bool {
    line.starts_with(b"000") || line.starts_with(b"999") || matches!(line.first(), Some(b'1' | b'6'))
}

/// The first control character of a line of which no more is known.
pub(crate) fn controls(name: &str, number: usize, line: &[u8], report: &mut Report) {
    let control = line.iter().position(|byte| is_control(*byte));
    if let Some((at, byte)) = control.and_then(|at| Some((at, *line.get(at)?))) {
        let mut fault = Fault::line(number, name, Code("formats.b2_caractere"), Found::Byte(byte));
        fault.column = at + 1;
        report.fault(fault);
    }
}

/// A fault of a field.
pub(crate) fn at(record: &'static Record, field: &Field, line: usize, code: Code, found: Found) -> Fault {
    Fault { line, column: field.start, record: record.name.to_owned(), field: field.name.to_owned(), code, found }
}

fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=0x1f | 0x7f..=0x9f)
}
