//! SSV groups 101 to 111: what a Vitale says of the insured person, the beneficiaries and their rights.
//! Not the files of a real card: rights lie there behind GIE keys; our simulated cards carry this zone.
//! Order and fields: reference formats 2.2; dates of twelve digits, absent as empty or zeros (cards 2.5).

mod beneficiary;
mod fields;
mod insured;

use liasse_domain::{Beneficiary, VitaleContent};

use super::{Group, GroupError};

/// A card holds nineteen beneficiaries at most.
pub const BENEFICIARIES: usize = 19;

/// The groups of a card, in the order of a card: 101 to 103, then for each beneficiary 104, 105…, 106…, 107 and 108…
/// where a mutuelle is managed by the caisse, 109 where there is a complementary insurer, 111 where there is a zone.
pub fn vitale_to_groups(content: &VitaleContent) -> Vec<Group> {
    let mut groups = insured::to_groups(&content.insured);
    groups.extend(content.beneficiaries.iter().flat_map(beneficiary::to_groups));
    groups
}

/// What the groups of a card say: 105 to 111 belong to the beneficiary (104) before them. Groups of another number are
/// passed over.
pub fn vitale_from_groups(groups: &[Group]) -> Result<VitaleContent, GroupError> {
    let of_card = groups.iter().find(|group| group.id == 101).ok_or(GroupError::Missing { group: 101 })?;
    let mut insured = insured::from_group(of_card)?;
    if groups.iter().filter(|group| group.id == 101).count() > 1 {
        return Err(GroupError::TooMany { group: 101 });
    }
    let mut beneficiaries: Vec<Beneficiary> = Vec::new();
    for group in groups {
        match group.id {
            102 | 103 => insured::note(&mut insured, group)?,
            104 if beneficiaries.len() == BENEFICIARIES => return Err(GroupError::TooMany { group: 104 }),
            104 => beneficiaries.push(beneficiary::from_group(group)?),
            105..=109 | 111 => {
                let owner = beneficiaries.last_mut().ok_or(GroupError::Missing { group: 104 })?;
                beneficiary::note(owner, group)?;
            }
            _ => {}
        }
    }
    if beneficiaries.is_empty() {
        return Err(GroupError::Missing { group: 104 });
    }
    Ok(VitaleContent { insured, beneficiaries })
}

#[cfg(test)]
mod tests;
