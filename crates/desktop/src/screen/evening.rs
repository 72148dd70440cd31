//! Clôture du soir: one page. Before the key it says what would be done; after it, what was done, sent, received and what is
//! left. What is done is decided in `liasse_core::evening`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use iced::futures::channel::mpsc;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, container, row, scrollable, text};
use iced::{Element, Fill, Task};
use liasse_core::desk::SignedIn;
use liasse_core::evening::{self, Evening, Plan, Step};
use liasse_core::office::Office;
use liasse_domain::{Centimes, Report};

use crate::ask::{aside, ask};
use crate::screen::radar::category_name;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// The page.
pub struct State {
    /// Which page this is: what an earlier one began tells nothing on this one.
    page: u64,
    stage: Stage,
    notice: Option<Report>,
}

enum Stage {
    /// What would be done is being read, or is read.
    Before(Option<Plan>),
    /// It is being done.
    Going { step: Step, stop: Arc<AtomicBool> },
    /// It is done.
    After(Box<Evening>),
}

/// What happens on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// What would be done was read.
    Planned(u64, Result<Plan, Report>),
    /// Does it.
    Begin,
    /// A step was begun.
    Step(u64, Step),
    /// It is done, or could not be.
    Done(u64, Box<Result<Evening, Report>>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// The ledger changed; whether the post was reached, where it was tried.
    LedgerChanged(Option<bool>),
}

impl State {
    /// The page, and the reading of what would be done.
    pub fn open(office: &Office, signed_in: &SignedIn, page: u64) -> (Self, Task<Message>) {
        let person = signed_in.clone();
        let read = ask(&office.workstation(), move |ws| ws.evening_plan(&person));
        let read = read.map(move |plan| Message::Planned(page, plan));
        (Self { page, stage: Stage::Before(None), notice: None }, read)
    }

    /// Whether something is being done that Escape stops and does not hide.
    pub fn is_going(&self) -> bool {
        matches!(self.stage, Stage::Going { .. })
    }

    /// Stops before the next step; what is done stays done.
    pub fn stop(&self) {
        if let Stage::Going { stop, .. } = &self.stage {
            stop.store(true, Ordering::Relaxed);
        }
    }

    /// The message of a key.
    pub fn key(&self, key: &Key) -> Option<Message> {
        let ready = matches!(self.stage, Stage::Before(Some(_)));
        (ready && matches!(key, Key::Named(Named::F12))).then_some(Message::Begin)
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Planned(page, _) | Message::Step(page, _) | Message::Done(page, _) if page != self.page => {}
            Message::Planned(_, Ok(plan)) if matches!(self.stage, Stage::Before(_)) => {
                self.stage = Stage::Before(Some(plan));
            }
            Message::Planned(_, Ok(_)) => {}
            Message::Planned(_, Err(report)) => self.notice = Some(report),
            Message::Begin => return self.begin(office, signed_in),
            Message::Step(_, step) => {
                if let Stage::Going { step: shown, .. } = &mut self.stage {
                    *shown = step;
                }
            }
            Message::Done(_, answer) => {
                let tried = Result::as_ref(&answer).ok().and_then(|evening| evening.reached);
                match *answer {
                    Ok(evening) => self.stage = Stage::After(Box::new(evening)),
                    Err(report) => {
                        self.stage = Stage::Before(None);
                        self.notice = Some(report);
                    }
                }
                return Action::LedgerChanged(tried);
            }
        }
        Action::None
    }

    fn begin(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>) -> Action {
        let (Some(person), Stage::Before(Some(_))) = (signed_in.cloned(), &self.stage) else { return Action::None };
        let stop = Arc::new(AtomicBool::new(false));
        self.stage = Stage::Going { step: Step::Signing(0, 0), stop: Arc::clone(&stop) };
        let (lane, cards, post) = (office.workstation(), office.cards(), office.post());
        let (sender, receiver) = mpsc::unbounded();
        let page = self.page;
        let done = aside(move || {
            evening::close(&lane, &cards, &post, &person, &mut |step| {
                // A window that has closed no longer counts.
                drop(sender.unbounded_send(Message::Step(page, step)));
                !stop.load(Ordering::Relaxed)
            })
        });
        Action::Run(Task::batch([
            Task::stream(receiver),
            done.map(move |answer| Message::Done(page, Box::new(answer))),
        ]))
    }

    /// The page over a veil.
    pub fn view(&self) -> Element<'_, Message> {
        let mut body = column![parts::title(t("evening.title"))].spacing(12);
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        body = body.push(match &self.stage {
            Stage::Before(None) if self.notice.is_some() => parts::key_action("Échap", t("evening.leave")),
            Stage::Before(None) => text(t("evening.reading")).size(theme::BODY).into(),
            Stage::Before(Some(plan)) => before(plan),
            Stage::Going { step, .. } => {
                column![text(going(*step)).size(theme::BODY), parts::key_action("Échap", t("evening.stop"))]
                    .spacing(12)
                    .into()
            }
            Stage::After(evening) => after(evening),
        });
        let page = container(scrollable(body)).width(720).padding(32).style(theme::panel);
        container(page).center(Fill).style(theme::veil).into()
    }
}

