//! Technical acts: both columns, modifiers, association, teeth, coverage, what stands beside a consultation.
//! Figures: CNAM CCAM v81 (1 January 2026), older ones from reference tariffs 3; cumulation: 1.5.

use liasse_domain::{Invoice, Level};
use liasse_pricing::Tables;
use serde_json::{Value, json};

use crate::support::{bases, codes, doctor, gp, level, midwife, plain, priced, refused, try_price, with};

const SUNDAY: &str = "2026-03-08";
const TUESDAY: &str = "2026-03-10";

fn free() -> Value {
    json!({"practitioner": {"sector": "2"}, "overrun": {"cents": 1000}})
}

/// Acts with their association codes, by a surgeon.
fn associated(acts: &[(&str, u8)]) -> Invoice {
    let acts: Value =
        acts.iter().map(|(code, association)| json!({"code": code, "association": association})).collect();
    priced(&doctor(TUESDAY, "04", acts))
}

#[test]
fn both_columns_and_three_versions() {
    for (date, code, opposable, other) in [
        ("2024-12-31", "DEQP003", 1426, Some(1352)),
        ("2025-01-01", "DEQP003", 1452, Some(1366)),
        ("2025-12-31", "DEQP003", 1452, Some(1366)),
        ("2026-01-01", "DEQP003", 1477, Some(1381)),
        ("2024-12-31", "JKHD001", 1246, Some(964)),
        ("2025-01-01", "JKHD001", 1273, Some(980)),
        ("2026-01-01", "JKHD001", 1300, Some(996)),
        ("2024-12-31", "QZJA002", 2552, None),
        ("2025-01-01", "QZJA002", 2606, None),
        ("2026-01-01", "QZJA002", 2660, Some(2421)),
        ("2024-12-31", "QZNP004", 2278, None),
        ("2025-01-01", "QZNP004", 2326, None),
        ("2026-01-01", "QZNP004", 2374, Some(2183)),
        ("2026-01-01", "ALQP003", 6912, Some(6912)),
        ("2026-01-01", "YYYY010", 4800, Some(4800)),
        ("2026-01-01", "AAFA001", 67471, Some(61078)),
    ] {
        assert_eq!(bases(&priced(&gp(date, plain(&[code])))), [opposable], "{code} {date}");
        if let Some(other) = other {
            assert_eq!(bases(&priced(&with(gp(date, plain(&[code])), free()))), [other], "{code} {date}");
        }
        let optam = json!({"practitioner": {"sector": "2", "optam": true}, "overrun": {"cents": 1000}});
        assert_eq!(bases(&priced(&with(gp(date, plain(&[code])), optam))), [opposable], "{code} {date}");
    }
    assert_eq!(refused(&gp("2025-12-31", plain(&["AAFA001"]))), "pricing.hors_tables");
    // Overseas 4 %, 3 % before 2026: 15.3608, 14.9556, 27.664.
    for (date, code, cents) in
        [("2026-01-01", "DEQP003", 1536), ("2025-12-31", "DEQP003", 1496), ("2026-01-01", "QZJA002", 2766)]
    {
        for zone in ["antilles", "guyane", "reunion", "mayotte"] {
            let there = with(gp(date, plain(&[code])), json!({"practitioner": {"zone": zone}}));
            assert_eq!(bases(&priced(&there)), [cents], "{code} {zone}");
        }
    }
}

#[test]
fn activities_and_phases() {
    for (code, activity, phase, cents) in [
        ("AAFA001", 4, 0, 53911),
        ("BFGA427", 4, 0, 11100),
        ("BFGA427", 1, 0, 27170),
        ("BDLA003", 1, 1, 30484),
        ("BDLA003", 1, 2, 6760),
        ("BDLA003", 4, 2, 8198),
        ("DASF074", 2, 0, 30415),
    ] {
        let act = json!([{"code": code, "activity": activity, "phase": phase}]);
        assert_eq!(bases(&priced(&doctor(TUESDAY, "02", act))), [cents], "{code} {activity} {phase}");
    }
    for (activity, phase) in [(4, 0), (1, 1), (0, 0), (9, 3)] {
        let act = json!([{"code": "DEQP003", "activity": activity, "phase": phase}]);
        assert_eq!(refused(&gp(TUESDAY, act)), "pricing.activite", "{activity} {phase}");
    }
}

