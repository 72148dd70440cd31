//! The keys of a practice before foreign judges: a real keyring of a desktop (gnome-keyring-daemon, with `secret-tool` to look into
//! it), Poppler for the sheet of the recovery code, and a scan of all files for the secrets. Invented secrets.
#![expect(clippy::expect_used, reason = "a harness that cannot start must fail its test loudly")]

use std::path::Path;
use std::process::Command;

use liasse_e2e::canary::Marks;
use liasse_e2e::namespace::{Namespace, Network};
use liasse_e2e::practice::error_of;
use liasse_e2e::{Finished, Scratch, bin, finish, wait};
use serde_json::Value;

const PHRASE: &str = "cheval pile agrafe correcte";
/// What unlocks the keyring of the session. It protects nothing.
const LOGIN: &str = "motdepasse";

/// A desktop session without a desktop: a message bus of its own and the keyring daemon, all of which end with it.
struct Session {
    bus: String,
    // Ends the daemons.
    _processes: Namespace,
}

/// `$1` is the home of the session, `$2` what unlocks its keyring, or nothing: then it stays locked. Without a screen nobody can be
/// asked, and the prompt of the daemon is dismissed at once.
const SESSION: &str = r#"
export HOME="$1" XDG_DATA_HOME="$1/data" XDG_RUNTIME_DIR="$1/run" XDG_CONFIG_HOME="$1/config" XDG_CACHE_HOME="$1/cache"
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
rm -rf "$1/run"
mkdir -p -m 700 "$1" "$1/data" "$1/run"
dbus-run-session -- sh -c '
    if [ -n "$2" ]; then printf %s "$2" | gnome-keyring-daemon --unlock --components=secrets
    else gnome-keyring-daemon --start --components=secrets; fi
    printf %s "$DBUS_SESSION_BUS_ADDRESS" > "$1/bus.new" && mv "$1/bus.new" "$1/bus"
    exec sleep 600' sh "$1" "$2" & wait
"#;

impl Session {
    fn start(scratch: &Scratch, login: &str) -> Self {
        let (home, log) = (scratch.join("home"), scratch.join("session.log"));
        let address = home.join("bus");
        if address.exists() {
            std::fs::remove_file(&address).expect("the session before has ended");
        }
        let mut processes = Namespace::start(Network::Shared, SESSION, &[&home, Path::new(login)], &log);
        let bus = wait::until("the session", wait::SOON, || {
            assert!(processes.is_alive(), "the session ended: {}", processes.log());
            std::fs::read_to_string(&address).ok()
        });
        Self { bus, _processes: processes }
    }

    /// What `secret-tool` says.
    fn secret_tool(&self, words: &[&str]) -> Finished {
        let mut command = Command::new("secret-tool");
        finish(command.args(words).env("DBUS_SESSION_BUS_ADDRESS", &self.bus), b"")
    }

    /// The secret of an entry of ours, if the keyring has it.
    fn entry(&self, account: &str) -> Option<String> {
        let found = self.secret_tool(&["lookup", "service", "liasse", "username", account]);
        (found.code == 0).then_some(found.stdout)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The socket outlives a bus that is killed.
        let path = self.bus.strip_prefix("unix:path=").and_then(|rest| rest.split(',').next());
        if let Some(path) = path {
            drop(std::fs::remove_file(path));
        }
    }
}

/// A practice, and the session that its calls are made in.
struct Cabinet<'a> {
    scratch: &'a Scratch,
    bus: String,
}

impl<'a> Cabinet<'a> {
    fn within(scratch: &'a Scratch, session: Option<&Session>) -> Self {
        let bus = session.map_or_else(|| "unix:path=/nowhere/bus".to_owned(), |session| session.bus.clone());
        Self { scratch, bus }
    }

    fn call(&self, words: &[&str], input: &str) -> Finished {
        let mut command = Command::new(bin("liassectl"));
        command.args(words).arg("--json").arg("--data").arg(self.scratch.join("cabinet"));
        command.env_remove("LIASSE_DATA").env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        finish(&mut command, input.as_bytes())
    }

    fn answer(&self, words: &[&str], input: &str) -> Value {
        self.call(words, input).success().json()
    }

    /// The code of the error that a call ends with.
    fn refused(&self, words: &[&str], exit: i32) -> String {
        let finished = self.call(words, "").with_code(exit);
        error_of(&finished)["code"].as_str().expect("a code").to_owned()
    }

    /// The data open without a word.
    fn opens_by_keyring(&self) -> bool {
        self.call(&["journal", "verify"], "").code == 0
    }

    fn opens_by_phrase(&self) -> bool {
        self.call(&["journal", "verify", "--passphrase-stdin"], PHRASE).code == 0
    }

    /// The name of the data key, from the file of keys.
    fn account(&self) -> String {
        let text = std::fs::read_to_string(self.scratch.join("cabinet/cles.toml")).expect("the keys");
        let name = text.lines().find_map(|line| line.strip_prefix("key_id = \"")?.strip_suffix('"'));
        name.expect("a name").to_owned()
    }
}

