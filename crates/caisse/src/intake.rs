//! A mail for a caisse: opened, its file cut apart, its lot's signature checked, each FSE judged.
//! Decides and remembers nothing: the verdict goes to `office`. What concerns the whole file is an ARL-; what concerns
//! one FSE is an ARL+ and a reject of that FSE (architecture, "Returns").

use liasse_domain::returns::Reason;
use liasse_domain::{BillingNumber, Destination, FileIdentifier, FseNumber, FseRef};
use liasse_formats::b2::{self, ClaimedFse};
use liasse_formats::lot::{self, OpenFile};
use liasse_formats::mail::{self, FileMail, MailFault, SubjectLine};
use sha2::{Digest, Sha256};

use crate::adjudicate::{Case, Court};
use crate::ledger::Ledger;
use crate::pki::Keys;
use crate::reasons::{self, Why};
use crate::registers::Practitioner;
use crate::scenario::{ArlFate, Scenario};

/// What is said of a mail.
pub(crate) enum Verdict {
    /// Nobody can be answered: neither a file nor a sender is to be found in it.
    Nobody(Why),
    /// The same file came before; its letters leave again.
    Known(Vec<u64>),
    /// A file, or what can be said of it.
    File(FileVerdict),
}

/// What is said of a file.
pub(crate) struct FileVerdict {
    /// Its sender; best effort for a broken one.
    pub(crate) sender: BillingNumber,
    /// Its identifier; `000000` when it has none.
    pub(crate) identifier: FileIdentifier,
    /// SHA-256 of `fichier.b2`, when there is one.
    pub(crate) hash: Option<[u8; 32]>,
    /// Whether the lot's signature is good.
    pub(crate) signed: bool,
    /// Why the whole file is refused.
    pub(crate) refused: Option<Reason>,
    /// FSE that are rejected.
    pub(crate) rejected: Vec<(FseRef, Reason)>,
    /// FSE that are remarked upon, which changes nothing for them.
    pub(crate) remarked: Vec<(FseRef, Reason)>,
    /// FSE that are accepted.
    pub(crate) accepted: Vec<ClaimedFse>,
}

/// What a caisse judges mails with.
pub(crate) struct Intake<'a> {
    /// Its keys.
    pub(crate) keys: &'a Keys,
    /// What it remembers.
    pub(crate) ledger: &'a Ledger,
    /// What it does otherwise.
    pub(crate) scenario: &'a Scenario,
    /// What it judges FSE with.
    pub(crate) court: Court<'a>,
}

