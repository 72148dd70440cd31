//! The command line of `liasse-caisse`: its French help, and what is said of a call that is none.
//! Not what the options do (`Options`). Arguments: shared contracts, "Programs".

use std::path::PathBuf;

use clap::error::{ContextKind, ErrorKind};
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser};
use liasse_domain::CallError;

/// What was asked.
pub(crate) enum Call {
    /// Only a text.
    Help(String),
    /// A caisse.
    Run(Arguments),
}

/// The arguments of a caisse.
#[derive(Parser)]
#[command(
    name = "liasse-caisse",
    version,
    about = "Assurance Maladie simulée, pour la démonstration et les essais seulement. Arrêt : Ctrl-C.",
    help_template = "{about-with-newline}\nUsage : {usage}\n\nOptions :\n{options}\n",
    disable_help_flag = true,
    disable_version_flag = true
)]
pub(crate) struct Arguments {
    #[arg(long, value_name = "DOSSIER", help = "Dossier de sa mémoire, de son horloge et de ports.json")]
    pub(crate) data: PathBuf,
    #[arg(
        long,
        value_name = "ADRESSE:PORT",
        default_value = "127.0.0.1:0",
        hide_default_value = true,
        help = "Où écouter, sur cet ordinateur seulement ; sans elle, 127.0.0.1:0, qui prend des ports libres"
    )]
    pub(crate) listen: String,
    #[arg(long, value_name = "FICHIER", help = "Écrit aussi les ports dans ce fichier, une fois qu'ils répondent")]
    pub(crate) ports_file: Option<PathBuf>,
    #[arg(
        long,
        value_name = "URL",
        num_args = 2..,
        requires = "via_ca",
        help = "Passe par une autre messagerie : smtp://NOM@HÔTE:PORT pop3s://NOM@HÔTE:PORT…, et les mots de passe sur \
                l'entrée standard, un par ligne, dans le même ordre"
    )]
    pub(crate) via: Vec<String>,
    #[arg(long, value_name = "FICHIER", help = "L'autorité des certificats de cette messagerie, en PEM")]
    pub(crate) via_ca: Option<PathBuf>,
    #[arg(long, value_name = "FICHIER", help = "Ce que la caisse fait autrement que d'habitude, en TOML")]
    pub(crate) scenario: Option<PathBuf>,
    #[arg(long, value_name = "DOSSIER", help = "Dossier de tables CSV qui remplacent celles du programme")]
    pub(crate) tables: Option<PathBuf>,
    #[arg(short = 'h', long, action = ArgAction::Help, help = "Affiche cette aide")]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version, help = "Affiche la version")]
    version: Option<bool>,
}

/// Reads the command line of this process.
pub(crate) fn read() -> Result<Call, CallError> {
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
        (ErrorKind::MissingRequiredArgument, Some(argument)) => CallError::MissingArgument { argument },
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::TooFewValues, Some(argument)) => {
            CallError::WrongValue { argument }
        }
        _ => CallError::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_is_french() {
        let mut command = Arguments::command();
        command.clone().debug_assert();
        let help = command.render_help().to_string();
        for english in ["Usage:", "Options:", "Print ", "possible values", "default:", "DATA", "PORTS_FILE", "VIA_CA"] {
            assert!(!help.contains(english), "{english} in {help}");
        }
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{argument}");
        }
    }

    #[test]
    fn a_wrong_call_is_named() {
        let refused = |words: &[&str]| {
            let words = ["liasse-caisse"].iter().chain(words);
            wrong_call(&Arguments::command().try_get_matches_from(words).expect_err("a wrong call"))
        };
        let argument = str::to_owned;
        assert_eq!(refused(&["--colour"]), CallError::UnknownArgument { argument: argument("--colour") });
        assert_eq!(refused(&["here", "--data", "x"]), CallError::UnknownArgument { argument: argument("here") });
        assert_eq!(refused(&[]), CallError::MissingArgument { argument: argument("--data <DOSSIER>") });
        assert_eq!(
            refused(&["--data", "x", "--via", "smtp://a@b:1", "pop3s://a@b:2"]),
            CallError::MissingArgument { argument: argument("--via-ca <FICHIER>") }
        );
        let one = refused(&["--data", "x", "--via-ca", "y", "--via", "smtp://a@b:1"]);
        assert!(matches!(one, CallError::WrongValue { argument } if argument.starts_with("--via <URL>")));
        assert_eq!(refused(&["--data", "x", "--data", "y"]), CallError::Incomplete);
    }
}
