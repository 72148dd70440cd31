//! Small parts that several screens share: amounts in columns, key caps, states with a word and a mark, reports, what is drawn.

use iced::widget::{Column, column, container, row, space, text};
use iced::{Color, Element, Fill, Theme};
use liasse_domain::{Centimes, Instant, Level, Report, clock};

use crate::text::{t, with};
use crate::theme;

/// Secondary text.
pub fn faint<'a, Message: 'a>(words: impl text::IntoFragment<'a>) -> Element<'a, Message> {
    text(words).size(theme::NOTE).style(|theme: &Theme| text::Style { color: Some(theme::colours(theme).faint) }).into()
}

/// A title inside a screen.
pub fn title<'a, Message: 'a>(words: impl text::IntoFragment<'a>) -> Element<'a, Message> {
    text(words).size(theme::TITLE).font(theme::SEMIBOLD).into()
}

/// Text in a colour of the theme.
pub fn coloured<'a, Message: 'a>(
    words: impl text::IntoFragment<'a>,
    pick: impl Fn(theme::Colours) -> Color + 'a,
) -> Element<'a, Message> {
    text(words)
        .size(theme::NOTE)
        .style(move |theme: &Theme| text::Style { color: Some(pick(theme::colours(theme))) })
        .into()
}

/// A key as it is printed on the keyboard.
pub fn key<'a, Message: 'a>(name: &'a str) -> Element<'a, Message> {
    container(text(name).size(theme::SMALL).font(theme::SEMIBOLD)).padding([1, 6]).style(theme::key_cap).into()
}

/// A key and what it does.
pub fn key_action<'a, Message: 'a>(name: &'a str, does: impl text::IntoFragment<'a>) -> Element<'a, Message> {
    row![key(name), text(does).size(theme::NOTE)].spacing(8).align_y(iced::Center).into()
}

/// A label at the left, an amount at the right.
pub fn amount_row<'a, Message: 'a>(label: &'a str, amount: Centimes, large: bool) -> Element<'a, Message> {
    let (size, font) = if large { (theme::LARGE, theme::BOLD) } else { (theme::BODY, theme::REGULAR) };
    row![
        text(label).size(if large { theme::TITLE } else { theme::BODY }).font(if large {
            theme::SEMIBOLD
        } else {
            font
        }),
        space::horizontal(),
        text(amount.to_string()).size(size).font(font),
    ]
    .align_y(iced::Center)
    .into()
}

/// The mark of a level: a shape that reads without colour.
pub fn level_mark(level: Level) -> &'static str {
    match level {
        Level::Ok => "✓",
        Level::Warning => "?",
        Level::Error => "!",
        Level::Blocking => "×",
    }
}

/// The word of a level with its mark.
pub fn level_word<'a, Message: 'a>(level: Level) -> Element<'a, Message> {
    let words = format!("{} {}", level_mark(level), level.word());
    text(words)
        .size(theme::NOTE)
        .font(theme::SEMIBOLD)
        .style(move |theme: &Theme| text::Style { color: Some(theme::level(theme::colours(theme), level)) })
        .into()
}

/// What happened, what is safe, what to do. The words of the levels are those of findings: a report only bears its mark.
pub fn report<'a, Message: 'a>(report: &'a Report) -> Element<'a, Message> {
    let level = report.level;
    let mark = text(level_mark(level))
        .font(theme::BOLD)
        .style(move |theme: &Theme| text::Style { color: Some(theme::level(theme::colours(theme), level)) });
    let lines: Column<'a, Message> = column![
        row![mark, text(&report.message).size(theme::BODY).font(theme::SEMIBOLD)].spacing(8),
        text(&report.safe).size(theme::NOTE),
        // The sentence gives way, so that the code stays inside its frame.
        row![text(&report.action).size(theme::NOTE).width(Fill), faint(&report.code)].spacing(8),
    ]
    .spacing(4);
    container(lines).padding(12).width(Fill).style(theme::panel).into()
}

/// Until when the returns were read: never « 0 rejet » without it.
pub fn read_until<'a, Message: 'a>(at: Option<Instant>) -> Element<'a, Message> {
    faint(at.map_or_else(
        || t("lots.never_read").to_owned(),
        |at| with("lots.read_until", &[("until", &clock::paris(at).format("%d/%m/%Y %H h %M").to_string())]),
    ))
}
