//! The PKCS#15 files of a simulated CPS3, enough for a generic client to list the card.
//! Not a general encoder. Labels, flags and key records as on real cards (reference cards, 1.3); PKCS#15 v1.1, 6.

use liasse_cards::cps::IAS_AID;
use liasse_cards::tlv::write;

use super::layout::{AUTHENTICATION_CERTIFICATE, SIGNATURE_CERTIFICATE};
use crate::environment::{AUTHENTICATION_KEY, SIGNATURE_KEY};

/// What differs between the generations in these files.
pub struct Edition {
    /// How the label of the token begins.
    label: &'static str,
    /// Identifier (after the AID) and reference of the signature key.
    signature: (u8, u8),
    /// The same of the authentication key.
    authentication: (u8, u8),
}

/// As on real cards.
pub const THIRD: Edition =
    Edition { label: "CPS3v3-00", signature: (0x01, SIGNATURE_KEY), authentication: (0x02, AUTHENTICATION_KEY) };

/// Identifiers 10 and 20 are public, the rest of a CPS4's directories is ours.
pub const FOURTH: Edition = Edition { label: "CPS4v1-00", signature: (0x10, 0x10), authentication: (0x20, 0x20) };

const SEQUENCE: u32 = 0x30;
const INTEGER: u32 = 0x02;
const BITS: u32 = 0x03;
const OCTETS: u32 = 0x04;
const UTF8: u32 = 0x0C;

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    write(SEQUENCE, &parts.concat())
}

fn path(file: u16) -> Vec<u8> {
    let [high, low] = file.to_be_bytes();
    sequence(&[write(OCTETS, &[0x3F, 0x00, 0x00, 0x01, high, low])])
}

/// The identifier that a key and its certificate share: AID of the application, then the number of the key.
fn identifier(number: u8) -> Vec<u8> {
    write(OCTETS, &[&IAS_AID[..], &[number]].concat())
}

/// TokenInfo (5032).
pub fn token_info(serial: &str, edition: &Edition) -> Vec<u8> {
    let number: Vec<u8> = serial.bytes().map(|digit| digit - b'0').collect();
    let number: Vec<u8> = number.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
    sequence(&[
        write(INTEGER, &[0]),
        write(OCTETS, &number),
        write(UTF8, b"ASIP SANTE"),
        write(0x80, format!("{}{serial}", edition.label).as_bytes()),
        write(BITS, &[0x05, 0x60]),
        write(0xA2, &ALGORITHMS.map(algorithm).concat()),
        write(0xA5, &write(0x18, b"20100316110000Z")),
    ])
}

/// An algorithm of the card: mechanism of PKCS#11, operations (1 sign, 5 decipher, 6 hash), object identifier, and the
/// reference that MSE takes. OpenSC signs with nothing that is not listed here.
struct Algorithm {
    mechanism: u16,
    operations: [u8; 2],
    identifier: &'static [u8],
    reference: u8,
}

const SIGN: [u8; 2] = [0x06, 0x40];
const DECIPHER: [u8; 2] = [0x02, 0x04];
const HASH: [u8; 2] = [0x01, 0x02];
const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const SHA256_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];

const ALGORITHMS: [(u8, Algorithm); 4] = [
    (1, Algorithm { mechanism: 0x0250, operations: HASH, identifier: SHA256, reference: 0x40 }),
    (2, Algorithm { mechanism: 0x0040, operations: SIGN, identifier: SHA256_RSA, reference: 0x42 }),
    (3, Algorithm { mechanism: 0x0001, operations: SIGN, identifier: RSA, reference: 0x02 }),
    (4, Algorithm { mechanism: 0x0001, operations: DECIPHER, identifier: RSA, reference: 0x1A }),
];

fn algorithm((number, algorithm): (u8, Algorithm)) -> Vec<u8> {
    sequence(&[
        write(INTEGER, &[number]),
        write(INTEGER, &algorithm.mechanism.to_be_bytes()),
        write(0x05, &[]),
        write(BITS, &algorithm.operations),
        write(0x06, algorithm.identifier),
        write(INTEGER, &[algorithm.reference]),
    ])
}

/// ODF (5031): private keys, certificates, PIN.
pub fn directories(is_contact: bool) -> Vec<u8> {
    if !is_contact {
        return Vec::new();
    }
    [write(0xA0, &path(0x7002)), write(0xA4, &path(0x7005)), write(0xA8, &path(0x7001))].concat()
}

