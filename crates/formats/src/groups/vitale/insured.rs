//! SSV groups 101 to 103: the card and the insured person, the service of the family, the accidents at work.
//! Not the beneficiaries. Fields: reference cards, 2.4.

use liasse_domain::patient::{AccidentNote, CardNotes, FamilyService, Insured};
use liasse_domain::{Nir, Organisme, Private};

use super::fields::{date, key, moment, once, period, period_texts, text};
use crate::groups::{Group, GroupError};

/// Accidents that group 103 has room for, three fields each.
const ACCIDENTS: u8 = 3;

/// Group 101, then 102 and 103 where the card has them.
pub fn to_groups(insured: &Insured) -> Vec<Group> {
    let notes = &insured.notes;
    let mut groups = vec![to_group(insured)];
    groups.extend(notes.family_service.as_ref().map(service_to_group));
    if !notes.accidents.is_empty() {
        groups.push(accidents_to_group(&notes.accidents));
    }
    groups
}

fn to_group(insured: &Insured) -> Group {
    let (organisme, notes) = (&insured.organisme, &insured.notes);
    let kind = match (insured.test_card, notes.demonstration) {
        (true, false) => "T",
        (true, true) => "D",
        (false, _) => "R",
    };
    Group::of_texts(
        101,
        [
            kind,
            &insured.serial,
            &moment(insured.valid_until),
            &notes.ruf1,
            &notes.ruf2,
            &notes.ruf_admin,
            &notes.holder_kind,
            insured.nir.as_str(),
            &key(insured.nir_key),
            organisme.regime(),
            organisme.caisse(),
            organisme.centre(),
            &insured.management_code,
            &notes.ruf_family,
        ],
    )
}

/// Group 101. What groups 102 and 103 say is added by [`note`].
pub fn from_group(group: &Group) -> Result<Insured, GroupError> {
    Ok(Insured {
        test_card: matches!(group.text(1).as_str(), "T" | "D"),
        serial: text(group, 2)?,
        valid_until: date(group, 3)?,
        nir: Nir::parse(&group.text(8)).map_err(|_| group.bad(8))?,
        nir_key: group.number(9)?,
        organisme: Organisme::new(&group.text(10), &group.text(11), &group.text(12)).map_err(|_| group.bad(10))?,
        management_code: text(group, 13)?,
        notes: CardNotes {
            demonstration: group.field(1) == b"D",
            ruf1: text(group, 4)?,
            ruf2: text(group, 5)?,
            ruf_admin: text(group, 6)?,
            holder_kind: text(group, 7)?,
            ruf_family: text(group, 14)?,
            family_service: None,
            accidents: Vec::new(),
        },
    })
}

/// What group 102 or 103 adds.
pub fn note(insured: &mut Insured, group: &Group) -> Result<(), GroupError> {
    let notes = &mut insured.notes;
    if group.id == 102 {
        let service = FamilyService { code: text(group, 1)?, period: period(group, 2, 3)? };
        return once(&mut notes.family_service, service, group);
    }
    if !notes.accidents.is_empty() {
        return Err(GroupError::TooMany { group: group.id });
    }
    notes.accidents = accidents_from_group(group)?;
    Ok(())
}

fn service_to_group(service: &FamilyService) -> Group {
    let [from, until] = period_texts(&service.period);
    Group::of_texts(102, [&service.code, &from, &until])
}

/// Nine fields always: a place without accident is three empty ones.
fn accidents_to_group(accidents: &[AccidentNote]) -> Group {
    let mut fields = Vec::new();
    for place in 0..usize::from(ACCIDENTS) {
        let texts = accidents.get(place).map(|one| [one.organisme.as_str(), &one.code, one.identifier.reveal()]);
        fields.extend(texts.unwrap_or_default());
    }
    Group::of_texts(103, fields)
}

fn accidents_from_group(group: &Group) -> Result<Vec<AccidentNote>, GroupError> {
    let mut accidents = Vec::new();
    for place in 0..ACCIDENTS {
        let first = place * 3 + 1;
        accidents.push(AccidentNote {
            organisme: text(group, first)?,
            code: text(group, first + 1)?,
            identifier: Private::new(text(group, first + 2)?),
        });
    }
    while accidents.last().is_some_and(AccidentNote::is_empty) {
        accidents.pop();
    }
    Ok(accidents)
}
