//! Scanned documents (SCOR): tied to an FSE, mailed beside its lot, sent once the post has taken that lot.
//! Not their recognition and not their bytes (`formats`). A mail whose answer was lost may simply leave again: a document
//! that comes twice pays nothing twice, unlike a lot.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use liasse_domain::calendar::acknowledgement_deadline;
use liasse_domain::fse::Signed;
use liasse_domain::lot::{Batch, group};
use liasse_domain::scan::{MAX_LOT_SCAN_BYTES, MAX_LOT_SCANS, MAX_SCAN};
use liasse_domain::{
    CallError, Coded, DocumentKind, FileIdentifier, Fse, FseRef, PaperState, Report, ScanKind, ScanState, SendPhase,
    clock,
};
use liasse_formats::mail::{self, EnvelopeProfile, Header, Scan, ScanMail};
use liasse_formats::{cms, media};
use liasse_store::{NewScan, ScanLetter, ScanMailRow, ScanRow, SealedLot};

use crate::access::Deed;
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::lane::Handle;
use crate::ports::{Letter, Post};
use crate::sending::{outcome_of, post_recorded};
use crate::workstation::Workstation;

/// The documents of an FSE.
#[derive(Clone, Debug)]
pub struct Attachments {
    /// Where their mail is; `None` before the lot of the FSE is signed.
    pub state: Option<ScanState>,
    /// The documents, oldest first.
    pub scans: Vec<ScanRow>,
}

/// What one run did with mails of documents.
#[derive(Clone, Debug, Default)]
pub struct ScansSummary {
    /// Lots whose documents the post accepted.
    pub sent: Vec<FileIdentifier>,
    /// Lots whose documents certainly did not leave, and why.
    pub failed: Vec<(FileIdentifier, Report)>,
    /// Lots whose documents may have left.
    pub unconfirmed: Vec<FileIdentifier>,
}

/// When a mail that may have left leaves again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// After the two working days that a lot has too.
    Late,
    /// At once: the user's word.
    Now,
}

impl Workstation {
    /// Ties a document to an FSE; gives its row. What it is, its content says.
    pub fn attach(&mut self, fse: &FseRef, kind: ScanKind, bytes: Vec<u8>, who: &SignedIn) -> Result<i64, CoreError> {
        self.allow_on(Deed::Attach, fse, who)?;
        let media = media::media_of(&bytes)?;
        let stamp = who.stamp(self.now());
        let id = self.store.attach(&stamp, fse, &NewScan { kind, media, bytes })?;
        // The sheet of a degraded FSE that is scanned leaves with it.
        let sheet = if kind == ScanKind::FeuilleDeSoins { self.store.paper_of(fse)? } else { None };
        if let Some(sheet) = sheet.filter(|sheet| sheet.state == PaperState::ARemettre) {
            self.store.paper_done(&stamp, sheet.id, PaperState::Numerisee)?;
        }
        Ok(id)
    }

