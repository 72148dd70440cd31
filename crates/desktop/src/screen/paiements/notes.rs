//! Messages that move no money: remarks on an FSE, words of a caisse, mails that came back, and what nobody could read.
//! Each is kept and shown; what it may change is decided before it comes here.

use iced::Element;
use iced::widget::{column, scrollable, text};
use liasse_core::returned::Returned;
use liasse_domain::{Report, clock};

use super::Message;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// A row for a message, or for one FSE of it.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) title: String,
    /// What it says, whole.
    words: String,
    /// Who wrote it, and when it came.
    origin: String,
    /// What it did here, or why nothing.
    report: Option<Report>,
}

/// The rows of a message; none for those that other rows of the screen show.
pub(super) fn of(message: &Returned) -> Vec<Note> {
    let day = clock::paris(message.received_at).format("%d/%m/%Y").to_string();
    let origin = match message.from.as_deref() {
        Some(from) => with("money.origin", &[("day", &day), ("from", from)]),
        None => with("money.fetched", &[("day", &day)]),
    };
    let report = message.says.clone();
    let note = |title, words| Note { title, words, origin: origin.clone(), report: report.clone() };
    match message.kind {
        "signalement" => {
            let remark = |remark: &liasse_core::returned::Remark| {
                let words = format!("{} ({})", remark.message, remark.code);
                note(with("money.remark", &[("fse", &remark.fse.number.to_string())]), words)
            };
            message.remarks.iter().map(remark).collect()
        }
        "service" => vec![note(t("money.service").to_owned(), message.text.clone().unwrap_or_default())],
        "non_remise" => {
            let file = message.file.map_or_else(|| "–".to_owned(), |file| file.to_string());
            let said = message.undelivered.as_ref();
            let words = said.map_or_else(String::new, |said| format!("{} {}", said.code, said.message));
            vec![note(with("money.undelivered", &[("lot", &file)]), words)]
        }
        "inconnu" => {
            let words = report.as_ref().map_or_else(String::new, |report| report.message.clone());
            vec![note(with("money.unknown", &[("id", &message.id.to_string())]), words)]
        }
        _ => Vec::new(),
    }
}

impl Note {
    /// What stands in the list.
    pub(super) fn first_line(&self) -> String {
        self.words.lines().next().unwrap_or_default().to_owned()
    }

    /// The whole message.
    pub(super) fn view(&self) -> Element<'_, Message> {
        let mut body =
            column![parts::title(&self.title), text(&self.words).size(theme::BODY), parts::faint(&self.origin),]
                .spacing(12);
        if let Some(report) = &self.report {
            body = body.push(parts::report(report));
        }
        scrollable(body).into()
    }
}
