//! A quick look at a whole record: whether each byte may stand where it stands, all positions at once.
//! Not a second table and no verdict: it is made from the table of the record, and what does not pass is looked at field
//! by field (`table::misfit`), which alone says what is wrong.

use std::sync::LazyLock;

use super::table::{Field, Kind, Record, WIDTH};
use super::{cp, envelope, sim_er};

/// What a record lets through.
pub(crate) struct Sieve {
    /// The lowest byte of each position, and how far above it a byte may be.
    low: [u8; WIDTH],
    span: [u8; WIDTH],
    /// Texts of several characters: left-justified.
    texts: Vec<&'static Field>,
    /// Dates that are none or a day.
    dates: Vec<&'static Field>,
}

static SIEVES: LazyLock<Vec<(&'static Record, Sieve)>> = LazyLock::new(|| {
    let records = cp::RECORDS.into_iter().chain(sim_er::RECORDS).chain(envelope::RECORDS);
    records.map(|record| (record, Sieve::of(record))).collect()
});

impl Sieve {
    /// That of a record of a table.
    pub(crate) fn find(record: &'static Record) -> Option<&'static Self> {
        SIEVES.iter().find(|(of, _)| std::ptr::eq(*of, record)).map(|(_, sieve)| sieve)
    }

    fn of(record: &'static Record) -> Self {
        let mut sieve = Self { low: [b' '; WIDTH], span: [0; WIDTH], texts: Vec::new(), dates: Vec::new() };
        for field in record.fields() {
            let (low, high) = match field.kind {
                Kind::A => (b' ', b'_'),
                Kind::N | Kind::D | Kind::B => (b'0', b'9'),
                Kind::U => (b' ', b'~'),
                // Labels have two ranges: one that is not blank does not pass here.
                Kind::F | Kind::L => (b' ', b' '),
            };
            let places = sieve.low.iter_mut().zip(&mut sieve.span).take(field.end).skip(field.start - 1);
            places.for_each(|(lowest, span)| (*lowest, *span) = (low, high - low));
            match field.kind {
                Kind::A if field.end > field.start => sieve.texts.push(field),
                Kind::D => sieve.dates.push(field),
                _ => {}
            }
        }
        sieve
    }

    /// Whether every field holds what its kind lets stand there, the days of dates not looked at.
    pub(crate) fn lets_through(&self, line: &[u8]) -> bool {
        let Ok(line) = <&[u8; WIDTH]>::try_from(line) else { return false };
        // Without a way out in the middle, so that many bytes are looked at at once.
        let wrong = line.iter().zip(&self.low).zip(&self.span);
        let wrong = wrong.fold(0, |wrong, ((byte, low), span)| wrong | u8::from(byte.wrapping_sub(*low) > *span));
        let left = |field: &&Field| {
            field.of(line).is_some_and(|text| text.first() != Some(&b' ') || text.iter().all(|byte| *byte == b' '))
        };
        wrong == 0 && self.texts.iter().all(left)
    }

    /// Whether every date of a line that was let through is none or a day.
    pub(crate) fn has_days(&self, line: &[u8]) -> bool {
        self.dates.iter().all(|field| {
            field.of(line).is_some_and(|day| day.iter().all(|byte| *byte == b'0') || super::dates::short(day).is_some())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::b2::table::misfit;
    use proptest::prelude::*;

    proptest! {
        /// The two ways agree: what passes has no misfit, and only a label is looked at twice for nothing.
        #[test]
        fn what_passes_is_what_every_field_takes(
            (which, blank) in (any::<prop::sample::Index>(), any::<bool>()),
            (at, byte) in (0usize..128, any::<u8>()),
            (second, other) in (0usize..128, any::<u8>()),
        ) {
            let (record, sieve) = which.get(&SIEVES);
            let mut line = [b' '; WIDTH];
            for field in record.fields() {
                let digits = matches!(field.kind, Kind::N | Kind::D | Kind::B);
                let fill = if digits { b'0' } else if blank || field.kind == Kind::F { b' ' } else { b'X' };
                line[field.start - 1..field.end].fill(fill);
            }
            (line[at], line[second]) = (byte, other);
            let sound = record.fields().all(|field| misfit(field.kind, field.of(&line).expect("whole")).is_none());
            let passes = sieve.lets_through(&line) && sieve.has_days(&line);
            let label = record.fields().any(|field| field.kind == Kind::L);
            prop_assert!(passes == sound || (label && sound), "{} {at} {byte}", record.name);
        }
    }
}
