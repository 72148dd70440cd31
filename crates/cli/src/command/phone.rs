//! `cards phone`, and `--apcv-stdin` of the calls about claims: what a family's telephone shows, and a code that was scanned.
//! Not what a code is worth (`liasse_core::apcv`).

use std::io::{BufRead, Read};

use liasse_core::cards::VitaleView;
use liasse_core::ports::Clock;
use liasse_demo::{DemoClock, phone};
use serde_json::json;

use crate::failure::{CliError, Failure};
use crate::office::{Open, Person, Place};
use crate::output;

/// No line of standard input is read beyond.
const LONGEST_LINE: u64 = 0x8000;

#[derive(clap::Args)]
pub(crate) struct Phone {
    #[arg(value_name = "CARTE", help = "La carte Vitale de la famille, comme vitale-durand")]
    card: String,
    #[command(flatten)]
    place: Place,
}

/// Writes a fresh code by the clock of the demonstration. Needs no lock: a window may be open beside it.
pub(crate) fn show(call: &Phone, json: bool) -> Result<(), Failure> {
    let root = call.place.existing_demo()?;
    let clock = DemoClock::open(&root.join("caisse"))?;
    let code = phone::context(&call.card, clock.now())?;
    if json {
        output::line(&json!({ "v": 1, "card": call.card, "context": code }).to_string())
    } else {
        output::line(&code)
    }
}

/// Signs in, then reads a code from standard input, one line behind that of the PIN where there is one.
pub(crate) fn scanned(person: &Person) -> Result<(Open, VitaleView), Failure> {
    let open = person.open(&[])?;
    let mut code = String::new();
    std::io::stdin().lock().take(LONGEST_LINE).read_line(&mut code).map_err(|_| CliError::WrongCall)?;
    let vitale = open.run(move |workstation, _| workstation.read_apcv(&code))?;
    Ok((open, vitale))
}
