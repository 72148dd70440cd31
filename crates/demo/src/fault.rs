//! The faults that the demo world plays on demand: network cut, card pulled while it signs, false reject, lost ARL. Each is played
//! where it would happen, so that what a person sees is what the program says of the real one. Not the faults of the tests' proxies.

use liasse_caisse::{CaisseError, Running, Trick};
use liasse_domain::{Code, Coded};

use crate::lessons::t;
use crate::office::Office;
use crate::tray::Tray;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing leaves and nothing comes, until it is switched off.
    Network,
    /// The next card that signs is out of its reader, once.
    Card,
    /// The next file is refused by the code of a national incident, and processed all the same, once.
    FalseReject,
    /// The answer to the next file never comes, once.
    LostAnswer,
}

impl Fault {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::FalseReject, Self::Network, Self::Card, Self::LostAnswer];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => t("fault.network"),
            Self::Card => t("fault.card"),
            Self::FalseReject => t("fault.false_reject"),
            Self::LostAnswer => t("fault.lost_answer"),
        }
    }

    /// What it does, in one sentence.
    pub fn says(self) -> &'static str {
        match self {
            Self::Network => t("fault.network_says"),
            Self::Card => t("fault.card_says"),
            Self::FalseReject => t("fault.false_reject_says"),
            Self::LostAnswer => t("fault.lost_answer_says"),
        }
    }
}

/// Why a fault is not switched.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// The caisse works in another program, or the settings name another post office.
    #[error("the caisse is out of reach")]
    OutOfReach,
    /// The caisse did not open its ports again.
    #[error(transparent)]
    Caisse(#[from] CaisseError),
}

impl Coded for FaultError {
    fn code(&self) -> Code {
        match self {
            Self::OutOfReach => Code("system.caisse_hors_de_portee"),
            Self::Caisse(error) => error.code(),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::OutOfReach => Vec::new(),
            Self::Caisse(error) => error.parameters(),
        }
    }
}

/// The switches of an open demo.
pub struct Faults<'a> {
    caisse: Option<&'a Running>,
    tray: &'a Tray,
}

impl<'a> Faults<'a> {
    /// Those of an office and of the tray whose cards it reads.
    pub fn of(office: &'a Office, tray: &'a Tray) -> Self {
        Self { caisse: office.caisse(), tray }
    }

    /// Whether a fault is on, or waits for its moment.
    pub fn is_on(&self, fault: Fault) -> bool {
        match (fault, self.caisse) {
            (Fault::Card, _) => self.tray.tears(),
            (_, None) => false,
            (Fault::Network, Some(caisse)) => caisse.is_cut(),
            (Fault::FalseReject, Some(caisse)) => caisse.is_armed(Trick::FalseReject),
            (Fault::LostAnswer, Some(caisse)) => caisse.is_armed(Trick::LostAnswer),
        }
    }

