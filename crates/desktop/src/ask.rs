//! Asking a lane from the window: the answer arrives as a message, the executor never blocks.

use std::hash::{Hash, Hasher};

use iced::futures::channel::{mpsc, oneshot};
use iced::futures::{SinkExt, Stream, StreamExt};
use iced::{Subscription, Task, stream};
use liasse_core::CoreError;
use liasse_core::cards::{CardDesk, Snapshot};
use liasse_core::lane::{Handle, LaneEnded};
use liasse_domain::{Coded, Report};

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

struct Feed {
    cards: Handle<CardDesk>,
}

impl Hash for Feed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // One card lane a program: the feed is the same whatever handle it was made from.
        "cards".hash(state);
    }
}

/// Every change in the readers, and once the present state.
pub fn card_changes(cards: &Handle<CardDesk>) -> Subscription<Snapshot> {
    Subscription::run_with(Feed { cards: cards.clone() }, changes)
}

fn changes(feed: &Feed) -> impl Stream<Item = Snapshot> + use<> {
    let (sender, mut receiver) = mpsc::unbounded();
    let subscribed = feed.cards.post(move |desk| {
        desk.subscribe(Box::new(move |snapshot| {
            // A closed window has no receiver any more.
            drop(sender.unbounded_send(snapshot.clone()));
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
