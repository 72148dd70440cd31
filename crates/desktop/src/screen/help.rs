//! F1: the map of the keys: the screens, what holds everywhere, and the keys of the screen beneath. Not the list itself, which
//! each screen tells.

use iced::widget::{Column, column, container, row, text};
use iced::{Element, Fill};

use crate::text::t;
use crate::theme;
use crate::widget::parts;

/// A key and what it does.
pub type KeyLine = (&'static str, &'static str);

/// The map over a veil.
pub fn view<'a, Message: 'a>(
    screens: Vec<KeyLine>,
    everywhere: Vec<KeyLine>,
    here: (&'static str, Vec<KeyLine>),
) -> Element<'a, Message> {
    let (name, own) = here;
    let map = row![
        column![block(t("help.screens"), screens)].spacing(24),
        column![block(t("help.everywhere"), everywhere)].spacing(24),
        column![block(name, own)].spacing(24),
    ]
    .spacing(48);
    let map = column![map, parts::faint(t("help.close"))].spacing(24);
    container(container(map).padding(32).style(theme::panel)).center(Fill).style(theme::veil).into()
}

fn block<'a, Message: 'a>(title: &'static str, lines: Vec<KeyLine>) -> Column<'a, Message> {
    lines.into_iter().fold(column![parts::title(title)].spacing(8), |block, (name, does)| {
        let cap = container(parts::key(name)).width(90);
        block.push(row![cap, text(does).size(theme::BODY)].spacing(12).align_y(iced::Center))
    })
}
