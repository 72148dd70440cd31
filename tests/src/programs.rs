//! Where things are: our programs, the repository, the shared folder.
//! Our programs are built before the tests run (`cargo xtask test`); a test never builds.

use std::path::{Path, PathBuf};

/// The folder of the repository.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// One of our programs, from `LIASSE_BIN_DIR`, else from the build folder this test lies in.
///
/// # Panics
/// When it was not built.
pub fn bin(name: &str) -> PathBuf {
    let folder = std::env::var_os("LIASSE_BIN_DIR").map_or_else(
        || {
            // target/debug/deps/a_test-0123: two steps up.
            let test = std::env::current_exe().expect("the path of this test");
            test.ancestors().nth(2).expect("a build folder").to_owned()
        },
        PathBuf::from,
    );
    let program = folder.join(name);
    assert!(program.is_file(), "{} is not built: `cargo xtask test` builds it", program.display());
    program
}

/// A file of `../shared`. Only tests with `reads_shared` in their name may ask: a newcomer's clone lacks that folder,
/// and `cargo xtask test` then leaves those tests out and names them.
///
/// # Panics
/// When it is not there.
pub fn shared(path: impl AsRef<Path>) -> PathBuf {
    let path = root().join("../shared").join(path);
    assert!(path.exists(), "{} is missing: leave this test out with --allow-skip", path.display());
    path
}
