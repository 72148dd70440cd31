//! The directory of a practice, opened for its keys alone: its lock, its store and the key that opened it. What changes a way in
//! goes through here, so that each change has a secret given for it, finds a store that opens, and is told in the journal first.
//! Not the open practice (`office`): lanes, cards and post have no part in it.

use std::path::Path;

use liasse_domain::Clock;
use liasse_store::{KeyChange, Store, StoreError};
use secrecy::SecretString;

use super::keyring::Keyring;
use super::rekey::{self, Settled};
use super::{Cost, DataKey, Keys, RecoveryCode, Way, Ways};
use crate::access::{self, Deed};
use crate::data_dir::DataDir;
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::office::OfficeError;
use crate::ports::OsIds;

/// See the module.
pub struct Custody {
    pub(super) directory: DataDir,
    pub(super) keys: Keys,
    pub(super) key: DataKey,
    pub(super) store: Store,
    settled: Settled,
    /// Whom the journal names; whoever opened the data, where nobody is signed in.
    who: Option<SignedIn>,
}

impl Custody {
    /// Takes the lock of a practice's directory and opens its store by a secret that somebody gave for it. A change of key that was
    /// cut is settled, or waits for the passphrase.
    ///
    /// # Errors
    /// [`OfficeError`]: what was wrong with the directory, the keys or the store; the keyring is no secret that somebody gave. A
    /// refusal changes nothing.
    pub fn open(root: &Path, way: Way<'_>) -> Result<Self, OfficeError> {
        let directory = DataDir::open_real(root).map_err(CoreError::from)?;
        let given = !matches!(way, Way::Keyring(_));
        access::check(Deed::Keys, None, given).map_err(CoreError::from)?;
        let mut keys = Keys::read(root)?;
        let found = keys.unlock(way)?;
        let (store, key) = opened(&directory, found)?;
        let settled = rekey::settle(&mut keys, &key)?;
        Ok(Self { directory, keys, key, store, settled, who: None })
    }

    /// The same in that person's hands: the journal names them. Whether they may was looked at (`Office::into_custody`).
    pub(crate) fn held_by(self, who: Option<&SignedIn>) -> Self {
        Self { who: who.cloned(), ..self }
    }

    /// What became of a change of key that was cut.
    pub fn settled(&self) -> Settled {
        self.settled
    }

    /// How the three wraps stand.
    pub fn ways(&self) -> Ways {
        self.keys.ways()
    }

    /// The beginning of the name of the data key, for papers.
    pub fn short_name(&self) -> String {
        self.keys.short_name()
    }

    /// Chooses another passphrase.
    ///
    /// # Errors
    /// As [`Keys::change_passphrase`], and what the store says.
    pub fn change_passphrase(&mut self, new: &SecretString, cost: Cost, clock: &dyn Clock) -> Result<(), OfficeError> {
        Keys::judge(new)?;
        self.tell(KeyChange::Passphrase, clock)?;
        Ok(self.keys.change_passphrase(&self.key, new, &mut OsIds, cost)?)
    }

    /// Draws another recovery code.
    ///
    /// # Errors
    /// As [`Keys::new_recovery`], and what the store says.
    pub fn new_recovery(&mut self, clock: &dyn Clock) -> Result<RecoveryCode, OfficeError> {
        self.tell(KeyChange::Recovery, clock)?;
        Ok(self.keys.new_recovery(&self.key, &mut OsIds)?)
    }

    /// Has the keyring of the computer open the data too.
    ///
    /// # Errors
    /// As [`Keys::trust_keyring`], and what the store says.
    pub fn trust_keyring(&mut self, keyring: &dyn Keyring, clock: &dyn Clock) -> Result<(), OfficeError> {
        self.tell(KeyChange::KeyringTrusted, clock)?;
        Ok(self.keys.trust_keyring(&self.key, keyring, &mut OsIds)?)
    }

    /// Takes that away.
    ///
    /// # Errors
    /// As [`Keys::leave_keyring`], and what the store says.
    pub fn leave_keyring(&mut self, keyring: &dyn Keyring, clock: &dyn Clock) -> Result<(), OfficeError> {
        self.tell(KeyChange::KeyringLeft, clock)?;
        Ok(self.keys.leave_keyring(keyring)?)
    }

    pub(super) fn tell(&mut self, what: KeyChange, clock: &dyn Clock) -> Result<(), OfficeError> {
        let now = clock.now();
        let stamp = self.who.as_ref().map_or_else(|| system_stamp(now), |who| who.stamp(now));
        Ok(self.store.tell_of_keys(&stamp, what).map_err(CoreError::from)?)
    }
}

/// The store under the first of these keys that opens it. One that is gone is not made anew.
fn opened(directory: &DataDir, found: Vec<DataKey>) -> Result<(Store, DataKey), OfficeError> {
    let path = directory.store();
    if !std::fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
        return Err(OfficeError::NoStore);
    }
    for key in found {
        match Store::open(&path, key.bytes()) {
            Ok(store) => return Ok((store, key)),
            Err(StoreError::KeyOrDamage) => {}
            Err(error) => return Err(CoreError::from(error).into()),
        }
    }
    Err(CoreError::from(StoreError::KeyOrDamage).into())
}
