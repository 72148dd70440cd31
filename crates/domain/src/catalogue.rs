//! The error catalogue: each code has its French text in `assets/catalogue/*.toml`, embedded here.
//! Not where errors are raised: every module's error gives a `Code` and parameters, the face shows the `Report`.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::invoice::Level;

/// A code of the catalogue, `area.name`. A test scans the sources for `Code("…")` and the texts for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(pub &'static str);

/// Where a fault comes from, so that the user knows whom to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// This computer or this program.
    Poste,
    /// The card reader or its service.
    Lecteur,
    /// A card.
    Carte,
    /// The network or the post office.
    Reseau,
    /// The caisse or another remote service.
    ServiceDistant,
    /// What was typed or chosen.
    Saisie,
    /// A rule of the Assurance Maladie.
    Regle,
}

impl Origin {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Poste => "poste",
            Self::Lecteur => "lecteur",
            Self::Carte => "carte",
            Self::Reseau => "réseau",
            Self::ServiceDistant => "service distant",
            Self::Saisie => "saisie",
            Self::Regle => "règle",
        }
    }
}

/// An error that carries its code and the values its text needs. Values never hold a NIR, a name or a PIN.
pub trait Coded {
    /// The code in the catalogue.
    fn code(&self) -> Code;

    /// Values for the `{placeholders}` of the text.
    fn parameters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The exit code of a program that ends with this error: 1 refused, 2 wrong usage, 3 device or network missing,
    /// 4 damaged or foreign data, 70 our bug (shared contracts).
    fn exit_code(&self) -> u8 {
        exit_of(self.code().0)
    }

    /// The texts for a person.
    fn report(&self) -> Report {
        Report::new(self.code(), &self.parameters())
    }
}

/// What a person is told: what happened, what is safe, what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The code, for the telephone.
    pub code: String,
    /// How serious it is.
    pub level: Level,
    /// What happened.
    pub message: String,
    /// What is safe.
    pub safe: String,
    /// What to do.
    pub action: String,
}

impl Report {
    /// The texts of `code` with its parameters filled in.
    pub fn new(code: Code, parameters: &[(&'static str, String)]) -> Self {
        let fill = |text: &str| {
            if !text.contains('{') {
                return text.to_owned();
            }
            parameters.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
        };
        match entry(code) {
            Some(entry) => Self {
                code: code.0.to_owned(),
                level: entry.level,
                message: fill(&entry.what),
                safe: fill(&entry.safe),
                action: fill(&entry.action),
            },
            None => Self {
                code: code.0.to_owned(),
                level: Level::Error,
                message: "Une erreur sans texte s'est produite.".to_owned(),
                safe: "Rien n'a été envoyé par cette action.".to_owned(),
                action: "Notez ce code et signalez-le.".to_owned(),
            },
        }
    }

    /// The texts of a code that was kept as a text, with a row of the store; `None` for a code that is in no catalogue any
    /// more.
    pub fn kept(code: &str) -> Option<Self> {
        codes().find(|known| *known == code).map(|known| Self::new(Code(known), &[]))
    }
}

/// One line for standard error: `code: sentence`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {} {}", self.code, self.message, self.safe, self.action)
    }
}

/// One entry of the catalogue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// How serious it is.
    pub level: Level,
    /// Where the fault comes from.
    pub origin: Origin,
    /// The exit code of a program.
    pub exit: u8,
    /// What happened.
    pub what: String,
    /// What is safe.
    pub safe: String,
    /// What to do.
    pub action: String,
}

const FILES: &[(&str, &str)] = &[
    ("cards", include_str!("../../../assets/catalogue/cards.toml")),
    ("desk", include_str!("../../../assets/catalogue/desk.toml")),
    ("doctor", include_str!("../../../assets/catalogue/doctor.toml")),
    ("formats", include_str!("../../../assets/catalogue/formats.toml")),
    ("invoicing", include_str!("../../../assets/catalogue/invoicing.toml")),
    ("pricing", include_str!("../../../assets/catalogue/pricing.toml")),
    ("replacement", include_str!("../../../assets/catalogue/replacement.toml")),
    ("road", include_str!("../../../assets/catalogue/road.toml")),
    ("saisie", include_str!("../../../assets/catalogue/saisie.toml")),
    ("store", include_str!("../../../assets/catalogue/store.toml")),
    ("system", include_str!("../../../assets/catalogue/system.toml")),
];

type Catalogue = HashMap<String, Entry>;

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let mut all = Catalogue::new();
        for (_, text) in FILES {
            // A file that does not parse leaves its codes without text; `every_file_parses` refuses that.
            if let Ok(areas) = toml::from_str::<HashMap<String, HashMap<String, Entry>>>(text) {
                for (area, entries) in areas {
                    all.extend(entries.into_iter().map(|(name, entry)| (format!("{area}.{name}"), entry)));
                }
            }
        }
        all
    })
}

/// The entry of a code, if the catalogue has one.
pub fn entry(code: Code) -> Option<&'static Entry> {
    catalogue().get(code.0)
}

/// The exit code of a program that ends with the report of this code; 70, our bug, when the catalogue has no such code.
pub fn exit_of(code: &str) -> u8 {
    catalogue().get(code).map_or(70, |entry| entry.exit)
}

/// Where a fault of this code comes from; `None` when the catalogue has no such code.
pub fn origin_of(code: &str) -> Option<Origin> {
    catalogue().get(code).map(|entry| entry.origin)
}

/// All codes that have a text.
pub fn codes() -> impl Iterator<Item = &'static str> {
    catalogue().keys().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses() {
        for (name, text) in FILES {
            let parsed = toml::from_str::<HashMap<String, HashMap<String, Entry>>>(text);
            assert!(parsed.is_ok(), "{name}: {:?}", parsed.err());
        }
    }

    #[test]
    fn every_text_says_what_is_safe_and_what_to_do() {
        for code in codes() {
            let entry = &catalogue()[code];
            for text in [&entry.what, &entry.safe, &entry.action] {
                assert!(text.len() > 8 && text.ends_with(['.', '?', '}']), "{code}: « {text} »");
                let lower = format!(" {} ", text.to_lowercase());
                assert!(
                    ![" tu ", " ton ", " ta ", " tes "].iter().any(|word| lower.contains(word)),
                    "{code}: tutoiement"
                );
            }
            assert!([0, 1, 2, 3, 4, 70].contains(&entry.exit), "{code}: exit {}", entry.exit);
        }
    }

    #[test]
    fn an_exit_code_is_found_by_the_name_of_its_code() {
        assert_eq!(["road.liaison_coupee", "road.destinataire_interdit", "road.nothing"].map(exit_of), [3, 1, 70]);
    }
}
