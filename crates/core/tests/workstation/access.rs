//! Who may do what, use case by use case: each of the four roles asks for everything, and is answered as `docs/acces.md` says; what
//! is another's is refused; a mailbox that is not open, a practice of two, and what staff see of money.

mod attempts;
mod scene;

use std::collections::BTreeSet;

use liasse_core::access::{Cell, Deed, Refused, Role, Scope};
use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::invoicing::Draft;
use liasse_core::lists::Listing;
use liasse_core::paper::OnPaper;
use liasse_core::replacement::Replaces;
use liasse_core::sending::PostWorker;
use liasse_core::{conventions, tariffs};
use liasse_domain::{Coded, PaperReason, Payer};

use crate::support::secretary::code;
use crate::support::{Hand, Practice, signed};
use attempts::attempts;
use scene::Scene;

/// What nobody asks for with a person in hand: the clock, the file of keys, a copy put back, the doctor. Their rows are tried by
/// `nobodys_card_opens_what_is_the_administrators` and where they live.
const WITHOUT_A_PERSON: [Deed; 4] = [Deed::Fetch, Deed::Keys, Deed::Restore, Deed::Doctor];

/// The code with which a role is refused; nothing where it may.
fn refusal(cell: Cell) -> &'static str {
    match cell {
        Cell::Yes | Cell::Own | Cell::IfOpened => "",
        Cell::Confirmed | Cell::AloneOrConfirmed => Refused::Passphrase.code().0,
        Cell::No(why) => why.code().0,
    }
}

/// Whether that answer refuses a role.
fn refuses(deed: Deed, answered: &str) -> bool {
    let cells = Deed::all().flat_map(|deed| Role::ALL.map(|role| refusal(deed.cell(role))));
    let known = cells.chain([Refused::NoMailbox.code().0]).any(|code| !code.is_empty() && code == answered);
    // Of an FSE that no session made the store says the same as « Ma journée » says to whom nobody replaces.
    known && (deed == Deed::OwnDay || answered != Refused::NoSession.code().0)
}

#[test]
fn every_use_case_answers_each_role_as_the_table_says() {
    for role in [Role::Praticien, Role::Remplacant, Role::Secretariat] {
        let mut scene = Scene::new(role);
        let (who, thing) = (scene.who.clone(), scene.mine.clone());
        assert_eq!(Role::of(Some(&who)), role);
        for attempt in attempts() {
            let answered = code((attempt.call)(&mut scene, &thing, &who).err());
            let (deed, what) = (attempt.deed, attempt.what);
            match refusal(deed.cell(role)) {
                "" => assert!(!refuses(deed, answered), "{role:?} may {deed:?}: {what} says {answered}"),
                wanted => assert_eq!(answered, wanted, "{role:?}, {deed:?}: {what}"),
            }
        }
    }
}

#[test]
fn every_row_is_tried() {
    let tried: BTreeSet<Deed> = attempts().iter().map(|attempt| attempt.deed).chain(WITHOUT_A_PERSON).collect();
    let rows: BTreeSet<Deed> = Deed::all().collect();
    assert_eq!(rows.difference(&tried).collect::<Vec<_>>(), Vec::<&Deed>::new());
}

#[test]
fn what_is_anothers_is_refused_and_the_practices_is_not() {
    for role in [Role::Praticien, Role::Remplacant, Role::Secretariat] {
        let mut scene = Scene::new(role);
        let (who, thing) = (scene.who.clone(), scene.others.clone());
        for attempt in attempts().into_iter().filter(|attempt| attempt.of_a_thing) {
            let answered = code((attempt.call)(&mut scene, &thing, &who).err());
            let (deed, what) = (attempt.deed, attempt.what);
            match deed.cell(role) {
                Cell::Own => assert_eq!(answered, "invoicing.autre_praticien", "{role:?}, {deed:?}: {what}"),
                Cell::Yes => assert!(!refuses(deed, answered), "{role:?} may {deed:?}: {what} says {answered}"),
                _ => {}
            }
        }
    }
}

