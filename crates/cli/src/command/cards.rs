//! `cards`: the readers and what is in them; one card read whole. Needs no data directory.

use liasse_core::cards::{CardDesk, CardView, Cost, CpsView, ReaderView, VitaleView};
use liasse_core::ports::{CardError, CardReaders, ChannelError};
use liasse_demo::readers::Readers;
use liasse_domain::CardKind;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::office::pin_from_stdin;
use crate::output;
use crate::output::hex;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Cards {
    #[command(about = "Les lecteurs et ce qu'ils contiennent")]
    List,
    #[command(about = "Lit une carte")]
    Read(Read),
}

#[derive(clap::Args)]
pub(crate) struct Read {
    #[arg(long, value_name = "LECTEUR", help = "Nom du lecteur, ou sim:CARTE")]
    reader: String,
    #[arg(long, help = "Lit le code porteur sur l'entrée standard et donne aussi les situations")]
    pin_stdin: bool,
}

pub(crate) fn run(command: &Cards, json: bool) -> Result<(), Failure> {
    match command {
        Cards::List => list(json),
        Cards::Read(read) => read_one(read),
    }
}

fn list(json: bool) -> Result<(), Failure> {
    let mut readers = Readers::of_this_computer()?;
    // A service that answers with no reader is an answer, not a failure.
    let states = readers.list()?;
    if json {
        let list: Vec<Value> = states
            .iter()
            .map(|state| {
                let kind = state.atr.as_deref().map(liasse_core::identify);
                json!({ "reader": state.name, "atr": state.atr.as_deref().map(hex), "kind": kind })
            })
            .collect();
        output::line(&Value::from(list).to_string())?;
    } else {
        for state in &states {
            let kind = state.atr.as_deref().map(liasse_core::identify);
            let card = kind.map_or_else(|| text::t("cards.empty").to_owned(), word);
            output::line(&format!("{}\t{card}", state.name))?;
        }
    }
    Ok(())
}

fn read_one(read: &Read) -> Result<(), Failure> {
    let readers = Readers::named(&[read.reader.as_str()])?;
    let mut desk = CardDesk::new(Box::new(readers));
    if read.pin_stdin {
        let pin = pin_from_stdin()?;
        desk.verify_pin(&read.reader, &pin)?;
    }
    let snapshot = desk.snapshot();
    let found = snapshot.reader(&read.reader).ok_or(CardError::Channel(ChannelError::NoReader))?;
    output::line(&describe(found)?.to_string())
}

fn describe(reader: &ReaderView) -> Result<Value, Failure> {
    let atr = reader.atr.as_deref().map(hex);
    match &reader.card {
        CardView::Empty => Err(CardError::Channel(ChannelError::Removed).into()),
        CardView::Failed(error) => Err((*error).into()),
        CardView::Unknown { kind, .. } => Ok(shape(*kind, Value::Null, atr, Cost::default(), Content::default())),
        CardView::Cps(cps) => Ok(of_cps(cps, atr)),
        CardView::Vitale(vitale) => Ok(of_vitale(vitale, atr)),
    }
}

#[derive(Default)]
struct Content {
    holder: Value,
    situations: Vec<Value>,
    beneficiaries: Vec<Value>,
    unreadable: Vec<String>,
}

fn shape(kind: CardKind, card_type: Value, atr: Option<String>, cost: Cost, content: Content) -> Value {
    json!({
        "kind": kind, "card_type": card_type, "atr": atr, "apdus": cost.apdus, "ms": cost.ms,
        "holder": content.holder, "situations": content.situations,
        "beneficiaries": content.beneficiaries, "unreadable": content.unreadable,
    })
}

fn of_cps(cps: &CpsView, atr: Option<String>) -> Value {
    let identity = &cps.identity;
    let mut holder = json!(identity.holder);
    if let Value::Object(fields) = &mut holder {
        fields.insert("serial".to_owned(), json!(identity.serial));
        fields.insert("tries_left".to_owned(), json!(cps.tries_left));
    }
    let unreadable = match (&cps.situations, cps.situations_not_public) {
        (None, _) | (_, true) => vec!["situations".to_owned()],
        _ => Vec::new(),
    };
    let situations = cps.situations.iter().flatten().map(|situation| json!(situation)).collect();
    let content = Content { holder, situations, unreadable, ..Content::default() };
    shape(identity.kind, json!(identity.holder.card_type), atr, cps.cost, content)
}

fn of_vitale(vitale: &VitaleView, atr: Option<String>) -> Value {
    let read = &vitale.read;
    let beneficiaries = read
        .public
        .iter()
        .enumerate()
        .map(|(index, person)| {
            let mut fields = json!({
                "family_name": person.family_name, "given_name": person.given_name, "birth_date": person.birth_date,
                "nir": person.nir, "nir_key": person.nir_key,
            });
            // The sim files say more about the same person, in the same order.
            let more = read.content.as_ref().and_then(|content| content.beneficiaries.get(index)).map(|b| json!(b));
            if let (Value::Object(fields), Some(Value::Object(more))) = (&mut fields, more) {
                for (name, value) in more {
                    fields.entry(name).or_insert(value);
                }
            }
            fields
        })
        .collect();
    let holder = read.content.as_ref().map_or(Value::Null, |content| json!(content.insured));
    let content = Content { holder, beneficiaries, unreadable: read.unreadable.clone(), ..Content::default() };
    shape(CardKind::Vitale2, Value::Null, atr, vitale.cost, content)
}

/// The word of the JSON.
fn word(kind: CardKind) -> String {
    json!(kind).as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_its_word_in_the_contract() {
        let kinds = [CardKind::Cps3, CardKind::Vitale2, CardKind::Apcv, CardKind::Unknown];
        assert_eq!(kinds.map(word), ["cps3", "vitale2", "apcv", "unknown"]);
    }
}
