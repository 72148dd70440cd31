//! `lot`: sealing and signing, taking apart, exporting.

use std::path::PathBuf;

use liasse_core::invoicing::InvoicingError;
use liasse_domain::FileIdentifier;
use serde_json::{Value, json};

use crate::command::config::println_out;
use crate::failure::Failure;
use crate::office::{Open, Person};

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

pub(crate) fn run(command: &Lot, json: bool) -> Result<u8, Failure> {
    match command {
        Lot::Seal(seal) if seal.dry_run => plan(seal, json),
        Lot::Seal(seal) => make(seal, json),
        Lot::Dissolve(dissolve) => {
            let open = dissolve.person.open(&[])?;
            let lot = named(&open, &dissolve.lot)?;
            open.run(move |workstation, person| workstation.dissolve_lot(lot, person))?;
            println_out(lot.as_str())?;
            Ok(0)
        }
        Lot::Export(export) => {
            let open = export.person.open(&[])?;
            let (lot, folder) = (named(&open, &export.lot)?, export.folder.clone());
            let written = open.run(move |workstation, person| workstation.export_lot(lot, person, &folder))?;
            written.iter().try_for_each(|path| println_out(&path.display().to_string()))?;
            Ok(0)
        }
    }
}

fn plan(seal: &Seal, json: bool) -> Result<u8, Failure> {
    let open = seal.person.open(&[])?;
    let lots = open.run(|workstation, person| workstation.plan_lots(person))?;
    if json {
        let list: Vec<Value> = lots
            .iter()
            .map(|(key, count)| json!({ "destination": key.destination.to_string(), "mode": key.mode.code(), "fse": count }))
            .collect();
        println_out(&Value::from(list).to_string())?;
    } else {
        for (key, count) in &lots {
            println_out(&format!("{} mode {} : {count} FSE", key.destination, key.mode.code()))?;
        }
    }
    Ok(0)
}

fn make(seal: &Seal, json: bool) -> Result<u8, Failure> {
    let open = seal.person.open(&[])?;
    let cards = open.office.cards();
    let signed = open.run(move |workstation, person| {
        // Lots that an earlier failure left sealed come first, so that they cannot be forgotten.
        let mut signed = workstation.sign_lots(person, &cards)?;
        workstation.seal_lots(person)?;
        signed.extend(workstation.sign_lots(person, &cards)?);
        Ok(signed)
    })?;
    if json {
        println_out(&json!({ "lots": signed }).to_string())?;
    } else {
        signed.iter().try_for_each(|lot| println_out(lot.as_str()))?;
    }
    Ok(0)
}

/// The identifier of a lot's file, or the last one.
fn named(open: &Open, name: &str) -> Result<FileIdentifier, Failure> {
    if name == "last" {
        return Ok(open
            .run(|workstation, _| Ok(workstation.store().last_lot()?))?
            .ok_or(InvoicingError::UnknownLot)?);
    }
    Ok(name.parse::<FileIdentifier>()?)
}
