//! SSV-style zones: groups of numbered fields, as virtual Vitale cards and the SSV library's memory zones carry them.
//! Not the layout of a real card's files: those are not public; on our cards a zone stands behind a `sim` tag.
//! Encoding: id (2 bytes, big-endian), BER length, fields each with a BER length (reference formats 2.2, cards 2.5).

use std::fmt;

use liasse_domain::{Code, Coded};

pub mod professional;
pub mod vitale;

/// One group: an identifier of the SSV dictionary and its fields, the first one being field 1.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    /// The number of the group, `101`…
    pub id: u16,
    /// The bytes of each field, ISO-8859-1; an absent field is empty. At most 255.
    pub fields: Vec<Vec<u8>>,
}

/// The fields are personal more often than not: only their number is shown.
impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Group({}, {} fields)", self.id, self.fields.len())
    }
}

/// A zone that cannot be read. Holds positions and numbers, never the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// A length reaches past the end, or is written in a form that does not exist here.
    #[error("bad length at offset {offset}")]
    Length {
        /// Where, from the start of the zone.
        offset: usize,
    },
    /// A group that must be there is not.
    #[error("group {group} is missing")]
    Missing {
        /// Which one.
        group: u16,
    },
    /// A group stands there more often than a card can hold it.
    #[error("too many groups {group}")]
    TooMany {
        /// Which one.
        group: u16,
    },
    /// A field does not hold what it must.
    #[error("group {group} field {field} is not readable")]
    Field {
        /// Of which group.
        group: u16,
        /// Which one, from 1.
        field: u8,
    },
}

impl Coded for GroupError {
    fn code(&self) -> Code {
        match self {
            Self::Length { .. } => Code("formats.groupe_longueur"),
            Self::Missing { .. } => Code("formats.groupe_manquant"),
            Self::TooMany { .. } => Code("formats.groupe_en_trop"),
            Self::Field { .. } => Code("formats.groupe_champ"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Length { offset } => vec![("offset", offset.to_string())],
            Self::Missing { group } | Self::TooMany { group } => vec![("group", group.to_string())],
            Self::Field { group, field } => vec![("group", group.to_string()), ("field", field.to_string())],
        }
    }
}

impl Group {
    /// A group from texts, written in ISO-8859-1 (a character outside it becomes `¿`).
    pub fn of_texts<T: AsRef<str>>(id: u16, fields: impl IntoIterator<Item = T>) -> Self {
        Self { id, fields: fields.into_iter().map(|text| to_latin1(text.as_ref())).collect() }
    }

    /// The bytes of field `number` (from 1); empty when the group ends before it.
    pub fn field(&self, number: u8) -> &[u8] {
        usize::from(number).checked_sub(1).and_then(|index| self.fields.get(index)).map_or(&[], Vec::as_slice)
    }

    /// Field `number` as text.
    pub fn text(&self, number: u8) -> String {
        from_latin1(self.field(number))
    }

    /// The error that says field `number` is wrong.
    pub(crate) fn bad(&self, number: u8) -> GroupError {
        GroupError::Field { group: self.id, field: number }
    }

    /// Field `number` as a small number.
    pub(crate) fn number(&self, number: u8) -> Result<u8, GroupError> {
        let text = self.text(number);
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse().map_err(|_| self.bad(number)) } else { Err(self.bad(number)) }
    }
}

/// Text as ISO-8859-1; a character outside it becomes `¿`, so that no plain ASCII value is ever made up.
pub fn to_latin1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(0xBF)).collect()
}

/// ISO-8859-1 as text: every byte is a character.
pub fn from_latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The zone made of `groups`, in their order, lengths in their shortest form.
pub fn encode(groups: &[Group]) -> Vec<u8> {
    let mut zone = Vec::new();
    for group in groups {
        let mut body = Vec::new();
        for field in &group.fields {
            push_length(&mut body, field.len());
            body.extend_from_slice(field);
        }
        zone.extend_from_slice(&group.id.to_be_bytes());
        push_length(&mut zone, body.len());
        zone.extend_from_slice(&body);
    }
    zone
}

