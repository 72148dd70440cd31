//! A line that is cut: a relay between a client and its server that hangs up at a chosen step of the client. A step is a
//! line of the clear text, or a record of TLS: one command each, because both protocols wait for every answer.
//! It cannot read what passes; it tells steps by their number and their length.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::wait::{SOON, until};

/// Where the line is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nowhere.
    Never,
    /// The step with this number, from 1, does not arrive.
    Before(usize),
    /// It arrives, and what the server says to it does not. 0: the greeting.
    After(usize),
}

#[derive(Debug)]
struct Plan {
    server: u16,
    cut: Cut,
    steps: Vec<usize>,
}

/// The relay.
#[derive(Debug)]
pub struct CutLine {
    /// Where the client finds it.
    pub port: u16,
    plan: Arc<Mutex<Plan>>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl CutLine {
    /// Listens on a free port of this machine.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let plan = Arc::new(Mutex::new(Plan { server: 0, cut: Cut::Never, steps: Vec::new() }));
        let stopping = Arc::new(AtomicBool::new(false));
        let (theirs, ending) = (Arc::clone(&plan), Arc::clone(&stopping));
        let thread = std::thread::spawn(move || {
            for client in listener.incoming() {
                if ending.load(Ordering::SeqCst) {
                    return;
                }
                // A line that breaks is what it is for.
                let _ = client.and_then(|client| relay(client, &theirs));
            }
        });
        Self { port, plan, stopping, thread: Some(thread) }
    }

    /// From the next connection on: which server, and where the line is cut.
    pub fn to(&self, server: u16, cut: Cut) {
        *self.plan.lock().expect("the plan") = Plan { server, cut, steps: Vec::new() };
    }

    /// The lengths of the client's steps in the last connection, as they were on the wire.
    pub fn steps(&self) -> Vec<usize> {
        self.plan.lock().expect("the plan").steps.clone()
    }
}

impl Drop for CutLine {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Somebody must knock for the listener to look up.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One connection, from its greeting to its end or its cut.
fn relay(mut client: TcpStream, plan: &Mutex<Plan>) -> std::io::Result<()> {
    let (port, cut) = {
        let mut plan = plan.lock().expect("the plan");
        plan.steps.clear();
        (plan.server, plan.cut)
    };
    let mut server = TcpStream::connect(("127.0.0.1", port))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let withheld = Arc::new(AtomicBool::new(cut == Cut::After(0)));
    let answered = Arc::new(AtomicBool::new(false));
    let back = {
        let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
        let (withheld, answered) = (Arc::clone(&withheld), Arc::clone(&answered));
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                if withheld.load(Ordering::SeqCst) {
                    answered.store(true, Ordering::SeqCst);
                } else if to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Write);
        })
    };
    let done = forward(&mut client, &mut server, cut, plan, &withheld, &answered);
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    let _ = back.join();
    done
}

fn forward(
    client: &mut TcpStream,
    server: &mut TcpStream,
    cut: Cut,
    plan: &Mutex<Plan>,
    withheld: &AtomicBool,
    answered: &AtomicBool,
) -> std::io::Result<()> {
    let (mut waiting, mut buffer, mut number) = (Vec::new(), vec![0; 64 * 1024], 0);
    if cut == Cut::After(0) {
        return answer_or_more(client, answered);
    }
    loop {
        while let Some(length) = step(&waiting) {
            number += 1;
            plan.lock().expect("the plan").steps.push(length);
            if cut == Cut::Before(number) {
                return Ok(());
            }
            // Before the step leaves: its answer could be faster than this thread.
            withheld.store(cut == Cut::After(number), Ordering::SeqCst);
            server.write_all(&waiting[..length])?;
            waiting.drain(..length);
            if cut == Cut::After(number) {
                return if waiting.is_empty() { answer_or_more(client, answered) } else { Ok(()) };
            }
        }
        match client.read(&mut buffer)? {
            0 => return server.shutdown(Shutdown::Write),
            count => waiting.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Waits until the server has answered, or the client goes on or away without an answer.
fn answer_or_more(client: &mut TcpStream, answered: &AtomicBool) -> std::io::Result<()> {
    client.set_read_timeout(Some(Duration::from_millis(5)))?;
    until("an answer to the last step before the cut", SOON, || {
        let more = client.read(&mut [0; 1024]);
        let silent = matches!(&more, Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
        (answered.load(Ordering::SeqCst) || !silent).then_some(())
    });
    Ok(())
}

/// How long the first step of `bytes` is, once it is all there.
fn step(bytes: &[u8]) -> Option<usize> {
    let length = match *bytes {
        // Content type, version 3.x, length (RFC 8446, 5.1).
        [20..=23, 3, _, high, low, ..] => 5 + usize::from(u16::from_be_bytes([high, low])),
        [20..=23, 3, ..] | [20..=23] => return None,
        _ => 1 + bytes.iter().position(|byte| *byte == b'\n')?,
    };
    (bytes.len() >= length).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_lines_or_records() {
        assert_eq!(step(b"EHLO x\r\nNOOP"), Some(8));
        assert_eq!(step(b"EHLO x\r"), None);
        assert_eq!(step(&[23, 3, 3, 0, 2, 7, 7, 23]), Some(7));
        for cut in 1..7 {
            assert_eq!(step(&[23, 3, 3, 0, 2, 7, 7][..cut]), None, "{cut}");
        }
    }

    /// A server that answers every line with the line.
    fn said(cut: Cut) -> (Vec<u8>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let line = CutLine::start();
        line.to(listener.local_addr().expect("its address").port(), cut);
        let server = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().expect("a client");
            let (mut heard, mut byte) = (Vec::new(), [0]);
            while let Ok(1) = socket.read(&mut byte) {
                heard.push(byte[0]);
                if byte[0] == b'\n' {
                    let _ = socket.write_all(b"ok\n");
                }
            }
            heard
        });
        let mut client = TcpStream::connect(("127.0.0.1", line.port)).expect("the line");
        let mut answers = Vec::new();
        for text in ["one\n", "two\n", "three\n"] {
            let mut answer = [0; 3];
            if client.write_all(text.as_bytes()).and_then(|()| client.read_exact(&mut answer)).is_err() {
                break;
            }
            answers.extend(answer);
        }
        drop(client);
        (server.join().expect("the server"), answers)
    }

    #[test]
    fn a_step_is_lost_or_its_answer_is() {
        let bytes = |heard: &str, answers: &str| (heard.as_bytes().to_vec(), answers.as_bytes().to_vec());
        assert_eq!(said(Cut::Never), bytes("one\ntwo\nthree\n", "ok\nok\nok\n"));
        assert_eq!(said(Cut::Before(2)), bytes("one\n", "ok\n"));
        assert_eq!(said(Cut::After(2)), bytes("one\ntwo\n", "ok\n"));
    }
}
