//! Where card images lie: a path, or a name in the folder of the invented world.
//! Not embedded here: `demo` embeds them. The folder is `LIASSE_CARDS`, else `fixtures/cards` here, else of the sources.

use std::path::{Path, PathBuf};

use super::{CardImage, ImageError, case_named};

/// The card in that file.
pub fn image_from_path(path: &Path) -> Result<CardImage, ImageError> {
    CardImage::from_toml(&std::fs::read_to_string(path).map_err(|_| ImageError::Missing)?)
}

/// The card of that name (`cps-gris`, or one of the cards for reading), or in the file of that path (`./cps-gris.toml`).
pub fn image_named(name: &str) -> Result<CardImage, ImageError> {
    let path = Path::new(name);
    if path.extension().is_some() || path.components().count() > 1 {
        return image_from_path(path);
    }
    let folder = folders().into_iter().find(|folder| folder.is_dir());
    match folder.map(|folder| folder.join(format!("{name}.toml"))).filter(|path| path.is_file()) {
        Some(path) => image_from_path(&path),
        None => case_named(name).ok_or(ImageError::Missing),
    }
}

fn folders() -> Vec<PathBuf> {
    let given = std::env::var_os("LIASSE_CARDS").map(PathBuf::from);
    let here = PathBuf::from("fixtures/cards");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cards");
    given.into_iter().chain([here, sources]).collect()
}
