//! The thread that speaks with one card over PC/SC, and the channel that asks it. A connection and a transaction wait for
//! other programs inside the service for as long as they like: here only this thread waits, whoever asks gives up after a cap.
//! Not the dialogue. Measured on pcscd 1.9.9: reference cards, 5.7.

use std::ffi::{CStr, CString};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread;
use std::time::Duration;

use ::pcsc::{Attribute, Card, Context, Disposition, Error, MAX_BUFFER_SIZE, Protocols, Scope, ShareMode};
use zeroize::Zeroizing;

use super::channel_error;
use crate::channel::{CardChannel, ChannelError, Protocol};

/// How long another program that holds a card is waited for.
const HELD_CAP: Duration = Duration::from_secs(3);
/// How long an attempt that goes on is looked at again.
const AGAIN_CAP: Duration = Duration::from_millis(200);
/// How long a card may take over one command: the slowest needs a fraction of a second, a reader that hangs for ever.
const ANSWER_CAP: Duration = Duration::from_secs(10);
/// How long the end of a connection is waited for: a program that ends before it has the card reset under the others.
const LEAVE_CAP: Duration = Duration::from_millis(500);
/// How long between two attempts while another program holds the card for itself.
const PAUSE: Duration = Duration::from_millis(50);

/// What is asked of the thread.
enum Order {
    Begin(SyncSender<Result<(), ChannelError>>),
    /// A command may hold a code: its bytes are wiped.
    Transmit(Zeroizing<Vec<u8>>, SyncSender<Result<Vec<u8>, ChannelError>>),
    End,
}

/// What the card said when it was connected to.
struct Hello {
    atr: Vec<u8>,
    protocol: Protocol,
}

/// A connection that is being made. It goes on when nobody waits for it, so that a reader that is held costs one thread.
pub(super) struct Pending {
    opened: Receiver<Result<Hello, ChannelError>>,
    orders: Sender<Order>,
    ended: Receiver<()>,
    waited: bool,
}

/// A connected card.
pub(super) struct Connection {
    atr: Vec<u8>,
    protocol: Protocol,
    /// There until the drop, which closes it.
    orders: Option<Sender<Order>>,
    ended: Receiver<()>,
    answer_cap: Duration,
    /// A command was not answered: the thread still hangs in it, and whatever is asked would wait behind it.
    is_mute: bool,
}

impl Pending {
    /// Begins to connect to the card in that reader, shared with other programs.
    pub(super) fn begin(reader: &str) -> Result<Self, ChannelError> {
        let name = CString::new(reader).map_err(|_| ChannelError::NoReader)?;
        let (tell, opened) = mpsc::sync_channel(1);
        let (orders, queue) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let started = thread::Builder::new().name("liasse-carte".to_owned()).spawn(move || {
            match connect(&name, &queue) {
                Ok((card, hello)) => {
                    // Whoever asked may have gone: then the queue is closed, and the card is left at once.
                    drop(tell.send(Ok(hello)));
                    leave(serve(card, &queue));
                }
                Err(error) => drop(tell.send(Err(error))),
            }
            drop(end);
        });
        started.map_err(|_| ChannelError::Other { code: Error::NoMemory as u32 })?;
        Ok(Self { opened, orders, ended, waited: false })
    }

    /// Waits for it: the first time as long as another program is waited for, then just looks again. Gives itself back when
    /// the card is still held.
    pub(super) fn wait(mut self) -> Result<Connection, (Option<Self>, ChannelError)> {
        let cap = if std::mem::replace(&mut self.waited, true) { AGAIN_CAP } else { HELD_CAP };
        match self.opened.recv_timeout(cap) {
            Ok(Ok(Hello { atr, protocol })) => {
                let (orders, ended) = (Some(self.orders), self.ended);
                Ok(Connection { atr, protocol, orders, ended, answer_cap: ANSWER_CAP, is_mute: false })
            }
            Ok(Err(error)) => Err((None, error)),
            Err(RecvTimeoutError::Timeout) => Err((Some(self), ChannelError::Busy)),
            Err(RecvTimeoutError::Disconnected) => Err((None, ChannelError::NoService)),
        }
    }
}

