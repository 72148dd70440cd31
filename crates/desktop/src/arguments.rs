//! The command line of `liasse`: its French help, and what is said of a call that is none.
//! Arguments: shared contracts, "Programs".

use std::path::PathBuf;

use clap::error::{ContextKind, ErrorKind};
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser};
use liasse_domain::CallError;

/// What was asked.
pub enum Call {
    /// Only a text.
    Help(String),
    /// A window.
    Run(Arguments),
}

/// The arguments of the window.
#[derive(Parser)]
#[command(
    name = "liasse",
    version,
    about = "Poste de facturation SESAM-Vitale : le cabinet de ce dossier, ou la démonstration à cartes et caisse simulées.",
    help_template = "{about-with-newline}\nUsage : {usage}\n\nOptions :\n{options}\n",
    disable_help_flag = true,
    disable_version_flag = true
)]
pub struct Arguments {
    #[arg(long, help = "Ouvre la démonstration aussitôt")]
    pub demo: bool,
    #[arg(long, value_name = "DOSSIER", help = "Dossier des données ; sinon LIASSE_DATA, sinon le dossier habituel")]
    pub data: Option<PathBuf>,
    #[arg(long, help = "Commence en thème sombre")]
    pub dark: bool,
    #[arg(
        long,
        value_name = "POURCENT",
        value_parser = clap::value_parser!(u16).range(100..=200),
        help = "Agrandit tout l'écran, de 100 à 200 pour cent"
    )]
    pub zoom: Option<u16>,
    #[cfg(feature = "bench")]
    #[arg(long, value_name = "TOURS", help = "Mesure les images de chaque écran, sans fenêtre")]
    pub bench_frames: Option<usize>,
    #[arg(short = 'h', long, action = ArgAction::Help, help = "Affiche cette aide")]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version, help = "Affiche la version")]
    version: Option<bool>,
}

/// Reads the command line of this process.
pub fn read() -> Result<Call, CallError> {
    match Arguments::command().try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => Ok(Call::Run(arguments)),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Ok(Call::Help(error.to_string()))
        }
        Err(error) => Err(wrong_call(&error)),
    }
}

fn wrong_call(error: &clap::Error) -> CallError {
    let argument = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    match (error.kind(), argument) {
        (ErrorKind::UnknownArgument, Some(argument)) => CallError::UnknownArgument { argument },
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(argument)) => CallError::WrongValue { argument },
        _ => CallError::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_is_french_and_wrong_calls_are_named() {
        let mut command = Arguments::command();
        command.clone().debug_assert();
        let help = command.render_help().to_string();
        for english in ["Usage:", "Options:", "Print ", "default:"] {
            assert!(!help.contains(english), "{english} in {help}");
        }
        let refused = |words: &[&str]| {
            let words = ["liasse"].iter().chain(words);
            wrong_call(&Arguments::command().try_get_matches_from(words).expect_err("a wrong call"))
        };
        assert_eq!(refused(&["--foo"]), CallError::UnknownArgument { argument: "--foo".to_owned() });
        let zoom = refused(&["--zoom", "300"]);
        assert!(matches!(zoom, CallError::WrongValue { argument } if argument.starts_with("--zoom")));
    }
}
