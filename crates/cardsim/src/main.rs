//! `liasse-cartes`: puts one simulated card, or lays a family's telephone, into a virtual reader of a real pcscd and answers until
//! stopped. Not a reader and not for real cards. Its arguments are those of the shared contracts, and `--at`.

use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};
use std::{io, thread};

use clap::error::{ContextKind, ErrorKind};
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser};
use liasse_cardsim::{CardImage, Fault, ImageError, Knobs, Phone, SimCard, image_named, vpcd};
use liasse_domain::{CallError, Code, Coded, clock};
use rsa::rand_core::{OsRng, RngCore};

#[derive(Parser)]
#[command(
    name = "liasse-cartes",
    version,
    about = "Simule une carte CPS3, CPS4 ou Vitale 2, ou un téléphone avec l'appli carte Vitale, dans un lecteur virtuel (vpcd) d'un vrai pcscd. Retirer la carte : Ctrl-C.",
    help_template = "{about-with-newline}\nUsage : {usage}\n\nOptions :\n{options}\n",
    disable_help_flag = true,
    disable_version_flag = true
)]
struct Arguments {
    #[arg(
        long,
        value_name = "HÔTE:PORT",
        help = "Adresse du lecteur virtuel, par exemple 127.0.0.1:35963 (premier lecteur) ou :35964 (second)"
    )]
    vpcd: String,
    #[arg(
        long,
        value_name = "NOM|CHEMIN",
        help = "Nom d'une carte de fixtures/cards (ou du dossier LIASSE_CARDS), d'une carte pour la lecture (cas-…), du téléphone d'une famille (apcv-durand pour vitale-durand), ou chemin d'un fichier"
    )]
    card: String,
    #[arg(
        long,
        value_name = "DATE",
        value_parser = hour,
        help = "Heure que lit le téléphone en arrivant, à Paris, comme 2026-01-15T09:01 ; sinon celle de l'ordinateur"
    )]
    at: Option<liasse_domain::Instant>,
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, help = "Millisecondes par APDU")]
    apdu_ms: u64,
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        help = "Millisecondes de plus par opération de clé privée"
    )]
    rsa_ms: u64,
    #[arg(
        long,
        value_name = "F",
        help = "Panne à jouer : pull:N, mute:N, slow:MS, sw:6FXX@N, corrupt, blocked, atr ou reset:N"
    )]
    fault: Option<Fault>,
    #[arg(short = 'h', long, action = ArgAction::Help, help = "Affiche cette aide")]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version, help = "Affiche la version")]
    version: Option<bool>,
}

/// What the name of a telephone begins with, and that of the card of its family, as on the tray of the demonstration.
const PHONE: &str = "apcv-";
const VITALE: &str = "vitale-";

/// How long the reader is waited for: pcscd opens its port a moment after its start.
const START: Duration = Duration::from_secs(5);
const BETWEEN: Duration = Duration::from_millis(50);

/// Why the card could not be inserted.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error("the virtual reader does not answer")]
    Reader,
}

impl Coded for Failure {
    fn code(&self) -> Code {
        match self {
            Self::Image(error) => error.code(),
            Self::Reader => Code("cards.vpcd_absent"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Image(error) => error.parameters(),
            Self::Reader => Vec::new(),
        }
    }
}

fn main() -> ExitCode {
    let read = Arguments::command().try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    match read {
        Ok(arguments) => run(&arguments).map_or_else(|failure| told(&failure), |()| ExitCode::SUCCESS),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            // Who asks for help and does not read it has lost nothing.
            let _ = io::stdout().lock().write_all(error.to_string().as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => told(&wrong_call(&error)),
    }
}

/// Says an error on standard error; its exit code.
fn told(error: &impl Coded) -> ExitCode {
    let _ = writeln!(io::stderr().lock(), "{}", error.report());
    ExitCode::from(error.exit_code())
}

/// As `liasse-caisse` says it, which this crate may not use.
fn wrong_call(error: &clap::Error) -> CallError {
    let argument = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    match (error.kind(), argument) {
        (ErrorKind::UnknownArgument, Some(argument)) => CallError::UnknownArgument { argument },
        (ErrorKind::MissingRequiredArgument, Some(argument)) => CallError::MissingArgument { argument },
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(argument)) => CallError::WrongValue { argument },
        _ => CallError::Incomplete,
    }
}

#[expect(clippy::disallowed_methods, reason = "a port that will open can only be asked again")]
fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (image, lies) = named(&arguments.card)?;
    let hour = Hour { told: arguments.at, since: Instant::now() };
    let knobs = Knobs { apdu_ms: arguments.apdu_ms, rsa_ms: arguments.rsa_ms, t0: true, fault: arguments.fault };
    let stop = AtomicBool::new(false);
    let deadline = Instant::now() + START;
    loop {
        let card = if lies { telephone(&image, hour, knobs)? } else { SimCard::new(image.clone(), knobs) };
        match vpcd::serve(&arguments.vpcd, card, &stop) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused && Instant::now() < deadline => {
                thread::sleep(BETWEEN);
            }
            Err(_) => return Err(Failure::Reader),
        }
    }
}

