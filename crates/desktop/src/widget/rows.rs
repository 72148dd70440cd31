//! A long list of rows of one height, of which only those on screen are built, and only the first ones are read from the
//! store: more when somebody comes to their end.

use iced::widget::{Column, column, scrollable, space};
use iced::{Element, Fill};

/// How many rows are built beyond those that fit.
const SPARE: usize = 4;
/// Taken for the height of the list until it was scrolled once.
const USUAL: f32 = 900.0;

/// Where a list is scrolled to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scrolled {
    offset: f32,
    height: f32,
}

impl Scrolled {
    /// The row after the last one that can be seen.
    #[expect(
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pixels of a scrolled list"
    )]
    pub fn end(self, row_height: f32) -> usize {
        ((self.offset + self.height) / row_height) as usize + 1
    }
}

/// How many rows are asked of the store.
#[derive(Clone, Copy, Debug)]
pub struct Asked(u32);

impl Default for Asked {
    fn default() -> Self {
        Self(200)
    }
}

impl Asked {
    /// At most so many.
    pub fn limit(self) -> u32 {
        self.0
    }

    /// Asks for twice as many when `seen` comes to the end of those `read`; whether they are to be read now. Fewer than
    /// were asked for are all there are, or are on their way.
    pub fn more(&mut self, seen: usize, read: usize) -> bool {
        let at_the_end = seen + SPARE >= read && read >= usize::try_from(self.0).unwrap_or(usize::MAX);
        if at_the_end {
            self.0 = self.0.saturating_mul(2);
        }
        at_the_end
    }
}

/// The list; `scrolled` tells how the place is kept.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a scrolled list"
)]
pub fn rows<'a, Message: 'a>(
    at: Scrolled,
    row_height: f32,
    count: usize,
    build: impl Fn(usize) -> Element<'a, Message>,
    scrolled: impl Fn(Scrolled) -> Message + 'a,
) -> Element<'a, Message> {
    let visible = (at.height.max(USUAL) / row_height) as usize + SPARE;
    let first = ((at.offset / row_height) as usize).min(count);
    let last = (first + visible).min(count);
    let shown: Column<'a, Message> = column((first..last).map(build));
    let above = space::vertical().height(first as f32 * row_height);
    let below = space::vertical().height((count - last) as f32 * row_height);
    scrollable(column![above, shown, below])
        .height(Fill)
        .on_scroll(move |viewport| {
            scrolled(Scrolled { offset: viewport.absolute_offset().y, height: viewport.bounds().height })
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_asked_for_once_at_the_end_of_a_full_page() {
        let mut asked = Asked::default();
        assert!(!asked.more(20, 200), "far from the end");
        assert!(!asked.more(150, 150), "that is all there is");
        assert!(asked.more(197, 200));
        assert_eq!(asked.limit(), 400);
        assert!(!asked.more(200, 200), "on their way");
        assert!(asked.more(400, 400));
    }
}
