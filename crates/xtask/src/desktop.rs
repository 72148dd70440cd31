//! `run` and `screenshots`: the program opened for a person, and its window tests played for the pictures of the docs.
//! Not the window tests themselves (`tests/tests/window*.rs`).

use std::process::Command;

use crate::packages::Purpose;
use crate::set_up;
use crate::stop::Stop;
use crate::workspace::{cargo, finish, programs, root};

/// `cargo xtask run [--headless] [-- ARGUMENTS]`.
pub fn run(arguments: &[String]) -> Result<(), Stop> {
    let (headless, rest) = parse(arguments)?;
    set_up::prepare(Purpose::Run)?;
    let [package, program, first] = if headless || !has_display(|name| std::env::var_os(name)) {
        ["liasse-cli", "liassectl", "demo"]
    } else {
        ["liasse-desktop", "liasse", "--demo"]
    };
    finish(cargo().args(["build", "--locked", "--release", "--package", package]))?;
    finish(Command::new(programs("release").join(program)).arg(first).args(rest))
}

/// `cargo xtask screenshots`: the window tests again, told to keep their pictures.
pub fn screenshots(arguments: &[String]) -> Result<(), Stop> {
    if !arguments.is_empty() {
        return Err(Stop::Usage("screenshots takes no argument".to_owned()));
    }
    set_up::prepare(Purpose::Test)?;
    finish(cargo().args(["build", "--locked", "--workspace", "--bins"]))?;
    let images = root().join("docs").join("images");
    std::fs::create_dir_all(&images).map_err(|e| Stop::Step(format!("{}: {e}", images.display())))?;
    finish(
        cargo()
            .args([
                "nextest",
                "run",
                "--locked",
                "--package",
                "liasse-e2e",
                "--test",
                "window",
                "--test",
                "window_desk",
                "--test",
                "window_locum",
                "--test",
                "window_paths",
            ])
            .env("LIASSE_BIN_DIR", programs("debug"))
            .env("LIASSE_SCREENSHOTS", &images),
    )
}

fn parse(arguments: &[String]) -> Result<(bool, &[String]), Stop> {
    let split = arguments.iter().position(|argument| argument == "--");
    let (own, rest) = match split {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &[][..]),
    };
    match own {
        [] => Ok((false, rest)),
        [flag] if flag == "--headless" => Ok((true, rest)),
        _ => Err(Stop::Usage("run takes --headless and, after --, arguments for the program".to_owned())),
    }
}

fn has_display(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(|name| variable(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_after_the_dashes_belong_to_the_program() {
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parse(&words("--headless -- --fse 5")), Ok((true, &words("--fse 5")[..])));
        assert_eq!(parse(&words("-- --headless")), Ok((false, &words("--headless")[..])));
        assert!(matches!(parse(&words("--fse 5")), Err(Stop::Usage(_))));
    }

    #[test]
    fn a_window_is_opened_only_where_one_can_be_seen() {
        assert!(has_display(|name| (name == "WAYLAND_DISPLAY").then(|| "wayland-0".into())));
        assert!(has_display(|name| (name == "DISPLAY").then(|| ":0".into())));
        assert!(!has_display(|_| Some("".into())));
        assert!(!has_display(|_| None));
    }
}
