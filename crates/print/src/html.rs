//! The same document as one HTML page: for who reads with the ears or with a program of their own, where a window cannot speak.
//! Not the PDF and not its look: titles, lists and tables are marked as what they are, in the order of the document.
//! The rule: nothing of the document is lost, and nothing in it is ever markup. No script, no file beside the page.

use crate::document::{Align, Block, Document, Table};
use crate::text;

/// What the tab says of a document without a title; a page must have one.
const UNTITLED: &str = "Liasse";

/// Black on white, as wide as a sheet; letters follow what the reader has set.
const STYLE: &str = "\
:root{color-scheme:light}\
body{font:1rem/1.5 sans-serif;color:#141414;background:#fff;max-width:52rem;margin:0 auto;padding:1.5rem}\
h1{font-size:1.75rem;line-height:1.25;margin:.5rem 0}\
h2{font-size:1.2rem;margin:1.5rem 0 .5rem}\
header,footer{border:solid #141414;border-width:0 0 1px}\
footer{border-width:1px 0 0;margin-top:2rem;font-size:.875rem}\
dl{display:grid;grid-template-columns:minmax(8rem,40%) 1fr;gap:.25rem 1rem}\
dt{color:#555}\
dd{margin:0}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}\
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid #767676}\
thead th{border-bottom:2px solid #141414}\
tfoot{font-weight:bold;border-top:2px solid #141414}\
.right{text-align:right}\
.notice{font-weight:bold;border:1px solid #141414;border-left-width:6px;padding:.75rem}\
.demo{font-weight:bold;letter-spacing:.3em}\
figure{margin:1rem 0}\
.box{height:5rem;border:1px solid #767676}\
.line{height:2rem;border-bottom:1px solid #767676}\
.gap{height:1rem}\
@media print{.page{break-after:page}}";

/// The page. Any text is accepted; the same document gives the same page, always.
pub fn html(document: &Document) -> String {
    let title = if document.title.trim().is_empty() { UNTITLED.to_owned() } else { plain(&document.title) };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    );
    page.push_str(&head(document));
    page.push_str("<main>\n");
    page.extend(document.blocks.iter().map(block));
    page.push_str("</main>\n");
    page.push_str(&foot(document));
    page.push_str("</body>\n</html>\n");
    page
}

fn head(document: &Document) -> String {
    let demo = if document.demo { marked() } else { String::new() };
    let title = said("h1", &document.title);
    let subject = said("p", &document.subject);
    format!("<header>\n{demo}{title}{subject}</header>\n")
}

fn foot(document: &Document) -> String {
    let made_on = said("p", &document.made_on);
    let demo =
        if document.demo { format!("{}<p>{}</p>\n", marked(), plain(text::t("demo.footer"))) } else { String::new() };
    if made_on.is_empty() && demo.is_empty() { String::new() } else { format!("<footer>\n{made_on}{demo}</footer>\n") }
}

/// The word of the demo world.
fn marked() -> String {
    format!("<p class=\"demo\">{}</p>\n", plain(text::t("demo.watermark")))
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(text) => said("h2", text),
        Block::Paragraph(text) => said("p", text),
        Block::Facts(facts) => list(facts),
        Block::Table(content) => table(content),
        Block::Notice(text) if text.trim().is_empty() => String::new(),
        Block::Notice(text) => format!("<p class=\"notice\" role=\"note\">{}</p>\n", lines(text)),
        Block::Signature(labels) => labels.iter().map(|label| figure(label, "<div class=\"box\"></div>")).collect(),
        Block::Lines { label, count } => figure(label, &"<div class=\"line\"></div>".repeat(usize::from(*count))),
        Block::Gap => "<div class=\"gap\"></div>\n".to_owned(),
        Block::PageBreak => "<div class=\"page\"></div>\n".to_owned(),
    }
}

/// An element that says something; nothing where there is nothing to say.
fn said(element: &str, text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { format!("<{element}>{}</{element}>\n", lines(text)) }
}

/// Labels and values.
fn list(facts: &[(String, String)]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let pair = |(label, value): &(String, String)| format!("<dt>{}</dt><dd>{}</dd>\n", lines(label), lines(value));
    format!("<dl>\n{}</dl>\n", facts.iter().map(pair).collect::<String>())
}

