//! DRE at the intake of an insurer, and what an FSE may say of the complementary part.
//! Amounts by hand: G 30,00 €, 70 % = 21,00 by the AMO, 9,00 left for the insurer, who pays two working days later.

use liasse_domain::fse::{ComplementaryCover, Corrects, Demand};
use liasse_domain::{Destination, FseContent, FseNumber, Management, Payer, SecuringMode};

use crate::practice::{Cps, Draft, Signed, Vitale, act, claim, cps, draft, g, signed, vitale};
use crate::world::{CAISSE, PRACTICE, World, start, told};

const INSURER: &str = "99501@501.99.rss.test";

/// Sends a file to an address and gives what comes back.
fn answers(world: &World, to: &str, message: &[u8]) -> Vec<String> {
    let envelope = liasse_post::Envelope { from: PRACTICE, to };
    liasse_post::send(&world.smtp(), &envelope, message, &mut |_| Ok(())).expect("sent");
    world.fetch().iter().flat_map(told).collect()
}

/// Both parts paid by others, under the mutuelle of the family.
fn covered(gris: &Cps, martin: &Vitale, number: u32, management: Management) -> FseContent {
    let mut content = claim(gris, martin, 1, number, vec![act("G", 3000, 70, 2100, 900)]);
    (content.third_party_amo, content.third_party_amc) = (true, true);
    content.complementary = Some(ComplementaryCover {
        contract: "00".to_owned(),
        number: "99999901".to_owned(),
        member: "SIM99903".into(),
        convention: "ET".to_owned(),
        management: Some(management),
    });
    content
}

fn demand(gris: &Cps, martin: &Vitale, number: u32) -> FseContent {
    let route = Destination::new("99", "501").expect("route");
    let demand = Some(Demand { route, cancels: false });
    FseContent { demand, ..covered(gris, martin, number, Management::Separee) }
}

fn file(gris: &Cps, identifier: &str, fses: Vec<Signed>) -> Draft {
    Draft { destination: ("99".to_owned(), "501".to_owned()), ..draft(gris, identifier, fses) }
}

/// A DRE with one thing changed, sent beside a good one.
fn judged(name: &str, change: impl FnOnce(&mut FseContent)) -> Vec<String> {
    let (world, gris, martin) = (World::new(name), cps("cps-gris"), vitale("vitale-martin"));
    let mut questionable = demand(&gris, &martin, 1);
    change(&mut questionable);
    let fses = [demand(&gris, &martin, 900), questionable].map(|one| signed(&one, &gris, &martin, start()));
    answers(&world, INSURER, &file(&gris, "DRE001", fses.to_vec()).mail(&gris, start()))
}

#[test]
fn a_dre_is_paid_by_its_insurer_after_two_working_days() {
    let (world, gris, martin) = (World::new("dre"), cps("cps-gris"), vitale("vitale-martin"));
    let fse = signed(&covered(&gris, &martin, 1, Management::Separee), &gris, &martin, start());
    let dre = signed(&demand(&gris, &martin, 1), &gris, &martin, start());
    assert_eq!(answers(&world, CAISSE, &draft(&gris, "LOT001", vec![fse]).mail(&gris, start())), ["ARL+"]);
    // The same number as its FSE, at another intake: no duplicate.
    assert_eq!(answers(&world, INSURER, &file(&gris, "DRE001", vec![dre]).mail(&gris, start())), ["ARL+"]);
    world.set_day("2026-01-19");
    let payments = world.payments();
    let [paid] = payments.as_slice() else { panic!("{} payments", payments.len()) };
    assert_eq!((paid.from.to_string().as_str(), paid.lines.len()), ("99/501", 1));
    assert_eq!((paid.lines[0].payer, paid.lines[0].amount.0), (Payer::Amc, 900));
    world.set_day("2026-01-22");
    let payments = world.payments();
    let lines: Vec<_> = payments.iter().flat_map(|paid| &paid.lines).map(|line| (line.payer, line.amount.0)).collect();
    assert_eq!(lines, [(Payer::Amo, 2100)], "the caisse pays its own part alone");
}

