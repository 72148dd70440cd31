//! How wide each column of a table is: by its share, but never so narrow that a word, a date or an amount is cut while
//! other columns have room. Not what stands in it.
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use crate::document::{Align, Table};
use crate::flow::Flow;
use crate::line::widest_part;
use crate::page::{LEFT, MEASURE, Style};
use crate::row::Slot;

/// Free between two columns.
const GUTTER: f32 = 14.0;
/// No word makes its column wider than this part of the table; longer ones are cut.
const LONGEST_WORD: f32 = 0.35;

/// A column while its width is sought.
struct Wanted {
    share: f32,
    align: Align,
    /// As wide as its widest word.
    least: f32,
}

/// Where the columns stand: as many as the widest row has cells, over the whole width.
pub(crate) fn slots(flow: &Flow<'_>, table: &Table) -> Vec<Slot> {
    let longest = table.rows.iter().chain(&table.total).map(Vec::len).max().unwrap_or_default();
    let count = longest.max(table.columns.len());
    // With very many columns the gutters would take all the width.
    let gutter = GUTTER.min(MEASURE / (3.0 * count.max(1) as f32));
    let free = MEASURE - gutter * count.saturating_sub(1) as f32;
    let wanted = wanted(flow, table, count, free * LONGEST_WORD);
    let mut x = LEFT;
    let placed = wanted.iter().zip(widths(&wanted, free)).map(|(column, width)| {
        let slot = Slot { x, width, align: column.align };
        x += width + gutter;
        slot
    });
    placed.collect()
}

fn wanted(flow: &Flow<'_>, table: &Table, count: usize, most: f32) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = (0..count)
        .map(|at| match table.columns.get(at) {
            Some(column) => Wanted { share: f32::from(column.share.max(1)), align: column.align, least: 0.0 },
            None => Wanted { share: 1.0, align: Align::Left, least: 0.0 },
        })
        .collect();
    let mut widen = |at: usize, style: Style, text: &str| {
        if let Some(column) = wanted.get_mut(at) {
            let part = widest_part(flow.face(&style), text, style.size);
            column.least = column.least.max(part.min(most));
        }
    };
    for (at, column) in table.columns.iter().enumerate() {
        widen(at, Style::COLUMN, &column.title);
    }
    for (texts, style) in
        table.rows.iter().map(|row| (row, Style::CELL)).chain(table.total.iter().map(|row| (row, Style::TOTAL)))
    {
        for (at, text) in texts.iter().enumerate() {
            widen(at, style, text);
        }
    }
    wanted
}

/// The width by shares; columns that their share leaves too narrow get what they need, and the others share the rest.
fn widths(wanted: &[Wanted], free: f32) -> Vec<f32> {
    let needed: f32 = wanted.iter().map(|column| column.least).sum();
    let enough = needed <= free;
    let mut given = vec![false; wanted.len()];
    loop {
        let columns = || wanted.iter().zip(&given);
        let taken: f32 = columns().filter(|(_, given)| **given).map(|(column, _)| column.least).sum();
        let shares: f32 = columns().filter(|(_, given)| !**given).map(|(column, _)| column.share).sum();
        let width = |column: &Wanted| (free - taken) * column.share / shares;
        let narrow: Vec<bool> = columns().map(|(column, given)| !given && width(column) < column.least).collect();
        if !enough || !narrow.contains(&true) {
            let chosen = columns().map(|(column, given)| if *given { column.least } else { width(column) });
            return chosen.collect();
        }
        for (given, narrow) in given.iter_mut().zip(narrow) {
            *given |= narrow;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Column;
    use crate::face::Faces;
    use crate::page::RIGHT;

    fn columns(count: usize, share: u16) -> Vec<Column> {
        vec![Column { title: "a".to_owned(), share, align: Align::Left }; count]
    }

    fn widths_of(table: &Table) -> Vec<f32> {
        let faces = Faces::embedded().expect("the embedded fonts");
        let slots = slots(&Flow::new(&faces), table);
        let last = slots.last().expect("a column");
        assert!((last.x + last.width - RIGHT).abs() < 0.1, "the columns fill the width: {last:?}");
        slots.iter().map(|slot| slot.width).collect()
    }

    #[test]
    fn columns_fill_the_width_however_many() {
        for count in [1, 2, 7, 1000] {
            let widths = widths_of(&Table { columns: columns(count, 0), ..Table::default() });
            assert!(widths.iter().all(|width| *width > 0.0), "{count}");
        }
    }

    #[test]
    fn shares_rule_where_words_fit() {
        let table = Table { columns: [columns(1, 3), columns(1, 1)].concat(), ..Table::default() };
        let widths = widths_of(&table);
        assert!((widths[0] - 3.0 * widths[1]).abs() < 0.1, "{widths:?}");
    }

    #[test]
    fn a_date_gets_the_width_that_its_share_does_not_give() {
        let rows = vec![vec!["un texte long ".repeat(20), "15/01/2026".to_owned()]];
        let widths = widths_of(&Table { columns: [columns(1, 100), columns(1, 1)].concat(), rows, total: None });
        assert!(widths[1] > 45.0 && widths[1] < 60.0, "{widths:?}");
    }

    #[test]
    fn a_word_as_long_as_a_page_takes_a_third() {
        let rows = vec![vec!["x".repeat(1000), "y".to_owned()]];
        let widths = widths_of(&Table { columns: columns(2, 1), rows, total: None });
        assert!((widths[0] - widths[1]).abs() < 0.1, "{widths:?}");
    }
}
