//! The doctor over a practice: what it says of a post that is down, of readers without cards, of a card that has ended, of a
//! clock that was set back, of a directory that others read; and the settings of the window.

use std::net::TcpListener;

use liasse_cards::ChannelError;
use liasse_cardsim::{Phone, image_named};
use liasse_core::Workstation;
use liasse_core::cards::{CardDesk, CardView, Snapshot};
use liasse_core::doctor::{self, Data, Diagnosis, Given, Name, Probe};
use liasse_core::lane::Handle;
use liasse_domain::catalogue::Origin;
use liasse_domain::{Clock, Coded, Digits, Level, SendPhase};
use liasse_post::Cause;

use crate::support::{Hand, Practice, Readers, ScriptPost, Turn};

/// These cards in the readers.
fn readers(cards: &[(&str, &str)]) -> Snapshot {
    let readers = Readers::named(&["CPS", "Vitale"]);
    for (reader, card) in cards {
        readers.insert(reader, card);
    }
    CardDesk::new(Box::new(readers)).snapshot()
}

fn examined(lane: &Handle<Workstation>, cards: &Snapshot) -> Diagnosis {
    doctor::examine(&Given { data: Data::Open(lane), root: None, cards, computer: None, place: None })
}

fn probe(diagnosis: &Diagnosis, name: Name) -> Probe {
    diagnosis.probes.iter().find(|probe| probe.name == name).cloned().expect("the probe")
}

fn set(lane: &Handle<Workstation>, name: &'static str, value: String) {
    lane.call(move |ws| ws.set_setting(name, &value)).expect("the lane lives").expect("set");
}

/// What a probe says, by code, origin and whether it is bad.
fn said(diagnosis: &Diagnosis, name: Name) -> (String, Origin, bool) {
    let probe = probe(diagnosis, name);
    (probe.report.code.clone(), probe.origin, probe.is_bad())
}

fn expected(code: &str, origin: Origin, bad: bool) -> (String, Origin, bool) {
    (code.to_owned(), origin, bad)
}

#[test]
fn a_post_that_is_down_is_the_networks_or_the_services_fault_and_a_missing_setting_ours() {
    let practice = Practice::new();
    let lane = practice.lane();
    let handle = lane.handle();
    let cards = readers(&[("CPS", "cps-gris")]);
    let found = examined(&handle, &cards);
    assert_eq!(said(&found, Name::Post), expected("road.poste_incomplete", Origin::Poste, true));
    assert!(found.probes.iter().all(|probe| probe.name != Name::Sending), "nobody is asked");
    assert_eq!(found.ending().map(|(report, exit)| (report.code.as_str(), exit)), Some(("road.poste_incomplete", 1)));

    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its place").port();
    set(&handle, "post.smtp", format!("127.0.0.1:{port}"));
    set(&handle, "post.pop3", "pop.nulle-part.test:995".to_owned());
    set(&handle, "post.password", "test-secret".to_owned());
    let found = examined(&handle, &cards);
    assert_eq!(said(&found, Name::Sending), expected("doctor.serveur_repond", Origin::ServiceDistant, false));
    let mailbox = probe(&found, Name::Mailbox);
    assert_eq!((mailbox.origin, mailbox.is_bad()), (Origin::Reseau, true), "{}", mailbox.report.code);
    assert_eq!(found.ending().map(|(_, exit)| exit), Some(3));
    // The order: settings, the two servers, then the returns.
    let names: Vec<Name> = found.probes.iter().map(|probe| probe.name).collect();
    let at = names.iter().position(|name| *name == Name::Post).expect("settings");
    assert_eq!(names[at..at + 4], [Name::Post, Name::Sending, Name::Mailbox, Name::Fetched]);

    drop(listener);
    let found = examined(&handle, &cards);
    assert_eq!(said(&found, Name::Sending), expected("doctor.serveur_ferme", Origin::ServiceDistant, true));
    assert!(!format!("{found:?}").contains("test-secret"));
}

