//! Replacement sessions as a face uses them: sealed by the replaced doctor, activated by the locum's card alone, at the right
//! hour; who signs what; and what an altered row is worth. Dr Gris is replaced by Dr Vert from Monday 19 January 2026.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use liasse_core::cards::SigningCards;
use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::guard::{Amber, Red, Refused, Verdict};
use liasse_core::invoicing::Draft;
use liasse_core::lists::Listing;
use liasse_core::ports::Clock;
use liasse_core::replacement::{Plan, ReplacementError, locum_on};
use liasse_core::statement::{self, SealFault};
use liasse_core::{CoreError, Workstation};
use liasse_domain::replacement::{Calendar, FeeKind, NamedLocum, ShareBase, Slot, Terms, Weekdays};
use liasse_domain::returns::{Reason, Rejections, Return};
use liasse_domain::{Coded, Destination, FileIdentifier, FseRef, Private, Rate, SecuringMode};
use liasse_formats::cms::{self, Flux, NationalAttributes};
use liasse_store::StoreError;
use sha2::{Digest, Sha256};

use crate::support::{Direct, Hand, Practice, directory};

const MONDAY: &str = "2026-01-19T09:00:00Z";

fn slot(days: &[u8], from: &str, until: &str) -> Slot {
    let time = |text: &str| chrono::NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
    Slot { days: Weekdays::of(days), from: time(from), until: time(until) }
}

fn plan(locum: NamedLocum, from: &str, until: &str, slots: &[Slot]) -> Plan {
    let day = |text: &str| text.parse().expect("a day");
    let share = Rate::percent(70);
    Plan {
        locum,
        situations: Vec::new(),
        calendar: Calendar::new(day(from), day(until), slots.to_vec()).expect("a calendar"),
        recurring: false,
        mailbox: true,
        terms: Terms { base: ShareBase::Billed, office: share, visits: share, duty: Rate::FULL },
    }
}

fn typed(number: &str) -> NamedLocum {
    NamedLocum {
        billing: number.parse().expect("a number"),
        rpps: None,
        family_name: Private::default(),
        given_name: Private::default(),
    }
}

/// Two doctors, two cards, one workstation.
struct Cabinet {
    practice: Practice,
    workstation: Workstation,
    gris: Hand,
    vert: Hand,
}

impl Cabinet {
    fn new() -> Self {
        let practice = Practice::new();
        let workstation = practice.workstation_with(directory(&["751", "951"]));
        let hand = |cps| Hand::of(cps, Some("vitale-durand"));
        Self { practice, workstation, gris: hand("cps-gris"), vert: hand("cps-vert") }
    }

    /// With the week of Dr Vert prepared, working days from 8 to 19:30.
    fn prepared() -> (Self, u32) {
        let mut cabinet = Self::new();
        let locum = locum_on(&cabinet.vert.cps()).expect("a locum");
        let week = plan(locum, "2026-01-19", "2026-01-23", &[slot(&[1, 2, 3, 4, 5], "08:00", "19:30")]);
        let number = cabinet.prepare(&week).expect("prepared");
        (cabinet, number)
    }

    fn at(&self, moment: &str) {
        self.practice.clock.set(moment);
    }

    fn prepare(&mut self, plan: &Plan) -> Result<u32, CoreError> {
        let who = self.gris.signed_in(&self.practice.clock);
        let asked = self.workstation.begin_session(plan, &self.gris.cps(), &who)?;
        let signed = asked.by(&self.gris)?;
        self.workstation.finish_session(signed)
    }

    fn admit(&self, hand: &Hand, wanted: Wanted) -> Result<SignedIn, CoreError> {
        self.workstation.admit("CPS", &hand.cps(), wanted)
    }

    fn draft(&self, day: &str) -> Draft {
        let mut draft = Draft::new(&self.vert.vitale(), 0, self.workstation.now()).expect("a draft");
        draft.add_act("G");
        draft.input.date = day.parse().expect("a day");
        draft.mode = SecuringMode::Securise;
        draft
    }

