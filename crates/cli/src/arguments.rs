//! The command line: its French help, and what is said of a call that is none.
//! Not what the calls do: each command has its own file under `command`.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser};

use crate::command::Command;
use crate::failure::{CliError, Failure};

/// What was asked.
pub(crate) enum Call {
    /// Only a text.
    Help(String),
    /// Something to do.
    Run(Box<Command>),
}

#[derive(Parser)]
#[command(
    name = "liassectl",
    version,
    about = "Liasse en ligne de commande : cartes, factures, lots, envois et paiements.",
    after_help = "Codes de sortie : 0 fait ; 1 refusé ; 2 appel erroné ; 3 appareil ou réseau absent ; \
                  4 données endommagées ou étrangères ; 70 erreur du programme.",
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true,
    subcommand_required = true
)]
struct Arguments {
    // Accepted everywhere; `main` looks for it before the rest of the line is understood.
    #[arg(long, global = true, help = "Erreurs et réponses en JSON")]
    json: bool,
    #[arg(short = 'h', long, global = true, action = ArgAction::Help, help = "Affiche cette aide")]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version, help = "Affiche la version")]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

/// Reads the command line of this process.
pub(crate) fn read() -> Result<Call, Failure> {
    let mut command = in_french(Arguments::command());
    let parsed =
        command.try_get_matches_from_mut(std::env::args_os()).and_then(|matches| Arguments::from_arg_matches(&matches));
    match parsed {
        Ok(arguments) => Ok(Call::Run(Box::new(arguments.command))),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Ok(Call::Help(error.to_string()))
        }
        Err(error) => Err(wrong_call(&error).into()),
    }
}

/// The help of a call and of its sub-calls, with French headings.
fn in_french(command: clap::Command) -> clap::Command {
    let mut template = String::from("{about-with-newline}\nUsage : {usage}\n");
    if command.get_positionals().next().is_some() {
        template.push_str("\nArguments :\n{positionals}\n");
    }
    if command.has_subcommands() {
        template.push_str("\nCommandes :\n{subcommands}\n");
    }
    template.push_str("\nOptions :\n{options}{after-help}\n");
    command.help_template(template).subcommand_value_name("COMMANDE").mut_subcommands(in_french)
}

fn wrong_call(error: &clap::Error) -> CliError {
    let named = |kind| match error.get(kind) {
        Some(ContextValue::String(name)) => Some(name.clone()),
        Some(ContextValue::Strings(names)) => Some(names.join(" ")),
        _ => None,
    };
    let argument = named(ContextKind::InvalidSubcommand).or_else(|| named(ContextKind::InvalidArg));
    match (error.kind(), argument) {
        (ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand, Some(argument)) => {
            CliError::UnknownArgument { argument }
        }
        (ErrorKind::MissingRequiredArgument, Some(argument)) => CliError::MissingArgument { argument },
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::NoEquals, Some(argument)) => {
            CliError::WrongValue { argument }
        }
        _ => CliError::WrongCall,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_help_is_french() {
        fn check(command: &mut clap::Command) {
            let help = command.render_help().to_string();
            for english in ["Usage:", "Options:", "Commands:", "Arguments:", "Print ", "possible values", "default:"] {
                assert!(!help.contains(english), "{help}");
            }
            assert!(command.get_about().is_some(), "{help}");
            command.get_subcommands_mut().for_each(check);
        }
        let mut command = in_french(Arguments::command());
        command.build();
        check(&mut command);
    }
}
