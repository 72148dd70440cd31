//! The keys of a practice that is open: how the ways in stand, and their changes, each with a secret given for it, allowed to whom the
//! table says, and told in the journal first. Without the open practice: `keys::Custody`. The demonstration has none of it.

use liasse_store::KeyChange;

use super::{Office, OfficeError};
use crate::access::Deed;
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::keys::{Cost, DataKey, KeyError, Keyring, Keys, RecoveryCode, SecretString, Way, Ways};
use crate::ports::OsIds;

impl Office {
    /// How the three ways in stand.
    ///
    /// # Errors
    /// [`KeyError`]; in the demonstration there are none.
    pub fn ways(&self) -> Result<Ways, KeyError> {
        Ok(Keys::read(self.root())?.ways())
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
        Ok(keys.change_passphrase(&key, new, &mut OsIds, cost)?)
    }

    /// Draws another recovery code, which is told this once.
    ///
    /// # Errors
    /// [`OfficeError`]: the former code holds.
    pub fn new_recovery(&self, given: Way<'_>, who: Option<&SignedIn>) -> Result<RecoveryCode, OfficeError> {
        let (mut keys, key) = self.given(given)?;
        self.tell(KeyChange::Recovery, who)?;
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
        let (mut keys, _) = self.given(given)?;
        self.tell(KeyChange::KeyringLeft, who)?;
        Ok(keys.leave_keyring(keyring)?)
    }

    /// The keys, and the present one, for a secret that somebody gave: what the keyring gives by itself is nobody's word.
    fn given(&self, given: Way<'_>) -> Result<(Keys, DataKey), OfficeError> {
        if matches!(given, Way::Keyring(_)) {
            return Err(KeyError::WrongPassphrase.into());
        }
        let keys = Keys::read(self.root())?;
        let key = keys.unlock(given)?.into_iter().next().ok_or(KeyError::Absent)?;
        Ok((keys, key))
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
