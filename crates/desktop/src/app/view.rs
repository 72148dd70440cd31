//! How the open desk looks: the band of the demonstration, the bandeau, the navigation, the screen, a dialog above.

use iced::widget::{button, column, container, row, stack, text};
use iced::{Element, Fill, Theme};
use liasse_domain::clock;

use super::{Desk, Message, Place};
use crate::screen::{bandeau, help};
use crate::text::t;
use crate::theme;
use crate::widget::{parts, stripes};

impl Desk {
    pub(super) fn view(&self) -> Element<'_, Message> {
        let now = clock::paris(self.now);
        let facts = bandeau::Facts {
            signed_in: self.signed_in.as_ref(),
            cards: &self.cards,
            unsent: self.lots.unsent(),
            link: self.link,
            now,
        };
        let screen = match self.place {
            Place::Facturer => self.facturer.view(self.signed_in.as_ref()).map(Message::Facturer),
            Place::Reception => {
                self.reception.view(self.signed_in.as_ref(), self.in_the_reader()).map(Message::Reception)
            }
            Place::ToSign => self.to_sign.view(self.signed_in.as_ref()).map(Message::ToSign),
            Place::Lots => self.lots.view(self.signed_in.as_ref()).map(Message::Lots),
            Place::Paiements => self.paiements.view(self.signed_in.as_ref()).map(Message::Paiements),
            Place::Recettes => self.recettes.view(self.signed_in.as_ref()).map(Message::Recettes),
            Place::Remplacements => self.remplacements.view(self.signed_in.as_ref()).map(Message::Remplacements),
            Place::Tray => self.tray.view().map(Message::Tray),
        };
        let mut main = column![screen].spacing(8).width(Fill);
        if let Some(report) = &self.notice {
            main = main.push(parts::report(report));
        }
        let base = column![
            stripes::demo_band(),
            bandeau::view(&facts),
            row![self.navigation(), main].spacing(8).padding(8).height(Fill),
        ];
        // Always a stack, so that a dialog does not rebuild the tree beneath and lose its state.
        let over: Element<'_, Message> = match (self.closing, &self.pin, &self.mutuelle) {
            (Some(closing), ..) => iced::widget::opaque(self.closing_view(closing)),
            (None, Some(dialog), _) => dialog.view().map(Message::Pin),
            (None, None, Some(dialog)) => iced::widget::opaque(dialog.view().map(Message::Mutuelle)),
            (None, None, None) if self.choose.is_some() => self.choose_view(),
            (None, None, None) if self.help => iced::widget::opaque(help::view()),
            (None, None, None) => column![].into(),
        };
        stack![base, over].into()
    }

    fn navigation(&self) -> Element<'_, Message> {
        let replaces = self.signed_in.as_ref().is_some_and(|person| person.replaces.is_some());
        let locum = if replaces { t("nav.my_day") } else { t("nav.locum") };
        let entry = |name: &'static str, words: &'static str, place: Place| -> Element<'_, Message> {
            let line =
                container(row![parts::key(name), text(words).size(theme::BODY)].spacing(8)).padding(8).width(Fill);
            let line = if self.place == place { line.style(theme::chosen) } else { line };
            button(line).padding(0).style(button::text).width(Fill).on_press(Message::Go(place)).into()
        };
        let mut entries = column![
            entry("F2", t("nav.facturer"), Place::Facturer),
            entry("Ctrl E", t("nav.reception"), Place::Reception),
            entry("Ctrl S", t("nav.to_sign"), Place::ToSign),
            entry("F3", t("nav.lots"), Place::Lots),
        ]
        .spacing(4);
        // The doctor's accounts are not a locum's.
        if !replaces {
            entries = entries.push(entry("Ctrl P", t("nav.money"), Place::Paiements)).push(entry(
                "Ctrl R",
                t("nav.receipts"),
                Place::Recettes,
            ));
        }
        container(
            entries
                .push(entry("Ctrl L", locum, Place::Remplacements))
                .push(entry("F10", t("nav.tray"), Place::Tray))
                .push(iced::widget::space::vertical())
                .push(parts::key_action("F1", t("nav.help"))),
        )
        .width(240)
        .height(Fill)
        .padding(8)
        .style(|theme: &Theme| theme::panel(theme))
        .into()
    }
}
