//! Writes `fixtures/cards`, `fixtures/caisse/registers.toml` and `fixtures/pki` from `fixtures/world`.
//! Not a build step: its output is committed, and a test says when it is out of date. `cargo xtask world` runs it.
//! Missing keys are made and kept; everything else regenerates byte for byte (shared design, architecture).

use std::path::Path;
use std::process::ExitCode;

use liasse_demo::world::{Keys, World, WorldError, generate};

fn main() -> ExitCode {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    match write(&fixtures) {
        Ok(count) => {
            println!("{count} files in {}", fixtures.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(fixtures: &Path) -> Result<usize, WorldError> {
    let file = |path: std::path::PathBuf| move |cause| WorldError::File { path, cause };
    for folder in ["cards", "caisse", "pki"] {
        let path = fixtures.join(folder);
        std::fs::create_dir_all(&path).map_err(file(path))?;
    }
    let world = World::read(&fixtures.join("world"))?;
    let files = generate(&world, &Keys::making(&fixtures.join("pki")))?;
    for (name, text) in &files {
        let path = fixtures.join(name);
        std::fs::write(&path, text).map_err(file(path))?;
    }
    Ok(files.len())
}
