//! How « À surveiller » looks: the legal dates on a line above, the categories with their bars at the left, the rows of the
//! chosen one at the right. What is drawn without words is in `drawn`.

use chrono::NaiveDate;
use iced::widget::{button, column, container, row, scrollable, space, text};
use iced::{Center, Element, Fill, FillPortion, Theme};
use liasse_core::radar::{Category, Level, Radar, Row, Watched};
use liasse_domain::Centimes;

use super::{Message, ROW, State, drawn, words};
use crate::screen::listed;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::rows::walked;

/// Nobody is signed in, or nothing was read yet.
pub(super) fn nobody<'a>() -> Element<'a, Message> {
    container(parts::faint(t("radar.nobody"))).padding(16).width(Fill).height(Fill).style(theme::panel).into()
}

/// The whole screen.
pub(super) fn screen<'a>(state: &'a State, radar: &'a Radar) -> Element<'a, Message> {
    let mut body = column![
        heading(radar),
        dates(radar),
        row![
            container(categories(state, radar)).width(FillPortion(2)).height(Fill),
            container(list(state)).width(FillPortion(3)).height(Fill),
        ]
        .spacing(16)
        .height(Fill),
    ]
    .spacing(12);
    if let Some(report) = &state.notice {
        body = body.push(parts::report(report));
    }
    for report in &radar.notices {
        body = body.push(parts::report(report));
    }
    body = body.push(hints(state));
    container(body).padding(16).width(Fill).height(Fill).style(theme::panel).into()
}

fn french(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// Never « 0 » without until when it is known.
fn heading(radar: &Radar) -> Element<'_, Message> {
    row![
        parts::title(t("radar.title")),
        parts::faint(with("radar.day", &[("day", &french(radar.day))])),
        space::horizontal(),
        parts::read_until(radar.returns_read_until),
    ]
    .spacing(16)
    .align_y(Center)
    .into()
}

/// The legal dates that come: how many on each day, its mark, and the day.
fn dates(radar: &Radar) -> Element<'_, Message> {
    let slots = drawn::slots(&radar.dates, radar.day);
    // Each mark stands in the middle of a place as wide as the others, and so do its words.
    let counts = row(slots.iter().map(|slot| {
        let words = if slot.count == 0 { String::new() } else { slot.count.to_string() };
        place(text(words).size(theme::NOTE).font(theme::SEMIBOLD).into())
    }));
    let days = row(slots.iter().map(|slot| place(small(day_words(slot, radar.day)))));
    let title = row![
        text(t("radar.dates")).size(theme::BODY).font(theme::SEMIBOLD),
        space::horizontal(),
        parts::coloured(t("radar.legend_late"), |c| c.bad),
        parts::coloured(t("radar.legend_soon"), |c| c.amber),
        parts::coloured(t("radar.legend_in_time"), |c| c.good),
    ]
    .spacing(16)
    .align_y(Center);
    let (counts, days) = (counts.width(Fill), days.width(Fill));
    container(column![title, counts, drawn::line(slots), days].spacing(2)).padding(12).style(theme::panel).into()
}

fn place(words: Element<'static, Message>) -> Element<'static, Message> {
    container(words).center_x(Fill).into()
}

fn small(words: String) -> Element<'static, Message> {
    let faint = |theme: &Theme| text::Style { color: Some(theme::colours(theme).faint) };
    text(words).size(theme::SMALL).style(faint).into()
}

/// The words under a place of the line, as short as they are clear: sixteen of them stand side by side.
fn day_words(slot: &drawn::Slot, today: NaiveDate) -> String {
    match slot.day {
        None => t("radar.late_slot").to_owned(),
        Some(day) if day == today => t("radar.today").to_owned(),
        Some(day) if slot.count > 0 => day.format("%d/%m").to_string(),
        Some(day) => day.format("%d").to_string(),
    }
}

fn categories<'a>(state: &'a State, radar: &'a Radar) -> Element<'a, Message> {
    let largest = radar.categories.iter().map(|one| one.total_cents).max().unwrap_or_default();
    let shown = state.shown().map(|watched| watched.category);
    let entries = radar.categories.iter().map(|one| entry(one, largest, shown == Some(one.category)));
    scrollable(column(entries).spacing(4)).height(Fill).into()
}

fn entry(watched: &Watched, largest: Centimes, chosen: bool) -> Element<'_, Message> {
    let first = row![
        text(words::category(watched.category)).size(theme::BODY).font(theme::SEMIBOLD).width(Fill),
        text(watched.total_cents.to_string()).size(theme::BODY),
    ]
    .spacing(8);
    let bar = drawn::bar(watched.total_cents, largest, watched.count, watched.overdue);
    let mut second = row![parts::faint(summary(watched))].spacing(8);
    if watched.overdue > 0 {
        let late = with("radar.overdue", &[("count", &watched.overdue.to_string())]);
        second = second.push(parts::coloured(late, |c| c.bad));
    }
    let body = container(column![first, bar, second.wrap()].spacing(4)).padding(8).width(Fill);
    let body = if chosen { body.style(theme::outlined) } else { body };
    button(body).padding(0).style(button::text).width(Fill).on_press(Message::Opened(watched.category)).into()
}