impl Connection {
    fn ask<T>(
        &self,
        cap: Duration,
        order: impl FnOnce(SyncSender<Result<T, ChannelError>>) -> Order,
    ) -> Result<Result<T, ChannelError>, RecvTimeoutError> {
        let (answer, wait) = mpsc::sync_channel(1);
        let orders = self.orders.as_ref().ok_or(RecvTimeoutError::Disconnected)?;
        orders.send(order(answer)).map_err(|_| RecvTimeoutError::Disconnected)?;
        wait.recv_timeout(cap)
    }
}

impl CardChannel for Connection {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    /// A card that did not answer in time is asked nothing more: from then on this says so at once.
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        if self.is_mute {
            return Err(ChannelError::Mute);
        }
        let apdu = Zeroizing::new(apdu.to_vec());
        let answered = self.ask(self.answer_cap, |answer| Order::Transmit(apdu, answer));
        self.is_mute = answered.is_err();
        answered.unwrap_or(Err(ChannelError::Mute))
    }

    fn protocol(&self) -> Protocol {
        self.protocol
    }

    fn begin(&mut self) -> Result<(), ChannelError> {
        if self.is_mute {
            return Err(ChannelError::Mute);
        }
        match self.ask(HELD_CAP, Order::Begin) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => {
                // When its turn comes in the end, nobody wants it any more.
                self.end();
                Err(ChannelError::Busy)
            }
            Err(RecvTimeoutError::Disconnected) => Err(ChannelError::NoService),
        }
    }

    fn end(&mut self) {
        if let Some(orders) = &self.orders {
            // A thread that has ended holds nothing.
            drop(orders.send(Order::End));
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.orders = None;
        // A thread that hangs does not end.
        if !self.is_mute {
            let _ended = self.ended.recv_timeout(LEAVE_CAP);
        }
    }
}

/// In a context of its own, so that it waits for nothing but its card, as long as somebody may still ask for it.
fn connect(reader: &CStr, queue: &Receiver<Order>) -> Result<(Card, Hello), ChannelError> {
    let context = Context::establish(Scope::User).map_err(channel_error)?;
    let card = loop {
        match context.connect(reader, ShareMode::Shared, Protocols::T0 | Protocols::T1) {
            Ok(card) => break card,
            // Nothing tells when a program that holds the card for itself lets go; nothing is asked before it has.
            Err(Error::SharingViolation) if queue.recv_timeout(PAUSE).is_err_and(is_open) => {}
            Err(error) => return Err(channel_error(error)),
        }
    };
    let status = match card.status2_owned() {
        Ok(status) => status,
        Err(error) => {
            leave(card);
            return Err(channel_error(error));
        }
    };
    let protocol = match status.protocol2() {
        Some(::pcsc::Protocol::T1) => Protocol::T1,
        _ => Protocol::T0,
    };
    let atr = status.atr().to_vec();
    Ok((card, Hello { atr, protocol }))
}

/// Whether a queue that was silent for a while may still bring something.
fn is_open(silence: RecvTimeoutError) -> bool {
    silence == RecvTimeoutError::Timeout
}

/// What drives the reader, where the driver says so; asked without a card and without disturbing one.
pub(super) fn driver(reader: &str) -> Option<String> {
    let name = CString::new(reader).ok()?;
    let (tell, told) = mpsc::sync_channel(1);
    let started = thread::Builder::new().name("liasse-lecteur".to_owned()).spawn(move || {
        let said = Context::establish(Scope::User).ok().and_then(|context| {
            let card = context.connect(&name, ShareMode::Direct, Protocols::UNDEFINED).ok()?;
            let said = said_by(&card);
            leave(card);
            said
        });
        drop(tell.send(said));
    });
    started.ok()?;
    told.recv_timeout(HELD_CAP).ok().flatten()
}

