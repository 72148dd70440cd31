//! A passphrase that is given for one thing alone: whether it opens the data, asked aside. What asks for it, and of whom: `core::access`.

use std::path::Path;

use iced::Task;
use liasse_core::keys::{Keys, SecretString, Way};
use liasse_domain::{Coded, Report};

use crate::ask::reported;

/// The refusal to erase by a clock that stands far from the journal: believed where the passphrase is given for it.
pub const AHEAD: &str = "system.horloge_en_avance";

/// Whether that passphrase opens the data in `root`.
pub fn opens(root: &Path, passphrase: SecretString) -> Task<Result<(), Report>> {
    let root = root.to_owned();
    reported(move || {
        let opened = Keys::read(&root).and_then(|keys| keys.unlock(Way::Passphrase(&passphrase)));
        opened.map(drop).map_err(|error| error.report())
    })
}
