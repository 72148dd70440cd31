//! `returns`: what came back, and the rejects in plain words.

use liasse_core::ledger::Rejected;
use liasse_core::returned::RejectedFse;
use serde_json::json;

use crate::failure::Failure;
use crate::office::Person;
use crate::output;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Returns {
    #[command(about = "Les retours reçus, puis les rejets : pourquoi, et que faire")]
    List(List),
}

#[derive(clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: &Returns, as_json: bool) -> Result<(), Failure> {
    let Returns::List(list) = command;
    let (returns, rejects) = list
        .person
        .open(&[])?
        .run(|workstation, who| Ok((workstation.returns_of(who)?, workstation.rejects_of(who, None)?.shown)))?;
    if as_json {
        return output::line(&json!({ "v": 1, "returns": returns, "rejects": rejects }).to_string());
    }
    for one in &returns {
        let about = one.file.map(|file| file.to_string()).or_else(|| one.reference.clone());
        let values = [
            ("id", &*one.id.to_string()),
            ("kind", one.kind),
            ("status", one.status),
            ("about", about.as_deref().or(one.note.as_deref()).unwrap_or("–")),
            ("amount", &one.amount_cents.map_or_else(String::new, |amount| amount.to_string())),
        ];
        output::line(text::with("returns.line", &values).trim_end())?;
        if let Some(incident) = &one.incident {
            output::line(incident)?;
        }
        for remark in &one.remarks {
            let fse = remark.fse.to_string();
            let values = [("fse", &*fse), ("code", &remark.code), ("message", &remark.message)];
            output::line(&text::with("returns.remark", &values))?;
        }
        if let Some(text) = &one.text {
            output::line(text)?;
        }
        if let Some(Rejected { code, message }) = &one.undelivered {
            output::line(&text::with("returns.undelivered", &[("code", code), ("message", message)]))?;
        }
    }
    rejects.iter().try_for_each(|reject| output::line(&reject_line(reject)))
}

fn reject_line(reject: &RejectedFse) -> String {
    let corrected = reject.corrected_by.as_ref();
    let values = [
        ("fse", &*reject.fse.to_string()),
        ("code", &reject.reject.code),
        ("cause", reject.cause.as_deref().unwrap_or(&reject.reject.message)),
        ("action", reject.action.as_deref().unwrap_or_default()),
    ];
    let line = text::with("returns.reject", &values);
    match corrected {
        Some(by) => format!("{} {}", line.trim_end(), text::with("returns.corrected", &[("fse", &by.to_string())])),
        None => line.trim_end().to_owned(),
    }
}
