//! The card side of vpcd, the virtual reader of vsmartcard: a TCP client that answers a real pcscd.
//! Not a reader driver. Frames: length on two bytes, big-endian, then the payload (reference cards, 5.3 and 5.4).

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::linux::net::TcpStreamExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::card::{Reply, SimCard};

/// How long a read waits before the stop flag is looked at.
const PATIENCE: Duration = Duration::from_millis(100);

/// How long a mute card is silent. A real reader gives up by itself; vpcd would wait for ever and pcscd with it, so the
/// card leaves in its place.
const SILENCE: Duration = Duration::from_secs(2);

/// Frames of one byte are orders of the reader.
const POWER_OFF: u8 = 0x00;
const POWER_ON: u8 = 0x01;
const RESET: u8 = 0x02;
const GET_ATR: u8 = 0x04;

/// Inserts `card` into the virtual reader at `addr` and answers until `stop` is set, the reader goes away, or the
/// card is pulled by its fault. Returning takes the card out.
pub fn serve(addr: &str, card: SimCard, stop: &AtomicBool) -> io::Result<()> {
    let stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let writer = Arc::new(Mutex::new(stream.try_clone()?));
    let atr = card.atr().to_vec();
    let (orders, received) = mpsc::channel();
    // The card works beside: the reader asks for the ATR every 400 ms, also while a signature is computed, and takes
    // a card that does not answer for removed.
    let worker = {
        let writer = Arc::clone(&writer);
        thread::spawn(move || work(card, &received, &writer))
    };
    let mut frames = Frames { stream: &stream, buffer: Vec::new() };
    let result = loop {
        if stop.load(Ordering::SeqCst) || worker.is_finished() {
            break Ok(());
        }
        match frames.next() {
            Ok(Some(frame)) if frame == [GET_ATR] => {
                if let Err(error) = send(&writer, &atr) {
                    break Err(error);
                }
            }
            Ok(Some(frame)) => {
                if orders.send(frame).is_err() {
                    break Ok(());
                }
            }
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    drop(orders);
    // The socket closes here: the card is out for the reader, whatever the worker still computes.
    let closed = stream.shutdown(Shutdown::Both);
    drop(closed);
    let joined = worker.join();
    drop(joined);
    result
}

/// Answers commands in their order; ends when the card is pulled or nobody asks any more.
fn work(mut card: SimCard, orders: &Receiver<Vec<u8>>, writer: &Mutex<TcpStream>) {
    while let Ok(frame) = orders.recv() {
        match frame.as_slice() {
            [POWER_OFF] => {}
            [POWER_ON | RESET] => card.power_on(),
            [_] | [] => {}
            apdu => match card.reply(apdu) {
                Reply::Bytes(response) => {
                    if send(writer, &response).is_err() {
                        return;
                    }
                }
                Reply::Silence => {
                    stay_silent();
                    return leave(writer);
                }
                Reply::Removed => return leave(writer),
            },
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a mute card does nothing: this is what it does")]
fn stay_silent() {
    thread::sleep(SILENCE);
}

/// Takes the card out, which wakes the reading side at once; a line that is already closed is just as good.
fn leave(writer: &Mutex<TcpStream>) {
    let closed = writer.lock().unwrap_or_else(PoisonError::into_inner).shutdown(Shutdown::Both);
    drop(closed);
}

/// Length and payload leave together: in two writes, Nagle and delayed ACK would cost 40 ms.
fn send(writer: &Mutex<TcpStream>, payload: &[u8]) -> io::Result<()> {
    let length = u16::try_from(payload.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
    let frame = [&length.to_be_bytes()[..], payload].concat();
    writer.lock().unwrap_or_else(PoisonError::into_inner).write_all(&frame)
}

struct Frames<'a> {
    stream: &'a TcpStream,
    buffer: Vec<u8>,
}

impl Frames<'_> {
    /// The next whole frame; `None` when none came within the patience.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        if let Some(frame) = self.take() {
            return Ok(Some(frame));
        }
        let mut chunk = [0; 512];
        // vpcd 3.3 sends length and payload apart, with Nagle on: without an immediate ACK the second part waits
        // 40 ms. The kernel forgets the wish, so it is told before every read.
        self.stream.set_quickack(true)?;
        match self.stream.read(&mut chunk) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.buffer.extend_from_slice(&chunk[..count]);
                Ok(self.take())
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(None),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(None),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Err(ErrorKind::UnexpectedEof.into()),
            Err(error) => Err(error),
        }
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        let (length, rest) = self.buffer.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let frame = rest.get(..length)?.to_vec();
        self.buffer.drain(..2 + length);
        Some(frame)
    }
}
