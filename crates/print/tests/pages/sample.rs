//! A document with every block, as a practice would print it. People are those of the invented world.

use liasse_domain::Centimes;
use liasse_print::{Align, Block, Column, Document, Table};

/// Rows of the long table: more than a page takes.
pub const ROWS: i64 = 34;

fn text(text: &str) -> String {
    text.to_owned()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(label, value)| (text(label), text(value))).collect()
}

fn column(title: &str, share: u16, align: Align) -> Column {
    Column { title: text(title), share, align }
}

/// The rows are told apart by their FSE number, 000000101 and on.
fn claims() -> Table {
    let row = |n: i64| {
        let (act, cents) = if n % 3 == 0 { ("G(S) + MEG, enfant", 3500) } else { ("G(S)", 3000) };
        let patient = if n % 2 == 0 { "DURAND Léo" } else { "LECŒUR Françoise" };
        let amount = |share: i64| Centimes(cents * share / 10).to_string();
        vec![format!("{:09}", 100 + n), text("15/01/2026"), text(patient), text(act), amount(7), amount(10)]
    };
    Table {
        columns: vec![
            column("FSE", 10, Align::Left),
            column("Date", 10, Align::Left),
            column("Patient", 24, Align::Left),
            column("Actes", 32, Align::Left),
            column("Part obligatoire", 12, Align::Right),
            column("Montant", 12, Align::Right),
        ],
        rows: (1..=ROWS).map(row).collect(),
        total: Some(vec![
            text("Total"),
            String::new(),
            format!("{ROWS} FSE"),
            String::new(),
            Centimes(75_250).to_string(),
            Centimes(107_500).to_string(),
        ]),
    }
}

/// The document.
pub fn sample(demo: bool) -> Document {
    Document {
        title: text("Bordereau de télétransmission"),
        subject: text("Dr Anne GRIS · lot 0042 · caisse 01 751"),
        demo,
        made_on: text("Établi le 15 janvier 2026 à 18 h 05"),
        blocks: vec![
            Block::Facts(pairs(&[
                ("Praticien", "Dr Anne GRIS, médecine générale, secteur 1"),
                ("N° de facturation", "75\u{202f}1\u{202f}12345\u{202f}6"),
                (
                    "Destinataire",
                    "Caisse primaire d’assurance maladie de Paris, régime général (01\u{202f}751\u{202f}0000)",
                ),
                ("État", "Reçu par la caisse le 15/01/2026 : accusé de réception logique positif"),
            ])),
            Block::Notice(text(
                "À conserver 90 jours au moins avec l’accusé de réception (article R161-47 du code de la sécurité \
                 sociale). Ne renvoyez pas ce lot : il est « reçu ».",
            )),
            Block::Heading(text("Factures du lot")),
            Block::Table(claims()),
            Block::Heading(text("À compléter")),
            Block::Paragraph(text(
                "Les montants sont en euros. La part obligatoire est celle que l’Assurance Maladie doit au praticien en \
                 tiers payant ; ailleurs le patient règle le tout et la caisse le rembourse, participation forfaitaire \
                 déduite.\nUn rejet ne concerne que sa FSE : le reste du lot est payé.",
            )),
            Block::Lines { label: text("Observations"), count: 3 },
            Block::Gap,
            Block::Signature(vec![text("Date et signature du praticien"), text("Cachet du cabinet")]),
        ],
    }
}
