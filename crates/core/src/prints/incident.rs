//! The dossier of one FSE for a call to its caisse: n° FSE, lot, file, answers, reject, mails, each step with its time, and what
//! the national list of incidents says of a refusal. Names the patient no more than the telephone needs: days and amounts.
//! Not the correction of a reject (`returned`).

use chrono::NaiveDate;
use liasse_domain::reject::explain;
use liasse_domain::{FseRef, Report, TransmissionState};
use liasse_print::{Align, Block, Document, Table};
use liasse_store::{AnswerRow, AttemptOutcome, FseRow, LotRow, PaidForRow, RejectRow, StepRow};

use super::shows_money_of;
use super::wording::{self, Facts, money};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::incidents::{Incident, Incidents};
use crate::invoicing::InvoicingError;
use crate::papers::{TEXTS, columns, day, t};
use crate::workstation::Workstation;

/// All that is said.
struct Dossier {
    row: FseRow,
    /// Each lot that holds or held the FSE, with what was answered to its file.
    lots: Vec<(LotRow, Vec<AnswerRow>)>,
    rejects: Vec<RejectRow>,
    transfers: Vec<PaidForRow>,
    steps: Vec<StepRow>,
    corrected_by: Option<FseRef>,
    /// Until when an answer would have been read, as it is said.
    read_until: String,
}

impl Workstation {
    /// The dossier of an FSE for a call to its caisse, for whoever may have it at the desk; staff's without what the caisses
    /// owe and paid.
    pub fn incident_of(&self, fse: &FseRef, who: &SignedIn) -> Result<Document, CoreError> {
        self.allow_on(Deed::History, fse, who)?;
        let mut row = self.store.fse(fse)?.ok_or(InvoicingError::UnknownFse)?;
        let mut lots = Vec::new();
        for file in self.store.files_of(fse)? {
            if let Some(lot) = self.store.lot(file)? {
                lots.push((lot, self.store.answers_to(file)?));
            }
        }
        row.money.retain(|part| shows_money_of(part.payer, who));
        // Whoever pays by a transfer pays the practitioner's account.
        let transfers = if who.sees_schemes() { self.store.paid_for(fse)? } else { Vec::new() };
        let dossier = Dossier {
            row,
            lots,
            rejects: self.store.rejects_of(fse)?,
            transfers,
            steps: self.store.steps_of(fse)?,
            corrected_by: self.store.corrected_by(fse)?,
            read_until: wording::decided(&[], self.store.returns_read_until()?),
        };
        Ok(drawn(&dossier, &self.incidents, who, self.clock.today()))
    }
}

fn drawn(dossier: &Dossier, incidents: &Incidents, who: &SignedIn, today: NaiveDate) -> Document {
    let mut blocks = vec![Block::Facts(claim(dossier)), Block::Heading(t("incident.lots_title"))];
    if dossier.lots.is_empty() {
        blocks.push(Block::Paragraph(t("incident.no_lot")));
    }
    for (lot, answers) in &dossier.lots {
        blocks.push(Block::Facts(of_lot(lot, answers, &dossier.read_until)));
    }
    blocks.extend(rejects(dossier));
    blocks.extend(national(dossier, incidents));
    blocks.extend(transfers(&dossier.transfers));
    if !who.sees_schemes() {
        blocks.push(Block::Paragraph(t("duplicate.accounts_left_out")));
    }
    blocks.push(Block::Heading(t("incident.steps_title")));
    blocks.push(Block::Table(steps(&dossier.steps)));
    blocks.push(Block::Lines { label: t("incident.said"), count: 3 });
    Document {
        title: t("incident.title"),
        subject: TEXTS.with("incident.subject", &[("fse", &dossier.row.reference.to_string())]),
        demo: who.holder.test_card,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(today))]),
        blocks,
    }
}

/// What an adviser asks first. No name, no number of a person.
fn claim(dossier: &Dossier) -> Facts {
    let (row, claim) = (&dossier.row, &dossier.row.content);
    let mut facts = vec![
        (t("incident.number"), claim.reference.number.to_string()),
        (t("sheet.billing"), claim.reference.billing.to_string()),
        (t("duplicate.destination"), claim.destination().to_string()),
        (t("duplicate.mode"), wording::mode(claim.mode)),
        (t("incident.acts_of"), day(claim.act_date())),
        (t("incident.drawn_up"), day(claim.drawn_up)),
        (t("duplicate.state"), row.state.label().to_owned()),
        (t("incident.total"), money(claim.total())),
        (t("duplicate.amo"), money(claim.amo())),
        (t("duplicate.amc"), money(claim.amc())),
    ];
    for part in row.money.iter().filter(|part| part.due.0 > 0) {
        let values = [("due", &*money(part.due)), ("paid", &money(part.paid)), ("state", part.state.label())];
        facts.push((wording::payer(part.payer), TEXTS.with("incident.owes", &values)));
    }
    if let Some(locum) = &claim.locum {
        facts.push((t("incident.locum"), locum.billing.to_string()));
    }
    if let Some(earlier) = &claim.corrects {
        facts.push((t("duplicate.corrects"), earlier.number.to_string()));
    }
    if let Some(by) = &dossier.corrected_by {
        facts.push((t("duplicate.corrected_by"), by.number.to_string()));
    }
    facts
}

fn of_lot(lot: &LotRow, answers: &[AnswerRow], read_until: &str) -> Facts {
    let mut facts = vec![(t("duplicate.lot"), wording::lot(lot)), (t("duplicate.road"), wording::road(lot))];
    if let Some(message) = &lot.message_id {
        facts.push((t("lot.message"), message.clone()));
    }
    let replies = lot.attempts.iter().filter_map(|attempt| match &attempt.outcome {
        Some(AttemptOutcome::Accepted { reply }) => Some(reply.clone()),
        _ => None,
    });
    facts.extend(replies.map(|reply| (t("incident.reply"), reply)));
    if answers.is_empty() {
        facts.push((t("duplicate.answer"), read_until.to_owned()));
    }
    facts.extend(answers.iter().map(|row| (t("duplicate.answer"), wording::answer(row))));
    facts
}

