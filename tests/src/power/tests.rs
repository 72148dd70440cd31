//! The model of a disk, on hand-written logs and on a real program.

use super::*;
use crate::{Scratch, finish};

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
}

fn name(text: &str) -> PathBuf {
    PathBuf::from(text)
}

#[test]
fn a_log_is_read_call_by_call_and_what_is_elsewhere_is_left_out() {
    let scratch = Scratch::new("power-log");
    let root = scratch.join("data");
    std::fs::create_dir(&root).expect("a folder");
    let of = |file: &str| hex(root.join(file).to_str().expect("utf-8"));
    let folder = hex(root.to_str().expect("utf-8"));
    let (db, wal, shm, caisse) = (of("a.db"), of("a.db-wal"), of("a.db-shm"), of("caisse/memory"));
    let (home, pipe, other) = (hex("/root"), hex("pipe:[7]"), hex("/elsewhere"));
    let bytes = hex("ab");
    let log = [
        format!("7 openat(AT_FDCWD<{home}>, \"{wal}\", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 4<{wal}>"),
        format!("7 openat(AT_FDCWD<{home}>, \"{db}\", O_RDWR|O_CLOEXEC) = 3<{db}>"),
        format!("7 openat(AT_FDCWD<{home}>, \"{db}\", O_WRONLY|O_CREAT|O_EXCL, 0600) = -1 EEXIST (File exists)"),
        format!("7 pwrite64(4<{wal}>, \"{bytes}\", 2, 32 <unfinished ...>"),
        format!("8 write(1<{pipe}>, \"{bytes}\", 2) = 2"),
        "7 <... pwrite64 resumed>)           = 2".to_owned(),
        format!("7 write(3<{db}>, \"{bytes}\", 2) = 2"),
        format!("7 pwrite64(5<{shm}>, \"{bytes}\", 2, 0) = 2"),
        format!("7 write(6<{caisse}>, \"{bytes}\", 2) = 2"),
        format!("7 write(2<{other}>, \"{bytes}\", 2) = 2"),
        format!("7 ftruncate(3<{db}>, 4096) = 0"),
        format!("7 fsync(3<{db}>)                      = 0"),
        format!("7 fdatasync(9<{folder}>) = 0"),
        format!("7 rename(\"{db}\", \"{wal}\") = 0"),
        format!("7 unlink(\"{wal}\") = 0"),
        format!("7 write(4<{wal}>(deleted), \"{bytes}\", 2) = 2"),
    ];
    let path = scratch.write("log", log.join("\n"));
    let ab = || b"ab".to_vec();
    let expected = [
        Op::Create(name("a.db-wal")),
        Op::Said,
        Op::Write(name("a.db-wal"), Some(32), ab()),
        Op::Write(name("a.db"), None, ab()),
        Op::Length(name("a.db"), 4096),
        Op::Sync(name("a.db")),
        Op::Sync(name("")),
        Op::Rename(name("a.db"), name("a.db-wal")),
        Op::Remove(name("a.db-wal")),
    ];
    assert_eq!(ops(&path, &root), expected);
}

#[test]
fn what_was_not_synced_is_gone_and_names_without_their_folder_too() {
    let mut disk = Disk::with(&[(name("old"), b"one".to_vec())].into());
    let file = |files: &Files, of: &str| files.get(&name(of)).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let write = |of: &str, at, bytes: &[u8]| Op::Write(name(of), at, bytes.to_vec());
    for op in [Op::Create(name("new")), write("new", None, b"two"), write("old", Some(1), b"N")] {
        assert!(!disk.apply(&op));
    }
    assert_eq!(
        (file(&disk.whole(), "new"), file(&disk.whole(), "old")),
        (Some("two".to_owned()), Some("oNe".to_owned()))
    );
    let left = disk.left(Cut::Bytes);
    assert_eq!((file(&left, "new"), file(&left, "old")), (Some(String::new()), Some("one".to_owned())));
    assert!(disk.apply(&Op::Sync(name("new"))));
    assert_eq!(file(&disk.left(Cut::Bytes), "new").as_deref(), Some("two"));
    assert_eq!(file(&disk.left(Cut::Names), "new"), None, "its folder was not synced");
    assert!(disk.apply(&Op::Sync(name(""))));
    assert_eq!(file(&disk.left(Cut::Names), "new").as_deref(), Some("two"));
    // A renamed file is the old one until its folder is synced; a removed one comes back.
    disk.apply(&Op::Rename(name("new"), name("old")));
    assert_eq!(file(&disk.left(Cut::Bytes), "old").as_deref(), Some("two"));
    assert_eq!(file(&disk.left(Cut::Names), "old").as_deref(), Some("one"));
    disk.apply(&Op::Sync(name("")));
    assert_eq!(disk.left(Cut::Names).len(), 1);
    disk.apply(&Op::Remove(name("old")));
    assert_eq!((disk.left(Cut::Bytes).len(), file(&disk.left(Cut::Names), "old").as_deref()), (0, Some("two")));
}

#[test]
fn of_writes_without_a_sync_some_are_kept_and_a_seed_says_which() {
    let mut disk = Disk::with(&[(name("f"), vec![b'.'; 64])].into());
    for at in 0..64 {
        disk.apply(&Op::Write(name("f"), Some(at), b"x".to_vec()));
    }
    let kept = |seed| disk.left(Cut::Some(seed))[&name("f")].iter().filter(|byte| **byte == b'x').count();
    assert!((10..54).contains(&kept(1)) && kept(1) == kept(1));
    assert_ne!(disk.left(Cut::Some(1)), disk.left(Cut::Some(2)));
}

#[test]
fn a_program_that_was_watched_leaves_what_the_model_says() {
    let scratch = Scratch::new("power-dd");
    let root = scratch.join("data");
    std::fs::create_dir(&root).expect("a folder");
    scratch.write("data/kept", "kept");
    let before = files(&root);
    let script =
        "cd \"$1\" && dd if=/dev/zero of=\"$1/new\" bs=100 count=3 conv=fsync 2>&1 && mv \"$1/new\" \"$1/other\"
                  printf more >> \"$1/other\" && rm \"$1/kept\" && printf again > \"$1/kept\"";
    let mut sh = Command::new("sh");
    sh.args(["-ec", script, "sh"]).arg(&root);
    let log = scratch.join("log");
    finish(&mut recorded(&sh, &log), b"").success();
    let mut disk = Disk::with(&before);
    let done = ops(&log, &root);
    assert!(done.contains(&Op::Sync(name("new"))), "{done:?}");
    for op in &done {
        disk.apply(op);
    }
    assert_eq!(disk.whole(), files(&root));
    assert_eq!(disk.left(Cut::Bytes)[&name("other")].len(), 300, "what was added was not synced");
}
