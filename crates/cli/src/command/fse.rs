//! `fse`: claims made, listed, shown, signed, settled, exported, withdrawn.

use std::path::PathBuf;

use liasse_core::SettlementMode;
use liasse_core::invoicing::{Draft, InvoicingError};
use liasse_domain::{FseRef, SecuringMode};
use liasse_pricing::Entry;
use serde_json::json;

use crate::command::config::println_out;
use crate::failure::{CliError, Failure};
use crate::files;
use crate::office::{Open, Person, vitale_in};

/// The Vitale of a demo call that names none.
const DEMO_VITALE: &str = "sim:vitale-durand";

#[derive(clap::Subcommand)]
pub(crate) enum Fse {
    #[command(about = "Prépare une FSE : numéro et contenu, sans signature")]
    New(New),
    #[command(about = "Les FSE")]
    List(List),
    #[command(about = "Une FSE")]
    Show(Show),
    #[command(about = "Signe une FSE préparée avec les deux cartes")]
    Sign(Sign),
    #[command(about = "Enregistre le règlement du patient")]
    Settle(Settle),
    #[command(about = "Écrit ce qu'il faut à un tiers pour vérifier une FSE")]
    Export(Export),
    #[command(about = "Annule une FSE qui n'est dans aucun lot")]
    Cancel(Show),
}

#[derive(clap::Args)]
pub(crate) struct New {
    #[arg(value_name = "FICHIER", help = "Entrée de price sans practitioner ni patient ; - pour l'entrée standard")]
    file: PathBuf,
    #[arg(long, value_name = "LECTEUR", help = "Lecteur de la carte Vitale, ou sim:CARTE ; sinon sim:vitale-durand")]
    patient_reader: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 1, help = "Bénéficiaire de la carte, à partir de 1")]
    beneficiary: usize,
    #[arg(long, value_name = "MOTIF", help = "Pourquoi passer outre un risque de rejet")]
    reason: Option<String>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Show {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Sign {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(long, value_name = "LECTEUR", help = "Lecteur de la carte Vitale, ou sim:CARTE ; sinon sim:vitale-durand")]
    patient_reader: Option<String>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Settle {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(value_name = "MODE", help = "carte, cheque, especes, virement, plus_tard ou gratuit")]
    mode: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Export {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(value_name = "DOSSIER", help = "Où écrire")]
    folder: PathBuf,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: Fse, json: bool) -> Result<u8, Failure> {
    match command {
        Fse::New(new) => make(&new, json),
        Fse::List(list) => show_all(&list, json),
        Fse::Show(show) => show_one(&show, json),
        Fse::Sign(sign) => sign_one(&sign, json),
        Fse::Settle(settle) => settle_one(&settle, json),
        Fse::Export(export) => export_one(&export),
        Fse::Cancel(cancel) => cancel_one(&cancel, json),
    }
}

fn make(new: &New, json: bool) -> Result<u8, Failure> {
    if new.person.pin_on_stdin() && new.file.as_os_str() == "-" {
        return Err(CliError::WrongValue { argument: "--pin-stdin".to_owned() }.into());
    }
    let entry = Entry::from_json(&files::read(&new.file)?)?;
    let reader = new.patient_reader.as_deref().unwrap_or(DEMO_VITALE);
    let open = new.person.open(&[reader])?;
    let vitale = vitale_in(&open.office, reader)?;
    let index = new.beneficiary.checked_sub(1).ok_or(InvoicingError::UnknownBeneficiary)?;
    let reason = new.reason.clone();
    let reference = open.run(move |workstation, person| {
        let mut draft = Draft::from_entry(&vitale, index, entry, workstation.now())?;
        draft.mode = SecuringMode::Securise;
        draft.reason = reason;
        workstation.prepare(&draft, person)
    })?;
    say(&open, &reference, json)
}

fn show_all(list: &List, json: bool) -> Result<u8, Failure> {
    let open = list.person.open(&[])?;
    let ledger = open.run(|workstation, person| workstation.ledger_of(person))?;
    crate::command::ledger::print(&ledger, json)?;
    Ok(0)
}

fn show_one(show: &Show, json: bool) -> Result<u8, Failure> {
    let open = show.person.open(&[])?;
    let reference = named(&open, &show.fse)?;
    say(&open, &reference, json)
}

fn sign_one(sign: &Sign, json: bool) -> Result<u8, Failure> {
    let reader = sign.patient_reader.as_deref().unwrap_or(DEMO_VITALE);
    let open = sign.person.open(&[reader])?;
    let reference = named(&open, &sign.fse)?;
    // A mode without Vitale is signed without one; where one is needed, its absence is said by the use case.
    let vitale = match vitale_in(&open.office, reader) {
        Ok(vitale) => Some(vitale),
        Err(failure) if sign.patient_reader.is_some() => return Err(failure),
        Err(_) => None,
    };
    let (cards, asked) = (open.office.cards(), reference.clone());
    open.run(move |workstation, person| workstation.sign(&asked, person, vitale.as_ref(), &cards))?;
    say(&open, &reference, json)
}

fn settle_one(settle: &Settle, json: bool) -> Result<u8, Failure> {
    let wrong = || CliError::WrongValue { argument: "MODE".to_owned() };
    let mode = SettlementMode::from_word(&settle.mode).ok_or_else(wrong)?;
    let open = settle.person.open(&[])?;
    let reference = named(&open, &settle.fse)?;
    let asked = reference.clone();
    open.run(move |workstation, person| workstation.settle(&asked, person, mode))?;
    say(&open, &reference, json)
}

fn export_one(export: &Export) -> Result<u8, Failure> {
    let open = export.person.open(&[])?;
    let reference = named(&open, &export.fse)?;
    let folder = export.folder.clone();
    let written = open.run(move |workstation, person| {
        workstation.check_readable_by(&reference, person)?;
        workstation.export_fse(&reference, &folder)
    })?;
    written.iter().try_for_each(|path| println_out(&path.display().to_string()))?;
    Ok(0)
}

fn cancel_one(cancel: &Show, json: bool) -> Result<u8, Failure> {
    let open = cancel.person.open(&[])?;
    let reference = named(&open, &cancel.fse)?;
    let asked = reference.clone();
    open.run(move |workstation, person| workstation.cancel(&asked, person))?;
    say(&open, &reference, json)
}

/// `billingnumber-number`, or the last one.
fn named(open: &Open, name: &str) -> Result<FseRef, Failure> {
    if name == "last" {
        return Ok(open
            .run(|workstation, _| Ok(workstation.store().last_fse()?))?
            .ok_or(InvoicingError::UnknownFse)?);
    }
    Ok(name.parse::<FseRef>()?)
}

fn say(open: &Open, reference: &FseRef, json: bool) -> Result<u8, Failure> {
    let asked = reference.clone();
    let document = open.run(move |workstation, person| {
        workstation.check_readable_by(&asked, person)?;
        let ledger = workstation.ledger_of(person)?;
        Ok(ledger.documents.into_iter().find(|document| document.fse == asked))
    })?;
    let document = document.ok_or(InvoicingError::UnknownFse)?;
    if json {
        println_out(&json!(document).to_string())?;
    } else {
        println_out(&format!("{} {} {}", document.fse, document.document.label(), document.total_cents))?;
    }
    Ok(0)
}
