//! Any document comes out: any text, any order of blocks, any length; twice the same bytes.

use liasse_print::{Align, Block, Column, Document, Table, render};
use proptest::prelude::*;

use crate::sample::sample;

/// Any Unicode, long and short, with newlines and spaces in it.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let any =
        prop_oneof![any::<String>(), "\\PC{0,40}", "[a-zéœ €«»:\n\u{a0}-]{0,400}", "(mot ){0,900}", "[X]{0,3000}"];
    prop::collection::vec(any, 1..8)
}

/// A block of the given kind, made of these texts.
fn block(kind: u8, texts: &[String], count: u16) -> Block {
    let pairs = || texts.iter().cloned().zip(texts.iter().rev().cloned()).collect::<Vec<_>>();
    let text = || texts.first().cloned().unwrap_or_default();
    match kind % 9 {
        0 => Block::Heading(text()),
        1 => Block::Paragraph(text()),
        2 => Block::Facts(pairs()),
        3 => Block::Table(table(texts, count)),
        4 => Block::Notice(text()),
        5 => Block::Signature(texts.to_vec()),
        6 => Block::Gap,
        7 => Block::PageBreak,
        _ => Block::Lines { label: text(), count },
    }
}

/// As many columns as the count says, rows of the lengths that come.
fn table(texts: &[String], count: u16) -> Table {
    let align = |at: u16| if at.is_multiple_of(2) { Align::Left } else { Align::Right };
    let title = |at: u16| texts.get(usize::from(at)).cloned().unwrap_or_default();
    Table {
        columns: (0..count % 7).map(|at| Column { title: title(at), share: at * count, align: align(at) }).collect(),
        rows: (0..texts.len()).map(|from| texts[from..].to_vec()).collect(),
        total: count.is_multiple_of(2).then(|| texts.to_vec()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_document_comes_out_and_twice_the_same(
        parts in prop::collection::vec((any::<u8>(), texts(), 0u16..60), 0..9),
        title in any::<String>(),
        subject in any::<String>(),
        made_on in any::<String>(),
        demo in any::<bool>(),
    ) {
        let blocks = parts.iter().map(|(kind, texts, count)| block(*kind, texts, *count)).collect();
        let document = Document { title, subject, demo, blocks, made_on };
        let once = render(&document).expect("a PDF");
        prop_assert!(once.starts_with(b"%PDF-1.7") && once.ends_with(b"%%EOF"));
        prop_assert!(once == render(&document).expect("a PDF"), "two renders differ");
    }
}

#[test]
fn the_sample_is_the_same_bytes_each_time() {
    let first = render(&sample(true)).expect("a PDF");
    for _ in 0..5 {
        assert!(render(&sample(true)).expect("a PDF") == first);
    }
}
