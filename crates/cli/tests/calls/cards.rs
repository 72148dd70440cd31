//! `cards`: virtual-card files taken in and given out, the cards for reading, and what is refused.
//! The files are made here or written by `cards export`: nobody's own are shipped.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::call;
use super::practice::Practice;

/// A file beside the data of a practice.
fn beside(practice: &Practice, name: &str) -> (PathBuf, String) {
    let path = practice.data().with_file_name(name);
    let text = path.to_str().expect("UTF-8").to_owned();
    (path, text)
}

fn group(id: u8, fields: &[&str]) -> Vec<u8> {
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("short");
    let body: Vec<u8> =
        fields.iter().flat_map(|field| [vec![length(field.as_bytes())], field.as_bytes().to_vec()].concat()).collect();
    [vec![0, id, length(&body)], body].concat()
}

/// A virtual card as an owner of one may have it: eight digits in one date, zeros in another, a group nobody described.
fn virtual_card(kind: &str) -> Vec<u8> {
    let insured = [kind, "99000042", "20491231", "0", "", "", "A", "1700699999950", "", "01", "751", "0100", "10", ""];
    let key = format!("{:02}", 97 - (1_700_699_999_950_u64 % 97));
    let insured: Vec<&str> =
        insured.iter().enumerate().map(|(at, text)| if at == 8 { key.as_str() } else { *text }).collect();
    let person = [
        "INVENTEL",
        "INVENTEL",
        "ZACHARIE",
        "",
        "",
        "",
        "",
        "",
        "1700699999950",
        &key,
        "",
        "197006220000",
        "1",
        "0",
        "00",
        "000000000000",
        "000000000000",
        "",
    ];
    let rights = ["202001010000", "000000000000"];
    let cover = ["", "", "0", "0100"];
    [group(101, &insured), group(104, &person), group(105, &rights), group(106, &cover), group(110, &["?"])].concat()
}

fn without_cost(mut card: Value) -> Value {
    let fields = card.as_object_mut().expect("an object");
    for changing in ["apdus", "ms"] {
        assert!(fields.remove(changing).is_some(), "{changing}");
    }
    card
}

#[test]
fn an_imported_card_is_one_of_the_tray_and_is_given_out_byte_for_byte() {
    let practice = Practice::empty("cards-import");
    let (path, file) = beside(&practice, "Ma_carte.in");
    fs::write(&path, virtual_card("T")).expect("written");
    let said = practice.done(&["cards", "import", &file]);
    assert!(said.contains("sim:ma-carte, 1 bénéficiaire") && said.contains("rejetée"), "{said}");

    let card = practice.call(&["cards", "read", "--reader", "sim:ma-carte"]).json();
    assert_eq!((&card["kind"], &card["holder"]["serial"]), (&"vitale2".into(), &"99000042".into()));
    assert_eq!(card["beneficiaries"][0]["family_name"], "INVENTEL");
    assert_eq!(card["beneficiaries"][0]["birth_date"], "1970-06-22");
    // A claim is made with it as with any other card of the demonstration.
    assert!(practice.prepare_for("sim:ma-carte").contains('-'));

    let (out, text) = beside(&practice, "sortie.in");
    practice.done(&["cards", "export", "ma-carte", &text]);
    assert_eq!(fs::read(&out).expect("written"), virtual_card("T"));
    assert_eq!(practice.call(&["cards", "export", "ma-carte", &text]).ending(), (1, "system.fichier_non_ecrit"));

    assert_eq!(practice.call(&["cards", "import", &file]).ending(), (1, "cards.import_nom_pris"));
    let taken = practice.call(&["cards", "import", &file, "--name", "vitale-durand"]);
    assert_eq!(taken.ending(), (1, "cards.import_nom_pris"));
    let other = practice.call(&["cards", "import", &file, "--name", "Autre", "--json"]).json();
    assert_eq!((&other["reader"], &other["known_to_caisse"]), (&"sim:autre".into(), &false.into()));
}

#[test]
fn a_card_of_the_world_given_out_and_taken_in_is_the_same_card() {
    let practice = Practice::empty("cards-export");
    let (path, file) = beside(&practice, "durand.in");
    practice.done(&["cards", "export", "vitale-durand", &file]);
    assert_eq!(fs::read(&path).expect("written")[..2], [0, 101]);
    practice.done(&["cards", "import", &file, "--name", "durand-bis"]);
    let read = |reader: &str| without_cost(practice.call(&["cards", "read", "--reader", reader]).json());
    assert_eq!(read("sim:durand-bis"), read("sim:vitale-durand"));
    let professional = practice.call(&["cards", "export", "cps-gris", &beside(&practice, "gris.in").1]);
    assert_eq!(professional.ending(), (1, "cards.autre_carte_cps"));
    let nobody = practice.call(&["cards", "export", "personne", &beside(&practice, "personne.in").1]);
    assert_eq!(nobody.ending(), (2, "cards.carte_simulee_inconnue"));
}

