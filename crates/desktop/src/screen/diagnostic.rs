//! Diagnostic: the probes of the workstation, each with a mark and a word, where a fault comes from, one sentence and what mends it.
//! The quick probes show at once, those of the network when the servers have answered. What is looked at: `liasse_core::doctor`.

use std::sync::Arc;
use std::time::Duration;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{Column, column, container, operation, row, scrollable, text};
use iced::{Element, Fill, Task, widget};
use liasse_core::cards::Snapshot;
use liasse_core::desk::{DeskError, SignedIn};
use liasse_core::doctor::{self, Data, Diagnosis, Given, Probe, Server};
use liasse_core::export::ExportError;
use liasse_core::office::Office;
use liasse_core::papers;
use liasse_core::ports::{CardError, ChannelError};
use liasse_domain::{Coded, Level, Report, clock};

use crate::ask::{aside, reported};
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// The list of probes, to be scrolled by keys.
const LIST: &str = "diagnostic";
/// How far one key scrolls the list, down and up.
const DOWN: f32 = 120.0;
const UP: f32 = -120.0;
/// How long the cards are waited for: one of them may be signing.
const CARDS_CAP: Duration = Duration::from_secs(10);

/// The screen.
#[derive(Default)]
pub struct State {
    diagnosis: Option<Diagnosis>,
    /// Counts the runs: what a run answers that was stopped is dropped.
    run: u32,
    under_way: Option<Step>,
    printing: bool,
    notice: Option<Report>,
    said: Option<String>,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// This workstation is looked at.
    Here,
    /// Servers are asked whether they answer.
    Servers,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// Every probe again.
    Run,
    /// The quick probes of that run.
    Looked(u32, Box<Result<Diagnosis, Report>>),
    /// What the servers answered in that run.
    Reached(u32, Result<Vec<Probe>, Report>),
    /// The list is scrolled down, or up.
    Scroll(bool),
    /// The page for the caisse's adviser.
    Sheet,
    /// It is written, and where, or not.
    Written(Result<String, Report>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![("F5", t("diagnostic.again")), ("F6", t("diagnostic.sheet")), ("↑ ↓", t("diagnostic.scroll"))]
}

impl State {
    /// Looks at everything again.
    pub fn reload(&self, _office: &Office, _signed_in: Option<&SignedIn>) -> Task<Message> {
        Task::done(Message::Run)
    }

    /// Takes the messages away, and waits no longer for what is under way.
    pub fn dismiss(&mut self) {
        (self.notice, self.said) = (None, None);
        if self.under_way.take().is_some() {
            self.run = self.run.wrapping_add(1);
        }
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::F5) => Some(Message::Run),
            Key::Named(Named::F6) => Some(Message::Sheet),
            Key::Named(Named::ArrowDown) => Some(Message::Scroll(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Scroll(false)),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Run if self.under_way.is_some() => Action::None,
            Message::Run => {
                let run = self.begin();
                let office = Arc::clone(office);
                Action::Run(
                    reported(move || Ok(look(&office))).map(move |answer| Message::Looked(run, Box::new(answer))),
                )
            }
            Message::Looked(run, answer) => {
                let servers = self.looked(run, *answer);
                if servers.is_empty() {
                    return Action::None;
                }
                let asked = reported(move || Ok(doctor::reach(&servers)));
                Action::Run(asked.map(move |answer| Message::Reached(run, answer)))
            }
            Message::Reached(run, answer) => {
                self.reached(run, answer);
                Action::None
            }
            Message::Scroll(down) => {
                let offset = operation::AbsoluteOffset { x: 0.0, y: if down { DOWN } else { UP } };
                Action::Run(operation::scroll_by(widget::Id::new(LIST), offset))
            }
            Message::Sheet => self.sheet(office, signed_in),
            Message::Written(answer) => {
                self.printing = false;
                match answer {
                    Ok(said) => self.said = Some(said),
                    Err(report) => self.notice = Some(report),
                }
                Action::None
            }
        }
    }

    /// Begins a run and gives its number.
    fn begin(&mut self) -> u32 {
        (self.notice, self.said) = (None, None);
        self.under_way = Some(Step::Here);
        self.run = self.run.wrapping_add(1);
        self.run
    }

