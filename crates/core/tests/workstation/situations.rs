//! A card whose situations are in a format that is not public: its holder types one, once, and signs in with it. Nobody gains by
//! typing another's number. The fields themselves: `core::situation`.

use liasse_core::cards::CpsView;
use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::replacement::Plan;
use liasse_core::situation::TypedSituation;
use liasse_core::{CoreError, Workstation};
use liasse_domain::Coded;

use crate::support::secretary::Secretariat;
use crate::support::{Hand, Practice, signed, week_of};

/// The card in that hand, its PIN verified, as one whose file of situations is not ours.
fn opaque(hand: &Hand) -> CpsView {
    let mut card = hand.cps();
    (card.situations, card.situations_not_public) = (Some(Vec::new()), true);
    card
}

fn typed(billing: &str) -> TypedSituation {
    TypedSituation {
        number: 1,
        practice_mode: 0,
        structure_name: "Cabinet saisi".to_owned(),
        billing_number: billing.to_owned(),
        locum_number: String::new(),
        convention: 1,
        specialty: "01".to_owned(),
        tariff_zone: "20".to_owned(),
        ik_zone: "01".to_owned(),
        may_sign_fse: true,
        may_sign_lot: true,
    }
}

fn admit(workstation: &Workstation, card: &CpsView) -> Result<SignedIn, CoreError> {
    workstation.admit("CPS", card, Wanted::Anything)
}

fn code<T>(result: Result<T, CoreError>) -> &'static str {
    result.err().map_or("", |error| error.code().0)
}

#[test]
fn a_situation_is_typed_once_and_found_again_behind_a_new_card() {
    let practice = Practice::new();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let card = opaque(&hand);
    let mut workstation = practice.workstation();
    assert_eq!(code(admit(&workstation, &card)), "invoicing.situation_non_publique");
    let kept = workstation.keep_situation(&card, &typed("991010117")).expect("kept");
    let who = workstation.sign_in("CPS", &card, Wanted::Anything).expect("signed in");
    assert_eq!((&who.situation, who.situation.structure_name.as_str()), (&kept, "CABINET SAISI"));
    // It bills like any other.
    signed(&mut workstation, &hand, &who);
    drop(workstation);

    let workstation = practice.workstation();
    assert_eq!(admit(&workstation, &card).expect("after a new start").situation, kept);
    let mut renewed = card.clone();
    renewed.identity.serial = "00000999".to_owned();
    assert_eq!(admit(&workstation, &renewed).expect("the same person").situation, kept);
    renewed.identity.holder.rpps = None;
    assert_eq!(code(admit(&workstation, &renewed)), "invoicing.situation_non_publique", "nobody's number");
    assert_eq!(workstation.typed_card(&hand.cps()).expect("read"), None, "what a card says itself counts");
    assert_eq!(workstation.store().journal_verify().expect("read").faults, Vec::new());
    drop(workstation);
    for file in ["liasse.db", "liasse.db-wal"] {
        let bytes = std::fs::read(practice.folder().join(file)).unwrap_or_default();
        assert!(!bytes.windows(7).any(|window| window == b"CABINET"), "in the clear in {file}");
    }
}

#[test]
fn what_is_typed_again_takes_the_place_of_what_was_typed_before() {
    let practice = Practice::new();
    let card = opaque(&Hand::of("cps-gris", None));
    let mut workstation = practice.workstation();
    workstation.keep_situation(&card, &typed("991010117")).expect("kept");
    let no_lots = TypedSituation { specialty: "03".to_owned(), may_sign_lot: false, ..typed("991010117") };
    workstation.keep_situation(&card, &no_lots).expect("kept");
    let second = TypedSituation { number: 7, structure_name: "Deux".to_owned(), ..typed("991010117") };
    workstation.keep_situation(&card, &second).expect("kept");
    let who = admit(&workstation, &card).expect("signed in");
    assert_eq!((who.situation.specialty.as_str(), who.situation.may_sign_lot), ("03", false));
    let other = workstation.admit("CPS", &card, Wanted::Situation(7)).expect("the second place");
    assert_eq!(other.situation.structure_name, "DEUX");
    let entries = workstation.store().journal_entries().expect("read");
    let told: Vec<_> = entries.iter().filter(|entry| entry.action == "situation.saisie").collect();
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|entry| entry.actor.who == "991010117" && !entry.payload.contains("CABINET")));
    assert_eq!(workstation.store().journal_verify().expect("read").faults, Vec::new());
}

#[test]
fn only_the_holder_of_a_verified_card_that_is_accepted_types() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    let hand = Hand::of("cps-gris", None);
    let mut locked = opaque(&hand);
    locked.situations = None;
    let mut keep = |card: &CpsView| code(workstation.keep_situation(card, &typed("991010117")));
    assert_eq!(keep(&locked), "cards.code_requis");
    assert_eq!(keep(&hand.cps()), "saisie.situation_sur_la_carte");
    assert_eq!(keep(&opaque(&Hand::of("cps-revoquee", None))), "cards.cps_revoquee");
    assert_eq!(keep(&opaque(&Hand::of("cps-expiree", None))), "cards.cps_perimee");
    let wrong = TypedSituation { convention: 4, ..typed("991010117") };
    assert_eq!(code(workstation.keep_situation(&opaque(&hand), &wrong)), "saisie.situation_convention");
    assert_eq!(code(admit(&workstation, &opaque(&hand))), "invoicing.situation_non_publique", "nothing was kept");
}

