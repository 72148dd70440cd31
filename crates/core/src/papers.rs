//! Papers: what is handed over, kept or posted, as documents for the crate `print`. Texts are `assets/texts/papers.toml`.
//! Not the layout and not the PDF. The papers between a doctor and a locum
//! name no patient.

use chrono::NaiveDate;
use liasse_domain::replacement::{FeeKind, ShareBase};
use liasse_domain::texts::Texts;
use liasse_domain::{CardHolder, Centimes, Private};
use liasse_print::{Align, Block, Column, Document, Table};
use liasse_store::PaperRow;

use crate::error::CoreError;
use crate::keys::RecoveryCode;
use crate::paper::Sheet;
use crate::replacement::{Session, hours_of, weekday};
use crate::statement::Statement;

pub(crate) static TEXTS: Texts = Texts::of(include_str!("../../../assets/texts/papers.toml"));

pub(crate) fn t(key: &'static str) -> String {
    TEXTS.t(key).to_owned()
}

pub(crate) fn day(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

/// `70 %`, `66,67 %`.
fn percent(basis_points: u32) -> String {
    match basis_points % 100 {
        0 => format!("{} %", basis_points / 100),
        rest => format!("{},{rest:02} %", basis_points / 100),
    }
}

pub(crate) fn name(holder: &CardHolder) -> String {
    format!("{} {}", holder.given_name.reveal(), holder.family_name.reveal())
}

pub(crate) fn columns(titles: &[(&'static str, u16, Align)]) -> Vec<Column> {
    titles.iter().map(|(key, share, align)| Column { title: t(key), share: *share, align: *align }).collect()
}

fn fee_kind(kind: FeeKind) -> String {
    match kind {
        FeeKind::Office => t("kind.office"),
        FeeKind::Visits => t("kind.visits"),
        FeeKind::Duty => t("kind.duty"),
        FeeKind::Travel => t("kind.travel"),
    }
}

/// A paper as PDF.
pub fn pdf(paper: &Document) -> Result<Vec<u8>, CoreError> {
    Ok(liasse_print::render(paper)?)
}

/// The sheet that a replaced doctor hands over to the locum: number, days, sector and usual fees, whom to call, and how to
/// fall back on paper.
pub fn handover(session: &Session, demo: bool, today: NaiveDate) -> Document {
    let sealed = &session.sealed;
    let calendar = &sealed.calendar;
    let hours = calendar.slots().iter().map(|slot| {
        let days: Vec<&str> = slot.days.days().map(weekday).collect();
        format!("{} : {}", days.join(", "), hours_of(slot))
    });
    let mut facts = vec![
        (t("handover.replaced"), name(&sealed.replaced.holder)),
        (t("handover.session"), sealed.number.to_string()),
        (t("handover.locum"), sealed.locum.billing.to_string()),
        (
            t("handover.days"),
            TEXTS.with("handover.from_until", &[("from", &day(calendar.from())), ("until", &day(calendar.until()))]),
        ),
        (t("handover.hours"), hours.collect::<Vec<_>>().join("\n")),
    ];
    for situation in &sealed.replaced.situations {
        let sector = match situation.convention {
            1 => t("handover.sector_one"),
            2 => t("handover.sector_one_dp"),
            3 => t("handover.sector_two"),
            _ => t("handover.sector_none"),
        };
        facts.push((t("handover.place"), format!("{} · {sector}", situation.structure_name)));
        facts.push((t("handover.billing"), situation.billing_number.to_string()));
    }
    let terms = sealed.terms;
    let base = if terms.base == ShareBase::Received { t("handover.on_received") } else { t("handover.on_billed") };
    let shares = Table {
        columns: columns(&[("handover.kind", 3, Align::Left), ("handover.share", 1, Align::Right)]),
        rows: FeeKind::ALL.iter().map(|kind| vec![fee_kind(*kind), percent(terms.share(*kind).0)]).collect(),
        total: None,
    };
    Document {
        title: t("handover.title"),
        subject: t("handover.subject"),
        demo,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(today))]),
        blocks: vec![
            Block::Facts(facts),
            Block::Heading(t("handover.start_title")),
            Block::Paragraph(t("handover.start")),
            Block::Heading(t("handover.rules_title")),
            Block::Paragraph(t("handover.rules")),
            Block::Notice(if sealed.mailbox { t("handover.mailbox") } else { t("handover.no_mailbox") }),
            Block::Heading(t("handover.paper_title")),
            Block::Paragraph(t("handover.paper")),
            Block::Heading(t("handover.terms_title")),
            Block::Paragraph(base),
            Block::Table(shares),
            Block::Heading(t("handover.call_title")),
            Block::Lines { label: t("handover.call"), count: 3 },
            Block::Lines { label: t("handover.fees"), count: 3 },
            Block::Signature(vec![t("handover.sign_replaced"), t("handover.sign_locum")]),
        ],
    }
}

