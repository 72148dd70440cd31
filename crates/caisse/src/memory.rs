//! The caisse's memory: a locked file that only grows, each record sealed and on the disk before anything is answered.
//! Not a database: what the records mean is said by `ledger`, which replays them at the start.
//! A record cut short at the end was never answered; a record that does not open is damage, and nothing is deleted.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce};
use fs2::FileExt;

use crate::error::CaisseError;
use crate::private;

/// The fixed, declared key of the simulated caisse. It hides nothing: it shows how its data would be hidden, and keeps
/// a reader of the disk from taking invented claims for real ones.
const DEMO_KEY: [u8; 32] = *b"liasse-caisse-sim-cle-declaree-1";

/// Name of the file in the caisse's directory; whoever holds its lock is the caisse.
pub(crate) const FILE: &str = "memory";

const MAGIC: &[u8; 16] = b"LIASSE-CAISSE 1\n";
const NONCE: usize = 12;
/// The length and its complement: a damaged length must not pass for a record cut short.
const HEAD: usize = 8;
/// Nonce and tag around the sealed text.
const MIN_RECORD: usize = NONCE + 16;
/// A mail is at most 20 MB; with its base64 and its answers a record stays far below.
const MAX_RECORD: usize = 256 << 20;

/// The open, locked file.
pub(crate) struct Memory {
    file: File,
    cipher: Aes256Gcm,
    /// How many records stand in it: each is bound to its place.
    records: u64,
    /// Where the last complete record ends.
    end: u64,
    /// A write failed half-way: the end must be cut before anything else is written.
    torn: bool,
}

impl Memory {
    /// Opens or creates the memory in `data`, takes its lock, and gives every record in order.
    pub(crate) fn open(data: &Path) -> Result<(Self, Vec<Vec<u8>>), CaisseError> {
        private::folder(data)?;
        let path = data.join(FILE);
        let mut file = private::file().read(true).create(true).truncate(false).open(path)?;
        FileExt::try_lock_exclusive(&file).map_err(not_locked)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut memory = Self {
            file,
            cipher: Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&DEMO_KEY)),
            records: 0,
            end: MAGIC.len() as u64,
            torn: false,
        };
        if bytes.len() < MAGIC.len() && MAGIC.starts_with(&bytes) {
            memory.begin(data)?;
            return Ok((memory, Vec::new()));
        }
        let records = memory.replay(&bytes)?;
        if memory.end < bytes.len() as u64 {
            memory.cut()?;
        }
        Ok((memory, records))
    }

    /// Adds a record; when this returns it is on the disk.
    pub(crate) fn append(&mut self, plain: &[u8]) -> Result<(), CaisseError> {
        if self.torn {
            self.cut()?;
        }
        let mut nonce = [0; NONCE];
        getrandom::getrandom(&mut nonce).map_err(|_| CaisseError::Randomness)?;
        let sealed = self
            .cipher
            .encrypt(Nonce::from_slice(&nonce), Payload { msg: plain, aad: &self.records.to_be_bytes() })
            .map_err(|_| CaisseError::Memory { record: self.records })?;
        let length = NONCE + sealed.len();
        if length > MAX_RECORD {
            return Err(CaisseError::Memory { record: self.records });
        }
        let mut record = Vec::with_capacity(HEAD + length);
        let announced = u32::try_from(length).unwrap_or(u32::MAX);
        record.extend_from_slice(&announced.to_be_bytes());
        record.extend_from_slice(&(!announced).to_be_bytes());
        record.extend_from_slice(&nonce);
        record.extend_from_slice(&sealed);
        self.torn = true;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&record)?;
        self.file.sync_data()?;
        self.torn = false;
        self.end += record.len() as u64;
        self.records += 1;
        Ok(())
    }

    fn begin(&mut self, data: &Path) -> Result<(), CaisseError> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(MAGIC)?;
        self.file.sync_all()?;
        // The name of a new file is durable only with its folder.
        File::open(data)?.sync_all()?;
        Ok(())
    }

    fn replay(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, CaisseError> {
        let damaged = |record| CaisseError::Memory { record };
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(damaged(0))?;
        let mut records = Vec::new();
        while let Some((head, tail)) = rest.split_first_chunk::<HEAD>() {
            let [a, b, c, d, e, f, g, h] = *head;
            let announced = u32::from_be_bytes([a, b, c, d]);
            let length = usize::try_from(announced).unwrap_or(usize::MAX);
            if u32::from_be_bytes([e, f, g, h]) != !announced || !(MIN_RECORD..=MAX_RECORD).contains(&length) {
                return Err(damaged(self.records));
            }
            let Some((record, tail)) = tail.split_at_checked(length) else { break };
            let (nonce, sealed) = record.split_at(NONCE);
            let plain = self
                .cipher
                .decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: &self.records.to_be_bytes() })
                .map_err(|_| damaged(self.records))?;
            records.push(plain);
            self.records += 1;
            self.end += (HEAD + length) as u64;
            rest = tail;
        }
        Ok(records)
    }

    fn cut(&mut self) -> Result<(), CaisseError> {
        self.file.set_len(self.end)?;
        self.file.sync_all()?;
        self.torn = false;
        Ok(())
    }
}

