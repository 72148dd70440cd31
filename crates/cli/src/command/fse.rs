//! `fse`: claims made, listed, shown, signed, settled, exported, withdrawn.

use std::path::{Path, PathBuf};

use liasse_core::invoicing::{Draft, InvoicingError, Proof, TakenBack};
use liasse_core::ledger::Document;
use liasse_core::{Cheque, SettlementMode, signing};
use liasse_domain::{Centimes, FseRef, SecuringMode};
use liasse_pricing::Entry;
use serde_json::json;

use crate::command::{attachments, phone};
use crate::failure::{CliError, Failure};
use crate::files;
use crate::office::{Beneficiary, Open, Person, VitaleReader, vitale_in};
use crate::output;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Fse {
    #[command(about = "Prépare une FSE : numéro et contenu, sans signature")]
    New(New),
    #[command(about = "Corrige une FSE rejetée par une nouvelle FSE, qui la désigne")]
    Correct(Correct),
    #[command(about = "Les FSE")]
    List(List),
    #[command(about = "Une FSE")]
    Show(Show),
    #[command(about = "Signe une FSE préparée avec les deux cartes")]
    Sign(Sign),
    #[command(about = "Enregistre le règlement du patient")]
    Settle(Settle),
    #[command(about = "Écrit ce qu'il faut à un tiers pour vérifier une FSE")]
    Export(Export),
    #[command(about = "Annule une FSE qui n'est dans aucun lot")]
    Cancel(Cancel),
    #[command(about = "Joint un document numérisé, qui partira avec le lot de la FSE")]
    Attach(attachments::Attach),
    #[command(about = "Les pièces jointes d'une FSE")]
    Attachments(attachments::List),
    #[command(about = "Retire une pièce jointe avant la signature du lot")]
    Detach(attachments::Detach),
}

#[derive(clap::Args)]
pub(crate) struct New {
    #[arg(value_name = "FICHIER", help = "Entrée de price sans practitioner ni patient ; - pour l'entrée standard")]
    file: PathBuf,
    #[command(flatten)]
    patient: Beneficiary,
    #[arg(long, value_name = "MOTIF", help = "Pourquoi passer outre un risque de rejet")]
    reason: Option<String>,
    #[arg(long, value_enum, hide_possible_values = true, default_value_t = Mode::Securise, hide_default_value = true,
        help = "Mode de sécurisation : securise, visite, desynchronise, sans-vitale ou degrade ; sinon securise")]
    mode: Mode,
    #[arg(
        long,
        value_name = "FSE",
        help = "Sans carte Vitale : le patient de cette FSE, avec les droits lus à son dernier passage"
    )]
    of: Option<String>,
    #[arg(
        long,
        value_name = "FICHIER",
        conflicts_with = "of",
        help = "Sans carte Vitale : ce que dit l'attestation de droits, en JSON"
    )]
    attestation: Option<PathBuf>,
    #[arg(
        long,
        conflicts_with_all = ["patient_reader", "of", "attestation"],
        help = "Appli carte Vitale : lit son code sur l'entrée standard, une ligne (après le code porteur s'il y est)"
    )]
    apcv_stdin: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Correct {
    #[arg(value_name = "FSE", help = "La FSE rejetée : numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(value_name = "FICHIER", help = "Ce qui remplace ses actes, comme pour fse new ; sinon les mêmes actes")]
    file: Option<PathBuf>,
    #[command(flatten)]
    vitale: VitaleReader,
    #[arg(long, value_name = "MOTIF", help = "Pourquoi passer outre un risque de rejet")]
    reason: Option<String>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Show {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Cancel {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(
        long,
        help = "Seulement la demande à la complémentaire (DRE), même partie : le patient doit alors cette part"
    )]
    dre: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Sign {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(
        long,
        conflicts_with = "patient_reader",
        help = "Appli carte Vitale : lit son nouveau code sur l'entrée standard, une ligne (après le code porteur)"
    )]
    apcv_stdin: bool,
    #[command(flatten)]
    vitale: VitaleReader,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Settle {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(value_name = "MODE", help = "carte, cheque, especes, virement, plus_tard ou gratuit")]
    mode: String,
    #[arg(long, value_name = "EUROS", help = "Une partie seulement, comme 12,50 ; sinon tout ce qui reste dû")]
    amount: Option<String>,
    #[arg(long, value_name = "NUMÉRO", help = "Numéro du chèque")]
    cheque_number: Option<String>,
    #[arg(long, value_name = "BANQUE", help = "Banque du chèque")]
    cheque_bank: Option<String>,
    #[arg(
        long,
        value_name = "CHÈQUE",
        conflicts_with_all = ["cheque_number", "cheque_bank"],
        help = "Le chèque déjà remis pour une autre FSE, comme receipts cheques le nomme"
    )]
    same_cheque: Option<i64>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Export {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[arg(value_name = "DOSSIER", help = "Où écrire")]
    folder: PathBuf,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: Fse, json: bool) -> Result<(), Failure> {
    match command {
        Fse::New(new) => make(&new, json),
        Fse::Correct(correct) => correct_one(&correct, json),
        Fse::List(list) => show_all(&list, json),
        Fse::Show(show) => show_one(&show, json),
        Fse::Sign(sign) => sign_one(&sign, json),
        Fse::Settle(settle) => settle_one(&settle, json),
        Fse::Export(export) => export_one(&export),
        Fse::Cancel(cancel) => cancel_one(&cancel, json),
        Fse::Attach(attach) => attachments::attach(&attach, json),
        Fse::Attachments(list) => attachments::list(&list, json),
        Fse::Detach(detach) => attachments::detach(&detach),
    }
}

