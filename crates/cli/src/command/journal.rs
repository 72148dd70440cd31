//! `journal`: reads the whole chain against itself and against what it tells of (`verify`, which needs no card), shows and writes out
//! the entries that a card's holder may read, and takes a practitioner's word for a clock that was far ahead. Names no patient.

use std::path::{Path, PathBuf};

use liasse_core::journal::{About, EntryAsk, EntryOnly, FseName, Line};
use liasse_core::lists::{List, Listing, Progress};
use liasse_domain::{Coded, FileIdentifier, FseRef, clock};
use serde::Serialize;
use serde_json::json;

use crate::failure::{CliError, Failure};
use crate::files;
use crate::office::{self, Person, Place};
use crate::output::{self, hex};
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Journal {
    #[command(about = "Vérifie la chaîne du journal")]
    Verify(Verify),
    #[command(about = "Les écritures du journal, la plus récente d'abord")]
    List(Shown),
    #[command(about = "Écrit le journal dans un fichier pour un tableur")]
    Export(Written),
    #[command(
        about = "L'horloge et le journal ; avec --accept, le titulaire accepte une horloge qui avançait auparavant"
    )]
    Clock(ClockCall),
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    #[arg(
        long,
        value_name = "lot.p7s",
        help = "Compare aussi avec la signature d'un lot gardée ailleurs : montre une ancienne copie, ou une coupe faite avec ses lots"
    )]
    against: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct Asked {
    #[arg(long, value_name = "FSE", help = "Ce qui touche cette FSE : numéro de facturation et numéro")]
    fse: Option<String>,
    #[arg(long, value_name = "LOT", conflicts_with = "fse", help = "Ce qui touche ce lot : identifiant du fichier")]
    lot: Option<String>,
    #[arg(long, value_name = "N", conflicts_with_all = ["fse", "lot"], help = "Ce qui a été fait sous cette session de remplacement")]
    session: Option<u32>,
    #[arg(long, value_name = "N", conflicts_with_all = ["fse", "lot", "session"], help = "Ce qui touche ce patient, par son numéro ici")]
    patient: Option<i64>,
    #[arg(long, help = "Les refus seuls")]
    refusals: bool,
    #[arg(long, help = "La plus ancienne d'abord")]
    oldest_first: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Shown {
    #[arg(
        long,
        value_name = "N",
        default_value_t = 200,
        hide_default_value = true,
        help = "Au plus tant de lignes ; sinon 200"
    )]
    limit: u32,
    #[command(flatten)]
    asked: Asked,
}

#[derive(clap::Args)]
pub(crate) struct Written {
    #[arg(value_name = "FICHIER", help = "Où écrire ; un fichier qui existe n'est pas remplacé")]
    file: PathBuf,
    #[command(flatten)]
    asked: Asked,
}

#[derive(clap::Args)]
pub(crate) struct ClockCall {
    #[arg(long, help = "L'horloge est juste : le journal avait de l'avance (carte du titulaire)")]
    accept: bool,
    #[command(flatten)]
    person: Person,
}

/// Damaged data.
const DAMAGED: u8 = 4;

pub(crate) fn run(command: &Journal, json: bool) -> Result<(), Failure> {
    match command {
        Journal::Verify(verify) => chain(verify, json),
        Journal::List(shown) => show(shown, json),
        Journal::Export(written) => write(written, json),
        Journal::Clock(call) => time(call, json),
    }
}

fn chain(verify: &Verify, json: bool) -> Result<(), Failure> {
    let office = office::without_card(&verify.place.existing()?)?;
    let kept = verify.against.as_deref().map(|file| files::read_up_to(file, 1 << 20)).transpose()?;
    let report = office::run(&office, move |workstation| {
        let mut report = workstation.store().journal_verify()?;
        if let Some(kept) = kept {
            report.faults.extend(workstation.journal_against(&kept)?);
        }
        Ok(report)
    })?;
    for line in lines(report.is_intact(), report.entries, &hex(&report.head), &report.faults, json) {
        output::line(&line)?;
    }
    judge(&report.faults)
}

impl Asked {
    /// About what, in what order.
    fn ask(&self) -> Result<EntryAsk, Failure> {
        let about = if let Some(name) = &self.fse {
            let fse: FseRef = name.parse().map_err(|_| CliError::FseName)?;
            Some(About::Fse(FseName::of(&fse)))
        } else if let Some(name) = &self.lot {
            Some(About::Lot(FileIdentifier::parse(name).map_err(|_| CliError::LotName)?))
        } else {
            self.session.map(About::Session).or(self.patient.map(About::Patient))
        };
        let only = if self.refusals { EntryOnly::Refusals } else { EntryOnly::All };
        Ok(EntryAsk { listing: Listing { turned: self.oldest_first, only, ..Listing::default() }, about })
    }
}

