//! The memory of another process as root reads it: what a dump of a crash would hold, were there one.
//! Not a debugger: nothing in it is changed. A program that stands still is read whole; one that runs, as it was.

use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::canary::{Found, Marks};

/// So much is read at a time, and so much again of the end before, so that no mark falls between.
const PIECE: u64 = 8 << 20;
const AGAIN: u64 = 256;

/// What a reading found.
#[derive(Debug)]
pub struct Searched {
    /// How many bytes were read.
    pub bytes: u64,
    /// The marks, each with the part of the memory that holds it.
    pub found: Vec<(String, Found)>,
}

/// Whether the memory of a process opens to this one at all.
pub fn is_open(pid: u32) -> bool {
    File::open(format!("/proc/{pid}/mem")).is_ok()
}

/// Searches every part of a process's memory that can be read.
///
/// # Panics
/// When it is not open to this process: root's is.
pub fn searched(pid: u32, marks: &Marks) -> Searched {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).expect("its parts");
    let memory = File::open(format!("/proc/{pid}/mem")).expect("its memory");
    let mut all = Searched { bytes: 0, found: Vec::new() };
    let mut piece = vec![0; usize::try_from(PIECE).expect("a few megabytes")];
    for part in maps.lines().filter_map(Part::read) {
        let mut at = part.from;
        while at < part.until {
            let length = usize::try_from(PIECE.min(part.until - at)).expect("a few megabytes");
            // Parts of the kernel's own do not read.
            let Ok(read @ 1..) = memory.read_at(&mut piece[..length], at) else { break };
            all.found.extend(marks.found_in(&piece[..read]).into_iter().map(|found| (part.name.clone(), found)));
            let read = u64::try_from(read).expect("a length");
            all.bytes += read;
            at += if at + read < part.until && read > AGAIN { read - AGAIN } else { read };
        }
    }
    all.found.sort();
    all.found.dedup();
    all
}

/// A part of the memory: from where until where, and what it is.
struct Part {
    from: u64,
    until: u64,
    name: String,
}

impl Part {
    /// A line of `maps`, if that part can be read.
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (from, until) = words.next()?.split_once('-')?;
        let rights = words.next().filter(|rights| rights.starts_with('r'))?;
        let name = words.nth(3).unwrap_or("without a name");
        let place = |text| u64::from_str_radix(text, 16).ok();
        Some(Self { from: place(from)?, until: place(until)?, name: format!("{name} {rights}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_memory_is_found_and_a_line_of_maps_is_read() {
        // Put together here, so that no constant of this program holds it.
        let planted: String = ["602", "91", "748"].concat();
        let searched = searched(std::process::id(), &Marks::of([planted.as_str()]));
        assert!(searched.bytes > 1 << 20, "{} bytes", searched.bytes);
        let plain = Found { mark: planted.clone(), written: "plain" };
        assert!(searched.found.iter().any(|(_, found)| *found == plain), "{:?}", searched.found);
        let part = Part::read("7f01-7f02 rw-p 00000000 00:00 0          [heap]").expect("a part");
        assert_eq!((part.from, part.until, part.name.as_str()), (0x7f01, 0x7f02, "[heap] rw-p"));
        assert!(Part::read("7f01-7f02 ---p 00000000 00:00 0").is_none());
    }
}
