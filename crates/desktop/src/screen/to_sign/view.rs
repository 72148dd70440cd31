//! How À signer looks: the queue at the left with total and ages, what is done with it at the right.

use iced::widget::{column, container, row, space, text, text_input};
use iced::{Element, Fill};
use liasse_core::desk::SignedIn;
use liasse_core::desync::{ToSign, ToSignRow};
use liasse_domain::{Centimes, DocumentState};

use super::{FOLDER, Going, Message, State, WORD};
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart;
use crate::widget::{parts, rows};

/// Height of a row.
pub const ROW: f32 = 56.0;

impl State {
    /// The screen.
    pub fn view<'a>(&'a self, signed_in: Option<&'a SignedIn>) -> Element<'a, Message> {
        let (Some(person), Some(waiting)) = (signed_in, &self.waiting) else {
            let mut body =
                column![parts::title(t("to_sign.title")), text(t("to_sign.nobody")).size(theme::BODY)].spacing(12);
            if let Some(report) = &self.notice {
                body = body.push(parts::report(report));
            }
            return container(body.max_width(640)).center(Fill).style(theme::panel).into();
        };
        row![
            container(self.queue(waiting)).width(Fill).height(Fill).padding(16).style(theme::panel),
            container(self.gestures(person)).width(380).height(Fill).padding(16).style(theme::panel),
        ]
        .spacing(8)
        .into()
    }

    fn queue<'a>(&'a self, waiting: &'a ToSign) -> Element<'a, Message> {
        let (count, total) = (waiting.count.to_string(), waiting.total.to_string());
        let mut body = column![
            parts::title(t("to_sign.title")),
            parts::faint(with("to_sign.how_many", &[("count", &count), ("total", &total)])),
        ]
        .spacing(8);
        if waiting.rows.is_empty() {
            return body.push(text(t("to_sign.empty")).size(theme::BODY)).into();
        }
        body = body.push(rows::walked(
            self.scrolled,
            ROW,
            waiting.rows.len(),
            |index| self.line(&waiting.rows[index]),
            Message::Scrolled,
        ));
        body.into()
    }

    fn line<'a>(&'a self, one: &'a ToSignRow) -> Element<'a, Message> {
        let state = match (&one.anomaly, one.state) {
            (Some(report), _) => parts::coloured(format!("! {}", report.message), |c| c.amber),
            (None, DocumentState::SigneePatient) => parts::coloured(t("to_sign.ready"), |c| c.good),
            (None, _) => parts::coloured(t("to_sign.ready_alone"), |c| c.good),
        };
        let until = one.deadline.format("%d/%m/%Y").to_string();
        let age = with("to_sign.age", &[("days", &one.age_days.to_string()), ("until", &until)]);
        let line = column![
            row![
                text(format!("n° {} · {}", one.fse.number, one.patient.reveal()))
                    .size(theme::BODY)
                    .font(theme::SEMIBOLD),
                space::horizontal(),
                parts::faint(age),
                container(text(one.total.to_string()).size(theme::BODY)).width(110).align_right(Fill),
            ]
            .spacing(12),
            state,
        ]
        .spacing(2);
        let line = container(line).padding([4, 8]).height(ROW).width(Fill);
        if self.chosen.as_ref() == Some(&one.fse) { line.style(theme::outlined).into() } else { line.into() }
    }

    fn gestures<'a>(&'a self, person: &'a SignedIn) -> Element<'a, Message> {
        let mut body = column![].spacing(12);
        if let Some(going) = &self.run {
            return body.push(progress(going)).into();
        }
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            body = body.push(parts::coloured(format!("✓ {said}"), |c| c.good));
        }
        if let Some(one) = self.chosen() {
            body = body.push(opened(one)).push(parts::key_action("Ctrl D", t("to_sign.withdraw")));
        }
        body = if person.is_staff() { body.push(staff_keys()) } else { body.push(self.signer_keys(person)) };
        body = body.push(space::vertical());
        body = body.push(field(FOLDER, t("to_sign.folder"), &self.folder, Message::Folder));
        body.push(parts::key_action("F7", t("to_sign.pass_on")))
            .push(parts::key_action("Ctrl B", t("to_sign.take_in")))
            .into()
    }

    fn signer_keys<'a>(&'a self, person: &'a SignedIn) -> Element<'a, Message> {
        let ready = self.rows().iter().filter(|row| row.anomaly.is_none());
        let (count, total) = ready.fold((0_usize, Centimes::ZERO), |(count, sum), row| (count + 1, sum + row.total));
        let (count, total, who) = (count.to_string(), total.to_string(), person.display_name());
        let mut body = column![].spacing(8);
        body = body.push(
            text(with("to_sign.guard", &[("count", &count), ("total", &total), ("who", &who)])).size(theme::NOTE),
        );
        body = body.push(parts::key_action("F12", with("to_sign.sign_all", &[("count", &count)])));
        body = body.push(field(WORD, t("to_sign.word"), &self.word, Message::Word));
        body = body.push(parts::key_action("F8", t("to_sign.send_back")));
        body = body.push(parts::key_action("Ctrl G", t("to_sign.derogate")));
        body.push(parts::key_action("F6", t("to_sign.reprice"))).into()
    }
}

/// What one of them is, before it is signed.
fn opened(one: &ToSignRow) -> Element<'_, Message> {
    let (fse, day) = (one.fse.to_string(), one.act_date.format("%d/%m/%Y").to_string());
    let mut body = column![
        parts::title(one.patient.reveal()),
        text(with("to_sign.of", &[("fse", &fse), ("day", &day)])).size(theme::BODY),
        parts::amount_row(t("to_sign.total"), one.total, false),
    ]
    .spacing(6);
    if let Some(note) = &one.note {
        body = body.push(text(with("to_sign.note", &[("note", note)])).size(theme::BODY));
    }
    if let Some(word) = &one.returned {
        body = body.push(parts::coloured(with("to_sign.returned", &[("word", word)]), |c| c.amber));
    }
    if let Some(report) = &one.anomaly {
        body = body.push(parts::report(report));
    }
    body.into()
}

fn staff_keys<'a>() -> Element<'a, Message> {
    column![
        parts::faint(t("to_sign.staff")),
        parts::key_action("F4", t("to_sign.keep")),
        parts::key_action("F5", t("to_sign.wait")),
        parts::key_action("F6", t("to_sign.degrade")),
    ]
    .spacing(8)
    .into()
}

fn progress(going: &Going) -> Element<'_, Message> {
    let values = [("done", &*going.done.to_string()), ("of", &going.of.to_string())];
    column![
        parts::title(t("to_sign.signing")),
        text(with("to_sign.progress", &values)).size(theme::LARGE),
        parts::key_action("Échap", t("to_sign.stop")),
    ]
    .spacing(12)
    .into()
}

fn field<'a>(
    id: &'static str,
    label: &'static str,
    value: &'a str,
    typed: fn(String) -> Message,
) -> Element<'a, Message> {
    column![text(label).size(theme::NOTE), apart::field(text_input("", value).id(id).on_input(typed)),]
        .spacing(4)
        .into()
}
