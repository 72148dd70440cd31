//! A lane: one thread that owns one thing (the database, the readers) and runs what is asked of it, in order.
//! Not a pool: order is the point. The window subscribes to results, command lines wait for them.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

type Job<T> = Box<dyn FnOnce(&mut T) + Send>;

enum Order<T> {
    Run(Job<T>),
    Stop,
}
type Waker = Arc<dyn Fn() + Send + Sync>;

/// The lane has ended: its thread is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lane has ended")]
pub struct LaneEnded;

impl liasse_domain::Coded for LaneEnded {
    fn code(&self) -> liasse_domain::Code {
        liasse_domain::Code("system.voie_arretee")
    }
}

/// What a lane does when nothing is asked of it.
pub trait Resident {
    /// Waits for something of its own, until its waker ends it or for a capped while; a plain lane just waits for jobs.
    fn idle(&mut self) -> Idle {
        Idle::Nothing
    }

    /// Wakes `idle` from another thread, where it waits on something else than jobs.
    fn waker(&self) -> Option<Waker> {
        None
    }
}

/// The outcome of [`Resident::idle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// There is nothing to watch: block until the next job.
    Nothing,
    /// It watched for a while: look for jobs, then watch again.
    Watched,
    /// Watching is impossible for now: look again after a pause.
    Pause(Duration),
}

/// The owner of a lane's thread. Dropping it ends the lane after the jobs already asked for, and waits for that end: a
/// program must not exit while a lane still holds the database.
pub struct Lane<T: 'static> {
    handle: Option<Handle<T>>,
    thread: Option<JoinHandle<()>>,
}

/// A way to ask a lane for something; cheap to clone, usable from any thread.
pub struct Handle<T: 'static> {
    jobs: Sender<Order<T>>,
    waker: Option<Waker>,
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self { jobs: self.jobs.clone(), waker: self.waker.clone() }
    }
}

impl<T: Resident + 'static> Lane<T> {
    /// Starts a thread named `name` which makes its resident and then serves it. An error of `make` comes back here.
    pub fn start<E: Send + 'static>(
        name: &str,
        make: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<Self, StartError<E>> {
        let (jobs, queue) = mpsc::channel::<Order<T>>();
        let (ready, made) = mpsc::channel::<Result<Option<Waker>, E>>();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || match make() {
                Ok(mut resident) => {
                    // Nobody waits any more only if the caller itself died.
                    if ready.send(Ok(resident.waker())).is_ok() {
                        serve(&mut resident, &queue);
                    }
                }
                Err(error) => drop(ready.send(Err(error))),
            })
            .map_err(|_| StartError::Thread)?;
        let waker = made.recv().map_err(|_| StartError::Thread)?.map_err(StartError::Resident)?;
        Ok(Self { handle: Some(Handle { jobs, waker }), thread: Some(thread) })
    }

    /// A handle for others.
    pub fn handle(&self) -> Handle<T> {
        match &self.handle {
            Some(handle) => handle.clone(),
            // Only `drop` takes the handle away.
            None => Handle { jobs: mpsc::channel().0, waker: None },
        }
    }
}

/// Why a lane did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError<E> {
    /// The system gave no thread.
    #[error("no thread")]
    Thread,
    /// The resident could not be made.
    #[error("resident")]
    Resident(E),
}

impl<T> Drop for Lane<T> {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            // A lane that has ended already has nobody to tell.
            drop(handle.jobs.send(Order::Stop));
            if let Some(wake) = &handle.waker {
                wake();
            }
        }
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            drop(thread.join());
        }
    }
}

impl<T: 'static> Handle<T> {
    /// Asks for `job` and waits for its answer.
    pub fn call<R: Send + 'static>(&self, job: impl FnOnce(&mut T) -> R + Send + 'static) -> Result<R, LaneEnded> {
        let (answer, wait) = mpsc::sync_channel(1);
        self.post(move |resident| drop(answer.send(job(resident))))?;
        wait.recv().map_err(|_| LaneEnded)
    }

    /// As [`Handle::call`], and gives up after `cap`: the lane goes on, its answer is dropped.
    pub fn call_within<R: Send + 'static>(
        &self,
        cap: Duration,
        job: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, LaneEnded> {
        let (answer, wait) = mpsc::sync_channel(1);
        self.post(move |resident| drop(answer.send(job(resident))))?;
        wait.recv_timeout(cap).map_err(|_| LaneEnded)
    }

    /// Asks for `job` and does not wait.
    pub fn post(&self, job: impl FnOnce(&mut T) + Send + 'static) -> Result<(), LaneEnded> {
        self.jobs.send(Order::Run(Box::new(job))).map_err(|_| LaneEnded)?;
        if let Some(wake) = &self.waker {
            wake();
        }
        Ok(())
    }
}

fn serve<T: Resident>(resident: &mut T, queue: &Receiver<Order<T>>) {
    let mut pause = Duration::ZERO;
    loop {
        match queue.recv_timeout(pause) {
            Ok(Order::Run(job)) => {
                job(resident);
                pause = Duration::ZERO;
                continue;
            }
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        match resident.idle() {
            Idle::Watched => pause = Duration::ZERO,
            Idle::Pause(length) => pause = length,
            Idle::Nothing => match queue.recv() {
                Ok(Order::Run(job)) => job(resident),
                Ok(Order::Stop) | Err(_) => return,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(u32);
    impl Resident for Counter {}

    #[test]
    fn jobs_run_in_order_and_answer() {
        let lane = Lane::start("counter", || Ok::<_, ()>(Counter(0))).expect("lane");
        let handle = lane.handle();
        for _ in 0..10 {
            handle.post(|counter| counter.0 += 1).expect("alive");
        }
        assert_eq!(handle.call(|counter| counter.0), Ok(10));
    }

    #[test]
    fn a_lane_that_cannot_start_says_why() {
        let lane = Lane::<Counter>::start("none", || Err("no database"));
        assert!(matches!(lane, Err(StartError::Resident("no database"))));
    }

    #[test]
    fn dropping_a_lane_waits_for_its_end_even_while_handles_live() {
        struct Flag(std::sync::Arc<std::sync::atomic::AtomicBool>);
        impl Resident for Flag {}
        impl Drop for Flag {
            fn drop(&mut self) {
                self.0.store(true, std::sync::atomic::Ordering::SeqCst);
            }
        }
        let ended = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let flag = Flag(std::sync::Arc::clone(&ended));
        let lane = Lane::start("flag", move || Ok::<_, ()>(flag)).expect("lane");
        let handle = lane.handle();
        drop(lane);
        assert!(ended.load(std::sync::atomic::Ordering::SeqCst), "the resident is gone");
        assert_eq!(handle.call(|_| ()), Err(LaneEnded));
    }

    struct Panicking;
    impl Resident for Panicking {}

    #[test]
    fn a_dead_lane_is_an_error_not_a_hang() {
        let lane = Lane::start("panicking", || Ok::<_, ()>(Panicking)).expect("lane");
        let handle = lane.handle();
        let answer: Result<(), LaneEnded> = handle.call(|_| panic!("expected by this test"));
        assert_eq!(answer, Err(LaneEnded));
        assert_eq!(handle.call(|_| ()), Err(LaneEnded));
    }
}
