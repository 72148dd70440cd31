//! `ccam.csv`: the acts of the CCAM with activity, phase, both prices, flags and allowed modifiers.
//! Facts of the CNAM's table (Licence Ouverte 2.0), not its labels; rows hold from the day their version opened.

use chrono::NaiveDate;
use liasse_domain::Centimes;

use super::TableError;
use super::row::{Confidence, Content, Row, Span};
use super::who::{Biller, Tier, Who};

/// Columns of the table, in their order.
pub(crate) const COLUMNS: &[&str] = &[
    "code",
    "activity",
    "phase",
    "value_cents",
    "value_free_cents",
    "from",
    "to",
    "zone",
    "who",
    "cover",
    "agreement",
    "exemption",
    "group",
    "kind",
    "modifiers",
    "source",
    "confidence",
];

/// Whether and how the Assurance Maladie covers an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// Yes.
    Covered,
    /// Under the conditions of its note (column RC).
    Conditional,
    /// No.
    None,
}

/// What an act is beside others (CCAM, chapters 18 and 19.02).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActKind {
    /// Stands by itself and counts in an association.
    Act,
    /// Geste complémentaire: full rate, does not count.
    Complement,
    /// Supplément: full rate, does not count.
    Supplement,
}

/// How an act frees from the ticket modérateur (SNDS `XC_ETM`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exemption {
    /// Nothing is said.
    Unknown,
    /// 1: above the threshold, the whole invoice.
    Invoice,
    /// 2: above the threshold, this act alone.
    Act,
    /// 3: by its nature, this act.
    ByNature,
    /// 4: by its nature, the whole invoice.
    InvoiceByNature,
    /// 5: never by the threshold.
    Never,
}

/// Letters and digits, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Modifiers(u64);

impl Modifiers {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.bytes().try_fold(Self::default(), |all, byte| Some(Self(all.0 | bit(byte)?)))
    }

    pub(crate) fn hold(self, letter: char) -> bool {
        u8::try_from(letter).ok().and_then(bit).is_some_and(|bit| self.0 & bit != 0)
    }
}

fn bit(byte: u8) -> Option<u64> {
    match byte {
        b'A'..=b'Z' => Some(1 << (byte - b'A')),
        b'0'..=b'9' => Some(1 << (byte - b'0' + 26)),
        _ => None,
    }
}

/// Code, activity and phase of an act, in seven bytes and two digits.
pub(crate) type Key = ([u8; 7], u8, u8);

/// One dated row.
#[derive(Clone, Debug)]
pub(crate) struct Technical {
    key: Key,
    /// Sector 1 and OPTAM; `None` where the table prints no price.
    opposable: Option<u32>,
    /// The others.
    free: Option<u32>,
    pub(crate) span: Span,
    pub(crate) coverage: Coverage,
    pub(crate) agreement: bool,
    pub(crate) exemption: Exemption,
    /// May be prevention (`XC_ETM` 7).
    pub(crate) prevention: bool,
    pub(crate) kind: ActKind,
    /// Diagnostic imaging (grouping ADI: radiology, scanner, MRI), on which no PAV is due.
    pub(crate) imaging: bool,
    pub(crate) modifiers: Modifiers,
    pub(crate) confidence: Confidence,
    source: u16,
    who: u16,
    group: u16,
}

impl Technical {
    /// The price for that base, if the table prints one.
    pub(crate) fn value(&self, tier: Tier) -> Option<Centimes> {
        let cents = if tier == Tier::Free { self.free } else { self.opposable };
        cents.map(|cents| Centimes(i64::from(cents)))
    }
}

/// All rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ccam {
    /// By key, then the latest first.
    rows: Vec<Technical>,
    sources: Vec<String>,
    /// Codes of regroupement.
    groups: Vec<String>,
    who: Vec<(String, Who)>,
}

/// Why an act has no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRow {
    /// No act of that code.
    Code,
    /// No such activity or phase.
    Activity,
    /// None on that day.
    Date,
}

