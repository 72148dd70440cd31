//! Doctors: what a consultation and its majorations come to and when they may stand, sectors, overruns and covers.
//! Totals: reference tariffs 1.1 to 1.3; cumulation: 1.5; sectors: 1.6; shares and tiers payant: 2.1, 2.3 and 2.5.

use liasse_domain::{Invoice, Level};
use serde_json::{Value, json};

use crate::support::{amo, bases, codes, doctor, each, gp, level, plain, priced, with};

/// A general practitioner's acts at one hour, at home where one of them is a visit.
fn at(date: &str, time: &str, acts: &[&str], regulated: bool) -> Invoice {
    let place = if acts.iter().any(|code| code.starts_with('V')) { "home" } else { "office" };
    let acts = each(acts, &json!({"regulated": regulated, "place": place}));
    priced(&with(gp(date, acts), json!({"time": time})))
}

#[test]
fn night_sunday_and_duty_totals() {
    // Published for 2017 to 2023 (G 25.00), and the same majorations beside G 30.00.
    for (first, last, tuesday, sunday, g) in [
        ("2017-06-13", "2023-10-31", "2019-03-12", "2019-03-10", 0),
        ("2025-01-07", "2026-06-02", "2026-03-10", "2026-03-08", 500),
    ] {
        for (time, acts, regulated, total) in [
            ("21:00", ["G", "MN"], false, 6000),
            ("03:00", ["G", "MM"], false, 6500),
            ("10:00", ["G", "F"], false, 4406),
            ("21:00", ["G", "CRN"], true, 6750),
            ("03:00", ["G", "CRM"], true, 7650),
            ("10:00", ["G", "CRD"], true, 5150),
            ("10:00", ["VG", "MD"], false, 3500),
            ("10:00", ["VG", "VRD"], true, 5500),
            ("21:00", ["VG", "VRN"], true, 7100),
            ("03:00", ["VG", "VRM"], true, 8450),
        ] {
            let on_sunday = ["F", "CRD", "VRD"].contains(&acts[1]);
            let days = if on_sunday { vec![sunday] } else { vec![first, tuesday, last] };
            for date in days {
                let invoice = at(date, time, &acts, regulated);
                assert_eq!(invoice.total_cents.0, total + g, "{acts:?} {date}");
                assert_eq!(codes(&invoice), ["conforme"], "{acts:?} {date}");
            }
        }
    }
    // 38.50, 43.50 and 22.60 instead of MD; Saturday duty; 22.60 for leaving the office.
    for (date, time, acts, regulated, total) in [
        ("2026-03-10", "21:00", ["VG", "MDN"], false, 6850),
        ("2026-03-10", "03:00", ["VG", "MDI"], false, 7350),
        ("2026-03-08", "10:00", ["VG", "MDD"], false, 5260),
        ("2026-03-14", "13:00", ["G", "CRS"], true, 5650),
        ("2026-03-14", "13:00", ["VG", "VRS"], true, 6000),
        ("2026-03-10", "10:00", ["VL", "MD"], false, 7000),
    ] {
        let invoice = at(date, time, &acts, regulated);
        assert_eq!((invoice.total_cents.0, codes(&invoice)), (total, vec!["conforme"]), "{acts:?}");
    }
    assert_eq!(at("2026-03-10", "10:00", &["VG", "MU"], false).total_cents.0, 5260);
}

#[test]
fn hours_of_the_majorations_to_the_minute() {
    for (acts, regulated, date, within, outside) in [
        (["G", "MN"], false, "2026-03-10", ["20:00", "23:59", "06:00", "07:59"], ["19:59", "00:00", "05:59", "08:00"]),
        (["G", "MM"], false, "2026-03-10", ["00:00", "01:00", "03:00", "05:59"], ["23:59", "06:00", "10:00", "21:00"]),
        (["G", "CRN"], true, "2026-03-10", ["20:00", "23:59", "06:00", "07:59"], ["19:59", "00:00", "05:59", "08:00"]),
        (["VG", "VRM"], true, "2026-03-10", ["00:00", "01:00", "03:00", "05:59"], ["23:59", "06:00", "10:00", "21:00"]),
        (["G", "CRD"], true, "2026-03-08", ["08:00", "12:00", "18:00", "19:59"], ["07:59", "20:00", "03:00", "23:00"]),
        (["VG", "VRD"], true, "2026-03-08", ["08:00", "12:00", "18:00", "19:59"], ["07:59", "20:00", "03:00", "23:00"]),
        (["G", "CRS"], true, "2026-03-14", ["12:00", "14:00", "18:00", "19:59"], ["11:59", "08:00", "03:00", "07:59"]),
        (["VG", "MU"], false, "2026-03-10", ["08:00", "12:00", "18:00", "19:59"], ["07:59", "20:00", "03:00", "23:00"]),
    ] {
        for time in within {
            assert_eq!(level(&at(date, time, &acts, regulated), "limite_heure"), None, "{acts:?} {time}");
        }
        for time in outside {
            let invoice = at(date, time, &acts, regulated);
            assert_eq!(level(&invoice, "limite_heure"), Some(Level::Error), "{acts:?} {time}");
        }
    }
}

