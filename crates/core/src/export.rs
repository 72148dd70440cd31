//! Exports for a stranger who wants to verify: the stored bytes as sent, the signatures beside them, and the roots.
//! `openssl cms -verify -cades -binary -inform DER -in fse-N.p7s -content fse-N.b2 -CAfile chain.pem -purpose any`.

use std::fs;
use std::path::{Path, PathBuf};

use liasse_domain::{Code, Coded, DocumentKind, FileIdentifier, FseRef};

use crate::access::Deed;
use crate::data_dir::write_private;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::invoicing::InvoicingError;
use crate::workstation::Workstation;

/// The folder cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("export: {0}")]
pub struct ExportError(#[from] std::io::Error);

impl Coded for ExportError {
    fn code(&self) -> Code {
        Code("system.export_impossible")
    }
}

impl Workstation {
    /// Writes `fse-N.b2`, `fse-N.p7s`, `vitale-N.p7s` where the mode has one, and `chain.pem`. Gives the files written.
    pub fn export_fse(&self, reference: &FseRef, who: &SignedIn, folder: &Path) -> Result<Vec<PathBuf>, CoreError> {
        self.allow_on(Deed::History, reference, who)?;
        self.export_document(DocumentKind::Fse, reference, folder)
    }

    fn export_document(
        &self,
        kind: DocumentKind,
        reference: &FseRef,
        folder: &Path,
    ) -> Result<Vec<PathBuf>, CoreError> {
        let fse = self.store.signed(kind, reference)?.ok_or(InvoicingError::NotSigned)?;
        let number = reference.number;
        let mut files = vec![(format!("fse-{number}.b2"), fse.bytes())];
        if let Some(signature) = fse.cps_cms() {
            files.push((format!("fse-{number}.p7s"), signature));
        }
        if let Some(signature) = fse.vitale_cms() {
            files.push((format!("vitale-{number}.p7s"), signature));
        }
        files.push(("chain.pem".to_owned(), self.directory.chain_pem.as_bytes()));
        Ok(write_all(folder, &files)?)
    }

    /// Writes `lot.b2`, `lot.p7s`, and the files of each FSE in it.
    pub fn export_lot(&self, lot: FileIdentifier, who: &SignedIn, folder: &Path) -> Result<Vec<PathBuf>, CoreError> {
        let billing = who.number_for(Deed::OwnMoney)?;
        let row = self.store.lot(lot)?.ok_or(InvoicingError::UnknownLot)?;
        if row.key.billing != *billing {
            who.may(Deed::OthersMoney)?;
        }
        let signature = row.cms.as_deref().ok_or(InvoicingError::LotNotSigned)?;
        let mut written = write_all(folder, &[("lot.b2".to_owned(), &row.bytes), ("lot.p7s".to_owned(), signature)])?;
        for member in &row.members {
            written.extend(self.export_document(row.key.destination.takes(), member, folder)?);
        }
        written.sort();
        written.dedup();
        Ok(written)
    }
}

fn write_all(folder: &Path, files: &[(String, &[u8])]) -> Result<Vec<PathBuf>, ExportError> {
    fs::create_dir_all(folder)?;
    let mut written = Vec::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        write_private(&path, bytes)?;
        written.push(path);
    }
    Ok(written)
}
