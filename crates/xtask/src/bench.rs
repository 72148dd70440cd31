//! `bench`: builds the programs in release and hands over to `liasse-bench`, which knows the benchmarks.
//! Not the measuring: that stands in `tests/src/bin/liasse-bench.rs` and in the `benches/` of the crates.

use std::process::Command;

use crate::packages::Purpose;
use crate::set_up;
use crate::stop::Stop;
use crate::workspace::{cargo, finish, programs, root};

/// `cargo xtask bench [NAME]`: JSON lines on standard output, everything else on standard error.
pub fn bench(arguments: &[String]) -> Result<(), Stop> {
    if arguments.len() > 1 {
        return Err(Stop::Usage("bench takes one name at most".to_owned()));
    }
    set_up::prepare(Purpose::Test)?;
    // With what `desk` measures by: the frames of each screen, and an empty window.
    let build = ["build", "--locked", "--release", "--workspace", "--bins", "--features", "liasse-desktop/bench"];
    finish(cargo().args(build))?;
    let programs = programs("release");
    finish(
        Command::new(programs.join("liasse-bench"))
            .args(arguments)
            .current_dir(root())
            .env("LIASSE_BIN_DIR", &programs),
    )
}