/// Room for a hand: boxes and ruled lines, under what is to be written.
fn figure(label: &str, room: &str) -> String {
    let caption =
        if label.trim().is_empty() { String::new() } else { format!("<figcaption>{}</figcaption>", lines(label)) };
    format!("<figure>{caption}{room}</figure>\n")
}

/// As many columns as the widest row has cells: nothing is lost where lengths differ.
fn table(table: &Table) -> String {
    let longest = table.rows.iter().chain(&table.total).map(Vec::len).max().unwrap_or_default();
    let count = longest.max(table.columns.len());
    if count == 0 {
        return String::new();
    }
    let row = |texts: &[String]| {
        let cell = |at: usize| {
            let text = texts.get(at).map_or("", String::as_str);
            format!("<td{}>{}</td>", side(table, at), lines(text))
        };
        format!("<tr>{}</tr>\n", (0..count).map(cell).collect::<String>())
    };
    let body = if table.rows.is_empty() {
        format!("<tr><td colspan=\"{count}\">{}</td></tr>\n", plain(text::t("table.empty")))
    } else {
        table.rows.iter().map(|texts| row(texts)).collect()
    };
    let total = table.total.as_ref().map_or_else(String::new, |texts| format!("<tfoot>\n{}</tfoot>\n", row(texts)));
    format!("<table>\n{}<tbody>\n{body}</tbody>\n{total}</table>\n", titles(table, count))
}

/// The header; none where no column has a title.
fn titles(table: &Table, count: usize) -> String {
    let title = |at: usize| table.columns.get(at).map_or("", |column| column.title.as_str());
    if (0..count).all(|at| title(at).trim().is_empty()) {
        return String::new();
    }
    let cell = |at: usize| match title(at) {
        text if text.trim().is_empty() => "<td></td>".to_owned(),
        text => format!("<th scope=\"col\"{}>{}</th>", side(table, at), lines(text)),
    };
    format!("<thead>\n<tr>{}</tr>\n</thead>\n", (0..count).map(cell).collect::<String>())
}

/// To which side the cells of a column go.
fn side(table: &Table, at: usize) -> &'static str {
    match table.columns.get(at).map(|column| column.align) {
        Some(Align::Right) => " class=\"right\"",
        Some(Align::Left) | None => "",
    }
}

/// Text of one line: what would be markup is written out, what HTML does not take is a blank.
fn plain(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            _ if sign.is_control() || is_no_character(sign) => written.push(' '),
            _ => written.push(sign),
        }
    }
    written
}

/// The same where a newline stays one.
fn lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("<br>")
}

