//! `cargo xtask`: everything a newcomer types, from a machine that has Rust and nothing else.
//! Not part of the product, and without dependencies, so that it starts at once.
//! The commands are a contract (shared contracts, "Set-up, run, test"); `docs/changelog.md` notes each change.

mod bench;
#[path = "../../../tests/src/canary.rs"]
mod canary;
mod desktop;
mod install;
mod junit;
mod leaks;
mod packages;
mod set_up;
mod steps;
mod stop;
mod test;
mod workspace;

use std::process::ExitCode;

use packages::Purpose;
use stop::Stop;

/// A command: its name, its arguments in the help, what it does, and the function that does it.
struct Command {
    name: &'static str,
    arguments: &'static str,
    does: &'static str,
    run: fn(&[String]) -> Result<(), Stop>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "run",
        arguments: "[--headless] [-- ARGUMENTS]",
        does: "installs what is missing and opens Liasse in the demo world (without a display: liassectl demo)",
        run: desktop::run,
    },
    Command {
        name: "test",
        arguments: "[--allow-skip NAME]…",
        does: "every check: fmt, clippy, unit, property and end-to-end tests; a test that cannot run is a failure",
        run: test::test,
    },
    Command { name: "bench", arguments: "[NAME]", does: "benchmarks, as JSON lines", run: bench::bench },
    Command {
        name: "world",
        arguments: "",
        does: "makes cards, registers and certificates from fixtures/world again",
        run: workspace::world,
    },
    Command {
        name: "screenshots",
        arguments: "",
        does: "plays the window test and writes docs/images",
        run: desktop::screenshots,
    },
    Command {
        name: "set-up",
        arguments: "[run|test]",
        does: "only installs what the other commands need",
        run: only_set_up,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            if stop != Stop::Told {
                eprintln!("xtask: {stop}");
            }
            ExitCode::from(stop.exit_code())
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), Stop> {
    let asks_for_help = |argument: &String| argument == "--help" || argument == "-h";
    let Some((name, rest)) = arguments.split_first().filter(|(name, _)| !asks_for_help(name)) else {
        print!("{}", help(COMMANDS));
        return Ok(());
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name.as_str()) else {
        return Err(Stop::Usage(format!("no command is called {name}\n\n{}", help(COMMANDS))));
    };
    if rest.iter().take_while(|argument| *argument != "--").any(asks_for_help) {
        print!("{}", help(std::slice::from_ref(command)));
        return Ok(());
    }
    (command.run)(rest)
}

fn help(commands: &[Command]) -> String {
    commands
        .iter()
        .map(|command| format!("cargo xtask {} {}\n    {}\n", command.name, command.arguments, command.does))
        .collect()
}

fn only_set_up(arguments: &[String]) -> Result<(), Stop> {
    match arguments {
        [] => set_up::prepare(Purpose::Test),
        [purpose] if purpose == "test" => set_up::prepare(Purpose::Test),
        [purpose] if purpose == "run" => set_up::prepare(Purpose::Run),
        _ => Err(Stop::Usage("set-up takes run or test".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn every_command_explains_itself_without_doing_anything() {
        for command in COMMANDS {
            assert!(dispatch(&words(&format!("{} --help", command.name))).is_ok(), "{}", command.name);
        }
        assert!(dispatch(&[]).is_ok());
    }

    #[test]
    fn an_unknown_command_is_wrong_usage_and_names_the_known_ones() {
        let stop = dispatch(&words("tset")).expect_err("no such command");
        assert_eq!(stop.exit_code(), 2);
        assert!(stop.to_string().contains("cargo xtask test"));
    }
}
