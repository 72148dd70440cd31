//! Nurses, advanced practice and midwives: coefficients, degression, packages, majorations, shares, franchise.
//! Figures: reference tariffs 2.1, 2.3 and 4 (NGAP article 11 B); midwives: the pages that `ngap.csv` names.

use liasse_domain::{Invoice, Level};
use serde_json::{Value, json};

use crate::support::{amo, bases, codes, gp, level, midwife, nurse, plain, priced, with};

const DAY: &str = "2026-03-10";

/// Acts as (code, coefficient, quantity).
fn acts(acts: &[(&str, f64, i64)]) -> Value {
    let act = |act: &(&str, f64, i64)| json!({"code": act.0, "coefficient": act.1, "quantity": act.2});
    acts.iter().map(act).collect()
}

fn by_nurse(list: &[(&str, f64, i64)]) -> Invoice {
    priced(&nurse(DAY, acts(list)))
}

#[test]
fn coefficients_round_half_up() {
    for (code, coefficient, cents) in [
        ("AMI", 1.0, 315),
        // 4.725, 7.875, 22.05.
        ("AMI", 1.5, 473),
        ("AMI", 2.5, 788),
        ("AMI", 7.0, 2205),
        ("AMI", 4.1, 1292),
        ("AIS", 3.0, 795),
        ("DI", 2.5, 2500),
        ("DI", 1.2, 1200),
    ] {
        let invoice = by_nurse(&[(code, coefficient, 1)]);
        assert_eq!((bases(&invoice), invoice.lines[0].quantity), (vec![cents], 1), "{code} {coefficient}");
    }
    // Overseas 3.30 and 2.70.
    for (code, coefficient, cents) in [("AMI", 1.5, 495), ("AMX", 2.0, 660), ("AIS", 3.0, 810)] {
        let there = with(nurse(DAY, acts(&[(code, coefficient, 1)])), json!({"practitioner": {"zone": "guyane"}}));
        assert_eq!(bases(&priced(&there)), [cents], "{code}");
    }
    // Without one it is 1; a package has none.
    assert_eq!(bases(&priced(&nurse(DAY, plain(&["AMI"])))), [315]);
    assert_eq!(level(&by_nurse(&[("BSA", 2.0, 1)]), "champ_sans_objet"), Some(Level::Blocking));
}

#[test]
fn degression_of_one_session() {
    for (list, expected, worthless) in [
        // 100 %, 50 %, nothing, by coefficient, not by order.
        (vec![("AMI", 4.0, 1), ("AMI", 2.0, 1), ("AMI", 1.0, 1)], vec![1260, 315, 0], true),
        (vec![("AMI", 1.0, 1), ("AMI", 4.0, 1), ("AMI", 2.0, 1)], vec![0, 1260, 315], true),
        (vec![("AMI", 4.0, 1), ("AMI", 2.0, 1)], vec![1260, 315], false),
        // 4.725 / 2 = 2.3625; 7.875 / 2 = 3.9375.
        (vec![("AMI", 4.0, 1), ("AMI", 1.5, 1)], vec![1260, 236], false),
        (vec![("AMI", 4.0, 1), ("AMI", 2.5, 1)], vec![1260, 394], false),
        // Two and three of one line: 6.30 + 3.15, then nothing more.
        (vec![("AMI", 2.0, 2)], vec![945], false),
        (vec![("AMI", 2.0, 3)], vec![945], false),
        (vec![("AMI", 4.0, 1), ("AMI", 1.0, 3)], vec![1260, 158], false),
        (vec![("AMI", 1.0, 1), ("AMI", 4.0, 2)], vec![0, 1890], true),
        // AIS stands at its full rate beside AMI, and AIS beside AIS.
        (vec![("AIS", 3.0, 1), ("AMI", 2.0, 1)], vec![795, 630], false),
        (vec![("AIS", 3.0, 2), ("AMI", 2.0, 1)], vec![1590, 630], false),
        // So do the packages beside AMX; AMX share among themselves.
        (vec![("BSA", 1.0, 1), ("AMX", 2.0, 1)], vec![1300, 630], false),
        (vec![("BSB", 1.0, 1), ("AMX", 2.0, 1), ("AMX", 1.5, 1)], vec![1820, 630, 236], false),
        (vec![("BSC", 1.0, 1), ("AMX", 4.0, 1)], vec![2870, 1260], false),
    ] {
        let invoice = by_nurse(&list);
        assert_eq!(bases(&invoice), expected, "{list:?}");
        assert_eq!(level(&invoice, "acte_degresse"), worthless.then_some(Level::Warning), "{list:?}");
        assert_eq!(invoice.total_cents.0, expected.iter().sum::<i64>(), "{list:?}");
    }
}

