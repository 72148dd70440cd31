//! Clés et sauvegardes: how the ways in stand, where backups lie, when the last one and its drill were made and what they said; a
//! backup or a drill now. What a backup is: `core::backup`. What changes a way in is a dialog of its own (`screen::keys`).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use iced::widget::{Column, column, row, text};
use iced::{Element, Task};
use liasse_core::backup::{Made, Pace, Progress, Source, Standing};
use liasse_core::desk::SignedIn;
use liasse_core::keys::{KeyError, Part, WayState, Ways};
use liasse_core::office::Office;
use liasse_domain::{Code, Coded, Instant, Report, clock};

use super::view::fact;
use crate::ask::{reported, told};
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// The keys and the backups as they stand.
#[derive(Clone, Debug)]
pub struct Facts {
    /// How the ways in stand; none in the demonstration, whose key is declared.
    pub ways: Option<Result<Ways, Report>>,
    /// How the backups stand.
    pub standing: Standing,
    /// What is to be said of them.
    pub warnings: Vec<Report>,
}

impl Facts {
    /// Of an open practice.
    pub fn of(ways: Result<Ways, KeyError>, real: bool, standing: Standing, now: Instant) -> Self {
        let warnings = standing.warnings(now);
        Self { ways: real.then(|| ways.map_err(|error| error.report())), standing, warnings }
    }

    /// Whether the keyring is a way in.
    pub fn is_trusted(&self) -> bool {
        matches!(&self.ways, Some(Ok(ways)) if ways.of(Part::Keyring) != WayState::Absent)
    }
}

/// What is under way, and what was said last.
#[derive(Default)]
pub struct State {
    running: Option<Running>,
    said: Option<String>,
    refused: Option<Report>,
}

/// Something that takes a while.
enum Running {
    /// A backup: how far it is, and what stops it.
    Backup(u64, Arc<AtomicBool>),
    /// A drill.
    Drill,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Message {
    /// A backup is to be made now.
    BackUp,
    /// So many hundredths of it are copied.
    Copied(u64),
    /// It is made, or not.
    Made(Box<Result<Made, Report>>),
    /// The last backup is to be opened and compared.
    Drill,
    /// It is: what was compared, or why it does not stand.
    Drilled(Result<(String, u64), Report>),
}

impl State {
    /// Takes the messages away.
    pub fn dismiss(&mut self) {
        (self.said, self.refused) = (None, None);
    }

    /// Whether a backup or a drill is under way.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Stops a backup that is being made: whether one was.
    pub fn stop(&mut self) -> bool {
        match &self.running {
            Some(Running::Backup(_, stop)) => !stop.swap(true, Ordering::SeqCst),
            _ => false,
        }
    }

    /// Takes a message in; whether something ended, so that how it stands is to be read again.
    pub fn update(&mut self, office: &Office, signed_in: Option<&SignedIn>, message: Message) -> (Task<Message>, bool) {
        match message {
            Message::BackUp | Message::Drill if self.running.is_some() => {}
            Message::BackUp => return (self.back_up(office, signed_in), false),
            Message::Copied(hundredths) => {
                if let Some(Running::Backup(done, _)) = &mut self.running {
                    *done = hundredths;
                }
            }
            Message::Made(answer) => {
                self.running = None;
                match *answer {
                    Ok(made) => self.said = Some(said(&made)),
                    Err(report) => self.refused = Some(report),
                }
                return (Task::none(), true);
            }
            Message::Drill => {
                self.dismiss();
                self.running = Some(Running::Drill);
                let (source, who) = (Source::of(office), signed_in.cloned());
                let drilled = reported(move || drilled(&source, who.as_ref()));
                return (drilled.map(Message::Drilled), false);
            }
            Message::Drilled(answer) => {
                self.running = None;
                match answer {
                    Ok((name, entries)) => {
                        let values = [("name", &*name), ("entries", &*entries.to_string())];
                        self.said = Some(with("safe.drilled", &values));
                    }
                    Err(report) => self.refused = Some(report),
                }
                return (Task::none(), true);
            }
        }
        (Task::none(), false)
    }

    fn back_up(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        self.dismiss();
        let stop = Arc::new(AtomicBool::new(false));
        self.running = Some(Running::Backup(0, Arc::clone(&stop)));
        let (source, who) = (Source::of(office), signed_in.cloned());
        let ended = Message::Made(Box::new(Err(Report::new(Code("system.voie_arretee"), &[]))));
        told(ended, move |tell| {
            let mut last = 0;
            let mut step = |progress: Progress| {
                if let Progress::Copied { done, total } = progress {
                    let hundredths = done.saturating_mul(100).checked_div(total).unwrap_or(0);
                    // Each word of it has the window drawn again.
                    if hundredths != last {
                        last = hundredths;
                        tell(Message::Copied(hundredths));
                    }
                }
                if stop.load(Ordering::SeqCst) { Pace::Stop } else { Pace::Go }
            };
            let made = source.back_up(None, true, who.as_ref(), &mut step).map_err(|error| error.report());
            tell(Message::Made(Box::new(made)));
        })
    }

