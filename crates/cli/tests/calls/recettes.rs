//! The money on the command line: a day and its end, cheques and their slips, payments separated and matched again.

use serde_json::{Value, json};

use super::practice::Practice;

/// A practice whose demo has brought two FSE to their end: one settled by the patient, one paid by the caisse.
fn after_a_demo(name: &str) -> Practice {
    let practice = Practice::empty(name);
    practice.done(&["demo", "--fse", "2"]);
    practice
}

fn said(practice: &Practice, arguments: &[&str]) -> Value {
    serde_json::from_str(&practice.done(&[arguments, &["--json"]].concat())).expect("json")
}

/// The state of each payer's part of an FSE.
fn states(practice: &Practice, fse: &str) -> Vec<String> {
    let ledger = said(practice, &["ledger"]);
    let document = ledger["documents"].as_array().expect("documents").iter().find(|one| one["fse"] == fse);
    let money = document.expect("the FSE")["money"].as_array().expect("money").clone();
    money
        .iter()
        .map(|part| format!("{}:{}", part["payer"].as_str().expect("text"), part["state"].as_str().expect("text")))
        .collect()
}

#[test]
fn a_day_is_summed_by_mode_and_closed_once() {
    let practice = Practice::empty("day-closed");
    let fse = practice.prepare_for("sim:vitale-durand");
    practice.done(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-durand"]);
    let unpaid = said(&practice, &["receipts", "unpaid"]);
    assert_eq!((&unpaid[0]["fse"], &unpaid[0]["owed_cents"]), (&json!(fse), &json!(3000)));
    practice.done(&["fse", "settle", &fse, "cheque"]);
    assert_eq!(said(&practice, &["receipts", "unpaid"]), json!([]));

    let day = said(&practice, &["receipts", "day"]);
    assert_eq!((&day["day"], &day["closed"], &day["total_cents"]), (&json!("2026-01-15"), &json!(false), &json!(3000)));
    assert_eq!(day["modes"], json!([{"mode": "cheque", "movements": 1, "total_cents": 3000}]));
    assert_eq!(practice.done(&["receipts", "day"]).lines().count(), 2, "a line a mode, and the day's");

    let closed = said(&practice, &["receipts", "close"]);
    assert_eq!((&closed["closed"], &closed["total_cents"]), (&json!(true), &json!(3000)));
    let again = practice.call(&["receipts", "close"]);
    assert_eq!(again.ending(), (1, "store.journee_close"));
    assert_eq!(said(&practice, &["receipts", "day"])["closed"], json!(true));
}

#[test]
fn a_cheque_is_in_hand_until_a_slip_takes_it() {
    let practice = Practice::empty("cheques");
    let fse = practice.prepare_for("sim:vitale-durand");
    practice.done(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-durand"]);
    practice.done(&["fse", "settle", &fse, "cheque"]);
    let hand = said(&practice, &["receipts", "cheques"]);
    assert_eq!((&hand[0]["amount_cents"], &hand[0]["fses"]), (&json!(3000), &json!([fse])));
    let slip = said(&practice, &["receipts", "deposit"]);
    assert_eq!((&slip[0]["deposit"], &slip[0]["amount_cents"]), (&json!(1), &json!(3000)));
    assert_eq!(said(&practice, &["receipts", "cheques"]), json!([]));
    assert_eq!(said(&practice, &["receipts", "deposits"]), slip);
    let none = practice.call(&["receipts", "deposit"]);
    assert_eq!(none.code, 1, "{}", none.err);
}

#[test]
fn a_payment_is_separated_and_matched_again() {
    let practice = after_a_demo("matching");
    let lines = said(&practice, &["match", "list"]);
    let line = &lines[0];
    let fse = line["matched"].as_str().expect("matched by itself").to_owned();
    let payment = line["payment"].to_string();
    assert_eq!(line["fse"], line["matched"]);
    let whole = states(&practice, &fse);
    assert!(whole.contains(&"amo:encaisse".to_owned()), "{whole:?}");

    practice.done(&["match", "undo", &payment, "0"]);
    let open = states(&practice, &fse);
    assert!(open.contains(&"amo:attendu".to_owned()), "{open:?}");
    let twice = practice.call(&["match", "undo", &payment, "0"]);
    assert_eq!(twice.code, 1, "{}", twice.err);

    practice.done(&["match", "set", &payment, "0", &fse]);
    assert_eq!(states(&practice, &fse), whole);
    let twice = practice.call(&["match", "set", &payment, "0", &fse]);
    assert_eq!(twice.code, 1, "{}", twice.err);
    let unknown = practice.call(&["match", "undo", "9999", "0"]);
    assert_eq!(unknown.code, 1, "{}", unknown.err);
}

#[test]
fn a_rejected_fse_is_corrected_once_and_by_its_own_patient() {
    let practice = Practice::empty("corrected");
    let input = r#"{"date":"2026-01-15","care_path":"T","third_party":{"amo":true},
        "acts":[{"code":"G","overrun":{"qualifier":"DE","cents":500}}]}"#;
    let new = ["fse", "new", "-", "--patient-reader", "sim:vitale-fini", "--reason", "Droits renouvelés, dit-il."];
    let rejected = practice.done_with(&new, input).split_whitespace().next().expect("a name").to_owned();
    practice.done(&["fse", "sign", &rejected, "--patient-reader", "sim:vitale-fini"]);
    practice.done(&["fse", "settle", &rejected, "carte"]);
    let correct = ["fse", "correct", &rejected, "--patient-reader", "sim:vitale-fini", "--reason", "Droits relus."];
    assert_eq!(practice.call(&correct).ending(), (1, "store.fse_non_rejetee"));
    practice.done(&["lot", "seal"]);
    practice.done(&["post", "send"]);
    practice.done(&["post", "fetch"]);

    let other = practice.call(&["fse", "correct", &rejected, "--patient-reader", "sim:vitale-durand"]);
    assert_eq!(other.ending(), (1, "invoicing.autre_vitale"));
    let made = practice.done(&correct);
    let made = made.split_whitespace().next().expect("a name").to_owned();
    practice.done(&["fse", "sign", &made, "--patient-reader", "sim:vitale-fini"]);
    let totals: Vec<i64> = said(&practice, &["ledger"])["documents"]
        .as_array()
        .expect("documents")
        .iter()
        .filter_map(|one| one["total_cents"].as_i64())
        .collect();
    assert_eq!(totals, [3500, 3500], "30,00 and an overrun of 5,00, which the correction keeps");
    assert_eq!(states(&practice, &rejected)[0], "patient:abandonne");
    assert_eq!(states(&practice, &made)[..2], ["patient:encaisse", "amo:attendu"]);
    let again = practice.call(&correct);
    assert_eq!(again.ending(), (1, "store.fse_deja_corrigee"));
    assert!(again.err.contains(&made), "{}", again.err);
    // Nothing says that the correction was rejected: it is not corrected in its turn.
    let twice = practice.call(&["fse", "correct", &made, "--patient-reader", "sim:vitale-fini"]);
    assert_eq!(twice.ending(), (1, "store.fse_non_rejetee"));
}

/// A rejected FSE of a patient whose rights have ended; gives its name.
fn rejected(practice: &Practice) -> String {
    let input = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;
    let new = ["fse", "new", "-", "--patient-reader", "sim:vitale-fini", "--reason", "Droits renouvelés, dit-il."];
    let fse = practice.done_with(&new, input).split_whitespace().next().expect("a name").to_owned();
    practice.done(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-fini"]);
    practice.done(&["lot", "seal"]);
    practice.done(&["post", "send"]);
    practice.done(&["post", "fetch"]);
    fse
}

#[test]
fn a_correction_that_costs_less_says_what_goes_back_to_the_patient() {
    let practice = Practice::empty("back");
    let fse = rejected(&practice);
    practice.done(&["fse", "settle", &fse, "especes"]);
    // Under tiers payant the patient owes the ticket modérateur alone: 30,00 € × 30 % = 9,00 €.
    let amended = practice.data().join("amended.json");
    std::fs::write(
        &amended,
        r#"{"date":"2026-01-15","care_path":"T","third_party":{"amo":true},"acts":[{"code":"G"}]}"#,
    )
    .expect("written");
    let amended = amended.to_str().expect("utf-8");
    let correct = ["fse", "correct", &fse, amended, "--patient-reader", "sim:vitale-fini", "--reason", "Droits relus."];
    let made = said(&practice, &correct);
    assert_eq!(made["give_back_cents"], 2100, "{made}");
    let made = made["fse"].as_str().expect("a name").to_owned();
    let signed = practice.done(&["fse", "sign", &made, "--patient-reader", "sim:vitale-fini"]);
    assert!(signed.contains("Rendez 21,00"), "{signed}");
    assert_eq!(said(&practice, &["receipts", "day"])["total_cents"], 900, "what is in the drawer");
    // An FSE that corrects nothing gives nothing back.
    let other = practice.prepare_for("sim:vitale-durand");
    let signed = said(&practice, &["fse", "sign", &other, "--patient-reader", "sim:vitale-durand"]);
    assert_eq!(signed["give_back_cents"], 0, "{signed}");
}

#[test]
fn what_is_rejected_during_an_incident_is_not_billed_again() {
    let practice = Practice::empty("incident");
    let fse = rejected(&practice);
    let correct = ["fse", "correct", &fse, "--patient-reader", "sim:vitale-fini", "--reason", "Droits relus."];
    let list = practice.data().join("incidents.toml");
    let incident = "[[incident]]\ncode = \"I1002\"\nfrom = \"2026-01-15\"\nuntil = \"2026-01-16\"\n\
                    verdict = \"ne_pas_renvoyer\"\ncause = \"La caisse a reçu ces FSE.\"\n\
                    action = \"Attendez le paiement.\"\nsource = \"essai\"\n";
    std::fs::write(&list, incident).expect("list");
    let refused = practice.call(&correct);
    assert_eq!(refused.ending(), (1, "invoicing.correction_inutile"));
    assert!(refused.err.contains("Attendez le paiement."), "{}", refused.err);
    let shown = said(&practice, &["returns", "list"])["rejects"][0].clone();
    assert_eq!((&shown["incident"], &shown["cause"]), (&json!(true), &json!("La caisse a reçu ces FSE.")));

    std::fs::write(&list, "[[incident]]\ncode = 1").expect("list");
    assert_eq!(practice.call(&["ledger"]).ending(), (4, "road.incidents_illisibles"));
    std::fs::remove_file(&list).expect("removed");
    practice.done(&correct);
}

#[test]
fn returns_are_listed_with_their_rejects_in_plain_words() {
    let practice = Practice::empty("returns");
    let fse = rejected(&practice);
    let listed = said(&practice, &["returns", "list"]);
    let kinds: Vec<&str> =
        listed["returns"].as_array().expect("list").iter().filter_map(|one| one["kind"].as_str()).collect();
    assert_eq!(kinds, ["rejets", "arl"], "the latest first");
    let reject = &listed["rejects"][0];
    assert_eq!(
        (&reject["fse"], &reject["reject"]["code"], &reject["gesture"]),
        (&json!(fse), &json!("I1002"), &json!("droits"))
    );
    assert!(practice.done(&["returns", "list"]).contains("corrigez par une nouvelle FSE"));
    // The patient paid in two parts, the second with a cheque.
    practice.done(&["fse", "settle", &fse, "especes", "--amount", "5"]);
    practice.done(&["fse", "settle", &fse, "cheque", "--cheque-number", "0123456", "--cheque-bank", "BANQUE POSTALE"]);
    let hand = said(&practice, &["receipts", "cheques"]);
    assert_eq!((&hand[0]["amount_cents"], &hand[0]["number"]), (&json!(2500), &json!("0123456")));
    let other = practice.prepare_for("sim:vitale-durand");
    practice.done(&["fse", "sign", &other, "--patient-reader", "sim:vitale-durand"]);
    let same = hand[0]["cheque"].to_string();
    practice.done(&["fse", "settle", &other, "cheque", "--same-cheque", &same]);
    assert_eq!(said(&practice, &["receipts", "cheques"])[0]["fses"], json!([fse, other]));
    for amount in ["--amount=0,5,0", "--amount=-3", "--amount=12,505", "--amount="] {
        let wrong = practice.call(&["fse", "settle", &other, "carte", amount]);
        assert_eq!(wrong.ending(), (2, "system.argument_refuse"), "{amount}");
    }
    // One FSE is settled by now, and a mode that is no cheque takes none.
    assert_eq!(practice.call(&["fse", "settle", &other, "carte"]).ending(), (1, "store.rien_a_regler"));
    let no_cheque = practice.call(&["fse", "settle", &other, "carte", "--same-cheque", &same]);
    assert_eq!(no_cheque.ending(), (2, "system.argument_refuse"));
}