/// Why the lock was not given. Only who holds it may be blamed on another caisse: a folder without locks (some network
/// drives) is a fault of the disk.
fn not_locked(error: io::Error) -> CaisseError {
    let contended = fs2::lock_contended_error();
    if error.raw_os_error() == contended.raw_os_error() { CaisseError::Locked } else { CaisseError::Io(error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("liasse-caisse-memory-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    fn filled(name: &str) -> PathBuf {
        let folder = folder(name);
        let (mut memory, records) = Memory::open(&folder).expect("new memory");
        assert!(records.is_empty());
        for record in [&b"one"[..], b"two", b"three"] {
            memory.append(record).expect("append");
        }
        folder
    }

    #[test]
    fn it_remembers_and_one_alone_may_write() {
        let folder = filled("remember");
        let (_held, records) = Memory::open(&folder).expect("again");
        assert_eq!(records, [&b"one"[..], b"two", b"three"]);
        assert!(matches!(Memory::open(&folder), Err(CaisseError::Locked)));
        let bytes = std::fs::read(folder.join(FILE)).expect("bytes");
        assert!(!bytes.windows(5).any(|window| window == b"three"), "records are sealed");
        let _ = std::fs::remove_dir_all(folder);
    }

    #[test]
    fn only_a_lock_that_is_held_means_another_caisse() {
        assert!(matches!(not_locked(fs2::lock_contended_error()), CaisseError::Locked));
        // Linux: ENOLCK and EIO.
        for fault in [37, 5] {
            assert!(matches!(not_locked(io::Error::from_raw_os_error(fault)), CaisseError::Io(_)), "{fault}");
        }
    }

    #[test]
    fn a_last_record_cut_anywhere_was_never_answered() {
        let folder = filled("cut");
        let whole = std::fs::read(folder.join(FILE)).expect("bytes");
        let third = HEAD + NONCE + 5 + 16;
        for cut in 1..=third {
            std::fs::write(folder.join(FILE), &whole[..whole.len() - cut]).expect("write");
            let (mut memory, records) = Memory::open(&folder).expect("cut memory");
            assert_eq!(records, [&b"one"[..], b"two"], "{cut} bytes missing");
            memory.append(b"again").expect("append");
            drop(memory);
            assert_eq!(Memory::open(&folder).expect("again").1, [&b"one"[..], b"two", b"again"]);
        }
        let _ = std::fs::remove_dir_all(folder);
    }

    #[test]
    fn damage_is_told_and_nothing_is_touched() {
        let folder = filled("damage");
        let whole = std::fs::read(folder.join(FILE)).expect("bytes");
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(folder.join(FILE), &bytes).expect("write");
            assert!(matches!(Memory::open(&folder), Err(CaisseError::Memory { .. })), "byte {at}");
            assert_eq!(std::fs::read(folder.join(FILE)).expect("bytes"), bytes);
        }
        let _ = std::fs::remove_dir_all(folder);
    }
}