#[test]
fn modifiers_in_euros_by_specialty() {
    // QZJA002, 26.60, allows F M P R S U.
    for (specialty, date, time, modifier, cents) in [
        ("01", SUNDAY, "10:00", "F", 2660 + 1906),
        ("01", TUESDAY, "21:00", "P", 2660 + 3500),
        ("01", TUESDAY, "03:00", "S", 2660 + 4000),
        ("01", TUESDAY, "10:00", "M", 2660 + 2688),
        ("05", TUESDAY, "21:00", "U", 2660 + 2515),
        ("05", TUESDAY, "03:00", "U", 2660 + 2515),
        ("12", TUESDAY, "21:00", "P", 2660 + 5000),
        ("12", TUESDAY, "03:00", "S", 2660 + 8000),
        ("12", SUNDAY, "10:00", "F", 2660 + 4000),
        ("12", TUESDAY, "10:00", "M", 2660 + 2688),
        ("04", SUNDAY, "10:00", "F", 2660 + 4000),
        ("04", TUESDAY, "03:00", "S", 2660 + 8000),
        ("04", TUESDAY, "21:00", "U", 2660 + 5000),
        ("11", TUESDAY, "21:00", "U", 2660 + 5000),
    ] {
        let act = json!([{"code": "QZJA002", "modifiers": [modifier]}]);
        let invoice = priced(&with(doctor(date, specialty, act), json!({"time": time})));
        assert_eq!(
            (bases(&invoice), codes(&invoice)),
            (vec![cents], vec!["conforme"]),
            "{specialty} {modifier} {time}"
        );
    }
    let hours = [("F", TUESDAY, "10:00"), ("P", TUESDAY, "10:00"), ("P", TUESDAY, "03:00"), ("S", TUESDAY, "21:00")];
    for (modifier, date, time) in hours {
        let act = json!([{"code": "QZJA002", "modifiers": [modifier]}]);
        let invoice = priced(&with(gp(date, act), json!({"time": time})));
        assert_eq!(codes(&invoice), ["modificateur_horaire"], "{modifier} {time}");
    }
}

