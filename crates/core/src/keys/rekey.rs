//! A change of the data key: the store is copied under a new key, the copy checked and put in its place. While it lasts `cles.toml`
//! holds the next key beside the present one, so that after a cut at any moment one of the two opens the file that is there.
//! Deletes nothing but its own unfinished copy. Meant for when somebody may have both a copy of the files and a secret.

use std::path::{Path, PathBuf};

use liasse_domain::Clock;
use liasse_store::KeyChange;
use secrecy::SecretString;

use super::custody::Custody;
use super::fault::{KeyError, Part};
use super::file::{KeyFile, Next, Slot, Wraps};
use super::keyring::Keyring;
use super::wrap::{Cost, DataKey, Kind, Wrap};
use super::{Keys, RecoveryCode, Way, in_place, kept_by, wrapped};
use crate::data_dir::{DataDir, sync_folder};
use crate::error::CoreError;
use crate::office::OfficeError;
use crate::ports::Ids;

/// The copy under the next key, beside the store.
const COPY: &str = "liasse.db.new";

/// What became of a change of key that was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// None was.
    Nothing,
    /// It had reached the store, and its end waits for the passphrase, or for another one where that is forgotten. Until then no backup
    /// is made.
    Waits,
    /// It had not reached the store: the former key, passphrase and recovery code hold.
    GivenUp,
    /// It had: the next key holds. Its recovery code was never shown, so there is none until another one is drawn.
    Finished,
}

/// A change of key under way. Its steps follow each other; after each of them the directory opens.
pub struct Rekey {
    directory: DataDir,
    keys: Keys,
    present: DataKey,
    next: DataKey,
    code: RecoveryCode,
}

/// A change of key that is done.
pub struct Rekeyed {
    /// The beginning of the name of the new key, for the paper.
    pub short_name: String,
    /// The new recovery code, told this once: the former one opens nothing any more.
    pub code: RecoveryCode,
}

/// Changes the data key from beginning to end.
///
/// # Errors
/// [`OfficeError`]; the directory opens as before, and the next opening settles what was begun.
pub fn rekey(
    custody: Custody,
    passphrase: &SecretString,
    keyring: &dyn Keyring,
    ids: &mut dyn Ids,
    cost: Cost,
    clock: &dyn Clock,
) -> Result<Rekeyed, OfficeError> {
    let rekey = Rekey::begin(custody, passphrase, keyring, ids, cost, clock)?;
    rekey.copy()?;
    rekey.swap()?;
    rekey.finish(keyring)
}

impl Rekey {
    /// Draws the next key, wraps it for the same passphrase, a new recovery code and the keyring where it is trusted, and under the
    /// present key, and writes that down. Nothing else has changed then.
    ///
    /// # Errors
    /// [`OfficeError`]; the file of keys is as it was, or holds a next key that the next opening gives up.
    pub fn begin(
        mut custody: Custody,
        passphrase: &SecretString,
        keyring: &dyn Keyring,
        ids: &mut dyn Ids,
        cost: Cost,
        clock: &dyn Clock,
    ) -> Result<Self, OfficeError> {
        // Another change that is not settled holds a key that would be lost with this one.
        custody.keys.settled(&custody.key)?;
        // The new wrap is for the passphrase that holds, not for one that was mistyped.
        if !custody.keys.unlock(Way::Passphrase(passphrase))?.contains(&custody.key) {
            return Err(KeyError::WrongPassphrase.into());
        }
        let next = DataKey::draw(ids);
        let (mut wraps, code) = wrapped(&next, passphrase, ids, cost)?;
        if custody.keys.file.wraps.keyring != Slot::Absent {
            wraps.keyring = kept_by(keyring, &next, ids)?;
        }
        let chained = Slot::Whole(Wrap::seal(Kind::Next, &next, custody.key.bytes(), None, ids)?);
        custody.tell(KeyChange::DataKey, clock)?;
        let Custody { directory, mut keys, key: present, store, .. } = custody;
        // Closing folds its log into the file.
        drop(store);
        let file = KeyFile { next: Some(Next { chained, wraps }), ..keys.file.clone() };
        // Confirmed, or no further: a store under a key that a power cut takes out of the file would open by nothing.
        keys.keep(file)?;
        Ok(Self { directory, keys, present, next, code })
    }

