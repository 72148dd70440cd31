//! Travel: kilometres less their abatement over the plain, the mountain and on foot, here and overseas, long days.
//! Figures: reference tariffs 1.4 for doctors, 4 for nurses; there and back, 4 km and 2 km are not paid.

use liasse_domain::Level;
use serde_json::{Value, json};

use crate::support::{amo, bases, codes, gp, level, midwife, nurse, plain, priced, refused, try_price, with};

/// A visit of a general practitioner with its kilometres.
fn visit(date: &str, zone: &str, way: Value) -> Value {
    let acts =
        json!([{"code": "VG", "place": "home"}, {"code": "MD", "place": "home"}, with(json!({"code": "IK"}), way)]);
    with(gp(date, acts), json!({"practitioner": {"zone": zone}}))
}

/// An act of a nurse at home with its kilometres.
fn round(date: &str, zone: &str, way: Value) -> Value {
    let acts = json!([{"code": "AIS", "coefficient": 3}, with(json!({"code": "IK"}), way)]);
    with(nurse(date, acts), json!({"practitioner": {"zone": zone}}))
}

#[test]
fn kilometres_of_a_doctor_less_the_abatement() {
    for (km, terrain, cents) in [
        (json!(12), "plaine", 488),
        (json!(5), "plaine", 61),
        // 0.50 km x 0.61 = 0.305, 0.01 km x 0.61 = 0.0061: half up.
        (json!(4.5), "plaine", 31),
        (json!(4.01), "plaine", 1),
        (json!(12), "montagne", 910),
        (json!(3), "montagne", 91),
        (json!(2.5), "montagne", 46),
        // On foot or on skis no source takes anything off.
        (json!(3), "pied", 1371),
        (json!(0.5), "pied", 229),
    ] {
        let invoice = priced(&visit("2026-03-10", "metropole", json!({"distance_km": km, "terrain": terrain})));
        assert_eq!(bases(&invoice), [3000, 1000, cents], "{km} {terrain}");
        assert_eq!(amo(&invoice)[1], 700, "travel is reimbursed as the visit");
    }
    let plain = priced(&visit("2026-03-10", "metropole", json!({"distance_km": 12})));
    assert_eq!((bases(&plain)[2], codes(&plain)), (488, vec!["conforme"]), "the plain where nothing is said");
    // The mountain and the foot have letters of their own.
    for (code, cents) in [("IKM", 910), ("IKS", 5484)] {
        let acts = json!([{"code": "VG"}, {"code": "MD"}, {"code": code, "distance_km": 12}]);
        assert_eq!(bases(&priced(&gp("2026-03-10", acts)))[2], cents, "{code}");
    }
}

#[test]
fn nothing_is_paid_within_the_abatement() {
    for (km, terrain) in [
        (json!(4), "plaine"),
        (json!(3.99), "plaine"),
        (json!(0), "plaine"),
        (json!(2), "montagne"),
        (json!(1), "montagne"),
    ] {
        let way = json!({"distance_km": km, "terrain": terrain});
        for document in [visit("2026-03-10", "metropole", way.clone()), round("2026-03-10", "metropole", way)] {
            let invoice = priced(&document);
            assert_eq!(bases(&invoice).last(), Some(&0), "{document}");
            assert_eq!(level(&invoice, "distance_dans_abattement"), Some(Level::Warning), "{document}");
        }
    }
}

#[test]
fn overseas_kilometres_before_and_after_2026() {
    for (zones, terrain, before, after) in [
        (vec!["antilles"], "plaine", 536, 600),
        (vec!["guyane", "reunion", "mayotte"], "plaine", 584, 640),
        (vec!["antilles"], "montagne", 1010, 1200),
        (vec!["guyane", "reunion", "mayotte"], "montagne", 1100, 1300),
    ] {
        for zone in zones {
            for (date, cents) in [("2025-12-31", before), ("2026-01-01", after)] {
                let invoice = priced(&visit(date, zone, json!({"distance_km": 12, "terrain": terrain})));
                assert_eq!(bases(&invoice)[2], cents, "{zone} {terrain} {date}");
            }
        }
    }
    // Metropolitan ones did not change.
    for date in ["2025-12-31", "2026-01-01"] {
        assert_eq!(bases(&priced(&visit(date, "metropole", json!({"distance_km": 12}))))[2], 488, "{date}");
    }
}

#[test]
fn kilometres_of_a_nurse() {
    for (zone, km, terrain, cents) in [
        ("metropole", json!(12), "plaine", 280),
        ("metropole", json!(5), "plaine", 35),
        ("metropole", json!(4.5), "plaine", 18),
        ("metropole", json!(12), "montagne", 500),
        ("metropole", json!(3), "montagne", 50),
        ("metropole", json!(3), "pied", 1020),
        ("antilles", json!(3), "pied", 1098),
        ("mayotte", json!(3), "pied", 1098),
    ] {
        let invoice = priced(&round("2026-03-10", zone, json!({"distance_km": km, "terrain": terrain})));
        assert_eq!(bases(&invoice)[1], cents, "{zone} {km} {terrain}");
    }
    // 60 % of 2.80.
    assert_eq!(amo(&priced(&round("2026-03-10", "metropole", json!({"distance_km": 12}))))[1], 168);
}

