//! How Paiements et rejets looks: how many rows and how they are sorted above, the list at the left, the chosen row at the right with
//! its gestures. Which rows there are is decided in `core`.

use iced::widget::{button, column, container, row, space, text, text_input};
use iced::{Element, Fill, FillPortion};
use liasse_core::desk::SignedIn;
use liasse_core::lists::{Listing, PaidOnly, PaidSort};
use liasse_core::returned::RejectedFse;

use super::{Message, Money, ROW, Row, State};
use crate::screen::listed::{self, counted};
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;
use crate::widget::rows::walked;

impl State {
    /// The screen.
    pub fn view<'a>(&'a self, signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        let money = self.money.as_ref().filter(|_| signed_in.is_some());
        let Some(money) = money else {
            return container(parts::faint(t("money.nobody")))
                .padding(16)
                .width(Fill)
                .height(Fill)
                .style(theme::panel)
                .into();
        };
        let page = &money.page;
        let counts = [page.awaiting, page.unmatched, page.unknown].map(|count| count.to_string());
        let values = [("rejects", &*counts[0]), ("lines", &*counts[1]), ("unknown", &*counts[2])];
        let mut body = column![
            row![
                parts::title(t("money.title")),
                parts::faint(with("money.count", &values)),
                space::horizontal(),
                parts::read_until(page.returns_read_until)
            ]
            .spacing(16)
            .align_y(iced::Center)
        ]
        .spacing(12);
        body = body
            .push(row![parts::faint(how_many(money)), parts::faint(listing_words(money.listing))].spacing(16).wrap());
        body = body.push(if money.count() == 0 {
            let words = if money.listing.only == PaidOnly::All { t("money.empty") } else { t("list.none_such") };
            Element::from(container(parts::faint(words)).height(Fill).padding(16))
        } else {
            row![
                container(walked(
                    self.scrolled,
                    ROW,
                    money.count(),
                    |index| self.line(money, index),
                    Message::Scrolled
                ))
                .width(FillPortion(3)),
                container(self.detail()).width(FillPortion(2)).height(Fill).padding(16).style(theme::panel),
            ]
            .spacing(8)
            .height(Fill)
            .into()
        });
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            body = body.push(text(said).size(theme::BODY));
        }
        body = body.push(listed::hints());
        container(body).padding(16).width(Fill).height(Fill).style(theme::panel).into()
    }

    fn line<'a>(&'a self, money: &'a Money, index: usize) -> Element<'a, Message> {
        let (first, second, amount) = match money.row(index) {
            Some(Row::Note(note)) => (note.title.clone(), note.first_line(), None),
            Some(Row::Reject(reject)) => (
                format!(
                    "{} · {} n° {} · {}",
                    reject.patient.reveal(),
                    if reject.is_dre() { t("money.dre") } else { t("money.fse") },
                    reject.fse.number,
                    reject.act_date.format("%d/%m/%Y")
                ),
                match &reject.corrected_by {
                    Some(by) => format!("✓ {}", with("money.corrected", &[("fse", &by.number.to_string())])),
                    None if reject.is_dre() && reject.passed_on => format!("✓ {}", t("money.passed")),
                    None => format!("× {} ({})", reject.reject.message, reject.reject.code),
                },
                Some(reject.total_cents),
            ),
            Some(Row::Line(line)) => {
                let day = line.paid_on.format("%d/%m/%Y").to_string();
                let matched = match &line.matched {
                    Some(fse) => format!("✓ {}", with("money.matched", &[("fse", &fse.number.to_string())])),
                    None => format!("? {}", t("money.unmatched")),
                };
                (with("money.transfer", &[("reference", &line.reference), ("day", &day)]), matched, Some(line.amount))
            }
            None => return space::vertical().height(ROW).into(),
        };
        let words = column![text(first).size(theme::BODY).font(theme::SEMIBOLD), text(second).size(theme::NOTE)];
        let line = row![
            words.width(Fill),
            text(amount.map_or_else(String::new, |amount| amount.to_string())).size(theme::BODY)
        ]
        .align_y(iced::Center);
        let line = container(line).height(ROW).padding([4, 12]).width(Fill);
        let line = if index == self.chosen { line.style(theme::chosen) } else { line };
        button(line).padding(0).style(button::text).width(Fill).on_press(Message::Chosen(index)).into()
    }

    fn detail(&self) -> Element<'_, Message> {
        match self.chosen() {
            Some(Row::Note(note)) => note.view(),
            Some(Row::Reject(reject)) => {
                let said = [("code", &*reject.reject.code), ("message", &*reject.reject.message)];
                let mut body = column![
                    parts::title(reject_title(reject)),
                    text(reject.cause.as_deref().unwrap_or(&reject.reject.message)).size(theme::BODY),
                    text(reject.action.as_deref().unwrap_or_default()).size(theme::BODY).font(theme::SEMIBOLD),
                    parts::faint(with("money.caisse_says", &said)),
                ]
                .spacing(12);
                if let Some(by) = &reject.corrected_by {
                    body =
                        body.push(text(with("money.corrected", &[("fse", &by.number.to_string())])).size(theme::BODY));
                } else if reject.is_dre() && reject.passed_on {
                    body = body.push(text(t("money.passed")).size(theme::BODY));
                } else if reject.is_dre() {
                    body = body.push(parts::key_action("Entrée", t("money.pass")));
                    body = body.push(parts::faint(t("money.pass_how")));
                } else if reject.awaits_correction() && reject.session.is_some() {
                    body = body.push(parts::faint(t("money.of_locum")));
                    body = body.push(parts::key_action("F6", t("money.reopen")));
                    body = body.push(parts::key_action("F7", t("money.paper")));
                    body = body.push(parts::faint(t("money.complaint")));
                } else if reject.awaits_correction() {
                    body = body.push(parts::key_action("Entrée", t("money.correct")));
                    body = body.push(parts::faint(t("money.correct_how")));
                }
                body.into()
            }
            Some(Row::Line(line)) => {
                let mut body = column![
                    parts::title(line.amount.to_string()),
                    text(with("money.paid_by", &[("from", &line.from.to_string()), ("payer", line.payer.word())]))
                        .size(theme::BODY),
                    text(with("money.named", &[("fse", &line.fse.to_string())])).size(theme::BODY),
                ]
                .spacing(12);
                if let Some(fse) = &line.matched {
                    body =
                        body.push(text(with("money.matched", &[("fse", &fse.number.to_string())])).size(theme::BODY));
                    body = body.push(parts::key_action("Suppr", t("money.separate")));
                } else {
                    body = body.push(field(
                        text_input(t("money.entry"), &self.entry)
                            .on_input(Message::EntryChanged)
                            .on_submit(Message::Enter),
                    ));
                    body = body.push(parts::key_action("Entrée", t("money.match")));
                }
                body.into()
            }
            None => space::vertical().into(),
        }
    }
}

