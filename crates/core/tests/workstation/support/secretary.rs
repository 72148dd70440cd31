//! The secretary's desk as a face uses it, with what Dr Gris's card said. Ms Mauve holds the practice's CPE; the card of
//! Dr Durand's family is the patient's.

use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::desync::{self, ToSign, ToSignRow};
use liasse_core::lane::{Handle, Lane};
use liasse_core::passages::Cotation;
use liasse_core::replacement;
use liasse_core::{CoreError, Workstation};
use liasse_domain::{Coded, DocumentState, FseRef};
use liasse_pricing::Act;

use super::{Hand, Practice, week_of};

/// See the module.
pub struct Secretariat {
    /// The data.
    pub practice: Practice,
    /// Its lane.
    pub workstation: Handle<Workstation>,
    // Ends the thread when the test does.
    _lane: Lane<Workstation>,
    /// The secretary, with a Vitale beside her card.
    pub mauve: Hand,
    /// The doctor.
    pub gris: Hand,
}

impl Secretariat {
    pub fn new() -> Self {
        let practice = Practice::new();
        let lane = practice.lane();
        Self {
            workstation: lane.handle(),
            _lane: lane,
            practice,
            mauve: Hand::of("cpe-mauve", Some("vitale-durand")),
            gris: Hand::of("cps-gris", None),
        }
    }

    /// With what Dr Gris's card says.
    pub fn opened() -> Self {
        let cabinet = Self::new();
        let gris = cabinet.doctor();
        cabinet.asked(move |ws| ws.remember(&gris)).expect("remembered");
        cabinet
    }

    pub fn asked<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Workstation) -> Result<T, CoreError> + Send + 'static,
    ) -> Result<T, CoreError> {
        self.workstation.call(ask).expect("the lane lives")
    }

    pub fn admitted(&self, hand: &Hand) -> SignedIn {
        let card = hand.cps();
        self.asked(move |ws| ws.admit("CPS", &card, Wanted::Anything)).expect("signed in")
    }

    pub fn doctor(&self) -> SignedIn {
        self.admitted(&self.gris)
    }

    pub fn secretary(&self) -> SignedIn {
        self.admitted(&self.mauve)
    }

    /// Dr Gris has left for the week of Monday 19 January, and it is that Monday; gives who takes their place.
    pub fn replaced_by(&self, locum: &Hand) -> SignedIn {
        let (card, doctor) = (self.gris.cps(), self.doctor());
        replacement::prepare(&self.workstation, &self.gris, &week_of(locum), &card, &doctor).expect("prepared");
        self.practice.clock.set("2026-01-19T09:00:00Z");
        self.admitted(locum)
    }

    /// A patient received by the secretary, whom the doctor has coded with these acts.
    pub fn coded(&self, acts: &[&str]) -> Result<i64, CoreError> {
        let passage = self.received()?;
        self.code(passage, acts)?;
        Ok(passage)
    }

    /// A patient received by the secretary.
    pub fn received(&self) -> Result<i64, CoreError> {
        let (vitale, staff) = (self.mauve.vitale(), self.secretary());
        self.asked(move |ws| ws.receive(&vitale, 0, None, &staff))
    }

    /// The doctor's word on a passage.
    pub fn code(&self, passage: i64, acts: &[&str]) -> Result<(), CoreError> {
        let (cotation, doctor) = (cotation(acts), self.doctor());
        self.asked(move |ws| ws.cote(passage, &cotation, &doctor))
    }

    /// A passage billed by the secretary, its card in the reader; not sealed yet.
    pub fn billed(&self, passage: i64) -> Result<FseRef, CoreError> {
        let (vitale, staff) = (self.mauve.vitale(), self.secretary());
        self.asked(move |ws| {
            let (draft, bills) = ws.draft_of_passage(passage, Some(&vitale), None, &staff)?;
            ws.prepare(&draft, &bills)
        })
    }

    /// One G, prepared by the secretary.
    pub fn prepared(&self) -> Result<FseRef, CoreError> {
        let passage = self.coded(&["G"])?;
        self.billed(passage)
    }

    /// And sealed by the patient's Vitale.
    pub fn sealed(&self) -> FseRef {
        let fse = self.prepared().expect("prepared");
        self.seal(&fse).expect("sealed");
        fse
    }

    pub fn seal(&self, fse: &FseRef) -> Result<(), CoreError> {
        desync::seal(&self.workstation, &self.mauve, fse, &self.mauve.vitale(), &self.secretary())
    }

    pub fn waiting(&self) -> ToSign {
        let who = self.doctor();
        self.asked(move |ws| ws.to_be_signed(&who, 100)).expect("a list")
    }

    pub fn anomalies(&self) -> Vec<String> {
        let code = |row: ToSignRow| row.anomaly.map(|report| report.code).unwrap_or_default();
        self.waiting().rows.into_iter().map(code).collect()
    }

    pub fn shown(&self) -> Vec<(FseRef, [u8; 32])> {
        self.waiting().rows.into_iter().map(|row| (row.fse, row.shown)).collect()
    }

    pub fn state(&self, fse: &FseRef) -> DocumentState {
        let fse = fse.clone();
        let row = self.asked(move |ws| Ok(ws.store().fse(&fse)?)).expect("read");
        row.expect("the FSE").state
    }

    pub fn journal_holds(&self) {
        let report = self.asked(|ws| Ok(ws.store().journal_verify()?)).expect("read");
        assert_eq!(report.faults, Vec::new());
    }
}

/// These acts.
pub fn cotation(acts: &[&str]) -> Cotation {
    Cotation { acts: acts.iter().map(|code| Act::new(*code)).collect(), overrun: None }
}

/// The code of an error; nothing without one.
pub fn code(why: Option<CoreError>) -> &'static str {
    why.map_or("", |error| error.code().0)
}
