//! Data objects (SDO) of a simulated CPS3, as GET DATA gives them: PIN, unblocking code, private keys.
//! Not the values: counters, lengths and access rules only. Source: a published trace (PIN), ANS dump (PUK),
//! IAS-ECC templates as OpenSC parses them (keys).

use liasse_cards::tlv;

use crate::secret::Secret;

/// Where the request was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the master file.
    Master,
    /// In the contact application.
    Ias,
}

const PIN: u32 = 0xBF_8101;
const PUK: u32 = 0xBF_8102;
const SIGNATURE: u32 = 0xBF_9001;
const AUTHENTICATION: u32 = 0xBF_9002;

/// Control parameters, PIN lengths, private key template.
const CONTROL: u32 = 0xA0;
const LENGTHS: u32 = 0x7F41;
const PRIVATE_KEY: u32 = 0x7F48;

/// Answers an extended header list `4D { 70 { BF class number { tag 80 } } }`.
pub fn answer(place: Place, body: &[u8], pin: &Secret, puk: &Secret, puk_uses: u8) -> Result<Vec<u8>, u16> {
    let request = tlv::dig(body, &[0x4D, 0x70]).and_then(|inside| tlv::objects(inside).next()).ok_or(0x6A80_u16)?;
    let asked = request.value.strip_suffix(&[0x80]).ok_or(0x6A80_u16)?;
    let asked = asked.iter().fold(0_u32, |tag, byte| tag << 8 | u32::from(*byte));
    let value = match (place, request.tag, asked) {
        (Place::Master, PIN, CONTROL) => counters(pin, None),
        (Place::Master, PUK, CONTROL) => counters(puk, Some(puk_uses)),
        (Place::Master, PIN, LENGTHS) => [tlv::write(0x80, &[8]), tlv::write(0x81, &[4])].concat(),
        (Place::Ias, SIGNATURE | AUTHENTICATION, CONTROL) => {
            [tlv::write(0x80, &[0x08, 0x00]), rules(&[0xF3, 0x13, 0x13, 0xFF, 0xFF, 0xFF, 0x00])].concat()
        }
        (Place::Ias, SIGNATURE | AUTHENTICATION, PRIVATE_KEY) => tlv::write(0x80, &[0x0C]),
        _ => return Err(0x6A88),
    };
    Ok(tlv::write(0x70, &tlv::write(request.tag, &tlv::write(asked, &value))))
}

fn counters(secret: &Secret, uses: Option<u8>) -> Vec<u8> {
    let uses = uses.map(|uses| tlv::write(0x9D, &[0x00, uses])).unwrap_or_default();
    [
        tlv::write(0x9A, &[secret.most()]),
        tlv::write(0x9B, &[secret.left()]),
        uses,
        rules(&[0xF3, 0x00, 0x00, 0x13, 0xFF, 0x00]),
    ]
    .concat()
}

fn rules(rules: &[u8]) -> Vec<u8> {
    tlv::write(0xA1, &tlv::write(0x8C, rules))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: [u8; 10] = [0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, 0x01, 0x02, 0xA0, 0x80];

    fn ask(place: Place, body: &[u8]) -> Result<Vec<u8>, u16> {
        answer(place, body, &Secret::new("1234", 3), &Secret::new("12345678", 10), 100)
    }

    #[test]
    fn the_pin_object_is_the_published_one() {
        // OpenSC issue 2275: request and answer of a real card.
        let published = [
            0x70, 0x16, 0xBF, 0x81, 0x01, 0x12, 0xA0, 0x10, 0x9A, 0x01, 0x03, 0x9B, 0x01, 0x03, 0xA1, 0x08, 0x8C, 0x06,
            0xF3, 0x00, 0x00, 0x13, 0xFF, 0x00,
        ];
        assert_eq!(ask(Place::Master, &STATUS), Ok(published.to_vec()));
        assert_eq!(ask(Place::Ias, &STATUS), Err(0x6A88));
    }

    #[test]
    fn the_unblocking_code_says_its_uses() {
        let request = [0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, 0x02, 0x02, 0xA0, 0x80];
        let object = ask(Place::Master, &request).expect("object");
        assert_eq!(tlv::dig(&object, &[0x70, PUK, CONTROL, 0x9D]), Some(&[0x00, 0x64][..]));
        assert_eq!(tlv::dig(&object, &[0x70, PUK, CONTROL, 0x9B]), Some(&[10][..]));
    }

    #[test]
    fn keys_are_looked_up_in_their_application() {
        let request = [0x4D, 0x09, 0x70, 0x07, 0xBF, 0x90, 0x02, 0x03, 0x7F, 0x48, 0x80];
        let object = ask(Place::Ias, &request).expect("object");
        assert_eq!(tlv::dig(&object, &[0x70, AUTHENTICATION, PRIVATE_KEY]), Some(&[0x80, 0x01, 0x0C][..]));
        assert_eq!(ask(Place::Master, &request), Err(0x6A88));
        assert_eq!(ask(Place::Ias, &[0x4D, 0x01]), Err(0x6A80));
    }
}