#[test]
fn modifiers_in_percents() {
    for (specialty, code, modifiers, free_too, cents) in [
        ("04", "AAFA001", vec!["J"], false, 71857),
        ("04", "AAFA001", vec!["K"], false, 87712),
        ("04", "AAFA001", vec!["K"], true, 76348),
        ("04", "AAFA001", vec!["T"], false, 81977),
        ("04", "AAFA001", vec!["T"], true, 71156),
        ("04", "AAFA001", vec!["O"], false, 67471 + 8000),
        ("15", "BFGA427", vec!["3"], false, 30430),
        ("15", "BFGA427", vec!["3"], true, 29344),
        ("15", "BFGA427", vec!["7"], false, 28800),
        ("15", "BFGA427", vec!["3", "7"], false, 32061),
        ("15", "BFGA427", vec!["G"], false, 33963),
        ("15", "BCFA007", vec!["6"], false, 34616),
        ("15", "BCFA007", vec!["8"], false, 33232),
        ("04", "QZJA002", vec!["R"], false, 3990),
        ("18", "LACA001", vec!["L"], false, 25080),
        ("18", "HBBD001", vec!["9"], false, 9194),
        ("04", "MZFA012", vec!["4"], false, 12769),
        ("04", "MZFA012", vec!["5"], false, 13010),
        ("01", "ZBQK002", vec!["Y"], false, 2405),
        ("01", "ZBQK002", vec!["Z"], false, 2405),
        ("01", "ZBQK002", vec!["D"], false, 2639),
        ("01", "ZBQK002", vec!["B"], false, 3171),
    ] {
        let act = json!([{"code": code, "modifiers": modifiers}]);
        let document = doctor(TUESDAY, specialty, act);
        let document = if free_too { with(document, free()) } else { document };
        assert_eq!(bases(&priced(&document)), [cents], "{code} {modifiers:?} {free_too}");
    }
    // Euros are not taken in percents: 26.60 x 1.5 + 19.06.
    let both = priced(&gp(SUNDAY, json!([{"code": "QZJA002", "modifiers": ["R", "F"]}])));
    assert_eq!(bases(&both), [5896]);
    // A midwife's K is 20 %.
    let birth = json!([{"code": "JQGA002", "modifiers": ["K"]}]);
    assert_eq!(bases(&priced(&midwife(TUESDAY, birth))), [37620]);
    // Children: E below 5 years, N below 13.
    for (code, modifier, cents, below, from) in
        [("ACQH003", "E", 3765, "2021-03-11", "2021-03-10"), ("HBBD003", "N", 5655, "2013-03-11", "2013-03-10")]
    {
        for (birth, expected) in [(below, None), (from, Some(Level::Error))] {
            let act = json!([{"code": code, "modifiers": [modifier]}]);
            let invoice = priced(&with(gp(TUESDAY, act), json!({"patient": {"birth_date": birth}})));
            assert_eq!(
                (bases(&invoice), level(&invoice, "modificateur_horaire")),
                (vec![cents], expected),
                "{code} {birth}"
            );
        }
    }
    // 23 EUR for the anaesthesia of the very young and the very old.
    let asleep = |specialty: &str| {
        priced(&doctor(TUESDAY, specialty, json!([{"code": "BFGA427", "activity": 4, "modifiers": ["A"]}])))
    };
    assert_eq!(bases(&asleep("02")), [13400]);
    assert_eq!(level(&asleep("01"), "modificateur_sans_valeur"), Some(Level::Blocking));
}

#[test]
fn modifiers_that_may_not_be() {
    for (code, modifiers, cents, finding) in [
        ("JKHD001", vec!["F"], 1300, "modificateur_interdit"),
        ("QZHA001", vec!["R"], 2143, "modificateur_interdit"),
        ("QZJA002", vec!["F", "U"], 7081, "modificateurs_exclusifs"),
        ("QZJA002", vec!["P", "S"], 10160, "modificateurs_exclusifs"),
        ("AAFA001", vec!["J", "K"], 92098, "modificateurs_exclusifs"),
        ("AAFA001", vec!["T", "J"], 86363, "modificateurs_exclusifs"),
        ("ZBQK002", vec!["Y", "Z"], 2681, "modificateurs_exclusifs"),
    ] {
        let invoice = priced(&gp(SUNDAY, json!([{"code": code, "modifiers": modifiers}])));
        assert_eq!(level(&invoice, finding), Some(Level::Blocking), "{code} {modifiers:?}");
        assert_eq!(bases(&invoice), [cents], "{code} {modifiers:?}");
    }
    let twice = priced(&gp(SUNDAY, json!([{"code": "QZJA002", "modifiers": ["F", "F"]}])));
    assert_eq!(level(&twice, "modificateur_double"), Some(Level::Error));
    for modifiers in [json!(["F", "M", "P", "R", "S"]), json!(["FP"]), json!(["f"]), json!(["é"]), json!([""])] {
        let act = json!([{"code": "QZJA002", "modifiers": modifiers}]);
        assert_eq!(refused(&gp(SUNDAY, act)), "pricing.modificateurs", "{modifiers}");
    }
}

