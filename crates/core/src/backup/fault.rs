//! Why a backup, a drill or a restore did not succeed, each told apart: the folder, the medium, the key, what is in the copy.
//! None of them changed the data; a restore that failed left no directory behind.

use std::io::ErrorKind;

use liasse_domain::{Code, Coded};
use liasse_store::{Difference, Finding, StoreError};

use crate::aside::AsideError;
use crate::data_dir::DirError;
use crate::error::CoreError;
use crate::keys::KeyError;
use crate::lane::LaneEnded;
use crate::ports::NoKey;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// No folder is set, and none was named.
    #[error("no folder for backups")]
    NoFolder,
    /// The folder is not there: its drive is not plugged in, usually.
    #[error("the folder is not there")]
    FolderGone,
    /// The folder lies in the data directory: it would be lost with it.
    #[error("the folder lies in the data")]
    Inside,
    /// A backup or a drill of these data is under way.
    #[error("one is under way")]
    Running,
    /// Somebody stopped it.
    #[error("stopped")]
    Stopped,
    /// No room on the medium.
    #[error("the medium is full")]
    Full,
    /// The medium cannot be written.
    #[error("the medium cannot be written")]
    ReadOnly,
    /// The medium failed.
    #[error("the medium failed: {0}")]
    Medium(ErrorKind),
    /// There is no backup in the folder.
    #[error("no backup in the folder")]
    None,
    /// The folder is no backup of Liasse, or its list of files does not read.
    #[error("not a backup")]
    NotABackup,
    /// It was made by a newer program.
    #[error("made by a newer program")]
    Newer,
    /// A file of it is not the one that was written.
    #[error("{file} is not as it was written")]
    Altered {
        /// Which.
        file: String,
    },
    /// Its list of files is not the one that was sealed under its key: somebody changed it.
    #[error("the list is not the one that was sealed")]
    ListChanged,
    /// Its copy of the data is not whole.
    #[error("the copy is not whole")]
    Unsound(Finding),
    /// Its copy is not what the data were.
    #[error("the copy is not what the data were")]
    Differs(Difference),
    /// It was made under a key that the data do not have any more.
    #[error("made under a former key")]
    FormerKey,
    /// The key of its own file of keys does not open its copy.
    #[error("its key does not open its copy")]
    ForeignCopy,
    /// The folder holds backups of several practices.
    #[error("backups of several practices")]
    SeveralPractices,
    /// Something lies where the data are to be restored.
    #[error("the folder is not empty")]
    NotEmpty,
    /// The backup lies in what was to be set aside for it.
    #[error("the backup lies in the folder that is set aside")]
    WithinTarget,
    /// A backup of a practice opens by its passphrase or its recovery code.
    #[error("a secret is needed")]
    SecretNeeded,
    /// A backup of the demonstration has no secret.
    #[error("the demonstration has no secret")]
    NoSecret,
    /// Its file of keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// What lies where it goes was not set aside.
    #[error(transparent)]
    Aside(#[from] AsideError),
    /// Anything else of the workstation.
    #[error(transparent)]
    Core(#[from] CoreError),
}

impl BackupError {
    /// What the store said of writing to the medium.
    pub(super) fn on_medium(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::Full,
            StoreError::NotWritable => Self::ReadOnly,
            StoreError::NoDirectory => Self::FolderGone,
            StoreError::Stopped => Self::Stopped,
            other => other.into(),
        }
    }
}