fn make(new: &New, json: bool) -> Result<(), Failure> {
    if new.apcv_stdin && new.file.as_os_str() == "-" {
        return Err(CliError::WrongValue { argument: "--apcv-stdin".to_owned() }.into());
    }
    let entry = read_entry(&new.file, &new.person)?;
    let mode = SecuringMode::from(new.mode);
    if mode.needs_vitale() && (new.of.is_some() || new.attestation.is_some()) {
        // Whoever names a patient without a card must not bill the one whose card lies there.
        return Err(CliError::WrongValue { argument: "--mode".to_owned() }.into());
    }
    let reason = new.reason.clone();
    if !mode.needs_vitale() && !new.apcv_stdin {
        return make_without_card(new, entry, mode, json);
    }
    let (open, vitale, index) = if new.apcv_stdin {
        phone::scanned(&new.person).and_then(|(open, vitale)| Ok((open, vitale, new.patient.index()?)))?
    } else {
        new.patient.open(&new.person)?
    };
    let reference = open.run(move |workstation, person| {
        let mut draft = Draft::from_entry(&vitale, index, entry, workstation.now())?;
        draft.mode = mode;
        draft.reason = reason;
        workstation.prepare(&draft, person)
    })?;
    say(&open, &reference, json)
}

/// Without the Vitale: the rights of the last passage, or of an attestation that was seen.
fn make_without_card(new: &New, entry: Entry, mode: SecuringMode, json: bool) -> Result<(), Failure> {
    let attestation = new.attestation.as_deref().map(files::attestation).transpose()?;
    let open = new.person.open(&[])?;
    let known = new.of.as_deref().map(|name| Name::parse(name)?.find(&open)).transpose()?;
    let reason = new.reason.clone();
    let reference = open.run(move |workstation, person| {
        let now = workstation.now();
        let (reading, proof) = match (attestation, known) {
            (Some(seen), _) => (seen.reading(now, person.holder.test_card)?, Proof::Attestation),
            (None, Some(fse)) => (workstation.last_reading(&fse, person)?, Proof::DernierPassage),
            (None, None) => return Err(InvoicingError::VitaleAbsent.into()),
        };
        let mut draft = Draft::without_card(reading, proof, mode, now)?.amended(entry, now);
        draft.reason = reason;
        workstation.prepare(&draft, person)
    })?;
    say(&open, &reference, json)
}