    fn made(&mut self, by_locum: bool, day: &str) -> Result<FseRef, CoreError> {
        let hand = if by_locum { &self.vert } else { &self.gris };
        let who = self.admit(hand, Wanted::Anything)?;
        let draft = self.draft(day);
        self.workstation.prepare(&draft, &who)
    }

    fn signed(&mut self, fse: &FseRef, by_locum: bool) -> Result<(), CoreError> {
        let hand = if by_locum { &self.vert } else { &self.gris };
        let who = self.admit(hand, Wanted::Anything)?;
        self.workstation.sign(fse, &who, Some(&hand.vitale()), hand)
    }
}

impl Cabinet {
    /// Each of them rejected on 21 January.
    fn rejected(&self, fses: &[FseRef], file: FileIdentifier) {
        let reason = Reason { code: "I1002".to_owned(), label: "Droits non ouverts".to_owned() };
        let from = Destination::new("01", "751").expect("a caisse");
        let on = "2026-01-21".parse().expect("a day");
        let fses: Vec<_> = fses.iter().map(|fse| (fse.clone(), reason.clone())).collect();
        let billing = "991010117".parse().expect("a number");
        self.practice.take(&Return::Rejections(Rejections { billing, from, file, on, fses }));
    }
}

fn red(result: Result<impl Sized, CoreError>) -> Option<Red> {
    match result {
        Err(CoreError::Guard(Refused::Red(why))) => Some(why),
        _ => None,
    }
}

fn code(result: Result<impl Sized, CoreError>) -> &'static str {
    result.err().map_or("", |error| error.code().0)
}

#[test]
fn an_fse_of_a_locum_bears_both_and_is_the_replaced_doctors() {
    let (mut cabinet, number) = Cabinet::prepared();
    cabinet.at(MONDAY);
    let who = cabinet.admit(&cabinet.vert, Wanted::Anything).expect("the locum");
    assert_eq!(who.situation.billing_number.as_str(), "991010117");
    assert_eq!(who.stamp(cabinet.practice.clock.now()).actor.who, "991010778");
    let fse = cabinet.made(true, "2026-01-19").expect("made");
    cabinet.signed(&fse, true).expect("signed");
    let row = cabinet.workstation.store().fse(&fse).expect("read").expect("the FSE");
    let locum = row.content.locum.expect("group 1150");
    assert_eq!((locum.billing.as_str(), locum.family_name.reveal(), locum.signs), ("991010778", "VERT", true));
    assert_eq!((row.content.executant.family_name.reveal(), fse.billing.as_str()), ("GRIS", "991010117"));
    assert_eq!(row.content.executant.structure_name, "CABINET GRIS", "all of the executant is the replaced doctor's");
    assert_eq!(cabinet.workstation.store().made_under(&fse).expect("read"), Some(number));
    // They see that one, and no account of the practice.
    let page = cabinet.workstation.ledger_page(Some(&who), Listing::default(), 10).expect("a page");
    assert_eq!((page.documents.len(), page.count), (1, 1));
    assert_eq!(code(cabinet.workstation.day_report(&who, None)), "replacement.comptes");
    assert_eq!(code(cabinet.workstation.rejects_of(&who, None)), "replacement.comptes");
    let report = cabinet.workstation.store().journal_verify().expect("read");
    assert_eq!(report.faults, Vec::new());
}

