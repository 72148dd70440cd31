//! `paper`: feuilles de soins papier, of degraded FSE and where no usable card of a professional is there.

use std::path::PathBuf;

use liasse_core::data_dir::World;
use liasse_core::invoicing::{Draft, Proof};
use liasse_core::paper::OnPaper;
use liasse_core::{CoreError, PaperRow, papers};
use liasse_domain::{BillingNumber, PaperReason, PaperState};
use liasse_pricing::Entry;

use serde_json::{Value, json};

use crate::command::fse::Name;
use crate::failure::Failure;
use crate::office::{self, Beneficiary, Person, Place};
use crate::text;
use crate::{files, output};

#[derive(clap::Subcommand)]
pub(crate) enum Paper {
    #[command(about = "Facture sur papier, sans carte de professionnel utilisable ; imprime la feuille")]
    New(New),
    #[command(about = "Refait sur papier une FSE rejetée que personne ne corrige")]
    Reject(Print),
    #[command(about = "Les feuilles à remettre, la plus ancienne d'abord")]
    List(List),
    #[command(about = "Imprime une feuille : celle d'une FSE en mode dégradé, ou par son numéro")]
    Print(Print),
    #[command(about = "Coche une feuille : remise, postee, numerisee ou annulee")]
    Done(Done),
}

#[derive(clap::Args)]
pub(crate) struct New {
    #[arg(value_name = "FICHIER", help = "Entrée de price sans practitioner ni patient")]
    file: PathBuf,
    #[arg(
        long,
        value_name = "N",
        help = "La session du remplaçant sans carte",
        required_unless_present = "practitioner"
    )]
    session: Option<u32>,
    #[arg(
        long = "for",
        value_name = "N°",
        conflicts_with = "session",
        help = "Le praticien sans carte, par son numéro"
    )]
    practitioner: Option<String>,
    #[arg(
        long,
        value_name = "FICHIER",
        help = "Ce que dit l'attestation de droits, en JSON ; sinon la carte Vitale est lue"
    )]
    attestation: Option<PathBuf>,
    #[arg(long, value_enum, hide_possible_values = true, default_value_t = Why::SansCarte, hide_default_value = true,
        help = "Pourquoi : sans-carte, carte-inutilisable ou sans-habilitation ; sinon sans-carte")]
    why: Why,
    #[arg(long, value_name = "FICHIER", help = "Où écrire la feuille en PDF")]
    pdf: PathBuf,
    #[command(flatten)]
    patient: Beneficiary,
    #[command(flatten)]
    place: Place,
}

/// Why no card serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Why {
    SansCarte,
    CarteInutilisable,
    SansHabilitation,
}