/// A feuille de soins papier: who is cared for, who is insured, who cares and in whose place, what was done, what was paid; to
/// be signed by hand. Its boxes are those of the public form; it is no cerfa.
pub fn care_sheet(sheet: &Sheet, row: &PaperRow, demo: bool) -> Document {
    let money = |cents: Centimes| cents.to_string();
    let person = |given: &Private, family: &Private| format!("{} {}", family.reveal(), given.reveal());
    let (patient, executant) = (&sheet.patient, &sheet.executant);
    let mut facts = vec![
        (t("sheet.patient"), person(&patient.given_name, &patient.family_name)),
        (t("sheet.born"), patient.birth_date.to_string()),
        (t("sheet.insured"), patient.insured_nir.grouped()),
        (
            t("sheet.caisse"),
            format!("{} {} {}", sheet.organisme.regime(), sheet.organisme.caisse(), sheet.organisme.centre()),
        ),
    ];
    let mut doctor = vec![
        (t("sheet.doctor"), person(&executant.given_name, &executant.family_name)),
        (t("sheet.billing"), executant.billing.to_string()),
        (t("sheet.structure"), executant.structure_name.clone()),
    ];
    if let Some(locum) = &sheet.locum {
        let named = person(&locum.given_name, &locum.family_name);
        doctor.push((
            t("sheet.locum"),
            TEXTS.with("sheet.locum_of", &[("name", named.trim()), ("number", locum.billing.as_str())]),
        ));
    }
    let nature = match sheet.care.nature {
        41 => t("sheet.accident"),
        30 => t("sheet.maternity"),
        90 => t("sheet.prevention"),
        _ => t("sheet.illness"),
    };
    let mut care = vec![(t("sheet.nature"), nature)];
    if let Some(letter) = sheet.care.care_path {
        care.push((t("sheet.path"), letter.to_string()));
    }
    let acts =
        sheet.acts.iter().map(|act| vec![day(act.date), act.code.clone(), act.quantity.to_string(), money(act.fee)]);
    let table = Table {
        columns: columns(&[
            ("sheet.date", 2, Align::Left),
            ("sheet.act", 3, Align::Left),
            ("sheet.quantity", 1, Align::Right),
            ("sheet.fee", 2, Align::Right),
        ]),
        rows: acts.collect(),
        total: Some(vec![t("sheet.total"), String::new(), String::new(), money(sheet.total())]),
    };
    let pays = if sheet.third_party_amo { t("sheet.third_party") } else { t("sheet.patient_paid") };
    facts.push((t("sheet.number"), row.id.to_string()));
    let why = match &sheet.fse {
        Some(fse) => TEXTS.with("sheet.of_fse", &[("fse", &fse.to_string())]),
        None => TEXTS.with("sheet.alone", &[("why", row.reason.label())]),
    };
    Document {
        title: t("sheet.title"),
        subject: t("sheet.subject"),
        demo,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(sheet.drawn_up))]),
        blocks: vec![
            Block::Notice(why),
            Block::Heading(t("sheet.patient_title")),
            Block::Facts(facts),
            Block::Heading(t("sheet.doctor_title")),
            Block::Facts(doctor),
            Block::Heading(t("sheet.care_title")),
            Block::Facts(care),
            Block::Heading(t("sheet.acts_title")),
            Block::Table(table),
            Block::Paragraph(pays),
            Block::Signature(vec![t("sheet.sign_patient"), t("sheet.sign_doctor")]),
        ],
    }
}

/// The sheet that holds the recovery code of a practice, printed once. `key` is the beginning of the name of its data key, which
/// tells to which directory and to which backups it belongs. Names nobody.
pub fn recovery(code: &RecoveryCode, key: &str, today: NaiveDate) -> Document {
    Document {
        title: t("recovery.title"),
        subject: t("recovery.subject"),
        demo: false,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(today))]),
        blocks: vec![
            Block::Facts(vec![
                (t("recovery.code"), code.grouped().to_string()),
                (t("recovery.key"), key.to_owned()),
                (t("recovery.day"), day(today)),
            ]),
            Block::Notice(t("recovery.replaces")),
            Block::Heading(t("recovery.keep_title")),
            Block::Paragraph(t("recovery.keep")),
            Block::Heading(t("recovery.use_title")),
            Block::Paragraph(t("recovery.use")),
            Block::Heading(t("recovery.lost_title")),
            Block::Paragraph(t("recovery.lost")),
            Block::Lines { label: t("recovery.where"), count: 2 },
        ],
    }
}

