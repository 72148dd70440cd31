//! A folder of its own for each test, removed when the test passes and kept, with its path told, when it fails.
//! Not the data directory of a program: tests put that inside.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::artefacts;

/// The folder. Readable by all, because Postfix and Dovecot work under other users.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// A new empty folder; `name` helps whoever looks at one that was kept.
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("liasse-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).expect("a folder for the test");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
        Self { path }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path in it.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file in it, with the folders it needs, and gives its path.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).expect("a folder in the scratch folder");
        }
        std::fs::write(&path, content).expect("a file in the scratch folder");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        artefacts::keep_logs(&self.path);
        if std::thread::panicking() {
            eprintln!("kept for a look: {}", self.path.display());
        } else if let Err(error) = std::fs::remove_dir_all(&self.path) {
            eprintln!("{} could not be removed: {error}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_apart_and_gone_afterwards() {
        let (one, other) = (Scratch::new("a"), Scratch::new("a"));
        assert_ne!(one.path(), other.path());
        let file = one.write("deep/down/file", "text");
        assert_eq!(std::fs::read(&file).expect("written"), b"text");
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists());
    }
}
