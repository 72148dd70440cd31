//! The rows against what the journal tells of them: hashes of what was made, and the state that its entries lead to.
//! A state that no entry tells shows a journal that was cut; an entry without its row shows a row that was taken away.
//! Not the chain of the entries themselves (module `verify`). Rule: reference telecom-reliability 4.4.

use std::collections::{BTreeMap, BTreeSet};

use liasse_domain::lot::LotState;
use liasse_domain::{DocumentKind, DocumentState, FileIdentifier, ScanState, TransmissionState};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde_json::Value;

use crate::cell::{cell, reference};
use crate::error::Result;
use crate::inbox::{InboxKind, InboxStatus};
use crate::journal::{fingerprint, hex};
use crate::lots_view;
use crate::open::Store;
use crate::query;
use crate::verify::{JournalFault, MOST_FAULTS};
use crate::verify_desk::ToldDesk;
use crate::verify_erasures::ToldErasures;
use crate::verify_sessions::ToldSessions;

/// What the entries tell, taken together. What a row answers for is taken out; what remains has lost its row.
#[derive(Default)]
pub(crate) struct Told {
    fses: BTreeMap<String, ToldFse>,
    lots: BTreeMap<String, ToldLot>,
    returns: BTreeMap<i64, ToldReturn>,
    sessions: ToldSessions,
    desk: ToldDesk,
    erasures: ToldErasures,
}

/// Of an FSE: the hashes of its two signatures, each absent where its mode has none, those of its scanned documents, whether
/// it was withdrawn, whether it is at another post, and whether what it says was erased.
#[derive(Default)]
struct ToldFse {
    erased: bool,
    scans: BTreeSet<String>,
    sealed: Option<String>,
    signed: Option<[Option<String>; 2]>,
    cancelled: bool,
    away: bool,
}

/// Of a lot: the hashes of signature, file and mails, its tries with their ends, the states its entries lead to, and the hash
/// of its bytes since something in them was erased.
#[derive(Default)]
struct ToldLot {
    erased: Option<String>,
    posted: Option<[Option<String>; 4]>,
    scans: Option<String>,
    attempts: BTreeMap<i64, Option<String>>,
    dissolved: bool,
    transmission: Option<TransmissionState>,
}

/// Of a return: the hash of its bytes, what it is and what it did, by its last entry.
#[derive(PartialEq, Eq)]
struct ToldReturn {
    sha256: Option<String>,
    kind: Option<String>,
    status: Option<String>,
}

impl Told {
    /// Takes an entry in: its time, action and payload, and what it is about.
    pub(crate) fn hear(&mut self, [at, action, payload]: [&str; 3], fse: Option<&str>, lot: Option<&str>) {
        let payload: Value = serde_json::from_str(payload).unwrap_or_default();
        self.desk.hear(action, &payload);
        self.erasures.hear(action, at, fse, lot, &payload);
        match (action, fse, lot) {
            // It changed nothing; what was refused may be of a file that never came in.
            ("refus", ..) => {}
            (action, None, _) if action.starts_with("remplacement.") => self.sessions.hear(action, &payload),
            (_, Some(fse), _) => self.fses.entry(fse.to_owned()).or_default().hear(action, &payload),
            ("retour.recu" | "retour.reconnu", _, lot) => self.hear_return(lot, &payload),
            (_, _, Some(lot)) => self.lots.entry(lot.to_owned()).or_default().hear(action, &payload),
            _ => {}
        }
    }

    fn hear_return(&mut self, lot: Option<&str>, payload: &Value) {
        let [sha256, kind, status] = ["sha256", "kind", "status"].map(|name| text(payload, name));
        let verdict = text(payload, "verdict").and_then(|word| TransmissionState::from_word(&word));
        if let (Some(lot), Some(verdict)) = (lot, verdict)
            && status.as_deref() == Some(InboxStatus::Applique.word())
        {
            self.lots.entry(lot.to_owned()).or_default().transmission = Some(verdict);
        }
        if let Some(inbox) = payload["inbox"].as_i64() {
            self.returns.insert(inbox, ToldReturn { sha256, kind, status });
        }
    }
}

