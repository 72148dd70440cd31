//! Backups and drills of an open practice, on the caller's thread: the lane that has the data is asked before and told after, and works
//! for the desk meanwhile. One at a time for one directory. Nothing here keeps the practice open: it may be closed while one is made.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use liasse_domain::Instant;
use liasse_store::Pace;

use super::drill::{Drilled, drill};
use super::make::{Made, make};
use super::shelf::{STORE, hex};
use super::{BackupError, Context, Progress, Standing, rotation};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::lane::Handle;
use crate::office::{Key, Office};
use crate::workstation::Workstation;

/// What a backup needs of an open practice.
#[derive(Clone)]
pub struct Source {
    lane: Handle<Workstation>,
    key: Key,
    root: PathBuf,
    store: PathBuf,
}

impl Source {
    /// Of that practice.
    pub fn of(office: &Office) -> Self {
        let root = office.root().to_owned();
        Self { lane: office.workstation(), key: office.key().clone(), store: root.join(STORE), root }
    }

    /// Makes a backup now, in `into` or else in the folder that is set. `rotate` takes away what the rule does not keep.
    ///
    /// # Errors
    /// [`BackupError`]; what went wrong with the folder that is set is told in the journal, À surveiller and the doctor.
    pub fn back_up(
        &self,
        into: Option<&Path>,
        rotate: bool,
        who: Option<&SignedIn>,
        step: &mut dyn FnMut(Progress) -> Pace,
    ) -> Result<Made, BackupError> {
        let _running = Running::begin(&self.root)?;
        let (standing, now) = self.begin(Deed::Backup, who)?;
        let folder = place(into, &standing)?;
        let counts = counts(into, &standing);
        let outcome = make(&self.context(now), &folder, step).map(|mut made| {
            if let (true, Some(first)) = (rotate, made.checked.first) {
                // What is too much today goes tomorrow.
                let context = self.context(now);
                made.gone = rotation::rotate(&context, &folder, &hex(&first), standing.keep).unwrap_or_default();
            }
            made
        });
        if matches!(outcome, Err(BackupError::Stopped)) {
            return outcome;
        }
        let who = who.cloned();
        let (outcome, told) = self.lane.call(move |workstation| {
            let told = workstation.tell_backup(outcome.as_ref(), counts, who.as_ref());
            (outcome, told)
        })?;
        let made = outcome?;
        told?;
        Ok(made)
    }

    /// Plays the drill now, with the newest backup in `into` or else in the folder that is set. The journal tells what was found.
    ///
    /// # Errors
    /// [`BackupError`] where no copy could be opened. A copy that is not what it should be: [`Drilled::fault`].
    pub fn drill(&self, into: Option<&Path>, who: Option<&SignedIn>) -> Result<Drilled, BackupError> {
        let _running = Running::begin(&self.root)?;
        let (standing, now) = self.begin(Deed::Drill, who)?;
        let folder = place(into, &standing)?;
        let counts = counts(into, &standing);
        let outcome = drill(&self.context(now), &folder);
        let who = who.cloned();
        let (outcome, told) = self.lane.call(move |workstation| {
            let told = workstation.tell_drill(outcome.as_ref(), counts, who.as_ref());
            (outcome, told)
        })?;
        let drilled = outcome?;
        told?;
        Ok(drilled)
    }

    /// How it stands, and the time of the practice.
    fn begin(&self, deed: Deed, who: Option<&SignedIn>) -> Result<(Standing, Instant), BackupError> {
        let who = who.cloned();
        let begun = self.lane.call(move |workstation| {
            let standing = workstation.begin_copy(deed, who.as_ref())?;
            Ok::<_, crate::CoreError>((standing, workstation.now()))
        })?;
        Ok(begun?)
    }

    fn context(&self, now: Instant) -> Context<'_> {
        Context { root: &self.root, store: &self.store, key: &*self.key, now }
    }
}

/// Makes what is due by itself: the backup of the day, the drill of the week. Asked every minute; does nothing where nothing is due.
/// Takes as long as it takes: for a thread of its own.
///
/// # Errors
/// [`BackupError`], once for each try: it is told in À surveiller and by the doctor until it went well.
pub fn keep_up(source: &Source) -> Result<(), BackupError> {
    let (standing, now) = source.begin(Deed::Backup, None)?;
    if standing.backup_is_due(now) {
        match source.back_up(None, true, None, &mut |_| Pace::Go) {
            // Somebody asked for one just now.
            Ok(_) | Err(BackupError::Running) => {}
            Err(error) => return Err(error),
        }
    }
    let (standing, now) = source.begin(Deed::Drill, None)?;
    if !standing.drill_is_due(now) {
        return Ok(());
    }
    match source.drill(None, None) {
        Ok(drilled) => drilled.fault().map_or(Ok(()), Err),
        Err(BackupError::Running) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The folder that was named, else the one that is set.
fn place(into: Option<&Path>, standing: &Standing) -> Result<PathBuf, BackupError> {
    into.map(Path::to_owned).or_else(|| standing.folder.clone()).ok_or(BackupError::NoFolder)
}

/// Whether it is one of those that are made by themselves: another folder has its own course.
fn counts(into: Option<&Path>, standing: &Standing) -> bool {
    into.is_none_or(|into| standing.folder.as_ref().is_none_or(|set| set == into))
}

/// The directories of which a backup or a drill is under way in this program.
static UNDER_WAY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Whether a backup or a drill of that directory is under way in this program.
pub fn is_under_way(root: &Path) -> bool {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).contains(root)
}

/// One of them, as long as it lives.
struct Running(PathBuf);

impl Running {
    fn begin(root: &Path) -> Result<Self, BackupError> {
        let mut under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.insert(root.to_owned()) { Ok(Self(root.to_owned())) } else { Err(BackupError::Running) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_for_one_directory() {
        let root = Path::new("/nonexistent-liasse/running");
        assert!(!is_under_way(root));
        let first = Running::begin(root).expect("free");
        assert!(is_under_way(root));
        assert!(matches!(Running::begin(root), Err(BackupError::Running)));
        let other = Running::begin(Path::new("/nonexistent-liasse/other")).expect("another practice's");
        drop((first, other));
        assert!(!is_under_way(root));
        drop(Running::begin(root).expect("free again"));
    }

    #[test]
    fn a_backup_in_another_folder_counts_for_nothing() {
        let set = Standing { folder: Some(PathBuf::from("/media/cle")), ..Standing::default() };
        assert!(counts(None, &set) && counts(Some(Path::new("/media/cle")), &set));
        assert!(!counts(Some(Path::new("/tmp/other")), &set));
        assert!(counts(Some(Path::new("/tmp/other")), &Standing::default()));
        assert!(matches!(place(None, &Standing::default()), Err(BackupError::NoFolder)));
    }
}
