//! How a call ends badly: the report of a coded error, its exit code, and its one line on standard error.
//! Not the errors of the crates: each has its own enum; this one is for the command line itself.

use std::io::{self, Write};

use liasse_domain::catalogue;
use liasse_domain::{Code, Coded, FseRef, Report};

/// Why a call stopped, ready to be told.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) report: Report,
    pub(crate) exit: u8,
}

impl<E: Coded> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { report: error.report(), exit: error.exit_code() }
    }
}

impl Failure {
    /// The failure that a report tells, with the exit code of its own entry in the catalogue.
    pub(crate) fn told(report: Report) -> Self {
        Self { exit: catalogue::exit_of(&report.code), report }
    }

    /// `code: sentence`, or with `--json` the whole report on one line. A closed standard error is nobody's loss.
    pub(crate) fn say(&self, json: bool) {
        if self.exit == 0 {
            return;
        }
        let line = if json {
            serde_json::json!({ "error": self.report }).to_string()
        } else {
            let Report { code, message, safe, action, .. } = &self.report;
            format!("{code}: {message} {safe} {action}")
        };
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}

/// What can go wrong before or beside a use case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// An argument that no call has.
    #[error("unknown argument {argument}")]
    UnknownArgument { argument: String },
    /// An argument that the call needs.
    #[error("missing argument {argument}")]
    MissingArgument { argument: String },
    /// A value that its argument does not take.
    #[error("wrong value for {argument}")]
    WrongValue { argument: String },
    /// A text that names no FSE.
    #[error("not the name of an FSE")]
    FseName,
    /// A text that names no lot.
    #[error("not the name of a lot")]
    LotName,
    /// A text that is no moment for the demo's clock.
    #[error("not a date for the clock")]
    ClockValue,
    /// A folder that was named and holds no data of ours.
    #[error("no data in that folder")]
    NoData,
    /// The demo was played and a document of its folder has not ended as its kind ends.
    #[error("{fse} has not ended")]
    DemoUnfinished { fse: FseRef, state: String },
    /// Patients or money of a practice, and no reader whose card somebody acts by.
    #[error("no reader was named")]
    NobodyNamed,
    /// The demonstration, where a practice's keys are meant.
    #[error("the demonstration has a declared key")]
    DeclaredKey,
    /// The data of a practice, and nothing that opens them.
    #[error("nothing was given to open the data")]
    NothingGiven,
    /// No folder for data is known on this system.
    #[error("no folder for data")]
    NoFolder,
    /// Any other way of not being a call.
    #[error("wrong call")]
    WrongCall,
    /// A file that cannot be read.
    #[error("cannot read {path}")]
    Unreadable { path: String },
    /// A file that cannot be written, or is there already.
    #[error("cannot write {path}")]
    Unwritable { path: String },
    /// Standard output refused what was written.
    #[error("cannot write")]
    Output,
    /// A panic.
    #[error("bug at {place}")]
    Bug { place: String },
}

impl CliError {
    /// The failure of writing to standard output; a reader who went away (`| head`) is no failure.
    pub(crate) fn output(error: &io::Error) -> Failure {
        let mut failure = Failure::from(Self::Output);
        if error.kind() == io::ErrorKind::BrokenPipe {
            failure.exit = 0;
        }
        failure
    }
}

impl Coded for CliError {
    fn code(&self) -> Code {
        match self {
            Self::UnknownArgument { .. } => Code("system.argument_inconnu"),
            Self::MissingArgument { .. } => Code("system.argument_manquant"),
            Self::WrongValue { .. } => Code("system.argument_refuse"),
            Self::FseName => Code("saisie.nom_de_fse"),
            Self::LotName => Code("saisie.nom_de_lot"),
            Self::ClockValue => Code("saisie.horloge_valeur"),
            Self::NoData => Code("system.dossier_sans_donnees"),
            Self::DemoUnfinished { .. } => Code("system.demo_inachevee"),
            Self::NobodyNamed => Code("acces.carte_a_nommer"),
            Self::DeclaredKey => Code("cles.demonstration"),
            Self::NothingGiven => Code("cles.a_donner"),
            Self::NoFolder => Code("system.sans_dossier"),
            Self::WrongCall => Code("system.appel_incomplet"),
            Self::Unreadable { .. } => Code("system.fichier_illisible"),
            Self::Unwritable { .. } => Code("system.fichier_non_ecrit"),
            Self::Output => Code("system.sortie_impossible"),
            Self::Bug { .. } => Code("system.erreur_interne"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnknownArgument { argument } | Self::MissingArgument { argument } | Self::WrongValue { argument } => {
                vec![("argument", argument.clone())]
            }
            Self::Unreadable { path } | Self::Unwritable { path } => vec![("path", path.clone())],
            Self::Bug { place } => vec![("place", place.clone())],
            Self::DemoUnfinished { fse, state } => vec![("fse", fse.to_string()), ("state", state.clone())],
            Self::FseName
            | Self::LotName
            | Self::ClockValue
            | Self::NoData
            | Self::NobodyNamed
            | Self::DeclaredKey
            | Self::NothingGiven
            | Self::NoFolder
            | Self::WrongCall
            | Self::Output => Vec::new(),
        }
    }
}
