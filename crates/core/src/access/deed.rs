//! What is asked of the workstation, and the table itself: for each deed a cell for each role. What stands in no row is refused.

use super::{Refused, Role};

/// What the table says of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Yes, in the whole practice.
    Yes,
    /// Yes, what is theirs.
    Own,
    /// A locum where the replaced doctor opened the mailbox for the session.
    IfOpened,
    /// With the passphrase of the directory, given for this very deed.
    Confirmed,
    /// Freely where no other practitioner has anything here, else with the passphrase.
    AloneOrConfirmed,
    /// No, and why.
    No(Refused),
}

/// Something that is asked of the workstation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// What the practice knows of the patient whose card is read: mutuelle, accidents at work, what is proposed.
    ReadCard,
    /// Receives a patient at the desk, and follows their passages.
    Receive,
    /// Searches patients.
    Search,
    /// Sees what happened with a patient, an FSE, and has copies of it.
    History,
    /// Says what is to be billed of a passage.
    Cote,
    /// Gives and ends a standing instruction.
    Instruct,
    /// Applies a standing instruction to a passage.
    Apply,
    /// Changes the sets of acts.
    Sets,
    /// Says that an accident at work is over.
    Consolidate,
    /// Prepares for a practitioner of the practice, and gives them a passage.
    Allot,
    /// Has a draft priced.
    Price,
    /// Prepares an FSE, corrects, withdraws and makes again one that waits.
    Prepare,
    /// Sees what waits for a signature.
    ToSign,
    /// Signs an FSE, or returns it to the secretary.
    SignFse,
    /// Withdraws an FSE that is signed, or takes its DRE back.
    Cancel,
    /// Ties scanned documents to an FSE.
    Attach,
    /// Prints a paper sheet and ticks it off.
    GiveSheet,
    /// Bills on paper where no card of the practitioner is usable.
    BillOnPaper,
    /// Passes prepared FSE on to another post.
    PassOn,
    /// Takes in what another post passed on, and writes a lost file again.
    TakeIn,
    /// Draws the code of two posts.
    PairPosts,
    /// Makes, signs and dissolves a lot; says that a file never arrived.
    SignLot,
    /// Sends what may leave.
    Send,
    /// Fetches returns.
    Fetch,
    /// Sees where each file is, without a patient and without an amount.
    Road,
    /// Sees the documents and their states; staff with what the patient owes alone.
    Ledger,
    /// Sees what caisses and insurers owe and paid for an FSE.
    SchemeMoney,
    /// Follows what is sent and not answered, and writes the list of documents.
    Sendings,
    /// Watches what is not finished.
    Watch,
    /// Sees their payments, rejects, returns and lots.
    OwnMoney,
    /// Sees or changes the money of another practitioner.
    OthersMoney,
    /// Sees the receipts of a day and what patients owe, and closes the day.
    Receipts,
    /// Sees the cheques in hand.
    Cheques,
    /// Puts cheques on a deposit slip, sees and prints the slips.
    Deposit,
    /// Matches the lines of a transfer, and separates them.
    Match,
    /// Records how the patient settled.
    Settle,
    /// Writes the receipts for the accountant.
    AccountsExport,
    /// Sees the day of a locum.
    OwnDay,
    /// Prints the page for the adviser of the caisse.
    Adviser,
    /// Opens, rehearses, suspends and closes a replacement session.
    Session,
    /// Erases what a session memorised.
    EraseSession,
    /// Sees a session with its terms, and its statement.
    Statement,
    /// Chooses how the window looks.
    Appearance,
    /// Changes the settings of the post and of the desk.
    Settings,
    /// Changes the passphrase, the recovery code, the keyring or the data key.
    Keys,
    /// Makes a backup, and sets where and when.
    Backup,
    /// Restores a backup.
    Restore,
    /// Plays the drill of the last backup.
    Drill,
    /// Imports dated tables.
    Tables,
    /// Writes everything out, in an open form.
    OpenExport,
    /// Takes an open export in.
    Import,
    /// Writes out what is kept of one person.
    ExportPatient,
    /// Erases one person, where the law allows.
    ErasePatient,
    /// Sets for how long things are kept, and has what is older erased.
    Retention,
    /// Reads the journal, and writes it out.
    ReadJournal,
    /// Has the journal and the data verified.
    VerifyJournal,
    /// Says that the clock is right although the journal stands after it.
    AcceptClock,
    /// Has the doctor look at the workstation.
    Doctor,
}

impl Deed {
    /// All, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(deed, _)| *deed)
    }

    /// What the table says of a role.
    pub fn cell(self, role: Role) -> Cell {
        let row = TABLE.iter().find(|(deed, _)| *deed == self);
        row.map_or(Cell::No(Refused::NoCard), |(_, [titulaire, locum, staff, nobody])| match role {
            Role::Praticien => *titulaire,
            Role::Remplacant => *locum,
            Role::Secretariat => *staff,
            Role::Administrateur => *nobody,
        })
    }
}

use Cell::{AloneOrConfirmed, Confirmed, IfOpened, No, Own, Yes};
use Deed::{
    AcceptClock, AccountsExport, Adviser, Allot, Appearance, Apply, Attach, Backup, BillOnPaper, Cancel, Cheques,
    Consolidate, Cote, Deposit, Doctor, Drill, ErasePatient, EraseSession, ExportPatient, Fetch, GiveSheet, History,
    Import, Instruct, Keys, Ledger, Match, OpenExport, OthersMoney, OwnDay, OwnMoney, PairPosts, PassOn, Prepare,
    Price, ReadCard, ReadJournal, Receipts, Receive, Restore, Retention, Road, SchemeMoney, Search, Send, Sendings,
    Session, Sets, Settings, Settle, SignFse, SignLot, Statement, Tables, TakeIn, ToSign, VerifyJournal, Watch,
};
use Refused::{
    Administration, ForAnother, LocumAccounts, NoCard, NoSession, OtherPractitioner, Practitioner, PractitionersWord,
    SecretaryAlone, Staff, StaffAccounts, TitulaireOnly,
};

