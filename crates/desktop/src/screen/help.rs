//! F1: the map of the keys.

use iced::widget::{column, container, row, text};
use iced::{Element, Fill};

use crate::text::t;
use crate::theme;
use crate::widget::parts;

/// The map over a veil.
pub fn view<'a, Message: 'a>() -> Element<'a, Message> {
    let line = |name: &'static str, does: &'static str| -> Element<'a, Message> {
        row![container(parts::key(name)).width(90), text(does).size(theme::BODY)]
            .spacing(12)
            .align_y(iced::Center)
            .into()
    };
    let everywhere = column![
        parts::title(t("help.everywhere")),
        line("F2", t("help.facturer")),
        line("Ctrl E", t("help.reception")),
        line("Ctrl S", t("help.to_sign")),
        line("F3", t("help.lots")),
        line("Ctrl P", t("help.money")),
        line("Ctrl R", t("help.receipts")),
        line("Ctrl L", t("help.locum")),
        line("F10", t("help.tray")),
        line("F9", t("help.pin")),
        line("F11", t("help.dark")),
        line("Échap", t("help.escape")),
        line("Ctrl Q", t("help.quit")),
    ]
    .spacing(8);
    let facturer = column![
        parts::title(t("help.in_facturer")),
        line("↵", t("help.enter")),
        line("↑ ↓", t("help.choose_act")),
        line("F4", t("help.care_path")),
        line("F5", t("help.third_party")),
        line("F6", t("help.ald")),
        line("F7", t("help.beneficiary")),
        line("F8", t("help.remove")),
        line("Suppr", t("help.withdraw")),
        line("Ctrl M", t("help.mutuelle")),
        line("F12", t("help.sign")),
        line("0-9", t("help.part")),
    ]
    .spacing(8);
    let money = column![
        parts::title(t("help.in_money")),
        line("↑ ↓", t("help.choose_row")),
        line("↵", t("help.correct")),
        line("Suppr", t("help.separate")),
        parts::title(t("help.in_receipts")),
        line("← →", t("help.other_day")),
        line("F6", t("help.deposit")),
        line("F12", t("help.close_day")),
    ]
    .spacing(8);
    let lots = column![
        parts::title(t("help.in_lots")),
        line("↑ ↓", t("help.choose_row")),
        line("F7", t("help.attach")),
        line("Suppr", t("help.take_back")),
        line("F12", t("help.sign_lots")),
        line("F8", t("help.send")),
        line("F5", t("help.fetch")),
    ]
    .spacing(8);
    let tray = column![
        parts::title(t("help.in_tray")),
        line("↑ ↓", t("help.choose")),
        line("↵", t("help.insert")),
        line("Suppr", t("help.pull")),
        line("F6", t("help.day")),
    ]
    .spacing(8);
    let map = row![column![everywhere, tray].spacing(24), facturer, column![lots, money].spacing(24)].spacing(40);
    let dialog = container(map).padding(32).style(theme::panel);
    container(dialog).center(Fill).style(theme::veil).into()
}
