//! How Recettes looks: the day at the left, its movements in the middle, who still owes at the right; each list says how many rows
//! there are and how they are sorted.

use iced::widget::{column, container, row, space, text};
use iced::{Element, Fill, FillPortion};
use liasse_core::SettlementMode;
use liasse_core::desk::SignedIn;
use liasse_core::lists::{DebtOnly, DebtSort};
use liasse_core::recettes::DaySort;
use liasse_domain::Centimes;

use super::{Message, ROW, Receipts, State};
use crate::screen::facturer::settlement;
use crate::screen::listed::{self, counted};
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::rows::{rows, walked};

impl State {
    /// The screen.
    pub fn view<'a>(&'a self, signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        let Some(receipts) = self.receipts.as_ref().filter(|_| signed_in.is_some()) else {
            let nobody = container(parts::faint(t("receipts.nobody"))).padding(16);
            return nobody.width(Fill).height(Fill).style(theme::panel).into();
        };
        let panel = |body: Element<'a, Message>| container(body).height(Fill).padding(16).style(theme::panel);
        let mut body = column![
            row![
                panel(self.day(receipts)).width(FillPortion(3)),
                panel(self.movements(receipts)).width(FillPortion(4)),
                panel(self.owed(receipts)).width(FillPortion(4)),
            ]
            .spacing(8)
            .height(Fill)
        ]
        .spacing(8);
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            body = body.push(text(said).size(theme::BODY));
        }
        // The keys say of which list they are.
        let which = if self.on_movements { t("receipts.on_movements") } else { t("receipts.on_unpaid") };
        body = body.push(row![parts::key_action("F5", which), listed::hints()].spacing(24).wrap());
        body.width(Fill).height(Fill).into()
    }

    fn day<'a>(&'a self, receipts: &'a Receipts) -> Element<'a, Message> {
        let report = &receipts.report;
        let day = report.day.format("%d/%m/%Y").to_string();
        let mut body = column![parts::title(with("receipts.day", &[("day", &day)]))].spacing(10);
        for total in &report.modes {
            body = body.push(parts::amount_row(total.mode.label(), total.total_cents, false));
        }
        body = body.push(parts::amount_row(t("receipts.total"), report.total_cents, true));
        body = body.push(row![parts::key("←"), parts::key("→"), parts::faint(t("receipts.other_day"))].spacing(8));
        body = body.push(space::vertical());
        body = body.push(if report.closed {
            parts::coloured(format!("✓ {}", t("receipts.closed")), |c| c.good)
        } else {
            let count = report.movements.len().to_string();
            let guard = with("receipts.guard", &[("count", &count), ("amount", &report.total_cents.to_string())]);
            column![text(guard).size(theme::NOTE), parts::key_action("F12", t("receipts.close"))].spacing(8).into()
        });
        let in_hand: Centimes = receipts.cheques.iter().map(|cheque| cheque.amount).sum();
        let (count, amount) = (receipts.cheques.len().to_string(), in_hand.to_string());
        body = body.push(text(with("receipts.in_hand", &[("count", &count), ("amount", &amount)])).size(theme::BODY));
        if !receipts.cheques.is_empty() {
            body = body.push(parts::key_action("F6", t("receipts.deposit")));
        }
        body = body.push(parts::key_action("F7", t("help.slip")));
        body = body.push(parts::key_action("F8", t("help.books")));
        body.into()
    }

    fn movements<'a>(&'a self, receipts: &'a Receipts) -> Element<'a, Message> {
        let movements = &receipts.movements;
        let title = row![self.mark(true), parts::title(t("receipts.movements"))].spacing(8).align_y(iced::Center);
        let mut body = column![title].spacing(10);
        if receipts.report.movements.is_empty() {
            return body.push(parts::faint(t("receipts.no_movement"))).into();
        }
        let count = with("receipts.how_many", &[("count", &movements.len().to_string())]);
        body = body.push(parts::faint(format!("{count} · {}", self.day_words())));
        if movements.is_empty() {
            return body.push(parts::faint(t("list.none_such"))).into();
        }
        let line = |index: usize| {
            let movement = &movements[index];
            let mut about = format!("n° {} · {}", movement.fse.number, movement.mode.label());
            if movement.amount_cents < Centimes::ZERO {
                about += &format!(" · {}", t("receipts.counter_entry"));
            }
            let first = format!("{} · {}", movement.time.replace(':', " h "), movement.patient.reveal());
            two_lines(false, first, about, movement.amount_cents)
        };
        body = body.push(rows(self.movements, ROW, movements.len(), line, Message::MovementsScrolled));
        body.into()
    }

    fn owed<'a>(&'a self, receipts: &'a Receipts) -> Element<'a, Message> {
        let title = row![self.mark(false), parts::title(t("receipts.unpaid"))].spacing(8).align_y(iced::Center);
        let mut body = column![title].spacing(10);
        if receipts.unpaid.is_empty() && self.unpaid_listing.only == DebtOnly::All {
            return body.push(parts::faint(t("receipts.all_paid"))).into();
        }
        let count = counted(receipts.unpaid_count, receipts.unpaid.len());
        let count = with("receipts.how_many", &[("count", &count)]);
        body = body.push(parts::faint(format!("{count} · {}", self.unpaid_words())));
        if receipts.unpaid.is_empty() {
            return body.push(parts::faint(t("list.none_such"))).into();
        }
        let line = |index: usize| {
            let unpaid = &receipts.unpaid[index];
            let days = unpaid.age_days.to_string();
            let mut about = with("receipts.age", &[("fse", &unpaid.fse.number.to_string()), ("days", &days)]);
            if let Some(word) = unpaid.settlement {
                about += &format!(" · {}", word.label());
            }
            two_lines(index == self.chosen, unpaid.patient.reveal().to_owned(), about, unpaid.owed_cents)
        };
        body = body.push(walked(self.unpaid, ROW, receipts.unpaid.len(), line, Message::UnpaidScrolled));
        let mut keys = row![].spacing(8);
        for key in ["C", "H", "E", "V", "G"] {
            keys = keys.push(parts::key_action(key, settlement(key).map_or("", SettlementMode::label)));
        }
        body.push(parts::faint(t("receipts.settle"))).push(keys.wrap()).into()
    }
}

