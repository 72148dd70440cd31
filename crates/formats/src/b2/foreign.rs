//! Files of unknown origin against the public tables of family CP.
//! Lenient where real files are: what is only unusual is a finding, what has no reading is a fault.
//! Order of records and count of record 5: reference formats 1.2; layouts of 000, 1, 6, 999 are not public, not checked.

use std::sync::LazyLock;

use liasse_domain::{Code, Nir, ids::luhn_key};

use super::check::{Profile, Report};
use super::cp::identify;
use super::fault::{Fault, Found};
use super::fields::{self, at};
use super::lines::Line;
use super::table::{Field, Record};

/// Checks lines with the tables of family CP.
pub(crate) fn check(lines: &[Line<'_>]) -> Report {
    let mut checker =
        Checker { report: Report::new(Profile::Cp, lines.len()), invoice: None, in_file: false, in_lot: false };
    fields::framing(lines, &mut checker.report);
    for (index, line) in lines.iter().enumerate() {
        checker.line(index + 1, line.bytes, lines.len());
    }
    checker.end(lines.len());
    checker.report
}

/// The invoice being read.
struct Invoice<'a> {
    header: &'a [u8],
    last: &'static str,
    act_records: u64,
    has_stay: bool,
    sums: [u64; 7],
}

/// What is summed: record, field of it, field of record 5.
const SUMS: [(&str, &str, &str); 7] = [
    ("3", "base_remboursement", "total_base_ph"),
    ("3", "montant_amo", "total_amo_ph"),
    ("3", "montant_oc", "total_oc_ph"),
    ("3", "montant_depense", "total_facture_ph"),
    ("4", "honoraires", "total_honoraires"),
    ("4", "montant_amo", "total_amo_honoraires"),
    ("4", "montant_oc", "total_oc_honoraires"),
];

/// What the prefix of every record repeats from the header of its invoice.
const PREFIX: [&str; 4] = ["no_partenaire_sante_et_cle", "nir_assure", "cle_nir", "no_facture"];

/// Numbers that end in a key of Luhn; the first is of the prefix.
const KEYED: [&str; 6] = [
    "no_partenaire_sante_et_cle",
    "no_am_mt",
    "no_prescripteur_et_cle",
    "no_executant_et_cle",
    "rpps_prescripteur",
    "rpps_executant",
];

/// What is looked at in a record, found once by name: a file has half a million lines, a table some dozen.
struct Plan {
    record: &'static Record,
    /// Fields of the prefix, here and in the header.
    prefix: Vec<(&'static Field, &'static Field)>,
    /// Which sums take which field.
    sums: Vec<(usize, &'static Field)>,
    /// NIR and its key; those of the prefix are looked at in the header alone.
    nirs: Vec<(&'static Field, Option<&'static Field>)>,
    /// Numbers with a key, likewise.
    keyed: Vec<&'static Field>,
}

static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| super::cp::RECORDS.into_iter().map(Plan::of).collect());

impl Plan {
    fn of(record: &'static Record) -> Self {
        let header = record.name == "2";
        let both = |name| Some((record.field(name)?, super::cp::R2.field(name)?));
        let sums = SUMS.iter().enumerate().filter(|(_, (of, _, _))| *of == record.name);
        let nirs = [("nir_assure", "cle_nir"), ("nir_individuel", "cle_nir_individuel")];
        let told_here = |name: &str| header || !PREFIX.contains(&name);
        Self {
            record,
            prefix: PREFIX.into_iter().filter_map(both).collect(),
            sums: sums.filter_map(|(index, (_, field, _))| Some((index, record.field(field)?))).collect(),
            nirs: nirs
                .into_iter()
                .filter(|(nir, _)| told_here(nir))
                .filter_map(|(nir, key)| Some((record.field(nir)?, record.field(key))))
                .collect(),
            keyed: KEYED.into_iter().filter(|name| told_here(name)).filter_map(|name| record.field(name)).collect(),
        }
    }

    fn find(record: &'static Record) -> Option<&'static Self> {
        PLANS.iter().find(|plan| std::ptr::eq(plan.record, record))
    }
}

struct Checker<'a> {
    report: Report,
    invoice: Option<Invoice<'a>>,
    in_file: bool,
    in_lot: bool,
}

impl<'a> Checker<'a> {
    fn line(&mut self, number: usize, line: &'a [u8], count: usize) {
        fields::width(number, line, &mut self.report);
        if fields::is_envelope(line) {
            return self.envelope(number, line, count);
        }
        let record = identify(line);
        fields::look(record, number, line, true, &mut self.report);
        if let Some(plan) = record.and_then(Plan::find) {
            self.order(plan, number, line);
            self.keys(plan, number, line);
        }
    }

    fn envelope(&mut self, number: usize, line: &[u8], count: usize) {
        let (name, in_place) = match line {
            [b'0', ..] => ("000", number == 1),
            [b'9', ..] => ("999", number == count && self.in_file && !self.in_lot),
            [b'1', ..] => ("1", !self.in_lot),
            _ => ("6", self.in_lot),
        };
        self.close(number, name);
        if !in_place {
            self.report.fault(Fault::line(number, name, Code("formats.b2_ordre"), Found::Nothing));
        }
        match name {
            "000" => self.in_file = true,
            "999" => self.in_file = false,
            "1" => self.in_lot = true,
            _ => self.in_lot = false,
        }
        fields::controls(name, number, line, &mut self.report);
    }