/// Code points that Unicode gives to nobody for ever, and that HTML refuses.
fn is_no_character(sign: char) -> bool {
    let code = u32::from(sign);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Column;

    fn text(text: &str) -> String {
        text.to_owned()
    }

    fn of(blocks: Vec<Block>) -> String {
        html(&Document { title: text("Essai"), blocks, ..Document::default() })
    }

    /// The elements that are open where the page ends, each closed by its own name on the way.
    fn left_open(page: &str) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        for part in page.split('<').skip(1) {
            let tag = part.split('>').next().expect("a tag ends");
            let name = tag.split([' ', '\n']).next().expect("a name").to_owned();
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop().as_deref(), Some(name), "{page}"),
                None if ["!DOCTYPE", "meta", "br"].contains(&name.as_str()) => {}
                None => open.push(name),
            }
        }
        open
    }

    fn amounts() -> Table {
        let column = |title: &str, align| Column { title: text(title), share: 1, align };
        Table {
            columns: vec![column("Acte", Align::Left), column("Montant", Align::Right)],
            rows: vec![vec![text("G"), text("30,00 €"), text("de plus")], vec![text("MEG")]],
            total: Some(vec![text("Total"), text("35,00 €")]),
        }
    }

    #[test]
    fn it_is_a_french_page_with_its_title_and_nothing_from_elsewhere() {
        let page = html(&Document {
            title: text("Bordereau de lot"),
            subject: text("Lot 001"),
            made_on: text("établi le 15/01/2026"),
            ..Document::default()
        });
        assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"fr\">"), "{page}");
        for part in [
            "<meta charset=\"utf-8\">",
            "<title>Bordereau de lot</title>",
            "<h1>Bordereau de lot</h1>",
            "<p>Lot 001</p>",
            "<p>établi le 15/01/2026</p>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        for foreign in ["http:", "https:", "<script", "<link", "<img", "url(", "DÉMONSTRATION"] {
            assert!(!page.contains(foreign), "{foreign} in {page}");
        }
        assert_eq!(left_open(&page), [] as [String; 0]);
        assert!(html(&Document::default()).contains("<title>Liasse</title>"), "a page must have a title");
    }

    #[test]
    fn what_is_written_is_never_markup() {
        let odd = || text("<b a='1'>\"Durand\" & fils</b>\n\u{0}suite");
        let blocks = vec![
            Block::Heading(odd()),
            Block::Paragraph(odd()),
            Block::Facts(vec![(odd(), odd())]),
            Block::Table(Table {
                columns: vec![Column { title: odd(), share: 1, align: Align::Left }],
                rows: vec![vec![odd()]],
                total: Some(vec![odd()]),
            }),
            Block::Notice(odd()),
            Block::Signature(vec![odd()]),
            Block::Lines { label: odd(), count: 1 },
        ];
        let page = html(&Document { title: odd(), subject: odd(), demo: true, blocks, made_on: odd() });
        let written = "&lt;b a='1'&gt;&quot;Durand&quot; &amp; fils&lt;/b&gt;";
        assert_eq!(page.matches(written).count(), 14, "{page}");
        assert_eq!(page.matches(&format!("{written}<br> suite")).count(), 13, "the tab's title is one line");
        assert!(!page.contains("<b "), "{page}");
        assert_eq!(left_open(&page), [] as [String; 0]);
    }

    #[test]
    fn a_table_says_its_columns_and_loses_no_cell() {
        let page = of(vec![Block::Table(amounts())]);
        for part in [
            "<thead>\n<tr><th scope=\"col\">Acte</th><th scope=\"col\" class=\"right\">Montant</th><td></td></tr>",
            "<tr><td>G</td><td class=\"right\">30,00 €</td><td>de plus</td></tr>",
            "<tr><td>MEG</td><td class=\"right\"></td><td></td></tr>",
            "<tfoot>\n<tr><td>Total</td><td class=\"right\">35,00 €</td><td></td></tr>\n</tfoot>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert_eq!(left_open(&page), [] as [String; 0]);
        let empty = of(vec![Block::Table(Table { rows: Vec::new(), total: None, ..amounts() })]);
        assert!(empty.contains("<td colspan=\"2\">Aucune ligne</td>"), "{empty}");
        let nothing = of(vec![Block::Table(Table::default())]);
        assert!(!nothing.contains("<table"), "{nothing}");
        let untitled = Table { columns: Vec::new(), ..amounts() };
        assert!(!of(vec![Block::Table(untitled)]).contains("<thead"), "no header without a title");
    }

    #[test]
    fn facts_notices_and_room_for_a_hand_are_what_they_are() {
        let page = of(vec![
            Block::Facts(vec![(text("Lot"), text("001"))]),
            Block::Notice(text("À conserver")),
            Block::Signature(vec![text("Le médecin"), text("Le remplaçant")]),
            Block::Lines { label: text("Observations"), count: 3 },
            Block::Gap,
            Block::PageBreak,
        ]);
        for part in [
            "<dl>\n<dt>Lot</dt><dd>001</dd>\n</dl>",
            "<p class=\"notice\" role=\"note\">À conserver</p>",
            "<figcaption>Le remplaçant</figcaption><div class=\"box\"></div>",
            "<figcaption>Observations</figcaption>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert_eq!(page.matches("class=\"box\"").count(), 2);
        assert_eq!(page.matches("class=\"line\"").count(), 3);
        assert_eq!(left_open(&page), [] as [String; 0]);
    }

    #[test]
    fn a_demo_page_says_so_at_its_head_and_at_its_foot() {
        let document = Document { title: text("Essai"), demo: true, ..Document::default() };
        let page = html(&document);
        let (head, foot) = page.split_once("<main>").expect("a body");
        assert!(head.contains("<p class=\"demo\">DÉMONSTRATION</p>"), "{head}");
        assert!(foot.contains("<p class=\"demo\">DÉMONSTRATION</p>") && foot.contains("sans valeur"), "{foot}");
        assert_eq!(page.matches("DÉMONSTRATION").count(), 2);
        assert!(!html(&Document { demo: false, ..document }).contains("démonstration"));
    }
}
