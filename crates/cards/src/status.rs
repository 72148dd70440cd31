//! Status words as an enum that carries what the card said in them.
//! Not an error by itself: the application decides what each means at its place. Source: ISO 7816-4, GSM 11.11.

/// The two bytes that end a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusWord {
    /// 9000.
    Ok,
    /// 61xx, and 9Fxx of the CPS2ter volet: that many bytes wait, 256 when the card says 00.
    MoreData(u16),
    /// 6Cxx: the expected length should have been this, 256 when the card says 00.
    WrongLength(u16),
    /// 6282: the file ended before the expected length.
    EndOfFile,
    /// 6B00: the offset lies behind the end.
    OutsideFile,
    /// 63Cx: the secret is wrong, that many tries are left.
    WrongSecret {
        /// Tries left, 0 to 15.
        tries_left: u8,
    },
    /// 6983 and 9840: the secret is blocked.
    Blocked,
    /// 6982, 9802 and 9804: access refused, a PIN is due.
    Refused,
    /// 6A82 and 9404: no such file or application.
    NotFound,
    /// 6A88: no such data object.
    NoObject,
    /// Anything else, as it came.
    Other(u16),
}

impl From<u16> for StatusWord {
    fn from(word: u16) -> Self {
        let low = word & 0xFF;
        let length = if low == 0 { 256 } else { low };
        match word {
            0x9000 => Self::Ok,
            0x6100..=0x61FF | 0x9F00..=0x9FFF => Self::MoreData(length),
            0x6C00..=0x6CFF => Self::WrongLength(length),
            0x6282 => Self::EndOfFile,
            0x6B00 => Self::OutsideFile,
            0x63C0..=0x63CF => Self::WrongSecret { tries_left: (low & 0x0F) as u8 },
            0x6983 | 0x9840 => Self::Blocked,
            0x6982 | 0x9802 | 0x9804 => Self::Refused,
            0x6A82 | 0x9404 => Self::NotFound,
            0x6A88 => Self::NoObject,
            other => Self::Other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_public_record() {
        for (word, status) in [
            (0x9000, StatusWord::Ok),
            (0x6127, StatusWord::MoreData(0x27)),
            (0x6100, StatusWord::MoreData(256)),
            (0x9F07, StatusWord::MoreData(7)),
            (0x6C39, StatusWord::WrongLength(0x39)),
            (0x63C2, StatusWord::WrongSecret { tries_left: 2 }),
            (0x6983, StatusWord::Blocked),
            (0x6A86, StatusWord::Other(0x6A86)),
        ] {
            assert_eq!(StatusWord::from(word), status, "{word:04X}");
        }
    }
}
