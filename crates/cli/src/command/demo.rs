//! `demo`: the whole job with simulated cards and caisse, from the cards to the money; ends with the ledger.

use liasse_demo::play::{Hand, Played, play};
use liasse_demo::readers::Readers;
use liasse_demo::scenario::{self, Scenario};
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_demo::{Office, Opening, Tray};
use liasse_domain::Digits;

use crate::command::ledger;
use crate::failure::{CliError, Failure};
use crate::office::Place;

/// How many FSE when nobody says.
const USUAL_COUNT: usize = 3;
/// The PIN of every card of the demo world that a scenario uses.
const PIN: &str = "1234";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    #[arg(long, value_name = "N", help = "Nombre de FSE ; sinon 3, ou toutes celles du scénario nommé")]
    fse: Option<usize>,
    #[arg(long, value_name = "NOM", help = scenario_help())]
    scenario: Option<String>,
    #[arg(long, value_name = "LECTEUR", requires = "patient_reader", help = "Lecteur PC/SC de la carte CPS simulée")]
    reader: Option<String>,
    #[arg(long, value_name = "LECTEUR", requires = "reader", help = "Lecteur PC/SC de la carte Vitale simulée")]
    patient_reader: Option<String>,
}

fn scenario_help() -> String {
    format!("Scénario : {}", scenario::names().collect::<Vec<_>>().join(", "))
}

pub(crate) fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let scenario = scenario::find(arguments.scenario.as_deref().unwrap_or(scenario::USUAL))?;
    let count = match (arguments.fse, &arguments.scenario) {
        (Some(count), _) => Some(count),
        (None, Some(_)) => None,
        (None, None) => Some(USUAL_COUNT),
    };
    let Played { ledger, open } = play_it(arguments, &scenario, count)?;
    ledger::print(&ledger, json)?;
    match ledger.documents.iter().find(|document| !document.has_ended() && !open.contains(&document.fse)) {
        None => Ok(()),
        Some(document) => {
            Err(CliError::DemoUnfinished { fse: document.fse.clone(), state: ledger::standing(document) }.into())
        }
    }
}

fn play_it(arguments: &Arguments, scenario: &Scenario, count: Option<usize>) -> Result<Played, Failure> {
    let root = arguments.place.demo_root()?;
    let caisse_tables = scenario.caisse_tables()?;
    let opening = Opening { scenario: scenario.caisse.clone(), caisse_tables, ..Opening::default() };
    let (office, hand) = match (&arguments.reader, &arguments.patient_reader) {
        (Some(cps), Some(vitale)) => {
            let readers = Readers::named_in(Some(&root), &[cps.as_str(), vitale.as_str()])?;
            let office = Office::open(&root, Box::new(readers), opening)?;
            (office, Hand::Readers { cps_reader: cps.clone(), vitale_reader: vitale.clone() })
        }
        _ => {
            let tray = Tray::for_window();
            let office = Office::open(&root, Box::new(tray.clone()), opening)?;
            let hand = Hand::Tray { tray, cps_reader: CPS_READER.to_owned(), vitale_reader: VITALE_READER.to_owned() };
            (office, hand)
        }
    };
    let pin = Digits::parse(PIN).ok_or(CliError::WrongCall)?;
    Ok(play(&office, scenario, count, &hand, &pin)?)
}
