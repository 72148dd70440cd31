//! Billing situations that somebody typed: kept by person and number, replaced as a whole, and told by the journal.

use liasse_domain::BillingSituation;
use liasse_store::JournalFault;

use crate::support::{DOCTOR, Practice, billing, stamp};

const PERSON: &str = "rpps/99900101017";

fn situation(number: u8, name: &str) -> BillingSituation {
    BillingSituation {
        number,
        practice_mode: 0,
        practice_status: 1,
        activity_sector: 31,
        structure_kind: 4,
        structure_number: "999001010170018".to_owned(),
        structure_name: name.to_owned(),
        billing_number: billing(DOCTOR),
        locum_number: None,
        convention: 1,
        specialty: "01".to_owned(),
        tariff_zone: "20".to_owned(),
        ik_zone: "01".to_owned(),
        agreements: ["00", "00", "00"].map(str::to_owned),
        may_sign_fse: true,
        may_sign_lot: true,
    }
}

#[test]
fn a_typed_situation_is_kept_and_replaced_by_its_number() {
    let mut practice = Practice::new();
    for (number, name) in [(2, "DEUX"), (1, "UN"), (2, "AUTREMENT")] {
        practice.store.keep_typed_situation(&stamp(), PERSON, &situation(number, name)).expect("kept");
    }
    practice.store.keep_typed_situation(&stamp(), "carte/00000101", &situation(1, "AUTRUI")).expect("kept");
    let practice = practice.reopened();
    let read = practice.store.typed_situations(PERSON).expect("read");
    assert_eq!(read, [situation(1, "UN"), situation(2, "AUTREMENT")]);
    assert!(practice.store.typed_situations("rpps/0").expect("read").is_empty());
    practice.assert_journal_intact();
}

#[test]
fn a_hand_in_the_file_is_shown_by_the_journal() {
    let mut practice = Practice::new();
    practice.store.keep_typed_situation(&stamp(), PERSON, &situation(1, "UN")).expect("kept");
    let raw = practice.folder.raw();
    raw.execute("UPDATE typed_situation SET content = replace(content, '991129768', '991091976')", [])
        .expect("written");
    let faults = practice.store.journal_verify().expect("read").faults;
    let key = format!("{PERSON}/1");
    assert_eq!(faults, [JournalFault::Desk { kind: "situation saisie".to_owned(), key }]);
}