#[test]
fn a_card_that_does_not_fit_is_told_exactly_why() {
    let (cabinet, number) = Cabinet::prepared();
    for (moment, expected) in [
        ("2026-01-16T09:00:00Z", "replacement.pas_commence"),
        ("2026-01-19T06:30:00Z", "replacement.autre_heure"),
        ("2026-01-19T18:30:00Z", "replacement.autre_heure"),
        ("2026-01-24T09:00:00Z", "replacement.termine"),
        (MONDAY, ""),
    ] {
        cabinet.at(moment);
        assert_eq!(code(cabinet.admit(&cabinet.vert, Wanted::Anything)), expected, "{moment}");
    }
    // Another locum's card, and one that is no locum's.
    let other = Hand::of("cpf-jaune", None);
    assert_eq!(code(cabinet.admit(&other, Wanted::Anything)), "invoicing.remplacant_sans_session");
    assert_eq!(code(cabinet.admit(&other, Wanted::Session(number, None))), "replacement.autre_carte");
    assert_eq!(code(cabinet.admit(&cabinet.vert, Wanted::Session(number, Some(9)))), "replacement.situation_absente");
    assert_eq!(code(cabinet.admit(&cabinet.vert, Wanted::Session(7, None))), "replacement.inconnue");
}

#[test]
fn only_the_replaced_doctor_prepares_and_never_two_at_one_hour() {
    let (mut cabinet, number) = Cabinet::prepared();
    let evenings = |locum: &str| plan(typed(locum), "2026-01-23", "2026-01-23", &[slot(&[5], "19:00", "23:00")]);
    let meets = cabinet.prepare(&evenings("991010885"));
    assert!(matches!(meets, Err(CoreError::Store(StoreError::SessionsMeet { number: 1, .. }))), "{meets:?}");
    let later = plan(typed("991010885"), "2026-01-23", "2026-01-23", &[slot(&[5], "19:30", "23:00")]);
    assert_eq!(cabinet.prepare(&later).expect("they only touch"), number + 1);
    assert_eq!(code(cabinet.prepare(&evenings("991010117"))), "replacement.soi_meme");
    // The locum prepares nothing, nor ends anything.
    cabinet.at(MONDAY);
    let who = cabinet.admit(&cabinet.vert, Wanted::Anything).expect("the locum");
    let asked = cabinet.workstation.begin_session(&evenings("991010885"), &cabinet.vert.cps(), &who);
    assert_eq!(code(asked), "replacement.titulaire_seul");
    assert_eq!(code(cabinet.workstation.close_session(number, true, &who)), "replacement.titulaire_seul");
}

#[test]
fn each_signs_their_own_and_a_lot_holds_both() {
    let (mut cabinet, number) = Cabinet::prepared();
    // The doctor's own, before leaving; one of it unsigned.
    let own = cabinet.made(false, "2026-01-15").expect("made");
    cabinet.signed(&own, false).expect("signed");
    let waiting = cabinet.made(false, "2026-01-15").expect("made");
    cabinet.at(MONDAY);
    let theirs = cabinet.made(true, "2026-01-19").expect("made");
    assert_eq!(red(cabinet.signed(&waiting, true)), Some(Red::TitulairesOwn));
    assert_eq!(red(cabinet.signed(&theirs, false)), Some(Red::LocumsOwn));
    cabinet.signed(&waiting, false).expect("an earlier FSE of theirs");
    cabinet.signed(&theirs, true).expect("signed");
    // One lot, signed by the locum's card, holds all three.
    let who = cabinet.admit(&cabinet.vert, Wanted::Anything).expect("the locum");
    let lots = cabinet.workstation.seal_lots(&who).expect("sealed");
    assert_eq!(lots.iter().map(|lot| lot.members.len()).collect::<Vec<_>>(), [3]);
    assert_eq!(cabinet.workstation.sign_lots(&who, &cabinet.vert).expect("signed").len(), 1);
    let owner = cabinet.gris.signed_in(&cabinet.practice.clock);
    cabinet.workstation.close_session(number, true, &owner).expect("closed");
    assert_eq!(code(cabinet.admit(&cabinet.vert, Wanted::Anything)), "invoicing.remplacant_sans_session");
}

