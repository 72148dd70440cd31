//! Claims that say more than a consultation: the caisse prices them again from what they say, and refuses what they do
//! not say as it would. Amounts by hand: CCAM v81, NGAP; 70 % in care path, line by line.

use liasse_domain::fse::{Accident, ActDetails, ActLine, FseContent, Referrer, TechnicalAct, Travel};
use liasse_domain::{BillingNumber, Centimes};

use crate::practice::{act, claim, cps, draft, g, signed, vitale};
use crate::world::{World, start};

fn judged(name: &str, change: impl FnOnce(&mut FseContent)) -> Vec<String> {
    let (world, gris, durand) = (World::new(name), cps("cps-gris"), vitale("vitale-durand"));
    let mut content = claim(&gris, &durand, 1, 1, g());
    change(&mut content);
    let fse = signed(&content, &gris, &durand, start());
    world.answers(&draft(&gris, "LOT001", vec![fse]).mail(&gris, start()))
}

fn doctor() -> BillingNumber {
    BillingNumber::parse("991010224").expect("number")
}

/// QZJA017 53,95 with M 26,88: 80,83, of which 56,58; QZJA002 26,60 at 50 %: 13,30, of which 9,31.
fn wounds() -> Vec<ActLine> {
    let of_the_ccam = |code, unit, cents, amo, modifiers: &str, association| {
        let technical = TechnicalAct {
            grouping: "ADC".to_owned(),
            activity: 1,
            phase: 0,
            modifiers: modifiers.to_owned(),
            association: Some(association),
            teeth: Vec::new(),
        };
        let details = ActDetails { technical: Some(technical), ..ActDetails::default() };
        ActLine { unit: Centimes(unit), details, ..act(code, cents, 70, amo, 0) }
    };
    vec![of_the_ccam("QZJA017", 5395, 8083, 5658, "M", 1), of_the_ccam("QZJA002", 2660, 1330, 931, "", 2)]
}

#[test]
fn acts_of_the_ccam_are_priced_again() {
    assert_eq!(judged("ccam", |claim| claim.acts = wounds()), ["ARL+"]);
    type Change = fn(&mut TechnicalAct);
    let cases: [(&str, Change, &str); 6] = [
        ("no-modifier", |act| act.modifiers.clear(), "I0703"),
        ("three-quarters", |act| act.association = Some(3), "I0703"),
        ("another-activity", |act| act.activity = 4, "I0606"),
        ("another-grouping", |act| act.grouping = "ATM".to_owned(), "S0116"),
        // A modifier that the act does not allow forbids the invoice.
        ("forbidden-modifier", |act| act.modifiers = "MJ".to_owned(), "S0116"),
        ("doubled-modifier", |act| act.modifiers = "MM".to_owned(), "I0703"),
    ];
    for (name, change, code) in cases {
        let answer = judged(name, |claim| {
            claim.acts = wounds();
            change(claim.acts[0].details.technical.as_mut().expect("of the CCAM"));
        });
        assert_eq!(answer, ["ARL+".to_owned(), format!("1 {code}")], "{name}");
    }
    // Without its record 4M a grouping code has no price.
    let bare = judged("bare", |claim| claim.acts = vec![act("ADC", 8083, 70, 5658, 0)]);
    assert_eq!(bare, ["ARL+", "1 I0606"]);
}

/// VG 30,00, MD 10,00, and 12 km less 4 at 0,61: 4,88, of which 3,42.
fn visit() -> Vec<ActLine> {
    let details = ActDetails { travel: Some(Travel { driven: 1200, times: 1 }), ..ActDetails::default() };
    let way = ActLine { quantity: 8, unit: Centimes(61), details, ..act("IK", 488, 70, 342, 0) };
    vec![act("VG", 3000, 70, 2100, 0), act("MD", 1000, 70, 700, 0), way]
}

#[test]
fn kilometres_are_counted_again() {
    assert_eq!(judged("visit", |claim| claim.acts = visit()), ["ARL+"]);
    type Change = fn(&mut ActLine);
    let cases: [(&str, Change, &str); 5] = [
        ("no-abatement", |way| way.quantity = 12, "S0116"),
        ("shorter", |way| way.details.travel = Some(Travel { driven: 1100, times: 1 }), "I0703"),
        ("twice", |way| way.details.travel = Some(Travel { driven: 1200, times: 2 }), "I0703"),
        ("no-way", |way| way.details.travel = None, "I0606"),
        ("endless", |way| way.details.travel = Some(Travel { driven: 999_999, times: 99 }), "I0606"),
    ];
    for (name, change, code) in cases {
        let answer = judged(name, |claim| {
            claim.acts = visit();
            change(&mut claim.acts[2]);
        });
        assert_eq!(answer, ["ARL+".to_owned(), format!("1 {code}")], "{name}");
    }
}

#[test]
fn accidents_and_doctors_are_read() {
    let accepted = judged("accident", |claim| {
        claim.acts = vec![act("G", 3000, 100, 3000, 0)];
        claim.care.nature = 41;
        claim.care.accident = Some(Accident::Number("263456789".to_owned()));
        claim.third_party_amo = true;
    });
    assert_eq!(accepted, ["ARL+"]);
    let by_a_third_party = judged("third-party", |claim| {
        claim.care.third_party_accident = "2026-01-10".parse().ok();
        claim.care.accident = "2026-01-09".parse().ok().map(Accident::Date);
    });
    assert_eq!(by_a_third_party, ["ARL+"], "maladie: the price is the same");
    let sent = judged("sent", |claim| {
        claim.care.care_path = Some('M');
        claim.care.referrer = Some(Referrer { billing: doctor(), date: "2026-01-12".parse().ok() });
        claim.acts = vec![act("G", 3000, 70, 2100, 0), act("MCG", 500, 70, 350, 0)];
        claim.acts[1].details.prescriber = Some(doctor());
        claim.acts[1].details.prescribed_on = "2026-01-12".parse().ok();
    });
    assert_eq!(sent, ["ARL+"]);
}

#[test]
fn what_has_no_meaning_is_refused() {
    type Change = fn(&mut FseContent);
    let cases: [(&str, Change); 7] = [
        ("place", |claim| claim.acts[0].details.place = Some('X')),
        ("full-rate", |claim| claim.acts[0].details.full_rate = Some('X')),
        ("way-of-g", |claim| claim.acts[0].details.travel = Some(Travel { driven: 1200, times: 1 })),
        ("heavy", |claim| claim.care.exoneration = Some('C')),
        ("qualifier", |claim| claim.acts[0].qualifier = Some('Z')),
        ("coefficient", |claim| claim.acts[0].coefficient = 200),
        ("path", |claim| claim.care.care_path = Some('Z')),
    ];
    for (name, change) in cases {
        assert_eq!(judged(&format!("no-{name}"), change), ["ARL+", "1 S0116"], "{name}");
    }
    let nature = judged("no-nature", |claim| claim.care.nature = 55);
    assert_eq!(nature, ["ARL+", "1 S0116"]);
    let which_accident = judged("no-accident", |claim| {
        claim.care.nature = 41;
        claim.acts = vec![act("G", 3000, 100, 3000, 0)];
    });
    assert_eq!(which_accident, ["ARL+", "1 S0116"]);
    let local = judged("nature-13", |claim| claim.care.nature = 13);
    assert_eq!(local, ["ARL+"], "maladie under the local scheme");
}