/// The image of that name, and whether it is the telephone of its family that lies on the reader.
fn named(card: &str) -> Result<(CardImage, bool), ImageError> {
    match card.strip_prefix(PHONE) {
        Some(family) => Ok((image_named(&format!("{VITALE}{family}"))?, true)),
        None => Ok((image_named(card)?, false)),
    }
}

/// The telephone of a family, with a fresh context at each selection.
fn telephone(image: &CardImage, hour: Hour, knobs: Knobs) -> Result<SimCard, ImageError> {
    let phone = Phone::of(image).ok_or(ImageError::Missing)?;
    let fresh = move || {
        let mut drawn = [0_u8; 16];
        OsRng.try_fill_bytes(&mut drawn).ok()?;
        phone.context(&drawn, hour.now())
    };
    Ok(SimCard::phone(Box::new(fresh), knobs))
}

/// The hour that the telephone reads: the one that was told, which goes on from the start of the program, else the computer's.
#[derive(Clone, Copy)]
struct Hour {
    told: Option<liasse_domain::Instant>,
    since: Instant,
}

impl Hour {
    #[expect(clippy::disallowed_methods, reason = "a telephone has a clock, and this program hands it in")]
    fn now(self) -> liasse_domain::Instant {
        self.told.map_or_else(|| SystemTime::now().into(), |told| told + self.since.elapsed())
    }
}

/// A civil hour of Paris, as the clock of the demonstration is set.
fn hour(text: &str) -> Result<liasse_domain::Instant, String> {
    Ok(clock::from_paris(format!("{text}:00").parse().map_err(|_| text.to_owned())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(words: &[&str]) -> CallError {
        let words = ["liasse-cartes"].iter().chain(words);
        let read =
            Arguments::command().try_get_matches_from(words).and_then(|matches| Arguments::from_arg_matches(&matches));
        wrong_call(&read.err().expect("a wrong call"))
    }

    #[test]
    fn the_help_is_french() {
        let mut command = Arguments::command();
        command.clone().debug_assert();
        let help = command.render_help().to_string();
        for english in ["Usage:", "Options:", "Print ", "possible values", "default:"] {
            assert!(!help.contains(english), "{english} in {help}");
        }
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{argument}");
        }
    }

    #[test]
    fn a_telephone_is_named_as_on_the_tray_and_shows_a_context_of_its_hour() {
        let told = hour("2026-01-15T09:01").expect("an hour");
        assert_eq!(told.to_rfc3339(), "2026-01-15T08:01:00+00:00");
        let (image, lies) = named("apcv-durand").expect("a telephone");
        assert!(lies && !named("vitale-durand").expect("a card").1);
        assert_eq!(named("apcv-personne").err(), Some(ImageError::Missing));
        let hour = Hour { told: Some(told), since: Instant::now() };
        let card = telephone(&image, hour, Knobs::default()).expect("a telephone");
        let channel = Box::new(liasse_cardsim::SimChannel::new(card));
        let mut phone = liasse_cards::apcv::Phone::open(channel).expect("it opens");
        let trust =
            liasse_formats::cms::Trust::from_pem(include_str!("../../../fixtures/pki/chain.pem")).expect("roots");
        let (first, second) = (phone.context().expect("a context"), phone.context().expect("a context"));
        assert_ne!(first, second, "drawn anew each time");
        let presented = liasse_formats::apcv::read(&first, &trust, hour.now()).expect("believed");
        assert!((presented.context.issued_at - told).num_minutes() == 0);
        let professional = image_named("cps-gris").expect("a card");
        assert!(telephone(&professional, hour, Knobs::default()).is_err());
    }

    #[test]
    fn a_wrong_call_is_named() {
        let argument = str::to_owned;
        let card = ["--vpcd", "127.0.0.1:1", "--card", "cps-gris"];
        let with = |more: &[&str]| refused(&[&card[..], more].concat());
        assert_eq!(with(&["--couleur"]), CallError::UnknownArgument { argument: argument("--couleur") });
        assert_eq!(with(&["--fault", "fire"]), CallError::WrongValue { argument: argument("--fault <F>") });
        assert_eq!(with(&["--apdu-ms", "dix"]), CallError::WrongValue { argument: argument("--apdu-ms <N>") });
        assert_eq!(with(&["--at", "demain"]), CallError::WrongValue { argument: argument("--at <DATE>") });
        let missing = CallError::MissingArgument { argument: argument("--card <NOM|CHEMIN>") };
        assert_eq!(refused(&["--vpcd", "127.0.0.1:1"]), missing);
        assert_eq!(with(&["--card", "cps-blanc"]), CallError::Incomplete);
    }
}
