//! `replacement`: sessions of locums prepared, looked at, activated, closed; their statements; and erasing them.

use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime};
use liasse_core::desk::Wanted;
use liasse_core::directory::Trust;
use liasse_core::papers;
use liasse_core::rehearsal::Mender;
use liasse_core::replacement::{self, Plan, Session, hours_of, weekday};
use liasse_domain::replacement::{Calendar, NamedLocum, ShareBase, Slot, Terms, Weekdays};
use liasse_domain::{BillingNumber, CardHolder, Centimes, Private, Rate, clock};
use serde_json::{Value, json};

use crate::command::fse::Name;
use crate::failure::{CliError, Failure};
use crate::files;
use crate::office::{Open, Person, cps_in};
use crate::output;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Replacement {
    #[command(about = "Prépare une session de remplacement, scellée par la carte du médecin remplacé")]
    Open(OpenOne),
    #[command(
        about = "Joue demain : carte, habilitations, certificat, boîte, une FSE et un lot mixte avec la caisse simulée"
    )]
    Rehearse(Rehearse),
    #[command(about = "La carte du remplaçant convient-elle maintenant, et à quelle session")]
    Activate(Activate),
    #[command(about = "Les sessions du médecin remplacé")]
    Status(Status),
    #[command(about = "Le médecin remplacé reprend son cabinet : plus de nouvelle FSE du remplaçant")]
    Suspend(One),
    #[command(about = "Rétablit une session suspendue")]
    Resume(One),
    #[command(about = "Rouvre une FSE rejetée d'une session close, pour que son remplaçant la corrige")]
    Reopen(Reopen),
    #[command(about = "Clôt une session, ce qui reste à signer ou à envoyer étant dit d'abord")]
    Close(Close),
    #[command(about = "Le relevé d'une session, ou le total de l'année par remplaçant")]
    Statement(Statement),
    #[command(about = "Vérifie des relevés scellés et en fait la somme, sans données ni carte")]
    Verify(Verify),
    #[command(about = "Efface ce qu'une session close avait mémorisé, et montre ce qui en était trouvé avant et après")]
    Purge(Purge),
}

