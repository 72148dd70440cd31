//! Replacements by the caisse's own registers: who was announced, from when to when, under which number. Dr Gris is
//! replaced by Dr Vert (n° 991010778) from 19 to 30 January 2026; amounts as in `single_claims`.

use liasse_domain::FseContent;
use liasse_domain::fse::Locum;
use liasse_formats::b2;
use liasse_formats::cms::Flux;

use crate::practice::{Cps, Signed, Vitale, claim, cps, draft, g, signed, vitale};
use crate::world::World;

const BILLING: &str = "991010117";

fn now() -> liasse_domain::Instant {
    "2026-01-26T08:00:00Z".parse().expect("instant")
}

fn world(name: &str) -> World {
    let world = World::new(name);
    world.set_clock(now());
    world
}

/// A claim under Dr Gris's number, of that day, by a locum of that number.
fn by(number: u32, day: &str, locum: Option<&str>) -> FseContent {
    let mut content = claim(&cps("cps-gris"), &vitale("vitale-durand"), 1, number, g());
    let day = day.parse().expect("day");
    content.drawn_up = day;
    content.acts[0].date = day;
    content.care.care_path = Some(if locum.is_some() { 'R' } else { 'T' });
    content.locum = locum.map(|locum| Locum {
        billing: locum.parse().expect("a number"),
        family_name: "VERT".into(),
        given_name: "JULIEN".into(),
        signs: true,
    });
    content
}

/// Signed by that card, whoever is paid.
fn signed_by(content: &FseContent, card: &Cps, patient: &Vitale) -> Signed {
    let bytes = b2::render_fse(content).expect("bytes");
    Signed {
        number: content.reference.number,
        cps: card.signer.sign(&bytes, Flux::Test, BILLING, now()),
        vitale: patient.signer.sign(&bytes, Flux::Test, BILLING, now()),
        bytes,
    }
}

/// What is answered to a lot of these, signed by that card.
fn answered(world: &World, fses: Vec<Signed>, by: &Cps, file: &str) -> Vec<String> {
    let mut file = draft(&cps("cps-gris"), file, fses);
    file.billing = BILLING.to_owned();
    world.answers(&file.mail(by, now()))
}

#[test]
fn a_lot_signed_by_the_locum_holds_fse_of_both() {
    let (world, gris, vert, durand) = (world("locum-mixed"), cps("cps-gris"), cps("cps-vert"), vitale("vitale-durand"));
    let doctors = signed(&by(1, "2026-01-15", None), &gris, &durand, now());
    let theirs = signed_by(&by(2, "2026-01-20", Some("991010778")), &vert, &durand);
    assert_eq!(answered(&world, vec![doctors, theirs], &vert, "LOT001"), ["ARL+"]);
    // And the doctor may sign a lot that holds one of theirs.
    let theirs = signed_by(&by(3, "2026-01-21", Some("991010778")), &vert, &durand);
    assert_eq!(answered(&world, vec![theirs], &gris, "LOT002"), ["ARL+"]);
}

#[test]
fn each_cheat_has_its_reason() {
    let (world, gris, vert, durand) =
        (world("locum-cheats"), cps("cps-gris"), cps("cps-vert"), vitale("vitale-durand"));
    let jaune = cps("cpf-jaune");
    let fses = vec![
        // Before the first day; signed by the doctor; without saying who; under another locum's number.
        signed_by(&by(1, "2026-01-16", Some("991010778")), &vert, &durand),
        signed_by(&by(2, "2026-01-20", Some("991010778")), &gris, &durand),
        signed_by(&by(3, "2026-01-20", None), &vert, &durand),
        signed_by(&by(4, "2026-01-20", Some("991010885")), &vert, &durand),
        // Somebody whose days have not begun.
        signed_by(&by(5, "2026-01-20", Some("991010885")), &jaune, &durand),
        signed_by(&by(6, "2026-01-20", Some("991010778")), &vert, &durand),
    ];
    let expected = ["ARL+", "1 S0118", "2 S0121", "3 S0119", "4 S0120", "5 S0112"];
    assert_eq!(answered(&world, fses, &vert, "LOT001"), expected);
    assert_eq!(answered(&world, Vec::new(), &jaune, "LOT002"), ["S0013"], "nor signs a lot");
}

#[test]
fn the_replaced_doctor_who_practises_is_remarked_upon_and_paid() {
    let (world, gris, durand) = (world("locum-remark"), cps("cps-gris"), vitale("vitale-durand"));
    let during = signed(&by(1, "2026-01-20", None), &gris, &durand, now());
    let before = signed(&by(2, "2026-01-16", None), &gris, &durand, now());
    assert_eq!(answered(&world, vec![during, before], &gris, "LOT001"), ["ARL+", "1 remark S0902"]);
}
