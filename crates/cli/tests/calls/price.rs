//! `price` on the command line: the contract's shapes and exit codes.

use serde_json::{Value, json};

use super::{call, folder};

fn invoice(code: &str) -> Value {
    json!({"v": 1, "date": "2026-01-15", "practitioner": {"profession": "medecin", "specialty": "01", "sector": "1"},
        "patient": {"birth_date": "1980-05-02"}, "care_path": "T", "acts": [{"code": code}]})
}

#[test]
fn one_invoice() {
    let folder = folder("price-one");
    let file = folder.join("facture.json");
    std::fs::write(&file, serde_json::to_string_pretty(&invoice("G")).expect("json")).expect("file");
    for (argument, input) in [(file.to_str().expect("path"), String::new()), ("-", invoice("G").to_string())] {
        let answer = call(&["price", argument], input.as_bytes());
        assert_eq!((answer.code, answer.err.as_str()), (0, ""));
        let priced = answer.json();
        let amounts =
            ["total_cents", "amo_cents", "copay_cents", "flat_fee_cents", "amo_net_cents", "patient_pays_cents"];
        assert_eq!(amounts.map(|name| priced[name].as_i64()), [3000, 2100, 900, 200, 1900, 3000].map(Some));
        assert_eq!(priced["lines"][0]["steps"][0]["rule"], json!("ngap.g"));
    }
}

#[test]
fn a_refusal_and_a_damaged_input_end_differently() {
    for (input, exit, code) in [
        (invoice("ZZZ").to_string(), 1, "pricing.code_inconnu"),
        (invoice("G").to_string().replace("2026-01-15", "1999-01-15"), 1, "pricing.hors_tables"),
        (invoice("G").to_string().replace("\"v\":1", "\"v\":1,\"colour\":2"), 4, "pricing.champ_inconnu"),
        (invoice("G").to_string().replace("\"G\"", "\"G\",\"quantity\":-1"), 4, "pricing.quantite"),
        ("{".to_owned(), 4, "pricing.entree_illisible"),
        (String::new(), 4, "pricing.entree_illisible"),
    ] {
        let answer = call(&["price", "-"], input.as_bytes());
        assert_eq!((answer.code, answer.error_code(), answer.out.as_str()), (exit, code, ""), "{input}");
    }
    // A rule that forbids is a finding: the price is given and the call has done its work.
    let blocked = call(&["price", "-"], invoice("MEG").to_string().as_bytes());
    assert_eq!(blocked.code, 0);
    assert_eq!(blocked.json()["findings"][0]["level"], json!("blocking"));
}

#[test]
fn one_invoice_a_line() {
    let lines = format!("{}\n{{\"date\": 3}}\n\n{}\nnothing\n{}\n", invoice("G"), invoice("ZZZ"), invoice("C"));
    let answer = call(&["price", "-"], lines.as_bytes());
    assert_eq!((answer.code, answer.error_code()), (1, "pricing.valeur_refusee"), "the first bad line");
    assert_eq!(answer.err.lines().count(), 1, "{}", answer.err);
    let out: Vec<Value> = answer.out.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    assert_eq!(out.len(), 5);
    assert_eq!((&out[0]["total_cents"], &out[4]["total_cents"]), (&json!(3000), &json!(2300)));
    for (answer, line, code) in [
        (&out[1], 2, "pricing.valeur_refusee"),
        (&out[2], 4, "pricing.code_inconnu"),
        (&out[3], 5, "pricing.entree_illisible"),
    ] {
        assert_eq!((&answer["line"], &answer["error"]["code"]), (&json!(line), &json!(code)));
    }
    assert!(out[1]["error"]["message"].as_str().expect("text").contains("ligne 2"), "{}", out[1]);
    let good = format!("{}\n{}\n", invoice("G"), invoice("C"));
    assert_eq!(call(&["price", "-"], good.as_bytes()).code, 0);
}

#[test]
fn explained_in_sentences_beside_the_json() {
    let answer = call(&["price", "--explain", "-"], invoice("G").to_string().as_bytes());
    assert_eq!((answer.code, answer.json()["total_cents"].as_i64()), (0, Some(3000)));
    for sentence in
        ["Tarif de G depuis le 22/12/2024", "prend 70\u{202f}% de 30,00\u{202f}€, soit 21,00\u{202f}€", "Conforme"]
    {
        assert!(answer.err.contains(sentence), "{}", answer.err);
    }
}

#[test]
fn tables_of_a_folder_replace_the_embedded_ones() {
    let folder = folder("price-tables");
    let table = |value: &str| {
        let text = format!(
            "code,value_cents,from,to,zone,who,source,confidence\nG,{value},2026-01-01,,metropole,medecin,essai,documented\n"
        );
        std::fs::write(folder.join("ngap.csv"), text).expect("table");
    };
    std::fs::write(folder.join("README.md"), "not a table").expect("file");
    let path = folder.to_str().expect("path").to_owned();
    let priced = || call(&["price", "--tables", &path, "-"], invoice("G").to_string().as_bytes());
    table("3200");
    assert_eq!(priced().json()["total_cents"], json!(3200));
    table("beaucoup");
    let refused = priced();
    assert_eq!((refused.code, refused.error_code()), (4, "pricing.table_valeur"));
    assert!(refused.err.contains("ligne 2") && refused.err.contains("value_cents"), "{}", refused.err);
    table("3200");
    std::fs::write(folder.join("prix.csv"), "").expect("file");
    assert_eq!(priced().error_code(), "pricing.table_inconnue");
}