#[test]
fn the_day_of_the_act_counts_until_the_session_is_closed() {
    let (mut cabinet, number) = Cabinet::prepared();
    cabinet.at(MONDAY);
    let monday = cabinet.made(true, "2026-01-19").expect("made");
    assert_eq!(red(cabinet.made(true, "2026-01-17")), Some(Red::ActsOutside), "a Saturday before");
    // Night: no new FSE of now, and what was made is signed.
    cabinet.at("2026-01-19T21:00:00Z");
    let who = cabinet.admit(&cabinet.vert, Wanted::Anything).expect("something is left to sign");
    let draft = cabinet.draft("2026-01-19");
    assert_eq!(red(cabinet.workstation.prepare(&draft, &who)), Some(Red::OutsideHours));
    cabinet.signed(&monday, true).expect("signed after hours");
    // Suspended by the doctor: none new, the doctor practises.
    cabinet.at("2026-01-20T09:00:00Z");
    let tuesday = cabinet.made(true, "2026-01-20").expect("made");
    let locum = cabinet.admit(&cabinet.vert, Wanted::Anything).expect("the locum");
    let owner = cabinet.admit(&cabinet.gris, Wanted::Anything).expect("the doctor");
    assert_eq!(cabinet.workstation.guard_now(&owner).expect("a verdict"), Verdict::Amber(Amber::DuringReplacement));
    cabinet.workstation.suspend_session(number, true, &owner).expect("suspended");
    assert_eq!(cabinet.workstation.guard_now(&owner).expect("a verdict"), Verdict::Green);
    let draft = cabinet.draft("2026-01-20");
    assert_eq!(red(cabinet.workstation.prepare(&draft, &locum)), Some(Red::Suspended), "the card was in before");
    let dated_back = cabinet.draft("2026-01-19");
    assert_eq!(red(cabinet.workstation.prepare(&dated_back, &locum)), Some(Red::Suspended), "whatever its day");
    cabinet.signed(&tuesday, true).expect("what was made is still signed");
    cabinet.workstation.suspend_session(number, false, &owner).expect("taken up again");
    // Closed with something left: only by the doctor's word.
    let refused = cabinet.workstation.close_session(number, false, &owner);
    assert!(matches!(refused, Err(CoreError::Replacement(ReplacementError::WorkLeft { unsigned: 0, unsent: 2 }))));
    cabinet.workstation.close_session(number, true, &owner).expect("closed");
    let draft = cabinet.draft("2026-01-20");
    assert_eq!(red(cabinet.workstation.prepare(&draft, &locum)), Some(Red::Closed));
    assert_eq!(red(cabinet.workstation.seal_lots(&locum)), Some(Red::Closed));
    // The doctor may sign the lot that holds them.
    let lots = cabinet.workstation.seal_lots(&owner).expect("sealed");
    assert_eq!(lots.iter().map(|lot| lot.members.len()).sum::<usize>(), 2);
}

#[test]
fn the_replaced_doctor_practises_meanwhile_only_with_a_written_reason() {
    let (mut cabinet, _) = Cabinet::prepared();
    cabinet.at(MONDAY);
    assert_eq!(code(cabinet.made(false, "2026-01-19")), "guard.titulaire_remplace");
    let mut who = cabinet.admit(&cabinet.gris, Wanted::Anything).expect("the doctor");
    who.derogation = Some("  ".to_owned());
    let draft = cabinet.draft("2026-01-19");
    assert_eq!(code(cabinet.workstation.prepare(&draft, &who)), "guard.titulaire_remplace", "nothing is written");
    who.derogation = Some("Urgence vitale, le remplaçant est en visite.".to_owned());
    let fse = cabinet.workstation.prepare(&draft, &who).expect("prepared");
    cabinet.workstation.sign(&fse, &who, Some(&cabinet.gris.vitale()), &cabinet.gris).expect("signed");
    // In the evening it is still a day of the replacement: asked before a number is taken, not at the signature.
    cabinet.at("2026-01-19T20:00:00Z");
    assert_eq!(code(cabinet.made(false, "2026-01-19")), "guard.jour_de_remplacement");
    assert_eq!(cabinet.workstation.ledger_page(Some(&who), Listing::default(), 10).expect("a page").count, 1);
    let entries = cabinet.workstation.store().journal_entries().expect("read");
    let told = |action: &str| {
        let entry = entries.iter().rev().find(|entry| entry.action == action).expect("an entry");
        entry.payload.contains("Urgence vitale")
    };
    assert!(told("fse.preparee") && told("fse.signee"), "the reason is in the journal");
}

