//! `test`: every check of the repository, in the order that fails soonest, ending with the counts.
//! Not the tests: they stand in the crates and in `tests/`. What it demands is in the shared contracts.

use std::process::Command;

use crate::junit::{self, Counts};
use crate::leaks;
use crate::packages::Purpose;
use crate::set_up;
use crate::steps::Steps;
use crate::stop::Stop;
use crate::workspace::{self, cargo, programs, root};

/// Tests with this in their name read the folder `../shared`, which a newcomer's clone does not have.
const READS_SHARED: &str = "reads_shared";

/// `cargo xtask test [--allow-skip NAME]…`: NAME is a test target (`mail_peers`) or a part of a test's name.
pub fn test(arguments: &[String]) -> Result<(), Stop> {
    let mut left_out = parse(arguments)?;
    if !root().join("../shared").is_dir() {
        left_out.push(READS_SHARED.to_owned());
    }
    set_up::prepare(Purpose::Test)?;

    let mut steps = Steps::default();
    steps.run("fmt", cargo().args(["fmt", "--all", "--check"]));
    let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("clippy", cargo().args(clippy));
    // Advisories need a database that only the network has: `cargo deny check` asks for them too, by hand.
    steps.run("deny", cargo().args(["deny", "--locked", "check", "bans", "licenses", "sources"]));
    // The same targets as nextest's own build, so that features agree and nothing is compiled twice.
    let build = ["build", "--locked", "--workspace", "--lib", "--bins", "--examples", "--tests"];
    let mut counts = Counts::default();
    if steps.run("build", cargo().args(build)) {
        steps.run("doctests", cargo().args(["test", "--locked", "--workspace", "--doc"]));
        name_left_out(&left_out)?;
        counts = nextest(&mut steps, &left_out);
    } else {
        steps.could_not_run("doctests", "build");
        steps.could_not_run("tests", "build");
        steps.could_not_run("leaks", "build");
    }
    conclude(&steps, counts)
}

fn nextest(steps: &mut Steps, left_out: &[String]) -> Counts {
    let report = programs("nextest").join("default").join("junit.xml");
    // An old report must never be taken for this run's; where there is none, nothing is to be done.
    drop(std::fs::remove_file(&report));
    let mut command = cargo();
    command.args(["nextest", "run", "--locked", "--workspace"]).env("INSTA_UPDATE", "no");
    if !left_out.is_empty() {
        command.arg("-E").arg(format!("not ({})", any_of(left_out)));
    }
    let kept = leaks::prepare();
    if let Ok(kept) = &kept {
        command.env("LIASSE_ARTEFACTS", kept);
    }
    steps.run("tests", with_programs(&mut command));
    steps.check("leaks", || leaks::search(&kept?, &report));
    std::fs::read_to_string(report).ok().and_then(|text| junit::counts(&text)).unwrap_or_default()
}

fn with_programs(command: &mut Command) -> &mut Command {
    command.env("LIASSE_BIN_DIR", programs("debug"))
}

/// Every step that failed counts as one failure, so that « 0 failed » and the exit code 0 mean the same.
fn conclude(steps: &Steps, counts: Counts) -> Result<(), Stop> {
    let tests_step = usize::from(!steps.passed("tests") && counts.failed == 0);
    let failed = counts.failed + tests_step + steps.failures_beside("tests");
    if failed > 0 {
        // A compiler that was killed or a full disk ends like any other failure, and the log of a machine is not the machine.
        println!("\n{}", workspace::room());
    }
    println!("\n{}\ntests: {} passed, {failed} failed", steps.table(), counts.passed);
    if failed == 0 { Ok(()) } else { Err(Stop::Told) }
}

fn parse(arguments: &[String]) -> Result<Vec<String>, Stop> {
    let mut names = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let name = match argument.strip_prefix("--allow-skip=") {
            Some(name) => Some(name),
            None if argument == "--allow-skip" => rest.next().map(String::as_str),
            None => return Err(Stop::Usage(format!("test does not know {argument}"))),
        };
        match name {
            Some(name) if is_name(name) => names.push(name.to_owned()),
            _ => return Err(Stop::Usage("--allow-skip takes the name of a test or of a test target".to_owned())),
        }
    }
    Ok(names)
}

/// Letters, digits and what Rust paths hold: nothing that could turn nextest's filter into another one.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-:".contains(letter))
}

/// A name is a test target of `tests/` when it has a file there, else a part of tests' names. (nextest refuses a filter
/// with a target that does not exist.)
fn filter(name: &str) -> String {
    if root().join("tests/tests").join(format!("{name}.rs")).is_file() {
        format!("binary(={name})")
    } else {
        format!("test({name})")
    }
}

fn any_of(names: &[String]) -> String {
    names.iter().map(|name| filter(name)).collect::<Vec<_>>().join(" | ")
}

/// Says which tests are left out, and refuses a name that leaves out none: it is misspelt, or its test was renamed.
fn name_left_out(names: &[String]) -> Result<(), Stop> {
    for name in names {
        let mut list = cargo();
        list.args(["nextest", "list", "--locked", "--workspace", "--message-format", "oneline", "-E"]);
        let answer = list.arg(filter(name)).output().map_err(|e| Stop::Step(format!("cargo nextest list: {e}")))?;
        let tests = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        if !tests.is_empty() {
            println!("left out because of {name}:\n{tests}");
        } else if name != READS_SHARED {
            return Err(Stop::Usage(format!("--allow-skip {name}: there is no such test")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn names_to_leave_out_are_taken_one_by_one() {
        assert_eq!(parse(&words("--allow-skip mail_peers --allow-skip=window")), Ok(words("mail_peers window")));
        assert_eq!(parse(&[]), Ok(vec![]));
        for wrong in ["--allow-skip", "--allow-skip=", "--allow-skip a)|all(", "mail_peers", "--allow-skipx a"] {
            assert!(matches!(parse(&words(wrong)), Err(Stop::Usage(_))), "{wrong}");
        }
    }

    #[test]
    fn the_filter_names_targets_and_tests() {
        assert_eq!(any_of(&words("mail_peers pulled b")), "binary(=mail_peers) | test(pulled) | test(b)");
    }

    #[test]
    fn a_failed_check_fails_the_run_even_when_all_tests_pass() {
        let all_pass = Counts { passed: 3, failed: 0 };
        let mut steps = Steps::default();
        steps.run("tests", &mut Command::new("true"));
        assert!(conclude(&steps, all_pass).is_ok());
        steps.run("fmt", &mut Command::new("false"));
        assert!(conclude(&steps, all_pass).is_err());
    }

    #[test]
    fn tests_that_could_not_run_fail_the_run() {
        assert!(conclude(&Steps::default(), Counts::default()).is_err(), "the tests were never started");
        let mut steps = Steps::default();
        steps.could_not_run("tests", "build");
        assert!(conclude(&steps, Counts::default()).is_err());
    }
}