#[test]
fn two_acts_associated() {
    // 27.30 in full and 20.00 for a half, said or proposed, whatever their order.
    for acts in [[("MZLB001", 1), ("CAGD001", 2)], [("CAGD001", 2), ("MZLB001", 1)]] {
        let expected = if acts[0].1 == 1 { [2730, 1000] } else { [1000, 2730] };
        let said = associated(&acts);
        assert_eq!((bases(&said), codes(&said)), (expected.to_vec(), vec!["conforme"]));
        let silent = priced(&doctor(TUESDAY, "04", plain(&[acts[0].0, acts[1].0])));
        assert_eq!((bases(&silent), codes(&silent)), (expected.to_vec(), vec!["association_proposee"]));
    }
    let upside_down = associated(&[("CAGD001", 1), ("MZLB001", 2)]);
    assert_eq!((bases(&upside_down), codes(&upside_down)), (vec![2000, 1365], vec!["association_inversee"]));
    let both_full = associated(&[("CAGD001", 1), ("MZLB001", 1)]);
    assert_eq!(level(&both_full, "association_illicite"), Some(Level::Error));
    // The share takes the act with R, not the 40.00 of F: 26.60 x 1.5 / 2 + 40.00.
    let acts =
        json!([{"code": "QZJA017", "association": 1}, {"code": "QZJA002", "association": 2, "modifiers": ["R", "F"]}]);
    assert_eq!(bases(&priced(&doctor(SUNDAY, "04", acts))), [5395, 1995 + 4000]);
    // 75 % where a derogation holds, 100 % for 4.
    let derogation = associated(&[("QZJA017", 1), ("QZJA002", 3)]);
    assert_eq!((bases(&derogation), codes(&derogation)), (vec![5395, 1995], vec!["association_derogation"]));
    assert_eq!(bases(&associated(&[("QZJA017", 1), ("QZJA002", 4)])), [5395, 2660]);
    for code in [0, 6] {
        let act = json!([{"code": "QZJA002", "association": code}]);
        assert_eq!(refused(&gp(TUESDAY, act)), "pricing.association", "{code}");
    }
}

#[test]
fn three_acts_supplements_and_other_times() {
    let three = priced(&doctor(TUESDAY, "04", plain(&["QZJA017", "QZJA002", "CAGD001"])));
    assert_eq!(level(&three, "trois_actes"), Some(Level::Blocking));
    let two_halves = associated(&[("QZJA017", 1), ("QZJA002", 2), ("CAGD001", 2)]);
    assert_eq!(level(&two_halves, "association_illicite"), Some(Level::Error));
    // Multiple recent trauma: 100, 75 and 50 %.
    let trauma = associated(&[("QZJA017", 1), ("QZJA002", 3), ("CAGD001", 2)]);
    assert_eq!((bases(&trauma), codes(&trauma)), (vec![5395, 1995, 1000], vec!["association_derogation"]));
    // Complements and supplements: full rate, no code, and they do not count.
    let supplement = priced(&doctor(TUESDAY, "03", plain(&["DEQP003", "YYYY490"])));
    assert_eq!((bases(&supplement), codes(&supplement)), (vec![1477, 960], vec!["conforme"]));
    let complement = priced(&doctor(TUESDAY, "04", plain(&["AAFA001", "ACQP002"])));
    assert_eq!((bases(&complement), codes(&complement)), (vec![67471, 21009], vec!["conforme"]));
    let with_it = priced(&doctor(TUESDAY, "03", plain(&["MZLB001", "CAGD001", "YYYY490"])));
    assert_eq!((bases(&with_it), codes(&with_it)), (vec![2730, 1000, 960], vec!["association_proposee"]));
    let wrong = priced(&doctor(TUESDAY, "03", json!([{"code": "DEQP003"}, {"code": "YYYY490", "association": 2}])));
    assert_eq!(level(&wrong, "association_complement"), Some(Level::Error));
    // Code 5: distinct times of the same day, each in full.
    let at = |first: Option<&str>, second: Option<&str>| {
        let act = |code: &str, time: Option<&str>| json!({"code": code, "association": 5, "time": time});
        priced(&doctor(TUESDAY, "04", json!([act("MZLB001", first), act("CAGD001", second)])))
    };
    let apart = at(Some("09:00"), Some("17:00"));
    assert_eq!((bases(&apart), codes(&apart)), (vec![2730, 2000], vec!["conforme"]));
    for invoice in [at(None, None), at(Some("09:00"), None), at(Some("09:00"), Some("09:00"))] {
        assert_eq!(level(&invoice, "association_heures"), Some(Level::Error));
    }
}

