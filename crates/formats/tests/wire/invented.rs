//! Invented claims: one written out, and a strategy that draws others. Nobody here exists.

use chrono::{Duration, NaiveDate, NaiveTime};
use liasse_domain::fse::{
    Accident, ActDetails, ActLine, CareContext, ComplementaryCover, Corrects, Demand, Executant, Locum, Patient,
    Referrer, TechnicalAct, Travel,
};
use liasse_domain::{
    BillingNumber, BirthDate, Centimes, Destination, FseContent, FseNumber, FseRef, Management, Nir, Organisme, Rate,
    Rpps, SecuringMode,
};
use proptest::prelude::*;

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("date")
}

pub fn billing(text: &str) -> BillingNumber {
    BillingNumber::parse(text).expect("billing number")
}

fn nir() -> Nir {
    Nir::parse("2840578006084").expect("nir")
}

/// A consultation under C2S, made by a locum.
pub fn content() -> FseContent {
    FseContent {
        reference: FseRef { billing: billing("991129768"), number: FseNumber::new(42).expect("number") },
        mode: SecuringMode::Securise,
        drawn_up: day("2026-01-15"),
        corrects: None,
        executant: Executant {
            billing: billing("991129768"),
            rpps: Some(Rpps::parse("99900065279").expect("rpps")),
            family_name: "GRIS".into(),
            given_name: "ANNE".into(),
            convention: 1,
            specialty: "01".to_owned(),
            tariff_zone: "20".to_owned(),
            ik_zone: "01".to_owned(),
            agreements: ["00".to_owned(), "00".to_owned(), "00".to_owned()],
            condition: 'L',
            situation: 1,
            structure_kind: 4,
            structure_number: "999000652790050".to_owned(),
            structure_name: "CABINET GRIS".to_owned(),
        },
        locum: Some(Locum {
            billing: billing("990781056"),
            family_name: "Blanc".into(),
            given_name: "Zoé".into(),
            signs: true,
        }),
        patient: Patient {
            insured_nir: nir(),
            insured_key: 90,
            own_nir: Some((nir(), 90)),
            family_name: "DURAND".into(),
            given_name: "MARIE".into(),
            birth_date: BirthDate::from_compact("19840502").expect("birth date"),
            birth_rank: 1,
            quality: 0,
            coverage_code: "00100".to_owned(),
        },
        organisme: Organisme::new("01", "751", "0100").expect("organisme"),
        complementary: Some(ComplementaryCover {
            contract: "89".to_owned(),
            number: "99999997".to_owned(),
            member: "12345".into(),
            convention: String::new(),
            management: None,
        }),
        care: CareContext {
            nature: 10,
            care_path: Some('T'),
            exoneration: None,
            accident: None,
            third_party_accident: None,
            referrer: None,
            rights_proof: 4,
        },
        third_party_amo: true,
        third_party_amc: true,
        acts: vec![ActLine {
            date: day("2026-01-15"),
            code: "G".to_owned(),
            majoration: None,
            quantity: 1,
            coefficient: 100,
            unit: Centimes(3000),
            base: Centimes(3000),
            rate: Rate::percent(70),
            amo: Centimes(2100),
            fee: Centimes(3000),
            amc: Centimes(900),
            qualifier: None,
            exoneration: None,
            details: ActDetails::default(),
        }],
        demand: None,
    }
}

fn date() -> impl Strategy<Value = NaiveDate> {
    (0i64..36_000).prop_map(|days| day("2000-01-01") + Duration::days(days))
}

fn letter() -> impl Strategy<Value = Option<char>> {
    prop_oneof![Just(None), proptest::char::range('A', 'Z').prop_map(Some), Just(Some('4'))]
}

fn act() -> impl Strategy<Value = ActLine> {
    let money = (0i64..9_000, 0i64..9_000, 0i64..9_000, 0u32..=100);
    let letters = (letter(), letter(), letter());
    (date(), "[A-Z0-9]{1,4}", letters, (0u32..=99, 0u32..=999_999), money, (technical(), details())).prop_map(
        |(date, code, letters, (quantity, coefficient), (amo, rest, amc, percent), (technical, details))| {
            let (majoration, qualifier, exoneration) = letters;
            let (code, technical) = match technical {
                Some((ccam, technical)) => (ccam, Some(TechnicalAct { grouping: code, ..technical })),
                None => (code, None),
            };
            ActLine {
                date,
                code,
                majoration,
                quantity,
                coefficient,
                unit: Centimes(amo + 7),
                base: Centimes(amo + rest),
                rate: Rate::percent(percent),
                amo: Centimes(amo),
                fee: Centimes(amo + rest + amc),
                amc: Centimes(amc),
                qualifier,
                exoneration,
                details: ActDetails { technical, ..details },
            }
        },
    )
}

fn doctor() -> impl Strategy<Value = BillingNumber> {
    prop_oneof![Just(billing("990781056")), Just(billing("991129768"))]
}

