//! Tiers payant is paid five working days after the ARL+: the gross AMO part, and the complementary part of a C2S.
//! Amounts by hand: C2S 21,00 + 9,00; ALD 30,00 + 0.

use liasse_domain::Payer;

use crate::practice::{act, claim, cps, draft, g, signed, vitale, with_c2s};
use crate::world::{World, scenario, start};

fn sent(world: &World) {
    let gris = cps("cps-gris");
    let (durand, petit, martin) = (vitale("vitale-durand"), vitale("vitale-petit"), vitale("vitale-martin"));
    let c2s = with_c2s(claim(&gris, &petit, 1, 2, vec![act("G", 3000, 70, 2100, 900)]));
    let mut ald = claim(&gris, &martin, 1, 3, vec![act("G", 3000, 100, 3000, 0)]);
    ald.care.exoneration = Some('4');
    ald.third_party_amo = true;
    let mut wrong = claim(&gris, &durand, 1, 4, vec![act("G", 3000, 70, 2200, 0)]);
    wrong.third_party_amo = true;
    let fses = vec![
        signed(&claim(&gris, &durand, 1, 1, g()), &gris, &durand, start()),
        signed(&c2s, &gris, &petit, start()),
        signed(&ald, &gris, &martin, start()),
        signed(&wrong, &gris, &durand, start()),
    ];
    assert_eq!(world.answers(&draft(&gris, "LOT001", fses).mail(&gris, start())), ["ARL+", "4 I0703"]);
}

#[test]
fn tiers_payant_is_paid_on_the_fifth_working_day_once() {
    let world = World::new("paid");
    sent(&world);
    // Thursday 15 + 5 working days: Thursday 22.
    world.set_day("2026-01-21");
    assert!(world.payments().is_empty());
    world.set_day("2026-01-22");
    let payments = world.payments();
    let [payment] = payments.as_slice() else { panic!("{} payments", payments.len()) };
    assert_eq!((payment.on.to_string().as_str(), payment.reference.as_str()), ("2026-01-22", "SIM000000001"));
    let lines: Vec<_> = payment.lines.iter().map(|line| (line.fse.number.get(), line.payer, line.amount.0)).collect();
    assert_eq!(lines, [(2, Payer::Amo, 2100), (2, Payer::Amc, 900), (3, Payer::Amo, 3000)]);
    world.set_day("2026-02-20");
    assert!(world.payments().is_empty(), "paid once");
}

#[test]
fn a_jump_of_the_clock_pays_with_the_day_it_was_due() {
    let world = World::with("jump", |options| options.scenario = scenario("pay_after_working_days = 1"));
    sent(&world);
    world.set_day("2026-03-02");
    let payments = world.payments();
    assert_eq!(payments.iter().map(|payment| payment.on.to_string()).collect::<Vec<_>>(), ["2026-01-16"]);
}

#[test]
fn nothing_is_paid_twice_when_the_file_comes_again() {
    let (world, gris, petit) = (World::new("once"), cps("cps-gris"), vitale("vitale-petit"));
    let content = with_c2s(claim(&gris, &petit, 1, 1, vec![act("G", 3000, 70, 2100, 900)]));
    let mail = draft(&gris, "LOT001", vec![signed(&content, &gris, &petit, start())]).mail(&gris, start());
    for _ in 0..3 {
        assert_eq!(world.answers(&mail), ["ARL+"]);
    }
    world.set_day("2026-01-22");
    assert_eq!(world.payments().iter().map(|payment| payment.total().0).collect::<Vec<_>>(), [3000]);
}
