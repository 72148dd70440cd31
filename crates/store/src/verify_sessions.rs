//! Replacement sessions against what the journal tells of them: what was sealed, its seal, and how far it came.
//! Not whether the seal is the replaced doctor's: `core` verifies that each time a session is used.

use std::collections::BTreeMap;

use liasse_domain::replacement::SessionState;
use serde_json::Value;

use crate::cell::cell;
use crate::error::Result;
use crate::open::Store;
use crate::query;
use crate::verify::JournalFault;
use crate::verify_rows::hash_of;

/// What the entries tell of sessions, by their numbers.
#[derive(Default)]
pub(crate) struct ToldSessions(BTreeMap<u64, Told>);

#[derive(Default, PartialEq, Eq)]
struct Told {
    content: Option<String>,
    cms: Option<String>,
    state: Option<SessionState>,
}

impl ToldSessions {
    /// Takes an entry in.
    pub(crate) fn hear(&mut self, action: &str, payload: &Value) {
        use SessionState::{Close, Effacee, Ouverte, Preparee, Suspendue};
        let Some(number) = payload["session"].as_u64() else { return };
        let text = |name: &str| payload[name].as_str().map(str::to_owned);
        let told = self.0.entry(number).or_default();
        let state = match action {
            "remplacement.ouvert" => {
                told.content = text("content_sha256");
                Ouverte
            }
            "remplacement.prepare" => {
                told.cms = text("cms_sha256");
                Preparee
            }
            "remplacement.suspendu" => Suspendue,
            "remplacement.repris" => Preparee,
            "remplacement.clos" => Close,
            "remplacement.efface" | "remplacement.abandonne" => {
                (told.content, told.cms) = (None, None);
                Effacee
            }
            _ => return,
        };
        told.state = Some(state);
    }
}

impl Store {
    /// Compares the sessions with what the journal tells of them.
    pub(crate) fn verify_sessions(&self, faults: &mut Vec<JournalFault>, mut told: ToldSessions) -> Result<()> {
        let sql = "SELECT number, state, content, cms FROM replacement ORDER BY number";
        let rows = query::all(&self.connection, sql, [], |row| {
            let found =
                Told { content: hash_of(row, "content")?, cms: hash_of(row, "cms")?, state: Some(cell(row, "state")?) };
            Ok((row.get::<_, u32>("number")?, found))
        })?;
        for (number, found) in rows {
            if told.0.remove(&u64::from(number)).as_ref() != Some(&found) {
                faults.push(JournalFault::Session { number });
            }
        }
        let lost = told.0.into_iter().filter(|(_, told)| told.state.is_some());
        faults
            .extend(lost.filter_map(|(number, _)| Some(JournalFault::Session { number: u32::try_from(number).ok()? })));
        Ok(())
    }
}