#[derive(clap::Args)]
pub(crate) struct OpenOne {
    #[arg(long, value_name = "N°", help = "Numéro de remplaçant, clé comprise", conflicts_with = "locum_reader")]
    locum: Option<String>,
    #[arg(
        long,
        value_name = "LECTEUR",
        help = "Lecteur de la carte du remplaçant, ou sim:CARTE, au lieu de son numéro"
    )]
    locum_reader: Option<String>,
    #[arg(long, value_name = "DATE", help = "Premier jour, AAAA-MM-JJ")]
    from: NaiveDate,
    #[arg(long, value_name = "DATE", help = "Dernier jour, AAAA-MM-JJ")]
    until: NaiveDate,
    #[arg(
        long = "slot",
        value_name = "JOURS HEURES",
        required = true,
        help = "Jours (1 lundi à 7 dimanche) et heures, comme 12345@08:00-19:30 ; peut passer minuit ; répétable"
    )]
    slots: Vec<String>,
    #[arg(long, help = "Le remplaçant revient : rien n'est à effacer après")]
    recurring: bool,
    #[arg(long, help = "Le remplaçant se sert de la boîte aux lettres de télétransmission")]
    mailbox: bool,
    #[arg(
        long,
        value_name = "N",
        help = "Situation de facturation de la carte ; répétable ; sinon celle de la connexion"
    )]
    situation: Vec<u8>,
    #[arg(long, help = "La part porte sur ce qui est encaissé, et non sur ce qui est facturé")]
    on_received: bool,
    #[arg(
        long,
        value_name = "%",
        value_parser = clap::value_parser!(u32).range(0..=100),
        default_value_t = 70,
        hide_default_value = true,
        help = "Part du remplaçant pour les actes au cabinet ; sinon 70"
    )]
    office: u32,
    #[arg(
        long,
        value_name = "%",
        value_parser = clap::value_parser!(u32).range(0..=100),
        default_value_t = 70,
        hide_default_value = true,
        help = "Sa part pour les visites ; sinon 70"
    )]
    visits: u32,
    #[arg(
        long,
        value_name = "%",
        value_parser = clap::value_parser!(u32).range(0..=100),
        default_value_t = 100,
        hide_default_value = true,
        help = "Sa part pour les gardes ; sinon 100"
    )]
    duty: u32,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Rehearse {
    #[arg(value_name = "N", help = "Numéro de la session")]
    session: u32,
    #[arg(long, value_name = "LECTEUR", help = "Lecteur de la carte du remplaçant, ou sim:CARTE")]
    locum_reader: Option<String>,
    #[arg(long, value_name = "FICHIER", help = "Écrit la fiche à remettre au remplaçant, en PDF")]
    pdf: Option<PathBuf>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    #[arg(value_name = "FICHIER", required = true, help = "Relevés scellés, d'un ou de plusieurs cabinets")]
    files: Vec<PathBuf>,
    #[arg(long, value_name = "FICHIER", help = "Racine de confiance, en PEM")]
    ca: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct Activate {
    #[arg(long, value_name = "N", help = "Session, quand plusieurs conviennent")]
    session: Option<u32>,
    #[arg(long, value_name = "N", requires = "session", help = "Situation du médecin remplacé ; sinon la première")]
    situation: Option<u8>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct One {
    #[arg(value_name = "N", help = "Numéro de la session")]
    session: u32,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Reopen {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Close {
    #[arg(value_name = "N", help = "Numéro de la session")]
    session: u32,
    #[arg(long, help = "Malgré ce qui reste à signer ou à envoyer")]
    all_the_same: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Statement {
    #[arg(value_name = "N", help = "Numéro de la session", required_unless_present = "year")]
    session: Option<u32>,
    #[arg(long, value_name = "ANNÉE", conflicts_with = "session", help = "Le total de chaque remplaçant, d'une année")]
    year: Option<i32>,
    #[arg(long, value_name = "FICHIER", help = "Écrit aussi le relevé en CSV")]
    csv: Option<PathBuf>,
    #[arg(long, value_name = "FICHIER", help = "Écrit aussi le relevé en PDF")]
    pdf: Option<PathBuf>,
    #[arg(long, value_name = "FICHIER", help = "Écrit aussi le relevé scellé par la carte, que le remplaçant emporte")]
    sealed: Option<PathBuf>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Purge {
    #[arg(value_name = "N", help = "Numéro de la session")]
    session: u32,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: &Replacement, json: bool) -> Result<(), Failure> {
    match command {
        Replacement::Open(one) => open(one, json),
        Replacement::Rehearse(rehearse) => self::rehearse(rehearse, json),
        Replacement::Verify(verify) => self::verify(verify),
        Replacement::Activate(activate) => self::activate(activate, json),
        Replacement::Status(status) => show(&status.person.open(&[])?, json),
        Replacement::Suspend(one) => suspend(one, true, json),
        Replacement::Resume(one) => suspend(one, false, json),
        Replacement::Reopen(reopen) => self::reopen(reopen),
        Replacement::Close(close) => self::close(close, json),
        Replacement::Statement(statement) => self::statement(statement),
        Replacement::Purge(purge) => self::purge(purge),
    }
}

fn open(one: &OpenOne, json: bool) -> Result<(), Failure> {
    let others: Vec<&str> = one.locum_reader.iter().map(String::as_str).collect();
    let open = one.person.open(&others)?;
    let locum = match (&one.locum, &one.locum_reader) {
        (Some(number), _) => NamedLocum {
            billing: BillingNumber::parse(number).map_err(liasse_core::CoreError::from)?,
            rpps: None,
            family_name: Private::default(),
            given_name: Private::default(),
        },
        (None, Some(reader)) => {
            let card = one.person.read_cps(&open.office, reader)?;
            open.run(move |workstation, _| workstation.locum_of(&card))?
        }
        (None, None) => return Err(CliError::MissingArgument { argument: "--locum".to_owned() }.into()),
    };
    let slots = one.slots.iter().map(|slot| parse_slot(slot)).collect::<Result<Vec<_>, _>>()?;
    let calendar = Calendar::new(one.from, one.until, slots).map_err(replacement::ReplacementError::from)?;
    let base = if one.on_received { ShareBase::Received } else { ShareBase::Billed };
    let [office, visits, duty] = [one.office, one.visits, one.duty].map(Rate::percent);
    let plan = Plan {
        locum,
        situations: one.situation.clone(),
        calendar,
        recurring: one.recurring,
        mailbox: one.mailbox,
        terms: Terms { base, office, visits, duty },
    };
    let card = cps_in(&open.office, &open.person.reader)?;
    let (lane, cards) = (open.office.workstation(), open.office.cards());
    let number = replacement::prepare(&lane, &cards, &plan, &card, &open.person)?;
    say(&open, number, json)
}

/// `12345@08:00-19:30`.
fn parse_slot(typed: &str) -> Result<Slot, Failure> {
    let wrong = || Failure::from(CliError::WrongValue { argument: "--slot".to_owned() });
    let (days, hours) = typed.split_once('@').ok_or_else(wrong)?;
    let (from, until) = hours.split_once('-').ok_or_else(wrong)?;
    let days: Vec<u8> = days
        .chars()
        .map(|day| day.to_digit(10).and_then(|day| u8::try_from(day).ok()).filter(|day| (1..=7).contains(day)))
        .collect::<Option<_>>()
        .ok_or_else(wrong)?;
    let hour = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| wrong());
    Ok(Slot { days: Weekdays::of(&days), from: hour(from)?, until: hour(until)? })
}

fn rehearse(rehearse: &Rehearse, json: bool) -> Result<(), Failure> {
    let others: Vec<&str> = rehearse.locum_reader.iter().map(String::as_str).collect();
    let open = rehearse.person.open(&others)?;
    let number = rehearse.session;
    let session = open.run(move |workstation, person| workstation.session_of(number, person))?;
    let locum = match &rehearse.locum_reader {
        Some(reader) => Some(rehearse.person.read_cps(&open.office, reader)?),
        None => None,
    };
    // The trial is played with the simulated caisse: a practice has none.
    let trial = match (&locum, open.office.demo()) {
        (Some(card), Some(demo)) => {
            let doctor = cps_in(&open.office, &open.person.reader)?;
            Some(liasse_demo::rehearsal::trial(demo, &session, (&open.person, &doctor), card)?)
        }
        _ => None,
    };
    let found = open.run(move |workstation, person| workstation.rehearse(number, locum.as_ref(), trial, person))?;
    if let Some(file) = &rehearse.pdf {
        let today = clock::paris(open.office.clock().now()).date();
        files::write(file, &papers::pdf(&papers::handover(&session, open.person.holder.test_card, today))?)?;
    }
    let before = found.plays.format("%d/%m/%Y %H h %M").to_string();
    if json {
        output::json(&json!({ "v": 1, "rehearsal": found, "ready": found.is_ready() }))?;
    } else if found.is_ready() {
        output::line(&text::with("replacement.ready", &[("when", &before)]))?;
    }
    for check in &found.checks {
        let Some(fault) = check.fault.as_ref().filter(|_| !json) else { continue };
        let by = match check.by {
            Mender::Remplacant => text::t("replacement.by_locum"),
            Mender::Titulaire => text::t("replacement.by_replaced"),
        };
        let values = [("by", by), ("before", &*before), ("what", &*fault.message), ("action", &*fault.action)];
        output::line(&text::with("replacement.to_mend", &values))?;
    }
    match found.checks.into_iter().find_map(|check| check.fault) {
        Some(fault) => Err(Failure::told(fault)),
        None => Ok(()),
    }
}

fn verify(verify: &Verify) -> Result<(), Failure> {
    let trust = Trust::from_pem(&files::read_text(&verify.ca)?).map_err(liasse_core::CoreError::from)?;
    let mut counted = Vec::new();
    for file in &verify.files {
        let read = files::read_up_to(file, 1 << 22)?;
        counted.push(liasse_core::statement::verify(&read, &trust).map_err(liasse_core::CoreError::from)?);
    }
    // The same session twice is one: the statement that was drawn up last counts.
    counted.sort_by_key(|one| (one.replaced.clone(), one.session, std::cmp::Reverse(one.drawn_up)));
    counted.dedup_by_key(|one| (one.replaced.clone(), one.session));
    let lines: Vec<Value> = counted
        .iter()
        .map(|one| {
            json!({ "replaced": one.replaced, "replaced_rpps": one.replaced_rpps, "locum": one.locum, "session": one.session, "from": one.days.0,
                    "until": one.days.1, "fees_cents": one.fees(), "due_cents": one.due_cents })
        })
        .collect();
    let sum = |of: fn(&liasse_core::statement::Statement) -> Centimes| counted.iter().map(of).sum::<Centimes>();
    output::json(&json!({ "v": 1, "statements": lines, "fees_cents": sum(|one| one.fees()),
        "due_cents": sum(|one| one.due_cents) }))
}

fn activate(activate: &Activate, json: bool) -> Result<(), Failure> {
    let wanted = match activate.session {
        Some(number) => Wanted::Session(number, activate.situation),
        None => Wanted::Anything,
    };
    let open = activate.person.open_as(&[], wanted)?;
    let replaces = open.person.replaces.as_ref().ok_or(liasse_core::desk::DeskError::LocumWithoutSession)?;
    let session = replaces.session.number;
    let (holder, replaced) = (&open.person.holder, &replaces.session.replaced.holder);
    let name = |one: &CardHolder| format!("{} {}", one.given_name.reveal(), one.family_name.reveal());
    let until = replaces.session.calendar.until().format("%d/%m/%Y").to_string();
    let names = [("locum", &*name(holder)), ("replaced", &*name(replaced)), ("until", &*until)];
    let sentence = text::with("replacement.active", &names);
    if json {
        return output::json(&json!({ "v": 1, "session": session, "billing": open.person.situation.billing_number,
            "situation": open.person.situation.number, "says": sentence }));
    }
    output::line(&sentence)
}

fn show(open: &Open, json: bool) -> Result<(), Failure> {
    let sessions = open.run(|workstation, person| workstation.sessions_of(person))?;
    if json {
        let sessions: Vec<Value> = sessions.iter().map(shape).collect();
        return output::json(&json!({ "v": 1, "sessions": sessions }));
    }
    for session in &sessions {
        output::line(&line(session))?;
    }
    Ok(())
}

fn say(open: &Open, number: u32, json: bool) -> Result<(), Failure> {
    let session = open.run(move |workstation, person| workstation.session_of(number, person))?;
    if json { output::json(&json!({ "v": 1, "session": shape(&session) })) } else { output::line(&line(&session)) }
}

fn shape(session: &Session) -> Value {
    let sealed = &session.sealed;
    let slots = sealed.calendar.slots().iter().map(|slot| {
        json!({ "days": Vec::<u8>::from(slot.days), "from": slot.from.format("%H:%M").to_string(),
                "until": slot.until.format("%H:%M").to_string() })
    });
    json!({
        "number": sealed.number, "state": session.state.word(), "billing": sealed.billing(),
        "locum": sealed.locum.billing, "from": sealed.calendar.from(), "until": sealed.calendar.until(),
        "slots": slots.collect::<Vec<_>>(), "recurring": sealed.recurring, "mailbox": sealed.mailbox,
        "terms": sealed.terms, "situations": sealed.replaced.situations.iter().map(|one| one.number).collect::<Vec<_>>(),
        "closed_at": session.closed_at,
    })
}

fn line(session: &Session) -> String {
    let calendar = &session.sealed.calendar;
    let hours = calendar.slots().iter().map(|slot| {
        let days: Vec<&str> = slot.days.days().map(weekday).collect();
        format!("{} {}", days.join(", "), hours_of(slot))
    });
    text::with(
        "replacement.line",
        &[
            ("number", &session.sealed.number.to_string()),
            ("state", session.state.label()),
            ("locum", session.sealed.locum.billing.as_str()),
            ("from", &calendar.from().format("%d/%m/%Y").to_string()),
            ("until", &calendar.until().format("%d/%m/%Y").to_string()),
            ("hours", &hours.collect::<Vec<_>>().join(" ; ")),
        ],
    )
}

fn suspend(one: &One, suspended: bool, json: bool) -> Result<(), Failure> {
    let open = one.person.open(&[])?;
    let number = one.session;
    open.run(move |workstation, person| workstation.suspend_session(number, suspended, person))?;
    say(&open, number, json)
}

fn reopen(reopen: &Reopen) -> Result<(), Failure> {
    let open = reopen.person.open(&[])?;
    let fse = Name::parse(&reopen.fse)?.find(&open)?;
    open.run(move |workstation, person| workstation.reopen_for_locum(&fse, person))
}

fn close(close: &Close, json: bool) -> Result<(), Failure> {
    let open = close.person.open(&[])?;
    let (number, all_the_same) = (close.session, close.all_the_same);
    let (unsigned, unsent) = open.run(move |workstation, person| workstation.left_of_session(number, person))?;
    open.run(move |workstation, person| workstation.close_session(number, all_the_same, person))?;
    if json {
        return output::json(&json!({ "v": 1, "session": number, "unsigned": unsigned, "unsent": unsent }));
    }
    say(&open, number, json)
}

fn statement(statement: &Statement) -> Result<(), Failure> {
    let open = statement.person.open(&[])?;
    if let Some(year) = statement.year {
        let locums = open.run(move |workstation, person| workstation.year_of_locums(year, person))?;
        return output::json(&json!({ "v": 1, "year": year, "locums": locums }));
    }
    let number = statement.session.unwrap_or_default();
    let drawn = open.run(move |workstation, person| workstation.statement(number, person))?;
    let demo = open.person.holder.test_card;
    if let Some(file) = &statement.pdf {
        files::write(file, &papers::pdf(&papers::statement(&drawn, demo))?)?;
    }
    if let Some(file) = &statement.sealed {
        let (lane, cards) = (open.office.workstation(), open.office.cards());
        files::write(file, &liasse_core::statement::seal(&lane, &cards, number, &open.person)?)?;
    }
    if let Some(file) = &statement.csv {
        files::write(file, drawn.csv().as_bytes())?;
    }
    output::json(&json!(drawn))
}

fn purge(purge: &Purge) -> Result<(), Failure> {
    let open = purge.person.open(&[])?;
    let (number, folder) = (purge.session, open.office.root().to_path_buf());
    let erased = open.run(move |workstation, person| workstation.erase_session(number, &folder, person))?;
    output::json(&json!({ "v": 1, "erased": erased, "clean": erased.is_clean() }))
}
