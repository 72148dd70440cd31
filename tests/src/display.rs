//! An X server in memory, private to one test, and the hands and eyes of a person before it: keys, mouse, pictures.
//! Not a window manager: a window is focused by asking. 24 bits of colour, or softbuffer panics (reference rust-anchors, B).

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

use crate::process::{Finished, Running, finish};
use crate::{Scratch, wait};

/// The X server.
#[derive(Debug)]
pub struct Display {
    _server: Running,
    name: String,
    // Last: the folder goes after the server.
    _scratch: Scratch,
}

/// Sends WM_DELETE_WINDOW (ICCCM 4.2.8.1) to the window of that number.
const CLOSE: &str = "
import ctypes, sys
x = ctypes.CDLL('libX11.so.6')
x.XOpenDisplay.restype = ctypes.c_void_p
x.XInternAtom.restype = ctypes.c_ulong
display = ctypes.c_void_p(x.XOpenDisplay(None))
atom = lambda name: x.XInternAtom(display, name, 0)
class Client(ctypes.Structure):
    _fields_ = [('type', ctypes.c_int), ('serial', ctypes.c_ulong), ('send_event', ctypes.c_int),
                ('display', ctypes.c_void_p), ('window', ctypes.c_ulong), ('message_type', ctypes.c_ulong),
                ('format', ctypes.c_int), ('data', ctypes.c_long * 5), ('rest', ctypes.c_long * 16)]
window = ctypes.c_ulong(int(sys.argv[1]))
event = Client(type=33, window=window.value, message_type=atom(b'WM_PROTOCOLS'), format=32)
event.data[0] = atom(b'WM_DELETE_WINDOW')
assert x.XSendEvent(display, window, 0, 0, ctypes.byref(event))
x.XSync(display, 0)
";

impl Display {
    /// Starts one on a display number that nobody uses, with a screen of `width` × `height`.
    pub fn start(width: u32, height: u32) -> Self {
        let scratch = Scratch::new("display");
        let mut command = Command::new("Xvfb");
        // The server finds the free number itself and writes it, once clients may connect, to descriptor 1.
        // Without `-noreset` it starts anew when its last client leaves, and turns away who comes meanwhile.
        let screen = format!("{width}x{height}x24");
        command.args(["-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", &screen]);
        let mut server = Running::start_piped(&command, &scratch.join("xvfb.log"));
        let output = server.child().stdout.take().expect("a pipe");
        let mut number = String::new();
        BufReader::new(output).read_line(&mut number).expect("the number of the display");
        assert!(!number.trim().is_empty(), "Xvfb did not start: {}", server.log());
        Self { _server: server, name: format!(":{}", number.trim()), _scratch: scratch }
    }

    /// A program that will show its windows here and nowhere else.
    pub fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY");
        command
    }

    /// Waits for a visible window whose title contains `title`, gives it the focus, and returns its number.
    pub fn focus(&self, title: &str) -> String {
        let window = wait::until(&format!("a window called {title}"), wait::SOON, || {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", title]);
            found.stdout.lines().next().map(str::to_owned)
        });
        self.xdotool(&["windowfocus", "--sync", &window]).success();
        window
    }

    /// Presses keys, each a name as X knows it: `Return`, `F12`, `ctrl+n`.
    pub fn press(&self, keys: &[&str]) {
        let mut words = vec!["key", "--clearmodifiers"];
        words.extend(keys);
        self.xdotool(&words).success();
    }

    /// Types a text as a person does, key after key.
    pub fn type_text(&self, text: &str) {
        self.xdotool(&["type", "--delay", "12", text]).success();
    }

    /// Clicks with the first button at a place of the screen.
    pub fn click(&self, x: u32, y: u32) {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]).success();
    }

    /// Asks a window to close, as the cross of its frame does. xdotool of Debian 12 can only destroy it.
    pub fn close(&self, window: &str) {
        finish(self.program("python3").args(["-c", CLOSE, window]), b"").success();
    }

    /// Takes a picture of the whole screen as PNG.
    pub fn picture(&self, path: &Path) {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).expect("a folder for pictures");
        }
        finish(self.program("import").args(["-window", "root"]).arg(path), b"").success();
    }

    /// A sum of all pixels of the screen: another one means that something changed.
    pub fn fingerprint(&self) -> String {
        let call = "import -silent -window root rgb:- | sha256sum";
        finish(self.program("sh").args(["-c", call]), b"").success().stdout
    }

    /// The same sum for a part of the screen, `WIDTHxHEIGHT+X+Y`.
    pub fn part(&self, geometry: &str) -> String {
        let call = format!("import -silent -window root -crop {geometry} rgb:- | sha256sum");
        finish(self.program("sh").args(["-c", &call]), b"").success().stdout
    }

    /// Gives the keyboard the layout of a country, as `setxkbmap` names it.
    pub fn layout(&self, name: &str) {
        finish(self.program("setxkbmap").arg(name), b"").success();
    }

    /// Waits until the screen shows something else than when `before` was taken, and no longer changes.
    pub fn settled_after(&self, before: &str) {
        let mut last = before.to_owned();
        wait::until("a changed screen", wait::SOON, || {
            let now = self.fingerprint();
            let settled = now != before && now == last;
            last = now;
            settled.then_some(())
        });
    }

    fn xdotool(&self, words: &[&str]) -> Finished {
        finish(self.program("xdotool").args(words), b"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_of_the_size_asked_for_can_be_pictured() {
        let display = Display::start(640, 480);
        let seen = finish(display.program("xwininfo").arg("-root"), b"").success().stdout;
        for line in ["Width: 640", "Height: 480", "Depth: 24"] {
            assert!(seen.contains(line), "{seen}");
        }
        let scratch = Scratch::new("picture");
        let picture = scratch.join("deep/screen.png");
        display.picture(&picture);
        let bytes = std::fs::read(&picture).expect("a picture");
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    }

    #[test]
    fn a_window_gets_the_keys_and_no_other_display_sees_it() {
        let (one, other) = (Display::start(400, 400), Display::start(400, 400));
        assert_ne!(one.name, other.name);
        let scratch = Scratch::new("keys");
        let before = one.fingerprint();
        assert_eq!(before, other.fingerprint());
        // Of x11-utils: a window that tells each event it gets.
        let teller = Running::start(&one.program("xev"), &scratch.join("xev.log"));
        one.focus("Event Tester");
        one.settled_after(&before);
        one.press(&["F12"]);
        one.type_text("g");
        wait::until("both keys", wait::SOON, || {
            let told = teller.log();
            ["keysym 0xffc9, F12", "keysym 0x67, g"].iter().all(|key| told.contains(key)).then_some(())
        });
        assert_eq!(other.fingerprint(), before);
    }
}
