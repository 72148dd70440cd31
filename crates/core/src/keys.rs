//! The keys of a practice: one random data key, which is the cipher's own, wrapped three ways in `cles.toml` – passphrase, recovery
//! code, keyring of the computer. Never by one way alone, and no failure changes a byte. Not the cipher (crate `store`) and not the
//! demonstration's declared key. Rule: reference telecom-reliability 4.4 (envelopes).

mod code;
mod custody;
mod fault;
mod file;
mod keyring;
mod passphrase;
pub mod rekey;
mod wrap;

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::ExposeSecret;
pub use secrecy::SecretString;
use zeroize::Zeroizing;

pub use self::keyring::{Keyring, KeyringError, OsKeyring, SERVICE};
pub use code::RecoveryCode;
pub use custody::Custody;
pub use fault::{KeyError, Part, WayState, Ways};
pub use file::FILE;
pub use wrap::{Cost, DataKey};

use crate::data_dir::sync_folder;
use crate::ports::Ids;
use file::{KeyFile, Slot, Wraps, hex};
use wrap::{Kind, Wrap, Wrapping};

/// One way in.
#[derive(Clone, Copy)]
pub enum Way<'a> {
    /// By the passphrase.
    Passphrase(&'a SecretString),
    /// By the recovery code, as somebody copied it.
    Recovery(&'a SecretString),
    /// By the keyring of the computer, when it was trusted with these keys.
    Keyring(&'a dyn Keyring),
}

impl Way<'_> {
    fn part(self) -> Part {
        match self {
            Self::Passphrase(_) => Part::Passphrase,
            Self::Recovery(_) => Part::Recovery,
            Self::Keyring(_) => Part::Keyring,
        }
    }
}

/// What the file of keys of a directory says. Every change replaces the file whole; one that fails leaves it as it was.
#[derive(Debug)]
pub struct Keys {
    root: PathBuf,
    file: KeyFile,
}

impl Keys {
    /// Whether a directory has a file of keys, readable or not.
    pub fn exists(root: &Path) -> bool {
        root.join(FILE).symlink_metadata().is_ok()
    }

    /// Draws the data key of a new practice and wraps it for a passphrase and for a recovery code, which is told this once.
    ///
    /// # Errors
    /// [`KeyError::Exists`], [`KeyError::TooShort`], [`KeyError::TooPlain`], [`KeyError::Io`]: nothing was written.
    pub fn create(
        root: &Path,
        passphrase: &SecretString,
        ids: &mut dyn Ids,
        cost: Cost,
    ) -> Result<(Self, DataKey, RecoveryCode), KeyError> {
        Self::judge(passphrase)?;
        if Self::exists(root) {
            return Err(KeyError::Exists);
        }
        let key = DataKey::draw(ids);
        let (wraps, code) = wrapped(&key, passphrase, ids, cost)?;
        let file = KeyFile { key_id: *key.id(), wraps, next: None };
        in_place(file.write(root, sync_folder))?;
        Ok((Self { root: root.to_owned(), file }, key, code))
    }

    /// Whether a passphrase may be chosen, twelve characters at least and not guessed at once: asked before it is typed again.
    ///
    /// # Errors
    /// [`KeyError::TooShort`], [`KeyError::TooPlain`].
    pub fn judge(passphrase: &SecretString) -> Result<(), KeyError> {
        passphrase::judge(passphrase.expose_secret())
    }

    /// Whether somebody typed the same twice.
    pub fn are_same(one: &SecretString, other: &SecretString) -> bool {
        passphrase::composed(one.expose_secret()) == passphrase::composed(other.expose_secret())
    }

    /// Reads the file of a directory.
    ///
    /// # Errors
    /// [`KeyError::Absent`], [`KeyError::FileDamaged`], [`KeyError::Newer`], [`KeyError::Io`]. A damaged wrap beside a whole one is
    /// no error here: [`Keys::ways`] says it.
    pub fn read(root: &Path) -> Result<Self, KeyError> {
        Ok(Self { root: root.to_owned(), file: KeyFile::read(root)? })
    }

    /// How the three wraps stand.
    pub fn ways(&self) -> Ways {
        let Wraps { passphrase, recovery, keyring } = &self.file.wraps;
        Ways { passphrase: passphrase.state(), recovery: recovery.state(), keyring: keyring.state() }
    }

    /// Whether a change of key was cut and is not settled yet.
    pub fn rekey_was_cut(&self) -> bool {
        self.file.next.is_some()
    }

    /// The name of the data key, no secret: the account of its entry in the keyring.
    pub fn name(&self) -> String {
        hex(&self.file.key_id)
    }

    /// The beginning of that name, which papers show: it tells which code belongs to which directory.
    pub fn short_name(&self) -> String {
        self.name().chars().take(8).collect()
    }

    /// The file as a backup holds it: without the keyring, which stays with its computer, and without a change that was cut.
    pub fn for_backup(&self) -> String {
        let wraps = Wraps { keyring: Slot::Absent, ..self.file.wraps.clone() };
        KeyFile { key_id: self.file.key_id, wraps, next: None }.render()
    }

    /// The keys that this way opens: the present one, then the next one while a change of key was cut.
    ///
    /// # Errors
    /// [`KeyError`]: a wrong secret, a wrap that is damaged and what a keyring says are told apart. Nothing is changed.
    pub fn unlock(&self, way: Way<'_>) -> Result<Vec<DataKey>, KeyError> {
        let found = self.found(way)?;
        Ok(found.into_iter().map(|key| key.opened_by(way.part())).collect())
    }

    fn found(&self, way: Way<'_>) -> Result<Vec<DataKey>, KeyError> {
        let present = self.opened(&self.file.wraps, way);
        let Some(next) = &self.file.next else { return Ok(vec![present?]) };
        match present {
            Ok(key) => {
                let after = next.chained.whole().and_then(|wrap| wrap.open(key.bytes()));
                let after = after.or_else(|| self.opened(&next.wraps, way).ok());
                Ok(std::iter::once(key).chain(after).collect())
            }
            Err(refused) => self.opened(&next.wraps, way).map(|key| vec![key]).map_err(|_| refused),
        }
    }

    fn opened(&self, wraps: &Wraps, way: Way<'_>) -> Result<DataKey, KeyError> {
        let whole = |slot: &Slot| match slot {
            Slot::Whole(wrap) => Ok(wrap.clone()),
            Slot::Absent if way.part() == Part::Keyring => Err(KeyError::KeyringUnused),
            Slot::Absent | Slot::Damaged(_) => Err(KeyError::Damaged { which: way.part(), ways: self.ways() }),
        };
        match way {
            Way::Passphrase(secret) => {
                let wrap = whole(&wraps.passphrase)?;
                let secret = passphrase::composed(secret.expose_secret());
                by_secret(&wrap, secret.as_bytes())?.ok_or(KeyError::WrongPassphrase)
            }
            Way::Recovery(typed) => {
                let wrap = whole(&wraps.recovery)?;
                let code = RecoveryCode::parse(typed.expose_secret())?;
                by_secret(&wrap, code.signs().as_bytes())?.ok_or(KeyError::WrongRecovery)
            }
            Way::Keyring(keyring) => {
                let wrap = whole(&wraps.keyring)?;
                let kept = keyring.get(&hex(&wrap.key_id))?;
                // An entry that somebody replaced is as good as none.
                wrapping_key(&kept).and_then(|with| wrap.open(&with)).ok_or(KeyError::KeyringEntryGone)
            }
        }
    }

    /// Wraps the data key for another passphrase. The store and its key stay as they are; the former passphrase opens nothing here
    /// any more.
    ///
    /// # Errors
    /// [`KeyError::TooShort`], [`KeyError::TooPlain`], [`KeyError::RekeyCut`], [`KeyError::Io`]: the file is as it was.
    /// [`KeyError::Unconfirmed`]: the new passphrase holds.
    pub fn change_passphrase(
        &mut self,
        key: &DataKey,
        new: &SecretString,
        ids: &mut dyn Ids,
        cost: Cost,
    ) -> Result<(), KeyError> {
        Self::judge(new)?;
        if self.file.next.is_some() {
            // As `rekey::settle`: the exchange of the store is on the disk before the former key is let go.
            sync_folder(&self.root).map_err(|_| KeyError::RekeyCut)?;
        }
        let mut file = self.settled(key).or_else(|cut| self.taken_over(key).ok_or(cut))?;
        let secret = passphrase::composed(new.expose_secret());
        file.wraps.passphrase = Slot::Whole(Wrap::seal_by(Kind::Passphrase, key, secret.as_bytes(), cost, ids)?);
        self.keep(file)
    }

    /// Draws another recovery code, which is told this once. The former one opens nothing here any more.
    ///
    /// # Errors
    /// [`KeyError::RekeyCut`], [`KeyError::Io`]: the file is as it was, and the former code holds.
    pub fn new_recovery(&mut self, key: &DataKey, ids: &mut dyn Ids) -> Result<RecoveryCode, KeyError> {
        let mut file = self.settled(key)?;
        let (slot, code) = for_recovery(key, ids)?;
        file.wraps.recovery = slot;
        // A code is told once, and the former one opens nothing any more: this one is not lost with an error.
        in_place(self.keep(file))?;
        Ok(code)
    }

    /// Has the keyring of the computer keep a wrapping key, so that the data open without a word in this session.
    ///
    /// # Errors
    /// [`KeyError::NoKeyring`], [`KeyError::KeyringLocked`], [`KeyError::RekeyCut`], [`KeyError::Io`]: the file is as it was.
    /// [`KeyError::Unconfirmed`]: the keyring is trusted.
    pub fn trust_keyring(&mut self, key: &DataKey, keyring: &dyn Keyring, ids: &mut dyn Ids) -> Result<(), KeyError> {
        let mut file = self.settled(key)?;
        if self.opened(&file.wraps, Way::Keyring(keyring)).is_ok_and(|opened| opened == *key) {
            return Ok(());
        }
        file.wraps.keyring = kept_by(keyring, key, ids)?;
        self.keep(file)
    }

    /// Takes the keyring away as a way in, then its entry. An entry that cannot be taken away opens nothing any more.
    ///
    /// # Errors
    /// [`KeyError::KeyringUnused`], [`KeyError::Io`]: the file is as it was. [`KeyError::Unconfirmed`]: the keyring is left.
    pub fn leave_keyring(&mut self, keyring: &dyn Keyring) -> Result<(), KeyError> {
        if self.file.wraps.keyring == Slot::Absent {
            return Err(KeyError::KeyringUnused);
        }
        let (mut file, mut accounts) = (self.file.clone(), vec![self.name()]);
        file.wraps.keyring = Slot::Absent;
        if let Some(next) = &mut file.next {
            // A change of key that was cut has an entry of its own.
            accounts.extend(next.wraps.keyring.whole().map(|wrap| hex(&wrap.key_id)));
            next.wraps.keyring = Slot::Absent;
        }
        let kept = self.keep(file);
        in_place(kept.clone())?;
        for account in accounts {
            // Without its wrap an entry that stays opens nothing.
            let _ = keyring.forget(&account);
        }
        kept
    }

    /// A copy of the file to change, when `key` is its present one and no other.
    fn settled(&self, key: &DataKey) -> Result<KeyFile, KeyError> {
        if self.file.next.is_some() || self.file.key_id != *key.id() {
            return Err(KeyError::RekeyCut);
        }
        Ok(self.file.clone())
    }

    /// The file that ends a change of key that was cut, for another passphrase, where `key` is the next one: whoever chooses it has
    /// that way in, and the former code has done what it was for.
    fn taken_over(&self, key: &DataKey) -> Option<KeyFile> {
        let next = self.file.next.as_ref()?;
        let is_next = next.chained.whole().is_some_and(|wrap| wrap.key_id == *key.id());
        let wraps = Wraps { recovery: Slot::Absent, ..next.wraps.clone() };
        is_next.then(|| KeyFile { key_id: *key.id(), wraps, next: None })
    }

    fn keep(&mut self, file: KeyFile) -> Result<(), KeyError> {
        self.keep_by(file, sync_folder)
    }

    /// Writes a file down, with what has its folder on the disk, and goes by it from then on: what is in memory is what a next program
    /// would read.
    fn keep_by(&mut self, file: KeyFile, sync: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), KeyError> {
        let written = file.write(&self.root, sync);
        if in_place(written.clone()).is_ok() {
            self.file = file;
        }
        written
    }
}

/// What is in its place holds, also where the disk did not confirm it: for changes that are as good after a power cut that undoes
/// them, and whose error would take more away.
fn in_place(written: Result<(), KeyError>) -> Result<(), KeyError> {
    match written {
        Err(KeyError::Unconfirmed) => Ok(()),
        written => written,
    }
}

/// The wraps of a new data key, without a keyring, and the recovery code of one of them.
fn wrapped(
    key: &DataKey,
    passphrase: &SecretString,
    ids: &mut dyn Ids,
    cost: Cost,
) -> Result<(Wraps, RecoveryCode), KeyError> {
    let secret = passphrase::composed(passphrase.expose_secret());
    let passphrase = Slot::Whole(Wrap::seal_by(Kind::Passphrase, key, secret.as_bytes(), cost, ids)?);
    let (recovery, code) = for_recovery(key, ids)?;
    Ok((Wraps { passphrase, recovery, keyring: Slot::Absent }, code))
}

fn for_recovery(key: &DataKey, ids: &mut dyn Ids) -> Result<(Slot, RecoveryCode), KeyError> {
    let code = RecoveryCode::draw(ids);
    let wrap = Wrap::seal_by(Kind::Recovery, key, code.signs().as_bytes(), Cost::OF_A_CODE, ids)?;
    Ok((Slot::Whole(wrap), code))
}

fn by_secret(wrap: &Wrap, secret: &[u8]) -> Result<Option<DataKey>, KeyError> {
    let Some(kdf) = &wrap.kdf else { return Ok(None) };
    let key = kdf.key_of(secret)?;
    Ok(wrap.open(&key))
}

/// Has a keyring keep a wrapping key for this data key, looks whether it does, and wraps.
fn kept_by(keyring: &dyn Keyring, key: &DataKey, ids: &mut dyn Ids) -> Result<Slot, KeyError> {
    let mut with: Wrapping = Zeroizing::new([0_u8; 32]);
    ids.random(with.as_mut_slice());
    let (account, secret) = (hex(key.id()), Zeroizing::new(BASE64.encode(with.as_slice())));
    // A keyring without a collection to write in is none.
    let set = keyring.set(&account, secret.as_bytes()).and_then(|()| keyring.get(&account));
    let kept = set.map_err(|error| match error {
        KeyringError::NoService | KeyringError::NoEntry => KeyError::NoKeyring,
        KeyringError::Locked => KeyError::KeyringLocked,
    })?;
    if *kept != secret.as_bytes() {
        return Err(KeyError::NoKeyring);
    }
    Ok(Slot::Whole(Wrap::seal(Kind::Keyring, key, &with, None, ids)?))
}

fn wrapping_key(kept: &[u8]) -> Option<Wrapping> {
    let bytes = BASE64.decode(kept).ok().map(Zeroizing::new)?;
    <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests;
