//! How Remplacements looks: the sessions and the form, or the locum's day.

use iced::widget::{column, container, row, space, text, text_input};
use iced::{Element, Fill};
use liasse_core::desk::SignedIn;
use liasse_core::my_day::MyDay;
use liasse_core::rehearsal::{Mender, Rehearsal};
use liasse_core::replacement::{Session, hours_of, weekday};
use liasse_domain::Centimes;
use liasse_domain::replacement::SessionState;

use super::form::FIELDS;
use super::{Message, Shown, State};
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;

/// The width of the form.
const FORM: f32 = 420.0;

impl State {
    /// The screen.
    pub fn view<'a>(&'a self, signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        let panel = |body: Element<'a, Message>| container(body).height(Fill).padding(16).style(theme::panel);
        let body: Element<'a, Message> = match &self.shown {
            _ if signed_in.is_none() => panel(parts::faint(t("locum.nobody"))).width(Fill).into(),
            Shown::Nothing => panel(parts::faint(t("locum.reading"))).width(Fill).into(),
            Shown::Sessions(sessions) => {
                row![panel(self.sessions(sessions)).width(Fill), panel(self.form()).width(FORM)].spacing(8).into()
            }
            Shown::Day(day, mine) => {
                let title = with("locum.my_day", &[("day", &day.format("%d/%m/%Y").to_string())]);
                panel(my_day(title, mine)).width(Fill).into()
            }
        };
        let mut screen = column![container(body).height(Fill)].spacing(8);
        if let Some(report) = &self.notice {
            screen = screen.push(parts::report(report));
        }
        if self.erase_again.is_some() {
            screen = screen.push(parts::coloured(t("locum.erase_again"), |c| c.amber));
        }
        if self.close_again.is_some() {
            screen = screen.push(parts::coloured(t("locum.close_again"), |c| c.amber));
        }
        if let Some(said) = &self.said {
            screen = screen.push(text(said).size(theme::BODY));
        }
        screen.width(Fill).height(Fill).into()
    }

    fn sessions<'a>(&'a self, sessions: &'a [Session]) -> Element<'a, Message> {
        let mut body = column![parts::title(t("locum.sessions"))].spacing(10);
        if sessions.is_empty() {
            body = body.push(parts::faint(t("locum.none")));
        }
        for (index, session) in sessions.iter().enumerate() {
            let sealed = &session.sealed;
            let days = [sealed.calendar.from(), sealed.calendar.until()].map(|day| day.format("%d/%m/%Y").to_string());
            let number = sealed.number.to_string();
            let values = [("number", &*number), ("from", &*days[0]), ("until", &*days[1]), ("locum", name(session))];
            let mark = match session.state {
                SessionState::Preparee => "✓",
                SessionState::Suspendue => "–",
                _ => "×",
            };
            let hours = sealed.calendar.slots().iter().map(|slot| {
                let days: Vec<&str> = slot.days.days().map(weekday).collect();
                format!("{} · {}", days.join(", "), hours_of(slot))
            });
            let line = column![
                text(format!("{mark} {} · {}", with("locum.line", &values), session.state.label()))
                    .size(theme::BODY)
                    .font(theme::SEMIBOLD),
                text(hours.collect::<Vec<_>>().join(" ; ")).size(theme::NOTE),
            ];
            let line = container(line).padding(8).width(Fill);
            body = body.push(if index == self.chosen { line.style(theme::chosen) } else { line });
        }
        if let Some(rehearsal) = &self.rehearsal {
            body = body.push(rehearsed(rehearsal));
        }
        body = body.push(space::vertical());
        if !sessions.is_empty() {
            let keys = row![
                parts::key_action("↑ ↓", t("locum.choose")),
                parts::key_action("F6", t("locum.rehearse")),
                parts::key_action("Suppr", t("locum.suspend")),
                parts::key_action("F4", t("locum.handover")),
                parts::key_action("F5", t("locum.statement")),
                parts::key_action("F8", t("locum.close")),
                parts::key_action("Ctrl D", t("locum.erase")),
            ];
            body = body.push(keys.spacing(16).wrap());
        }
        body.into()
    }

    fn form(&self) -> Element<'_, Message> {
        let labels =
            [t("locum.number"), t("locum.from"), t("locum.until"), t("locum.days"), t("locum.hours"), t("locum.share")];
        let mut body = column![parts::title(t("locum.prepare_title")), parts::faint(t("locum.explain"))].spacing(10);
        for (index, label) in labels.into_iter().enumerate() {
            body = body.push(
                column![
                    text(label).size(theme::NOTE),
                    field(
                        text_input("", &self.form.fields[index])
                            .id(FIELDS[index])
                            .on_input(move |text| Message::Typed(index, text))
                            .on_submit(Message::Prepare)
                    ),
                ]
                .spacing(4),
            );
        }
        let mailbox = if self.form.mailbox { t("locum.mailbox_yes") } else { t("locum.mailbox_no") };
        let all = if self.form.all_situations { t("locum.all_situations") } else { t("locum.one_situation") };
        let again = if self.form.recurring { t("locum.recurring") } else { t("locum.once") };
        body = body.push(parts::key_action("Ctrl B", all)).push(parts::key_action("Ctrl G", again));
        body.push(parts::key_action("F7", mailbox)).push(parts::key_action("F12", t("locum.prepare"))).into()
    }
}