fn show(shown: &Shown, json: bool) -> Result<(), Failure> {
    let (ask, limit) = (shown.asked.ask()?, shown.limit);
    let open = shown.asked.person.open(&[])?;
    let lines = open.run(move |workstation, person| workstation.journal_page(person, ask, limit))?;
    if json {
        return output::line(&json!({ "v": 1, "entries": lines }).to_string());
    }
    lines.iter().try_for_each(|line| output::line(&told(line)))
}

/// `7  15/01/2026 09 h 00  991010117 (praticien)  Signée  FSE 991010117-000000001`.
fn told(line: &Line) -> String {
    let values = [
        ("seq", &*line.seq.to_string()),
        ("at", &line.when()),
        ("by", &line.by()),
        ("about", &line.about()),
        // What others wrote comes last.
        ("says", &line.says),
    ];
    text::with("journal.line", &values).trim_end().to_owned()
}

fn write(written: &Written, as_json: bool) -> Result<(), Failure> {
    let (ask, file) = (written.asked.ask()?, written.file.clone());
    let unwritable = || CliError::Unwritable { path: file.display().to_string() };
    let name = file.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let name = name.filter(|_| !file.exists()).ok_or_else(unwritable)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let open = written.asked.person.open(&[])?;
    let rows = open.run(move |workstation, person| {
        let mut export = workstation.begin_csv_named(person, List::Journal(ask), &folder, &name)?;
        loop {
            if let Progress::Finished { rows, .. } = workstation.go_on(&mut export)? {
                return Ok(rows);
            }
        }
    })?;
    output::line(&if as_json {
        json!({ "v": 1, "rows": rows, "file": file }).to_string()
    } else {
        text::with("journal.exported", &[("count", &rows.to_string()), ("file", &file.display().to_string())])
    })
}

fn time(call: &ClockCall, as_json: bool) -> Result<(), Failure> {
    let (gap, accepted) = if call.accept {
        let accepted = call.person.open(&[])?.run(|workstation, person| {
            let gap = workstation.clock_gap()?;
            Ok((gap, workstation.accept_clock(person)?))
        })?;
        (accepted.0, accepted.1.is_some())
    } else {
        let office = office::without_card(&call.person.place.existing()?)?;
        (office::run(&office, |workstation| workstation.clock_gap())?, false)
    };
    if as_json {
        let (now, last) = gap.map_or((None, None), |(now, last)| (Some(now), Some(last)));
        return output::line(
            &json!({ "v": 1, "behind": gap.is_some(), "clock": now, "journal": last, "accepted": accepted })
                .to_string(),
        );
    }
    let Some((now, last)) = gap else { return output::line(text::t("journal.clock_follows")) };
    let said = |at| clock::paris(at).format("%d/%m/%Y %H h %M").to_string();
    let values = [("now", &*said(now)), ("last", &said(last))];
    output::line(&if accepted {
        text::with("journal.clock_accepted", &values)
    } else {
        text::with("journal.clock_behind", &values)
    })
}

/// The answer: one JSON document, or one sentence a fault.
fn lines(intact: bool, entries: u64, head: &str, faults: &[impl Coded + Serialize], json: bool) -> Vec<String> {
    if json {
        vec![json!({ "intact": intact, "entries": entries, "head": head, "faults": faults }).to_string()]
    } else if intact {
        vec![text::with("journal.intact", &[("entries", &entries.to_string()), ("head", head)])]
    } else {
        faults.iter().map(|fault| fault.report().message).collect()
    }
}

/// How the call ends: with the first fault, as damaged data.
fn judge(faults: &[impl Coded]) -> Result<(), Failure> {
    let first = faults.first().map(|first| Failure { report: first.report(), exit: DAMAGED });
    first.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use liasse_store::JournalFault;

    use super::*;

    #[test]
    fn faults_are_listed_and_the_first_ends_the_call() {
        let faults = [JournalFault::Changed { seq: 4 }, JournalFault::Cut { last: 7, needed: 9 }];
        let listed = lines(false, 7, "ab", &faults, false);
        assert_eq!(listed[0], "L'écriture 4 du journal n'est plus celle qui avait été faite.");
        assert_eq!(listed.len(), 2);
        let shown: serde_json::Value = serde_json::from_str(&lines(false, 7, "ab", &faults, true)[0]).expect("json");
        assert_eq!((&shown["intact"], &shown["faults"][1]["fault"]), (&false.into(), &"cut".into()));
        let failure = judge(&faults).expect_err("damaged");
        assert_eq!((failure.report.code.as_str(), failure.exit), ("store.journal_entree_modifiee", 4));
        assert!(judge(&faults[..0]).is_ok());
    }
}
