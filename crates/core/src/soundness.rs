//! Whether what is here can be believed before something is signed: the clock against the journal, and the word that lets go on
//! after a clock that was far ahead; the journal against a lot that left; refusals that no honest hand meets. Not the chain itself.
//! Rule: issue "The locum's session", "Shown by": cheats refused and journaled.

use chrono::Duration;
use liasse_domain::{Code, Coded, FseRef, Instant, clock};
use liasse_formats::cms;
use liasse_formats::lot::open_lot;
use liasse_store::{JournalFault, Stamp};

use crate::access;
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::guard::Refused;
use crate::workstation::Workstation;

/// By how much a clock may be set back without a word: what a machine that asks for the time corrects by itself.
pub(crate) const SLACK: Duration = Duration::minutes(5);

/// The clock stands before the last entry of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock is behind the journal")]
pub struct ClockBehind;

impl Coded for ClockBehind {
    fn code(&self) -> Code {
        Code("system.horloge_en_retard")
    }
}

/// How long a practice writes nothing and is believed: a clock that stands further after the journal may be years ahead, and would
/// have erased what is not due.
const SILENCE: Duration = Duration::days(60);

/// The clock stands long after the last entry of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock is far ahead of the journal")]
pub struct ClockAhead {
    /// What the clock says.
    pub now: Instant,
    /// The last entry of the journal.
    pub last: Instant,
}

impl Coded for ClockAhead {
    fn code(&self) -> Code {
        Code("system.horloge_en_avance")
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let day = |at: Instant| clock::paris(at).format("%d/%m/%Y").to_string();
        vec![("now", day(self.now)), ("last", day(self.last))]
    }
}

impl Workstation {
    /// Refuses to erase by a clock that stands long after the journal: whoever says that it is right confirms.
    pub(crate) fn check_clock_to_erase(&self, confirmed: bool) -> Result<(), CoreError> {
        let now = self.now();
        // What this very day wrote, the sign-in among it, was written by the clock that is doubted.
        let before = self.store.journal_last_before(now - Duration::days(1))?;
        match before.filter(|last| *last + SILENCE < now && !confirmed) {
            Some(last) => Err(ClockAhead { now, last }.into()),
            None => Ok(()),
        }
    }

    /// Refuses while the clock stands before what the journal has told: dates decide who may sign.
    pub(crate) fn check_clock(&self) -> Result<(), CoreError> {
        self.clock_gap()?.map_or(Ok(()), |_| Err(ClockBehind.into()))
    }

    /// What the clock says and where the journal stands, where the clock stands before it.
    pub fn clock_gap(&self) -> Result<Option<(Instant, Instant)>, CoreError> {
        let now = self.now();
        Ok(self.store.journal_last_at()?.filter(|last| now + SLACK < *last).map(|last| (now, last)))
    }

    /// A practitioner says, by their own card, that the clock is right although the journal stands after it: it was once far ahead.
    /// The journal tells so, and goes on from there. Gives where it stood; `None` where there is nothing to accept.
    ///
    /// # Errors
    /// [`Refused::Practitioner`](access::Refused::Practitioner) for anybody else: dates decide who may sign.
    pub fn accept_clock(&mut self, who: &SignedIn) -> Result<Option<Instant>, CoreError> {
        who.may(access::Deed::AcceptClock)?;
        if !who.is_titulaire() {
            return Err(access::Refused::Practitioner.into());
        }
        let Some((now, last)) = self.clock_gap()? else { return Ok(None) };
        self.store.accept_clock(&who.stamp(now))?;
        Ok(Some(last))
    }

    /// Gives an answer on; a refusal that no honest hand meets is told in the journal first.
    pub(crate) fn telling<T>(
        &mut self,
        answer: Result<T, CoreError>,
        who: Option<&SignedIn>,
        fse: Option<&FseRef>,
    ) -> Result<T, CoreError> {
        if let Err(error) = &answer
            && is_cheat(error)
        {
            let now = self.now();
            let stamp: Stamp = who.map_or_else(|| system_stamp(now), |who| who.stamp(now));
            self.store.tell_refusal(&stamp, error.code().0, fse)?;
        }
        answer
    }

    /// Compares the journal with a signed lot that somebody kept elsewhere: what only an outsider can show, that this directory is
    /// an old copy, or was cut together with its lots.
    ///
    /// # Errors
    /// [`cms::CmsError`] when it is no signature of a card that is trusted here.
    pub fn journal_against(&self, lot_p7s: &[u8]) -> Result<Option<JournalFault>, CoreError> {
        self.allow(access::Deed::VerifyJournal, None)?;
        let (_, digest) = cms::verify_without_content(lot_p7s, &self.directory.trust)?;
        let Some((lot, bytes)) = self.store.lot_of_digest(&digest)? else {
            return Ok(Some(JournalFault::MissingLot));
        };
        let other = JournalFault::OtherJournal { lot };
        let Ok(opened) = open_lot(&bytes) else { return Ok(Some(other)) };
        let head = opened.head;
        let same = match head.sequence {
            0 => true,
            sequence => self.store.journal_hash(sequence)? == Some(head.hash),
        };
        Ok((!same).then_some(other))
    }
}

/// Whether an honest hand does not meet this refusal: another's card, an altered seal or row, a clock set back.
fn is_cheat(error: &CoreError) -> bool {
    match error {
        CoreError::Guard(Refused::Red(_)) | CoreError::Clock(_) => true,
        error => matches!(
            error.code().0,
            "replacement.sceau"
                | "replacement.autre_carte"
                | "desync.sceau"
                | "desync.autre_contenu"
                | "desync.fichier_altere"
                | "desync.deja_recu"
                | "desync.pour_un_autre"
                | "store.contenu_different"
                | "invoicing.autre_vitale"
                | "invoicing.autre_praticien"
                | "invoicing.carte_test_et_reelle"
                | "saisie.situation_autrui"
                | "cards.cps_refusee"
                | "cards.cps_revoquee"
        ),
    }
}
