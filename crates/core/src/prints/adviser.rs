//! The page for the caisse's adviser (CIS): versions, cards, FSE by mode, days from the act to the sending, files without an
//! answer, codes of refusals. Numbers alone: no patient and no amount. Rule: issue 6, Prints.

use chrono::{Days, NaiveDate};
use liasse_domain::{CardKind, CardType, Coded, Instant, SecuringMode, clock};
use liasse_formats::certificate;
use liasse_print::{Block, Document};
use liasse_store::{KNOWN_SCHEMA, RefusalCodeRow, SilentFileRow};

use super::tariffs_of;
use super::wording::{self, Facts};
use crate::access::Deed;
use crate::cards::{CardView, CpsView, ReaderView, Snapshot};
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::papers::{TEXTS, day, name, t};
use crate::workstation::Workstation;

/// Over how many days FSE are counted.
const DAYS: u64 = 30;
/// So many files, and so many codes, at most: it is one page.
const LINES: u32 = 5;

/// What the store counts.
struct Numbers {
    modes: Vec<(SecuringMode, u32)>,
    /// Days from the first act of each FSE to its sending, the fewest first.
    delays: Vec<i64>,
    files: Vec<SilentFileRow>,
    codes: Vec<RefusalCodeRow>,
    read_until: Option<Instant>,
}

impl Workstation {
    /// The page for an adviser, with the cards that are in the readers now.
    ///
    /// # Errors
    /// What a locum is told of accounts.
    pub fn adviser_sheet(&self, readers: &Snapshot, who: &SignedIn) -> Result<Document, CoreError> {
        let billing = who.number_for(Deed::Adviser)?;
        let today = self.clock.today();
        let from = today.checked_sub_days(Days::new(DAYS)).unwrap_or(today);
        let sendings = self.store.sendings_since(billing, from)?;
        let delay = |(act, sent): (NaiveDate, Instant)| (clock::paris(sent).date() - act).num_days();
        let mut delays: Vec<i64> = sendings.into_iter().map(delay).collect();
        delays.sort_unstable();
        let numbers = Numbers {
            modes: self.store.modes_since(billing, from)?,
            delays,
            files: self.store.files_without_answer(billing)?,
            codes: self.store.refusal_codes(billing, LINES)?,
            read_until: self.store.returns_read_until()?,
        };
        let here = self.of_this_post(who, today);
        Ok(sheet(&numbers, here, readers, who.holder.test_card, today))
    }

    /// Which practice, which program, which tables.
    fn of_this_post(&self, who: &SignedIn, today: NaiveDate) -> Facts {
        let since = tariffs_of(today).map_or_else(String::new, day);
        let tables = TEXTS.with("adviser.tables_since", &[("day", &since)]);
        let own = if self.tables.is_some() { t("adviser.tables_own") } else { String::new() };
        let schema = KNOWN_SCHEMA.to_string();
        let version = TEXTS.with("adviser.version", &[("number", env!("CARGO_PKG_VERSION")), ("schema", &schema)]);
        vec![
            (t("adviser.doctor"), name(who.paid())),
            (t("sheet.billing"), who.situation.billing_number.to_string()),
            (t("sheet.structure"), who.situation.structure_name.clone()),
            (t("adviser.program"), version),
            (t("adviser.approval"), t("adviser.not_approved")),
            (t("adviser.tables"), format!("{tables} {own}").trim().to_owned()),
        ]
    }
}

fn sheet(numbers: &Numbers, here: Facts, readers: &Snapshot, demo: bool, today: NaiveDate) -> Document {
    Document {
        title: t("adviser.title"),
        subject: t("adviser.subject"),
        demo,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(today))]),
        blocks: vec![
            Block::Facts(here),
            Block::Heading(t("adviser.cards_title")),
            Block::Facts(cards(readers)),
            Block::Heading(TEXTS.with("adviser.fse_title", &[("days", &DAYS.to_string())])),
            Block::Facts(claims(numbers)),
            Block::Heading(t("adviser.files_title")),
            Block::Facts(files(numbers)),
            Block::Heading(t("adviser.codes_title")),
            Block::Facts(codes(&numbers.codes)),
        ],
    }
}

fn cards(readers: &Snapshot) -> Facts {
    if let Some(fault) = &readers.service {
        return vec![(t("adviser.service"), fault.message.clone())];
    }
    if readers.readers.is_empty() {
        return vec![(t("adviser.readers"), t("adviser.no_reader"))];
    }
    readers.readers.iter().map(|reader| (reader.name.clone(), card(reader))).collect()
}