/// Who made the reader, which model it is and which version its driver has, as far as the driver tells.
fn said_by(card: &Card) -> Option<String> {
    let text = |attribute| {
        let bytes = card.get_attribute_owned(attribute).ok()?;
        let text = String::from_utf8_lossy(&bytes).trim_matches(['\0', ' ']).to_owned();
        (!text.is_empty() && !text.contains(char::is_control)).then_some(text)
    };
    // 0xMMmmbbbb: major, minor, build (PC/SC part 3, SCARD_ATTR_VENDOR_IFD_VERSION), in the order of this computer.
    let version = card.get_attribute_owned(Attribute::VendorIfdVersion).ok().and_then(|bytes| {
        let word = u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?);
        let [major, minor, high, low] = word.to_be_bytes();
        Some(format!("{major}.{minor}.{}", u16::from_be_bytes([high, low])))
    });
    let parts = [text(Attribute::VendorName), text(Attribute::VendorIfdType), version];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// Does what is asked, until nobody can ask any more.
fn serve(mut card: Card, queue: &Receiver<Order>) -> Card {
    while let Ok(order) = queue.recv() {
        match order {
            Order::Transmit(apdu, answer) => drop(answer.send(exchanged(&card, &apdu))),
            Order::Begin(answer) => transact(&mut card, queue, &answer),
            Order::End => {}
        }
    }
    card
}

/// A transaction from its beginning to its end.
fn transact(card: &mut Card, queue: &Receiver<Order>, answer: &SyncSender<Result<(), ChannelError>>) {
    let transaction = match card.transaction() {
        Ok(transaction) => transaction,
        Err(error) => {
            let _heard = answer.send(Err(channel_error(error)));
            return;
        }
    };
    // Whoever asked may have given up while another program held the card.
    if answer.send(Ok(())).is_err() {
        return;
    }
    while let Ok(order) = queue.recv() {
        match order {
            Order::Transmit(apdu, answer) => drop(answer.send(exchanged(&transaction, &apdu))),
            Order::Begin(answer) => {
                let _heard = answer.send(Ok(()));
            }
            Order::End => break,
        }
    }
    // The drop of a transaction ends it and leaves the card as it is.
}

fn exchanged(card: &Card, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
    let mut buffer = [0; MAX_BUFFER_SIZE];
    match card.transmit(apdu, &mut buffer) {
        // A card that leaves in the middle of a command gives vpcd an empty success (measured, version 3.3).
        Ok([]) => Err(ChannelError::Removed),
        Ok(response) => Ok(response.to_vec()),
        Err(error) => Err(channel_error(error)),
    }
}

/// The crate resets the card when a `Card` is dropped, which takes it from under other programs: we leave it as it is.
fn leave(card: Card) {
    if let Err((card, error)) = card.disconnect(Disposition::LeaveCard) {
        // A handle that cannot be left is one whose card or service is gone.
        tracing::debug!(code = error as u32, "SCardDisconnect");
        drop(card);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection whose thread takes orders and answers none of them.
    fn hanging() -> (Connection, Receiver<Order>) {
        let (orders, queue) = mpsc::channel();
        let (_, ended) = mpsc::channel();
        let (atr, orders, answer_cap) = (vec![0x3B], Some(orders), Duration::ZERO);
        (Connection { atr, protocol: Protocol::T0, orders, ended, answer_cap, is_mute: false }, queue)
    }

    #[test]
    fn a_card_that_did_not_answer_once_is_asked_nothing_more() {
        let (mut connection, queue) = hanging();
        assert_eq!(connection.transmit(&[0x00, 0xA4, 0x00, 0x00]), Err(ChannelError::Mute));
        assert!(matches!(queue.try_recv(), Ok(Order::Transmit(..))));
        for _ in 0..2 {
            assert_eq!(connection.transmit(&[0x00, 0xA4, 0x00, 0x00]), Err(ChannelError::Mute));
            assert_eq!(connection.begin(), Err(ChannelError::Mute));
        }
        assert!(queue.try_recv().is_err(), "the thread that hangs got another order");
    }

    #[test]
    fn a_card_that_answers_is_asked_on() {
        let (mut connection, queue) = hanging();
        connection.answer_cap = HELD_CAP;
        let thread = thread::spawn(move || {
            while let Ok(Order::Transmit(apdu, answer)) = queue.recv() {
                answer.send(Ok(apdu.to_vec())).expect("somebody who waits");
            }
        });
        for apdu in [[1, 2, 3, 4], [5, 6, 7, 8]] {
            assert_eq!(connection.transmit(&apdu), Ok(apdu.to_vec()));
        }
        drop(connection);
        thread.join().expect("it has ended");
    }
}