#[test]
fn nobodys_card_opens_what_is_the_administrators() {
    let mut scene = Scene::new(Role::Praticien);
    for deed in Deed::all() {
        let answered = code(scene.ws.allow(deed, None).err());
        assert_eq!(answered, refusal(deed.cell(Role::Administrateur)), "{deed:?}");
    }
    // And the use cases that take nobody.
    let page = scene.ws.ledger_page(None, Listing::default(), 10).expect("counts");
    assert!(page.documents.is_empty() && page.billing.is_none() && page.unsent.count > 0);
    scene.ws.set_setting("post.from", "dr.test@cabinet.test").expect("a setting");
    assert!(scene.ws.verify_journal(None).expect("read").faults.is_empty());
    let folder = scene.folder("tables");
    tariffs::replace(&folder, &[], None).expect("nothing to put");
    assert_eq!(code(conventions::replace(&folder, b"x", None).err()), "saisie.conventions_entete");
    let mut draft = Draft::new(&scene.mauve.vitale(), 0, scene.ws.now()).expect("a draft");
    draft.add_act("G");
    let by = OnPaper::Practitioner(scene.blanc.clone());
    scene.ws.bill_on_paper(&draft, &by, PaperReason::SansCarte).expect("on paper");
    let lane = scene.practice.lane();
    let mut post = PostWorker::new(lane.handle(), None);
    let nowhere = code(post.send_for(None).err());
    assert_eq!((nowhere, code(post.fetch().err())), ("road.poste_incomplete", "road.poste_incomplete"));
}

/// The same locum, whose session does not open the mailbox.
fn without_mailbox(who: &SignedIn) -> SignedIn {
    let replaces = who.replaces.as_ref().expect("a locum");
    let mut session = replaces.session.clone();
    session.mailbox = false;
    SignedIn { replaces: Some(Replaces { session, own: replaces.own.clone() }.into()), ..who.clone() }
}

#[test]
fn a_mailbox_that_is_not_open_closes_lots_and_sending_to_a_locum() {
    let mut scene = Scene::new(Role::Remplacant);
    let who = without_mailbox(&scene.who);
    assert_eq!(code(scene.ws.seal_lots(&who).err()), "replacement.sans_boite");
    assert_eq!(code(scene.ws.begin_lots(&who).err()), "replacement.sans_boite");
    assert_eq!(code(scene.ws.dissolve_lot(scene.others_lot, &who).err()), "replacement.sans_boite");
    let lane = scene.practice.lane();
    let sent = PostWorker::new(lane.handle(), None).send_for(Some(&who));
    assert_eq!(code(sent.err()), "replacement.sans_boite");
    assert!(scene.ws.plan_lots(&who).is_ok(), "what is free is seen");
}

#[test]
fn everything_leaves_by_a_practitioner_alone_or_with_the_passphrase() {
    let practice = Practice::new();
    let mut ws = practice.workstation();
    let gris = ws.sign_in("CPS", &Hand::of("cps-gris", None).cps(), Wanted::Anything).expect("the doctor");
    assert_eq!(ws.allow(Deed::OpenExport, Some(&gris)).expect("alone"), Scope::Practice);
    // Another practitioner's card is read here: from then on their accounts may lie beside.
    let blanc = ws.sign_in("CPS", &Hand::of("cps-blanc", None).cps(), Wanted::Anything).expect("another");
    for who in [&gris, &blanc] {
        assert_eq!(code(ws.allow(Deed::OpenExport, Some(who)).err()), "acces.phrase_secrete");
        assert_eq!(ws.allow_confirmed(Deed::OpenExport, Some(who), true).expect("given"), Scope::Practice);
    }
    let mauve = ws.admit("CPS", &Hand::of("cpe-mauve", None).cps(), Wanted::Anything).expect("the secretary");
    let given = ws.allow_confirmed(Deed::OpenExport, Some(&mauve), true);
    assert_eq!(code(given.err()), "acces.praticien_seul", "the passphrase makes nobody a practitioner");
}

