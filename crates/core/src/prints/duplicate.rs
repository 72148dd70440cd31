//! The duplicata of an FSE: all that its stored content says, and how far it came. Not the FSE: its bytes stay as they are, and
//! this paper asks nothing of a caisse. Rule: issue 6, "Prints"; product, "Words that decide design".

use chrono::NaiveDate;
use liasse_domain::fse::{Accident, ActDetails, ActLine, CareContext, ComplementaryCover, Executant, Patient};
use liasse_domain::{FseContent, FseRef, Management, Payer, SettlementMode};
use liasse_print::{Align, Block, Document, Table};
use liasse_store::FseRow;

use super::shows_money_of;
use super::wording::{self, Facts, money};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::invoicing::InvoicingError;
use crate::papers::{TEXTS, columns, day, t};
use crate::workstation::Workstation;

impl Workstation {
    /// The duplicata of an FSE, for whoever may have it at the desk; staff's without what the caisses owe and paid.
    pub fn duplicate_of(&self, fse: &FseRef, who: &SignedIn) -> Result<Document, CoreError> {
        self.allow_on(Deed::History, fse, who)?;
        let row = self.store.fse(fse)?.ok_or(InvoicingError::UnknownFse)?;
        let road = self.road_of(&row)?;
        Ok(duplicate(&row, road, who, self.clock.today()))
    }

    /// How far an FSE came: its lot, the answer to its file, its reject, what corrects it.
    fn road_of(&self, row: &FseRow) -> Result<Facts, CoreError> {
        let signed = row.signed_at.map_or_else(String::new, |at| format!(", {}", wording::moment(at)));
        let mut facts = vec![(t("duplicate.state"), format!("{}{signed}", row.state.label()))];
        if let Some(file) = row.lot
            && let Some(lot) = self.store.lot(file)?
        {
            facts.push((t("duplicate.lot"), wording::lot(&lot)));
            facts.push((t("duplicate.road"), wording::road(&lot)));
            let answers = self.store.answers_to(file)?;
            facts.push((t("duplicate.answer"), wording::decided(&answers, self.store.returns_read_until()?)));
        }
        if let Some(why) = &row.reject {
            let on = row.rejected_on.map_or_else(String::new, day);
            facts.push((t("duplicate.reject"), format!("{on} {}", wording::reason(why)).trim().to_owned()));
        }
        if let Some(by) = self.store.corrected_by(&row.reference)? {
            facts.push((t("duplicate.corrected_by"), by.number.to_string()));
        }
        Ok(facts)
    }
}

fn duplicate(row: &FseRow, road: Facts, who: &SignedIn, today: NaiveDate) -> Document {
    let claim = &row.content;
    let mut blocks = vec![
        Block::Notice(t("duplicate.notice")),
        Block::Heading(t("duplicate.road_title")),
        Block::Facts(road),
        Block::Heading(t("duplicate.claim_title")),
        Block::Facts(head(claim)),
        Block::Heading(t("sheet.doctor_title")),
        Block::Facts(practitioner(claim)),
        Block::Heading(t("sheet.patient_title")),
        Block::Facts(insured(claim)),
    ];
    if let Some(cover) = &claim.complementary {
        blocks.push(Block::Heading(t("duplicate.cover_title")));
        blocks.push(Block::Facts(complementary(cover)));
    }
    blocks.push(Block::Heading(t("sheet.care_title")));
    blocks.push(Block::Facts(care(&claim.care)));
    blocks.push(Block::Heading(t("sheet.acts_title")));
    blocks.push(Block::Table(acts(claim)));
    let more: Facts = claim.acts.iter().filter_map(particulars).collect();
    if !more.is_empty() {
        blocks.push(Block::Heading(t("duplicate.more_title")));
        blocks.push(Block::Facts(more));
    }
    blocks.push(Block::Heading(t("duplicate.pays_title")));
    blocks.push(Block::Paragraph(who_pays(claim)));
    blocks.extend(owed(row, who));
    blocks.extend(settlement(row.settlement));
    Document {
        title: t("duplicate.title"),
        subject: TEXTS.with("duplicate.subject", &[("fse", &row.reference.to_string())]),
        demo: who.holder.test_card,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(today))]),
        blocks,
    }
}

