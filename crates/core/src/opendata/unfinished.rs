//! A folder that an export is being written into: everybody's data, in the clear, wherever somebody wanted them. A note in the data
//! directory says which, for as long as it is not whole, so that the next opening takes away what a program left that was killed.
//! Only what an export writes is taken away, from a folder that has the name of one that is not whole.

use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

use liasse_store::TABLES;

use super::{DATA, MANIFEST, READ_ME, SHEETS, Sheet, UNFINISHED, file_of, file_of_sheet};
use crate::data_dir::{create_private, sync_folder, write_private};

/// How the name of a note begins and ends.
const NOTE: &str = "donnees-";
const NOTE_ENDS: &str = ".en-cours";

/// See the module. What is not whole when this goes, goes with it.
pub(super) struct Unfinished {
    folder: PathBuf,
    note: PathBuf,
    /// It is whole, and has another name: that it is absent is so for good.
    pub(super) whole: bool,
}

impl Unfinished {
    /// Notes in the folder `notes` that this one is about to be written, and makes it.
    pub(super) fn begin(notes: &Path, folder: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        create_private(notes)?;
        let mut names = (1_u32..).map(|number| notes.join(format!("{NOTE}{number}{NOTE_ENDS}")));
        let note = names.find(|note| note.symlink_metadata().is_err()).ok_or(ErrorKind::AlreadyExists)?;
        write_private(&note, folder.as_os_str().as_encoded_bytes())?;
        sync_folder(notes)?;
        let unfinished = Self { folder, note, whole: false };
        for folder in [unfinished.folder.clone(), unfinished.folder.join(DATA), unfinished.folder.join(SHEETS)] {
            create_private(&folder)?;
        }
        Ok(unfinished)
    }

    /// The folder, under the name that it has until it is whole.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        settle(&self.note, &self.folder, self.whole);
    }
}

/// Takes away what exports left that were cut, by the notes in a folder. A drive that is not plugged in keeps its note.
pub(crate) fn clear_cut(notes: &Path) {
    for entry in fs::read_dir(notes).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_note = name.to_str().is_some_and(|name| name.starts_with(NOTE) && name.ends_with(NOTE_ENDS));
        if is_note && let Ok(said) = fs::read(entry.path()) {
            settle(&entry.path(), &path_of(said), false);
        }
    }
}

/// Takes away what a note says, and then the note; where the folder is absent, if `absent` says that it is so for good: a folder that
/// is a drive's place may be there without its drive, and only who wrote knows. A note too many costs nothing.
fn settle(note: &Path, folder: &Path, absent: bool) {
    if is_cleared(folder, absent) {
        drop(fs::remove_file(note));
    }
}

/// Takes away what an export wrote into a folder; whether nothing of it is there.
fn is_cleared(folder: &Path, absent: bool) -> bool {
    let ends = format!(".{UNFINISHED}");
    if !folder.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&ends)) {
        // A note that was cut itself: nothing had been written.
        return true;
    }
    match fs::symlink_metadata(folder) {
        Ok(found) if !found.is_dir() => return true,
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return absent,
        Err(_) => return false,
    }
    let tables = TABLES.iter().map(file_of);
    let sheets = Sheet::ALL.map(|sheet| file_of_sheet(sheet).to_owned());
    let files = tables.chain(sheets).chain([READ_ME, MANIFEST].map(str::to_owned));
    let gone = |file: String| match fs::remove_file(folder.join(file)) {
        Ok(()) => true,
        Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    };
    let left = files.map(gone).filter(|gone| !gone).count();
    for empty in [folder.join(DATA), folder.join(SHEETS), folder.to_owned()] {
        // Somebody's file stays, and the folder around it.
        drop(fs::remove_dir(empty));
    }
    left == 0
}

/// The path of a note.
#[cfg(unix)]
fn path_of(said: Vec<u8>) -> PathBuf {
    <OsString as std::os::unix::ffi::OsStringExt>::from_vec(said).into()
}