/// An act of the CCAM: its code, and what its record 4M says.
fn technical() -> impl Strategy<Value = Option<(String, TechnicalAct)>> {
    let teeth = proptest::collection::vec(11u8..=85, 0..=16);
    let said = ("[A-Z]{4}[0-9]{3}", 0u8..=9, 0u8..=9, "[A-Z0-9]{0,4}", proptest::option::of(1u8..=5), teeth);
    proptest::option::of(said.prop_map(|(code, activity, phase, modifiers, association, teeth)| {
        (code, TechnicalAct { grouping: String::new(), activity, phase, modifiers, association, teeth })
    }))
}

/// What records 4, 4S and 4E say beyond the amounts; nothing half of the time.
fn details() -> impl Strategy<Value = ActDetails> {
    let order = (proptest::option::of(doctor()), proptest::option::of(date()));
    let agreement = (any::<bool>(), proptest::option::of(date()));
    let place = (proptest::option::of((0u32..24, 0u32..60)), letter(), any::<bool>());
    let visit = (proptest::option::of(any::<u8>()), letter(), proptest::option::of((0u32..=999_999, 0u32..=99)));
    let some = (order, agreement, place, visit).prop_map(|(order, agreement, place, visit)| ActDetails {
        technical: None,
        travel: visit.2.map(|(driven, times)| Travel { driven, times }),
        prescriber: order.0,
        prescribed_on: order.1,
        agreement: agreement.0,
        agreement_asked_on: agreement.1.filter(|_| agreement.0),
        time: place.0.and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0)),
        place: place.1,
        regulated: place.2,
        passage: visit.0,
        full_rate: visit.1,
    });
    prop_oneof![Just(ActDetails::default()), some]
}

fn accident() -> impl Strategy<Value = Accident> {
    prop_oneof!["(00[1-9]|[1-9]{3})[0-9]{6}".prop_map(Accident::Number), date().prop_map(Accident::Date)]
}

fn cover() -> impl Strategy<Value = (String, String, Option<Management>, bool)> {
    let management = prop_oneof![Just(None), Just(Some(Management::Unique)), Just(Some(Management::Separee))];
    ("[A-Z0-9]{1,20}", "([A-Z]{2})?", management, any::<bool>())
}

/// Any claim that has bytes.
pub fn any_content() -> impl Strategy<Value = FseContent> {
    let who = (any::<bool>(), any::<bool>(), 0u8..=9, "[0-9]{0,15}", 0u8..=99);
    let patient = (0u8..=99, 0u16..=9999, 0u8..=99, 0u8..=9, "[0-9]{5}", proptest::option::of(0u8..=99));
    let referrer = proptest::option::of((doctor(), proptest::option::of(date())));
    let sent = (proptest::option::of(accident()), proptest::option::of(date()), referrer);
    let care = (0u8..=99, letter(), letter(), sent, 0u8..=9);
    let money = (any::<bool>(), any::<bool>(), proptest::option::of(("[0-9]{2}", "[0-9]{1,10}", cover())));
    let acts = proptest::collection::vec(act(), 1..5);
    let frame = (1u32..=999_999_999, 0u8..=5, date(), proptest::option::of((1u32..=999_999_999, date())));
    (frame, who, patient, care, money, acts).prop_map(|(frame, who, patient, care, money, acts)| {
        let mut one = content();
        let (number, mode, drawn_up, corrects) = frame;
        one.reference.number = FseNumber::new(number).expect("in range");
        one.mode = SecuringMode::from_code(mode).expect("0 to 5");
        one.drawn_up = drawn_up;
        one.corrects =
            corrects.map(|(number, drawn_up)| Corrects { number: FseNumber::new(number).expect("in range"), drawn_up });
        let (rpps, locum, convention, structure, situation) = who;
        one.executant.rpps = one.executant.rpps.filter(|_| rpps);
        one.locum = one.locum.filter(|_| locum);
        (one.executant.convention, one.executant.structure_number, one.executant.situation) =
            (convention, structure, situation);
        let (key, year, month, quality, coverage, own) = patient;
        one.patient.insured_key = key;
        one.patient.birth_date = BirthDate::new(year, month, 31).expect("kept as read");
        (one.patient.quality, one.patient.coverage_code) = (quality, coverage);
        one.patient.own_nir = own.map(|key| (nir(), key));
        let (nature, care_path, exoneration, (accident, third_party_accident, referrer), rights_proof) = care;
        one.care = CareContext {
            nature,
            care_path,
            exoneration,
            accident,
            third_party_accident,
            referrer: referrer.map(|(billing, date)| Referrer { billing, date }),
            rights_proof,
        };
        let (amo, amc, complementary) = money;
        (one.third_party_amo, one.third_party_amc) = (amo, amc);
        one.demand = None;
        one.complementary = complementary.map(|(contract, number, (member, convention, management, demand))| {
            if demand && management == Some(Management::Separee) {
                let route = Destination::new("99", "501").expect("route");
                one.demand = Some(Demand { route, cancels: one.corrects.is_some() });
            }
            ComplementaryCover { contract, number, member: member.into(), convention, management }
        });
        one.acts = acts;
        one
    })
}