#[test]
fn what_counts_in_full_beside_others() {
    let act =
        |coefficient: f64, full_rate: Value| json!({"code": "AMI", "coefficient": coefficient, "full_rate": full_rate});
    for (list, expected) in [
        // A direct venous sample takes no place: the third act is still the second.
        (json!([act(4.0, json!(null)), act(1.5, json!("prelevement")), act(2.0, json!(null))]), vec![1260, 473, 315]),
        (json!([act(1.5, json!("prelevement")), act(1.5, json!("prelevement"))]), vec![473, 473]),
        (json!([act(4.0, json!(null)), act(2.4, json!("vaccination"))]), vec![1260, 756]),
        (json!([act(5.0, json!("perfusion")), act(4.0, json!("perfusion"))]), vec![1575, 1260]),
        // Acts of article 5 bis among themselves.
        (json!([act(1.0, json!("insuline")), act(1.0, json!("insuline"))]), vec![315, 315]),
        (
            json!([act(4.0, json!("insuline")), act(1.0, json!("insuline")), act(1.0, json!("insuline"))]),
            vec![1260, 315, 315],
        ),
    ] {
        assert_eq!(bases(&priced(&nurse(DAY, list.clone()))), expected, "{list}");
    }
    // Each passage is a session of its own, with its own travel.
    let at = |code: &str, factor: f64, passage: u8| json!({"code": code, "coefficient": factor, "passage": passage});
    let day = json!([
        at("AMI", 4.0, 1), at("AMI", 2.0, 1), {"code": "IFD", "passage": 1},
        at("AMI", 4.0, 2), at("AMI", 2.0, 2), {"code": "IFD", "passage": 2},
    ]);
    let invoice = priced(&nurse(DAY, day));
    assert_eq!(bases(&invoice), [1260, 315, 275, 1260, 315, 275]);
    assert_eq!(codes(&invoice), ["conforme"]);
}

#[test]
fn packages_have_their_own_companions() {
    for (list, finding, expected) in [
        (vec!["BSA", "IFI"], "cumul_interdit", None),
        (vec!["BSA", "IFD"], "cumul_interdit", Some(Level::Error)),
        (vec!["BSB", "AMI"], "cumul_interdit", Some(Level::Error)),
        (vec!["BSA", "BSB"], "cumul_interdit", Some(Level::Blocking)),
        (vec!["BSA", "BSC"], "cumul_interdit", Some(Level::Blocking)),
        (vec!["BSB", "BSC"], "cumul_interdit", Some(Level::Blocking)),
        (vec!["AMX"], "limite_avec", Some(Level::Warning)),
        (vec!["BSC", "AMX"], "limite_avec", None),
        (vec!["AIS", "AMI"], "cumul_interdit", None),
    ] {
        let invoice = priced(&nurse(DAY, plain(&list)));
        assert_eq!(level(&invoice, finding), expected, "{list:?}");
    }
    // One package for a patient and a day.
    for quantity in [1, 2] {
        let invoice = by_nurse(&[("BSA", 1.0, quantity)]);
        assert_eq!(level(&invoice, "limite_par_jour"), (quantity > 1).then_some(Level::Blocking), "{quantity}");
    }
    // 13.00 + 6.30 + 2.75.
    let whole = priced(&nurse(DAY, json!([{"code": "BSA"}, {"code": "AMX", "coefficient": 2}, {"code": "IFI"}])));
    assert_eq!((whole.total_cents.0, codes(&whole)), (2205, vec!["conforme"]));
}

