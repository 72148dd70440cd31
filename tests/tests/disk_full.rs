//! A disk that is really full: a small tmpfs under the data directory, filled to a few bytes during each gesture, then
//! freed. The caisse lies elsewhere, as a caisse does.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::fs::File;
use std::io::Write;

use liasse_e2e::crash::G;
use liasse_e2e::practice::{error_of, money};
use liasse_e2e::{Practice, finish};

/// Room for a practice and its log, and not for much more.
const DISK_KILOBYTES: u32 = 4096;
/// What is left free: nothing, less than the index of the log, a part of a transaction, and more of one.
const LEFT_BYTES: [u64; 5] = [0, 16 * 1024, 40 * 1024, 72 * 1024, 104 * 1024];

/// Fills the disk but for `left` bytes.
fn fill(practice: &Practice, left: u64) {
    let mut filler = File::create(practice.on_disk("filler")).expect("a file on the small disk");
    let block = [0; 4096];
    let mut length = 0;
    while filler.write_all(&block).is_ok() {
        length += block.len() as u64;
        assert!(length < u64::from(DISK_KILOBYTES) * 1024, "a disk without end");
    }
    filler.set_len(length.saturating_sub(left)).expect("made smaller");
}

fn free(practice: &Practice) {
    std::fs::remove_file(practice.on_disk("filler")).expect("the filler");
}

#[test]
fn a_full_disk_is_said_and_once_it_is_freed_all_goes_on() {
    let practice = Practice::on_a_small_disk("full", DISK_KILOBYTES);
    let fse = practice.bill("vitale-petit", G, None);
    let state = || practice.document(&fse)["transmission"].as_str().unwrap_or_default().to_owned();
    for (gesture, after) in
        [(["lot", "seal"], "en_fichier"), (["post", "send"], "transmise"), (["post", "fetch"], "recue")]
    {
        let mut refused = 0;
        for left in LEFT_BYTES {
            let before = state();
            fill(&practice, left);
            let said = finish(practice.ctl(&gesture).arg("--json"), b"");
            free(&practice);
            practice.run(&["journal", "verify"]).success();
            if said.code == 0 {
                break;
            }
            refused += 1;
            let error = error_of(&said.with_code(3));
            let (found, code) = (state(), error["code"].as_str().unwrap_or_default());
            let left_now = found == "non_confirmee" && before != found;
            assert_eq!(
                code,
                if left_now { "road.fin_non_notee" } else { "store.disque_plein" },
                "{gesture:?}: {found}"
            );
            assert!(left_now || [before.as_str(), "en_lot", after].contains(&found.as_str()), "{gesture:?}: {found}");
        }
        assert!(refused > 1, "{gesture:?} was not disturbed");
        // What may have left is settled by its ARL; all else is done again.
        if !["non_confirmee", after].contains(&state().as_str()) {
            practice.run(&gesture).success();
            assert_eq!(state(), after);
        }
    }
    assert_eq!(state(), "recue");
    practice.run(&["config", "set", "demo.clock", "2026-02-02"]).success();
    // Nothing can be read either without room for the index of the log, and that is said as it is.
    fill(&practice, 0);
    assert_eq!(practice.refused(&["ledger"], 3)["code"], "store.disque_plein");
    assert_eq!(practice.refused(&["post", "fetch"], 3)["code"], "store.disque_plein");
    free(&practice);
    practice.run(&["post", "fetch"]).success();
    let document = practice.document(&fse);
    assert_eq!(money(&document, "amo"), ("encaisse".to_owned(), 2100, 2100));
    assert_eq!(money(&document, "amc"), ("encaisse".to_owned(), 900, 900));
    assert!(document["reject"].is_null(), "{document}");
    assert_eq!((practice.returns("arl"), practice.returns("paiement")), (1, 1));
    practice.run(&["journal", "verify"]).success();
}
