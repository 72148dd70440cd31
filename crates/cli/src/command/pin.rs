//! `cards pin`: the codes of a professional's card – what is left of them, given, changed, unblocked. Codes come from standard
//! input, one a line, never from the command line. A simulated card (`sim:`) keeps its code for the length of the call.

use liasse_core::cards::{CardDesk, CardView, LastTry, PukState};
use liasse_core::ports::{CardError, ChannelError};
use liasse_demo::readers::Readers;
use liasse_domain::{CardKind, Digits};
use serde_json::json;

use crate::failure::Failure;
use crate::office::pin_from_stdin;
use crate::output;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Pin {
    #[command(about = "Dit combien d'essais il reste de chaque code, sans en dépenser")]
    Status(Card),
    #[command(about = "Donne le code porteur à la carte ; entrée standard : le code")]
    Check(Sent),
    #[command(about = "Change le code porteur ; entrée standard : l'ancien code, puis le nouveau, un par ligne")]
    Change(Sent),
    #[command(
        about = "Débloque le code porteur ; entrée standard : le code de déblocage, puis le nouveau code, un par ligne"
    )]
    Unblock(Sent),
}

#[derive(clap::Args)]
pub(crate) struct Card {
    #[arg(long, value_name = "LECTEUR", help = "Nom du lecteur, ou sim:CARTE")]
    reader: String,
}

#[derive(clap::Args)]
pub(crate) struct Sent {
    #[command(flatten)]
    card: Card,
    #[arg(long, help = "Accorde le dernier essai : sans ce mot, un code dont il reste un seul essai n'est pas envoyé")]
    last_try: bool,
}

pub(crate) fn run(command: &Pin, json: bool) -> Result<(), Failure> {
    match command {
        Pin::Status(card) => {
            let mut desk = open(card)?;
            let PukState { tries_left, uses_left } = desk.unblocking_state(&card.reader)?;
            let left = tries(&desk, card);
            if json {
                let left = json!({
                    "v": 1, "tries_left": left, "unblocking_tries_left": tries_left, "unblocking_uses_left": uses_left,
                });
                return output::line(&left.to_string());
            }
            let values = [("tries", &*left.to_string()), ("unblocking", &tries_left.to_string())];
            output::line(&text::with("cards.pin_left", &values))
        }
        Pin::Check(sent) => {
            let (mut desk, last) = begin(sent)?;
            desk.verify_pin_with(&sent.card.reader, &code(1)?, last)?;
            done(&desk, &sent.card, text::t("cards.pin_right"), json)
        }
        Pin::Change(sent) => {
            let (mut desk, last) = begin(sent)?;
            let (old, new) = (code(1)?, code(2)?);
            desk.change_pin(&sent.card.reader, &old, &new, last)?;
            done(&desk, &sent.card, text::t("cards.pin_changed"), json)
        }
        Pin::Unblock(sent) => {
            let (mut desk, last) = begin(sent)?;
            let (unblocking, new) = (code(1)?, code(2)?);
            desk.unblock_pin(&sent.card.reader, &unblocking, &new, last)?;
            done(&desk, &sent.card, text::t("cards.pin_unblocked"), json)
        }
    }
}

/// The code of that line of standard input, which is what these calls take their codes from.
fn code(line: u8) -> Result<Digits, Failure> {
    pin_from_stdin(&text::with("cards.pin_line", &[("line", &line.to_string())]))
}

fn begin(sent: &Sent) -> Result<(CardDesk, LastTry), Failure> {
    Ok((open(&sent.card)?, if sent.last_try { LastTry::Spend } else { LastTry::Spare }))
}

/// The reader, with a professional's card in it.
fn open(card: &Card) -> Result<CardDesk, Failure> {
    let desk = CardDesk::to_read(Box::new(Readers::named(&[card.reader.as_str()])?));
    let snapshot = desk.snapshot();
    let found = snapshot.reader(&card.reader).ok_or(CardError::Channel(ChannelError::NoReader))?;
    match &found.card {
        CardView::Cps(_) => Ok(desk),
        CardView::Empty => Err(CardError::Channel(ChannelError::Removed).into()),
        CardView::Failed(error) => Err((*error).into()),
        CardView::Vitale(_) => Err(CardError::NotThatCard { kind: CardKind::Vitale2 }.into()),
        CardView::Unknown { kind, .. } => Err(CardError::NotThatCard { kind: *kind }.into()),
    }
}

fn tries(desk: &CardDesk, card: &Card) -> u8 {
    match desk.snapshot().reader(&card.reader).map(|found| &found.card) {
        Some(CardView::Cps(cps)) => cps.tries_left,
        _ => 0,
    }
}

fn done(desk: &CardDesk, card: &Card, says: &str, json: bool) -> Result<(), Failure> {
    if json {
        return output::line(&json!({ "v": 1, "tries_left": tries(desk, card), "says": says }).to_string());
    }
    output::line(says)
}
