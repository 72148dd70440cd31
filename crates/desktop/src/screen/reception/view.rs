//! How Accueil looks: passages and sheets at the left, what is done with the chosen one at the right.

use iced::widget::{Column, column, container, row, scrollable, space, text, text_input};
use iced::{Element, Fill};
use liasse_core::PaperRow;
use liasse_core::desk::SignedIn;
use liasse_core::passages::{Cotation, Passage};

use super::{FIELD, Message, Row, Shown, State, on_paper};
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;

impl State {
    /// The screen. `patient` is who lies in the reader: the name of the chosen beneficiary.
    pub fn view<'a>(&'a self, signed_in: Option<&'a SignedIn>, patient: Option<String>) -> Element<'a, Message> {
        let Some(shown) = &self.shown else {
            let body = self.messages(column![text(t("reception.reading")).size(theme::BODY)].spacing(12));
            return container(body.max_width(640)).center(Fill).style(theme::panel).into();
        };
        let (list, gestures) = match signed_in.filter(|person| !on_paper(Some(person))) {
            Some(person) => (self.list(shown), self.gestures(person, shown, patient)),
            None => (no_card(), self.paper_form(shown, patient)),
        };
        row![
            container(list).width(Fill).height(Fill).padding(16).style(theme::panel),
            container(gestures).width(400).height(Fill).padding(16).style(theme::panel),
        ]
        .spacing(8)
        .into()
    }

    fn list<'a>(&'a self, shown: &'a Shown) -> Element<'a, Message> {
        let count = shown.passages.len().to_string();
        let mut lines: Column<'a, Message> =
            column![parts::title(t("reception.title")), parts::faint(with("reception.how_many", &[("count", &count)]))]
                .spacing(4);
        if shown.passages.is_empty() {
            lines = lines.push(text(t("reception.empty")).size(theme::BODY));
        }
        for passage in &shown.passages {
            lines = lines.push(self.framed(Row::Passage(passage.row.id), passage_line(passage)));
        }
        if !shown.papers.is_empty() {
            lines = lines.push(space::vertical().height(12)).push(parts::title(t("reception.papers")));
        }
        for paper in &shown.papers {
            lines = lines.push(self.framed(Row::Sheet(paper.id), paper_line(paper)));
        }
        scrollable(lines).height(Fill).into()
    }

    fn framed<'a>(&'a self, row: Row, line: Element<'a, Message>) -> Element<'a, Message> {
        let line = container(line).padding([4, 8]).width(Fill);
        if self.chosen == Some(row) { line.style(theme::outlined).into() } else { line.into() }
    }

