//! A lenient reader of BER: tag, length, value, definite or not, as slices of the bytes received.
//! Nothing is re-encoded, since a signature stands over bytes; not for writing (that is DER, by the `der` crate).
//! BouncyCastle writes the outer layers of a CMS in indefinite length (reference telecom 3.1 and 3.3, pitfall 2).

use std::borrow::Cow;

use super::CmsError;

/// `SEQUENCE`.
pub(crate) const SEQUENCE: u8 = 0x30;
/// `SET`.
pub(crate) const SET: u8 = 0x31;
/// `INTEGER`.
pub(crate) const INTEGER: u8 = 0x02;
/// `BIT STRING`.
pub(crate) const BITS: u8 = 0x03;
/// `OCTET STRING`, primitive.
pub(crate) const OCTETS: u8 = 0x04;
/// `NULL`.
pub(crate) const NULL: u8 = 0x05;
/// `OBJECT IDENTIFIER`.
pub(crate) const OID: u8 = 0x06;
/// Bit of a tag that says "constructed".
pub(crate) const CONSTRUCTED: u8 = 0x20;

/// Constructed context tag `[n]`.
pub(crate) const fn context(n: u8) -> u8 {
    0xA0 | n
}

/// Deeper nesting is no CMS; it would only cost time or stack.
const MAX_DEPTH: u8 = 16;

/// One element: its tag, its value, and all its bytes as received.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    /// The tag byte (numbers above 30 do not occur in CMS and are refused).
    pub(crate) tag: u8,
    /// The value, without the end mark of an indefinite length.
    pub(crate) content: &'a [u8],
    /// Tag, length and value as received.
    pub(crate) raw: &'a [u8],
    /// Whether the length was written out.
    pub(crate) definite: bool,
}

impl<'a> Element<'a> {
    /// The elements inside.
    pub(crate) fn inside(&self) -> Reader<'a> {
        Reader { rest: self.content }
    }

    /// The bytes of an octet string, whole or in pieces.
    pub(crate) fn octets(&self) -> Result<Cow<'a, [u8]>, CmsError> {
        if self.tag & CONSTRUCTED == 0 {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut bytes = Vec::with_capacity(self.content.len());
        pieces(self, 0, &mut bytes)?;
        Ok(Cow::Owned(bytes))
    }

    /// The same value under `SET`, as the signature of signed attributes wants it: bytes as received, tag replaced.
    pub(crate) fn as_set(&self) -> Vec<u8> {
        let mut bytes = vec![SET];
        if self.definite {
            bytes.extend_from_slice(self.raw.get(1..).unwrap_or_default());
        } else {
            push_length(&mut bytes, self.content.len());
            bytes.extend_from_slice(self.content);
        }
        bytes
    }
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Over these bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether all is read.
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element, whatever it is.
    pub(crate) fn element(&mut self) -> Result<Element<'a>, CmsError> {
        let (element, rest) = read(self.rest, 0)?;
        self.rest = rest;
        Ok(element)
    }

    /// The next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Result<Element<'a>, CmsError> {
        let element = self.element()?;
        if element.tag == tag { Ok(element) } else { Err(CmsError::Malformed) }
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, CmsError> {
        if self.rest.first() == Some(&tag) { self.element().map(Some) } else { Ok(None) }
    }

    /// All that remain, each with this tag.
    pub(crate) fn all(mut self, tag: u8) -> Result<Vec<Element<'a>>, CmsError> {
        let mut elements = Vec::new();
        while !self.is_done() {
            elements.push(self.take(tag)?);
        }
        Ok(elements)
    }
}

/// The single element that fills `bytes`.
pub(crate) fn only(bytes: &[u8], tag: u8) -> Result<Element<'_>, CmsError> {
    let mut reader = Reader::new(bytes);
    let element = reader.take(tag)?;
    if reader.is_done() { Ok(element) } else { Err(CmsError::Malformed) }
}

fn read(bytes: &[u8], depth: u8) -> Result<(Element<'_>, &[u8]), CmsError> {
    if depth > MAX_DEPTH {
        return Err(CmsError::Malformed);
    }
    let (&tag, after_tag) = bytes.split_first().ok_or(CmsError::Malformed)?;
    let (&first, after_length) = after_tag.split_first().ok_or(CmsError::Malformed)?;
    if tag & 0x1F == 0x1F {
        return Err(CmsError::Malformed);
    }
    if first == 0x80 {
        return indefinite(bytes, tag, after_length, depth);
    }
    let (length, value) = if first < 0x80 {
        (usize::from(first), after_length)
    } else {
        let count = usize::from(first & 0x7F);
        if count > 4 {
            return Err(CmsError::Malformed);
        }
        let (digits, value) = after_length.split_at_checked(count).ok_or(CmsError::Malformed)?;
        (digits.iter().fold(0usize, |length, &digit| (length << 8) | usize::from(digit)), value)
    };
    let (content, rest) = value.split_at_checked(length).ok_or(CmsError::Malformed)?;
    let raw = &bytes[..bytes.len() - rest.len()];
    Ok((Element { tag, content, raw, definite: true }, rest))
}

