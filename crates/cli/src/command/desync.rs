//! `desync`: FSE that the patient sealed and the practitioner signs later: listed, signed in one go, returned, made again, and
//! passed between two posts.

use std::path::PathBuf;

use liasse_core::desync::{self, ToSignRow};
use liasse_core::invoicing::InvoicingError;
use liasse_core::redo::Way;
use liasse_core::{CoreError, exchange, signing};
use liasse_domain::DocumentState;
use serde_json::{Value, json};

use crate::command::fse::Name;
use crate::command::passage::ProofSeen;
use crate::failure::Failure;
use crate::office::{Person, VitaleReader};
use crate::text;
use crate::{files, output};

#[derive(clap::Subcommand)]
pub(crate) enum Desync {
    #[command(about = "Ce qui attend une signature, le plus ancien d'abord")]
    List(List),
    #[command(about = "Fait sceller une FSE préparée par la carte Vitale")]
    Seal(Seal),
    #[command(about = "Signe des FSE scellées ; sans nom, toutes celles sans anomalie")]
    Sign(Sign),
    #[command(about = "Retourne une FSE au secrétariat, avec un mot")]
    Return(SendBack),
    #[command(about = "Présente de nouveau à la signature une FSE retournée")]
    Present(Present),
    #[command(about = "Refait une FSE dont le patient est parti : telle quelle, en attendant sa carte, ou en dégradé")]
    Redo(Redo),
    #[command(about = "La carte CPS a changé : annule la FSE, son sceau est nul, et la tarife de nouveau")]
    Reprice(Present),
    #[command(about = "Tire le code commun de deux postes, à taper sur l'autre (config set desk.code)")]
    Pair(Pair),
    #[command(about = "Passe des FSE préparées à l'autre poste, dans un fichier scellé")]
    Export(Export),
    #[command(about = "Reprend les FSE d'un fichier fait par l'autre poste")]
    Import(Import),
}

#[derive(clap::Args)]
pub(crate) struct List {
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100,
        hide_default_value = true,
        help = "Au plus tant de lignes ; sinon 100"
    )]
    limit: u32,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Seal {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[command(flatten)]
    vitale: VitaleReader,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Sign {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last ; répétable")]
    fses: Vec<String>,
    #[arg(long, help = "Et ensuite, du même geste, fait et signe les lots")]
    lots: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Redo {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(value_name = "COMMENT", value_enum, hide_possible_values = true, help = "garder, attendre-carte ou degrade")]
    way: How,
    #[arg(long, value_enum, hide_possible_values = true, default_value_t = ProofSeen::DernierPassage, hide_default_value = true,
        help = "En dégradé : la preuve des droits qui a été vue ; sinon dernier-passage")]
    proof: ProofSeen,
    #[command(flatten)]
    person: Person,
}

/// What becomes of an FSE whose patient has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum How {
    Garder,
    AttendreCarte,
    Degrade,
}

