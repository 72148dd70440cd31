//! Virtual-card files that somebody owns: kept in the data directory as simulated cards, listed and written again.
//! Not of the invented world: the simulated caisse knows nobody on them. They lie in `DATA/cards`, the card as `NAME.toml`
//! and the file as it was given as `NAME.in`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use liasse_cardsim::{CardImage, Content, VIRTUAL_CARD_BYTES, VirtualCardError, image_from_path};
use liasse_core::data_dir::{create_private, write_private};
use liasse_core::ports::CardError;
use liasse_domain::{CardKind, Code, Coded};

use crate::tray::{self, UnknownCard};

/// The longest name.
const NAME: usize = 40;

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is no card, or a real one.
    #[error(transparent)]
    Card(#[from] VirtualCardError),
    /// A card of that name is there already.
    #[error("a card of that name is there already")]
    Taken {
        /// The name.
        name: String,
    },
    /// It could not be kept.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl Coded for ImportError {
    fn code(&self) -> Code {
        match self {
            Self::Card(error) => error.code(),
            Self::Taken { .. } => Code("cards.import_nom_pris"),
            Self::File { .. } => Code("system.fichier_non_ecrit"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Card(error) => error.parameters(),
            Self::Taken { name } => vec![("name", name.clone())],
            Self::File { path, .. } => vec![("path", path.display().to_string())],
        }
    }
}

/// Why no virtual-card file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// No card of that name.
    #[error("no simulated card of that name")]
    Unknown,
    /// A professional's card.
    #[error("a professional's card")]
    NoVitale,
}

impl Coded for ExportError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown => UnknownCard.code(),
            Self::NoVitale => CardError::NotThatCard { kind: CardKind::Cps3 }.code(),
        }
    }
}

/// A card that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its name, as the tray and `sim:` take it.
    pub name: String,
    /// How many people are on it.
    pub beneficiaries: usize,
}

/// How much of a file is worth reading: one byte more than a card has room for.
pub fn limit() -> u64 {
    u64::try_from(VIRTUAL_CARD_BYTES).map_or(u64::MAX, |most| most + 1)
}

/// Keeps a virtual-card file as the card of that name, of which letters, digits and hyphens are left.
pub fn import(root: &Path, name: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let name = card_name(name);
    let image = CardImage::from_virtual_card("Carte importée : la caisse simulée ne connaît personne dessus", bytes)?;
    let folder = folder(root);
    let (kept, given) = (folder.join(format!("{name}.toml")), folder.join(format!("{name}.in")));
    if tray::image(&name).is_ok() || kept.exists() {
        return Err(ImportError::Taken { name });
    }
    let at = |path: &Path| {
        let path = path.to_owned();
        move |cause| ImportError::File { path, cause }
    };
    create_private(&folder).map_err(at(&folder))?;
    write_private(&given, bytes).map_err(at(&given))?;
    // The card last: what is listed is whole.
    let fresh = folder.join(format!("{name}.toml.new"));
    write_private(&fresh, image.to_toml().as_bytes()).map_err(at(&fresh))?;
    fs::rename(&fresh, &kept).map_err(at(&kept))?;
    let beneficiaries = match &image.content {
        Content::Vitale2(vitale) => vitale.vitale.beneficiaries.len(),
        _ => 0,
    };
    Ok(Imported { name, beneficiaries })
}

/// The virtual-card file of a card: as it was given where it was imported, else written from the card of that name.
pub fn virtual_card(root: Option<&Path>, name: &str) -> Result<Vec<u8>, ExportError> {
    if let Some(bytes) = root.and_then(|root| given(root, name)) {
        return Ok(bytes);
    }
    let image = tray::image(name).map_err(|_| ExportError::Unknown)?;
    image.to_virtual_card().ok_or(ExportError::NoVitale)
}

/// The names of the cards that were imported, in the order of the alphabet.
pub fn names(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder(root)).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned));
    let mut names: Vec<String> = named.filter(|name| card_name(name) == *name).collect();
    names.sort();
    names
}

/// The imported card of that name.
pub fn imported(root: &Path, name: &str) -> Option<CardImage> {
    // A name that is a path would lead elsewhere.
    if card_name(name) != name {
        return None;
    }
    image_from_path(&folder(root).join(format!("{name}.toml"))).ok()
}

/// The file that the imported card of that name was made from.
fn given(root: &Path, name: &str) -> Option<Vec<u8>> {
    if card_name(name) != name {
        return None;
    }
    fs::read(folder(root).join(format!("{name}.in"))).ok()
}

fn folder(root: &Path) -> PathBuf {
    root.join("cards")
}

/// A text as a card's name: lower-case letters, digits and hyphens, `carte` where nothing is left.
fn card_name(text: &str) -> String {
    let letters = text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
    let name: String = letters.take(NAME).collect::<String>().to_ascii_lowercase();
    let name = name.trim_matches('-');
    if name.is_empty() { "carte".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_stays_what_it_is() {
        for (text, name) in [
            ("FIN_2026", "fin-2026"),
            ("../../etc/passwd", "etc-passwd"),
            ("été", "t"),
            ("", "carte"),
            ("vitale-durand", "vitale-durand"),
        ] {
            assert_eq!(card_name(text), name);
            assert_eq!(card_name(name), name);
        }
        assert_eq!(card_name(&"a".repeat(90)).len(), NAME);
        assert_eq!(imported(Path::new("/"), "../etc/passwd").map(|_| ()), None);
    }
}
