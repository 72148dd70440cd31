//! The open export and its import: the same practice comes back, byte for byte; a hostile folder is refused whole, by file and line;
//! secrets never leave; and the page that describes the files says what they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use liasse_core::data_dir::{DataDir, World};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::opendata::{Manifest, OpenProgress, Sheet, file_of, file_of_sheet, import_into};
use liasse_core::{CoreError, SettlementMode, Workstation};
use liasse_domain::{Coded, FseRef, Payer};
use liasse_store::{Store, TABLES};
use sha2::{Digest, Sha256};

use crate::support::secretary::{Secretariat, code};
use crate::support::{Hand, Practice, arl, payment};

/// Two FSE sent and received, one settled, one paid by the caisse; a password.
fn busy() -> (Practice, SignedIn, Vec<FseRef>) {
    let practice = Practice::new();
    let made = practice.sent(&["vitale-durand", "vitale-petit"]);
    for (fse, lot) in &made {
        practice.take(&arl(fse, *lot));
    }
    practice.take(&payment(&made[1].0, "VIR1", &[(Payer::Amo, 2100)]));
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    let mut ws = practice.workstation();
    ws.settle(&made[0].0, &who, SettlementMode::Cheque).expect("settled");
    ws.set_setting("post.password", "canari-du-mot-de-passe").expect("set");
    (practice, who, made.into_iter().map(|(fse, _)| fse).collect())
}

/// Writes everything out, piece by piece.
fn exported(ws: &mut Workstation, who: &SignedIn, folder: &Path) -> Result<u64, CoreError> {
    let mut export = ws.begin_open_export(who, folder, false)?;
    for _ in 0..10_000 {
        if let OpenProgress::Finished { rows, .. } = ws.go_on_exporting(&mut export)? {
            return Ok(rows);
        }
    }
    panic!("it never ends");
}

/// Every file below a folder, by its name there.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

#[test]
fn everything_leaves_and_comes_back_the_same() {
    let (practice, who, fses) = busy();
    let first = practice.folder().join("out");
    let mut ws = practice.workstation();
    exported(&mut ws, &who, &first).expect("exported");
    let before = files(&first);
    let names: Vec<String> =
        TABLES.iter().map(file_of).chain(Sheet::ALL.map(|sheet| file_of_sheet(sheet).to_owned())).collect();
    for name in names.iter().map(String::as_str).chain(["manifeste.json", "lisez-moi.txt"]) {
        assert!(before.contains_key(name), "{name}");
    }
    assert_eq!(before.len(), names.len() + 2);
    let told = ws.store().journal_entries().expect("read").pop().expect("an entry");
    assert_eq!((told.action.as_str(), told.patient), ("donnees.exportees", None), "told before the first byte");

    let other = Practice::new();
    let mut store = other.store();
    let imported = import_into(&mut store, &first, World::Demo, None).expect("imported");
    let documents = ws.store().ledger().expect("read").len() as u64;
    assert_eq!((imported.documents, imported.journal_entries), (documents, told.seq));
    assert!(store.journal_verify().expect("read").is_intact());
    assert_eq!(store.ledger(), ws.store().ledger());
    drop(store);
    // Exported again it differs by the one entry that tells of that.
    let mut ws = other.workstation();
    let second = other.folder().join("out");
    exported(&mut ws, &who, &second).expect("exported again");
    let after = files(&second);
    for (name, bytes) in &before {
        match name.as_str() {
            "manifeste.json" => {}
            "donnees/journal.jsonl" => {
                let rest = after[name].strip_prefix(bytes.as_slice()).expect("the same, and more");
                assert_eq!(rest.iter().filter(|byte| **byte == b'\n').count(), 1);
            }
            _ => assert!(after[name] == *bytes, "{name} differs"),
        }
    }
    assert_eq!(after.len(), before.len());
    // It works on: what was sent is known as sent, and the next FSE has the next number.
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let next = crate::support::signed(&mut ws, &hand, &who);
    assert_eq!(next.number.get(), fses[1].number.get() + 1);
    assert!(ws.store().journal_verify().expect("read").is_intact());
}