fn correct_one(correct: &Correct, json: bool) -> Result<(), Failure> {
    let name = Name::parse(&correct.fse)?;
    let entry = correct.file.as_ref().map(|file| read_entry(file, &correct.person)).transpose()?;
    let (open, vitale) = correct.vitale.open(&correct.person)?;
    let rejected = name.find(&open)?;
    let reason = correct.reason.clone();
    let reference = open.run(move |workstation, person| {
        let mut draft = workstation.correction_of(&rejected, &vitale, person)?;
        if let Some(entry) = entry {
            draft = draft.amended(entry, workstation.now());
        }
        draft.reason = reason;
        workstation.prepare(&draft, person)
    })?;
    let asked = reference.clone();
    let back = open.run(move |workstation, person| workstation.to_give_back(&asked, person))?;
    let sentence = text::with("fse.will_give_back", &[("amount", &back.to_string())]);
    say_correction(&open, &reference, back, &sentence, json)
}

/// An entry from a file or standard input, which secrets cannot share.
fn read_entry(file: &Path, person: &Person) -> Result<Entry, Failure> {
    person.spare_stdin(file)?;
    Ok(Entry::from_json(&files::read(file)?)?)
}

fn show_all(list: &List, json: bool) -> Result<(), Failure> {
    let open = list.person.open(&[])?;
    let ledger = open.run(|workstation, person| workstation.ledger_of(person))?;
    crate::command::ledger::print(&ledger, json)
}

fn show_one(show: &Show, json: bool) -> Result<(), Failure> {
    let name = Name::parse(&show.fse)?;
    let open = show.person.open(&[])?;
    let reference = name.find(&open)?;
    say(&open, &reference, json)
}

fn sign_one(sign: &Sign, json: bool) -> Result<(), Failure> {
    let name = Name::parse(&sign.fse)?;
    let reader = sign.vitale.name();
    let (open, scanned) = if sign.apcv_stdin {
        phone::scanned(&sign.person).map(|(open, vitale)| (open, Some(vitale)))?
    } else {
        (sign.person.open(&[reader])?, None)
    };
    let reference = name.find(&open)?;
    // A mode without Vitale is signed without one; where one is needed, its absence is said by the use case.
    let vitale = match scanned.map_or_else(|| vitale_in(&open.office, reader), Ok) {
        Ok(vitale) => Some(vitale),
        Err(failure) if sign.vitale.is_named() => return Err(failure),
        Err(_) => None,
    };
    let (lane, cards) = (open.office.workstation(), open.office.cards());
    let back = signing::sign_fse(&lane, &cards, &reference, &open.person, vitale.as_ref())?;
    let sentence = text::with("fse.give_back", &[("amount", &back.to_string())]);
    say_correction(&open, &reference, back, &sentence, json)
}

fn settle_one(settle: &Settle, json: bool) -> Result<(), Failure> {
    let wrong = || CliError::WrongValue { argument: "MODE".to_owned() };
    let mode = SettlementMode::from_word(&settle.mode).ok_or_else(wrong)?;
    let no_amount = || CliError::WrongValue { argument: "--amount".to_owned() };
    let amount = settle.amount.as_deref().map(|text| Centimes::from_typed(text).ok_or_else(no_amount)).transpose()?;
    let cheque = settle.cheque();
    if cheque.is_some() && mode != SettlementMode::Cheque {
        return Err(wrong().into());
    }
    let name = Name::parse(&settle.fse)?;
    let open = settle.person.open(&[])?;
    let reference = name.find(&open)?;
    let asked = reference.clone();
    open.run(move |workstation, person| workstation.settle_part(&asked, person, mode, amount, cheque))?;
    say(&open, &reference, json)
}