#[test]
fn what_is_no_test_card_leaves_nothing_behind() {
    let practice = Practice::empty("cards-refused");
    let refused = |name: &str, bytes: &[u8]| {
        let (path, file) = beside(&practice, name);
        fs::write(path, bytes).expect("written");
        let answer = practice.call(&["cards", "import", &file]);
        assert!(!answer.err.contains("INVENTEL") && !answer.err.contains("1700699999950"), "{}", answer.err);
        let (code, word) = answer.ending();
        (code, word.to_owned())
    };
    assert_eq!(refused("reelle.in", &virtual_card("R")), (1, "cards.import_carte_reelle".to_owned()));
    let cut = virtual_card("T");
    assert_eq!(refused("coupee.in", &cut[..cut.len() - 3]), (4, "cards.import_illisible".to_owned()));
    assert_eq!(refused("vide.in", &[]), (4, "cards.import_illisible".to_owned()));
    assert_eq!(refused("longue.in", &vec![0; 100_000]), (4, "cards.import_trop_long".to_owned()));
    assert!(!practice.data().join("cards").exists(), "nothing was kept");
    let nowhere = Practice::absent("cards-nowhere");
    let (_, file) = beside(&practice, "reelle.in");
    assert_eq!(nowhere.call(&["cards", "import", &file]).error_code(), "system.dossier_sans_donnees");
}

#[test]
fn cards_for_reading_need_no_data_and_twelve_commands_for_four_people() {
    let practice = Practice::absent("cards-cases");
    let read = |card: &str| practice.call(&["cards", "read", "--reader", card]).json();
    let four = read("sim:cas-quatre");
    assert_eq!(four["beneficiaries"].as_array().map(Vec::len), Some(4));
    assert_eq!((&four["apdus"], &four["unreadable"]), (&12.into(), &serde_json::json!(["DROITS", "ALD", "AMC"])));
    assert_eq!(read("sim:cas-dix-neuf")["beneficiaries"].as_array().map(Vec::len), Some(19));
    let wrong = practice.call(&["cards", "read", "--reader", "sim:cas-cle-fausse"]);
    assert_eq!(wrong.ending(), (1, "cards.nir_cle"));
}

#[test]
fn codes_come_one_a_line_and_a_wrong_line_is_named_as_the_call_names_it() {
    let of_card = |what: &str, input: &str| call(&["cards", "pin", what, "--reader", "sim:cps-gris"], input.as_bytes());
    for (what, input, named) in [
        ("check", "12a4\n", "l'entrée standard (ligne 1)"),
        ("change", "123456789\n567890\n", "l'entrée standard (ligne 1)"),
        ("change", "1234\nnouveau\n", "l'entrée standard (ligne 2)"),
        ("unblock", "12345678\n56 78\n", "l'entrée standard (ligne 2)"),
    ] {
        let answer = of_card(what, input);
        assert_eq!(answer.ending(), (2, "system.argument_refuse"), "{what}");
        assert!(answer.err.contains(named) && !answer.err.contains("--pin-stdin"), "{what} {}", answer.err);
    }
    let read = call(&["cards", "read", "--reader", "sim:cps-gris", "--pin-stdin", "--json"], b"12a4\n");
    assert!(read.code == 2 && read.err.contains("--pin-stdin"), "{}", read.err);
    // Two lines are two codes, with or without an end to the last one.
    for input in ["1234\n567890\n", "1234\r\n567890"] {
        let changed = of_card("change", input);
        assert_eq!((changed.code, changed.err.as_str()), (0, ""), "{input:?}");
    }
}

#[test]
fn where_a_holder_practises_is_read_where_it_is_asked_and_costs_nothing_else() {
    let read = |more: &[&str]| {
        let call_of = ["cards", "read", "--reader", "sim:cps-blanc", "--pin-stdin", "--json"];
        call(&[&call_of[..], more].concat(), b"1234\n").json()
    };
    let (plain, asked) = (read(&[]), read(&["--activities"]));
    assert_eq!((&plain["activities"], &plain["undecoded_bytes"]), (&Value::Null, &Value::Null));
    let first = &asked["activities"][0];
    assert_eq!((&first["number"], &first["structure"]), (&1.into(), &"999001020230018".into()));
    let second = &asked["activities"][1];
    assert_eq!((&second["number"], &second["name"]), (&3.into(), &"REMPLACEMENTS BLANC".into()), "2 is a hole");
    assert_eq!((&second["sector"], &asked["activities"][2]), (&"SA07".into(), &Value::Null));
    assert_eq!(plain["situations"], asked["situations"]);
    let without_code = call(&["cards", "read", "--reader", "sim:cps-blanc", "--activities"], b"");
    assert_eq!(without_code.ending(), (2, "system.argument_manquant"));
}
