//! Everything that is kept of one person (RGPD, art. 15 and 20): the rows that name them, in the fields of the open export, and a
//! paper that a person reads. A practitioner hands over what is theirs; what is another's, that one hands over.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use liasse_domain::{Centimes, FseRef, MoneyState, PassageState, Payer, clock};
use liasse_print::{Align, Block, Document, Table as Paper};
use liasse_store::{About, DataMoved, Datum, EntryAsk, Table};
use serde_json::{Map, Value, json};

use super::lines::{text, value};
use crate::access::Deed;
use crate::cards::VitaleView;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::invoicing::Draft;
use crate::ledger;
use crate::lists::Listing;
use crate::papers::{TEXTS, columns, day, t};
use crate::passages::Cotation;
use crate::people::{History, RightsSeen, Source, UnknownPatient};
use crate::workstation::Workstation;

/// What is handed over.
pub struct PersonFile {
    /// Their number here: files are named by it, and by nobody's name.
    pub patient: i64,
    /// For a program.
    pub json: String,
    /// For a person, as PDF or HTML.
    pub print: Document,
}

/// The tables whose rows name a patient.
const BY_PATIENT: [(&str, &str); 6] = [
    ("patient", "id"),
    ("reading", "patient"),
    ("mutuelle", "patient"),
    ("accident", "patient"),
    ("passage", "patient"),
    ("paper", "patient"),
];
/// The tables whose rows belong to a document.
const BY_DOCUMENT: [(&str, &str); 9] = [
    ("document", "id"),
    ("body", "document"),
    ("signature", "document"),
    ("attachment", "document"),
    ("sent_back", "document"),
    ("membership", "document"),
    ("money", "document"),
    ("receipt", "document"),
    ("reject", "document"),
];

