//! One FSE: its bytes by hand, its way back, what has no bytes, and every byte counting.

use liasse_domain::fse::{Accident, FseContent};
use liasse_domain::{BirthDate, Centimes, Code, Coded, Rate};
use liasse_formats::b2::{ClaimedFse, RenderError, Unfit, read_fse, render_fse};
use proptest::prelude::*;

use crate::invented::{any_content, billing, content, day};

/// The FSE of `invented::content`, field by field from docs/formats.md.
pub fn by_hand() -> Vec<u8> {
    let blank = |count: usize| " ".repeat(count);
    let lines = [
        // 2: type, facturant, mode (sim), NIR, key, rank, number; 39 operation, entry, 01/751/0100, proof 4; no PEC
        // dates; nature 10; no exoneration, hospital date, accident, top; birth, rank; no stay; C2S 89 and its number.
        [
            "2".to_owned(),
            "991129768".to_owned(),
            "3".to_owned(),
            "284057800608490".to_owned(),
            "000000000042".to_owned(),
            "1000000000".to_owned(),
            "0175101004".to_owned(),
            "000000000000000000".to_owned(),
            "10 ".to_owned(),
            "000000000000000 ".to_owned(),
            "8405021".to_owned(),
            "00000000000000".to_owned(),
            "8999999997  ".to_owned(),
        ]
        .concat(),
        // 2S: complement S01; blanks 42-49; own NIR and key; date of elaboration (sim) 65-70; no médecin traitant;
        // care path T at 121; coverage, quality, convention (sim) 122-128.
        "2991129768 284057800608490000000000042S01".to_owned()
            + &blank(8)
            + "284057800608490260115"
            + &blank(41)
            + "000000000T0010001",
        // 2R: locum's number 42-50, name 51-75, first name 76-90, indicator 91.
        "2991129768 284057800608490000000000042R01990781056BLANC".to_owned()
            + &blank(20)
            + "ZOE"
            + &blank(12)
            + "1"
            + &blank(37),
        // 4: no mode, discipline, prescriber; executant 57-65; zone, specialty, date; G 76-80; 01, 1,00, 01; 30,00
        // 30,00 70 % 21,00 30,00; no qualifier; 9,00 for the complementary insurer.
        "4991129768 284057800608490000000000042".to_owned()
            + "00000000000000  00"
            + "9911297682001260115"
            + "G    0100010001"
            + "0003000000300007000021000003000 000900",
        // 4S: S01, L at 39; structure (sim) 56-70.
        "4991129768 284057800608490000000042S01L 0000000 000000 999000652790050".to_owned()
            + &blank(30)
            + "00000"
            + &blank(14)
            + "0000     ",
        // 4E: E01, executant's RPPS 64-74.
        "4991129768 284057800608490000000042E0100000000000".to_owned() + &blank(14) + "99900065279" + &blank(54),
        // 5: three records 4x; totals 30,00 21,00 9,00 and 9,00; no corrected invoice; both third-party flags (sim)
        // 113-114; mark and situation 123-128.
        "5991129768 284057800608490000000000042003".to_owned()
            + "0000000000000000"
            + "000030000000210000000900"
            + "0000000000000900"
            + "000000000000000"
            + "1100000000SIM101",
    ];
    let mut bytes = Vec::new();
    for line in lines {
        assert_eq!(line.len(), 128, "{line}");
        bytes.extend_from_slice(line.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

#[test]
fn the_bytes_are_those_written_by_hand() {
    let bytes = render_fse(&content()).expect("bytes");
    for (ours, hand) in bytes.chunks(130).zip(by_hand().chunks(130)) {
        assert_eq!(String::from_utf8_lossy(ours), String::from_utf8_lossy(hand));
    }
    assert_eq!(bytes, by_hand());
}

fn agrees(claimed: &ClaimedFse, content: &FseContent) -> Result<(), TestCaseError> {
    prop_assert_eq!(&claimed.reference, &content.reference);
    prop_assert_eq!(claimed.mode, content.mode);
    prop_assert_eq!(claimed.drawn_up, content.drawn_up);
    prop_assert_eq!(claimed.corrects, content.corrects.as_ref().map(|earlier| earlier.number));
    prop_assert_eq!(claimed.corrects_date, content.corrects.as_ref().map(|earlier| earlier.drawn_up));
    prop_assert_eq!(claimed.insured_nir, content.patient.insured_nir);
    prop_assert_eq!(claimed.insured_key, content.patient.insured_key);
    prop_assert_eq!(claimed.own_nir, content.patient.own_nir);
    prop_assert_eq!(&claimed.birth, &content.patient.birth_date.compact()[2..]);
    prop_assert_eq!(claimed.birth_rank, content.patient.birth_rank);
    prop_assert_eq!(claimed.quality, content.patient.quality);
    prop_assert_eq!(&claimed.coverage_code, &content.patient.coverage_code);
    prop_assert_eq!(&claimed.organisme, &content.organisme);
    prop_assert_eq!(&claimed.care, &content.care);
    prop_assert_eq!(claimed.management, content.complementary.as_ref().and_then(|cover| cover.management));
    let demand = content.demand.as_ref().zip(content.complementary.as_ref());
    prop_assert_eq!(
        claimed.demand.as_ref().map(|said| (said.member.as_str(), said.convention.as_str(), said.cancels)),
        demand.map(|(demand, cover)| (cover.member.reveal(), cover.convention.as_str(), demand.cancels))
    );
    prop_assert_eq!(&claimed.executant_rpps, &content.executant.rpps);
    prop_assert_eq!(claimed.convention, content.executant.convention);
    prop_assert_eq!(&claimed.specialty, &content.executant.specialty);
    prop_assert_eq!(&claimed.tariff_zone, &content.executant.tariff_zone);
    prop_assert_eq!(claimed.condition, content.executant.condition);
    prop_assert_eq!(&claimed.structure_number, &content.executant.structure_number);
    prop_assert_eq!(claimed.situation, content.executant.situation);
    prop_assert_eq!(&claimed.locum, &content.locum.as_ref().map(|locum| locum.billing.clone()));
    prop_assert_eq!(claimed.locum_signs, content.locum.as_ref().is_some_and(|locum| locum.signs));
    let complementary = content.complementary.as_ref().map(|cover| (cover.contract.clone(), cover.number.clone()));
    prop_assert_eq!(&claimed.complementary, &complementary);
    prop_assert_eq!(claimed.third_party_amo, content.third_party_amo);
    prop_assert_eq!(claimed.third_party_amc, content.third_party_amc);
    prop_assert_eq!(&claimed.acts, &content.acts);
    prop_assert_eq!(claimed.totals.fee, content.total());
    prop_assert_eq!(claimed.totals.amo, content.amo());
    prop_assert_eq!(claimed.totals.before_amc, content.total() - content.amo());
    prop_assert_eq!(claimed.totals.amc, content.amc());
    Ok(())
}

#[test]
fn the_hand_written_bytes_read_as_the_content() {
    let claimed = read_fse(&by_hand()).expect("readable");
    agrees(&claimed, &content()).expect("the same");
    let name = claimed.locum_name.as_ref().map(|(family, given)| (family.reveal(), given.reveal()));
    assert_eq!(name, Some(("BLANC", "ZOE")));
    assert_eq!(format!("{claimed:?}"), "ClaimedFse(991129768-000000042)", "nothing personal is printed");
}

#[test]
fn impossible_births_and_wrong_keys_are_claimed_as_they_are() {
    let mut one = content();
    one.patient.birth_date = BirthDate::from_compact("19511920").expect("kept as read");
    one.patient.insured_key = 12;
    let claimed = read_fse(&render_fse(&one).expect("bytes")).expect("readable");
    assert_eq!(claimed.birth, "511920");
    assert_ne!(claimed.insured_key, claimed.insured_nir.key());
    assert_eq!(claimed.insured_key, 12);
}

fn refused(change: impl FnOnce(&mut FseContent)) -> RenderError {
    let mut one = content();
    change(&mut one);
    render_fse(&one).expect_err("has no bytes")
}

#[test]
fn what_does_not_fit_has_no_bytes() {
    let unfit = |record, field, reason| RenderError::Unfit { record, field, reason };
    assert_eq!(refused(|one| one.acts.clear()), RenderError::NoAct);
    assert_eq!(refused(|one| one.acts = vec![one.acts[0].clone(); 334]), RenderError::TooManyActs { acts: 334 });
    assert_eq!(refused(|one| one.executant.billing = billing("990781056")), RenderError::OtherBilling);
    assert_eq!(refused(|one| one.acts[0].rate = Rate(7050)), RenderError::FractionalRate);
    assert_eq!(
        refused(|one| one.acts[0].fee = Centimes(10_000_000)),
        unfit("4", "honoraires", Unfit::Width),
        "7 digits"
    );
    assert_eq!(refused(|one| one.acts[0].amc = Centimes(-1)), unfit("4", "montant_oc", Unfit::Characters));
    assert_eq!(refused(|one| one.acts[0].quantity = 100), unfit("4", "quantite", Unfit::Width));
    assert_eq!(refused(|one| one.acts[0].code = "g".into()), unfit("4", "code_acte", Unfit::Characters));
    assert_eq!(refused(|one| one.acts[0].date = day("1999-12-31")), unfit("4", "date_soins", Unfit::Date));
    assert_eq!(refused(|one| one.acts[0].qualifier = Some('é')), unfit("4", "qualificatif_depense", Unfit::Characters));
    assert_eq!(refused(|one| one.acts[0].qualifier = Some('€')), unfit("4", "qualificatif_depense", Unfit::Characters));
    assert_eq!(refused(|one| one.patient.insured_key = 100), unfit("2", "cle_nir", Unfit::Width));
    assert_eq!(refused(|one| one.executant.specialty = "1".into()), unfit("4", "specialite_executant", Unfit::Width));
    assert_eq!(
        refused(|one| one.executant.structure_number = "1234567890123456".into()),
        unfit("4S", "no_structure_sim", Unfit::Width)
    );
    let accident = |number: &str| Some(Accident::Number(number.to_owned()));
    assert_eq!(refused(|one| one.care.accident = accident("A12345678")).code(), Code("formats.rendu_caracteres"));
    assert_eq!(refused(|one| one.care.accident = accident("1234567")).code(), Code("formats.rendu_largeur"));
    assert_eq!(refused(|one| one.care.accident = accident("000260110")).code(), Code("formats.rendu_largeur"), "a day");
    // 1 000 acts of 99 999,99 € each would pass line by line and not in the totals.
    assert_eq!(
        refused(|one| {
            one.executant.rpps = None;
            one.acts[0].fee = Centimes(9_999_999);
            one.acts = vec![one.acts[0].clone(); 12];
        }),
        unfit("5", "total_honoraires", Unfit::Width)
    );
}

/// Line and column of the first fault after a change of the hand-written bytes.
fn first_fault(change: impl FnOnce(&mut Vec<u8>)) -> (usize, usize, String, &'static str) {
    let mut bytes = by_hand();
    change(&mut bytes);
    let fault = read_fse(&bytes).expect_err("damaged").remove(0);
    (fault.line, fault.column, fault.field, fault.code.0)
}

fn put(bytes: &mut [u8], line: usize, column: usize, text: &str) {
    let start = (line - 1) * 130 + column - 1;
    bytes[start..start + text.len()].copy_from_slice(text.as_bytes());
}

#[test]
fn damage_is_placed() {
    let fault = |line, column, field: &str, code| (line, column, field.to_owned(), code);
    let at = |line, column, text: &'static str| first_fault(move |bytes| put(bytes, line, column, text));
    assert_eq!(at(4, 117, "X"), fault(4, 117, "honoraires", "formats.b2_numerique"));
    assert_eq!(at(4, 70, "260230"), fault(4, 70, "date_soins", "formats.b2_date"));
    assert_eq!(at(4, 112, "2"), fault(7, 66, "total_amo_honoraires", "formats.b2_total"));
    assert_eq!(at(7, 41, "4"), fault(7, 39, "nb_enreg_3x_4x", "formats.b2_nombre"));
    assert_eq!(at(5, 71, "1"), fault(5, 71, "forcage_amo", "formats.b2_fixe"));
    assert_eq!(at(3, 30, "000000043"), fault(3, 30, "no_facture", "formats.b2_incoherent"));
    assert_eq!(at(1, 11, "7"), fault(1, 11, "mode_securisation_sim", "formats.b2_code"));
    assert_eq!(at(7, 113, "2"), fault(7, 113, "tiers_payant_amo_sim", "formats.b2_code"));
    assert_eq!(at(4, 89, "02"), fault(4, 89, "denombrement", "formats.b2_fixe"));
    assert_eq!(at(6, 126, "A"), fault(6, 126, "filler", "formats.b2_remplissage"));
    assert_eq!(at(3, 52, "@"), fault(3, 51, "nom_remplacant_sim", "formats.b2_caractere"), "never written");
    assert_eq!(at(2, 39, "X"), fault(2, 1, "?", "formats.b2_ordre"));
    assert_eq!(at(6, 74, "8"), fault(6, 64, "rpps_executant", "formats.b2_cle"));
    assert_eq!(first_fault(|bytes| bytes.truncate(650)), fault(6, 1, "?", "formats.b2_ordre"), "no 4E, no 5");
    assert_eq!(first_fault(|bytes| bytes.truncate(200)), fault(2, 1, "?", "formats.b2_longueur"));
    assert_eq!(first_fault(Vec::clear), fault(1, 1, "?", "formats.b2_ordre"));
    assert_eq!(first_fault(|bytes| bytes.extend(by_hand())), fault(8, 1, "?", "formats.b2_ordre"));
    // The key of the prefix is wrong in every record alike: no earlier record contradicts it.
    let every = |bytes: &mut Vec<u8>| {
        (1..=7).for_each(|line| put(bytes, line, 10, "7"));
        put(bytes, 4, 65, "7");
    };
    assert_eq!(first_fault(every), fault(1, 2, "no_partenaire_sante_et_cle", "formats.b2_cle"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn every_claim_reads_back(content in any_content()) {
        let bytes = render_fse(&content).expect("bytes");
        prop_assert!(bytes.chunks(130).all(|line| line.len() == 130 && line.ends_with(b"\r\n")));
        let claimed = read_fse(&bytes).map_err(|faults| TestCaseError::fail(faults[0].to_string()))?;
        agrees(&claimed, &content)?;
    }

    #[test]
    fn every_byte_counts(content in any_content(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let bytes = render_fse(&content).expect("bytes");
        let claimed = read_fse(&bytes).expect("readable");
        let mut other = bytes.clone();
        *at.get_mut(&mut other) = byte;
        if other != bytes && let Ok(read) = read_fse(&other) {
            prop_assert!(read != claimed, "a changed byte left the claim as it was");
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..700), keep in 0usize..911) {
        let _ = read_fse(&bytes);
        let mut mixed = by_hand()[..keep.min(910)].to_vec();
        mixed.append(&mut bytes);
        let _ = read_fse(&mixed);
    }
}
