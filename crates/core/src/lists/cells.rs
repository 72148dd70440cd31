//! What stands in each column of a list that is written out, and the words above: those that a person reads, from `papers.toml`.
//! Not the form of a line (`spreadsheet`), nor which rows there are (`written`).

use liasse_domain::{DocumentKind, Payer, clock};
use liasse_store::PaidRow;
use serde::Serialize;

use super::List;
use super::spreadsheet::{day, euros, line};
use crate::journal;
use crate::ledger::Document;
use crate::papers::{TEXTS, t};
use crate::prints::payer;
use crate::radar::{Category, Level, Row, Todo};
use crate::recettes::{Movement, Unpaid};
use crate::returned::{RejectedFse, Returned};

/// What stands above a list.
pub(super) fn header(list: List) -> &'static str {
    TEXTS.t(match list {
        List::Documents(_) | List::Patient(..) => "csv.documents",
        List::Payments(_) => "csv.payments",
        List::Unpaid(_) => "csv.unpaid",
        List::Receipts(..) => "csv.receipts",
        List::Watched(..) => "csv.watched",
        List::Journal(_) => return journal::columns(),
    })
}

/// A document. Of a payer whose money is not shown, nothing stands there.
pub(super) fn document(document: &Document) -> String {
    let mut cells = vec![
        document.fse.to_string(),
        kind(&document.kind),
        day(document.act_date),
        document.patient.reveal().to_owned(),
        euros(document.total_cents),
        document.document.label().to_owned(),
        document.transmission.map_or_else(String::new, |state| state.label().to_owned()),
        document.lot.map_or_else(String::new, |lot| lot.to_string()),
    ];
    for payer in Payer::ALL {
        let money = document.money.iter().find(|money| money.payer == payer);
        cells.push(money.map_or_else(String::new, |money| euros(money.due_cents)));
        cells.push(money.map_or_else(String::new, |money| euros(money.paid_cents)));
    }
    cells.push(
        document.reject.as_ref().map_or_else(String::new, |reject| format!("{} {}", reject.code, reject.message)),
    );
    line(&cells)
}

/// A reject.
pub(super) fn reject(reject: &RejectedFse) -> String {
    let state = match &reject.corrected_by {
        Some(by) => TEXTS.with("csv.corrected", &[("fse", &by.to_string())]),
        None if reject.passed_on => t("csv.passed_on"),
        None if reject.awaits_correction() || reject.is_dre() => t("csv.awaits"),
        None => t("csv.no_correction"),
    };
    line(&[
        TEXTS.with("csv.reject", &[("kind", &kind(&reject.kind))]),
        reject.rejected_on.map_or_else(String::new, day),
        String::new(),
        String::new(),
        reject.fse.to_string(),
        day(reject.act_date),
        reject.patient.reveal().to_owned(),
        euros(reject.total_cents),
        state,
        reject.reject.code.clone(),
        reject.reject.message.clone(),
    ])
}

/// A line of a transfer. It names no patient: the payer names an FSE.
pub(super) fn transfer(paid: &PaidRow) -> String {
    let state = match &paid.matched {
        Some(fse) => TEXTS.with("csv.matched", &[("fse", &fse.to_string())]),
        None => t("csv.unmatched"),
    };
    line(&[
        t("csv.transfer"),
        day(paid.paid_on),
        paid.reference.clone(),
        format!("{} {}", paid.from, payer(paid.payer)),
        paid.fse.to_string(),
        String::new(),
        String::new(),
        euros(paid.amount),
        state,
        String::new(),
        String::new(),
    ])
}

