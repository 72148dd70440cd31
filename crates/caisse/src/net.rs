//! The listening sockets of the simulated caisse: SMTP with STARTTLS and POP3 inside TLS, one thread a connection.
//! Not the protocols (`smtp_session`, `pop3_session`) nor the decisions (`office`): it carries bytes between them.
//! Loopback only, bounded in connections and time; no other crate of the house listens.

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::held::{Held, Hold};
use crate::office::Office;
use crate::pop3_session::{self, Login, Pop3Session};
use crate::smtp_session::{self, SmtpSession};

/// What the threads of a caisse share.
pub(crate) struct Shared {
    /// The caisse, until it stops.
    office: Mutex<Option<Office>>,
    tls: Arc<ServerConfig>,
    held: Held,
    stopping: AtomicBool,
    cut: AtomicBool,
    connections: AtomicUsize,
    open_mailboxes: Mutex<HashSet<String>>,
}

/// The longest mail: the public envelope's own bound is 20 MB a part.
pub(crate) const MAX_MAIL: usize = 30_000_000;
const MAX_CONNECTIONS: usize = 64;
/// How often a waiting thread looks whether it must stop.
const GLANCE: Duration = Duration::from_millis(200);
const IDLE: Duration = Duration::from_secs(60);
const SESSION: Duration = Duration::from_secs(600);
/// How soon a listener looks for somebody at the door after the last caller: who called often calls again.
const DOOR: Duration = Duration::from_millis(3);
/// How often it looks when nobody comes: more often would cost a computer at rest more than its window does.
const QUIET: Duration = Duration::from_millis(50);

/// Which protocol a listener speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    /// SMTP, TLS by STARTTLS.
    Smtp,
    /// POP3 inside TLS.
    Pop3s,
}

impl Shared {
    /// Shares a caisse.
    pub(crate) fn new(office: Office, held: Held) -> Self {
        Self {
            tls: office.tls(),
            held,
            office: Mutex::new(Some(office)),
            stopping: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            open_mailboxes: Mutex::default(),
        }
    }

    /// Works with the caisse, unless it has stopped.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Office) -> T) -> Option<T> {
        hold(&self.office).as_mut().map(work)
    }

    /// Stops: the memory is closed and its lock released when this returns.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        drop(hold(&self.office).take());
    }

    /// Whether the caisse has stopped.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Cuts whoever is connected off, or lets callers stay again.
    pub(crate) fn set_cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }

    /// Whether the network is cut.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst)
    }
}

/// Where callers come in. Shut, it is no door: the system itself refuses whoever knocks, as where nobody is at home.
pub(crate) struct Door {
    protocol: Protocol,
    address: SocketAddr,
    listener: Mutex<Option<TcpListener>>,
}

