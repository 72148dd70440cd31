//! A practice of any size in a store of its own, its rows made by `rows.sql`; and a workstation over it.
//! For benchmarks and nothing else: what it holds was never signed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use liasse_core::Workstation;
use liasse_core::desk::SignedIn;
use liasse_core::directory::{Directory, Trust};
use liasse_core::incidents::Incidents;
use liasse_core::ports::OsIds;
use liasse_domain::returns::{Acknowledgement, Reason, Return};
use liasse_domain::{BillingSituation, CardHolder, Clock, Destination, Instant};
use liasse_store::Store;
use rusqlite::{Connection, params};
use serde::Deserialize;

/// That of the demonstration (`liasse_demo::office`), whose window then opens such a practice.
pub const KEY: [u8; 32] = *b"liasse-demo-cle-fixe-et-declaree";

/// A store in a folder that goes away.
pub struct Practice(PathBuf);

impl Practice {
    /// With so many FSE.
    pub fn of(fse: u32) -> Self {
        let folder = std::env::temp_dir().join(format!("liasse-practice-{}-{fse}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder).expect("a folder");
        let practice = Self(folder);
        drop(practice.store());
        fill(&practice.raw(), fse);
        practice
    }

    /// Its store.
    pub fn store(&self) -> Store {
        Store::open(&self.file(), &KEY).expect("a store")
    }

    /// The file, past the store.
    pub fn raw(&self) -> Connection {
        raw(&self.file())
    }

    /// As the program starts.
    pub fn workstation(&self) -> Workstation {
        let clock: Arc<dyn Clock> = Arc::new(Noon);
        Workstation::new(self.store(), clock, Box::new(OsIds), directory(), None, Incidents::default())
            .expect("a workstation")
    }

    /// The file.
    pub fn file(&self) -> PathBuf {
        self.0.join("liasse.db")
    }
}

/// Fills the store of a demonstration in which nothing was done yet.
pub fn into(folder: &Path, fse: u32) {
    fill(&raw(&folder.join("liasse.db")), fse);
}

/// An encrypted file, past the store.
pub fn raw(file: &Path) -> Connection {
    let raw = Connection::open(file).expect("a file");
    let key = KEY.iter().fold(String::new(), |mut key, byte| {
        write!(key, "{byte:02x}").expect("a string");
        key
    });
    raw.execute_batch(&format!("PRAGMA key = \"x'{key}'\"")).expect("the key");
    raw
}

/// Fills a file of the store's schema that holds nothing yet.
pub fn fill(raw: &Connection, fse: u32) {
    raw.execute_batch(
        "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; PRAGMA temp_store = MEMORY;
         PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF;
         CREATE TEMP TABLE size (fse INTEGER, arl TEXT, refusal TEXT);",
    )
    .expect("set up");
    let [arl, refusal] = [None, Some("S0001")]
        .map(|code| serde_json::to_string(&Return::Acknowledgement(arl("LOT000", code))).expect("json"));
    raw.execute("INSERT INTO size VALUES (?1, ?2, ?3)", params![fse, arl, refusal]).expect("a size");
    raw.execute_batch(&format!("BEGIN; {} COMMIT;", include_str!("rows.sql"))).expect("rows");
}

impl Drop for Practice {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Thursday 15 January 2026.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        "2026-01-15T11:00:00Z".parse().expect("an instant")
    }
}

/// The answer of caisse 01/751 to a file of Dr Gris.
pub fn arl(file: &str, refused: Option<&str>) -> Acknowledgement {
    Acknowledgement {
        billing: "991010117".parse().expect("a billing number"),
        from: Destination::new("01", "751").expect("a caisse"),
        file: file.parse().expect("an identifier"),
        on: "2026-01-14".parse().expect("a day"),
        refused: refused.map(|code| Reason { code: code.to_owned(), label: "FICHIER ILLISIBLE".to_owned() }),
    }
}

/// A fixture, as text.
pub fn fixture(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(path)).expect("a fixture")
}

/// The certificate of a fixture.
pub fn certificate(name: &str) -> Vec<u8> {
    Trust::from_pem(&fixture(&format!("pki/{name}.pem"))).expect("a certificate").roots.remove(0)
}

fn directory() -> Directory {
    let chain_pem = fixture("pki/chain.pem");
    let trust = Trust::from_pem(&chain_pem).and_then(|trust| trust.with_crl_pem(&fixture("pki/crl.pem")));
    Directory {
        trust: trust.expect("the authority"),
        chain_pem,
        encryption: [].into(),
        concentrators: [].into(),
        conventions: Vec::new(),
        returns: vec![certificate("caisse-returns")],
    }
}

/// Dr Gris, signed in.
pub fn gris() -> SignedIn {
    #[derive(Deserialize)]
    struct Card {
        serial: String,
        holder: CardHolder,
        situations: Vec<BillingSituation>,
    }
    let card: Card = toml::from_str(&fixture("cards/cps-gris.toml")).expect("a card");
    SignedIn {
        reader: "banc".to_owned(),
        serial: card.serial,
        holder: card.holder,
        situation: card.situations.into_iter().next().expect("a situation"),
        replaces: None,
        prepares_for: None,
        derogation: None,
        signature_certificate: Vec::new(),
    }
}