#[test]
fn what_leaves_is_its_owners_alone_and_holds_no_secret() {
    let (practice, who, _) = busy();
    let folder = practice.folder().join("out");
    let mut ws = practice.workstation();
    exported(&mut ws, &who, &folder).expect("exported");
    let all = files(&folder);
    let holds =
        |word: &str| all.iter().filter(|(_, bytes)| bytes.windows(word.len()).any(|at| at == word.as_bytes())).count();
    assert_eq!(holds("canari-du-mot-de-passe"), 0);
    assert!(
        holds("post.user") > 0 && holds("DURAND") > 0 && holds("2850499999901") > 0,
        "the scan finds what is there"
    );
    let read_me = String::from_utf8(all["lisez-moi.txt"].clone()).expect("UTF-8");
    assert!(read_me.contains("mots de passe") && read_me.contains("DÉMONSTRATION"), "{read_me}");
    // What a practice has beside its store does not come along, and whoever finds the folder is told.
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/export.md");
    let page = fs::read_to_string(page).expect("docs/export.md");
    for left_out in ["tables", "confiance", "conventions.csv", "incidents.toml"] {
        assert!(read_me.contains(left_out) && page.contains(left_out), "{left_out}");
    }
    for (name, bytes) in all.iter().filter(|(name, _)| name.ends_with(".csv")) {
        let text = std::str::from_utf8(bytes).expect("UTF-8").strip_prefix('\u{feff}').expect("the mark").to_owned();
        let columns: Vec<usize> = text.lines().map(|line| line.matches(';').count()).collect();
        assert!(columns.len() > 1 && columns.iter().all(|count| *count == columns[0]), "{name}: {text}");
    }
    let manifest: Manifest = serde_json::from_slice(&all["manifeste.json"]).expect("a manifest");
    assert_eq!((manifest.v, manifest.world), (1, World::Demo));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(folder.clone()), 0o700);
        assert!(all.keys().all(|name| mode(folder.join(name)) == 0o600));
    }
}

#[test]
fn what_is_not_whole_is_not_there() {
    let (practice, who, _) = busy();
    let (folder, unfinished) = (practice.folder().join("out"), practice.folder().join("out.partiel"));
    let mut ws = practice.workstation();
    let mut export = ws.begin_open_export(&who, &folder, false).expect("begun");
    ws.go_on_exporting(&mut export).expect("a piece");
    assert!(unfinished.exists() && !folder.exists());
    assert_eq!(code(ws.begin_open_export(&who, &folder, false).err()), "donnees.dossier_pris");
    drop(export);
    assert!(!unfinished.exists());

    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("mine.txt"), "mine").expect("written");
    assert_eq!(code(ws.begin_open_export(&who, &folder, false).err()), "donnees.dossier_pris");
    fs::remove_file(folder.join("mine.txt")).expect("removed");

    // Into an empty folder; but something is written meanwhile.
    let mut export = ws.begin_open_export(&who, &folder, false).expect("begun");
    ws.set_setting("desk.zoom", "125").expect("set");
    let why = loop {
        match ws.go_on_exporting(&mut export) {
            Ok(OpenProgress::Written { .. }) => {}
            other => break other.err(),
        }
    };
    assert_eq!(code(why), "donnees.changees");
    drop(export);
    assert!(!unfinished.exists());
    assert!(exported(&mut ws, &who, &folder).expect("exported") > 10);
}

#[test]
fn what_a_killed_export_left_goes_when_the_data_are_opened_again() {
    let (practice, who, _) = busy();
    fs::write(practice.folder().join("world.toml"), "v = 1\nworld = \"demo\"\n").expect("declared");
    let (folder, unfinished) = (practice.folder().join("out"), practice.folder().join("out.partiel"));
    let mut ws = practice.workstation();
    let mut export = ws.begin_open_export(&who, &folder, false).expect("begun");
    ws.go_on_exporting(&mut export).expect("a piece");
    // As a program that is killed leaves it.
    std::mem::forget(export);
    drop(ws);
    assert!(unfinished.join("donnees").exists());
    drop(DataDir::open_demo(practice.folder()).expect("opened"));
    assert!(!unfinished.exists());
    assert!(exported(&mut practice.workstation(), &who, &folder).expect("exported") > 10);
}

