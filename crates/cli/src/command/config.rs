//! `config`: addresses and choices of a practice. Secrets come from standard input and are never shown.

use std::io::Read;

use liasse_core::settings::{self, SettingError};
use liasse_demo::DemoClock;
use liasse_domain::clock;

use crate::failure::{CliError, Failure};
use crate::office::{self, Place};

#[derive(clap::Subcommand)]
pub(crate) enum Config {
    #[command(about = "Affiche un réglage")]
    Get(Get),
    #[command(about = "Change un réglage ; un secret se donne sur l'entrée standard")]
    Set(Set),
}

#[derive(clap::Args)]
pub(crate) struct Get {
    #[arg(value_name = "RÉGLAGE", help = "post.smtp, post.pop3, post.user, post.from, post.ca, demo.clock")]
    key: String,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct Set {
    #[arg(value_name = "RÉGLAGE", help = "Comme pour get, et post.password")]
    key: String,
    #[arg(value_name = "VALEUR", help = "La valeur, sauf pour un secret")]
    value: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// The one setting that lies beside the caisse and not in the store.
const CLOCK: &str = "demo.clock";

pub(crate) fn run(command: &Config) -> Result<u8, Failure> {
    match command {
        Config::Get(get) => {
            let setting = settings::find(&get.key)?;
            let office = office::without_card(&get.place.existing()?)?;
            if setting.name == CLOCK {
                let now = clock::paris(liasse_core::ports::Clock::now(office.clock()));
                println_out(&now.format("%Y-%m-%dT%H:%M").to_string())?;
            } else {
                let value = office::run(&office, move |workstation| workstation.setting(setting.name))?;
                println_out(&value.unwrap_or_default())?;
            }
        }
        Config::Set(set) => {
            let setting = settings::find(&set.key)?;
            let value = match (setting.secret, &set.value) {
                (true, None) => secret()?,
                (false, Some(value)) => value.clone(),
                (true, Some(_)) => return Err(SettingError::Secret.into()),
                (false, None) => return Err(CliError::MissingArgument { argument: "VALEUR".to_owned() }.into()),
            };
            if setting.name == CLOCK {
                // Naming the demo's clock is asking for a demo: its directory may be made by this call.
                let root = set.place.demo_root()?;
                let office = office::without_card(&root)?;
                move_clock(office.clock(), &value)?;
                office.caisse_looks_at_the_clock();
            } else {
                let office = office::without_card(&set.place.existing()?)?;
                office::run(&office, move |workstation| workstation.set_setting(setting.name, &value))?;
            }
        }
    }
    Ok(0)
}

fn move_clock(demo: &DemoClock, value: &str) -> Result<(), Failure> {
    match demo.move_to_text(value) {
        Some(moved) => Ok(moved?),
        None => Err(SettingError::Value.into()),
    }
}

fn secret() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).map_err(|_| CliError::WrongCall)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// One line on standard output.
pub(crate) fn println_out(line: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| CliError::output(&error))
}
