//! The patient's telephone at the desk (appli carte Vitale, simulated): a code that was scanned or pasted opens its patient, a new one
//! renews what has run out. Whether a code is believed, and what it may sign, is decided in `core`.

use iced::widget::{column, operation, text_input};
use iced::{Element, Task, widget};
use liasse_core::apcv::{Apcv, PREFIX, is_meant};
use liasse_core::cards::VitaleView;
use liasse_core::desk::SignedIn;
use liasse_core::office::Office;
use liasse_domain::{Instant, Report};

use super::{Action, Message, Stage, State};
use crate::ask::ask;
use crate::text::{t, with};
use crate::widget::apart::field;
use crate::widget::parts;

/// The field for a new code.
const FIELD: &str = "appli";

/// What a refusal says when a context has run out.
const RUN_OUT: &str = "cards.apcv_echu";

/// What happens to a code.
#[derive(Clone, Debug)]
pub enum Event {
    /// Enter in the field of the name: a code was scanned into it.
    Scan,
    /// Its patient is there, at that moment, or not.
    Read(Box<Result<(VitaleView, Instant), Report>>),
    /// A new code is wanted.
    Ask,
    /// The new code changed.
    Typed(String),
    /// Enter behind the new code.
    Submit,
    /// That patient is presented anew, or not.
    Renewed(u64, Box<Result<VitaleView, Report>>),
}

/// Keys and what they do, for the map.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![("Ctrl N", t("apcv.renew"))]
}

/// What stands at the head of the list of those without a card: a telephone is as good as the card.
pub fn scan_hint<'a>() -> Element<'a, Message> {
    parts::faint(t("apcv.scan"))
}

impl State {
    pub(super) fn apcv(&mut self, office: &Office, signed_in: Option<&SignedIn>, event: Event) -> Action {
        match event {
            Event::Scan => self.scan(office, signed_in),
            Event::Read(answer) => {
                self.search.give_up();
                match *answer {
                    Ok((vitale, now)) if self.draft.is_none() => {
                        self.leave();
                        Action::Run(self.open(office, signed_in, vitale, now))
                    }
                    Ok(_) => Action::None,
                    Err(report) => {
                        self.notice = Some(report);
                        Action::None
                    }
                }
            }
            Event::Ask => Action::Run(self.wants_a_new_code()),
            Event::Typed(text) => {
                self.renewal = Some(text);
                Action::None
            }
            Event::Submit => self.renew(office),
            Event::Renewed(patient, answer) if patient == self.patient => match *answer {
                Ok(vitale) => {
                    self.adopt(&vitale);
                    (self.renewal, self.notice) = (None, None);
                    Action::Run(self.focus())
                }
                Err(report) => {
                    self.notice = Some(report);
                    Action::None
                }
            },
            Event::Renewed(..) => Action::None,
        }
    }

    fn scan(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let Some(text) = signed_in.and_then(|_| self.search.take_code()) else { return Action::None };
        self.notice = None;
        let read = ask(&office.workstation(), move |ws| Ok((ws.read_apcv(&text)?, ws.now())));
        Action::Run(read.map(|answer| Message::Apcv(Event::Read(Box::new(answer)))))
    }

    fn renew(&mut self, office: &Office) -> Action {
        let typed = self.renewal.as_mut().map(std::mem::take).filter(|text| is_meant(text));
        let (Some(text), Some(vitale)) = (typed, self.vitale.clone()) else { return Action::None };
        let patient = self.patient;
        let renewed = ask(&office.workstation(), move |ws| ws.renew_apcv(&text, &vitale));
        Action::Run(renewed.map(move |answer| Message::Apcv(Event::Renewed(patient, Box::new(answer)))))
    }

    /// Opens the field for a new code of this patient, while something is still to be signed.
    fn wants_a_new_code(&mut self) -> Task<Message> {
        if self.application().is_none() || !matches!(self.stage, Stage::Editing | Stage::Prepared(_)) {
            return Task::none();
        }
        self.renewal.get_or_insert_default();
        operation::focus(widget::Id::new(FIELD))
    }

    /// After a refusal: a context that has run out is asked for anew at once.
    pub(super) fn after_refusal(&mut self) -> Task<Message> {
        match &self.notice {
            Some(report) if report.code == RUN_OUT => self.wants_a_new_code(),
            _ => Task::none(),
        }
    }

    /// The same patient, by what is there now: a new code, or the card in the place of the telephone.
    pub(super) fn adopt(&mut self, vitale: &VitaleView) {
        if let Some(draft) = &mut self.draft {
            draft.presented_by(vitale);
        }
        self.vitale = Some(vitale.clone());
    }

    /// What the patient's telephone presented, where they have no card here.
    pub(super) fn application(&self) -> Option<&Apcv> {
        self.vitale.as_ref()?.apcv.as_deref()
    }

    /// Where the rights come from and when they were read; of a telephone until when that holds, and how it is renewed.
    pub(super) fn source(&self, hour: &str) -> Element<'_, Message> {
        let Some(apcv) = self.application() else {
            return parts::faint(with("facturer.read_at", &[("hour", hour)]));
        };
        let (_, until) = apcv.hours();
        let mut lines = column![
            parts::faint(with("apcv.source", &[("hour", hour), ("until", &until)])),
            parts::key_action("Ctrl N", t("apcv.renew")),
        ]
        .spacing(6);
        if let Some(typed) = &self.renewal {
            let field = field(
                text_input(t("apcv.new_code"), typed)
                    .id(FIELD)
                    .secure(typed.len() >= PREFIX.len())
                    .on_input(|text| Message::Apcv(Event::Typed(text)))
                    .on_submit(Message::Apcv(Event::Submit)),
            );
            lines = lines.push(field);
        }
        lines.into()
    }

    /// What is to be given back: the card, or the telephone that lies on the reader.
    pub(super) fn give_back(&self, name: &str) -> String {
        match self.application() {
            Some(_) => with("apcv.give_back", &[("name", name)]),
            None => with("facturer.give_back", &[("name", name)]),
        }
    }
}
