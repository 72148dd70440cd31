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
        let practice = if settings.is_empty() { Practice::new(name) } else { Practice::empty(name) };
        for [setting, value] in settings {
            practice.run(&["config", "set", setting, value]).success();
        }
        Self::open_again(practice, words, theme)
    }

    /// The demonstration in a practice that is there already.
    pub fn open_again(practice: Practice, words: &[&str], theme: &'static str) -> Self {
        // A caisse that has ended left its ports behind, and the new one's are awaited.
        drop(std::fs::remove_file(practice.caisse_data().join("ports.json")));
        let desk = Self::start(practice, &[&["--demo"][..], words].concat(), theme);
        desk.opened();
        desk
    }

    /// The first screen of a program that was never opened.
    pub fn welcome(name: &str, theme: &'static str) -> Self {
        let desk = Self::start(Practice::new(name), &[], theme);
        desk.quiet();
        desk
    }

    fn start(practice: Practice, words: &[&str], theme: &'static str) -> Self {
        let display = Display::start(1400, 900);
        let mut command = display.program(bin("liasse"));
        command.args(words).arg("--data").arg(practice.data()).env("ICED_BACKEND", "tiny-skia");
        // What a dead key and a letter make stands in the tables of a locale.
        command.env("LC_ALL", "C.UTF-8");
        let window = Running::start(&command, &practice.scratch().join("liasse.log"));
        display.focus("Liasse");
        let pictures = std::env::var_os("LIASSE_SCREENSHOTS")
            .map_or_else(|| root().join("target/window"), |folder| root().join(PathBuf::from(folder)));
        Self { display, practice, window, pictures, theme }
    }

    /// Waits until the demo has opened: pressing a key before would be pressing it for nobody.
    pub fn opened(&self) {
        until("the open demo", SOON, || self.practice.caisse_data().join("ports.json").exists().then_some(()));
        self.quiet();
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
        self.picture_as(&format!("{name}-{}", self.theme));
    }

    /// The same under that whole name, where the look has changed since the window was opened.
    pub fn picture_as(&self, file: &str) {
        self.quiet();
        self.display.picture(&self.pictures.join(format!("{file}.png")));
    }

    /// Closes the window and gives the practice back, to be asked by `liassectl`.
    pub fn close(self) -> Practice {
        self.window.kill();
        self.practice
    }
}