#[cfg(not(unix))]
fn path_of(said: Vec<u8>) -> PathBuf {
    OsString::from(String::from_utf8_lossy(&said).into_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder for notes and one beside it to export to.
    fn places(name: &str) -> (PathBuf, PathBuf) {
        let root = std::env::temp_dir().join(format!("liasse-unfinished-export-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&root));
        fs::create_dir_all(&root).expect("a folder");
        (root.join("notes"), root)
    }

    fn notes(folder: &Path) -> usize {
        fs::read_dir(folder).map_or(0, Iterator::count)
    }

    /// As a program that is killed leaves it.
    fn killed(notes: &Path, folder: &Path) {
        let begun = Unfinished::begin(notes, folder).expect("begun");
        fs::write(begun.folder().join("donnees/patient.jsonl"), "DURAND").expect("written");
        fs::write(begun.folder().join("tableaux/patients.csv"), "DURAND").expect("written");
        std::mem::forget(begun);
    }

    #[test]
    fn what_a_killed_export_left_goes_at_the_next_opening_and_nothing_else() {
        let (kept, root) = places("killed");
        let (one, other) = (root.join("un.partiel"), root.join("autre.partiel"));
        killed(&kept, &one);
        killed(&kept, &other);
        fs::write(other.join("mine.txt"), "somebody's").expect("written");
        let strangers = root.join("troisième.partiel");
        fs::create_dir_all(&strangers).expect("a folder");
        assert_eq!(notes(&kept), 2);
        clear_cut(&kept);
        assert!(!one.exists() && strangers.exists());
        let left: Vec<OsString> =
            fs::read_dir(&other).expect("read").map(|one| one.expect("one").file_name()).collect();
        assert_eq!((left, notes(&kept)), (vec![OsString::from("mine.txt")], 0));
        fs::remove_dir_all(&root).expect("removed");
    }

    #[test]
    fn a_drive_that_is_not_plugged_in_keeps_its_note_until_it_is() {
        let (kept, root) = places("unplugged");
        let drive = root.join("cle");
        fs::create_dir_all(&drive).expect("a folder");
        killed(&kept, &drive.join("sortie.partiel"));
        fs::rename(&drive, root.join("partie")).expect("unplugged");
        clear_cut(&kept);
        assert_eq!(notes(&kept), 1);
        fs::rename(root.join("partie"), &drive).expect("plugged in");
        clear_cut(&kept);
        assert_eq!((notes(&kept), notes(&drive)), (0, 0));
        fs::remove_dir_all(&root).expect("removed");
    }

    #[test]
    fn what_ends_by_itself_leaves_no_note_and_what_is_whole_stays() {
        let (kept, root) = places("ended");
        let (cut, whole) = (root.join("coupe.partiel"), root.join("sortie"));
        drop(Unfinished::begin(&kept, &cut).expect("begun"));
        assert!(!cut.exists());
        let mut begun = Unfinished::begin(&kept, &root.join("sortie.partiel")).expect("begun");
        fs::write(begun.folder().join("manifeste.json"), "{}").expect("written");
        fs::rename(begun.folder(), &whole).expect("whole");
        begun.whole = true;
        drop(begun);
        assert!(whole.join("manifeste.json").exists());
        assert_eq!(notes(&kept), 0);
        // A note that says no such folder takes nothing away.
        fs::write(kept.join("donnees-1.en-cours"), whole.as_os_str().as_encoded_bytes()).expect("written");
        clear_cut(&kept);
        assert!(whole.join("manifeste.json").exists());
        assert_eq!(notes(&kept), 0);
        fs::remove_dir_all(&root).expect("removed");
    }

    #[test]
    fn a_drive_that_is_pulled_while_it_is_written_keeps_its_note() {
        let (kept, root) = places("pulled");
        let (drive, away) = (root.join("cle"), root.join("ailleurs"));
        let begun = Unfinished::begin(&kept, &drive.join("sortie.partiel")).expect("begun");
        fs::write(begun.folder().join("donnees/patient.jsonl"), "DURAND").expect("written");
        fs::rename(&drive, &away).expect("pulled");
        // Its place stays, as a line of fstab has it.
        fs::create_dir(&drive).expect("the place of a drive");
        drop(begun);
        assert_eq!(notes(&kept), 1);
        clear_cut(&kept);
        assert_eq!(notes(&kept), 1, "nor at an opening without it");
        fs::remove_dir(&drive).expect("removed");
        fs::rename(&away, &drive).expect("plugged in");
        clear_cut(&kept);
        assert!(!drive.join("sortie.partiel").exists());
        assert_eq!(notes(&kept), 0);
        fs::remove_dir_all(&root).expect("removed");
    }
}
