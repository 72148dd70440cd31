//! What concerns one FSE is answered by an ARL+ and a reject that names it; the others of its lot go on.
//! Amounts by hand: G 30,00 €, MEG 5,00 € under six; 70 % in care path; ALD 100 %; C2S the whole.

use liasse_domain::fse::Corrects;
use liasse_domain::{Centimes, FseContent, FseNumber};
use liasse_pricing::Tables;

use crate::practice::{Cps, Signed, Vitale, act, claim, cps, draft, enveloped, g, signed, vitale, with_c2s};
use crate::world::{World, start};

/// Puts a good claim beside a questionable one and gives the answer.
fn beside_a_good_one(world: &World, gris: &Cps, questionable: Signed) -> Vec<String> {
    let durand = vitale("vitale-durand");
    let good = signed(&claim(gris, &durand, 1, 900, g()), gris, &durand, start());
    let file = draft(gris, "LOT001", vec![good, questionable]);
    world.answers(&file.mail(gris, start()))
}

fn judged(name: &str, card: &str, change: impl FnOnce(&mut FseContent)) -> Vec<String> {
    let (gris, vitale) = (cps("cps-gris"), vitale(card));
    let mut content = claim(&gris, &vitale, 1, 1, g());
    change(&mut content);
    let fse = signed(&content, &gris, &vitale, start());
    beside_a_good_one(&World::new(name), &gris, fse)
}

#[test]
fn the_four_usual_patients_are_accepted() {
    let (world, gris) = (World::new("usual"), cps("cps-gris"));
    let (durand, petit, martin) = (vitale("vitale-durand"), vitale("vitale-petit"), vitale("vitale-martin"));
    let child = vec![act("G", 3000, 70, 2100, 0), act("MEG", 500, 70, 350, 0)];
    let c2s = with_c2s(claim(&gris, &petit, 1, 3, vec![act("G", 3000, 70, 2100, 900)]));
    let mut ald = claim(&gris, &martin, 1, 4, vec![act("G", 3000, 100, 3000, 0)]);
    ald.care.exoneration = Some('4');
    ald.third_party_amo = true;
    let fses = vec![
        signed(&claim(&gris, &durand, 1, 1, g()), &gris, &durand, start()),
        signed(&claim(&gris, &durand, 2, 2, child), &gris, &durand, start()),
        signed(&c2s, &gris, &petit, start()),
        signed(&ald, &gris, &martin, start()),
    ];
    assert_eq!(world.answers(&draft(&gris, "LOT001", fses).mail(&gris, start())), ["ARL+"]);
}

#[test]
fn out_of_the_care_path_is_thirty_percent() {
    let right = judged("path", "vitale-durand", |claim| {
        claim.care.care_path = Some('S');
        claim.acts = vec![act("G", 3000, 30, 900, 0)];
    });
    assert_eq!(right, ["ARL+"]);
    let wrong = judged("path-wrong", "vitale-durand", |claim| claim.care.care_path = Some('S'));
    assert_eq!(wrong, ["ARL+", "1 I0703"]);
}

#[test]
fn a_correction_is_taken_for_a_rejected_claim_only() {
    let (world, gris, durand) = (World::new("corrects"), cps("cps-gris"), vitale("vitale-durand"));
    let accepted = signed(&claim(&gris, &durand, 1, 900, g()), &gris, &durand, start());
    let mut wrong = claim(&gris, &durand, 1, 901, g());
    wrong.care.care_path = Some('S');
    let rejected = signed(&wrong, &gris, &durand, start());
    let answers = world.answers(&draft(&gris, "LOT001", vec![accepted, rejected]).mail(&gris, start()));
    assert_eq!(answers, ["ARL+", "901 I0703"]);
    let correcting = |number, earlier| {
        let mut content = claim(&gris, &durand, 1, number, g());
        let drawn_up = content.drawn_up;
        content.corrects = Some(Corrects { number: FseNumber::new(earlier).expect("number"), drawn_up });
        signed(&content, &gris, &durand, start())
    };
    let second = draft(&gris, "LOT002", vec![correcting(902, 901), correcting(903, 900)]);
    assert_eq!(world.answers(&second.mail(&gris, start())), ["ARL+", "903 S0117"]);
}

#[test]
fn rights_closed_on_the_day_of_the_act() {
    assert_eq!(judged("closed", "vitale-fini", |_| {}), ["ARL+", "1 I1002"]);
    let last_day = judged("last-day", "vitale-fini", |claim| {
        claim.acts[0].date = "2025-12-31".parse().expect("day");
    });
    assert_eq!(last_day, ["ARL+"], "the last day still counts");
}

