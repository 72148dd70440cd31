//! SSV groups 101 to 111: what a Vitale says of the insured person, the beneficiaries and their rights.
//! Not the files of a real card: rights lie there behind GIE keys; our simulated cards carry this zone.
//! Order and fields: reference formats 2.2; dates of twelve digits, absent as empty or zeros (cards 2.5).

use chrono::NaiveDate;
use liasse_domain::patient::{Complementary, Coverage, Insured, Period};
use liasse_domain::{Beneficiary, BirthDate, Nir, Organisme, Private, VitaleContent};

use super::{Group, GroupError};

/// The groups of a card, in the order of a card: 101, then for each beneficiary 104, 105…, 106…, 109 where there is
/// a complementary insurer.
pub fn vitale_to_groups(content: &VitaleContent) -> Vec<Group> {
    let mut groups = vec![insured_to_group(&content.insured)];
    for beneficiary in &content.beneficiaries {
        groups.push(beneficiary_to_group(beneficiary));
        groups.extend(beneficiary.rights.iter().map(|period| Group::of_texts(105, period_texts(period))));
        groups.extend(beneficiary.coverage.iter().map(coverage_to_group));
        groups.extend(beneficiary.complementary.as_ref().map(complementary_to_group));
    }
    groups
}

/// What the groups of a card say. Groups 102, 103, 107, 108 and 111 are passed over; 105, 106 and 109 belong to the
/// beneficiary (104) before them.
pub fn vitale_from_groups(groups: &[Group]) -> Result<VitaleContent, GroupError> {
    let insured = groups.iter().find(|group| group.id == 101).ok_or(GroupError::Missing { group: 101 })?;
    let insured = insured_from_group(insured)?;
    let mut beneficiaries: Vec<Beneficiary> = Vec::new();
    for group in groups {
        if group.id == 104 {
            beneficiaries.push(beneficiary_from_group(group)?);
        } else if matches!(group.id, 105 | 106 | 109) {
            let owner = beneficiaries.last_mut().ok_or(GroupError::Missing { group: 104 })?;
            match group.id {
                105 => owner.rights.push(period(group, 1, 2)?),
                106 => owner.coverage.push(coverage_from_group(group)?),
                _ => owner.complementary = Some(complementary_from_group(group)?),
            }
        }
    }
    if beneficiaries.is_empty() {
        return Err(GroupError::Missing { group: 104 });
    }
    Ok(VitaleContent { insured, beneficiaries })
}

fn insured_to_group(insured: &Insured) -> Group {
    let organisme = &insured.organisme;
    Group::of_texts(
        101,
        [
            if insured.test_card { "T" } else { "R" },
            &insured.serial,
            &moment(insured.valid_until),
            "0",
            "",
            "",
            "A",
            insured.nir.as_str(),
            &key(insured.nir_key),
            organisme.regime(),
            organisme.caisse(),
            organisme.centre(),
            &insured.management_code,
            "",
        ],
    )
}

fn insured_from_group(group: &Group) -> Result<Insured, GroupError> {
    Ok(Insured {
        test_card: matches!(group.text(1).as_str(), "T" | "D"),
        serial: group.text(2),
        valid_until: date(group, 3)?,
        nir: Nir::parse(&group.text(8)).map_err(|_| group.bad(8))?,
        nir_key: group.number(9)?,
        organisme: Organisme::new(&group.text(10), &group.text(11), &group.text(12)).map_err(|_| group.bad(10))?,
        management_code: group.text(13),
    })
}

fn beneficiary_to_group(beneficiary: &Beneficiary) -> Group {
    let own = beneficiary.own_nir;
    let [from, until] = period_texts(&beneficiary.amo_service_period);
    Group::of_texts(
        104,
        [
            beneficiary.family_name.reveal(),
            beneficiary.birth_name.as_ref().map(Private::reveal).unwrap_or_default(),
            beneficiary.given_name.reveal(),
            "",
            "",
            "",
            "",
            "",
            own.as_ref().map(|(nir, _)| nir.as_str()).unwrap_or_default(),
            &own.map(|(_, own_key)| key(own_key)).unwrap_or_default(),
            "",
            &format!("{}0000", beneficiary.birth_date.compact()),
            &beneficiary.birth_rank.to_string(),
            &beneficiary.quality.to_string(),
            &beneficiary.amo_service,
            &from,
            &until,
            "",
        ],
    )
}