    /// The ways in, the backups, what is under way and what was said; `fields` are the settings that are typed.
    pub fn view<'a, M: 'a>(&'a self, facts: &'a Facts, fields: Vec<Element<'a, M>>) -> Column<'a, M> {
        let mut body: Column<'a, M> = column![parts::title(t("safe.keys"))].spacing(8);
        body = match &facts.ways {
            None => body.push(text(t("settings.demo_key")).size(theme::BODY)),
            Some(Err(report)) => body.push(parts::report(report)),
            Some(Ok(ways)) => {
                let all = [
                    (t("safe.way_passphrase"), Part::Passphrase),
                    (t("safe.way_code"), Part::Recovery),
                    (t("safe.way_keyring"), Part::Keyring),
                ];
                let lines = all.into_iter().map(|(label, part)| fact(label, state(ways.of(part))));
                lines.fold(body, |body, line| body.push(line)).push(key_actions(facts.is_trusted()))
            }
        };
        body = body.push(parts::title(t("safe.backups")));
        for warning in &facts.warnings {
            body = body.push(parts::report(warning));
        }
        body =
            body.push(fact(t("safe.last"), last(&facts.standing))).push(fact(t("safe.drill"), drill(&facts.standing)));
        body = match &self.running {
            None => body.push(
                row![parts::key_action("F6", t("safe.back_up")), parts::key_action("F4", t("safe.play_drill"))]
                    .spacing(16),
            ),
            Some(Running::Backup(done, _)) => body.push(
                row![
                    text(with("safe.copying", &[("done", &done.to_string())])).size(theme::BODY),
                    parts::key_action("Échap", t("safe.stop")),
                ]
                .spacing(16),
            ),
            Some(Running::Drill) => body.push(text(t("safe.drilling")).size(theme::BODY)),
        };
        if let Some(said) = &self.said {
            body = body.push(parts::coloured(format!("✓ {said}"), |c| c.good));
        }
        if let Some(report) = &self.refused {
            body = body.push(parts::report(report));
        }
        fields.into_iter().fold(body, |body, field| body.push(field))
    }
}

/// The keys of this section and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![
        ("F6", t("safe.back_up")),
        ("F4", t("safe.play_drill")),
        ("F5", t("safe.passphrase")),
        ("F8", t("safe.code")),
        ("F12", t("safe.keyring")),
        ("Ctrl D", t("safe.rekey")),
    ]
}

fn state(state: WayState) -> String {
    match state {
        WayState::Whole => format!("✓ {}", t("safe.whole")),
        WayState::Damaged => format!("× {}", t("safe.damaged")),
        WayState::Absent => format!("– {}", t("safe.absent")),
    }
}

fn key_actions<'a, M: 'a>(trusted: bool) -> Element<'a, M> {
    let keyring = if trusted { t("safe.leave") } else { t("safe.trust") };
    row![
        parts::key_action("F5", t("safe.passphrase")),
        parts::key_action("F8", t("safe.code")),
        parts::key_action("F12", keyring),
        parts::key_action("Ctrl D", t("safe.rekey")),
    ]
    .spacing(16)
    .wrap()
    .into()
}

fn moment(at: Instant) -> String {
    clock::paris(at).format("%d/%m/%Y à %H h %M").to_string()
}

/// The last backup, in words.
fn last(standing: &Standing) -> String {
    match &standing.last {
        Some(last) => with("safe.made_at", &[("at", &moment(last.at)), ("name", &last.name)]),
        None => t("safe.never").to_owned(),
    }
}

/// The last drill, and what it said.
fn drill(standing: &Standing) -> String {
    let Some(drill) = &standing.drill else { return t("safe.never").to_owned() };
    let said = match &drill.code {
        None => format!("✓ {}", t("safe.stands")),
        Some(code) => format!("× {code}"),
    };
    with("safe.drilled_at", &[("at", &moment(drill.at)), ("said", &said)])
}

/// Where the backup lies, and what was taken away for it.
fn said(made: &Made) -> String {
    let folder = shown(&made.folder);
    let values = [("folder", &*folder), ("entries", &*made.checked.journal_seq.to_string())];
    let mut words = with("safe.made", &values);
    if !made.gone.is_empty() {
        words = format!("{words} {}", with("safe.gone", &[("count", &made.gone.len().to_string())]));
    }
    words
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Plays the drill: the backup's name and how many entries its journal has, or why it does not stand.
fn drilled(source: &Source, who: Option<&SignedIn>) -> Result<(String, u64), Report> {
    let drilled = source.drill(None, who).map_err(|error| error.report())?;
    match drilled.fault() {
        Some(fault) => Err(fault.report()),
        None => Ok((drilled.backup.name.clone(), drilled.checked.journal_seq)),
    }
}
