//! The whole job with `liassectl`, cards and caisse in process: amounts by hand from the NGAP and the code de la
//! sécurité sociale; signatures judged by openssl.

use liasse_e2e::practice::{money, openssl_accepts};
use liasse_e2e::{Practice, finish, root};

/// G in care path, an adult: 30,00 € since 22/12/2024, of which the AMO bears 70 %.
const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

fn line(state: &str, due: i64, paid: i64) -> (String, i64, i64) {
    (state.to_owned(), due, paid)
}

#[test]
fn three_claims_go_from_the_cards_to_the_money() {
    let practice = Practice::new("demo");
    let ledger = practice.json(&["demo"]);
    assert_eq!(ledger["v"], 1);
    assert!(ledger["returns_read_until"].is_string());
    let documents = ledger["documents"].as_array().expect("documents");
    // G for an adult who pays; G under C2S; G + MEG for a child of four who pays.
    let totals: Vec<i64> = documents.iter().map(|document| document["total_cents"].as_i64().expect("cents")).collect();
    assert_eq!(totals, [3000, 3000, 3500]);
    for document in documents {
        assert_eq!((&document["kind"], &document["document"]), (&"fse".into(), &"signee".into()));
        assert_eq!((&document["transmission"], &document["act_date"]), (&"recue".into(), &"2026-01-15".into()));
        assert!(document["reject"].is_null());
    }
    assert_eq!(money(&documents[0], "patient"), line("encaisse", 3000, 3000));
    assert_eq!(money(&documents[0], "amo"), line("sans_objet", 0, 0));
    assert_eq!(money(&documents[1], "patient"), line("sans_objet", 0, 0));
    assert_eq!(money(&documents[1], "amo"), line("encaisse", 2100, 2100));
    assert_eq!(money(&documents[1], "amc"), line("encaisse", 900, 900));
    assert_eq!(money(&documents[2], "patient"), line("encaisse", 3500, 3500));
    practice.run(&["journal", "verify"]).success();
}

#[test]
fn every_scenario_ends_as_it_is_written() {
    let files = std::fs::read_dir(root().join("fixtures/scenarios")).expect("the scenarios").flatten();
    let mut files: Vec<_> = files.map(|entry| entry.path()).collect();
    files.sort();
    assert!(files.len() >= 13, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a scenario");
        let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        // Each claim is an FSE, and so is each correction of one; a complementary part asked apart is a DRE.
        if ["locum-wrong-day", "locum-other-card"].contains(&name) {
            // Refused, which `replacement.rs` looks at.
            continue;
        }
        let is_document = |line: &&str| ["[[fse]]", "[fse.corrected]"].contains(line) || line.starts_with("dre_ends");
        let claims = match name {
            // Ten of the doctor's, six a day of the locum's.
            "locum-week" => 40,
            _ => text.lines().filter(is_document).count(),
        };
        let practice = Practice::new(name);
        let ledger = practice.json(&["demo", "--scenario", name]);
        assert_eq!(ledger["documents"].as_array().map(Vec::len), Some(claims), "{name}");
        practice.run(&["journal", "verify"]).success();
    }
    let practice = Practice::new("nowhere");
    assert_eq!(practice.refused(&["demo", "--scenario", "inconnu"], 2)["code"], "saisie.scenario_inconnu");
}

#[test]
fn rights_that_ended_are_rejected_alone_and_the_rest_is_paid() {
    let practice = Practice::new("rights");
    let ledger = practice.json(&["demo", "--scenario", "droits-fermes"]);
    let documents = ledger["documents"].as_array().expect("documents");
    // I1002: droits non ouverts (SNDS, IR_TAN_V).
    assert_eq!(documents[0]["reject"]["code"], "I1002");
    assert_eq!(money(&documents[0], "amo"), line("rejete", 2100, 0));
    assert_eq!(money(&documents[1], "amo"), line("encaisse", 2100, 2100));
    assert_eq!(documents[0]["lot"], documents[1]["lot"], "one lot, one faulty FSE");
}

#[test]
fn a_tariff_changed_at_the_caisse_alone_is_refused_and_nothing_is_paid() {
    let practice = Practice::empty("tables");
    // The caisse's own folder of tables: G at 31,00 € instead of 30,00 €, all other rows as they are.
    let ngap = std::fs::read_to_string(root().join("assets/tables/ngap.csv")).expect("the table");
    let changed = ngap.replacen("\nG,3000,2024-12-22,", "\nG,3100,2024-12-22,", 1);
    assert_ne!(ngap, changed, "the table holds G at 30,00 €");
    let table = practice.scratch().write("tables/ngap.csv", changed);
    let folder = table.parent().and_then(|folder| folder.to_str()).expect("a folder");
    let _caisse = practice.caisse(&["--tables", folder]);
    let fse = practice.bill("vitale-petit", G, None);
    practice.run(&["lot", "seal"]).success();
    practice.run(&["post", "send"]).success();
    practice.run(&["config", "set", "demo.clock", "2026-02-02"]).success();
    practice.run(&["post", "fetch"]).success();
    let document = practice.document(&fse);
    assert_eq!((&document["transmission"], &document["reject"]["code"]), (&"recue".into(), &"I0703".into()));
    assert_eq!(money(&document, "amo"), line("rejete", 2100, 0));
    assert_eq!(money(&document, "amc"), line("rejete", 900, 0));
}