#[test]
fn people_the_caisse_does_not_know() {
    assert_eq!(judged("unknown", "vitale-inconnu", |_| {}), ["ARL+", "1 I0104"]);
    assert_eq!(judged("far", "vitale-lointain", |_| {}), ["ARL+", "1 I0104"], "the insured person of another caisse");
    let twin = judged("twin", "vitale-durand", |claim| claim.patient.birth_rank = 2);
    assert_eq!(twin, ["ARL+", "1 S0106"]);
}

#[test]
fn a_wrong_nir_key() {
    // 85 is the right key of that NIR (fixtures, computed on loading); 84 is not.
    let wrong = judged("key", "vitale-durand", |claim| claim.patient.insured_key = 84);
    assert_eq!(wrong, ["ARL+", "1 S0104"]);
    let own = judged("own-key", "vitale-durand", |claim| {
        claim.patient.own_nir = claim.patient.own_nir.map(|(nir, key)| (nir, key % 97 + 1));
    });
    assert_eq!(own, ["ARL+", "1 S0104"]);
}

#[test]
fn amounts_that_are_not_the_caisses() {
    type Change = fn(&mut FseContent);
    let cases: [(&str, Change); 4] = [
        ("price", |claim| claim.acts = vec![act("G", 3100, 70, 2170, 0)]),
        ("rate", |claim| claim.acts = vec![act("G", 3000, 100, 3000, 0)]),
        ("amo", |claim| claim.acts = vec![act("G", 3000, 70, 2101, 0)]),
        ("overrun", |claim| claim.acts[0].base = Centimes(2500)),
    ];
    for (name, change) in cases {
        let answer = judged(name, "vitale-durand", change);
        assert_eq!(answer[0], "ARL+", "{name}");
        assert!(["1 I0703", "1 S0116"].contains(&answer[1].as_str()), "{name}: {answer:?}");
    }
}

#[test]
fn a_tariff_changed_on_one_side_only_is_refused() {
    let ngap = include_str!("../../../../assets/tables/ngap.csv");
    let changed: String = ngap
        .lines()
        .map(|line| if line.starts_with("G,3000,") { line.replace(",3000,", ",3100,") } else { line.to_owned() } + "\n")
        .collect();
    assert_ne!(ngap, changed, "the table holds G at 30,00 €");
    let tables = Tables::with_overrides(&[("ngap.csv".to_owned(), changed.into_bytes())]).expect("tables");
    let world = World::with("tariff", |options| options.tables = tables);
    let (gris, durand) = (cps("cps-gris"), vitale("vitale-durand"));
    let fse = signed(&claim(&gris, &durand, 1, 1, g()), &gris, &durand, start());
    assert_eq!(world.answers(&draft(&gris, "LOT001", vec![fse]).mail(&gris, start())), ["ARL+", "1 I0703"]);
}

#[test]
fn majorations_of_others() {
    // MEG is for children under six (NGAP): Mme Durand was born in 1985.
    let adult = judged("meg", "vitale-durand", |claim| claim.acts.push(act("MEG", 500, 70, 350, 0)));
    assert_eq!(adult, ["ARL+", "1 S0116"]);
    let unknown = judged("code", "vitale-durand", |claim| claim.acts[0].code = "ZZZ".to_owned());
    assert_eq!(unknown, ["ARL+", "1 I0606"]);
}

#[test]
fn covers_that_the_caisse_does_not_know() {
    let c2s = judged("no-c2s", "vitale-durand", |claim| {
        claim.acts = vec![act("G", 3000, 70, 2100, 900)];
        *claim = with_c2s(claim.clone());
    });
    assert_eq!(c2s, ["ARL+", "1 I0502"]);
    let ald = judged("no-ald", "vitale-durand", |claim| {
        claim.acts = vec![act("G", 3000, 100, 3000, 0)];
        claim.care.exoneration = Some('4');
    });
    assert_eq!(ald, ["ARL+", "1 I0407"]);
}

#[test]
fn another_situation_than_the_registers() {
    let sector_2 = judged("sector", "vitale-durand", |claim| claim.executant.convention = 3);
    assert_eq!(sector_2, ["ARL+", "1 I2601"]);
}

#[test]
fn acts_of_tomorrow_and_of_long_ago() {
    let tomorrow = judged("tomorrow", "vitale-durand", |claim| claim.acts[0].date = "2026-01-16".parse().expect("day"));
    assert_eq!(tomorrow, ["ARL+", "1 S0115"]);
    let old = judged("old", "vitale-durand", |claim| claim.acts[0].date = "2023-10-14".parse().expect("day"));
    assert_eq!(old, ["ARL+", "1 I0601"]);
}