#[test]
fn a_practitioner_alone_exports_and_with_others_here_only_when_it_is_confirmed() {
    let cabinet = Secretariat::opened();
    let (staff, folder) = (cabinet.secretary(), cabinet.practice.folder().join("out"));
    let to = folder.clone();
    let refused = cabinet.asked(move |ws| ws.begin_open_export(&staff, &to, true).map(drop));
    assert_eq!(code(refused.err()), "acces.praticien_seul");

    let (practice, who, _) = busy();
    let hand = Hand::of("cps-blanc", Some("vitale-petit"));
    let mut ws = practice.workstation();
    let mut draft = Draft::new(&hand.vitale(), 0, ws.now()).expect("a draft");
    draft.add_act("G");
    ws.prepare(&draft, &hand.signed_in(&practice.clock)).expect("Dr Blanc's");
    let folder = practice.folder().join("out");
    assert_eq!(code(exported(&mut ws, &who, &folder).err()), "acces.phrase_secrete");
    assert!(!folder.exists());
    ws.begin_open_export(&who, &folder, true).map(drop).expect("confirmed");
}

/// A copy of an export that can be altered.
struct Altered {
    folder: PathBuf,
}

impl Altered {
    fn of(practice: &Practice, export: &Path, name: &str) -> Self {
        let folder = practice.folder().join(name);
        for (file, bytes) in files(export) {
            let path = folder.join(&file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        }
        Self { folder }
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).expect("a file")
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).expect("written");
    }

    /// Replaces the first of a text, which must be there.
    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.text(file);
        assert!(text.contains(from), "{file} holds no {from}");
        self.write(file, &text.replacen(from, to, 1));
    }

    /// Has the manifest list the files as they are now: what somebody does who knows how.
    fn seal_again(&self) {
        let mut manifest: Manifest = serde_json::from_str(&self.text("manifeste.json")).expect("a manifest");
        for listed in &mut manifest.files {
            let bytes = fs::read(self.folder.join(&listed.file)).expect("a file");
            listed.bytes = bytes.len() as u64;
            listed.sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            if listed.file.ends_with(".jsonl") {
                listed.rows = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            }
        }
        self.write("manifeste.json", &serde_json::to_string(&manifest).expect("json"));
    }

    /// What an import into an empty store says; nothing may be left there.
    fn refused(&self) -> (&'static str, String) {
        let practice = Practice::new();
        let mut store: Store = practice.store();
        let error = import_into(&mut store, &self.folder, World::Demo, None).expect_err("refused");
        assert!(store.is_fresh().expect("read"), "{error:?} left something");
        (error.code().0, error.report().message)
    }
}

