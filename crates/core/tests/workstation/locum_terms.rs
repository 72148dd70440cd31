//! What a replacement lets and does not: the mailbox that was not opened, the overrun of a sector 2 doctor, regulated duty, and paper
//! where the locum's card is not usable. Dr Gris is replaced by Dr Vert from Monday 19 January 2026.

use liasse_core::Workstation;
use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::invoicing::Draft;
use liasse_core::paper::OnPaper;
use liasse_core::replacement::Plan;
use liasse_domain::patient::Period;
use liasse_domain::replacement::FeeKind;
use liasse_domain::{Centimes, Coded, Level, PaperReason};
use liasse_pricing::{Overrun, Qualifier};

use crate::support::{Direct, Hand, Practice, directory, week_of};

struct Week {
    practice: Practice,
    workstation: Workstation,
    gris: Hand,
    vert: Hand,
    number: u32,
}

impl Week {
    /// Prepared by Dr Gris, in this sector, with or without the mailbox; it is Monday morning.
    fn new(mailbox: bool, convention: u8) -> Self {
        let practice = Practice::new();
        let mut workstation = practice.workstation_with(directory(&["751", "951"]));
        let hand = |cps| Hand::of(cps, Some("vitale-durand"));
        let (gris, vert) = (hand("cps-gris"), hand("cps-vert"));
        let plan = Plan { mailbox, ..week_of(&vert) };
        let mut who = gris.signed_in(&practice.clock);
        who.situation.convention = convention;
        let asked = workstation.begin_session(&plan, &gris.cps(), &who).expect("asked");
        let number = workstation.finish_session(asked.by(&gris).expect("signed")).expect("prepared");
        practice.clock.set("2026-01-19T09:00:00Z");
        Self { practice, workstation, gris, vert, number }
    }

    fn locum(&self) -> SignedIn {
        self.workstation.admit("CPS", &self.vert.cps(), Wanted::Anything).expect("the locum")
    }

    fn draft(&self, acts: &[&str]) -> Draft {
        let mut draft = Draft::new(&self.vert.vitale(), 0, self.workstation.now()).expect("a draft");
        acts.iter().for_each(|act| draft.add_act(act));
        draft.input.care_path = None;
        draft
    }
}

#[test]
fn without_the_mailbox_the_locum_signs_and_the_doctor_sends() {
    let mut week = Week::new(false, 1);
    let who = week.locum();
    let fse = week.workstation.prepare(&week.draft(&["G"]), &who).expect("prepared");
    week.workstation.sign(&fse, &who, Some(&week.vert.vitale()), &week.vert).expect("signed");
    let refused = week.workstation.seal_lots(&who).expect_err("no mailbox");
    assert_eq!((refused.code().0, who.mailbox().is_err()), ("replacement.sans_boite", true));
    // Back on Saturday, the doctor's lot takes it.
    week.practice.clock.set("2026-01-24T09:00:00Z");
    let doctor = week.gris.signed_in(&week.practice.clock);
    let sealed = week.workstation.seal_lots(&doctor).expect("sealed");
    assert_eq!(sealed.iter().flat_map(|lot| lot.members.clone()).collect::<Vec<_>>(), [fse]);
}