#[test]
fn long_days_of_a_nurse() {
    // After the abatement of 4 km: up to 299 km in full, 300 to 399 for a half, from 400 on nothing.
    for (km, cents) in [
        (204, 7000),
        (303, 10465),
        // 300 x 0.35 and 50 x 0.175; then 100 x 0.175; then no more.
        (354, 11375),
        (404, 12250),
        (504, 12250),
        (904, 12250),
    ] {
        let invoice = priced(&round("2026-03-10", "metropole", json!({"distance_km": km})));
        assert_eq!(bases(&invoice)[1], cents, "{km}");
        let long = invoice.lines[1].steps.iter().any(|step| step.rule == "kilometres.tranches");
        assert_eq!(long, km > 304, "{km}");
    }
    // The mountain: 350 km are paid as 325, at 0.50.
    let mountain = priced(&round("2026-03-10", "metropole", json!({"distance_km": 352, "terrain": "montagne"})));
    assert_eq!(bases(&mountain)[1], 16250);
    // Doctors have no such cap: 400 x 0.61, and a word about the distance.
    let doctor = priced(&visit("2026-03-10", "metropole", json!({"distance_km": 404})));
    assert_eq!((bases(&doctor)[2], codes(&doctor)), (24400, vec!["distance_improbable"]));
    let usual = priced(&visit("2026-03-10", "metropole", json!({"distance_km": 300})));
    assert_eq!(level(&usual, "distance_improbable"), None);
}

#[test]
fn a_series_of_visits_travels_once() {
    for code in ["MD", "IK"] {
        for (passage, expected) in [(1, None), (2, Some(Level::Error)), (3, Some(Level::Error))] {
            let mut travel = json!({"code": code, "passage": passage});
            if code == "IK" {
                travel["distance_km"] = json!(12);
            }
            let invoice = priced(&gp("2026-03-10", json!([{"code": "VG", "passage": passage}, travel])));
            assert_eq!(level(&invoice, "deplacement_en_serie"), expected, "{code} {passage}");
        }
    }
    // A nurse travels at each passage.
    let acts = json!([{"code": "AIS", "coefficient": 3, "passage": 2}, {"code": "IFD", "passage": 2}]);
    assert_eq!(codes(&priced(&nurse("2026-03-10", acts))), ["conforme"]);
}

#[test]
fn a_distance_must_be_said_and_be_possible() {
    for code in ["IK", "IKM", "IKS"] {
        assert_eq!(refused(&gp("2026-03-10", plain(&["VG", code]))), "pricing.distance_absente", "{code}");
    }
    for (km, code) in [(json!(2000.01), "pricing.distance"), (json!(-1), "pricing.valeur_refusee")] {
        assert_eq!(refused(&visit("2026-03-10", "metropole", json!({"distance_km": km}))), code);
    }
    assert!(try_price(&visit("2026-03-10", "metropole", json!({"distance_km": 2000}))).is_ok());
}

#[test]
fn travel_goes_with_a_visit() {
    for code in ["MD", "MDE", "MDN", "ID", "MDM"] {
        let invoice = priced(&gp("2026-03-10", plain(&["G", code])));
        assert_eq!(level(&invoice, "limite_avec"), Some(Level::Error), "{code}");
        let invoice = priced(&gp("2026-03-10", plain(&["VG", code])));
        assert_eq!(level(&invoice, "limite_avec"), None, "{code}");
    }
    let office = json!([{"code": "G"}, {"code": "IK", "distance_km": 12}]);
    assert_eq!(level(&priced(&gp("2026-03-10", office)), "limite_avec"), Some(Level::Warning));
    // ID is for the visits that are not MD; 3.50, 3.85, 4.20.
    for (zone, cents) in [("metropole", 350), ("antilles", 385), ("guyane", 420), ("reunion", 420), ("mayotte", 420)] {
        let other = with(gp("2026-03-10", plain(&["VL", "ID"])), json!({"practitioner": {"zone": zone}}));
        assert_eq!(bases(&priced(&other))[1], cents, "{zone}");
    }
    let both = priced(&gp("2026-03-10", plain(&["VG", "MD", "ID"])));
    assert_eq!(level(&both, "cumul_interdit"), Some(Level::Warning));
}

#[test]
fn travel_of_a_midwife() {
    let way = json!([{"code": "V", "place": "home"}, {"code": "MD"}, {"code": "IK", "distance_km": 12}]);
    let invoice = priced(&midwife("2026-03-10", way));
    assert_eq!((bases(&invoice), amo(&invoice)), (vec![2300, 1000, 488], vec![1610, 700, 342]));
    let mountain = json!([{"code": "V"}, {"code": "IK", "distance_km": 12, "terrain": "montagne"}]);
    assert_eq!(bases(&priced(&midwife("2026-03-10", mountain)))[1], 910);
}
