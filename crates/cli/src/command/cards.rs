//! `cards`: the readers and what is in them; one card read whole; virtual-card files taken in and given out. Only taking in
//! and keeping a situation need a data directory.

use std::path::PathBuf;
use std::sync::Arc;

use liasse_core::cards::{Activity, CardDesk, CardView, Cost, CpsView, ReaderView, VitaleView};
use liasse_core::ports::{CardError, CardReaders, ChannelError, SystemClock};
use liasse_demo::OpenError;
use liasse_demo::readers::{Readers, SIM};
use liasse_demo::world::imported;
use liasse_domain::{CardKind, Coded};
use serde_json::{Value, json};

use crate::command::phone;
use crate::failure::Failure;
use crate::files;
use crate::office::{PIN_STDIN, Place, pin_from_stdin};
use crate::output;
use crate::output::hex;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Cards {
    #[command(about = "Les lecteurs et ce qu'ils contiennent")]
    List,
    #[command(about = "Lit une carte")]
    Read(Read),
    #[command(about = "Le code que montre le téléphone (simulé) d'une famille, pour --apcv-stdin")]
    Phone(phone::Phone),
    #[command(subcommand, about = "Codes d'une carte de professionnel")]
    Pin(super::pin::Pin),
    #[command(about = "Garde la situation de facturation d'une carte dont le format n'est pas public")]
    Situation(super::situation::Situation),
    #[command(about = "Dit ce qui entre dans les lecteurs et en sort, une ligne JSON par changement")]
    Watch,
    #[command(about = "Fait d'un fichier de carte virtuelle (carte de test) une carte simulée de la démonstration")]
    Import(Import),
    #[command(about = "Écrit le fichier de carte virtuelle d'une carte Vitale simulée ou importée")]
    Export(Export),
}

#[derive(clap::Args)]
pub(crate) struct Read {
    #[arg(long, value_name = "LECTEUR", help = "Nom du lecteur, ou sim:CARTE")]
    reader: String,
    #[arg(long, help = "Lit le code porteur sur l'entrée standard et donne aussi les situations")]
    pin_stdin: bool,
    #[arg(
        long,
        requires = "pin_stdin",
        help = "Lit aussi où le titulaire exerce (situations d'exercice), jusqu'à seize fichiers de plus ; avec --pin-stdin"
    )]
    activities: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct Import {
    #[arg(
        value_name = "FICHIER",
        help = "Fichier de carte virtuelle : groupes 101 à 111 (.in), ou - pour l'entrée standard"
    )]
    file: PathBuf,
    #[arg(long, value_name = "NOM", help = "Nom de la carte : lettres, chiffres et tirets ; sinon celui du fichier")]
    name: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct Export {
    #[arg(value_name = "CARTE", help = "Nom d'une carte Vitale simulée ou importée")]
    card: String,
    #[arg(value_name = "FICHIER", help = "Fichier à écrire, qui n'existe pas encore")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(command: &Cards, json: bool) -> Result<(), Failure> {
    match command {
        Cards::List => list(json),
        Cards::Read(read) => read_one(read),
        Cards::Phone(call) => phone::show(call, json),
        Cards::Pin(command) => super::pin::run(command, json),
        Cards::Situation(call) => super::situation::keep(call, json),
        Cards::Watch => super::watch::run(),
        Cards::Import(call) => import(call, json),
        Cards::Export(call) => export(call, json),
    }
}

fn import(call: &Import, json: bool) -> Result<(), Failure> {
    let root = call.place.existing_demo()?;
    let bytes = files::read_up_to(&call.file, imported::limit())?;
    let stem = call.file.file_stem().unwrap_or_default().to_string_lossy();
    let card = imported::import(&root, call.name.as_deref().unwrap_or(&stem), &bytes)?;
    let (name, count) = (card.name.as_str(), card.beneficiaries.to_string());
    let says = text::with("cards.imported", &[("count", &count), ("card", name)]);
    if json {
        let reader = format!("{SIM}{name}");
        return output::line(
            &json!({
                "v": 1, "card": name, "reader": reader, "beneficiaries": card.beneficiaries,
                "known_to_caisse": false, "says": says,
            })
            .to_string(),
        );
    }
    output::line(&says)
}