impl Intake<'_> {
    /// Judges a mail.
    pub(crate) fn judge(&self, raw: &[u8]) -> Verdict {
        let Ok((header, enveloped)) = mail::read_outer(raw) else {
            return Verdict::Nobody(reasons::MAIL_UNREADABLE);
        };
        let announced = SubjectLine::parse(&header.subject).and_then(|line| BillingNumber::parse(&line.sender).ok());
        let about_mail = |why: Why| match (&announced, FileIdentifier::parse("000000")) {
            (Some(sender), Ok(identifier)) => Verdict::File(refusal(sender.clone(), identifier, None, why)),
            _ => Verdict::Nobody(why),
        };
        let Ok(inner) = self.keys.open(&enveloped) else { return about_mail(reasons::MAIL_UNREADABLE) };
        let parts = match mail::read_inner(&inner) {
            Ok(parts) => parts,
            Err(MailFault::PartMissing { part: "lot.p7s" }) => return about_mail(reasons::LOT_UNSIGNED),
            Err(_) => return about_mail(reasons::MAIL_UNREADABLE),
        };
        let hash: [u8; 32] = Sha256::digest(&parts.file).into();
        match lot::open_file(&parts.file) {
            Ok(file) => self.judge_file(&parts, &file, hash),
            Err(_) => match lot::peek_identifier(&parts.file) {
                Some((sender, identifier)) => self.once(&sender, identifier, hash).unwrap_or_else(|| {
                    Verdict::File(refusal(sender, identifier, Some(hash), reasons::FILE_UNREADABLE))
                }),
                None => about_mail(reasons::FILE_UNREADABLE),
            },
        }
    }

    /// The answer given before to the same bytes under the same name.
    fn once(&self, sender: &BillingNumber, identifier: FileIdentifier, hash: [u8; 32]) -> Option<Verdict> {
        let known = self.ledger.files(sender, identifier).iter().find(|file| file.hash == hash)?;
        Some(Verdict::Known(known.letters.clone()))
    }

    fn judge_file(&self, parts: &FileMail, file: &OpenFile<'_>, hash: [u8; 32]) -> Verdict {
        if let Some(known) = self.once(&file.sender, file.identifier, hash) {
            return known;
        }
        let mut verdict = FileVerdict {
            sender: file.sender.clone(),
            identifier: file.identifier,
            hash: Some(hash),
            signed: false,
            refused: None,
            rejected: Vec::new(),
            remarked: Vec::new(),
            accepted: Vec::new(),
        };
        if let Err(why) = self.judge_lot(parts, file, &mut verdict) {
            verdict.refused = Some(why.reason());
            verdict.rejected.clear();
            verdict.remarked.clear();
            verdict.accepted.clear();
        }
        Verdict::File(verdict)
    }

    fn judge_lot(&self, parts: &FileMail, file: &OpenFile<'_>, verdict: &mut FileVerdict) -> Result<(), Why> {
        let header = &file.lot.header;
        if file.to != *self.court.caisse {
            return Err(reasons::OTHER_CAISSE);
        }
        if header.billing != file.sender || header.destination != file.to {
            return Err(reasons::HEADER_MISMATCH);
        }
        let practitioner = self.court.registers.practitioner(&file.sender).ok_or(reasons::SENDER_UNKNOWN)?;
        let others = [reasons::LOT_ATTRIBUTES, reasons::LOT_SIGNER];
        self.court.check_professional(&parts.lot_p7s, file.lot_bytes, practitioner, reasons::lot, others)?;
        verdict.signed = true;
        if self.ledger.files(&file.sender, file.identifier).iter().any(|known| known.signed) {
            return Err(reasons::IDENTIFIER_REUSED);
        }
        if self.scenario.arl == ArlFate::Refused {
            return Err(reasons::LOT_REVOKED);
        }
        let claims = file
            .lot
            .fses
            .iter()
            .map(|bytes| b2::read_fse(bytes).map_err(|_| reasons::FSE_UNREADABLE))
            .collect::<Result<Vec<_>, _>>()?;
        for (bytes, claim) in file.lot.fses.iter().zip(claims) {
            match self.judge_fse(parts, file, practitioner, bytes, &claim, verdict) {
                Ok(()) => {
                    let remark = self.court.remark(&claim).filter(|_| claim.demand.is_none());
                    verdict.remarked.extend(remark.map(|why| (claim.reference.clone(), why.reason())));
                    verdict.accepted.push(claim);
                }
                Err(reason) => verdict.rejected.push((claim.reference.clone(), reason)),
            }
        }
        Ok(())
    }

    fn judge_fse(
        &self,
        parts: &FileMail,
        file: &OpenFile<'_>,
        practitioner: &Practitioner,
        bytes: &[u8],
        claim: &ClaimedFse,
        so_far: &FileVerdict,
    ) -> Result<(), Reason> {
        let name = &claim.reference;
        self.court.check_kind(claim).map_err(Why::reason)?;
        let kind = self.court.caisse.takes();
        let accepted = |fse: &FseRef| {
            self.ledger.is_accepted(kind, fse) || so_far.accepted.iter().any(|other| other.reference == *fse)
        };
        let corrected = claim.corrects.map(|number| FseRef { billing: name.billing.clone(), number });
        let repeats = match &claim.demand {
            _ if accepted(name) => Some(reasons::FSE_TWICE),
            Some(demand) if demand.cancels => {
                let owed = corrected.is_some_and(|dre| self.ledger.owes(self.court.caisse, &dre));
                (!owed).then_some(reasons::DRE_GONE)
            }
            _ => corrected.filter(accepted).map(|_| reasons::CORRECTS_ACCEPTED),
        };
        let case = Case {
            bytes,
            claim,
            cps: signature(&parts.fse_p7s, name.number),
            vitale: signature(&parts.vitale_p7s, name.number),
        };
        let judged = match &claim.demand {
            None => self.court.judge(&file.lot.header, practitioner, repeats, &case),
            Some(demand) => self.court.judge_demand(&file.lot.header, practitioner, repeats, &case, demand),
        };
        judged.map_err(Why::reason)?;
        match self.scenario.reject.iter().find(|forced| forced.fse == *name) {
            Some(forced) => Err(reasons::of_code(&forced.code)),
            None => Ok(()),
        }
    }
}

/// The caisse that the file in a mail is for, as a concentrator looks for it.
pub(crate) fn destination(keys: &Keys, raw: &[u8]) -> Option<Destination> {
    let (_, enveloped) = mail::read_outer(raw).ok()?;
    let parts = mail::read_inner(&keys.open(&enveloped).ok()?).ok()?;
    lot::peek_destination(&parts.file)
}

fn refusal(sender: BillingNumber, identifier: FileIdentifier, hash: Option<[u8; 32]>, why: Why) -> FileVerdict {
    FileVerdict {
        sender,
        identifier,
        hash,
        signed: false,
        refused: Some(why.reason()),
        rejected: Vec::new(),
        remarked: Vec::new(),
        accepted: Vec::new(),
    }
}

fn signature(signatures: &[(FseNumber, Vec<u8>)], number: FseNumber) -> Option<&[u8]> {
    signatures.iter().find(|(of, _)| *of == number).map(|(_, bytes)| bytes.as_slice())
}
