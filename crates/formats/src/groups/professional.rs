//! SSV groups 1 and 2: who holds a CPS and in which situations that person bills.
//! Not where they lie on a card (crate `cards`) and not their real encoding, which is not public.
//! Fields: reference formats 2.2 and cards 1.8; codes: DICO-FR tables G01, G02, G08.

use liasse_domain::{BillingNumber, BillingSituation, CardHolder, CardType, Private, Rpps};

use super::{Group, GroupError};

/// Added to the card type of a test card (DICO-FR G01: 80 and following).
const TEST: u8 = 80;
/// Type of national number: RPPS (DICO-FR G08).
const RPPS: &str = "8";

/// Group 1 of a holder.
pub fn holder_to_group(holder: &CardHolder) -> Group {
    let card_type = holder.card_type.code() + if holder.test_card { TEST } else { 0 };
    let (kind, number, key) = match &holder.rpps {
        Some(rpps) => (RPPS, rpps.number(), rpps.key()),
        None => ("", "", ""),
    };
    let card_type = card_type.to_string();
    let civility = holder.civility.to_string();
    Group::of_texts(
        1,
        [&card_type, kind, number, key, &civility, holder.family_name.reveal(), holder.given_name.reveal()],
    )
}

/// The holder that group 1 describes.
pub fn holder_from_group(group: &Group) -> Result<CardHolder, GroupError> {
    expect_id(group, 1)?;
    let code = group.number(1)?;
    let test_card = code >= TEST;
    let card_type = CardType::from_code(if test_card { code - TEST } else { code }).ok_or_else(|| group.bad(1))?;
    let rpps = match group.text(2).as_str() {
        "" => None,
        RPPS => Some(Rpps::parse(&(group.text(3) + &group.text(4))).map_err(|_| group.bad(3))?),
        _ => return Err(group.bad(2)),
    };
    Ok(CardHolder {
        card_type,
        test_card,
        rpps,
        civility: group.number(5)?,
        family_name: Private::new(group.text(6)),
        given_name: Private::new(group.text(7)),
    })
}

/// Group 2 of a billing situation.
pub fn situation_to_group(situation: &BillingSituation) -> Group {
    let (structure, structure_key) = split_key(&situation.structure_number);
    let locum = situation.locum_number.as_ref();
    let habilitation = |may: bool| String::from(if may { "1" } else { "0" });
    let [first, second, third] = situation.agreements.clone();
    Group::of_texts(
        2,
        [
            situation.number.to_string(),
            situation.practice_mode.to_string(),
            situation.practice_status.to_string(),
            situation.activity_sector.to_string(),
            situation.structure_kind.to_string(),
            structure,
            structure_key,
            situation.structure_name.clone(),
            situation.billing_number.number().to_owned(),
            situation.billing_number.key().to_owned(),
            locum.map(|number| number.number().to_owned()).unwrap_or_default(),
            locum.map(|number| number.key().to_owned()).unwrap_or_default(),
            situation.convention.to_string(),
            situation.specialty.clone(),
            situation.tariff_zone.clone(),
            situation.ik_zone.clone(),
            first,
            second,
            third,
            habilitation(situation.may_sign_fse),
            habilitation(situation.may_sign_lot),
        ],
    )
}

/// The billing situation that group 2 describes.
pub fn situation_from_group(group: &Group) -> Result<BillingSituation, GroupError> {
    expect_id(group, 2)?;
    let billing = |number: u8| BillingNumber::parse(&(group.text(number) + &group.text(number + 1)));
    let habilitation = |number: u8| match group.text(number).as_str() {
        "1" | "001" => Ok(true),
        "0" | "000" | "" => Ok(false),
        _ => Err(group.bad(number)),
    };
    let locum_number = match group.field(11) {
        [] => None,
        _ => Some(billing(11).map_err(|_| group.bad(11))?),
    };
    Ok(BillingSituation {
        number: group.number(1)?,
        practice_mode: group.number(2)?,
        practice_status: group.number(3)?,
        activity_sector: group.number(4)?,
        structure_kind: group.number(5)?,
        structure_number: group.text(6) + &group.text(7),
        structure_name: group.text(8),
        billing_number: billing(9).map_err(|_| group.bad(9))?,
        locum_number,
        convention: group.number(13)?,
        specialty: group.text(14),
        tariff_zone: group.text(15),
        ik_zone: group.text(16),
        agreements: [group.text(17), group.text(18), group.text(19)],
        may_sign_fse: habilitation(20)?,
        may_sign_lot: habilitation(21)?,
    })
}