#[test]
fn days_and_regulation_of_the_majorations() {
    // 1 May, Easter Monday, Ascension, Whit Monday and 14 July of 2026 are as a Sunday; a Saturday is not.
    for date in ["2026-03-08", "2026-05-01", "2026-04-06", "2026-05-14", "2026-05-25", "2026-07-14"] {
        assert_eq!(codes(&at(date, "10:00", &["G", "F"], false)), ["conforme"], "{date}");
        assert_eq!(codes(&at(date, "10:00", &["G", "CRD"], true)), ["conforme"], "{date}");
    }
    for (date, acts, regulated) in [
        ("2026-03-10", ["G", "F"], false),
        ("2026-03-14", ["G", "F"], false),
        ("2026-03-14", ["G", "CRD"], true),
        ("2026-03-10", ["VG", "VRD"], true),
        ("2026-03-10", ["VG", "MDD"], false),
    ] {
        assert_eq!(level(&at(date, "10:00", &acts, regulated), "limite_jour"), Some(Level::Error), "{acts:?} {date}");
    }
    assert_eq!(level(&at("2026-03-10", "13:00", &["G", "CRS"], true), "limite_jour"), Some(Level::Warning));
    for (time, code) in [("21:00", "CRN"), ("03:00", "CRM")] {
        let alone = at("2026-03-10", time, &["G", code], false);
        assert_eq!(level(&alone, "limite_regule"), Some(Level::Error), "{code}");
    }
    for (time, code) in [("21:00", "MN"), ("03:00", "MM")] {
        let regulated = at("2026-03-10", time, &["G", code], true);
        assert_eq!(level(&regulated, "limite_non_regule"), Some(Level::Warning), "{code}");
    }
    // Those of the office stand with a consultation, those of the home with a visit.
    for acts in [["VG", "CRN"], ["G", "VRN"], ["G", "MDN"]] {
        let other = at("2026-03-10", "21:00", &acts, acts[1] != "MDN");
        assert_eq!(level(&other, "limite_avec"), Some(Level::Error), "{acts:?}");
    }
    // An hour that nobody said contradicts nothing.
    assert_eq!(level(&priced(&gp("2026-03-10", plain(&["G", "MN"]))), "limite_heure"), None);
    // 19 h to 21 h for a specialist.
    for (time, expected) in
        [("19:00", None), ("20:59", None), ("18:59", Some(Level::Error)), ("21:00", Some(Level::Error))]
    {
        let evening = with(doctor("2026-03-10", "04", plain(&["CS", "SHE"])), json!({"time": time}));
        let invoice = priced(&evening);
        assert_eq!((invoice.total_cents.0, level(&invoice, "limite_heure")), (3150, expected), "{time}");
    }
}

