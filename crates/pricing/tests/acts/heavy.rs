//! Heavy acts: from 120 € on the caisse pays all but the PAV, on which line it falls, and who does not owe it.
//! Figures: reference tariffs 2.1 and 2.4 (décret 2018-1257, service-public.gouv.fr F165, SNDS `XC_ETM`).

use liasse_domain::{Invoice, Level};
use liasse_pricing::{Input, Tables, price};
use serde_json::{Value, json};

use crate::support::{amo, bases, codes, doctor, level, plain, priced, with};

/// Acts of our own for days that the CCAM's table does not hold: number, tariff, exemption code.
const ACTS: &str = "
AAAA120 12000 1
AAAA119 11999 1
AAAA091 9100 1
AAAA090 9099 1
AAAA060 6000 1
AAAA059 5999 1
AAAA020 2000 2
BBBB120 12000 2
BBBB119 11999 2
CCCC120 12000 3
CCCC020 2000 3
DDDD020 2000 4
EEEE120 12000 5
EEEE020 2000 5
FFFF120 12000 1-7
";

fn tables() -> Tables {
    let mut csv =
        "code,activity,phase,value_cents,value_free_cents,from,to,zone,who,cover,agreement,exemption,group,kind,\
                   modifiers,source,confidence\n"
            .to_owned();
    for line in ACTS.lines().filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split(' ').collect();
        let (code, cents, exemption) = (words[0], words[1], words[2]);
        csv +=
            &format!("{code},1,0,{cents},{cents},2005-09-01,,*,medecin,,,{exemption},ADC,acte,FJ,essai,documented\n");
    }
    let files = [("ccam.csv".to_owned(), csv.into_bytes())];
    Tables::with_overrides(&files).unwrap_or_else(|error| panic!("{error}"))
}

/// Acts of our own, one after the other on the same day where there are several.
fn ours(tables: &Tables, date: &str, acts: &[&str], change: &Value) -> Invoice {
    let hours = ["08:00", "10:00", "12:00"];
    let apart = |(code, time): (&&str, &str)| json!({"code": code, "association": 5, "time": time});
    let list: Value = if acts.len() > 1 { acts.iter().zip(hours).map(apart).collect() } else { plain(acts) };
    let document = with(doctor(date, "04", list), change.clone());
    let input = Input::from_json(document.to_string().as_bytes());
    let invoice = input.map_err(Into::into).and_then(|input| price(tables, &input));
    invoice.unwrap_or_else(|error| panic!("{error} in {document}"))
}

#[test]
fn the_participation_of_each_period() {
    let tables = tables();
    for (date, code, pav, doubtful) in [
        // 18 EUR; from 91 EUR on until 2011, from 120 EUR on since.
        ("2010-12-31", "AAAA090", 0, false),
        ("2011-01-01", "AAAA091", 0, false),
        ("2011-01-01", "AAAA120", 1800, false),
        ("2018-12-31", "AAAA120", 1800, false),
        ("2019-01-01", "AAAA120", 2400, false),
        ("2026-03-31", "AAAA120", 2400, false),
        // One page says 1 April, another 22 April.
        ("2026-04-01", "AAAA120", 2400, true),
        ("2026-04-21", "AAAA120", 2400, true),
        ("2026-04-22", "AAAA120", 3200, false),
        ("2019-01-01", "AAAA119", 0, false),
        ("2026-04-22", "AAAA119", 0, false),
    ] {
        let invoice = ours(&tables, date, &[code], &json!({}));
        assert_eq!(invoice.pav_cents.0, pav, "{code} {date}");
        if pav > 0 {
            assert_eq!(
                (invoice.copay_cents.0, amo(&invoice)),
                (pav, vec![invoice.base_cents.0 - pav]),
                "{code} {date}"
            );
        }
        if date >= "2011-01-01" {
            assert_eq!(level(&invoice, "taux_peu_sur"), doubtful.then_some(Level::Warning), "{code} {date}");
        }
    }
    // One cent below the threshold: 70 % of 119.99.
    assert_eq!(amo(&ours(&tables, "2019-01-01", &["AAAA119"], &json!({}))), [8399]);
}

#[test]
fn a_cataract_in_2026() {
    for (date, pav) in [("2026-01-15", 2400), ("2026-04-22", 3200)] {
        let cataract = |change: Value| priced(&with(doctor(date, "15", plain(&["BFGA427"])), change));
        let usual = cataract(json!({}));
        assert_eq!((bases(&usual), amo(&usual)), (vec![27170], vec![27170 - pav]), "{date}");
        assert_eq!((usual.copay_cents.0, usual.pav_cents.0, codes(&usual)), (pav, pav, vec!["conforme"]), "{date}");
        assert_eq!(usual.patient_pays_cents.0, 27170, "{date}");
        // The complementary insurer pays the PAV of a responsible contract, or its share of it.
        for (rate, amc) in [(10_000, pav), (5_000, pav / 2), (0, 0)] {
            let insured = cataract(json!({"third_party": {"amo": true, "amc": true, "amc_rate_bp": rate}}));
            assert_eq!((insured.amc_cents.0, insured.patient_pays_cents.0), (amc, pav - amc), "{date} {rate}");
        }
        // Its anaesthesia alone is below 120 EUR.
        let asleep = json!({"acts": [{"code": "BFGA427", "activity": 4}], "practitioner": {"specialty": "02"}});
        assert_eq!((cataract(asleep.clone()).base_cents.0, cataract(asleep).pav_cents.0), (11100, 0), "{date}");
        let rule: Vec<String> = usual.lines[0].steps.iter().map(|step| step.rule.clone()).collect();
        assert!(rule.contains(&"pav".to_owned()), "{rule:?}");
    }
}

