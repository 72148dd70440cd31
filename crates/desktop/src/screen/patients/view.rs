//! How Patients looks: the field above; who is found, or the patient with the rights at the left, the history at the right and
//! below it the sentence to read aloud.

use iced::widget::{Column, button, column, container, row, scrollable, space, text, text_input};
use iced::{Center, Element, Fill, FillPortion};
use liasse_core::desk::SignedIn;
use liasse_core::ledger::Document;
use liasse_core::people::{Found, Person, RightsSeen, Source};
use liasse_domain::{DocumentKind, MoneyState, Payer, clock};

use super::{FIELD, MOST, Message, Opened, ROW, State, data};
use crate::screen::{listed, lots};
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;
use crate::widget::rows::walked;

impl State {
    /// The screen: nothing of it is anybody's who is not signed in.
    pub fn view<'a>(&'a self, signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        if signed_in.is_none() {
            let nobody = container(parts::faint(t("patients.nobody"))).padding(16);
            return nobody.width(Fill).height(Fill).style(theme::panel).into();
        }
        if let Some(buffer) = &self.confirming {
            let body = data::confirming(buffer, self.notice.as_ref());
            return container(body).padding(16).width(Fill).height(Fill).style(theme::panel).into();
        }
        let field = field(
            text_input(t("patients.field"), &self.typed).id(FIELD).on_input(Message::Typed).on_submit(Message::Enter),
        );
        let mut body = column![row![parts::title(t("patients.title")), field].spacing(16).align_y(Center)].spacing(12);
        body = body.push(match (&self.data, &self.opened, &self.found) {
            (Some(plan), ..) => data::view(plan),
            (None, Some(opened), _) => patient(opened),
            (None, None, Some(found)) => self.people(found),
            (None, None, None) => teach(t("patients.teach")),
        });
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            body = body.push(parts::coloured(format!("✓ {said}"), |c| c.good));
        }
        body = body.push(self.hints(signed_in));
        container(body).padding(16).width(Fill).height(Fill).style(theme::panel).into()
    }

    fn hints<'a>(&'a self, signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        if self.data.is_some() {
            return row(data::hints().into_iter().map(|(key, does)| parts::key_action(key, does))).spacing(24).into();
        }
        let keys: Vec<(&'static str, &'static str)> = match (&self.opened, &self.found) {
            (Some(_), _) => {
                let mut keys = vec![("↓ ↑", t("patients.key_document")), ("F6", t("patients.duplicate"))];
                keys.extend(data::may(signed_in).then(|| ("F7", t("patients.data_key"))));
                keys.extend([("F5", t("patients.back")), ("F8", t("patients.another"))]);
                keys
            }
            (None, Some(found)) if !found.people.is_empty() => {
                vec![("↓ ↑", t("patients.key_row")), ("Entrée", t("patients.key_open")), ("F8", t("patients.another"))]
            }
            _ => Vec::new(),
        };
        let listed = self.opened.is_some().then(listed::hints);
        row(keys.into_iter().map(|(key, does)| parts::key_action(key, does))).push(listed).spacing(24).wrap().into()
    }

    fn people<'a>(&'a self, found: &'a Found) -> Element<'a, Message> {
        if found.people.is_empty() {
            return teach(t("patients.none"));
        }
        let words = if found.more {
            parts::coloured(with("patients.more", &[("count", &MOST.to_string())]), |c| c.amber)
        } else {
            parts::faint(with("patients.count", &[("count", &found.people.len().to_string())]))
        };
        let line = |index: usize| person_row(index, &found.people[index], index == self.chosen);
        let list = walked(self.scrolled, ROW, found.people.len(), line, Message::PeopleScrolled);
        column![words, list].spacing(8).height(Fill).into()
    }
}

/// What would stand here, and how it comes.
fn teach<'a>(words: &'static str) -> Element<'a, Message> {
    container(container(text(words).size(theme::BODY)).max_width(640)).center(Fill).into()
}

fn framed<'a>(line: Column<'a, Message>, chosen: bool, pressed: Message) -> Element<'a, Message> {
    let line = container(line.spacing(2)).height(ROW).padding([4, 8]).width(Fill);
    let line = if chosen { line.style(theme::outlined) } else { line };
    button(line).padding(0).style(button::text).width(Fill).on_press(pressed).into()
}

fn person_row(index: usize, person: &Person, chosen: bool) -> Element<'_, Message> {
    let name = text(person.name.reveal()).size(theme::BODY).font(theme::SEMIBOLD);
    framed(column![name, parts::faint(about(person))], chosen, Message::Picked(index))
}

/// Birth, number and last acts.
fn about(person: &Person) -> String {
    let (born, nir) = (person.birth_date.french(), person.nir.grouped());
    match person.last_act {
        Some(day) => with("patients.line", &[("born", &born), ("nir", &nir), ("last", &french(day))]),
        None => with("patients.line_unseen", &[("born", &born), ("nir", &nir)]),
    }
}

fn french(day: chrono::NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

fn patient(opened: &Opened) -> Element<'_, Message> {
    let history = column![history(opened), aloud(opened)].spacing(12).width(FillPortion(2)).height(Fill);
    row![container(who(opened)).width(FillPortion(1)).height(Fill), history].spacing(16).height(Fill).into()
}

/// The patient, and each right with where it was learnt.
fn who(opened: &Opened) -> Element<'_, Message> {
    let person = &opened.history.person;
    let mut body = column![
        parts::title(person.name.reveal()),
        parts::faint(about(person)),
        text(t("patients.rights")).size(theme::BODY).font(theme::SEMIBOLD),
    ]
    .spacing(8);
    if opened.history.rights.is_empty() {
        body = body.push(parts::faint(t("patients.no_rights")));
    }
    for seen in &opened.history.rights {
        body = body.push(right(seen));
    }
    scrollable(body).height(Fill).into()
}