#[test]
fn an_erased_session_leaves_no_trace_but_its_fse() {
    let (mut cabinet, number) = Cabinet::prepared();
    cabinet.at(MONDAY);
    let fse = cabinet.made(true, "2026-01-19").expect("made");
    cabinet.signed(&fse, true).expect("signed");
    let owner = cabinet.gris.signed_in(&cabinet.practice.clock);
    let folder = cabinet.practice.folder().to_path_buf();
    let early = cabinet.workstation.erase_session(number, &folder, &owner);
    assert_eq!(code(early), "replacement.etat", "a session that is open is not erased");
    cabinet.workstation.close_session(number, true, &owner).expect("closed");
    let erased = cabinet.workstation.erase_session(number, &folder, &owner).expect("erased");
    assert!(erased.traces.iter().all(|trace| trace.before > 0), "{erased:?}");
    assert!(erased.pages.0 > 0 && erased.is_clean(), "{erased:?}");
    assert_eq!(code(cabinet.workstation.session_of(number, &owner)), "replacement.inconnue");
    assert!(cabinet.workstation.store().fse(&fse).expect("read").is_some(), "the FSE stays");
    assert_eq!(cabinet.workstation.store().journal_verify().expect("read").faults, Vec::new());
}

#[test]
fn a_statement_counts_by_the_terms_that_were_sealed() {
    let (mut cabinet, number) = Cabinet::prepared();
    cabinet.at(MONDAY);
    for acts in [&["G"][..], &["VG", "MD"], &["VG", "MD"]] {
        let who = cabinet.admit(&cabinet.vert, Wanted::Anything).expect("the locum");
        let mut draft = cabinet.draft("2026-01-19");
        draft.input.acts.clear();
        acts.iter().for_each(|act| draft.add_act(act));
        draft.reason = Some("Visite justifiée".to_owned());
        let fse = cabinet.workstation.prepare(&draft, &who).expect("prepared");
        cabinet.workstation.sign(&fse, &who, Some(&cabinet.vert.vitale()), &cabinet.vert).expect("signed");
    }
    let owner = cabinet.gris.signed_in(&cabinet.practice.clock);
    let statement = cabinet.workstation.statement(number, &owner).expect("a statement");
    // By hand: G 30,00; twice VG 30,00 + MD 10,00; 70 % of each.
    let of = |kind| {
        let line = statement.by_kind.iter().find(|line| line.kind == kind).expect("a kind");
        (line.fees_cents.0, line.locum_cents.0)
    };
    assert_eq!(of(FeeKind::Office), (3000, 2100));
    assert_eq!(of(FeeKind::Visits), (8000, 5600));
    assert_eq!((statement.due_cents.0, statement.by_day[0].fses), (7700, 3));
    assert_eq!(statement.owed_by_patients_cents.0, 11000);
    let json = serde_json::to_string(&statement).expect("json");
    for name in ["DURAND", "Marie", "MARIE"] {
        assert!(!json.contains(name), "no patient in a statement");
    }
    // The locum sees the same; another locum nothing.
    let locum = cabinet.admit(&cabinet.vert, Wanted::Anything).expect("the locum");
    assert_eq!(cabinet.workstation.statement(number, &locum).expect("theirs"), statement);
    let years = cabinet.workstation.year_of_locums(2026, &owner).expect("a year");
    assert_eq!((years.len(), years[0].due_cents.0, years[0].sessions.clone()), (1, 7700, vec![number]));
}

