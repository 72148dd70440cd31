//! What an act says beyond its amounts: an act of the CCAM, kilometres, a prescriber, an accident. By hand, then damaged.

use chrono::NaiveTime;
use liasse_domain::fse::{Accident, ActDetails, ActLine, FseContent, Referrer, TechnicalAct, Travel};
use liasse_domain::{Centimes, Rate};
use liasse_formats::b2::{Profile, RenderError, Unfit, check, read_fse, render_fse};

use crate::invented::{billing, content, day};

/// A stitched wound at home and the way there over a mountain, after an accident at work, sent by a colleague. Not a
/// lawful invoice: every field is used once.
fn detailed() -> FseContent {
    let mut one = content();
    one.locum = None;
    one.care.accident = Some(Accident::Date(day("2026-01-01")));
    one.care.third_party_accident = Some(day("2026-01-02"));
    one.care.referrer = Some(Referrer { billing: billing("990781056"), date: Some(day("2026-01-03")) });
    let consultation = one.acts.remove(0);
    one.acts.push(ActLine {
        code: "QZJA002".to_owned(),
        unit: Centimes(2660),
        base: Centimes(5348),
        amo: Centimes(3744),
        fee: Centimes(5348),
        amc: Centimes(1604),
        exoneration: Some('C'),
        details: ActDetails {
            technical: Some(TechnicalAct {
                grouping: "ATM".to_owned(),
                activity: 1,
                phase: 0,
                modifiers: "MU".to_owned(),
                association: Some(2),
                teeth: vec![11, 85],
            }),
            prescriber: Some(billing("990781056")),
            prescribed_on: Some(day("2026-01-10")),
            agreement: true,
            agreement_asked_on: Some(day("2026-01-05")),
            time: NaiveTime::from_hms_opt(20, 30, 0),
            place: Some('D'),
            regulated: true,
            passage: Some(2),
            ..ActDetails::default()
        },
        ..consultation.clone()
    });
    one.acts.push(ActLine {
        code: "IKM".to_owned(),
        quantity: 21,
        unit: Centimes(91),
        base: Centimes(1911),
        rate: Rate::percent(70),
        amo: Centimes(1338),
        fee: Centimes(1911),
        amc: Centimes(573),
        details: ActDetails {
            travel: Some(Travel { driven: 1250, times: 2 }),
            full_rate: Some('V'),
            ..ActDetails::default()
        },
        ..consultation
    });
    one
}

/// A record: blanks, and what docs/formats.md puts at each position.
fn record(fields: &[(usize, &str)]) -> String {
    let mut line = " ".repeat(128);
    for (start, text) in fields {
        line.replace_range(start - 1..start - 1 + text.len(), text);
    }
    line
}

