//! `key`: what opens the data of a practice. Secrets come from standard input, one a line, never from the command line; a recovery
//! code is shown once. Each change asks for the passphrase, or for the recovery code where it is said (`liasse_core::keys`).

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use liasse_core::data_dir::World;
use liasse_core::keys::rekey::{self, Rekeyed, Settled};
use liasse_core::keys::{Cost, Custody, Keys, OsKeyring, RecoveryCode, SecretString, Way, WayState};
use liasse_core::office::{Hands, Office};
use liasse_core::papers;
use liasse_core::ports::{Clock, OsIds, SystemClock};
use liasse_demo::readers::Readers;
use serde_json::{Value, json};

use crate::failure::{CliError, Failure};
use crate::office::{Folder, secret_from_stdin};
use crate::output;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Key {
    #[command(
        about = "Crée le dossier d'un cabinet ; entrée standard : sa phrase secrète ; affiche le code de secours une seule fois"
    )]
    Create(Create),
    #[command(about = "Change la phrase secrète ; entrée standard : l'ancienne, puis la nouvelle, une par ligne")]
    Passphrase(Passphrase),
    #[command(
        about = "Donne un nouveau code de secours, affiché une seule fois ; entrée standard : la phrase secrète ; le code d'avant n'ouvre plus"
    )]
    Recovery(Recovery),
    #[command(
        about = "Change la clé des données et les chiffre de nouveau ; entrée standard : la phrase secrète ; donne un nouveau code de secours"
    )]
    Rekey(Renewed),
    #[command(
        subcommand,
        about = "Le trousseau de l'ordinateur comme façon d'ouvrir ; entrée standard : la phrase secrète"
    )]
    Keyring(KeyringCall),
    #[command(about = "Dit quelles façons d'ouvrir sont là et entières, sans rien ouvrir")]
    Status(Status),
}

#[derive(clap::Subcommand)]
pub(crate) enum KeyringCall {
    #[command(about = "Autorise le trousseau de cette session à ouvrir les données")]
    On(Of),
    #[command(about = "Retire au trousseau ce qui ouvre les données")]
    Off(Of),
}

#[derive(clap::Args)]
pub(crate) struct Create {
    #[command(flatten)]
    paper: Paper,
    #[command(flatten)]
    folder: Folder,
}

#[derive(clap::Args)]
pub(crate) struct Passphrase {
    #[command(flatten)]
    by: By,
}

#[derive(clap::Args)]
pub(crate) struct Recovery {
    #[command(flatten)]
    paper: Paper,
    #[command(flatten)]
    by: By,
}

#[derive(clap::Args)]
pub(crate) struct Renewed {
    #[command(flatten)]
    paper: Paper,
    #[command(flatten)]
    folder: Folder,
}

#[derive(clap::Args)]
pub(crate) struct Of {
    #[command(flatten)]
    folder: Folder,
}

#[derive(clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    folder: Folder,
}

/// Which directory, and by which secret it is opened.
#[derive(clap::Args)]
struct By {
    #[arg(long, help = "Première ligne de l'entrée standard : le code de secours, et non la phrase secrète")]
    recovery_stdin: bool,
    #[command(flatten)]
    folder: Folder,
}

/// Where the sheet with the recovery code goes.
#[derive(clap::Args)]
struct Paper {
    #[arg(
        long,
        value_name = "FICHIER",
        help = "Écrit aussi la feuille du code de secours, en PDF, à imprimer puis à effacer"
    )]
    paper: Option<PathBuf>,
}

pub(crate) fn run(command: &Key, json: bool) -> Result<(), Failure> {
    match command {
        Key::Create(call) => create(call, json),
        Key::Passphrase(call) => passphrase(&call.by, json),
        Key::Recovery(call) => recovery(call, json),
        Key::Rekey(call) => change_key(call, json),
        Key::Keyring(KeyringCall::On(call)) => keyring(&call.folder, true, json),
        Key::Keyring(KeyringCall::Off(call)) => keyring(&call.folder, false, json),
        Key::Status(call) => status(&call.folder, json),
    }
}

fn create(call: &Create, json: bool) -> Result<(), Failure> {
    let (root, phrase) = (call.folder.root()?, secret_from_stdin("phrase secrète (entrée standard)")?);
    Keys::judge(&phrase)?;
    let sheet = call.paper.begin()?;
    let hands = Hands { readers: Box::new(Readers::named(&[])?), clock: Arc::new(SystemClock) };
    let (office, code) = Office::create_real(&root, &phrase, Cost::USUAL, hands)?;
    drop(office);
    let name = Keys::read(&root)?.short_name();
    tell(&code, &name, sheet, json, text::t("key.created"))
}

fn passphrase(by: &By, json: bool) -> Result<(), Failure> {
    let root = practice(&by.folder)?;
    let former = by.secret()?;
    let new = secret_from_stdin("nouvelle phrase secrète (entrée standard)")?;
    Keys::judge(&new)?;
    let mut custody = by.open(&root, &former, json)?;
    custody.change_passphrase(&new, Cost::USUAL, &SystemClock)?;
    done(text::t("key.passphrase_changed"), json)
}

