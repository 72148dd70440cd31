//! `liasse-cartes`: puts one simulated card into a virtual reader of a real pcscd and answers until stopped.
//! Not a reader and not for real cards. Its arguments are those of the shared contracts.

use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use std::{io, thread};

use clap::error::{ContextKind, ErrorKind};
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser};
use liasse_cardsim::{Fault, ImageError, Knobs, SimCard, image_named, vpcd};
use liasse_domain::{CallError, Code, Coded};

#[derive(Parser)]
#[command(
    name = "liasse-cartes",
    version,
    about = "Simule une carte CPS3, CPS4 ou Vitale 2 dans un lecteur virtuel (vpcd) d'un vrai pcscd. Retirer la carte : Ctrl-C.",
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
        help = "Nom d'une carte de fixtures/cards (ou du dossier LIASSE_CARDS), d'une carte pour la lecture (cas-…), ou chemin d'un fichier"
    )]
    card: String,
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
    let image = image_named(&arguments.card)?;
    let knobs = Knobs { apdu_ms: arguments.apdu_ms, rsa_ms: arguments.rsa_ms, t0: true, fault: arguments.fault };
    let stop = AtomicBool::new(false);
    let deadline = Instant::now() + START;
    loop {
        match vpcd::serve(&arguments.vpcd, SimCard::new(image.clone(), knobs), &stop) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused && Instant::now() < deadline => {
                thread::sleep(BETWEEN);
            }
            Err(_) => return Err(Failure::Reader),
        }
    }
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
    fn a_wrong_call_is_named() {
        let argument = str::to_owned;
        let card = ["--vpcd", "127.0.0.1:1", "--card", "cps-gris"];
        let with = |more: &[&str]| refused(&[&card[..], more].concat());
        assert_eq!(with(&["--couleur"]), CallError::UnknownArgument { argument: argument("--couleur") });
        assert_eq!(with(&["--fault", "fire"]), CallError::WrongValue { argument: argument("--fault <F>") });
        assert_eq!(with(&["--apdu-ms", "dix"]), CallError::WrongValue { argument: argument("--apdu-ms <N>") });
        let missing = CallError::MissingArgument { argument: argument("--card <NOM|CHEMIN>") };
        assert_eq!(refused(&["--vpcd", "127.0.0.1:1"]), missing);
        assert_eq!(with(&["--card", "cps-blanc"]), CallError::Incomplete);
    }
}