fn indefinite<'a>(bytes: &'a [u8], tag: u8, value: &'a [u8], depth: u8) -> Result<(Element<'a>, &'a [u8]), CmsError> {
    if tag & CONSTRUCTED == 0 {
        return Err(CmsError::Malformed);
    }
    let mut rest = value;
    loop {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            let content = &value[..value.len() - rest.len()];
            let raw = &bytes[..bytes.len() - after.len()];
            return Ok((Element { tag, content, raw, definite: false }, after));
        }
        rest = read(rest, depth + 1)?.1;
    }
}

fn pieces(element: &Element<'_>, depth: u8, bytes: &mut Vec<u8>) -> Result<(), CmsError> {
    if depth > MAX_DEPTH {
        return Err(CmsError::Malformed);
    }
    let mut inside = element.inside();
    while !inside.is_done() {
        let piece = inside.element()?;
        match piece.tag {
            OCTETS => bytes.extend_from_slice(piece.content),
            tag if tag == OCTETS | CONSTRUCTED => pieces(&piece, depth + 1, bytes)?,
            _ => return Err(CmsError::Malformed),
        }
    }
    Ok(())
}

fn push_length(bytes: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let digits = length.to_be_bytes();
            let significant = digits.iter().position(|&digit| digit != 0).unwrap_or(digits.len());
            let digits = digits.get(significant..).unwrap_or_default();
            bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
            bytes.extend_from_slice(digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn definite_and_indefinite_say_the_same() {
        // X.690 8.1.3: SEQUENCE { INTEGER 5 }, with a length, with a long-form length, with an end mark
        for bytes in [&[0x30, 3, 2, 1, 5][..], &[0x30, 0x82, 0, 3, 2, 1, 5], &[0x30, 0x80, 2, 1, 5, 0, 0]] {
            let element = only(bytes, SEQUENCE).expect("a sequence");
            assert_eq!(element.content, [2, 1, 5]);
            assert_eq!(element.raw, bytes);
        }
    }

    #[test]
    fn octets_come_whole_or_in_pieces() {
        let whole = only(&[0x04, 3, 1, 2, 3], OCTETS).expect("octets");
        assert_eq!(whole.octets().expect("bytes").as_ref(), [1, 2, 3]);
        let bytes = [0x24, 0x80, 0x04, 1, 1, 0x24, 4, 0x04, 2, 2, 3, 0, 0];
        let cut = only(&bytes, OCTETS | CONSTRUCTED).expect("octets");
        assert_eq!(cut.octets().expect("bytes").as_ref(), [1, 2, 3]);
        let foreign = [0x24, 3, 0x02, 1, 1];
        assert!(only(&foreign, OCTETS | CONSTRUCTED).expect("octets").octets().is_err());
    }

    #[test]
    fn the_tag_of_attributes_is_replaced_and_nothing_else() {
        let definite = only(&[0xA0, 3, 2, 1, 5], context(0)).expect("attributes");
        assert_eq!(definite.as_set(), [0x31, 3, 2, 1, 5]);
        let open = only(&[0xA0, 0x80, 2, 1, 5, 0, 0], context(0)).expect("attributes");
        assert_eq!(open.as_set(), [0x31, 3, 2, 1, 5]);
        let mut long = vec![0xA0, 0x80, 4, 0x81, 200];
        long.extend([7; 200]);
        long.extend([0, 0]);
        assert_eq!(only(&long, context(0)).expect("attributes").as_set()[..6], [0x31, 0x81, 203, 4, 0x81, 200]);
    }

    #[test]
    fn lying_lengths_are_refused() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 4, 2, 1, 5],
            &[0x30, 0x85, 0, 0, 0, 0, 3, 2, 1, 5],
            &[0x30, 0x80, 2, 1, 5],
            &[0x04, 0x80, 0, 0],
            &[0x3F, 0x81, 1, 0],
            &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        ] {
            assert!(Reader::new(bytes).element().is_err(), "{bytes:02X?}");
        }
        assert!(Reader::new(&[0x30, 0x80].repeat(4000)).element().is_err(), "endless nesting");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut reader = Reader::new(&bytes);
            while let Ok(element) = reader.element() {
                prop_assert!(element.raw.len() >= 2);
                let _ = element.octets();
            }
        }
    }
}
