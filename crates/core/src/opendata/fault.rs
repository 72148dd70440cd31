//! Why an open export is not written, or one is not taken in: which file, which line. Whatever is refused, nothing is left.

use liasse_domain::{Code, Coded};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenDataError {
    /// The folder holds something, or an export to it was cut.
    #[error("the folder is taken")]
    FolderTaken,
    /// Something was written in the store while it was exported.
    #[error("the data changed meanwhile")]
    Changed,
    /// No manifest, or one that does not read.
    #[error("the manifest does not read")]
    Manifest,
    /// Written by an older version of the program: a backup of it can be restored, an export of it is not converted.
    #[error("schema {found}, this program takes {known}")]
    Older {
        /// The program that wrote it.
        program: String,
        /// The schema of the export.
        found: i64,
        /// The one of this program.
        known: i64,
    },
    /// Written by a newer version of the program.
    #[error("schema {found}, this program knows {known}")]
    Newer {
        /// The program that wrote it.
        program: String,
        /// The schema of the export.
        found: i64,
        /// The one of this program.
        known: i64,
    },
    /// Invented people into a practice, or real ones into the demonstration.
    #[error("of the other world")]
    OtherWorld,
    /// A file that the manifest lists, or must list, is not there.
    #[error("{file} is missing")]
    Missing {
        /// Which.
        file: String,
    },
    /// A file is not the one that the manifest lists.
    #[error("{file} was altered")]
    Altered {
        /// Which.
        file: String,
    },
    /// A line is refused.
    #[error("{file}, line {line}: {fault}")]
    Line {
        /// In which file.
        file: String,
        /// Which, from 1.
        line: usize,
        /// Why.
        fault: LineFault,
    },
    /// The journal that came does not fit itself or the rows; with the words of its first fault.
    #[error("the journal does not fit")]
    Journal {
        /// What does not fit first.
        first: String,
    },
    /// Something in the folder cannot be read.
    #[error("the folder cannot be read")]
    Unreadable,
}

/// Why a line is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// No JSON object of one line, or a field stands twice.
    #[error("no JSON object")]
    NoObject,
    /// Longer than any row of ours.
    #[error("too long")]
    TooLong,
    /// A field that the table has not.
    #[error("unknown field {field}")]
    Unknown {
        /// Its name, where it is one.
        field: String,
    },
    /// A field of the table is not there.
    #[error("field {field} is missing")]
    Lacks {
        /// Which.
        field: &'static str,
    },
    /// A field holds something else than it may.
    #[error("field {field} is of another kind")]
    Kind {
        /// Which.
        field: &'static str,
    },
    /// Not after the line before it, by its key; or the same.
    #[error("not in order")]
    Order,
    /// The schema refuses it.
    #[error("refused by the schema")]
    Refused,
    /// It refers to a row that is nowhere.
    #[error("refers to nothing")]
    Dangling,
}

impl Coded for OpenDataError {
    fn code(&self) -> Code {
        match self {
            Self::FolderTaken => Code("donnees.dossier_pris"),
            Self::Changed => Code("donnees.changees"),
            Self::Manifest => Code("donnees.manifeste"),
            Self::Older { .. } => Code("donnees.autre_version"),
            Self::Newer { .. } => Code("donnees.trop_recentes"),
            Self::OtherWorld => Code("donnees.autre_monde"),
            Self::Missing { .. } => Code("donnees.fichier_absent"),
            Self::Altered { .. } => Code("donnees.fichier_altere"),
            Self::Journal { .. } => Code("donnees.journal"),
            Self::Unreadable => Code("donnees.illisibles"),
            Self::Line { fault, .. } => match fault {
                LineFault::NoObject => Code("donnees.ligne_illisible"),
                LineFault::TooLong => Code("donnees.ligne_longue"),
                LineFault::Unknown { .. } => Code("donnees.champ_inconnu"),
                LineFault::Lacks { .. } => Code("donnees.champ_absent"),
                LineFault::Kind { .. } => Code("donnees.champ_nature"),
                LineFault::Order => Code("donnees.ligne_ordre"),
                LineFault::Refused => Code("donnees.ligne_refusee"),
                LineFault::Dangling => Code("donnees.reference"),
            },
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Missing { file } | Self::Altered { file } => vec![("file", file.clone())],
            Self::Older { program, found, known } | Self::Newer { program, found, known } => {
                vec![("program", program.clone()), ("found", found.to_string()), ("known", known.to_string())]
            }
            Self::Journal { first } => vec![("first", first.clone())],
            Self::Line { file, line, fault } => {
                let mut values = vec![("file", file.clone()), ("line", line.to_string())];
                match fault {
                    LineFault::Unknown { field } => values.push(("field", field.clone())),
                    LineFault::Lacks { field } | LineFault::Kind { field } => {
                        values.push(("field", (*field).to_owned()));
                    }
                    _ => {}
                }
                values
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_sentences() {
        let file = || "donnees/document.jsonl".to_owned();
        let line = |fault| OpenDataError::Line { file: file(), line: 7, fault };
        for error in [
            OpenDataError::FolderTaken,
            OpenDataError::Changed,
            OpenDataError::Manifest,
            OpenDataError::Older { program: "liasse 0.1.0".to_owned(), found: 8, known: 9 },
            OpenDataError::Newer { program: "liasse 0.3.0".to_owned(), found: 10, known: 9 },
            OpenDataError::OtherWorld,
            OpenDataError::Missing { file: file() },
            OpenDataError::Altered { file: file() },
            OpenDataError::Journal { first: "Une entrée manque.".to_owned() },
            OpenDataError::Unreadable,
            line(LineFault::NoObject),
            line(LineFault::TooLong),
            line(LineFault::Unknown { field: "color".to_owned() }),
            line(LineFault::Lacks { field: "id" }),
            line(LineFault::Kind { field: "id" }),
            line(LineFault::Order),
            line(LineFault::Refused),
            line(LineFault::Dangling),
        ] {
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
            let report = error.report();
            assert!(!format!("{}{}{}", report.message, report.safe, report.action).contains('{'), "{error:?}");
            if let OpenDataError::Line { .. } = error {
                assert!(report.message.contains("donnees/document.jsonl") && report.message.contains('7'), "{report}");
            }
        }
    }
}