fn with_signatures(name: &str, change: impl FnOnce(&mut Signed, &Cps, &Vitale)) -> Vec<String> {
    let (world, gris, durand) = (World::new(name), cps("cps-gris"), vitale("vitale-durand"));
    let mut fse = signed(&claim(&gris, &durand, 1, 1, g()), &gris, &durand, start());
    change(&mut fse, &gris, &durand);
    beside_a_good_one(&world, &gris, fse)
}

#[test]
fn signatures_that_do_not_stand() {
    let flipped = |signature: &mut Vec<u8>| {
        let last = signature.len() - 1;
        signature[last] ^= 1;
    };
    assert_eq!(with_signatures("cps-bit", |fse, _, _| flipped(&mut fse.cps)), ["ARL+", "1 S0101"]);
    assert_eq!(with_signatures("vitale-bit", |fse, _, _| flipped(&mut fse.vitale)), ["ARL+", "1 S0102"]);
    assert_eq!(with_signatures("swapped", |fse, _, _| std::mem::swap(&mut fse.cps, &mut fse.vitale))[1], "1 S0112");
    let other_content = |fse: &mut Signed, gris: &Cps, durand: &Vitale| {
        fse.bytes = signed(&claim(gris, durand, 2, 1, g()), gris, durand, start()).bytes;
    };
    assert_eq!(with_signatures("content", other_content), ["ARL+", "1 S0101"], "signed over other bytes");
}

#[test]
fn cards_that_may_not_sign() {
    let by = |card: &'static str| {
        move |fse: &mut Signed, _: &Cps, _: &Vitale| {
            let billing = "991010117";
            fse.cps = cps(card).signer.sign(&fse.bytes, liasse_formats::cms::Flux::Test, billing, start());
        }
    };
    assert_eq!(with_signatures("blanc", by("cps-blanc")), ["ARL+", "1 S0112"], "a colleague who was not announced");
    assert_eq!(with_signatures("expired", by("cps-expiree")), ["ARL+", "1 S0108"]);
    assert_eq!(with_signatures("revoked", by("cps-revoquee")), ["ARL+", "1 S0109"]);
    let other_vitale = |fse: &mut Signed, _: &Cps, _: &Vitale| {
        let martin = vitale("vitale-martin");
        fse.vitale = martin.signer.sign(&fse.bytes, liasse_formats::cms::Flux::Test, "991010117", start());
    };
    assert_eq!(with_signatures("other-vitale", other_vitale), ["ARL+", "1 S0114"]);
    let real_flux = |fse: &mut Signed, gris: &Cps, _: &Vitale| {
        fse.cps = gris.signer.sign(&fse.bytes, liasse_formats::cms::Flux::Reel, "991010117", start());
    };
    assert_eq!(with_signatures("flux", real_flux), ["ARL+", "1 S0111"], "a simulated caisse takes no real data");
    let other_number = |fse: &mut Signed, gris: &Cps, _: &Vitale| {
        fse.cps = gris.signer.sign(&fse.bytes, liasse_formats::cms::Flux::Test, "991010224", start());
    };
    assert_eq!(with_signatures("number", other_number), ["ARL+", "1 S0111"]);
}

#[test]
fn a_number_is_accepted_once() {
    let (world, gris, durand) = (World::new("twice"), cps("cps-gris"), vitale("vitale-durand"));
    let fse = || signed(&claim(&gris, &durand, 1, 7, g()), &gris, &durand, start());
    let mut both = draft(&gris, "LOT001", vec![fse(), fse()]).pieces(&gris, start());
    both.fse_p7s.truncate(1);
    both.vitale_p7s.truncate(1);
    let mail = enveloped(&both, "991010117", start());
    assert_eq!(world.answers(&mail), ["ARL+", "7 S0105"], "twice in one lot");
    let again = draft(&gris, "LOT002", vec![fse()]);
    assert_eq!(world.answers(&again.mail(&gris, start())), ["ARL+", "7 S0105"], "again in another lot");
}

#[test]
fn a_scenario_may_reject_what_is_right() {
    let text = "reject = [{ fse = \"991010117-000000001\", code = \"I1002\" }]";
    let world = World::with("forced", |options| options.scenario = crate::world::scenario(text));
    let (gris, durand) = (cps("cps-gris"), vitale("vitale-durand"));
    let fse = signed(&claim(&gris, &durand, 1, 1, g()), &gris, &durand, start());
    assert_eq!(beside_a_good_one(&world, &gris, fse), ["ARL+", "1 I1002"]);
}