impl Drop for State {
    /// A page that goes, with the card or with its person, goes on with nothing.
    fn drop(&mut self) {
        self.stop();
    }
}

fn before(plan: &Plan) -> Element<'_, Message> {
    let (count, total) = (plan.to_sign.0.to_string(), plan.to_sign.1.to_string());
    let mut body = column![
        text(with("evening.to_sign", &[("count", &count), ("total", &total)])).size(theme::BODY),
        text(with("evening.to_lot", &[("count", &plan.to_lot.to_string())])).size(theme::BODY),
        text(t("evening.to_send")).size(theme::BODY),
    ]
    .spacing(8);
    if let Some(received) = plan.receipts {
        body = body.push(if plan.closed {
            text(t("evening.closed_before")).size(theme::BODY)
        } else {
            text(with("evening.to_close", &[("amount", &received.to_string())])).size(theme::BODY)
        });
        if !plan.closed {
            body = body.push(parts::faint(t("evening.counter_entry")));
        }
    }
    if plan.to_look_at > 0 {
        let words = with("evening.to_look_at", &[("count", &plan.to_look_at.to_string())]);
        body = body.push(parts::coloured(format!("? {words}"), |c| c.amber));
    }
    let keys = row![parts::key_action("F12", t("evening.begin")), parts::key_action("Échap", t("evening.leave"))];
    body.push(keys.spacing(24)).into()
}

fn going(step: Step) -> String {
    match step {
        Step::Signing(done, of) => with("evening.signing", &[("done", &done.to_string()), ("of", &of.to_string())]),
        Step::Lots => t("evening.lots").to_owned(),
        Step::Sending => t("evening.sending").to_owned(),
        Step::Receipts => t("evening.closing").to_owned(),
    }
}

fn after(evening: &Evening) -> Element<'_, Message> {
    let head = |words: &'static str| text(words).size(theme::BODY).font(theme::SEMIBOLD);
    let day = evening.day.format("%d/%m/%Y").to_string();
    let (signed, lots) = (evening.signed.to_string(), evening.lots.to_string());
    let mut body = column![
        parts::faint(with("evening.of_day", &[("day", &day)])),
        head(t("evening.done")),
        text(with("evening.signed", &[("signed", &signed), ("lots", &lots)])).size(theme::BODY),
        head(t("evening.sent_title")),
        text(with("evening.sent", &[("count", &evening.sent.to_string())])).size(theme::BODY),
    ]
    .spacing(8);
    if evening.unconfirmed > 0 {
        let words = with("evening.unconfirmed", &[("count", &evening.unconfirmed.to_string())]);
        body = body.push(parts::coloured(format!("? {words}"), |c| c.amber));
    }
    if let Some(receipts) = &evening.receipts {
        body = body.push(head(t("evening.received")));
        for total in &receipts.modes {
            body = body.push(parts::amount_row(total.mode.label(), total.total_cents, false));
        }
        body = body.push(parts::amount_row(t("receipts.total"), receipts.total, true));
        if receipts.closed {
            body = body.push(parts::coloured(format!("✓ {}", t("receipts.closed")), |c| c.good));
        }
    }
    body = body.push(head(t("evening.left")));
    if evening.to_look_at > 0 {
        let words = with("evening.look_at", &[("count", &evening.to_look_at.to_string())]);
        body = body.push(parts::coloured(format!("? {words}"), |c| c.amber));
    }
    for (category, count, total) in &evening.left {
        let total = if *total == Centimes::ZERO { String::new() } else { format!(" · {total}") };
        body = body.push(text(format!("{} : {count}{total}", category_name(*category))).size(theme::BODY));
    }
    if evening.left.is_empty() && evening.to_look_at == 0 {
        body = body.push(parts::coloured(format!("✓ {}", t("evening.nothing_left")), |c| c.good));
    }
    body = body.push(parts::faint(evening.returns_read_until.map_or_else(
        || t("lots.never_read").to_owned(),
        |at| {
            let until = liasse_domain::clock::paris(at).format("%d/%m/%Y %H h %M").to_string();
            with("evening.read_until", &[("until", &until)])
        },
    )));
    for report in &evening.obstacles {
        body = body.push(parts::report(report));
    }
    body = body.push(text(t("evening.take_card")).size(theme::TITLE).font(theme::SEMIBOLD));
    body.push(parts::key_action("Échap", t("evening.leave"))).into()
}
