//! A hand in a file past the store, with the store's settings and its statements: the same work then runs over an encrypted file and
//! over a plain one. The statements are those of `claims`, `patient`, `ledger`, `people` and `journal` of the store.

use std::hint::black_box;

use liasse_domain::fse::Patient;
use liasse_domain::{FseNumber, FseRef};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params, TransactionBehavior, params};
use serde_json::json;

use crate::claims::{AT, Claim, Claims};
use crate::journal::{Entry, append, fingerprint, head};

/// As many as a screen shows first.
const PAGE: u32 = 200;
/// As many people as a search gives, and the one that tells that there are more.
const PEOPLE: u32 = 51;
/// As many FSE as are asked what they say of the rights.
const RIGHTS: u32 = 50;
const DOCTOR: &str = "991010117";

const DOCUMENT: &str =
    "INSERT INTO document (state, billing, number, mode, regime, caisse, patient, drawn_up, act_date, total,
        third_party_amo, third_party_amc, corrects, locum, entry, created_at, kind, of_fse, replacement)
    VALUES ('preparee', ?1, ?2, 3, '01', '751', ?3, ?4, ?4, ?5, ?6, ?7, NULL, NULL, ?8, ?9, 'fse', NULL, NULL)";
const PATIENT_ROW: &str = "SELECT id FROM patient
    WHERE insured_nir = ?1 AND birth_date = ?2 AND birth_rank = ?3 AND (own_nir IS NULL OR ?4 IS NULL OR own_nir = ?4)
    ORDER BY coalesce(own_nir = ?4, 0) DESC, given_name = ?5 DESC, id LIMIT 1";