/// The table: praticien, remplaçant, secrétariat, administrateur.
const TABLE: &[(Deed, [Cell; 4])] = &[
    (ReadCard, [Yes, Yes, Yes, No(NoCard)]),
    (Receive, [Own, Own, Yes, No(NoCard)]),
    (Search, [Own, Own, Yes, No(NoCard)]),
    (History, [Own, Own, Yes, No(NoCard)]),
    (Cote, [Own, Own, No(PractitionersWord), No(NoCard)]),
    (Instruct, [Own, No(PractitionersWord), No(PractitionersWord), No(NoCard)]),
    (Apply, [Own, No(PractitionersWord), Yes, No(NoCard)]),
    (Sets, [Own, No(OtherPractitioner), No(OtherPractitioner), No(NoCard)]),
    (Consolidate, [Yes, Yes, No(OtherPractitioner), No(NoCard)]),
    (Allot, [No(SecretaryAlone), No(SecretaryAlone), Yes, No(NoCard)]),
    (Price, [Yes, Yes, Yes, No(NoCard)]),
    (Prepare, [Own, Own, Yes, No(NoCard)]),
    (ToSign, [Own, Own, Yes, No(NoCard)]),
    (SignFse, [Own, Own, No(Staff), No(NoCard)]),
    (Cancel, [Own, Own, No(Practitioner), No(NoCard)]),
    (Attach, [Own, Own, Own, No(NoCard)]),
    (GiveSheet, [Own, Own, Yes, No(NoCard)]),
    (BillOnPaper, [Yes, Yes, Yes, Yes]),
    (PassOn, [Own, Own, Yes, No(NoCard)]),
    (TakeIn, [Own, No(ForAnother), Yes, No(NoCard)]),
    (PairPosts, [Yes, No(TitulaireOnly), Yes, No(NoCard)]),
    (SignLot, [Own, IfOpened, Own, No(NoCard)]),
    (Send, [Yes, IfOpened, Yes, Yes]),
    (Fetch, [Yes, Yes, Yes, Yes]),
    (Road, [Yes, Yes, Yes, Yes]),
    (Ledger, [Own, Own, Own, No(NoCard)]),
    (SchemeMoney, [Own, Own, No(StaffAccounts), No(NoCard)]),
    (Sendings, [Own, Own, No(StaffAccounts), No(NoCard)]),
    (Watch, [Own, Own, Yes, No(NoCard)]),
    (OwnMoney, [Own, No(LocumAccounts), No(StaffAccounts), No(NoCard)]),
    (OthersMoney, [No(OtherPractitioner), No(LocumAccounts), No(StaffAccounts), No(NoCard)]),
    (Receipts, [Own, No(LocumAccounts), No(StaffAccounts), No(NoCard)]),
    (Cheques, [Own, Own, No(StaffAccounts), No(NoCard)]),
    (Deposit, [Own, No(LocumAccounts), No(StaffAccounts), No(NoCard)]),
    (Match, [Own, No(LocumAccounts), No(StaffAccounts), No(NoCard)]),
    (Settle, [Own, Own, Yes, No(NoCard)]),
    (AccountsExport, [Own, No(LocumAccounts), No(StaffAccounts), No(NoCard)]),
    (OwnDay, [No(NoSession), Own, No(NoSession), No(NoCard)]),
    (Adviser, [Own, No(LocumAccounts), Own, No(NoCard)]),
    (Session, [Own, No(TitulaireOnly), No(TitulaireOnly), No(NoCard)]),
    (EraseSession, [Own, No(TitulaireOnly), No(TitulaireOnly), No(NoCard)]),
    (Statement, [Own, Own, No(TitulaireOnly), No(NoCard)]),
    (Appearance, [Yes, Yes, Yes, Yes]),
    (Settings, [Yes, No(Administration), No(Administration), Yes]),
    (Keys, [Confirmed, No(Administration), No(Administration), Confirmed]),
    (Backup, [Yes, No(Administration), No(Administration), Yes]),
    (Restore, [Confirmed, No(Administration), No(Administration), Confirmed]),
    (Drill, [Yes, No(Administration), No(Administration), Yes]),
    (Tables, [Yes, No(Administration), No(Administration), Yes]),
    (OpenExport, [AloneOrConfirmed, No(Practitioner), No(Practitioner), No(NoCard)]),
    (Import, [AloneOrConfirmed, No(Practitioner), No(Practitioner), Yes]),
    (ExportPatient, [Own, No(Practitioner), No(Practitioner), No(NoCard)]),
    (ErasePatient, [Own, No(Practitioner), No(Practitioner), No(NoCard)]),
    (Retention, [AloneOrConfirmed, No(Practitioner), No(Practitioner), Confirmed]),
    (ReadJournal, [Own, Own, No(Practitioner), No(NoCard)]),
    (VerifyJournal, [Yes, Yes, Yes, Yes]),
    (AcceptClock, [Yes, No(Practitioner), No(Practitioner), No(NoCard)]),
    (Doctor, [Yes, Yes, Yes, Yes]),
];
