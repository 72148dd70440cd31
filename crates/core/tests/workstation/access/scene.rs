//! A practice with one of each: Dr Gris and what is theirs, Dr Vert in their place from Monday 19 January with what the session made,
//! Dr Blanc beside them, Ms Mauve at the desk. Whoever is asked for is signed in, at an hour of theirs.

use std::path::PathBuf;

use liasse_core::Workstation;
use liasse_core::access::Role;
use liasse_core::cards::VitaleView;
use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::exchange::CODE;
use liasse_core::invoicing::Draft;
use liasse_core::paper::OnPaper;
use liasse_domain::{BillingNumber, FileIdentifier, FseRef, PaperReason};

use crate::support::{Hand, Practice, signed, week_of};

/// An FSE that is signed, a passage and a sheet of one person.
#[derive(Clone)]
pub struct Thing {
    pub fse: FseRef,
    pub passage: i64,
    pub sheet: i64,
}

/// See the module.
pub struct Scene {
    pub practice: Practice,
    pub ws: Workstation,
    pub gris: Hand,
    pub vert: Hand,
    pub mauve: Hand,
    /// Who is asked for.
    pub who: SignedIn,
    /// Theirs; for staff, of the doctor for whom they work.
    pub mine: Thing,
    /// Dr Blanc's; for the locum, the replaced doctor's.
    pub others: Thing,
    /// The session.
    pub number: u32,
    /// Dr Gris, as signed in before leaving.
    pub doctor: SignedIn,
    /// The number of Dr Blanc.
    pub blanc: BillingNumber,
    /// A lot of Dr Blanc's.
    pub others_lot: FileIdentifier,
}

impl Scene {
    pub fn new(role: Role) -> Self {
        let practice = Practice::new();
        let mut ws = practice.workstation();
        let hand = |cps| Hand::of(cps, Some("vitale-durand"));
        let (gris, vert, mauve) = (hand("cps-gris"), hand("cps-vert"), hand("cpe-mauve"));
        let blanc = Hand::of("cps-blanc", Some("vitale-martin"));
        let doctor = ws.sign_in("CPS", &gris.cps(), Wanted::Anything).expect("the doctor");
        let colleague = ws.sign_in("CPS", &blanc.cps(), Wanted::Anything).expect("the colleague");
        ws.set_setting("desk.post", "1").expect("numbered");
        let drawn = ws.draw_code(&doctor).expect("drawn");
        ws.set_setting(CODE, &drawn).expect("typed");

        let own = of(&mut ws, &gris, &doctor, None);
        let others = of(&mut ws, &blanc, &colleague, None);
        let others_lot = ws.seal_lots(&colleague).expect("sealed").remove(0).name.file;
        let asked = ws.begin_session(&week_of(&vert), &gris.cps(), &doctor).expect("asked");
        let number = ws.finish_session(asked.by(&gris).expect("signed")).expect("prepared");

        practice.clock.set("2026-01-19T09:00:00Z");
        let locum = ws.sign_in("CPS", &vert.cps(), Wanted::Anything).expect("the locum");
        let theirs = of(&mut ws, &vert, &locum, Some(number));
        let (who, mine, others) = match role {
            Role::Remplacant => (locum, theirs, own),
            Role::Secretariat => {
                let staff = ws.sign_in("CPS", &mauve.cps(), Wanted::Anything).expect("the secretary");
                (staff, own, others)
            }
            Role::Praticien | Role::Administrateur => {
                // Back on Saturday.
                practice.clock.set("2026-01-24T09:00:00Z");
                (doctor.clone(), own, others)
            }
        };
        let blanc = colleague.situation.billing_number.clone();
        Self { practice, ws, gris, vert, mauve, who, mine, others, number, doctor, blanc, others_lot }
    }

    /// A folder of the practice.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.practice.folder().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    /// The card of the Durand family, as it lies in the reader beside whoever is there.
    pub fn vitale(&self) -> VitaleView {
        self.mauve.vitale()
    }

    /// One G for the first person on it.
    pub fn draft(&self) -> Draft {
        let mut draft = Draft::new(&self.vitale(), 0, self.ws.now()).expect("a draft");
        draft.add_act("G");
        draft
    }
}

/// What one person made: signed, on paper, received.
fn of(ws: &mut Workstation, hand: &Hand, who: &SignedIn, session: Option<u32>) -> Thing {
    let fse = signed(ws, hand, who);
    let mut draft = Draft::new(&hand.vitale(), 0, ws.now()).expect("a draft");
    draft.add_act("G");
    let by = match session {
        Some(number) => OnPaper::Locum(number),
        None => OnPaper::Practitioner(who.situation.billing_number.clone()),
    };
    let (sheet, _) = ws.bill_on_paper(&draft, &by, PaperReason::SansCarte).expect("on paper");
    // After the sheet, which would take the open passage of that patient.
    let passage = ws.receive(&hand.vitale(), 0, None, who).expect("received");
    Thing { fse, passage, sheet: sheet.id }
}
