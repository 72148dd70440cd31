//! What came back, for a person: every message with what it did, and each reject in plain words with the gesture that
//! follows. Not the fetching (`returns`) and not what a return does to the ledger (store).

use chrono::{DateTime, Utc};
use liasse_domain::reject::{self, Gesture};
use liasse_domain::returns::{Reason, Return};
use liasse_domain::{
    BillingNumber, Centimes, Destination, DocumentKind, FileIdentifier, FseRef, MoneyState, Payer, Private, Report,
};
use liasse_store::{InboxRow, LedgerRow, OpenReject};
use serde::Serialize;

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::incidents::Incidents;
use crate::ledger::{Document, Rejected};
use crate::workstation::Workstation;

/// A message of a caisse.
#[derive(Clone, Debug, Serialize)]
pub struct Returned {
    /// Its name in this store.
    pub id: i64,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// `arl`, `rejets`, `paiement`, `signalement`, `service`, `non_remise` or `inconnu`.
    pub kind: &'static str,
    /// `applique`, `sans_suite` or `inconnu`.
    pub status: &'static str,
    /// The code of why it is unknown or without effect.
    pub note: Option<String>,
    /// That code's texts, for a screen.
    #[serde(skip)]
    pub says: Option<Report>,
    /// Who sent it.
    pub from: Option<String>,
    /// The file it answers.
    pub file: Option<FileIdentifier>,
    /// Why the whole file is refused.
    pub refused: Option<Rejected>,
    /// What to do instead of sending again, when that refusal falls into a national incident.
    pub incident: Option<String>,
    /// The FSE it rejects.
    pub rejected: Vec<FseRef>,
    /// The status of a mail that is not delivered (RFC 3463), `5.1.1`, and what the server in the way said.
    pub undelivered: Option<Rejected>,
    /// What it remarks on FSE: they are processed and paid all the same.
    pub remarks: Vec<Remark>,
    /// The text of a message in plain words.
    pub text: Option<String>,
    /// The reference of the transfer.
    pub reference: Option<String>,
    /// What it pays.
    pub amount_cents: Option<Centimes>,
}

/// A remark of a caisse on one FSE.
#[derive(Clone, Debug, Serialize)]
pub struct Remark {
    /// Which FSE.
    pub fse: FseRef,
    /// The caisse's code.
    pub code: String,
    /// The caisse's words.
    pub message: String,
}

/// A reject in plain words.
#[derive(Clone, Debug, Serialize)]
pub struct RejectedFse {
    /// Which FSE, or the FSE of which DRE.
    pub fse: FseRef,
    /// `fse` or `dre`.
    pub kind: String,
    /// Day of its acts.
    pub act_date: chrono::NaiveDate,
    /// What it charged.
    pub total_cents: Centimes,
    /// The caisse's code and words.
    pub reject: Rejected,
    /// Why, in plain words; `None` for a code that nobody has explained yet.
    pub cause: Option<String>,
    /// What to do.
    pub action: Option<String>,
    /// Which gesture that is.
    pub gesture: Option<Gesture>,
    /// Whether a national incident locks it: the caisse has it, whatever it answered.
    pub incident: bool,
    /// The FSE that corrects it.
    pub corrected_by: Option<FseRef>,
    /// Of a DRE: whether the insurer's part was given up, and is the patient's.
    pub passed_on: bool,
    /// The replacement session under which a locum made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<u32>,
    /// The day of the reject, for a list that is written out.
    #[serde(skip)]
    pub rejected_on: Option<chrono::NaiveDate>,
    /// For whom, on a screen; never in the JSON.
    #[serde(skip)]
    pub patient: Private,
}

impl RejectedFse {
    /// Whether an insurer rejected a DRE.
    pub fn is_dre(&self) -> bool {
        self.kind == DocumentKind::Dre.word()
    }

    /// Whether a corrected FSE is still to be made. A rejected DRE is not corrected: its FSE stands, and the patient owes
    /// what the insurer refuses.
    pub fn awaits_correction(&self) -> bool {
        !self.is_dre() && self.corrected_by.is_none() && awaits_correction(self.incident, self.gesture)
    }
}

/// The same of one that nothing corrects. A code without words leaves that to the person.
fn awaits_correction(incident: bool, gesture: Option<Gesture>) -> bool {
    !incident && gesture.is_none_or(Gesture::allows_correction)
}

/// Rejected FSE.
#[derive(Clone, Debug)]
pub struct Rejects {
    /// How many await a correction.
    pub awaiting: usize,
    /// Those that were asked for.
    pub shown: Vec<RejectedFse>,
}

impl Workstation {
    /// The messages about this practitioner's files and money, the latest first. Those that could not be read may be
    /// anybody's and are shown to all: they name nobody.
    pub fn returns_of(&self, who: &SignedIn) -> Result<Vec<Returned>, CoreError> {
        self.told(self.store.returns()?, who)
    }

    /// Those that move no file and no money, among the latest `limit` of the whole mailbox, or the oldest.
    pub fn notes_of(&self, who: &SignedIn, oldest_first: bool, limit: u32) -> Result<Vec<Returned>, CoreError> {
        self.told(self.store.notes(oldest_first, limit)?, who)
    }

