//! B2: the checker in both profiles, files and lots of ours, single FSE.
//! What is read writes back to the same bytes, and the checker and the readers are of one mind.

use liasse_domain::fse::{ActLine, ComplementaryCover, Corrects, Demand, Executant, Locum, Patient};
use liasse_domain::{BirthDate, FseContent};
use liasse_formats::b2::{ClaimedFse, Profile, Report, check, read_fse, render_fse};
use liasse_formats::lot::{FileFault, file_bytes, lot_bytes, open_file, open_lot, peek_identifier};

use super::place;

/// Any bytes as B2.
pub fn b2(bytes: &[u8]) {
    checked(bytes);
    opened(bytes);
    claimed(bytes);
}

fn checked(bytes: &[u8]) {
    let lines = place::lenient(bytes);
    let by_itself = check(None, bytes);
    for profile in [Profile::Cp, Profile::SimEr] {
        let report = check(Some(profile), bytes);
        assert!(report.profile == profile && (profile != by_itself.profile || report == by_itself));
        assert_eq!(report.records, lines.len());
        assert!(report.invoices <= report.records);
        for told in [&report.faults, &report.findings] {
            assert!(told.len() <= Report::MOST);
            assert!(told.is_sorted_by_key(|fault| fault.line), "in the order of the file");
            told.iter().for_each(|fault| place::inside(fault, &lines));
        }
    }
}

fn is_sound(bytes: &[u8]) -> bool {
    check(Some(Profile::SimEr), bytes).faults.is_empty()
}

fn opened(bytes: &[u8]) {
    match open_file(bytes) {
        Ok(file) => {
            let again = file_bytes(&file.sender, &file.to, file.identifier, file.created, file.lot_bytes);
            assert!(again == bytes, "another writing");
            assert_eq!(open_lot(file.lot_bytes).as_ref(), Ok(&file.lot));
            assert_eq!(peek_identifier(bytes), Some((file.sender, file.identifier)));
            assert_eq!(is_sound(bytes), file.lot.fses.iter().all(|fse| read_fse(fse).is_ok()));
        }
        Err(fault) => refused(&fault, bytes),
    }
    match open_lot(bytes) {
        Ok(lot) => {
            assert!(lot_bytes(&lot.header, &lot.fses, &lot.head) == bytes, "another writing");
            assert_eq!(is_sound(bytes), lot.fses.iter().all(|fse| read_fse(fse).is_ok()));
        }
        Err(fault) => refused(&fault, bytes),
    }
}

fn refused(fault: &FileFault, bytes: &[u8]) {
    match fault {
        FileFault::Record(fault) => place::inside(fault, &place::strict(bytes)),
        FileFault::Missing { record } => assert_ne!(*record, "?", "a table lacks a field"),
        FileFault::Count { found, expected } => assert_ne!(found, expected),
    }
}

fn claimed(bytes: &[u8]) {
    match read_fse(bytes) {
        Ok(claimed) => {
            assert!(render_fse(&content(&claimed)).as_deref() == Ok(bytes), "another writing");
            assert!(is_sound(bytes));
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            let lines = place::strict(bytes);
            faults.iter().for_each(|fault| place::inside(fault, &lines));
        }
    }
}

/// The content that makes these bytes; what the wire does not carry is made up.
fn content(claimed: &ClaimedFse) -> FseContent {
    let nowhere = || "NULLE PART".into();
    let name = claimed.locum_name.as_ref();
    FseContent {
        reference: claimed.reference.clone(),
        mode: claimed.mode,
        drawn_up: claimed.drawn_up,
        corrects: claimed.corrects.zip(claimed.corrects_date).map(|(number, drawn_up)| Corrects { number, drawn_up }),
        executant: Executant {
            billing: claimed.reference.billing.clone(),
            rpps: claimed.executant_rpps.clone(),
            family_name: nowhere(),
            given_name: nowhere(),
            convention: claimed.convention,
            specialty: claimed.specialty.clone(),
            tariff_zone: claimed.tariff_zone.clone(),
            ik_zone: "00".to_owned(),
            agreements: [const { String::new() }; 3],
            condition: claimed.condition,
            situation: claimed.situation,
            structure_kind: 4,
            structure_number: claimed.structure_number.clone(),
            structure_name: String::new(),
        },
        locum: claimed.locum.clone().zip(name).map(|(billing, (family, given))| Locum {
            billing,
            family_name: family.clone(),
            given_name: given.clone(),
            signs: claimed.locum_signs,
        }),
        patient: Patient {
            insured_nir: claimed.insured_nir,
            insured_key: claimed.insured_key,
            own_nir: claimed.own_nir,
            family_name: nowhere(),
            given_name: nowhere(),
            birth_date: birth(&claimed.birth),
            birth_rank: claimed.birth_rank,
            quality: claimed.quality,
            coverage_code: claimed.coverage_code.clone(),
        },
        organisme: claimed.organisme.clone(),
        complementary: claimed.complementary.clone().map(|(contract, number)| ComplementaryCover {
            contract,
            number,
            member: claimed.demand.as_ref().map_or_else(nowhere, |demand| demand.member.as_str().into()),
            convention: claimed.demand.as_ref().map_or_else(String::new, |demand| demand.convention.clone()),
            management: claimed.management,
        }),
        care: claimed.care.clone(),
        third_party_amo: claimed.third_party_amo,
        third_party_amc: claimed.third_party_amc,
        acts: claimed.acts.iter().map(ActLine::clone).collect(),
        demand: claimed
            .demand
            .as_ref()
            .map(|demand| Demand { route: claimed.organisme.destination(), cancels: demand.cancels }),
    }
}

/// The wire has no century.
fn birth(digits: &str) -> BirthDate {
    match BirthDate::from_compact(&format!("19{digits}")) {
        Ok(date) => date,
        Err(_) => panic!("a birth date that was read has six digits"),
    }
}
