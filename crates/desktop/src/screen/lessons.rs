//! The panel of a lesson, at the right of every screen while it runs: its steps, what to do now and why, what is missing. Begun and
//! left from the tray. What is done is read in the practice (`liasse_demo::lessons`), never told by a screen.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use iced::widget::{column, container, row, scrollable, text};
use iced::{Element, Fill, Task};
use liasse_core::desk::SignedIn;
use liasse_demo::lessons::{Facts, LESSONS, Lesson, Progress};
use liasse_demo::{Office, Tray};
use liasse_domain::{Coded, Report};

use crate::ask::{ask, reported};
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// The lesson that runs, if any. It lives as long as the window, whatever screen is shown, and is written nowhere.
pub struct State {
    tray: Tray,
    run: Option<Run>,
    /// Counts beginnings, so that what was read for an earlier one is not taken for this one.
    count: u64,
    notice: Option<Report>,
}

struct Run {
    began: Stopwatch,
    progress: Progress,
    facts: Facts,
}

/// What happens to it.
#[derive(Clone, Debug)]
pub enum Message {
    /// The lesson of that number is to begin.
    Begin(usize),
    /// Its world is prepared, or not.
    Begun(u64, Box<Result<Progress, Report>>),
    /// What is so in the practice was read.
    Read(u64, Box<Result<Facts, Report>>),
    /// The lesson is left.
    End,
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Run a task; the clock may have moved, and the world changed: everything is to be looked at again.
    WorldChanged(Task<Message>),
}

/// The lessons that are offered, each with its title and what it is about.
pub fn offered() -> impl Iterator<Item = (&'static str, &'static str)> {
    LESSONS.iter().map(|lesson| (lesson.title(), lesson.about()))
}

impl State {
    /// No lesson runs.
    pub fn new(tray: Tray) -> Self {
        Self { tray, run: None, count: 0, notice: None }
    }

    /// Takes the message of the panel away.
    pub fn dismiss(&mut self) {
        self.notice = None;
    }

    /// Reads what is so in the practice, after a change of the ledger, of the cards or of the clock.
    pub fn refresh(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let Some(run) = &self.run else { return Task::none() };
        let (since, count) = (run.progress.since(), self.count);
        let (person, patient) = (signed_in.cloned(), self.tray.holds_a_patients_card());
        let read = ask(&office.workstation(), move |ws| Facts::gather(ws, since, person.as_ref(), patient));
        read.map(move |answer| Message::Read(count, Box::new(answer)))
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Begin(index) => match LESSONS.get(index).copied() {
                Some(lesson) => self.begin(office, lesson),
                None => Action::None,
            },
            Message::Begun(count, answer) if count == self.count => match *answer {
                Ok(progress) => {
                    self.run = Some(Run { began: Stopwatch::now(), progress, facts: Facts::default() });
                    Action::WorldChanged(self.refresh(office, signed_in))
                }
                Err(report) => {
                    self.notice = Some(report);
                    Action::None
                }
            },
            Message::Begun(_, answer) => {
                // Another one was begun, or it was left, before its world was ready.
                if let Ok(progress) = *answer {
                    progress.end(office);
                }
                Action::None
            }
            Message::Read(count, answer) => {
                if count == self.count {
                    self.read(*answer);
                }
                Action::None
            }
            Message::End => {
                self.leave(office);
                Action::None
            }
        }
    }

    fn begin(&mut self, office: &Arc<Office>, lesson: &'static Lesson) -> Action {
        self.leave(office);
        let (count, preparing) = (self.count, Arc::clone(office));
        let begun = reported(move || lesson.begin(&preparing).map_err(|error| error.report()));
        Action::Run(begun.map(move |answer| Message::Begun(count, Box::new(answer))))
    }

    fn read(&mut self, answer: Result<Facts, Report>) {
        match (answer, &mut self.run) {
            (Ok(facts), Some(run)) => {
                run.progress.look(&facts);
                run.facts = facts;
            }
            (Err(report), _) => self.notice = Some(report),
            (Ok(_), None) => {}
        }
    }

    fn leave(&mut self, office: &Office) {
        if let Some(run) = self.run.take() {
            run.progress.end(office);
        }
        self.count += 1;
        self.notice = None;
    }

    /// The panel; none while no lesson runs and nothing is to be said.
    pub fn panel(&self) -> Option<Element<'_, Message>> {
        if self.run.is_none() && self.notice.is_none() {
            return None;
        }
        let mut body = column![].spacing(12);
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(run) = &self.run {
            body = body.push(run.view());
        }
        Some(
            container(scrollable(container(body).padding(iced::Padding::default().right(16))))
                .width(300)
                .height(Fill)
                .padding(12)
                .style(theme::panel)
                .into(),
        )
    }
}

impl Run {
    fn view(&self) -> Element<'_, Message> {
        let lesson = self.progress.lesson();
        let minutes = (self.began.elapsed().as_secs() / 60).to_string();
        let mut body = column![
            parts::title(lesson.title()),
            parts::faint(lesson.about()),
            parts::faint(with("lesson.minutes", &[("minutes", &minutes)])),
        ]
        .spacing(8);
        for (index, step) in lesson.steps().iter().enumerate() {
            body = body.push(line(step.title(), index, self.progress.done()));
        }
        body = match self.progress.current() {
            Some(step) => body
                .push(text(step.does()).size(theme::BODY).font(theme::SEMIBOLD))
                .push(text(step.why()).size(theme::NOTE))
                .push(parts::coloured(format!("? {}", step.missing(&self.facts)), |c| c.amber)),
            None => body.push(parts::coloured(format!("✓ {}", t("lesson.over")), |c| c.good)),
        };
        body.push(parts::key_action("F10 · → · Suppr", t("lesson.leave"))).into()
    }
}

/// One step: a mark, a word and its title.
fn line<'a>(title: &'a str, index: usize, done: usize) -> Element<'a, Message> {
    let (mark, state, font) = match index.cmp(&done) {
        std::cmp::Ordering::Less => ("✓", t("lesson.done"), theme::REGULAR),
        std::cmp::Ordering::Equal => ("→", t("lesson.now"), theme::SEMIBOLD),
        // The open circle is not in the embedded family.
        std::cmp::Ordering::Greater => ("·", t("lesson.later"), theme::REGULAR),
    };
    row![
        text(mark).size(theme::NOTE).width(16),
        text(title).size(theme::NOTE).font(font).width(Fill),
        parts::faint(state),
    ]
    .spacing(4)
    .into()
}