/// The locum's number: names are known once their card was read.
fn name(session: &Session) -> &str {
    session.sealed.locum.billing.as_str()
}

fn rehearsed(rehearsal: &Rehearsal) -> Element<'_, Message> {
    let when = rehearsal.plays.format("%d/%m/%Y à %H h %M").to_string();
    if rehearsal.is_ready() {
        return parts::coloured(format!("✓ {}", with("locum.ready", &[("when", &when)])), |c| c.good);
    }
    let mut body = column![parts::coloured(with("locum.not_ready", &[("when", &when)]), |c| c.amber)].spacing(6);
    for check in &rehearsal.checks {
        let Some(fault) = &check.fault else { continue };
        let by = match check.by {
            Mender::Remplacant => t("locum.by_locum"),
            Mender::Titulaire => t("locum.by_replaced"),
        };
        let line = with("locum.mend", &[("by", by), ("what", &fault.message), ("action", &fault.action)]);
        body = body.push(text(line).size(theme::NOTE));
    }
    body.into()
}

fn my_day<'a>(title: String, mine: &'a MyDay) -> Element<'a, Message> {
    let total: Centimes = mine.passages.iter().map(|passage| passage.total).sum();
    let mut passages = column![parts::title(title)].spacing(8);
    for passage in &mine.passages {
        passages = passages.push(
            row![
                text(format!("n° {} · {} · {}", passage.fse.number, passage.patient.reveal(), passage.state.label()))
                    .size(theme::BODY)
                    .width(Fill),
                text(passage.total.to_string()).size(theme::BODY),
            ]
            .spacing(8),
        );
    }
    passages = passages.push(parts::amount_row(t("locum.total"), total, true));
    let mut money = column![parts::title(t("locum.settled"))].spacing(8);
    for (mode, amount) in &mine.modes {
        money = money.push(parts::amount_row(mode.label(), *amount, false));
    }
    let in_hand: Centimes = mine.cheques.iter().map(|cheque| cheque.amount).sum();
    let (count, amount) = (mine.cheques.len().to_string(), in_hand.to_string());
    money = money.push(text(with("locum.cheques", &[("count", &count), ("amount", &amount)])).size(theme::BODY));
    let left = [("sign", &*mine.to_sign.len().to_string()), ("send", &*mine.to_send.len().to_string())];
    let words = with("locum.left", &left);
    let left: Element<'a, Message> = if mine.to_sign.is_empty() && mine.to_send.is_empty() {
        parts::coloured(t("locum.nothing_left"), |c| c.good)
    } else {
        parts::coloured(words, |c| c.amber)
    };
    let statement = parts::key_action("F5", t("locum.statement"));
    row![passages.width(Fill), column![money, left, statement].spacing(16).width(FORM)].spacing(24).into()
}
