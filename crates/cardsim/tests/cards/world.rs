//! Card images: the file format, and every card of the invented world read through its own APDUs.

use std::path::Path;

use liasse_cards::cps::{Cps, Situations};
use liasse_cards::vitale::Vitale;
use liasse_cards::{CardError, identify};
use liasse_cardsim::{CardImage, Content, ImageError, image_from_path, image_named};
use liasse_domain::CardKind;

use crate::deck::{self, insert, pin};

#[test]
fn an_image_reads_back() {
    let fourth = CardImage { content: Content::Cps4(Box::new(deck::cps_image())), ..deck::cps_card_image() };
    assert!(fourth.to_toml().contains("kind = \"cps4\"") && fourth != deck::cps_card_image());
    assert!(fourth.is_professional() && fourth.pin() == Some("1234"));
    for image in [deck::cps_card_image(), fourth, deck::vitale_card_image(deck::vitale_content())] {
        let text = image.to_toml();
        assert!(CardImage::from_toml(&text).expect("image") == image);
        assert!(!format!("{image:?}").contains("1234"));
    }
    let text = deck::cps_card_image().to_toml();
    assert!(text.contains("kind = \"cps3\"") && text.contains("pin = \"1234\"") && text.contains("[holder]"));
    assert!(text.contains("[[situations]]"));
}

#[test]
fn what_no_card_can_hold_is_refused_by_name() {
    let text = deck::cps_card_image().to_toml();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        CardImage::from_toml(&text.replacen(from, to, 1)).map(|_| ())
    };
    assert_eq!(changed("pin = \"1234\"", "pin = \"12a4\""), Err(ImageError::Field { field: "pin" }));
    assert_eq!(changed("serial = \"00000101\"", "serial = \"101\""), Err(ImageError::Field { field: "serial" }));
    assert_eq!(changed("puk = \"87654321\"", "puk = \"1\""), Err(ImageError::Field { field: "puk" }));
    let key = Err(ImageError::Field { field: "signature_key" });
    assert_eq!(changed("signature_key = \"MII", "signature_key = \"AAA"), key);
    assert_eq!(changed("signature_key = \"MII", "signature_key = \"é\"#"), key);
    assert_eq!(changed("kind = \"cps3\"", "kind = \"cps9\""), Err(ImageError::Format));
    assert_eq!(changed("pin =", "pine ="), Err(ImageError::Format));
    assert_eq!(CardImage::from_toml("").map(|_| ()), Err(ImageError::Format));
}

#[test]
fn a_missing_card_is_missing() {
    assert_eq!(image_named("nobody-has-this-card").map(|_| ()), Err(ImageError::Missing));
    assert_eq!(image_named("./nowhere/cps.toml").map(|_| ()), Err(ImageError::Missing));
}

#[test]
fn every_card_of_the_world_reads_as_it_was_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cards");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).expect("fixtures/cards") {
        let path = entry.expect("entry").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let image = image_from_path(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let channel = insert(image.clone(), true, None);
        match &image.content {
            Content::Cps3(written) | Content::Cps4(written) => {
                let cps = Cps::open(channel).expect("CPS");
                assert!(cps.identity().holder == written.holder, "{}", path.display());
                assert_eq!(cps.identity().serial, image.serial);
                let mut cps = cps.verify(&pin(&written.pin)).expect("its PIN");
                assert!(cps.situations() == Ok(Situations::Readable(written.situations.clone())));
                let signature = cps.sign(&[9; 32]).expect("signature");
                assert!(deck::is_signed(&written.signature_key, &[9; 32], &signature));
            }
            Content::Vitale2(written) => {
                assert_eq!(identify(channel.atr()), CardKind::Vitale2);
                let insured = &written.vitale.insured;
                let result = Vitale::open(channel).expect("Vitale").read();
                if insured.nir.key() == insured.nir_key {
                    assert!(result.expect("reading").content.as_ref() == Some(&written.vitale), "{}", path.display());
                } else {
                    assert_eq!(result, Err(CardError::NirKey));
                }
            }
        }
        read += 1;
    }
    assert!(read > 0, "the world has cards");
}
