//! What the store refuses and what can befall it, each with its catalogue code; no value of a row is ever in it.
//! A wrong key and a damaged first page look the same to the cipher: both are `KeyOrDamage`, and nothing is deleted.

use chrono::NaiveDate;
use liasse_domain::fse::SigningOrder;
use liasse_domain::lot::LotState;
use liasse_domain::replacement::SessionState;
use liasse_domain::state::ForbiddenMove;
use liasse_domain::{Centimes, Code, Coded, DocumentState, FileIdentifier, FseRef, PassageState};
use rusqlite::ffi::ErrorCode;

/// The result of an operation of the store.
pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the store did not do it. The operation left nothing behind: its transaction was rolled back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The key does not open the file, or the file is no database of ours: the cipher cannot tell them apart.
    #[error("wrong key, or not a database")]
    KeyOrDamage,
    /// The key is right and pages are damaged.
    #[error("the database is damaged")]
    Damaged,
    /// A stored value that no longer reads.
    #[error("a stored value does not read: {what}")]
    Unreadable {
        /// What it should have been.
        what: &'static str,
    },
    /// The file was written by a newer program.
    #[error("schema {found}, this program knows {known}")]
    Newer {
        /// Schema of the file.
        found: i64,
        /// The newest schema of this program.
        known: i64,
    },
    /// Another connection holds the database.
    #[error("the database is busy")]
    Busy,
    /// No room left.
    #[error("the disk is full")]
    DiskFull,
    /// The disk failed.
    #[error("input/output error {code}")]
    Io {
        /// The extended result code of SQLite, or the operating system's number.
        code: i32,
    },
    /// The file or its folder cannot be written.
    #[error("the database cannot be written")]
    NotWritable,
    /// The folder does not exist.
    #[error("the folder does not exist")]
    NoDirectory,
    /// Under the name of the open file stands another one, or none: what is written would be lost.
    #[error("the file was replaced under the program")]
    Replaced,
    /// Somebody stopped a copy.
    #[error("the copy was stopped")]
    Stopped,
    /// The file system cannot keep a write-ahead log (a network drive, usually).
    #[error("no write-ahead log on this file system")]
    NoWal,
    /// Anything else SQLite says: our bug.
    #[error("SQLite {code}")]
    Sqlite {
        /// The extended result code.
        code: i32,
    },
    /// Rows that contradict each other: our bug, or a hand in the file.
    #[error("incoherent rows: {what}")]
    Incoherent {
        /// What does not fit.
        what: &'static str,
    },
    /// A move that an axis of state does not allow.
    #[error(transparent)]
    Forbidden(#[from] ForbiddenMove),
    /// Signatures that do not fit the mode of the FSE.
    #[error(transparent)]
    Signing(#[from] SigningOrder),
    /// No such FSE.
    #[error("unknown FSE")]
    UnknownFse,
    /// No such lot.
    #[error("unknown lot")]
    UnknownLot,
    /// No such file in the outbox, or no such attempt.
    #[error("unknown sending")]
    UnknownSending,
    /// What comes back is not what was stored: other bytes, another number.
    #[error("not what was stored")]
    NotAsStored,
    /// The FSE is in a live lot.
    #[error("the FSE is in a live lot")]
    InLot {
        /// Which file.
        lot: FileIdentifier,
    },
    /// The FSE cannot enter that lot: not signed, not free, rejected, or of another key; or the lot is empty or too big.
    #[error("the FSE cannot enter this lot")]
    NotForThisLot,
    /// The lot is not in the state that this asks for.
    #[error("the lot is {}", state.word())]
    LotState {
        /// Its state.
        state: LotState,
    },
    /// The file of the lot left, may have left, or is leaving.
    #[error("the file of this lot left, may have left, or is leaving")]
    SendingBegun,
    /// That file cannot leave now: sent, unconfirmed, dissolved, or being sent.
    #[error("the file cannot leave now")]
    NotToSend,
    /// The attempt has ended, or its phases went backwards.
    #[error("the attempt has ended or went backwards")]
    AttemptOver,
    /// The file identifier is taken: draw another.
    #[error("the file identifier is taken")]
    IdentifierTaken,
    /// The series of numbers is at its end.
    #[error("no number left")]
    NumbersExhausted,
    /// The FSE is not *signée*: it cannot be settled.
    #[error("the FSE is {}", state.word())]
    NotSigned {
        /// Its state.
        state: DocumentState,
    },
    /// The patient owes nothing for this FSE.
    #[error("nothing is owed")]
    NothingOwed,
    /// The day of receipts is closed.
    #[error("the day is closed")]
    DayClosed,
    /// The day has not begun.
    #[error("the day has not begun")]
    DayAhead,
    /// No such cheque in hand.
    #[error("no cheque {cheque} in hand")]
    UnknownCheque {
        /// As it was named.
        cheque: i64,
    },
    /// No cheque is in hand.
    #[error("nothing to deposit")]
    NothingToDeposit,
    /// No such line of a transfer.
    #[error("unknown line of a payment")]
    UnknownPayment,
    /// The line has a document already.
    #[error("the line is matched")]
    Matched,
    /// The line has no document.
    #[error("the line is not matched")]
    NotMatched,
    /// The line cannot be of that document.
    #[error("the line cannot be of that document")]
    NotPayable,
    /// No caisse rejected the FSE: there is nothing to correct.
    #[error("the FSE is not rejected")]
    NotRejected,
    /// No DRE goes with the FSE, or none that could be taken back.
    #[error("no such DRE")]
    NoDre,
    /// The insurer has paid a DRE, or a part of it: it can no longer be taken back.
    #[error("the DRE is paid")]
    DrePaid,
    /// The DRE of the FSE has left: it is taken back before the FSE is withdrawn.
    #[error("the DRE has left")]
    DreLeft,
    /// No such replacement session.
    #[error("no such session")]
    NoSession,
    /// The session is in another state than this asks for.
    #[error("the session is {}", state.word())]
    SessionState {
        /// Its state.
        state: SessionState,
    },
    /// Another open session of the same practitioner holds at one of its hours.
    #[error("two sessions meet")]
    SessionsMeet {
        /// Which one.
        number: u32,
        /// On which day first.
        on: NaiveDate,
    },
    /// No such passage, or it is billed by an FSE.
    #[error("no such passage")]
    NoPassage,
    /// No such accident, or it is consolidated.
    #[error("no such open accident")]
    NoAccident,
    /// The passage is no longer open.
    #[error("the passage is {}", state.word())]
    PassageState {
        /// Its state.
        state: PassageState,
    },
    /// No such standing instruction.
    #[error("no such instruction")]
    NoInstruction,
    /// An instruction of that name holds already.
    #[error("an instruction of that name holds")]
    InstructionNamed,
    /// No such sheet is to be given.
    #[error("no such sheet")]
    NoPaper,
    /// The Vitale sealed it.
    #[error("sealed by the Vitale")]
    Sealed,
    /// The FSE is at another post of the practice.
    #[error("at another post")]
    Away,
    /// The file was taken in before, or what it holds is here.
    #[error("taken in before")]
    Replayed,
    /// The cheque of this FSE is at the bank, or settles another one too.
    #[error("the cheque is elsewhere too")]
    ChequeElsewhere,
    /// Scanned documents are joined to it: they leave with its lot, from this post.
    #[error("has scans")]
    HasScans,
    /// What was made under a replacement, or corrects another FSE, stays at its post.
    #[error("made under a session")]
    OfSession,
    /// Another FSE corrects it already.
    #[error("corrected already")]
    Corrected {
        /// Which.
        by: FseRef,
    },
    /// The FSE is withdrawn or its lot is signed: its documents stay as they are.
    #[error("the documents of this FSE stay as they are")]
    ScansClosed,
    /// The same document is there already.
    #[error("the document is there already")]
    ScanTwice,
    /// The FSE has as many documents as it may.
    #[error("too many documents")]
    TooManyScans,
    /// The sealed lot of the FSE has as many documents as one mail carries.
    #[error("too many documents in the lot")]
    LotScansFull,
    /// The FSE has no such document.
    #[error("unknown document {scan}")]
    UnknownScan {
        /// As it was named.
        scan: i64,
    },
    /// What the FSE said was erased: its time was over, or its patient asked.
    #[error("the content of the FSE was erased")]
    Erased,
    /// Something was written here already: rows are put into an empty store only.
    #[error("the store is not empty")]
    NotEmpty,
    /// The amount is not positive, or more than what is owed.
    #[error("the amount does not fit what is owed")]
    Amount {
        /// What the patient still owes.
        owed: Centimes,
    },
}

impl Coded for StoreError {
    fn code(&self) -> Code {
        match self {
            Self::KeyOrDamage => Code("store.cle_ou_dommage"),
            Self::Damaged => Code("store.endommagee"),
            Self::Unreadable { .. } => Code("store.valeur_illisible"),
            Self::Newer { .. } => Code("store.trop_recente"),
            Self::Busy => Code("store.occupee"),
            Self::DiskFull => Code("store.disque_plein"),
            Self::Io { .. } => Code("store.entree_sortie"),
            Self::NotWritable => Code("store.non_inscriptible"),
            Self::NoDirectory => Code("store.dossier_absent"),
            Self::Replaced => Code("store.fichier_remplace"),
            Self::Stopped => Code("store.copie_arretee"),
            Self::NoWal => Code("store.journal_sqlite_refuse"),
            Self::Sqlite { .. } => Code("store.sqlite"),
            Self::Incoherent { .. } => Code("store.incoherence"),
            Self::Forbidden(forbidden) => forbidden.code(),
            Self::Signing(order) => order.code(),
            Self::UnknownFse => Code("store.fse_inconnue"),
            Self::UnknownLot => Code("store.lot_inconnu"),
            Self::UnknownSending => Code("store.envoi_inconnu"),
            Self::NotAsStored => Code("store.contenu_different"),
            Self::InLot { .. } => Code("store.fse_dans_un_lot"),
            Self::NotForThisLot => Code("store.fse_hors_lot"),
            Self::LotState { .. } => Code("store.etat_du_lot"),
            Self::SendingBegun => Code("store.envoi_commence"),
            Self::NotToSend => Code("store.fichier_non_envoyable"),
            Self::AttemptOver => Code("store.tentative_terminee"),
            Self::IdentifierTaken => Code("store.identifiant_deja_pris"),
            Self::NumbersExhausted => Code("store.numeros_epuises"),
            Self::NotSigned { .. } => Code("store.fse_non_signee"),
            Self::NothingOwed => Code("store.rien_a_regler"),
            Self::DayClosed => Code("store.journee_close"),
            Self::DayAhead => Code("store.journee_future"),
            Self::UnknownCheque { .. } => Code("store.cheque_inconnu"),
            Self::NothingToDeposit => Code("store.aucun_cheque"),
            Self::UnknownPayment => Code("store.paiement_inconnu"),
            Self::Matched => Code("store.paiement_deja_rapproche"),
            Self::NotMatched => Code("store.paiement_non_rapproche"),
            Self::NotPayable => Code("store.paiement_pour_un_autre"),
            Self::NotRejected => Code("store.fse_non_rejetee"),
            Self::NoDre => Code("store.dre_absente"),
            Self::DrePaid => Code("store.dre_payee"),
            Self::NoSession => Code("replacement.inconnue"),
            Self::SessionState { .. } => Code("replacement.etat"),
            Self::SessionsMeet { .. } => Code("replacement.heures_communes"),
            Self::NoPassage => Code("passage.inconnu"),
            Self::PassageState { .. } => Code("passage.etat"),
            Self::NoInstruction => Code("passage.consigne_inconnue"),
            Self::InstructionNamed => Code("passage.consigne_existe"),
            Self::NoAccident => Code("store.accident_inconnu"),
            Self::NoPaper => Code("papier.inconnue"),
            Self::Sealed => Code("desync.deja_scellee"),
            Self::Away => Code("desync.autre_poste"),
            Self::Replayed => Code("desync.deja_recu"),
            Self::ChequeElsewhere => Code("desync.cheque_ailleurs"),
            Self::HasScans => Code("desync.piece_jointe"),
            Self::OfSession => Code("desync.de_session"),
            Self::DreLeft => Code("store.dre_partie"),
            Self::Corrected { .. } => Code("store.fse_deja_corrigee"),
            Self::ScansClosed => Code("store.numerisation_figee"),
            Self::ScanTwice => Code("store.numerisation_deja_jointe"),
            Self::TooManyScans => Code("store.numerisation_trop_nombreuse"),
            Self::LotScansFull => Code("store.numerisation_lot_plein"),
            Self::UnknownScan { .. } => Code("store.numerisation_inconnue"),
            Self::Erased => Code("store.fse_effacee"),
            Self::NotEmpty => Code("store.non_vide"),
            Self::Amount { .. } => Code("store.montant_inadapte"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unreadable { what } | Self::Incoherent { what } => vec![("what", (*what).to_owned())],
            Self::Newer { found, known } => vec![("found", found.to_string()), ("known", known.to_string())],
            Self::Io { code } | Self::Sqlite { code } => vec![("code", code.to_string())],
            Self::Forbidden(forbidden) => forbidden.parameters(),
            Self::PassageState { state } => vec![("state", state.label().to_owned())],
            Self::SessionState { state } => vec![("state", state.label().to_owned())],
            Self::SessionsMeet { number, on } => {
                vec![("session", number.to_string()), ("on", on.format("%d/%m/%Y").to_string())]
            }
            Self::InLot { lot } => vec![("lot", lot.to_string())],
            Self::LotState { state } => vec![("state", state.word().to_owned())],
            Self::NotSigned { state } => vec![("state", state.label().to_owned())],
            Self::Amount { owed } => vec![("owed", owed.to_string())],
            Self::Corrected { by } => vec![("fse", by.to_string())],
            Self::UnknownScan { scan } => vec![("scan", scan.to_string())],
            Self::UnknownCheque { cheque } => vec![("cheque", cheque.to_string())],
            _ => Vec::new(),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(failure, _) => from_sqlite(failure),
            rusqlite::Error::SqlInputError { error, .. } => from_sqlite(error),
            rusqlite::Error::FromSqlConversionFailure(_, _, source) => match source.downcast_ref::<BadCell>() {
                Some(BadCell(what)) => Self::Unreadable { what },
                None => Self::Unreadable { what: "colonne" },
            },
            rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::InvalidColumnType(..) => Self::Unreadable { what: "colonne" },
            _ => Self::Sqlite { code: rusqlite::ffi::SQLITE_MISUSE },
        }
    }
}

fn from_sqlite(failure: rusqlite::ffi::Error) -> StoreError {
    match failure.code {
        ErrorCode::NotADatabase => StoreError::KeyOrDamage,
        ErrorCode::DatabaseCorrupt => StoreError::Damaged,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => StoreError::Busy,
        ErrorCode::DiskFull => StoreError::DiskFull,
        ErrorCode::SystemIoFailure => StoreError::Io { code: failure.extended_code },
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => StoreError::NotWritable,
        _ => StoreError::Sqlite { code: failure.extended_code },
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NoDirectory,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::NotWritable,
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            _ => Self::Io { code: error.raw_os_error().unwrap_or_default() },
        }
    }
}

/// A stored value that does not read; says what it should have been, never what it is.
#[derive(Debug, thiserror::Error)]
#[error("{0} does not read")]
pub(crate) struct BadCell(pub(crate) &'static str);

/// Why an operation that ran a closure did not succeed. Either way nothing was stored, and no number was used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Or<E> {
    /// The store refused or failed.
    Store(StoreError),
    /// The closure failed.
    Other(E),
}

impl<E> From<StoreError> for Or<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<E: std::fmt::Display> std::fmt::Display for Or<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Other(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error> std::error::Error for Or<E> {}

impl<E: Coded> Coded for Or<E> {
    fn code(&self) -> Code {
        match self {
            Self::Store(error) => error.code(),
            Self::Other(error) => error.code(),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Store(error) => error.parameters(),
            Self::Other(error) => error.parameters(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    fn of(code: i32) -> StoreError {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some("no word of this is kept".to_owned())).into()
    }

    #[test]
    fn sqlite_codes_become_ours() {
        assert_eq!(of(ffi::SQLITE_NOTADB), StoreError::KeyOrDamage);
        assert_eq!(of(ffi::SQLITE_CORRUPT), StoreError::Damaged);
        assert_eq!(of(ffi::SQLITE_FULL), StoreError::DiskFull);
        assert_eq!(of(ffi::SQLITE_BUSY), StoreError::Busy);
        assert_eq!(of(ffi::SQLITE_READONLY), StoreError::NotWritable);
        // SQLITE_IOERR_FSYNC: the extended code says which call failed.
        assert_eq!(of(1034), StoreError::Io { code: 1034 });
    }

    #[test]
    fn the_system_says_why_a_file_cannot_be_made() {
        // ENOSPC is 28 and EIO 5 on Linux.
        assert_eq!(StoreError::from(std::io::Error::from_raw_os_error(28)), StoreError::DiskFull);
        assert_eq!(StoreError::from(std::io::Error::from_raw_os_error(5)), StoreError::Io { code: 5 });
    }
}