/// A message that moves no money: a line for each FSE it remarks on, else one; none for those that other lines tell.
pub(super) fn message(message: &Returned) -> Vec<String> {
    let on = day(clock::paris(message.received_at).date());
    let what = TEXTS.t(match message.kind {
        "signalement" => "csv.remark",
        "service" => "csv.service",
        "non_remise" => "csv.undelivered",
        _ => "csv.unknown",
    });
    let told = |fse: String, code: &str, words: &str| {
        let from = message.from.as_deref().unwrap_or_default();
        line(&[what, on.as_str(), "", from, fse.as_str(), "", "", "", "", code, words])
    };
    match message.kind {
        "signalement" => {
            message.remarks.iter().map(|remark| told(remark.fse.to_string(), &remark.code, &remark.message)).collect()
        }
        "service" => vec![told(String::new(), "", message.text.as_deref().unwrap_or_default())],
        "non_remise" => {
            let (code, words) =
                message.undelivered.as_ref().map_or(("", ""), |said| (said.code.as_str(), said.message.as_str()));
            vec![told(String::new(), code, words)]
        }
        "inconnu" => vec![told(String::new(), message.note.as_deref().unwrap_or_default(), "")],
        _ => Vec::new(),
    }
}

/// What a patient owes.
pub(super) fn unpaid(unpaid: &Unpaid) -> String {
    line(&[
        unpaid.fse.to_string(),
        day(unpaid.act_date),
        unpaid.age_days.to_string(),
        unpaid.patient.reveal().to_owned(),
        euros(unpaid.owed_cents),
        unpaid.settlement.map_or_else(String::new, |word| word.label().to_owned()),
    ])
}

/// A receipt of that day, or what undoes one.
pub(super) fn receipt(on: chrono::NaiveDate, movement: &Movement) -> String {
    line(&[
        day(on),
        movement.time.clone(),
        movement.fse.to_string(),
        movement.patient.reveal().to_owned(),
        movement.mode.label().to_owned(),
        euros(movement.amount_cents),
    ])
}

/// Something that is watched.
pub(super) fn watched(category: Category, row: &Row) -> String {
    line(&[
        category_words(category),
        kind(row.kind),
        row.fse.as_ref().map_or_else(String::new, ToString::to_string),
        row.passage.map_or_else(String::new, |passage| passage.to_string()),
        day(row.act_date),
        row.age_days.to_string(),
        row.patient.reveal().to_owned(),
        row.payer.map_or_else(String::new, payer),
        row.amount_cents.map_or_else(String::new, euros),
        row.deadline.map_or_else(String::new, day),
        row.level.map_or_else(String::new, level),
        action(row.action),
    ])
}

/// `FSE`, `DRE`, `passage`.
fn kind(word: &str) -> String {
    match DocumentKind::from_word(word) {
        Some(kind) => kind.word().to_uppercase(),
        None => word.to_owned(),
    }
}

fn category_words(category: Category) -> String {
    t(match category {
        Category::VuNonFacture => "watch.seen",
        Category::FactureNonEnvoye => "watch.unsent",
        Category::EnvoyeNonRecu => "watch.unanswered",
        Category::RecuNonPaye => "watch.unpaid",
        Category::Rejete => "watch.rejected",
        Category::PayeTropPeu => "watch.too_little",
        Category::DateLegale => "watch.pressing",
    })
}

fn level(level: Level) -> String {
    t(match level {
        Level::ATemps => "watch.in_time",
        Level::Bientot => "watch.soon",
        Level::EnRetard => "watch.late",
    })
}

fn action(todo: Todo) -> String {
    t(match todo {
        Todo::Coter => "watch.code",
        Todo::Facturer => "watch.bill",
        Todo::Signer => "watch.sign",
        Todo::Revoir => "watch.look_again",
        Todo::MettreEnLot => "watch.make_lot",
        Todo::Envoyer => "watch.send",
        Todo::Relever => "watch.fetch",
        Todo::Renvoyer => "watch.send_again",
        Todo::Encaisser => "watch.settle",
        Todo::Relancer => "watch.ask",
        Todo::Corriger => "watch.correct",
        Todo::Reporter => "watch.pass_on",
        Todo::Rapprocher => "watch.match",
    })
}

/// The word that the JSON has.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}
