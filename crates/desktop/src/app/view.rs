//! How the open desk looks: the band of the demonstration, the bandeau, the navigation, the screen, a dialog above.

use iced::widget::{button, column, container, responsive, row, space, stack, text};
use iced::{Element, Fill, Length, Shrink, Theme};
use liasse_domain::clock;

use super::places::Place;
use super::{Desk, Message};
use crate::screen::{bandeau, help};
use crate::text::t;
use crate::theme;
use crate::widget::{parts, stripes};

/// Below this width the navigation shows keys alone.
const NARROW: f32 = 1150.0;

impl Desk {
    pub(super) fn view(&self) -> Element<'_, Message> {
        if self.idle.is_hidden() && self.closing.is_none() {
            return self.hidden_view();
        }
        // How much room there is decides how the navigation looks: a zoom of 150 % leaves two thirds of it.
        let base = responsive(|room| self.base(room.width));
        // Always a stack, so that a dialog does not rebuild the tree beneath and lose its state.
        let over: Element<'_, Message> = match (self.closing, &self.pin, self.dialog_view()) {
            (Some(closing), ..) => iced::widget::opaque(self.closing_view(closing)),
            (None, Some(dialog), _) => dialog.view().map(Message::Pin),
            (None, None, Some(dialog)) => dialog,
            (None, None, None) if self.help => iced::widget::opaque(self.help_view()),
            (None, None, None) => column![].into(),
        };
        stack![base, over, self.toast.view()].into()
    }

    fn base(&self, room: f32) -> Element<'_, Message> {
        let now = clock::paris(self.now);
        let facts = bandeau::Facts {
            signed_in: self.signed_in.as_ref(),
            cards: &self.cards,
            unsent: self.lots.unsent(),
            link: self.link,
            now,
        };
        let screen = match self.place {
            Place::Facturer => self.facturer.view(self.signed_in.as_ref(), self.demo.is_some()).map(Message::Facturer),
            Place::Reception => {
                self.reception.view(self.signed_in.as_ref(), self.in_the_reader()).map(Message::Reception)
            }
            Place::ToSign => self.to_sign.view(self.signed_in.as_ref()).map(Message::ToSign),
            Place::Lots => self.lots.view(self.signed_in.as_ref()).map(Message::Lots),
            Place::Paiements => self.paiements.view(self.signed_in.as_ref()).map(Message::Paiements),
            Place::Recettes => self.recettes.view(self.signed_in.as_ref()).map(Message::Recettes),
            Place::Patients => self.patients.view(self.signed_in.as_ref()).map(Message::Patients),
            Place::Reglages => self.reglages.view(self.signed_in.as_ref()).map(Message::Reglages),
            Place::Diagnostic => self.diagnostic.view(self.signed_in.as_ref()).map(Message::Diagnostic),
            Place::Journal => self.journal.view(self.signed_in.as_ref()).map(Message::Journal),
            Place::Aide => self.aide.view(self.demo.is_some()).map(Message::Aide),
            Place::Radar => self.radar.view(self.signed_in.as_ref()).map(Message::Radar),
            Place::Remplacements => self.remplacements.view(self.signed_in.as_ref()).map(Message::Remplacements),
            Place::Tray => {
                self.demo.as_ref().map_or_else(|| space().into(), |demo| demo.tray.view().map(Message::Tray))
            }
        };
        let mut main = column![screen].spacing(8).width(Fill);
        if let Some(report) = &self.notice {
            main = main.push(parts::report(report));
        }
        main = main.push(self.export.view());
        let desk = column![bandeau::view(&facts), self.beside(main.into(), room)];
        match self.demo {
            Some(_) => column![stripes::demo_band(), desk].into(),
            None => desk.into(),
        }
    }

    /// The navigation, the screen, and the lesson that runs.
    fn beside<'a>(&'a self, main: Element<'a, Message>, room: f32) -> Element<'a, Message> {
        let lesson = self.demo.as_ref().and_then(|demo| demo.lessons.panel());
        let narrow = room < NARROW || lesson.is_some();
        let mut desk = row![self.navigation(narrow), main].spacing(8).padding(8).height(Fill);
        if let Some(panel) = lesson {
            desk = desk.push(panel.map(Message::Lessons));
        }
        desk.into()
    }

    fn help_view(&self) -> Element<'_, Message> {
        let screens = self.places().map(|place| (place.key(), self.name_of(place))).collect();
        help::view(screens, Self::keys_everywhere(), (self.name_of(self.place), self.keys_of(self.place)))
    }

    /// Every screen with its key; where there is little room, the keys alone and the name of the screen that is shown.
    fn navigation(&self, narrow: bool) -> Element<'_, Message> {
        let entry = |place: Place| -> Element<'_, Message> {
            let cap = container(parts::key(place.key())).width(if narrow { Shrink } else { Length::Fixed(56.0) });
            let mut line = row![cap].spacing(8).align_y(iced::Center);
            if !narrow {
                line = line.push(text(self.name_of(place)).size(theme::BODY));
            }
            let line = container(line).padding(if narrow { 4 } else { 8 }).width(Fill);
            let line = if self.place == place { line.style(theme::chosen) } else { line };
            button(line).padding(0).style(button::text).width(Fill).on_press(Message::Go(place)).into()
        };
        let entries = column(self.places().map(entry)).spacing(if narrow { 2 } else { 4 });
        let map = if narrow { parts::key("F1") } else { parts::key_action("F1", t("nav.help")) };
        container(entries.push(space::vertical()).push(map))
            .width(if narrow { 76 } else { 240 })
            .height(Fill)
            .padding(8)
            .style(|theme: &Theme| theme::panel(theme))
            .into()
    }
}
