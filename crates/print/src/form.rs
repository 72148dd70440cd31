//! What a person obeys, signs or fills in by hand: notices, boxes for signatures, ruled lines.
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use crate::document::Align;
use crate::flow::Flow;
use crate::line::wrap;
use crate::page::{BODY, Ink, LEFT, MEASURE, Mark, RIGHT, Style};
use crate::row::{Row, Slot, TORN_LINES};

/// Free between the frame of a notice and its text.
const INSIDE: f32 = 10.0;
/// Signatures side by side; more begin another row.
const SIDE_BY_SIDE: usize = 3;
const SIGNATURE_GUTTER: f32 = 18.0;
/// Room for a signature and a stamp.
const SIGNATURE_HEIGHT: f32 = 64.0;
/// From one ruled line to the next: as on writing paper, 8 mm.
const RULED: f32 = 22.7;

/// Something to obey, in a frame with a heavy left edge.
pub(crate) fn notice(flow: &mut Flow<'_>, text: &str) {
    let style = Style::NOTICE;
    let lines = wrap(flow.face(&style), text, style.size, MEASURE - 2.0 * INSIDE);
    let height = |lines: usize| lines as f32 * style.leading + 2.0 * INSIDE;
    flow.space(8.0);
    if height(lines.len()) <= BODY {
        flow.reserve(height(lines.len()));
    }
    let mut rest = lines.as_slice();
    while !rest.is_empty() {
        flow.reserve(height(rest.len().min(TORN_LINES)));
        let fit = flow.lines_left(style.leading, 2.0 * INSIDE).clamp(1, rest.len());
        let (now, later) = rest.split_at(fit);
        let top = flow.take(height(fit));
        flow.mark(Mark::Frame {
            x: LEFT,
            y: top,
            width: MEASURE,
            height: height(fit),
            thickness: 0.9,
            ink: Ink::Black,
        });
        let x = LEFT + 1.5;
        flow.mark(Mark::Rule { from: (x, top), to: (x, top + height(fit)), thickness: 3.0, ink: Ink::Black });
        let mut y = top + INSIDE;
        for line in now {
            flow.write(LEFT + INSIDE + 2.0, y, style, line);
            y += style.leading;
        }
        rest = later;
    }
    flow.space(12.0);
}

/// Boxes to sign in, each under what is signed.
pub(crate) fn signature(flow: &mut Flow<'_>, labels: &[String]) {
    let columns = labels.len().clamp(1, SIDE_BY_SIDE);
    let gutters = SIGNATURE_GUTTER * (columns - 1) as f32;
    let width = (MEASURE - gutters) / columns as f32;
    for group in labels.chunks(columns) {
        let slots = (0..group.len()).map(|at| {
            let x = LEFT + (width + SIGNATURE_GUTTER) * at as f32;
            Slot { x, width, align: Align::Left }
        });
        let slots: Vec<Slot> = slots.collect();
        let named = slots.iter().zip(group);
        let names = named.fold(Row::padded(2.0), |row, (slot, label)| row.cell(flow, *slot, Style::SMALL, label));
        flow.space(10.0);
        names.sunk().place(flow, None, SIGNATURE_HEIGHT);
        let y = flow.take(SIGNATURE_HEIGHT);
        for slot in slots {
            let (x, width, height) = (slot.x, slot.width, SIGNATURE_HEIGHT);
            flow.mark(Mark::Frame { x, y, width, height, thickness: 0.6, ink: Ink::Grey });
        }
    }
    flow.space(14.0);
}

/// A label and ruled lines under it.
pub(crate) fn lines(flow: &mut Flow<'_>, label: &str, count: u16) {
    flow.space(8.0);
    if !label.trim().is_empty() {
        let slot = Slot { x: LEFT, width: MEASURE, align: Align::Left };
        let keep = if count > 0 { RULED } else { 0.0 };
        Row::padded(0.0).cell(flow, slot, Style::SMALL, label).place(flow, None, keep);
    }
    for _ in 0..count {
        let y = flow.take(RULED) + RULED;
        flow.mark(Mark::Rule { from: (LEFT, y), to: (RIGHT, y), thickness: 0.5, ink: Ink::Grey });
    }
    flow.space(12.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::Faces;

    fn pages(work: impl FnOnce(&mut Flow<'_>)) -> Vec<Vec<Mark>> {
        let faces = Faces::embedded().expect("the embedded fonts");
        let mut flow = Flow::new(&faces);
        work(&mut flow);
        flow.into_pages()
    }

    fn frames(page: &[Mark]) -> usize {
        page.iter().filter(|mark| matches!(mark, Mark::Frame { .. })).count()
    }

    #[test]
    fn a_notice_stays_in_one_frame_unless_it_is_taller_than_a_page() {
        let whole = pages(|flow| {
            lines(flow, "", 30);
            notice(flow, &"À conserver\n".repeat(10));
        });
        assert_eq!(whole.iter().map(|page| frames(page)).collect::<Vec<_>>(), [0, 1]);
        let torn = pages(|flow| notice(flow, &"À conserver\n".repeat(80)));
        assert_eq!(torn.iter().map(|page| frames(page)).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn three_sign_side_by_side_and_the_fourth_below() {
        let labels: Vec<String> = ["Patient", "Praticien", "Caisse", "Témoin"].map(str::to_owned).to_vec();
        let page = &pages(|flow| signature(flow, &labels))[0];
        let tops: Vec<i32> = page
            .iter()
            .filter_map(|mark| if let Mark::Frame { y, .. } = mark { Some(*y as i32) } else { None })
            .collect();
        assert_eq!(tops.len(), 4);
        assert!(tops[0] == tops[2] && tops[3] > tops[2], "{tops:?}");
        assert_eq!(pages(|flow| signature(flow, &[])), [[] as [Mark; 0]]);
    }

    #[test]
    fn a_label_stands_with_its_box_or_its_first_line() {
        for above in 20..40 {
            let pages = pages(|flow| {
                lines(flow, "", above);
                signature(flow, &["Date et signature".to_owned()]);
                lines(flow, "Observations", 2);
            });
            for page in &pages {
                assert!(!matches!(page.last(), Some(Mark::Text { .. })), "{above} lines above");
            }
        }
    }
}
