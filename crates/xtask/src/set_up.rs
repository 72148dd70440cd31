//! Makes the machine ready before a command needs it: system packages, rustfmt and clippy, cargo-nextest, cargo-deny.
//! Not a configuration manager: it adds what is missing and changes nothing else.

use std::process::Command;

use crate::install;
use crate::packages::{self, Purpose};
use crate::stop::Stop;
use crate::workspace;

/// Installed when no nextest is there; the newest that the workspace's `rust-version` still compiles.
const NEXTEST: &str = "0.9.128";

/// Installed when no cargo-deny is there.
const DENY: &str = "0.20.2";

/// Set to `skip` on a system that is neither Debian nor Ubuntu, where the packages were installed by hand.
const SKIP: &str = "LIASSE_SET_UP";

/// Installs what `purpose` needs and is not there.
pub fn prepare(purpose: Purpose) -> Result<(), Stop> {
    let wanted = packages::wanted(purpose);
    if std::env::var_os(SKIP).is_none_or(|value| value != "skip") {
        let missing = packages::missing(&wanted, &installed(&wanted)?);
        if !missing.is_empty() {
            install::install(&missing)?;
            let still = packages::missing(&wanted, &installed(&wanted)?);
            if !still.is_empty() {
                return Err(Stop::SetUp(format!("still missing after the installation: {}", still.join(" "))));
            }
        }
    }
    if purpose == Purpose::Test {
        cargo_parts()?;
    }
    Ok(())
}

fn installed(wanted: &[&str]) -> Result<String, Stop> {
    let answer =
        Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Abbrev} ${Package}\\n"]).args(wanted).output();
    // Its exit code is 1 as soon as one package is unknown: the lines alone count.
    answer.map(|answer| String::from_utf8_lossy(&answer.stdout).into_owned()).map_err(|_| {
        Stop::SetUp(format!(
            "this set-up knows Debian and Ubuntu only. Install what these packages hold, then set {SKIP}=skip: {}",
            wanted.join(" ")
        ))
    })
}

fn cargo_parts() -> Result<(), Stop> {
    let answers =
        |part: &str| workspace::cargo().args([part, "--version"]).output().is_ok_and(|answer| answer.status.success());
    for (part, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !answers(part) {
            workspace::finish(Command::new("rustup").args(["component", "add", component]))
                .map_err(|_| Stop::SetUp(format!("cargo {part} is missing: install {component}")))?;
        }
    }
    for (part, name, version) in [("nextest", "cargo-nextest", NEXTEST), ("deny", "cargo-deny", DENY)] {
        if !answers(part) {
            println!("{name} is missing: compiling it once (some minutes)");
            workspace::finish(workspace::cargo().args(["install", name, "--locked", "--version", version]))
                .map_err(|stop| Stop::SetUp(format!("{name} could not be installed: {stop}")))?;
        }
    }
    Ok(())
}