#[test]
fn a_folder_that_was_altered_is_refused_whole() {
    let (practice, who, _) = busy();
    let export = practice.folder().join("out");
    let mut ws = practice.workstation();
    exported(&mut ws, &who, &export).expect("exported");

    let copy = Altered::of(&practice, &export, "missing");
    fs::remove_file(copy.folder.join("donnees/lot.jsonl")).expect("removed");
    let (code, said) = copy.refused();
    assert_eq!(code, "donnees.fichier_absent");
    assert!(said.contains("donnees/lot.jsonl"), "{said}");

    let copy = Altered::of(&practice, &export, "altered");
    copy.replace("donnees/patient.jsonl", "DURAND", "DUPOND");
    let (code, said) = copy.refused();
    assert_eq!(code, "donnees.fichier_altere");
    assert!(said.contains("donnees/patient.jsonl"), "{said}");

    type Change = fn(&str) -> String;
    let manifests: [(&str, Change); 7] = [
        ("donnees.manifeste", |_| "{".to_owned()),
        ("donnees.manifeste", |text| text.replacen("\"v\": 1", "\"v\": 1, \"color\": 1", 1)),
        ("donnees.manifeste", |text| text.replacen("tableaux/patients.csv", "../patients.csv", 1)),
        ("donnees.manifeste", |text| text.replacen("donnees/mark.jsonl", "donnees/lot.jsonl", 1)),
        ("donnees.trop_recentes", |text| text.replacen("\"v\": 1", "\"v\": 2, \"color\": 1", 1)),
        ("donnees.autre_version", |text| {
            text.replacen(&format!("\"schema\": {}", liasse_store::KNOWN_SCHEMA), "\"schema\": 4", 1)
        }),
        ("donnees.autre_monde", |text| text.replacen("\"demo\"", "\"real\"", 1)),
    ];
    for (number, (wanted, change)) in manifests.into_iter().enumerate() {
        let copy = Altered::of(&practice, &export, &format!("manifest-{number}"));
        copy.write("manifeste.json", &change(&copy.text("manifeste.json")));
        assert_eq!(copy.refused().0, wanted, "{number}");
    }
    // An older one says which, and what to do in its place.
    let copy = Altered::of(&practice, &export, "older");
    let schema = format!("\"schema\": {}", liasse_store::KNOWN_SCHEMA);
    copy.replace("manifeste.json", &schema, "\"schema\": 9");
    copy.replace("manifeste.json", "\"program\": \"liasse ", "\"program\": \"{DURAND} <b>liasse ");
    let new = Practice::new();
    let refused = import_into(&mut new.store(), &copy.folder, World::Demo, None).expect_err("refused").report();
    assert_eq!(refused.code, "donnees.autre_version");
    assert!(refused.message.contains("liasse 0.") && refused.message.contains("(schéma 9)"), "{}", refused.message);
    assert!(!refused.message.contains(['{', '<']), "{}", refused.message);
    assert!(
        refused.action.contains("liassectl restore") && refused.action.contains("sauvegarde"),
        "{}",
        refused.action
    );
    let no_export = Altered { folder: practice.folder().join("nothing") };
    assert_eq!(no_export.refused().0, "donnees.manifeste");
}

