//! Opening a data directory: servers and a store, on a thread of its own, so that the window stays alive.

use std::path::PathBuf;
use std::sync::Arc;

use iced::Task;
use liasse_core::ports::Clock;
use liasse_core::schedule::Schedule;
use liasse_core::settings::Appearance;
use liasse_demo::{Office, Opening, Tray};
use liasse_domain::{Coded, Instant};

use super::Message;

/// What opening gives, in a message that must be cloneable.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) office: Arc<Office>,
    pub(super) tray: Tray,
    pub(super) now: Instant,
    pub(super) schedule: Schedule,
    pub(super) appearance: Appearance,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened(…)")
    }
}

pub(super) fn open(root: PathBuf) -> Task<Message> {
    let (answer, wait) = iced::futures::channel::oneshot::channel();
    // Opening starts servers and a store: a thread of its own, so that the window stays alive.
    let spawned = std::thread::Builder::new().name("liasse-ouverture".to_owned()).spawn(move || {
        let tray = Tray::for_window().with_cards_of(&root);
        let opened = Office::open(&root, Box::new(tray.clone()), Opening::default())
            .map_err(|error| error.report())
            .and_then(|office| {
                let schedule = office.workstation().call(|ws| ws.schedule()).map_err(|ended| ended.report())?;
                let schedule = schedule.map_err(|error| error.report())?;
                let appearance = office.workstation().call(|ws| ws.appearance()).map_err(|ended| ended.report())?;
                let appearance = appearance.map_err(|error| error.report())?;
                Ok(Opened { now: office.clock().now(), office: Arc::new(office), tray, schedule, appearance })
            });
        drop(answer.send(opened));
    });
    let ended = || liasse_core::lane::LaneEnded.report();
    Task::future(async move {
        Message::Opened(match spawned {
            Ok(_) => wait.await.unwrap_or_else(|_| Err(ended())),
            Err(_) => Err(ended()),
        })
    })
}
