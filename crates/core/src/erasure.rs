//! Erasing what a single replacement memorised: shown before, done, and shown again. FSE and their legal evidence stay, and
//! so do the numbers and days that they bear. Rule: the CPAM's presentation of 2016 ("S'il s'agit d'un remplacement unique…");
//! issue "The locum's session", "Erasing for a one-off".

use std::path::Path;

use liasse_domain::ReplacementSession;
use liasse_domain::replacement::SessionState;
use serde::Serialize;

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::replacement::ReplacementError;
use crate::workstation::Workstation;

/// One memorised value, by what it is and never by what it says, and how often it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// What it is.
    pub what: &'static str,
    /// In rows that are no evidence of an FSE, before.
    pub before: usize,
    /// The same after.
    pub after: usize,
}

/// What erasing did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// The session.
    pub session: u32,
    /// Value by value.
    pub traces: Vec<Trace>,
    /// How often what was sealed stood in the decrypted pages, pages out of use among them: before and after.
    pub pages: (usize, usize),
    /// The file could not be written anew after it: another program reads it, or the disk is full.
    pub pages_left: bool,
    /// Files beside the store in which a value was found, before and after: logs, settings.
    pub files: (Vec<String>, Vec<String>),
}

impl Erased {
    /// Whether each value was there and is gone.
    pub fn is_clean(&self) -> bool {
        !self.pages_left
            && self.pages.1 == 0
            && self.files.1.is_empty()
            && self.traces.iter().all(|trace| trace.after == 0)
    }
}

impl Workstation {
    /// Erases a closed session. `folder` is the data directory, whose other files are looked through.
    ///
    /// # Errors
    /// [`ReplacementError::TitulaireOnly`]; [`liasse_store::StoreError::SessionState`] before it is closed.
    pub fn erase_session(&mut self, number: u32, folder: &Path, who: &SignedIn) -> Result<Erased, CoreError> {
        self.check_titulaire(Deed::EraseSession, number, who)?;
        let row = self.store.replacement(number)?.ok_or(ReplacementError::Unknown)?;
        if row.state != SessionState::Close {
            return Err(liasse_store::StoreError::SessionState { state: row.state }.into());
        }
        let sealed = self.unsealed(&row)?.sealed;
        let bytes = row.content.unwrap_or_default();
        // Pages hold long rows in pieces: the beginning, which no FSE has, is looked for, not the whole.
        let piece = bytes.get(..48).unwrap_or(&bytes).to_vec();
        let values = memorised(&sealed);
        let needles: Vec<&[u8]> = values.iter().map(|(_, value)| value.as_bytes()).collect();
        let before = (self.store.in_rows(&needles)?, self.pages_with(&piece)?, files_with(folder, &needles));
        self.store.overwrite_deleted()?;
        let stamp = who.stamp(self.now());
        self.store.erase_replacement(&stamp, number)?;
        // What is erased is erased and told: that the file is not written anew yet is no refusal, and the pages below say what is left.
        let pages_left = self.store.rewrite().is_err();
        let after = (self.store.in_rows(&needles)?, self.pages_with(&piece)?, files_with(folder, &needles));
        let counted = before.0.iter().zip(&after.0);
        let traces = values.iter().zip(counted).map(|((what, _), (&before, &after))| Trace { what, before, after });
        Ok(Erased {
            session: number,
            traces: traces.collect(),
            pages: (before.1, after.1),
            pages_left,
            files: (before.2, after.2),
        })
    }

    fn pages_with(&self, piece: &[u8]) -> Result<usize, CoreError> {
        Ok(self.store.in_pages(&[piece])?.into_iter().sum())
    }
}

/// What a session memorised of people, each value with its name. What every FSE bears anyway (the number that is paid, its
/// name) is searched too: only rows of evidence may still hold it.
fn memorised(session: &ReplacementSession) -> Vec<(&'static str, String)> {
    let (holder, locum) = (&session.replaced.holder, &session.locum);
    let mut values = vec![
        ("nom du médecin remplacé", format!("\"family_name\":\"{}\"", holder.family_name.reveal())),
        ("prénom du médecin remplacé", format!("\"given_name\":\"{}\"", holder.given_name.reveal())),
        ("carte du médecin remplacé", format!("\"serial\":\"{}\"", session.replaced.serial)),
        ("numéro du remplaçant", format!("\"billing\":\"{}\"", locum.billing)),
    ];
    values.extend(holder.rpps.as_ref().map(|rpps| ("RPPS du médecin remplacé", rpps.to_string())));
    values.extend(locum.rpps.as_ref().map(|rpps| ("RPPS du remplaçant", rpps.to_string())));
    if !locum.family_name.reveal().is_empty() {
        values.push(("nom du remplaçant", locum.family_name.reveal().to_owned()));
    }
    for situation in &session.replaced.situations {
        values.push(("structure", situation.structure_number.clone()));
        values.push(("nom de la structure", situation.structure_name.clone()));
    }
    // Who typed their situation and has no national number has no number of a structure: nothing would be found everywhere.
    values.retain(|(_, value)| !value.is_empty());
    values
}

/// The files of a folder, the encrypted store apart, that hold one of these values in the clear. A folder in it is looked
/// into; what cannot be read is left out.
pub(crate) fn files_with(folder: &Path, needles: &[&[u8]]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                // The simulated caisse's own memory is not the workstation's.
                if name != "caisse" {
                    folders.push(path);
                }
            } else if !name.starts_with("liasse.db")
                && let Ok(bytes) = std::fs::read(&path)
                && needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == *needle))
            {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}
