//! Who may depend on whom: the table of `docs/architecture.md`, held against what cargo says of the workspace.
//! Arrows run one way, from the faces to the vocabulary; a new arrow is a decision, made in that table first.
#![expect(clippy::expect_used, reason = "what cannot be read fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use liasse_e2e::{finish, root};
use serde_json::Value;

/// Each crate and what of ours it may depend on. A crate that is not here may not exist.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("pricing", &["domain"]),
    ("formats", &["domain"]),
    ("print", &["domain"]),
    ("cards", &["domain", "formats"]),
    ("store", &["domain"]),
    ("post", &["domain", "formats"]),
    ("core", &["domain", "pricing", "formats", "print", "cards", "store", "post"]),
    ("cardsim", &["domain", "formats", "cards"]),
    ("caisse", &["domain", "formats", "pricing", "post"]),
    ("demo", &["domain", "core", "cardsim", "caisse"]),
    ("desktop", &["domain", "core", "demo"]),
    ("cli", &["domain", "core", "formats", "pricing", "demo"]),
    ("xtask", &[]),
    ("e2e", &[]),
];

/// These take none of ours for their tests either: what they compute is judged by values from the texts.
const NOT_EVEN_FOR_TESTS: &[&str] = &["domain", "pricing", "formats", "xtask", "e2e"];

/// Outer crates that one of ours keeps to itself, so that another can take their place.
const KEPT_BY: &[(&str, &str)] = &[("iced", "desktop"), ("pcsc", "cards"), ("rusqlite", "store")];

/// A crate of the workspace: its short name and its dependencies, each with the kind (`null`, `dev`, `build`).
struct Member {
    name: String,
    uses: Vec<(String, Option<String>)>,
}

fn short(package: &str) -> &str {
    package.strip_prefix("liasse-").unwrap_or(package)
}

fn members() -> Vec<Member> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(root());
    let metadata = finish(&mut cargo, b"").success().json();
    let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .map(|package| Member {
            name: short(&text(package, "name").expect("a name")).to_owned(),
            uses: package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter()
                .map(|used| (text(used, "name").expect("a name"), text(used, "kind")))
                .collect(),
        })
        .collect()
}

/// What breaks the rules, as sentences.
fn breaches(members: &[Member]) -> Vec<String> {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let ours: BTreeSet<String> = members.iter().map(|member| member.name.clone()).collect();
    let mut found = Vec::new();
    for member in members {
        let Some(allowed) = table.get(member.name.as_str()) else {
            found.push(format!("{} is not in the table", member.name));
            continue;
        };
        for (used, kind) in &member.uses {
            let for_tests = kind.as_deref() == Some("dev");
            let is_ours = used.starts_with("liasse-") || ours.contains(used);
            let exempt = for_tests && !NOT_EVEN_FOR_TESTS.contains(&member.name.as_str());
            if is_ours && !allowed.contains(&short(used)) && !exempt {
                found.push(format!("{} may not depend on {used}", member.name));
            }
            for (outer, keeper) in KEPT_BY {
                let kept = used == outer || used.starts_with(&format!("{outer}_")) || *used == format!("{outer}-sys");
                if kept && member.name != *keeper {
                    found.push(format!("only {keeper} may depend on {used}, not {}", member.name));
                }
            }
        }
    }
    found
}

#[test]
fn each_crate_depends_only_on_what_its_row_allows() {
    let members = members();
    assert!(members.len() > 5, "cargo names the members");
    assert_eq!(breaches(&members), [] as [String; 0]);
}

#[test]
fn a_forbidden_arrow_of_each_sort_is_found() {
    let member = |name: &str, used: &str, kind: Option<&str>| {
        breaches(&[Member { name: name.into(), uses: vec![(used.into(), kind.map(str::to_owned))] }])
    };
    assert_eq!(member("store", "liasse-formats", None), ["store may not depend on liasse-formats"]);
    assert_eq!(member("store", "liasse-formats", Some("dev")), [] as [String; 0], "tests are exempt");
    assert_eq!(member("formats", "liasse-pricing", Some("dev")), ["formats may not depend on liasse-pricing"]);
    assert_eq!(member("post", "liasse-cards", Some("build")), ["post may not depend on liasse-cards"]);
    assert_eq!(member("core", "rusqlite", None), ["only store may depend on rusqlite, not core"]);
    assert_eq!(member("cli", "iced_test", Some("dev")), ["only desktop may depend on iced_test, not cli"]);
    assert_eq!(member("cardsim", "pcsc", None), ["only cards may depend on pcsc, not cardsim"]);
    assert_eq!(member("utils", "serde", None), ["utils is not in the table"]);
}

#[test]
fn the_tables_arrows_form_no_circle() {
    // Each row may name only crates whose own row stands above it.
    for (at, (name, allowed)) in MAY_USE.iter().enumerate() {
        for used in *allowed {
            assert!(MAY_USE[..at].iter().any(|(above, _)| above == used), "{name} uses {used}, which is not above it");
        }
    }
}

#[test]
fn the_architecture_page_has_a_row_for_every_crate_and_for_no_other() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md");
    let rows: BTreeMap<&str, BTreeSet<&str>> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `crates/")?.split_once("` |"))
        .map(|(name, rest)| (name, rest.rsplit('|').nth(1).unwrap_or_default()))
        .map(|(name, uses)| (name, uses.split(',').map(str::trim).filter(|used| *used != "nothing of ours").collect()))
        .collect();
    let existing: BTreeSet<String> = members().into_iter().map(|member| member.name).filter(|n| n != "e2e").collect();
    let named: BTreeSet<String> = rows.keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(named, existing);
    for (name, allowed) in MAY_USE {
        let Some(row) = rows.get(name) else { continue };
        let allowed: BTreeSet<&str> = allowed.iter().copied().filter(|used| existing.contains(*used)).collect();
        assert_eq!(*row, allowed, "{name}: the page and this test disagree");
    }
}