    /// Takes the quick probes of a run; gives the servers that are still to be asked.
    fn looked(&mut self, run: u32, answer: Result<Diagnosis, Report>) -> Vec<Server> {
        if run != self.run {
            return Vec::new();
        }
        self.under_way = None;
        match answer {
            Ok(found) => {
                let servers = found.servers.clone();
                self.under_way = (!servers.is_empty()).then_some(Step::Servers);
                self.diagnosis = Some(found);
                servers
            }
            Err(report) => {
                self.notice = Some(report);
                Vec::new()
            }
        }
    }

    fn reached(&mut self, run: u32, answer: Result<Vec<Probe>, Report>) {
        if run != self.run {
            return;
        }
        self.under_way = None;
        match (answer, &mut self.diagnosis) {
            (Ok(probes), Some(found)) => found.complete(probes),
            (Ok(_), None) => {}
            (Err(report), _) => self.notice = Some(report),
        }
    }

    fn sheet(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>) -> Action {
        if self.printing {
            return Action::None;
        }
        (self.notice, self.said) = (None, None);
        let Some(person) = signed_in.cloned() else {
            self.notice = Some(DeskError::NoCps.report());
            return Action::None;
        };
        self.printing = true;
        let office = Arc::clone(office);
        let written = aside(move || {
            let cards = snapshot(&office);
            let sheet = office.workstation().call(move |ws| ws.adviser_sheet(&cards, &person))??;
            let pdf = papers::pdf(&sheet)?;
            let folder = office.root().join("papier");
            std::fs::create_dir_all(&folder).map_err(ExportError::from)?;
            let path = folder.join(format!("fiche-conseiller-{}.pdf", office.today().format("%Y-%m-%d")));
            liasse_core::data_dir::write_private(&path, &pdf).map_err(ExportError::from)?;
            Ok(with("diagnostic.written", &[("file", &path.display().to_string())]))
        });
        Action::Run(written.map(Message::Written))
    }

    /// The screen.
    pub fn view<'a>(&'a self, _signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        let mut body = column![parts::title(t("diagnostic.title"))].spacing(8);
        match &self.diagnosis {
            Some(found) => {
                body = body.push(parts::faint(summary(found)));
                let lines: Column<'a, Message> = column(found.probes.iter().map(line)).spacing(12);
                body = body.push(
                    scrollable(lines.padding(iced::Padding::new(8.0).left(0).right(16)))
                        .id(widget::Id::new(LIST))
                        .height(Fill),
                );
            }
            None if self.under_way.is_none() => body = body.push(parts::faint(t("diagnostic.empty"))),
            None => {}
        }
        if let Some(step) = self.under_way {
            let words = match step {
                Step::Here => t("diagnostic.here"),
                Step::Servers => t("diagnostic.servers"),
            };
            let stop = parts::key_action("Échap", t("diagnostic.stop"));
            body = body.push(row![parts::faint(words), stop].spacing(16));
        }
        body = body.push(
            row![
                parts::key_action("F5", t("diagnostic.again")),
                parts::key_action("F6", t("diagnostic.sheet")),
                parts::key_action("↑ ↓", t("diagnostic.scroll")),
            ]
            .spacing(16),
        );
        let mut screen = column![container(body).height(Fill).width(Fill).padding(16).style(theme::panel)].spacing(8);
        if let Some(report) = &self.notice {
            screen = screen.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            screen = screen.push(text(said).size(theme::BODY));
        }
        screen.width(Fill).height(Fill).into()
    }
}

/// The quick probes, in a thread of their own.
fn look(office: &Office) -> Diagnosis {
    let (cards, lane) = (snapshot(office), office.workstation());
    doctor::look(&Given {
        data: Data::Open(&lane),
        root: Some(office.root()),
        cards: &cards,
        computer: Some(doctor::computer()),
        place: office.post_place().cloned(),
    })
}

/// The readers as the card lane last read them: it watches them by itself, and tells the desk of every change. A professional's card
/// whose code was given says besides where its holder practises.
fn snapshot(office: &Office) -> Snapshot {
    let read = office.cards().call_within(CARDS_CAP, |desk| {
        desk.ask_activities();
        desk.snapshot()
    });
    read.unwrap_or_else(|_| Snapshot {
        readers: Vec::new(),
        service: Some(CardError::Channel(ChannelError::Mute).report()),
    })
}

