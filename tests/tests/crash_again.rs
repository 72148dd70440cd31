//! The workstation killed more than once, and with other returns than an ARL+ under way: a start that is killed while it
//! settles the last crash, a second crash in the next sending or fetch, refusals, rejects and payments.

use std::collections::BTreeSet;

use liasse_e2e::crash::FETCHING;
use liasse_e2e::strace::{Fault, SYNCS, WRITES, calls, watched};
use liasse_e2e::{Crash, Practice, finish};

/// Killed at the dot, then at every write and sync of the start that settles it: each time the next start does it.
#[test]
fn a_start_killed_while_it_settles_a_crash_is_settled_by_the_next() {
    for (phase, settled) in [("data", "en_fichier"), ("dot", "non_confirmee")] {
        let crash = Crash::prepare(&format!("start-{phase}"), &format!("hold = \"{phase}\""));
        crash.killed_while("send");
        let start = |practice: &Practice, fault: Option<Fault>| {
            let log = practice.scratch().join("strace.log");
            let ended = finish(&mut watched(&practice.ctl(&["post", "status"]), &practice.data(), fault, &log), b"");
            (ended.code, calls(&log))
        };
        let whole = start(&crash.practice.copy("start-whole"), None).1;
        assert!(whole.writes > 8 && whole.syncs > 2, "a start after a crash writes: {whole:?}");
        let kill = |calls, at| Fault { calls, blow: "signal=KILL", at, onwards: false };
        let writes = (1..=whole.writes).map(|at| kill(WRITES, at));
        let faults = writes.step_by(3).chain((1..=whole.syncs).map(|at| kill(SYNCS, at)));
        for fault in faults {
            let practice = crash.practice.copy("start-again");
            assert_ne!(start(&practice, Some(fault)).0, 0, "{fault:?}: it was killed");
            assert_eq!(practice.document(&crash.fse)["transmission"], settled, "{fault:?}");
            practice.run(&["journal", "verify"]).success();
        }
        // The practice itself: its start dies at its first sync, and its days go on.
        start(&crash.practice, Some(kill(SYNCS, 1)));
        assert_eq!(crash.transmission(), settled);
        crash.quiet_days();
        assert_eq!((crash.transmission().as_str(), crash.accepted(), crash.returns("arl")), ("recue", 1, 1), "{phase}");
        crash.practice.run(&["journal", "verify"]).success();
    }
}

/// Killed in a sending, started again, and killed again: in the next sending, or in the fetch that would settle the first.
#[test]
fn killed_twice_the_file_is_taken_once() {
    let pairs = [
        ("connect", "send", "auth"),
        ("rcpt", "send", "data"),
        ("data", "send", "data"),
        ("data", "send", "dot"),
        ("dot", "fetch", "login"),
        ("dot", "fetch", "letter"),
        ("dot", "fetch", "forget"),
        ("dot", "fetch", "forgotten"),
    ];
    for (first, gesture, second) in pairs {
        let name = format!("twice-{first}-{second}");
        let mut crash = Crash::prepare(&name, &format!("hold = \"{first}\""));
        crash.killed_while("send");
        // The caisse waits once in its life.
        crash.caisse_comes_back(&format!("hold = \"{second}\""));
        crash.killed_while(gesture);
        let expected = match (first, second) {
            ("dot", "forget" | "forgotten") => "recue",
            ("dot", _) | (_, "dot") => "non_confirmee",
            _ => "en_fichier",
        };
        assert_eq!(crash.transmission(), expected, "{name}");
        crash.quiet_days();
        assert_eq!((crash.transmission().as_str(), crash.accepted(), crash.returns("arl")), ("recue", 1, 1), "{name}");
        crash.practice.run(&["config", "set", "demo.clock", "2026-02-02"]).success();
        crash.practice.run(&["post", "fetch"]).success();
        crash.paid_once();
    }
}

/// A refused file: killed at every phase of the fetch that brings the ARL-. It is kept once, the FSE is free again, and
/// leaves in another lot.
#[test]
fn killed_while_a_refusal_comes_the_fse_leaves_once_in_a_new_lot() {
    for phase in FETCHING {
        let mut crash = Crash::prepare(&format!("refused-{phase}"), "arl = \"refused\"");
        let refused = crash.practice.document(&crash.fse)["lot"].as_str().expect("a lot").to_owned();
        crash.practice.run(&["post", "send"]).success();
        crash.caisse_comes_back(&format!("hold = \"{phase}\""));
        crash.killed_while("fetch");
        assert_eq!(crash.returns("arl"), usize::from(phase.starts_with("forg")), "{phase}");
        crash.practice.run(&["post", "fetch"]).success();
        assert_eq!((crash.returns("arl"), crash.accepted()), (1, 0), "{phase}");
        crash.mailbox_is_empty();
        crash.practice.run(&["lot", "seal"]).success();
        let rebuilt = crash.practice.document(&crash.fse)["lot"].as_str().expect("a lot").to_owned();
        assert_ne!(rebuilt, refused, "{phase}: another lot");
        crash.ends_with_one_accepted_lot();
        assert_eq!(crash.returns("arl"), 2, "{phase}: one for each lot");
    }
}

/// Money: killed at every phase of the fetch that brings the payment, or the reject. It is on the disk once, and counts once.
#[test]
fn killed_while_money_comes_it_is_counted_once() {
    for phase in FETCHING {
        let mut crash = Crash::prepare(&format!("paid-{phase}"), "");
        crash.practice.run(&["post", "send"]).success();
        crash.practice.run(&["post", "fetch"]).success();
        crash.practice.run(&["config", "set", "demo.clock", "2026-02-02"]).success();
        crash.caisse_comes_back(&format!("hold = \"{phase}\""));
        crash.killed_while("fetch");
        assert_eq!(crash.returns("paiement"), usize::from(phase.starts_with("forg")), "{phase}");
        crash.practice.run(&["post", "fetch"]).success();
        crash.paid_once();
    }
    for phase in FETCHING {
        let reject = "reject = [{ fse = \"991010117-000000001\", code = \"I1002\" }]";
        let crash = Crash::prepare(&format!("reject-{phase}"), &format!("hold = \"{phase}\"\n{reject}"));
        crash.practice.run(&["post", "send"]).success();
        crash.killed_while("fetch");
        // ARL+ and reject are two letters: the caisse waits before the first, or after both are on the disk.
        let kept = usize::from(phase.starts_with("forg"));
        assert_eq!((crash.returns("arl"), crash.returns("rejets")), (kept, kept), "{phase}");
        crash.practice.run(&["post", "fetch"]).success();
        crash.mailbox_is_empty();
        let document = crash.practice.document(&crash.fse);
        assert_eq!(document["reject"]["code"], "I1002", "{phase}: {document}");
        assert_eq!((crash.returns("arl"), crash.returns("rejets")), (1, 1), "{phase}");
        let states: BTreeSet<&str> =
            document["money"].as_array().expect("money").iter().filter_map(|line| line["state"].as_str()).collect();
        assert!(states.contains("rejete") && !states.contains("encaisse"), "{phase}: {document}");
        crash.practice.run(&["journal", "verify"]).success();
    }
}