impl ToldFse {
    fn hear(&mut self, action: &str, payload: &Value) {
        match action {
            "fse.signee" => self.signed = Some(["vitale_sha256", "cps_sha256"].map(|name| text(payload, name))),
            "fse.scellee" => self.sealed = text(payload, "vitale_sha256"),
            "fse.annulee" => self.cancelled = true,
            "fse.effacee" => self.erased = true,
            "fse.passee" => self.away = true,
            "fse.revenue" => self.away = false,
            "numerisation.jointe" => self.scans.extend(text(payload, "sha256")),
            "numerisation.retiree" => drop(text(payload, "sha256").map(|sha256| self.scans.remove(&sha256))),
            _ => {}
        }
    }

    fn leads_to(&self, state: DocumentState) -> bool {
        match state {
            DocumentState::Signee => self.signed.is_some() && !self.cancelled,
            DocumentState::Annulee => self.cancelled,
            DocumentState::SigneePatient => self.sealed.is_some() && self.signed.is_none() && !self.cancelled,
            _ => self.sealed.is_none() && self.signed.is_none() && !self.cancelled,
        }
    }
}

impl ToldLot {
    fn hear(&mut self, action: &str, payload: &Value) {
        use TransmissionState::{EnFichier, EnLot, NonConfirmee, Retiree, Transmise};
        match action {
            "lot.scelle" => self.transmission = Some(EnLot),
            "lot.signe" => {
                let made = ["cms_sha256", "file_sha256", "message_sha256", "scans_sha256"];
                let [cms, file, message, scans] = made.map(|name| text(payload, name));
                self.scans = scans.as_ref().map(|_| ScanState::AEnvoyer.word().to_owned());
                self.posted = Some([cms, file, message, scans]);
                self.transmission = Some(EnFichier);
            }
            "lot.efface" => self.erased = text(payload, "lot_sha256"),
            "lot.dissous" => {
                self.dissolved = true;
                self.transmission = Some(Retiree);
            }
            "numerisations.envoi" => self.scans = text(payload, "state"),
            "envoi.libere" => self.transmission = Some(EnFichier),
            "envoi.commence" | "envoi.fini" => {
                let outcome = text(payload, "outcome");
                let moved = match outcome.as_deref() {
                    Some("acceptee") => Some(Transmise),
                    Some("non_confirmee") => Some(NonConfirmee),
                    _ => None,
                };
                // Where an ARL came meanwhile, the file stays where the ARL put it.
                if moved.is_some() && self.transmission == Some(EnFichier) {
                    self.transmission = moved;
                }
                if let Some(attempt) = payload["attempt"].as_i64() {
                    self.attempts.insert(attempt, outcome);
                }
            }
            _ => {}
        }
    }

    /// The hashes of signature, file and mails as they stand: with something erased, file and mails are empty.
    fn posted_now(&self) -> [Option<String>; 4] {
        let [cms, file, message, scans] = self.posted.clone().unwrap_or_default();
        if self.erased.is_none() {
            return [cms, file, message, scans];
        }
        let [file, message, scans] = [file, message, scans].map(|hash| hash.map(|_| fingerprint(b"")));
        [cms, file, message, scans]
    }

    fn leads_to(&self, state: LotState) -> bool {
        match state {
            LotState::Scelle => self.posted.is_none() && !self.dissolved,
            LotState::Signe => self.posted.is_some() && !self.dissolved,
            LotState::Dissous => self.dissolved,
        }
    }
}

impl Store {
    /// Compares lots, FSE and returns with what the journal tells of them.
    pub(crate) fn verify_rows(&self, faults: &mut Vec<JournalFault>, mut told: Told) -> Result<()> {
        self.verify_lots(faults, &mut told)?;
        self.verify_documents(faults, &mut told)?;
        self.verify_returns(faults, &mut told)?;
        self.verify_sessions(faults, told.sessions)?;
        self.verify_desk(faults, told.desk)?;
        self.verify_erasures(faults, &told.erasures)
    }

