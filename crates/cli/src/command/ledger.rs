//! `ledger`: every document with its three states, as JSON or as a table.

use std::io::Write;

use liasse_core::ledger::{Document, Ledger};
use liasse_domain::Payer;

use crate::failure::{CliError, Failure};
use crate::office::Person;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(arguments: &Arguments, json: bool) -> Result<u8, Failure> {
    let open = arguments.person.open(&[])?;
    let ledger = open.run(|workstation, person| workstation.ledger_of(person))?;
    print(&ledger, json)?;
    Ok(0)
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
    let transmission = document.transmission.map_or("–", |state| state.label());
    let money = Payer::ALL
        .iter()
        .filter_map(|payer| document.money.iter().find(|money| money.payer == *payer))
        .map(|money| format!("{} {} ({})", money.payer.word(), money.state.label(), money.paid_cents))
        .collect::<Vec<_>>()
        .join(", ");
    let reject = document.reject.as_ref().map_or_else(String::new, |r| format!(" ; rejet {} : {}", r.code, r.message));
    format!(
        "{}  {}  {:>10}  {} ; {} ; {}{}",
        document.fse,
        document.act_date.format("%d/%m/%Y"),
        document.total_cents.to_string(),
        document.document.label(),
        transmission,
        money,
        reject
    )
}
