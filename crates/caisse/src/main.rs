//! The program `liasse-caisse`: a simulated Assurance Maladie as a process of its own, which a workstation's crash
//! does not touch. Runs until it is killed; its memory is on the disk before each of its answers.
//! Arguments and exit codes: shared contracts, "Programs".

use std::io::BufRead;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use liasse_caisse::{CaisseError, Options, Running, Scenario, Via, tables_from};
use liasse_domain::Coded;
use liasse_pricing::Tables;
use secrecy::SecretString;

/// Simulated Assurance Maladie, for the demonstration and the tests only.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Directory of its memory, its clock and its ports.json.
    #[arg(long)]
    data: PathBuf,
    /// Where to listen, on loopback: 127.0.0.1:0 takes free ports.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// Also write the ports there, once they answer.
    #[arg(long)]
    ports_file: Option<PathBuf>,
    /// Be the client of a post office: smtp://USER@HOST:PORT pop3s://USER@HOST:PORT…, passwords one a line on
    /// standard input in the same order.
    #[arg(long, num_args = 2.., requires = "via_ca")]
    via: Vec<String>,
    /// The authority of that post office's certificates, in PEM.
    #[arg(long)]
    via_ca: Option<PathBuf>,
    /// What to do otherwise than usual, in TOML.
    #[arg(long)]
    scenario: Option<PathBuf>,
    /// Folder with tables in the place of the embedded ones.
    #[arg(long)]
    tables: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("LIASSE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match start(arguments) {
        Ok(_running) => loop {
            std::thread::park();
        },
        Err(error) => {
            let report = error.report();
            eprintln!("{}: {} {} {}", report.code, report.message, report.safe, report.action);
            ExitCode::from(error.exit_code())
        }
    }
}

fn start(arguments: Arguments) -> Result<Running, CaisseError> {
    let via = match (&arguments.via[..], arguments.via_ca) {
        ([], _) | (_, None) => None,
        (urls, Some(ca)) => Some(Via::parse(urls, &passwords(urls.len())?, &std::fs::read_to_string(ca)?)?),
    };
    let scenario = arguments.scenario.map(std::fs::read_to_string).transpose()?;
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

fn passwords(count: usize) -> Result<Vec<SecretString>, CaisseError> {
    let lines = std::io::stdin().lock().lines().take(count).collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().map(SecretString::from).collect())
}
