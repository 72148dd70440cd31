//! The corpora of `fixtures/fuzz` through the fuzz targets, on stable: what a fuzzer once broke stays whole.
//! Not fuzzing: `crates/formats/fuzz` does that, on nightly (docs/formats.md, "Fuzzing").
//! Inputs named `seed-…` are made here, by our own writers or by hand; the others a fuzzer found.

#![expect(clippy::expect_used, reason = "a test may stop at a broken assumption")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use liasse_formats::{b2, cms, lot, mail, noemie, returns};

#[expect(dead_code, reason = "shared with the tests of signatures, which use all of it")]
#[path = "../cms/authority.rs"]
mod authority;
#[expect(dead_code, reason = "shared with the tests of the wire, which use all of it")]
#[path = "../wire/invented.rs"]
mod invented;
mod seeds;
#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// The most that all corpora together may weigh: they are for every checkout, not for a fuzzing farm.
const MOST: usize = 300_000;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/fuzz")
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// Every input of a corpus; the one that breaks the target is the last one named.
fn replay(name: &str) {
    let (_, target) = targets::TARGETS.into_iter().find(|(known, _)| *known == name).expect("a target of that name");
    let inputs = inside(&corpora().join(name));
    assert!(inputs.len() >= 5, "{name} has a corpus");
    for input in inputs {
        println!("{}", input.display());
        target(&std::fs::read(&input).expect("an input"));
    }
}

#[test]
fn b2_is_replayed() {
    replay("b2");
}

#[test]
fn noemie_is_replayed() {
    replay("noemie");
}

#[test]
fn arl_is_replayed() {
    replay("arl");
}

#[test]
fn mime_is_replayed() {
    replay("mime");
}

#[test]
fn cms_is_replayed() {
    replay("cms");
}

/// Good seeds that are refused at the door would test nothing behind it.
#[test]
fn good_seeds_are_read() {
    let seed =
        |target: &str, name: &str| std::fs::read(corpora().join(target).join(format!("seed-{name}"))).expect("a seed");
    assert!(["fse", "fse-plain"].iter().all(|name| b2::read_fse(&seed("b2", name)).is_ok()));
    assert!(["lot", "lot-empty"].iter().all(|name| lot::open_lot(&seed("b2", name)).is_ok()));
    assert!(lot::open_file(&seed("b2", "file")).is_ok());
    let foreign = ["foreign", "foreign-flat", "foreign-file"];
    assert!(foreign.iter().all(|name| b2::check(None, &seed("b2", name)).faults.is_empty()));
    assert!(noemie::read(&seed("noemie", "sample")).is_ok());
    let money = ["payment", "payment-over-lines", "payment-empty", "rejections"];
    assert!(money.iter().all(|name| returns::read(&seed("noemie", name)).is_ok()));
    assert!(["plus", "minus"].iter().all(|name| returns::read(&seed("arl", name)).is_ok()));
    let inner = ["inner", "foreign-gzip", "foreign-plain", "foreign-quoted-printable", "foreign-bomb"];
    assert!(inner.iter().all(|name| mail::read_inner(&seed("mime", name)).is_ok()));
    assert!(["outer", "outer-line-feeds"].iter().all(|name| mail::read_outer(&seed("mime", name)).is_ok()));
    let returned = ["return-arl", "return-noemie", "nested"];
    assert!(returned.iter().all(|name| mail::read_return(&seed("mime", name)).is_ok()));
    let signed = ["signature", "signature-open", "signature-with-chain"];
    let verified =
        |name: &&str| cms::verify(&seed("cms", name), targets::CONTENT, &authority::trust(), authority::now());
    assert!(signed.iter().all(|name| verified(name).is_ok()));
    let caisse = include_bytes!("../../fuzz/certificates/caisse.der");
    for (name, length) in [("envelope", 16), ("envelope-open", 16), ("envelope-256", 32)] {
        let opened = cms::decrypt(&seed("cms", name), caisse, &mut |_| Some(targets::KEY[..length].to_vec()));
        assert_eq!(opened.as_deref(), Ok(&b"a mail\r\n"[..]), "{name}");
    }
}

#[test]
fn every_corpus_has_a_target_and_stays_small() {
    // Those of the cards are replayed by `crates/cards`.
    let cards = ["apdu", "atr", "cps", "groups", "tlv", "vitale"].map(|name| corpora().join(name));
    let folders: BTreeSet<PathBuf> = inside(&corpora()).into_iter().filter(|path| !cards.contains(path)).collect();
    let targets: BTreeSet<PathBuf> = targets::TARGETS.iter().map(|(name, _)| corpora().join(name)).collect();
    assert_eq!(folders, targets);
    let size = |path: PathBuf| std::fs::read(path).expect("an input").len();
    let whole: usize = folders.iter().flat_map(|folder| inside(folder)).map(size).sum();
    assert!(whole < MOST, "{whole} bytes");
}

/// The seeds, and the certificates that the target of signatures trusts, are what our writers make today.
/// `LIASSE_WRITE_SEEDS=1` writes them.
#[test]
fn seeds_are_what_our_writers_make() {
    let write = std::env::var_os("LIASSE_WRITE_SEEDS").is_some();
    let certificates = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/certificates");
    let files =
        seeds::certificates().into_iter().map(|(name, bytes)| (certificates.join(format!("{name}.der")), bytes));
    let seeds = seeds::seeds().into_iter().map(|(target, name, bytes)| {
        assert!(!bytes.is_empty());
        (corpora().join(target).join(format!("seed-{name}")), bytes)
    });
    let mut made = BTreeSet::new();
    for (path, bytes) in files.chain(seeds) {
        if write {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(&path, &bytes).expect("a seed");
        }
        assert!(std::fs::read(&path).ok().as_ref() == Some(&bytes), "{} is another", path.display());
        assert!(made.insert(path), "two seeds of one name");
    }
    let is_seed = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"seed-"));
    let there = inside(&corpora()).iter().flat_map(|folder| inside(folder)).filter(is_seed).collect::<Vec<_>>();
    assert!(there.iter().all(|path| made.contains(path)), "a seed that nobody makes");
}