/// Group 1110: which FSE.
fn head(claim: &FseContent) -> Facts {
    let mut facts = vec![
        (t("duplicate.number"), claim.reference.number.to_string()),
        (t("duplicate.paid"), claim.reference.billing.to_string()),
        (t("duplicate.mode"), wording::mode(claim.mode)),
        (t("duplicate.drawn_up"), day(claim.drawn_up)),
        (t("duplicate.destination"), claim.destination().to_string()),
    ];
    if let Some(earlier) = &claim.corrects {
        let values = [("number", &*earlier.number.to_string()), ("day", &day(earlier.drawn_up))];
        facts.push((t("duplicate.corrects"), TEXTS.with("duplicate.corrects_of", &values)));
    }
    facts
}

/// Groups 1120 to 1150: who is paid, who acted.
fn practitioner(claim: &FseContent) -> Facts {
    let Executant {
        rpps,
        convention,
        specialty,
        tariff_zone,
        ik_zone,
        agreements,
        condition,
        situation,
        structure_kind,
        structure_number,
        ..
    } = &claim.executant;
    let mut facts = wording::doctor(&claim.executant, claim.locum.as_ref());
    if let Some(rpps) = rpps {
        facts.push((t("duplicate.rpps"), rpps.to_string()));
    }
    facts.push((t("duplicate.structure"), format!("{structure_number} ({structure_kind})")));
    facts.push((t("duplicate.situation"), situation.to_string()));
    facts.push((t("duplicate.specialty"), specialty.clone()));
    facts.push((t("duplicate.convention"), convention.to_string()));
    facts.push((t("duplicate.zones"), format!("{tariff_zone} · {ik_zone}")));
    facts.push((t("duplicate.agreements"), agreements.join(" · ")));
    facts.push((t("duplicate.condition"), condition.to_string()));
    if let Some(locum) = &claim.locum {
        facts.push((t("duplicate.locum_signs"), yes(locum.signs)));
    }
    facts
}

/// Groups 1130 and 1160: for whom, and the caisse.
fn insured(claim: &FseContent) -> Facts {
    let Patient {
        insured_nir,
        insured_key,
        own_nir,
        family_name,
        given_name,
        birth_date,
        birth_rank,
        quality,
        coverage_code,
    } = &claim.patient;
    let organisme = &claim.organisme;
    let mut facts = vec![
        (t("sheet.patient"), wording::person(family_name, given_name)),
        (t("sheet.born"), birth_date.french()),
        (t("sheet.insured"), insured_nir.grouped()),
    ];
    if *insured_key != insured_nir.key() {
        facts.push((t("duplicate.key"), format!("{insured_key:02}")));
    }
    // The insured person's own is the one above.
    if let Some((nir, _)) = own_nir.filter(|(nir, _)| nir != insured_nir) {
        facts.push((t("duplicate.own_nir"), nir.grouped()));
    }
    facts.push((t("duplicate.rank"), birth_rank.to_string()));
    facts.push((t("duplicate.quality"), quality.to_string()));
    facts.push((t("duplicate.coverage"), coverage_code.clone()));
    let codes = format!("{} {} {}", organisme.regime(), organisme.caisse(), organisme.centre());
    facts.push((t("sheet.caisse"), codes));
    facts
}

