//! The generated world is the hand-written one: same bytes as on disk, right keys, one person for one name.
//! Expected values are computed here or written by hand, not taken from the code under test.
#![expect(clippy::expect_used, reason = "a test stops where something is missing")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use liasse_caisse::registers::Registers;
use liasse_demo::world::{self, Keys, World, WorldError, generate};
use liasse_domain::{BillingSituation, CardHolder, Coded, VitaleContent};
use serde::Deserialize;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn files_in(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(fixtures().join(folder)).expect("folder of fixtures");
    entries.map(|entry| format!("{folder}/{}", entry.expect("entry").file_name().to_string_lossy())).collect()
}

/// A card read without `cardsim`.
#[derive(Deserialize)]
struct Card {
    kind: String,
    serial: String,
    purpose: String,
    pin: Option<String>,
    holder: Option<CardHolder>,
    #[serde(default)]
    situations: Vec<BillingSituation>,
    vitale: Option<VitaleContent>,
}

fn cards() -> BTreeMap<&'static str, Card> {
    world::cards().iter().map(|(name, text)| (*name, toml::from_str(text).expect(name))).collect()
}

fn vitale(name: &str) -> VitaleContent {
    cards().remove(name).and_then(|card| card.vitale).expect(name)
}

fn registers() -> Registers {
    let text = std::fs::read_to_string(fixtures().join("caisse/registers.toml")).expect("registers");
    Registers::from_toml(&text).expect("registers in their schema")
}

fn demo_day() -> NaiveDate {
    "2026-01-15".parse().expect("date")
}

