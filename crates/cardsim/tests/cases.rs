//! The cards for reading: each read whole through its own APDUs and compared with its line in `fixtures/world/cases.toml`, read
//! here without the code under test; together they show every code that the public record has seen on cards.

#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use liasse_cards::CardError;
use liasse_cards::vitale::{Vitale, VitaleRead};
use liasse_cardsim::{
    CardImage, Content, ImageError, Knobs, SimCard, SimChannel, VIRTUAL_CARD_BYTES, VirtualCardError, cases,
    image_named,
};
use liasse_domain::patient::codes;
use liasse_domain::{Beneficiary, Coded, VitaleContent, catalogue};
use liasse_formats::groups::GroupError;
use toml::{Table, Value};

/// The one whose key is wrong.
const WRONG_KEY: &str = "cas-cle-fausse";

/// The lines of the file by the name of their card.
fn source() -> BTreeMap<String, Table> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/world/cases.toml");
    let file: Table = std::fs::read_to_string(path).expect("cases.toml").parse().expect("TOML");
    let lines = file["case"].as_array().expect("cases").iter().map(|line| line.as_table().expect("a case").clone());
    lines.map(|line| (text(&line, "card").expect("a name"), line)).collect()
}

fn text(table: &Table, key: &str) -> Option<String> {
    table.get(key).map(|value| value.as_str().expect("text").to_owned())
}

fn number(table: &Table, key: &str, otherwise: i64) -> u8 {
    u8::try_from(table.get(key).map_or(otherwise, |value| value.as_integer().expect("number"))).expect("small")
}

fn read(image: &CardImage) -> (Result<VitaleRead, CardError>, u32) {
    let channel = SimChannel::new(SimCard::new(image.clone(), Knobs::default()));
    let mut vitale = Vitale::open(Box::new(channel)).expect("a Vitale");
    (vitale.read(), vitale.apdus())
}

/// What every card but the one with a wrong key says.
fn contents() -> Vec<(String, VitaleContent)> {
    let readable = cases().iter().filter(|(name, _)| name != WRONG_KEY);
    let content = |image: &CardImage| read(image).0.expect("reading").content.expect("content");
    readable.map(|(name, image)| (name.clone(), content(image))).collect()
}

fn people() -> Vec<Beneficiary> {
    contents().into_iter().flat_map(|(_, content)| content.beneficiaries).collect()
}

fn set<T: Ord>(values: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    values.into_iter().collect()
}

