//! The card in the reader is not that of the patient on the screen: both stand side by side, and one key takes the card's.
//! Whether they differ is decided in `liasse_core::cards`; nothing is signed meanwhile.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{Column, column, container, row, text};
use iced::{Element, Fill};
use liasse_core::cards::{Difference, Face, VitaleView, difference};
use liasse_core::desk::SignedIn;
use liasse_core::office::Office;
use liasse_domain::Report;

use super::{Action, Message, Stage, State};
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// Another patient's card.
pub(super) struct Other {
    vitale: VitaleView,
    difference: Difference,
}

/// The message of a key while two patients are compared.
pub(super) fn key(key: &Key) -> Option<Message> {
    match key {
        Key::Named(Named::F4) => Some(Message::TakeCard),
        Key::Named(Named::F12) => Some(Message::Sign),
        _ => None,
    }
}

impl State {
    /// The card, where somebody works for another patient: what was typed is not swept away by it.
    pub(super) fn unlike(&self, vitale: &VitaleView) -> Option<Other> {
        let draft = self.draft.as_ref()?;
        let works = match self.stage {
            Stage::Editing => self.proposed.is_work(draft) || self.vitale.is_none() || draft.corrects().is_some(),
            Stage::Prepared(_) => true,
            Stage::Signing | Stage::Signed(_) => false,
        };
        let difference = difference(draft, vitale).filter(|_| works)?;
        Some(Other { vitale: vitale.clone(), difference })
    }

    /// The patient of the card takes the screen; what was there is put aside for its own.
    pub(super) fn take_card(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let Some(other) = self.other.take_if(|_| signed_in.is_some()) else { return Action::None };
        let now = self.seen_at;
        self.leave();
        Action::Run(self.open(office, signed_in, other.vitale, now))
    }
}

impl Other {
    /// The card itself.
    pub(super) fn into_card(self) -> VitaleView {
        self.vitale
    }

    /// Both patients side by side.
    pub(super) fn view<'a>(&'a self, notice: Option<&'a Report>) -> Element<'a, Message> {
        let Difference { screen, card, others, same_person } = &self.difference;
        let mut on_card = face(t("facturer.compare_card"), card);
        if *others > 0 {
            on_card = on_card.push(parts::faint(with("facturer.compare_others", &[("count", &others.to_string())])));
        }
        let panel = |one: Column<'a, Message>| container(one).padding(16).width(Fill).style(theme::outlined);
        let mut body = column![
            parts::title(t("facturer.compare_title")),
            text(t("facturer.compare_explain")).size(theme::BODY),
            row![panel(face(t("facturer.compare_screen"), screen)), panel(on_card)].spacing(16),
        ]
        .spacing(16);
        if *same_person {
            body = body.push(parts::coloured(format!("? {}", t("facturer.compare_same")), |c| c.amber));
        }
        body = body
            .push(parts::key_action("F4", t("facturer.compare_take")))
            .push(text(with("facturer.compare_stay", &[("name", screen.name.reveal())])).size(theme::BODY));
        if let Some(report) = notice {
            body = body.push(parts::report(report));
        }
        container(container(body).max_width(900)).center(Fill).style(theme::panel).into()
    }
}

/// One of the two, in what tells people apart.
fn face<'a>(title: &'a str, one: &'a Face) -> Column<'a, Message> {
    let birth = one.birth_date.map_or_else(String::new, |date| date.french());
    let insured = match one.insured {
        Some(nir) => with("facturer.compare_insured", &[("nir", &nir.grouped())]),
        None => t("facturer.compare_unread").to_owned(),
    };
    column![
        parts::faint(title),
        text(one.name.reveal()).size(theme::LARGE).font(theme::SEMIBOLD),
        text(with("facturer.compare_born", &[("birth", &birth)])).size(theme::BODY),
        text(insured).size(theme::BODY),
    ]
    .spacing(6)
}