    fn told(&self, mut rows: Vec<InboxRow>, who: &SignedIn) -> Result<Vec<Returned>, CoreError> {
        let billing = who.number_for(Deed::OwnMoney)?;
        let own = |content: &Option<Return>| match content {
            Some(Return::Acknowledgement(message)) => message.billing == *billing,
            Some(Return::Rejections(message)) => message.billing == *billing,
            Some(Return::Payment(message)) => message.billing == *billing,
            Some(Return::Signalements(message)) => message.billing == *billing,
            Some(Return::Service(message)) => message.billing == *billing,
            None => true,
        };
        rows.retain(|row| own(&row.content));
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let original = row.notice.as_ref().and_then(|notice| notice.original.as_deref());
            let mailed = original.map(|id| self.store.file_of_mail(id)).transpose()?.flatten();
            if mailed.as_ref().is_some_and(|(_, sender)| sender != billing) {
                continue;
            }
            let mut shown = Returned {
                id: row.id,
                received_at: row.received_at,
                kind: row.kind.word(),
                status: row.status.word(),
                says: row.note.as_deref().and_then(Report::kept),
                note: row.note,
                from: None,
                file: mailed.map(|(file, _)| file),
                refused: None,
                incident: None,
                rejected: Vec::new(),
                undelivered: row.notice.map(|notice| Rejected { code: notice.status, message: notice.said }),
                remarks: Vec::new(),
                text: None,
                reference: None,
                amount_cents: None,
            };
            if let Some(Return::Acknowledgement(arl)) = &row.content {
                let incident = arl.refused.as_ref().and_then(|reason| self.incidents.lock(&reason.code, arl.on));
                shown.incident = incident.map(|incident| format!("{} {}", incident.cause, incident.action));
            }
            if let Some(content) = row.content {
                shown.say(content);
            }
            all.push(shown);
        }
        Ok(all)
    }

    /// The rejected FSE of this practitioner: those that await a correction first, then the latest first; all, or at most
    /// `limit`.
    pub fn rejects_of(&self, who: &SignedIn, limit: Option<usize>) -> Result<Rejects, CoreError> {
        let billing = who.number_for(Deed::OwnMoney)?;
        let awaiting = self.rejects_awaiting(billing)?;
        let shown = self.in_plain_words(self.store.rejected(billing, &awaiting, limit)?)?;
        Ok(Rejects { awaiting: awaiting.len(), shown })
    }

    /// These rejected documents, in their order.
    pub(crate) fn rejects_named(&self, documents: &[i64]) -> Result<Vec<RejectedFse>, CoreError> {
        self.in_plain_words(self.store.ledger_rows(documents)?)
    }

    fn in_plain_words(&self, rows: Vec<LedgerRow>) -> Result<Vec<RejectedFse>, CoreError> {
        let documents = self.documents(rows)?;
        let mut shown: Vec<RejectedFse> =
            documents.into_iter().filter_map(|document| explained(document, &self.incidents)).collect();
        for one in &mut shown {
            one.session = self.store.made_under(&one.fse)?;
        }
        Ok(shown)
    }

    /// What was rejected of a practitioner and awaits a correction, or somebody's word on a DRE; the latest reject first.
    pub(crate) fn rejects_awaiting(&self, billing: &BillingNumber) -> Result<Vec<OpenReject>, CoreError> {
        let mut awaiting = self.store.open_rejects(billing)?;
        awaiting.retain(|reject| {
            if reject.kind == DocumentKind::Dre.word() {
                return true;
            }
            let incident = self.incidents.lock(&reject.code, reject.rejected_on).is_some();
            awaits_correction(incident, reject::explain(&reject.code).map(|words| words.gesture))
        });
        Ok(awaiting)
    }

    /// How many messages nobody could read. They may be anybody's.
    pub fn unknown_returns(&self) -> Result<usize, CoreError> {
        Ok(self.store.unknown_returns()?)
    }
}

impl Returned {
    fn say(&mut self, content: Return) {
        let from: Destination = match content {
            Return::Acknowledgement(arl) => {
                (self.file, self.refused) = (Some(arl.file), arl.refused.map(Rejected::from));
                arl.from
            }
            Return::Rejections(rejections) => {
                self.file = Some(rejections.file);
                self.rejected = rejections.fses.into_iter().map(|(fse, _)| fse).collect();
                rejections.from
            }
            Return::Payment(payment) => {
                self.amount_cents = Some(payment.total());
                self.reference = Some(payment.reference);
                payment.from
            }
            Return::Signalements(remarks) => {
                self.file = Some(remarks.file);
                let remark = |(fse, reason): (FseRef, Reason)| Remark { fse, code: reason.code, message: reason.label };
                self.remarks = remarks.fses.into_iter().map(remark).collect();
                remarks.from
            }
            Return::Service(message) => {
                self.text = Some(message.text);
                message.from
            }
        };
        self.from = Some(from.to_string());
    }
}

fn explained(document: Document, incidents: &Incidents) -> Option<RejectedFse> {
    let passed_on = document.money.iter().any(|part| part.payer == Payer::Amc && part.state == MoneyState::Abandonne);
    let reject = document.reject?;
    let words = reject::explain(&reject.code);
    let incident = document.rejected_on.and_then(|day| incidents.lock(&reject.code, day));
    let (cause, action) = match (incident, words) {
        (Some(incident), _) => (Some(incident.cause.clone()), Some(incident.action.clone())),
        (None, Some(words)) => (Some(words.cause.clone()), Some(words.action.clone())),
        (None, None) => (None, None),
    };
    Some(RejectedFse {
        fse: document.fse,
        kind: document.kind,
        act_date: document.act_date,
        total_cents: document.total_cents,
        cause,
        action,
        incident: incident.is_some(),
        gesture: words.map(|words| words.gesture),
        reject,
        corrected_by: document.corrected_by,
        passed_on,
        session: None,
        rejected_on: document.rejected_on,
        patient: document.patient,
    })
}
