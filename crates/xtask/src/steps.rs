//! The steps of a long command: each announced, timed and remembered, so that one failure does not hide the next.
//! Not a task runner: the order is the code of the command.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::workspace;

/// How a step ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Passed,
    Failed(String),
    /// Something before it failed: counts as a failure.
    CouldNotRun(&'static str),
}

/// The steps so far.
#[derive(Debug, Default)]
pub struct Steps {
    ended: Vec<(&'static str, End, Duration)>,
}

impl Steps {
    /// Runs one step to its end; `true` when it passed.
    pub fn run(&mut self, name: &'static str, command: &mut Command) -> bool {
        eprintln!("── {name}");
        let start = Instant::now();
        let end = match workspace::finish(command) {
            Ok(()) => End::Passed,
            Err(stop) => End::Failed(stop.to_string()),
        };
        let passed = end == End::Passed;
        let took = start.elapsed();
        eprintln!("── {name}: {} after {}", if passed { "passed" } else { "FAILED" }, seconds(took));
        self.ended.push((name, end, took));
        passed
    }

    /// Runs one step of our own; an error is why it failed.
    pub fn check(&mut self, name: &'static str, step: impl FnOnce() -> Result<(), String>) -> bool {
        eprintln!("── {name}");
        let start = Instant::now();
        let end = step().map_or_else(End::Failed, |()| End::Passed);
        let passed = end == End::Passed;
        let took = start.elapsed();
        eprintln!("── {name}: {} after {}", if passed { "passed" } else { "FAILED" }, seconds(took));
        self.ended.push((name, end, took));
        passed
    }

    /// Notes a step that has no sense after `because` failed.
    pub fn could_not_run(&mut self, name: &'static str, because: &'static str) {
        self.ended.push((name, End::CouldNotRun(because), Duration::ZERO));
    }

    /// How many steps other than `but` did not pass.
    pub fn failures_beside(&self, but: &str) -> usize {
        self.ended.iter().filter(|(name, end, _)| *name != but && *end != End::Passed).count()
    }

    /// Whether the step was run and passed.
    pub fn passed(&self, wanted: &str) -> bool {
        self.ended.iter().any(|(name, end, _)| *name == wanted && *end == End::Passed)
    }

    /// One line a step: its time and its end.
    pub fn table(&self) -> String {
        let line = |(name, end, took): &(&str, End, Duration)| {
            let end = match end {
                End::Passed => "passed".to_owned(),
                End::Failed(why) => format!("FAILED: {why}"),
                End::CouldNotRun(because) => format!("COULD NOT RUN: {because} failed"),
            };
            format!("{:>9}  {name}: {end}\n", seconds(*took))
        };
        self.ended.iter().map(line).collect()
    }
}

fn seconds(took: Duration) -> String {
    format!("{}.{} s", took.as_secs(), took.subsec_millis() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_hides_neither_the_others_nor_what_it_kept_from_running() {
        let mut steps = Steps::default();
        assert!(steps.run("first", &mut Command::new("true")));
        assert!(!steps.run("second", &mut Command::new("false")));
        assert!(!steps.run("third", &mut Command::new("/nowhere/no-program")));
        steps.could_not_run("fourth", "second");
        assert!(!steps.check("fifth", || Err("two leaks".to_owned())) && steps.check("sixth", || Ok(())));
        assert_eq!(steps.failures_beside("fourth"), 3);
        assert_eq!(steps.failures_beside("none"), 4);
        assert!(steps.passed("first") && steps.passed("sixth") && !steps.passed("fifth") && !steps.passed("tenth"));
        let table = steps.table();
        assert!(table.contains("second: FAILED: false ended with"), "{table}");
        assert!(table.contains("third: FAILED: /nowhere/no-program could not be started"), "{table}");
        assert!(table.contains("fourth: COULD NOT RUN: second failed"), "{table}");
        assert!(table.contains("fifth: FAILED: two leaks"), "{table}");
    }

    #[test]
    fn times_are_told_to_a_tenth_of_a_second() {
        assert_eq!(seconds(Duration::from_millis(61_950)), "61.9 s");
    }
}
