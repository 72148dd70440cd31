//! Before a data directory is open: the offer of the demonstration, the wait, or why it did not open.

use iced::widget::{button, center, column, container, row, text};
use iced::{Element, Fill};
use liasse_domain::Report;

use crate::text::t;
use crate::theme;
use crate::widget::parts;

/// What the user chose.
#[derive(Clone, Debug)]
pub enum Message {
    /// Open the demonstration.
    OpenDemo,
}

/// The first words.
pub fn view<'a>(opening: bool, failed: Option<&'a Report>) -> Element<'a, Message> {
    let mut body = column![
        text("Liasse").size(theme::LARGE).font(theme::BOLD),
        text(t("welcome.what")).size(theme::BODY),
        parts::faint(t("welcome.not_approved")),
    ]
    .spacing(12);
    if let Some(report) = failed {
        body = body.push(parts::report(report));
    }
    body = body.push(if opening {
        text(t("welcome.opening")).size(theme::BODY).into()
    } else {
        Element::from(
            button(row![parts::key("Entrée"), text(t("welcome.open_demo")).size(theme::BODY)].spacing(8))
                .on_press(Message::OpenDemo)
                .padding([8, 16])
                .style(theme::action(true)),
        )
    });
    center(container(body).padding(32).max_width(640).style(theme::panel)).width(Fill).height(Fill).into()
}
