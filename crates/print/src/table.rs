//! Tables: a header that each page repeats, rows that stay whole, a total that stays with the last row.
//! Not arithmetic: what a total says was worked out before, in centimes.
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use crate::columns::slots;
use crate::document::{Align, Table};
use crate::flow::Flow;
use crate::page::{BODY, Ink, LEFT, MEASURE, Style};
use crate::row::{Edge, Row, Slot};
use crate::text;

/// Free above and below the lines of a row.
const PADDING: f32 = 3.5;
/// Under the header and over the total.
const STRONG: Edge = (0.9, Ink::Black);
/// Between rows.
const FINE: Edge = (0.5, Ink::Light);

/// The whole table.
pub(crate) fn table(flow: &mut Flow<'_>, table: &Table) {
    let slots = slots(flow, table);
    if slots.is_empty() {
        return;
    }
    let head = head(flow, table, &slots);
    let rows = rows(flow, table, &slots);
    let total = table.total.as_ref().map(|texts| row(flow, &slots, Style::TOTAL, texts).over(STRONG));
    flow.space(6.0);
    let below = rows.first().map_or(0.0, Row::height);
    if let Some(head) = &head {
        head.place(flow, None, below);
    }
    // A header that fills a third of the page by itself is said once.
    let again = head.as_ref().filter(|head| head.height() <= BODY / 3.0);
    let kept = total.as_ref().map_or(0.0, Row::height);
    for (at, row) in rows.iter().enumerate() {
        row.place(flow, again, if at + 1 == rows.len() { kept } else { 0.0 });
    }
    if let Some(total) = total {
        total.place(flow, again, 0.0);
    }
    flow.space(14.0);
}

fn head(flow: &Flow<'_>, table: &Table, slots: &[Slot]) -> Option<Row> {
    let titles: Vec<String> = table.columns.iter().map(|column| column.title.clone()).collect();
    let titled = titles.iter().any(|title| !title.trim().is_empty());
    titled.then(|| row(flow, slots, Style::COLUMN, &titles).under(STRONG).sunk())
}

fn rows(flow: &Flow<'_>, table: &Table, slots: &[Slot]) -> Vec<Row> {
    if table.rows.is_empty() {
        let whole = Slot { x: LEFT, width: MEASURE, align: Align::Left };
        let none =
            Row::padded(PADDING).cell(flow, whole, Style { ink: Ink::Grey, ..Style::CELL }, text::t("table.empty"));
        return vec![none.under(FINE)];
    }
    table.rows.iter().map(|texts| row(flow, slots, Style::CELL, texts).under(FINE)).collect()
}

fn row(flow: &Flow<'_>, slots: &[Slot], style: Style, texts: &[String]) -> Row {
    let texts = texts.iter().map(String::as_str).chain(std::iter::repeat(""));
    slots.iter().zip(texts).fold(Row::padded(PADDING), |row, (slot, text)| row.cell(flow, *slot, style, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Column;
    use crate::face::Faces;
    use crate::page::Mark;

    fn texts(table_content: &Table) -> Vec<Vec<String>> {
        let faces = Faces::embedded().expect("the embedded fonts");
        let mut flow = Flow::new(&faces);
        table(&mut flow, table_content);
        let text = |mark: Mark| if let Mark::Text { text, .. } = mark { Some(text) } else { None };
        flow.into_pages().into_iter().map(|page| page.into_iter().filter_map(text).collect()).collect()
    }

    fn column(title: &str, share: u16, align: Align) -> Column {
        Column { title: title.to_owned(), share, align }
    }

    fn acts(rows: usize, total: bool) -> Table {
        Table {
            columns: vec![column("Acte", 3, Align::Left), column("Montant", 1, Align::Right)],
            rows: (0..rows).map(|n| vec![format!("G{n}"), "30,00".to_owned()]).collect(),
            total: total.then(|| vec!["Total".to_owned(), "900,00".to_owned()]),
        }
    }

    #[test]
    fn each_page_repeats_the_header() {
        let pages = texts(&acts(100, true));
        assert!(pages.len() > 2);
        assert!(pages.iter().all(|page| page[..2] == ["Acte", "Montant"]));
        let all: Vec<&String> = pages.iter().flatten().filter(|text| text.starts_with('G')).collect();
        assert_eq!(all.len(), 100, "each row once");
    }

    #[test]
    fn the_total_is_never_alone() {
        for rows in 1..120 {
            let pages = texts(&acts(rows, true));
            let last = pages.last().expect("a page");
            assert!(last.contains(&format!("G{}", rows - 1)) && last.contains(&"Total".to_owned()), "{rows} rows");
        }
    }

    #[test]
    fn a_row_stays_whole_unless_it_is_taller_than_a_page() {
        let mut table = acts(34, false);
        table.rows.push(vec!["un\ndeux\ntrois\nquatre\ncinq\nsix".to_owned()]);
        let pages = texts(&table);
        assert_eq!(pages.len(), 2);
        assert_eq!(pages[1][2..], ["un", "deux", "trois", "quatre", "cinq", "six"]);

        let tall = vec![vec!["ligne\n".repeat(100)]];
        let pages = texts(&Table { rows: tall, ..acts(0, false) });
        let lines: usize = pages.iter().flatten().filter(|text| *text == "ligne").count();
        assert_eq!((pages.len(), lines), (2, 100));
        assert_eq!(pages[1][0], "Acte");
    }

    #[test]
    fn nothing_is_lost_when_lengths_differ() {
        let rows = vec![vec!["a".to_owned()], vec!["b".to_owned(), "c".to_owned(), "d".to_owned()]];
        let pages = texts(&Table { rows, ..acts(0, false) });
        assert_eq!(pages, [["Acte", "Montant", "a", "b", "c", "d"]]);
        let untitled = Table { columns: Vec::new(), rows: vec![vec!["seul".to_owned()]], total: None };
        assert_eq!(texts(&untitled), [["seul"]]);
        assert_eq!(texts(&Table::default()), [[] as [&str; 0]]);
    }

    #[test]
    fn an_empty_table_says_so() {
        assert_eq!(texts(&acts(0, false)), [["Acte", "Montant", "Aucune ligne"]]);
    }

    #[test]
    fn a_header_taller_than_a_page_is_said_once() {
        let columns = vec![column(&"mot\n".repeat(200), 1, Align::Left)];
        let rows = vec![vec!["x".to_owned()]; 200];
        let pages = texts(&Table { columns, rows, total: None });
        assert_eq!(pages.iter().flatten().filter(|text| *text == "mot").count(), 200);
        assert_eq!(pages.iter().flatten().filter(|text| *text == "x").count(), 200);
    }
}