fn summary(found: &Diagnosis) -> String {
    let bad = found.probes.iter().filter(|probe| probe.is_bad()).count().to_string();
    let look = found.probes.iter().filter(|probe| probe.report.level == Level::Warning).count().to_string();
    let (count, at) = (found.probes.len().to_string(), clock::paris(found.at).format("%H h %M").to_string());
    with("diagnostic.summary", &[("count", &count), ("bad", &bad), ("look", &look), ("at", &at)])
}

/// One probe: mark and word, what was looked at, whose fault, what happened; and what is safe and to do where it is not in order.
fn line<'a>(probe: &'a Probe) -> Element<'a, Message> {
    let level = probe.report.level;
    let word = match level {
        Level::Ok => t("diagnostic.ok"),
        Level::Warning => t("diagnostic.look"),
        Level::Error | Level::Blocking => t("diagnostic.bad"),
    };
    let mark = format!("{} {word}", parts::level_mark(level));
    let mut said: Column<'a, Message> = column![text(&probe.report.message).size(theme::BODY)].spacing(2);
    if level != Level::Ok {
        said = said.push(text(&probe.report.safe).size(theme::NOTE));
        said = said.push(text(&probe.report.action).size(theme::NOTE).font(theme::SEMIBOLD));
    }
    row![
        container(parts::coloured(mark, move |colours| theme::level(colours, level))).width(130),
        container(text(probe.name.label()).size(theme::NOTE).font(theme::SEMIBOLD)).width(190),
        container(parts::faint(probe.origin.label())).width(120),
        said.width(Fill),
    ]
    .spacing(8)
    .into()
}

#[cfg(test)]
mod tests {
    use liasse_core::doctor::Name;
    use liasse_domain::Code;
    use liasse_domain::catalogue::Origin;

    use super::*;

    fn probe(name: Name, code: Code) -> Probe {
        Probe { name, origin: Origin::Reseau, report: Report::new(code, &[]) }
    }

    fn diagnosis(servers: usize) -> Diagnosis {
        let server = Server { name: Name::Sending, host: "localhost".to_owned(), port: 1 };
        Diagnosis {
            v: 1,
            at: "2026-01-15T08:00:00Z".parse().expect("a moment"),
            probes: vec![
                probe(Name::Post, Code("road.poste_incomplete")),
                probe(Name::Approval, Code("doctor.non_agree")),
            ],
            servers: vec![server; servers],
        }
    }

    #[test]
    fn the_quick_probes_show_before_the_servers_have_answered() {
        let mut state = State::default();
        let run = state.begin();
        assert_eq!(state.under_way, Some(Step::Here));
        assert_eq!(state.looked(run, Ok(diagnosis(1))).len(), 1);
        assert_eq!(state.under_way, Some(Step::Servers));
        state.reached(run, Ok(vec![probe(Name::Sending, Code("doctor.serveur_muet"))]));
        let found = state.diagnosis.as_ref().expect("shown");
        assert_eq!((state.under_way, found.probes.len()), (None, 3));
        assert_eq!(found.probes[1].name, Name::Sending);
        assert!(summary(found).contains('3') && summary(found).contains("09 h 00"), "{}", summary(found));
    }

    #[test]
    fn what_a_stopped_run_answers_is_dropped() {
        let mut state = State::default();
        let stopped = state.begin();
        state.dismiss();
        assert!(state.looked(stopped, Ok(diagnosis(1))).is_empty());
        assert!(state.diagnosis.is_none());
        let run = state.begin();
        state.looked(run, Ok(diagnosis(1)));
        state.dismiss();
        state.reached(run, Ok(vec![probe(Name::Sending, Code("doctor.serveur_muet"))]));
        assert_eq!(state.diagnosis.as_ref().map(|found| found.probes.len()), Some(2));
    }

    #[test]
    fn a_run_that_ends_badly_says_so_and_can_be_begun_again() {
        let mut state = State::default();
        let run = state.begin();
        assert!(state.looked(run, Err(Report::new(Code("system.voie_arretee"), &[]))).is_empty());
        assert!(state.notice.is_some() && state.under_way.is_none());
        state.begin();
        assert!(state.notice.is_none());
    }
}