#[test]
fn codes_that_do_not_stand_together() {
    for (acts, expected) in [
        (vec!["G", "MN", "CRN"], Some(Level::Blocking)),
        (vec!["G", "F", "CRD"], Some(Level::Blocking)),
        (vec!["VG", "MDN", "VRN"], Some(Level::Blocking)),
        (vec!["VG", "MDN", "MD"], Some(Level::Blocking)),
        (vec!["VG", "MDI", "MM"], Some(Level::Blocking)),
        (vec!["VG", "MDD", "F"], Some(Level::Blocking)),
        (vec!["G", "MN", "F"], Some(Level::Warning)),
        (vec!["TCG", "MN"], Some(Level::Blocking)),
        (vec!["TCG", "F"], Some(Level::Blocking)),
        (vec!["VG", "MCG"], Some(Level::Blocking)),
        (vec!["GL1", "MIC"], Some(Level::Blocking)),
        (vec!["GL1", "MSH"], Some(Level::Blocking)),
        (vec!["GL2", "MIC"], None),
        (vec!["VL", "MSH"], Some(Level::Warning)),
        (vec!["G", "CCP"], Some(Level::Blocking)),
        (vec!["G", "COE"], Some(Level::Blocking)),
        (vec!["G", "IMT"], Some(Level::Blocking)),
        (vec!["G", "CSO"], Some(Level::Blocking)),
        (vec!["APC", "MEG"], Some(Level::Warning)),
        (vec!["APC", "MCG"], Some(Level::Warning)),
        (vec!["G", "SNP", "MCG"], Some(Level::Blocking)),
        (vec!["VG", "SNP", "MU"], Some(Level::Blocking)),
        (vec!["CCP", "SNP"], Some(Level::Blocking)),
        (vec!["G", "MCG"], None),
        (vec!["G", "SNP"], None),
        (vec!["G", "MSH"], None),
        (vec!["VG", "MD", "MN"], None),
    ] {
        let invoice = priced(&gp("2026-03-10", plain(&acts)));
        assert_eq!(level(&invoice, "cumul_interdit"), expected, "{acts:?}");
    }
    // What a rule forbids keeps its tariff (contract of `price`).
    assert_eq!(bases(&priced(&gp("2026-03-10", plain(&["VG", "MDN", "MD"])))), [3000, 3850, 1000]);
}

#[test]
fn totals_of_the_specialists() {
    for (date, specialty, acts, total) in [
        ("2019-03-12", "04", vec!["CS", "MPC", "MCS"], 3000),
        ("2024-06-11", "04", vec!["CS", "MPC", "MCS"], 3150),
        ("2025-06-10", "04", vec!["CS", "MCS"], 3150),
        ("2019-03-12", "03", vec!["CSC", "MCC"], 5100),
        ("2024-06-11", "03", vec!["CSC", "MCC"], 5250),
        ("2024-06-11", "33", vec!["CNP", "MPC", "MCS"], 5170),
        ("2025-06-10", "33", vec!["CNP", "MCS"], 5500),
        ("2025-06-10", "70", vec!["CS", "MCS"], 3700),
        ("2026-06-09", "70", vec!["CS", "MCS"], 4000),
        ("2026-06-09", "31", vec!["CS", "MCS"], 4000),
        ("2026-06-09", "34", vec!["CS", "MCS"], 4200),
    ] {
        let invoice = priced(&with(doctor(date, specialty, plain(&acts)), json!({"care_path": "O"})));
        assert_eq!(invoice.total_cents.0, total, "{acts:?} {date}");
        assert!(invoice.worst() < Level::Error, "{:?}", codes(&invoice));
    }
    assert_eq!(priced(&gp("2018-06-12", plain(&["G", "MSH"]))).total_cents.0, 4800);
    // Not sent by the médecin traitant.
    let own = priced(&doctor("2026-06-09", "04", plain(&["CS", "MCS"])));
    assert_eq!(level(&own, "limite_parcours"), Some(Level::Error));
    let to_gp = |path: &str| priced(&with(gp("2026-06-09", plain(&["G", "MCG"])), json!({"care_path": path})));
    assert_eq!((to_gp("O").total_cents.0, codes(&to_gp("O"))), (3500, vec!["conforme"]));
    assert_eq!(level(&to_gp("T"), "limite_parcours"), Some(Level::Error));
}

