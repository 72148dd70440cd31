//! Scanned documents (SCOR) that come to a caisse: opened, checked against their manifest, and what came is remembered.
//! Not the documents themselves: nothing here would ever show them. Nothing is answered: the public record names no
//! answer. They may come before their lot.

use std::collections::BTreeSet;

use liasse_domain::{BillingNumber, Destination, DocumentKind, FileIdentifier, FseNumber, FseRef, ScanKind, ScanMedia};
use liasse_formats::mail;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ledger::Ledger;
use crate::pki::Keys;

/// The documents of a lot, as they are remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scanned {
    /// Whose lot.
    pub(crate) sender: BillingNumber,
    /// Which lot.
    pub(crate) lot: FileIdentifier,
    /// Each document.
    pub(crate) documents: Vec<ScannedDocument>,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScannedDocument {
    /// Of which FSE.
    pub(crate) fse: FseNumber,
    /// What it is.
    pub(crate) kind: ScanKind,
    /// How it is written.
    pub(crate) media: ScanMedia,
    /// Its size in bytes.
    pub(crate) size: usize,
    /// Its SHA-256.
    pub(crate) hash: [u8; 32],
}

/// What a mail brings; `None` when it does not open, or is not what its manifest says.
pub(crate) fn open(keys: &Keys, raw: &[u8]) -> Option<Scanned> {
    let (_, enveloped) = mail::read_outer(raw).ok()?;
    let inner = keys.open(&enveloped).ok()?;
    let mail::ScanMail { billing, lot, scans } = mail::read_scans(&inner).ok()?;
    let document = |scan: mail::Scan| ScannedDocument {
        fse: scan.fse,
        kind: scan.kind,
        media: scan.media,
        size: scan.bytes.len(),
        hash: Sha256::digest(&scan.bytes).into(),
    };
    Some(Scanned { sender: billing, lot, documents: scans.into_iter().map(document).collect() })
}

/// Says in the log what came, and how much of it the caisse knows so far.
pub(crate) fn log(caisse: &Destination, scanned: Option<&Scanned>, ledger: &Ledger) {
    let Some(Scanned { sender, lot, documents }) = scanned else {
        tracing::warn!(%caisse, "scans that cannot be read");
        return;
    };
    let named: BTreeSet<FseNumber> = documents.iter().map(|document| document.fse).collect();
    let is_known = |number: &&FseNumber| {
        ledger.is_accepted(DocumentKind::Fse, &FseRef { billing: sender.clone(), number: **number })
    };
    tracing::info!(
        %caisse,
        %lot,
        documents = documents.len(),
        bytes = documents.iter().map(|document| document.size).sum::<usize>(),
        lot_known = !ledger.files(sender, *lot).is_empty(),
        fse = named.len(),
        fse_known = named.iter().filter(is_known).count(),
        again = ledger.scanned(sender, *lot).contains(&documents.as_slice()),
        "scans received"
    );
}