#[test]
fn staff_of_the_practice_are_not_the_replaced_doctor() {
    let (mut cabinet, number) = Cabinet::prepared();
    let staff = cabinet.admit(&Hand::of("cpe-mauve", None), Wanted::Anything).expect("the secretary");
    assert_eq!(staff.situation.billing_number.as_str(), "991010117", "the number of the practice is on her card");
    let folder = cabinet.practice.folder().to_path_buf();
    let workstation = &mut cabinet.workstation;
    for refused in [
        code(workstation.suspend_session(number, true, &staff)),
        code(workstation.close_session(number, true, &staff)),
        code(workstation.erase_session(number, &folder, &staff)),
        code(workstation.statement(number, &staff)),
        code(workstation.year_of_locums(2026, &staff)),
    ] {
        assert_eq!(refused, "replacement.titulaire_seul");
    }
    // Nor does a locum see what was agreed with another one.
    let later = plan(typed("991010885"), "2026-02-02", "2026-02-06", &[slot(&[1], "08:00", "12:00")]);
    cabinet.prepare(&later).expect("prepared");
    cabinet.at(MONDAY);
    let numbers = |hand: &Hand| {
        let who = cabinet.admit(hand, Wanted::Anything).expect("signed in");
        let sessions = cabinet.workstation.sessions_of(&who).expect("read");
        sessions.iter().map(|session| session.sealed.number).collect::<Vec<_>>()
    };
    assert_eq!((numbers(&cabinet.gris), numbers(&cabinet.vert)), (vec![number + 1, number], vec![number]));
}

#[test]
fn a_rejected_fse_of_a_locum_is_corrected_by_that_one_alone() {
    let (mut cabinet, number) = Cabinet::prepared();
    cabinet.at(MONDAY);
    let fse = cabinet.made(true, "2026-01-19").expect("made");
    cabinet.signed(&fse, true).expect("signed");
    let (locum, vitale) = (cabinet.admit(&cabinet.vert, Wanted::Anything).expect("the locum"), cabinet.vert.vitale());
    cabinet.workstation.seal_lots(&locum).expect("sealed");
    let file = cabinet.workstation.sign_lots(&locum, &cabinet.vert).expect("signed").remove(0);
    cabinet.rejected(std::slice::from_ref(&fse), file);

    // The doctor, back on Saturday, with every reason in the world: before the closing, and after it.
    cabinet.at("2026-01-24T09:00:00Z");
    let mut owner = cabinet.admit(&cabinet.gris, Wanted::Anything).expect("the doctor");
    owner.derogation = Some("Je corrige moi-même.".to_owned());
    let draft = cabinet.workstation.correction_of(&fse, &vitale, &owner).expect("a draft");
    assert_eq!(red(cabinet.workstation.prepare(&draft, &owner)), Some(Red::LocumsOwn));
    cabinet.workstation.close_session(number, true, &owner).expect("closed");
    assert_eq!(code(cabinet.admit(&cabinet.vert, Wanted::Anything)), "invoicing.remplacant_sans_session");
    cabinet.workstation.reopen_for_locum(&fse, &owner).expect("reopened");
    assert_eq!(red(cabinet.workstation.prepare(&draft, &owner)), Some(Red::LocumsOwn));

    // Their locum, for this one and no other.
    let locum = cabinet.admit(&cabinet.vert, Wanted::Session(number, None)).expect("the locum");
    let mut draft = cabinet.workstation.correction_of(&fse, &vitale, &locum).expect("a draft");
    draft.reason = Some("Droits vérifiés".to_owned());
    let corrected = cabinet.workstation.prepare(&draft, &locum).expect("prepared");
    cabinet.workstation.sign(&corrected, &locum, Some(&vitale), &cabinet.vert).expect("signed");
    assert_eq!(cabinet.workstation.store().made_under(&corrected).expect("read"), Some(number));
    let other = cabinet.draft("2026-01-19");
    assert_eq!(red(cabinet.workstation.prepare(&other, &locum)), Some(Red::Closed));
    assert_eq!(cabinet.workstation.store().journal_verify().expect("read").faults, Vec::new());
}

