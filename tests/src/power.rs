//! What a disk holds after a power cut, rebuilt from what strace saw a program do: bytes that no sync covered are gone, and names
//! may be whose folder no sync covered. A model, not a cut (reference telecom-reliability 4.1), held against the real folder.
//! Left out: what is not of the practice (`caisse`), and the index of the log, which SQLite makes anew.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::wrapped;
use crate::strace::program;

/// Every call that may change a file or its name, those that have it on the disk, and the writing of answers.
const CALLS: &str = "openat,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,rename,renameat,\
                     renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,copy_file_range,sendfile,fsync,fdatasync,\
                     sync_file_range,syncfs,msync";

/// The files under a folder: names from the folder on, and bytes.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// One thing that a program did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// A file was made, if there was none.
    Create(PathBuf),
    /// A file was given a length.
    Length(PathBuf, usize),
    /// Bytes were written at a place; at the end where none is said.
    Write(PathBuf, Option<usize>, Vec<u8>),
    /// A file is on the disk as it is; of a folder, its names are.
    Sync(PathBuf),
    /// A file has another name.
    Rename(PathBuf, PathBuf),
    /// A name is gone.
    Remove(PathBuf),
    /// Something was answered on standard output: what was done before is acknowledged.
    Said,
}

/// What of the things that were not synced is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cut {
    /// All bytes; names stand as they were.
    Bytes,
    /// All bytes, and the names too as their folder was last synced.
    Names,
    /// Some writes and not others, whatever their order.
    Some(u64),
}

struct Inode {
    synced: Vec<u8>,
    pending: Vec<Change>,
}

enum Change {
    Bytes(usize, Vec<u8>),
    Length(usize),
}

/// A disk that remembers what is safe and what is not.
pub struct Disk {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
}

/// `command` with everything that it does to files written into `log`, for [`ops`].
pub fn recorded(command: &Command, log: &Path) -> Command {
    let mut strace = program();
    strace.args(["-f", "-y", "-xx", "-qq", "-s", "4000000", "-e", "signal=none"]);
    strace.args(["-e", &format!("trace={CALLS}")]).arg("-o").arg(log);
    wrapped(strace, command)
}

/// The files under `root`, but for those that are left out.
pub fn files(root: &Path) -> Files {
    let all = crate::canary::files_under(root).expect("a folder");
    let named = all.into_iter().filter_map(|path| Some((inside(root, &path)?, path)));
    named.map(|(name, path)| (name, std::fs::read(path).expect("a file"))).collect()
}

/// Writes such files into a new folder.
pub fn write_all(root: &Path, files: &Files) {
    for (name, bytes) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(root)).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
}

/// What a log of [`recorded`] tells of the files under `root`, in its order.
///
/// # Panics
/// When a call is met that this does not know.
pub fn ops(log: &Path, root: &Path) -> Vec<Op> {
    let text = std::fs::read_to_string(log).expect("a log of strace");
    let real = std::fs::canonicalize(root).expect("the folder");
    let mut pending: BTreeMap<&str, String> = BTreeMap::new();
    let mut all = Vec::new();
    for line in text.lines() {
        let Some((process, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix("<unfinished ...>") {
            pending.insert(process, begun.to_owned());
            continue;
        }
        let whole = match rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            Some((_, ended)) => pending.remove(process).unwrap_or_default() + ended,
            None => rest.to_owned(),
        };
        if let Some(call) = Call::read(&whole) {
            all.extend(call.ops(|path| inside(root, path).or_else(|| inside(&real, path))));
        }
    }
    all
}

/// The name of a path under `root`, unless it is outside or left out.
fn inside(root: &Path, path: &Path) -> Option<PathBuf> {
    let name = path.strip_prefix(root).ok()?;
    let left_out = name.starts_with("caisse") || name.to_string_lossy().ends_with("-shm");
    (!left_out).then(|| name.to_owned())
}

/// A call that succeeded.
struct Call<'a> {
    name: &'a str,
    arguments: &'a str,
    /// The file of its first argument.
    file: Option<PathBuf>,
    /// Whether its first argument is the standard output.
    is_answer: bool,
    texts: Vec<Vec<u8>>,
}

