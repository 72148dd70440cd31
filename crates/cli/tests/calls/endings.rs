//! Calls that did their work and end badly all the same: their answer stays on standard output, and one sentence
//! with its code says on standard error why the exit code is not zero.

use serde_json::Value;

use super::practice::Practice;

#[test]
fn a_demo_with_an_unfinished_document_names_it_and_its_state() {
    let practice = Practice::empty("demo-unfinished");
    let left = practice.prepare();
    let answer = practice.call(&["demo", "--fse", "1"]);
    assert_eq!(answer.ending(), (1, "system.demo_inachevee"));
    assert!(answer.err.contains(&format!("La FSE {left} n'est pas arrivée au bout : préparée.")), "{}", answer.err);
    assert_eq!(answer.out.lines().count(), 2, "the ledger is shown all the same: {}", answer.out);

    practice.done(&["fse", "sign", &left, "--patient-reader", "sim:vitale-petit"]);
    let answer = practice.call(&["demo", "--fse", "1", "--json"]);
    // The demo's own sending takes the signed one along, and its payment comes with the others'.
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    assert_eq!(answer.json()["documents"].as_array().map(Vec::len), Some(3));
}

#[test]
fn an_intact_journal_ends_well() {
    let practice = Practice::empty("journal-intact");
    practice.prepare();
    assert!(practice.done(&["journal", "verify"]).starts_with("Journal intact : "));
    let said: Value = serde_json::from_str(&practice.done(&["journal", "verify", "--json"])).expect("json");
    assert_eq!((&said["intact"], said["head"].as_str().map(str::len)), (&true.into(), Some(64)));
}

#[test]
fn a_sending_that_a_rule_forbids_is_refused_and_one_that_meets_no_network_is_not() {
    let practice = Practice::empty("send-failures");
    let lot = practice.ready_to_send();
    // A port on which nobody listens: it was free a moment ago, and is given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let nobody = format!("127.0.0.1:{port}");
    for (smtp, pop3, exit, code) in [
        ("smtp.rss.fr:587", "pop.rss.fr:995", 1, "road.destinataire_interdit"),
        (nobody.as_str(), nobody.as_str(), 3, "road.liaison_coupee"),
    ] {
        practice.done(&["config", "set", "post.smtp", smtp]);
        practice.done(&["config", "set", "post.pop3", pop3]);
        let ca = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/pki/root.pem");
        practice.done(&["config", "set", "post.ca", ca]);
        let answer = practice.call(&["post", "send"]);
        assert_eq!(answer.ending(), (exit, code));
        assert!(answer.out.starts_with(&format!("{lot} {code} : ")), "{}", answer.out);
        let answer = practice.call(&["post", "send", "--json"]);
        let error: Value = serde_json::from_str(&answer.err).expect("json");
        assert_eq!((answer.code, &error["error"]["code"]), (exit, &code.into()));
        let said = answer.json();
        assert_eq!((&said["failed"][0]["lot"], &said["failed"][0]["error"]), (&lot.as_str().into(), &error["error"]));
        assert_eq!((&said["sent"], &said["unconfirmed"]), (&serde_json::json!([]), &serde_json::json!([])));
    }
}
