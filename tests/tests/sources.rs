//! House rules that can be read off the sources: who opens sockets, which error codes have a text, where files lie.
//! Not style: rustfmt and clippy judge that. The rules are the "Invariant" paragraphs of `docs/architecture.md`.
#![expect(clippy::expect_used, reason = "what cannot be read fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use liasse_e2e::root;
use liasse_e2e::sources::{code, codes, crate_of, files, has_word, name};

/// Words of the sockets, and the only crates whose product code may hold them. `cardsim` has the vpcd client.
const SOCKETS: &[(&str, &[&str])] = &[
    ("TcpStream", &["post", "caisse", "cardsim"]),
    ("TcpStream::connect", &["post", "cardsim"]),
    ("TcpStream::connect_timeout", &["post", "cardsim"]),
    ("TcpListener", &["caisse"]),
    ("UdpSocket", &[]),
    ("UnixStream", &[]),
    ("UnixListener", &[]),
];

/// The only names at the top of the repository beside dotfiles.
const TOP: &[&str] =
    &["Cargo.toml", "Cargo.lock", "README.md", "LICENSE", "crates", "assets", "fixtures", "tests", "docs"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "common", "manager", "misc"];

fn product_files() -> Vec<(String, PathBuf)> {
    let all: Vec<_> = files("crates", "rs").into_iter().filter_map(|path| Some((crate_of(&path)?, path))).collect();
    assert!(all.len() > 20, "the sources are found");
    all
}

fn socket_breaches(crate_name: &str, code: &str) -> Vec<String> {
    let misused = SOCKETS.iter().filter(|(word, crates)| has_word(code, word) && !crates.contains(&crate_name));
    misused.map(|(word, _)| format!("{word} in {crate_name}")).collect()
}

#[test]
fn sockets_are_opened_only_where_they_belong() {
    let breaches = |(crate_name, path): &(String, PathBuf)| {
        let found = socket_breaches(crate_name, &code(path));
        found.into_iter().map(|breach| format!("{}: {breach}", name(path))).collect::<Vec<_>>()
    };
    assert_eq!(product_files().iter().flat_map(breaches).collect::<Vec<_>>(), [] as [String; 0]);
}

#[test]
fn a_socket_in_the_wrong_crate_is_found() {
    assert_eq!(socket_breaches("core", "use std::net::TcpStream;"), ["TcpStream in core"]);
    assert_eq!(socket_breaches("caisse", "TcpStream::connect(a)"), ["TcpStream::connect in caisse"]);
    assert_eq!(socket_breaches("caisse", "fn serve(s: TcpStream, l: TcpListener)"), [] as [String; 0]);
    assert_eq!(socket_breaches("post", "TcpListener::bind(a)"), ["TcpListener in post"]);
    assert_eq!(socket_breaches("cardsim", "TcpStream::connect(addr)"), [] as [String; 0]);
}

/// `area.name` of every entry of the catalogue.
fn catalogue() -> BTreeSet<String> {
    let mut entries = BTreeSet::new();
    for path in files("assets/catalogue", "toml") {
        let text = std::fs::read_to_string(&path).expect("a catalogue file");
        let areas: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", name(&path)));
        for (area, names) in &areas {
            for entry in names.as_table().expect("entries").keys() {
                assert!(entries.insert(format!("{area}.{entry}")), "{area}.{entry} has two entries");
            }
        }
    }
    entries
}