#[test]
fn a_statement_is_believed_by_the_card_of_the_replaced_doctor_alone() {
    let (cabinet, number) = Cabinet::prepared();
    let owner = cabinet.gris.signed_in(&cabinet.practice.clock);
    let text =
        serde_json::to_string(&cabinet.workstation.statement(number, &owner).expect("a statement")).expect("json");
    let trust = directory(&[]).trust;
    let sealed_by = |hand: &Hand| {
        let certificate = hand.cps().identity.signature_certificate;
        let national = NationalAttributes { flux: Flux::Test, billing: owner.situation.billing_number.clone() };
        let digest: [u8; 32] = Sha256::digest(&text).into();
        let to_sign =
            cms::prepare(&digest, &certificate, Some(&national), cabinet.practice.clock.now()).expect("prepared");
        let raw = SigningCards::cps(hand, &hand.cps().identity.serial, to_sign.digest()).expect("signed");
        let seal = BASE64.encode(to_sign.finish(&raw, &trust.roots).expect("finished"));
        serde_json::json!({ "statement": text, "seal": seal }).to_string()
    };
    let read = statement::verify(sealed_by(&cabinet.gris).as_bytes(), &trust).expect("the doctor's");
    assert_eq!(read.session, number);
    // Any good card can write any number beside its signature.
    assert_eq!(statement::verify(sealed_by(&cabinet.vert).as_bytes(), &trust), Err(SealFault::Broken));
}

#[test]
fn rejects_after_the_closing_take_back_what_was_due_to_the_cent() {
    let mut cabinet = Cabinet::new();
    let locum = locum_on(&cabinet.vert.cps()).expect("a locum");
    let mut week = plan(locum, "2026-01-19", "2026-01-23", &[slot(&[1], "08:00", "19:30")]);
    week.terms.office = Rate::percent(50);
    let number = cabinet.prepare(&week).expect("prepared");
    cabinet.at(MONDAY);
    let locum = cabinet.admit(&cabinet.vert, Wanted::Anything).expect("the locum");
    let owner = cabinet.gris.signed_in(&cabinet.practice.clock);
    let fses = [(); 2].map(|()| {
        let mut draft = cabinet.draft("2026-01-19");
        draft.input.acts.clear();
        draft.add_act("DEQP003");
        draft.reason = Some("Deux tracés".to_owned());
        let fse = cabinet.workstation.prepare(&draft, &locum).expect("prepared");
        cabinet.signed(&fse, true).expect("signed");
        fse
    });
    // By hand: DEQP003 14,77 €; half of two is 14,77; half of one is 7,385, which twice rounded would be 14,78.
    let statement = cabinet.workstation.statement(number, &owner).expect("a statement");
    assert_eq!((statement.fees().0, statement.due_cents.0), (2954, 1477));
    cabinet.workstation.close_session(number, true, &owner).expect("closed");
    cabinet.at("2026-01-21T09:00:00Z");
    let lots = cabinet.workstation.seal_lots(&owner).expect("sealed");
    assert_eq!(lots.len(), 1);
    let file = cabinet.workstation.sign_lots(&owner, &cabinet.gris).expect("signed").remove(0);
    cabinet.rejected(&fses, file);
    let after = cabinet.workstation.statement(number, &owner).expect("a statement");
    assert_eq!((after.corrections.len(), after.due_cents.0), (2, 0));
    let csv = after.csv();
    assert!(csv.starts_with("\u{feff}rubrique;détail;"), "a spreadsheet takes it for UTF-8: {csv}");
    assert!(csv.contains(";-14,77;;-7,38\r\n") && csv.ends_with(";;;;0,00\r\n"), "{csv}");
}