impl State {
    /// Set before the list that the keys are about.
    fn mark(&self, movements: bool) -> Option<Element<'_, Message>> {
        (self.on_movements == movements).then(|| parts::title("»"))
    }

    fn day_words(&self) -> String {
        let sort = match (self.day_listing.sort, self.day_listing.turned) {
            (DaySort::Hour, false) => t("receipts.by_hour"),
            (DaySort::Hour, true) => t("receipts.by_hour_turned"),
            (DaySort::Amount, false) => t("lots.by_amount"),
            (DaySort::Amount, true) => t("lots.by_amount_turned"),
        };
        let filter = self.day_listing.only.0.map(|mode| with("receipts.only_mode", &[("mode", mode.label())]));
        listed::words(sort, filter.as_deref())
    }

    fn unpaid_words(&self) -> String {
        let sort = match (self.unpaid_listing.sort, self.unpaid_listing.turned) {
            (DebtSort::Age, false) => t("receipts.by_age"),
            (DebtSort::Age, true) => t("receipts.by_age_turned"),
            (DebtSort::Amount, false) => t("lots.by_amount"),
            (DebtSort::Amount, true) => t("lots.by_amount_turned"),
        };
        let filter = match self.unpaid_listing.only {
            DebtOnly::All => None,
            DebtOnly::Later => Some(t("receipts.only_later")),
            DebtOnly::Partial => Some(t("receipts.only_partial")),
        };
        listed::words(sort, filter)
    }
}

fn two_lines<'a>(chosen: bool, first: String, second: String, amount: Centimes) -> Element<'a, Message> {
    let words = column![text(first).size(theme::BODY).font(theme::SEMIBOLD), text(second).size(theme::NOTE)];
    let line = row![words.width(Fill), text(amount.to_string()).size(theme::BODY)].align_y(iced::Center);
    let line = container(line).height(ROW).padding([2, 8]).width(Fill);
    if chosen { line.style(theme::chosen).into() } else { line.into() }
}
