//! How it stands with the backups of a practice: what is set, when the last was made, when it was last drilled, what is due by itself
//! and what somebody should be told. Not the making. A clock that jumped ahead and came back keeps no backup from being made.

use std::path::{Component, Path, PathBuf};

use chrono::{NaiveTime, TimeDelta};
use liasse_domain::{Code, Coded, Instant, Report, clock};
use liasse_store::{CopyEvent, CopyTold};
use serde::{Deserialize, Serialize};

use super::{BackupError, Drilled, Keep, Made};
use crate::access::Deed;
use crate::data_dir::World;
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::schedule;
use crate::settings::SettingError;
use crate::workstation::Workstation;

/// The setting: in which folder.
pub const FOLDER: &str = "backup.folder";
/// The setting: at which hour.
pub const HOUR: &str = "backup.at";
/// The setting: for how many days, weeks and months.
pub const KEEP: &str = "backup.keep";

/// The hour where none is set: between two consultations.
const USUAL_HOUR: (u32, u32) = (13, 0);
/// What failed is tried again after an hour.
const AGAIN: TimeDelta = TimeDelta::hours(1);
/// A drill a week.
const DRILL: TimeDelta = TimeDelta::days(7);
/// A long weekend without a backup is no news.
const LATE_DAYS: i64 = 4;
/// Nor is a drill that is a week late.
const DRILL_LATE_DAYS: i64 = 14;
/// A moment is in the future past what a machine that asks for the time corrects by itself.
const SLACK: TimeDelta = TimeDelta::minutes(5);

/// The last backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// When.
    pub at: Instant,
    /// Its name.
    pub name: String,
    /// The last entry of its journal.
    pub seq: u64,
}

/// A backup that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// When.
    pub at: Instant,
    /// Where the journal stood: which of it and a backup came first no clock need say.
    pub seq: u64,
    /// Why, as a code of the catalogue.
    pub code: String,
}

/// The last drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDrill {
    /// When.
    pub at: Instant,
    /// The name of the backup; none where there was none to open.
    pub name: Option<String>,
    /// Why it failed, as a code of the catalogue; `None` where it did not.
    pub code: Option<String>,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// In which folder, where it is set.
    pub folder: Option<PathBuf>,
    /// At which hour by itself; `None` for never.
    pub hour: Option<NaiveTime>,
    /// Which are kept.
    pub keep: Keep,
    /// The last backup.
    pub last: Option<Last>,
    /// The last that failed.
    pub failed: Option<Failed>,
    /// The last drill.
    pub drill: Option<LastDrill>,
    /// Whether the data are a real practice's.
    pub real: bool,
}

/// The folder of a setting: its whole path.
///
/// # Errors
/// [`SettingError::Value`] for a path that depends on where the program was started, or goes back over itself.
pub fn folder(value: &str) -> Result<PathBuf, SettingError> {
    let path = Path::new(value);
    let whole = path.is_absolute() && !path.components().any(|part| part == Component::ParentDir);
    if whole && !value.contains('\0') { Ok(path.to_owned()) } else { Err(SettingError::Value) }
}

impl Standing {
    /// Whether a backup is to be made now: the hour has come since the last one, and none was tried within the hour.
    pub fn backup_is_due(&self, now: Instant) -> bool {
        let Some(hour) = self.hour.filter(|_| self.folder.is_some()) else { return false };
        let tried = self.failed.as_ref().is_some_and(|failed| failed.at <= now + SLACK && now - failed.at < AGAIN);
        !tried && self.last.as_ref().is_none_or(|last| last.at > now + SLACK || schedule::came(hour, last.at, now))
    }

    /// Whether a drill is to be played now: there is a backup, and none was opened for a week.
    pub fn drill_is_due(&self, now: Instant) -> bool {
        if self.folder.is_none() || self.last.is_none() {
            return false;
        }
        let wait = |drill: &LastDrill| if drill.code.is_some() { TimeDelta::days(1) } else { DRILL };
        self.drill.as_ref().is_none_or(|drill| drill.at > now + SLACK || now - drill.at >= wait(drill))
    }

    /// Everything that is to be said now.
    pub fn warnings(&self, now: Instant) -> Vec<Report> {
        self.backup_warning(now).into_iter().chain(self.drill_warning(now)).collect()
    }