#[test]
fn a_line_that_is_wrong_is_named_by_its_file_and_its_number() {
    let (practice, who, _) = busy();
    let export = practice.folder().join("out");
    let mut ws = practice.workstation();
    exported(&mut ws, &who, &export).expect("exported");
    type Change = fn(&Altered);
    let lines: [(&str, &str, usize, Change); 15] = [
        ("donnees.champ_inconnu", "patient", 1, |copy| {
            copy.replace("donnees/patient.jsonl", "{\"id\"", "{\"color\":1,\"id\"")
        }),
        ("donnees.champ_absent", "patient", 1, |copy| copy.replace("donnees/patient.jsonl", "\"quality\":0,", "")),
        ("donnees.champ_nature", "document", 1, |copy| {
            copy.replace("donnees/document.jsonl", "\"total_cents\":3000", "\"total_cents\":\"3000\"");
        }),
        ("donnees.champ_nature", "document", 1, |copy| {
            copy.replace("donnees/document.jsonl", "\"total_cents\":3000", "\"total_cents\":3000.5");
        }),
        ("donnees.ligne_illisible", "document", 1, |copy| copy.replace("donnees/document.jsonl", "{", "[")),
        ("donnees.ligne_illisible", "document", 1, |copy| {
            copy.replace("donnees/document.jsonl", "{\"id\":1", "{\"id\":1,\"id\":1");
        }),
        ("donnees.ligne_refusee", "document", 1, |copy| {
            copy.replace("donnees/document.jsonl", "\"state\":\"signee\"", "\"state\":\"perdue\"");
        }),
        ("donnees.ligne_refusee", "journal", 1, |copy| {
            copy.replace("donnees/journal.jsonl", "{\"seq\":1,", "{\"seq\":0,")
        }),
        ("donnees.reference", "membership", 1, |copy| {
            let lots = copy.text("donnees/lot.jsonl");
            copy.write("donnees/lot.jsonl", lots.split_once('\n').expect("a line").1);
        }),
        // What is erased later would name a row that is not there.
        ("donnees.reference", "patient", 1, |copy| {
            let patients = copy.text("donnees/patient.jsonl");
            copy.write("donnees/patient.jsonl", patients.split_once('\n').expect("a line").1);
        }),
        ("donnees.champ_nature", "document", 1, |copy| {
            copy.replace("donnees/document.jsonl", "\"act_date\":\"2026-", "\"act_date\":\"2026-13-");
        }),
        ("donnees.champ_nature", "journal", 1, |copy| {
            copy.replace("donnees/journal.jsonl", "\"at\":\"2", "\"at\":\"z")
        }),
        ("donnees.ligne_longue", "mark", 1, |copy| copy.write("donnees/mark.jsonl", &"a".repeat((64 << 20) + 1))),
        ("donnees.ligne_ordre", "document", 2, |copy| {
            let text = copy.text("donnees/document.jsonl");
            let first = text.lines().next().expect("a line").to_owned();
            copy.write("donnees/document.jsonl", &format!("{first}\n{text}"));
        }),
        ("donnees.ligne_ordre", "receipt", 2, |copy| {
            let text = copy.text("donnees/receipt.jsonl");
            copy.write("donnees/receipt.jsonl", &format!("{text}{text}"));
        }),
    ];
    for (number, (wanted, table, line, change)) in lines.into_iter().enumerate() {
        let copy = Altered::of(&practice, &export, &format!("line-{number}"));
        change(&copy);
        copy.seal_again();
        let (code, said) = copy.refused();
        assert_eq!(code, wanted, "{number}: {said}");
        assert!(said.contains(&format!("donnees/{table}.jsonl")) && said.contains(&line.to_string()), "{said}");
    }
    // What fits every line, and not the journal.
    let copy = Altered::of(&practice, &export, "journal");
    copy.replace("donnees/body.jsonl", "DURAND", "DUPOND");
    copy.seal_again();
    let (code, said) = copy.refused();
    assert_eq!(code, "donnees.journal");
    assert!(said.contains(&who.situation.billing_number.to_string()), "which FSE: {said}");
    // Cut at its end with its rows: the manifest still says where the journal ended.
    let copy = Altered::of(&practice, &export, "cut");
    let journal = copy.text("donnees/journal.jsonl");
    let kept: Vec<&str> = journal.lines().collect();
    copy.write("donnees/journal.jsonl", &(kept[..kept.len() - 1].join("\n") + "\n"));
    copy.seal_again();
    assert_eq!(copy.refused().0, "donnees.fichier_altere");
}

#[test]
fn the_page_describes_every_file_and_every_field() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/export.md");
    let page = fs::read_to_string(page).expect("docs/export.md");
    let mut described: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut file = None;
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("### `").and_then(|rest| rest.split('`').next()) {
            file = Some(name.to_owned());
            described.insert(name.to_owned(), Vec::new());
        } else if line.starts_with('#') {
            file = None;
        } else if let (Some(file), Some(rest)) = (&file, line.strip_prefix("| `")) {
            let mut cells = rest.split('|').map(str::trim);
            let field = cells.next().expect("a field").trim_end_matches('`').to_owned();
            let kind = cells.next().expect("what it holds").to_owned();
            described.get_mut(file).expect("its file").push((field, kind));
        }
    }
    for table in TABLES {
        let fields: Vec<(String, String)> =
            table.fields.iter().map(|field| (field.name.to_owned(), field.kind.word().to_owned())).collect();
        assert_eq!(described.remove(&file_of(table)), Some(fields), "{}", table.name);
    }
    for sheet in Sheet::ALL {
        assert!(described.remove(file_of_sheet(sheet)).is_some(), "{sheet:?}");
    }
    assert_eq!(described.keys().collect::<Vec<_>>(), Vec::<&String>::new(), "what no export writes");
    for name in ["manifeste.json", "lisez-moi.txt"] {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
