//! `lot`: sealing and signing, taking apart, exporting.

use std::path::PathBuf;

use liasse_core::invoicing::InvoicingError;
use liasse_core::signing;
use liasse_domain::FileIdentifier;
use serde_json::{Value, json};

use crate::failure::{CliError, Failure};
use crate::office::{Open, Person};
use crate::output;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Lot {
    #[command(about = "Termine les lots restés scellés, puis forme et signe les autres")]
    Seal(Seal),
    #[command(about = "Défait un lot qui n'est pas parti")]
    Dissolve(Dissolve),
    #[command(about = "Écrit ce qu'il faut à un tiers pour vérifier un lot")]
    Export(Export),
}

#[derive(clap::Args)]
pub(crate) struct Seal {
    #[arg(long, help = "Dit ce qui serait formé, sans rien former")]
    dry_run: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Dissolve {
    #[arg(value_name = "LOT", help = "Identifiant du fichier, ou last")]
    lot: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Export {
    #[arg(value_name = "LOT", help = "Identifiant du fichier, ou last")]
    lot: String,
    #[arg(value_name = "DOSSIER", help = "Où écrire")]
    folder: PathBuf,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: &Lot, json: bool) -> Result<(), Failure> {
    match command {
        Lot::Seal(seal) if seal.dry_run => plan(seal, json),
        Lot::Seal(seal) => make(seal, json),
        Lot::Dissolve(dissolve) => {
            let name = Name::parse(&dissolve.lot)?;
            let open = dissolve.person.open(&[])?;
            let lot = name.find(&open)?;
            open.run(move |workstation, person| workstation.dissolve_lot(lot, person))?;
            output::line(lot.as_str())
        }
        Lot::Export(export) => {
            let name = Name::parse(&export.lot)?;
            let open = export.person.open(&[])?;
            let (lot, folder) = (name.find(&open)?, export.folder.clone());
            let written = open.run(move |workstation, person| workstation.export_lot(lot, person, &folder))?;
            written.iter().try_for_each(|path| output::line(&path.display().to_string()))
        }
    }
}

fn plan(seal: &Seal, json: bool) -> Result<(), Failure> {
    let open = seal.person.open(&[])?;
    let lots = open.run(|workstation, person| workstation.plan_lots(person))?;
    if json {
        let list: Vec<Value> = lots
            .iter()
            .map(|(key, count)| json!({ "destination": key.destination.to_string(), "mode": key.mode.code(), "fse": count }))
            .collect();
        output::line(&Value::from(list).to_string())?;
    } else {
        for (key, count) in &lots {
            let (destination, count) = (key.destination.to_string(), count.to_string());
            let mode = key.mode.code().to_string();
            let values = [("destination", destination.as_str()), ("mode", &mode), ("count", &count)];
            output::line(&text::with("lot.planned", &values))?;
        }
    }
    Ok(())
}

fn make(seal: &Seal, json: bool) -> Result<(), Failure> {
    let open = seal.person.open(&[])?;
    let (lane, cards) = (open.office.workstation(), open.office.cards());
    let signed = signing::finish_lots(&lane, &cards, &open.person)?;
    if json {
        output::line(&json!({ "lots": signed }).to_string())?;
    } else {
        signed.iter().try_for_each(|lot| output::line(lot.as_str()))?;
    }
    Ok(())
}

/// How a call names a lot.
pub(crate) enum Name {
    Last,
    One(FileIdentifier),
}

impl Name {
    /// The six characters of its file, or `last`; judged before anything is opened.
    pub(crate) fn parse(text: &str) -> Result<Self, CliError> {
        if text == "last" { Ok(Self::Last) } else { text.parse().map(Self::One).map_err(|_| CliError::LotName) }
    }

    pub(crate) fn find(self, open: &Open) -> Result<FileIdentifier, Failure> {
        match self {
            Self::One(lot) => Ok(lot),
            Self::Last => {
                let last = open.run(|workstation, _| Ok(workstation.store().last_lot()?))?;
                Ok(last.ok_or(InvoicingError::UnknownLot)?)
            }
        }
    }
}