impl<'a> Call<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (call, result) = line.rsplit_once(" = ")?;
        if result.trim_start().starts_with('-') {
            return None;
        }
        let (name, arguments) = call.trim_end().strip_suffix(')')?.split_once('(')?;
        let texts: Vec<Vec<u8>> = arguments.split('"').skip(1).step_by(2).map(bytes).collect();
        assert!(!arguments.contains("\"..."), "a log that is cut: {name}");
        let descriptor = arguments.split_once('<').filter(|(number, _)| number.chars().all(|c| c.is_ascii_digit()));
        let (number, rest) = descriptor.unwrap_or_default();
        let (file, after) = rest.split_once('>').unwrap_or_default();
        // What has no name any more is lost with it.
        let named = !number.is_empty() && !after.starts_with("(deleted)");
        let file = named.then(|| PathBuf::from(String::from_utf8_lossy(&bytes(file)).into_owned()));
        let is_answer = number == "1" && file.as_deref().is_some_and(is_pipe);
        Some(Self { name, arguments, file, is_answer, texts })
    }

    /// The last argument.
    fn number(&self) -> usize {
        let last = self.arguments.rsplit(", ").next().unwrap_or_default().trim();
        last.parse().unwrap_or_else(|_| panic!("{} of {last}", self.name))
    }

    fn path(&self, at: usize) -> PathBuf {
        PathBuf::from(String::from_utf8_lossy(&self.texts[at]).into_owned())
    }

    fn ops(self, inside: impl Fn(&Path) -> Option<PathBuf>) -> Vec<Op> {
        let of_file = self.file.as_deref().and_then(&inside);
        let of_text = |at: usize| inside(&self.path(at));
        match self.name {
            "write" if self.is_answer => vec![Op::Said],
            "openat" => {
                let Some(path) = of_text(0).filter(|_| self.arguments.contains("O_CREAT")) else { return Vec::new() };
                let empties = self.arguments.contains("O_TRUNC");
                let created = std::iter::once(Op::Create(path.clone()));
                created.chain(empties.then_some(Op::Length(path, 0))).collect()
            }
            "write" => of_file.map(|path| Op::Write(path, None, self.texts[0].clone())).into_iter().collect(),
            "pwrite64" => {
                of_file.map(|path| Op::Write(path, Some(self.number()), self.texts[0].clone())).into_iter().collect()
            }
            "ftruncate" => of_file.map(|path| Op::Length(path, self.number())).into_iter().collect(),
            "fsync" | "fdatasync" => of_file.map(Op::Sync).into_iter().collect(),
            "rename" | "renameat" | "renameat2" => match (of_text(0), of_text(1)) {
                (Some(from), Some(to)) => vec![Op::Rename(from, to)],
                (None, None) => Vec::new(),
                moved => panic!("a file goes in or out of the folder: {moved:?}"),
            },
            "unlink" | "unlinkat" => of_text(0).map(Op::Remove).into_iter().collect(),
            other => {
                let named = (0..self.texts.len()).any(|at| of_text(at).is_some());
                assert!(of_file.is_none() && !named, "{other} is not known here");
                Vec::new()
            }
        }
    }
}

fn is_pipe(file: &Path) -> bool {
    file.to_string_lossy().starts_with("pipe:[")
}

/// `\x2f\x74` as bytes.
fn bytes(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

impl Disk {
    /// A disk on which these are safe.
    pub fn with(files: &Files) -> Self {
        let inodes = files.values().map(|bytes| Inode { synced: bytes.clone(), pending: Vec::new() }).collect();
        let names: BTreeMap<PathBuf, usize> = files.keys().cloned().zip(0..).collect();
        Self { inodes, synced_names: names.clone(), names }
    }

    /// Does one thing; whether it made something safe.
    ///
    /// # Panics
    /// When it is done to a file that is not there: the log and this do not agree.
    pub fn apply(&mut self, op: &Op) -> bool {
        match op {
            Op::Create(path) => {
                if !self.names.contains_key(path) {
                    self.names.insert(path.clone(), self.inodes.len());
                    self.inodes.push(Inode { synced: Vec::new(), pending: Vec::new() });
                }
            }
            Op::Length(path, length) => self.inode(path).pending.push(Change::Length(*length)),
            Op::Write(path, at, bytes) => {
                let inode = self.inode(path);
                let at = at.unwrap_or_else(|| inode.content(|_| true).len());
                inode.pending.push(Change::Bytes(at, bytes.clone()));
            }
            Op::Sync(path) if self.names.contains_key(path) => {
                let inode = self.inode(path);
                inode.synced = inode.content(|_| true);
                inode.pending.clear();
                return true;
            }
            // Whether it is a folder is only known here.
            Op::Sync(folder) => {
                let of_folder = |path: &Path| path.parent() == Some(folder.as_path());
                self.synced_names.retain(|path, _| !of_folder(path));
                let now = self.names.iter().filter(|(path, _)| of_folder(path));
                self.synced_names.extend(now.map(|(path, inode)| (path.clone(), *inode)));
                return true;
            }
            Op::Rename(from, to) => {
                let inode = self.names.remove(from).unwrap_or_else(|| panic!("no file {}", from.display()));
                self.names.insert(to.clone(), inode);
            }
            Op::Remove(path) => {
                self.names.remove(path);
            }
            Op::Said => {}
        }
        false
    }

    fn inode(&mut self, path: &Path) -> &mut Inode {
        let at = *self.names.get(path).unwrap_or_else(|| panic!("no file {}", path.display()));
        &mut self.inodes[at]
    }

    /// Everything, as a program that runs on would see it.
    pub fn whole(&self) -> Files {
        self.named(&self.names, |inode, _| inode.content(|_| true))
    }

    /// What is left after a cut now.
    pub fn left(&self, cut: Cut) -> Files {
        match cut {
            Cut::Bytes => self.named(&self.names, |inode, _| inode.synced.clone()),
            Cut::Names => self.named(&self.synced_names, |inode, _| inode.synced.clone()),
            Cut::Some(seed) => self.named(&self.names, |inode, at| inode.content(|change| is_kept(seed, at, change))),
        }
    }

    fn named(&self, names: &BTreeMap<PathBuf, usize>, content: impl Fn(&Inode, usize) -> Vec<u8>) -> Files {
        names.iter().map(|(path, inode)| (path.clone(), content(&self.inodes[*inode], *inode))).collect()
    }
}

impl Inode {
    /// The bytes with those of its pending changes that are kept.
    fn content(&self, kept: impl Fn(usize) -> bool) -> Vec<u8> {
        let mut content = self.synced.clone();
        for (_, change) in self.pending.iter().enumerate().filter(|(at, _)| kept(*at)) {
            match change {
                Change::Length(length) => content.resize(*length, 0),
                Change::Bytes(at, bytes) => {
                    let end = at + bytes.len();
                    content.resize(content.len().max(end), 0);
                    content[*at..end].copy_from_slice(bytes);
                }
            }
        }
        content
    }
}

/// The same for the same seed, and about one in two.
fn is_kept(seed: u64, inode: usize, change: usize) -> bool {
    fingerprint(&(seed, inode, change)).is_multiple_of(2)
}

/// A hash, to know two worlds from each other.
pub fn fingerprint(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