/// The records of the acts, and the last one.
fn by_hand() -> Vec<String> {
    let long = (1, "4991129768 284057800608490000000000042");
    let short = (1, "4991129768 284057800608490000000042");
    let structure = [(56, "999000652790050"), (101, "00000"), (120, "0000")];
    let who = [(57, "9911297682001"), (70, "260115")];
    let dates = [(113, "260102"), (119, "260103")];
    let first =
        [(44, "990781056"), (54, "C"), (55, "00"), (76, "ATM"), (81, "01000100010002660000534807000037440005348")];
    let second = [(44, "000000000"), (55, "00"), (76, "IKM"), (81, "21000100010000091000191107000013380001911")];
    let details = [(89, "2030DR002"), (107, "260110")];
    let on = |fields: &[&[(usize, &'static str)]]| record(&fields.concat());
    vec![
        on(&[&[long, (39, "00000")], &who, &first, &[(123, "001604")]]),
        on(&[&[short, (36, "S01L"), (41, "0000000"), (49, "2601054")], &structure]),
        on(&[&[short, (36, "E0100000000000"), (64, "99900065279")], &details, &dates]),
        on(&[&[short, (36, "M01"), (43, "QZJA002"), (57, "10MU"), (63, "2"), (65, "000000"), (71, "1185")]]),
        on(&[&[long, (39, "00000")], &who, &second, &[(123, "000573")]]),
        on(&[&[short, (36, "S01L"), (41, "0000000"), (49, "000000")], &structure]),
        on(&[&[short, (36, "E0100000000000"), (64, "99900065279"), (98, "V00125002")], &dates]),
        // Seven records; fees 72,59, AMO 50,82, the rest 21,77 for the complementary insurer.
        on(&[&[
            (1, "5991129768 284057800608490000000000042007"),
            (42, "0000000000000000"),
            (58, "000072590000508200002177"),
            (82, "0000000000002177"),
            (98, "000000000000000"),
            (113, "1100000000SIM101"),
        ]]),
    ]
}

fn lines(bytes: &[u8]) -> Vec<String> {
    bytes.chunks(130).map(|line| String::from_utf8_lossy(&line[..128]).into_owned()).collect()
}

#[test]
fn every_detail_stands_at_its_place() {
    let bytes = render_fse(&detailed()).expect("bytes");
    let written = lines(&bytes);
    assert_eq!(&written[0][85..94], "000260101", "the day of the accident");
    assert_eq!(&written[1][111..120], "990781056", "who sent the patient");
    for (ours, hand) in written[2..].iter().zip(by_hand()) {
        assert_eq!(*ours, hand);
    }
    assert_eq!(written.len(), 10);
    let claimed = read_fse(&bytes).expect("readable");
    assert_eq!((claimed.care, claimed.acts), (detailed().care, detailed().acts));
    for profile in [Profile::SimEr, Profile::Cp] {
        assert!(check(Some(profile), &bytes).faults.is_empty(), "{profile:?}");
    }
    let mut numbered = detailed();
    numbered.care.accident = Some(Accident::Number("001234567".to_owned()));
    assert_eq!(&lines(&render_fse(&numbered).expect("bytes"))[0][85..94], "001234567");
}

#[test]
fn record_4e_stands_without_an_rpps_only_for_what_it_alone_says() {
    let mut one = detailed();
    one.executant.rpps = None;
    let bytes = render_fse(&one).expect("bytes");
    assert_eq!(&lines(&bytes)[4][63..74], "00000000000");
    let claimed = read_fse(&bytes).expect("readable");
    assert_eq!((claimed.executant_rpps, claimed.acts), (None, one.acts.clone()));
    // Nothing but a number of the CCAM and a prescriber: 4E has nothing to say.
    one.care.third_party_accident = None;
    one.care.referrer = None;
    one.acts.truncate(1);
    let ActDetails { technical, prescriber, agreement, .. } = one.acts[0].details.clone();
    one.acts[0].details = ActDetails { technical, prescriber, agreement, ..ActDetails::default() };
    let bytes = render_fse(&one).expect("bytes");
    let kinds: Vec<String> = lines(&bytes)[2..5].iter().map(|line| line[35..36].to_owned()).collect();
    assert_eq!(kinds, ["0", "S", "M"]);
    assert_eq!(read_fse(&bytes).expect("readable").acts, one.acts);
}

/// Line, field and code of the first fault after text was put at a line and column.
fn fault_after(line: usize, column: usize, text: &str) -> (usize, String, &'static str) {
    let mut bytes = render_fse(&detailed()).expect("bytes");
    let start = (line - 1) * 130 + column - 1;
    bytes[start..start + text.len()].copy_from_slice(text.as_bytes());
    let fault = read_fse(&bytes).err().unwrap_or_else(|| panic!("line {line}, column {column}, {text:?}")).remove(0);
    (fault.line, fault.field, fault.code.0)
}

#[test]
fn damage_is_placed() {
    for (line, column, text, field, code) in [
        (1, 86, "000261301", "no_at_ou_date_accident", "date"),
        (3, 52, "5", "no_prescripteur_et_cle", "cle"),
        (4, 55, "5", "code_ap", "code"),
        (4, 49, "261301", "date_demande_ap", "date"),
        (5, 89, "2460", "heure_acte_sim", "code"),
        (5, 89, "203 ", "heure_acte_sim", "code"),
        (5, 94, "X", "acte_regule_sim", "code"),
        (5, 95, "2  ", "passage_sim", "numerique"),
        (5, 95, "256", "passage_sim", "numerique"),
        (5, 107, "261301", "date_prescription_sim", "date"),
        (6, 43, "QZJA02 ", "code_ccam", "code"),
        (6, 43, "       ", "code_ccam", "code"),
        (6, 57, "X", "activite", "numerique"),
        (6, 59, " M", "modificateurs", "cadrage"),
        (6, 59, "M-", "modificateurs", "code"),
        (6, 63, "6", "association_non_prevue", "code"),
        (6, 64, "O", "remb_sous_condition", "fixe"),
        (6, 71, "119", "dents_1_a_16", "code"),
        (6, 71, "1086", "dents_1_a_16", "code"),
        (6, 108, "X", "filler", "remplissage"),
        (9, 99, "00125 ", "distance_sim", "numerique"),
        (9, 99, "      ", "distance_sim", "code"),
        (9, 105, "  ", "distance_sim", "code"),
        (9, 113, "260104", "date_accident_tiers_sim", "incoherent"),
        (10, 41, "8", "nb_enreg_3x_4x", "nombre"),
    ] {
        let expected = (field.to_owned(), format!("formats.b2_{code}"));
        let (at, field, code) = fault_after(line, column, text);
        // A distance without its ways, and the reverse, is told where the distance stands.
        assert_eq!((field, code.to_owned()), expected, "line {line}, column {column}, {text:?}");
        assert_eq!(at, line, "{text:?}");
    }
    let (line, field, code) = fault_after(5, 119, "261301");
    assert_eq!(
        (line, field.as_str(), code),
        (9, "date_adressage_sim", "formats.b2_incoherent"),
        "one invoice, one day"
    );
    let (line, field, code) = fault_after(2, 112, "000000000");
    assert_eq!((line, field.as_str(), code), (5, "date_adressage_sim", "formats.b2_code"), "a day and nobody");
    let (line, field, code) = fault_after(4, 55, " ");
    assert_eq!((line, field.as_str(), code), (4, "date_demande_ap", "formats.b2_code"), "a day and no agreement");
}

#[test]
fn records_stand_in_their_order() {
    let bytes = render_fse(&detailed()).expect("bytes");
    let records: Vec<&[u8]> = bytes.chunks(130).collect();
    let first = |order: &[usize]| {
        let mixed: Vec<u8> = order.iter().flat_map(|at| records[*at].to_vec()).collect();
        let fault = read_fse(&mixed).expect_err("out of order").remove(0);
        (fault.line, fault.code.0)
    };
    assert_eq!(first(&[0, 1, 2, 3, 5, 4, 6, 7, 8, 9]), (6, "formats.b2_ordre"), "4M before 4E");
    assert_eq!(first(&[0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9]), (7, "formats.b2_ordre"), "4M twice");
    assert_eq!(first(&[0, 1, 2, 3, 4, 6, 7, 8, 9]), (9, "formats.b2_nombre"), "4M lost");
    assert_eq!(first(&[0, 1, 2, 3, 4, 5, 6, 7, 9]), (9, "formats.b2_ordre"), "4E of one act alone");
    // A 4E that says nothing at all is none of ours.
    let plain = render_fse(&content()).expect("bytes");
    let mut empty = plain;
    empty[5 * 130 + 63..5 * 130 + 74].copy_from_slice(b"00000000000");
    assert_eq!(read_fse(&empty).expect_err("empty")[0].code.0, "formats.b2_cle");
}

#[test]
fn what_does_not_fit_has_no_bytes() {
    let refused = |change: fn(&mut FseContent)| {
        let mut one = detailed();
        change(&mut one);
        match render_fse(&one).expect_err("has no bytes") {
            RenderError::Unfit { field, reason, .. } => (field, reason),
            other => panic!("{other}"),
        }
    };
    fn technical(one: &mut FseContent) -> &mut TechnicalAct {
        one.acts[0].details.technical.as_mut().expect("of the CCAM")
    }
    assert_eq!(refused(|one| technical(one).grouping.clear()), ("code_acte", Unfit::Width));
    assert_eq!(refused(|one| technical(one).modifiers = "MUFPS".into()), ("modificateurs", Unfit::Width));
    assert_eq!(refused(|one| technical(one).modifiers = "m".into()), ("modificateurs", Unfit::Characters));
    assert_eq!(refused(|one| technical(one).association = Some(0)), ("association_non_prevue", Unfit::Characters));
    assert_eq!(refused(|one| technical(one).teeth = vec![11; 17]), ("dents_1_a_16", Unfit::Width));
    assert_eq!(refused(|one| technical(one).teeth = vec![9]), ("dents_1_a_16", Unfit::Characters));
    assert_eq!(refused(|one| technical(one).phase = 10), ("phase", Unfit::Width));
    assert_eq!(refused(|one| one.acts[0].code = "G".into()), ("code_ccam", Unfit::Characters));
    assert_eq!(refused(|one| one.acts[0].details.place = Some('é')), ("lieu_acte_sim", Unfit::Characters));
    let seconds = |one: &mut FseContent| one.acts[0].details.time = NaiveTime::from_hms_opt(20, 30, 1);
    assert_eq!(refused(seconds), ("heure_acte_sim", Unfit::Characters));
    let early = |one: &mut FseContent| one.acts[0].details.prescribed_on = Some(day("1999-12-31"));
    assert_eq!(refused(early), ("date_prescription_sim", Unfit::Date));
    let unasked = |one: &mut FseContent| one.acts[0].details.agreement = false;
    assert_eq!(refused(unasked), ("date_demande_ap", Unfit::Date));
    let far = |one: &mut FseContent| one.acts[1].details.travel = Some(Travel { driven: 1_000_000, times: 1 });
    assert_eq!(refused(far), ("distance_sim", Unfit::Width));
    assert_eq!(refused(|one| one.care.third_party_accident = Some(day("2100-01-01"))).1, Unfit::Date);
    assert_eq!(refused(|one| one.care.accident = Some(Accident::Date(day("1999-01-01")))).1, Unfit::Date);
}
