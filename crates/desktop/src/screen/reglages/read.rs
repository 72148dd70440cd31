//! What Réglages shows, read in a thread of its own: settings, the situations of the card that is signed in, the dated tables. And what
//! is due to be erased: read when somebody asks for it, and erased by a second key once it is shown. What is due: `core::retention`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use iced::Task;
use liasse_core::access::Refused;
use liasse_core::backup::Pace;
use liasse_core::cards::CardView;
use liasse_core::data_dir::World;
use liasse_core::desk::SignedIn;
use liasse_core::keys::Keys;
use liasse_core::office::Office;
use liasse_core::retention::{self, RetentionDone, RetentionReport, Sure};
use liasse_core::schedule::Schedule;
use liasse_core::settings::{Absence, Appearance, Shown};
use liasse_core::tariffs::{self, Standing};
use liasse_domain::{BillingSituation, Coded, Report};

use super::safe;
use crate::ask::aside;
use crate::screen::given;
use crate::widget::secret::SecretBuffer;

/// How long the cards are waited for: one of them may be signing.
const CARDS_CAP: Duration = Duration::from_secs(10);

/// What is shown.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Every setting; of a secret only whether it is set.
    pub settings: Vec<Shown>,
    /// When the post works by itself.
    pub schedule: Schedule,
    /// The look that was chosen.
    pub look: Appearance,
    /// What happens while nobody is there.
    pub absence: Absence,
    /// All situations of the card that is signed in.
    pub situations: Vec<BillingSituation>,
    /// Whether its holder typed them: the card's are in a format that is not public.
    pub typed: bool,
    /// How the dated tables stand today.
    pub tables: Vec<Standing>,
    /// Where the data lies.
    pub root: PathBuf,
    /// The keys and the backups.
    pub safe: safe::Facts,
}

/// Reads all of it.
pub fn read(office: &Office, signed_in: Option<&SignedIn>) -> Task<Result<Facts, Report>> {
    let (lane, cards) = (office.workstation(), office.cards());
    let (root, today, real) = (office.root().to_path_buf(), office.today(), office.world() == World::Real);
    let serial = signed_in.map(|person| person.serial.clone());
    aside(move || {
        let (settings, schedule, look, absence) = lane.call(|ws| {
            let (settings, schedule) = (ws.settings_shown()?, ws.schedule()?);
            Ok::<_, liasse_core::CoreError>((settings, schedule, ws.appearance()?, ws.absence()?))
        })??;
        let (standing, now) = lane.call(|ws| Ok::<_, liasse_core::CoreError>((ws.backups()?, ws.now())))??;
        let ways = Keys::read(&root).map(|keys| keys.ways());
        let safe = safe::Facts::of(ways, real, standing, now);
        let readers = cards.call_within(CARDS_CAP, |desk| desk.snapshot()).map(|snapshot| snapshot.readers);
        let of_the_card = |card: CardView| match card {
            CardView::Cps(cps) if Some(&cps.identity.serial) == serial.as_ref() => Some(cps),
            _ => None,
        };
        // Without an answer of the cards the one situation of who is signed in is shown.
        let card = readers.unwrap_or_default().into_iter().find_map(|reader| of_the_card(reader.card));
        let typed = card.as_ref().is_some_and(|cps| cps.situations_not_public);
        let situations = match card {
            Some(cps) if typed => lane.call(move |ws| ws.typed_card(&cps))??.and_then(|cps| cps.situations),
            Some(cps) => cps.situations,
            None => None,
        };
        let situations = situations.unwrap_or_default();
        let tables = tariffs::standing(Some(&root), today)?;
        Ok(Facts { settings, schedule, look, absence, situations, typed, tables, root, safe })
    })
}

/// What is due to be erased, as far as somebody asked. It names nobody and no amount.
#[derive(Default)]
pub struct Keeping {
    pub(super) stage: Stage,
    /// Whose card was in when it was asked; nobody's, where whoever opened the data asks.
    asked_by: Option<String>,
    /// The passphrase was given for it; the demonstration has none.
    confirmed: bool,
    /// They were shown the date that is doubted, and it is right.
    clock: bool,
    pub(super) buffer: SecretBuffer,
    pub(super) refused: Option<Report>,
    pub(super) erased: Option<RetentionDone>,
    /// Who had it erased is gone: no further piece goes.
    gone: Arc<AtomicBool>,
}

/// How far it is.
#[derive(Default)]
pub(super) enum Stage {
    /// Nobody asked.
    #[default]
    Unasked,
    /// Others have data here, or nobody's card is in: the passphrase is typed.
    Passphrase,
    /// It is read, or erased.
    Working,
    /// It is shown.
    Shown(Box<RetentionReport>),
}

/// What happens with it.
#[derive(Clone, Debug)]
pub enum Erasing {
    /// Shows what is due; where it is shown, erases it.
    Go,
    /// A character of the passphrase came or went.
    Typed,
    /// The passphrase is typed.
    Submit,
    /// It opens the data, or not.
    Known(Result<(), Report>),
    /// What is due was read.
    Shown(Result<Box<RetentionReport>, Report>),
    /// It is erased, or not.
    Erased(Result<RetentionDone, Report>),
}

/// Whether anything would be erased.
pub(super) fn is_due(report: &RetentionReport) -> bool {
    let due = &report.due;
    due.documents + due.sheets + due.patients + due.transfers > 0
}

fn serial(who: Option<&SignedIn>) -> Option<String> {
    who.map(|person| person.serial.clone())
}

