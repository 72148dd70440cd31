//! A zone read and written again gives the same bytes; what no card can hold is refused, and nothing stops the program.
//! The published head is that of reference cards 2.5; everybody else is invented.

use chrono::NaiveDate;
use liasse_domain::patient::{
    AccidentNote, AmcRoute, BeneficiaryNotes, CardMutuelle, Complementary, Coverage, FamilyService, Period,
};
use liasse_domain::{BirthDate, Nir, Organisme, Private};
use proptest::prelude::*;

use super::*;
use crate::groups::{decode, encode, tests::published_head};

const OPEN: Period = Period { from: None, until: None };

fn day(text: &str) -> NaiveDate {
    text.parse().expect("date")
}

fn head() -> Group {
    decode(&published_head()).expect("a zone").remove(0)
}

fn beneficiary() -> Beneficiary {
    Beneficiary {
        family_name: "DURAND".into(),
        birth_name: None,
        given_name: "LÉA".into(),
        birth_date: "1951-19-20".parse().expect("kept as read"),
        birth_rank: 1,
        quality: 0,
        own_nir: None,
        amo_service: "00".to_owned(),
        amo_service_period: OPEN,
        rights: vec![Period { from: None, until: Some(day("2026-12-31")) }],
        coverage: vec![],
        mutuelle: None,
        complementary: None,
        notes: BeneficiaryNotes::default(),
    }
}

/// Everything that the dictionary has, once.
fn full() -> VitaleContent {
    let mut insured = insured::from_group(&head()).expect("group 101");
    insured.notes.demonstration = true;
    insured.notes.ruf2 = "12".to_owned();
    insured.notes.family_service = Some(FamilyService { code: "01".to_owned(), period: OPEN });
    let accident = |identifier: &str| AccidentNote {
        organisme: "013499881".to_owned(),
        code: "A".to_owned(),
        identifier: identifier.into(),
    };
    insured.notes.accidents = vec![accident("12345678"), accident("87654321")];
    let mut child = beneficiary();
    child.quality = 6;
    child.birth_name = Some("MARTIN".into());
    child.own_nir = Some((Nir::parse("2840578006084").expect("nir"), 90));
    child.coverage = vec![Coverage {
        period: Period { from: Some(day("2020-01-01")), until: None },
        ald: 1,
        situation: "0100".to_owned(),
    }];
    child.mutuelle = Some(CardMutuelle {
        number: "99999997".to_owned(),
        guarantees: "OOOOOONN".to_owned(),
        processing: "62".to_owned(),
        service_kind: "1".to_owned(),
        services: "A2".to_owned(),
        sts: "M".to_owned(),
        rights: vec![Period { from: Some(day("2025-11-01")), until: Some(day("2026-10-31")) }],
    });
    child.complementary = Some(Complementary {
        number: "0099999997".to_owned(),
        member: "12345678".into(),
        processing: "63".to_owned(),
        period: OPEN,
        route: AmcRoute {
            edi_number: "0099999998".to_owned(),
            code: "05".to_owned(),
            host: "501".to_owned(),
            domain: "DRE.RSS.FR".to_owned(),
            sts: "8".to_owned(),
            service_kind: "2".to_owned(),
            services: "B".to_owned(),
        },
    });
    child.notes = BeneficiaryNotes {
        address: ["", "3 RUE DES ÉTANGS", "", "", "99000 VILLE"].map(Private::from).to_vec(),
        nir_certified_on: Some(day("2019-05-06")),
        ruf_amo: "7".to_owned(),
        common_zone: Some("ZONE".to_owned()),
    };
    VitaleContent { insured, beneficiaries: vec![beneficiary(), child] }
}

#[test]
fn the_insured_of_the_published_head() {
    let insured = insured::from_group(&head()).expect("group 101");
    assert!(insured.test_card && insured.notes.is_usual());
    assert_eq!(insured.serial, "58666417");
    assert_eq!(insured.valid_until, Some(day("2015-12-31")));
    assert_eq!((insured.nir.as_str(), insured.nir_key), ("2501962643002", 68));
    assert_eq!(insured.organisme, Organisme::new("01", "349", "9881").expect("codes"));
    assert_eq!(insured.management_code, "10");
    // Written again, the published bytes come back.
    assert_eq!(encode(&insured::to_groups(&insured)), published_head());
    assert_eq!(vitale_from_groups(&[head()]), Err(GroupError::Missing { group: 104 }));
}

#[test]
fn groups_stand_in_card_order_with_the_fields_of_the_dictionary() {
    let content = full();
    let groups = vitale_to_groups(&content);
    let ids: Vec<(u16, usize)> = groups.iter().map(|group| (group.id, group.fields.len())).collect();
    let card: [(u16, usize); 5] = [(101, 14), (102, 3), (103, 9), (104, 18), (105, 2)];
    let child: [(u16, usize); 7] = [(104, 18), (105, 2), (106, 4), (107, 6), (108, 2), (109, 12), (111, 1)];
    assert_eq!(ids, [&card[..], &child].concat());
    assert_eq!(groups[0].text(1), "D");
    assert_eq!(groups[3].field(3), b"L\xC9A", "ISO-8859-1");
    assert_eq!(groups[3].text(12), "195119200000");
    let texts = |group: &Group| (1..=12).map(|number| group.text(number)).collect::<Vec<_>>().join("|");
    assert_eq!(texts(&groups[2]), "013499881|A|12345678|013499881|A|87654321||||||");
    assert_eq!(texts(&groups[8]), "99999997|OOOOOONN|62|1|A2|M||||||");
    assert_eq!(texts(&groups[10]), "0099999997|0099999998|12345678|63|||05|501|DRE.RSS.FR|8|2|B");
    assert_eq!(vitale_from_groups(&groups), Ok(content));
}