#[test]
fn who_does_not_owe_it() {
    for (change, owes) in [
        (json!({"patient": {"rights": ["ald"]}, "acts": [{"code": "BFGA427", "ald_related": true}]}), false),
        (json!({"patient": {"rights": ["ald"]}, "acts": [{"code": "BFGA427", "ald_related": false}]}), true),
        (json!({"acts": [{"code": "BFGA427", "ald_related": true}]}), true),
        (json!({"cover": {"nature": "maternite"}}), false),
        (json!({"cover": {"nature": "atmp", "at_number": "123456789"}}), false),
        (json!({"patient": {"rights": ["c2s"]}}), false),
        (json!({"patient": {"rights": ["invalidity"]}}), false),
        (json!({"patient": {"rights": ["ame"]}}), false),
        (json!({"patient": {"alsace_moselle": true}}), false),
        (json!({"patient": {"birth_date": "2015-05-02"}}), true),
    ] {
        let invoice = priced(&with(doctor("2026-02-10", "15", plain(&["BFGA427"])), change.clone()));
        let pav = if owes { 2400 } else { 0 };
        assert_eq!((invoice.pav_cents.0, amo(&invoice)), (pav, vec![27170 - pav]), "{change}");
        assert_eq!(invoice.copay_cents.0, pav, "{change}");
        let said = |rule: &str| invoice.lines[0].steps.iter().any(|step| step.rule == rule);
        assert_eq!((said("pav"), said("pav.exoneration")), (owes, !owes), "{change}");
    }
    // C2S: the caisse pays all, nothing is left to the complementary part.
    let c2s = json!({"patient": {"rights": ["c2s"]}});
    let c2s = priced(&with(doctor("2026-02-10", "15", plain(&["BFGA427"])), c2s));
    assert_eq!((c2s.amc_cents.0, c2s.patient_pays_cents.0), (0, 0));
}

#[test]
fn what_an_act_frees() {
    let tables = tables();
    for (acts, amo_cents, pav) in [
        // 1 frees the whole invoice, 2 the act alone, 5 nothing; 70 % of 20.00 is 14.00.
        (vec!["AAAA120", "AAAA020"], vec![9600, 2000], 2400),
        (vec!["BBBB120", "AAAA020"], vec![9600, 1400], 2400),
        (vec!["EEEE120"], vec![8400], 0),
        (vec!["EEEE120", "AAAA020"], vec![8400, 1400], 0),
        (vec!["BBBB119"], vec![8399], 0),
        (vec!["FFFF120", "AAAA020"], vec![9600, 2000], 2400),
        // 3 by its nature, 4 the invoice by its nature: nothing is due.
        (vec!["CCCC020"], vec![2000], 0),
        (vec!["CCCC020", "AAAA020"], vec![2000, 1400], 0),
        (vec!["CCCC120"], vec![12000], 0),
        (vec!["DDDD020", "AAAA020"], vec![2000, 2000], 0),
        // One for the session, whatever there is in it.
        (vec!["AAAA120", "BBBB120"], vec![9600, 12000], 2400),
        (vec!["AAAA120", "AAAA120"], vec![9600, 12000], 2400),
        (vec!["BBBB120", "BBBB120"], vec![9600, 12000], 2400),
        // Acts of one session add up to the threshold: 60.00 and 60.00, not 60.00 and 59.99.
        (vec!["AAAA060", "AAAA060"], vec![3600, 6000], 2400),
        (vec!["AAAA060", "AAAA059"], vec![4200, 4199], 0),
        (vec!["AAAA060", "AAAA059", "AAAA020"], vec![4200, 4199, 1400], 0),
    ] {
        let invoice = ours(&tables, "2026-02-10", &acts, &json!({}));
        assert_eq!((amo(&invoice), invoice.pav_cents.0), (amo_cents, pav), "{acts:?}");
        assert_eq!(invoice.copay_cents.0, invoice.base_cents.0 - invoice.amo_cents.0, "{acts:?}");
    }
}

#[test]
fn a_heavy_act_at_half_its_tariff_stays_heavy() {
    let half = json!({"acts": [{"code": "AAAA119", "association": 1}, {"code": "AAAA120", "association": 2}]});
    let half = ours(&tables(), "2026-02-10", &["AAAA120"], &half);
    // One PAV, on the dearest of the lines.
    assert_eq!((bases(&half), amo(&half)), (vec![11999, 6000], vec![9599, 6000]));
    assert_eq!((half.pav_cents.0, half.copay_cents.0), (2400, 2400));
}

#[test]
fn acts_of_the_table_by_their_exemption() {
    for (code, specialty, base, amo_cents, pav) in [
        // 1, 2, 5; 70 % of 119.85 is 83.895, of 124.58 is 87.206.
        ("CBGD001", "11", 6270, 4389, 0),
        ("JKPE002", "07", 11985, 8390, 0),
        ("GDPE003", "11", 12080, 9680, 2400),
        ("AAQP350", "17", 13046, 10646, 2400),
        ("FCQX011", "04", 12458, 8721, 0),
        ("HBED022", "18", 20900, 18500, 2400),
    ] {
        let invoice = priced(&doctor("2026-02-10", specialty, plain(&[code])));
        assert_eq!((bases(&invoice), amo(&invoice), invoice.pav_cents.0), (vec![base], vec![amo_cents], pav), "{code}");
    }
    // In sector 2 the tariff of the second column counts: 120.80 and 94.26.
    let free = json!({"practitioner": {"sector": "2"}, "overrun": {"cents": 5000}});
    let other = priced(&with(doctor("2026-02-10", "11", plain(&["GDPE003"])), free));
    assert_eq!((other.base_cents.0, other.pav_cents.0, other.amo_cents.0), (9426, 0, 6598));
}