#[test]
fn every_error_code_has_a_text_and_every_text_a_code() {
    let raised: BTreeSet<String> = product_files()
        .iter()
        .filter(|(crate_name, _)| crate_name != "xtask")
        .flat_map(|(_, path)| codes(&code(path)).into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let texts = catalogue();
    assert!(texts.len() > 10 && raised.len() > 10, "both sides are found");
    let difference = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    assert_eq!(difference(&raised, &texts), [] as [String; 0], "codes without a text in assets/catalogue");
    assert_eq!(difference(&texts, &raised), [] as [String; 0], "texts that no code of the sources asks for");
}

#[test]
fn nothing_else_lies_at_the_top() {
    let found = std::fs::read_dir(root()).expect("the repository").flatten();
    let names: BTreeSet<String> = found.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let visible = names.iter().filter(|name| !name.starts_with('.') && *name != "target");
    let strangers: Vec<_> = visible.filter(|name| !TOP.contains(&name.as_str())).collect();
    assert_eq!(strangers, [] as [&String; 0]);
    let missing: Vec<_> = TOP.iter().filter(|name| !names.contains(**name)).collect();
    assert_eq!(missing, [] as [&&str; 0]);
}

fn all_rust_files() -> Vec<PathBuf> {
    [files("crates", "rs"), files("tests", "rs")].concat()
}

#[test]
fn modules_have_names_that_say_something() {
    let nameless = |path: &&PathBuf| {
        let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = path.parent().map(stem).unwrap_or_default();
        stem(path) == "mod" || [stem(path), folder].iter().any(|name| EMPTY_NAMES.contains(&name.as_str()))
    };
    assert_eq!(all_rust_files().iter().filter(nameless).map(|path| name(path)).collect::<Vec<_>>(), [] as [String; 0]);
}

#[test]
fn no_test_is_ignored() {
    // Put together here, so that this file does not find itself.
    let marks = [concat!("#[", "ignore"), concat!(", ", "ignore)]")];
    let ignoring = all_rust_files().into_iter().filter(|path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        marks.iter().any(|mark| text.contains(mark))
    });
    assert_eq!(ignoring.map(|path| name(&path)).collect::<Vec<_>>(), [] as [String; 0]);
}

#[test]
fn a_file_can_be_read_in_one_sitting() {
    // House style says about 400 lines; this is where "about" ends.
    let long = all_rust_files().into_iter().filter_map(|path| {
        let lines = std::fs::read_to_string(&path).unwrap_or_default().lines().count();
        (lines > 500).then(|| format!("{}: {lines} lines", name(&path)))
    });
    assert_eq!(long.collect::<Vec<_>>(), [] as [String; 0]);
}

#[test]
fn no_crate_may_hold_unsafe_code() {
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).expect("the workspace");
    let workspace: toml::Table = workspace.parse().expect("toml");
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    // The fuzz targets are workspaces of their own.
    let manifests = [files("crates", "toml"), files("tests", "toml")].concat();
    let members = manifests.into_iter().filter(|path| path.ends_with("Cargo.toml") && !name(path).contains("/fuzz/"));
    let mut looked_at = 0;
    for path in members {
        let manifest = std::fs::read_to_string(&path).expect("a manifest");
        let manifest: toml::Table = manifest.parse().unwrap_or_else(|e| panic!("{}: {e}", name(&path)));
        let takes = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
        assert_eq!(takes, Some(true), "{} takes the lints of the workspace", name(&path));
        looked_at += 1;
    }
    assert!(looked_at > 10, "the crates are found");
}

/// `file.rs::function` in a page, each with its file and its function.
fn tests_named_in(page: &str) -> Vec<(&str, &str)> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted.filter_map(|text| text.split_once("::")).filter(|(file, _)| file.ends_with(".rs")).collect()
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let page = std::fs::read_to_string(root().join("docs/security.md")).expect("docs/security.md");
    let named = tests_named_in(&page);
    assert!(named.len() > 30, "the tests are found: {named:?}");
    let missing = named.into_iter().filter(|(file, function)| {
        let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
        !text.contains(&format!("fn {function}("))
    });
    assert_eq!(missing.collect::<Vec<_>>(), [] as [(&str, &str); 0]);
    assert_eq!(tests_named_in("`a/b.rs::c`, `core::keys`, `d.rs`"), [("a/b.rs", "c")]);
}