fn recovery(call: &Recovery, json: bool) -> Result<(), Failure> {
    let root = practice(&call.by.folder)?;
    let secret = call.by.secret()?;
    let mut custody = call.by.open(&root, &secret, json)?;
    let sheet = call.paper.begin()?;
    let code = custody.new_recovery(&SystemClock)?;
    tell(&code, &custody.short_name(), sheet, json, text::t("key.recovery_changed"))
}

fn change_key(call: &Renewed, json: bool) -> Result<(), Failure> {
    let root = practice(&call.folder)?;
    let phrase = phrase()?;
    let custody = opened(&root, Way::Passphrase(&phrase), json)?;
    let sheet = call.paper.begin()?;
    let Rekeyed { short_name, code } =
        rekey::rekey(custody, &phrase, &OsKeyring, &mut OsIds, Cost::USUAL, &SystemClock)?;
    tell(&code, &short_name, sheet, json, text::t("key.rekeyed"))
}

fn keyring(folder: &Folder, on: bool, json: bool) -> Result<(), Failure> {
    let root = practice(folder)?;
    let mut custody = opened(&root, Way::Passphrase(&phrase()?), json)?;
    if on {
        custody.trust_keyring(&OsKeyring, &SystemClock)?;
        done(text::t("key.keyring_on"), json)
    } else {
        custody.leave_keyring(&OsKeyring, &SystemClock)?;
        done(text::t("key.keyring_off"), json)
    }
}

/// Needs no lock and no secret: a window may be open beside it.
fn status(folder: &Folder, json: bool) -> Result<(), Failure> {
    let keys = Keys::read(&practice(folder)?)?;
    let ways = keys.ways();
    if json {
        let status = json!({
            "v": 1, "key": keys.short_name(), "passphrase": ways.passphrase, "recovery": ways.recovery,
            "keyring": ways.keyring, "rekey_cut": keys.rekey_was_cut(),
        });
        return output::line(&status.to_string());
    }
    let word = |state| match state {
        WayState::Whole => text::t("key.whole"),
        WayState::Damaged => text::t("key.damaged"),
        WayState::Absent => text::t("key.absent"),
    };
    let values = [
        ("key", &*keys.short_name()),
        ("passphrase", word(ways.passphrase)),
        ("recovery", word(ways.recovery)),
        ("keyring", word(ways.keyring)),
    ];
    output::line(&text::with("key.status", &values))?;
    if keys.rekey_was_cut() { output::line(text::t("key.cut")) } else { Ok(()) }
}

/// The folder of a practice: a demonstration has a declared key, and nothing of all this.
fn practice(folder: &Folder) -> Result<PathBuf, Failure> {
    let located = folder.located()?;
    if located.world == World::Demo { Err(CliError::DeclaredKey.into()) } else { Ok(located.root) }
}

fn phrase() -> Result<SecretString, Failure> {
    secret_from_stdin("phrase secrète (entrée standard)")
}

impl By {
    fn secret(&self) -> Result<SecretString, Failure> {
        if self.recovery_stdin { secret_from_stdin("code de secours (entrée standard)") } else { phrase() }
    }

    fn open(&self, root: &Path, secret: &SecretString, json: bool) -> Result<Custody, Failure> {
        let way = if self.recovery_stdin { Way::Recovery(secret) } else { Way::Passphrase(secret) };
        opened(root, way, json)
    }
}

/// Opens the practice for its keys, and says what became of a change of key that was cut.
fn opened(root: &Path, way: Way<'_>, json: bool) -> Result<Custody, Failure> {
    let custody = Custody::open(root, way)?;
    match custody.settled() {
        Settled::GivenUp if !json => output::line(text::t("key.given_up"))?,
        Settled::Finished if !json => output::line(text::t("key.finished"))?,
        _ => {}
    }
    Ok(custody)
}

fn done(says: &str, json: bool) -> Result<(), Failure> {
    output::line(&if json { json!({ "v": 1, "says": says }).to_string() } else { says.to_owned() })
}

/// Shows a recovery code, this once, and fills its sheet.
fn tell(code: &RecoveryCode, key: &str, sheet: Option<Sheet>, json: bool, says: &str) -> Result<(), Failure> {
    let grouped = code.grouped();
    if json {
        let file = sheet.as_ref().map_or(Value::Null, |sheet| sheet.path.display().to_string().into());
        output::line(&json!({ "v": 1, "recovery": *grouped, "key": key, "paper": file }).to_string())?;
    } else {
        output::line(says)?;
        output::line(&text::with("key.code", &[("code", &grouped), ("key", key)]))?;
    }
    let Some(sheet) = sheet else { return Ok(()) };
    sheet.fill(&papers::pdf(&papers::recovery(code, key, SystemClock.today()))?)
}

/// The file of the sheet, made before the code is drawn: a code that could not be written down is not drawn.
struct Sheet {
    path: PathBuf,
    file: File,
}

impl Paper {
    fn begin(&self) -> Result<Option<Sheet>, Failure> {
        let Some(path) = &self.paper else { return Ok(None) };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|_| unwritable(path))?;
        Ok(Some(Sheet { path: path.clone(), file }))
    }
}

impl Sheet {
    fn fill(mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        written.map_err(|_| unwritable(&self.path))
    }
}

fn unwritable(path: &Path) -> Failure {
    CliError::Unwritable { path: path.display().to_string() }.into()
}
