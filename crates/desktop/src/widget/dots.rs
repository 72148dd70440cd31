//! What the fields for a PIN and for a secret have in common: their place, their frame, a dot where a sign was typed, and the keys that
//! they pass on. Not what was typed: each wipes its own.

use iced::advanced::layout;
use iced::advanced::renderer::{self, Quad};
use iced::keyboard::key::Named;
use iced::{Border, Color, Length, Rectangle, Size};

use crate::theme::{self, Colours};

/// How high such a field is.
const HEIGHT: f32 = 44.0;
/// Where its first dot begins, and its last one ends before the other side.
pub const MARGIN: f32 = 16.0;

/// As wide as its place.
pub fn size() -> Size<Length> {
    Size::new(Length::Fill, Length::Fixed(HEIGHT))
}

/// The same, laid out.
pub fn layout(limits: &layout::Limits) -> layout::Node {
    layout::atomic(limits, Length::Fill, Length::Fixed(HEIGHT))
}

/// The message of a key that the screen has beside the field.
pub fn passed_on<Message: Clone>(others: &[(Named, Message)], key: Named) -> Option<Message> {
    others.iter().find(|(known, _)| *known == key).map(|(_, message)| message.clone())
}

/// The frame.
pub fn frame(renderer: &mut impl renderer::Renderer, colours: Colours, bounds: Rectangle) {
    let border = Border { color: colours.accent, width: 2.0, radius: theme::RADIUS.into() };
    renderer.fill_quad(Quad { bounds, border, ..Quad::default() }, colours.panel);
}

/// A dot of this size from `x` on, at half the height of the field.
#[expect(clippy::float_arithmetic, reason = "positions on screen are real numbers")]
pub fn dot(renderer: &mut impl renderer::Renderer, colour: Color, field: Rectangle, x: f32, side: f32) {
    let bounds = Rectangle { x, y: field.y + (field.height - side) / 2.0, width: side, height: side };
    let border = Border { radius: (side / 2.0).into(), ..Border::default() };
    renderer.fill_quad(Quad { bounds, border, ..Quad::default() }, colour);
}
