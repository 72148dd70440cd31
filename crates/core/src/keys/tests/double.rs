//! What the tests of the keys share: a folder that goes away, a keyring that follows a script, secrets that are none.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use zeroize::Zeroizing;

use super::super::{Cost, FILE, Keyring, KeyringError, SecretString};

pub const PHRASE: &str = "cheval pile agrafe correcte";
pub const OTHER_PHRASE: &str = "le chat dort sur le piano";

/// What a guess costs here: nothing.
pub fn small() -> Cost {
    Cost::new(8, 1, 1).expect("within bounds")
}

pub fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

/// A folder that goes away.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("liasse-keys-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).expect("temporary folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.0.join(FILE)).expect("the file of keys")
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.bytes()).expect("text")
    }

    pub fn write(&self, text: impl AsRef<[u8]>) {
        fs::write(self.0.join(FILE), text).expect("written");
    }

    /// Every file in it, with what it holds.
    pub fn all(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(&self.0).expect("the folder").flatten();
        let file = |entry: fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).unwrap_or_default())
        };
        entries.map(file).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A keyring in memory that can be locked, gone or emptied.
#[derive(Default)]
pub struct Scripted {
    entries: Mutex<BTreeMap<String, Vec<u8>>>,
    refuses: Mutex<Option<KeyringError>>,
}

impl Scripted {
    pub fn refuse(&self, error: Option<KeyringError>) {
        *self.refuses.lock().expect("alone") = error;
    }

    pub fn accounts(&self) -> Vec<String> {
        self.entries.lock().expect("alone").keys().cloned().collect()
    }

    pub fn empty(&self) {
        self.entries.lock().expect("alone").clear();
    }

    fn ask(&self) -> Result<(), KeyringError> {
        self.refuses.lock().expect("alone").map_or(Ok(()), Err)
    }
}

impl Keyring for Scripted {
    fn get(&self, account: &str) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        self.ask()?;
        let found = self.entries.lock().expect("alone").get(account).cloned();
        found.map(Zeroizing::new).ok_or(KeyringError::NoEntry)
    }

    fn set(&self, account: &str, secret: &[u8]) -> Result<(), KeyringError> {
        self.ask()?;
        self.entries.lock().expect("alone").insert(account.to_owned(), secret.to_vec());
        Ok(())
    }

    fn forget(&self, account: &str) -> Result<(), KeyringError> {
        self.ask()?;
        let gone = self.entries.lock().expect("alone").remove(account);
        gone.map(drop).ok_or(KeyringError::NoEntry)
    }
}
