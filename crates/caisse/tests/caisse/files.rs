//! What concerns the whole file is an ARL-, and none of its FSE is accepted; the same file again is the same answer.

use liasse_domain::returns::Return;
use liasse_formats::cms::Flux;

use crate::practice::{Cps, Draft, claim, cps, draft, enveloped, g, sealed, signed, vitale};
use crate::world::{World, start};

fn one_claim(gris: &Cps, number: u32) -> Draft {
    let durand = vitale("vitale-durand");
    let fse = signed(&claim(gris, &durand, 1, number, g()), gris, &durand, start());
    draft(gris, "LOT001", vec![fse])
}

/// After a refusal the same FSE passes in a rebuilt lot: nothing of the refused file was kept.
fn refused_then_rebuilt(name: &str, code: &str, mail: &[u8]) {
    let (world, gris) = (World::new(name), cps("cps-gris"));
    assert_eq!(world.answers(mail), [code], "{name}");
    let rebuilt = Draft { identifier: "LOT002".to_owned(), ..one_claim(&gris, 1) };
    assert_eq!(world.answers(&rebuilt.mail(&gris, start())), ["ARL+"], "{name}");
}

#[test]
fn a_lot_whose_signature_does_not_stand() {
    let gris = cps("cps-gris");
    let file = one_claim(&gris, 1);
    let lot = file.lot(start());
    let signed_by = |name: &str, flux, billing| cps(name).signer.sign(&lot, flux, billing, start());
    let mut flipped = signed_by("cps-gris", Flux::Test, "991010117");
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let cases = [
        ("lot-bit", "S0005", flipped),
        ("lot-expired", "S0007", signed_by("cps-expiree", Flux::Test, "991010117")),
        ("lot-revoked", "S0008", signed_by("cps-revoquee", Flux::Test, "991010117")),
        ("lot-blanc", "S0013", signed_by("cps-blanc", Flux::Test, "991010117")),
        ("lot-number", "S0012", signed_by("cps-gris", Flux::Test, "991010224")),
        ("lot-real", "S0012", signed_by("cps-gris", Flux::Reel, "991010117")),
    ];
    for (name, code, signature) in cases {
        let mut pieces = file.pieces(&gris, start());
        pieces.lot_p7s = signature;
        refused_then_rebuilt(name, code, &enveloped(&pieces, "991010117", start()));
    }
}

#[test]
fn a_file_that_cannot_be_read() {
    let gris = cps("cps-gris");
    let file = one_claim(&gris, 1);
    let mut cut = file.pieces(&gris, start());
    cut.file.truncate(cut.file.len() - 400);
    refused_then_rebuilt("framing", "S0002", &enveloped(&cut, "991010117", start()));
    refused_then_rebuilt("garbage", "S0001", &sealed(b"not a mail at all", "991010117", start()));

    // An act's date that is none: line 3 of the FSE is its record 4.
    let mut broken = one_claim(&gris, 1);
    let bytes = &mut broken.fses[0].bytes;
    let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"260115")).collect();
    digits.iter().for_each(|at| bytes[at + 2..at + 4].copy_from_slice(b"99"));
    assert!(!digits.is_empty());
    refused_then_rebuilt("fse-broken", "S0015", &broken.mail(&gris, start()));
}

#[test]
fn a_file_for_somebody_else() {
    let gris = cps("cps-gris");
    let other = Draft { destination: ("01".to_owned(), "951".to_owned()), ..one_claim(&gris, 1) };
    refused_then_rebuilt("other-caisse", "S0003", &other.mail(&gris, start()));
}

#[test]
fn a_mail_that_says_nothing_is_taken_and_forgotten() {
    let world = World::new("nothing");
    world.send(b"Subject: bonjour\r\n\r\nrien\r\n");
    assert!(world.fetch_raw().is_empty());
}

#[test]
fn the_same_file_again_is_the_same_answer() {
    let (world, gris) = (World::new("again"), cps("cps-gris"));
    let mail = one_claim(&gris, 1).mail(&gris, start());
    world.send(&mail);
    let first = world.fetch_raw();
    assert_eq!(first.len(), 1);
    world.set_day("2026-01-20");
    world.send(&mail);
    assert_eq!(world.fetch_raw(), first, "byte for byte, whatever the day");

    let other = Draft { identifier: "LOT001".to_owned(), ..one_claim(&gris, 2) };
    assert_eq!(world.answers(&other.mail(&gris, start())), ["S0009"], "same identifier, other bytes");
    world.send(&mail);
    assert_eq!(world.fetch_raw(), first, "the one that was accepted keeps its answer");
}

#[test]
fn a_forged_file_does_not_take_an_identifier() {
    let (world, gris) = (World::new("squatter"), cps("cps-gris"));
    let mut pieces = one_claim(&gris, 5).pieces(&gris, start());
    let blanc = cps("cps-blanc");
    pieces.lot_p7s = blanc.signer.sign(&one_claim(&gris, 5).lot(start()), Flux::Test, "991010117", start());
    assert_eq!(world.answers(&enveloped(&pieces, "991010117", start())), ["S0013"]);
    assert_eq!(world.answers(&one_claim(&gris, 6).mail(&gris, start())), ["ARL+"]);
}

#[test]
fn a_lost_answer_comes_when_the_file_does() {
    let world = World::with("lost", |options| options.scenario = crate::world::scenario("arl = \"lost\""));
    let gris = cps("cps-gris");
    let mail = one_claim(&gris, 1).mail(&gris, start());
    assert_eq!(world.answers(&mail), [""; 0]);
    world.set_day("2026-01-20");
    assert!(world.fetch_raw().is_empty());
    assert_eq!(world.answers(&mail), ["ARL+"]);
}

#[test]
fn a_late_answer_comes_on_the_third_working_day() {
    let world = World::with("late", |options| options.scenario = crate::world::scenario("arl = \"late\""));
    let gris = cps("cps-gris");
    world.send(&one_claim(&gris, 1).mail(&gris, start()));
    // Thursday 15, Friday 16, Monday 19: two working days after; Tuesday 20 is the third.
    world.set_day("2026-01-19");
    assert!(world.fetch_raw().is_empty());
    world.set_day("2026-01-20");
    let returns = world.fetch();
    let [Return::Acknowledgement(arl)] = returns.as_slice() else { panic!("{} returns", returns.len()) };
    assert_eq!((arl.file.as_str(), arl.refused.is_none()), ("LOT001", true));
    assert_eq!(arl.on.to_string(), "2026-01-15", "written in time, delivered late");
}
