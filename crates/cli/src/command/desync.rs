//! `desync`: FSE that the patient sealed and the practitioner signs later: listed, signed in one go, returned.

use liasse_core::CoreError;
use liasse_core::desync::{self, ToSignRow};
use liasse_core::invoicing::InvoicingError;
use liasse_domain::DocumentState;
use serde_json::{Value, json};

use crate::command::fse::Name;
use crate::failure::Failure;
use crate::office::{Person, VitaleReader};
use crate::output;
use crate::text;

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
        "returned": row.returned, "sha256": output::hex(&row.shown),
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
    if json {
        output::json(&json!({ "v": 1, "signed": run.signed }))?;
    } else {
        run.signed.iter().try_for_each(|fse| output::line(&fse.to_string()))?;
    }
    run.stopped.map_or(Ok(()), |why| Err(why.into()))
}
