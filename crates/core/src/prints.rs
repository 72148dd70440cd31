//! Prints of the desk: duplicata, receipt, bordereau of a lot, deposit slip, dossier of an incident, page for the adviser. Each
//! is a document, which becomes a PDF (`papers::pdf`) or a page of HTML. An FSE is printed by whoever is at the desk, accounts
//! by the practitioner. Not the layout (crate `print`), nor the papers of a replacement (`papers`).

mod adviser;
mod deposit;
mod duplicate;
mod incident;
mod lot;
mod receipt;
mod wording;

use chrono::NaiveDate;
use liasse_domain::Payer;
use liasse_pricing::Tables;
pub use liasse_print::Document;
pub(crate) use wording::payer;

use crate::desk::SignedIn;

/// A print as one page of HTML, for who reads with a screen reader or a program of their own.
pub fn html(print: &Document) -> String {
    liasse_print::html(print)
}

/// Whether a print says how the money of a payer stands: staff read the patient's, the practitioner's accounts are not theirs.
fn shows_money_of(payer: Payer, who: &SignedIn) -> bool {
    payer == Payer::Patient || who.sees_schemes()
}

/// The day since which the newest tariff of the program's NGAP holds.
fn tariffs_of(today: NaiveDate) -> Option<NaiveDate> {
    let table = std::str::from_utf8(Tables::embedded_file("ngap.csv")).unwrap_or_default();
    // code, value_cents, from, …
    let days = table.lines().filter_map(|line| line.split(',').nth(2)?.parse::<NaiveDate>().ok());
    days.filter(|day| *day <= today).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tariffs_of_a_day_are_those_that_hold_then() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        // G at 30,00 € since 22/12/2024 (convention of 2024).
        assert!(tariffs_of(day("2026-01-15")).is_some_and(|since| since >= day("2024-12-22")));
        assert!(tariffs_of(day("2024-12-21")).is_some_and(|since| since < day("2024-12-22")));
        assert_eq!(tariffs_of(day("1900-01-01")), None);
    }
}