/// How many, how old, and the date that comes.
fn summary(watched: &Watched) -> String {
    if watched.count == 0 {
        return t("radar.none").to_owned();
    }
    let mut said = vec![counted(watched)];
    if let Some(days) = watched.oldest_days {
        said.push(with("radar.oldest", &[("days", &days.to_string())]));
    }
    if let Some(day) = watched.next_date {
        said.push(with("radar.next", &[("day", &french(day))]));
    }
    if watched.unpriced > 0 {
        said.push(with("radar.unpriced", &[("count", &watched.unpriced.to_string())]));
    }
    said.join(" · ")
}

fn counted(watched: &Watched) -> String {
    let count = watched.count.to_string();
    if watched.more { with("radar.at_least", &[("count", &count)]) } else { count }
}

/// How many pass the filter: at least so many, where not all are looked for.
fn listed_count(watched: &Watched) -> String {
    let count = watched.listed.to_string();
    if watched.more { with("radar.at_least", &[("count", &count)]) } else { count }
}

fn list(state: &State) -> Element<'_, Message> {
    let Some(watched) = state.shown() else { return space::vertical().into() };
    let values = [("count", listed_count(watched)), ("sorted", words::listing(state.listing))];
    let sorted = with("radar.sorted", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
    let heading = row![parts::title(words::category(watched.category)), parts::faint(sorted)];
    let mut body = column![heading.spacing(16).align_y(Center)].spacing(8);
    if watched.rows.is_empty() {
        let nothing = if watched.count == 0 { words::nothing(watched.category) } else { t("list.none_such") };
        body = body.push(container(parts::faint(nothing)).padding(8));
    } else {
        let build = |index: usize| match watched.rows.get(index) {
            Some(row) => line(row, index, index == state.chosen),
            None => space::vertical().height(ROW).into(),
        };
        body = body.push(walked(state.scrolled, ROW, watched.rows.len(), build, Message::Scrolled));
    }
    body.into()
}

fn line(watched: &Row, index: usize, chosen: bool) -> Element<'_, Message> {
    let words = column![
        text(about(watched)).size(theme::BODY).font(theme::SEMIBOLD),
        text(standing(watched)).size(theme::NOTE)
    ];
    let amount = watched.amount_cents.map_or_else(|| t("radar.no_amount").to_owned(), |amount| amount.to_string());
    let line = row![words.width(Fill), text(amount).size(theme::BODY)].spacing(8).align_y(Center);
    let line = container(line).height(ROW).padding([2, 8]).width(Fill);
    let line = if chosen { line.style(theme::chosen) } else { line };
    button(line).padding(0).style(button::text).width(Fill).on_press(Message::Chosen(index)).into()
}

/// For whom, and which document or passage.
fn about(row: &Row) -> String {
    let number = row.fse.as_ref().map(|fse| fse.number.to_string()).unwrap_or_default();
    let named = match row.passage {
        Some(passage) => with("radar.passage", &[("passage", &passage.to_string())]),
        None if row.is_dre() => format!("{} n° {number}", t("money.dre")),
        None => format!("{} n° {number}", t("money.fse")),
    };
    [row.patient.reveal(), &named, &french(row.act_date)].join(" · ")
}

/// Since when, by when, whose money, and what is to be done.
fn standing(row: &Row) -> String {
    let mut said = vec![with("radar.since", &[("days", &row.age_days.to_string())])];
    if let (Some(day), Some(level)) = (row.deadline, row.level) {
        said.push(with("radar.before", &[("day", &french(day)), ("level", words::level(level))]));
    }
    if let Some(payer) = row.payer {
        said.push(words::payer(payer).to_owned());
    }
    said.push(words::action(row.action).to_owned());
    let mark = if row.level == Some(Level::EnRetard) { "× " } else { "" };
    format!("{mark}{}", said.join(" · "))
}

/// The keys: the one of the chosen row says what it is for.
fn hints(state: &State) -> Element<'_, Message> {
    let mut keys = row![].spacing(24);
    if let Some(chosen) = state.row() {
        keys = keys.push(parts::key_action("Entrée", words::action(chosen.action)));
    } else if state.shown().is_none_or(|watched| watched.category == Category::VuNonFacture) {
        keys = keys.push(parts::key_action("F2", t("radar.start")));
    }
    keys.push(parts::key_action("↑ ↓", t("radar.key_row")))
        .push(parts::key_action("← →", t("radar.key_category")))
        .push(parts::key_action("F5", t("radar.key_reload")))
        .push(listed::hints())
        .wrap()
        .into()
}