/// Rows by table.
type Rows = Vec<(&'static Table, Vec<Vec<Datum>>)>;

impl Workstation {
    /// The number here of a person on a Vitale.
    ///
    /// # Errors
    /// [`UnknownPatient`] where they were never here; those of [`Deed::ReadCard`].
    pub fn patient_on_card(&self, vitale: &VitaleView, beneficiary: usize, who: &SignedIn) -> Result<i64, CoreError> {
        who.may(Deed::ReadCard)?;
        let draft = Draft::new(vitale, beneficiary, self.now())?;
        Ok(self.store.patient_row(&draft.patient())?.ok_or(UnknownPatient)?)
    }

    /// Everything of one person that is this practitioner's to hand over; the journal tells that it was.
    ///
    /// # Errors
    /// [`UnknownPatient`], also of one who is somebody else's alone.
    pub fn person_file(&mut self, who: &SignedIn, patient: i64) -> Result<PersonFile, CoreError> {
        let whose = who.whose(Deed::ExportPatient)?;
        self.store.person(patient, whose)?.ok_or(UnknownPatient)?;
        let history = self.history(who, patient, u32::MAX)?;
        let rows = self.rows_of_person(who, patient)?;
        let sheets = self.sheets_of(who, &history)?;
        let print = self.paper_of_person(who, &history, &rows, sheets);
        let stamp = who.stamp(self.now());
        self.store.tell_moved(&stamp, DataMoved::Person(patient))?;
        Ok(PersonFile { patient, json: written(patient, who, &rows), print })
    }

    /// The rows that name them, or belong to a document of theirs.
    fn rows_of_person(&self, who: &SignedIn, patient: i64) -> Result<Rows, CoreError> {
        let own = who.situation.billing_number.to_string();
        let mut rows: Rows = Vec::new();
        for (name, field) in BY_PATIENT {
            let Some(table) = Table::named(name) else { continue };
            let mut found = self.store.rows_about(table, field, patient)?;
            if matches!(name, "passage" | "paper") {
                found.retain(|row| text(table, row, "billing") == own);
            }
            rows.push((table, found));
        }
        let ids = self.documents_of(who, patient, Listing::default(), u32::MAX)?;
        for (name, field) in BY_DOCUMENT {
            let Some(table) = Table::named(name) else { continue };
            let mut found = Vec::new();
            for id in &ids {
                found.extend(self.store.rows_about(table, field, *id)?);
            }
            rows.push((table, found));
        }
        if let Some(table) = Table::named("journal") {
            let mut told = self.store.rows_about(table, "patient", patient)?;
            // What another practitioner did or billed is that one's to hand over.
            let ask = EntryAsk { about: Some(About::Patient(patient)), ..EntryAsk::default() };
            let mine = self.store.journal_page(&self.journal_reader(who)?, ask, None, u32::MAX)?;
            let mine: BTreeSet<u64> = mine.iter().map(|entry| entry.seq).collect();
            told.retain(|row| matches!(row.first(), Some(Datum::Number(seq)) if mine.contains(&seq.unsigned_abs())));
            rows.push((table, told));
        }
        Ok(rows)
    }

    /// The duplicata of each FSE.
    fn sheets_of(&self, who: &SignedIn, history: &History) -> Result<Vec<(FseRef, Vec<Block>)>, CoreError> {
        let fses = history.documents.iter().filter(|document| document.kind == "fse");
        fses.map(|document| Ok((document.fse.clone(), self.duplicate_of(&document.fse, who)?.blocks))).collect()
    }

    fn paper_of_person(
        &self,
        who: &SignedIn,
        history: &History,
        rows: &Rows,
        sheets: Vec<(FseRef, Vec<Block>)>,
    ) -> Document {
        let mut blocks = vec![
            Block::Notice(t("person.notice")),
            Block::Heading(t("person.who_title")),
            Block::Facts(who_they_are(history)),
            Block::Heading(t("person.rights_title")),
            Block::Table(rights(&history.rights)),
            Block::Heading(t("person.documents_title")),
            Block::Table(documents(&history.documents)),
        ];
        blocks.extend(listed(rows, "mutuelle", "person.mutuelle_title", MUTUELLE));
        blocks.extend(listed(rows, "accident", "person.accident_title", ACCIDENT));
        blocks.extend(passages(rows));
        blocks.extend([
            Block::Heading(t("person.why_title")),
            Block::Paragraph(t("person.why")),
            Block::Heading(t("person.to_whom_title")),
            Block::Paragraph(t("person.to_whom")),
            Block::Heading(t("person.how_long_title")),
            Block::Paragraph(t("person.how_long")),
            Block::Heading(t("person.your_rights_title")),
            Block::Paragraph(t("person.your_rights")),
        ]);
        for (fse, sheet) in sheets {
            blocks.push(Block::PageBreak);
            blocks.push(Block::Heading(TEXTS.with("person.fse_title", &[("fse", &fse.to_string())])));
            blocks.extend(sheet);
        }
        Document {
            title: t("person.title"),
            subject: TEXTS.with("person.subject", &[("name", history.person.name.reveal())]),
            demo: who.holder.test_card,
            made_on: TEXTS.with("paper.made_on", &[("day", &day(self.clock.today()))]),
            blocks,
        }
    }
}

/// The rows as JSON, table by table, in the fields of the open export.
fn written(patient: i64, who: &SignedIn, rows: &Rows) -> String {
    let of_table = |(table, rows): &(&'static Table, Vec<Vec<Datum>>)| {
        (table.name.to_owned(), Value::Array(rows.iter().map(|row| object(table, row)).collect()))
    };
    let tables: Map<String, Value> = rows.iter().map(of_table).collect();
    let whole = json!({
        "v": 1, "patient": patient, "practitioner": who.situation.billing_number, "tables": Value::Object(tables)
    });
    format!("{whole:#}\n")
}

fn object(table: &Table, row: &[Datum]) -> Value {
    let fields = table.fields.iter().zip(row).map(|(field, datum)| (field.name.to_owned(), value(field, datum)));
    Value::Object(fields.collect::<Map<String, Value>>())
}

fn who_they_are(history: &History) -> Vec<(String, String)> {
    let person = &history.person;
    let mut facts = vec![
        (t("person.name"), person.name.reveal().to_owned()),
        (t("person.born"), person.birth_date.french()),
        (t("person.nir"), person.nir.grouped()),
        (t("person.number"), person.id.to_string()),
    ];
    if let Some(read_at) = person.card_read_at {
        facts.push((t("person.card_read"), clock::paris(read_at).format("%d/%m/%Y %H h %M").to_string()));
    }
    facts
}

fn rights(seen: &[RightsSeen]) -> Paper {
    let source = |source: Source| match source {
        Source::LectureVitale => t("person.from_card"),
        Source::CarteMutuelle => t("person.from_mutuelle"),
        Source::FseVitale => t("person.from_fse"),
        Source::FseAttestation => t("person.from_attestation"),
        Source::FseSansPreuve => t("person.from_nothing"),
    };
    let yes = |known: Option<bool>| match known {
        Some(true) => t("person.yes"),
        Some(false) => t("person.no"),
        None => String::new(),
    };
    let row = |one: &RightsSeen| {
        let until = one.until.map_or_else(String::new, day);
        vec![source(one.source), day(one.on), yes(one.open), until, yes(one.ald), yes(one.c2s)]
    };
    Paper {
        columns: columns(&[
            ("person.source", 4, Align::Left),
            ("person.on", 2, Align::Left),
            ("person.open", 1, Align::Left),
            ("person.until", 2, Align::Left),
            ("person.ald", 1, Align::Left),
            ("person.solidarity", 1, Align::Left),
        ]),
        rows: seen.iter().map(row).collect(),
        total: None,
    }
}

fn documents(all: &[ledger::Document]) -> Paper {
    let row = |one: &ledger::Document| {
        let patient = one.money.iter().find(|part| part.payer == Payer::Patient);
        let paid = patient.filter(|part| part.state != MoneyState::SansObjet).map(|part| part.paid_cents);
        let road = one.transmission.map_or_else(String::new, |state| format!(", {}", state.label()));
        vec![
            day(one.act_date),
            one.fse.number.to_string(),
            one.kind.to_uppercase(),
            format!("{}{road}", one.document.label()),
            one.total_cents.to_string(),
            paid.unwrap_or(Centimes::ZERO).to_string(),
        ]
    };
    Paper {
        columns: columns(&[
            ("person.act_day", 2, Align::Left),
            ("person.fse", 2, Align::Left),
            ("person.kind", 1, Align::Left),
            ("person.state", 4, Align::Left),
            ("person.total", 2, Align::Right),
            ("person.paid", 2, Align::Right),
        ]),
        rows: all.iter().map(row).collect(),
        total: None,
    }
}

/// Columns of a table that is listed as it is: the field, the key of its title, its share.
type Shown = &'static [(&'static str, &'static str, u16)];

const MUTUELLE: Shown = &[
    ("number", "person.mutuelle_number", 3),
    ("member", "person.member", 3),
    ("convention", "person.convention", 2),
    ("valid_from", "person.from", 2),
    ("valid_until", "person.until", 2),
    ("seen_on", "person.on", 2),
];
const ACCIDENT: Shown = &[
    ("number", "person.accident_number", 3),
    ("happened_on", "person.happened", 2),
    ("consolidated_on", "person.consolidated", 2),
];

/// A table as it is; nothing where it has no row.
fn listed(all: &Rows, name: &str, title: &'static str, shown: Shown) -> Vec<Block> {
    let Some((table, rows)) = all.iter().find(|(table, _)| table.name == name) else { return Vec::new() };
    if rows.is_empty() {
        return Vec::new();
    }
    let titles: Vec<(&'static str, u16, Align)> =
        shown.iter().map(|(_, key, share)| (*key, *share, Align::Left)).collect();
    let row = |row: &Vec<Datum>| shown.iter().map(|(field, ..)| french(&text(table, row, field))).collect();
    let paper = Paper { columns: columns(&titles), rows: rows.iter().map(row).collect(), total: None };
    vec![Block::Heading(t(title)), Block::Table(paper)]
}

/// The passages, with what was coded and noted.
fn passages(all: &Rows) -> Vec<Block> {
    let Some((table, rows)) = all.iter().find(|(table, rows)| table.name == "passage" && !rows.is_empty()) else {
        return Vec::new();
    };
    let row = |row: &Vec<Datum>| {
        let state = PassageState::from_word(&text(table, row, "state"));
        let coded = serde_json::from_str::<Cotation>(&text(table, row, "cotation"));
        vec![
            french(&text(table, row, "day")),
            state.map_or_else(String::new, |state| state.label().to_owned()),
            coded.map(|coded| coded.typed()).unwrap_or_default(),
            text(table, row, "note"),
        ]
    };
    let paper = Paper {
        columns: columns(&[
            ("person.on", 2, Align::Left),
            ("person.state", 3, Align::Left),
            ("person.coded", 3, Align::Left),
            ("person.note", 5, Align::Left),
        ]),
        rows: rows.iter().map(row).collect(),
        total: None,
    };
    vec![Block::Heading(t("person.passage_title")), Block::Table(paper)]
}

/// A day as the French write it; anything else as it is.
fn french(text: &str) -> String {
    text.parse::<NaiveDate>().map_or_else(|_| text.to_owned(), day)
}
