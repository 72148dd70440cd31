//! `radar`: what is not finished, with its euros, its age and the one thing to do about it, as JSON or as a table.
//! Who sees what, and what is to be done, is decided in `core`.

use liasse_core::radar::{Category, Level, Radar, Row, Todo, Watched};
use liasse_domain::{FseRef, Payer, clock};
use serde_json::json;

use crate::failure::Failure;
use crate::office::Person;
use crate::output;
use crate::text;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(arguments: &Arguments, as_json: bool) -> Result<(), Failure> {
    let radar = arguments.person.open(&[])?.run(|workstation, who| workstation.radar(who, u32::MAX))?;
    if as_json {
        return output::line(&json!(radar).to_string());
    }
    output::line(&read_until(&radar))?;
    for report in &radar.notices {
        output::line(&text::with("radar.notice", &[("message", &report.message), ("action", &report.action)]))?;
    }
    for watched in &radar.categories {
        output::line(&heading(watched))?;
        // What has a date that presses stands in its own category already.
        if watched.category != Category::DateLegale {
            watched.rows.iter().try_for_each(|row| output::line(&line(row)))?;
        }
    }
    Ok(())
}

fn read_until(radar: &Radar) -> String {
    radar.returns_read_until.map_or_else(
        || text::t("radar.never_read").to_owned(),
        |at| {
            let until = clock::paris(at).format("%d/%m/%Y %H h %M").to_string();
            text::with("radar.read_until", &[("until", &until)])
        },
    )
}

fn heading(watched: &Watched) -> String {
    let mut count = watched.count.to_string();
    if watched.more {
        count = text::with("radar.at_least", &[("count", &count)]);
    }
    let values =
        [("category", category(watched.category)), ("count", &*count), ("amount", &watched.total_cents.to_string())];
    let mut heading = text::with("radar.category", &values);
    if let Some(days) = watched.oldest_days {
        heading += &text::with("radar.oldest", &[("days", &days.to_string())]);
    }
    if let Some(day) = watched.next_date {
        heading += &text::with("radar.next", &[("day", &day.format("%d/%m/%Y").to_string())]);
    }
    if watched.overdue > 0 {
        heading += &text::with("radar.overdue", &[("count", &watched.overdue.to_string())]);
    }
    if watched.unpriced > 0 {
        heading += &text::with("radar.unpriced", &[("count", &watched.unpriced.to_string())]);
    }
    heading
}

fn line(row: &Row) -> String {
    let amount = row.amount_cents.map_or_else(|| text::t("radar.no_amount").to_owned(), |amount| amount.to_string());
    let date = row.deadline.zip(row.level).map_or_else(String::new, |(day, level)| {
        let values = [("day", &*day.format("%d/%m/%Y").to_string()), ("level", standing(level))];
        text::with("radar.before", &values)
    });
    let values = [
        ("what", &*name(row)),
        ("day", &row.act_date.format("%d/%m/%Y").to_string()),
        ("amount", &format!("{amount:>10}")),
        ("days", &row.age_days.to_string()),
        ("date", &date),
        ("payer", row.payer.map_or("", payer)),
        ("action", action(row.action)),
    ];
    text::with("radar.row", &values)
}

/// A passage by its number, an FSE by its name, a DRE by the same and what it is.
fn name(row: &Row) -> String {
    let fse = row.fse.as_ref().map(FseRef::to_string).unwrap_or_default();
    match row.passage {
        Some(passage) => text::with("radar.passage", &[("passage", &passage.to_string())]),
        None if row.is_dre() => text::with("radar.dre", &[("fse", &fse)]),
        None => fse,
    }
}

fn category(category: Category) -> &'static str {
    match category {
        Category::VuNonFacture => text::t("radar.seen"),
        Category::FactureNonEnvoye => text::t("radar.unsent"),
        Category::EnvoyeNonRecu => text::t("radar.unanswered"),
        Category::RecuNonPaye => text::t("radar.unpaid"),
        Category::Rejete => text::t("radar.rejected"),
        Category::PayeTropPeu => text::t("radar.too_little"),
        Category::DateLegale => text::t("radar.dates"),
    }
}

fn standing(level: Level) -> &'static str {
    match level {
        Level::ATemps => text::t("radar.in_time"),
        Level::Bientot => text::t("radar.soon"),
        Level::EnRetard => text::t("radar.late"),
    }
}

fn payer(payer: Payer) -> &'static str {
    match payer {
        Payer::Patient => text::t("radar.patient"),
        Payer::Amo => text::t("radar.amo"),
        Payer::Amc => text::t("radar.amc"),
    }
}

fn action(todo: Todo) -> &'static str {
    match todo {
        Todo::Coter => text::t("radar.code"),
        Todo::Facturer => text::t("radar.bill"),
        Todo::Signer => text::t("radar.sign"),
        Todo::Revoir => text::t("radar.look_again"),
        Todo::MettreEnLot => text::t("radar.make_lot"),
        Todo::Envoyer => text::t("radar.send"),
        Todo::Relever => text::t("radar.fetch"),
        Todo::Renvoyer => text::t("radar.send_again"),
        Todo::Encaisser => text::t("radar.settle"),
        Todo::Relancer => text::t("radar.ask"),
        Todo::Corriger => text::t("radar.correct"),
        Todo::Reporter => text::t("radar.pass_on"),
        Todo::Rapprocher => text::t("radar.match"),
    }
}
