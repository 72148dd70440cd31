//! The place on the page where the next thing goes, and the turning of pages. Knows no block: those ask for room here.
//! Space between two blocks is the larger of what each wants, and none at the top of a page.
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use crate::face::{Face, Faces};
use crate::page::{BODY, BOTTOM, Ink, LEFT, MEASURE, Mark, RIGHT, Style, TOP};

/// The room of the block `Gap`.
const GAP: f32 = 14.0;

/// Heights are sums of rounded numbers: a page that is exactly full still fits.
const SLACK: f32 = 0.01;

/// The pages so far and the place on the last one.
pub(crate) struct Flow<'a> {
    faces: &'a Faces,
    pages: Vec<Vec<Mark>>,
    /// Where the next thing goes, before `space`.
    y: f32,
    /// Kept free above the next thing, unless it begins a page.
    space: f32,
    /// Whether the next thing must begin a page.
    ended: bool,
}

impl<'a> Flow<'a> {
    /// One empty page.
    pub(crate) fn new(faces: &'a Faces) -> Self {
        Self { faces, pages: vec![Vec::new()], y: TOP, space: 0.0, ended: false }
    }

    /// The pages, at least one.
    pub(crate) fn into_pages(self) -> Vec<Vec<Mark>> {
        self.pages
    }

    /// The face that a style is written in.
    pub(crate) fn face(&self, style: &Style) -> &'a Face {
        self.faces.of(style.weight)
    }

    /// Whether nothing stands on this page yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.y <= TOP
    }

    /// At least this much above the next thing.
    pub(crate) fn space(&mut self, height: f32) {
        self.space = self.space.max(height);
    }

    /// More room than there would be.
    pub(crate) fn gap(&mut self) {
        self.space += GAP;
    }

    /// The next thing begins a page; where it does anyway, nothing changes.
    pub(crate) fn end_page(&mut self) {
        self.ended = !self.is_fresh();
    }

    /// How much still fits on this page.
    pub(crate) fn room(&self) -> f32 {
        if self.ended {
            0.0
        } else if self.is_fresh() {
            BODY
        } else {
            BOTTOM - self.y - self.space
        }
    }

    /// How many lines still fit on this page, `margin` left free.
    pub(crate) fn lines_left(&self, leading: f32, margin: f32) -> usize {
        // `as` makes zero of what is below.
        ((self.room() + SLACK - margin) / leading) as usize
    }

    /// Begins a page.
    pub(crate) fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
        self.space = 0.0;
        self.ended = false;
    }

    /// Whether this height can go here: it fits, or no page has more room.
    pub(crate) fn fits(&self, height: f32) -> bool {
        self.is_fresh() || height <= self.room() + SLACK
    }

    /// Turns the page when this height does not fit.
    pub(crate) fn reserve(&mut self, height: f32) {
        if !self.fits(height) {
            self.turn();
        }
    }

    /// Takes a height, from the place that is given back. What does not fit goes to the next page.
    pub(crate) fn take(&mut self, height: f32) -> f32 {
        self.reserve(height);
        let top = if self.is_fresh() { TOP } else { self.y + self.space };
        self.y = top + height;
        self.space = 0.0;
        top
    }

    /// A thing on this page.
    pub(crate) fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// A line of visible text whose line begins at `top`.
    pub(crate) fn write(&mut self, x: f32, top: f32, style: Style, text: &str) {
        if !text.is_empty() {
            self.mark(Mark::Text { x, baseline: style.baseline(top), style, text: text.to_owned() });
        }
    }

    /// A rule over the whole width of text.
    pub(crate) fn rule(&mut self, y: f32, thickness: f32, ink: Ink) {
        self.mark(Mark::Rule { from: (LEFT, y), to: (RIGHT, y), thickness, ink });
    }

    /// Lines over the width of text, kept together where few, never one alone at the foot or the top of a page.
    pub(crate) fn lines(&mut self, lines: &[String], style: Style) {
        let mut rest = lines;
        while !rest.is_empty() {
            let fit = self.lines_left(style.leading, 0.0).max(usize::from(self.is_fresh()));
            let here = if rest.len() <= fit { rest.len() } else { fit.min(rest.len() - 2.min(rest.len() - 1)) };
            let torn = here < rest.len() && (here < 2 || rest.len() <= 3);
            if here == 0 || (torn && !self.is_fresh()) {
                self.turn();
                continue;
            }
            let (now, later) = rest.split_at(here);
            for line in now {
                let top = self.take(style.leading);
                self.write(LEFT, top, style, line);
            }
            rest = later;
        }
    }

    /// A text in lines as wide as the text of the page.
    pub(crate) fn wrapped(&self, text: &str, style: &Style) -> Vec<String> {
        crate::line::wrap(self.face(style), text, style.size, MEASURE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(work: impl FnOnce(&mut Flow<'_>)) -> Vec<usize> {
        let faces = Faces::embedded().expect("the embedded fonts");
        let mut flow = Flow::new(&faces);
        work(&mut flow);
        flow.into_pages().iter().map(Vec::len).collect()
    }

    fn lines(count: usize) -> Vec<String> {
        vec!["x".to_owned(); count]
    }

    /// Lines of body text on one page.
    const FULL: usize = 51;

    #[test]
    fn no_line_stands_alone() {
        assert_eq!(pages(|flow| flow.lines(&lines(FULL), Style::BODY)), [FULL]);
        assert_eq!(pages(|flow| flow.lines(&lines(FULL + 1), Style::BODY)), [FULL - 1, 2]);
        let after = |above, count| {
            pages(|flow| {
                flow.lines(&lines(above), Style::BODY);
                flow.lines(&lines(count), Style::BODY);
            })
        };
        assert_eq!(after(FULL - 1, 5), [FULL - 1, 5], "one line at the foot");
        assert_eq!(after(FULL - 2, 3), [FULL - 2, 3], "three lines stay together");
        assert_eq!(after(FULL - 4, 5), [FULL - 1, 2], "two lines go over");
    }

    #[test]
    fn a_page_break_makes_no_empty_page() {
        let pages = pages(|flow| {
            flow.end_page();
            flow.lines(&lines(1), Style::BODY);
            flow.end_page();
            flow.end_page();
            flow.lines(&lines(2), Style::BODY);
            flow.end_page();
        });
        assert_eq!(pages, [1, 2]);
    }

    #[test]
    fn much_room_turns_one_page_at_most() {
        let pages = pages(|flow| {
            flow.lines(&lines(1), Style::BODY);
            (0..500).for_each(|_| flow.gap());
            flow.lines(&lines(1), Style::BODY);
        });
        assert_eq!(pages, [1, 1]);
    }
}
