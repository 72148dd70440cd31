//! Before a data directory is open: what may be opened, made or restored, each with its key; the wait, or why it did not open.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{button, center, column, container, row, text};
use iced::{Element, Fill};
use liasse_domain::Report;

use crate::text::t;
use crate::theme;
use crate::widget::parts;

/// What the user chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// Open the demonstration.
    OpenDemo,
    /// Open the practice of this data directory.
    Unlock,
    /// Make a practice.
    Create,
    /// Restore a backup.
    Restore,
}

/// What a key chooses; `practice`: whether there is one in this data directory.
pub fn key(key: &Key, practice: bool) -> Option<Message> {
    match key {
        Key::Named(Named::Enter) => Some(Message::OpenDemo),
        Key::Named(Named::F5) if practice => Some(Message::Unlock),
        Key::Named(Named::F6) if practice => None,
        Key::Named(Named::F6) => Some(Message::Create),
        Key::Named(Named::F7) => Some(Message::Restore),
        _ => None,
    }
}

/// The first words.
pub fn view<'a>(opening: bool, failed: Option<&'a Report>, practice: bool) -> Element<'a, Message> {
    let mut body = column![
        text("Liasse").size(theme::LARGE).font(theme::BOLD),
        text(t("welcome.what")).size(theme::BODY),
        parts::faint(t("welcome.not_approved")),
    ]
    .spacing(12);
    if let Some(report) = failed {
        body = body.push(parts::report(report));
    }
    if opening {
        body = body.push(text(t("welcome.opening")).size(theme::BODY));
    } else {
        body = body
            .push(choice("Entrée", t("welcome.open_demo"), Message::OpenDemo, true))
            .push(if practice {
                choice("F5", t("welcome.unlock"), Message::Unlock, false)
            } else {
                choice("F6", t("welcome.create"), Message::Create, false)
            })
            .push(choice("F7", t("welcome.restore"), Message::Restore, false));
    }
    center(container(body).padding(32).max_width(640).style(theme::panel)).width(Fill).height(Fill).into()
}

fn choice<'a>(key: &'static str, does: &'static str, message: Message, first: bool) -> Element<'a, Message> {
    button(row![parts::key(key), text(does).size(theme::BODY)].spacing(8))
        .on_press(message)
        .padding([8, 16])
        .style(theme::action(first))
        .into()
}