#[test]
fn nights_and_sundays_of_nurses() {
    for (time, cents, ok) in [
        ("20:00", 915, true),
        ("22:59", 915, true),
        ("23:00", 1830, true),
        ("23:59", 1830, true),
        ("00:00", 1830, true),
        ("04:59", 1830, true),
        ("05:00", 915, true),
        ("07:59", 915, true),
        ("08:00", 915, false),
        ("19:59", 915, false),
        ("12:00", 915, false),
    ] {
        let night = json!([{"code": "AIS", "coefficient": 3}, {"code": "N"}]);
        for document in [
            with(nurse(DAY, night), json!({"time": time})),
            nurse(DAY, json!([{"code": "AIS", "coefficient": 3}, {"code": "N", "time": time}])),
        ] {
            let invoice = priced(&document);
            assert_eq!(bases(&invoice), [795, cents], "{time}");
            assert_eq!(level(&invoice, "limite_heure"), (!ok).then_some(Level::Error), "{time}");
        }
    }
    for (date, cents, ok) in
        [("2026-03-08", 850, true), ("2026-05-14", 850, true), ("2026-03-10", 850, false), ("2019-03-10", 800, true)]
    {
        let sunday = json!([{"code": "AIS", "coefficient": 3}, {"code": "F"}]);
        let invoice = priced(&nurse(date, sunday));
        assert_eq!(bases(&invoice), [795, cents], "{date}");
        assert_eq!(level(&invoice, "limite_jour"), (!ok).then_some(Level::Error), "{date}");
    }
}

#[test]
fn majorations_of_nurses() {
    let mau = |coefficient: f64, others: &[&str]| {
        let mut list = vec![json!({"code": "AMI", "coefficient": coefficient}), json!({"code": "MAU"})];
        list.extend(others.iter().map(|code| json!({"code": code})));
        priced(&nurse(DAY, Value::Array(list)))
    };
    // 1.35 beside a single act of coefficient 1.5 at most, never with MCI.
    assert_eq!((bases(&mau(1.5, &[])), codes(&mau(1.5, &[]))), (vec![473, 135], vec!["conforme"]));
    assert_eq!(codes(&mau(1.0, &["IFD"])), ["conforme"]);
    assert_eq!(level(&mau(1.51, &[]), "limite_coefficient"), Some(Level::Blocking));
    assert_eq!(level(&mau(1.0, &["AMI"]), "limite_coefficient"), Some(Level::Blocking));
    assert_eq!(level(&mau(1.5, &["MCI"]), "cumul_interdit"), Some(Level::Blocking));
    assert_eq!(level(&priced(&nurse(DAY, plain(&["MAU"]))), "limite_avec"), Some(Level::Error));
    // It is proposed where it was forgotten.
    assert_eq!(codes(&by_nurse(&[("AMI", 1.5, 1)])), ["majoration_possible"]);
    assert_eq!(codes(&by_nurse(&[("AMI", 1.6, 1)])), ["conforme"]);
    let mci = by_nurse(&[("AMI", 4.0, 1), ("MCI", 1.0, 1)]);
    assert_eq!((bases(&mci), codes(&mci)), (vec![1260, 500], vec!["conforme"]));
    assert_eq!(level(&priced(&nurse(DAY, plain(&["MCI"]))), "limite_avec"), Some(Level::Error));
    // 3.15 below the seventh birthday.
    for (birth, expected) in [("2019-03-11", None), ("2019-03-10", Some(Level::Blocking))] {
        let child =
            with(nurse(DAY, acts(&[("AMI", 2.0, 1), ("MIE", 1.0, 1)])), json!({"patient": {"birth_date": birth}}));
        let invoice = priced(&child);
        assert_eq!((bases(&invoice), level(&invoice, "limite_age_moins")), (vec![630, 315], expected), "{birth}");
    }
}

