//! What the desk keeps beside FSE against what the journal tells of it: what practitioners' cards said and what was typed in
//! their place, standing instructions, cotations, paper sheets. Each is compared by the hash that its last entry gives.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Result;
use crate::journal::fingerprint;
use crate::open::Store;
use crate::query;
use crate::verify::JournalFault;

/// What the entries tell: a kind of row, its key, the hash of what it says, or the word that it has come to.
#[derive(Default)]
pub(crate) struct ToldDesk(BTreeMap<(&'static str, String), String>);

/// The practitioner whose card was read.
const PRACTITIONER: &str = "praticien";
/// A locum's card.
const LOCUM: &str = "remplaçant";
/// A standing instruction.
const INSTRUCTION: &str = "consigne";
/// A situation that the holder of a card typed.
const TYPED: &str = "situation saisie";
/// The cotation of a passage.
const COTATION: &str = "cotation";
/// A paper sheet.
const PAPER: &str = "feuille papier";

/// Whether an instruction holds.
const HOLDS: &str = "consigne en vigueur";
/// What became of a paper sheet.
const SHEET: &str = "suite d'une feuille papier";

/// The kinds whose rows have a word, not a text that is hashed.
const WORDS: [(&str, &str); 2] = [
    (HOLDS, "SELECT CAST(id AS TEXT) AS key, iif(ended_at IS NULL, 'oui', 'non') AS says FROM instruction"),
    // A sheet that is void went with its FSE, which tells so.
    (SHEET, "SELECT CAST(id AS TEXT) AS key, state AS says FROM paper WHERE state <> 'annulee'"),
];

/// Each kind with the statement that gives its keys and what its rows say.
const ROWS: [(&str, &str); 6] = [
    (PRACTITIONER, "SELECT billing || '/' || situation AS key, content AS says FROM practitioner"),
    (LOCUM, "SELECT CAST(session AS TEXT) AS key, content AS says FROM locum_card"),
    (TYPED, "SELECT person || '/' || situation AS key, content AS says FROM typed_situation"),
    (INSTRUCTION, "SELECT CAST(id AS TEXT) AS key, acts AS says FROM instruction"),
    (COTATION, "SELECT CAST(id AS TEXT) AS key, cotation AS says FROM passage WHERE cotation IS NOT NULL"),
    (PAPER, "SELECT CAST(id AS TEXT) AS key, content AS says FROM paper"),
];

impl ToldDesk {
    /// Takes an entry in.
    pub(crate) fn hear(&mut self, action: &str, payload: &Value) {
        let number = |name: &str| payload[name].as_i64().map(|number| number.to_string());
        let word = match action {
            "consigne.donnee" => Some((HOLDS, number("instruction"), Some("oui"))),
            "consigne.levee" => Some((HOLDS, number("instruction"), Some("non"))),
            "feuille.faite" => Some((SHEET, number("sheet"), Some("a_remettre"))),
            "feuille.partie" => Some((SHEET, number("sheet"), payload["state"].as_str())),
            _ => None,
        };
        if let Some((kind, Some(key), Some(word))) = word {
            self.0.insert((kind, key), word.to_owned());
        }
        if action == "feuille.effacee"
            && let Some(key) = number("sheet")
        {
            // Told, and so not lost.
            self.0.remove(&(PAPER, key.clone()));
            self.0.remove(&(SHEET, key));
            return;
        }
        let (kind, key, hash) = match action {
            "praticien.memorise" => {
                let billing = payload["billing"].as_str().unwrap_or_default();
                let key = payload["situation"].as_u64().map(|situation| format!("{billing}/{situation}"));
                (PRACTITIONER, key, "content_sha256")
            }
            "situation.saisie" => {
                let person = payload["person"].as_str().unwrap_or_default();
                let key = payload["situation"].as_u64().map(|situation| format!("{person}/{situation}"));
                (TYPED, key, "content_sha256")
            }
            "remplacant.memorise" => (LOCUM, number("session"), "content_sha256"),
            "consigne.donnee" => (INSTRUCTION, number("instruction"), "acts_sha256"),
            "passage.cote" => (COTATION, number("passage"), "cotation_sha256"),
            "feuille.faite" => (PAPER, number("sheet"), "content_sha256"),
            _ => return,
        };
        if let (Some(key), Some(hash)) = (key, payload[hash].as_str()) {
            self.0.insert((kind, key), hash.to_owned());
        }
    }
}

impl Store {
    /// Compares the rows of the desk with what the journal tells of them. A sheet that is
    /// gone is told too; of the others one that is gone was erased.
    pub(crate) fn verify_desk(&self, faults: &mut Vec<JournalFault>, mut told: ToldDesk) -> Result<()> {
        let hashed = ROWS.map(|(kind, sql)| (kind, sql, true));
        for (kind, sql, hashed) in hashed.into_iter().chain(WORDS.map(|(kind, sql)| (kind, sql, false))) {
            let rows = query::all(&self.connection, sql, [], |row| {
                Ok((row.get::<_, String>("key")?, row.get::<_, String>("says")?))
            })?;
            for (key, says) in rows {
                let wanted = told.0.remove(&(kind, key.clone()));
                let found = if hashed { fingerprint(says.as_bytes()) } else { says };
                if wanted != Some(found) {
                    faults.push(JournalFault::Desk { kind: kind.to_owned(), key });
                }
            }
        }
        let lost = told.0.into_keys().filter(|(kind, _)| *kind == PAPER);
        faults.extend(lost.map(|(kind, key)| JournalFault::Desk { kind: kind.to_owned(), key }));
        Ok(())
    }
}