const PATIENT: &str =
    "INSERT INTO patient (id, insured_nir, insured_key, own_nir, own_key, birth_date, birth_rank, quality,
        family_name, given_name, seen_at)
    VALUES (coalesce(?1, 1 + max(coalesce((SELECT max(id) FROM patient), 0),
                                 coalesce((SELECT max(patient) FROM forgotten), 0))),
            ?2, ?3, NULL, NULL, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT (id) DO UPDATE SET
        insured_nir = excluded.insured_nir, insured_key = excluded.insured_key,
        own_nir = coalesce(excluded.own_nir, own_nir), own_key = coalesce(excluded.own_key, own_key),
        birth_rank = excluded.birth_rank, quality = excluded.quality, family_name = excluded.family_name,
        given_name = excluded.given_name, seen_at = excluded.seen_at
    RETURNING id";

/// A line of the ledger.
macro_rules! ledger {
    () => {
        "SELECT d.billing, d.number, d.kind, d.act_date, d.total, d.state, d.third_party_amo, d.third_party_amc,
                p.family_name, p.given_name,
                mp.state AS patient_state, mp.due AS patient_due, mp.paid AS patient_paid, mp.settlement,
                mo.state AS amo_state, mo.due AS amo_due, mo.paid AS amo_paid,
                mc.state AS amc_state, mc.due AS amc_due, mc.paid AS amc_paid,
                (SELECT c.number FROM document c WHERE c.corrects = d.id AND c.state <> 'annulee') AS corrected_by,
                m.state AS transmission, l.identifier AS lot, o.sent_at, r.code AS reject_code, r.label AS reject_label,
                r.rejected_on
         FROM document d
         JOIN patient p ON p.id = d.patient
         JOIN money mp ON mp.document = d.id AND mp.payer = 'patient'
         JOIN money mo ON mo.document = d.id AND mo.payer = 'amo'
         JOIN money mc ON mc.document = d.id AND mc.payer = 'amc'
         LEFT JOIN membership m ON m.id = coalesce(d.live, (SELECT max(x.id) FROM membership x
                                                            WHERE x.document = d.id AND x.state = 'refusee'))
         LEFT JOIN lot l ON l.id = m.lot
         LEFT JOIN outbox o ON o.lot = l.id
         LEFT JOIN reject r ON r.id = (SELECT max(y.id) FROM reject y WHERE y.document = d.id)
         WHERE d.number IS NOT NULL"
    };
}

/// Whose rows, as the store asks: `?1` the billing number, `?2` a session.
macro_rules! theirs {
    ($table:literal) => {
        concat!("(?1 IS NULL OR ", $table, ".billing = ?1) AND (?2 IS NULL OR ", $table, ".replacement = ?2)")
    };
}

macro_rules! seen {
    () => {
        concat!(
            "+p.id > 0 AND (?1 IS NULL OR EXISTS (SELECT 1 FROM document d WHERE d.patient = p.id AND ",
            theirs!("d"),
            ") OR EXISTS (SELECT 1 FROM passage g WHERE g.patient = p.id AND ",
            theirs!("g"),
            ") OR p.id IN (SELECT f.patient FROM paper f WHERE ",
            theirs!("f"),
            "))"
        )
    };
}

const LATEST: &str =
    concat!(ledger!(), " AND d.billing = ?1 AND (?2 IS NULL OR d.replacement = ?2) ORDER BY d.id DESC LIMIT ?3");
const LINE: &str = concat!(ledger!(), " AND d.id = ?1");
const NAMED: &str = concat!(
    "SELECT p.id, p.family_name, p.given_name FROM patient p
     WHERE p.family_name COLLATE NOCASE >= ?3 AND p.family_name COLLATE NOCASE < ?4 AND ",
    seen!(),
    " ORDER BY p.family_name COLLATE NOCASE, p.given_name COLLATE NOCASE, p.id LIMIT ?5"
);
const PERSON: &str = concat!(
    "SELECT p.id, p.family_name, p.given_name, p.birth_date, p.insured_nir,
            (SELECT r.read_at FROM reading r WHERE r.patient = p.id) AS read_at,
            (SELECT d.act_date FROM document d WHERE d.patient = p.id AND d.state <> 'annulee' AND ",
    theirs!("d"),
    " ORDER BY d.act_date DESC LIMIT 1) AS last_act FROM patient p WHERE p.id = ?3 AND ",
    seen!()
);
const DOCUMENTS: &str = concat!(
    "SELECT d.id FROM document d WHERE d.patient = ?3 AND d.number IS NOT NULL AND ",
    theirs!("d"),
    " ORDER BY d.act_date DESC, d.id DESC LIMIT ?4"
);
const COUNT: &str =
    concat!("SELECT count(*) FROM document d WHERE d.patient = ?3 AND d.number IS NOT NULL AND ", theirs!("d"));
const RIGHTS_SAID: &str = concat!(
    "SELECT d.billing, d.number, d.created_at, json_extract(b.content, '$.care.rights_proof') AS proof,
            json_extract(b.content, '$.patient.coverage_code') AS coverage,
            json_extract(b.content, '$.complementary.contract') AS contract
     FROM document d JOIN body b ON b.document = d.id
     WHERE d.patient = ?3 AND d.kind = 'fse' AND d.number IS NOT NULL AND ",
    theirs!("d"),
    " ORDER BY d.act_date DESC, d.id DESC LIMIT ?4"
);

/// A connection with the settings of the store.
pub struct Hand(Connection);

impl Hand {
    /// Over a connection that reads: it was given its key, or needs none. `settings` are those of a store.
    pub fn over(connection: Connection, settings: &[(String, String)]) -> Self {
        for (name, value) in settings {
            connection.execute_batch(&format!("PRAGMA {name} = {value}")).expect("a setting");
        }
        connection.execute_batch("PRAGMA cell_size_check = ON").expect("a setting");
        for (name, value) in settings {
            assert_eq!(setting(&connection, name), *value, "{name}");
        }
        connection.set_prepared_statement_cache_capacity(160);
        Self(connection)
    }

    /// Keeps one FSE as [`Claims::keep`] has the store do: numbered, then signed, each durable.
    pub fn keep(&mut self, claims: &Claims, claim: &Claim) {
        let (document, fse) = self.prepare(claim);
        self.sign(claims, claim, document, &fse);
    }

    /// Gives the row and the name of the FSE.
    fn prepare(&mut self, claim: &Claim) -> (i64, FseRef) {
        let change = self.0.transaction_with_behavior(TransactionBehavior::Immediate).expect("a transaction");
        let end = head(&change);
        let (content, bytes) = claim.numbered(next_number(&change)).expect("the bytes of an FSE");
        let person = remember(&change, claim.patient());
        let json = serde_json::to_string(&content).expect("json");
        let (day, total) = (content.act_date().to_string(), content.total().0);
        let (number, tiers) = (content.reference.number.get(), (content.third_party_amo, content.third_party_amc));
        run(&change, DOCUMENT, params![DOCTOR, number, person, day, total, tiers.0, tiers.1, end.next(), AT]);
        let document = change.last_insert_rowid();
        run(&change, "INSERT INTO body (document, content, bytes) VALUES (?1, ?2, ?3)", params![document, json, bytes]);
        let dues =
            [("patient", content.due_by_patient()), ("amo", content.due_by_amo()), ("amc", content.due_by_amc())];
        for (payer, due) in dues {
            let state = if due.0 == 0 { "sans_objet" } else { "attendu" };
            let sql = "INSERT INTO money (document, payer, due, paid, state) VALUES (?1, ?2, ?3, 0, ?4)";
            run(&change, sql, params![document, payer, due.0, state]);
        }
        // The store does so a second time: the card's word comes after the document's.
        remember(&change, claim.patient());
        let payload = json!({
            "bytes_sha256": fingerprint(&bytes),
            "content_sha256": fingerprint(json.as_bytes()),
            "mode": 3,
            "total_cents": total,
        });
        last_at(&change);
        let name = content.reference.to_string();
        append(&change, end, &Entry { action: "fse.preparee", fse: &name, patient: person, at: AT, payload: &payload });
        change.commit().expect("on the disk");
        (document, content.reference)
    }

    fn sign(&mut self, claims: &Claims, claim: &Claim, document: i64, fse: &FseRef) {
        let change = self.0.transaction_with_behavior(TransactionBehavior::Immediate).expect("a transaction");
        let end = head(&change);
        let sql = "SELECT id, state, mode, regime, caisse, patient, live, away IS NOT NULL AS away FROM document
                   WHERE billing = ?1 AND kind = 'fse' AND number = ?2";
        drain(&change, sql, params![DOCTOR, fse.number.get()]);
        let kept = "SELECT content, bytes FROM body WHERE document = ?1";
        assert_eq!(drain(&change, kept, [document]), 1, "what was kept is compared");
        drain(&change, "SELECT signer, cms FROM signature WHERE document = ?1", [document]);
        for (signer, cms) in [("vitale", &claims.vitale), ("cps", &claims.cps)] {
            let sql = "INSERT INTO signature (document, signer, at, cms) VALUES (?1, ?2, ?3, ?4)";
            run(&change, sql, params![document, signer, AT, cms]);
        }
        let sql = "UPDATE document SET state = ?2, signed_at = ?3 WHERE id = ?1";
        run(&change, sql, params![document, "signee", AT]);
        let payload = json!({ "cps_sha256": fingerprint(&claims.cps), "vitale_sha256": fingerprint(&claims.vitale) });
        last_at(&change);
        let name = fse.to_string();
        let entry = Entry { action: "fse.signee", fse: &name, patient: claim.person, at: AT, payload: &payload };
        append(&change, end, &entry);
        change.commit().expect("on the disk");
    }

    /// The latest of the ledger.
    pub fn page(&self) {
        assert_eq!(drain(&self.0, LATEST, params![DOCTOR, None::<u32>, PAGE]), 200, "a whole page");
    }

    /// People whose family name begins so, as a list shows them.
    pub fn search(&self, start: &str) {
        let until = format!("{start}{}", char::MAX);
        let found = ids(&self.0, NAMED, params![DOCTOR, None::<u32>, start, until, PEOPLE]);
        assert!(!found.is_empty(), "there are some");
        for person in found {
            self.person(person);
        }
    }

    /// What happened with one of them: the documents, and what they say of the rights.
    pub fn history(&self, person: i64) {
        self.person(person);
        for document in ids(&self.0, DOCUMENTS, params![DOCTOR, None::<u32>, person, PAGE]) {
            drain(&self.0, LINE, [document]);
        }
        drain(&self.0, RIGHTS_SAID, params![DOCTOR, None::<u32>, person, RIGHTS]);
        drain(&self.0, COUNT, params![DOCTOR, None::<u32>, person]);
    }

    fn person(&self, person: i64) {
        assert_eq!(drain(&self.0, PERSON, params![DOCTOR, None::<u32>, person]), 1, "a patient of theirs");
    }
}

/// A setting as the connection has it.
fn setting(connection: &Connection, name: &str) -> String {
    let read = connection.query_row(&format!("PRAGMA {name}"), [], |row| {
        Ok(match row.get_ref(0)? {
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            ValueRef::Integer(number) => number.to_string(),
            _ => String::new(),
        })
    });
    read.expect("a setting")
}

/// The next number, used up.
fn next_number(change: &Connection) -> FseNumber {
    drain(change, "SELECT CAST(value AS INTEGER) AS post FROM config WHERE key = 'desk.post'", []);
    let last = ids(change, "SELECT last FROM counter WHERE billing = ?1 AND kind = 'fse'", [DOCTOR]);
    let next = last.first().copied().unwrap_or(0) + 1;
    let sql = "INSERT INTO counter (billing, kind, last) VALUES (?1, 'fse', ?2)
               ON CONFLICT (billing, kind) DO UPDATE SET last = excluded.last";
    run(change, sql, params![DOCTOR, next]);
    u32::try_from(next).ok().and_then(FseNumber::new).expect("a number")
}

/// The row of a patient, brought up to date.
fn remember(change: &Connection, patient: &Patient) -> i64 {
    let (nir, born) = (patient.insured_nir.as_str(), patient.birth_date.to_string());
    let (family, given) = (patient.family_name.reveal(), patient.given_name.reveal());
    let known = params![nir, born, patient.birth_rank, None::<String>, given];
    let id = ids(change, PATIENT_ROW, known).first().copied();
    let values = params![id, nir, patient.insured_key, born, patient.birth_rank, patient.quality, family, given, AT];
    let row = change.prepare_cached(PATIENT).expect("a statement").query_row(values, |row| row.get(0));
    row.expect("a patient")
}

/// The store looks whether the clock is behind the journal.
fn last_at(change: &Connection) {
    let mut last = change.prepare_cached("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").expect("a statement");
    let at: Option<String> = last.query_row([], |row| row.get(0)).optional().expect("a moment");
    black_box(at);
}

fn run(connection: &Connection, sql: &str, values: impl Params) {
    connection.prepare_cached(sql).expect("a statement").execute(values).expect("a row");
}

/// The numbers of a first column.
fn ids(connection: &Connection, sql: &str, values: impl Params) -> Vec<i64> {
    let mut statement = connection.prepare_cached(sql).expect("a statement");
    let rows = statement.query_map(values, |row| row.get(0)).expect("rows");
    rows.collect::<rusqlite::Result<_>>().expect("numbers")
}

/// Reads every column of every row, and tells how many rows there were.
fn drain(connection: &Connection, sql: &str, values: impl Params) -> usize {
    let mut statement = connection.prepare_cached(sql).expect("a statement");
    let columns = statement.column_count();
    let mut rows = statement.query(values).expect("rows");
    let mut count = 0;
    while let Some(row) = rows.next().expect("a row") {
        for column in 0..columns {
            black_box(row.get_ref(column).expect("a column"));
        }
        count += 1;
    }
    count
}