#[derive(clap::Args)]
pub(crate) struct Pair {
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Export {
    #[arg(value_name = "DOSSIER", help = "Où écrire le fichier, une clé USB par exemple")]
    folder: PathBuf,
    #[arg(
        value_name = "FSE",
        required_unless_present = "again",
        help = "Numéro de facturation et numéro, ou last ; répétable"
    )]
    fses: Vec<String>,
    #[arg(
        long,
        value_name = "ID",
        conflicts_with = "fses",
        help = "Réécrit un fichier déjà parti, perdu ou fait sous un ancien code"
    )]
    again: Option<String>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Import {
    #[arg(value_name = "FICHIER", help = "Le fichier de l'autre poste")]
    file: PathBuf,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct SendBack {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(value_name = "MOT", help = "Ce que le secrétariat doit revoir")]
    word: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Present {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[command(flatten)]
    person: Person,
}

/// More than one practitioner ever has waiting.
const ALL: u32 = 10_000;

pub(crate) fn run(command: &Desync, json: bool) -> Result<(), Failure> {
    match command {
        Desync::List(list) => show(list, json),
        Desync::Seal(seal) => {
            let (open, vitale) = seal.vitale.open(&seal.person)?;
            let fse = Name::parse(&seal.fse)?.find(&open)?;
            let (lane, cards) = (open.office.workstation(), open.office.cards());
            desync::seal(&lane, &cards, &fse, &vitale, &open.person)?;
            if json { output::json(&json!({ "v": 1, "fse": fse })) } else { output::line(&fse.to_string()) }
        }
        Desync::Sign(sign) => self::sign(sign, json),
        Desync::Return(back) => {
            let open = back.person.open(&[])?;
            let fse = Name::parse(&back.fse)?.find(&open)?;
            let word = back.word.clone();
            open.run(move |workstation, person| workstation.send_back(&fse, &word, person))
        }
        Desync::Present(present) => {
            let open = present.person.open(&[])?;
            let fse = Name::parse(&present.fse)?.find(&open)?;
            open.run(move |workstation, person| workstation.present_again(&fse, person))
        }
        Desync::Redo(redo) => {
            let open = redo.person.open(&[])?;
            let fse = Name::parse(&redo.fse)?.find(&open)?;
            let way = match redo.way {
                How::Garder => Way::Keep,
                How::AttendreCarte => Way::WaitForCard,
                How::Degrade => Way::Degraded(redo.proof.into()),
            };
            let stands = open.run(move |workstation, person| workstation.redo(&fse, way, person))?;
            if json {
                output::json(&json!({ "v": 1, "fse": stands }))
            } else {
                stands.iter().try_for_each(|fse| output::line(&fse.to_string()))
            }
        }
        Desync::Reprice(one) => {
            let open = one.person.open(&[])?;
            let fse = Name::parse(&one.fse)?.find(&open)?;
            let made = open.run(move |workstation, person| workstation.reprice(&fse, person))?;
            if json {
                return output::json(
                    &json!({ "v": 1, "fse": made.fse, "before_cents": made.before, "now_cents": made.now }),
                );
            }
            let values =
                [("fse", &*made.fse.to_string()), ("before", &made.before.to_string()), ("now", &made.now.to_string())];
            output::line(&text::with("desync.repriced", &values))
        }
        Desync::Pair(pair) => {
            let open = pair.person.open(&[])?;
            let code = open.run(|workstation, person| workstation.draw_code(person))?;
            if json { output::json(&json!({ "v": 1, "code": code })) } else { output::line(&code) }
        }
        Desync::Export(export) => {
            let open = export.person.open(&[])?;
            if let Some(id) = export.again.clone() {
                let folder = export.folder.clone();
                let path = open.run(move |workstation, person| workstation.export_again(&id, &folder, person))?;
                return output::line(&path.display().to_string());
            }
            let fses = export.fses.iter().map(|name| Name::parse(name)?.find(&open)).collect::<Result<Vec<_>, _>>()?;
            let (lane, cards) = (open.office.workstation(), open.office.cards());
            let sent = exchange::export(&lane, &cards, &fses, &export.folder, &open.person)?;
            if json {
                return output::json(
                    &json!({ "v": 1, "id": sent.id, "file": sent.path, "fses": sent.fses, "settled_cents": sent.settled }),
                );
            }
            let path = sent.path.display().to_string();
            let values = [("count", &*sent.fses.to_string()), ("settled", &sent.settled.to_string()), ("file", &*path)];
            output::line(&text::with("desync.sent", &values))
        }
        Desync::Import(import) => {
            let file = files::read_up_to(&import.file, liasse_formats::parcel::MAX as u64 + 4096)?;
            let open = import.person.open(&[])?;
            let taken = open.run(move |workstation, person| workstation.import(&file, person))?;
            if json {
                return output::json(
                    &json!({ "v": 1, "fses": taken.fses, "returned": taken.returned, "settled_cents": taken.settled }),
                );
            }
            let values = [
                ("count", &*taken.fses.len().to_string()),
                ("returned", &taken.returned.to_string()),
                ("settled", &taken.settled.to_string()),
            ];
            output::line(&text::with("desync.taken", &values))
        }
    }
}

fn show(list: &List, json: bool) -> Result<(), Failure> {
    let open = list.person.open(&[])?;
    let limit = list.limit;
    let waiting = open.run(move |workstation, person| workstation.to_be_signed(person, limit))?;
    if json {
        let rows: Vec<Value> = waiting.rows.iter().map(shape).collect();
        return output::json(&json!({ "v": 1, "count": waiting.count, "total_cents": waiting.total, "waiting": rows }));
    }
    for row in &waiting.rows {
        output::line(&line(row))?;
    }
    Ok(())
}

fn shape(row: &ToSignRow) -> Value {
    json!({
        "fse": row.fse, "state": row.state, "act_date": row.act_date, "age_days": row.age_days,
        "deadline": row.deadline, "total_cents": row.total, "anomaly": row.anomaly.as_ref().map(|report| &report.code),
        "returned": row.returned, "note": row.note.is_some(), "sha256": output::hex(&row.shown),
    })
}

fn line(row: &ToSignRow) -> String {
    let state = match &row.anomaly {
        Some(report) => report.message.clone(),
        None if row.state == DocumentState::SigneePatient => text::t("desync.ready").to_owned(),
        None => row.state.label().to_owned(),
    };
    let until = row.deadline.format("%d/%m/%Y").to_string();
    let values =
        [("fse", &*row.fse.to_string()), ("total", &row.total.to_string()), ("until", &*until), ("state", &*state)];
    text::with("desync.line", &values)
}

fn sign(sign: &Sign, json: bool) -> Result<(), Failure> {
    let open = sign.person.open(&[])?;
    let named = sign.fses.iter().map(|name| Name::parse(name)?.find(&open)).collect::<Result<Vec<_>, _>>()?;
    let waiting = open.run(|workstation, person| workstation.to_be_signed(person, ALL))?;
    if !named.iter().all(|fse| waiting.rows.iter().any(|row| row.fse == *fse)) {
        return Err(CoreError::from(InvoicingError::NotPrepared).into());
    }
    let wanted = |row: &&ToSignRow| if named.is_empty() { row.anomaly.is_none() } else { named.contains(&row.fse) };
    let shown: Vec<_> = waiting.rows.iter().filter(wanted).map(|row| (row.fse.clone(), row.shown)).collect();
    let (lane, cards) = (open.office.workstation(), open.office.cards());
    let run = desync::sign_all(&lane, &cards, &shown, &open.person, &mut |_| true);
    let made = (sign.lots && run.stopped.is_none()).then(|| signing::finish_lots(&lane, &cards, &open.person));
    // What is signed is told whatever becomes of the lots.
    let (lots, refused) = match made {
        Some(Ok(lots)) => (lots, None),
        Some(Err(why)) => (Vec::new(), Some(why)),
        None => (Vec::new(), None),
    };
    if json {
        output::json(&json!({ "v": 1, "signed": run.signed, "lots": lots }))?;
    } else {
        run.signed.iter().try_for_each(|fse| output::line(&fse.to_string()))?;
        lots.iter().try_for_each(|lot| output::line(lot.as_str()))?;
    }
    run.stopped.or(refused).map_or(Ok(()), |why| Err(why.into()))
}