#[test]
fn the_overrun_of_a_sector_2_doctor_is_shown_and_applied_only_when_it_is_asked_for() {
    let week = Week::new(true, 3);
    let who = week.locum();
    let mut draft = week.draft(&["G"]);
    let invoice = week.workstation.price(&draft, &who).expect("priced");
    assert_eq!((invoice.total_cents, invoice.overrun_cents), (Centimes(3000), Centimes::ZERO), "never by itself");
    assert!(
        invoice.findings.iter().any(|one| one.code == "invoicing.depassement_du_remplace" && one.level == Level::Ok)
    );
    draft.input.overrun = Some(Overrun { qualifier: None, cents: Centimes(1000) });
    let invoice = week.workstation.price(&draft, &who).expect("priced");
    assert_eq!(invoice.overrun_cents, Centimes(1000));
    assert!(!invoice.findings.iter().any(|one| one.code == "invoicing.depassement_du_remplace"));
    // C2S: refused, except what the patient demanded (DE).
    let mut vitale = week.vert.vitale();
    let person = &mut vitale.read.content.as_mut().expect("a card").beneficiaries[0];
    person.amo_service = "01".to_owned();
    person.amo_service_period = Period { from: None, until: None };
    let mut draft = Draft::new(&vitale, 0, week.workstation.now()).expect("a draft");
    draft.add_act("G");
    draft.input.care_path = None;
    draft.input.overrun = Some(Overrun { qualifier: None, cents: Centimes(1000) });
    let says = |draft: &Draft| {
        let found = week.workstation.price(draft, &who).expect("priced").findings;
        let about = found.into_iter().filter(|one| one.code.starts_with("pricing.depassement"));
        about.map(|one| (one.code, one.level)).collect::<Vec<_>>()
    };
    assert_eq!(says(&draft), [("pricing.depassement_c2s".to_owned(), Level::Blocking)]);
    draft.input.overrun = Some(Overrun { qualifier: Some(Qualifier::De), cents: Centimes(1000) });
    assert_eq!(says(&draft), [("pricing.depassement_c2s_exigence".to_owned(), Level::Warning)]);
}

#[test]
fn regulated_duty_wants_the_regulation_and_counts_as_duty() {
    let mut week = Week::new(true, 1);
    week.practice.clock.set("2026-01-19T18:15:00Z");
    let who = week.locum();
    let mut draft = week.draft(&["G", "SNP"]);
    draft.input.acts.iter_mut().for_each(|act| act.regulated = true);
    let fse = week.workstation.prepare(&draft, &who).expect("prepared");
    week.workstation.sign(&fse, &who, Some(&week.vert.vitale()), &week.vert).expect("signed");
    let drawn = week.workstation.statement(week.number, &who).expect("drawn up");
    let duty = drawn.by_kind.iter().find(|line| line.kind == FeeKind::Duty).expect("a line");
    // G 30,00 € + SNP 15,00 €, all of it the locum's.
    assert_eq!((duty.fees_cents, duty.locum_cents), (Centimes(4500), Centimes(4500)));
}

#[test]
fn without_a_usable_card_the_locum_bills_on_paper_with_both_names_and_it_counts() {
    let mut week = Week::new(true, 1);
    let draft = week.draft(&["G"]);
    let (row, sheet) =
        week.workstation.bill_on_paper(&draft, &OnPaper::Locum(week.number), PaperReason::SansCarte).expect("on paper");
    assert_eq!((row.session, row.fse), (Some(week.number), None));
    let locum = sheet.locum.expect("both names");
    assert_eq!((locum.billing.as_str(), locum.family_name.reveal()), ("991010778", "VERT"));
    assert_eq!(sheet.executant.family_name.reveal(), "GRIS");
    // In the statement as billed on paper: 70 % of 30,00 €.
    let who = week.locum();
    let drawn = week.workstation.statement(week.number, &who).expect("drawn up");
    assert_eq!((drawn.on_paper_cents, drawn.due_cents), (Centimes(3000), Centimes(2100)));
    assert!(drawn.csv().contains("dont sur papier;;30,00;;"));
    assert_eq!(week.workstation.papers_to_give(&who).expect("listed").len(), 1);
    // What was done inside the session may be billed later; what was done outside it, not at all.
    week.practice.clock.set("2026-01-24T09:00:00Z");
    let late = week.draft(&["G"]);
    let late = week.workstation.bill_on_paper(&late, &OnPaper::Locum(week.number), PaperReason::SansCarte);
    assert_eq!(late.expect_err("Saturday").code().0, "guard.session_close");
}
