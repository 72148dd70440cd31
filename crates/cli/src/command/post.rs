//! `post`: sending, fetching, and where each file stands. Needs no card.

use liasse_domain::FileIdentifier;
use serde_json::{Value, json};

use crate::command::config::println_out;
use crate::failure::Failure;
use crate::office::{self, Place};

#[derive(clap::Subcommand)]
pub(crate) enum Post {
    #[command(about = "Envoie ce qui peut partir")]
    Send(Where),
    #[command(about = "Relève les retours")]
    Fetch(Where),
    #[command(about = "Où en est chaque fichier")]
    Status(Where),
}

#[derive(clap::Args)]
pub(crate) struct Where {
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(command: &Post, json: bool) -> Result<u8, Failure> {
    match command {
        Post::Send(arguments) => send(arguments, json),
        Post::Fetch(arguments) => fetch(arguments, json),
        Post::Status(arguments) => status(arguments, json),
    }
}

fn send(arguments: &Where, json: bool) -> Result<u8, Failure> {
    let office = office::without_card(&arguments.place.existing()?)?;
    let summary = office.post().call(|post| post.send())??;
    let names = |lots: &[FileIdentifier]| lots.iter().map(ToString::to_string).collect::<Vec<_>>();
    let failed: Vec<Value> =
        summary.failed.iter().map(|(lot, report)| json!({ "lot": lot, "error": report })).collect();
    if json {
        let said =
            json!({ "sent": names(&summary.sent), "failed": failed, "unconfirmed": names(&summary.unconfirmed) });
        println_out(&said.to_string())?;
    } else {
        for lot in &summary.sent {
            println_out(&format!("{lot} transmise"))?;
        }
        for (lot, report) in &summary.failed {
            println_out(&format!("{lot} {} : {}", report.code, report.message))?;
        }
        for lot in &summary.unconfirmed {
            println_out(&format!("{lot} envoi non confirmé : ne pas renvoyer"))?;
        }
    }
    let exit = match (summary.failed.is_empty(), summary.unconfirmed.is_empty()) {
        (true, true) => 0,
        (true, false) => 1,
        (false, _) => 3,
    };
    Ok(exit)
}

fn fetch(arguments: &Where, json: bool) -> Result<u8, Failure> {
    let office = office::without_card(&arguments.place.existing()?)?;
    let outcome = office.post().call(|post| post.fetch())??;
    let (taken, unknown, duplicates) = (outcome.taken, outcome.unknown, outcome.duplicates);
    println_out(&if json {
        json!({ "taken": taken, "unknown": unknown, "duplicates": duplicates }).to_string()
    } else {
        format!("{taken} retour(s) enregistré(s), {unknown} message(s) inconnu(s) conservé(s), {duplicates} déjà lu(s)")
    })?;
    Ok(0)
}

fn status(arguments: &Where, json: bool) -> Result<u8, Failure> {
    let office = office::without_card(&arguments.place.existing()?)?;
    let lots = office::run(&office, |workstation| Ok(workstation.store().lots()?))?;
    if json {
        let list: Vec<Value> = lots
            .iter()
            .map(|lot| {
                json!({
                    "lot": lot.name.file, "number": lot.name.number, "state": lot.state,
                    "transmission": lot.transmission, "fse": lot.count, "destination": lot.key.destination.to_string(),
                    "sent_at": lot.sent_at,
                })
            })
            .collect();
        println_out(&Value::from(list).to_string())?;
    } else {
        for lot in &lots {
            let line = format!(
                "{} lot {} → {} : {} FSE, {}",
                lot.name.file,
                lot.name.number,
                lot.key.destination,
                lot.count,
                lot.transmission.label()
            );
            println_out(&line)?;
        }
    }
    Ok(0)
}