/// Group 1321: the complementary insurer.
fn complementary(cover: &ComplementaryCover) -> Facts {
    let managed = match cover.management {
        Some(Management::Unique) => t("duplicate.managed_once"),
        Some(Management::Separee) => t("duplicate.managed_apart"),
        None => t("duplicate.managed_unsaid"),
    };
    let all = [
        (t("duplicate.insurer"), cover.number.clone()),
        (t("duplicate.member"), cover.member.reveal().to_owned()),
        (t("duplicate.contract"), cover.contract.clone()),
        (t("duplicate.cover_kind"), cover.convention.clone()),
        (t("duplicate.managed"), managed),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// What the care is about and how the patient came.
fn care(care: &CareContext) -> Facts {
    let nature = match care.nature {
        41 => t("sheet.accident"),
        30 => t("sheet.maternity"),
        90 => t("sheet.prevention"),
        _ => t("sheet.illness"),
    };
    let mut facts = vec![(t("sheet.nature"), format!("{} ({nature})", care.nature))];
    if let Some(letter) = care.care_path {
        facts.push((t("sheet.path"), letter.to_string()));
    }
    if let Some(letter) = care.exoneration {
        facts.push((t("duplicate.exoneration"), letter.to_string()));
    }
    match &care.accident {
        Some(Accident::Number(number)) => facts.push((t("duplicate.accident_number"), number.clone())),
        Some(Accident::Date(on)) => facts.push((t("duplicate.accident_day"), day(*on))),
        None => {}
    }
    if let Some(on) = care.third_party_accident {
        facts.push((t("duplicate.third_party_accident"), day(on)));
    }
    if let Some(referrer) = &care.referrer {
        let on = referrer.date.map_or_else(String::new, |on| format!(", {}", day(on)));
        facts.push((t("duplicate.referrer"), format!("{}{on}", referrer.billing)));
    }
    let proof = match care.rights_proof {
        4 => t("duplicate.proof_vitale"),
        1 => t("duplicate.proof_attestation"),
        _ => t("duplicate.proof_none"),
    };
    facts.push((t("duplicate.proof"), format!("{} ({proof})", care.rights_proof)));
    facts
}

fn acts(claim: &FseContent) -> Table {
    let row = |act: &ActLine| {
        vec![
            day(act.date),
            wording::code(act),
            wording::how_many(act),
            money(act.base),
            act.rate.to_string(),
            money(act.amo),
            money(act.amc),
            money(act.fee),
        ]
    };
    let nothing = String::new;
    let sums = [claim.base(), claim.amo(), claim.amc(), claim.total()].map(money);
    let [base, amo, amc, total] = sums;
    Table {
        columns: columns(&[
            ("sheet.date", 10, Align::Left),
            ("sheet.act", 10, Align::Left),
            ("duplicate.how_many", 8, Align::Right),
            ("duplicate.base", 9, Align::Right),
            ("duplicate.rate", 7, Align::Right),
            ("duplicate.amo", 9, Align::Right),
            ("duplicate.amc", 9, Align::Right),
            ("sheet.fee", 10, Align::Right),
        ]),
        rows: claim.acts.iter().map(row).collect(),
        total: Some(vec![t("sheet.total"), nothing(), nothing(), base, nothing(), amo, amc, total]),
    }
}

/// What the table of acts does not say of one; `None` where it says all.
fn particulars(act: &ActLine) -> Option<(String, String)> {
    let mut said = Vec::new();
    if act.unit != act.fee {
        said.push(TEXTS.with("act.unit", &[("amount", &money(act.unit))]));
    }
    if let Some(letter) = act.qualifier {
        said.push(TEXTS.with("act.qualifier", &[("letter", &letter.to_string())]));
    }
    if let Some(letter) = act.exoneration {
        said.push(TEXTS.with("act.exoneration", &[("letter", &letter.to_string())]));
    }
    said.extend(technical(&act.details));
    said.extend(around(&act.details));
    let label = format!("{} {}", day(act.date), wording::code(act));
    (!said.is_empty()).then(|| (label, said.join(" · ")))
}

/// What only an act of the CCAM says, and the way of kilometres.
fn technical(details: &ActDetails) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(act) = &details.technical {
        let (activity, phase) = (act.activity.to_string(), act.phase.to_string());
        let values = [("grouping", &*act.grouping), ("activity", &activity), ("phase", &phase)];
        said.push(TEXTS.with("act.technical", &values));
        if !act.modifiers.is_empty() {
            said.push(TEXTS.with("act.modifiers", &[("letters", &act.modifiers)]));
        }
        if let Some(code) = act.association {
            said.push(TEXTS.with("act.association", &[("code", &code.to_string())]));
        }
        if !act.teeth.is_empty() {
            let teeth: Vec<String> = act.teeth.iter().map(ToString::to_string).collect();
            said.push(TEXTS.with("act.teeth", &[("teeth", &teeth.join(" "))]));
        }
    }
    if let Some(way) = details.travel {
        let values = [("driven", &*wording::hundredths(way.driven)), ("times", &way.times.to_string())];
        said.push(TEXTS.with("act.way", &values));
    }
    said
}

/// Where, when, on whose order.
fn around(details: &ActDetails) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(prescriber) = &details.prescriber {
        let on = details.prescribed_on.map_or_else(String::new, |on| format!(", {}", day(on)));
        said.push(format!("{}{on}", TEXTS.with("act.prescriber", &[("number", prescriber.as_str())])));
    }
    if details.agreement {
        let on = details.agreement_asked_on.map_or_else(String::new, |on| format!(", {}", day(on)));
        said.push(format!("{}{on}", t("act.agreement")));
    }
    if let Some(time) = details.time {
        said.push(time.format("%H h %M").to_string());
    }
    match details.place {
        Some('D') => said.push(t("act.at_home")),
        Some('E') => said.push(t("act.institution")),
        Some('V') => said.push(t("act.video")),
        Some(_) | None => {}
    }
    if details.regulated {
        said.push(t("act.regulated"));
    }
    if let Some(number) = details.passage {
        said.push(TEXTS.with("act.passage", &[("number", &number.to_string())]));
    }
    if let Some(letter) = details.full_rate {
        said.push(TEXTS.with("act.full_rate", &[("letter", &letter.to_string())]));
    }
    said
}

