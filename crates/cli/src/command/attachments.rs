//! `fse attach|attachments|detach`: scanned documents that accompany an FSE.

use std::path::PathBuf;

use liasse_domain::scan::MAX_SCAN;
use liasse_domain::{ScanKind, ScanState};
use serde_json::{Value, json};

use super::fse::Name;
use crate::failure::{CliError, Failure};
use crate::files;
use crate::office::Person;
use crate::output;
use crate::text;

#[derive(clap::Args)]
pub(crate) struct Attach {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(value_name = "FICHIER", help = "Document numérisé, PDF ou TIFF, 250 000 octets au plus")]
    file: PathBuf,
    #[arg(long, value_name = "NATURE", help = "ordonnance, feuille-de-soins ou autre")]
    kind: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct List {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Detach {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(value_name = "PIÈCE", help = "Son numéro, comme fse attachments le donne")]
    attachment: i64,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn attach(attach: &Attach, json: bool) -> Result<(), Failure> {
    let wrong = || CliError::WrongValue { argument: "--kind".to_owned() };
    let kind = ScanKind::from_word(&attach.kind.replace('-', "_")).ok_or_else(wrong)?;
    attach.person.spare_stdin(&attach.file)?;
    let name = Name::parse(&attach.fse)?;
    // One byte too many is enough to be refused.
    let bytes = files::read_up_to(&attach.file, MAX_SCAN as u64 + 1)?;
    let open = attach.person.open(&[])?;
    let fse = name.find(&open)?;
    let asked = fse.clone();
    let id = open.run(move |workstation, person| workstation.attach(&asked, kind, bytes, person))?;
    output::line(&if json {
        json!({ "fse": fse, "attachment": id }).to_string()
    } else {
        text::with("attachments.attached", &[("attachment", &id.to_string()), ("fse", &fse.to_string())])
    })
}

pub(crate) fn list(list: &List, json: bool) -> Result<(), Failure> {
    let name = Name::parse(&list.fse)?;
    let open = list.person.open(&[])?;
    let fse = name.find(&open)?;
    let asked = fse.clone();
    let found = open.run(move |workstation, person| workstation.attachments(&asked, person))?;
    if json {
        let scans: Vec<Value> = found
            .scans
            .iter()
            .map(|scan| {
                let sha256: String = scan.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
                json!({
                    "attachment": scan.id, "kind": scan.kind, "media": scan.media, "bytes": scan.size,
                    "sha256": sha256, "added_at": scan.added_at,
                })
            })
            .collect();
        return output::line(&json!({ "v": 1, "fse": fse, "state": found.state, "attachments": scans }).to_string());
    }
    for scan in &found.scans {
        let (id, size) = (scan.id.to_string(), scan.size.to_string());
        let values = [("attachment", id.as_str()), ("kind", scan.kind.word()), ("media", scan.media.word())];
        output::line(&text::with("attachments.line", &[&values[..], &[("bytes", size.as_str())]].concat()))?;
    }
    if found.scans.is_empty() { Ok(()) } else { output::line(state(found.state)) }
}

pub(crate) fn detach(detach: &Detach) -> Result<(), Failure> {
    let name = Name::parse(&detach.fse)?;
    let open = detach.person.open(&[])?;
    let (fse, id) = (name.find(&open)?, detach.attachment);
    let asked = fse.clone();
    open.run(move |workstation, person| workstation.detach(&asked, id, person))?;
    output::line(&fse.to_string())
}

/// Where the mail of documents is, in words.
fn state(state: Option<ScanState>) -> &'static str {
    match state {
        None => text::t("attachments.with_lot"),
        Some(ScanState::AEnvoyer | ScanState::Envoi) => text::t("attachments.waiting"),
        Some(ScanState::Transmise) => text::t("attachments.sent"),
        Some(ScanState::NonConfirmee) => text::t("attachments.unconfirmed"),
    }
}