    fn verify_lots(&self, faults: &mut Vec<JournalFault>, told: &mut Told) -> Result<()> {
        let mut statement = self.connection.prepare_cached(
            "SELECT l.id, l.identifier, l.state, l.head_seq, l.head_hash, l.entry, l.bytes, l.cms, o.file, o.message,
                    s.message AS scans, s.state AS scans_state, j.action, j.lot, j.payload, j.prev
             FROM lot l LEFT JOIN outbox o ON o.lot = l.id LEFT JOIN scan_mail s ON s.lot = l.id
             LEFT JOIN journal j ON j.seq = l.entry ORDER BY l.id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let lot: FileIdentifier = cell(row, "identifier")?;
            let told = told.lots.remove(lot.as_str()).unwrap_or_default();
            if !(self.is_as_sealed(row, lot, &told)? && self.is_as_told(row, &told)?) {
                faults.push(JournalFault::Lot { lot });
            }
            if faults.len() > MOST_FAULTS {
                return Ok(());
            }
        }
        faults.extend(told.lots.keys().filter_map(|lot| Some(JournalFault::Lot { lot: lot.parse().ok()? })));
        Ok(())
    }

    fn is_as_sealed(&self, row: &Row<'_>, lot: FileIdentifier, told: &ToldLot) -> Result<bool> {
        if row.get_ref("prev")? == ValueRef::Null {
            return Ok(false);
        }
        let members = lots_view::members(&self.connection, row.get("id")?)?;
        let members: Vec<Value> = members.iter().map(|fse| Value::String(fse.to_string())).collect();
        let payload = payload(row)?;
        Ok(row.get::<_, String>("action")? == "lot.scelle"
            && row.get::<_, Option<String>>("lot")?.as_deref() == Some(lot.as_str())
            && row.get::<_, i64>("head_seq")? + 1 == row.get::<_, i64>("entry")?
            && cell::<[u8; 32]>(row, "head_hash")? == cell::<[u8; 32]>(row, "prev")?
            && payload["members"] == Value::Array(members)
            && match &told.erased {
                Some(left) => hash_of(row, "bytes")?.as_ref() == Some(left),
                None => is_hash_of(&payload["lot_sha256"], row, "bytes")?,
            })
    }

    fn is_as_told(&self, row: &Row<'_>, told: &ToldLot) -> Result<bool> {
        let id: i64 = row.get("id")?;
        let made = [hash_of(row, "cms")?, hash_of(row, "file")?, hash_of(row, "message")?, hash_of(row, "scans")?];
        let sql = "SELECT DISTINCT state FROM membership WHERE lot = ?1";
        let states = query::all(&self.connection, sql, [id], |row| cell::<TransmissionState>(row, "state"))?;
        let sql = "SELECT attempt.id, attempt.outcome FROM attempt JOIN outbox ON outbox.id = attempt.outbox
                   WHERE outbox.lot = ?1";
        let attempts = query::all(&self.connection, sql, [id], |row| Ok((row.get("id")?, row.get("outcome")?)))?;
        Ok(told.leads_to(cell::<LotState>(row, "state")?)
            && told.posted_now() == made
            && told.scans == row.get::<_, Option<String>>("scans_state")?
            && told.transmission.as_slice() == states
            && told.attempts == attempts.into_iter().collect())
    }