impl Coded for BackupError {
    fn code(&self) -> Code {
        match self {
            Self::NoFolder => Code("sauvegarde.sans_dossier"),
            Self::FolderGone => Code("sauvegarde.dossier_absent"),
            Self::Inside => Code("sauvegarde.dans_les_donnees"),
            Self::Running => Code("sauvegarde.en_cours"),
            Self::Stopped => Code("store.copie_arretee"),
            Self::Full => Code("sauvegarde.support_plein"),
            Self::ReadOnly => Code("sauvegarde.support_protege"),
            Self::Medium(_) => Code("sauvegarde.support_en_panne"),
            Self::None => Code("sauvegarde.aucune"),
            Self::NotABackup => Code("sauvegarde.illisible"),
            Self::Newer => Code("sauvegarde.trop_recente"),
            Self::Altered { .. } => Code("sauvegarde.alteree"),
            Self::ListChanged => Code("sauvegarde.liste_changee"),
            Self::Unsound(finding) => finding.code(),
            Self::Differs(difference) => difference.code(),
            Self::FormerKey => Code("sauvegarde.ancienne_cle"),
            Self::ForeignCopy => Code("sauvegarde.autre_cle"),
            Self::SeveralPractices => Code("sauvegarde.plusieurs_cabinets"),
            Self::NotEmpty => Code("sauvegarde.dossier_occupe"),
            Self::WithinTarget => Code("sauvegarde.dans_le_dossier"),
            Self::SecretNeeded => Code("sauvegarde.secret_requis"),
            Self::NoSecret => Code("sauvegarde.sans_secret"),
            Self::Keys(error) => error.code(),
            Self::Aside(error) => error.code(),
            Self::Core(error) => error.code(),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Altered { file } => vec![("file", file.clone())],
            Self::Unsound(finding) => finding.parameters(),
            Self::Differs(difference) => difference.parameters(),
            Self::Keys(error) => error.parameters(),
            Self::Aside(error) => error.parameters(),
            Self::Core(error) => error.parameters(),
            _ => Vec::new(),
        }
    }
}

/// Of the folder of backups, or of where data are restored.
impl From<std::io::Error> for BackupError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::FolderGone,
            kind => Self::Medium(kind),
        }
    }
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Core(error.into())
    }
}

impl From<DirError> for BackupError {
    fn from(error: DirError) -> Self {
        Self::Core(error.into())
    }
}

impl From<NoKey> for BackupError {
    fn from(error: NoKey) -> Self {
        Self::Core(error.into())
    }
}

impl From<LaneEnded> for BackupError {
    fn from(error: LaneEnded) -> Self {
        Self::Core(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_sentences() {
        let finding = Finding::Pages { pages: vec![7], count: 1, of: 12 };
        let difference = Difference::Rows { table: "receipt".to_owned(), copy: 3, live: 4 };
        for error in [
            BackupError::NoFolder,
            BackupError::FolderGone,
            BackupError::Inside,
            BackupError::Running,
            BackupError::Stopped,
            BackupError::Full,
            BackupError::ReadOnly,
            BackupError::Medium(ErrorKind::Other),
            BackupError::None,
            BackupError::NotABackup,
            BackupError::Newer,
            BackupError::Altered { file: "liasse.db".to_owned() },
            BackupError::ListChanged,
            BackupError::Unsound(finding),
            BackupError::Differs(difference),
            BackupError::FormerKey,
            BackupError::ForeignCopy,
            BackupError::SeveralPractices,
            BackupError::NotEmpty,
            BackupError::WithinTarget,
            BackupError::Aside(AsideError::Nothing),
            BackupError::SecretNeeded,
            BackupError::NoSecret,
            BackupError::Keys(KeyError::WrongRecovery),
            StoreError::Replaced.into(),
        ] {
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
            let report = error.report();
            assert!(!format!("{}{}{}", report.message, report.safe, report.action).contains('{'), "{error:?}");
        }
    }

    #[test]
    fn a_full_medium_and_one_that_is_not_there_are_told_from_the_disk_of_the_data() {
        let system = |code| BackupError::from(std::io::Error::from_raw_os_error(code)).code().0;
        // ENOENT, EACCES, EIO, ENOSPC, EROFS on Linux.
        assert_eq!(
            [2, 13, 5, 28, 30].map(system),
            [
                "sauvegarde.dossier_absent",
                "sauvegarde.support_protege",
                "sauvegarde.support_en_panne",
                "sauvegarde.support_plein",
                "sauvegarde.support_protege"
            ]
        );
        assert_eq!(BackupError::on_medium(StoreError::DiskFull).code().0, "sauvegarde.support_plein");
        assert_eq!(BackupError::on_medium(StoreError::Damaged).code().0, "store.endommagee");
    }
}
