//! A long list of rows of one height, of which only those on screen are built, and only the first ones are read from the
//! store: more when somebody comes to their end.

use iced::advanced::widget::operation::scrollable::AbsoluteOffset;
use iced::advanced::widget::operation::{Operation, Scrollable as ScrollState};
use iced::advanced::widget::{Id, operate};
use iced::widget::operation::scroll_to;
use iced::widget::{Column, Scrollable, column, scrollable, space};
use iced::{Element, Fill, Rectangle, Task, Vector};

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

/// The list whose rows the arrows walk: there is one on a screen.
const WALKED: &str = "liste";

/// A row that was chosen by an arrow, and how high each is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Which row.
    pub row: usize,
    /// The height of each.
    pub height: f32,
}

/// Scrolls the list that is walked until the chosen row can be seen, no further.
pub fn reveal<T: Send + 'static>(choice: Choice) -> Task<T> {
    operate(Reveal(choice))
}

struct Reveal(Choice);

impl<T> Operation<T> for Reveal {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<T>)) {
        operate(self);
    }

    fn scrollable(
        &mut self,
        id: Option<&Id>,
        bounds: Rectangle,
        _: Rectangle,
        translation: Vector,
        state: &mut dyn ScrollState,
    ) {
        if id == Some(&Id::new(WALKED))
            && let Some(offset) = needed(self.0, translation.y, bounds.height)
        {
            state.scroll_to(AbsoluteOffset { x: None, y: Some(offset) });
        }
    }
}

/// The offset at which a row can be seen; `None` where it can be seen already.
#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "pixels of a scrolled list")]
fn needed(choice: Choice, offset: f32, height: f32) -> Option<f32> {
    let top = choice.row as f32 * choice.height;
    let bottom = top + choice.height;
    if top < offset { Some(top) } else { (bottom > offset + height).then_some(bottom - height) }
}

/// The list whose rows the arrows walk.
pub fn walked<'a, Message: 'a>(
    at: Scrolled,
    row_height: f32,
    count: usize,
    build: impl Fn(usize) -> Element<'a, Message>,
    scrolled: impl Fn(Scrolled) -> Message + 'a,
) -> Element<'a, Message> {
    list(at, row_height, count, build, scrolled).id(Id::new(WALKED)).into()
}

/// A list beside it, that is only scrolled: there is one on a screen.
const BESIDE: &str = "liste-a-cote";

/// Scrolls the list beside the one that is walked to its first row.
pub fn to_top<T>() -> Task<T> {
    scroll_to(Id::new(BESIDE), AbsoluteOffset { x: None, y: Some(0.0_f32) })
}

/// The list that is only scrolled.
pub fn rows<'a, Message: 'a>(
    at: Scrolled,
    row_height: f32,
    count: usize,
    build: impl Fn(usize) -> Element<'a, Message>,
    scrolled: impl Fn(Scrolled) -> Message + 'a,
) -> Element<'a, Message> {
    list(at, row_height, count, build, scrolled).id(Id::new(BESIDE)).into()
}

/// `scrolled` tells how the place is kept.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a scrolled list"
)]
fn list<'a, Message: 'a>(
    at: Scrolled,
    row_height: f32,
    count: usize,
    build: impl Fn(usize) -> Element<'a, Message>,
    scrolled: impl Fn(Scrolled) -> Message + 'a,
) -> Scrollable<'a, Message> {
    let visible = (at.height.max(USUAL) / row_height) as usize + SPARE;
    let first = ((at.offset / row_height) as usize).min(count);
    let last = (first + visible).min(count);
    let shown: Column<'a, Message> = column((first..last).map(build));
    let above = space::vertical().height(first as f32 * row_height);
    let below = space::vertical().height((count - last) as f32 * row_height);
    scrollable(column![above, shown, below]).height(Fill).on_scroll(move |viewport| {
        scrolled(Scrolled { offset: viewport.absolute_offset().y, height: viewport.bounds().height })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_revealed_and_no_further() {
        let choice = |row| Choice { row, height: 50.0 };
        assert_eq!(needed(choice(3), 0.0, 400.0), None);
        assert_eq!(needed(choice(8), 0.0, 400.0), Some(50.0));
        assert_eq!(needed(choice(2), 300.0, 400.0), Some(100.0));
    }

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
