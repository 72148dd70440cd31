//! SSV groups: what is read is written again in its shortest form and read alike, as groups and as what they say.

use liasse_cards::sim;
use liasse_formats::groups::professional::{
    holder_from_group, holder_to_group, situation_from_group, situation_to_group,
};
use liasse_formats::groups::vitale::{vitale_from_groups, vitale_to_groups};
use liasse_formats::groups::{Group, GroupError, decode, encode};

/// Any bytes as a zone of groups.
pub fn groups(bytes: &[u8]) {
    match decode(bytes) {
        Ok(groups) => {
            let zone = encode(&groups);
            assert!(zone.len() <= bytes.len(), "lengths in their shortest form");
            assert_eq!(decode(&zone).as_ref(), Ok(&groups));
            // In a file of a simulated card, with padding behind.
            let file = [sim::wrap(&groups), vec![0; 32]].concat();
            assert!(matches!(sim::unwrap(&file), Ok(Some(again)) if again == groups));
            typed(&groups);
        }
        Err(GroupError::Length { offset }) => assert!(offset <= bytes.len(), "a fault outside the zone"),
        Err(_) => {}
    }
}

fn typed(groups: &[Group]) {
    for group in groups {
        if let Ok(holder) = holder_from_group(group) {
            assert_eq!(holder_from_group(&holder_to_group(&holder)), Ok(holder));
        }
        if let Ok(situation) = situation_from_group(group) {
            assert_eq!(situation_from_group(&situation_to_group(&situation)), Ok(situation));
        }
    }
    match vitale_from_groups(groups) {
        Ok(content) => {
            let again = decode(&encode(&vitale_to_groups(&content)));
            assert_eq!(again.and_then(|groups| vitale_from_groups(&groups)), Ok(content));
        }
        // The group that is named is there, or is one that must be.
        Err(GroupError::Field { group, field }) => {
            assert!(field >= 1 && groups.iter().any(|found| found.id == group), "{group} is not in the zone");
        }
        Err(GroupError::Missing { group }) => assert!((101..=111).contains(&group), "{group} is no group of a Vitale"),
        Err(_) => {}
    }
}