/// What is in a reader. Of a patient's card that it is one, and until when its certificate holds.
fn card(reader: &ReaderView) -> String {
    match &reader.card {
        CardView::Empty => t("adviser.no_card"),
        CardView::Cps(card) => professional(card),
        CardView::Vitale(card) if card.apcv.is_some() => t("adviser.apcv"),
        CardView::Vitale(card) => {
            let until = card.read.certificate.as_deref().map_or_else(|| t("adviser.unread"), holds_until);
            TEXTS.with("adviser.vitale", &[("until", &until)])
        }
        CardView::Unknown { kind, .. } => match kind {
            CardKind::Cps4 => t("adviser.cps_four"),
            CardKind::Vitale1 => t("adviser.vitale_one"),
            CardKind::Apcv => t("adviser.apcv"),
            CardKind::Cps3 | CardKind::Cpe | CardKind::Vitale2 | CardKind::Unknown => t("adviser.other_card"),
        },
        CardView::Failed(error) => {
            let report = error.report();
            TEXTS.with("adviser.failed", &[("code", &report.code), ("message", &report.message)])
        }
    }
}

fn professional(card: &CpsView) -> String {
    let identity = &card.identity;
    let kind = match identity.holder.card_type {
        CardType::Cps => "CPS",
        CardType::Cpf => "CPF",
        CardType::Cpe => "CPE",
        CardType::Cpa => "CPA",
    };
    let test = if identity.holder.test_card { t("adviser.test_card") } else { String::new() };
    let values = [
        ("kind", kind),
        ("serial", &*identity.serial),
        ("test", &test),
        ("sign", &holds_until(&identity.signature_certificate)),
        ("auth", &holds_until(&identity.authentication_certificate)),
        ("tries", &card.tries_left.to_string()),
    ];
    TEXTS.with("adviser.cps", &values)
}

/// The last day of a certificate.
fn holds_until(certificate: &[u8]) -> String {
    match certificate::validity(certificate) {
        Ok((_, until)) => day(clock::paris(until).date()),
        Err(_) => t("adviser.unread"),
    }
}

/// FSE by mode, and how long they took to leave.
fn claims(numbers: &Numbers) -> Facts {
    let mut facts: Facts =
        numbers.modes.iter().map(|(mode, count)| (wording::mode(*mode), count.to_string())).collect();
    if facts.is_empty() {
        facts.push((t("adviser.claims"), "0".to_owned()));
    }
    let days = |count: i64| TEXTS.with("adviser.days", &[("count", &count.to_string())]);
    if let (Some(half), Some(longest)) = (median(&numbers.delays), numbers.delays.last()) {
        facts.push((t("adviser.median"), days(half)));
        facts.push((t("adviser.longest"), days(*longest)));
    }
    facts
}

/// The middle of what is sorted; of an even number, the lower of the two.
fn median(sorted: &[i64]) -> Option<i64> {
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

fn files(numbers: &Numbers) -> Facts {
    let shown = usize::try_from(LINES).unwrap_or_default();
    let read = match numbers.read_until {
        Some(until) => TEXTS.with("adviser.read_until", &[("until", &wording::moment(until))]),
        None => t("adviser.never_read"),
    };
    let mut facts = vec![(t("adviser.waiting"), format!("{} ({read})", numbers.files.len()))];
    facts.extend(numbers.files.iter().take(shown).map(|row| {
        let (number, file, count) = (row.lot.to_string(), row.file.to_string(), row.count.to_string());
        let label = TEXTS.with("adviser.file", &[("number", &number), ("file", &file)]);
        let values = [("count", &*count), ("state", row.state.label()), ("at", &wording::moment(row.sent_at))];
        (label, TEXTS.with("adviser.file_sent", &values))
    }));
    facts
}

fn codes(rows: &[RefusalCodeRow]) -> Facts {
    if rows.is_empty() {
        return vec![(t("adviser.codes"), t("adviser.none"))];
    }
    let said = |row: &RefusalCodeRow| {
        let values = [("count", &*row.count.to_string()), ("last", &day(row.last))];
        (row.code.clone(), TEXTS.with("adviser.code", &values))
    };
    rows.iter().map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_lower_of_two() {
        for (sorted, middle) in [(&[4][..], Some(4)), (&[1, 5], Some(1)), (&[0, 2, 30], Some(2)), (&[], None)] {
            assert_eq!(median(sorted), middle, "{sorted:?}");
        }
    }
}
