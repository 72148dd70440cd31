//! The send ledger: each step of a sending is on disk before it touches the network, and nothing that the caisse may
//! already have leaves again before the law allows it (R161-47, reference telecom-reliability 1.1).

use liasse_domain::calendar::acknowledgement_deadline;
use liasse_domain::{Code, Coded, FileIdentifier, Instant, Report, SendPhase, clock};
use liasse_post::{Account, Security, SendError, Stop};
use liasse_store::{AttemptOutcome, OutboxRow, Store, StoreError};
use secrecy::SecretString;

use crate::access::{self, Deed};
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::invoicing::InvoicingError;
use crate::lane::Handle;
use crate::ports::{Accepted, Letter, MailPost, Post};
use crate::scans::{self, Again, ScansSummary};
use crate::settings::{SettingError, host_port};
use crate::workstation::Workstation;

/// How long one network step may take before it counts as failed.
const NETWORK_CAP: std::time::Duration = std::time::Duration::from_secs(30);

/// Where a post office is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostPlace {
    /// Host and port of submission with STARTTLS.
    pub smtp: (String, u16),
    /// Host and port of POP3 over TLS.
    pub pop3: (String, u16),
    /// The root that its certificates go back to.
    pub ca_pem: Option<String>,
}

/// What one run of sending did.
#[derive(Clone, Debug, Default)]
pub struct SendSummary {
    /// Files the post accepted.
    pub sent: Vec<FileIdentifier>,
    /// Files that certainly did not leave, and why.
    pub failed: Vec<(FileIdentifier, Report)>,
    /// Files that may have left: not to be sent again.
    pub unconfirmed: Vec<FileIdentifier>,
    /// What became of scanned documents.
    pub scans: ScansSummary,
}

/// A file that left, or may have, and whose end could not be written down. The next run, or the next start, makes it
/// *non confirmée*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the end of a sending was not written: {}", why.0)]
pub struct EndUnwritten {
    /// Why the store did not write it.
    pub why: Code,
}

impl Coded for EndUnwritten {
    fn code(&self) -> Code {
        Code("road.fin_non_notee")
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![("code", self.why.0.to_owned())]
    }
}

/// Sends every file that may lawfully leave now, then the scanned documents of those that left, asked by the user. A
/// network failure ends the run: the rest would fail alike.
pub fn send_all(workstation: &Handle<Workstation>, post: &mut dyn Post) -> Result<SendSummary, CoreError> {
    send(workstation, post, |_| true, Again::Late)
}

/// The same without being asked, by the clock or as the window closes: what a post office gave back undelivered waits for
/// the user's own word. It would come back every time, and nobody would look at why.
pub fn send_unasked(workstation: &Handle<Workstation>, post: &mut dyn Post) -> Result<SendSummary, CoreError> {
    send(workstation, post, |row| !row.undelivered, Again::Late)
}

fn send(
    workstation: &Handle<Workstation>,
    post: &mut dyn Post,
    may_leave: impl Fn(&OutboxRow) -> bool,
    scans_again: Again,
) -> Result<SendSummary, CoreError> {
    // One worker sends: whatever is still open was cut, and is settled as after a crash.
    workstation.call(|ws| {
        let stamp = system_stamp(ws.now());
        ws.store.recover_attempts(&stamp)?;
        ws.store.recover_scans(&stamp)
    })??;
    let late = workstation.call(|ws| ws.late_files())??;
    if !late.is_empty() {
        // An ARL may be waiting in the mailbox: look at all of it before the same bytes leave again.
        if crate::returns::fetch_all(workstation, post)?.left == 0 {
            workstation.call(|ws| ws.release_late_files())??;
        }
    }
    let mut summary = SendSummary::default();
    for row in workstation.call(|ws| ws.store.to_send())??.into_iter().filter(may_leave) {
        match send_one(workstation, post, &row)? {
            Ok(()) => summary.sent.push(row.lot),
            Err(error) if error.is_ambiguous() => summary.unconfirmed.push(row.lot),
            Err(error) => {
                summary.failed.push((row.lot, error.report()));
                if error.phase <= SendPhase::Auth {
                    return Ok(summary);
                }
            }
        }
    }
    summary.scans = scans::send(workstation, post, scans_again)?;
    Ok(summary)
}