fn words(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn each_card_has_a_name_and_one_line_of_purpose_of_its_own() {
    let lines = source();
    assert!(lines.len() >= 60 && cases().len() == lines.len(), "{} and {}", cases().len(), lines.len());
    let purposes = set(cases().iter().map(|(_, image)| image.purpose.as_str()));
    let serials = set(cases().iter().map(|(_, image)| image.serial.as_str()));
    assert_eq!((purposes.len(), serials.len()), (lines.len(), lines.len()));
    for (name, image) in cases() {
        assert!(name.starts_with("cas-"), "{name}");
        assert_eq!(Some(&image.purpose), text(&lines[name], "purpose").as_ref(), "{name}");
        assert!(image.purpose.len() > 20 && image.purpose.chars().count() <= 120, "{name}: {}", image.purpose);
        assert!(!image.purpose.contains('\n') && !image.is_professional(), "{name}");
    }
}

#[test]
fn each_card_says_what_its_line_says() {
    let lines = source();
    for (name, image) in cases() {
        let line = &lines[name];
        let (result, apdus) = read(image);
        if name == WRONG_KEY {
            assert_eq!(result, Err(CardError::NirKey));
            continue;
        }
        let read = result.expect(name);
        let content = read.content.expect(name);
        let insured = &content.insured;
        assert_eq!(Some(insured.nir.as_str()), line["nir"].as_str(), "{name}");
        assert_eq!(insured.nir_key, insured.nir.key(), "{name}");
        let organisme = &insured.organisme;
        let codes = format!("{} {} {}", organisme.regime(), organisme.caisse(), organisme.centre());
        assert_eq!(Some(codes.as_str()), line["organisme"].as_str(), "{name}");
        assert_eq!(insured.management_code, text(line, "management").unwrap_or_else(|| "10".to_owned()), "{name}");
        let people = line["people"].as_array().expect("people");
        assert_eq!((people.len(), people.len()), (read.public.len(), content.beneficiaries.len()), "{name}");
        for (written, (public, person)) in people.iter().zip(read.public.iter().zip(&content.beneficiaries)) {
            let written = written.as_table().expect("a person");
            let family = text(written, "family").or_else(|| text(line, "family")).expect("a name");
            let names = (family.as_str(), written["given"].as_str().expect("a name"));
            assert_eq!((public.family_name.reveal(), public.given_name.reveal()), names, "{name}");
            assert_eq!((person.family_name.reveal(), person.given_name.reveal()), names, "{name}");
            assert_eq!(public.birth_date, person.birth_date, "{name}");
            assert_eq!(Some(person.birth_date.to_string().as_str()), written["birth"].as_str(), "{name}");
            assert_eq!(person.quality, number(written, "quality", 0), "{name}");
            assert_eq!(person.birth_rank, number(written, "rank", 1), "{name}");
            same_rights(name, written, person);
        }
        assert_eq!(read.unreadable, ["DROITS", "ALD", "AMC"], "{name}");
        if people.len() <= 4 {
            assert!(apdus <= 13, "{name}: {apdus} APDUs");
        }
        if name == "cas-quatre" {
            assert_eq!((people.len(), apdus), (4, 12), "{name}");
        }
    }
}

fn same_rights(name: &str, written: &Table, person: &Beneficiary) {
    let service = text(written, "service").unwrap_or_else(|| "00".to_owned());
    assert_eq!(person.amo_service, service, "{name}");
    let rights = written.get("rights").map_or(1, |list| list.as_array().expect("periods").len());
    assert_eq!(person.rights.len(), rights, "{name}");
    let covered: Vec<(u8, String)> = person.coverage.iter().map(|one| (one.ald, one.situation.clone())).collect();
    let line = |table: &Table| (number(table, "ald", 0), text(table, "situation").unwrap_or_else(|| "0100".to_owned()));
    let expected: Vec<(u8, String)> = match written.get("coverage").and_then(Value::as_array) {
        Some(lines) => lines.iter().map(|one| line(one.as_table().expect("a cover"))).collect(),
        None => vec![line(written)],
    };
    assert_eq!(covered, expected, "{name}");
    let indicator = |key: &str| {
        let table = written.get(key)?.as_table()?;
        Some((text(table, "number")?, text(table, "processing")?))
    };
    let mutuelle = person.mutuelle.as_ref().map(|one| (one.number.clone(), one.processing.clone()));
    assert_eq!(mutuelle, indicator("mutuelle"), "{name}");
    let complementary = person.complementary.as_ref().map(|one| (one.number.clone(), one.processing.clone()));
    assert_eq!(complementary, indicator("complementary"), "{name}");
}

#[test]
fn every_code_that_cards_bear_is_on_one() {
    let regimes = contents().into_iter().map(|(_, content)| content.insured.organisme.regime().to_owned());
    let seen = [
        "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "12", "14", "15", "16", "90", "91", "92", "93",
        "94", "95", "96", "99",
    ];
    assert_eq!(set(regimes), words(&seen));
    let people = people();
    assert_eq!(set(people.iter().map(|person| person.quality)), set(0..=9));
    let coverage = || people.iter().flat_map(|person| &person.coverage);
    assert_eq!(set(coverage().map(|one| one.ald)), set(0..=4));
    let situations = [
        "0100", "0101", "0102", "0105", "0108", "0200", "0400", "0403", "0404", "0700", "1000", "1004", "9000", "9004",
        "9020",
    ];
    assert_eq!(set(coverage().map(|one| one.situation.clone())), words(&situations));
    let services = people.iter().map(|person| person.amo_service.clone());
    assert_eq!(set(services), words(&["00", "01", "02", "03", "10"]));

    let mutuelles = || people.iter().filter_map(|person| person.mutuelle.as_ref());
    assert_eq!(set(mutuelles().map(|one| one.processing.clone())), words(&codes::MUTUELLE_INDICATORS));
    let c2s = mutuelles().filter(|one| one.processing == "62").map(|one| one.number.clone());
    assert_eq!(set(c2s), words(&codes::C2S_NUMBERS));
    let insurers = || people.iter().filter_map(|person| person.complementary.as_ref());
    assert_eq!(set(insurers().map(|one| one.processing.clone())), words(&codes::AMC_INDICATORS));
    let sts = insurers().map(|one| one.route.sts.clone()).filter(|code| !code.is_empty());
    assert_eq!(set(sts), words(&["4", "8", "M", "R"]));
    let domains = insurers().map(|one| one.route.domain.clone()).filter(|domain| !domain.is_empty());
    assert_eq!(set(domains), words(&["DRE.RSS.FR", "RESMUT.TM.FR", "RSS.FR"]));
}

#[test]
fn every_kind_of_person_is_on_one() {
    let people = people();
    let months = set(people.iter().map(|person| person.birth_date.month()));
    assert!([0, 13, 19, 20, 99].iter().all(|month| months.contains(month)), "{months:?}");
    assert_eq!(set(people.iter().map(|person| person.birth_rank)), set(1..=3));
    let numbers: Vec<String> =
        people.iter().filter_map(|person| person.own_nir).map(|(nir, _)| nir.as_str().to_owned()).collect();
    for departement in ["2A", "2B"] {
        assert!(numbers.iter().any(|nir| &nir[5..7] == departement), "{departement}");
    }
    for provisional in ['7', '8'] {
        assert!(numbers.iter().any(|nir| nir.starts_with(provisional)), "{provisional}");
    }
    assert!(numbers.iter().all(|nir| &nir[7..10] == "999"), "a commune that is nobody's");
    let names = people.iter().map(|person| person.family_name.reveal());
    assert!(names.clone().any(|name| name.contains('\'') && name.contains('-') && name.contains('Ç')));
    assert!(people.iter().any(|person| person.birth_name.is_some()));
    assert!(people.iter().any(|person| person.rights.is_empty()));
    assert!(people.iter().any(|person| person.notes.address.len() == 5));

    let contents = contents();
    let of = |name: &str| &contents.iter().find(|(card, _)| card == name).expect("a card").1;
    assert_eq!(set(contents.iter().map(|(_, content)| content.beneficiaries.len())).last(), Some(&19));
    assert!(of("cas-demonstration").insured.notes.demonstration);
    assert_eq!(of("cas-accident-travail").insured.notes.accidents.len(), 2);
    let child = |name: &str| of(name).beneficiaries[1].clone();
    let (at_mothers, at_fathers) = (child("cas-enfant-chez-mere"), child("cas-enfant-chez-pere"));
    assert!(at_mothers == at_fathers, "one child, on two cards");
    assert_ne!(of("cas-enfant-chez-mere").insured.nir, of("cas-enfant-chez-pere").insured.nir);
    assert_eq!(child("cas-nouveau-ne").birth_date.to_string(), "2026-01-10");
    assert_eq!(of("cas-nouveau-ne-absent").beneficiaries.len(), 1);
}

#[test]
fn a_card_for_reading_is_found_by_its_name_where_no_file_has_it() {
    let found = image_named("cas-ald-1").expect("a card");
    assert!(cases().iter().any(|(name, image)| name == "cas-ald-1" && *image == found));
    assert_eq!(image_named("cas-inconnu").map(|_| ()), Err(ImageError::Missing));
}

#[test]
fn a_virtual_card_file_gives_the_card_and_the_card_the_file() {
    for (name, image) in cases() {
        let zone = image.to_virtual_card().expect("a Vitale");
        assert_eq!(zone[..2], [0x00, 0x65], "{name}: group 101");
        let again = CardImage::from_virtual_card(&image.purpose, &zone).expect(name);
        assert!(again == *image, "{name}");
        assert_eq!(again.to_virtual_card(), Some(zone), "{name}: byte for byte");
    }
    let professional = image_named("cps-gris").expect("a card");
    assert!(matches!(professional.content, Content::Cps3(_)) && professional.to_virtual_card().is_none());
}

#[test]
fn what_is_no_test_card_is_refused_with_a_sentence() {
    let zone = image_named("cas-quatre").expect("a card").to_virtual_card().expect("a Vitale");
    let refused = |bytes: &[u8]| CardImage::from_virtual_card("essai", bytes).map(|_| ()).expect_err("no test card");
    // `00 65 LL 01 54`: the type of the card is its first field.
    assert_eq!(zone[3..5], *b"\x01T");
    for kind in [b'R', b'X', b' '] {
        let mut real = zone.clone();
        real[4] = kind;
        assert_eq!(refused(&real), VirtualCardError::Real, "{kind}");
    }
    for cut in 0..zone.len() {
        let error = CardImage::from_virtual_card("essai", &zone[..cut]);
        if let Err(error) = error {
            assert!(matches!(error, VirtualCardError::Groups(_)), "cut at {cut}: {error:?}");
        }
    }
    assert_eq!(refused(&zone[..2]), VirtualCardError::Groups(GroupError::Length { offset: 2 }));
    assert_eq!(refused(&[]), VirtualCardError::Groups(GroupError::Missing { group: 101 }));
    assert_eq!(refused(&vec![0; VIRTUAL_CARD_BYTES + 1]), VirtualCardError::TooLong);
    for error in [refused(&zone[..2]), VirtualCardError::TooLong, VirtualCardError::Real, VirtualCardError::NoKey] {
        assert!(catalogue::entry(error.code()).is_some(), "{error:?}");
        assert!(!error.report().message.contains('{'), "{}", error.report().message);
    }
    assert!(refused(&zone[..2]).report().message.contains("octet 2"));
}