#[test]
fn who_may_bill_a_code() {
    let two = json!({"practitioner": {"sector": "2"}, "overrun": {"cents": 1000}});
    let nobody = json!({});
    for (specialty, change, code, allowed) in [
        ("01", &nobody, "CS", false),
        ("04", &nobody, "G", false),
        ("04", &nobody, "CNP", false),
        ("33", &nobody, "SHE", false),
        ("12", &nobody, "MEG", false),
        ("01", &nobody, "MCS", false),
        ("01", &nobody, "AMI", false),
        ("01", &two, "G", false),
        ("01", &two, "VG", false),
        ("01", &two, "MCG", false),
        ("04", &two, "MCS", false),
        ("01", &two, "C", true),
        ("01", &two, "APC", true),
        ("01", &json!({"practitioner": {"sector": "2"}}), "MCG", true),
        ("04", &json!({"practitioner": {"sector": "2", "optam": true}, "overrun": {"cents": 1000}}), "MCS", true),
    ] {
        let invoice = priced(&with(doctor("2026-06-09", specialty, plain(&[code])), change.clone()));
        let expected = (!allowed).then_some(Level::Blocking);
        assert_eq!(level(&invoice, "code_pas_pour_vous"), expected, "{specialty} {code} {change}");
    }
}

#[test]
fn bases_of_the_sectors() {
    let optam = json!({"practitioner": {"sector": "2", "optam": true}, "overrun": {"qualifier": "DM", "cents": 2000}});
    let free = json!({"practitioner": {"sector": "2"}, "overrun": {"cents": 2000}});
    let calm = json!({"practitioner": {"sector": "2"}});
    for (date, specialty, code, change, base, amo) in [
        ("2026-06-09", "04", "CS", &optam, 2650, 1855),
        ("2026-06-09", "04", "CS", &free, 2300, 1610),
        ("2026-06-09", "04", "CS", &calm, 2650, 1855),
        ("2026-06-09", "01", "C", &free, 2300, 1610),
        ("2021-06-08", "33", "CNP", &free, 3900, 2730),
        ("2026-06-09", "33", "CNP", &free, 4250, 2975),
        ("2026-06-09", "33", "CNP", &calm, 5200, 3640),
        ("2026-06-09", "33", "CNP", &optam, 5200, 3640),
    ] {
        let invoice = priced(&with(doctor(date, specialty, plain(&[code])), change.clone()));
        let overrun = if change.get("overrun").is_some() { 2000 } else { 0 };
        let found = (invoice.base_cents.0, invoice.amo_cents.0, invoice.total_cents.0);
        assert_eq!(found, (base, amo, base + overrun), "{code} {date} {change}");
        assert_eq!(codes(&invoice), ["conforme"], "{code} {date} {change}");
    }
}

#[test]
fn qualifiers_and_the_cap_of_da() {
    let charged = |specialty: &str, code: &str, path: &str, practitioner: Value, qualifier: &str, cents: i64| {
        let change = json!({"practitioner": practitioner, "care_path": path,
            "overrun": {"qualifier": qualifier, "cents": cents}});
        priced(&with(doctor("2025-06-10", specialty, plain(&[code])), change))
    };
    // 17.5 % above the coordinated tariff: 37 on CS, 61 on CNP; one cent more is too much.
    for (specialty, code, cents, total, expected) in [
        ("04", "CS", 1050, 3700, "conforme"),
        ("04", "CS", 1051, 3701, "depassement_plafond"),
        ("33", "CNP", 1100, 6100, "conforme"),
        ("33", "CNP", 1101, 6101, "depassement_plafond"),
        // 17.5 % of 14.52, the ECG of 2025, is 2.541.
        ("03", "DEQP003", 254, 1706, "tarif_peu_sur"),
        ("03", "DEQP003", 255, 1707, "depassement_plafond"),
    ] {
        let invoice = charged(specialty, code, "S", json!({}), "DA", cents);
        assert_eq!((invoice.total_cents.0, codes(&invoice)[0]), (total, expected), "{code}");
    }
    assert_eq!(charged("04", "CS", "S", json!({}), "DA", 1050).amo_cents.0, 795);
    let (one, two, optam) = (json!({}), json!({"sector": "2"}), json!({"sector": "2", "optam": true}));
    for (specialty, code, path, practitioner, qualifier, expected) in [
        ("04", "CS", "T", &one, "DA", "depassement_interdit"),
        ("01", "G", "S", &one, "DA", "depassement_interdit"),
        ("04", "CS", "S", &one, "AE", "conforme"),
        ("04", "CS", "S", &one, "DP", "conforme"),
        ("04", "CS", "S", &one, "DE", "conforme"),
        ("04", "CS", "S", &one, "DM", "depassement_interdit"),
        ("04", "CS", "S", &two, "DE", "conforme"),
        ("04", "CS", "S", &two, "DA", "depassement_interdit"),
        ("04", "CS", "S", &two, "DM", "depassement_interdit"),
        ("04", "CS", "S", &optam, "DM", "conforme"),
        ("04", "CS", "S", &optam, "ME", "conforme"),
        ("04", "CS", "S", &optam, "DA", "depassement_interdit"),
    ] {
        let invoice = charged(specialty, code, path, practitioner.clone(), qualifier, 500);
        assert_eq!(codes(&invoice), [expected], "{code} {path} {practitioner} {qualifier}");
    }
    let c2s = json!({"patient": {"rights": ["c2s"]}, "care_path": "S", "overrun": {"qualifier": "DA", "cents": 500}});
    let c2s = priced(&with(doctor("2025-06-10", "04", plain(&["CS"])), c2s));
    assert_eq!(level(&c2s, "depassement_c2s"), Some(Level::Blocking));
    // Coordination never stands with DA; an overrun is on the main act.
    let da = json!({"care_path": "S", "overrun": {"qualifier": "DA", "cents": 500}});
    let coordinated = priced(&with(doctor("2025-06-10", "04", plain(&["CS", "MCS"])), da));
    assert_eq!(level(&coordinated, "depassement_coordination"), Some(Level::Blocking));
    let beside = json!([{"code": "VG"}, {"code": "MD", "overrun": {"qualifier": "DE", "cents": 500}}]);
    assert_eq!(level(&priced(&gp("2025-06-10", beside)), "depassement_acte_principal"), Some(Level::Error));
}

