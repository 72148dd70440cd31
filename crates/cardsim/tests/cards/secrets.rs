//! No command gives a secret out: everything that can be read of a card is read, and nothing of a key is in it.

use std::collections::HashSet;

use liasse_cards::CardChannel;
use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};

use crate::deck::{self, insert};

const WINDOW: usize = 12;

/// Every data byte of every answer, with a separator between answers.
fn scan(card: &mut dyn CardChannel, applications: &[&[u8]]) -> Vec<u8> {
    let mut seen = Vec::new();
    let mut send = |apdu: &[u8]| {
        let response = card.transmit(apdu).expect("response");
        let found = response.ends_with(&[0x90, 0x00]);
        seen.extend_from_slice(&response[..response.len() - 2]);
        found
    };
    let verify: [&[u8]; 2] = [b"\x00\x20\x00\x01\x041234", b"\x00\x20\x00\x02\x0887654321"];
    for application in applications {
        for code in verify {
            send(code);
        }
        send(application);
        for sfi in 0..32 {
            send(&[0x00, 0xB0, 0x80 | sfi, 0x00, 0x00]);
        }
        // Selecting the master file would leave the application.
        for file in (0..=u16::MAX).filter(|file| *file != 0x3F00) {
            let [high, low] = file.to_be_bytes();
            for class_select in [[0x00, 0xA4, 0x02, 0x0C], [0xA0, 0xA4, 0x00, 0x00]] {
                let class = class_select[0];
                let head = [&class_select[..], &[0x02, high, low]].concat();
                let mut response = card_select(&mut send, &head);
                let mut offset = 0_u16;
                while response && offset < 0x4000 {
                    let [p1, p2] = offset.to_be_bytes();
                    response = send(&[class, 0xB0, p1, p2, 0x00]) || send(&[class, 0xB0, p1, p2, 0x10]);
                    offset += 256;
                }
            }
        }
        for class in 0x80..=0xFF {
            for number in 0..=0x7F {
                for tag in [&[0xA0][..], &[0x80], &[0x7F, 0x41], &[0x7F, 0x48], &[0x7F, 0x49], &[0x92], &[0x93]] {
                    let inside = [&[0xBF, class, number, tag.len() as u8 + 1][..], tag, &[0x80]].concat();
                    let list = [&[0x4D, inside.len() as u8 + 2, 0x70, inside.len() as u8][..], &inside].concat();
                    send(&[&[0x00, 0xCB, 0x3F, 0xFF, list.len() as u8][..], &list, &[0x00]].concat());
                }
            }
        }
    }
    seen
}

fn card_select(send: &mut impl FnMut(&[u8]) -> bool, apdu: &[u8]) -> bool {
    // Class A0 answers a selection with 9Fxx: only the reading behind tells.
    let selected = send(apdu);
    selected || apdu[0] == 0xA0
}

/// Every run of `WINDOW` bytes in the secrets of a key: d, p, q and the CRT values.
fn secrets(der: &[u8]) -> HashSet<Vec<u8>> {
    let key = RsaPrivateKey::from_pkcs8_der(der).expect("key");
    let mut numbers = vec![key.d().to_bytes_be()];
    numbers.extend(key.primes().iter().map(|prime| prime.to_bytes_be()));
    numbers.extend(key.dp().map(|dp| dp.to_bytes_be()));
    numbers.extend(key.dq().map(|dq| dq.to_bytes_be()));
    assert!(numbers.len() >= 3);
    numbers.iter().flat_map(|number| number.windows(WINDOW).map(<[u8]>::to_vec)).collect()
}

fn leaks(seen: &[u8], secrets: &HashSet<Vec<u8>>) -> bool {
    seen.windows(WINDOW).any(|window| secrets.contains(window))
}

#[test]
fn no_command_gives_a_key_of_a_cps_out() {
    let mut image = deck::cps_image();
    // The scan must see what is readable: the modulus, where a certificate would have it.
    let modulus = RsaPrivateKey::from_pkcs8_der(deck::SIGNATURE_KEY).expect("key").n().to_bytes_be();
    image.signature_certificate = [&[0x30, 0x82, 0x01, 0x00][..], &modulus].concat();
    let mut card = insert(deck::card_of(image), false, None);
    let seen = scan(
        &mut *card,
        &[
            &[0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00],
            b"\x00\xA4\x09\x0C\x04\x3F\x00\x00\x01",
            b"\x00\xA4\x09\x0C\x04\x3F\x00\x00\x02",
        ],
    );
    assert!(seen.windows(modulus.len()).any(|window| window == modulus), "the scan reads certificates");
    assert!(seen.windows(11).any(|window| window == b"LIASSE-SIM1"), "the scan reads our files");
    assert!(!leaks(&seen, &secrets(deck::SIGNATURE_KEY)));
    assert!(!leaks(&seen, &secrets(deck::AUTHENTICATION_KEY)));
    assert!(!seen.windows(8).any(|window| window == b"87654321"), "the unblocking code");
    assert!(leaks(&[&[0; 7][..], deck::SIGNATURE_KEY].concat(), &secrets(deck::SIGNATURE_KEY)), "the test can fail");
}

#[test]
fn no_command_gives_the_key_of_a_vitale_out() {
    let mut card = insert(deck::vitale_card_image(deck::vitale_content()), false, None);
    let own = [&[0x00, 0xA4, 0x04, 0x0C, 0x0B][..], &liasse_cards::sim::VITALE_AID].concat();
    let vitale = [&[0x00, 0xA4, 0x04, 0x0C, 0x0B][..], &liasse_cards::vitale::VITALE_AID].concat();
    let seen = scan(&mut *card, &[&[0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00], &vitale, &own]);
    assert!(seen.windows(11).any(|window| window == b"LIASSE-SIM1"), "the scan reads our files");
    assert!(!seen.windows(16).any(|window| window == [0xEE; 16]), "protected files");
    assert!(!leaks(&seen, &secrets(deck::SIGNATURE_KEY)));
}