    /// An invoice that should have ended before this line.
    fn close(&mut self, number: usize, name: &str) {
        if self.invoice.take().is_some() {
            self.report.fault(Fault::line(number, name, Code("formats.b2_incomplet"), Found::Nothing));
        }
    }

    fn end(&mut self, count: usize) {
        if self.invoice.is_some() || self.in_lot || self.in_file {
            self.report.fault(Fault::line(count, "?", Code("formats.b2_incomplet"), Found::Nothing));
        }
    }

    fn order(&mut self, plan: &'static Plan, number: usize, line: &'a [u8]) {
        let record = plan.record;
        if record.name == "2" {
            self.close(number, record.name);
            self.report.invoices += 1;
            self.invoice = Some(Invoice { header: line, last: "2", act_records: 0, has_stay: false, sums: [0; 7] });
            return;
        }
        let Some(invoice) = &mut self.invoice else {
            self.report.fault(Fault::line(number, record.name, Code("formats.b2_ordre"), Found::Nothing));
            return;
        };
        if !may_follow(record.name, invoice.last) {
            self.report.fault(Fault::line(number, record.name, Code("formats.b2_ordre"), Found::Nothing));
        }
        invoice.last = record.name;
        for (field, header) in &plan.prefix {
            // A record or a header cut before the field has its length told, and no place to point to.
            let both = field.of(line).zip(header.of(invoice.header));
            if both.is_some_and(|(here, there)| here != there) {
                self.report.fault(at(record, field, number, Code("formats.b2_incoherent"), Found::Nothing));
            }
        }
        if record.name == "5" {
            self.totals(number, line);
            self.invoice = None;
            return;
        }
        invoice.act_records += u64::from(record.name.starts_with(['3', '4']));
        invoice.has_stay |= record.name == "3";
        for (index, field) in &plan.sums {
            if let Some(sum) = invoice.sums.get_mut(*index) {
                *sum = sum.saturating_add(number_in(field, line).unwrap_or(0));
            }
        }
    }

    fn totals(&mut self, number: usize, line: &[u8]) {
        let Some(invoice) = &self.invoice else { return };
        let record = &super::cp::R5;
        let compare = |name, expected, code| {
            let found = amount(record, name, line)?;
            let fault = at(record, record.field(name)?, number, code, Found::Number { found, expected });
            (found != expected).then_some(fault)
        };
        if let Some(fault) = compare("nb_enreg_3x_4x", invoice.act_records, Code("formats.b2_nombre")) {
            self.report.fault(fault);
        }
        let mut findings: Vec<Fault> = Vec::new();
        for (sum, (_, _, total)) in invoice.sums.iter().zip(SUMS) {
            findings.extend(compare(total, *sum, Code("formats.b2_total")));
        }
        // With a stay, what the patient pays follows rules that are not public.
        if !invoice.has_stay
            && let [.., fees, amo, _] = invoice.sums
        {
            let left = fees.saturating_sub(amo);
            findings.extend(compare("participation_assure_avant_oc", left, Code("formats.b2_total")));
        }
        findings.into_iter().for_each(|finding| self.report.finding(finding));
    }

    fn keys(&mut self, plan: &'static Plan, number: usize, line: &[u8]) {
        let record = plan.record;
        let text = |field: &'static Field| {
            let text = std::str::from_utf8(field.of(line)?).ok()?.trim();
            (!text.is_empty() && text.bytes().any(|byte| byte != b'0')).then_some(text)
        };
        for (field, key) in &plan.nirs {
            let Some(digits) = text(field) else { continue };
            match (Nir::parse(digits), key.and_then(|key| Some((key, number_in(key, line)?)))) {
                (Err(_), _) => self.report.finding(at(record, field, number, Code("formats.b2_nir"), Found::Nothing)),
                (Ok(nir), Some((key, found))) if u64::from(nir.key()) != found => {
                    self.report.finding(at(record, key, number, Code("formats.b2_cle_nir"), Found::Nothing));
                }
                _ => {}
            }
        }
        for field in &plan.keyed {
            let Some(digits) = text(field) else { continue };
            let key = digits.split_at_checked(digits.len() - 1);
            let right =
                key.is_some_and(|(number, key)| luhn_key(number).is_some_and(|luhn| key.as_bytes() == [b'0' + luhn]));
            if !right {
                self.report.finding(at(record, field, number, Code("formats.b2_cle"), Found::Nothing));
            }
        }
    }
}

fn amount(record: &'static Record, name: &str, line: &[u8]) -> Option<u64> {
    number_in(record.field(name)?, line)
}

fn number_in(field: &Field, line: &[u8]) -> Option<u64> {
    let bytes = field.of(line)?;
    let digits = bytes.len() < 20 && bytes.iter().all(u8::is_ascii_digit);
    digits.then(|| bytes.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')))
}

/// The order of records in an invoice (reference formats 1.2).
fn may_follow(name: &str, last: &str) -> bool {
    match name {
        "2S" => last == "2",
        "3" | "4" => last != "2",
        "5" => !last.starts_with('2'),
        "3S" => last == "3",
        "3E" => matches!(last, "3" | "3S"),
        "3F" | "3H" => last.starts_with('3'),
        "4S" => last == "4",
        "4E" => last == "4S",
        _ => last.starts_with('4') && last != "4",
    }
}
