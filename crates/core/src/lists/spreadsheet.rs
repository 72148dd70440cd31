//! A line of a CSV for a French spreadsheet: semicolons, decimal commas, UTF-8 with its mark; no cell is a formula.
//! Not the reading of CSV (crate `csv`), and not what stands in a list (`cells`).

use chrono::NaiveDate;
use liasse_domain::Centimes;

/// What a file begins with, so that a spreadsheet takes it for UTF-8.
pub(crate) const MARK: &str = "\u{feff}";

/// These cells as a line.
pub(crate) fn line<S: AsRef<str>>(cells: &[S]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell.as_ref())).collect();
    cells.join(";") + "\r\n"
}

/// `1234,50`: a number for a spreadsheet.
pub(crate) fn euros(amount: Centimes) -> String {
    let cents = amount.0.unsigned_abs();
    let sign = if amount.0 < 0 { "-" } else { "" };
    format!("{sign}{},{:02}", cents / 100, cents % 100)
}

/// `15/01/2026`.
pub(crate) fn day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// A cell that no spreadsheet takes for a formula, nor for the end of one.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '@', '\t', '\r']) || (cell.starts_with('-') && !is_number(cell));
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([';', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

fn is_number(cell: &str) -> bool {
    cell.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_two() {
        assert_eq!(quoted("DURAND MARIE"), "DURAND MARIE");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-12,50"), "-12,50");
        assert_eq!(quoted("-A1"), "'-A1");
        assert_eq!(quoted("a;b\"c"), "\"a;b\"\"c\"");
        assert_eq!(line(&["a", "b;c", ""]), "a;\"b;c\";\r\n");
    }

    #[test]
    fn amounts_are_numbers_for_a_spreadsheet() {
        assert_eq!(euros(Centimes(3000)), "30,00");
        assert_eq!(euros(Centimes(-5)), "-0,05");
        assert_eq!(euros(Centimes(123_456)), "1234,56");
    }
}