/// How many there are of each kind that the filter lets through.
fn how_many(money: &Money) -> String {
    let (page, only) = (&money.page, money.listing.only);
    let mut said = Vec::new();
    if matches!(only, PaidOnly::All | PaidOnly::Rejects | PaidOnly::Awaiting) {
        let count = counted(page.reject_count, page.rejects.len());
        said.push(with("money.how_many_rejects", &[("count", &count)]));
    }
    if matches!(only, PaidOnly::All | PaidOnly::Lines | PaidOnly::Unmatched) {
        let count = counted(page.line_count, page.lines.len());
        said.push(with("money.how_many_lines", &[("count", &count)]));
    }
    if matches!(only, PaidOnly::All | PaidOnly::Messages) {
        let count = counted((!page.more_notes).then_some(money.notes.len()), money.notes.len());
        said.push(with("money.how_many_notes", &[("count", &count)]));
    }
    said.join(" · ")
}

/// How they are sorted, and through which filter.
fn listing_words(listing: Listing<PaidSort, PaidOnly>) -> String {
    let sort = match (listing.sort, listing.turned) {
        (PaidSort::Day, false) => t("money.by_day"),
        (PaidSort::Day, true) => t("lots.by_day_turned"),
        (PaidSort::Amount, false) => t("lots.by_amount"),
        (PaidSort::Amount, true) => t("lots.by_amount_turned"),
    };
    let filter = match listing.only {
        PaidOnly::All => None,
        PaidOnly::Rejects => Some(t("money.only_rejects")),
        PaidOnly::Awaiting => Some(t("money.only_awaiting")),
        PaidOnly::Lines => Some(t("money.only_lines")),
        PaidOnly::Unmatched => Some(t("money.only_unmatched")),
        PaidOnly::Messages => Some(t("money.only_messages")),
    };
    listed::words(sort, filter)
}

fn reject_title(reject: &RejectedFse) -> String {
    let number = [("fse", &*reject.fse.number.to_string())];
    if reject.is_dre() { with("money.reject_dre", &number) } else { with("money.reject", &number) }
}
