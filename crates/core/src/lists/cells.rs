//! What stands in each column of a list that is written out, and the words above. The words of states are those of the JSON.
//! Not the form of a line (`spreadsheet`), nor which rows there are (`written`).

use liasse_domain::{Payer, clock};
use liasse_store::PaidRow;
use serde::Serialize;

use super::spreadsheet::{day, euros, line};
use crate::ledger::Document;
use crate::radar::{Category, Row};
use crate::recettes::{Movement, Unpaid};
use crate::returned::{RejectedFse, Returned};

/// Above documents.
pub(super) const DOCUMENTS: &str = "numero;nature;date des actes;patient;total;document;transmission;lot;patient du;patient paye;\
                                    AMO due;AMO payee;AMC due;AMC payee;rejet\r\n";
/// Above rejects, lines of transfers and messages.
pub(super) const PAYMENTS: &str =
    "nature;date;virement;payeur;numero;date des actes;patient;montant;etat;code;message\r\n";
/// Above what patients owe.
pub(super) const UNPAID: &str = "numero;date des actes;depuis (jours);patient;reste du;dernier mot\r\n";
/// Above the receipts of a day.
pub(super) const RECEIPTS: &str = "jour;heure;numero;patient;mode;montant\r\n";
/// Above what is watched.
pub(super) const WATCHED: &str = "categorie;nature;numero;passage;date;depuis (jours);patient;payeur;montant;date legale;\
                                  etat de la date;a faire\r\n";

/// A document. Of a payer whose money is not shown, nothing stands there.
pub(super) fn document(document: &Document) -> String {
    let mut cells = vec![
        document.fse.to_string(),
        document.kind.clone(),
        day(document.act_date),
        document.patient.reveal().to_owned(),
        euros(document.total_cents),
        document.document.word().to_owned(),
        document.transmission.map_or_else(String::new, |state| state.word().to_owned()),
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
        Some(by) => format!("corrige par {by}"),
        None if reject.passed_on => "demande au patient".to_owned(),
        None if reject.awaits_correction() || reject.is_dre() => "a traiter".to_owned(),
        None => "sans correction".to_owned(),
    };
    line(&[
        format!("rejet {}", reject.kind),
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
    let state = paid.matched.as_ref().map_or_else(|| "non rapprochee".to_owned(), |fse| format!("rapprochee de {fse}"));
    line(&[
        "virement".to_owned(),
        day(paid.paid_on),
        paid.reference.clone(),
        format!("{} {}", paid.from, paid.payer.word()),
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
    let told = |fse: String, code: &str, words: &str| {
        let from = message.from.as_deref().unwrap_or_default();
        line(&[message.kind, on.as_str(), "", from, fse.as_str(), "", "", "", "", code, words])
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
        unpaid.settlement.map_or_else(String::new, |word| word.word().to_owned()),
    ])
}

/// A receipt of that day, or what undoes one.
pub(super) fn receipt(on: chrono::NaiveDate, movement: &Movement) -> String {
    line(&[
        day(on),
        movement.time.clone(),
        movement.fse.to_string(),
        movement.patient.reveal().to_owned(),
        movement.mode.word().to_owned(),
        euros(movement.amount_cents),
    ])
}

/// Something that is watched.
pub(super) fn watched(category: Category, row: &Row) -> String {
    line(&[
        word(&category),
        row.kind.to_owned(),
        row.fse.as_ref().map_or_else(String::new, ToString::to_string),
        row.passage.map_or_else(String::new, |passage| passage.to_string()),
        day(row.act_date),
        row.age_days.to_string(),
        row.patient.reveal().to_owned(),
        row.payer.map_or_else(String::new, |payer| payer.word().to_owned()),
        row.amount_cents.map_or_else(String::new, euros),
        row.deadline.map_or_else(String::new, day),
        row.level.map_or_else(String::new, |level| word(&level)),
        word(&row.action),
    ])
}

/// The word that the JSON has.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}