impl Door {
    /// A door that is open; port 0 takes a free one.
    pub(crate) fn open(protocol: Protocol, at: SocketAddr) -> std::io::Result<Self> {
        let listener = bound(at)?;
        Ok(Self { protocol, address: listener.local_addr()?, listener: Mutex::new(Some(listener)) })
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Shuts it; nobody is let in once this returns.
    pub(crate) fn shut(&self) {
        drop(hold(&self.listener).take());
    }

    /// Opens it again at the same port.
    pub(crate) fn reopen(&self) -> std::io::Result<()> {
        let mut place = hold(&self.listener);
        if place.is_none() {
            *place = Some(bound(self.address)?);
        }
        Ok(())
    }

    /// Who stands there, if anybody.
    fn knock(&self) -> std::io::Result<TcpStream> {
        match hold(&self.listener).as_ref() {
            Some(listener) => listener.accept().map(|(socket, _)| socket),
            None => Err(ErrorKind::WouldBlock.into()),
        }
    }
}

fn bound(at: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(at)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// A thread that panicked has changed nothing durable: the memory refuses half a record.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accepts connections until the caisse stops.
pub(crate) fn listen(door: &Door, shared: &Arc<Shared>) {
    let protocol = door.protocol;
    let mut rest = DOOR;
    while !shared.is_stopping() {
        let Some(socket) = guest(door.knock(), rest, std::thread::park_timeout) else {
            rest = (rest * 2).min(QUIET);
            continue;
        };
        rest = DOOR;
        let ready = socket
            .set_nonblocking(false)
            .and_then(|()| socket.set_nodelay(true))
            .and_then(|()| socket.set_read_timeout(Some(GLANCE)))
            .and_then(|()| socket.set_write_timeout(Some(IDLE)));
        if ready.is_err() || shared.connections.fetch_add(1, Ordering::SeqCst) >= MAX_CONNECTIONS {
            shared.connections.fetch_sub(usize::from(ready.is_ok()), Ordering::SeqCst);
            continue;
        }
        let theirs = Arc::clone(shared);
        let thread = std::thread::Builder::new().name("caisse-session".to_owned()).spawn(move || {
            let mut line = Line { wire: Some(Wire::Plain(socket)), shared: &theirs, began: Instant::now() };
            let _ = match protocol {
                Protocol::Smtp => smtp(&mut line),
                Protocol::Pop3s => line.secure().and_then(|()| pop3(&mut line)),
            };
            line.hang_up();
            theirs.connections.fetch_sub(1, Ordering::SeqCst);
        });
        if thread.is_err() {
            shared.connections.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Who stands at the door, or a rest: `short` when nobody does, a longer one when they cannot be let in. Without
/// descriptors (EMFILE) the same answer comes at once until some connection ends.
fn guest<T>(looked: std::io::Result<T>, short: Duration, rest: impl FnOnce(Duration)) -> Option<T> {
    match looked {
        Ok(guest) => Some(guest),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            rest(short);
            None
        }
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            rest(GLANCE);
            None
        }
    }
}

fn smtp<S: Read + Write>(line: &mut Line<'_, S>) -> std::io::Result<()> {
    use smtp_session::Action;
    let mut session = SmtpSession::new(MAX_MAIL);
    let mut held = false;
    line.wait_at(Hold::Connect);
    loop {
        match session.next_action() {
            Action::Read => session.feed(&line.read()?),
            Action::Write(bytes) => {
                if bytes.starts_with(b"354") {
                    line.wait_at(Hold::Data);
                }
                line.write(&bytes)?;
                if std::mem::take(&mut held) {
                    line.shared.held.answered();
                }
            }
            Action::StartTls => {
                line.wait_at(Hold::Tls);
                line.secure()?;
                session.secured();
            }
            Action::LogIn { user, password } => {
                let known = line.shared.with(|office| office.may_log_in(&user, &password)).unwrap_or(false);
                line.wait_at(Hold::Auth);
                session.logged_in(known.then_some(user));
            }
            Action::Recipient(address) => {
                let known = line.shared.with(|office| office.is_recipient(&address)).unwrap_or(false);
                line.wait_at(Hold::Rcpt);
                session.recipient(address, known);
            }
            Action::Take(mail) => {
                let kept = take(line.shared, &mail);
                held = line.wait_at(Hold::Dot);
                session.taken(kept);
            }
            Action::Close => return Ok(()),
        }
    }
}

/// Has a mail on the disk for every recipient before the client hears of it.
fn take(shared: &Shared, mail: &smtp_session::Mail) -> bool {
    mail.to.iter().all(|to| {
        let kept = shared.with(|office| office.receive(&mail.from, to, &mail.bytes, None));
        match kept {
            Some(Ok(())) => true,
            Some(Err(error)) => {
                tracing::error!(%error, "a mail was not kept");
                false
            }
            None => false,
        }
    })
}

fn pop3<S: Read + Write>(line: &mut Line<'_, S>) -> std::io::Result<()> {
    use pop3_session::Action;
    let mut session = Pop3Session::new();
    let mut seat = None;
    loop {
        match session.next_action() {
            Action::Read => session.feed(&line.read()?),
            Action::Write(bytes) => line.write(&bytes)?,
            Action::LogIn { user, password } => {
                let known = line.shared.with(|office| office.may_log_in(&user, &password)).unwrap_or(false);
                line.wait_at(Hold::Login);
                session.logged_in(match (known, Seat::take(line.shared, &user)) {
                    (false, _) => Login::Refused,
                    (true, None) => Login::Busy,
                    (true, Some(taken)) => {
                        seat = Some(taken);
                        Login::Open(line.shared.with(|office| opened(office, &user)).unwrap_or_default())
                    }
                });
            }
            Action::Letter(number) => {
                let bytes = line.shared.with(|office| office.letter(number).map(<[u8]>::to_vec)).flatten();
                line.wait_at(Hold::Letter);
                session.letter(bytes.as_deref());
            }
            Action::Forget(letters) => {
                line.wait_at(Hold::Forget);
                let done = line.shared.with(|office| office.let_go(letters)).is_some_and(|done| done.is_ok());
                line.wait_at(Hold::Forgotten);
                session.forgotten(done);
                // The mailbox is free before the client hears that it is.
                seat = None;
            }
            Action::Close => {
                drop(seat);
                return Ok(());
            }
        }
    }
}

/// A mailbox as it stands now, payments of the day included.
fn opened(office: &mut Office, user: &str) -> Vec<crate::office::Listed> {
    if let Err(error) = office.tick() {
        tracing::error!(%error, "payments could not be made");
    }
    office.mailbox(user)
}

/// A mailbox held by one session (RFC 1939, 4).
struct Seat<'a> {
    shared: &'a Shared,
    user: String,
}

impl<'a> Seat<'a> {
    fn take(shared: &'a Shared, user: &str) -> Option<Self> {
        let user = user.to_ascii_lowercase();
        hold(&shared.open_mailboxes).insert(user.clone()).then_some(Self { shared, user })
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        hold(&self.shared.open_mailboxes).remove(&self.user);
    }
}

/// One connection, plain or inside TLS.
struct Line<'a, S: Read + Write> {
    wire: Option<Wire<S>>,
    shared: &'a Shared,
    began: Instant,
}

enum Wire<S: Read + Write> {
    Plain(S),
    Tls(Box<StreamOwned<ServerConnection, S>>),
}

impl<S: Read + Write> Line<'_, S> {
    /// Waits where a scenario asks for it; `true` when it waited.
    fn wait_at(&self, point: Hold) -> bool {
        self.shared.held.wait_at(point, || self.shared.is_stopping())
    }

