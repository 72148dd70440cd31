//! A post office that follows a script and looks into the store at every step, as a person pulling the plug would find it.

use std::collections::VecDeque;

use liasse_core::Workstation;
use liasse_core::lane::{Handle, Lane};
use liasse_core::ports::{
    Accepted, FetchError, FetchSummary, Incoming, Letter, OnMessages, Post, SendError, Stop, Verdict,
};
use liasse_domain::{FileIdentifier, Instant, SendPhase};
use liasse_post::Cause;
use liasse_store::AttemptRow;

/// How many messages this mailbox hands over at once.
const GROUP: usize = 2;

/// All phases, in order.
pub const PHASES: [SendPhase; 6] =
    [SendPhase::Connect, SendPhase::Auth, SendPhase::Mail, SendPhase::Rcpt, SendPhase::Data, SendPhase::Dot];

/// What one sending meets.
#[derive(Clone, Copy, Debug)]
pub enum Turn {
    /// The post takes the file.
    Accept,
    /// It fails in that phase.
    Fail(SendPhase, Cause),
    /// The program breaks in that phase.
    Panic(SendPhase),
    /// The database lane ends in that phase: no later phase can be written.
    LaneEnds(SendPhase),
}

/// See the module.
pub struct ScriptPost {
    handle: Handle<Workstation>,
    lane: Option<Lane<Workstation>>,
    /// What the next sendings meet; the post accepts when nothing more is written.
    pub turns: VecDeque<Turn>,
    /// What the mailbox holds: unique names and messages.
    pub mailbox: Vec<(String, Vec<u8>)>,
    /// How many messages one session looks at.
    pub session: usize,
    /// Whether the server lets go of what is deleted.
    pub confirms: bool,
    /// Every fetching fails so.
    pub fetch_fails: Option<Cause>,
    /// The database lane ends before the next message is handed over.
    pub lane_ends_at_message: bool,
    /// What happened, in order: `fetch`, or the recipient of a sending.
    pub log: Vec<String>,
    /// What left, whole.
    pub letters: Vec<Letter>,
}

impl ScriptPost {
    /// A post that accepts everything and holds nothing, for a workstation in this lane.
    pub fn new(lane: Lane<Workstation>) -> Self {
        Self {
            handle: lane.handle(),
            lane: Some(lane),
            turns: VecDeque::new(),
            mailbox: Vec::new(),
            session: usize::MAX,
            confirms: true,
            fetch_fails: None,
            lane_ends_at_message: false,
            log: Vec::new(),
            letters: Vec::new(),
        }
    }

    /// The workstation.
    pub fn handle(&self) -> Handle<Workstation> {
        self.handle.clone()
    }

    /// The names still in the mailbox.
    pub fn names(&self) -> Vec<&str> {
        self.mailbox.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The only try that runs.
    fn running(&self) -> AttemptRow {
        let open = |workstation: &mut Workstation| {
            let store = workstation.store();
            let lots: Vec<FileIdentifier> = store.lots().expect("read").iter().map(|lot| lot.name.file).collect();
            let rows = lots.into_iter().filter_map(|lot| store.lot(lot).expect("read"));
            rows.flat_map(|row| row.attempts).filter(|attempt| attempt.outcome.is_none()).collect::<Vec<_>>()
        };
        let mut running = self.handle.call(open).expect("the lane lives");
        assert_eq!(running.len(), 1, "one sending at a time");
        running.remove(0)
    }

    fn now(&self) -> Instant {
        self.handle.call(|workstation| workstation.now()).expect("the lane lives")
    }
}

impl Post for ScriptPost {
    fn send(
        &mut self,
        letter: &Letter,
        on_phase: &mut dyn FnMut(SendPhase) -> Result<(), Stop>,
    ) -> Result<Accepted, SendError> {
        self.log.push(letter.to.clone());
        let turn = self.turns.pop_front().unwrap_or(Turn::Accept);
        let mut before = SendPhase::Connect;
        for phase in PHASES {
            // As the real post: a step that may not be taken is not, and the error bears the phase before.
            on_phase(phase).map_err(|Stop| SendError { phase: before, cause: Cause::Stopped })?;
            let running = self.running();
            assert_eq!((running.phase, running.phase_at), (Some(phase), Some(self.now())), "on disk before the step");
            before = phase;
            match turn {
                Turn::Fail(at, cause) if at == phase => return Err(SendError { phase, cause }),
                Turn::Panic(at) if at == phase => panic!("expected by this test"),
                Turn::LaneEnds(at) if at == phase => drop(self.lane.take()),
                _ => {}
            }
            if self.lane.is_none() {
                let next = PHASES.into_iter().find(|next| *next > phase);
                return match next.map(&mut *on_phase) {
                    Some(Ok(())) => panic!("a step was allowed that is not on disk"),
                    _ => Err(SendError { phase, cause: Cause::Stopped }),
                };
            }
        }
        self.letters.push(letter.clone());
        Ok(Accepted { reply: "250 2.0.0 Ok: queued as 4F1".to_owned() })
    }

    fn fetch(
        &mut self,
        known: &mut dyn FnMut(&str) -> Verdict,
        on_messages: &mut OnMessages<'_>,
    ) -> Result<FetchSummary, FetchError> {
        self.log.push("fetch".to_owned());
        if let Some(cause) = self.fetch_fails {
            return Err(FetchError { cause });
        }
        let mut summary = FetchSummary { confirmed: self.confirms, ..FetchSummary::default() };
        let mut kept = Vec::new();
        let mailbox = self.mailbox.clone();
        let (looked_at, left) = mailbox.split_at(self.session.min(mailbox.len()));
        summary.left = left.len();
        for group in looked_at.chunks(GROUP) {
            for (uidl, _) in group {
                assert_eq!(known(uidl), Verdict::Fetch, "a name alone never deletes");
            }
            if self.lane_ends_at_message {
                drop(self.lane.take());
            }
            let incoming: Vec<_> = group.iter().map(|(uidl, bytes)| Incoming { uidl, bytes }).collect();
            let verdicts = on_messages(&incoming).map_err(|Stop| FetchError { cause: Cause::Stopped })?;
            assert_eq!(verdicts.len(), group.len());
            summary.read += group.len();
            for ((uidl, bytes), verdict) in group.iter().zip(verdicts) {
                if verdict == Verdict::Delete {
                    let wanted = bytes.clone();
                    let on_disk = self.handle.call(move |workstation| {
                        let store = workstation.store();
                        let rows = store.returns().expect("read");
                        rows.iter().any(|row| store.return_raw(row.id).expect("read").as_ref() == Some(&wanted))
                    });
                    assert!(on_disk.expect("the lane lives"), "on disk, byte for byte, before it is deleted");
                    summary.deleted += 1;
                    if self.confirms {
                        continue;
                    }
                }
                kept.push((uidl.clone(), bytes.clone()));
            }
        }
        kept.extend_from_slice(left);
        self.mailbox = kept;
        Ok(summary)
    }
}