/// Key of a NIR by long division over its digits, without Corsica.
fn nir_key(nir: &str) -> u8 {
    let remainder = nir.bytes().fold(0u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    u8::try_from(97 - remainder).expect("two digits")
}

/// Whether a number with its key passes Luhn, by the rule "double every second digit from the right, sum to a multiple of ten".
fn passes_luhn(number: &str) -> bool {
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let digits = number.chars().rev().map(|digit| digit.to_digit(10).expect("digit"));
    let sum: u32 = digits.enumerate().map(|(i, digit)| if i % 2 == 1 { DOUBLED[digit as usize] } else { digit }).sum();
    sum.is_multiple_of(10)
}

#[test]
fn everything_regenerates_byte_for_byte() {
    let world = World::read(&fixtures().join("world")).expect("world");
    let made = generate(&world, &Keys::kept(&fixtures().join("pki"))).expect("generated");
    for (name, text) in &made {
        let kept = std::fs::read_to_string(fixtures().join(name)).unwrap_or_default();
        assert!(kept == *text, "fixtures/{name} is out of date: run `cargo xtask world`");
    }
    let on_disk: BTreeSet<String> = ["cards", "caisse", "pki"].into_iter().flat_map(files_in).collect();
    let certificates = made.keys().filter(|name| name.starts_with("pki/"));
    let without_key = ["pki/chain.pem", "pki/crl.pem"];
    let keys = certificates.filter(|name| !without_key.contains(&name.as_str()));
    let mut expected: BTreeSet<String> = keys.map(|name| name.replace(".pem", ".key.pem")).collect();
    expected.extend(made.keys().cloned());
    assert_eq!(on_disk, expected, "a file that nothing generates, or a key that nothing uses");
}

#[test]
fn a_key_that_is_not_kept_is_not_made_while_reading() {
    let world = World::read(&fixtures().join("world")).expect("world");
    let empty = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let error = generate(&world, &Keys::kept(empty)).expect_err("no key there");
    assert!(matches!(error, WorldError::File { .. }), "{error}");
}

#[test]
fn every_card_of_the_folder_is_embedded_and_says_its_purpose() {
    let embedded: BTreeSet<String> = world::cards().iter().map(|(name, _)| format!("cards/{name}.toml")).collect();
    assert_eq!(embedded, files_in("cards"));
    let cards = cards();
    let purposes: BTreeSet<&str> = cards.values().map(|card| card.purpose.as_str()).collect();
    assert_eq!(purposes.len(), cards.len(), "each card has a purpose of its own");
    let serials: BTreeSet<&str> = cards.values().map(|card| card.serial.as_str()).collect();
    assert_eq!(serials.len(), cards.len());
    for (name, card) in &cards {
        assert!(card.purpose.len() > 20 && card.purpose.chars().count() <= 120, "{name}: {}", card.purpose);
        assert!(!card.purpose.contains('\n'), "{name}");
        assert_eq!(card.serial.len(), 8, "{name}");
        let kind = if name.starts_with("cp") { "cps3" } else { "vitale2" };
        assert_eq!(card.kind, kind, "{name}");
    }
}

#[test]
fn every_card_is_a_test_card_and_every_pin_is_known() {
    for (name, card) in cards() {
        match (card.holder, card.vitale) {
            (Some(holder), None) => {
                assert!(holder.test_card, "{name}");
                let pin = if name == "cps-canari" { "80471936" } else { "1234" };
                assert_eq!(card.pin.as_deref(), Some(pin), "{name}");
                assert!(!card.situations.is_empty(), "{name}");
            }
            (None, Some(vitale)) => assert!(vitale.insured.test_card && card.pin.is_none(), "{name}"),
            _ => panic!("{name} is neither a CPS nor a Vitale"),
        }
    }
}

#[test]
fn every_nir_key_is_right_but_one() {
    for (name, card) in cards() {
        let Some(content) = card.vitale else { continue };
        let insured = &content.insured;
        let right = nir_key(insured.nir.as_str()) == insured.nir_key;
        assert_eq!(right, name != "vitale-cle", "{name}");
        for beneficiary in &content.beneficiaries {
            let Some((nir, key)) = beneficiary.own_nir else { continue };
            assert_eq!(nir_key(nir.as_str()) == key, name != "vitale-cle", "{name}");
            assert_eq!(nir == insured.nir, beneficiary.quality == 0, "{name}: certified NIR of the right person");
        }
        // Nobody's: département 99 with a country code that is not given.
        assert_eq!(&insured.nir.as_str()[5..10], "99999", "{name}");
    }
}

#[test]
fn a_nir_agrees_with_its_persons_birth_date() {
    for (name, card) in cards() {
        for beneficiary in card.vitale.into_iter().flat_map(|content| content.beneficiaries) {
            let Some((nir, _)) = beneficiary.own_nir else { continue };
            let expected = beneficiary.birth_date.compact()[2..6].to_owned();
            assert_eq!(&nir.as_str()[1..5], expected, "{name}: year and month");
        }
    }
}

#[test]
fn every_number_of_a_professional_has_its_key_and_is_invented() {
    let mut numbers = BTreeSet::new();
    for (name, card) in cards() {
        // Staff have no national number and bill nothing: the number is their practice's.
        let Some(holder) = card.holder.filter(|_| name != "cpe-mauve") else { continue };
        let rpps = holder.rpps.expect("rpps");
        assert!(passes_luhn(rpps.as_str()) && rpps.as_str().starts_with("9990"), "{name}");
        for situation in &card.situations {
            let billing = situation.billing_number.as_str();
            assert!(passes_luhn(billing) && billing.starts_with("99"), "{name}");
            if let Some(locum) = &situation.locum_number {
                assert!(passes_luhn(locum.as_str()) && locum.as_str().starts_with("99"), "{name}");
                assert!(situation.is_locum() && locum.as_str() != billing, "{name}");
            }
            assert!(passes_luhn(&situation.structure_number), "{name}");
            assert!(situation.structure_number.starts_with(rpps.as_str()), "{name}: kind 4 is RPPS and rank");
            numbers.insert(billing.to_owned());
        }
    }
    assert_eq!(numbers.len(), 7, "one billing number for each professional");
}

#[test]
fn no_name_belongs_to_two_people() {
    let mut people = BTreeSet::new();
    let mut families: BTreeMap<String, &str> = BTreeMap::new();
    for (name, card) in cards() {
        let beneficiaries = card.vitale.into_iter().flat_map(|content| content.beneficiaries);
        let patients = beneficiaries.map(|person| (person.family_name, person.given_name));
        let holder = card.holder.into_iter().map(|holder| (holder.family_name, holder.given_name));
        for (family, given) in patients.chain(holder) {
            assert!(people.insert(format!("{} {}", family.reveal(), given.reveal())), "{name}");
            let owner = families.entry(family.reveal().to_owned()).or_insert(name);
            assert_eq!(*owner, name, "a family name on two cards");
            let latin = family.reveal().chars().chain(given.reveal().chars()).all(|letter| u32::from(letter) < 256);
            assert!(latin, "{name}: cards write ISO-8859-1");
        }
    }
    assert_eq!(people.len(), 20);
}

#[test]
fn each_family_is_what_its_purpose_says() {
    let day = demo_day();
    let durand = vitale("vitale-durand");
    let ages: Vec<_> = durand.beneficiaries.iter().map(|person| person.birth_date.age_on(day)).collect();
    assert_eq!(ages, [Some(40), Some(4)]);
    assert!(durand.beneficiaries.iter().all(|person| person.rights[0].holds_on(day)));

    let martin = vitale("vitale-martin").beneficiaries.remove(0);
    let current: Vec<u8> =
        martin.coverage.iter().filter(|line| line.period.holds_on(day)).map(|line| line.ald).collect();
    assert_eq!(current, [1]);

    assert!(vitale("vitale-petit").beneficiaries.iter().all(|person| person.has_c2s_on(day)));

    let fini = vitale("vitale-fini").beneficiaries.remove(0).rights;
    assert_eq!(fini.iter().filter_map(|period| period.until).max(), "2025-12-31".parse().ok());
    assert!(!fini.iter().any(|period| period.holds_on(day)));

    let lointain = vitale("vitale-lointain");
    assert_eq!(lointain.insured.organisme.destination().to_string(), "01/951");
    let twins: Vec<_> = lointain.beneficiaries[1..].iter().map(|twin| (twin.birth_date, twin.birth_rank)).collect();
    assert_eq!((twins[0].0, twins[0].1, twins[1].1), (twins[1].0, 1, 2));

    let mois19 = vitale("vitale-mois19");
    assert_eq!(mois19.beneficiaries[0].birth_date.to_string(), "1942-19-01");
    assert_eq!(&mois19.insured.nir.as_str()[3..5], "19");
}

#[test]
fn the_registers_know_everybody_but_one_and_never_a_wrong_key() {
    let registers = registers();
    for (name, card) in cards() {
        let Some(content) = card.vitale else { continue };
        let on_file = registers.insured(&content.insured.nir);
        assert_eq!(on_file.is_some(), name != "vitale-inconnu", "{name}");
        let Some(on_file) = on_file else { continue };
        assert_eq!(on_file.key, nir_key(on_file.nir.as_str()), "{name}");
        assert_eq!(on_file.organisme, content.insured.organisme, "{name}");
        assert_eq!(on_file.vitales, [format!("VITALE SIM {}", card.serial)], "{name}");
        for person in &content.beneficiaries {
            let birth = person.birth_date.compact()[2..].to_owned();
            let known = on_file.beneficiary(&birth, person.birth_rank).expect(name);
            assert_eq!(known.has_c2s_on(demo_day()), name == "vitale-petit", "{name}");
            assert_eq!(known.has_ald_on(demo_day()), name == "vitale-martin", "{name}");
            assert_eq!(known.has_rights_on(demo_day()), name != "vitale-fini", "{name}");
            assert!(known.has_mt, "{name}");
        }
    }
    for (name, card) in cards().into_iter().filter(|(_, card)| card.holder.is_some()) {
        let billing = &card.situations[0].billing_number;
        if ["cps-vert", "cpf-jaune"].contains(&name) {
            assert!(registers.practitioner(billing).is_none(), "{name}: a locum without a practice is paid nothing");
            continue;
        }
        if name == "cpe-mauve" {
            let practitioner = registers.practitioner(billing).expect(name);
            assert_eq!(practitioner.signers, ["899900101017"], "{name}: staff sign nothing");
            continue;
        }
        let practitioner = registers.practitioner(billing).expect(name);
        let rpps = card.holder.and_then(|holder| holder.rpps).expect("rpps");
        assert_eq!(practitioner.signers, [format!("8{rpps}")], "{name}");
        let mailbox = registers.mailbox_of(billing).expect(name);
        let account = world::account(name).expect(name);
        assert_eq!((&mailbox.address, mailbox.password.as_str()), (&account.address, account.password.reveal()));
    }
    let locum = "991010661".parse().expect("number");
    assert!(registers.practitioner(&locum).is_none(), "a locum's number is never paid");
    let gris = "991010117".parse().expect("number");
    let announced: Vec<(String, String)> = registers
        .replacements_of(&gris)
        .map(|one| (one.locum.to_string(), format!("{} {}", one.from, one.until)))
        .collect();
    let days = |locum: &str, days: &str| (locum.to_owned(), days.to_owned());
    assert_eq!(
        announced,
        [
            days("991010778", "2026-01-19 2026-01-30"),
            days("991010885", "2026-02-02 2026-02-06"),
            days("991010661", "2026-02-09 2026-02-13"),
        ]
    );
}

#[test]
fn the_accounts_are_those_of_the_foreign_post_office_of_the_tests() {
    let account = |owner| world::account(owner).map(|account| (account.address, account.password.reveal().to_owned()));
    let text = |address: &str, password: &str| Some((address.to_owned(), password.to_owned()));
    assert_eq!(account("cps-gris"), text("dr.test@cabinet.test", "test-secret"));
    assert_eq!(account("caisse-01-751"), text("01751@751.01.rss.test", "caisse-secret"));
    assert_eq!(account("caisse-01-951"), text("01951@951.01.rss.test", "caisse-secret"));
    assert_eq!(account("scans-01-751"), text("01.751@01.scor.rss.test", "caisse-secret"));
    assert_eq!(account("concentrateur"), text("oct@concentrateur.test", "caisse-secret"));
    assert_eq!(account("personne"), None);
}

#[test]
fn the_workstation_knows_caisses_and_insurers_and_one_signer_of_returns() {
    let directory = world::directory().expect("embedded");
    let destinations: Vec<String> = directory.encryption.keys().map(ToString::to_string).collect();
    assert_eq!(destinations, ["01/751", "01/951", "99/501", "99/502"]);
    assert!(directory.encryption.values().all(|certificate| *certificate != directory.returns[0]));
    assert_eq!(directory.returns.len(), 1);
    let conventions: Vec<_> = directory
        .conventions
        .iter()
        .map(|row| (row.kind.as_str(), row.route.as_ref().map(ToString::to_string)))
        .collect();
    let route = |code: &str| Some(code.to_owned());
    assert_eq!(
        conventions,
        [("ET", route("99/501")), ("CO", None), ("DS", route("99/502")), ("DU", None)],
        "a DRE goes to the insurer that is asked apart, and to no other"
    );
    assert!(directory.concentrator_certificate("OCT@concentrateur.test").is_ok());
    assert!(directory.concentrator_certificate("oct@cabinet.test").is_err());
    assert!(directory.chain_pem.starts_with("-----BEGIN CERTIFICATE-----"));
}

/// A copy of the hand-written world with one replacement in one file, which must be there to be replaced.
fn changed(test: &str, file: &str, from: &str, to: &str) -> Result<World, WorldError> {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&copy).expect("folder");
    for entry in std::fs::read_dir(fixtures().join("world")).expect("world") {
        let path = entry.expect("entry").path();
        let name = path.file_name().expect("name");
        let mut text = std::fs::read_to_string(&path).expect("text");
        if name == file {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        std::fs::write(copy.join(name), text).expect("copy");
    }
    World::read(&copy)
}

#[test]
fn a_world_that_contradicts_itself_is_refused_without_naming_anybody() {
    let cases = [
        ("practitioners.toml", "\"991010117\"", "\"991010118\""),
        ("practitioners.toml", "\"99900101017\"", "\"99900101018\""),
        ("practitioners.toml", "\"999001010170018\"", "\"999001010170019\""),
        ("practitioners.toml", "\"999001020230026\"", "\"999001020230018\""),
        ("practitioners.toml", "\"00000102\"", "\"00000101\""),
        ("insured.toml", "\"1581199999903\"", "\"2850499999901\""),
        ("insured.toml", "given_name = \"LOU\"", "given_name = \"TOM\""),
        ("insured.toml", "centre = \"0200\"", "centre = \"02\""),
        ("insured.toml", "has_mt", "has_doctor"),
        ("caisses.toml", "\"951\"", "\"952\""),
        ("caisses.toml", "01.951@01.scor", "01.951@02.scor"),
        ("mailboxes.toml", "\"concentrateur\"", "\"oct\""),
        ("mailboxes.toml", "dr.blanc@", "dr.test@"),
        ("mailboxes.toml", "\"cps-blanc\"", "\"cps-vert\""),
    ];
    for (index, (file, from, to)) in cases.into_iter().enumerate() {
        let error = changed(&format!("case-{index}"), file, from, to).expect_err(from);
        assert_eq!(error.code().0, "system.monde_incoherent", "{file}: {from}");
        let shown = format!("{error} {error:?}");
        for private in ["GRIS", "BLANC", "LOINTIER", "2850499999901", "99900101018"] {
            assert!(!shown.contains(private), "{shown}");
        }
    }
    assert!(changed("unchanged", "pki.toml", "LIASSE", "LIASSE").is_ok());
}
