//! Telephones on the tray: the one that goes with the chosen Vitale is laid on the contactless reader, or shows its code, which goes
//! to the clipboard as a scanner would type it.

use iced::keyboard::Key;
use iced::widget::column;
use iced::{Element, Task, clipboard};
use liasse_core::ports::Clock;
use liasse_demo::phone::{self, NFC_READER};
use liasse_demo::{Office, Tray};
use liasse_domain::{Coded, Report};

use crate::text::{t, with};
use crate::widget::parts;

/// What happens to a telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// It is laid on the reader, or lifted.
    Lay,
    /// It shows its code.
    Show,
}

/// What was done last.
#[derive(Debug, Default)]
pub struct Phones {
    said: Option<String>,
}

/// The message of a key.
pub fn of_key(key: &Key) -> Option<Message> {
    match key {
        Key::Character(letter) if letter.eq_ignore_ascii_case("n") => Some(Message::Lay),
        Key::Character(letter) if letter.eq_ignore_ascii_case("q") => Some(Message::Show),
        _ => None,
    }
}

/// Keys and what they do, for the map.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![("N", t("apcv.lay")), ("Q", t("apcv.show"))]
}

impl Phones {
    /// Does it with the telephone that goes with `card`; why not, where there is none.
    pub fn update<M: Send + 'static>(
        &mut self,
        office: &Office,
        tray: &Tray,
        card: &str,
        message: Message,
    ) -> Result<Task<M>, Report> {
        self.said = None;
        match message {
            Message::Lay if tray.card_in(NFC_READER).is_some() => {
                tray.lift_phone();
                self.said = Some(t("apcv.lifted").to_owned());
            }
            Message::Lay => {
                tray.lay_phone(card).map_err(|unknown| unknown.report())?;
                self.said = Some(with("apcv.laid", &[("card", card)]));
            }
            Message::Show => {
                let code = phone::context(card, office.clock().now()).map_err(|unknown| unknown.report())?;
                self.said = Some(with("apcv.copied", &[("card", card)]));
                return Ok(clipboard::write(code));
            }
        }
        Ok(Task::none())
    }

    /// The keys, and what was done.
    pub fn view<'a, M: 'a>(&self) -> Element<'a, M> {
        // One under the other: two sentences side by side leave the second no width, and it grows down out of sight.
        let mut lines = column(keys().into_iter().map(|(cap, does)| parts::key_action(cap, does))).spacing(6);
        if let Some(said) = &self.said {
            lines = lines.push(parts::coloured(format!("✓ {said}"), |c| c.good));
        }
        lines.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_one_gesture() {
        let letter = |text: &str| of_key(&Key::Character(text.into()));
        assert_eq!((letter("n"), letter("N")), (Some(Message::Lay), Some(Message::Lay)));
        assert_eq!((letter("q"), letter("c")), (Some(Message::Show), None));
        assert_eq!(keys().len(), 2);
    }
}
