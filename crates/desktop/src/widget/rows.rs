//! A long list of rows of one height, of which only those on screen are built.

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