    /// Copies the store under the next key, and checks the copy.
    ///
    /// # Errors
    /// [`OfficeError`]; the store is as it was.
    pub fn copy(&self) -> Result<(), OfficeError> {
        let (store, copy) = (self.directory.store(), copy_of(self.directory.root()));
        let copied = liasse_store::copy_under(&store, self.present.bytes(), self.next.bytes(), &copy);
        Ok(copied.map_err(CoreError::from)?)
    }

    /// Puts the copy in the place of the store.
    ///
    /// # Errors
    /// [`OfficeError`]; one of the two files stands there whole.
    pub fn swap(&self) -> Result<(), OfficeError> {
        let (store, copy) = (self.directory.store(), copy_of(self.directory.root()));
        Ok(liasse_store::take_place(&copy, &store).map_err(CoreError::from)?)
    }

    /// Writes down that the next key is the present one, and has the keyring forget the former entry.
    ///
    /// # Errors
    /// [`OfficeError`]; the next key opens the store, and opening it settles the rest.
    pub fn finish(mut self, keyring: &dyn Keyring) -> Result<Rekeyed, OfficeError> {
        let former = self.keys.name();
        let next = self.keys.file.next.take().ok_or(KeyError::RekeyCut)?;
        // Its code is told with this: an error would lose it, and a power cut that undoes this brings both keys back.
        in_place(self.keys.keep(KeyFile { key_id: *self.next.id(), wraps: next.wraps, next: None }))?;
        // The wrap that it opened is gone with the former key.
        let _ = keyring.forget(&former);
        Ok(Rekeyed { short_name: self.keys.short_name(), code: self.code })
    }
}

/// Ends a change of key that was cut, by which of the two keys opened the store. Where it had reached the store only the passphrase
/// ends it, which is the same on both sides: a recovery code or an entry of a keyring may be of the former key alone, and leads to
/// the next one as long as both are there. Giving it up takes no way away.
///
/// # Errors
/// [`KeyError::Io`]: it is still to be settled, and both keys are still there.
pub fn settle(keys: &mut Keys, opened: &DataKey) -> Result<Settled, KeyError> {
    let Some(next) = keys.file.next.clone() else { return Ok(Settled::Nothing) };
    if *opened.id() == keys.file.key_id {
        in_place(keys.keep(KeyFile { next: None, ..keys.file.clone() }))?;
        // A copy that stays is overwritten by the next one.
        let _ = liasse_store::discard_copy(&copy_of(&keys.root));
        return Ok(Settled::GivenUp);
    }
    if opened.by() != Some(Part::Passphrase) || next.wraps.passphrase.whole().is_none() {
        // By way of the former key it opens still; without that it might by nothing. Another passphrase ends it.
        return Ok(Settled::Waits);
    }
    // The exchange of the store is on the disk before the former key is let go: a power cut must not undo the first alone.
    if sync_folder(&keys.root).is_err() {
        return Ok(Settled::Waits);
    }
    // Nobody was told its code: a wrap that nobody can open would only look like a way in.
    let wraps = Wraps { recovery: Slot::Absent, ..next.wraps };
    in_place(keys.keep(KeyFile { key_id: *opened.id(), wraps, next: None }))?;
    Ok(Settled::Finished)
}

/// As [`settle`], for whoever opened the store of `root` by this key.
///
/// # Errors
/// [`KeyError`]; both keys are still there.
pub fn settle_by(root: &Path, opened: &DataKey) -> Result<Settled, KeyError> {
    settle(&mut Keys::read(root)?, opened)
}

fn copy_of(root: &Path) -> PathBuf {
    root.join(COPY)
}