    /// What is to be said of the backups, where something is: none is set, the last failed, or is old.
    pub fn backup_warning(&self, now: Instant) -> Option<Report> {
        let tell = |code, values: &[(&'static str, String)]| Some(Report::new(code, values));
        if self.folder.is_none() {
            // The demonstration has nothing to lose.
            return self.real.then(|| Report::new(Code("sauvegarde.non_reglee"), &[]));
        }
        // By the journal: one that failed while the clock was ahead is not the last word until that day comes, nor does one that was
        // made then hide what fails now.
        let failed = self.failed.as_ref().filter(|failed| self.last.as_ref().is_none_or(|last| failed.seq > last.seq));
        if let Some(failed) = failed {
            return tell(Code("sauvegarde.echec"), &[("at", said(failed.at)), ("cause", cause(&failed.code))]);
        }
        let Some(last) = &self.last else { return tell(Code("sauvegarde.jamais"), &[]) };
        let days = (now - last.at).num_days();
        let values = [("at", said(last.at)), ("days", days.to_string())];
        if days >= LATE_DAYS { tell(Code("sauvegarde.en_retard"), &values) } else { None }
    }

    /// The same of the drills.
    pub fn drill_warning(&self, now: Instant) -> Option<Report> {
        self.folder.as_ref()?;
        let last = self.last.as_ref()?;
        let Some(drill) = &self.drill else {
            let old = (now - last.at).num_days() >= DRILL_LATE_DAYS;
            return old.then(|| Report::new(Code("sauvegarde.exercice_jamais"), &[]));
        };
        if let Some(code) = &drill.code {
            let values = [("at", said(drill.at)), ("cause", cause(code))];
            return Some(Report::new(Code("sauvegarde.exercice_echec"), &values));
        }
        let days = (now - drill.at).num_days();
        let values = [("at", said(drill.at)), ("days", days.to_string())];
        (days >= DRILL_LATE_DAYS).then(|| Report::new(Code("sauvegarde.exercice_en_retard"), &values))
    }
}

/// A moment as people say it.
pub(crate) fn said(at: Instant) -> String {
    clock::paris(at).format("%d/%m/%Y à %H h %M").to_string()
}

/// The sentence of a code that was kept; the code itself where a sentence needs more than it.
fn cause(code: &str) -> String {
    let sentence = Report::kept(code).map(|report| report.message).filter(|words| !words.contains('{'));
    sentence.unwrap_or_else(|| code.to_owned())
}

impl Workstation {
    /// How it stands with the backups.
    pub fn backups(&self) -> Result<Standing, CoreError> {
        let usual = NaiveTime::from_hms_opt(USUAL_HOUR.0, USUAL_HOUR.1, 0);
        Ok(Standing {
            folder: self.setting(FOLDER)?.map(|value| folder(&value)).transpose()?,
            hour: self.setting(HOUR)?.map_or(Ok(usual), |value| schedule::hour(&value))?,
            keep: self.setting(KEEP)?.map_or(Ok(Keep::default()), |value| Keep::parse(&value))?,
            last: self.told_last(CopyEvent::Made)?,
            failed: self.told_last(CopyEvent::NotMade)?,
            drill: self.told_last(CopyEvent::Drilled)?,
            real: self.world == World::Real,
        })
    }

    fn told_last<T: for<'de> Deserialize<'de>>(&self, event: CopyEvent) -> Result<Option<T>, CoreError> {
        // What does not read says nothing: a backup more is made.
        Ok(self.store.copy_kept(event)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// What a backup needs of the workstation before it begins: that it is allowed, and that the file is still the one that is open.
    ///
    /// # Errors
    /// [`crate::access::Refused`], [`liasse_store::StoreError::Replaced`].
    pub fn begin_copy(&self, deed: Deed, who: Option<&SignedIn>) -> Result<Standing, CoreError> {
        self.allow(deed, who)?;
        self.store.check_place()?;
        self.backups()
    }

    /// Tells the journal what became of a backup. `counts`: whether it is one of those that are made by themselves, by whose last
    /// the next is due.
    pub(crate) fn tell_backup(
        &mut self,
        outcome: Result<&Made, &BackupError>,
        counts: bool,
        who: Option<&SignedIn>,
    ) -> Result<(), CoreError> {
        let at = self.now();
        let stamp = who.map_or_else(|| system_stamp(at), |who| who.stamp(at));
        match outcome {
            Ok(made) => {
                let (seq, head) = (made.checked.journal_seq, made.checked.head);
                let told = CopyTold { name: Some(made.name.clone()), head: Some((seq, head)), code: None };
                let kept = counts.then(|| text(&Last { at: made.made_at, name: made.name.clone(), seq }));
                Ok(self.store.tell_copy(&stamp, CopyEvent::Made, &told, kept.as_deref())?)
            }
            Err(error) => {
                let code = error.code().0.to_owned();
                let told = CopyTold { code: Some(code.clone()), ..CopyTold::default() };
                let (seq, _) = self.store.journal_head()?;
                let kept = counts.then(|| text(&Failed { at, seq, code }));
                Ok(self.store.tell_copy(&stamp, CopyEvent::NotMade, &told, kept.as_deref())?)
            }
        }
    }

    /// The same of a drill.
    pub(crate) fn tell_drill(
        &mut self,
        outcome: Result<&Drilled, &BackupError>,
        counts: bool,
        who: Option<&SignedIn>,
    ) -> Result<(), CoreError> {
        let at = self.now();
        let stamp = who.map_or_else(|| system_stamp(at), |who| who.stamp(at));
        let (name, head, code) = match outcome {
            Ok(drilled) => {
                let head = (drilled.checked.journal_seq, drilled.checked.head);
                let code = drilled.fault().map(|fault| fault.code().0.to_owned());
                (Some(drilled.backup.name.clone()), Some(head), code)
            }
            Err(error) => (None, None, Some(error.code().0.to_owned())),
        };
        let event = if code.is_none() { CopyEvent::Drilled } else { CopyEvent::DrillFailed };
        let kept = counts.then(|| text(&LastDrill { at, name: name.clone(), code: code.clone() }));
        Ok(self.store.tell_copy(&stamp, event, &CopyTold { name, head, code }, kept.as_deref())?)
    }
}

fn text(kept: &impl Serialize) -> String {
    // Texts, numbers and moments: nothing of it can fail.
    serde_json::to_string(kept).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use liasse_domain::Level;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().expect("a moment")
    }

    fn last(text: &str) -> Option<Last> {
        Some(Last { at: at(text), name: "liasse-2026-01-15-1300".to_owned(), seq: 12 })
    }

    fn failed(text: &str, seq: u64) -> Option<Failed> {
        Some(Failed { at: at(text), seq, code: "sauvegarde.dossier_absent".to_owned() })
    }

    fn set() -> Standing {
        let hour = NaiveTime::from_hms_opt(13, 0, 0);
        Standing { folder: Some(PathBuf::from("/media/cle")), hour, ..Standing::default() }
    }

    #[test]
    fn a_backup_is_due_once_a_day_in_paris_and_at_once_after_days_without_the_program() {
        for (made, now, due) in [
            (None, "2026-01-15T08:00:00Z", true),
            (last("2026-01-14T12:00:30Z"), "2026-01-15T11:59:59Z", false),
            (last("2026-01-14T12:00:30Z"), "2026-01-15T12:00:00Z", true),
            (last("2026-01-15T12:00:30Z"), "2026-01-15T18:00:00Z", false),
            // Made by hand in the morning: the hour comes all the same.
            (last("2026-01-15T08:00:00Z"), "2026-01-15T12:00:00Z", true),
            // Nobody was there from Friday on: Monday morning makes up for it.
            (last("2026-01-15T12:00:30Z"), "2026-01-19T07:30:00Z", true),
            // Summer time: 13:00 in Paris is 11:00 UTC.
            (last("2026-03-28T12:00:30Z"), "2026-03-29T10:59:59Z", false),
            (last("2026-03-28T12:00:30Z"), "2026-03-29T11:00:00Z", true),
            // The clock was a year ahead when the last one was made.
            (last("2027-01-15T12:00:00Z"), "2026-01-15T08:00:00Z", true),
        ] {
            assert_eq!(Standing { last: made.clone(), ..set() }.backup_is_due(at(now)), due, "{made:?} {now}");
        }
        let never = Standing { hour: None, ..set() };
        assert!(!never.backup_is_due(at("2026-01-15T18:00:00Z")));
        assert!(!Standing { folder: None, ..set() }.backup_is_due(at("2026-01-15T18:00:00Z")));
    }

    #[test]
    fn what_failed_is_tried_again_after_an_hour() {
        let standing =
            Standing { last: last("2026-01-14T12:00:00Z"), failed: failed("2026-01-15T12:00:00Z", 12), ..set() };
        assert!(!standing.backup_is_due(at("2026-01-15T12:59:00Z")));
        assert!(standing.backup_is_due(at("2026-01-15T13:00:00Z")));
        let standing = Standing { failed: failed("2027-01-15T12:00:00Z", 12), ..standing };
        assert!(standing.backup_is_due(at("2026-01-15T12:30:00Z")), "it failed while the clock was ahead");
    }

    #[test]
    fn a_drill_is_due_every_week_and_a_day_after_one_that_failed() {
        let drilled = |day: &str, code: Option<&str>| {
            let drill = LastDrill { at: at(day), name: None, code: code.map(str::to_owned) };
            Standing { last: last("2026-01-15T12:00:00Z"), drill: Some(drill), ..set() }
        };
        let now = at("2026-01-15T12:00:00Z");
        assert!(!set().drill_is_due(now), "there is no backup");
        assert!(Standing { last: last("2026-01-15T12:00:00Z"), ..set() }.drill_is_due(now));
        assert!(!drilled("2026-01-08T12:00:01Z", None).drill_is_due(now));
        assert!(drilled("2026-01-08T12:00:00Z", None).drill_is_due(now));
        assert!(drilled("2026-01-14T12:00:00Z", Some("sauvegarde.alteree")).drill_is_due(now));
        assert!(!drilled("2026-01-14T13:00:00Z", Some("sauvegarde.alteree")).drill_is_due(now));
        assert!(drilled("2027-01-15T12:00:00Z", None).drill_is_due(now), "the clock was ahead");
    }

    #[test]
    fn what_is_missing_failed_or_old_is_told() {
        let now = at("2026-01-15T12:30:00Z");
        let of = |standing: &Standing| standing.backup_warning(now).map(|report| report.code);
        assert_eq!(of(&Standing::default()), None, "the demonstration has nothing to lose");
        let real = Standing { real: true, ..Standing::default() };
        assert_eq!(of(&real).as_deref(), Some("sauvegarde.non_reglee"));
        assert_eq!(of(&set()).as_deref(), Some("sauvegarde.jamais"));
        assert_eq!(of(&Standing { last: last("2026-01-12T12:00:00Z"), ..set() }), None, "a long weekend");
        let old = Standing { last: last("2026-01-11T12:00:00Z"), ..set() }.backup_warning(now).expect("told");
        assert_eq!((old.code.as_str(), old.level), ("sauvegarde.en_retard", Level::Warning));
        assert!(old.message.contains("11/01/2026 à 13 h 00"), "{}", old.message);
        let failed =
            Standing { last: last("2026-01-14T12:00:00Z"), failed: failed("2026-01-15T12:30:00Z", 13), ..set() };
        let report = failed.backup_warning(now).expect("told");
        let why = Report::new(Code("sauvegarde.dossier_absent"), &[]).message;
        assert!(report.code == "sauvegarde.echec" && report.message.contains(&why), "{}", report.message);
        let since = Last { at: at("2026-01-15T12:30:01Z"), name: "liasse-2026-01-15-1330".to_owned(), seq: 14 };
        assert_eq!(of(&Standing { last: Some(since), ..failed }), None, "it went well since");
    }

    #[test]
    fn what_failed_or_went_well_under_a_clock_that_was_ahead_is_not_the_last_word() {
        let now = at("2026-01-16T12:30:00Z");
        let of = |standing: Standing| standing.backup_warning(now).map(|report| report.code);
        let ahead = failed("2027-01-15T12:00:00Z", 11);
        let made = last("2026-01-16T12:00:00Z");
        assert_eq!(of(Standing { last: made, failed: ahead, ..set() }), None, "one was made since");
        let late = failed("2026-01-16T12:00:00Z", 13);
        let ahead = last("2027-01-15T12:00:00Z");
        let told = of(Standing { last: ahead, failed: late, ..set() });
        assert_eq!(told.as_deref(), Some("sauvegarde.echec"), "it failed since");
    }

    #[test]
    fn a_drill_that_failed_or_is_late_is_told() {
        let now = at("2026-01-30T12:00:00Z");
        let of = |drill: Option<(&str, Option<&str>)>, made: &str| {
            let drill = drill.map(|(day, code)| LastDrill { at: at(day), name: None, code: code.map(str::to_owned) });
            Standing { last: last(made), drill, ..set() }.drill_warning(now).map(|report| report.code)
        };
        assert_eq!(of(None, "2026-01-29T12:00:00Z"), None, "the first comes by itself");
        assert_eq!(of(None, "2026-01-16T12:00:00Z").as_deref(), Some("sauvegarde.exercice_jamais"));
        let made = "2026-01-29T12:00:00Z";
        assert_eq!(of(Some(("2026-01-23T12:00:00Z", None)), made), None);
        assert_eq!(of(Some(("2026-01-16T12:00:00Z", None)), made).as_deref(), Some("sauvegarde.exercice_en_retard"));
        let failed = Some(("2026-01-29T12:00:00Z", Some("sauvegarde.alteree")));
        assert_eq!(of(failed, made).as_deref(), Some("sauvegarde.exercice_echec"));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_is_named_by_its_whole_path() {
        assert_eq!(folder("/media/cle"), Ok(PathBuf::from("/media/cle")));
        for wrong in ["", "sauvegardes", "./sauvegardes", "/media/../etc", "~/sauvegardes", "/media/\0"] {
            assert_eq!(folder(wrong), Err(SettingError::Value), "{wrong:?}");
        }
    }
}
