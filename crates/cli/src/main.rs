//! `liassectl`: every use case of Liasse without a window, JSON in and out.
//! Holds no rule: it reads the command line, calls the crates, prints, and ends with the exit code of the contract.
//! Calls, shapes and exit codes are a stable contract: a change needs a version field and a note in `docs/changelog.md`.

mod arguments;
mod command;
mod failure;
mod files;
mod office;
mod output;
mod text;

use std::io::Write;
use std::process::ExitCode;

use crate::failure::{CliError, Failure};

/// Our bug.
const BUG: u8 = 70;

fn main() -> ExitCode {
    // Before anything can hold a code. Where the system does not do it, `docs/security.md` says what that means.
    liasse_core::privacy::no_core_dumps();
    // Known before anything can fail, so that even a wrong call is answered in the form that was asked for.
    let json = std::env::args_os().any(|argument| argument == "--json");
    say_panics_in_one_line(json);
    match std::panic::catch_unwind(|| run(json)) {
        Ok(code) => ExitCode::from(code),
        Err(_) => ExitCode::from(BUG),
    }
}

fn run(json: bool) -> u8 {
    let outcome = match arguments::read() {
        Ok(arguments::Call::Help(text)) => print_help(&text),
        Ok(arguments::Call::Run(command)) => command::run(*command, json),
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(()) => 0,
        Err(failure) => {
            failure.say(json);
            failure.exit
        }
    }
}

fn print_help(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| CliError::output(&error))
}

/// A panic says its code and its place in the sources, never its message: that may quote what was being read.
fn say_panics_in_one_line(json: bool) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or_else(String::new, |place| format!("{}:{}", place.file(), place.line()));
        Failure::from(CliError::Bug { place }).say(json);
    }));
}