impl Keeping {
    /// Takes what is shown away; what is under way goes on.
    pub fn dismiss(&mut self) {
        if !matches!(self.stage, Stage::Working) {
            *self = Self::default();
        }
    }

    /// That person sits there now. What another had erased stops after the piece that is under way.
    pub fn is_before(&self, who: Option<&SignedIn>) {
        if self.asked_by != serial(who) {
            self.gone.store(true, Ordering::SeqCst);
        }
    }

    /// Whether it is being read or erased.
    pub fn is_working(&self) -> bool {
        matches!(self.stage, Stage::Working)
    }

    /// Whether that person gave the passphrase for it.
    pub fn is_confirmed_by(&self, who: Option<&SignedIn>) -> bool {
        self.confirmed && self.asked_by == serial(who)
    }

    /// Takes a message in.
    pub fn update(&mut self, office: &Office, who: Option<&SignedIn>, message: Erasing) -> Task<Erasing> {
        match message {
            Erasing::Go => return self.go(office, who),
            Erasing::Typed => self.refused = None,
            Erasing::Submit => return self.submit(office),
            Erasing::Known(Ok(())) => {
                self.confirmed = true;
                return self.show(office, who);
            }
            Erasing::Known(Err(report)) => (self.stage, self.refused) = (Stage::Passphrase, Some(report)),
            Erasing::Shown(Ok(report)) => self.stage = Stage::Shown(report),
            Erasing::Shown(Err(report)) => return self.not_shown(office, who, report),
            Erasing::Erased(Ok(done)) => *self = Self { erased: Some(done), ..Self::default() },
            Erasing::Erased(Err(report)) => return self.not_erased(office, who, report),
        }
        Task::none()
    }

    fn go(&mut self, office: &Office, who: Option<&SignedIn>) -> Task<Erasing> {
        match &self.stage {
            Stage::Working | Stage::Passphrase => Task::none(),
            // Whoever comes after is shown it first.
            Stage::Shown(report) if self.asked_by == serial(who) && is_due(report) => {
                self.stage = Stage::Working;
                self.gone = Arc::default();
                let sure = Sure { passphrase: self.confirmed, clock: self.clock };
                let (person, root) = (who.cloned(), office.root().to_path_buf());
                let (lane, gone) = (office.workstation(), Arc::clone(&self.gone));
                let erased = aside(move || {
                    let mut step = |_: &RetentionDone| if gone.load(Ordering::SeqCst) { Pace::Stop } else { Pace::Go };
                    retention::apply(&lane, person.as_ref(), sure, &root, &mut step)
                });
                erased.map(Erasing::Erased)
            }
            Stage::Unasked | Stage::Shown(_) => {
                *self = Self { asked_by: serial(who), ..Self::default() };
                self.show(office, who)
            }
        }
    }

    fn show(&mut self, office: &Office, who: Option<&SignedIn>) -> Task<Erasing> {
        self.stage = Stage::Working;
        let (person, confirmed) = (who.cloned(), self.confirmed && self.asked_by == serial(who));
        let lane = office.workstation();
        let read = aside(move || retention::report(&lane, person.as_ref(), confirmed).map(Box::new));
        read.map(Erasing::Shown)
    }

    /// Refused: where others have data here, or nobody's card is in, the passphrase is asked for it.
    fn not_shown(&mut self, office: &Office, who: Option<&SignedIn>, report: Report) -> Task<Erasing> {
        self.stage = Stage::Unasked;
        if self.confirmed || !self.asks(office, who, &report) {
            self.refused = Some(report);
        } else if self.confirmed {
            return self.show(office, who);
        }
        Task::none()
    }

    /// Refused: a clock that stands far from the journal is believed where the passphrase is given for it; what is due is shown anew.
    fn not_erased(&mut self, office: &Office, who: Option<&SignedIn>, report: Report) -> Task<Erasing> {
        let clock = self.clock;
        *self = Self::default();
        let asked = !clock && self.asks(office, who, &report);
        self.refused = Some(report);
        if asked && self.confirmed { self.show(office, who) } else { Task::none() }
    }

    /// Has the passphrase given, where that is what a refusal asks for: whether it is. The demonstration has none: there the next
    /// key confirms.
    pub fn asks(&mut self, office: &Office, who: Option<&SignedIn>, refused: &Report) -> bool {
        if refused.code != Refused::Passphrase.code().0 && refused.code != given::AHEAD {
            return false;
        }
        self.asked_by = serial(who);
        self.clock = refused.code == given::AHEAD;
        if office.world() == World::Real {
            self.stage = Stage::Passphrase;
        } else {
            self.confirmed = true;
        }
        true
    }

    fn submit(&mut self, office: &Office) -> Task<Erasing> {
        if !matches!(self.stage, Stage::Passphrase) || self.buffer.is_empty() {
            return Task::none();
        }
        self.stage = Stage::Working;
        given::opens(office, self.buffer.take()).map(Erasing::Known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_had_erased_stops_once_they_are_gone() {
        let doctors = Keeping { asked_by: Some("00000117".to_owned()), ..Keeping::default() };
        assert!(!doctors.gone.load(Ordering::SeqCst));
        doctors.is_before(None);
        assert!(doctors.gone.load(Ordering::SeqCst));
        // Without a card it is whoever opened the data, who is still there.
        let nobodys = Keeping::default();
        nobodys.is_before(None);
        assert!(!nobodys.gone.load(Ordering::SeqCst));
    }
}
