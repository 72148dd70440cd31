//! What may be typed as a billing situation: the fields, one by one, against their tables.

use liasse_domain::Private;

use super::*;

fn holder() -> CardHolder {
    CardHolder {
        card_type: CardType::Cps,
        test_card: true,
        rpps: Some("99900101017".parse().expect("a number")),
        civility: 22,
        family_name: Private::new("GRIS"),
        given_name: Private::new("Anne"),
    }
}

fn typed() -> TypedSituation {
    let json = r#"{"practice_mode":0,"structure_name":"Cabinet Gris","billing_number":"99 101 011 7","convention":1,
                   "specialty":"1","tariff_zone":"20","ik_zone":"1"}"#;
    serde_json::from_str(json).expect("a situation")
}

fn fault(change: impl FnOnce(&mut TypedSituation)) -> Option<SituationFault> {
    let mut typed = typed();
    change(&mut typed);
    typed.checked(&holder()).err()
}

#[test]
fn what_people_type_becomes_what_a_card_would_say() {
    let situation = typed().checked(&holder()).expect("sound");
    assert_eq!((situation.number, situation.billing_number.as_str()), (1, "991010117"));
    assert_eq!(situation.structure_name, "CABINET GRIS");
    assert_eq!([&situation.specialty, &situation.tariff_zone, &situation.ik_zone], ["01", "20", "01"]);
    assert!(situation.may_sign_fse && situation.may_sign_lot, "unless somebody says otherwise");
    // The number of the place is the one that the card of the invented world bears.
    assert_eq!((situation.structure_kind, situation.structure_number.as_str()), (4, "999001010170018"));
    let nameless = typed().checked(&CardHolder { rpps: None, ..holder() }).expect("sound");
    assert_eq!((nameless.structure_kind, nameless.structure_number.as_str()), (0, ""));
    assert_eq!(fault(|typed| (typed.may_sign_fse, typed.may_sign_lot) = (false, false)), None);
}

#[test]
fn each_field_is_refused_by_its_own_name() {
    use SituationFault::{Billing, Convention, IkZone, Locum, Mode, Name, Number, Specialty, TariffZone};
    type Change = fn(&mut TypedSituation);
    let faults: [(Change, SituationFault); 17] = [
        (|typed| typed.number = 0, Number),
        (|typed| typed.number = 17, Number),
        (|typed| typed.practice_mode = 3, Mode),
        (|typed| typed.convention = 4, Convention),
        (|typed| typed.billing_number = "991010118".to_owned(), Billing),
        (|typed| typed.billing_number.clear(), Billing),
        (|typed| typed.structure_name = "  ".to_owned(), Name),
        (|typed| typed.structure_name = "A".repeat(41), Name),
        (|typed| typed.structure_name = "CABINET №1".to_owned(), Name),
        (|typed| typed.locum_number = "991010661".to_owned(), Locum),
        (|typed| typed.practice_mode = 4, Locum),
        (|typed| typed.specialty = "00".to_owned(), Specialty),
        (|typed| typed.specialty = "MG".to_owned(), Specialty),
        (|typed| typed.tariff_zone = "99".to_owned(), TariffZone),
        (|typed| typed.tariff_zone.clear(), TariffZone),
        (|typed| typed.ik_zone = "9".to_owned(), IkZone),
        (|typed| typed.ik_zone = "001".to_owned(), IkZone),
    ];
    for (change, wanted) in faults {
        assert_eq!(fault(change), Some(wanted));
    }
}

#[test]
fn a_locum_has_the_number_of_one() {
    let mut typed = typed();
    (typed.practice_mode, typed.locum_number) = (4, "991010661".to_owned());
    let situation = typed.checked(&holder()).expect("sound");
    assert!(situation.is_locum());
    assert_eq!(situation.locum_number.as_ref().map(BillingNumber::as_str), Some("991010661"));
}

#[test]
fn a_field_that_nobody_knows_is_not_passed_over() {
    let more = r#"{"practice_mode":0,"structure_name":"X","billing_number":"991010117","convention":1,"specialty":"01",
                   "tariff_zone":"20","ik_zone":"01","agreements":["01","00","00"]}"#;
    assert!(serde_json::from_str::<TypedSituation>(more).is_err());
}