#[test]
fn openssl_accepts_what_is_exported_and_refuses_a_flipped_bit() {
    let practice = Practice::new("openssl");
    practice.run(&["demo"]).success();
    let folder = practice.scratch().join("lot");
    practice.run(&["lot", "export", "last", folder.to_str().expect("utf-8")]).success();
    let lot = std::fs::read(folder.join("lot.b2")).expect("lot.b2");
    assert!(openssl_accepts(&folder, "lot.p7s", "lot.b2"));
    for number in ["000000001", "000000002", "000000003"] {
        let content = format!("fse-{number}.b2");
        for signer in ["fse", "vitale"] {
            assert!(openssl_accepts(&folder, &format!("{signer}-{number}.p7s"), &content), "{signer} {number}");
        }
        let fse = std::fs::read(folder.join(&content)).expect("an FSE");
        assert!(lot.windows(fse.len()).any(|slice| slice == fse), "{content} is a slice of lot.b2");
        // Another FSE's signature fits no better than a forged one.
        assert!(!openssl_accepts(&folder, &format!("fse-{number}.p7s"), "lot.b2"));
    }
    for at in [0, lot.len() / 2, lot.len() - 3] {
        let mut flipped = lot.clone();
        flipped[at] ^= 1;
        std::fs::write(folder.join("flipped.b2"), flipped).expect("a copy");
        assert!(!openssl_accepts(&folder, "lot.p7s", "flipped.b2"), "byte {at}");
    }
    // Our own readers agree with the stranger.
    let path = |name: &str| folder.join(name).to_str().expect("utf-8").to_owned();
    let verify = |content: &str| {
        let mut command = std::process::Command::new(liasse_e2e::bin("liassectl"));
        command.args([
            "formats",
            "cms",
            "verify",
            &path("lot.p7s"),
            "--content",
            &path(content),
            "--ca",
            &path("chain.pem"),
        ]);
        finish(&mut command, b"").code
    };
    assert_eq!((verify("lot.b2"), verify("flipped.b2")), (0, 4));
    let mut check = std::process::Command::new(liasse_e2e::bin("liassectl"));
    finish(check.args(["formats", "b2", "check", &path("lot.b2")]), b"").success();
}

#[test]
fn a_claim_is_made_signed_settled_and_withdrawn_step_by_step() {
    let practice = Practice::empty("steps");
    let fse = practice.bill("vitale-durand", G, Some("cheque"));
    let document = practice.document(&fse);
    assert_eq!((&document["document"], &document["transmission"]), (&"signee".into(), &serde_json::Value::Null));
    assert_eq!(money(&document, "patient"), line("encaisse", 3000, 3000));

    // A second one, withdrawn before it enters a lot, keeps its number; the third takes the next.
    let second = practice.bill("vitale-petit", G, None);
    practice.run(&["fse", "cancel", &second]).success();
    assert_eq!(practice.document(&second)["document"], "annulee");
    let third = practice.bill("vitale-petit", G, None);
    let number = |name: &str| name.rsplit('-').next().expect("a number").to_owned();
    assert_eq!([&fse, &second, &third].map(|name| number(name)), ["000000001", "000000002", "000000003"]);

    let plan = practice.json(&["lot", "seal", "--dry-run"]);
    assert_eq!(plan[0]["fse"], 2, "{plan}");
    assert!(practice.document(&fse)["lot"].is_null(), "a plan changes nothing");
    let lots = practice.json(&["lot", "seal"]);
    assert_eq!(lots["lots"].as_array().map(Vec::len), Some(1));
    assert_eq!(practice.document(&fse)["transmission"], "en_fichier");

    // Taken apart before it left: its FSE are free again, under a new lot.
    let lot = lots["lots"][0].as_str().expect("a lot");
    practice.run(&["lot", "dissolve", lot]).success();
    assert!(practice.document(&fse)["transmission"].is_null());
    let again = practice.json(&["lot", "seal"]);
    assert_ne!(again["lots"][0], lots["lots"][0]);
    practice.run(&["journal", "verify"]).success();
}

#[test]
fn a_second_program_on_the_same_data_is_refused_with_a_sentence() {
    let practice = Practice::empty("lock");
    let lock = practice.data().join("lock");
    // Another program: a shell that holds the same lock.
    let mut holder = std::process::Command::new("flock");
    holder.args(["--exclusive", "--no-fork"]).arg(&lock).args(["sleep", "600"]);
    let mut running = liasse_e2e::Running::start(&holder, &practice.scratch().join("holder.log"));
    liasse_e2e::wait::until("the other program's lock", liasse_e2e::wait::SOON, || {
        assert!(running.is_alive(), "{}", running.log());
        let mut probe = std::process::Command::new("flock");
        (finish(probe.args(["--nonblock"]).arg(&lock).arg("true"), b"").code != 0).then_some(())
    });
    assert_eq!(practice.refused(&["ledger"], 1)["code"], "system.dossier_occupe");
    running.kill();
    practice.json(&["ledger"]);
}

#[test]
fn nothing_real_is_created() {
    let practice = Practice::new("real");
    assert_eq!(practice.refused(&["fse", "list"], 1)["code"], "system.dossier_sans_donnees");
    assert!(!practice.data().exists());
    std::fs::create_dir(practice.data()).expect("a folder");
    std::fs::write(practice.data().join("world.toml"), "v = 1\nworld = \"real\"\n").expect("a declaration");
    assert_eq!(practice.refused(&["demo"], 1)["code"], "system.dossier_autre_monde");
    assert_eq!(
        std::fs::read_dir(practice.data()).expect("the folder").flatten().filter(|f| f.file_name() != "lock").count(),
        1
    );
}
