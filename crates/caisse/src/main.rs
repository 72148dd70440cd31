//! The program `liasse-caisse`: a simulated Assurance Maladie as a process of its own, which a workstation's crash
//! does not touch. Runs until it is killed; its memory is on the disk before each of its answers.
//! Arguments and exit codes: shared contracts, "Programs".

mod arguments;

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use liasse_caisse::{CaisseError, Options, Running, Scenario, Via, tables_from};
use liasse_domain::{CallError, Coded};
use liasse_pricing::Tables;
use secrecy::SecretString;

use crate::arguments::{Arguments, Call};

fn main() -> ExitCode {
    let arguments = match arguments::read() {
        Ok(Call::Run(arguments)) => arguments,
        Ok(Call::Help(text)) => {
            // Who asks for help and does not read it has lost nothing.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(error) => return told(&error),
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("LIASSE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match start(arguments) {
        Ok(_running) => loop {
            std::thread::park();
        },
        Err(error) => told(&error),
    }
}

/// Says an error on standard error; its exit code.
fn told(error: &impl Coded) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "{}", error.report());
    ExitCode::from(error.exit_code())
}

fn start(arguments: Arguments) -> Result<Running, CaisseError> {
    let via = match (&arguments.via[..], arguments.via_ca) {
        ([], _) | (_, None) => None,
        (urls, Some(ca)) => Some(Via::parse(urls, &passwords(urls.len())?, &text(&ca)?)?),
    };
    let scenario = arguments.scenario.as_deref().map(text).transpose()?;
    Running::start(Options {
        data: arguments.data,
        listen: arguments.listen,
        ports_file: arguments.ports_file,
        via,
        scenario: scenario.as_deref().map(Scenario::from_toml).transpose()?,
        tables: match arguments.tables {
            Some(folder) => tables_from(&folder)?,
            None => Tables::embedded().clone(),
        },
    })
}

/// The text of a file that the call names.
fn text(path: &Path) -> Result<String, CallError> {
    std::fs::read_to_string(path).map_err(|_| CallError::unreadable(path))
}

fn passwords(count: usize) -> Result<Vec<SecretString>, CaisseError> {
    let lines = std::io::stdin().lock().lines().take(count).collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().map(SecretString::from).collect())
}