    /// Switches a fault on or off.
    ///
    /// # Errors
    /// [`FaultError::OutOfReach`] for those of a caisse that was not started here.
    pub fn set(&self, fault: Fault, on: bool) -> Result<(), FaultError> {
        if fault == Fault::Card {
            self.tray.tear_at_the_next_signature(on);
            return Ok(());
        }
        let caisse = self.caisse.ok_or(FaultError::OutOfReach)?;
        match fault {
            Fault::Network => caisse.cut(on)?,
            Fault::FalseReject => caisse.arm(Trick::FalseReject, on),
            Fault::LostAnswer | Fault::Card => caisse.arm(Trick::LostAnswer, on),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use liasse_core::desk::SignedIn;
    use liasse_core::{CoreError, signing};
    use liasse_domain::{MoneyState, Payer, TransmissionState};

    use super::*;
    use crate::lessons::scratch::{Scratch, bill, fetch, file, prepare, send, sign};
    use crate::tray::{CPS_READER, VITALE_READER};

    /// A doctor at work, the Vitale of Marie Durand in the reader.
    fn at_work(name: &str) -> (Scratch, SignedIn) {
        let scratch = Scratch::open(name);
        let who = scratch.signs_in("cps-gris");
        scratch.shows_the_vitale();
        (scratch, who)
    }

    /// Where the one FSE stands, whether an incident locks it, and the AMO's money.
    fn stands(scratch: &Scratch) -> (Option<TransmissionState>, bool, MoneyState) {
        let ledger = scratch.ask(|ws| ws.ledger());
        let document = ledger.documents.last().expect("a document");
        let amo = document.money.iter().find(|money| money.payer == Payer::Amo).expect("the AMO");
        (document.transmission, document.locked, amo.state)
    }

    #[test]
    fn without_a_network_it_says_what_an_unreachable_host_makes_it_say_and_nothing_is_lost() {
        let (scratch, who) = at_work("network");
        bill(&scratch, &who, false);
        assert_eq!(file(&scratch, &who), 1);
        let faults = Faults::of(&scratch.office, &scratch.tray);
        assert!(!faults.is_on(Fault::Network));
        faults.set(Fault::Network, true).expect("cut");
        assert!(faults.is_on(Fault::Network));
        assert_eq!(send(&scratch), ["road.liaison_coupee"]);
        assert_eq!(fetch(&scratch).expect_err("cut").code().0, "road.liaison_coupee");
        faults.set(Fault::Network, false).expect("mended");
        assert_eq!(send(&scratch), [] as [&str; 0]);
        assert_eq!(fetch(&scratch).expect("fetched"), 1, "the ARL");
        assert_eq!(stands(&scratch).0, Some(TransmissionState::Recue));
    }

    #[test]
    fn the_card_that_signs_is_pulled_once_and_the_same_fse_is_signed_after_it() {
        let (scratch, mut who) = at_work("card");
        let fse = prepare(&scratch, &who, false);
        let faults = Faults::of(&scratch.office, &scratch.tray);
        faults.set(Fault::Card, true).expect("armed");
        let (lane, cards, vitale) = (scratch.office.workstation(), scratch.office.cards(), scratch.vitale());
        let torn = signing::sign_fse(&lane, &cards, &fse, &who, Some(&vitale)).expect_err("pulled");
        assert!(matches!(torn, CoreError::Card(_)), "{torn:?}");
        let out = [CPS_READER, VITALE_READER].into_iter().find(|reader| scratch.tray.card_in(reader).is_none());
        assert!(out.is_some() && !faults.is_on(Fault::Card), "one card is out, once");
        // What went out is put back; the same number is signed.
        if out == Some(CPS_READER) {
            who = scratch.signs_in("cps-gris");
        } else {
            scratch.shows_the_vitale();
        }
        sign(&scratch, &who, &fse);
    }

    #[test]
    fn a_false_reject_locks_the_file_and_is_paid() {
        let (scratch, who) = at_work("false-reject");
        bill(&scratch, &who, true);
        assert_eq!(file(&scratch, &who), 1);
        let faults = Faults::of(&scratch.office, &scratch.tray);
        faults.set(Fault::FalseReject, true).expect("armed");
        assert_eq!(send(&scratch), [] as [&str; 0]);
        assert!(!faults.is_on(Fault::FalseReject), "once");
        fetch(&scratch).expect("fetched");
        assert_eq!(stands(&scratch), (Some(TransmissionState::Refusee), true, MoneyState::Attendu));
        assert_eq!(file(&scratch, &who), 0, "nothing of it is sent again");
        scratch.office.clock().advance_working_days(6).expect("forward");
        scratch.office.caisse_looks_at_the_clock();
        fetch(&scratch).expect("fetched");
        assert_eq!(stands(&scratch).2, MoneyState::Encaisse);
    }

    #[test]
    fn a_lost_arl_never_comes_and_the_file_waits_for_it() {
        let (scratch, who) = at_work("lost");
        bill(&scratch, &who, false);
        assert_eq!(file(&scratch, &who), 1);
        let faults = Faults::of(&scratch.office, &scratch.tray);
        faults.set(Fault::LostAnswer, true).expect("armed");
        assert_eq!(send(&scratch), [] as [&str; 0]);
        assert_eq!(fetch(&scratch).expect("fetched"), 0);
        assert_eq!(stands(&scratch).0, Some(TransmissionState::Transmise));
        assert!(!faults.is_on(Fault::LostAnswer), "once");
    }

    #[test]
    fn a_caisse_that_works_elsewhere_plays_none_of_its_faults() {
        let tray = Tray::for_window();
        let faults = Faults { caisse: None, tray: &tray };
        for fault in Fault::ALL {
            let set = faults.set(fault, true);
            assert_eq!(set.is_ok(), fault == Fault::Card, "{fault:?}");
            assert_eq!(faults.is_on(fault), fault == Fault::Card, "{fault:?}");
        }
        assert!(liasse_domain::catalogue::entry(FaultError::OutOfReach.code()).is_some());
    }
}
