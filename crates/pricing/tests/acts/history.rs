//! What time does: each price on both sides of each day it changed, and what the patient's history forbids or caps.
//! Prices by hand from the reference tariffs 1.1 to 1.4 and 4 and `ngap_price_history.json`; others name their page.

use liasse_domain::Level;
use liasse_pricing::Tables;
use serde_json::{Value, json};

use crate::support::{codes, day_before, doctor, each, found, gp, level, nurse, plain, priced, series, with, zone};

/// Codes, who (specialty; `/2` sector 2 with an overrun, `n` at 23:30), zones (m metropole,
/// a Antilles, g Guyane, r Réunion, y Mayotte), what holds before the first day, then each day with what it brings.
/// A number is cents; `-` no price on that day, `z` none in that zone, `x` only for others, `?` not known.
const PRICES: &str = "
# Consultations, visits and expert advice of doctors.
APC 01 m - 2017-10-01=4800 2018-06-01=5000 2022-04-01=5500 2023-11-01=5650 2024-12-22=6000
APC 04 agry - 2017-10-01=z 2018-06-01=6000 2022-04-01=z 2023-11-01=6780 2024-12-22=7200
APU 04 m - 2024-12-22=7400
APY 17,32,33,75 m - 2018-06-01=6250 2024-12-22=6750
# 22.00 in 2009: institutmolinari.org, with the rates of 31 January.
C 01,22,23 m 2200 2011-01-01=2300
C 01 agry z 2011-01-01=2760
C,V 01/2 m 2300
CCE,CTE,MPH 01,04 m - 2017-11-01=6000
CCE,CTE,MPH 01 agry - 2017-11-01=7200
CCP 01,07 m - 2017-11-01=4600 2023-11-01=4750
CCP 01 agry - 2017-11-01=5520 2023-11-01=5700
CCX,CSE,CSO 01,12 m - 2017-11-01=4600 2023-11-01=4750
CCX,CSE,CSO 01 agry - 2017-11-01=z 2023-11-01=z
CDE 05 m - 2017-10-01=4600 2023-11-01=4750 2024-12-22=5400 2026-01-01=6000
CEG,COG 12 m - 2024-12-22=3150
CEH 12 m - 2024-12-22=3900 2026-01-01=4000
CEH 12 agry - 2024-12-22=4680 2026-01-01=z
CEK,COK 12 m - 2024-12-22=3500
CEP 12 m - 2024-12-22=6000
COH 12 m - 2024-12-22=4500 2026-01-01=5000
COA 01/2 m - 2024-12-22=2300
COV 12/2 m - 2024-12-22=2800
COB 01 m - 2024-12-22=3000
COD 01 m - 2024-12-22=3500
COE 01,12 m - 2017-05-01=3900 2017-11-01=4600 2023-11-01=4750 2024-12-22=5400 2026-01-01=6000
COE 01 agry - 2017-05-01=z 2017-11-01=5520 2023-11-01=z
CNP 17,32,33,75 m - 2017-07-01=3900 2022-04-01=4250 2024-12-22=5000 2026-01-01=5200
CNP 33/2 m - 2017-07-01=3900 2022-04-01=4250 2024-12-22=4250 2026-01-01=4250
CNP 33 agr - 2017-07-01=z 2024-12-22=6000 2026-01-01=z
CNP 33 y - 2017-07-01=z 2024-12-22=6200 2026-01-01=z
CS 04,05,12 m - 2011-01-01=2300 2024-12-22=2650 2026-01-01=2650
CS 04/2,07/2 m - 2011-01-01=2300 2024-12-22=2300 2026-01-01=2300
CS 04 agr - 2011-01-01=2760 2024-12-22=3180
CS 04 y - 2011-01-01=2760 2024-12-22=3380
CS 04/2 agry - 2011-01-01=2760 2024-12-22=2760
CS 07,70,77,79 m - 2011-01-01=2300 2024-12-22=3200 2026-01-01=3500
CS 07,70 agr - 2011-01-01=2760 2024-12-22=3840 2026-01-01=?
CS 31 m - 2011-01-01=2300 2024-12-22=3100 2026-01-01=3500
CS 31 agr - 2011-01-01=2760 2024-12-22=3720 2026-01-01=?
CS 34 m - 2011-01-01=2300 2024-12-22=3200 2026-01-01=3700
CS 34 agr - 2011-01-01=2760 2024-12-22=3840 2026-01-01=?
CSC 03 m - 2017-07-01=4773 2023-11-01=4923
FSD 05 m - 2017-05-01=4000 2024-12-22=4500
G 01,22,23 m - 2017-05-01=2500 2023-11-01=2650 2024-12-22=3000
VG 01 m - 2017-05-01=2500 2023-11-01=2650 2024-12-22=3000
G,VG 01 agry - 2017-05-01=2960 2023-11-01=3140 2024-12-22=3600
GS,VGS 01 m - 2017-05-01=2500 2023-11-01=2650 2024-12-22=-
GS,VGS 01 agry - 2017-05-01=2960 2023-11-01=3140 2024-12-22=-
GL1,GL2,GL3 01 m - 2026-01-01=6000
IMT 01 m - 2023-05-15=6000
IMT 01 agry - 2023-05-15=7200
RQD 01,04 m - 2022-04-01=1000
TC 01,04 m - 2018-09-15=2300
TCG 01 m - 2019-01-01=2500 2024-12-22=2500
TCS 04 m - 2022-04-01=2500
TE2 01,04 m - 2022-04-01=2000 2026-01-01=2300
V 01 m - 2011-01-01=2300 2024-12-22=2300
V 01 agry - 2011-01-01=2760
VL 01 m - 2018-01-01=6000
VL 01 agry - 2018-01-01=7200
VS 04 m - 2011-01-01=2300 2024-12-22=2650
VS 04/2 m - 2011-01-01=2300 2024-12-22=2300
# Majorations of doctors; NFP: lequotidiendumedecin.fr of 1 May 2017.
CRD,CRS 01 magry - 2011-01-01=2650
CRM 01 magry - 2011-01-01=5150
CRN 01 magry - 2011-01-01=4250
F 01,04 m - 2011-01-01=1906
F 01 agry - 2011-01-01=z
MCC 03 m - 2017-07-01=327
MCE 42 m - 2024-12-22=2650 2026-01-01=3050
MCG 01 magry - 2017-07-01=500
MCS 04 magry - 2017-07-01=500
MCU 04 m - 2018-01-01=1500
MCX 01,04 m - 2017-11-01=1600
MEG 01 magry - 2017-05-01=500
MHP 01 m - 2024-12-22=500
MIC,MSH 01 m - 2015-01-01=2300
MIC,MSH 01 agry - 2015-01-01=2760
MIS,MTX,PIV 01,04 m - 2017-11-01=3000
MM 01 m - 2011-01-01=4000
MMG 01 m - 2017-05-01=200 2023-11-01=350 2024-12-22=-
MN 01 m - 2011-01-01=3500
MN 04,12 m - 2011-01-01=2515
MOP 01 m - 2026-01-01=500
MP 17,33,75 m - 2024-12-22=1200 2026-01-01=1800
MPC 04 m - 2017-05-01=200 2023-11-01=350 2024-12-22=-
MPC 33 m - 2017-05-01=270 2023-11-01=420 2024-12-22=-
MRT 01 m - 2018-01-01=1500
MUT 01 m - 2018-01-01=500
NFP 12 m - 2017-05-01=500 2024-12-22=-
SHE 04,07 m - 2024-12-22=500
SNP 01 m - 2023-05-15=1500
VRD,VRS 01 magry - 2011-01-01=3000
VRM 01 magry - 2011-01-01=5950
VRN 01 magry - 2011-01-01=4600
# Travel of doctors.
ID 01 m - 2011-01-01=350
ID 01 a - 2011-01-01=385
ID 01 gry - 2011-01-01=420
IK 01 m - 2011-01-01=61 2026-01-01=61
IK 01 a - 2011-01-01=67 2026-01-01=75
IK 01 gry - 2011-01-01=73 2026-01-01=80
IKM 01 m - 2011-01-01=91 2026-01-01=91
IKM 01 a - 2011-01-01=101 2026-01-01=120
IKM 01 gry - 2011-01-01=110 2026-01-01=130
IKS 01 m - 2011-01-01=457
MD,MDE 01,04 magry - 2011-01-01=1000
MDD 01 m - 2011-01-01=2260
MDD 01 a - 2011-01-01=2291
MDD 01 gry - 2011-01-01=2326
MDI 01 m - 2011-01-01=4350
MDI 01 a - 2011-01-01=4385
MDI 01 gry - 2011-01-01=4420
MDM 01,34 m - 2026-01-01=1500
MDN 01 m - 2011-01-01=3850
MDN 01 a - 2011-01-01=3885
MDN 01 gry - 2011-01-01=3920
MU 01 m - 2011-01-01=2260
MU 01 a - 2011-01-01=2291
MU 01 gry - 2011-01-01=2326
# Midwives: bsensiblebaby.fr (23.00 and MSF) and cegedim-sante.com of March 2024.
C,V 21 m x 2022-01-01=2300
C,V 21 agry ? 2024-02-22=2760
IK 21 m x 2024-02-22=61
IKM 21 m x 2024-02-22=91
MD 21 m x 2024-02-22=1000
MDI 21 m x 2024-02-22=4350
MSF 21 m - 2022-01-01=200 2024-02-22=350
MSF 21 agry - 2022-01-01=z 2024-02-22=350
SF,SP 21 m - 2024-02-22=310 2025-01-01=320
# Nurses; AMI 3.15 from 18 April 2009: ameli.fr, avenant 1.
AIS 24 m - 2009-04-18=265
AIS 24 agry - 2009-04-18=270
AMI 24 m - 2009-04-18=315 2012-05-27=315
AMI 24 agry - 2009-04-18=z 2012-05-27=330
AMX 24 m - 2019-01-01=315
AMX 24 agry - 2019-01-01=330
BSA 24 m - 2020-01-01=1300
BSA 24 agry - 2020-01-01=1325
BSB 24 m - 2020-01-01=1820
BSB 24 agry - 2020-01-01=1855
BSC 24 m - 2020-01-01=2870
BSC 24 agry - 2020-01-01=2925
DI 24 m - 2020-01-01=1000
F 24 m x 2012-05-27=800 2020-01-01=850
IFD 24 m - 2012-05-27=250 2024-01-28=275
IFD 24 agry - 2012-05-27=z 2024-01-28=275
IFI 24 m - 2020-01-01=250 2024-01-28=275
IFI 24 agry - 2020-01-01=z 2024-01-28=275
IK 24 m x 2012-05-27=35
IKM 24 m x 2012-05-27=50
IKS 24 m x 2012-05-27=340
IKS 24 agry z 2012-05-27=366
MAU 24 m - 2012-05-27=135
MCI 24 m - 2012-05-27=500
MIE 24 m - 2020-01-01=315
MIP 86 m - 2023-03-23=390
N 24 m - 2012-05-27=915
N 24n m - 2012-05-27=1830
PAI 86 m - 2023-03-23=1000
PAI 86 agry - 2023-03-23=1050
RDI 24 m - 2024-01-01=3000
RDI 24 agry - 2024-01-01=3150
TLD 24 m - 2020-01-01=1500
TLL 24 m - 2020-01-01=1200
TLS 24 m - 2020-01-01=1000
";