#[test]
fn shares_of_the_payers() {
    let seven = |change: Value| priced(&with(nurse(DAY, acts(&[("AMI", 7.0, 1)])), change));
    // 60 % of 22.05 is 13.23; no care path for nurses.
    let usual = seven(json!({}));
    assert_eq!((amo(&usual), usual.copay_cents.0, usual.flat_fee_cents.0), (vec![1323], 882, 100));
    for (change, amo_cents) in [
        (json!({"care_path": "S"}), 1323),
        (json!({"patient": {"has_mt": false}}), 1323),
        (json!({"patient": {"birth_date": "2020-01-02"}}), 1323),
        // 19.845.
        (json!({"patient": {"alsace_moselle": true}}), 1985),
        (json!({"patient": {"rights": ["invalidity"]}}), 2205),
        (json!({"patient": {"rights": ["military"]}}), 2205),
        (json!({"patient": {"rights": ["ame"]}}), 2205),
        (json!({"cover": {"nature": "maternite"}}), 2205),
        (json!({"cover": {"nature": "atmp", "at_number": "123456789"}}), 2205),
    ] {
        assert_eq!(amo(&seven(change.clone())), [amo_cents], "{change}");
    }
    let c2s = seven(json!({"patient": {"rights": ["c2s"]}}));
    assert_eq!((amo(&c2s), c2s.amc_cents.0, c2s.patient_pays_cents.0), (vec![1323], 882, 0));
    // 100 % for what belongs to the ALD, travel included where it is said of it.
    let ald = json!([{"code": "AMI", "coefficient": 7, "ald_related": true}, {"code": "IFD", "ald_related": true}]);
    let ald = priced(&with(nurse(DAY, ald), json!({"patient": {"rights": ["ald"]}, "third_party": {"amo": true}})));
    assert_eq!((amo(&ald), ald.patient_pays_cents.0, codes(&ald)), (vec![2205, 275], 0, vec!["conforme"]));
    let beside = json!([{"code": "AMI", "coefficient": 7, "ald_related": true}, {"code": "AIS", "coefficient": 3}]);
    let beside = priced(&with(nurse(DAY, beside), json!({"patient": {"rights": ["ald"]}})));
    assert_eq!((amo(&beside), codes(&beside)), (vec![2205, 477], vec!["tiers_payant_du"]));
    // The prevention check-up in full: 30.00, 31.50 overseas.
    for (zone, cents) in [("metropole", 3000), ("reunion", 3150)] {
        let check_up = with(nurse(DAY, plain(&["RDI"])), json!({"practitioner": {"zone": zone}}));
        assert_eq!(amo(&priced(&check_up)), [cents], "{zone}");
    }
}

#[test]
fn franchise_and_its_daily_cap() {
    for (date, quantity, cents) in [
        ("2024-03-30", 1, 50),
        ("2024-03-31", 1, 100),
        ("2024-03-30", 4, 200),
        ("2024-03-30", 5, 200),
        ("2024-03-31", 4, 400),
        ("2024-03-31", 5, 400),
    ] {
        let invoice = priced(&nurse(date, acts(&[("AIS", 3.0, quantity)])));
        assert_eq!(invoice.flat_fee_cents.0, cents, "{date} {quantity}");
        assert_eq!(invoice.amo_net_cents.0, invoice.amo_cents.0 - cents, "{date} {quantity}");
    }
    // Travel and majorations bear none; two acts and a package bear three.
    let day =
        json!([{"code": "BSA"}, {"code": "AMX", "coefficient": 2}, {"code": "AMX"}, {"code": "IFI"}, {"code": "MCI"}]);
    assert_eq!(priced(&nurse(DAY, day)).flat_fee_cents.0, 300);
    for change in [
        json!({"patient": {"birth_date": "2008-03-11"}}),
        json!({"patient": {"rights": ["c2s"]}}),
        json!({"cover": {"nature": "maternite"}}),
    ] {
        assert_eq!(priced(&with(nurse(DAY, acts(&[("AIS", 3.0, 1)])), change.clone())).flat_fee_cents.0, 0, "{change}");
    }
    // An invalidity pension or an ALD does not exempt.
    let invalid = with(nurse(DAY, acts(&[("AIS", 3.0, 1)])), json!({"patient": {"rights": ["invalidity"]}}));
    assert_eq!(priced(&invalid).flat_fee_cents.0, 100);
}

#[test]
fn advanced_practice() {
    let ipa = |coefficient: f64, zone: &str| {
        let document = nurse(DAY, acts(&[("PAI", coefficient, 1)]));
        let change =
            json!({"practitioner": {"profession": "ipa", "specialty": "86", "zone": zone}, "prescriber": null});
        priced(&with(document, change))
    };
    // 10.00 and 10.50; 60 + 3 x 50 = 210 the first year, 4 x 50 = 200 after.
    for (coefficient, cents, overseas, amo_cents) in
        [(6.0, 6000, 6300, 3600), (5.0, 5000, 5250, 3000), (3.0, 3000, 3150, 1800), (1.6, 1600, 1680, 960)]
    {
        let invoice = ipa(coefficient, "metropole");
        assert_eq!((bases(&invoice), amo(&invoice)), (vec![cents], vec![amo_cents]), "{coefficient}");
        assert_eq!(codes(&invoice), ["conforme"], "advanced practice needs no prescription");
        assert_eq!(bases(&ipa(coefficient, "reunion")), [overseas], "{coefficient}");
    }
}