#[test]
fn staff_see_what_patients_owe_and_no_account() {
    let scene = Scene::new(Role::Secretariat);
    let staff = scene.who.clone();
    let patient_alone = |documents: &[liasse_core::ledger::Document]| {
        assert!(!documents.is_empty());
        assert!(documents.iter().flat_map(|one| &one.money).all(|part| part.payer == Payer::Patient));
    };
    patient_alone(&scene.ws.ledger_of(&staff).expect("a ledger").documents);
    patient_alone(&scene.ws.ledger_page(Some(&staff), Listing::default(), 10).expect("a page").documents);
    patient_alone(&scene.ws.listed(&staff, Listing::default(), 10).expect("a list"));
    let one = scene.ws.document(&scene.mine.fse, &staff).expect("read").expect("the FSE");
    patient_alone(&[one]);
    let doctor = scene.doctor.clone();
    let whole = scene.ws.ledger_of(&doctor).expect("a ledger").documents;
    assert!(whole.iter().any(|one| one.money.iter().any(|part| part.payer != Payer::Patient)));
}

#[test]
fn a_colleagues_patient_is_found_by_nobody_but_staff() {
    let scene = Scene::new(Role::Praticien);
    let doctor = scene.who.clone();
    let staff = scene.ws.admit("CPS", &scene.mauve.cps(), Wanted::Anything).expect("the secretary");
    // Martin is Dr Blanc's alone.
    let known = scene.ws.known_patients("martin", &staff).expect("found");
    let martin = known.first().expect("the practice's").id;
    assert!(scene.ws.known_patients("martin", &doctor).expect("looked").is_empty());
    assert_eq!(code(scene.ws.reading_of_patient(martin, &doctor).err()), "saisie.patient_inconnu");
    scene.ws.reading_of_patient(martin, &staff).expect("the card that was read");
    assert!(!scene.ws.known_patients("durand", &doctor).expect("found").is_empty(), "their own");
}

#[test]
fn nobody_borrows_a_colleagues_number_by_preparing_for_them() {
    let scene = Scene::new(Role::Praticien);
    let refused = scene.ws.prepares_for(&scene.who, Some(&scene.blanc));
    assert_eq!(code(refused.err()), "passage.secretariat_seul");
}

#[test]
fn a_locum_takes_up_no_fse_that_the_doctor_prepared() {
    let mut scene = Scene::new(Role::Remplacant);
    let doctor = SignedIn { derogation: Some("Urgence vitale.".to_owned()), ..scene.doctor.clone() };
    let fse = scene.ws.prepare(&scene.draft(), &doctor).expect("prepared");
    let waiting = |who: &SignedIn| {
        let found = scene.ws.waiting_for_signature(&scene.vitale(), who).expect("looked");
        found.map(|(fse, ..)| fse)
    };
    assert_eq!((waiting(&doctor), waiting(&scene.who)), (Some(fse), None));
}

#[test]
fn the_terms_of_a_replacement_are_between_the_two() {
    let scene = Scene::new(Role::Secretariat);
    let (staff, doctor, number) = (&scene.who, &scene.doctor, scene.number);
    for refused in [
        code(scene.ws.sessions_of(staff).err()),
        code(scene.ws.session_of(number, staff).err()),
        code(scene.ws.statement(number, staff).err()),
    ] {
        assert_eq!(refused, "replacement.titulaire_seul");
    }
    assert_eq!(scene.ws.session_of(number, doctor).expect("theirs").sealed.number, number);
    let blanc = scene.ws.admit("CPS", &Hand::of("cps-blanc", None).cps(), Wanted::Anything).expect("a colleague");
    assert_eq!(code(scene.ws.session_of(number, &blanc).err()), "replacement.titulaire_seul");
}

#[test]
fn a_signed_fse_is_its_practitioners_to_withdraw() {
    let practice = Practice::new();
    let mut ws = practice.workstation();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let doctor = ws.sign_in("CPS", &hand.cps(), Wanted::Anything).expect("the doctor");
    let fse = signed(&mut ws, &hand, &doctor);
    let staff = ws.admit("CPS", &Hand::of("cpe-mauve", None).cps(), Wanted::Anything).expect("the secretary");
    assert_eq!(code(ws.cancel(&fse, &staff).err()), "acces.praticien_seul");
    ws.cancel(&fse, &doctor).expect("withdrawn");
}