#[test]
fn what_an_insurer_does_not_know_is_rejected() {
    assert_eq!(judged("dre-good", |_| {}), ["ARL+"]);
    let cover = |one: &mut FseContent, change: fn(&mut ComplementaryCover)| {
        change(one.complementary.as_mut().expect("a cover"));
    };
    let member = judged("dre-member", |one| cover(one, |cover| cover.member = "INCONNU1".into()));
    assert_eq!(member, ["ARL+", "1 S0202"]);
    let insurer = judged("dre-insurer", |one| cover(one, |cover| cover.number = "99999903".to_owned()));
    assert_eq!(insurer, ["ARL+", "1 S0202"], "another insurer's intake");
    let management = judged("dre-unique", |one| cover(one, |cover| cover.management = Some(Management::Unique)));
    assert_eq!(management, ["ARL+", "1 S0203"]);
    let kind = judged("dre-kind", |one| cover(one, |cover| cover.convention = "ZZ".to_owned()));
    assert_eq!(kind, ["ARL+", "1 S0203"]);
    let amount = judged("dre-amount", |one| one.acts = vec![act("G", 3000, 70, 2100, 901)]);
    assert_eq!(amount, ["ARL+", "1 I9002"]);
    assert_eq!(judged("dre-fse", |one| one.demand = None), ["ARL+", "1 S0201"]);
}

#[test]
fn a_dre_is_taken_back_until_it_is_paid() {
    let (world, gris, martin) = (World::new("dre-back"), cps("cps-gris"), vitale("vitale-martin"));
    let send = |identifier: &str, mode: SecuringMode, content: FseContent| {
        let one = signed(&content, &gris, &martin, start());
        answers(&world, INSURER, &Draft { mode, ..file(&gris, identifier, vec![one]) }.mail(&gris, start()))
    };
    let back = |number: u32, of: u32| {
        let mut content = demand(&gris, &martin, number);
        let drawn_up = content.drawn_up;
        content.mode = SecuringMode::SansVitale;
        content.corrects = Some(Corrects { number: FseNumber::new(of).expect("number"), drawn_up });
        content.demand = content.demand.map(|demand| Demand { cancels: true, ..demand });
        content
    };
    let alone = SecuringMode::SansVitale;
    assert_eq!(send("DRE001", SecuringMode::Securise, demand(&gris, &martin, 1)), ["ARL+"]);
    assert_eq!(send("DRE002", alone, back(2, 7)), ["ARL+", "2 S0204"], "nobody asked for that one");
    assert_eq!(send("DRE003", alone, back(3, 1)), ["ARL+"]);
    assert_eq!(send("DRE004", alone, back(4, 1)), ["ARL+", "4 S0204"], "it is taken back already");
    assert_eq!(send("DRE005", SecuringMode::Securise, demand(&gris, &martin, 5)), ["ARL+"]);
    world.set_day("2026-01-20");
    let lines: Vec<_> =
        world.payments().iter().flat_map(|paid| paid.lines.clone()).map(|line| line.fse.number.get()).collect();
    assert_eq!(lines, [5]);
    assert_eq!(send("DRE006", alone, back(6, 5)), ["ARL+", "6 S0204"], "it is paid");
}

#[test]
fn an_fse_says_what_the_insurer_agreed() {
    let judged = |name: &str, change: fn(&mut FseContent)| {
        let (world, gris, martin) = (World::new(name), cps("cps-gris"), vitale("vitale-martin"));
        let mut content = covered(&gris, &martin, 1, Management::Separee);
        change(&mut content);
        let fses = vec![
            signed(&claim(&gris, &martin, 1, 900, g()), &gris, &martin, start()),
            signed(&content, &gris, &martin, start()),
        ];
        answers(&world, CAISSE, &draft(&gris, "LOT001", fses).mail(&gris, start()))
    };
    assert_eq!(judged("fse-separee", |_| {}), ["ARL+"]);
    let unique = judged("fse-unique", |one| {
        one.complementary.as_mut().expect("a cover").management = Some(Management::Unique);
    });
    assert_eq!(unique, ["ARL+", "1 S0203"], "this insurer is asked apart");
    let silent = judged("fse-silent", |one| one.complementary.as_mut().expect("a cover").management = None);
    assert_eq!(silent, ["ARL+", "1 S0203"]);
    let unknown = judged("fse-unknown", |one| {
        one.complementary.as_mut().expect("a cover").number = "99999999".to_owned();
    });
    assert_eq!(unknown, ["ARL+", "1 S0203"]);
    let dre = judged("fse-dre", |one| {
        one.demand = Some(Demand { route: Destination::new("99", "501").expect("route"), cancels: false });
    });
    assert_eq!(dre, ["ARL+", "1 S0201"], "a DRE is not a caisse's");
}
