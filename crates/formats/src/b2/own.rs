//! Files of profile `sim-er`: ours, so every position counts and nothing unusual is let pass.
//! Not signatures. A NIR whose key fails is a finding: the card may have said so, and the caisse judges it.
//! Order: 000, 1, FSE (2 to 5), 6, 999; a lot alone and FSE alone are taken too.

use liasse_domain::Code;

use super::check::{Profile, Report};
use super::envelope::{self, FILE, HEAD, LOT};
use super::fault::{Fault, Found};
use super::fields;
use super::lines::Line;
use super::read::read_lines;
use super::sim_er;
use super::table::{Record, Values, read};
use crate::lot::{self, FileFault};

/// Checks lines as ours.
pub(crate) fn check(lines: &[Line<'_>]) -> Report {
    let mut report = Report::new(Profile::SimEr, lines.len());
    fields::framing(lines, &mut report);
    lines.iter().enumerate().for_each(|(index, line)| fields::width(index + 1, line.bytes, &mut report));
    let records: Vec<&[u8]> = lines.iter().map(|line| line.bytes).collect();
    let mut values = Values::default();
    let (body, first) = pair(&records, 1, [&envelope::R000, &envelope::R999], &mut values, &mut report);
    expect_count(&values, FILE, 10, records.len(), &mut report);
    let (body, first) = pair(body, first, [&envelope::R1, &envelope::R6], &mut values, &mut report);
    let mut line = first;
    for fse in body.split_inclusive(|line| line.first() == Some(&b'5')) {
        invoice(fse, line, &mut report);
        line += fse.len();
    }
    // Damaged records have been told field by field; those that read well may still say nonsense.
    if report.faults.is_empty() {
        let said = [(FILE, lot::file_of(&values).err()), (LOT, lot::lot_of(&values).err())];
        for (group, fault) in said {
            if let (Some(_), Some(FileFault::Record(fault))) = (values.get(group, 1), fault) {
                report.fault(fault);
            }
        }
    }
    expect_count(&values, LOT, 7, report.invoices, &mut report);
    expect_count(&values, HEAD, 3, report.invoices, &mut report);
    report.faults.sort_by_key(|fault| (fault.line, fault.column));
    report
}

/// Takes the first and the last record off when they are that pair; the inner records and the number of the first.
fn pair<'a, 'b>(
    records: &'a [&'b [u8]],
    first: usize,
    [head, tail]: [&'static Record; 2],
    values: &mut Values,
    report: &mut Report,
) -> (&'a [&'b [u8]], usize) {
    let Some((opening, rest)) = records.split_first().filter(|(line, _)| line.starts_with(head.name.as_bytes())) else {
        return (records, first);
    };
    let mut faults = Vec::new();
    read(head, opening, first, values, &mut faults);
    let body = match rest.split_last() {
        Some((closing, body)) if closing.starts_with(tail.name.as_bytes()) => {
            read(tail, closing, first + rest.len(), values, &mut faults);
            body
        }
        _ => {
            faults.push(Fault::line(first + rest.len(), tail.name, Code("formats.b2_incomplet"), Found::Nothing));
            rest
        }
    };
    faults.into_iter().for_each(|fault| report.fault(fault));
    (body, first + 1)
}

fn invoice(fse: &[&[u8]], first: usize, report: &mut Report) {
    report.invoices += 1;
    let claimed = match read_lines(fse, first) {
        Ok(claimed) => claimed,
        Err(faults) => return faults.into_iter().for_each(|fault| report.fault(fault)),
    };
    let mut doubt = |line: usize, record: &'static Record, name: &str| {
        if let Some(field) = record.field(name) {
            report.finding(Fault {
                line,
                column: field.start,
                record: record.name.to_owned(),
                field: field.name.to_owned(),
                code: Code("formats.b2_cle_nir"),
                found: Found::Nothing,
            });
        }
    };
    if claimed.insured_nir.key() != claimed.insured_key {
        doubt(first, &sim_er::R2, "cle_nir");
    }
    if claimed.own_nir.is_some_and(|(nir, key)| nir.key() != key) {
        doubt(first + 1, &sim_er::R2S, "cle_nir_individuel");
    }
}

fn expect_count(values: &Values, group: u16, number: u8, count: usize, report: &mut Report) {
    let Some(value) = values.get(group, number) else { return };
    let (found, expected) = (value.text.parse::<u64>().unwrap_or(u64::MAX), u64::try_from(count).unwrap_or(u64::MAX));
    if found != expected {
        report.fault(value.fault(Code("formats.b2_nombre"), Found::Number { found, expected }));
    }
}