#[test]
fn teeth_are_those_that_people_have() {
    let tooth = |tooth: Value| gp(TUESDAY, json!([{"code": "HBGD036", "teeth": [tooth]}]));
    for good in [json!(11), json!("48"), json!(55), json!(85), json!("18"), json!(51), json!("21"), json!(38)] {
        assert_eq!(bases(&priced(&tooth(good.clone()))), [3900], "{good}");
    }
    for bad in [
        json!(19),
        json!(0),
        json!(90),
        json!(10),
        json!(56),
        json!(86),
        json!("8"),
        json!("1a"),
        json!("+11"),
        json!(49),
    ] {
        assert_eq!(refused(&tooth(bad.clone())), "pricing.dent", "{bad}");
    }
}

#[test]
fn coverage_of_an_act() {
    for (code, agreed, cents, finding, expected) in [
        ("CBLA002", false, 25080, "accord_prealable", Some(Level::Error)),
        ("CBLA002", true, 25080, "accord_prealable", None),
        ("QZNP004", false, 2374, "acte_sous_conditions", Some(Level::Warning)),
        ("PAQK007", false, 4095, "acte_sous_conditions", Some(Level::Warning)),
        ("AAGA900", false, 0, "acte_non_pris_en_charge", Some(Level::Blocking)),
        ("QZJA002", false, 2660, "acte_sous_conditions", None),
    ] {
        let act = json!([{"code": code, "prior_agreement": agreed}]);
        let invoice = priced(&doctor(TUESDAY, "04", act));
        assert_eq!((bases(&invoice), level(&invoice, finding)), (vec![cents], expected), "{code}");
    }
    // Prevention: only acts whose row says so (XC_ETM 7).
    for (code, expected) in [("HBGD036", None), ("QZJA002", Some(Level::Warning))] {
        let prevention = with(gp(TUESDAY, plain(&[code])), json!({"cover": {"nature": "prevention"}}));
        assert_eq!(level(&priced(&prevention), "prevention_a_verifier"), expected, "{code}");
    }
    assert_eq!(refused(&gp(TUESDAY, plain(&["QZJA999"]))), "pricing.code_inconnu");
}

#[test]
fn a_technical_act_beside_a_consultation() {
    for (date, specialty, acts, expected) in [
        (TUESDAY, "01", ["G", "QZJA002"], None),
        (TUESDAY, "01", ["G", "ALQP003"], None),
        (TUESDAY, "04", ["CS", "PAQK007"], None),
        (TUESDAY, "12", ["CS", "ZBQK002"], None),
        (TUESDAY, "04", ["CS", "QZHA001"], None),
        (TUESDAY, "01", ["G", "DEQP003"], Some([3000, 1477])),
        (TUESDAY, "01", ["C", "DEQP003"], Some([2300, 1477])),
        (TUESDAY, "01", ["V", "DEQP003"], Some([2300, 1477])),
        (TUESDAY, "04", ["CS", "DEQP003"], Some([2650, 1477])),
        (TUESDAY, "04", ["APC", "DEQP003"], Some([6000, 1477])),
        (TUESDAY, "01", ["G", "JKHD001"], Some([3000, 1300])),
        // 37.46 in 2019.
        ("2019-03-12", "01", ["G", "JKHD001"], Some([2500, 1246])),
        (TUESDAY, "31", ["CS", "PAQK007"], Some([3500, 4095])),
        (TUESDAY, "14", ["CS", "PAQK007"], Some([2650, 4095])),
        (TUESDAY, "13", ["CS", "ZBQK002"], Some([2650, 2128])),
        (TUESDAY, "07", ["CS", "JQQM010"], Some([3500, 6366])),
        (TUESDAY, "07", ["CS", "JQQM018"], Some([3500, 10377])),
        // A dermatologist's biopsies count for a half: 10.715 and 13.30.
        (TUESDAY, "05", ["CS", "QZHA001"], Some([2650, 1072])),
        (TUESDAY, "05", ["CS", "QZHA005"], Some([2650, 1330])),
    ] {
        let invoice = priced(&doctor(date, specialty, plain(&acts)));
        let forbidden = level(&invoice, "consultation_et_acte");
        assert_eq!(forbidden, expected.is_none().then_some(Level::Blocking), "{specialty} {acts:?}");
        if let Some(expected) = expected {
            assert_eq!(bases(&invoice), expected, "{specialty} {acts:?}");
            assert!(invoice.worst() < Level::Error, "{acts:?} {:?}", codes(&invoice));
        }
    }
    // Alone the biopsy is whole; a forbidden act keeps its tariff; sector 2: 23.00 and 9.64 in 2019.
    assert_eq!(bases(&priced(&doctor(TUESDAY, "05", plain(&["QZHA001"])))), [2143]);
    assert_eq!(bases(&priced(&doctor(TUESDAY, "04", plain(&["CS", "QZHA001"])))), [2650, 2143]);
    // Only another time of the day sets them apart.
    for (time, expected) in [("17:00", Some(Level::Blocking)), ("10:30", None)] {
        let acts = json!([{"code": "G", "time": time}, {"code": "QZJA002", "association": 5, "time": "17:00"}]);
        assert_eq!(level(&priced(&gp(TUESDAY, acts)), "consultation_et_acte"), expected, "{time}");
    }
    assert_eq!(bases(&priced(&with(gp("2019-03-12", plain(&["C", "JKHD001"])), free()))), [2300, 964]);
    let cardiologist = priced(&doctor(TUESDAY, "03", plain(&["CSC", "DEQP003"])));
    assert_eq!(level(&cardiologist, "cumul_interdit"), Some(Level::Blocking));
    assert!(try_price(&gp("2017-06-30", plain(&["JKHD001"]))).is_err());
}

