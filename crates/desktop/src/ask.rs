//! Asking a lane from the window: the answer arrives as a message, the executor never blocks.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use iced::futures::channel::{mpsc, oneshot};
use iced::futures::{SinkExt, Stream, StreamExt};
use iced::{Subscription, Task, stream};
use liasse_core::CoreError;
use liasse_core::cards::{CardDesk, Snapshot};
use liasse_core::lane::{Handle, LaneEnded};
use liasse_core::ports::Clock;
use liasse_domain::{Coded, Instant, Report};

/// Has `job` run in a lane; its answer comes back as `Ok`, a lane that has ended as its report.
pub fn ask<T: 'static, R: Send + 'static>(
    lane: &Handle<T>,
    job: impl FnOnce(&mut T) -> Result<R, CoreError> + Send + 'static,
) -> Task<Result<R, Report>> {
    let (answer, wait) = oneshot::channel();
    let asked = lane.post(move |resident| {
        // The window may have closed meanwhile: then nobody waits.
        drop(answer.send(job(resident).map_err(|error| error.report())));
    });
    Task::future(async move {
        match asked {
            Ok(()) => wait.await.unwrap_or_else(|_| Err(LaneEnded.report())),
            Err(ended) => Err(ended.report()),
        }
    })
}

/// Runs a gesture that waits for several lanes, on a thread of its own.
pub fn aside<R: Send + 'static>(
    gesture: impl FnOnce() -> Result<R, CoreError> + Send + 'static,
) -> Task<Result<R, Report>> {
    reported(move || gesture().map_err(|error| error.report()))
}

/// The same of one that tells its own reports.
pub fn reported<R: Send + 'static>(
    gesture: impl FnOnce() -> Result<R, Report> + Send + 'static,
) -> Task<Result<R, Report>> {
    judged(gesture)
}

/// The same of one with an error of its own.
pub fn judged<R: Send + 'static, E: From<Report> + Send + 'static>(
    gesture: impl FnOnce() -> Result<R, E> + Send + 'static,
) -> Task<Result<R, E>> {
    let (answer, wait) = oneshot::channel();
    let started = std::thread::Builder::new().name("liasse-geste".to_owned()).spawn(move || {
        // The window may have closed meanwhile: then nobody waits.
        drop(answer.send(gesture()));
    });
    Task::future(async move {
        match started {
            Ok(_) => wait.await.unwrap_or_else(|_| Err(LaneEnded.report().into())),
            Err(_) => Err(LaneEnded.report().into()),
        }
    })
}

/// A gesture on a thread of its own that tells how far it is: its messages come in their order. `ended` where there is no thread.
pub fn told<M: Send + 'static>(ended: M, gesture: impl FnOnce(&mut dyn FnMut(M)) + Send + 'static) -> Task<M> {
    let (sender, receiver) = mpsc::unbounded();
    let started = std::thread::Builder::new().name("liasse-geste".to_owned()).spawn(move || {
        // The window may have closed meanwhile: then nobody listens.
        gesture(&mut |message| drop(sender.unbounded_send(message)));
    });
    match started {
        Ok(_) => Task::stream(receiver),
        Err(_) => Task::done(ended),
    }
}

struct Feed {
    cards: Handle<CardDesk>,
    clock: Arc<dyn Clock>,
}

impl Hash for Feed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // One card lane a program: the feed is the same whatever handle it was made from.
        "cards".hash(state);
    }
}

/// Every change in the readers with its moment, and once the present state.
pub fn card_changes(cards: &Handle<CardDesk>, clock: &Arc<dyn Clock>) -> Subscription<(Snapshot, Instant)> {
    Subscription::run_with(Feed { cards: cards.clone(), clock: Arc::clone(clock) }, changes)
}

fn changes(feed: &Feed) -> impl Stream<Item = (Snapshot, Instant)> + use<> {
    let clock = Arc::clone(&feed.clock);
    let (sender, mut receiver) = mpsc::unbounded();
    let subscribed = feed.cards.post(move |desk| {
        desk.subscribe(Box::new(move |snapshot| {
            // A closed window has no receiver any more.
            drop(sender.unbounded_send((snapshot.clone(), clock.now())));
        }));
    });
    stream::channel(16, async move |mut output| {
        if subscribed.is_err() {
            return;
        }
        while let Some(snapshot) = receiver.next().await {
            if output.send(snapshot).await.is_err() {
                return;
            }
        }
    })
}