#[test]
fn covers_and_who_must_be_paid_by_the_caisse() {
    let tp = json!({"third_party": {"amo": true}});
    let ald = json!({"patient": {"rights": ["ald"]}, "acts": [{"code": "G", "ald_related": true}]});
    let work = |cover: Value| with(json!({"cover": {"nature": "atmp"}}), json!({"cover": cover}));
    for (change, expected) in [
        (json!({"cover": {"nature": "maternite"}}), vec!["tiers_payant_du"]),
        (json!({"cover": {"nature": "prevention"}}), vec!["conforme"]),
        (ald, vec!["tiers_payant_du"]),
        (work(json!({"at_number": "123456789"})), vec!["participation_accident", "tiers_payant_du"]),
        (work(json!({"at_date": "2026-01-05"})), vec!["participation_accident", "tiers_payant_du"]),
        (work(json!({})), vec!["accident_incomplet", "participation_accident", "tiers_payant_du"]),
    ] {
        let invoice = priced(&with(gp("2026-03-10", plain(&["G"])), change.clone()));
        assert_eq!((amo(&invoice), codes(&invoice)), (vec![3000], expected.clone()), "{change}");
        let paid = priced(&with(gp("2026-03-10", plain(&["G"])), with(change.clone(), tp.clone())));
        assert_eq!(level(&paid, "tiers_payant_du"), None, "{change}");
        assert_eq!(paid.patient_pays_cents.0, 0, "{change}");
    }
    // Nothing is asked of those who have C2S or AME: the caisse pays anyway.
    for right in ["c2s", "ame"] {
        let invoice = priced(&with(gp("2026-03-10", plain(&["G"])), json!({"patient": {"rights": [right]}})));
        assert_eq!((codes(&invoice), invoice.patient_pays_cents.0), (vec!["conforme"], 0), "{right}");
        assert!(invoice.third_party_amo, "{right}");
    }
    for (day, expected) in
        [("2026-03-09", "accident_tiers"), ("2026-03-10", "accident_tiers"), ("2026-03-11", "accident_futur")]
    {
        let accident = json!({"cover": {"third_party_accident_date": day}});
        let invoice = priced(&with(gp("2026-03-10", plain(&["G"])), accident));
        assert_eq!((amo(&invoice), codes(&invoice)), (vec![2100], vec![expected]), "{day}");
    }
    // Paid in full by their nature, with the participation (reference tariffs 2.1).
    for (code, cents) in [("COE", 6000), ("GL1", 6000), ("IMT", 6000)] {
        let invoice = priced(&gp("2026-03-10", plain(&[code])));
        assert_eq!((amo(&invoice), invoice.flat_fee_cents.0), (vec![cents], 200), "{code}");
    }
}
