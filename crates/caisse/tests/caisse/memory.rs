//! What was answered survives any end; what was not on the disk was never answered.

use std::fs;

use liasse_caisse::{CaisseError, Options, Running};

use crate::practice::{act, claim, cps, draft, signed, vitale, with_c2s};
use crate::world::{World, start};

fn c2s_mail() -> Vec<u8> {
    let (gris, petit) = (cps("cps-gris"), vitale("vitale-petit"));
    let content = with_c2s(claim(&gris, &petit, 1, 1, vec![act("G", 3000, 70, 2100, 900)]));
    draft(&gris, "LOT001", vec![signed(&content, &gris, &petit, start())]).mail(&gris, start())
}

#[test]
fn a_restart_forgets_nothing() {
    let mut world = World::new("restart");
    let mail = c2s_mail();
    world.send(&mail);
    world.stop();
    assert!(!world.data.join("ports.json").exists(), "nobody knocks at a closed door");
    world.run(|_| {});
    let answer = world.fetch_raw();
    assert_eq!(answer.len(), 1);
    world.stop();
    world.run(|_| {});
    assert!(world.fetch_raw().is_empty(), "what was read is gone");
    world.send(&mail);
    assert_eq!(world.fetch_raw(), answer, "the file is known");
    world.set_day("2026-01-22");
    assert_eq!(world.payments().len(), 1);
    world.stop();
    world.run(|_| {});
    assert!(world.payments().is_empty(), "paid money is not paid again");
}

#[test]
fn a_record_cut_short_was_never_answered() {
    let mut world = World::new("cut");
    let empty = fs::read(world.data.join("memory")).expect("memory").len();
    let mail = c2s_mail();
    world.send(&mail);
    world.stop();
    let whole = fs::read(world.data.join("memory")).expect("memory");
    for kept in [empty, empty + 1, empty + 7, (empty + whole.len()) / 2, whole.len() - 1] {
        fs::write(world.data.join("memory"), &whole[..kept]).expect("write");
        world.run(|_| {});
        assert!(world.fetch_raw().is_empty(), "{kept} bytes kept");
        world.send(&mail);
        assert_eq!(world.fetch().len(), 1, "{kept} bytes kept: the file is new to the caisse");
        world.stop();
    }
    world.run(|_| {});
}

#[test]
fn nothing_personal_lies_open_on_the_disk() {
    let world = World::new("sealed");
    world.send(&c2s_mail());
    let bytes = fs::read(world.data.join("memory")).expect("memory");
    for word in ["2900799999904", "PETIT", "rss.test", "Subject"] {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
    }
}

#[cfg(unix)]
#[test]
fn what_it_writes_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new("private");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    let data = world.data.join("deep/caisse");
    let told = world.data.join("told.json");
    // A crash left a readable half of a file behind.
    fs::write(world.data.join("told.new"), b"{").expect("write");
    let options = Options { ports_file: Some(told.clone()), ..Options::in_process(&data) };
    let second = Running::start(options).expect("a caisse");
    for folder in [data.as_path(), &world.data.join("deep")] {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    for file in [data.join("memory"), data.join("ca.pem"), data.join("ports.json"), told] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    second.stop();
    // The clock is written by the demo, here with the rights of any file.
    let clock = data.join("clock");
    fs::write(&clock, b"0").expect("write");
    fs::set_permissions(&clock, fs::Permissions::from_mode(0o644)).expect("rights");
    Running::start(Options::in_process(&data)).expect("a caisse").stop();
    assert_eq!(mode(&clock), 0o600);
}

#[test]
fn one_caisse_a_folder() {
    let world = World::new("locked");
    let second = Running::start(Options::in_process(&world.data));
    assert!(matches!(second, Err(CaisseError::Locked)));
    assert!(world.data.join("ports.json").exists(), "the first one's ports are left alone");
    assert!(world.fetch_raw().is_empty(), "and it still answers");
}

#[test]
fn a_foreign_memory_is_refused_and_left_alone() {
    let mut world = World::new("foreign");
    world.stop();
    fs::write(world.data.join("memory"), b"SQLite format 3\0 something else").expect("write");
    let refused = Running::start(Options::in_process(&world.data));
    assert!(matches!(refused, Err(CaisseError::Memory { record: 0 })));
    assert_eq!(fs::read(world.data.join("memory")).expect("memory"), b"SQLite format 3\0 something else");
}