#[test]
fn a_nurse_needs_a_prescription() {
    let none = json!({"prescriber": null});
    let bare = priced(&with(nurse(DAY, acts(&[("AIS", 3.0, 1)])), none.clone()));
    assert_eq!((level(&bare, "prescription_absente"), bases(&bare)), (Some(Level::Error), vec![795]));
    let by = |date: &str| json!({"date": date, "prescriber": "991000019"});
    let own = |date: &str| json!({"code": "AIS", "coefficient": 3, "prescription": by(date)});
    for (list, expected) in [
        (json!([own("2026-03-01")]), "conforme"),
        (json!([own("2026-03-10"), own("2026-03-01")]), "conforme"),
        (json!([own("2026-03-01"), {"code": "AIS", "coefficient": 3}]), "prescription_absente"),
        (json!([{"code": "AIS", "coefficient": 3, "prescription": {"date": "2026-03-01"}}]), "prescription_absente"),
        (json!([own("2026-03-11")]), "prescription_future"),
    ] {
        assert_eq!(codes(&priced(&with(nurse(DAY, list.clone()), none.clone()))), [expected], "{list}");
    }
    let later = json!({"prescriber": {"billing_number": "991000019", "date": "2026-03-11"}});
    assert_eq!(codes(&priced(&with(nurse(DAY, acts(&[("AIS", 3.0, 1)])), later))), ["prescription_future"]);
    assert_eq!(level(&priced(&gp(DAY, plain(&["G"]))), "prescription_absente"), None);
}

#[test]
fn midwives() {
    // 23.00 with 2.00, 3.50 from 22 February 2024; 27.60 and 3.50 overseas: 31.10.
    for (date, zone, expected) in [
        ("2024-02-21", "metropole", [2300, 200]),
        ("2024-02-22", "metropole", [2300, 350]),
        (DAY, "metropole", [2300, 350]),
        (DAY, "antilles", [2760, 350]),
    ] {
        for code in ["C", "V"] {
            let change = json!({"practitioner": {"zone": zone}});
            let invoice = priced(&with(midwife(date, plain(&[code, "MSF"])), change));
            assert_eq!((bases(&invoice), invoice.flat_fee_cents.0), (expected.to_vec(), 0), "{code} {date} {zone}");
            assert!(invoice.worst() < Level::Error, "{:?}", codes(&invoice));
        }
    }
    // 70 % of 26.50, no participation, no care path.
    for change in [json!({}), json!({"care_path": "S"}), json!({"patient": {"has_mt": false}})] {
        let invoice = priced(&with(midwife(DAY, plain(&["C", "MSF"])), change.clone()));
        assert_eq!((invoice.total_cents.0, invoice.amo_cents.0, invoice.flat_fee_cents.0), (2650, 1855, 0), "{change}");
    }
    for (date, code, coefficient, cents) in [
        ("2024-12-31", "SF", 15.0, 4650),
        ("2025-01-01", "SF", 15.0, 4800),
        ("2025-01-01", "SP", 12.5, 4000),
        (DAY, "SF", 12.6, 4032),
    ] {
        let invoice = priced(&midwife(date, acts(&[(code, coefficient, 1)])));
        assert_eq!((bases(&invoice), invoice.flat_fee_cents.0), (vec![cents], 0), "{code} {coefficient}");
    }
    let maternity = priced(&with(midwife(DAY, acts(&[("SF", 15.0, 1)])), json!({"cover": {"nature": "maternite"}})));
    assert_eq!((amo(&maternity), codes(&maternity)), (vec![4800], vec!["tiers_payant_du"]));
    // Technical acts at their tariff: 63.66.
    assert_eq!(bases(&priced(&midwife(DAY, plain(&["JQQM010"])))), [6366]);
}
