//! How the dialog for the codes of a card looks: whose card, which code, how many tries a mistake leaves, the keys.

use iced::keyboard::key::Named;
use iced::widget::{column, container, row, text};
use iced::{Element, Fill};

use super::{Field, Message, Purpose, State};
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::pin::pin_field;

impl State {
    /// The dialog over a veil.
    pub fn view(&self) -> Element<'_, Message> {
        let title = match self.purpose {
            Purpose::Give => t("pin.title"),
            Purpose::Change => t("pin.title_change"),
            Purpose::Unblock => t("pin.title_unblock"),
        };
        let mut field =
            pin_field(&self.buffer, Message::Typed, Message::Submit, Message::Cancel).key(Named::F12, Message::Arm);
        for (key, _, purpose) in self.ways() {
            field = field.key(key, Message::For(purpose));
        }
        let mut body = column![parts::title(title), text(&self.holder).size(theme::BODY)].spacing(12);
        if self.purpose != Purpose::Give {
            let label = match self.field {
                Field::Present => t("pin.present"),
                Field::Puk => t("pin.puk"),
                Field::New => t("pin.new"),
                Field::Again => t("pin.again"),
            };
            body = body.push(text(label).size(theme::BODY).font(theme::SEMIBOLD));
        }
        body = body.push(field).push(parts::faint(self.tries()));
        if self.at_stake() == Some(1) && !self.busy {
            let words = if self.armed { t("pin.last_armed") } else { t("pin.last") };
            body = body.push(parts::coloured(format!("! {words}"), |c| c.bad));
        }
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        let does = match self.field {
            Field::Present | Field::Puk | Field::New if self.purpose != Purpose::Give => t("pin.next"),
            _ => t("pin.submit"),
        };
        let mut keys = row![parts::key_action("Entrée", does), parts::key_action("Échap", t("pin.cancel"))].spacing(24);
        for (_, cap, purpose) in self.ways() {
            keys = keys.push(parts::key_action(cap, way(purpose)));
        }
        if self.at_stake() == Some(1) && !self.armed {
            keys = keys.push(parts::key_action("F12", t("pin.arm")));
        }
        body = body.push(keys.wrap());
        let dialog = container(body).padding(24).max_width(560).style(theme::panel);
        container(dialog).center(Fill).style(theme::veil).into()
    }

    /// What a mistake would cost, in words.
    fn tries(&self) -> String {
        if self.busy {
            return t("pin.busy").to_owned();
        }
        match (self.purpose, self.puk) {
            (Purpose::Give | Purpose::Change, _) => with("pin.tries", &[("tries", &self.tries_left.to_string())]),
            (Purpose::Unblock, None) => t("pin.asking").to_owned(),
            (Purpose::Unblock, Some(puk)) => with("pin.puk_tries", &[("tries", &puk.tries_left.to_string())]),
        }
    }

    /// What else the dialog may be for, with the key that says so.
    fn ways(&self) -> Vec<(Named, &'static str, Purpose)> {
        let all =
            [(Named::F4, "F4", Purpose::Give), (Named::F5, "F5", Purpose::Change), (Named::F6, "F6", Purpose::Unblock)];
        // A code that is blocked can neither be given nor changed, and one that the card does not ask for is not given.
        let possible = |purpose: Purpose| match purpose {
            Purpose::Give => self.locked && self.tries_left > 0,
            Purpose::Change => self.tries_left > 0,
            Purpose::Unblock => true,
        };
        all.into_iter().filter(|(_, _, purpose)| *purpose != self.purpose && possible(*purpose)).collect()
    }
}

fn way(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Give => t("pin.give"),
        Purpose::Change => t("pin.change"),
        Purpose::Unblock => t("pin.unblock"),
    }
}
