//! `doctor`: the probes of the workstation, each with its origin and what mends it. Needs no card and changes nothing.
//! In a demo directory the cards are those of the tray; `--pcsc` looks at the readers of this computer instead.

use liasse_core::cards::{CardDesk, Snapshot};
use liasse_core::data_dir::World;
use liasse_core::doctor::{self, Data, Diagnosis, Given, Probe};
use liasse_core::ports::CardReaders;
use liasse_demo::readers::{NoReader, Readers};
use liasse_domain::{Coded, Level, Report};
use serde_json::json;

use crate::failure::Failure;
use crate::office::{self, DEMO_CPS, DEMO_VITALE, Office, Place};
use crate::output;
use crate::text;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[arg(long, help = "Examine les lecteurs de cet ordinateur, et non les cartes simulées de la démonstration")]
    pcsc: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let diagnosis = examine(arguments)?;
    if json {
        output::json(&json!(diagnosis))?;
    } else {
        for probe in &diagnosis.probes {
            say(probe)?;
        }
    }
    match diagnosis.ending() {
        None => Ok(()),
        Some((report, exit)) => Err(Failure { report: report.clone(), exit }),
    }
}

fn examine(arguments: &Arguments) -> Result<Diagnosis, Failure> {
    let Some(located) = arguments.place.located_if_any()? else {
        let cards = this_computer();
        let given = Given { data: Data::None, root: None, cards: &cards, computer: None, place: None };
        return Ok(doctor::examine(&given));
    };
    let root = located.root.clone();
    let (cards, computer) = if arguments.pcsc || located.world == World::Real {
        (this_computer(), None)
    } else {
        (snapshot(Box::new(Readers::named(&[DEMO_CPS, DEMO_VITALE])?)), Some(doctor::computer()))
    };
    // The office is opened for its data and its post: the readers were looked at already. One that does not open is a finding.
    let office = arguments.place.unlocked(located).and_then(|directory| office::with_post(&directory));
    let office = office.map_err(|failure| failure.report);
    let lane = office.as_ref().map(Office::workstation);
    let place = office.as_ref().ok().and_then(Office::post_place).cloned();
    let data = match &lane {
        Ok(lane) => Data::Open(lane),
        Err(report) => Data::Refused(Report::clone(report)),
    };
    Ok(doctor::examine(&Given { data, root: Some(&root), cards: &cards, computer, place }))
}

/// The readers of this computer and what is in them, or that their service does not answer.
fn this_computer() -> Snapshot {
    match Readers::of_this_computer() {
        Ok(readers) => {
            let mut desk = CardDesk::new(Box::new(readers));
            desk.ask_drivers();
            desk.snapshot()
        }
        Err(error) => without_service(&error),
    }
}

fn without_service(error: &NoReader) -> Snapshot {
    Snapshot { readers: Vec::new(), service: Some(error.report()) }
}

fn snapshot(readers: Box<dyn CardReaders>) -> Snapshot {
    CardDesk::new(readers).snapshot()
}

/// One line; one more for whoever has to mend or to look.
fn say(probe: &Probe) -> Result<(), Failure> {
    let Report { level, message, safe, action, .. } = &probe.report;
    let (mark, word) = match level {
        Level::Ok => ("✓", text::t("doctor.ok")),
        Level::Warning => ("?", text::t("doctor.look")),
        Level::Error | Level::Blocking => ("!", text::t("doctor.bad")),
    };
    let values = [
        ("mark", mark),
        ("word", word),
        ("name", probe.name.label()),
        ("origin", probe.origin.label()),
        ("message", message),
    ];
    output::line(&text::with("doctor.line", &values))?;
    if *level == Level::Ok {
        return Ok(());
    }
    output::line(&text::with("doctor.repair", &[("safe", safe), ("action", action)]))
}
