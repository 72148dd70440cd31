//! `cards situation` on cards that say their own situations: what is refused before anything is kept. A card whose situations are
//! not public is one of `core`'s tests: none is simulated byte for byte.

use super::practice::Practice;

const SITUATION: &str = r#"{"practice_mode":0,"structure_name":"CABINET GRIS","billing_number":"991010117","convention":1,
    "specialty":"01","tariff_zone":"20","ik_zone":"01"}"#;

#[test]
fn a_card_that_says_its_situations_is_not_typed_for() {
    let practice = Practice::empty("situation");
    let gris = ["cards", "situation", "-", "--reader", "sim:cps-gris"];
    assert_eq!(practice.call_with(&gris, SITUATION).ending(), (1, "saisie.situation_sur_la_carte"));
    // The code first, then the situation, both by standard input.
    let with_code = [&gris[..], &["--pin-stdin"]].concat();
    let both = practice.call_with(&with_code, &format!("1234\n{SITUATION}"));
    assert_eq!(both.ending(), (1, "saisie.situation_sur_la_carte"));
    let wrong = practice.call_with(&with_code, &format!("9999\n{SITUATION}"));
    assert_eq!(wrong.error_code(), "cards.code_faux");
}

#[test]
fn what_is_no_situation_or_no_card_of_a_professional_is_refused() {
    let practice = Practice::empty("situation-refused");
    let gris = ["cards", "situation", "-", "--reader", "sim:cps-gris"];
    for text in ["", "{}", r#"{"practice_mode":"0"}"#] {
        let answer = practice.call_with(&gris, text);
        assert_eq!(answer.ending(), (2, "system.argument_refuse"), "{text}");
    }
    let vitale = practice.call_with(&["cards", "situation", "-", "--reader", "sim:vitale-durand"], SITUATION);
    assert_eq!(vitale.error_code(), "cards.cps_absente");
}
