//! Bad input and faults: each gets a sentence, and afterwards the FSE is where it was.

use liasse_e2e::practice::{money, refusal};
use liasse_e2e::{Practice, finish};

const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

/// A signed FSE in a file of the outbox.
fn ready_to_send(name: &str) -> (Practice, String) {
    let practice = Practice::empty(name);
    let fse = practice.bill("vitale-petit", G, None);
    practice.run(&["lot", "seal"]).success();
    (practice, fse)
}

#[test]
fn a_vitale_with_a_wrong_nir_key_is_refused_without_naming_the_number() {
    let practice = Practice::empty("nir");
    let mut new = practice.ctl(&["fse", "new", "-", "--patient-reader", "sim:vitale-cle", "--json"]);
    let finished = finish(&mut new, G.as_bytes());
    assert_ne!(finished.code, 0, "{}", finished.stdout);
    assert!(finished.stderr.contains("cards.nir_cle"), "{}", finished.stderr);
    let digits = finished.stderr.bytes().filter(u8::is_ascii_digit).count();
    assert!(digits < 13, "no NIR in an error: {}", finished.stderr);
    assert_eq!(practice.json(&["ledger"])["documents"].as_array().map(Vec::len), Some(0));
}

#[test]
fn rights_that_ended_ask_for_a_written_reason() {
    let practice = Practice::empty("reason");
    let call = ["fse", "new", "-", "--patient-reader", "sim:vitale-fini"];
    let mut without = practice.ctl(&call);
    let said = finish(without.arg("--json"), G.as_bytes()).with_code(1);
    assert!(said.stderr.contains("invoicing.motif_attendu"), "{}", said.stderr);
    let mut with = practice.ctl(&call);
    finish(with.args(["--reason", "Droits renouvelés, carte à mettre à jour"]), G.as_bytes()).success();
}

#[test]
fn a_wrong_pin_is_counted_and_an_empty_one_is_not_sent() {
    let read = |pin: &str| {
        let mut command = std::process::Command::new(liasse_e2e::bin("liassectl"));
        command.args(["cards", "read", "--reader", "sim:cps-gris", "--pin-stdin", "--json"]);
        finish(&mut command, pin.as_bytes())
    };
    let wrong = read("9999\n");
    assert_ne!(wrong.code, 0);
    assert!(wrong.stderr.contains("cards.code_faux") && wrong.stderr.contains('2'), "{}", wrong.stderr);
    for pin in ["\n", "12\n"] {
        let refused = read(pin);
        assert_ne!(refused.code, 0, "{}", refused.stdout);
        assert!(["cards.code_vide", "cards.code_longueur"].iter().any(|code| refused.stderr.contains(code)));
    }
    let good = read("1234\n").success().json();
    assert_eq!(good["situations"][0]["specialty"], "01");
    assert_eq!(good["holder"]["tries_left"], 3);
}

#[test]
fn an_expired_card_signs_nobody_in() {
    let practice = Practice::empty("expired");
    let refused = refusal(&mut practice.ctl(&["ledger", "--reader", "sim:cps-expiree"]), 1);
    assert_eq!(refused["code"], "cards.cps_perimee");
}

#[test]
fn a_network_that_is_down_leaves_the_file_where_it_was() {
    let (practice, fse) = ready_to_send("down");
    // A port on which nobody listens: it was free a moment ago, and is given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    practice.run(&["config", "set", "post.smtp", &format!("127.0.0.1:{port}")]).success();
    practice.run(&["config", "set", "post.pop3", &format!("127.0.0.1:{port}")]).success();
    let ca = liasse_e2e::root().join("fixtures/pki/root.pem");
    practice.run(&["config", "set", "post.ca", ca.to_str().expect("utf-8")]).success();
    let said = finish(practice.ctl(&["post", "send"]).arg("--json"), b"").with_code(3).json();
    assert_eq!(said["failed"][0]["error"]["code"], "road.liaison_coupee", "{said}");
    assert_eq!(practice.document(&fse)["transmission"], "en_fichier");
    assert_eq!(practice.refused(&["post", "fetch"], 3)["code"], "road.liaison_coupee");
}

