//! The vpcd client against a reader of our own on loopback: frames, control bytes, power, removal.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use liasse_cardsim::{CardImage, Fault, Knobs, SimCard, vpcd};

use crate::deck;

struct Reader {
    stream: TcpStream,
    stop: Arc<AtomicBool>,
    card: JoinHandle<std::io::Result<()>>,
}

fn reader(image: CardImage, fault: Option<Fault>) -> Reader {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    let address = listener.local_addr().expect("address").to_string();
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let card = std::thread::spawn(move || {
        vpcd::serve(&address, SimCard::new(image, Knobs { fault, ..Knobs::default() }), &flag)
    });
    let (stream, _) = listener.accept().expect("a card");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("timeout");
    Reader { stream, stop, card }
}

impl Reader {
    fn send(&mut self, payload: &[u8]) {
        let length = u16::try_from(payload.len()).expect("short").to_be_bytes();
        // In two writes, as Debian's vpcd does.
        self.stream.write_all(&length).expect("length");
        self.stream.write_all(payload).expect("payload");
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length).ok()?;
        let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut payload).ok()?;
        Some(payload)
    }

    fn ask(&mut self, payload: &[u8]) -> Vec<u8> {
        self.send(payload);
        self.receive().expect("an answer")
    }
}

const SELECT: [u8; 7] = [0x00, 0xA4, 0x09, 0x0C, 0x02, 0x3F, 0x00];
const VERIFY: [u8; 9] = [0x00, 0x20, 0x00, 0x01, 0x04, b'1', b'2', b'3', b'4'];
const STATUS: [u8; 4] = [0x00, 0x20, 0x00, 0x01];

#[test]
fn frames_and_power() {
    let mut reader = reader(deck::cps_card_image(), None);
    assert_eq!(reader.ask(&[0x04])[..2], [0x3B, 0xAC]);
    reader.send(&[0x01]);
    assert_eq!(reader.ask(&SELECT), [0x90, 0x00]);
    assert_eq!(reader.ask(&VERIFY), [0x90, 0x00]);
    assert_eq!(reader.ask(&STATUS), [0x90, 0x00]);
    // A reset has no answer and loses the PIN.
    reader.send(&[0x02]);
    assert_eq!(reader.ask(&STATUS), [0x63, 0xC3]);
    assert_eq!(reader.ask(&[0x04])[..2], [0x3B, 0xAC]);
    drop(reader.stream);
    assert!(reader.card.join().expect("no panic").is_ok(), "the end of the reader is no error");
}

#[test]
fn commands_in_one_packet_are_answered_one_by_one() {
    let mut reader = reader(deck::cps_card_image(), None);
    let two = [&[0, 7][..], &SELECT, &[0, 4], &STATUS].concat();
    reader.stream.write_all(&two).expect("write");
    assert_eq!(reader.receive(), Some(vec![0x90, 0x00]));
    assert_eq!(reader.receive(), Some(vec![0x63, 0xC3]));
}

#[test]
fn the_atr_is_given_while_a_command_is_not_answered() {
    let mut reader = reader(deck::cps_card_image(), Some(Fault::Mute(0)));
    reader.send(&SELECT);
    assert_eq!(reader.ask(&[0x04])[..2], [0x3B, 0xAC]);
}

#[test]
fn a_pulled_card_closes_the_line() {
    let mut reader = reader(deck::vitale_card_image(deck::vitale_content()), Some(Fault::Pull(1)));
    assert_eq!(reader.ask(&SELECT), [0x90, 0x00]);
    reader.send(&SELECT);
    assert_eq!(reader.receive(), None);
    assert!(reader.card.join().expect("no panic").is_ok());
}

#[test]
fn the_stop_flag_takes_the_card_out() {
    let mut reader = reader(deck::cps_card_image(), None);
    assert_eq!(reader.ask(&SELECT), [0x90, 0x00]);
    reader.stop.store(true, Ordering::SeqCst);
    assert_eq!(reader.receive(), None);
    assert!(reader.card.join().expect("no panic").is_ok());
}

#[test]
fn no_reader_is_an_error() {
    let port = TcpListener::bind("127.0.0.1:0").expect("port").local_addr().expect("address").port();
    let card = SimCard::new(deck::cps_card_image(), Knobs::default());
    let result = vpcd::serve(&format!("127.0.0.1:{port}"), card, &AtomicBool::new(false));
    assert_eq!(result.expect_err("nobody listens").kind(), std::io::ErrorKind::ConnectionRefused);
}