fn beneficiary_from_group(group: &Group) -> Result<Beneficiary, GroupError> {
    let own_nir = match group.text(9).as_str() {
        "" => None,
        nir => Some((Nir::parse(nir).map_err(|_| group.bad(9))?, group.number(10)?)),
    };
    let family_name = Private::new(group.text(1));
    // Cards repeat the usual name as patronymic: only a different one says something.
    let birth_name = Some(Private::new(group.text(2))).filter(|name| !name.is_empty() && *name != family_name);
    let birth = group.text(12);
    let birth_date =
        birth.get(..8).and_then(|day| BirthDate::from_compact(day).ok()).filter(|_| matches!(birth.len(), 8 | 12));
    Ok(Beneficiary {
        family_name,
        birth_name,
        given_name: Private::new(group.text(3)),
        birth_date: birth_date.ok_or_else(|| group.bad(12))?,
        birth_rank: group.number(13)?,
        quality: group.number(14)?,
        own_nir,
        amo_service: group.text(15),
        amo_service_period: period(group, 16, 17)?,
        rights: Vec::new(),
        coverage: Vec::new(),
        complementary: None,
    })
}

fn coverage_to_group(coverage: &Coverage) -> Group {
    let [from, until] = period_texts(&coverage.period);
    Group::of_texts(106, [&from, &until, &coverage.ald.to_string(), &coverage.situation])
}

fn coverage_from_group(group: &Group) -> Result<Coverage, GroupError> {
    Ok(Coverage { period: period(group, 1, 2)?, ald: group.number(3)?, situation: group.text(4) })
}

fn complementary_to_group(cover: &Complementary) -> Group {
    let [from, until] = period_texts(&cover.period);
    Group::of_texts(
        109,
        [&cover.number, "", cover.member.reveal(), &cover.processing, &from, &until, "", "", "", "", "", ""],
    )
}

fn complementary_from_group(group: &Group) -> Result<Complementary, GroupError> {
    Ok(Complementary {
        number: group.text(1),
        member: Private::new(group.text(3)),
        processing: group.text(4),
        period: period(group, 5, 6)?,
    })
}

fn key(value: u8) -> String {
    format!("{value:02}")
}

fn moment(date: Option<NaiveDate>) -> String {
    date.map(|date| date.format("%Y%m%d0000").to_string()).unwrap_or_default()
}

fn period_texts(period: &Period) -> [String; 2] {
    [moment(period.from), moment(period.until)]
}

fn period(group: &Group, from: u8, until: u8) -> Result<Period, GroupError> {
    Ok(Period { from: date(group, from)?, until: date(group, until)? })
}

