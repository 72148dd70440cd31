//! The dialog for a mutuelle card: what is printed on it, typed once, and by one key "the same card, seen today".
//! What the card means for the invoice is decided in `liasse_core`.

use chrono::NaiveDate;
use iced::widget::{column, container, operation, text, text_input};
use iced::{Element, Fill, Task, widget};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Draft, OnVitale};
use liasse_core::office::Office;
use liasse_domain::patient::Period;
use liasse_domain::{Code, Coded, Instant, MutuelleCard, Report, clock};

use crate::ask::ask;
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;

/// The fields, in the order of a card: n° AMC, n° d'adhérent, type de convention, last day.
const FIELDS: [&str; 4] = ["mutuelle-amc", "mutuelle-adherent", "mutuelle-convention", "mutuelle-fin"];

/// The dialog.
pub struct State {
    draft: Draft,
    fields: [String; 4],
    /// What the Vitale says, with its day.
    on_vitale: Option<OnVitale>,
    error: Option<Report>,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A field changed.
    Typed(usize, String),
    /// Enter: the card as typed was seen today.
    Submit,
    /// It is kept, or not.
    Kept(Result<(), Report>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// The card is kept: close, and look at the invoice again.
    Kept,
}

impl State {
    /// A dialog for the patient of a draft, with the card that is known, else with what their Vitale says.
    pub fn new(draft: Draft, known: Option<&MutuelleCard>) -> Self {
        let on_vitale = draft.insurer_on_vitale();
        let fields = match (known, &on_vitale) {
            (Some(card), _) => {
                let MutuelleCard { number, member, convention, period, .. } = card;
                [number.clone(), member.reveal().to_owned(), convention.clone(), last_day(*period)]
            }
            (None, Some(said)) => {
                [said.number.clone(), said.member.reveal().to_owned(), String::new(), last_day(said.period)]
            }
            (None, None) => Default::default(),
        };
        Self { draft, fields, on_vitale, error: None }
    }

    /// The focus of the first field that is empty, else of the first.
    pub fn focus(&self) -> Task<Message> {
        let empty = self.fields.iter().position(String::is_empty).unwrap_or(0);
        operation::focus(widget::Id::new(FIELDS[empty]))
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Office, signed_in: Option<&SignedIn>, now: Instant, message: Message) -> Action {
        match message {
            Message::Typed(index, text) => {
                self.error = None;
                if let Some(field) = self.fields.get_mut(index) {
                    *field = text;
                }
                Action::None
            }
            Message::Submit => {
                let Some(person) = signed_in.cloned() else { return Action::None };
                let card = match self.card(clock::paris(now).date()) {
                    Ok(card) => card,
                    Err(report) => {
                        self.error = Some(report);
                        return Action::None;
                    }
                };
                let draft = self.draft.clone();
                let kept = ask(&office.workstation(), move |ws| ws.see_mutuelle(&draft, &person, &card));
                Action::Run(kept.map(Message::Kept))
            }
            Message::Kept(Ok(())) => Action::Kept,
            Message::Kept(Err(report)) => {
                self.error = Some(report);
                Action::None
            }
        }
    }

    fn card(&self, today: NaiveDate) -> Result<MutuelleCard, Report> {
        let [number, member, convention, until] = &self.fields;
        let until = match until.trim() {
            "" => None,
            text => Some(french_day(text).ok_or_else(|| Report::new(Code("saisie.date"), &[]))?),
        };
        let period = Period { from: None, until };
        MutuelleCard::typed(number, member, convention, period, today).map_err(|error| error.report())
    }

    /// The dialog over a veil.
    pub fn view(&self) -> Element<'_, Message> {
        let labels = [t("mutuelle.amc"), t("mutuelle.member"), t("mutuelle.convention"), t("mutuelle.until")];
        let mut body = column![parts::title(t("mutuelle.title")), parts::faint(t("mutuelle.explain"))].spacing(12);
        if let Some(said) = &self.on_vitale {
            body = body.push(text(vitale_says(said)).size(theme::NOTE).font(theme::SEMIBOLD));
        }
        for (index, label) in labels.into_iter().enumerate() {
            body = body.push(
                column![
                    text(label).size(theme::NOTE),
                    field(
                        text_input("", &self.fields[index])
                            .id(FIELDS[index])
                            .on_input(move |text| Message::Typed(index, text))
                            .on_submit(Message::Submit)
                    ),
                ]
                .spacing(4),
            );
        }
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        body = body.push(parts::key_action("Entrée", t("mutuelle.keep")));
        body = body.push(parts::key_action("Échap", t("mutuelle.close")));
        let dialog = container(body).width(520).padding(24).style(theme::panel);
        container(dialog).center(Fill).style(theme::veil).into()
    }
}

fn last_day(period: Period) -> String {
    period.until.map_or_else(String::new, |day| day.format("%d/%m/%Y").to_string())
}

/// What the Vitale says of the insurer, by whom its part is managed, and when it was read.
pub fn vitale_says(said: &OnVitale) -> String {
    let until = match last_day(said.period) {
        day if day.is_empty() => t("mutuelle.without_end").to_owned(),
        day => with("mutuelle.until_day", &[("day", &day)]),
    };
    let read = said.read_on.format("%d/%m/%Y").to_string();
    let values = [("read", &*read), ("number", &said.number), ("member", said.member.reveal()), ("until", &until)];
    if said.by_caisse { with("mutuelle.vitale_caisse", &values) } else { with("mutuelle.vitale_insurer", &values) }
}

/// `31/12/2026`, `31.12.26` or `31122026`.
pub fn french_day(text: &str) -> Option<NaiveDate> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let separators = text.chars().filter(|letter| !letter.is_ascii_digit()).all(|letter| "/.- ".contains(letter));
    let format = match digits.len() {
        8 => "%d%m%Y",
        6 => "%d%m%y",
        _ => return None,
    };
    NaiveDate::parse_from_str(&digits, format).ok().filter(|_| separators)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_typed_as_people_type_it() {
        let day = NaiveDate::from_ymd_opt(2026, 12, 31);
        for text in ["31/12/2026", "31.12.26", "31122026", "31-12-2026", "31 12 26"] {
            assert_eq!(french_day(text), day, "{text}");
        }
        for text in ["", "31/13/2026", "2026-12-31", "demain", "31/12", "31a12b2026"] {
            assert_eq!(french_day(text), None, "{text}");
        }
    }
}
