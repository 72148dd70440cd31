//! Whether what is here can be believed before something is signed: the clock against the journal, the journal against a lot that
//! left; and refusals that an honest hand does not meet, told in the journal. Not the chain itself (store, `verify`).
//! Rule: issue "The locum's session", "Shown by": cheats refused and journaled.

use chrono::Duration;
use liasse_domain::{Code, Coded, FseRef};
use liasse_formats::cms;
use liasse_formats::lot::open_lot;
use liasse_store::{JournalFault, Stamp};

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

impl Workstation {
    /// Refuses while the clock stands before what the journal has told: dates decide who may sign.
    pub(crate) fn check_clock(&self) -> Result<(), CoreError> {
        let last = self.store.journal_last_at()?;
        if last.is_some_and(|last| self.now() + SLACK < last) { Err(ClockBehind.into()) } else { Ok(()) }
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
