//! The other counters: the concentrator that forwards to the caisse of record 000, and that of scanned documents.

use liasse_domain::{FseNumber, ScanKind, ScanMedia};
use liasse_formats::mail::{self, Scan, ScanMail};
use liasse_post::Envelope;

use crate::practice::{act, claim, cps, draft, g, sealed, signed, vitale, with_c2s};
use crate::world::{PRACTICE, World, believed, start, told};

const OCT: &str = "oct@concentrateur.test";
const SCANS: &str = "01.751@01.scor.rss.test";

fn send_to(world: &World, to: &str, message: &[u8]) -> Result<(), liasse_post::SendError> {
    liasse_post::send(&world.smtp(), &Envelope { from: PRACTICE, to }, message, &mut |_| Ok(())).map(drop)
}

/// The From of each message that waits.
fn senders(messages: &[Vec<u8>]) -> Vec<String> {
    messages.iter().map(|message| mail::read_return(message).expect("a return").0.from).collect()
}

#[test]
fn a_concentrator_forwards_and_returns_come_from_it() {
    let world = World::new("concentrator");
    let (gris, petit) = (cps("cps-gris"), vitale("vitale-petit"));
    let content = with_c2s(claim(&gris, &petit, 1, 1, vec![act("G", 3000, 70, 2100, 900)]));
    let file = draft(&gris, "LOT001", vec![signed(&content, &gris, &petit, start())]);
    send_to(&world, OCT, &file.mail(&gris, start())).expect("taken");
    let answers = world.fetch_raw();
    assert_eq!(senders(&answers), [OCT]);
    assert_eq!(told(&believed(&answers[0])), ["ARL+"], "01/751 answers, and signs");

    // A file for the other caisse goes to the other caisse: an insured person of 01/751 is not its own.
    let durand = vitale("vitale-durand");
    let fse = signed(&claim(&gris, &durand, 1, 2, g()), &gris, &durand, start());
    let mut other = draft(&gris, "LOT002", vec![fse]);
    other.destination = ("01".to_owned(), "951".to_owned());
    send_to(&world, OCT, &other.mail(&gris, start())).expect("taken");
    let answers: Vec<String> = world.fetch().iter().flat_map(told).collect();
    assert_eq!(answers, ["ARL+", "2 I0104"]);

    world.set_day("2026-01-22");
    let payment = world.fetch_raw();
    assert_eq!(senders(&payment), [OCT], "the payment too");
}

#[test]
fn a_concentrator_takes_nothing_that_it_cannot_forward() {
    let world = World::new("concentrator-lost");
    let gris = cps("cps-gris");
    let durand = vitale("vitale-durand");
    let mut nowhere = draft(&gris, "LOT001", vec![signed(&claim(&gris, &durand, 1, 1, g()), &gris, &durand, start())]);
    nowhere.destination = ("01".to_owned(), "999".to_owned());
    for message in [nowhere.mail(&gris, start()), sealed(b"not a mail at all", "991010117", start())] {
        assert!(send_to(&world, OCT, &message).is_err());
    }
    assert!(world.fetch_raw().is_empty());
}

#[test]
fn scanned_documents_are_taken_and_not_answered() {
    let mut world = World::new("scans");
    let documents = ScanMail {
        billing: "991010117".parse().expect("billing"),
        lot: "LOT001".parse().expect("lot"),
        scans: vec![Scan {
            fse: FseNumber::new(1).expect("a number"),
            kind: ScanKind::Ordonnance,
            media: ScanMedia::Pdf,
            bytes: b"%PDF-1.4\n%%EOF\n".to_vec(),
        }],
    };
    let size = |world: &World| std::fs::metadata(world.data.join("memory")).expect("memory").len();
    let whole = sealed(&mail::scans(&documents), "991010117", start());
    // Before their lot, after it, twice, and damaged: all are remembered, none is answered.
    for message in [whole.clone(), whole, sealed(b"not a mail at all", "991010117", start()), b"no mail\r\n".to_vec()] {
        let before = size(&world);
        send_to(&world, SCANS, &message).expect("taken");
        assert!(size(&world) > before, "remembered");
        assert!(world.fetch_raw().is_empty());
    }
    world.stop();
    world.run(|_| {});
    assert!(world.fetch_raw().is_empty(), "a memory with documents opens again");
}
