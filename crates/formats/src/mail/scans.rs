//! The mail of a lot's scanned documents (SCOR): a manifest that names lot, FSE, kinds and hashes, then each document.
//! Not the B2 mail and not a signature. The public record has an address and a size (reference telecom 1.1); subject,
//! manifest and names are `sim`.

use std::collections::BTreeMap;

use liasse_domain::scan::{MAX_LOT_SCANS, MAX_SCAN};
use liasse_domain::{BillingNumber, FileIdentifier, FseNumber, ScanKind, ScanMedia};
use sha2::{Digest, Sha256};

use super::part::leaves;
use super::read::put;
use super::write::{multipart, part};
use super::{IRIS_B2_PUBLIC, MailFault};
use crate::media::media_of;

const MANIFEST: &str = "manifeste.txt";
const HEAD: &str = "SIM-SCOR 1";

/// The scanned documents of a lot.
#[derive(Clone, PartialEq, Eq)]
pub struct ScanMail {
    /// Whose lot.
    pub billing: BillingNumber,
    /// Which lot, by the identifier of its file.
    pub lot: FileIdentifier,
    /// The documents, those of one FSE together.
    pub scans: Vec<Scan>,
}

/// One document.
#[derive(Clone, PartialEq, Eq)]
pub struct Scan {
    /// Of which FSE.
    pub fse: FseNumber,
    /// What it is.
    pub kind: ScanKind,
    /// How it is written.
    pub media: ScanMedia,
    /// The document.
    pub bytes: Vec<u8>,
}

impl ScanMail {
    /// The subject line.
    pub fn subject(&self) -> String {
        format!("SIM SCOR {}/{}/{:05}", self.billing, self.lot, self.scans.len())
    }

    /// The names of the parts: `fse-N-K.pdf`, N of nine digits, K counted from 1 in each FSE.
    fn names(&self) -> Vec<String> {
        let mut counts: BTreeMap<FseNumber, usize> = BTreeMap::new();
        let name = |scan: &Scan| {
            let count = counts.entry(scan.fse).or_default();
            *count += 1;
            format!("fse-{}-{count}.{}", scan.fse, scan.media.word())
        };
        self.scans.iter().map(name).collect()
    }

    fn manifest(&self) -> String {
        let mut text = format!("{HEAD}\r\n{} {} {}\r\n", self.billing, self.lot, self.scans.len());
        for (scan, name) in self.scans.iter().zip(self.names()) {
            let hash = Sha256::digest(&scan.bytes);
            text += &format!("{name} {} {hash:x}\r\n", scan.kind.word());
        }
        text
    }
}

/// The MIME part inside the encryption.
pub fn scans(mail: &ScanMail) -> Vec<u8> {
    let described = format!("Content-Description: {}\r\n", IRIS_B2_PUBLIC.scans);
    let mut parts = vec![part("text/plain; charset=us-ascii", MANIFEST, &described, mail.manifest().as_bytes())];
    for (scan, name) in mail.scans.iter().zip(mail.names()) {
        let kind = match scan.media {
            ScanMedia::Pdf => "application/pdf",
            ScanMedia::Tiff => "image/tiff",
        };
        parts.push(part(kind, &name, "", &scan.bytes));
    }
    multipart("MIME-Version: 1.0\r\n", &parts).into_bytes()
}

/// What stood inside the encryption. Every document is what the manifest says, and none is there beside it.
pub fn read_scans(bytes: &[u8]) -> Result<ScanMail, MailFault> {
    let (_, leaves) = leaves(bytes, &IRIS_B2_PUBLIC)?;
    let mut manifest = None;
    let mut documents = BTreeMap::new();
    for leaf in &leaves {
        let Some(name) = leaf.name()? else { continue };
        if name == MANIFEST {
            put(&mut manifest, leaf.decode()?, MANIFEST)?;
        } else {
            put(documents.entry(name).or_default(), leaf.decode()?, "fse-N-K")?;
        }
    }
    let manifest = manifest.ok_or(MailFault::PartMissing { part: MANIFEST })?;
    if documents.len() > MAX_LOT_SCANS {
        return Err(MailFault::TooManyParts);
    }
    if documents.values().flatten().any(|document| document.len() > MAX_SCAN) {
        return Err(MailFault::TooLarge);
    }
    let mail = declared(&manifest, &mut documents).ok_or(MailFault::Manifest)?;
    // A manifest has one writing: names, numbers, order and hashes are all compared at once.
    let fits = documents.is_empty() && mail.manifest().as_bytes() == manifest;
    if fits { Ok(mail) } else { Err(MailFault::Manifest) }
}

/// What the manifest declares, its documents taken out of `documents`.
fn declared(manifest: &[u8], documents: &mut BTreeMap<String, Option<Vec<u8>>>) -> Option<ScanMail> {
    let mut lines = std::str::from_utf8(manifest).ok()?.split("\r\n").filter(|line| !line.is_empty());
    let mut head = lines.nth(1)?.split(' ');
    let mut mail = ScanMail { billing: head.next()?.parse().ok()?, lot: head.next()?.parse().ok()?, scans: Vec::new() };
    for line in lines {
        let mut fields = line.split(' ');
        let name = fields.next()?;
        let bytes = documents.remove(name)??;
        mail.scans.push(Scan {
            fse: name.strip_prefix("fse-")?.split('-').next()?.parse().ok()?,
            kind: ScanKind::from_word(fields.next()?)?,
            media: media_of(&bytes).ok()?,
            bytes,
        });
    }
    Some(mail)
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scan({} {} {}, {} bytes)", self.fse, self.kind.word(), self.media.word(), self.bytes.len())
    }
}

/// Says how many, never what they hold: a prescription names a person.
impl std::fmt::Debug for ScanMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ScanMail({}, {} documents)", self.lot, self.scans.len())
    }
}