/// Each reject in the caisse's words and in plain ones.
fn rejects(dossier: &Dossier) -> Vec<Block> {
    let mut blocks = Vec::new();
    for reject in &dossier.rejects {
        let values = [("on", &*day(reject.on)), ("read", &wording::moment(reject.read_at))];
        let mut facts = vec![
            (t("incident.code"), wording::reason(&reject.reason)),
            (t("incident.rejected"), TEXTS.with("incident.rejected_on", &values)),
            (t("lot.file"), reject.lot.to_string()),
        ];
        if let Some(words) = explain(&reject.reason.code) {
            facts.push((t("incident.cause"), words.cause.clone()));
            facts.push((t("incident.action"), words.action.clone()));
        }
        blocks.push(Block::Facts(facts));
    }
    titled("incident.reject_title", blocks)
}

/// What the list of incidents says of each refusal: of the file as a whole, or of the FSE alone.
fn national(dossier: &Dossier, incidents: &Incidents) -> Vec<Block> {
    let of_files = dossier.lots.iter().flat_map(|(_, answers)| answers).filter_map(|answer| {
        let why = answer.refused.as_ref()?;
        Some((why.code.as_str(), answer.on))
    });
    let of_fse = dossier.rejects.iter().map(|reject| (reject.reason.code.as_str(), reject.on));
    let said = of_files.chain(of_fse).map(|(code, on)| match incidents.lock(code, on) {
        Some(incident) => Block::Notice(listed(incident)),
        None => Block::Paragraph(TEXTS.with("incident.not_listed", &[("code", code), ("on", &day(on))])),
    });
    titled("incident.national_title", said.collect())
}

fn listed(incident: &Incident) -> String {
    let Incident { code, from, until, cause, action, source, .. } = incident;
    let dates = [("code", &**code), ("from", &day(*from)), ("until", &day(*until))];
    format!("{}\n{cause} {action}\n{source}", TEXTS.with("incident.listed", &dates))
}

fn transfers(rows: &[PaidForRow]) -> Vec<Block> {
    if rows.is_empty() {
        return Vec::new();
    }
    let line =
        |row: &PaidForRow| vec![day(row.on), row.reference.clone(), wording::payer(row.payer), money(row.amount)];
    let table = Table {
        columns: columns(&[
            ("incident.on", 2, Align::Left),
            ("incident.reference", 4, Align::Left),
            ("duplicate.payer", 3, Align::Left),
            ("receipt.amount", 2, Align::Right),
        ]),
        rows: rows.iter().map(line).collect(),
        total: None,
    };
    titled("incident.transfers_title", vec![Block::Table(table)])
}

/// Blocks under their heading; nothing where there are none.
fn titled(key: &'static str, blocks: Vec<Block>) -> Vec<Block> {
    if blocks.is_empty() { blocks } else { [vec![Block::Heading(t(key))], blocks].concat() }
}

fn steps(rows: &[StepRow]) -> Table {
    let line = |row: &StepRow| {
        let file = row.lot.clone().unwrap_or_default();
        Some(vec![wording::moment(row.at), word(row)?, file, detail(row)])
    };
    Table {
        columns: columns(&[
            ("incident.at", 4, Align::Left),
            ("incident.step", 5, Align::Left),
            ("lot.file", 2, Align::Left),
            ("incident.detail", 5, Align::Left),
        ]),
        rows: rows.iter().filter_map(line).collect(),
        total: None,
    }
}

/// A step in the words of the desk; `None` for what a caisse does not ask.
fn word(row: &StepRow) -> Option<String> {
    Some(match row.action.split_once('.')? {
        ("fse", "preparee") => t("step.prepared"),
        ("fse", "scellee") => t("step.sealed"),
        ("fse", "signee") => t("step.signed"),
        ("fse", "annulee") => t("step.withdrawn"),
        ("fse", "passee") => t("step.passed"),
        ("fse", "revenue") => t("step.back"),
        ("feuille", "faite") => t("step.sheet"),
        ("lot", "scelle") => t("step.lot_sealed"),
        ("lot", "signe") => t("step.lot_signed"),
        ("lot", "dissous") => t("step.lot_dissolved"),
        ("envoi", "commence") => t("step.sending"),
        ("envoi", "fini") => t("step.sent"),
        ("envoi", "libere") => t("step.released"),
        ("retour", _) => match row.kind.as_deref()? {
            "arl" => t("step.answer"),
            "signalement" => t("step.remark"),
            "non_remise" => t("step.undelivered"),
            // Those of other FSE of the lot among them: this one's are said above.
            _ => return None,
        },
        _ => return None,
    })
}

/// How it ended, and the code that goes with it.
fn detail(row: &StepRow) -> String {
    let ended = row.outcome.as_deref().map(|word| match word {
        "acceptee" => t("step.accepted"),
        "echec" => t("step.failed"),
        "non_confirmee" => t("step.unconfirmed"),
        "interrompue" => t("step.interrupted"),
        other => TransmissionState::from_word(other).map_or_else(|| other.to_owned(), |state| state.label().to_owned()),
    });
    let code = row.code.as_deref().map(|code| match Report::kept(code) {
        Some(report) => format!("{code} : {}", report.message),
        None => code.to_owned(),
    });
    ended.into_iter().chain(code).collect::<Vec<_>>().join(" · ")
}