fn send_one(
    workstation: &Handle<Workstation>,
    post: &mut dyn Post,
    row: &OutboxRow,
) -> Result<Result<(), SendError>, CoreError> {
    let id = row.id;
    let attempt = workstation.call(move |ws| {
        let stamp = system_stamp(ws.now());
        ws.store.begin_attempt(&stamp, id)
    })??;
    let letter = Letter { from: row.from.clone(), to: row.to.clone(), message: row.message.clone() };
    let (result, unwritten) =
        post_recorded(workstation, post, &letter, move |store, phase, at| store.record_phase(attempt, phase, at));
    let outcome = outcome_of(&result);
    let may_have_left = result.as_ref().map_or_else(SendError::is_ambiguous, |_| true);
    let ended = workstation.call(move |ws| {
        let stamp = system_stamp(ws.now());
        ws.store.finish_attempt(&stamp, attempt, &outcome)
    })?;
    match (ended, unwritten) {
        // « Nothing left » would be untrue.
        (Err(error), _) if may_have_left => Err(EndUnwritten { why: error.code() }.into()),
        // What the disk refused is the reason; that the exchange was stopped for it tells nobody anything.
        (_, Some(error)) | (Err(error), None) => Err(error.into()),
        (Ok(()), None) => Ok(result.map(drop)),
    }
}

/// Posts a letter, each phase on disk before its step, by `write`. The second part is what the disk refused.
pub(crate) fn post_recorded(
    workstation: &Handle<Workstation>,
    post: &mut dyn Post,
    letter: &Letter,
    write: impl Fn(&mut Store, SendPhase, Instant) -> Result<(), StoreError> + Copy + Send + 'static,
) -> (Result<Accepted, SendError>, Option<StoreError>) {
    let mut unwritten = None;
    let mut record = |phase| {
        let written = workstation.call(move |ws| {
            let at = ws.now();
            write(&mut ws.store, phase, at)
        });
        // Without the phase on disk the step must not happen.
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => {
                unwritten = Some(why);
                Err(Stop)
            }
            Err(_) => Err(Stop),
        }
    };
    let result = post.send(letter, &mut record);
    (result, unwritten)
}

/// How a try ended, as the store keeps it.
pub(crate) fn outcome_of(result: &Result<Accepted, SendError>) -> AttemptOutcome {
    match result {
        Ok(accepted) => AttemptOutcome::Accepted { reply: accepted.reply.clone() },
        Err(error) if error.is_ambiguous() => AttemptOutcome::Unconfirmed,
        Err(error) => AttemptOutcome::Failed { code: error.code().0.to_owned() },
    }
}

impl Workstation {
    /// Files whose answer is overdue: two working days after the last attempt without ARL. The same bytes may leave
    /// again then, and not before.
    pub fn late_files(&self) -> Result<Vec<FileIdentifier>, CoreError> {
        let today = self.clock.today();
        let waiting = self.store.awaiting_answer()?;
        Ok(waiting
            .into_iter()
            .filter(|file| acknowledgement_deadline(clock::paris(file.last_attempt).date()) < today)
            .map(|file| file.lot)
            .collect())
    }

    pub(crate) fn release_late_files(&mut self) -> Result<(), CoreError> {
        for lot in self.late_files()? {
            let stamp = system_stamp(self.now());
            self.store.release_for_resend(&stamp, lot, "deux jours ouvrés sans accusé de réception")?;
        }
        Ok(())
    }