/// AODF (7001): the one PIN, global, 4 to 8 digits. Its own identifier is 01, which the published key record names;
/// the 02 that was seen in real cards' AODF stands where PKCS#15 puts the code that unblocks.
pub fn pins() -> Vec<u8> {
    let attributes = sequence(&[
        write(BITS, &[0x03, 0x08]),
        write(0x0A, &[0x01]),
        write(INTEGER, &[4]),
        write(INTEGER, &[8]),
        write(INTEGER, &[8]),
        write(0x80, &[0x01]),
        sequence(&[write(OCTETS, &[0x3F, 0x00])]),
    ]);
    sequence(&[
        sequence(&[write(UTF8, b"Code porteur de la carte CPX"), write(BITS, &[0x06, 0xC0]), write(OCTETS, &[0x02])]),
        sequence(&[write(OCTETS, &[0x01])]),
        write(0xA1, &attributes),
    ])
}

/// PrKDF (7002).
pub fn private_keys(edition: &Edition) -> Vec<u8> {
    // Usage decrypt and sign, by deciphering (7) and internal authentication (9); sign and nonRepudiation, by
    // computing a signature (5).
    let decipher_and_authenticate = [rule(&[0x00, 0x01]), rule(&[0x06, 0x00, 0x40])];
    [
        private_key(b"CPS_PRIV_AUT", edition.authentication, &[0x05, 0x60], &decipher_and_authenticate),
        private_key(b"CPS_PRIV_SIG", edition.signature, &[0x06, 0x20, 0x40], &[rule(&[0x02, 0x04])]),
    ]
    .concat()
}

/// Access to a key, each kind under PIN 01.
fn rule(bits: &[u8]) -> Vec<u8> {
    sequence(&[write(BITS, bits), write(OCTETS, &[0x01])])
}

fn private_key(label: &[u8], (number, reference): (u8, u8), usage: &[u8], rules: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[
        sequence(&[write(UTF8, label), write(BITS, &[0x05, 0xE0]), write(OCTETS, &[0x01]), sequence(rules)]),
        sequence(&[
            identifier(number),
            write(BITS, usage),
            write(0x01, &[0xFF]),
            write(BITS, &[0x04, 0xB0]),
            write(INTEGER, &[0x00, reference]),
        ]),
        write(0xA1, &sequence(&[sequence(&[write(OCTETS, &[])]), write(INTEGER, &[0x08, 0x00])])),
    ])
}

/// CDF (7005).
pub fn certificates(edition: &Edition) -> Vec<u8> {
    let record = |label: &str, number, file| {
        sequence(&[
            sequence(&[write(UTF8, label.as_bytes()), write(BITS, &[0x06, 0x00])]),
            sequence(&[identifier(number)]),
            write(0xA1, &sequence(&[path(file)])),
        ])
    };
    [
        record("Certificat d'Authentification CPS", edition.authentication.0, AUTHENTICATION_CERTIFICATE),
        record("Certificat de Signature CPS", edition.signature.0, SIGNATURE_CERTIFICATE),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use liasse_cards::tlv;

    #[test]
    fn the_authentication_key_record_is_the_published_one() {
        // Real card, 91 bytes (reference cards, 1.3).
        let published = "3059302a0c0c4350535f505249565f415554030205e0040101301330070302000104010130080303060040040101\
                         301f040ee828bd080f8025000001ff001002030205600101ff030204b002020082a10a30083002040002020800";
        let record: String = private_keys(&THIRD)[..91].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(record, published);
    }

    #[test]
    fn our_reader_finds_both_certificates() {
        let records = liasse_cards::cps::pkcs15::certificate_records(&certificates(&THIRD));
        let found: Vec<_> = records.iter().map(|r| (r.id.last().copied(), r.path[4..].to_vec())).collect();
        assert_eq!(found, [(Some(2), vec![0xB0, 0x02]), (Some(1), vec![0xB0, 0x01])]);
    }

    #[test]
    fn our_reader_finds_both_keys_of_either_generation_and_the_code() {
        use liasse_cards::cps::pkcs15::{code_records, key_records};
        for (edition, expected) in [(THIRD, [(2, 0x82), (1, 0x81)]), (FOURTH, [(0x20, 0x20), (0x10, 0x10)])] {
            let keys = key_records(&private_keys(&edition));
            let found: Vec<_> = keys.iter().map(|key| (key.id[13], key.reference)).collect();
            assert_eq!(found, expected);
            assert_eq!(keys.iter().map(|key| key.may_sign).collect::<Vec<_>>(), [false, true]);
        }
        let codes = code_records(&pins());
        let [code] = codes.as_slice() else { panic!("one code") };
        assert_eq!((code.label.as_str(), code.shortest, code.longest), ("Code porteur de la carte CPX", 4, 8));
    }

    #[test]
    fn the_token_is_labelled_as_the_real_ones() {
        let info = token_info("00000101", &THIRD);
        let inside = tlv::find(&info, SEQUENCE).expect("sequence");
        assert_eq!(tlv::find(inside, 0x80), Some(&b"CPS3v3-0000000101"[..]));
        assert_eq!(tlv::find(inside, OCTETS), Some(&[0x00, 0x00, 0x01, 0x01][..]));
    }
}