fn export(call: &Export, json: bool) -> Result<(), Failure> {
    // A card of the world needs no data.
    let root = call.place.demo_root().ok();
    let zone = imported::virtual_card(root.as_deref(), &call.card)?;
    files::write(&call.file, &zone)?;
    if json {
        return output::line(&json!({ "v": 1, "card": call.card, "bytes": zone.len() }).to_string());
    }
    output::line(&text::with("cards.exported", &[("bytes", &zone.len().to_string()), ("card", &call.card)]))
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
            let card = kind.map_or_else(|| text::t("cards.empty").to_owned(), told);
            output::line(&format!("{}\t{card}", state.name))?;
        }
    }
    Ok(())
}

fn read_one(read: &Read) -> Result<(), Failure> {
    // An imported card lies in the data directory; where there is none, there are no imported cards.
    let root = read.place.demo_root().ok();
    let readers = Readers::named_in(root.as_deref(), &[read.reader.as_str()])?;
    let gate = liasse_demo::phone::gate(Arc::new(SystemClock)).ok_or(OpenError::World)?;
    let mut desk = CardDesk::to_read(Box::new(readers)).with_apcv(gate);
    if read.pin_stdin {
        let pin = pin_from_stdin(PIN_STDIN)?;
        desk.verify_pin(&read.reader, &pin)?;
    }
    if read.activities {
        desk.ask_activities();
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
        CardView::Unknown { kind, .. } => {
            let mut card = shape(*kind, Value::Null, atr, Cost::default(), Content::default());
            if let Value::Object(fields) = &mut card {
                fields.insert("refused".to_owned(), json!(CardError::NotThatCard { kind: *kind }.report()));
            }
            Ok(card)
        }
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
    let mut card = shape(identity.kind, json!(identity.holder.card_type), atr, cps.cost, content);
    // Nothing where nobody asked, or where there is no such file.
    card["activities"] = json!(cps.activities.as_ref().map(|all| all.iter().map(of_activity).collect::<Vec<_>>()));
    card["undecoded_bytes"] = json!(cps.undecoded_bytes);
    card
}

/// One place of practice.
fn of_activity(activity: &Activity) -> Value {
    let Activity { number, name, structure, sector } = activity;
    json!({ "number": number, "name": name, "structure": structure, "sector": sector })
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
    let Some(apcv) = &vitale.apcv else { return shape(CardKind::Vitale2, Value::Null, atr, vitale.cost, content) };
    let context = apcv.context();
    let mut card = shape(CardKind::Apcv, Value::Null, atr, vitale.cost, content);
    card["context"] = json!({
        "identifiant": context.identifiant, "issued_at": context.issued_at, "until": context.until,
    });
    card
}

/// What a person is told of a kind: its word, and of a Vitale that is withdrawn that it is.
fn told(kind: CardKind) -> String {
    match kind {
        CardKind::Vitale1 => format!("{}\t{}", word(kind), CardError::NotThatCard { kind }.report().message),
        _ => word(kind),
    }
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

    #[test]
    fn a_withdrawn_vitale_is_named_as_such() {
        let atr = vec![0x3F, 0x65, 0x25, 0x00, 0x52, 0x09, 0x6A, 0x90, 0x00];
        let kind = liasse_core::identify(&atr);
        assert!(told(kind).contains("retirée du service"), "{}", told(kind));
        assert_eq!(told(CardKind::Vitale2), "vitale2");
        let card = CardView::Unknown { kind, atr: atr.clone() };
        let reader =
            ReaderView { name: "Bureau".to_owned(), insertions: 1, atr: Some(atr), card, order: 1, driver: None };
        let said = describe(&reader).map_err(|failure| failure.report.code).expect("a card");
        assert_eq!((&said["kind"], &said["refused"]["code"]), (&json!("vitale1"), &json!("cards.autre_carte_vitale1")));
    }
}