    /// The user's word that an unconfirmed file of theirs never arrived: it may leave again at once. Journaled.
    pub fn declare_not_arrived(&mut self, lot: FileIdentifier, why: &str, who: &SignedIn) -> Result<(), CoreError> {
        let own = who.number_for(Deed::SignLot)?;
        if self.store.lot(lot)?.ok_or(InvoicingError::UnknownLot)?.key.billing != *own {
            who.may(Deed::OthersMoney)?;
        }
        let stamp = who.stamp(self.now());
        Ok(self.store.release_for_resend(&stamp, lot, why)?)
    }

    /// The post office: the one that the settings name, else the one found at `place`.
    pub fn mail_post(&self, place: Option<&PostPlace>) -> Result<MailPost, CoreError> {
        let place = match (self.secret("post.smtp")?, self.secret("post.pop3")?, place) {
            (Some(smtp), Some(pop3), _) => {
                let ca_pem = self.secret("post.ca")?.map(std::fs::read_to_string).transpose();
                PostPlace {
                    smtp: host_port(&smtp)?,
                    pop3: host_port(&pop3)?,
                    ca_pem: ca_pem.map_err(|_| SettingError::PostIncomplete { missing: "post.ca" })?,
                }
            }
            (None, None, Some(place)) => place.clone(),
            (Some(_), ..) => return Err(SettingError::PostIncomplete { missing: "post.pop3" }.into()),
            _ => return Err(SettingError::PostIncomplete { missing: "post.smtp" }.into()),
        };
        let user = self.secret("post.user")?.ok_or(SettingError::PostIncomplete { missing: "post.user" })?;
        let password =
            self.secret("post.password")?.ok_or(SettingError::PostIncomplete { missing: "post.password" })?;
        let account = |(host, port): (String, u16), security| Account {
            host,
            port,
            security,
            user: user.clone(),
            password: SecretString::from(password.clone()),
            ca_pem: place.ca_pem.clone(),
            timeout: NETWORK_CAP,
        };
        Ok(MailPost {
            smtp: account(place.smtp.clone(), Security::StartTls),
            pop: account(place.pop3.clone(), Security::Implicit),
        })
    }
}

/// The resident of the post lane: one worker, so that two sendings never run side by side.
pub struct PostWorker {
    workstation: Handle<Workstation>,
    place: Option<PostPlace>,
}

impl crate::lane::Resident for PostWorker {}

impl PostWorker {
    /// A worker for this workstation; `place` is used unless the settings name a post office.
    pub fn new(workstation: Handle<Workstation>, place: Option<PostPlace>) -> Self {
        Self { workstation, place }
    }

    fn post(&self) -> Result<MailPost, CoreError> {
        let place = self.place.clone();
        self.workstation.call(move |ws| ws.mail_post(place.as_ref()))?
    }

    /// Sends what may leave.
    pub fn send(&mut self) -> Result<SendSummary, CoreError> {
        let mut post = self.post()?;
        send_all(&self.workstation, &mut post)
    }

    /// The same for who asks for it: a locum, where the session opens the mailbox.
    pub fn send_for(&mut self, who: Option<&SignedIn>) -> Result<SendSummary, CoreError> {
        access::check(Deed::Send, who, false)?;
        self.send()
    }

    /// Sends what may leave without the user's word.
    pub fn send_unasked(&mut self) -> Result<SendSummary, CoreError> {
        let mut post = self.post()?;
        send_unasked(&self.workstation, &mut post)
    }

    /// Sends what may leave, and scanned documents again whose answer was lost: the user's word.
    pub fn send_scans_again(&mut self) -> Result<SendSummary, CoreError> {
        let mut post = self.post()?;
        send(&self.workstation, &mut post, |_| true, Again::Now)
    }

    /// Fetches what waits.
    pub fn fetch(&mut self) -> Result<crate::returns::FetchOutcome, CoreError> {
        let mut post = self.post()?;
        crate::returns::fetch_all(&self.workstation, &mut post)
    }
}
