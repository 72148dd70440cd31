//! Programs started by a test: those that run beside it and are killed by pid when it ends, and those it waits for.
//! Their output goes to files, so that a full pipe never blocks one and a failure can show it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::{artefacts, wait};

/// A program that runs beside the test. Dropping it kills it and waits for its end.
///
/// It also dies with the thread that started it (`setpriv --pdeathsig`), so that a test runner that kills a stuck test
/// leaves nothing behind. Start it from the test's own thread.
#[derive(Debug)]
pub struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts `command`, its output and errors together in the file `log`.
    pub fn start(command: &Command, log: &Path) -> Self {
        let output = File::create(log).expect("a log file");
        let errors = output.try_clone().expect("a log file");
        let child = dying_with_its_parent(command)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .expect("setpriv, of util-linux");
        Self { child, log: log.to_owned() }
    }

    /// The same with standard input and output as pipes; only its errors go to `log`.
    pub fn start_piped(command: &Command, log: &Path) -> Self {
        let errors = File::create(log).expect("a log file");
        let child = dying_with_its_parent(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("setpriv, of util-linux");
        Self { child, log: log.to_owned() }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its pipes, after `start_piped`.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its own end.
    ///
    /// # Panics
    /// After `cap`, showing its log.
    pub fn ended_within(&mut self, cap: Duration) -> ExitStatus {
        let log = self.log.clone();
        let child = &mut self.child;
        wait::until(&format!("the end of a program, log {}", log.display()), cap, || child.try_wait().ok().flatten())
    }

    /// Kills it at once, as a power cut would, and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // Both fail only when it has ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// A program that ended, with all it said.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The call, for messages.
    pub call: String,
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Finished {
    /// Itself, when the exit code is `code`.
    ///
    /// # Panics
    /// Otherwise, showing everything it said.
    pub fn with_code(self, code: i32) -> Self {
        assert!(
            self.code == code,
            "{} ended with {} instead of {code}\n{}\n{}",
            self.call,
            self.code,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Itself, when it succeeded.
    ///
    /// # Panics
    /// Otherwise, showing everything it said.
    pub fn success(self) -> Self {
        self.with_code(0)
    }

    /// Its standard output as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{}: {e}\n{}", self.call, self.stdout))
    }
}

/// Runs `command` to its end with `input` on its standard input. nextest's own cap ends one that hangs.
pub fn finish(command: &mut Command, input: &[u8]) -> Finished {
    use std::io::Write;
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let call = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.unwrap_or_else(|e| panic!("{call}: {e}"));
    let pipe = child.stdin.take();
    // Written beside the reading, or two full pipes would wait for each other. A program may end without reading it.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(input)));
        child.wait_with_output()
    });
    let output = output.unwrap_or_else(|e| panic!("{call}: {e}"));
    artefacts::keep("stderr.log", &output.stderr);
    Finished {
        call,
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Kills a process that is not our child, by its id.
pub fn kill_by_pid(pid: u32) {
    // `Err` or a bad status mean that it has ended already.
    drop(Command::new("kill").arg("-KILL").arg(pid.to_string()).stderr(Stdio::null()).status());
}

fn dying_with_its_parent(command: &Command) -> Command {
    let mut wrapper = Command::new("setpriv");
    wrapper.args(["--pdeathsig", "KILL"]);
    wrapped(wrapper, command)
}

/// `wrapper` with the program of `command`, its arguments, its folder and its environment: `nsenter …`, `strace …`.
pub fn wrapped(mut wrapper: Command, command: &Command) -> Command {
    wrapper.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        wrapper.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapper.env(name, value),
            None => wrapper.env_remove(name),
        };
    }
    wrapper
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scratch;

    #[test]
    fn a_dropped_program_is_gone_and_its_words_remain() {
        let scratch = Scratch::new("process");
        let log = scratch.join("log");
        let mut command = Command::new("sh");
        command.args(["-c", "echo $WORD; exec sleep 600"]).env("WORD", "started");
        let mut running = Running::start(&command, &log);
        wait::until("its first word", wait::SOON, || (running.log() == "started\n").then_some(()));
        assert!(running.is_alive());
        let process = format!("/proc/{}", running.pid());
        assert!(Path::new(&process).exists());
        drop(running);
        assert!(!Path::new(&process).exists());
    }

    #[test]
    fn input_and_both_outputs_are_carried() {
        let mut command = Command::new("sh");
        command.args(["-c", "tr a-z A-Z; echo wrong >&2; exit 3"]);
        let finished = finish(&mut command, &[b'a'; 200_000]).with_code(3);
        assert_eq!(finished.stdout, "A".repeat(200_000));
        assert_eq!(finished.stderr, "wrong\n");
    }
}