#[test]
fn the_quick_probes_leave_the_servers_to_be_asked() {
    let practice = Practice::new();
    let lane = practice.lane();
    let handle = lane.handle();
    for name in ["post.smtp", "post.pop3"] {
        set(&handle, name, "127.0.0.1:9".to_owned());
    }
    set(&handle, "post.password", "test-secret".to_owned());
    let cards = Snapshot::default();
    let mut found =
        doctor::look(&Given { data: Data::Open(&handle), root: None, cards: &cards, computer: None, place: None });
    assert_eq!(found.servers.len(), 2);
    assert!(found.probes.iter().all(|probe| probe.name != Name::Mailbox));
    let answered = doctor::reach(&found.servers);
    found.complete(answered);
    assert!(found.servers.is_empty() && found.probes.iter().any(|probe| probe.name == Name::Mailbox));
}

#[test]
fn readers_and_cards_say_where_the_fault_is() {
    let practice = Practice::new();
    let lane = practice.lane();
    let handle = lane.handle();
    let found = examined(&handle, &Snapshot::default());
    assert_eq!(said(&found, Name::Readers), expected("doctor.lecteur_aucun", Origin::Lecteur, true));
    assert_eq!(found.ending().map(|(report, exit)| (report.code.as_str(), exit)), Some(("doctor.lecteur_aucun", 3)));

    let gone = Snapshot { readers: Vec::new(), service: Some(ChannelError::NoService.report()) };
    assert_eq!(said(&examined(&handle, &gone), Name::Service), expected("cards.service_absent", Origin::Lecteur, true));

    let found = examined(&handle, &readers(&[]));
    assert_eq!(said(&found, Name::Card), expected("doctor.lecteurs_vides", Origin::Carte, false));

    let found = examined(&handle, &readers(&[("CPS", "cps-gris"), ("Vitale", "vitale-durand")]));
    assert_eq!(said(&found, Name::Card), expected("doctor.cps_lue", Origin::Carte, false));
    assert_eq!(said(&found, Name::Certificate), expected("doctor.certificat_valable", Origin::Carte, false));
    assert!(found.probes.iter().any(|probe| probe.report.code == "doctor.vitale_lue"));
    let words = format!("{found:?}");
    for private in ["GRIS", "DURAND", "ANNE"] {
        assert!(!words.contains(private), "the doctor names nobody: {private}");
    }
}

/// The sentence of that probe, if there is one.
fn says(diagnosis: &Diagnosis, code: &str) -> Option<String> {
    diagnosis.probes.iter().find(|probe| probe.report.code == code).map(|probe| probe.report.message.clone())
}

#[test]
fn where_a_holder_practises_is_told_once_the_code_was_given() {
    let practice = Practice::new();
    let lane = practice.lane();
    let handle = lane.handle();
    let readers = Readers::named(&["CPS"]);
    // Its second situation is a hole.
    readers.insert("CPS", "cps-blanc");
    let mut desk = CardDesk::new(Box::new(readers.clone()));
    let looked = |desk: &mut CardDesk| {
        desk.ask_activities();
        examined(&handle, &desk.snapshot())
    };
    assert_eq!(says(&looked(&mut desk), "doctor.exercice"), None, "the card says it after its code");
    desk.verify_pin("CPS", &Digits::parse("1234").expect("digits")).expect("right");
    let before = desk.snapshot().cps().expect("a CPS").1.activities.clone();
    assert_eq!(before, None, "no signature needs them");
    let told = says(&looked(&mut desk), "doctor.exercice").expect("told");
    assert!(told.contains("2 situation(s)") && told.contains("1 (SA07, 999001020230018)"), "{told}");
    assert!(told.contains("3 (SA07, ") && !told.contains("CABINET"), "by numbers, which name nobody: {told}");
    assert_eq!(readers.jobs(), (0, 0), "in one job, which has ended");
    // They are read once.
    readers.next_command_ends(ChannelError::Removed);
    assert!(says(&looked(&mut desk), "doctor.exercice").is_some());
}