#[test]
fn nobody_reaches_anothers_accounts_by_typing_their_number() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    let (gris, blanc) = (Hand::of("cps-gris", None), opaque(&Hand::of("cps-blanc", None)));
    // Before the doctor was ever here, nobody can know; from the first reading of their card on, it counts no more.
    workstation.keep_situation(&blanc, &typed("991010117")).expect("nobody's yet");
    workstation.sign_in("CPS", &gris.cps(), Wanted::Anything).expect("the doctor");
    assert_eq!(code(admit(&workstation, &blanc)), "invoicing.situation_non_publique");
    assert_eq!(code(workstation.keep_situation(&blanc, &typed("991010117"))), "saisie.situation_autrui");
    let entries = workstation.store().journal_entries().expect("read");
    let told = |entry: &&liasse_store::JournalEntry| entry.action == "refus";
    assert!(entries.iter().filter(told).any(|entry| entry.payload.contains("saisie.situation_autrui")));
    workstation.keep_situation(&blanc, &typed("991010224")).expect("their own");
    assert_eq!(admit(&workstation, &blanc).expect("signed in").situation.billing_number.as_str(), "991010224");
}

#[test]
fn a_locum_who_types_must_be_the_one_who_was_named() {
    let cabinet = Secretariat::new();
    let hand = Hand::of("cps-vert", None);
    cabinet.replaced_by(&hand);
    let mut locum = typed("991011115");
    (locum.practice_mode, locum.locum_number) = (4, "991010778".to_owned());
    let keep = |card: CpsView, typed: TypedSituation| cabinet.asked(move |ws| ws.keep_situation(&card, &typed));
    let admitted = |card: CpsView| cabinet.asked(move |ws| ws.admit("CPS", &card, Wanted::Anything));
    let sessions = |card: CpsView| cabinet.asked(move |ws| Ok(ws.sessions_now(&card)?.len())).expect("read");

    let vert = opaque(&hand);
    keep(vert.clone(), locum.clone()).expect("kept");
    assert!(admitted(vert.clone()).expect("the locum").replaces.is_some());
    assert_eq!(sessions(vert), 1);

    let blanc = opaque(&Hand::of("cps-blanc", None));
    keep(blanc.clone(), TypedSituation { billing_number: "991010224".to_owned(), ..locum }).expect("kept");
    assert_eq!(code(admitted(blanc.clone())), "replacement.autre_carte");
    assert_eq!(sessions(blanc), 0);
}

#[test]
fn a_session_is_prepared_and_rehearsed_by_what_was_typed() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    let (gris, vert) = (Hand::of("cps-gris", None), Hand::of("cps-vert", None));
    let (doctors, locums) = (opaque(&gris), opaque(&vert));
    workstation.keep_situation(&doctors, &typed("991010117")).expect("kept");
    let who = workstation.sign_in("CPS", &doctors, Wanted::Anything).expect("the doctor");
    assert_eq!(code(workstation.locum_of(&locums)), "invoicing.situation_non_publique");
    let mut locum = typed("991011115");
    (locum.practice_mode, locum.locum_number) = (4, "991010778".to_owned());
    workstation.keep_situation(&locums, &locum).expect("kept");
    let named = workstation.locum_of(&locums).expect("a locum");
    assert_eq!((named.billing.as_str(), &named.rpps), ("991010778", &vert.cps().identity.holder.rpps));
    assert_eq!(code(workstation.locum_of(&doctors)), "replacement.mode_exercice");

    let plan = Plan { locum: named, situations: vec![1], ..week_of(&vert) };
    let asked = workstation.begin_session(&plan, &doctors, &who).expect("begun");
    let number = workstation.finish_session(asked.by(&gris).expect("signed")).expect("sealed");
    let mut faults = |card: &CpsView| {
        let found = workstation.rehearse(number, Some(card), Some(Ok(())), &who).expect("played");
        let of = |what| found.checks.iter().find(|check| check.what == what).expect("looked at").fault.clone();
        ["carte", "habilitations"].map(|what| of(what).map_or_else(String::new, |report| report.code))
    };
    assert_eq!(faults(&locums), ["", ""]);
    assert_eq!(faults(&vert.cps()), ["", ""], "and by the card's own");
    let blanc = opaque(&Hand::of("cps-blanc", None));
    assert_eq!(faults(&blanc), ["invoicing.situation_non_publique", ""]);
    locum.may_sign_lot = false;
    workstation.keep_situation(&locums, &locum).expect("kept");
    workstation
        .keep_situation(&blanc, &TypedSituation { billing_number: "991010224".to_owned(), ..locum })
        .expect("kept");
    let mut faults = |card: &CpsView| {
        let found = workstation.rehearse(number, Some(card), Some(Ok(())), &who).expect("played");
        found
            .checks
            .into_iter()
            .filter_map(|check| check.fault.map(|report| (check.what, report.code)))
            .collect::<Vec<_>>()
    };
    assert_eq!(faults(&locums), [("habilitations", "replacement.repetition_habilitation".to_owned())]);
    assert_eq!(faults(&blanc), [("carte", "replacement.autre_carte".to_owned())], "what is typed proves no number");
}
