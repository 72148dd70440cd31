//! The keys of a practice that is open: how the ways in stand, and their changes, each with a secret given for it, allowed to whom the
//! table says, and told in the journal first. Without the open practice: `keys::Custody`. The demonstration has none of it.

use std::path::Path;

use liasse_store::{KeyChange, StoreError};

use super::{Office, OfficeError};
use crate::access::{self, Deed};
use crate::backup;
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::keys::{Cost, Custody, DataKey, KeyError, Keyring, Keys, RecoveryCode, SecretString, Way, Ways, rekey};
use crate::ports::{KeySource, OsIds};

impl Office {
    /// How the three ways in stand.
    ///
    /// # Errors
    /// [`KeyError`]; in the demonstration there are none.
    pub fn ways(&self) -> Result<Ways, KeyError> {
        Ok(Keys::read(self.root())?.ways())
    }

    /// Whether a change of the data key that was cut waits for its end.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn rekey_waits(&self) -> Result<bool, KeyError> {
        Ok(Keys::read(self.root())?.rekey_was_cut())
    }

    /// The beginning of the name of the data key, for papers.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn key_name(&self) -> Result<String, KeyError> {
        Ok(Keys::read(self.root())?.short_name())
    }

    /// Chooses another passphrase; `given` opens the data today.
    ///
    /// # Errors
    /// [`OfficeError`]: what was given does not open them, the new one is too short or too plain, or that person may not. The former
    /// passphrase holds.
    pub fn change_passphrase(
        &self,
        given: Way<'_>,
        new: &SecretString,
        cost: Cost,
        who: Option<&SignedIn>,
    ) -> Result<(), OfficeError> {
        Keys::judge(new)?;
        let (mut keys, key) = self.given(given)?;
        self.tell(KeyChange::Passphrase, who)?;
        rekey::settle(&mut keys, &key)?;
        Ok(keys.change_passphrase(&key, new, &mut OsIds, cost)?)
    }

    /// Draws another recovery code, which is told this once.
    ///
    /// # Errors
    /// [`OfficeError`]: the former code holds.
    pub fn new_recovery(&self, given: Way<'_>, who: Option<&SignedIn>) -> Result<RecoveryCode, OfficeError> {
        let (mut keys, key) = self.given(given)?;
        self.tell(KeyChange::Recovery, who)?;
        rekey::settle(&mut keys, &key)?;
        Ok(keys.new_recovery(&key, &mut OsIds)?)
    }

    /// Has the keyring of the computer open the data too.
    ///
    /// # Errors
    /// [`OfficeError`].
    pub fn trust_keyring(
        &self,
        given: Way<'_>,
        keyring: &dyn Keyring,
        who: Option<&SignedIn>,
    ) -> Result<(), OfficeError> {
        let (mut keys, key) = self.given(given)?;
        self.tell(KeyChange::KeyringTrusted, who)?;
        rekey::settle(&mut keys, &key)?;
        Ok(keys.trust_keyring(&key, keyring, &mut OsIds)?)
    }

    /// Takes that away.
    ///
    /// # Errors
    /// [`OfficeError`].
    pub fn leave_keyring(
        &self,
        given: Way<'_>,
        keyring: &dyn Keyring,
        who: Option<&SignedIn>,
    ) -> Result<(), OfficeError> {
        let (mut keys, key) = self.given(given)?;
        self.tell(KeyChange::KeyringLeft, who)?;
        rekey::settle(&mut keys, &key)?;
        Ok(keys.leave_keyring(keyring)?)
    }

    /// Whether that person may change the data key by that passphrase now. Nothing is closed so far: see [`Office::into_custody`].
    ///
    /// # Errors
    /// [`OfficeError`]; [`OfficeError::AtWork`] while a backup or a drill is under way.
    pub fn may_rekey(&self, passphrase: &SecretString, who: Option<&SignedIn>) -> Result<(), OfficeError> {
        self.given(Way::Passphrase(passphrase))?;
        access::check(Deed::Keys, who, true).map_err(CoreError::from)?;
        if backup::is_under_way(self.root()) { Err(OfficeError::AtWork) } else { Ok(()) }
    }

    /// Closes the practice, and opens its directory for its keys alone by a secret that this person gave for it. What the lanes were
    /// asked for ends first: a file that is leaving has left.
    ///
    /// # Errors
    /// [`OfficeError`]; the practice is closed, and nothing else has changed.
    pub fn into_custody(self, given: Way<'_>, who: Option<&SignedIn>) -> Result<Custody, OfficeError> {
        access::check(Deed::Keys, who, true).map_err(CoreError::from)?;
        let root = self.root().to_owned();
        drop(self);
        // Asked once the lanes have ended: a backup that has not begun by now gets no answer from them any more, and makes none.
        if backup::is_under_way(&root) {
            return Err(OfficeError::AtWork);
        }
        Ok(Custody::open(&root, given)?.held_by(who))
    }

    /// The keys, and the one that the data are under. A change of key that was cut, and waited for the passphrase, is ended by whoever
    /// uses them, once that person may.
    fn given(&self, given: Way<'_>) -> Result<(Keys, DataKey), OfficeError> {
        given_for(self.root(), self.key.as_ref(), given)
    }

    fn tell(&self, what: KeyChange, who: Option<&SignedIn>) -> Result<(), OfficeError> {
        let who = who.cloned();
        let told = self.workstation().call(move |ws| {
            ws.allow_confirmed(Deed::Keys, who.as_ref(), true)?;
            let now = ws.now();
            let stamp = who.as_ref().map_or_else(|| system_stamp(now), |who| who.stamp(now));
            Ok::<_, CoreError>(ws.store.tell_of_keys(&stamp, what)?)
        });
        Ok(told.map_err(CoreError::from)??)
    }
}

/// Whether what somebody gave opens the data that are open in `root` under `ours`: not whether it opens the keys that lie there, which
/// may be those of other data.
///
/// # Errors
/// [`OfficeError`].
pub fn opens(root: &Path, ours: &dyn KeySource, given: Way<'_>) -> Result<(), OfficeError> {
    given_for(root, ours, given).map(drop)
}

/// The keys in `root`, and the one that the data are under, for a secret that somebody gave: what the keyring gives by itself is
/// nobody's word.
fn given_for(root: &Path, ours: &dyn KeySource, given: Way<'_>) -> Result<(Keys, DataKey), OfficeError> {
    if matches!(given, Way::Keyring(_)) {
        return Err(KeyError::WrongPassphrase.into());
    }
    let keys = Keys::read(root)?;
    let found = keys.unlock(given)?;
    // Somebody put the keys of other data into the folder.
    let key = among(found, ours)?.ok_or_else(|| CoreError::from(StoreError::KeyOrDamage))?;
    Ok((keys, key))
}

/// Which of these keys opened the data.
pub(super) fn among(found: Vec<DataKey>, ours: &dyn KeySource) -> Result<Option<DataKey>, OfficeError> {
    let ours = ours.data_key().map_err(CoreError::from)?;
    Ok(found.into_iter().find(|key| key.data_key().is_ok_and(|bytes| bytes == ours)))
}
