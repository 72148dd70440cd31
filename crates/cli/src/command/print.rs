//! `print`: the prints of the desk, as PDF, or as HTML where the file's name ends so.
//! What they say and who may have them is the workstation's (`liasse_core::prints`).

use std::path::{Path, PathBuf};

use liasse_core::papers;
use liasse_core::prints::{self, Document};
use serde_json::json;

use crate::command::{fse, lot};
use crate::failure::{CliError, Failure};
use crate::files;
use crate::office::{Open, Person};
use crate::output;

#[derive(clap::Subcommand)]
pub(crate) enum Print {
    #[command(about = "Le duplicata d'une FSE")]
    Duplicata(OfFse),
    #[command(about = "Le reçu de ce que le patient a réglé pour une FSE")]
    Recu(OfFse),
    #[command(about = "Le bordereau d'un lot")]
    Bordereau(OfLot),
    #[command(about = "Une remise de chèques")]
    Remise(OfDeposit),
    #[command(about = "Le dossier d'incident d'une FSE, pour un appel à la caisse")]
    Incident(OfFse),
    #[command(about = "La fiche pour le conseiller de la caisse, sans donnée de patient")]
    Conseiller(OfPost),
}

#[derive(clap::Args)]
pub(crate) struct OfFse {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[command(flatten)]
    to: Paper,
}

#[derive(clap::Args)]
pub(crate) struct OfLot {
    #[arg(value_name = "LOT", help = "Identifiant du fichier, ou last")]
    lot: String,
    #[command(flatten)]
    to: Paper,
}

#[derive(clap::Args)]
pub(crate) struct OfDeposit {
    #[arg(value_name = "REMISE", help = "Son numéro, comme receipts deposits le donne, ou last")]
    deposit: String,
    #[command(flatten)]
    to: Paper,
}

#[derive(clap::Args)]
pub(crate) struct OfPost {
    #[command(flatten)]
    to: Paper,
}

/// Who prints, and where to.
#[derive(clap::Args)]
struct Paper {
    #[arg(value_name = "FICHIER", help = "Où écrire : en PDF, ou en HTML si son nom finit par .html")]
    file: PathBuf,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: &Print, json: bool) -> Result<(), Failure> {
    match command {
        Print::Duplicata(of) => {
            let name = fse::Name::parse(&of.fse)?;
            let open = of.to.person.open(&[])?;
            let fse = name.find(&open)?;
            of.to.write(&open.run(move |workstation, who| workstation.duplicate_of(&fse, who))?, json)
        }
        Print::Recu(of) => {
            let name = fse::Name::parse(&of.fse)?;
            let open = of.to.person.open(&[])?;
            let fse = name.find(&open)?;
            of.to.write(&open.run(move |workstation, who| workstation.receipt_of(&fse, who))?, json)
        }
        Print::Incident(of) => {
            let name = fse::Name::parse(&of.fse)?;
            let open = of.to.person.open(&[])?;
            let fse = name.find(&open)?;
            of.to.write(&open.run(move |workstation, who| workstation.incident_of(&fse, who))?, json)
        }
        Print::Bordereau(of) => {
            let name = lot::Name::parse(&of.lot)?;
            let open = of.to.person.open(&[])?;
            let file = name.find(&open)?;
            of.to.write(&open.run(move |workstation, who| workstation.lot_sheet(file, who))?, json)
        }
        Print::Remise(of) => {
            let number = deposit(&of.deposit)?;
            let open = of.to.person.open(&[])?;
            of.to.write(&open.run(move |workstation, who| workstation.deposit_slip(number, who))?, json)
        }
        Print::Conseiller(of) => {
            let open = of.to.person.open(&[])?;
            of.to.write(&adviser(&open)?, json)
        }
    }
}

/// The page for the adviser, with what is in the readers of this call.
fn adviser(open: &Open) -> Result<Document, Failure> {
    let readers = open.office.cards().call(|desk| desk.snapshot())?;
    open.run(move |workstation, who| workstation.adviser_sheet(&readers, who))
}

/// The number of a deposit slip; `last` is none.
fn deposit(text: &str) -> Result<Option<u32>, CliError> {
    if text == "last" {
        return Ok(None);
    }
    text.parse::<u32>().map(Some).map_err(|_| CliError::WrongValue { argument: "REMISE".to_owned() })
}

impl Paper {
    /// Writes a print into its file, and tells which.
    fn write(&self, print: &Document, json: bool) -> Result<(), Failure> {
        let as_html = is_html(&self.file);
        let bytes = if as_html { prints::html(print).into_bytes() } else { papers::pdf(print)? };
        files::write(&self.file, &bytes)?;
        let path = self.file.display().to_string();
        if json {
            let format = if as_html { "html" } else { "pdf" };
            return output::json(&json!({ "v": 1, "file": path, "format": format }));
        }
        output::line(&path)
    }
}

fn is_html(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_file_chooses_the_form() {
        for (name, html) in [("a.html", true), ("a.HTML", true), ("a.pdf", false), ("html", false), ("a", false)] {
            assert_eq!(is_html(Path::new(name)), html, "{name}");
        }
    }

    #[test]
    fn a_deposit_is_named_by_its_number() {
        assert!(matches!(deposit("last"), Ok(None)));
        assert!(matches!(deposit("12"), Ok(Some(12))));
        for wrong in ["", "-1", "un"] {
            assert!(deposit(wrong).is_err(), "{wrong}");
        }
    }
}
