//! A clock that jumps: back a day, forward a year and home again, and the two hours of the year that come twice or not at all.

use liasse_core::CoreError;
use liasse_core::journal::{EntryAsk, Line};
use liasse_core::ports::Clock;
use liasse_domain::Coded;

use crate::support::{Hand, LANDED, Practice, instant, signed};

fn code<T>(result: Result<T, CoreError>) -> &'static str {
    result.err().map_or("", |error| error.code().0)
}

/// When each of the last entries was, in Paris, the first of them first.
fn hours(lines: &[Line], action: &str) -> Vec<String> {
    lines.iter().rev().filter(|line| line.action == action).map(Line::when).collect()
}

#[test]
fn a_clock_that_was_far_ahead_locks_nobody_out_once_its_practitioner_says_so() {
    let practice = Practice::new();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let mut ws = practice.workstation();
    let who = hand.signed_in(&practice.clock);
    signed(&mut ws, &hand, &who);
    // A year ahead, and something is written then.
    practice.clock.set("2027-01-15T08:00:00Z");
    assert_eq!(ws.clock_gap().expect("read"), None, "ahead is no gap");
    ws.set_setting("post.from", "dr.test@cabinet.test").expect("set");
    // Home again: nothing is signed, and the journal does not go back.
    practice.clock.set("2026-01-16T08:00:00Z");
    assert_eq!(code(ws.seal_lots(&who)), "system.horloge_en_retard");
    ws.set_setting("post.from", "dr.test@cabinet.test").expect("set");
    let late = instant("2027-01-15T08:00:00Z");
    assert_eq!(ws.store().journal_last_at().expect("read"), Some(late));
    assert_eq!(ws.clock_gap().expect("read"), Some((instant("2026-01-16T08:00:00Z"), late)));
    // Staff do not say so.
    let staff = Hand::of("cpe-mauve", None).signed_in(&practice.clock);
    assert_eq!(code(ws.accept_clock(&staff)), "acces.praticien_seul");
    assert_eq!(code(ws.seal_lots(&who)), "system.horloge_en_retard");
    // Their practitioner does, by their card.
    assert_eq!(ws.accept_clock(&who).expect("accepted"), Some(late));
    assert_eq!(ws.accept_clock(&who).expect("asked again"), None, "there is nothing left to accept");
    assert_eq!(ws.seal_lots(&who).expect("sealed").len(), 1);
    signed(&mut ws, &hand, &who);
    let report = ws.store().journal_verify().expect("read");
    assert_eq!(report.faults, Vec::new());
    let lines = ws.journal_page(&who, EntryAsk::default(), 100).expect("read");
    let told = lines.iter().find(|line| line.action == "horloge.acceptee").expect("told");
    assert_eq!((told.at, told.card.as_deref()), (instant("2026-01-16T08:00:00Z"), Some(who.serial.as_str())));
    assert!(told.says.ends_with("le journal s'arrêtait au 15/01/2027 09 h 00"), "{}", told.says);
    // From there on the rule is what it was.
    practice.clock.set(LANDED);
    assert_eq!(code(ws.seal_lots(&who)), "system.horloge_en_retard");
}

#[test]
fn a_clock_set_back_by_a_day_signs_nothing_and_by_a_few_minutes_does() {
    let practice = Practice::new();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let mut ws = practice.workstation();
    let who = hand.signed_in(&practice.clock);
    signed(&mut ws, &hand, &who);
    practice.clock.set("2026-01-14T08:00:00Z");
    assert_eq!(code(ws.seal_lots(&who)), "system.horloge_en_retard");
    // What a machine corrects by itself.
    practice.clock.set("2026-01-15T07:56:00Z");
    assert_eq!(ws.seal_lots(&who).expect("sealed").len(), 1);
    // Its entry bears no earlier time than the one before.
    let lines = ws.journal_page(&who, EntryAsk::default(), 10).expect("read");
    assert_eq!((lines[0].action.as_str(), lines[0].at), ("lot.scelle", instant(LANDED)));
    assert!(lines[0].says.contains("l'horloge disait 15/01/2026 08 h 56"), "{}", lines[0].says);
}

#[test]
fn around_the_hours_of_summer_time_the_order_is_kept_and_hours_are_those_of_paris() {
    for (day, before, after, shown) in [
        ("2026-03-29", "2026-03-29T00:59:30Z", "2026-03-29T01:00:30Z", ["29/03/2026 01 h 59", "29/03/2026 03 h 00"]),
        ("2026-10-25", "2026-10-25T00:59:30Z", "2026-10-25T01:00:30Z", ["25/10/2026 02 h 59", "25/10/2026 02 h 00"]),
    ] {
        let practice = Practice::new();
        let hand = Hand::of("cps-gris", Some("vitale-durand"));
        practice.clock.set(before);
        let mut ws = practice.workstation();
        let who = hand.signed_in(&practice.clock);
        let first = signed(&mut ws, &hand, &who);
        practice.clock.set(after);
        // Although the wall clock of October says an hour less, nothing is behind.
        assert_eq!(ws.clock_gap().expect("read"), None, "{day}");
        let second = signed(&mut ws, &hand, &who);
        assert!(first.number < second.number);
        let lines = ws.journal_page(&who, EntryAsk::default(), 100).expect("read");
        assert_eq!(hours(&lines, "fse.signee"), shown);
        assert_eq!(practice.clock.today().to_string(), day);
        for fse in [&first, &second] {
            let row = ws.store().fse(fse).expect("read").expect("the FSE");
            assert_eq!(row.content.act_date().to_string(), day);
        }
        // Both leave together, and the day holds both.
        assert_eq!(ws.seal_lots(&who).expect("sealed").len(), 1, "{day}");
        assert_eq!(ws.store().journal_verify().expect("read").faults, Vec::new());
    }
}