/// The groups of a zone. Lengths need not be in their shortest form; nothing may follow the last group.
pub fn decode(bytes: &[u8]) -> Result<Vec<Group>, GroupError> {
    let mut groups = Vec::new();
    let mut zone = Cursor { bytes, at: 0 };
    while zone.at < bytes.len() {
        let start = zone.at;
        let id = zone.take(2)?;
        let id = id.iter().fold(0u16, |value, byte| value << 8 | u16::from(*byte));
        let body = zone.take_counted()?;
        let mut fields = Vec::new();
        let mut inner = Cursor { bytes: body, at: 0 };
        while inner.at < body.len() {
            let field = inner.take_counted().map_err(|_| GroupError::Length { offset: start })?;
            // The dictionary's longest group has 21 fields; the cap keeps hostile zones from growing in memory.
            if fields.len() == 255 {
                return Err(GroupError::Length { offset: start });
            }
            fields.push(field.to_vec());
        }
        groups.push(Group { id, fields });
    }
    Ok(groups)
}

fn push_length(out: &mut Vec<u8>, length: usize) {
    if let Ok(short @ 0..=0x7f) = u8::try_from(length) {
        out.push(short);
        return;
    }
    let bytes = length.to_be_bytes();
    let significant: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
    out.extend_from_slice(&significant);
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], GroupError> {
        let end = self.at.checked_add(length).ok_or(GroupError::Length { offset: self.at })?;
        let slice = self.bytes.get(self.at..end).ok_or(GroupError::Length { offset: self.at })?;
        self.at = end;
        Ok(slice)
    }

    fn take_counted(&mut self) -> Result<&'a [u8], GroupError> {
        let start = self.at;
        let first = self.take(1)?.first().copied().unwrap_or_default();
        let length = match first {
            0..=0x7f => usize::from(first),
            0x81..=0x84 => {
                let bytes = self.take(usize::from(first & 0x0f))?;
                bytes.iter().fold(0usize, |value, byte| value << 8 | usize::from(*byte))
            }
            _ => return Err(GroupError::Length { offset: start }),
        };
        self.take(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Head of a virtual Vitale as published (reference cards, 2.5).
    pub(super) fn published_head() -> Vec<u8> {
        let mut head = vec![0x00, 0x65, 0x3F, 0x01, 0x54, 0x08];
        head.extend_from_slice(
            b"58666417\x0C201512310000\x010\0\0\x01A\x0D2501962643002\x0268\x0201\x03349\x049881\x0210\0",
        );
        head
    }

    #[test]
    fn the_published_head_reads_and_writes_back() {
        let groups = decode(&published_head()).expect("a zone");
        assert_eq!(groups.len(), 1);
        assert_eq!((groups[0].id, groups[0].fields.len()), (101, 14));
        assert_eq!(groups[0].text(8), "2501962643002");
        assert_eq!(groups[0].text(14), "");
        assert_eq!(groups[0].text(15), "", "past the end is empty");
        assert_eq!(encode(&groups), published_head());
    }

    #[test]
    fn long_lengths_take_their_long_form() {
        let group = Group { id: 0x0102, fields: vec![vec![b'X'; 200]] };
        let bytes = encode(std::slice::from_ref(&group));
        assert_eq!(bytes[..6], [0x01, 0x02, 0x81, 202, 0x81, 200]);
        assert_eq!(decode(&bytes), Ok(vec![group]));
        // The same with a longer form than needed, as a lenient writer may choose.
        let loose = [&[0x01, 0x02, 0x82, 0x00, 0x02][..], b"\x01Z"].concat();
        assert_eq!(decode(&loose), Ok(vec![Group { id: 0x0102, fields: vec![b"Z".to_vec()] }]));
    }

    #[test]
    fn a_cut_zone_says_where() {
        let mut head = published_head();
        head.pop();
        assert_eq!(decode(&head), Err(GroupError::Length { offset: 3 }));
        assert_eq!(decode(&[0x00]), Err(GroupError::Length { offset: 0 }));
        assert_eq!(decode(&[0, 1, 0x80]), Err(GroupError::Length { offset: 2 }));
        assert_eq!(decode(&[0, 1, 0x84, 0xff, 0xff, 0xff, 0xff]), Err(GroupError::Length { offset: 7 }));
    }

    #[test]
    fn nothing_personal_is_printed() {
        let groups = decode(&published_head()).expect("a zone");
        assert_eq!(format!("{:?}", groups[0]), "Group(101, 14 fields)");
    }

    proptest! {
        #[test]
        fn zones_read_back(groups in proptest::collection::vec(
            (any::<u16>(), proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..6)), 0..6))
        {
            let groups: Vec<Group> = groups.into_iter().map(|(id, fields)| Group { id, fields }).collect();
            prop_assert_eq!(decode(&encode(&groups)), Ok(groups));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(groups) = decode(&bytes) {
                prop_assert_eq!(decode(&encode(&groups)), Ok(groups));
            }
        }
    }
}