impl Ccam {
    pub(crate) fn read(file: Content<'_>) -> Result<Self, TableError> {
        let mut ccam = Self::default();
        let mut last_source = String::new();
        Row::each(file, COLUMNS, |row| {
            if row.or_empty("source") != last_source {
                row.text("source")?.clone_into(&mut last_source);
            }
            let who = row.text("who")?;
            let known = ccam.who.iter().position(|(text, _)| text == who);
            let who = match known {
                Some(place) => place,
                None => {
                    ccam.who.push((who.to_owned(), row.parsed("who", Who::parse)?));
                    ccam.who.len() - 1
                }
            };
            let source = match ccam.sources.iter().rposition(|source| *source == last_source) {
                Some(place) => place,
                None => {
                    ccam.sources.push(last_source.clone());
                    ccam.sources.len() - 1
                }
            };
            let group = row.or_empty("group");
            let group = match ccam.groups.iter().position(|known| known == group) {
                Some(place) => place,
                None => {
                    ccam.groups.push(group.to_owned());
                    ccam.groups.len() - 1
                }
            };
            row.parsed("zone", |word| (word == "*").then_some(()))?;
            let short = |place: usize, column| u16::try_from(place).map_err(|_| row.fault(column));
            let exemption = row.or_empty("exemption");
            ccam.rows.push(Technical {
                key: (row.parsed("code", key)?, digit(row, "activity")?, digit(row, "phase")?),
                opposable: price(row, "value_cents")?,
                free: price(row, "value_free_cents")?,
                span: row.span()?,
                coverage: match row.or_empty("cover") {
                    "" => Coverage::Covered,
                    "conditions" => Coverage::Conditional,
                    "non" => Coverage::None,
                    _ => return Err(row.fault("cover")),
                },
                agreement: match row.or_empty("agreement") {
                    "" => false,
                    "prealable" => true,
                    _ => return Err(row.fault("agreement")),
                },
                exemption: match exemption.chars().next() {
                    None | Some('7') => Exemption::Unknown,
                    Some('1') => Exemption::Invoice,
                    Some('2') => Exemption::Act,
                    Some('3') => Exemption::ByNature,
                    Some('4') => Exemption::InvoiceByNature,
                    Some('5') => Exemption::Never,
                    Some(_) => return Err(row.fault("exemption")),
                },
                prevention: exemption.ends_with('7'),
                kind: match row.text("kind")? {
                    "acte" => ActKind::Act,
                    "complement" => ActKind::Complement,
                    "supplement" => ActKind::Supplement,
                    _ => return Err(row.fault("kind")),
                },
                imaging: row.or_empty("group") == "ADI",
                group: short(group, "group")?,
                modifiers: Modifiers::parse(row.or_empty("modifiers")).ok_or_else(|| row.fault("modifiers"))?,
                confidence: row.confidence()?,
                source: short(source, "source")?,
                who: short(who, "who")?,
            });
            Ok(())
        })?;
        ccam.rows.sort_by_key(|row| (row.key, std::cmp::Reverse(row.span.from)));
        let overlap = ccam
            .rows
            .windows(2)
            .any(|pair| pair[0].key == pair[1].key && pair[0].key.1 != 0 && pair[0].span.overlaps(&pair[1].span));
        // The order of the file is lost: the first line stands for the whole.
        if overlap { Err(TableError::Overlap { file: file.0, line: 1 }) } else { Ok(ccam) }
    }

    /// The row of an act on `day`.
    pub(crate) fn find(&self, code: &str, activity: u8, phase: u8, day: NaiveDate) -> Result<&Technical, NoRow> {
        let code = key(code).ok_or(NoRow::Code)?;
        let first = self.rows.partition_point(|row| row.key.0 < code);
        let all = || self.rows[first..].iter().take_while(|row| row.key.0 == code);
        if all().next().is_none() {
            return Err(NoRow::Code);
        }
        let mut error = NoRow::Activity;
        for row in all().filter(|row| (row.key.1, row.key.2) == (activity, phase)) {
            if row.span.holds_on(day) {
                return Ok(row);
            }
            error = NoRow::Date;
        }
        Err(error)
    }

    /// Whether there is an act of that code.
    pub(crate) fn knows(&self, code: &str) -> bool {
        key(code).is_some_and(|code| self.rows.binary_search_by_key(&code, |row| row.key.0).is_ok())
    }

    /// The codes, each once, in order.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        let same = |a: &&Technical, b: &&Technical| a.key.0 == b.key.0;
        let mut last: Option<&Technical> = None;
        self.rows.iter().filter_map(move |row| {
            let again = last.is_some_and(|last| same(&last, &row));
            last = Some(row);
            if again { None } else { std::str::from_utf8(&row.key.0).ok() }
        })
    }

    /// Where a row was taken from.
    pub(crate) fn source(&self, row: &Technical) -> &str {
        self.sources.get(usize::from(row.source)).map_or("", String::as_str)
    }

    /// The code of regroupement under which a row is claimed; empty where the table names none.
    pub(crate) fn group(&self, row: &Technical) -> &str {
        self.groups.get(usize::from(row.group)).map_or("", String::as_str)
    }

    /// Whether a row is for this biller.
    pub(crate) fn is_for(&self, row: &Technical, biller: &Biller<'_>) -> bool {
        self.who.get(usize::from(row.who)).is_some_and(|(_, who)| who.is(biller))
    }
}

/// Four letters and three digits.
fn key(code: &str) -> Option<[u8; 7]> {
    let bytes: [u8; 7] = code.as_bytes().try_into().ok()?;
    let fits = bytes[..4].iter().all(u8::is_ascii_uppercase) && bytes[4..].iter().all(u8::is_ascii_digit);
    fits.then_some(bytes)
}

/// Some rows of the CNAM's table name no activity: they are headings, no acts; 0 is no activity of any act.
fn digit(row: &Row, column: &'static str) -> Result<u8, TableError> {
    if row.or_empty(column).is_empty() {
        return Ok(0);
    }
    row.number(column, 9)?.try_into().map_err(|_| row.fault(column))
}

fn price(row: &Row, column: &'static str) -> Result<Option<u32>, TableError> {
    if row.or_empty(column).is_empty() { Ok(None) } else { row.number(column, 100_000_000).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_are_one_bit_each() {
        let some = Modifiers::parse("FPSU7").expect("modifiers");
        assert!(some.hold('F') && some.hold('7') && !some.hold('A') && !some.hold('é') && !some.hold(' '));
        assert_eq!(Modifiers::parse("f"), None);
    }

    #[test]
    fn only_codes_of_the_ccam_are_keys() {
        assert!(key("DEQP003").is_some());
        for text in ["DEQP03", "DEQP0033", "deqp003", "DEQ0003", "DÉQP03"] {
            assert_eq!(key(text), None, "{text}");
        }
    }
}
