//! `passage`: patients received at the desk, what is to be billed of them and on whose word, and the FSE prepared from it.

use std::path::PathBuf;

use liasse_core::desync;
use liasse_core::invoicing::Proof;
use liasse_core::passages::{Cotation, Passage as Shown};
use liasse_core::{CoreError, type_acts};
use liasse_domain::{BillingNumber, PassageState, SecuringMode};
use serde_json::{Value, json};

use crate::command::fse::{Mode, Name};
use crate::failure::Failure;
use crate::office::{Beneficiary, Open, Person, VitaleReader, vitale_in};
use crate::text;
use crate::{files, output};

#[derive(clap::Subcommand)]
pub(crate) enum Passage {
    #[command(about = "Reçoit un patient : sa carte est lue, rien n'est scellé")]
    Receive(Receive),
    #[command(about = "« Je repasserai avec ma carte » : un patient déjà connu, par une FSE, ou par son attestation")]
    Promise(Promise),
    #[command(about = "Les passages à facturer, le plus ancien d'abord")]
    List(List),
    #[command(about = "La cotation du praticien, comme G+MEG")]
    Code(Code),
    #[command(about = "Applique une consigne permanente du praticien")]
    Apply(Apply),
    #[command(about = "Écrit un mot à côté d'un passage, hors de tout sceau")]
    Note(Note),
    #[command(about = "Prépare la FSE d'un passage, et la fait sceller par la carte Vitale s'il en faut une")]
    Bill(Bill),
    #[command(about = "Le patient reviendra avec sa carte")]
    Wait(One),
    #[command(about = "Rien n'est facturé, pour la raison écrite")]
    Drop(Drop),
    #[command(about = "Donne un passage à un autre praticien, avant le sceau")]
    Move(Move),
    #[command(subcommand, about = "Consignes permanentes d'un praticien")]
    Instruction(Instruction),
}

#[derive(clap::Subcommand)]
pub(crate) enum Instruction {
    #[command(about = "Donne une consigne : sous ce nom, le secrétariat peut facturer ces actes")]
    Give(Give),
    #[command(about = "Lève une consigne")]
    End(End),
    #[command(about = "Les consignes en vigueur")]
    List(InstructionList),
}

#[derive(clap::Args)]
pub(crate) struct For {
    #[arg(long = "for", value_name = "N°", help = "Numéro de facturation du praticien ; sinon celui du cabinet")]
    practitioner: Option<String>,
}

impl For {
    fn billing(&self) -> Result<Option<BillingNumber>, Failure> {
        Ok(self.practitioner.as_deref().map(BillingNumber::parse).transpose().map_err(CoreError::from)?)
    }
}