fn who_pays(claim: &FseContent) -> String {
    let amo = if claim.third_party_amo { t("duplicate.amo_pays") } else { t("duplicate.amo_refunds") };
    let amc = if claim.third_party_amc { t("duplicate.amc_pays") } else { t("duplicate.amc_pays_not") };
    format!("{amo}\n{amc}")
}

/// What each payer owes, and how it stands; for staff the patient alone, and that the others are left out.
fn owed(row: &FseRow, who: &SignedIn) -> Vec<Block> {
    let line = |of: Payer| {
        let found = row.money.iter().find(|part| part.payer == of)?;
        Some(vec![wording::payer(of), money(found.due), money(found.paid), found.state.label().to_owned()])
    };
    let shown = Payer::ALL.into_iter().filter(|payer| shows_money_of(*payer, who));
    let table = Table {
        columns: columns(&[
            ("duplicate.payer", 3, Align::Left),
            ("duplicate.due", 2, Align::Right),
            ("duplicate.received", 2, Align::Right),
            ("duplicate.stands", 2, Align::Left),
        ]),
        rows: shown.filter_map(line).collect(),
        total: None,
    };
    let left_out = (!who.sees_schemes()).then(|| Block::Paragraph(t("duplicate.accounts_left_out")));
    let table = (!table.rows.is_empty()).then_some(Block::Table(table));
    table.into_iter().chain(left_out).collect()
}

/// The patient's last word on settling.
fn settlement(word: Option<SettlementMode>) -> Option<Block> {
    word.map(|mode| Block::Facts(vec![(t("duplicate.settled"), mode.label().to_owned())]))
}

fn yes(is: bool) -> String {
    if is { t("duplicate.yes") } else { t("duplicate.no") }
}
