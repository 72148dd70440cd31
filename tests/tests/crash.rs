//! The workstation killed at the moments that cost money, while the caisse lives on: afterwards exactly one lot is
//! accepted, whatever was heard of the answer.
use std::process::Command;

use liasse_e2e::crash::{FETCHING, SENDING};
use liasse_e2e::process::Running;
use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{Crash, finish};

#[test]
fn killed_before_data_the_file_has_not_left_and_leaves_later() {
    let crash = Crash::prepare("before-data", "hold = \"data\"");
    crash.send_until_held().kill();
    crash.release();
    assert_eq!(crash.accepted(), 0);
    assert_eq!(crash.transmission(), "en_fichier", "it certainly did not leave");
    crash.ends_with_one_accepted_lot();
}

#[test]
fn killed_after_the_dot_unanswered_the_file_is_not_sent_again_and_its_arl_settles_it() {
    let crash = Crash::prepare("after-dot", "hold = \"dot\"");
    crash.send_until_held().kill();
    crash.release();
    assert_eq!(crash.transmission(), "non_confirmee");
    let said = finish(crash.practice.ctl(&["post", "send"]).arg("--json"), b"").success().json();
    assert_eq!(said["sent"].as_array().map(Vec::len), Some(0), "not to be sent again: {said}");
    assert_eq!(crash.transmission(), "non_confirmee");
    crash.ends_with_one_accepted_lot();
}

#[test]
fn killed_after_250_before_it_was_written_down_the_file_is_not_sent_again() {
    let crash = Crash::prepare("after-250", "hold = \"dot\"");
    let sending = crash.send_until_held();
    // Stopped, it cannot read the answer that the caisse now gives; then it dies with the answer in its buffer.
    finish(Command::new("kill").args(["-STOP", &child_of(&sending)]), b"").success();
    crash.release();
    until("the answer to leave", SOON, || crash.marker("answered").exists().then_some(()));
    sending.kill();
    assert_eq!(crash.transmission(), "non_confirmee");
    crash.ends_with_one_accepted_lot();
}

#[test]
fn with_answer_and_arl_lost_the_same_bytes_leave_after_two_working_days_and_are_taken_once() {
    let crash = Crash::prepare("lost", "hold = \"dot\"\narl = \"lost\"");
    crash.send_until_held().kill();
    crash.release();
    crash.practice.run(&["post", "fetch"]).success();
    assert_eq!(crash.transmission(), "non_confirmee", "no answer came");
    // Thursday 15 January: Friday and Monday are the two working days; on Monday it is still too early.
    crash.practice.run(&["config", "set", "demo.clock", "2026-01-19T10:00"]).success();
    let early = finish(crash.practice.ctl(&["post", "send"]).arg("--json"), b"").success().json();
    assert_eq!(early["sent"].as_array().map(Vec::len), Some(0), "{early}");
    crash.practice.run(&["config", "set", "demo.clock", "2026-01-20T10:00"]).success();
    let lawful = finish(crash.practice.ctl(&["post", "send"]).arg("--json"), b"").success().json();
    assert_eq!(lawful["sent"].as_array().map(Vec::len), Some(1), "{lawful}");
    crash.ends_with_one_accepted_lot();
}

#[test]
fn a_caisse_killed_with_the_file_on_disk_answers_when_it_is_back() {
    let mut crash = Crash::prepare("caisse-dies", "hold = \"dot\"");
    let sending = crash.send_until_held();
    crash.caisse_dies();
    drop(sending);
    assert_eq!(crash.transmission(), "non_confirmee");
    crash.caisse_comes_back("");
    assert_eq!(crash.accepted(), 1, "the one that died had judged it: {}", crash.logs());
    crash.practice.run(&["post", "fetch"]).success();
    assert_eq!(crash.transmission(), "recue", "it remembered");
    let said = finish(crash.practice.ctl(&["post", "send"]).arg("--json"), b"").success().json();
    assert_eq!(said["sent"].as_array().map(Vec::len), Some(0), "nothing is left to send: {said}");
    crash.ends_with_one_accepted_lot();
    assert_eq!(crash.logs().matches("ARL+").count(), 1, "the second one judged nothing: {}", crash.logs());
}

/// The matrix of `docs/reliability.md`, sending: killed at every phase, with the ARL lost or not; some days
/// later the file is with the caisse once, its ARL is on the disk once.
#[test]
fn killed_at_any_phase_of_a_sending_the_file_is_taken_once() {
    for phase in SENDING {
        for arl in ["normal", "lost"] {
            let scenario = format!("hold = \"{phase}\"\narl = \"{arl}\"");
            let crash = Crash::prepare(&format!("matrix-{phase}-{arl}"), &scenario);
            crash.send_until_held().kill();
            crash.release();
            let expected = if phase == "dot" { "non_confirmee" } else { "en_fichier" };
            assert_eq!(crash.transmission(), expected, "{phase} {arl}");
            crash.quiet_days();
            assert_eq!(crash.transmission(), "recue", "{phase} {arl}: {}", crash.logs());
            assert_eq!(crash.accepted(), 1, "{phase} {arl}: {}", crash.logs());
            assert_eq!(crash.returns("arl"), 1, "{phase} {arl}");
            crash.practice.run(&["journal", "verify"]).success();
        }
    }
}

/// The same for the returns: killed at every phase of a fetch, each return is on the disk once, and gone from the mailbox.
#[test]
fn killed_at_any_phase_of_a_fetch_each_return_is_kept_once() {
    for phase in FETCHING {
        let crash = Crash::prepare(&format!("matrix-{phase}"), &format!("hold = \"{phase}\""));
        crash.practice.run(&["post", "send"]).success();
        let fetching = crash.until_held("fetch");
        fetching.kill();
        crash.release();
        let kept = crash.returns("arl");
        assert_eq!(kept, usize::from(phase.starts_with("forg")), "{phase}: on the disk before the mailbox may forget");
        crash.quiet_days();
        assert_eq!((crash.transmission().as_str(), crash.returns("arl"), crash.accepted()), ("recue", 1, 1), "{phase}");
        crash.mailbox_is_empty();
        crash.practice.run(&["journal", "verify"]).success();
    }
}

/// The harness starts programs through `setpriv`, which becomes the program: one process.
fn child_of(running: &Running) -> String {
    running.pid().to_string()
}
