//! Compression of the B2 part: zlib, gzip or nothing, out as the profile says, in as the bytes say, never beyond a limit.
//! Not told by the descriptor alone: the public senders differ, the bytes decide.
//! RFC 1950 and 1952; who sends what: reference telecom 1.1.

use std::io::{Read, Write};

use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use super::{Compression, MailFault};

/// Bytes as a profile wants them. A gzip head holds no time, so the same bytes give the same bytes.
pub(super) fn pack(bytes: &[u8], compression: Compression) -> Vec<u8> {
    let level = flate2::Compression::default();
    // Writing into memory cannot fail; an empty result would be refused by every reader.
    match compression {
        Compression::Zlib => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
        }
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
        }
        Compression::None => bytes.to_vec(),
    }
}

/// The bytes of a part, decompressed when they are compressed. `declared` is what the descriptor says; where it says
/// nothing of compression, bytes that only look compressed stay as they are.
pub(super) fn unpack(bytes: Vec<u8>, declared: bool, limit: usize) -> Result<Vec<u8>, MailFault> {
    let unpacked = match bytes.as_slice() {
        [0x1F, 0x8B, ..] => inflate(GzDecoder::new(bytes.as_slice()), limit),
        [cmf, flags, ..] if is_zlib(*cmf, *flags) => inflate(ZlibDecoder::new(bytes.as_slice()), limit),
        _ if declared && !looks_like_records(&bytes) => Err(MailFault::Compression),
        _ => return within(bytes, limit),
    };
    match unpacked {
        Err(MailFault::Compression) if !declared => within(bytes, limit),
        unpacked => unpacked,
    }
}

/// RFC 1950, 2.2: method 8, window at most 7, the two bytes a multiple of 31, no preset dictionary.
fn is_zlib(cmf: u8, flags: u8) -> bool {
    cmf & 0x0F == 8 && cmf >> 4 <= 7 && (u16::from(cmf) << 8 | u16::from(flags)) % 31 == 0 && flags & 0x20 == 0
}

/// B2 and NOEMIE records begin with a digit.
fn looks_like_records(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(u8::is_ascii_digit)
}

fn inflate(decoder: impl Read, limit: usize) -> Result<Vec<u8>, MailFault> {
    let mut bytes = Vec::new();
    let beyond = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(beyond).read_to_end(&mut bytes).map_err(|_| MailFault::Compression)?;
    within(bytes, limit)
}

fn within(bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>, MailFault> {
    if bytes.len() > limit { Err(MailFault::TooLarge) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        pack(bytes, Compression::Zlib)
    }

    #[test]
    fn zlib_gzip_and_plain_come_out_alike() {
        let plain = b"000 HELLO\r\n999\r\n".to_vec();
        for declared in [true, false] {
            for compression in [Compression::Zlib, Compression::Gzip, Compression::None] {
                assert_eq!(unpack(pack(&plain, compression), declared, 100), Ok(plain.clone()), "{compression:?}");
            }
        }
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let bomb = deflate(&vec![b'0'; 3_000_000]);
        assert!(bomb.len() < 10_000);
        assert_eq!(unpack(bomb.clone(), true, 1_000_000), Err(MailFault::TooLarge));
        assert_eq!(unpack(bomb, false, 1_000_000), Err(MailFault::TooLarge));
        assert_eq!(unpack(vec![b'0'; 11], false, 10), Err(MailFault::TooLarge));
    }

    #[test]
    fn a_cut_or_damaged_stream_is_a_fault_where_compression_was_declared() {
        let mut cut = deflate(b"000 a text that is long enough to be cut in the middle");
        cut.truncate(cut.len() - 5);
        assert_eq!(unpack(cut.clone(), true, 100), Err(MailFault::Compression));
        assert_eq!(unpack(cut.clone(), false, 100), Ok(cut));
        assert_eq!(unpack(vec![0xFF, 0xFE], true, 100), Err(MailFault::Compression));
        // "x^" is a valid zlib head and may begin a text
        assert_eq!(unpack(b"x^ text".to_vec(), false, 100), Ok(b"x^ text".to_vec()));
    }
}