#[test]
fn a_price_holds_from_its_first_day_to_its_last() {
    let mut wrong = Vec::new();
    let mut looked = 0;
    for (names, billers, zones, changes) in series(PRICES) {
        let mut days = vec![("2026-06-01".to_owned(), changes[changes.len() - 1].1)];
        for pair in changes.windows(2) {
            days.push((day_before(pair[1].0), pair[0].1));
            days.push((pair[1].0.to_owned(), pair[1].1));
        }
        for code in &names {
            for (who, letter) in billers.iter().flat_map(|who| zones.chars().map(move |letter| (who, letter))) {
                for (date, expected) in days.iter().filter(|(_, expected)| *expected != "?") {
                    looked += 1;
                    let found = found(code, who, zone(letter), date);
                    if found != *expected {
                        wrong.push(format!("{code} {who} {letter} {date}: {expected} expected, {found} found"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(looked > 1000, "{looked}");
}

/// No row of the table is left out of `PRICES`, neither its first day nor the day after its last.
#[test]
fn every_change_of_the_table_is_looked_at() {
    let table = std::str::from_utf8(Tables::embedded_file("ngap.csv")).unwrap_or_default();
    // Those of doctors without agreement have no rate to go with them.
    let rows = table.lines().skip(1).filter(|line| !line.starts_with('#') && !line.contains(" non_conventionne,"));
    let mut missing = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        let (code, cents, from, to) = (cells[0], cells[1], cells[2], cells[3]);
        let changes = || series(PRICES).filter(|(names, ..)| names.contains(&code)).flat_map(|(.., changes)| changes);
        // The first day of C at 22.00 has no rate, see `PRICES`.
        let begins = from == "2009-01-31" || changes().any(|change| change == (from, cents));
        let ends = to.is_empty() || changes().any(|(date, _)| !date.is_empty() && day_before(date) == to);
        if !begins || !ends {
            missing.push(row);
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Euros of a JSON number as cents, digit by digit.
fn cents(euros: &Value) -> String {
    let text = euros.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    format!("{whole}{part:0<2}").trim_start_matches('0').to_owned()
}

/// Every row of the researched history, on its first and its last day.
#[test]
fn reads_shared_price_history() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/data/ngap_price_history.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(rows.len(), 142);
    let mut wrong = Vec::new();
    for row in &rows {
        let code = row["code"].as_str().unwrap_or_default();
        let who = match (row["who"].as_str(), code) {
            (Some("IDEL"), _) => "24",
            (Some("IDEL, 23-5 h"), _) => "24n",
            (Some("IPA"), _) => "86",
            (Some("other doctors"), _) | (None, "CS" | "MCS" | "MCU" | "MPC" | "SHE") => "04",
            (_, "CNP" | "APY" | "MP") => "33",
            (_, "CSC" | "MCC") => "03",
            (_, "CEH" | "COH" | "CEK" | "CEG" | "CEP" | "COK" | "COG") => "12",
            (_, "FSD" | "CDE") => "05",
            (_, "MCE") => "42",
            (_, "COV" | "COA") => "01/2",
            _ => "01",
        };
        let drom = &row["drom"];
        let days = [&row["from"], &row["to"]].into_iter().filter_map(|day| day.as_str()?.get(..10));
        for (day, letter) in days.flat_map(|day| "magry".chars().map(move |letter| (day, letter))) {
            let department = match letter {
                'a' => "971",
                'g' => "973",
                'r' => "974",
                _ => "976",
            };
            let euros = match letter {
                'm' => &row["price"],
                _ if drom.is_object() => &drom[department],
                // The consultations of Mayotte are dearer (reference tariffs 1.1); this file has one price for all.
                'y' if code == "CNP" || (code == "CS" && day >= "2024-12-22") => continue,
                _ if drom.is_null() => continue,
                _ => drom,
            };
            let found = found(code, who, zone(letter), day);
            if found != cents(euros) {
                wrong.push(format!("{code} {letter} {day}: {} expected, {found} found", cents(euros)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn seen(document: Value, past: &[(&str, &str)]) -> Value {
    let history: Vec<Value> = past.iter().map(|(date, code)| json!({"date": date, "code": code})).collect();
    with(document, json!({"patient": {"history": history}}))
}

#[test]
fn what_is_due_once_a_year_or_once_in_a_life() {
    let long = |code| {
        let mine = json!({"practitioner": {"registered_mt": true}, "patient": {"birth_date": "1940-05-02"}});
        with(gp("2026-11-10", plain(&[code])), mine)
    };
    let young = with(gp("2026-01-15", plain(&["CCP"])), json!({"patient": {"birth_date": "2004-05-02"}}));
    let assessment = nurse("2026-01-15", json!([{"code": "DI", "coefficient": 1.2}]));
    let di = [("2025-03-10", "DI"), ("2025-06-10", "DI"), ("2025-10-10", "DI")];
    // Document, what was billed before, finding and its level.
    for (document, past, finding) in [
        (long("GL1"), vec![], None),
        (long("GL1"), vec![("2026-02-10", "GL1")], Some(("limite_par_an", Level::Blocking))),
        (long("GL2"), vec![("2026-02-10", "GL2")], Some(("limite_par_an", Level::Blocking))),
        (long("GL3"), vec![("2026-02-10", "GL3")], Some(("limite_par_an", Level::Blocking))),
        // Each once a year: another of the three does not count, nor what is older than a year.
        (long("GL1"), vec![("2026-02-10", "GL2"), ("2026-03-10", "GL3")], None),
        (long("GL1"), vec![("2025-11-09", "GL1")], None),
        (young.clone(), vec![], None),
        (young.clone(), vec![("2024-02-10", "COE")], None),
        (young, vec![("2019-02-10", "CCP")], Some(("limite_une_fois", Level::Blocking))),
        (gp("2026-01-15", plain(&["IMT"])), vec![("2024-02-10", "IMT")], Some(("limite_une_fois", Level::Warning))),
        (gp("2026-01-15", plain(&["MPH"])), vec![("2019-02-10", "MPH")], Some(("limite_une_fois", Level::Warning))),
        // A first assessment, one renewal and two intermediate ones in a year.
        (assessment.clone(), di[..2].to_vec(), None),
        (assessment, di.to_vec(), Some(("limite_par_an", Level::Warning))),
    ] {
        let document = seen(document, &past);
        let invoice = priced(&document);
        match finding {
            Some((code, expected)) => assert_eq!(level(&invoice, code), Some(expected), "{document}"),
            None => assert!(codes(&invoice).iter().all(|code| !code.starts_with("limite_")), "{document}"),
        }
    }
}

#[test]
fn an_expert_advice_is_for_whom_was_not_seen_for_four_months() {
    for (past, seen_lately) in [
        (vec![], false),
        (vec![("2025-09-14", "CS")], false),
        (vec![("2025-09-16", "CS")], true),
        (vec![("2026-01-14", "APC")], true),
        (vec![("2025-12-01", "TE2")], true),
        // Its own entry, read back later, is no earlier meeting.
        (vec![("2026-01-15", "APC")], false),
        // What is not a meeting.
        (vec![("2025-12-01", "MCS"), ("2025-12-02", "DEQP003")], false),
    ] {
        for (code, specialty) in [("APC", "03"), ("APU", "03"), ("APY", "33")] {
            let invoice =
                priced(&seen(with(doctor("2026-01-15", specialty, plain(&[code])), json!({"care_path": "O"})), &past));
            let expected = seen_lately.then_some(Level::Blocking);
            assert_eq!(level(&invoice, "limite_non_vu"), expected, "{code} after {past:?}");
        }
    }
}

#[test]
fn a_second_meeting_on_one_day_is_told() {
    let again = |past: &[(&str, &str)]| priced(&seen(gp("2026-01-15", plain(&["G"])), past));
    assert_eq!(level(&again(&[("2026-01-15", "G")]), "meme_jour"), Some(Level::Error));
    assert_eq!(level(&again(&[("2026-01-15", "VG")]), "meme_jour"), Some(Level::Error));
    assert_eq!(codes(&again(&[("2026-01-14", "G"), ("2026-01-15", "MN")])), ["conforme"]);
    // What nurses do twice a day is no meeting.
    let nurse = nurse("2026-01-15", each(&["AIS"], &json!({"coefficient": 3})));
    assert_eq!(codes(&priced(&seen(nurse, &[("2026-01-15", "AIS")]))), ["conforme"]);
}

#[test]
fn participation_and_franchise_stop_at_their_caps() {
    let flat = |document: Value, date: &str, code: &str, times: usize| {
        priced(&seen(document, &vec![(date, code); times])).flat_fee_cents.0
    };
    // 8 € a day since 15 May 2024, 4 € before (service-public.gouv.fr F165).
    for (date, times, cents) in [
        ("2026-01-15", 0, 200),
        ("2026-01-15", 3, 200),
        ("2026-01-15", 4, 0),
        ("2024-05-14", 3, 100),
        ("2024-05-14", 4, 0),
    ] {
        assert_eq!(flat(gp(date, plain(&["G"])), date, "G", times), cents, "{date} {times}");
    }
    // 50 € a civil year, whatever was done to others or by nurses.
    for (date, code, times, cents) in [
        ("2026-02-10", "G", 24, 200),
        ("2026-02-10", "G", 25, 0),
        ("2026-02-10", "DEQP003", 25, 0),
        ("2025-12-30", "G", 25, 200),
        ("2026-02-10", "AIS", 60, 200),
        ("2026-02-10", "MEG", 60, 200),
    ] {
        assert_eq!(flat(gp("2026-09-15", plain(&["G"])), date, code, times), cents, "{date} {code} {times}");
    }
    // Nurses: 4 € a day, 50 € a year.
    let nurse = nurse("2026-09-15", each(&["AIS"], &json!({"coefficient": 3})));
    for (date, code, times, cents) in [
        ("2026-09-15", "AIS", 3, 100),
        ("2026-09-15", "AIS", 4, 0),
        ("2026-02-10", "AIS", 49, 100),
        ("2026-02-10", "AMI", 50, 0),
        ("2026-02-10", "G", 30, 100),
    ] {
        assert_eq!(flat(nurse.clone(), date, code, times), cents, "{date} {code} {times}");
    }
}
