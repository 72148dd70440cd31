//! A hand in the file that has the key: an altered replacement session is worth nothing, and the journal shows it.
//! The sessions are really sealed, with the invented keys of `fixtures/pki`.
#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::path::PathBuf;
use std::sync::Arc;

use liasse_core::Workstation;
use liasse_core::desk::SignedIn;
use liasse_core::directory::{Directory, Trust};
use liasse_core::incidents::Incidents;
use liasse_core::ports::OsIds;
use liasse_domain::replacement::{Calendar, Memorised, NamedLocum, ShareBase, Slot, Terms, Weekdays};
use liasse_domain::{BillingSituation, CardHolder, Clock, Coded, Instant, Private, Rate, ReplacementSession};
use liasse_formats::cms::{self, Flux, NationalAttributes};
use liasse_store::{Actor, Stamp, Store};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};

const KEY: [u8; 32] = [7; 32];

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        noon()
    }
}

fn noon() -> Instant {
    "2026-01-15T11:00:00Z".parse().expect("an instant")
}

fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name);
    std::fs::read_to_string(path).expect("a fixture")
}

fn certificate(name: &str) -> Vec<u8> {
    Trust::from_pem(&fixture(&format!("pki/{name}.pem"))).expect("a certificate").roots.remove(0)
}

/// What Dr Gris memorises of her own card.
fn session(number: u32) -> ReplacementSession {
    #[derive(serde::Deserialize)]
    struct Card {
        serial: String,
        holder: CardHolder,
        situations: Vec<BillingSituation>,
    }
    let card: Card = toml::from_str(&fixture("cards/cps-gris.toml")).expect("a card");
    let hour = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    let slot = Slot { days: Weekdays::WORKING, from: hour(8), until: hour(19) };
    let day = |text: &str| text.parse().expect("a day");
    let share = Rate::percent(70);
    ReplacementSession {
        v: ReplacementSession::VERSION,
        number,
        replaced: Memorised { holder: card.holder, serial: card.serial, read_at: noon(), situations: card.situations },
        locum: NamedLocum {
            billing: "991010778".parse().expect("a number"),
            rpps: None,
            family_name: Private::default(),
            given_name: Private::default(),
        },
        calendar: Calendar::new(day("2026-01-19"), day("2026-01-23"), vec![slot]).expect("a calendar"),
        recurring: false,
        mailbox: false,
        terms: Terms { base: ShareBase::Billed, office: share, visits: share, duty: Rate::FULL },
    }
}

/// The replaced doctor, signed in.
fn doctor() -> SignedIn {
    let own = session(1).replaced;
    SignedIn {
        reader: "test".to_owned(),
        serial: own.serial,
        holder: own.holder,
        situation: own.situations.into_iter().next().expect("a situation"),
        replaces: None,
        prepares_for: None,
        derogation: None,
        signature_certificate: Vec::new(),
    }
}

/// A seal over these bytes by the key of that card.
fn seal(card: &str, bytes: &[u8]) -> Vec<u8> {
    let billing = "991010117".parse().expect("a number");
    let attributes = NationalAttributes { flux: Flux::Test, billing };
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let to_sign = cms::prepare(&hash, &certificate(&format!("{card}-signature")), Some(&attributes), noon());
    let to_sign = to_sign.expect("prepared");
    let key = RsaPrivateKey::from_pkcs8_pem(&fixture(&format!("pki/{card}-signature.key.pem"))).expect("a key");
    let raw = key.sign(Pkcs1v15Sign::new::<Sha256>(), to_sign.digest()).expect("signed");
    to_sign.finish(&raw, &[]).expect("finished")
}

#[test]
fn an_altered_session_is_worth_nothing() {
    let folder = std::env::temp_dir().join(format!("liasse-altered-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("liasse.db");
    let mut store = Store::open(&file, &KEY).expect("a store");
    let stamp = Stamp::new(noon(), Actor { who: "991010117".to_owned(), role: "praticien".to_owned() });
    let mut bytes = Vec::new();
    let opened = store.open_replacement(&stamp, |number| {
        let session = session(number);
        bytes = serde_json::to_vec(&session).expect("json");
        Ok::<_, ()>((session, bytes.clone()))
    });
    let number = opened.expect("opened");
    store.seal_replacement(&stamp, number, &bytes, &seal("cps-gris", &bytes)).expect("sealed");
    let trust = Trust::from_pem(&fixture("pki/chain.pem")).expect("the root");
    let directory = Directory {
        trust,
        chain_pem: String::new(),
        encryption: [].into(),
        concentrators: [].into(),
        returns: Vec::new(),
        conventions: Vec::new(),
    };
    let workstation =
        Workstation::new(store, Arc::new(Noon), Box::new(OsIds), directory, None, Incidents::default()).expect("opens");
    let said = |workstation: &Workstation| workstation.session_of(number, &doctor()).err().map(|error| error.code().0);
    assert_eq!(said(&workstation), None);
    assert_eq!(workstation.store().journal_verify().expect("read").faults, Vec::new());

    let raw = rusqlite::Connection::open(&file).expect("a file");
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    raw.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; DROP TRIGGER replacement_keeps")).expect("the key");
    let text = String::from_utf8(bytes.clone()).expect("json");
    for (what, altered, by) in [
        ("the last day", text.replace("2026-01-23", "2026-02-23"), None),
        ("the locum", text.replace("991010778", "991010885"), None),
        ("the share", text.replace("7000", "9000"), None),
        ("nothing readable", "{}".to_owned(), None),
        // Another doctor's card, over what it likes.
        ("another's seal", text.replace("2026-01-23", "2026-02-23"), Some("cps-blanc")),
        ("another's seal over the same", text.clone(), Some("cps-blanc")),
    ] {
        let cms = seal(by.unwrap_or("cps-gris"), by.map_or(bytes.as_slice(), |_| altered.as_bytes()));
        raw.execute("UPDATE replacement SET content = ?1, cms = ?2", rusqlite::params![altered.as_bytes(), cms])
            .expect("altered");
        assert_eq!(said(&workstation), Some("replacement.sceau"), "{what}");
        let faults = workstation.store().journal_verify().expect("read").faults;
        assert_eq!(faults.len(), 1, "{what}: {faults:?}");
    }
    let _ = std::fs::remove_dir_all(&folder);
}
