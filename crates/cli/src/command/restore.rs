//! `restore`: a backup put back into a folder where nothing is, under the passphrase or the recovery code of the practice. The
//! backup is only read, and the secret is proved on it before anything is moved; a restore that was cut leaves no data directory and
//! can be made again.

use std::path::{Path, PathBuf};

use liasse_core::backup::{Pace, Restored, Unlock, prove};
use liasse_core::keys::Way;
use liasse_core::ports::{Clock, SystemClock};
use liasse_demo::office::DemoKey;
use liasse_domain::clock;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::office::secret_from_stdin;
use crate::output;
use crate::text;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[arg(
        value_name = "DOSSIER",
        help = "La sauvegarde, ou le dossier qui contient celles d'un cabinet : alors la dernière"
    )]
    backup: PathBuf,
    #[arg(long, value_name = "DOSSIER", help = "Où restaurer : un dossier vide, ou qui n'existe pas")]
    data: PathBuf,
    #[arg(
        long,
        help = "Met de côté ce qui s'y trouve, dans un dossier mis-de-cote-…, une fois la sauvegarde vérifiée ; rien n'est effacé"
    )]
    set_aside: bool,
    #[arg(long, help = "Lit la phrase secrète du cabinet sur la première ligne de l'entrée standard")]
    passphrase_stdin: bool,
    #[arg(
        long,
        conflicts_with = "passphrase_stdin",
        help = "Lit le code de secours du cabinet sur la première ligne de l'entrée standard"
    )]
    recovery_stdin: bool,
}

pub(crate) fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let secret = if arguments.passphrase_stdin {
        Some(secret_from_stdin("--passphrase-stdin")?)
    } else if arguments.recovery_stdin {
        Some(secret_from_stdin("--recovery-stdin")?)
    } else {
        None
    };
    let unlock = match &secret {
        None => Unlock::Demo(&DemoKey),
        Some(secret) if arguments.recovery_stdin => Unlock::Secret(Way::Recovery(secret)),
        Some(secret) => Unlock::Secret(Way::Passphrase(secret)),
    };
    let now = SystemClock.now();
    let proved = prove(&arguments.backup, unlock)?;
    let (moved, restored) = if arguments.set_aside {
        let (moved, restored) = proved.restore_over(&arguments.data, now, &mut |_| Pace::Go)?;
        (Some(moved), restored)
    } else {
        (None, proved.restore(&arguments.data, now, &mut |_| Pace::Go)?)
    };
    if json {
        return output::json(&shape(&restored, moved.as_deref(), arguments));
    }
    if let Some(moved) = moved {
        output::line(&text::with("restore.aside", &[("folder", &moved.display().to_string())]))?;
    }
    say(&restored, arguments)
}

fn say(restored: &Restored, arguments: &Arguments) -> Result<(), Failure> {
    let at = clock::paris(restored.made_at).format("%d/%m/%Y à %H h %M").to_string();
    let values = [
        ("name", &*restored.name),
        ("folder", &*arguments.data.display().to_string()),
        ("entries", &restored.journal_seq.to_string()),
    ];
    output::line(&text::with("restore.done", &values))?;
    if !restored.sealed {
        output::line(text::t("restore.list_changed"))?;
    } else if !restored.left_out.is_empty() {
        output::line(&text::with("restore.left_out", &[("files", &restored.left_out.join(", "))]))?;
    }
    output::line(&text::with("restore.after", &[("at", &at)]))
}

fn shape(restored: &Restored, moved: Option<&Path>, arguments: &Arguments) -> Value {
    json!({
        "v": 1,
        "name": restored.name,
        "data": arguments.data,
        "world": restored.world,
        "made_at": restored.made_at,
        "entries": restored.journal_seq,
        "older_schema": restored.older,
        "faults": restored.faults,
        "left_out": restored.left_out,
        "sealed": restored.sealed,
        "set_aside": moved,
    })
}