/// A number that carries its key as its last character, cut in two.
pub(crate) fn split_key(number: &str) -> (String, String) {
    let mut number = number.to_owned();
    let key = number.pop().map(String::from).unwrap_or_default();
    (number, key)
}

fn expect_id(group: &Group, id: u16) -> Result<(), GroupError> {
    if group.id == id { Ok(()) } else { Err(GroupError::Missing { group: id }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::{decode, encode};
    use proptest::prelude::*;

    /// The public fictive professional of reference cards 1.8.
    fn situation() -> BillingSituation {
        BillingSituation {
            number: 1,
            practice_mode: 0,
            practice_status: 1,
            activity_sector: 31,
            structure_kind: 4,
            structure_number: "999000652790050".to_owned(),
            structure_name: "CABINET GRIS".to_owned(),
            billing_number: BillingNumber::parse("991129768").expect("billing number"),
            locum_number: None,
            convention: 3,
            specialty: "07".to_owned(),
            tariff_zone: "30".to_owned(),
            ik_zone: "01".to_owned(),
            agreements: ["0".to_owned(), "0".to_owned(), "0".to_owned()],
            may_sign_fse: true,
            may_sign_lot: true,
        }
    }

    fn holder() -> CardHolder {
        CardHolder {
            card_type: CardType::Cps,
            test_card: true,
            rpps: Some(Rpps::parse("99900065279").expect("rpps")),
            civility: 22,
            family_name: "GRIS".into(),
            given_name: "ANNE".into(),
        }
    }

    #[test]
    fn groups_have_the_fields_of_the_dictionary() {
        let texts = |group: Group| (1..=group.fields.len() as u8).map(|n| group.text(n)).collect::<Vec<_>>().join("|");
        assert_eq!(texts(holder_to_group(&holder())), "80|8|9990006527|9|22|GRIS|ANNE");
        assert_eq!(
            texts(situation_to_group(&situation())),
            "1|0|1|31|4|99900065279005|0|CABINET GRIS|99112976|8|||3|07|30|01|0|0|0|1|1"
        );
    }

    #[test]
    fn wrong_fields_are_named() {
        let spoil = |field: usize, value: &str| {
            let mut group = situation_to_group(&situation());
            group.fields[field - 1] = value.as_bytes().to_vec();
            situation_from_group(&group)
        };
        assert_eq!(spoil(10, "7"), Err(GroupError::Field { group: 2, field: 9 }));
        assert_eq!(spoil(11, "99112976"), Err(GroupError::Field { group: 2, field: 11 }));
        assert_eq!(spoil(20, "2"), Err(GroupError::Field { group: 2, field: 20 }));
        assert_eq!(spoil(1, "+1"), Err(GroupError::Field { group: 2, field: 1 }));
        assert_eq!(situation_from_group(&holder_to_group(&holder())), Err(GroupError::Missing { group: 2 }));
        let mut other = holder_to_group(&holder());
        other.fields[0] = b"79".to_vec();
        assert_eq!(holder_from_group(&other), Err(GroupError::Field { group: 1, field: 1 }));
    }

    proptest! {
        #[test]
        fn people_read_back(
            name in "[A-ZÀ-ÿ' -]{0,30}", number in 1u8..=16, mode in prop_oneof![Just(0u8), Just(1), Just(4), Just(7)],
            locum in any::<bool>(), structure in "[0-9]{0,15}", may in any::<(bool, bool)>(), test_card in any::<bool>(),
            kind in 0u8..4, rpps in any::<bool>(),
        ) {
            let mut one = situation();
            one.structure_name = name.clone();
            one.structure_number = structure;
            (one.number, one.practice_mode) = (number, mode);
            one.locum_number = locum.then(|| BillingNumber::parse("990781056").expect("billing number"));
            (one.may_sign_fse, one.may_sign_lot) = may;
            let mut person = holder();
            person.family_name = Private::new(name);
            person.test_card = test_card;
            person.card_type = CardType::from_code(kind).expect("0 to 3");
            if !rpps { person.rpps = None; }
            let zone = encode(&[holder_to_group(&person), situation_to_group(&one)]);
            let groups = decode(&zone).expect("our own zone");
            prop_assert_eq!(holder_from_group(&groups[0]), Ok(person));
            prop_assert_eq!(situation_from_group(&groups[1]), Ok(one));
        }

        #[test]
        fn any_fields_are_read_or_refused(
            id in 1u16..=2, fields in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..12), 0..25),
        ) {
            let group = Group { id, fields };
            let _ = holder_from_group(&group);
            let _ = situation_from_group(&group);
        }
    }
}
