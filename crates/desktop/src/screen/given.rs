//! A passphrase that is given for one thing alone: whether it opens the data, asked aside. What asks for it, and of whom: `core::access`.

use std::sync::Arc;

use iced::Task;
use liasse_core::keys::{SecretString, Way};
use liasse_core::office::{self, Office};
use liasse_domain::{Coded, Report};

use crate::ask::reported;

/// The refusal to erase by a clock that stands far from the journal: believed where the passphrase is given for it.
pub const AHEAD: &str = "system.horloge_en_avance";

/// Whether that passphrase opens the data of this practice.
pub fn opens(office: &Office, passphrase: SecretString) -> Task<Result<(), Report>> {
    let (root, key) = (office.root().to_owned(), Arc::clone(office.key()));
    reported(move || {
        let opened = office::opens(&root, key.as_ref(), Way::Passphrase(&passphrase));
        opened.map_err(|error| error.report())
    })
}
