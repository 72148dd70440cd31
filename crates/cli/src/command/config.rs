//! `config`: addresses and choices of a practice. Secrets come from standard input and are never shown.

use std::io::Read;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use liasse_core::data_dir::World;
use liasse_core::settings::{self, SettingError};
use liasse_domain::{Instant, clock};

use crate::failure::{CliError, Failure};
use crate::office::{self, Place};
use crate::output;

#[derive(clap::Subcommand)]
pub(crate) enum Config {
    #[command(about = "Affiche un réglage")]
    Get(Get),
    #[command(about = "Change un réglage ; un secret se donne sur l'entrée standard")]
    Set(Set),
}

#[derive(clap::Args)]
pub(crate) struct Get {
    #[arg(
        value_name = "RÉGLAGE",
        help = "post.smtp, post.pop3, post.user, post.from, post.ca, post.envelope (iris-b2-public ou oct), post.oct_address, post.compression (zlib, gzip ou raw), post.fetch_every, post.send_at, post.send_at_closing, desk.post, desk.dark et desk.seconds (oui ou non), desk.zoom (100 à 200), backup.folder, backup.at, backup.keep (jours,semaines,mois), desk.idle_minutes et desk.pin_after_minutes (0 pour jamais), retention.years (0 à 20), demo.clock"
    )]
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

pub(crate) fn run(command: &Config) -> Result<(), Failure> {
    match command {
        Config::Get(get) => {
            let setting = settings::find(&get.key)?;
            if setting.name == CLOCK {
                let office = office::demonstration(&get.place.existing_demo()?)?;
                let now = clock::paris(liasse_core::ports::Clock::now(office.clock()));
                output::line(&now.format("%Y-%m-%dT%H:%M").to_string())?;
            } else {
                let office = office::without_card(&get.place.existing()?)?;
                let value = office::run(&office, move |workstation| workstation.setting(setting.name))?;
                output::line(&value.unwrap_or_default())?;
            }
        }
        Config::Set(set) => {
            let setting = settings::find(&set.key)?;
            let given = match (setting.secret, &set.value) {
                (true, None) => None,
                (false, Some(value)) => Some(value.clone()),
                (true, Some(_)) => return Err(SettingError::Secret.into()),
                (false, None) => return Err(CliError::MissingArgument { argument: "VALEUR".to_owned() }.into()),
            };
            if let Some(value) = given.as_ref().filter(|_| setting.name == CLOCK) {
                // Nothing may come into being for the sake of a value that is none.
                let moment = moment(value).ok_or(CliError::ClockValue)?;
                // Naming the demo's clock is asking for a demo: its directory may be made by this call.
                let office = office::demonstration(&set.place.demo_or_nothing()?)?;
                office.clock().move_to(moment)?;
                office.caisse_looks_at_the_clock();
            } else {
                // What opens the data stands on the first line of standard input, before a setting that is secret.
                let office = office::without_card(&set.place.existing()?)?;
                let value = given.map_or_else(secret, Ok)?;
                // What erases patients' data is confirmed by the passphrase; the demonstration has none.
                let confirmed = office.world() == World::Demo || set.place.gave_passphrase();
                office::run(&office, move |workstation| {
                    workstation.set_setting_confirmed(setting.name, &value, None, confirmed)
                })?;
            }
        }
    }
    Ok(())
}

/// A civil time of Paris, `2026-01-20T09:00`, or a day, which means 09:00.
fn moment(text: &str) -> Option<Instant> {
    let civil = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok().or_else(|| {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(day.and_time(NaiveTime::from_hms_opt(9, 0, 0)?))
    })?;
    Some(clock::from_paris(civil))
}

fn secret() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).map_err(|_| CliError::WrongCall)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