/// Ours against the CNAM's version 81, row by row: prices, flags, modifiers.
#[test]
fn reads_shared_ccam_row_by_row() {
    fn rows(bytes: &[u8], delimiter: u8) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(bytes);
        let rows = reader.records().map(|row| row.unwrap_or_else(|error| panic!("{error}")));
        rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
    }
    fn sorted(text: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters.into_iter().collect()
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/data/ccam_v81_20260101_normalised.csv");
    let published = std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut published: Vec<[String; 10]> = rows(&published, b';')
        .iter()
        // One key is printed twice, the second time as an anaesthesia that its activity is not.
        .filter(|row| (row[0].as_str(), row[9].as_str()) != ("BELA129", "ADA"))
        .map(|row| {
            let cents = |text: &str| text.replace('.', "").trim_start_matches('0').to_owned();
            let price = |text: &str| if text == "0.00" { "0".to_owned() } else { cents(text) };
            assert!(row[3].is_empty() || row[3].len() - row[3].find('.').unwrap_or(0) == 3, "two decimals: {}", row[3]);
            let cover = match (row[5].as_str(), row[6].as_str()) {
                ("1", "") => "non",
                ("", "RC") => "conditions",
                ("", "") => "",
                other => panic!("{other:?}"),
            };
            let agreement = if row[7] == "AP" { "prealable" } else { "" };
            let flags = [cover.to_owned(), agreement.to_owned(), row[8].replace(' ', "")];
            let [cover, agreement, exemption] = flags;
            let [code, activity, phase] = [0, 1, 2].map(|at| row[at].clone());
            let (group, modifiers) = (row[9].clone(), sorted(&row[10]));
            [code, activity, phase, price(&row[3]), price(&row[4]), cover, agreement, exemption, group, modifiers]
        })
        .collect();
    let mut ours: Vec<[String; 10]> = rows(Tables::embedded_file("ccam.csv"), b',')
        .iter()
        .filter(|row| row[5] == "2026-01-01")
        .map(|row| {
            [0, 1, 2, 3, 4, 9, 10, 11, 12, 14].map(|at| if at == 14 { sorted(&row[at]) } else { row[at].clone() })
        })
        .collect();
    assert_eq!((published.len(), ours.len()), (13_498, 13_498));
    published.sort_unstable();
    ours.sort_unstable();
    let differing: Vec<_> = published.iter().zip(&ours).filter(|(theirs, ours)| theirs != ours).take(5).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}
