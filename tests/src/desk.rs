//! The window of the demonstration under an X server of its own, driven by keyboard as a person does.

use std::path::PathBuf;

use crate::process::Running;
use crate::wait::{SOON, until};
use crate::{Display, Practice, bin, root};

/// The window and what is around it.
#[derive(Debug)]
pub struct Desk {
    /// The X server.
    pub display: Display,
    /// The data, to be asked by `liassectl` once the window is closed.
    pub practice: Practice,
    /// The program.
    pub window: Running,
    pictures: PathBuf,
    theme: &'static str,
}

impl Desk {
    /// The demonstration in a new practice.
    pub fn open(name: &str, words: &[&str], theme: &'static str) -> Self {
        Self::open_with(name, &[], words, theme)
    }

    /// The same with settings made before.
    pub fn open_with(name: &str, settings: &[[&str; 2]], words: &[&str], theme: &'static str) -> Self {
        let display = Display::start(1400, 900);
        let practice = if settings.is_empty() { Practice::new(name) } else { Practice::empty(name) };
        for [setting, value] in settings {
            practice.run(&["config", "set", setting, value]).success();
        }
        let mut command = display.program(bin("liasse"));
        command.arg("--demo").args(words).arg("--data").arg(practice.data()).env("ICED_BACKEND", "tiny-skia");
        let window = Running::start(&command, &practice.scratch().join("liasse.log"));
        display.focus("Liasse");
        let pictures = std::env::var_os("LIASSE_SCREENSHOTS")
            .map_or_else(|| root().join("target/window"), |folder| root().join(PathBuf::from(folder)));
        let desk = Self { display, practice, window, pictures, theme };
        // The tray is there when the demo has opened: pressing a key before would be pressing it for nobody.
        until("the open demo", SOON, || desk.practice.caisse_data().join("ports.json").exists().then_some(()));
        desk.quiet();
        desk
    }

    /// Waits until the picture no longer changes.
    pub fn quiet(&self) {
        let mut last = String::new();
        until("a quiet screen", SOON, || {
            let now = self.display.fingerprint();
            let same = now == last;
            last = now;
            same.then_some(())
        });
    }

    /// Presses keys one after the other, each once the screen has answered the one before.
    pub fn press(&self, keys: &[&str]) {
        for key in keys {
            let before = self.display.fingerprint();
            self.display.press(&[key]);
            self.display.settled_after(&before);
        }
    }

    /// Types a text in the same way.
    pub fn type_text(&self, text: &str) {
        // What xdotool has no character for has a name.
        let named = |letter| match letter {
            ' ' => "space".to_owned(),
            '=' => "equal".to_owned(),
            '+' => "plus".to_owned(),
            letter => String::from(letter),
        };
        let keys: Vec<String> = text.chars().map(named).collect();
        self.press(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// In the tray, from its first card: inserts the one so many rows below.
    pub fn insert_from_the_first(&self, rows: usize) {
        self.press(&vec!["Down"; rows]);
        self.press(&["Return"]);
    }

    /// Takes a picture for whoever looks, and for the documentation.
    pub fn picture(&self, name: &str) {
        self.quiet();
        self.display.picture(&self.pictures.join(format!("{name}-{}.png", self.theme)));
    }

    /// Closes the window and gives the practice back, to be asked by `liassectl`.
    pub fn close(self) -> Practice {
        self.window.kill();
        self.practice
    }
}
