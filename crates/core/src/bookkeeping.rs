//! What an accountant asks for: what came in by day, from whom and how, with the totals of the days as they are closed. No patient,
//! no number of anybody. Not the day itself (`recettes`). The form of the file stands in `docs/export.md`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use liasse_domain::{Centimes, Payer};
use liasse_store::{DataMoved, DayMoney};
use serde::Serialize;

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::lists::spreadsheet::{MARK, day, euros, line};
use crate::papers::{TEXTS, t};
use crate::prints::payer;
use crate::workstation::Workstation;

/// What is handed to an accountant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Books {
    /// Version of this shape.
    pub v: u32,
    /// The first day.
    pub from: NaiveDate,
    /// The last.
    pub until: NaiveDate,
    /// How many days something came in, or was closed.
    pub days: usize,
    /// What patients paid.
    pub patient_cents: Centimes,
    /// What the caisses transferred.
    pub amo_cents: Centimes,
    /// What insurers transferred.
    pub amc_cents: Centimes,
    /// The file.
    #[serde(skip)]
    pub csv: String,
}

impl Workstation {
    /// What came in between two days, these among them; the journal tells that it was written out.
    ///
    /// # Errors
    /// Those of [`Deed::AccountsExport`].
    pub fn books(&mut self, who: &SignedIn, from: NaiveDate, until: NaiveDate) -> Result<Books, CoreError> {
        let billing = who.number_for(Deed::AccountsExport)?;
        let mut moved = self.store.receipts_by_day(billing, from, until)?;
        moved.extend(self.store.transfers_by_day(billing, from, until)?);
        let closed: BTreeMap<NaiveDate, Centimes> = self.store.closed_days(billing, from, until)?.into_iter().collect();
        let books = written(from, until, &moved, &closed);
        let stamp = who.stamp(self.now());
        self.store.tell_moved(&stamp, DataMoved::Accounts)?;
        Ok(books)
    }
}

fn written(from: NaiveDate, until: NaiveDate, moved: &[DayMoney], closed: &BTreeMap<NaiveDate, Centimes>) -> Books {
    let days: BTreeSet<NaiveDate> = moved.iter().map(|row| row.day).chain(closed.keys().copied()).collect();
    let mut csv = format!("{MARK}{}\r\n", TEXTS.t("accounts.header"));
    for on in &days {
        let mut rows: Vec<&DayMoney> = moved.iter().filter(|row| row.day == *on).collect();
        rows.sort_by_key(|row| (row.payer, row.mode));
        for row in &rows {
            let mode = row.mode.label().to_owned();
            csv += &lined("accounts.detail", Some(*on), row.payer, mode, row.movements, row.amount, String::new());
        }
        for from_whom in Payer::ALL {
            let (movements, amount) = sum(rows.iter().copied(), from_whom);
            let is_closed = from_whom == Payer::Patient && closed.contains_key(on);
            if movements > 0 || is_closed {
                let told = match from_whom {
                    Payer::Patient if is_closed => t("accounts.closed"),
                    Payer::Patient => t("accounts.open"),
                    _ => String::new(),
                };
                csv += &lined("accounts.of_day", Some(*on), from_whom, String::new(), movements, amount, told);
            }
        }
    }
    let of = |from_whom: Payer| sum(moved.iter(), from_whom);
    for from_whom in Payer::ALL {
        let (movements, amount) = of(from_whom);
        csv += &lined("accounts.of_period", None, from_whom, String::new(), movements, amount, String::new());
    }
    Books {
        v: 1,
        from,
        until,
        days: days.len(),
        patient_cents: of(Payer::Patient).1,
        amo_cents: of(Payer::Amo).1,
        amc_cents: of(Payer::Amc).1,
        csv,
    }
}

fn sum<'a>(rows: impl Iterator<Item = &'a DayMoney>, of: Payer) -> (usize, Centimes) {
    rows.filter(|row| row.payer == of)
        .fold((0, Centimes::ZERO), |(many, amount), row| (many + row.movements, amount + row.amount))
}

fn lined(
    what: &'static str,
    on: Option<NaiveDate>,
    from_whom: Payer,
    mode: String,
    movements: usize,
    amount: Centimes,
    told: String,
) -> String {
    let on = on.map_or_else(String::new, day);
    line(&[t(what), on, payer(from_whom), mode, movements.to_string(), euros(amount), told])
}

#[cfg(test)]
mod tests {
    use liasse_domain::SettlementMode;

    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn money(day: &str, payer: Payer, mode: SettlementMode, movements: usize, cents: i64) -> DayMoney {
        DayMoney { day: on(day), payer, mode, movements, amount: Centimes(cents) }
    }

    #[test]
    fn each_day_has_its_lines_and_its_totals_and_the_period_its_own() {
        let moved = [
            money("2026-01-15", Payer::Patient, SettlementMode::Especes, 2, 2_100),
            money("2026-01-15", Payer::Patient, SettlementMode::Carte, 1, 3_000),
            money("2026-01-16", Payer::Patient, SettlementMode::Carte, 1, -3_000),
            money("2026-01-16", Payer::Amo, SettlementMode::Virement, 3, 6_300),
        ];
        let closed = [(on("2026-01-15"), Centimes(5_100)), (on("2026-01-17"), Centimes::ZERO)].into();
        let books = written(on("2026-01-01"), on("2026-01-31"), &moved, &closed);
        assert_eq!((books.days, books.patient_cents.0, books.amo_cents.0, books.amc_cents.0), (3, 2_100, 6_300, 0));
        let text = books.csv.strip_prefix('\u{feff}').expect("the mark of UTF-8");
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(';').collect()).collect();
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{text}");
        let told: Vec<[&str; 5]> =
            lines[1..].iter().map(|line| [line[1], line[3], line[4], line[5], line[6]]).collect();
        assert_eq!(
            told,
            [
                ["15/01/2026", "carte bancaire", "1", "30,00", ""],
                ["15/01/2026", "espèces", "2", "21,00", ""],
                ["15/01/2026", "", "3", "51,00", "oui"],
                ["16/01/2026", "carte bancaire", "1", "-30,00", ""],
                ["16/01/2026", "virement", "3", "63,00", ""],
                ["16/01/2026", "", "1", "-30,00", "non"],
                ["16/01/2026", "", "3", "63,00", ""],
                ["17/01/2026", "", "0", "0,00", "oui"],
                ["", "", "4", "21,00", ""],
                ["", "", "3", "63,00", ""],
                ["", "", "0", "0,00", ""],
            ]
        );
    }
}
