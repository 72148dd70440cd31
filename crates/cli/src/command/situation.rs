//! `cards situation`: the billing situation that a professional types once, because their card keeps its own in a format that is not
//! public. The card is in the reader and its code is given: nobody types for another.

use std::path::PathBuf;

use liasse_core::desk::DeskError;
use liasse_core::situation::TypedSituation;
use serde_json::json;

use crate::failure::{CliError, Failure};
use crate::files;
use crate::office::{self, Place};
use crate::output;
use crate::text;

/// No situation is longer.
const LONGEST: u64 = 1 << 16;

#[derive(clap::Args)]
pub(crate) struct Situation {
    #[arg(
        value_name = "FICHIER",
        help = "La situation en JSON, ou - pour l'entrée standard (avec --pin-stdin, après la ligne du code)"
    )]
    file: PathBuf,
    #[arg(long, value_name = "LECTEUR", help = "Lecteur de la carte du professionnel, ou sim:CARTE")]
    reader: String,
    #[arg(long, help = "Lit le code porteur sur l'entrée standard, une ligne")]
    pin_stdin: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn keep(call: &Situation, json: bool) -> Result<(), Failure> {
    let office = office::open(&call.place.existing()?, &[call.reader.as_str()])?;
    // A real card must not lose a try in the demonstration, nor does a test card type anything into a practice.
    DeskError::of_world(office.world(), &office::cps_in(&office, &call.reader)?.identity.holder)?;
    // The line of the code stands before what else comes by standard input.
    let (pin, name) = (office::pin(&call.reader, call.pin_stdin)?, call.reader.clone());
    let typed = read(call)?;
    office.cards().call(move |desk| desk.verify_pin(&name, &pin))??;
    let card = office::cps_in(&office, &call.reader)?;
    let situation = office::run(&office, move |workstation| workstation.keep_situation(&card, &typed))?;
    if json {
        return output::json(&json!({ "v": 1, "situation": situation }));
    }
    let number = situation.number.to_string();
    output::line(&text::with("cards.situation_kept", &[("number", &number), ("name", &situation.structure_name)]))
}

fn read(call: &Situation) -> Result<TypedSituation, Failure> {
    let bytes = files::read_up_to(&call.file, LONGEST)?;
    serde_json::from_slice(&bytes).map_err(|_| CliError::WrongValue { argument: "FICHIER".to_owned() }.into())
}
