//! `mutuelle`: the mutuelle card of a patient, shown with how its part travels, typed, or seen again.

use chrono::NaiveDate;
use liasse_core::cards::VitaleView;
use liasse_core::invoicing::{Cover, Draft};
use liasse_domain::patient::Period;
use liasse_domain::{Management, MutuelleCard, clock};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::office::{Beneficiary, Open, Person};
use crate::output;

#[derive(clap::Subcommand)]
pub(crate) enum Mutuelle {
    #[command(about = "La mutuelle d'un patient et la gestion de sa part")]
    Show(Whose),
    #[command(about = "Enregistre la carte de mutuelle qui est présentée")]
    Set(Set),
    #[command(about = "La même carte a été revue aujourd'hui")]
    Seen(Whose),
}

#[derive(clap::Args)]
pub(crate) struct Whose {
    #[command(flatten)]
    patient: Beneficiary,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Set {
    #[arg(long, value_name = "N°", help = "N° AMC, huit à dix chiffres")]
    amc: String,
    #[arg(long, value_name = "N°", help = "N° d'adhérent")]
    member: String,
    #[arg(long, value_name = "XX", help = "Type de convention, deux lettres")]
    convention: String,
    #[arg(long, value_name = "DATE", help = "Premier jour de validité, AAAA-MM-JJ")]
    from: Option<NaiveDate>,
    #[arg(long, value_name = "DATE", help = "Dernier jour de validité, AAAA-MM-JJ")]
    until: Option<NaiveDate>,
    #[command(flatten)]
    whose: Whose,
}

pub(crate) fn run(command: &Mutuelle) -> Result<(), Failure> {
    match command {
        Mutuelle::Show(whose) => show(&whose.open()?),
        Mutuelle::Set(set) => keep(set),
        Mutuelle::Seen(whose) => {
            let found = whose.open()?;
            let (vitale, index) = (found.vitale.clone(), found.index);
            found.open.run(move |workstation, person| {
                let draft = Draft::new(&vitale, index, workstation.now())?;
                workstation.mutuelle_seen_again(&draft, person)
            })?;
            show(&found)
        }
    }
}

struct Found {
    open: Open,
    vitale: VitaleView,
    index: usize,
}

impl Whose {
    fn open(&self) -> Result<Found, Failure> {
        let (open, vitale, index) = self.patient.open(&self.person)?;
        Ok(Found { open, vitale, index })
    }
}

fn keep(set: &Set) -> Result<(), Failure> {
    let found = set.whose.open()?;
    let (vitale, index) = (found.vitale.clone(), found.index);
    let (number, member, kind) = (set.amc.clone(), set.member.clone(), set.convention.clone());
    let period = Period { from: set.from, until: set.until };
    found.open.run(move |workstation, person| {
        let draft = Draft::new(&vitale, index, workstation.now())?;
        let today = clock::paris(workstation.now()).date();
        let card = MutuelleCard::typed(&number, &member, &kind, period, today)?;
        workstation.see_mutuelle(&draft, person, &card)
    })?;
    show(&found)
}

fn show(found: &Found) -> Result<(), Failure> {
    let (vitale, index) = (found.vitale.clone(), found.index);
    let (cover, said) = found.open.run(move |workstation, person| {
        let draft = Draft::new(&vitale, index, workstation.now())?;
        Ok((workstation.cover_of(&draft, person)?, draft.insurer_on_vitale()))
    })?;
    let (management, name, route) = match &cover {
        Cover::Aucune => (Some("aucune"), None, None),
        Cover::C2s => (Some("c2s"), None, None),
        Cover::Inconnue(_) => (None, None, None),
        Cover::Convention(_, convention) => (
            Some(Management::word(convention.management)),
            Some(convention.name.as_str()),
            convention.route.as_ref().map(ToString::to_string),
        ),
    };
    let card = cover.card().map_or(Value::Null, |card| {
        json!({
            "amc": card.number,
            "member": card.member.reveal(),
            "convention": (!card.convention.is_empty()).then_some(&card.convention),
            "from": card.period.from,
            "until": card.period.until,
            "seen_on": card.seen_on,
        })
    });
    let on_vitale = said.map_or(Value::Null, |said| {
        json!({
            "amc": said.number,
            "member": (!said.member.is_empty()).then(|| said.member.reveal()),
            "managed_by_caisse": said.by_caisse,
            "from": said.period.from,
            "until": said.period.until,
            "read_on": said.read_on,
        })
    });
    output::json(&json!({
        "v": 1, "card": card, "management": management, "name": name, "route": route, "on_vitale": on_vitale,
    }))
}