impl Settle {
    fn cheque(&self) -> Option<Cheque> {
        match (self.same_cheque, &self.cheque_number, &self.cheque_bank) {
            (Some(same), ..) => Some(Cheque::Same(same)),
            (None, None, None) => None,
            (None, number, bank) => {
                Some(Cheque::New { number: number.clone().unwrap_or_default(), bank: bank.clone().unwrap_or_default() })
            }
        }
    }
}

fn export_one(export: &Export) -> Result<(), Failure> {
    let name = Name::parse(&export.fse)?;
    let open = export.person.open(&[])?;
    let reference = name.find(&open)?;
    let folder = export.folder.clone();
    let written = open.run(move |workstation, person| workstation.export_fse(&reference, person, &folder))?;
    written.iter().try_for_each(|path| output::line(&path.display().to_string()))
}

fn cancel_one(cancel: &Cancel, json: bool) -> Result<(), Failure> {
    let name = Name::parse(&cancel.fse)?;
    let open = cancel.person.open(&[])?;
    let reference = name.find(&open)?;
    let asked = reference.clone();
    if cancel.dre {
        // Where the insurer has it, a DRE takes it back: it is signed here and leaves with the next lots.
        let taken = open.run(move |workstation, person| workstation.take_dre_back(&asked, person))?;
        if let TakenBack::ToSign(dre) = taken {
            let (lane, cards) = (open.office.workstation(), open.office.cards());
            signing::sign_fse(&lane, &cards, &dre, &open.person, None)?;
        }
        return say(&open, &reference, json);
    }
    open.run(move |workstation, person| workstation.cancel(&asked, person))?;
    say(&open, &reference, json)
}

/// How an FSE is secured (reference formats 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    Securise,
    Visite,
    Desynchronise,
    SansVitale,
    Degrade,
}

impl From<Mode> for SecuringMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Securise => Self::Securise,
            Mode::Visite => Self::Visite,
            Mode::Desynchronise => Self::Desynchronise,
            Mode::SansVitale => Self::SansVitale,
            Mode::Degrade => Self::Degrade,
        }
    }
}

/// How a call names an FSE.
pub(crate) enum Name {
    Last,
    One(FseRef),
}

impl Name {
    /// `billingnumber-number`, or `last`; judged before anything is opened.
    pub(crate) fn parse(text: &str) -> Result<Self, CliError> {
        if text == "last" { Ok(Self::Last) } else { text.parse().map(Self::One).map_err(|_| CliError::FseName) }
    }

    pub(crate) fn find(self, open: &Open) -> Result<FseRef, Failure> {
        match self {
            Self::One(fse) => Ok(fse),
            Self::Last => {
                let last = open.run(|workstation, _| Ok(workstation.store().last_fse()?))?;
                Ok(last.ok_or(InvoicingError::UnknownFse)?)
            }
        }
    }
}

fn say(open: &Open, reference: &FseRef, json: bool) -> Result<(), Failure> {
    let document = document(open, reference)?;
    if json { output::line(&json!(document).to_string()) } else { output::line(&line_of(&document)) }
}

/// The same with what goes back to the patient, by `sentence`, where a correction costs less than what they paid.
fn say_correction(open: &Open, reference: &FseRef, back: Centimes, sentence: &str, json: bool) -> Result<(), Failure> {
    let document = document(open, reference)?;
    if json {
        let mut said = json!(document);
        said["give_back_cents"] = json!(back);
        return output::line(&said.to_string());
    }
    output::line(&line_of(&document))?;
    if back > Centimes::ZERO { output::line(sentence) } else { Ok(()) }
}

fn document(open: &Open, reference: &FseRef) -> Result<Document, Failure> {
    let asked = reference.clone();
    let document = open.run(move |workstation, person| workstation.document(&asked, person))?;
    Ok(document.ok_or(InvoicingError::UnknownFse)?)
}

fn line_of(document: &Document) -> String {
    let (fse, total) = (document.fse.to_string(), document.total_cents.to_string());
    text::with("fse.line", &[("fse", &fse), ("state", document.document.label()), ("total", &total)])
}
