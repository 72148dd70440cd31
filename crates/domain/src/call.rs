//! A wrong call of one of our programs: what is wrong with its arguments or with a file that they name.
//! Not the reading of a command line: each program does that, and hands in what it found.
//! Codes and exit code 2: shared contracts, "Programs".

use std::path::Path;

use crate::catalogue::{Code, Coded};

/// Why a call is none. Arguments are named, their values never shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// An argument that the program does not have.
    #[error("unknown argument {argument}")]
    UnknownArgument {
        /// As it was written.
        argument: String,
    },
    /// An argument that the call needs.
    #[error("missing argument {argument}")]
    MissingArgument {
        /// Its name.
        argument: String,
    },
    /// A value that its argument does not take.
    #[error("wrong value for {argument}")]
    WrongValue {
        /// Name of the argument.
        argument: String,
    },
    /// Any other way of not being a call.
    #[error("wrong call")]
    Incomplete,
    /// A file or a folder that cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// As it was given.
        path: String,
    },
}

impl CallError {
    /// What is said of a file or a folder that cannot be read.
    pub fn unreadable(path: &Path) -> Self {
        Self::Unreadable { path: path.display().to_string() }
    }
}

impl Coded for CallError {
    fn code(&self) -> Code {
        match self {
            Self::UnknownArgument { .. } => Code("system.argument_inconnu"),
            Self::MissingArgument { .. } => Code("system.argument_manquant"),
            Self::WrongValue { .. } => Code("system.argument_refuse"),
            Self::Incomplete => Code("system.appel_incomplet"),
            Self::Unreadable { .. } => Code("system.fichier_illisible"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnknownArgument { argument } | Self::MissingArgument { argument } | Self::WrongValue { argument } => {
                vec![("argument", argument.clone())]
            }
            Self::Unreadable { path } => vec![("path", path.clone())],
            Self::Incomplete => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_call_is_one_french_line_and_exit_2() {
        let missing = CallError::MissingArgument { argument: "--data <DOSSIER>".to_owned() };
        assert_eq!(
            missing.report().to_string(),
            "system.argument_manquant: Il manque à cet appel : --data <DOSSIER>. Rien n'a été fait. \
             Consultez l'aide avec --help."
        );
        let argument = || "--x".to_owned();
        let errors = [
            missing,
            CallError::UnknownArgument { argument: argument() },
            CallError::WrongValue { argument: argument() },
            CallError::Incomplete,
            CallError::unreadable(Path::new("/nowhere")),
        ];
        for error in errors {
            assert_eq!(error.exit_code(), 2, "{error}");
            assert!(!error.report().to_string().contains('{'), "{error}");
        }
    }
}
