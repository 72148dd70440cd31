//! `formats`: looks into files, ours or foreign. Nothing is changed, nothing is sent.

mod b2;
mod cms;

use crate::failure::Failure;

#[derive(clap::Subcommand)]
pub(crate) enum Formats {
    #[command(subcommand, about = "Fichiers B2 : factures, lots, fichiers")]
    B2(b2::B2),
    #[command(subcommand, about = "Signatures CMS")]
    Cms(cms::Cms),
}

pub(crate) fn run(command: Formats, json: bool) -> Result<(), Failure> {
    match command {
        Formats::B2(command) => b2::run(command, json),
        Formats::Cms(command) => cms::run(command, json),
    }
}
