//! `liasse-cartes`: puts one simulated card into a virtual reader of a real pcscd and answers until stopped.
//! Not a reader and not for real cards. Its arguments are those of the shared contracts.

use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use std::{io, thread};

use clap::Parser;
use liasse_cardsim::{Fault, ImageError, Knobs, SimCard, image_named, vpcd};
use liasse_domain::{Code, Coded};

/// Simule une carte CPS3 ou Vitale 2 dans un lecteur virtuel (vpcd) d'un vrai pcscd. Retirer la carte : Ctrl-C.
#[derive(Parser)]
#[command(name = "liasse-cartes", version)]
struct Arguments {
    /// Adresse du lecteur virtuel, par exemple 127.0.0.1:35963 (premier lecteur) ou :35964 (second).
    #[arg(long, value_name = "HOTE:PORT")]
    vpcd: String,
    /// Nom d'une carte de fixtures/cards (ou du dossier LIASSE_CARDS), ou chemin d'un fichier.
    #[arg(long, value_name = "NOM|CHEMIN")]
    card: String,
    /// Millisecondes par APDU.
    #[arg(long, value_name = "N", default_value_t = 0)]
    apdu_ms: u64,
    /// Millisecondes de plus par opération de clé privée.
    #[arg(long, value_name = "N", default_value_t = 0)]
    rsa_ms: u64,
    /// Panne à jouer : pull:N, mute:N, slow:MS, sw:6FXX@N, corrupt ou blocked.
    #[arg(long, value_name = "F")]
    fault: Option<Fault>,
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
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let report = failure.report();
            eprintln!("{}: {} {}", report.code, report.message, report.action);
            ExitCode::from(failure.exit_code())
        }
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