#[test]
fn a_file_that_is_not_decoded_is_told_with_its_length() {
    let practice = Practice::new();
    let lane = practice.lane();
    let handle = lane.handle();
    let readers = Readers::named(&["CPS"]);
    readers.insert("CPS", "cps-gris");
    let mut cards = CardDesk::new(Box::new(readers)).snapshot();
    let mut as_read = |undecoded: Option<usize>| {
        let Some(CardView::Cps(cps)) = cards.readers.first_mut().map(|reader| &mut reader.card) else {
            panic!("no CPS");
        };
        (cps.situations, cps.situations_not_public, cps.undecoded_bytes) = (Some(Vec::new()), true, undecoded);
        cards.clone()
    };
    let found = examined(&handle, &as_read(Some(2048)));
    let told = says(&found, "doctor.situations_non_decodees").expect("told");
    assert!(told.contains("fichier non décodé, 2048 octets"), "{told}");
    assert_eq!(says(&found, "doctor.situations_absentes"), None);
    let found = examined(&handle, &as_read(None));
    assert!(says(&found, "doctor.situations_absentes").is_some());
    assert_eq!(says(&found, "doctor.situations_non_decodees"), None);
}

#[test]
fn a_telephone_is_not_taken_for_a_card() {
    let practice = Practice::new();
    let phone = Phone::of(&image_named("vitale-durand").expect("a card")).expect("a Vitale");
    let context = phone.context(&[7; 16], practice.clock.now()).expect("a context");
    let vitale = practice.workstation().read_apcv(&context).expect("read");
    let lane = practice.lane();
    let handle = lane.handle();
    let mut cards = readers(&[("Vitale", "vitale-durand")]);
    assert!(says(&examined(&handle, &cards), "doctor.vitale_lue").is_some());
    let place = cards.readers.iter_mut().find(|reader| reader.name == "Vitale").expect("a reader");
    place.card = CardView::Vitale(Box::new(vitale));
    let found = examined(&handle, &cards);
    assert_eq!(says(&found, "doctor.vitale_lue"), None);
    assert!(says(&found, "doctor.apcv_vue").is_some_and(|told| told.contains("« Vitale »")));
}

#[test]
fn a_card_that_has_ended_ends_soon_or_is_revoked_is_told() {
    let practice = Practice::new();
    let lane = practice.lane();
    let handle = lane.handle();
    let certificate = |card: &str| said(&examined(&handle, &readers(&[("CPS", card)])), Name::Certificate);
    assert_eq!(certificate("cps-expiree"), expected("doctor.certificat_echu", Origin::Carte, true));
    assert_eq!(certificate("cps-revoquee"), expected("cards.cps_revoquee", Origin::Carte, true));
    // The certificates of that card end on 30 June 2025 at midnight UTC, which is 1 July in Paris.
    for (now, code) in [
        ("2025-04-30T08:00:00Z", "doctor.certificat_valable"),
        ("2025-05-03T08:00:00Z", "doctor.certificat_bientot"),
        ("2025-06-30T12:00:00Z", "doctor.certificat_bientot"),
        ("2025-07-01T08:00:00Z", "doctor.certificat_echu"),
    ] {
        practice.clock.set(now);
        assert_eq!(certificate("cps-expiree").0, code, "{now}");
    }
}

#[test]
fn a_clock_that_was_set_back_and_tables_without_a_day_are_told() {
    let practice = Practice::new();
    practice.posted(&["vitale-durand"]);
    let lane = practice.lane();
    let handle = lane.handle();
    let cards = readers(&[("CPS", "cps-gris")]);
    let found = examined(&handle, &cards);
    assert_eq!(said(&found, Name::Clock), expected("doctor.horloge_juste", Origin::Poste, false));
    assert_eq!(said(&found, Name::Tables), expected("doctor.tables_du_jour", Origin::Poste, false));
    let journal = probe(&found, Name::Journal).report.message;
    assert!(!journal.contains(" 0 ") && journal.contains("écriture"), "{journal}");
    practice.clock.set("2026-01-14T08:00:00Z");
    let found = examined(&handle, &cards);
    assert_eq!(said(&found, Name::Clock), expected("system.horloge_en_retard", Origin::Poste, true));
    practice.clock.set("1995-01-15T08:00:00Z");
    let found = examined(&handle, &cards);
    assert_eq!(said(&found, Name::Tables), expected("doctor.tables_sans_jour", Origin::Poste, true));
}

