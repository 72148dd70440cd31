//! Why a caisse rejected an FSE, in plain words: cause, what to do, and which gesture follows. The codes are the public
//! list's (SNDS `IR_TAN_V`) and those of the simulated caisse; the words are ours (`assets/reasons`).
//! Not the caisse's own label, which travels with the reject and is shown beside.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

const FILE: &str = include_str!("../../../assets/reasons/iris.toml");

/// What a person does about a reject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gesture {
    /// A new FSE corrects it.
    Corriger,
    /// Look at the patient's rights, then correct.
    Droits,
    /// A card must be updated or read again.
    Carte,
    /// Call the caisse: nothing is to be corrected here.
    Caisse,
    /// The FSE was accepted before: it is not sent again.
    Dupliquer,
    /// A paper sheet is the way.
    Papier,
    /// The whole lot is rebuilt.
    Lot,
}

impl Gesture {
    /// Whether a corrected FSE makes sense: it would bill the care again where the caisse has it already.
    pub fn allows_correction(self) -> bool {
        matches!(self, Self::Corriger | Self::Droits | Self::Carte)
    }
}

/// A reject explained.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explained {
    /// Why.
    pub cause: String,
    /// What to do.
    pub action: String,
    /// Which gesture that is.
    pub gesture: Gesture,
}

fn reasons() -> &'static HashMap<String, Explained> {
    static REASONS: OnceLock<HashMap<String, Explained>> = OnceLock::new();
    // A file that does not parse explains nothing; a test refuses it.
    REASONS.get_or_init(|| toml::from_str(FILE).unwrap_or_default())
}

/// The plain words of a code; `None` for a code that nobody has explained yet.
pub fn explain(code: &str) -> Option<&'static Explained> {
    reasons().get(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_parses_and_speaks_to_a_person() {
        let parsed = toml::from_str::<HashMap<String, Explained>>(FILE).expect("reasons");
        assert!(parsed.len() > 150, "{}", parsed.len());
        for (code, explained) in &parsed {
            for text in [&explained.cause, &explained.action] {
                assert!(text.len() > 8 && text.ends_with('.'), "{code}: {text}");
                assert!(![" tu ", " ton ", " ta ", " tes "].iter().any(|word| text.contains(word)), "{code}");
            }
        }
    }

    /// Every anomaly of the public list has its words.
    #[test]
    fn reads_shared_every_public_anomaly_is_explained() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/data/snds/iris_anomalies_only.csv");
        let text = std::fs::read_to_string(path).expect("the public list");
        let codes = text.lines().skip(1).filter_map(|line| {
            line.split([';', ',']).map(|cell| cell.trim_matches('"')).find(|cell| {
                cell.len() == 5 && cell.starts_with('I') && cell[1..].bytes().all(|byte| byte.is_ascii_digit())
            })
        });
        let codes: Vec<&str> = codes.collect();
        assert!(codes.len() > 100, "{}", codes.len());
        for code in codes {
            assert!(explain(code).is_some(), "{code}");
        }
    }
}