#[derive(clap::Args)]
pub(crate) struct Receive {
    #[command(flatten)]
    patient: Beneficiary,
    #[command(flatten)]
    practitioner: For,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Promise {
    #[arg(long, value_name = "FSE", help = "Une FSE de ce patient", required_unless_present = "attestation")]
    of: Option<String>,
    #[arg(long, value_name = "FICHIER", conflicts_with = "of", help = "Ce que dit l'attestation de droits, en JSON")]
    attestation: Option<PathBuf>,
    #[command(flatten)]
    practitioner: For,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct One {
    #[arg(value_name = "PASSAGE", help = "Son numéro")]
    passage: i64,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Code {
    #[arg(value_name = "PASSAGE", help = "Son numéro")]
    passage: i64,
    #[arg(value_name = "ACTES", help = "Comme on les tape : G+MEG")]
    acts: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Apply {
    #[arg(value_name = "PASSAGE", help = "Son numéro")]
    passage: i64,
    #[arg(value_name = "CONSIGNE", help = "Son nom")]
    instruction: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Note {
    #[arg(value_name = "PASSAGE", help = "Son numéro")]
    passage: i64,
    #[arg(value_name = "MOT", help = "Rien : efface le mot")]
    note: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Bill {
    #[arg(value_name = "PASSAGE", help = "Son numéro")]
    passage: i64,
    #[arg(
        long,
        value_enum,
        hide_possible_values = true,
        help = "Sans carte Vitale : sans-vitale (à distance) ou degrade (avec feuille papier)"
    )]
    mode: Option<Mode>,
    #[arg(long, value_enum, requires = "mode", hide_possible_values = true, default_value_t = ProofSeen::DernierPassage, hide_default_value = true,
        help = "La preuve des droits qui a été vue ; sinon dernier-passage")]
    proof: ProofSeen,
    #[arg(long, value_name = "MOTIF", help = "Pourquoi passer outre un risque de rejet")]
    reason: Option<String>,
    #[command(flatten)]
    vitale: VitaleReader,
    #[command(flatten)]
    person: Person,
}

/// What proves the rights without the Vitale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ProofSeen {
    Attestation,
    EnLigne,
    DernierPassage,
}

impl From<ProofSeen> for Proof {
    fn from(seen: ProofSeen) -> Self {
        match seen {
            ProofSeen::Attestation => Self::Attestation,
            ProofSeen::EnLigne => Self::EnLigne,
            ProofSeen::DernierPassage => Self::DernierPassage,
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct Drop {
    #[arg(value_name = "PASSAGE", help = "Son numéro")]
    passage: i64,
    #[arg(value_name = "MOTIF", help = "Pourquoi rien n'est facturé")]
    why: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Move {
    #[arg(value_name = "PASSAGE", help = "Son numéro")]
    passage: i64,
    #[arg(value_name = "N°", help = "Numéro de facturation du bon praticien")]
    to: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Give {
    #[arg(value_name = "NOM", help = "Son nom, comme « renouvellement »")]
    name: String,
    #[arg(value_name = "ACTES", help = "Comme on les tape : G+MEG")]
    acts: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct End {
    #[arg(value_name = "NOM", help = "Son nom")]
    name: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct InstructionList {
    #[command(flatten)]
    practitioner: For,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: &Passage, json: bool) -> Result<(), Failure> {
    match command {
        Passage::Receive(receive) => {
            let (open, vitale, index) = receive.patient.open(&receive.person)?;
            let billing = receive.practitioner.billing()?;
            let id = open.run(move |ws, person| ws.receive(&vitale, index, billing.as_ref(), person))?;
            say(&open, id, json)
        }
        Passage::Promise(promise) => promised(promise, json),
        Passage::List(list) => show(list, json),
        Passage::Code(code) => {
            let open = code.person.open(&[])?;
            let (id, cotation) = (code.passage, cotation(&open, &code.acts)?);
            open.run(move |ws, person| ws.cote(id, &cotation, person))?;
            say(&open, id, json)
        }
        Passage::Apply(apply) => {
            let open = apply.person.open(&[])?;
            let (id, name) = (apply.passage, apply.instruction.clone());
            open.run(move |ws, person| ws.apply_instruction(id, &name, person))?;
            say(&open, id, json)
        }
        Passage::Note(note) => {
            let open = note.person.open(&[])?;
            let (id, words) = (note.passage, note.note.clone());
            open.run(move |ws, person| ws.note_passage(id, &words, person))?;
            say(&open, id, json)
        }
        Passage::Bill(bill) => self::bill(bill, json),
        Passage::Wait(one) => set(&one.person, one.passage, PassageState::AttendCarte, "", json),
        Passage::Drop(drop) => set(&drop.person, drop.passage, PassageState::SansSuite, &drop.why, json),
        Passage::Move(change) => {
            let to = BillingNumber::parse(&change.to).map_err(CoreError::from)?;
            let open = change.person.open(&[])?;
            let id = change.passage;
            open.run(move |ws, person| ws.reassign(id, &to, person))?;
            say(&open, id, json)
        }
        Passage::Instruction(instruction) => instruct(instruction, json),
    }
}

fn promised(promise: &Promise, json: bool) -> Result<(), Failure> {
    let billing = promise.practitioner.billing()?;
    let attestation = promise.attestation.as_deref().map(files::attestation).transpose()?;
    let open = promise.person.open(&[])?;
    let fse = promise.of.as_deref().map(|name| Name::parse(name)?.find(&open)).transpose()?;
    let id = open.run(move |ws, person| {
        let reading = match (attestation, fse) {
            (Some(attestation), _) => attestation.reading(ws.now(), person.holder.test_card)?,
            (None, Some(fse)) => ws.last_reading(&fse, person)?,
            (None, None) => return Err(liasse_core::invoicing::InvoicingError::NoReading.into()),
        };
        ws.receive_without_card(&reading, billing.as_ref(), person)
    })?;
    say(&open, id, json)
}

fn bill(bill: &Bill, json: bool) -> Result<(), Failure> {
    let without = bill.mode.map(|mode| (SecuringMode::from(mode), Proof::from(bill.proof)));
    let reader = bill.vitale.name();
    let open = bill.person.open(if without.is_some() { &[] } else { std::slice::from_ref(&reader) })?;
    let vitale = if without.is_some() { None } else { Some(vitale_in(&open.office, reader)?) };
    let (id, reason, seen) = (bill.passage, bill.reason.clone(), vitale.clone());
    let fse = open.run(move |ws, person| {
        let (mut draft, bills) = ws.draft_of_passage(id, seen.as_ref(), without, person)?;
        draft.reason = reason;
        ws.prepare(&draft, &bills)
    })?;
    if let (Some(vitale), true) = (&vitale, open.person.is_staff()) {
        let (lane, cards) = (open.office.workstation(), open.office.cards());
        desync::seal(&lane, &cards, &fse, vitale, &open.person)?;
    }
    if json { output::json(&json!({ "v": 1, "fse": fse })) } else { output::line(&fse.to_string()) }
}

fn set(person: &Person, id: i64, to: PassageState, why: &str, json: bool) -> Result<(), Failure> {
    let open = person.open(&[])?;
    let why = why.to_owned();
    open.run(move |ws, person| ws.set_passage(id, to, &why, person))?;
    say(&open, id, json)
}

fn instruct(instruction: &Instruction, json: bool) -> Result<(), Failure> {
    match instruction {
        Instruction::Give(give) => {
            let open = give.person.open(&[])?;
            let (name, cotation) = (give.name.clone(), cotation(&open, &give.acts)?);
            open.run(move |ws, person| ws.instruct(&name, &cotation, person))
        }
        Instruction::End(end) => {
            let open = end.person.open(&[])?;
            let name = end.name.clone();
            open.run(move |ws, person| ws.end_instruction(&name, person))
        }
        Instruction::List(list) => {
            let billing = list.practitioner.billing()?;
            let open = list.person.open(&[])?;
            let rows = open.run(move |ws, person| {
                let billing = billing.unwrap_or_else(|| person.situation.billing_number.clone());
                let rows = ws.instructions(&billing)?;
                rows.into_iter()
                    .map(|row| Ok((row.name, Cotation::from_json(&row.acts)?.typed())))
                    .collect::<Result<Vec<_>, CoreError>>()
            })?;
            if json {
                let rows: Vec<Value> = rows.iter().map(|(name, acts)| json!({ "name": name, "acts": acts })).collect();
                return output::json(&json!({ "v": 1, "instructions": rows }));
            }
            rows.iter().try_for_each(|(name, acts)| {
                output::line(&text::with("passage.instruction", &[("name", name), ("acts", acts)]))
            })
        }
    }
}

/// What was typed, read with the tables of the practice.
fn cotation(open: &Open, acts: &str) -> Result<Cotation, Failure> {
    let acts = type_acts(open.office.tables(), acts)?;
    Ok(Cotation { acts, overrun: None })
}

fn show(list: &List, json: bool) -> Result<(), Failure> {
    let open = list.person.open(&[])?;
    let passages = open.run(|ws, person| ws.passages(person))?;
    if json {
        let rows: Vec<Value> = passages.iter().map(shape).collect();
        return output::json(&json!({ "v": 1, "passages": rows }));
    }
    passages.iter().try_for_each(|passage| output::line(&line(passage)))
}

fn say(open: &Open, id: i64, json: bool) -> Result<(), Failure> {
    let passage = open.run(move |ws, person| ws.passage(id, person))?;
    if json { output::json(&json!({ "v": 1, "passage": shape(&passage) })) } else { output::line(&line(&passage)) }
}

fn shape(passage: &Shown) -> Value {
    let row = &passage.row;
    json!({
        "passage": row.id, "billing": row.billing, "session": row.session, "day": row.day, "state": row.state,
        "acts": passage.cotation.as_ref().map(Cotation::typed), "instruction": row.instruction, "fse": row.fse,
        "deadline": passage.deadline,
    })
}

fn line(passage: &Shown) -> String {
    let acts = passage.cotation.as_ref().map_or_else(|| text::t("passage.no_cotation").to_owned(), Cotation::typed);
    let until = passage.deadline.format("%d/%m/%Y").to_string();
    let values = [
        ("id", &*passage.row.id.to_string()),
        ("billing", passage.row.billing.as_str()),
        ("state", passage.row.state.label()),
        ("until", &until),
        ("acts", &acts),
    ];
    text::with("passage.line", &values)
}
