//! What is done to the chosen document of Lots et envois: its DRE taken back, a scanned document tied to its FSE.
//! Whether it may be done is decided in `liasse_core`.

use std::path::PathBuf;
use std::sync::Arc;

use iced::widget::{column, operation, row, text_input};
use iced::{Element, widget};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::TakenBack;
use liasse_core::office::Office;
use liasse_core::signing;
use liasse_domain::{DocumentKind, FseRef, Report, ScanKind};

use super::{Action, Message, State};
use crate::ask::{aside, ask};
use crate::text::{t, with};
use crate::widget::apart::field;
use crate::widget::parts;

/// The field for the name of a file.
const FILE: &str = "piece-jointe";

/// What a file may be, in the order that the key walks through.
const KINDS: [ScanKind; 3] = [ScanKind::Ordonnance, ScanKind::FeuilleDeSoins, ScanKind::Autre];

/// What is under way with the chosen document.
#[derive(Default)]
pub enum Gesture {
    /// Nothing.
    #[default]
    None,
    /// The key of taking back was pressed once for that DRE: it cannot be undone, so it is asked for twice.
    TakingBack(FseRef),
    /// The name of a file for that FSE is typed, and which kind it is.
    Attaching(FseRef, String, usize),
}

impl State {
    pub(super) fn ask_to_take_back(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>) -> Action {
        let Some(fse) = self.chosen_of(DocumentKind::Dre) else { return Action::None };
        // The list may have moved between the two: the second press is for the DRE of the first.
        if !matches!(std::mem::take(&mut self.gesture), Gesture::TakingBack(asked) if asked == fse) {
            self.gesture = Gesture::TakingBack(fse.clone());
            self.said = Some(with("lots.take_back_twice", &[("fse", &fse.number.to_string())]));
            return Action::None;
        }
        let Some(person) = signed_in.cloned() else { return Action::None };
        self.begin(t("lots.taking_back"));
        let (lane, cards) = (office.workstation(), office.cards());
        Action::Run(
            aside(move || {
                let who = person.clone();
                // Where the insurer has it, another DRE says so: the card signs it, it leaves with the next lots.
                match lane.call(move |ws| ws.take_dre_back(&fse, &who))?? {
                    TakenBack::Withdrawn(_) => Ok(false),
                    TakenBack::ToSign(dre) => {
                        signing::sign_fse(&lane, &cards, &dre, &person, None)?;
                        Ok(true)
                    }
                }
            })
            .map(Message::TookBack),
        )
    }

    pub(super) fn took_back(&mut self, answer: Result<bool, Report>) {
        self.busy = None;
        match answer {
            Ok(true) => self.said = Some(t("lots.taken_back_to_send").to_owned()),
            Ok(false) => self.said = Some(t("lots.taken_back").to_owned()),
            Err(report) => self.notice = Some(report),
        }
    }

    pub(super) fn begin_attaching(&mut self) -> Action {
        let Some(fse) = self.chosen_of(DocumentKind::Fse) else { return Action::None };
        self.gesture = Gesture::Attaching(fse, String::new(), 0);
        Action::Run(operation::focus(widget::Id::new(FILE)))
    }

    pub(super) fn attach(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let (Gesture::Attaching(fse, name, kind), Some(person)) = (&self.gesture, signed_in.cloned()) else {
            return Action::None;
        };
        let fse = fse.clone();
        let (path, kind) = (PathBuf::from(name.trim()), KINDS[kind % KINDS.len()]);
        self.notice = None;
        Action::Run(
            ask(&office.workstation(), move |ws| ws.attach_file(&fse, kind, &path, &person).map(drop))
                .map(Message::Attached),
        )
    }

    pub(super) fn gesture_view(&self) -> Option<Element<'_, Message>> {
        let Gesture::Attaching(fse, name, kind) = &self.gesture else { return None };
        let words = [t("lots.prescription"), t("lots.paper_sheet"), t("lots.other")][kind % KINDS.len()];
        Some(
            column![
                parts::faint(with("lots.attach_to", &[("fse", &fse.number.to_string())])),
                field(
                    text_input(t("lots.file"), name).id(FILE).on_input(Message::FileTyped).on_submit(Message::Attach)
                ),
                row![
                    parts::key_action("F6", with("lots.scan_kind", &[("kind", words)])),
                    parts::key_action("Entrée", t("lots.attach_now")),
                ]
                .spacing(24),
            ]
            .spacing(8)
            .into(),
        )
    }
}
