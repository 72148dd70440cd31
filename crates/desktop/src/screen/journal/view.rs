//! How Journal looks: the filter above, the entries at the left, the chosen one whole at the right; the clock where it is behind, and
//! the verdict on the chain.

use iced::widget::{button, column, container, row, space, text, text_input};
use iced::{Element, Fill, FillPortion};
use liasse_core::desk::SignedIn;
use liasse_core::journal::{Line, Verdict};
use liasse_domain::{Instant, Level, clock};

use super::{Message, Page, ROW, State};
use crate::screen::listed::{self, counted};
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;
use crate::widget::rows::walked;

/// So many faults are shown; the others are counted.
const SHOWN: usize = 6;

impl State {
    /// The screen.
    pub fn view<'a>(&'a self, signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        if signed_in.is_none() {
            let nobody = container(parts::faint(t("journal.nobody"))).padding(16);
            return nobody.width(Fill).height(Fill).style(theme::panel).into();
        }
        let mut body = column![
            row![parts::title(t("journal.title")), space::horizontal(), parts::key_action("F6", t("journal.verify"))]
                .spacing(16)
                .align_y(iced::Center)
        ]
        .spacing(12);
        if let Some((now, last)) = self.page.as_ref().and_then(|page| page.gap) {
            body = body.push(self.behind(now, last));
        }
        body = body.push(self.chain());
        body = body.push(
            row![
                container(field(
                    text_input(t("journal.entry"), &self.entry)
                        .on_input(Message::EntryChanged)
                        .on_submit(Message::Enter)
                ))
                .width(FillPortion(2)),
                container(parts::key_action("Entrée", t("journal.look_for"))).width(FillPortion(3)),
            ]
            .spacing(16)
            .align_y(iced::Center),
        );
        if let Some(page) = &self.page {
            body = body.push(parts::faint(self.how_many(page))).push(self.entries(page));
        } else {
            body = body.push(space::vertical());
        }
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            body = body.push(text(said).size(theme::BODY));
        }
        body = body.push(listed::hints());
        container(body).padding(16).width(Fill).height(Fill).style(theme::panel).into()
    }

    fn how_many(&self, page: &Page) -> String {
        let read = page.lines.len();
        let all = u32::try_from(read).is_ok_and(|read| read < self.asked.limit());
        let count = with("journal.count", &[("count", &counted(all.then_some(read), read))]);
        let order = if self.wanted.listing.turned { t("journal.oldest_first") } else { t("journal.latest_first") };
        format!("{count} · {}", listed::words(order, self.filter()))
    }

    fn entries<'a>(&'a self, page: &'a Page) -> Element<'a, Message> {
        if page.lines.is_empty() {
            return container(parts::faint(t("journal.none_such"))).height(Fill).padding(16).into();
        }
        let line = |index: usize| entry(&page.lines[index], index, index == self.chosen);
        let mut whole = column![].spacing(8);
        if let Some(line) = page.lines.get(self.chosen) {
            whole = detail(line);
        }
        row![
            container(walked(self.scrolled, ROW, page.lines.len(), line, Message::Scrolled)).width(FillPortion(3)),
            container(whole).width(FillPortion(2)).height(Fill).padding(16).style(theme::panel),
        ]
        .spacing(8)
        .height(Fill)
        .into()
    }

    /// The clock is behind: nothing is signed, and how that ends.
    fn behind<'a>(&self, now: Instant, last: Instant) -> Element<'a, Message> {
        let said = |at| clock::paris(at).format("%d/%m/%Y %H h %M").to_string();
        let values = [("now", &*said(now)), ("last", &said(last))];
        let mut lines = column![
            parts::level_word(Level::Blocking),
            text(with("journal.behind", &values)).size(theme::BODY).font(theme::SEMIBOLD),
        ]
        .spacing(4);
        lines = lines.push(if self.doubts {
            column![
                text(t("journal.sure")).size(theme::BODY),
                row![
                    parts::key_action("Entrée", t("journal.accept")),
                    parts::key_action("Échap", t("journal.not_sure"))
                ]
                .spacing(24)
            ]
            .spacing(4)
        } else {
            column![text(t("journal.mend")).size(theme::NOTE), parts::key_action("F8", t("journal.accept"))].spacing(4)
        });
        container(lines).padding(12).width(Fill).style(theme::panel).into()
    }

    /// What the last verification found.
    fn chain<'a>(&'a self) -> Option<Element<'a, Message>> {
        if self.verifying {
            return Some(parts::faint(t("journal.verifying")));
        }
        self.verdict.as_ref().map(verdict)
    }
}

fn verdict<'a>(verdict: &'a Verdict) -> Element<'a, Message> {
    if verdict.faults.is_empty() {
        let head = verdict.head.get(..16).unwrap_or(&verdict.head);
        let words = with("journal.intact", &[("entries", &verdict.entries.to_string()), ("head", head)]);
        return parts::coloured(format!("✓ {words}"), |colours| colours.good);
    }
    let mut lines = column![parts::level_word(Level::Blocking)].spacing(4);
    for fault in verdict.faults.iter().take(SHOWN) {
        lines = lines.push(text(&fault.message).size(theme::BODY));
    }
    if let Some(first) = verdict.faults.first() {
        lines = lines.push(text(&first.action).size(theme::NOTE).font(theme::SEMIBOLD));
    }
    let more = verdict.faults.len().saturating_sub(SHOWN);
    if more > 0 {
        lines = lines.push(parts::faint(with("journal.more_faults", &[("count", &more.to_string())])));
    }
    container(lines).padding(12).width(Fill).style(theme::panel).into()
}

/// A row: when and who, then what in its first words.
fn entry<'a>(line: &'a Line, index: usize, chosen: bool) -> Element<'a, Message> {
    let what = line.says.split(" · ").next().unwrap_or_default();
    let about = line.about();
    let about = about.split(" · ").next().unwrap_or_default();
    let second = if about.is_empty() { what.to_owned() } else { format!("{what} · {about}") };
    let words = column![
        text(format!("{} · {}", line.when(), line.by())).size(theme::NOTE),
        text(second).size(theme::BODY).font(theme::SEMIBOLD),
    ];
    let line = container(words).height(ROW).padding([4, 8]).width(Fill);
    let line = if chosen { line.style(theme::chosen) } else { line };
    button(line).padding(0).style(button::text).width(Fill).on_press(Message::Chosen(index)).into()
}

/// The whole of an entry.
fn detail<'a>(line: &'a Line) -> iced::widget::Column<'a, Message> {
    let mut whole = column![
        parts::title(with("journal.entry_number", &[("seq", &line.seq.to_string())])),
        text(&line.says).size(theme::BODY),
        text(line.about()).size(theme::BODY),
        parts::faint(format!("{} · {}", line.when(), line.by())),
    ]
    .spacing(8);
    if let Some(card) = &line.card {
        whole = whole.push(parts::faint(with("journal.card", &[("card", card)])));
    }
    whole = whole.push(parts::faint(with("journal.hash", &[("hash", line.hash.get(..16).unwrap_or(&line.hash))])));
    whole.push(space::vertical()).push(parts::key_action("F5", t("journal.same")))
}
