//! BER-TLV as cards write it: padding between objects, a leading category byte, ends that are not clean.
//! Not a DER decoder: it forgives, and is bounded by the bytes it is given. Source: ISO 7816-4, 5.2.

/// One object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag, its bytes in order: `0x5A`, `0x7F48`, `0xBF8101`.
    pub tag: u32,
    /// The value.
    pub value: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The objects inside the value.
    pub fn children(&self) -> Objects<'a> {
        objects(self.value)
    }
}

/// The objects one after the other; padding (00 or FF) is skipped, and the walk stops at the first that is cut short.
pub fn objects(bytes: &[u8]) -> Objects<'_> {
    Objects { rest: bytes }
}

/// The value of the first object with that tag.
pub fn find(bytes: &[u8], tag: u32) -> Option<&[u8]> {
    objects(bytes).find(|object| object.tag == tag).map(|object| object.value)
}

/// The value at the end of a path of tags, each looked for inside the one before.
pub fn dig<'a>(bytes: &'a [u8], path: &[u32]) -> Option<&'a [u8]> {
    path.iter().try_fold(bytes, |inside, tag| find(inside, *tag))
}

/// EF.ATR of a CPS begins with a category indicator that is no tag (a published card has 80): the objects behind it.
pub fn skip_category(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(&[0x80]).unwrap_or(bytes)
}

/// How long the object at the start of `bytes` is in all, header included; it may be longer than `bytes`.
pub fn whole_length(bytes: &[u8]) -> Option<usize> {
    let (_, length, header) = header(bytes)?;
    header.checked_add(length)
}

/// Writes one object with the shortest length.
pub fn write(tag: u32, value: &[u8]) -> Vec<u8> {
    let tag_bytes = tag.to_be_bytes();
    let first = tag_bytes.iter().position(|byte| *byte != 0).unwrap_or(3);
    let mut bytes = tag_bytes[first..].to_vec();
    let length = value.len().to_be_bytes();
    let first = length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1);
    if value.len() > 0x7F {
        bytes.push(0x80 | (length.len() - first) as u8);
    }
    bytes.extend_from_slice(&length[first..]);
    bytes.extend_from_slice(value);
    bytes
}

/// A walk over objects.
#[derive(Clone, Debug)]
pub struct Objects<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Objects<'a> {
    type Item = Tlv<'a>;

    fn next(&mut self) -> Option<Tlv<'a>> {
        while let Some((0x00 | 0xFF, rest)) = self.rest.split_first() {
            self.rest = rest;
        }
        let (tag, length, header) = header(self.rest)?;
        let value = self.rest.get(header..header.checked_add(length)?);
        self.rest = match value {
            Some(_) => &self.rest[header + length..],
            None => &[],
        };
        value.map(|value| Tlv { tag, value })
    }
}

/// Tag (at most three bytes), length (at most three bytes behind its first, definite) and where the value begins.
fn header(bytes: &[u8]) -> Option<(u32, usize, usize)> {
    let first = *bytes.first()?;
    let mut tag = u32::from(first);
    let mut at = 1;
    if first & 0x1F == 0x1F {
        loop {
            let byte = *bytes.get(at)?;
            tag = tag << 8 | u32::from(byte);
            at += 1;
            if byte & 0x80 == 0 {
                break;
            }
            if at == 3 {
                return None;
            }
        }
    }
    let first = *bytes.get(at)?;
    at += 1;
    let length = match first {
        0x00..=0x7F => usize::from(first),
        0x81..=0x83 => {
            let count = usize::from(first & 0x0F);
            let length = bytes.get(at..at + count)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            at += count;
            length
        }
        _ => return None,
    };
    Some((tag, length, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// EF.ATR of a real CPS3 (OpenSC issue 2223).
    const EF_ATR: [u8; 57] = [
        0x80, 0x43, 0x01, 0xB8, 0x46, 0x04, 0x04, 0xB0, 0xEC, 0xC1, 0x47, 0x03, 0x94, 0x01, 0x80, 0x4F, 0x08, 0x80,
        0x25, 0x00, 0x00, 0x01, 0xFF, 0x01, 0x00, 0xE0, 0x10, 0x02, 0x02, 0x01, 0x04, 0x02, 0x02, 0x01, 0x04, 0x02,
        0x02, 0x01, 0x00, 0x02, 0x02, 0x01, 0x00, 0x78, 0x08, 0x06, 0x06, 0x2B, 0x81, 0x22, 0xF8, 0x78, 0x02, 0x82,
        0x02, 0x90, 0x00,
    ];

    #[test]
    fn the_category_byte_of_ef_atr_is_skipped() {
        let objects = skip_category(&EF_ATR);
        assert_eq!(find(objects, 0x4F), Some(&[0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x01, 0x00][..]));
        assert_eq!(find(objects, 0x82), Some(&[0x90, 0x00][..]));
        assert_eq!(find(&EF_ATR, 0x4F), None, "without the skip the walk is lost: the test can fail");
    }

    #[test]
    fn tags_of_three_bytes() {
        // PIN status of a real CPS3 (OpenSC issue 2275).
        let object = [
            0x70, 0x16, 0xBF, 0x81, 0x01, 0x12, 0xA0, 0x10, 0x9A, 0x01, 0x03, 0x9B, 0x01, 0x03, 0xA1, 0x08, 0x8C, 0x06,
            0xF3, 0x00, 0x00, 0x13, 0xFF, 0x00,
        ];
        assert_eq!(dig(&object, &[0x70, 0xBF_8101, 0xA0, 0x9B]), Some(&[3][..]));
        assert_eq!(whole_length(&object), Some(24));
    }

    #[test]
    fn padding_is_no_object_and_a_cut_one_ends_the_walk() {
        let bytes = [0x00, 0x00, 0x5A, 0x01, 0x07, 0xFF, 0x5B, 0x00, 0x00, 0x65, 0x05, 0x01];
        let tags: Vec<u32> = objects(&bytes).map(|object| object.tag).collect();
        assert_eq!(tags, [0x5A, 0x5B]);
    }

    #[test]
    fn lengths_are_written_short() {
        assert_eq!(write(0x5A, &[1]), [0x5A, 1, 1]);
        assert_eq!(write(0xDF53, &[0; 0x80])[..4], [0xDF, 0x53, 0x81, 0x80]);
        assert_eq!(write(0x30, &[0; 0x1234])[..4], [0x30, 0x82, 0x12, 0x34]);
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let total: usize = objects(&bytes).map(|object| object.value.len() + 2).sum();
            prop_assert!(total <= bytes.len());
            let _ = whole_length(&bytes);
        }

        #[test]
        fn what_is_written_reads_back(value in proptest::collection::vec(any::<u8>(), 0..70_000), tag in 0usize..3) {
            let tag = [0x5A, 0xDF53, 0xBF_8101][tag];
            let bytes = write(tag, &value);
            prop_assert_eq!(find(&bytes, tag), Some(value.as_slice()));
            prop_assert_eq!(whole_length(&bytes), Some(bytes.len()));
        }
    }
}