#[test]
fn a_certificate_that_is_not_trusted_stops_before_the_password() {
    let (practice, fse) = ready_to_send("tls");
    let caisse = practice.caisse(&[]);
    let ports: serde_json::Value =
        serde_json::from_slice(&std::fs::read(practice.caisse_data().join("ports.json")).expect("ports"))
            .expect("json");
    let ca = practice.scratch().join("other-ca.pem");
    let mut openssl = std::process::Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost", "-keyout"]);
    finish(openssl.arg(practice.scratch().join("other.key")).arg("-out").arg(&ca), b"").success();
    for (name, port) in [("post.smtp", &ports["smtp"]), ("post.pop3", &ports["pop3s"])] {
        practice.run(&["config", "set", name, &format!("localhost:{port}")]).success();
    }
    practice.run(&["config", "set", "post.ca", ca.to_str().expect("utf-8")]).success();
    let said = finish(practice.ctl(&["post", "send"]).arg("--json"), b"").with_code(3).json();
    assert_eq!(said["failed"][0]["error"]["code"], "road.certificat_inconnu", "{said}");
    assert_eq!(practice.document(&fse)["transmission"], "en_fichier");
    assert_eq!(practice.refused(&["post", "fetch"], 3)["code"], "road.certificat_inconnu");
    drop(caisse);
}

#[test]
fn addresses_outside_the_test_world_are_never_written_to() {
    let (practice, fse) = ready_to_send("guard");
    practice.run(&["config", "set", "post.smtp", "smtp.rss.fr:587"]).success();
    practice.run(&["config", "set", "post.pop3", "pop.rss.fr:995"]).success();
    let said = finish(practice.ctl(&["post", "send"]).arg("--json"), b"").with_code(1).json();
    assert_eq!(said["failed"][0]["error"]["code"], "road.destinataire_interdit", "{said}");
    assert_eq!(practice.document(&fse)["transmission"], "en_fichier");
}

#[test]
fn one_tariff_changed_on_one_side_only_is_refused_by_the_caisse() {
    let (practice, fse) = ready_to_send("tariff");
    // The caisse of this test pays 29,00 € for G, as the doctor's tables do not.
    let ngap = std::fs::read_to_string(liasse_e2e::root().join("assets/tables/ngap.csv")).expect("the table");
    let changed: String = ngap
        .lines()
        .map(|line| if line.starts_with("G,") { line.replace(",3000,", ",2900,") } else { line.to_owned() })
        .map(|line| line + "\n")
        .collect();
    assert_ne!(changed, ngap, "the row of G is there to be changed");
    practice.scratch().write("tables/ngap.csv", changed);
    let tables = practice.scratch().join("tables");
    let caisse = practice.caisse(&["--tables", tables.to_str().expect("utf-8")]);
    practice.run(&["post", "send"]).success();
    practice.run(&["post", "fetch"]).success();
    let document = practice.document(&fse);
    assert_eq!(document["transmission"], "recue");
    // I0703: écart entre le montant demandé et le montant calculé (SNDS, IR_TAN_V).
    assert_eq!(document["reject"]["code"], "I0703", "{document}");
    assert_eq!(money(&document, "amo").0, "rejete");
    drop(caisse);
}

#[test]
fn a_caisse_that_is_down_is_said_and_the_file_leaves_when_it_is_back() {
    let (practice, fse) = ready_to_send("caisse");
    let caisse = practice.caisse(&[]);
    let ports: serde_json::Value =
        serde_json::from_slice(&std::fs::read(practice.caisse_data().join("ports.json")).expect("ports"))
            .expect("json");
    caisse.kill();
    // Its address is still in the settings of a workstation that was told where it is.
    for (name, port) in [("post.smtp", &ports["smtp"]), ("post.pop3", &ports["pop3s"])] {
        practice.run(&["config", "set", name, &format!("localhost:{port}")]).success();
    }
    practice.run(&["config", "set", "post.ca", ports["ca"].as_str().expect("a path")]).success();
    let said = finish(practice.ctl(&["post", "send"]).arg("--json"), b"").with_code(3).json();
    assert_eq!(said["failed"][0]["error"]["code"], "road.liaison_coupee", "{said}");
    // It comes back on other ports, and the settings are told.
    std::fs::remove_file(practice.caisse_data().join("ports.json")).expect("what a killed caisse leaves");
    let again = practice.caisse(&[]);
    let ports: serde_json::Value =
        serde_json::from_slice(&std::fs::read(practice.caisse_data().join("ports.json")).expect("ports"))
            .expect("json");
    practice.run(&["config", "set", "post.smtp", &format!("localhost:{}", ports["smtp"])]).success();
    practice.run(&["config", "set", "post.pop3", &format!("localhost:{}", ports["pop3s"])]).success();
    practice.run(&["post", "send"]).success();
    practice.run(&["post", "fetch"]).success();
    assert_eq!(practice.document(&fse)["transmission"], "recue");
    drop(again);
}
