//! The `price` contract: its example is read whole, its output has exactly the fields it shows.
//! Not the prices: `consultations` has them.

use liasse_pricing::{Input, Tables, price};
use serde_json::{Value, json};

const EXAMPLE: &str = r#"{"v":1,"date":"2026-01-15","time":"10:30",
 "practitioner":{"profession":"medecin","specialty":"01","sector":"1","zone":"metropole","optam":false,"registered_mt":true},
 "patient":{"birth_date":"1980-05-02","regime":"01","alsace_moselle":false,"rights":[],"has_mt":true,"history":[{"date":"2025-12-01","code":"COE"}]},
 "cover":{"nature":"maladie","at_number":null,"at_date":null,"third_party_accident_date":null},
 "referrer":null,"prescriber":{"billing_number":"991000019","date":"2026-01-10"},
 "care_path":"T",
 "third_party":{"amo":false,"amc":false,"amc_rate_bp":10000},
 "acts":[{"code":"G","quantity":1},{"code":"MEG"},
         {"code":"DEQP003","activity":1,"phase":0,"modifiers":["F"],"association":1},
         {"code":"AMI","coefficient":1.5},
         {"code":"IK","distance_km":12,"terrain":"plaine"}],
 "overrun":{"qualifier":"DE","cents":1000}}"#;

#[test]
fn the_example_is_read_whole() {
    let input = Input::from_json(EXAMPLE.as_bytes()).expect("the example of the contract");
    assert_eq!(input.acts.len(), 5);
    assert_eq!(input.acts[3].coefficient.map(|coefficient| coefficient.get()), Some(150));
    let again = serde_json::to_vec(&input).expect("json");
    assert_eq!(Input::from_json(&again), Ok(input.clone()));
    // Every field once, not a lawful invoice: each line keeps its tariff beside what forbids it.
    let invoice = price(Tables::embedded(), &input).expect("priced");
    let bases: Vec<i64> = invoice.lines.iter().map(|line| line.base_cents.0).collect();
    assert_eq!(bases, [3000, 500, 1477 + 1906, 473, 488]);
    assert_eq!(invoice.worst(), liasse_domain::Level::Blocking);
}

#[test]
fn every_field_of_an_act_is_known() {
    let act = json!({"code": "G", "time": "23:15", "place": "office", "regulated": true, "passage": 2,
        "teeth": ["11", 12], "coefficient": 1, "distance_km": 3.5, "terrain": "montagne", "ald_related": false,
        "prior_agreement": true, "prescription": {"date": "2026-01-02", "prescriber": "991000019"},
        "overrun": {"qualifier": null, "cents": 0}});
    let mut document: Value = serde_json::from_str(EXAMPLE).expect("json");
    document["acts"] = json!([act]);
    document["overrun"] = Value::Null;
    assert!(Input::from_json(document.to_string().as_bytes()).is_ok());
}

#[test]
fn unknown_fields_are_refused_everywhere() {
    let document: Value = serde_json::from_str(EXAMPLE).expect("json");
    for place in [
        "",
        "/practitioner",
        "/patient",
        "/cover",
        "/prescriber",
        "/third_party",
        "/acts/0",
        "/overrun",
        "/patient/history/0",
    ] {
        let mut document = document.clone();
        document.pointer_mut(place).expect("place")["surplus"] = json!(1);
        assert!(Input::from_json(document.to_string().as_bytes()).is_err(), "{place}");
    }
}

#[test]
fn the_output_has_the_fields_of_the_contract() {
    let mut document: Value = serde_json::from_str(EXAMPLE).expect("json");
    document["acts"] = json!([{"code": "G"}]);
    let input = Input::from_json(document.to_string().as_bytes()).expect("input");
    let invoice = serde_json::to_value(price(Tables::embedded(), &input).expect("price")).expect("json");
    let names = |value: &Value| {
        let mut names: Vec<String> = value.as_object().expect("object").keys().cloned().collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(
        names(&invoice),
        "amc_cents amo_cents amo_net_cents base_cents copay_cents findings flat_fee_cents lines overrun_cents \
         patient_pays_cents pav_cents total_cents"
    );
    let line = &invoice["lines"][0];
    assert_eq!(names(line), "amc_cents amo_cents base_cents code fee_cents quantity rate_bp steps unit_cents");
    assert_eq!((&line["unit_cents"], &line["rate_bp"], &line["fee_cents"]), (&json!(3000), &json!(7000), &json!(4000)));
    assert_eq!(names(&line["steps"][0]), "from rule says source table");
    assert_eq!(line["steps"][0]["from"], json!("2024-12-22"));
    assert_eq!(names(&invoice["findings"][0]), "action code level message");
    assert_eq!(invoice["findings"][0]["level"], json!("ok"));
}
