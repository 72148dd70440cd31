//! The workspace seen from outside: its folder, its build folder, and cargo called on it.
//! Not a build system: cargo knows what to build.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stop::Stop;

/// The folder of the repository.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// Where programs of `profile` (`debug` or `release`) are built: beside this very program, whatever the settings say.
pub fn programs(profile: &str) -> PathBuf {
    let own = std::env::current_exe().ok();
    let target = own.as_deref().and_then(|program| program.ancestors().nth(2)).map(Path::to_owned);
    target.unwrap_or_else(|| root().join("target")).join(profile)
}

/// cargo, in the workspace. `LIASSE_*` settings of the caller do not reach it unless given again.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs to the end; anything but success is a `Stop::Step` that names the call.
pub fn finish(command: &mut Command) -> Result<(), Stop> {
    let name = |command: &Command| {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    };
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Stop::Step(format!("{} ended with {status}", name(command)))),
        Err(error) => Err(Stop::Step(format!("{} could not be started: {error}", name(command)))),
    }
}

/// What the machine has left: disk for what is built and for temporary files, memory. Empty where the system does not say.
pub fn room() -> String {
    let mut df = Command::new("df");
    df.args(["-h", "--output=avail,target"]).arg(root()).arg(std::env::temp_dir()).env("LC_ALL", "C");
    let disk = df.output().map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default();
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let left = memory.lines().find(|line| line.starts_with("MemAvailable")).unwrap_or_default();
    format!("{disk}{left}")
}

/// `cargo xtask world`: regenerates cards, registers and certificates from `fixtures/world`.
pub fn world(arguments: &[String]) -> Result<(), Stop> {
    if !arguments.is_empty() {
        return Err(Stop::Usage("world takes no argument".to_owned()));
    }
    crate::set_up::prepare(crate::packages::Purpose::Run)?;
    finish(cargo().args(["run", "--locked", "--package", "liasse-demo", "--example", "world"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_of_this_machine_is_told() {
        let room = room();
        assert!(room.contains("Avail") && room.contains("MemAvailable"), "{room}");
    }
}