/// `AAAAMMJJhhmm` or `AAAAMMJJ`; nothing or zeros is no date.
fn date(group: &Group, number: u8) -> Result<Option<NaiveDate>, GroupError> {
    let text = group.text(number);
    if text.bytes().all(|byte| byte == b'0') {
        return Ok(None);
    }
    if !matches!(text.len(), 8 | 12) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(group.bad(number));
    }
    let part = |range| text.get(range).and_then(|digits: &str| digits.parse::<u32>().ok()).unwrap_or_default();
    let year = i32::try_from(part(0..4)).unwrap_or_default();
    NaiveDate::from_ymd_opt(year, part(4..6), part(6..8)).map(Some).ok_or_else(|| group.bad(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::{decode, encode, tests::published_head};
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("date")
    }

    fn beneficiary() -> Beneficiary {
        Beneficiary {
            family_name: "DURAND".into(),
            birth_name: None,
            given_name: "LÉA".into(),
            birth_date: "1951-19-20".parse().expect("kept as read"),
            birth_rank: 1,
            quality: 0,
            own_nir: None,
            amo_service: "00".to_owned(),
            amo_service_period: Period { from: None, until: None },
            rights: vec![Period { from: None, until: Some(day("2026-12-31")) }],
            coverage: vec![],
            complementary: None,
        }
    }

    #[test]
    fn the_insured_of_the_published_head() {
        let head = decode(&published_head()).expect("a zone");
        let insured = insured_from_group(&head[0]).expect("group 101");
        assert!(insured.test_card);
        assert_eq!(insured.serial, "58666417");
        assert_eq!(insured.valid_until, Some(day("2015-12-31")));
        assert_eq!((insured.nir.as_str(), insured.nir_key), ("2501962643002", 68));
        assert_eq!(insured.organisme, Organisme::new("01", "349", "9881").expect("codes"));
        assert_eq!(insured.management_code, "10");
        // Written again, the published bytes come back.
        assert_eq!(encode(&[insured_to_group(&insured)]), published_head());
        assert_eq!(vitale_from_groups(&head), Err(GroupError::Missing { group: 104 }));
    }

    #[test]
    fn groups_stand_in_card_order_and_belong_to_the_one_before() {
        let insured = insured_from_group(&decode(&published_head()).expect("a zone")[0]).expect("group 101");
        let mut child = beneficiary();
        child.quality = 6;
        child.coverage = vec![Coverage {
            period: Period { from: Some(day("2020-01-01")), until: None },
            ald: 1,
            situation: "0100".to_owned(),
        }];
        child.complementary = Some(Complementary {
            number: "0099999997".to_owned(),
            member: "12345678".into(),
            processing: "63".to_owned(),
            period: Period { from: None, until: None },
        });
        let content = VitaleContent { insured, beneficiaries: vec![beneficiary(), child] };
        let groups = vitale_to_groups(&content);
        let ids: Vec<(u16, usize)> = groups.iter().map(|group| (group.id, group.fields.len())).collect();
        assert_eq!(ids, [(101, 14), (104, 18), (105, 2), (104, 18), (105, 2), (106, 4), (109, 12)]);
        assert_eq!(groups[1].field(3), b"L\xC9A", "ISO-8859-1");
        assert_eq!(groups[1].text(12), "195119200000");
        assert_eq!(vitale_from_groups(&groups), Ok(content));
    }

    #[test]
    fn zeros_are_no_date_and_nonsense_is_refused() {
        let group = |text: &str| Group::of_texts(105, [text, ""]);
        assert_eq!(date(&group("000000000000"), 1), Ok(None));
        assert_eq!(date(&group(""), 1), Ok(None));
        assert_eq!(date(&group("202602300000"), 1), Err(GroupError::Field { group: 105, field: 1 }));
        assert_eq!(date(&group("2026"), 1), Err(GroupError::Field { group: 105, field: 1 }));
        assert_eq!(
            vitale_from_groups(&[decode(&published_head()).expect("a zone")[0].clone(), group("")]),
            Err(GroupError::Missing { group: 104 })
        );
    }

    proptest! {
        #[test]
        fn cards_read_back(
            month in 0u8..=99, rank in 1u8..=9, quality in 0u8..=9, key in 0u8..=99, own in any::<bool>(),
            periods in proptest::collection::vec((proptest::option::of(0i64..20_000), proptest::option::of(0i64..20_000)), 0..4),
            name in "[A-ZÀ-ÿ' -]{1,27}",
        ) {
            let mut insured = insured_from_group(&decode(&published_head()).expect("a zone")[0]).expect("group 101");
            insured.nir_key = key;
            let at = |days: Option<i64>| days.map(|days| day("1990-01-01") + chrono::Duration::days(days));
            let mut person = beneficiary();
            person.family_name = Private::new(name);
            person.birth_date = BirthDate::new(1984, month, 1).expect("in range");
            (person.birth_rank, person.quality) = (rank, quality);
            person.own_nir = own.then(|| (Nir::parse("2840578006084").expect("nir"), key));
            person.rights = periods.into_iter().map(|(from, until)| Period { from: at(from), until: at(until) }).collect();
            let content = VitaleContent { insured, beneficiaries: vec![person] };
            let groups = decode(&encode(&vitale_to_groups(&content))).expect("our own zone");
            prop_assert_eq!(vitale_from_groups(&groups), Ok(content));
        }

        #[test]
        fn any_groups_are_read_or_refused(groups in proptest::collection::vec(
            (101u16..=111, proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..14), 0..19)), 0..8))
        {
            let groups: Vec<Group> = groups.into_iter().map(|(id, fields)| Group { id, fields }).collect();
            let _ = vitale_from_groups(&groups);
        }
    }
}