fn right(seen: &RightsSeen) -> Element<'_, Message> {
    let known = column![text(known(seen)).size(theme::NOTE), parts::faint(source(seen))].spacing(2);
    match seen.open {
        Some(false) => column![parts::coloured(t("patients.closed"), |c| c.bad), known].spacing(2).into(),
        _ => known.into(),
    }
}

/// What it says.
fn known(seen: &RightsSeen) -> String {
    let mut said = Vec::new();
    match (seen.source, seen.open, seen.until) {
        (Source::CarteMutuelle, ..) => said.push(t("patients.mutuelle").to_owned()),
        (_, Some(true), None) => said.push(t("patients.open").to_owned()),
        _ => {}
    }
    match (seen.open, seen.until) {
        (Some(true), Some(until)) => said.push(with("patients.open_until", &[("until", &french(until))])),
        (Some(false), Some(until)) => said.push(with("patients.ended", &[("until", &french(until))])),
        _ => {}
    }
    match seen.ald {
        Some(true) => said.push(t("patients.ald").to_owned()),
        Some(false) => said.push(t("patients.no_ald").to_owned()),
        None => {}
    }
    if seen.c2s == Some(true) {
        said.push(t("patients.c2s").to_owned());
    }
    said.join(" · ")
}

/// Where it was learnt, and when.
fn source(seen: &RightsSeen) -> String {
    let when = match seen.at {
        Some(at) => clock::paris(at).format("%d/%m/%Y, %H h %M").to_string(),
        None => french(seen.on),
    };
    let fse = seen.fse.as_ref().map(|fse| fse.number.to_string()).unwrap_or_default();
    let values = [("when", &*when), ("fse", &fse)];
    match seen.source {
        Source::LectureVitale => with("patients.from_card", &values),
        Source::CarteMutuelle => with("patients.from_mutuelle", &values),
        Source::FseVitale => with("patients.from_fse", &values),
        Source::FseAttestation => with("patients.from_attestation", &values),
        Source::FseSansPreuve => with("patients.from_last_visit", &values),
    }
}

fn history(opened: &Opened) -> Element<'_, Message> {
    let documents = &opened.history.documents;
    let count = with("patients.documents", &[("count", &opened.history.listed.to_string())]);
    let heading = row![
        text(t("patients.history")).size(theme::BODY).font(theme::SEMIBOLD),
        parts::faint(count),
        parts::faint(lots::listing_words(opened.listing)),
        space::horizontal(),
        parts::read_until(opened.history.returns_read_until),
    ]
    .spacing(12)
    .align_y(Center);
    if documents.is_empty() && opened.history.count > 0 {
        let none = parts::faint(t("lots.none_such"));
        return column![heading, none, space::vertical()].spacing(8).height(Fill).into();
    }
    if documents.is_empty() {
        let empty =
            row![parts::key_action("F2", t("nav.facturer")), parts::faint(t("patients.no_history"))].spacing(12);
        return column![heading, empty, space::vertical()].spacing(8).height(Fill).into();
    }
    let line = |index: usize| document_row(index, &documents[index], index == opened.chosen);
    let list = walked(opened.scrolled, ROW, documents.len(), line, Message::Scrolled);
    column![heading, list].spacing(8).height(Fill).into()
}

fn document_row(index: usize, document: &Document, chosen: bool) -> Element<'_, Message> {
    let number = document.fse.number.to_string();
    let named = if document.kind == DocumentKind::Dre.word() { format!("{} {number}", t("money.dre")) } else { number };
    let first = row![
        text(french(document.act_date)).size(theme::BODY).font(theme::SEMIBOLD),
        text(named).size(theme::BODY),
        space::horizontal(),
        text(document.total_cents.to_string()).size(theme::BODY),
    ]
    .spacing(16);
    let second = match &document.reject {
        Some(reject) => parts::coloured(format!("× {} ({})", reject.message, reject.code), |c| c.bad),
        None => parts::faint(states(document)),
    };
    framed(column![first, second], chosen, Message::Chosen(index))
}

/// The three axes in a line: the document, its road, what the patient owes.
fn states(document: &Document) -> String {
    let mut words = vec![document.document.label().to_owned()];
    words.extend(document.transmission.map(|state| state.label().to_owned()));
    let patient = document.money.iter().find(|part| part.payer == Payer::Patient);
    if let Some(part) = patient.filter(|part| part.state != MoneyState::SansObjet) {
        words.push(with("patients.patient_money", &[("state", part.state.label())]));
    }
    words.join(" · ")
}

/// What to read to the patient, large.
fn aloud(opened: &Opened) -> Element<'_, Message> {
    let Some(document) = opened.history.documents.get(opened.chosen) else { return space::horizontal().into() };
    let words: Element<'_, Message> = match &opened.answer {
        Some(answer) => text(&answer.sentence).size(theme::TITLE).into(),
        None if document.kind == DocumentKind::Dre.word() => text(t("patients.dre")).size(theme::BODY).into(),
        None => parts::faint(t("patients.asking")),
    };
    let number = document.fse.number.to_string();
    let title = row![
        text(t("patients.read_aloud")).size(theme::BODY).font(theme::SEMIBOLD),
        parts::faint(with("patients.about_fse", &[("fse", &number)])),
    ]
    .spacing(12)
    .align_y(Center);
    container(column![title, words].spacing(8)).padding(12).width(Fill).style(theme::panel).into()
}