#[test]
fn the_keyring_of_a_desktop_opens_and_its_loss_leaves_two_ways() {
    let scratch = Scratch::new("keys");
    let session = Session::start(&scratch, LOGIN);
    let cabinet = Cabinet::within(&scratch, Some(&session));
    cabinet.answer(&["key", "create"], PHRASE);
    assert!(!cabinet.opens_by_keyring(), "nobody trusted the keyring");
    cabinet.answer(&["key", "keyring", "on"], PHRASE);
    assert!(cabinet.opens_by_keyring());
    let former = cabinet.account();
    let entry = session.entry(&former).expect("secret-tool finds the entry");
    let keys = std::fs::read_to_string(scratch.join("cabinet/cles.toml")).expect("the keys");
    assert!(entry.len() > 40 && !keys.contains(entry.trim()), "the entry lies in the keyring alone");

    // Another data key: another entry, and the former one is gone.
    cabinet.answer(&["key", "rekey"], PHRASE);
    assert!(cabinet.opens_by_keyring());
    assert!(session.entry(&former).is_none() && session.entry(&cabinet.account()).is_some());

    // The same keyring, locked.
    drop(session);
    let locked = Session::start(&scratch, "");
    let cabinet = Cabinet::within(&scratch, Some(&locked));
    assert_eq!(cabinet.refused(&["journal", "verify"], 3), "cles.trousseau_verrouille");
    assert!(cabinet.opens_by_phrase());

    // Emptied by another hand.
    drop(locked);
    let session = Session::start(&scratch, LOGIN);
    let cabinet = Cabinet::within(&scratch, Some(&session));
    assert!(cabinet.opens_by_keyring(), "unlocked again it opens");
    session.secret_tool(&["clear", "service", "liasse", "username", &cabinet.account()]).success();
    assert_eq!(cabinet.refused(&["journal", "verify"], 3), "cles.trousseau_vide");
    assert!(cabinet.opens_by_phrase());

    // Trusted again, then left for good.
    cabinet.answer(&["key", "keyring", "on"], PHRASE);
    assert!(cabinet.opens_by_keyring() && session.entry(&cabinet.account()).is_some());
    cabinet.answer(&["key", "keyring", "off"], PHRASE);
    assert!(session.entry(&cabinet.account()).is_none());
    assert_eq!(cabinet.refused(&["journal", "verify"], 2), "cles.a_donner");
}

#[test]
fn in_a_session_without_a_keyring_the_passphrase_opens() {
    let scratch = Scratch::new("keys-elsewhere");
    let session = Session::start(&scratch, LOGIN);
    let cabinet = Cabinet::within(&scratch, Some(&session));
    cabinet.answer(&["key", "create"], PHRASE);
    cabinet.answer(&["key", "keyring", "on"], PHRASE);
    drop(session);
    let elsewhere = Cabinet::within(&scratch, None);
    assert_eq!(elsewhere.refused(&["journal", "verify"], 3), "cles.trousseau_absent");
    assert!(elsewhere.opens_by_phrase());
}

#[test]
fn the_sheet_is_one_page_and_no_file_beside_it_tells_a_secret() {
    let scratch = Scratch::new("keys-sheet");
    let cabinet = Cabinet::within(&scratch, None);
    let sheet = scratch.join("code.pdf");
    let path = sheet.display().to_string();
    let shown = cabinet.answer(&["key", "create", "--paper", &path], PHRASE);
    let code = shown["recovery"].as_str().expect("a code").to_owned();
    let info = finish(Command::new("pdfinfo").arg(&sheet), b"").success().stdout;
    assert!(info.lines().any(|line| line.split_whitespace().eq(["Pages:", "1"])), "{info}");
    let text = finish(Command::new("pdftotext").args(["-layout"]).arg(&sheet).arg("-"), b"").success().stdout;
    assert!(text.split_whitespace().collect::<String>().contains(&code), "{text}");
    assert!(text.contains(shown["key"].as_str().expect("a name")) && text.contains("Code de secours"), "{text}");

    // Every secret that was given or shown, in whatever writing: first found where it was planted, then nowhere.
    let other = "le chat dort sur le piano";
    cabinet.answer(&["key", "passphrase"], &format!("{PHRASE}\n{other}\n"));
    let rekeyed = cabinet.answer(&["key", "rekey"], other);
    let second = rekeyed["recovery"].as_str().expect("a code").to_owned();
    let bare = |code: &str| code.replace('-', "");
    let marks = Marks::of([PHRASE, other, &*code, &*second, &*bare(&code), &*bare(&second)]);
    let (planted, all) = marks.planted();
    assert_eq!(marks.found_in(&planted).into_iter().collect::<std::collections::BTreeSet<_>>(), all);
    let found = marks.found_under(&scratch.join("cabinet")).expect("the data");
    assert!(found.is_empty(), "{found:?}");
}