/// The statement of a session, for the doctor who is replaced and for the locum.
pub fn statement(drawn: &Statement, demo: bool) -> Document {
    let money = |cents: Centimes| cents.to_string();
    let kinds = Table {
        columns: columns(&[
            ("statement.kind", 3, Align::Left),
            ("statement.fees", 2, Align::Right),
            ("statement.share", 1, Align::Right),
            ("statement.locum", 2, Align::Right),
        ]),
        rows: drawn
            .by_kind
            .iter()
            .map(|line| {
                vec![fee_kind(line.kind), money(line.fees_cents), percent(line.share_bp), money(line.locum_cents)]
            })
            .collect(),
        total: Some(vec![
            t("statement.total"),
            money(drawn.fees()),
            String::new(),
            money(drawn.by_kind.iter().map(|line| line.locum_cents).sum()),
        ]),
    };
    let days = Table {
        columns: columns(&[
            ("statement.day", 2, Align::Left),
            ("statement.fses", 1, Align::Right),
            ("statement.fees", 2, Align::Right),
        ]),
        rows: drawn
            .by_day
            .iter()
            .map(|line| vec![day(line.day), line.fses.to_string(), money(line.fees_cents)])
            .collect(),
        total: None,
    };
    let modes = Table {
        columns: columns(&[("statement.mode", 3, Align::Left), ("statement.received", 2, Align::Right)]),
        rows: drawn.by_mode.iter().map(|line| vec![line.mode.label().to_owned(), money(line.cents)]).collect(),
        total: None,
    };
    let base = if drawn.base == ShareBase::Received { t("handover.on_received") } else { t("handover.on_billed") };
    let mut blocks = vec![
        Block::Facts(vec![
            (t("handover.replaced"), format!("{} ({})", drawn.replaced_name.reveal(), drawn.replaced)),
            (t("handover.locum"), drawn.locum.to_string()),
            (
                t("handover.days"),
                TEXTS.with("handover.from_until", &[("from", &day(drawn.days.0)), ("until", &day(drawn.days.1))]),
            ),
            (t("statement.base"), base),
        ]),
        Block::Heading(t("statement.by_kind")),
        Block::Table(kinds),
        Block::Heading(t("statement.by_day")),
        Block::Table(days),
        Block::Heading(t("statement.by_mode")),
        Block::Table(modes),
        Block::Facts(vec![
            (t("statement.in_drawer"), money(drawn.in_drawer_cents)),
            (t("statement.on_account"), money(drawn.on_account_cents)),
            (t("statement.expected"), money(drawn.expected_cents)),
            (t("statement.owed"), money(drawn.owed_by_patients_cents)),
        ]),
    ];
    if !drawn.corrections.is_empty() {
        blocks.push(Block::Heading(t("statement.corrections")));
        blocks.push(Block::Table(Table {
            columns: columns(&[
                ("statement.on", 2, Align::Left),
                ("statement.fse", 3, Align::Left),
                ("statement.fees", 2, Align::Right),
                ("statement.locum", 2, Align::Right),
            ]),
            rows: drawn
                .corrections
                .iter()
                .map(|one| {
                    let minus = |cents: Centimes| money(Centimes::ZERO - cents);
                    vec![day(one.on), one.fse.to_string(), minus(one.fees_cents), minus(one.locum_cents)]
                })
                .collect(),
            total: None,
        }));
    }
    blocks.push(Block::Notice(TEXTS.with("statement.due", &[("amount", &money(drawn.due_cents))])));
    blocks.push(Block::Signature(vec![t("handover.sign_replaced"), t("handover.sign_locum")]));
    Document {
        title: t("statement.title"),
        subject: TEXTS.with("statement.subject", &[("session", &drawn.session.to_string())]),
        demo,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(drawn.drawn_up))]),
        blocks,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Everything that composes a paper, or a list for a spreadsheet.
    const SOURCES: [&str; 15] = [
        include_str!("bookkeeping.rs"),
        include_str!("forgetting.rs"),
        include_str!("lists/cells.rs"),
        include_str!("opendata/person.rs"),
        include_str!("opendata/sheets.rs"),
        include_str!("papers.rs"),
        include_str!("prints/adviser.rs"),
        include_str!("prints/deposit.rs"),
        include_str!("prints/duplicate.rs"),
        include_str!("prints/incident.rs"),
        include_str!("prints/lot.rs"),
        include_str!("prints/receipt.rs"),
        include_str!("prints/wording.rs"),
        include_str!("retention/report.rs"),
        include_str!("retention/standing.rs"),
    ];

    #[test]
    fn every_key_has_a_text_and_every_text_a_use() {
        let is_key = |word: &&str| {
            word.contains('.') && word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '.' || sign == '_')
        };
        let code = |source: &'static str| source.split("#[cfg(test)]").next().unwrap_or_default();
        let quoted = SOURCES.into_iter().flat_map(|source| code(source).split('"').skip(1).step_by(2));
        let used: BTreeSet<&str> = quoted.filter(is_key).collect();
        let keys: BTreeSet<&str> = TEXTS.keys().collect();
        assert_eq!(used, keys);
        assert!(used.len() > 30);
    }
}