    fn gestures<'a>(&'a self, person: &'a SignedIn, shown: &'a Shown, patient: Option<String>) -> Element<'a, Message> {
        let mut body = column![].spacing(10);
        body = self.messages(body);
        if let Some((fse, due)) = &self.sealed {
            let values = [("fse", &*fse.number.to_string()), ("due", &due.to_string())];
            body = body.push(text(with("reception.how_settled", &values)).size(theme::BODY));
            return body.push(parts::faint(t("reception.letters"))).push(self.field(t("reception.answer"))).into();
        }
        body = body.push(in_the_reader(patient.clone()));
        if let Some(name) = patient.filter(|_| self.served) {
            body = body.push(parts::coloured(with("facturer.give_back", &[("name", &name)]), |c| c.amber));
        }
        if person.is_staff() {
            let doctor = shown.doctors.get(self.doctor).map_or(t("reception.no_doctor"), |one| one.1.as_str());
            body = body.push(parts::key_action("F4", with("reception.for", &[("name", doctor)])));
        }
        body = body.push(parts::key_action("F7", t("reception.receive")));
        body = body.push(parts::key_action("Ctrl B", t("reception.beneficiary")));
        let label = if person.is_staff() { t("reception.note") } else { t("reception.cotation") };
        body = body.push(self.field(label));
        if !person.is_staff() {
            body = body.push(parts::faint(t("reception.instruction_how")));
        }
        if let Some(paper) = self.paper() {
            body = body.push(parts::title(with("reception.sheet", &[("sheet", &paper.id.to_string())])));
            for (key, does) in [
                ("Ctrl J", t("reception.print")),
                ("Ctrl T", t("reception.given_to_patient")),
                ("Ctrl Y", t("reception.posted")),
                ("Ctrl N", t("reception.scanned")),
            ] {
                body = body.push(parts::key_action(key, does));
            }
            return body.into();
        }
        if let Some(passage) = self.passage() {
            body = body.push(parts::title(passage.row.patient.reveal()));
            if let Some(note) = &passage.row.note {
                body = body.push(text(note).size(theme::BODY));
            }
            if !person.is_staff() {
                body = body.push(parts::key_action("Entrée", t("reception.code")));
            }
            for (name, acts) in &shown.instructions {
                body = body.push(parts::faint(with("reception.instruction", &[("name", name), ("acts", acts)])));
            }
            let mut keys = vec![("F8", t("reception.instruct"))];
            if person.is_staff() {
                keys.push(("Ctrl G", t("reception.give")));
            }
            keys.extend([
                ("F12", t("reception.bill")),
                ("F5", t("reception.wait")),
                ("F6", t("reception.degrade")),
                ("Ctrl D", t("reception.drop")),
            ]);
            for (key, does) in keys {
                body = body.push(parts::key_action(key, does));
            }
        }
        body.into()
    }

    /// What is offered when no card of a professional is usable.
    fn paper_form<'a>(&'a self, shown: &'a Shown, patient: Option<String>) -> Element<'a, Message> {
        let mut body = column![parts::title(t("reception.on_paper"))].spacing(10);
        body = self.messages(body);
        body = body.push(in_the_reader(patient));
        let who = shown.on_paper.get(self.doctor).map_or(t("reception.no_doctor"), |one| one.1.as_str());
        body = body.push(parts::key_action("F4", with("reception.for", &[("name", who)])));
        body = body.push(self.field(t("reception.acts")));
        body.push(parts::key_action("F12", t("reception.print_sheet"))).into()
    }

    fn messages<'a>(&'a self, mut body: Column<'a, Message>) -> Column<'a, Message> {
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            body = body.push(parts::coloured(format!("✓ {said}"), |c| c.good));
        }
        body
    }

    fn field(&self, label: &'static str) -> Element<'_, Message> {
        column![
            text(label).size(theme::NOTE),
            field(text_input("", &self.field).id(FIELD).on_input(Message::Typed).on_submit(Message::Enter)),
        ]
        .spacing(4)
        .into()
    }

    /// Which beneficiary of a Vitale is meant.
    pub fn beneficiary(&self) -> usize {
        self.beneficiary
    }
}

fn no_card<'a>() -> Element<'a, Message> {
    column![
        parts::title(t("reception.no_card_title")),
        text(t("reception.no_card")).size(theme::BODY),
        parts::faint(t("reception.never_the_doctors")),
    ]
    .spacing(12)
    .into()
}

fn in_the_reader<'a>(patient: Option<String>) -> Element<'a, Message> {
    match patient {
        Some(name) => text(with("reception.in_reader", &[("name", &name)])).size(theme::BODY).into(),
        None => parts::faint(t("reception.no_vitale")),
    }
}

fn passage_line(passage: &Passage) -> Element<'_, Message> {
    let row = &passage.row;
    let acts = passage.cotation.as_ref().map(Cotation::typed);
    let word = match (&acts, &row.instruction) {
        (None, _) => parts::coloured(t("reception.no_cotation"), |c| c.amber),
        (Some(acts), None) => parts::coloured(with("reception.by_doctor", &[("acts", acts)]), |c| c.good),
        (Some(acts), Some(name)) => {
            parts::coloured(with("reception.by_instruction", &[("acts", acts), ("name", name)]), |c| c.good)
        }
    };
    let hour = liasse_domain::clock::paris(row.arrived_at).format("%d/%m %H h %M").to_string();
    let until = passage.deadline.format("%d/%m/%Y").to_string();
    column![
        row![
            text(row.patient.reveal()).size(theme::BODY).font(theme::SEMIBOLD),
            space::horizontal(),
            parts::faint(with("reception.state", &[("state", row.state.label()), ("hour", &hour), ("until", &until)])),
        ],
        word,
    ]
    .spacing(2)
    .into()
}

fn paper_line(paper: &PaperRow) -> Element<'_, Message> {
    let (sheet, day) = (paper.id.to_string(), paper.act_date.format("%d/%m/%Y").to_string());
    let values = [("sheet", &*sheet), ("day", &day), ("why", paper.reason.label()), ("state", paper.state.label())];
    row![
        text(format!("{} · {}", paper.patient.reveal(), with("reception.paper_line", &values)))
            .size(theme::BODY)
            .width(Fill),
        text(paper.total.to_string()).size(theme::BODY),
    ]
    .into()
}