#[test]
fn a_zone_is_written_again_byte_for_byte() {
    let zone = encode(&vitale_to_groups(&full()));
    let read = vitale_from_groups(&decode(&zone).expect("a zone")).expect("a card");
    assert_eq!(encode(&vitale_to_groups(&read)), zone);
}

#[test]
fn nothing_personal_is_printed() {
    let printed = format!("{:?}", full());
    for personal in ["DURAND", "LÉA", "MARTIN", "ÉTANGS", "12345678", "2840578006084", "1951"] {
        assert!(!printed.contains(personal), "{personal}");
    }
}

#[test]
fn zeros_are_no_date_and_nonsense_is_refused() {
    let read = |text: &str| fields::date(&Group::of_texts(105, [text, ""]), 1);
    assert_eq!(read("000000000000"), Ok(None));
    assert_eq!(read(""), Ok(None));
    assert_eq!(read("20260102"), Ok(Some(day("2026-01-02"))));
    for nonsense in ["202602300000", "2026", "2026010X0000"] {
        assert_eq!(read(nonsense), Err(GroupError::Field { group: 105, field: 1 }), "{nonsense}");
    }
}

#[test]
fn what_belongs_to_nobody_or_stands_twice_is_refused() {
    let of = |groups: &[Group]| vitale_from_groups(&[&[head()][..], groups].concat());
    let person = || vitale_to_groups(&full()).remove(3);
    let period = || Group::of_texts(105, ["", ""]);
    assert_eq!(of(&[period(), person()]), Err(GroupError::Missing { group: 104 }));
    let of_mutuelle = Group::of_texts(108, ["", ""]);
    assert_eq!(of(&[person(), of_mutuelle]), Err(GroupError::Missing { group: 107 }));
    assert_eq!(of(&[head(), person()]), Err(GroupError::TooMany { group: 101 }));
    for id in [102_u16, 107, 109, 111] {
        let twice = Group::of_texts(id, ["1"]);
        assert_eq!(of(&[person(), twice.clone(), twice]), Err(GroupError::TooMany { group: id }));
    }
    let many = |count: usize| [vec![person()], vec![period(); count]].concat();
    assert!(of(&many(16)).is_ok());
    assert_eq!(of(&many(17)), Err(GroupError::TooMany { group: 105 }));
    assert!(of(&vec![person(); 19]).is_ok());
    assert_eq!(of(&vec![person(); 20]), Err(GroupError::TooMany { group: 104 }));
    let mut endless = person();
    endless.fields[0] = vec![b'A'; 129];
    assert_eq!(of(&[endless]), Err(GroupError::Field { group: 104, field: 1 }));
    // A group that nobody described is no reason to refuse a card.
    assert!(of(&[person(), Group::of_texts(110, ["?"])]).is_ok());
}

prop_compose! {
    fn a_period()(from in proptest::option::of(0i64..20_000), until in proptest::option::of(0i64..20_000)) -> Period {
        let at = |days: Option<i64>| days.map(|days| day("1990-01-01") + chrono::Duration::days(days));
        Period { from: at(from), until: at(until) }
    }
}

proptest! {
    #[test]
    fn cards_read_back_and_are_written_again_byte_for_byte(
        month in 0u8..=99, rank in 1u8..=9, quality in 0u8..=9, ald in 0u8..=4, key in 0u8..=99, own in any::<bool>(),
        rights in proptest::collection::vec(a_period(), 0..4),
        mutuelle in proptest::option::of(a_period()),
        name in "[A-ZÀ-ÿ' -]{1,27}", code in "[0-9A-Z]{0,9}",
    ) {
        let mut content = full();
        content.insured.nir_key = key;
        content.insured.notes.ruf_admin.clone_from(&code);
        content.insured.notes.holder_kind.clone_from(&code);
        let person = &mut content.beneficiaries[1];
        person.family_name = Private::new(name);
        person.birth_date = BirthDate::new(1984, month, 1).expect("in range");
        (person.birth_rank, person.quality) = (rank, quality);
        person.own_nir = own.then(|| (Nir::parse("1800520001001").expect("nir"), key));
        person.coverage[0].ald = ald;
        person.rights = rights;
        match mutuelle {
            Some(period) => person.mutuelle.as_mut().expect("a mutuelle").rights = vec![period],
            None => person.mutuelle = None,
        }
        person.complementary.as_mut().expect("an insurer").route.host.clone_from(&code);
        person.notes.common_zone = Some(code);
        let zone = encode(&vitale_to_groups(&content));
        let read = vitale_from_groups(&decode(&zone).expect("our own zone"));
        prop_assert_eq!(read.as_ref(), Ok(&content));
        prop_assert_eq!(encode(&vitale_to_groups(&content)), zone);
    }

    #[test]
    fn any_groups_are_read_or_refused(groups in proptest::collection::vec(
        (101u16..=112, proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..14), 0..19)), 0..8))
    {
        let groups: Vec<Group> = groups.into_iter().map(|(id, fields)| Group { id, fields }).collect();
        let _ = vitale_from_groups(&groups);
    }

    /// Near a card: one byte of a good zone changed, or the zone cut. What is accepted is written again as it reads.
    #[test]
    fn a_damaged_zone_is_read_or_refused(at in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut zone = encode(&vitale_to_groups(&full()));
        let place = at.index(zone.len());
        if cut { zone.truncate(place) } else { zone[place] = byte }
        let read = decode(&zone).and_then(|groups| vitale_from_groups(&groups));
        if let Ok(content) = read {
            let again = decode(&encode(&vitale_to_groups(&content))).expect("our own zone");
            prop_assert_eq!(vitale_from_groups(&again), Ok(content));
        }
    }
}
