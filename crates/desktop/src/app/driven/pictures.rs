//! Pictures of views that stand still, compared byte by byte with what was looked at before. Only views whose every sign the
//! embedded family draws: another font would be another machine's. Kept in `crates/desktop/snapshots`, as hashes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use iced::advanced::graphics::text::font_system;
use iced::keyboard::key::Named;

use super::Driven;
use crate::app::Phase;
use crate::app::places::Place;
use crate::theme;

/// Set to `1`, the pictures as they are now are those to compare with; look at them first, in `target/pictures`.
const UPDATE: &str = "LIASSE_UPDATE_SNAPSHOTS";

fn below(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// The signs that the embedded family does not have.
fn strangers(texts: &[String]) -> BTreeSet<char> {
    let mut system = font_system().write().expect("the fonts");
    let fonts = system.raw();
    let embedded = fonts.db().faces().find(|face| face.families.iter().any(|(name, _)| name == "IBM Plex Sans"));
    let (id, weight) = embedded.map(|face| (face.id, face.weight)).expect("the embedded family");
    let face = fonts.get_font(id, weight).expect("its face");
    let is_drawn = |sign: char| sign.is_whitespace() || face.as_swash().charmap().map(sign) != 0;
    texts.iter().flat_map(|text| text.chars()).filter(|sign| !is_drawn(*sign)).collect()
}

/// The view looks as it did. iced writes a picture that is missing, and passes: here it fails.
fn stands_still(window: &mut Driven, name: &str, dark: bool) {
    assert_eq!(strangers(&window.read()), BTreeSet::new(), "{name}: drawn by another font on each machine");
    let picture = {
        let mut simulator = window.simulator();
        simulator.snapshot(&theme::theme(dark)).expect("a picture")
    };
    let kept = below("snapshots").join(format!("{name}-tiny-skia.sha256"));
    let update = std::env::var_os(UPDATE).is_some_and(|value| value == "1");
    if update {
        drop(fs::remove_file(&kept));
    }
    assert!(update || kept.is_file(), "{} is missing: {UPDATE}=1 writes it", kept.display());
    let same = picture.matches_hash(below("snapshots").join(name)).expect("compared");
    assert!(kept.is_file(), "{name} was drawn by another renderer");
    if update || !same {
        let seen = below("../../target/pictures");
        drop(fs::remove_file(seen.join(format!("{name}-tiny-skia.png"))));
        picture.matches_image(seen.join(name)).expect("written");
    }
    assert!(same, "{name} looks otherwise: see target/pictures/{name}-tiny-skia.png, then {UPDATE}=1");
}

#[test]
fn the_first_words_look_the_same_in_both_themes() {
    let mut window = Driven::begin("image-bienvenue");
    window.app.phase = Phase::Welcome { opening: true, failed: None };
    stands_still(&mut window, "bienvenue-clair", false);
    stands_still(&mut window, "bienvenue-sombre", true);
}

#[test]
fn what_a_desk_shows_before_the_first_patient_looks_the_same() {
    let mut window = Driven::open("image-facturer");
    window.signs_in("cps-gris");
    window.goes_to(Place::Facturer);
    stands_still(&mut window, "facturer-vide", false);
    stands_still(&mut window, "facturer-vide-sombre", true);
    window.control("j");
    stands_still(&mut window, "jeux-actes", false);
    window.press(Named::Escape);
    window.control("k");
    stands_still(&mut window, "cloture-du-soir", false);
    window.press(Named::Escape);
    window.goes_to(Place::Lots);
    window.press(Named::F1);
    stands_still(&mut window, "touches", false);
}

#[test]
fn a_sign_that_another_font_would_draw_is_found() {
    let _window = Driven::begin("image-signes");
    let texts = |text: &str| strangers(&[text.to_owned()]);
    assert_eq!(texts("Échap → ↑ ↓ ✓ – × · œ 30,00\u{202f}€"), BTreeSet::new());
    assert_eq!(texts("a\u{4e2d}b"), BTreeSet::from(['\u{4e2d}']));
}
