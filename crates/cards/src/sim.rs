//! What our simulated cards hold where the real layout is not public: SSV groups behind a mark of our own.
//! Not a format of the Assurance Maladie. Described in `docs/formats.md`, "Cartes simulées".

use liasse_formats::groups::{self, Group};

use crate::error::CardError;
use crate::tlv;

/// The application of a simulated Vitale: `F0`, the ASCII name `LIASSESIM`, version 1.
pub const VITALE_AID: [u8; 11] = [0xF0, b'L', b'I', b'A', b'S', b'S', b'E', b'S', b'I', b'M', 0x01];

/// The file of a simulated CPS that holds its holder (SSV group 1), read without PIN.
pub const HOLDER_PATH: [u8; 6] = [0x3F, 0x00, 0x00, 0x01, 0xD1, 0x53];

/// Tag and first bytes of a file in this encoding.
const TAG: u32 = 0xDF53;
const MARK: &[u8] = b"LIASSE-SIM1";

/// A file that holds those groups, without padding.
pub fn wrap(groups: &[Group]) -> Vec<u8> {
    tlv::write(TAG, &[MARK, &groups::encode(groups)].concat())
}

/// The groups of a file, `None` when it does not bear our mark: then its layout is not ours to read.
pub fn unwrap(content: &[u8]) -> Result<Option<Vec<Group>>, CardError> {
    let Some(zone) = tlv::find(content, TAG).and_then(|value| value.strip_prefix(MARK)) else {
        return Ok(None);
    };
    groups::decode(zone).map(Some).map_err(|_| CardError::Damaged { what: "LIASSE-SIM1" })
}

/// How long the object in this encoding at the start of a file is in all; `None` when the file does not begin with one.
pub fn marked_length(start: &[u8]) -> Option<usize> {
    let length = tlv::whole_length(start)?;
    let tag = TAG.to_be_bytes();
    let is_ours = start.starts_with(&tag[2..]) && start.windows(MARK.len()).take(8).any(|window| window == MARK);
    is_ours.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mark_opens_a_file() {
        let group = Group { id: 1, fields: vec![b"0".to_vec(), b"GRIS".to_vec()] };
        let mut file = wrap(std::slice::from_ref(&group));
        assert_eq!(file[..14], *b"\xDF\x53\x15LIASSE-SIM1");
        file.extend([0; 40]);
        let read = unwrap(&file).expect("sound").expect("ours");
        assert_eq!((read.len(), read[0].id, &read[0].fields), (1, 1, &group.fields));
        assert_eq!(marked_length(&file[..20]), Some(24));
        assert_eq!([marked_length(&file[1..]), marked_length(&file[..9]), marked_length(&[0; 64])], [None; 3]);
        file[5] ^= 1;
        assert_eq!(marked_length(&file), None);
        assert!(matches!(unwrap(&file), Ok(None)));
        assert!(matches!(unwrap(&[0; 64]), Ok(None)));
    }
}