impl From<Why> for PaperReason {
    fn from(why: Why) -> Self {
        match why {
            Why::SansCarte => Self::SansCarte,
            Why::CarteInutilisable => Self::CarteInutilisable,
            Why::SansHabilitation => Self::SansHabilitation,
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Print {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, last, ou le numéro de la feuille")]
    fse: String,
    #[arg(long, value_name = "FICHIER", help = "Où écrire la feuille en PDF")]
    pdf: PathBuf,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Done {
    #[arg(value_name = "FEUILLE", help = "Son numéro")]
    sheet: i64,
    #[arg(
        value_name = "COMMENT",
        value_enum,
        hide_possible_values = true,
        help = "remise, postee, numerisee ou annulee"
    )]
    how: How,
    #[command(flatten)]
    person: Person,
}

/// How a sheet left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum How {
    Remise,
    Postee,
    Numerisee,
    Annulee,
}

impl From<How> for PaperState {
    fn from(how: How) -> Self {
        match how {
            How::Remise => Self::Remise,
            How::Postee => Self::Postee,
            How::Numerisee => Self::Numerisee,
            How::Annulee => Self::Annulee,
        }
    }
}

pub(crate) fn run(command: &Paper, json: bool) -> Result<(), Failure> {
    match command {
        Paper::New(new) => make(new, json),
        Paper::List(list) => {
            let open = list.person.open(&[])?;
            let rows = open.run(|ws, person| ws.papers_to_give(person))?;
            if json {
                return output::json(&json!({ "v": 1, "sheets": rows.iter().map(shape).collect::<Vec<Value>>() }));
            }
            rows.iter().try_for_each(|row| output::line(&line(row)))
        }
        Paper::Reject(print) => {
            let open = print.person.open(&[])?;
            let fse = Name::parse(&print.fse)?.find(&open)?;
            let (row, sheet) = open.run(move |ws, person| {
                let number = ws.reject_on_paper(&fse, person)?;
                ws.sheet_for(number, person)
            })?;
            let demo = open.person.holder.test_card;
            files::write(&print.pdf, &papers::pdf(&papers::care_sheet(&sheet, &row, demo))?)?;
            if json { output::json(&json!({ "v": 1, "sheet": shape(&row) })) } else { output::line(&line(&row)) }
        }
        Paper::Print(print) => {
            let open = print.person.open(&[])?;
            let (row, sheet) = match print.fse.parse::<i64>() {
                Ok(number) => open.run(move |ws, person| ws.sheet_for(number, person))?,
                Err(_) => {
                    let fse = Name::parse(&print.fse)?.find(&open)?;
                    open.run(move |ws, person| ws.sheet_of(&fse, person))?
                }
            };
            let demo = open.person.holder.test_card;
            files::write(&print.pdf, &papers::pdf(&papers::care_sheet(&sheet, &row, demo))?)?;
            if json { output::json(&json!({ "v": 1, "sheet": shape(&row) })) } else { output::line(&line(&row)) }
        }
        Paper::Done(done) => {
            let open = done.person.open(&[])?;
            let (number, state) = (done.sheet, PaperState::from(done.how));
            open.run(move |ws, person| ws.tick_paper(number, state, person))
        }
    }
}

/// Nobody is signed in: the sheet is made from what the card of the practitioner, or the session, said before.
fn make(new: &New, json: bool) -> Result<(), Failure> {
    new.place.spare_stdin(&new.file)?;
    let entry = Entry::from_json(&files::read(&new.file)?)?;
    let attestation = new.attestation.as_deref().map(files::attestation).transpose()?;
    let by = match (&new.practitioner, new.session) {
        (Some(number), _) => OnPaper::Practitioner(BillingNumber::parse(number).map_err(CoreError::from)?),
        (None, session) => OnPaper::Locum(session.unwrap_or_default()),
    };
    let directory = new.place.existing()?;
    let reader = new.patient.reader_name();
    let office = office::open(&directory, if attestation.is_some() { &[] } else { std::slice::from_ref(&reader) })?;
    let seen = match &attestation {
        Some(_) => None,
        None => Some((office::vitale_in(&office, reader)?, new.patient.index()?)),
    };
    let demo = office.world() == World::Demo;
    let why = PaperReason::from(new.why);
    let (row, sheet) = office::run(&office, move |ws| {
        let now = ws.now();
        let draft = match (attestation, seen) {
            (Some(attestation), _) => {
                let mode = liasse_domain::SecuringMode::Degrade;
                Draft::without_card(attestation.reading(now, demo)?, Proof::Attestation, mode, now)?.amended(entry, now)
            }
            (None, Some((vitale, index))) => Draft::from_entry(&vitale, index, entry, now)?,
            (None, None) => return Err(liasse_core::invoicing::InvoicingError::VitaleAbsent.into()),
        };
        ws.bill_on_paper(&draft, &by, why)
    })?;
    files::write(&new.pdf, &papers::pdf(&papers::care_sheet(&sheet, &row, demo))?)?;
    if json { output::json(&json!({ "v": 1, "sheet": shape(&row) })) } else { output::line(&line(&row)) }
}

fn shape(row: &PaperRow) -> Value {
    json!({ "sheet": row.id, "billing": row.billing, "session": row.session, "fse": row.fse, "act_date": row.act_date,
            "total_cents": row.total, "reason": row.reason, "state": row.state })
}

fn line(row: &PaperRow) -> String {
    let fse = row.fse.as_ref().map_or_else(|| text::t("paper.alone").to_owned(), ToString::to_string);
    let day = row.act_date.format("%d/%m/%Y").to_string();
    let values = [
        ("sheet", &*row.id.to_string()),
        ("fse", &fse),
        ("day", &day),
        ("total", &row.total.to_string()),
        ("reason", row.reason.label()),
        ("state", row.state.label()),
    ];
    text::with("paper.line", &values)
}
