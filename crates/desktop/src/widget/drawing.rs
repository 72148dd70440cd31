//! What is drawn, and kept: its shapes are made again only when what they show, their size or the theme changed.
//! A canvas that draws anew in each frame counts as changed in each, and is drawn with all that lies near (iced_tiny_skia 0.14,
//! `layer.rs`, `damage`): a cursor that blinks then costs a whole window twice a second.

use std::cell::RefCell;

use iced::widget::canvas::{self, Canvas, Frame};
use iced::{Element, Fill, Rectangle, Renderer, Theme, mouse};

use crate::theme::{self, Colours};

/// What it shows, and how that is drawn.
struct Drawing<Shown, Draw> {
    shown: Shown,
    draw: Draw,
}

/// The shapes, and what they were made for.
struct Kept<Shown> {
    shapes: canvas::Cache,
    made_for: RefCell<Option<(Shown, Colours)>>,
}

impl<Shown> Default for Kept<Shown> {
    fn default() -> Self {
        Self { shapes: canvas::Cache::default(), made_for: RefCell::new(None) }
    }
}

impl<Message, Shown, Draw> canvas::Program<Message> for Drawing<Shown, Draw>
where
    Shown: Clone + PartialEq + 'static,
    Draw: Fn(&Shown, &mut Frame, Colours),
{
    type State = Kept<Shown>;

    fn draw(
        &self,
        kept: &Kept<Shown>,
        renderer: &Renderer,
        theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<canvas::Geometry> {
        let colours = theme::colours(theme);
        let mut made_for = kept.made_for.borrow_mut();
        if made_for.as_ref().is_none_or(|(shown, before)| *shown != self.shown || *before != colours) {
            kept.shapes.clear();
            *made_for = Some((self.shown.clone(), colours));
        }
        vec![kept.shapes.draw(renderer, bounds.size(), |frame| (self.draw)(&self.shown, frame, colours))]
    }
}

/// A drawing as wide as its place and of this height.
pub fn drawing<'a, Message, Shown>(
    shown: Shown,
    height: f32,
    draw: impl Fn(&Shown, &mut Frame, Colours) + 'a,
) -> Element<'a, Message>
where
    Message: 'a,
    Shown: Clone + PartialEq + 'static,
{
    Canvas::new(Drawing { shown, draw }).width(Fill).height(height).into()
}
