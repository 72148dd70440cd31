//! `post`: sending, fetching, and where each file stands. Needs no card.

use liasse_core::access::Deed;
use liasse_core::sending::SendSummary;
use liasse_domain::{Code, FileIdentifier, Report};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::office::{self, Place};
use crate::output;
use crate::text;

/// A rule says no: not to be sent again.
const REFUSED: u8 = 1;

#[derive(clap::Subcommand)]
pub(crate) enum Post {
    #[command(about = "Envoie ce qui peut partir")]
    Send(Send),
    #[command(about = "Relève les retours")]
    Fetch(Where),
    #[command(about = "Où en est chaque fichier")]
    Status(Where),
}

#[derive(clap::Args)]
pub(crate) struct Where {
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct Send {
    #[arg(long, help = "Renvoie aussitôt les pièces jointes dont l'envoi n'est pas confirmé")]
    scans: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(command: &Post, json: bool) -> Result<(), Failure> {
    match command {
        Post::Send(arguments) => send(arguments, json),
        Post::Fetch(arguments) => fetch(arguments, json),
        Post::Status(arguments) => status(arguments, json),
    }
}

fn send(arguments: &Send, json: bool) -> Result<(), Failure> {
    let office = office::with_post(&arguments.place.existing()?)?;
    let again = arguments.scans;
    let summary = office.post().call(move |post| if again { post.send_scans_again() } else { post.send() })??;
    if json {
        let failures = |failed: &[(FileIdentifier, Report)]| {
            failed.iter().map(|(lot, report)| json!({ "lot": lot, "error": report })).collect::<Vec<_>>()
        };
        let scans = &summary.scans;
        let said = json!({
            "sent": summary.sent, "failed": failures(&summary.failed), "unconfirmed": summary.unconfirmed,
            "scans": { "sent": scans.sent, "failed": failures(&scans.failed), "unconfirmed": scans.unconfirmed },
        });
        output::line(&said.to_string())?;
    } else {
        for lot in &summary.sent {
            output::line(&text::with("post.sent", &[("lot", lot.as_str())]))?;
        }
        for (lot, report) in &summary.failed {
            let values = [("lot", lot.as_str()), ("code", &report.code), ("message", &report.message)];
            output::line(&text::with("post.failed", &values))?;
        }
        for lot in &summary.unconfirmed {
            output::line(&text::with("post.unconfirmed", &[("lot", lot.as_str())]))?;
        }
        for lot in &summary.scans.sent {
            output::line(&text::with("post.scans_sent", &[("lot", lot.as_str())]))?;
        }
        for (lot, report) in &summary.scans.failed {
            let values = [("lot", lot.as_str()), ("code", &report.code), ("message", &report.message)];
            output::line(&text::with("post.scans_failed", &values))?;
        }
        for lot in &summary.scans.unconfirmed {
            output::line(&text::with("post.scans_unconfirmed", &[("lot", lot.as_str())]))?;
        }
    }
    judge(summary)
}

/// How the call ends after what it said: with the first failure, else with the first file that may have left, else with
/// documents that may have.
fn judge(summary: SendSummary) -> Result<(), Failure> {
    if let Some((_, report)) = summary.failed.into_iter().chain(summary.scans.failed).next() {
        return Err(Failure::told(report));
    }
    let code = match (summary.unconfirmed.is_empty(), summary.scans.unconfirmed.is_empty()) {
        (false, _) => Code("road.envoi_non_confirme"),
        (true, false) => Code("road.numerisation_non_confirmee"),
        (true, true) => return Ok(()),
    };
    // Whatever broke the line, the mail may be there: what is left to the caller is a rule, not a network to mend.
    Err(Failure { report: Report::new(code, &[]), exit: REFUSED })
}

fn fetch(arguments: &Where, json: bool) -> Result<(), Failure> {
    let office = office::with_post(&arguments.place.existing()?)?;
    let outcome = office.post().call(|post| post.fetch())??;
    let (taken, unknown, duplicates) = (outcome.taken, outcome.unknown, outcome.duplicates);
    output::line(&if json {
        json!({ "taken": taken, "unknown": unknown, "duplicates": duplicates }).to_string()
    } else {
        let counts = [("taken", taken), ("unknown", unknown), ("duplicates", duplicates)];
        let counts = counts.map(|(name, count)| (name, count.to_string()));
        text::with("post.fetched", &counts.each_ref().map(|(name, count)| (*name, count.as_str())))
    })
}

fn status(arguments: &Where, json: bool) -> Result<(), Failure> {
    let office = office::without_card(&arguments.place.existing()?)?;
    let (lots, scans) = office::run(&office, |workstation| {
        workstation.allow(Deed::Road, None)?;
        Ok((workstation.store().lots()?, workstation.store().scan_states()?))
    })?;
    if json {
        let list: Vec<Value> = lots
            .iter()
            .map(|lot| {
                let scans = scans.get(&lot.name.file);
                json!({
                    "lot": lot.name.file, "number": lot.name.number, "state": lot.state,
                    "transmission": lot.transmission, "fse": lot.count, "destination": lot.key.destination.to_string(),
                    "sent_at": lot.sent_at,
                    "scans": scans.map(|(state, sent_at)| json!({ "state": state, "sent_at": sent_at })),
                })
            })
            .collect();
        output::line(&Value::from(list).to_string())?;
    } else {
        for lot in &lots {
            let values = [
                ("lot", lot.name.file.as_str()),
                ("number", &lot.name.number.to_string()),
                ("destination", &lot.key.destination.to_string()),
                ("count", &lot.count.to_string()),
                ("state", lot.transmission.label()),
            ];
            output::line(&text::with("post.file", &values))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use liasse_core::scans::ScansSummary;

    use super::*;

    fn ending(failed: &[&'static str], unconfirmed: usize) -> Option<(String, u8)> {
        ending_with(failed, unconfirmed, ScansSummary::default())
    }

    fn lot() -> FileIdentifier {
        FileIdentifier::parse("AB12CD").expect("a lot")
    }

    fn ending_with(failed: &[&'static str], unconfirmed: usize, scans: ScansSummary) -> Option<(String, u8)> {
        let failed = failed.iter().map(|code| (lot(), Report::new(Code(code), &[]))).collect();
        let summary = SendSummary { sent: vec![lot()], failed, unconfirmed: vec![lot(); unconfirmed], scans };
        judge(summary).err().map(|failure| (failure.report.code, failure.exit))
    }

    #[test]
    fn a_sending_ends_with_the_code_of_what_went_wrong_first() {
        let ended = |code: &str, exit| Some((code.to_owned(), exit));
        assert_eq!(ending(&[], 0), None);
        assert_eq!(ending(&["road.liaison_coupee"], 0), ended("road.liaison_coupee", 3));
        assert_eq!(
            ending(&["road.destinataire_interdit", "road.liaison_coupee"], 1),
            ended("road.destinataire_interdit", 1)
        );
        assert_eq!(ending(&[], 1), ended("road.envoi_non_confirme", 1));
        let unconfirmed = || ScansSummary { unconfirmed: vec![lot()], ..ScansSummary::default() };
        assert_eq!(ending_with(&[], 0, unconfirmed()), ended("road.numerisation_non_confirmee", 1));
        assert_eq!(ending_with(&[], 1, unconfirmed()), ended("road.envoi_non_confirme", 1));
        let failed = vec![(lot(), Report::new(Code("road.liaison_coupee"), &[]))];
        let failed = ScansSummary { failed, ..unconfirmed() };
        assert_eq!(ending_with(&[], 1, failed), ended("road.liaison_coupee", 3));
    }
}