#[test]
fn returns_and_sendings_without_an_answer_are_told_with_their_age() {
    let practice = Practice::new();
    practice.posted(&["vitale-durand"]);
    let mut post = ScriptPost::new(practice.lane());
    let handle = post.handle();
    let cards = Snapshot::default();
    let found = examined(&handle, &cards);
    assert_eq!(said(&found, Name::Fetched), expected("doctor.retours_jamais", Origin::Poste, false));
    assert_eq!(said(&found, Name::Unconfirmed), expected("doctor.envois_confirmes", Origin::Reseau, false));
    post.turns.push_back(Turn::Fail(SendPhase::Dot, Cause::Network));
    liasse_core::sending::send_all(&handle, &mut post).expect("sent");
    liasse_core::returns::fetch_all(&handle, &mut post).expect("fetched");
    let found = examined(&handle, &cards);
    assert_eq!(said(&found, Name::Unconfirmed), expected("doctor.envois_non_confirmes", Origin::Reseau, false));
    assert_eq!(probe(&found, Name::Unconfirmed).report.level, Level::Warning);
    assert_eq!(said(&found, Name::Fetched).0, "doctor.retours_lus");
    practice.clock.set("2026-01-17T08:00:01Z");
    assert_eq!(said(&examined(&handle, &cards), Name::Fetched).0, "doctor.retours_anciens");
}

#[cfg(unix)]
#[test]
fn a_directory_that_others_read_is_told_until_it_is_closed() {
    use std::os::unix::fs::PermissionsExt;
    let practice = Practice::new();
    let lane = practice.lane();
    let handle = lane.handle();
    let cards = Snapshot::default();
    let rights = |mode| {
        std::fs::set_permissions(practice.folder(), std::fs::Permissions::from_mode(mode)).expect("mode");
        let root = Some(practice.folder());
        let given = Given { data: Data::Open(&handle), root, cards: &cards, computer: None, place: None };
        said(&doctor::examine(&given), Name::Rights)
    };
    assert_eq!(rights(0o755), expected("doctor.droits_ouverts", Origin::Poste, true));
    assert_eq!(rights(0o700), expected("doctor.droits_fermes", Origin::Poste, false));
}

#[test]
fn the_look_of_the_window_is_kept_and_a_value_that_is_none_is_refused() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    assert_eq!(workstation.appearance().expect("read"), liasse_core::settings::Appearance::default());
    for (name, wrong) in [("desk.dark", "true"), ("desk.zoom", "90"), ("desk.zoom", "grand"), ("desk.seconds", "")] {
        let refused = workstation.set_setting(name, wrong).expect_err("refused");
        assert_eq!(refused.code().0, "saisie.reglage_valeur", "{name} {wrong}");
    }
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    for (name, value) in [("desk.dark", "oui"), ("desk.zoom", "150"), ("desk.seconds", "oui")] {
        workstation.set_setting_as(name, value, Some(&who)).expect("set");
    }
    let look = practice.workstation().appearance().expect("read");
    assert_eq!((look.dark, look.zoom, look.seconds), (Some(true), Some(150), true), "for the next start too");
    let last = practice.store().journal_entries().expect("read").pop().expect("an entry");
    assert_eq!((last.action.as_str(), last.actor.who.as_str()), ("config.posee", "991010117"), "who set it");
}

#[test]
fn settings_are_shown_and_secrets_only_as_set() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    workstation.set_setting("post.password", "test-secret").expect("set");
    let shown = workstation.settings_shown().expect("read");
    let of = |name: &str| shown.iter().find(|setting| setting.name == name).cloned().expect("there");
    assert_eq!((of("post.password").is_set, of("post.password").value), (true, None));
    assert_eq!((of("desk.code").is_set, of("desk.code").value), (false, None));
    assert_eq!(of("post.user").value.as_deref(), Some("dr.test@cabinet.test"));
    assert!(shown.iter().all(|setting| setting.name != "demo.clock"), "it lies beside the caisse");
}