    fn verify_documents(&self, faults: &mut Vec<JournalFault>, told: &mut Told) -> Result<()> {
        let mut statement = self.connection.prepare_cached(
            "SELECT d.id, d.billing, d.number, d.kind, d.state, d.patient, d.away IS NOT NULL AS away, d.total, b.content, b.bytes,
                    v.cms AS vitale, c.cms AS cps, e.document IS NOT NULL AS erased, j.action, j.fse, j.payload
             FROM document d
             LEFT JOIN erasure e ON e.document = d.id
             LEFT JOIN body b ON b.document = d.id
             LEFT JOIN signature v ON v.document = d.id AND v.signer = 'vitale'
             LEFT JOIN signature c ON c.document = d.id AND c.signer = 'cps'
             LEFT JOIN journal j ON j.seq = d.entry
             WHERE d.number IS NOT NULL ORDER BY d.id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let fse = reference(row)?;
            let kind = DocumentKind::from_word(&row.get::<_, String>("kind")?).unwrap_or_default();
            let name = kind.name(&fse);
            let told = told.fses.remove(&name).unwrap_or_default();
            let payload = payload(row)?;
            let fits = row.get::<_, Option<String>>("action")?.as_deref() == Some("fse.preparee")
                && row.get::<_, Option<String>>("fse")?.as_deref() == Some(name.as_str())
                && payload["total_cents"].as_i64() == Some(row.get("total")?)
                && told.leads_to(cell(row, "state")?)
                && told.away == row.get::<_, bool>("away")?
                && told.erased == row.get::<_, bool>("erased")?
                && if told.erased { self.says_nothing(row)? } else { self.says_what_was_told(row, &payload, &told)? };
            if !fits {
                faults.push(JournalFault::Fse { fse });
            }
            if faults.len() > MOST_FAULTS {
                return Ok(());
            }
        }
        faults.extend(
            told.fses
                .keys()
                .filter_map(|name| Some(JournalFault::Fse { fse: name.trim_end_matches("/dre").parse().ok()? })),
        );
        Ok(())
    }

    /// Content, bytes, signatures and scanned documents are those that were told.
    fn says_what_was_told(&self, row: &Row<'_>, payload: &Value, told: &ToldFse) -> Result<bool> {
        Ok(is_hash_of(&payload["bytes_sha256"], row, "bytes")?
            && is_hash_of(&payload["content_sha256"], row, "content")?
            && told.signed.clone().unwrap_or_else(|| [told.sealed.clone(), None])
                == [hash_of(row, "vitale")?, hash_of(row, "cps")?]
            && told.scans == self.scan_hashes(row.get("id")?)?)
    }

    /// An erased one: nothing of all that is left, and nobody is named.
    fn says_nothing(&self, row: &Row<'_>) -> Result<bool> {
        let left = ["content", "bytes", "vitale", "cps"].into_iter().map(|column| hash_of(row, column));
        let left = left.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(left.iter().all(Option::is_none)
            && self.scan_hashes(row.get("id")?)?.is_empty()
            && row.get::<_, Option<i64>>("patient")? == Some(0))
    }

    /// The hashes of an FSE's scanned documents, made anew.
    fn scan_hashes(&self, document: i64) -> Result<BTreeSet<String>> {
        let sql = "SELECT bytes FROM attachment WHERE document = ?1";
        let hashes = query::all(&self.connection, sql, [document], |row| hash_of(row, "bytes"))?;
        Ok(hashes.into_iter().flatten().collect())
    }

    fn verify_returns(&self, faults: &mut Vec<JournalFault>, told: &mut Told) -> Result<()> {
        let mut statement =
            self.connection.prepare_cached("SELECT id, sha256, kind, status, raw FROM inbox ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let inbox = row.get("id")?;
            let found = ToldReturn {
                sha256: hash_of(row, "raw")?,
                kind: Some(cell::<InboxKind>(row, "kind")?.word().to_owned()),
                status: Some(cell::<InboxStatus>(row, "status")?.word().to_owned()),
            };
            let named = hex(&cell::<[u8; 32]>(row, "sha256")?);
            if told.returns.remove(&inbox).as_ref() != Some(&found) || found.sha256 != Some(named) {
                faults.push(JournalFault::Return { inbox });
            }
            if faults.len() > MOST_FAULTS {
                return Ok(());
            }
        }
        faults.extend(told.returns.keys().map(|inbox| JournalFault::Return { inbox: *inbox }));
        Ok(())
    }
}

fn text(payload: &Value, name: &str) -> Option<String> {
    payload[name].as_str().map(str::to_owned)
}

fn payload(row: &Row<'_>) -> rusqlite::Result<Value> {
    let json: Option<String> = row.get("payload")?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// The hash of a column's bytes; `None` where there are none.
pub(crate) fn hash_of(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Some(fingerprint(bytes)),
        _ => None,
    })
}

/// Whether a column has bytes, and these.
fn is_hash_of(told: &Value, row: &Row<'_>, column: &str) -> rusqlite::Result<bool> {
    Ok(hash_of(row, column)?.is_some_and(|hash| told.as_str() == Some(&hash)))
}
