//! `doctor` on the command line: its shape, its exit codes, and that it needs neither a card nor data.

use std::path::Path;

use serde_json::Value;

use super::practice::Practice;
use super::{call_where, folder};

fn probe(diagnosis: &Value, name: &str) -> Value {
    let probes = diagnosis["probes"].as_array().expect("probes");
    probes.iter().find(|probe| probe["name"] == name).unwrap_or_else(|| panic!("{name} in {diagnosis}")).clone()
}

#[test]
fn a_new_demo_has_nothing_bad_and_says_that_nobody_approved_it() {
    let practice = Practice::empty("doctor-new");
    let answer = practice.call(&["doctor", "--json"]);
    let said = answer.json();
    assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{said}");
    assert_eq!(said["v"], 1);
    for name in [
        "service_cartes",
        "cartes_ordinateur",
        "lecteurs",
        "carte",
        "certificat",
        "dossier",
        "place",
        "donnees",
        "journal",
        "tables",
        "horloge",
        "messagerie",
        "envoi",
        "retours",
        "releve",
        "confirmation",
        "agrement",
    ] {
        let probe = probe(&said, name);
        let fields = ["origin", "code", "level", "message", "safe", "action"];
        assert!(fields.iter().all(|field| probe[field].as_str().is_some_and(|text| !text.is_empty())), "{probe}");
        assert!(matches!(probe["level"].as_str(), Some("ok" | "warning")), "{probe}");
        let origins = ["poste", "lecteur", "carte", "reseau", "service_distant"];
        assert!(origins.iter().any(|origin| probe["origin"] == *origin), "{probe}");
    }
    assert_eq!(probe(&said, "agrement")["code"], "doctor.non_agree");
    assert_eq!(probe(&said, "envoi")["code"], "doctor.serveur_repond", "the caisse of the demo answers");
    // For a person: one line a probe, and what to do below those that are not in order.
    let lines = practice.done(&["doctor"]);
    assert!(lines.lines().any(|line| line.starts_with("✓ en ordre · horloge (poste) : ")), "{lines}");
    assert!(lines.contains("? à surveiller · agrément (poste) : Liasse n'est pas agréé"), "{lines}");
}

#[test]
fn a_post_that_is_stopped_ends_with_3_and_one_that_lacks_a_setting_with_1() {
    let practice = Practice::empty("doctor-post");
    // A port on which nobody listens: it was free a moment ago, and is given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    practice.done(&["config", "set", "post.smtp", &format!("127.0.0.1:{port}")]);
    let answer = practice.call(&["doctor"]);
    assert_eq!(answer.ending(), (1, "road.poste_incomplete"));
    practice.done(&["config", "set", "post.pop3", &format!("127.0.0.1:{port}")]);
    let answer = practice.call(&["doctor", "--json"]);
    let error: Value = serde_json::from_str(&answer.err).expect("json");
    assert_eq!((answer.code, &error["error"]["code"]), (3, &"doctor.serveur_ferme".into()));
    let said = answer.json();
    for name in ["envoi", "retours"] {
        assert_eq!(probe(&said, name)["origin"], "service_distant");
    }
    practice.done(&["config", "set", "post.smtp", "smtp.rss.fr:587"]);
    let said = practice.call(&["doctor", "--json"]).json();
    assert_eq!(probe(&said, "envoi")["code"], "road.destinataire_interdit", "no real server is even asked");
}

#[test]
fn without_any_data_the_cards_of_the_computer_are_looked_at_and_nothing_is_made() {
    let home = folder("doctor-nothing");
    let variables = [("XDG_DATA_HOME", home.as_path())];
    let answer = call_where(&variables, &["doctor", "--json"], b"");
    let said = answer.json();
    assert_eq!(probe(&said, "donnees")["code"], "doctor.donnees_aucune");
    assert!(said["probes"].as_array().expect("probes").iter().all(|probe| probe["name"] != "messagerie"));
    assert!(std::fs::read_dir(&home).expect("home").next().is_none(), "nothing came into being");
    // A folder that is named and holds nothing is no data, as for every call.
    let absent = Path::new(&home).join("absent");
    let answer = call_where(&[("LIASSE_DATA", absent.as_path())], &["doctor"], b"");
    assert_eq!(answer.ending(), (1, "system.dossier_sans_donnees"));
}
