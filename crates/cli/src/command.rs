//! The calls of `liassectl`, one file each, and their dispatch.
//! Each takes its arguments and does its work, or gives the failure: no other way to a non-zero exit, so that none is mute.

mod attachments;
mod backup;
mod cards;
mod config;
mod data;
mod demo;
mod desync;
mod doctor;
mod formats;
mod fse;
mod journal;
mod key;
mod ledger;
mod lot;
mod mutuelle;
mod paper;
mod passage;
mod patients;
mod phone;
mod pin;
mod post;
mod price;
mod print;
mod radar;
mod receipts;
mod replacement;
mod restore;
mod returns;
mod situation;
mod tables;
mod verify;
mod watch;

use crate::failure::Failure;

/// What may be called.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    #[command(about = "Fait tout le travail, des cartes à l'argent, avec cartes et caisse simulées")]
    Demo(demo::Arguments),
    #[command(subcommand, about = "Réglages")]
    Config(config::Config),
    #[command(subcommand, about = "Lecteurs et cartes")]
    Cards(cards::Cards),
    #[command(subcommand, about = "Feuilles de soins électroniques")]
    Fse(fse::Fse),
    #[command(subcommand, about = "FSE scellées par le patient, à signer plus tard")]
    Desync(desync::Desync),
    #[command(subcommand, about = "Passages à l'accueil : cotation, consignes, facturation")]
    Passage(passage::Passage),
    #[command(subcommand, about = "Feuilles de soins papier")]
    Paper(paper::Paper),
    #[command(subcommand, about = "Patients : recherche, historique, et que répondre sur un remboursement")]
    Patients(patients::Patients),
    #[command(subcommand, about = "Carte de mutuelle et part complémentaire")]
    Mutuelle(mutuelle::Mutuelle),
    #[command(about = "Sondes du poste, avec l'origine d'un défaut et ce qui le répare")]
    Doctor(doctor::Arguments),
    #[command(subcommand, about = "Lots")]
    Lot(lot::Lot),
    #[command(subcommand, about = "Envois et retours")]
    Post(post::Post),
    #[command(about = "Journal des documents et de l'argent")]
    Ledger(ledger::Arguments),
    #[command(subcommand, about = "Retours reçus et rejets")]
    Returns(returns::Returns),
    #[command(subcommand, about = "Recettes : journée, impayés, chèques")]
    Receipts(receipts::Receipts),
    #[command(about = "Ce qui reste à finir, et les dates légales")]
    Radar(radar::Arguments),
    #[command(
        subcommand,
        about = "Imprime : duplicata, reçu, bordereau, remise, dossier d'incident, fiche pour le conseiller"
    )]
    Print(print::Print),
    #[command(subcommand, about = "Rapproche les paiements des FSE")]
    Match(receipts::Match),
    #[command(subcommand, about = "Remplacements")]
    Replacement(replacement::Replacement),
    #[command(subcommand, about = "Journal chaîné")]
    Journal(journal::Journal),
    #[command(about = "Sauvegarde les données, ou joue l'exercice de restauration")]
    Backup(backup::Arguments),
    #[command(about = "Restaure une sauvegarde dans un dossier vide")]
    Restore(restore::Arguments),
    #[command(about = "Relit toutes les données et dit ce qui ne va pas, et où")]
    Verify(verify::Arguments),
    #[command(subcommand, about = "Exporte, reprend, garde et efface les données")]
    Data(data::Data),
    #[command(subcommand, about = "Ce qui ouvre les données d'un cabinet : phrase secrète, code de secours, trousseau")]
    Key(key::Key),
    #[command(about = "Tarife une facture, ou une par ligne")]
    Price(price::Arguments),
    #[command(subcommand, about = "Tables datées : tarifs, règles, CCAM")]
    Tables(tables::TablesCommand),
    #[command(subcommand, about = "Examine des fichiers, les nôtres ou d'autres")]
    Formats(formats::Formats),
}

/// Does what was called; `json` asks for answers in JSON where a call has another form too.
pub(crate) fn run(command: Command, json: bool) -> Result<(), Failure> {
    match command {
        Command::Demo(arguments) => demo::run(&arguments, json),
        Command::Config(command) => config::run(&command),
        Command::Cards(command) => cards::run(&command, json),
        Command::Fse(command) => fse::run(command, json),
        Command::Desync(command) => desync::run(&command, json),
        Command::Passage(command) => passage::run(&command, json),
        Command::Paper(command) => paper::run(&command, json),
        Command::Patients(command) => patients::run(&command, json),
        Command::Mutuelle(command) => mutuelle::run(&command),
        Command::Doctor(arguments) => doctor::run(&arguments, json),
        Command::Lot(command) => lot::run(&command, json),
        Command::Post(command) => post::run(&command, json),
        Command::Ledger(arguments) => ledger::run(&arguments, json),
        Command::Returns(command) => returns::run(&command, json),
        Command::Receipts(command) => receipts::run(command, json),
        Command::Radar(arguments) => radar::run(&arguments, json),
        Command::Print(command) => print::run(&command, json),
        Command::Match(command) => receipts::run_match(command, json),
        Command::Replacement(command) => replacement::run(&command, json),
        Command::Journal(command) => journal::run(&command, json),
        Command::Backup(arguments) => backup::run(&arguments, json),
        Command::Restore(arguments) => restore::run(&arguments, json),
        Command::Verify(arguments) => verify::run(&arguments, json),
        Command::Data(command) => data::run(&command, json),
        Command::Key(command) => key::run(&command, json),
        Command::Price(arguments) => price::run(&arguments),
        Command::Tables(command) => tables::run(&command),
        Command::Formats(command) => formats::run(command, json),
    }
}
