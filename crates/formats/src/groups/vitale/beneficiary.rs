//! SSV group 104 and those that belong to it: 105 rights, 106 cover, 107 and 108 mutuelle, 109 complementary, 111 zone.
//! Not the insured person. Fields: reference cards, 2.4.

use liasse_domain::patient::{AmcRoute, BeneficiaryNotes, CardMutuelle, Complementary, Coverage};
use liasse_domain::{Beneficiary, BirthDate, Nir, Private};

use super::fields::{date, key, moment, once, period, period_texts, text};
use crate::groups::{Group, GroupError};

/// Periods of one kind that are read; the dictionary has seven at most.
const PERIODS: usize = 16;

/// Lines of an address: fields 4 to 8.
const ADDRESS: std::ops::RangeInclusive<u8> = 4..=8;

/// Group 104 and its own, in the order of a card.
pub fn to_groups(beneficiary: &Beneficiary) -> Vec<Group> {
    let mut groups = vec![to_group(beneficiary)];
    groups.extend(beneficiary.rights.iter().map(|period| Group::of_texts(105, period_texts(period))));
    groups.extend(beneficiary.coverage.iter().map(coverage_to_group));
    if let Some(mutuelle) = &beneficiary.mutuelle {
        groups.push(mutuelle_to_group(mutuelle));
        groups.extend(mutuelle.rights.iter().map(|period| Group::of_texts(108, period_texts(period))));
    }
    groups.extend(beneficiary.complementary.as_ref().map(complementary_to_group));
    groups.extend(beneficiary.notes.common_zone.as_ref().map(|zone| Group::of_texts(111, [zone])));
    groups
}

fn to_group(beneficiary: &Beneficiary) -> Group {
    let (own, notes) = (beneficiary.own_nir, &beneficiary.notes);
    let [from, until] = period_texts(&beneficiary.amo_service_period);
    let line = |number: usize| notes.address.get(number).map(Private::reveal).unwrap_or_default();
    Group::of_texts(
        104,
        [
            beneficiary.family_name.reveal(),
            beneficiary.birth_name.as_ref().map(Private::reveal).unwrap_or_default(),
            beneficiary.given_name.reveal(),
            line(0),
            line(1),
            line(2),
            line(3),
            line(4),
            own.as_ref().map(|(nir, _)| nir.as_str()).unwrap_or_default(),
            &own.map(|(_, own_key)| key(own_key)).unwrap_or_default(),
            &moment(notes.nir_certified_on),
            &format!("{}0000", beneficiary.birth_date.compact()),
            &beneficiary.birth_rank.to_string(),
            &beneficiary.quality.to_string(),
            &beneficiary.amo_service,
            &from,
            &until,
            &notes.ruf_amo,
        ],
    )
}

/// Group 104. What belongs to it is added by [`note`].
pub fn from_group(group: &Group) -> Result<Beneficiary, GroupError> {
    let own_nir = match group.text(9).as_str() {
        "" => None,
        nir => Some((Nir::parse(nir).map_err(|_| group.bad(9))?, group.number(10)?)),
    };
    let family_name = Private::new(text(group, 1)?);
    // Cards repeat the usual name as patronymic: only a different one says something.
    let birth_name = Some(Private::new(text(group, 2)?)).filter(|name| !name.is_empty() && *name != family_name);
    let birth = group.text(12);
    let birth_date =
        birth.get(..8).and_then(|day| BirthDate::from_compact(day).ok()).filter(|_| matches!(birth.len(), 8 | 12));
    Ok(Beneficiary {
        family_name,
        birth_name,
        given_name: Private::new(text(group, 3)?),
        birth_date: birth_date.ok_or_else(|| group.bad(12))?,
        birth_rank: group.number(13)?,
        quality: group.number(14)?,
        own_nir,
        amo_service: text(group, 15)?,
        amo_service_period: period(group, 16, 17)?,
        rights: Vec::new(),
        coverage: Vec::new(),
        mutuelle: None,
        complementary: None,
        notes: BeneficiaryNotes {
            address: address(group)?,
            nir_certified_on: date(group, 11)?,
            ruf_amo: text(group, 18)?,
            common_zone: None,
        },
    })
}

/// Five lines, or none where all are empty.
fn address(group: &Group) -> Result<Vec<Private>, GroupError> {
    let lines = ADDRESS.map(|number| text(group, number).map(Private::new)).collect::<Result<Vec<_>, _>>()?;
    Ok(if lines.iter().all(Private::is_empty) { Vec::new() } else { lines })
}

/// What a group from 105 on adds to the beneficiary before it.
pub fn note(owner: &mut Beneficiary, group: &Group) -> Result<(), GroupError> {
    match group.id {
        105 => push(&mut owner.rights, period(group, 1, 2)?, group),
        106 => push(&mut owner.coverage, coverage_from_group(group)?, group),
        107 => once(&mut owner.mutuelle, mutuelle_from_group(group)?, group),
        108 => {
            let mutuelle = owner.mutuelle.as_mut().ok_or(GroupError::Missing { group: 107 })?;
            push(&mut mutuelle.rights, period(group, 1, 2)?, group)
        }
        109 => once(&mut owner.complementary, complementary_from_group(group)?, group),
        _ => once(&mut owner.notes.common_zone, text(group, 1)?, group),
    }
}

fn push<T>(list: &mut Vec<T>, one: T, group: &Group) -> Result<(), GroupError> {
    if list.len() == PERIODS {
        return Err(GroupError::TooMany { group: group.id });
    }
    list.push(one);
    Ok(())
}

fn coverage_to_group(coverage: &Coverage) -> Group {
    let [from, until] = period_texts(&coverage.period);
    Group::of_texts(106, [&from, &until, &coverage.ald.to_string(), &coverage.situation])
}

fn coverage_from_group(group: &Group) -> Result<Coverage, GroupError> {
    Ok(Coverage { period: period(group, 1, 2)?, ald: group.number(3)?, situation: text(group, 4)? })
}

fn mutuelle_to_group(mutuelle: &CardMutuelle) -> Group {
    let CardMutuelle { number, guarantees, processing, service_kind, services, sts, rights: _ } = mutuelle;
    Group::of_texts(107, [number, guarantees, processing, service_kind, services, sts])
}

fn mutuelle_from_group(group: &Group) -> Result<CardMutuelle, GroupError> {
    Ok(CardMutuelle {
        number: text(group, 1)?,
        guarantees: text(group, 2)?,
        processing: text(group, 3)?,
        service_kind: text(group, 4)?,
        services: text(group, 5)?,
        sts: text(group, 6)?,
        rights: Vec::new(),
    })
}

fn complementary_to_group(cover: &Complementary) -> Group {
    let ([from, until], route) = (period_texts(&cover.period), &cover.route);
    Group::of_texts(
        109,
        [
            &cover.number,
            &route.edi_number,
            cover.member.reveal(),
            &cover.processing,
            &from,
            &until,
            &route.code,
            &route.host,
            &route.domain,
            &route.sts,
            &route.service_kind,
            &route.services,
        ],
    )
}

fn complementary_from_group(group: &Group) -> Result<Complementary, GroupError> {
    Ok(Complementary {
        number: text(group, 1)?,
        member: Private::new(text(group, 3)?),
        processing: text(group, 4)?,
        period: period(group, 5, 6)?,
        route: AmcRoute {
            edi_number: text(group, 2)?,
            code: text(group, 7)?,
            host: text(group, 8)?,
            domain: text(group, 9)?,
            sts: text(group, 10)?,
            service_kind: text(group, 11)?,
            services: text(group, 12)?,
        },
    })
}