    /// The same from a file; no more of it is read than a document may have.
    pub fn attach_file(&mut self, fse: &FseRef, kind: ScanKind, path: &Path, who: &SignedIn) -> Result<i64, CoreError> {
        let limit = u64::try_from(MAX_SCAN).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(limit).read_to_end(&mut bytes))
            .map_err(|_| CallError::unreadable(path))?;
        self.attach(fse, kind, bytes, who)
    }

    /// Takes a document away again, until the lot of its FSE is signed.
    pub fn detach(&mut self, fse: &FseRef, id: i64, who: &SignedIn) -> Result<(), CoreError> {
        self.allow_on(Deed::Attach, fse, who)?;
        let stamp = who.stamp(self.now());
        Ok(self.store.detach(&stamp, fse, id)?)
    }

    /// The documents of an FSE.
    pub fn attachments(&self, fse: &FseRef, who: &SignedIn) -> Result<Attachments, CoreError> {
        self.allow_on(Deed::Attach, fse, who)?;
        let state = self.store.scan_count(fse)?.and_then(|scans| scans.state);
        Ok(Attachments { state, scans: self.store.scans_of(fse)? })
    }

    /// FSE grouped into lots; a lot is closed earlier where its documents would be more than one mail carries.
    pub(crate) fn grouped(&self, free: Vec<Fse<Signed>>) -> Result<Vec<Batch>, CoreError> {
        let mut lots = Vec::new();
        for (key, members) in group(free) {
            let (mut lot, mut count, mut size) = (Vec::new(), 0, 0);
            for fse in members {
                // Documents hang on the FSE, not on its DRE, which bears the same kind of name.
                let has_scans = key.destination.takes() == DocumentKind::Fse;
                let scans = if has_scans { self.store.scans_of(fse.reference())? } else { Vec::new() };
                let more = scans.iter().map(|scan| scan.size).sum::<usize>();
                if !lot.is_empty() && (count + scans.len() > MAX_LOT_SCANS || size + more > MAX_LOT_SCAN_BYTES) {
                    lots.push((key.clone(), std::mem::take(&mut lot)));
                    (count, size) = (0, 0);
                }
                (count, size) = (count + scans.len(), size + more);
                lot.push(fse);
            }
            lots.push((key, lot));
        }
        Ok(lots)
    }

    /// The mail with the documents of a lot whose own mail bears `header`; `None` where it has none.
    pub(crate) fn scan_letter(
        &mut self,
        profile: &EnvelopeProfile,
        lot: &SealedLot,
        header: &Header,
    ) -> Result<Option<ScanLetter>, CoreError> {
        let scans = self.store.scans_in(lot.name.file)?;
        if scans.is_empty() {
            return Ok(None);
        }
        let scan = |(fse, NewScan { kind, media, bytes })| Scan { fse, kind, media, bytes };
        let documents = ScanMail {
            billing: lot.key.billing.clone(),
            lot: lot.name.file,
            scans: scans.into_iter().map(scan).collect(),
        };
        let recipient = self.directory.encryption_certificate(&lot.key.destination)?.to_vec();
        let ids = &mut self.ids;
        let sealed = cms::encrypt(&mail::scans(&documents), &recipient, &mut |bytes| ids.random(bytes))?;
        let header = Header {
            to: profile.scan_address(&lot.key.destination),
            subject: documents.subject(),
            message_id: format!("scor.{}", header.message_id),
            ..header.clone()
        };
        Ok(Some(ScanLetter {
            message: mail::outer(&header, profile.scans, &sealed),
            to: header.to,
            from: header.from,
            message_id: header.message_id,
        }))
    }

    /// The mails that leave now.
    fn scans_due(&self, again: Again) -> Result<Vec<ScanMailRow>, CoreError> {
        let today = self.clock.today();
        let late = |row: &ScanMailRow| {
            row.sent_at.is_none_or(|sent| acknowledgement_deadline(clock::paris(sent).date()) < today)
        };
        let mut due = self.store.scans_to_send()?;
        due.retain(|row| row.state == ScanState::AEnvoyer || again == Again::Now || late(row));
        Ok(due)
    }
}

/// Sends the mails of documents whose lot the post has taken.
pub(crate) fn send(
    workstation: &Handle<Workstation>,
    post: &mut dyn Post,
    again: Again,
) -> Result<ScansSummary, CoreError> {
    let mut summary = ScansSummary::default();
    for row in workstation.call(move |ws| ws.scans_due(again))?? {
        let id = row.id;
        workstation.call(move |ws| {
            let stamp = system_stamp(ws.now());
            ws.store.begin_scans(&stamp, id)
        })??;
        let letter = Letter { from: row.letter.from, to: row.letter.to, message: row.letter.message };
        let (result, unwritten) =
            post_recorded(workstation, post, &letter, move |store, phase, at| store.record_scans_phase(id, phase, at));
        let outcome = outcome_of(&result);
        workstation.call(move |ws| {
            let stamp = system_stamp(ws.now());
            ws.store.finish_scans(&stamp, id, &outcome)
        })??;
        if let Some(why) = unwritten {
            return Err(why.into());
        }
        match result {
            Ok(_) => summary.sent.push(row.lot),
            Err(error) if error.is_ambiguous() => summary.unconfirmed.push(row.lot),
            Err(error) => {
                summary.failed.push((row.lot, error.report()));
                if error.phase <= SendPhase::Auth {
                    break;
                }
            }
        }
    }
    Ok(summary)
}
