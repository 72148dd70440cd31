//! `ledger`: every document with its three states, as JSON or as a table.

use std::io::Write;

use liasse_core::ledger::{Document, Ledger};
use liasse_domain::{DocumentKind, DocumentState, MoneyState, Payer, TransmissionState};

use crate::failure::{CliError, Failure};
use crate::office::Person;
use crate::text;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let open = arguments.person.open(&[])?;
    let ledger = open.run(|workstation, person| workstation.ledger_of(person))?;
    print(&ledger, json)
}

/// Prints a ledger in the form that was asked for.
pub(crate) fn print(ledger: &Ledger, json: bool) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let written = if json {
        serde_json::to_writer(&mut out, ledger).map_err(std::io::Error::from).and_then(|()| writeln!(out))
    } else {
        ledger.documents.iter().try_for_each(|document| writeln!(out, "{}", line(document)))
    };
    written.and_then(|()| out.flush()).map_err(|error| CliError::output(&error))
}

fn line(document: &Document) -> String {
    let transmission = document.transmission.map_or(text::t("ledger.nothing"), |state| state.label());
    let owed = Payer::ALL
        .iter()
        .filter_map(|payer| document.money.iter().find(|money| money.payer == *payer))
        .map(|money| {
            let paid = money.paid_cents.to_string();
            let values = [("payer", payer(money.payer)), ("state", money.state.label()), ("paid", paid.as_str())];
            text::with("ledger.money", &values)
        })
        .collect::<Vec<_>>()
        .join(", ");
    let line = text::with(
        "ledger.line",
        &[
            ("fse", &name(document)),
            ("date", &document.act_date.format("%d/%m/%Y").to_string()),
            ("total", &format!("{:>10}", document.total_cents.to_string())),
            ("document", document.document.label()),
            ("transmission", transmission),
            ("money", &owed),
        ],
    );
    let reject = document.reject.as_ref().map_or_else(String::new, |reject| {
        text::with("ledger.reject", &[("code", &reject.code), ("message", &reject.message)])
    });
    line + &reject
}

/// An FSE by its name, a DRE by the same and what it is.
fn name(document: &Document) -> String {
    let fse = document.fse.to_string();
    if document.kind == DocumentKind::Dre.word() { text::with("ledger.dre", &[("fse", &fse)]) } else { fse }
}

/// Where a document that has not ended stands, in the words of the first axis that keeps it from its end.
pub(crate) fn standing(document: &Document) -> String {
    let open = |state| !matches!(state, MoneyState::SansObjet | MoneyState::Encaisse);
    match document.transmission {
        _ if document.document != DocumentState::Signee => document.document.label().to_owned(),
        None => text::t("ledger.no_lot").to_owned(),
        Some(state) if state != TransmissionState::Recue => state.label().to_owned(),
        Some(state) => document.money.iter().find(|money| open(money.state)).map_or_else(
            || state.label().to_owned(),
            |money| format!("{} {}", payer(money.payer), money.state.label()),
        ),
    }
}

fn payer(payer: Payer) -> &'static str {
    match payer {
        Payer::Patient => text::t("ledger.patient"),
        Payer::Amo => text::t("ledger.amo"),
        Payer::Amc => text::t("ledger.amc"),
    }
}
