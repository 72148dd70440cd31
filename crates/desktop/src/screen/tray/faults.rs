//! The switches of the faults that the demo world plays, on the tray: each with its key, what it does, and whether it is on.
//! Not the faults themselves (`liasse_demo::fault`).

use iced::Element;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{button, column, row, text};
use liasse_demo::fault::{Fault, Faults};
use liasse_domain::{Coded, Report};

use crate::text::t;
use crate::theme;
use crate::widget::parts;

/// Which faults are on, as last seen, in the order of [`Fault::ALL`].
#[derive(Debug, Default)]
pub struct Switches {
    on: Vec<Fault>,
}

/// The key of a fault.
fn cap(fault: Fault) -> &'static str {
    match fault {
        Fault::FalseReject => "F4",
        Fault::Network => "F5",
        Fault::Card => "F8",
        Fault::LostAnswer => "F12",
    }
}

/// The fault of a key.
pub fn of_key(key: &Key) -> Option<Fault> {
    match key {
        Key::Named(Named::F4) => Some(Fault::FalseReject),
        Key::Named(Named::F5) => Some(Fault::Network),
        Key::Named(Named::F8) => Some(Fault::Card),
        Key::Named(Named::F12) => Some(Fault::LostAnswer),
        _ => None,
    }
}

/// Keys and what they do, for the map.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    Fault::ALL.into_iter().map(|fault| (cap(fault), fault.name())).collect()
}

impl Switches {
    /// Looks again: what happens once goes out by itself.
    pub fn look(&mut self, faults: &Faults<'_>) {
        self.on = Fault::ALL.into_iter().filter(|fault| faults.is_on(*fault)).collect();
    }

    /// Switches a fault on or off; why not, where it does not switch.
    pub fn switch(&mut self, faults: &Faults<'_>, fault: Fault) -> Option<Report> {
        let refused = faults.set(fault, !faults.is_on(fault)).err().map(|error| error.report());
        self.look(faults);
        refused
    }

    /// One line a fault; `pressed` is what a click does.
    pub fn view<'a, Message: Clone + 'a>(&self, pressed: impl Fn(Fault) -> Message + 'a) -> Element<'a, Message> {
        let mut lines = column![parts::title(t("faults.title")), parts::faint(t("faults.explain"))].spacing(6);
        for fault in Fault::ALL {
            let state = if self.on.contains(&fault) {
                parts::coloured(format!("! {}", t("faults.on")), |c| c.bad)
            } else {
                parts::faint(t("faults.off"))
            };
            let head = row![parts::key(cap(fault)), text(fault.name()).size(theme::BODY).font(theme::SEMIBOLD), state]
                .spacing(8)
                .align_y(iced::Center);
            let line = column![head, parts::faint(fault.says())].spacing(2);
            lines = lines.push(button(line).padding(0).style(button::text).on_press(pressed(fault)));
        }
        lines.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_key_of_its_own_and_the_key_its_fault() {
        let named = [Named::F4, Named::F5, Named::F8, Named::F12];
        let found: Vec<Fault> = named.into_iter().filter_map(|name| of_key(&Key::Named(name))).collect();
        assert_eq!(found, Fault::ALL);
        assert_eq!(keys().iter().map(|(cap, _)| *cap).collect::<Vec<_>>(), ["F4", "F5", "F8", "F12"]);
        // Those of the cards and of the clock.
        for name in [Named::F6, Named::F7, Named::Enter, Named::Delete] {
            assert_eq!(of_key(&Key::Named(name)), None);
        }
    }
}