    fn secure(&mut self) -> std::io::Result<()> {
        let Some(Wire::Plain(socket)) = self.wire.take() else { return Err(ErrorKind::InvalidInput.into()) };
        let tls = ServerConnection::new(Arc::clone(&self.shared.tls)).map_err(std::io::Error::other)?;
        // The handshake runs with the first read or write.
        self.wire = Some(Wire::Tls(Box::new(StreamOwned::new(tls, socket))));
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = self.wait(|stream| stream.write(rest))?;
            rest = rest.get(written..).unwrap_or_default();
        }
        self.wait(|stream| stream.flush().map(|()| 1)).map(|_| ())
    }

    fn read(&mut self) -> std::io::Result<Vec<u8>> {
        let mut buffer = vec![0; 16 * 1024];
        let count = self.wait(|stream| stream.read(&mut buffer))?;
        buffer.truncate(count);
        Ok(buffer)
    }

    /// Repeats a step that only timed out, until it works, the caisse stops, the network is cut or the client was silent for
    /// too long.
    fn wait(&mut self, mut step: impl FnMut(&mut dyn ReadWrite) -> std::io::Result<usize>) -> std::io::Result<usize> {
        let since = Instant::now();
        loop {
            let ends = self.shared.is_stopping() || self.shared.is_cut();
            if ends || since.elapsed() > IDLE || self.began.elapsed() > SESSION {
                return Err(ErrorKind::TimedOut.into());
            }
            let done = match self.wire.as_mut() {
                Some(Wire::Plain(socket)) => step(socket),
                Some(Wire::Tls(tls)) => step(tls.as_mut()),
                None => return Err(ErrorKind::NotConnected.into()),
            };
            match done {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => return Ok(count),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn hang_up(mut self) {
        if let Some(Wire::Tls(tls)) = self.wire.as_mut() {
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
    }
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use liasse_formats::mail;
    use liasse_pricing::Tables;

    #[test]
    fn a_door_that_cannot_open_is_not_tried_without_rest() {
        let rested = |looked: std::io::Result<u8>| {
            let mut rests = Vec::new();
            (guest(looked, DOOR, |rest| rests.push(rest)), rests)
        };
        assert_eq!(rested(Ok(7)), (Some(7), vec![]));
        assert_eq!(rested(Err(ErrorKind::WouldBlock.into())), (None, vec![DOOR]));
        // Linux: EMFILE, ENFILE, ENOBUFS, ENOMEM.
        for fault in [24, 23, 105, 12] {
            assert_eq!(rested(Err(std::io::Error::from_raw_os_error(fault))), (None, vec![GLANCE]), "{fault}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_answered_is_not_taken() {
        let folder = std::env::temp_dir().join(format!("liasse-caisse-net-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let office = Office::open(&folder, Tables::embedded().clone(), Scenario::default()).expect("a caisse");
        let shared = Shared::new(office, Held::new(None, &folder));
        let mail = |billing: &str, from: &str| {
            let header = mail::Header {
                from: "dr.test@cabinet.test".to_owned(),
                to: "01751@751.01.rss.test".to_owned(),
                subject: mail::subject(&billing.parse().expect("billing"), "2026011508000000001", 1),
                message_id: "1@cabinet.test".to_owned(),
                date: "2026-01-15T08:00:00Z".parse().expect("instant"),
            };
            let bytes = mail::outer(&header, "IRIS/B2/Z", b"no envelope");
            smtp_session::Mail { from: from.to_owned(), to: vec![header.to], bytes }
        };
        // Without a mailbox here, its file is answered to whoever sent it, or not at all.
        let stranger = "991010992";
        let size = || std::fs::metadata(folder.join("memory")).expect("memory").len();
        let before = size();
        assert!(!take(&shared, &mail(stranger, "")), "451");
        assert_eq!((size(), shared.with(|office| office.outgoing().len())), (before, Some(0)), "nothing remembered");
        assert!(take(&shared, &mail(stranger, "dr@elsewhere.test")), "250");
        assert!(take(&shared, &mail("991010117", "")), "its mailbox is known");
        let to =
            |letters: Vec<(u64, crate::ledger::Letter)>| letters.into_iter().map(|(_, letter)| letter.to).collect();
        let answered: Vec<String> = shared.with(|office| to(office.outgoing())).expect("a caisse");
        assert_eq!(answered, ["dr@elsewhere.test", "dr.test@cabinet.test"]);
        shared.stop();
        let _ = std::fs::remove_dir_all(&folder);
    }
}
