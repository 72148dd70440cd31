//! The field for a PIN: digits go straight into a zeroizing buffer. No text in a `Message`, none in the widget tree.
//! While it is on screen it takes every key, so nothing typed reaches a field under the dialog.

use std::sync::{Arc, Mutex, PoisonError};

use iced::advanced::layout::{self, Layout};
use iced::advanced::renderer;
use iced::advanced::widget::{Tree, Widget};
use iced::advanced::{Clipboard, Shell};
use iced::keyboard::key::Named;
use iced::keyboard::{self, Key};
use iced::{Element, Event, Length, Rectangle, Size, Theme, mouse};
use liasse_domain::Digits;

use crate::theme;
use crate::widget::dots;

/// The buffer, shared by the widget and the dialog that owns it.
#[derive(Clone, Default)]
pub struct PinBuffer(Arc<Mutex<Digits>>);

impl PinBuffer {
    fn with<R>(&self, action: impl FnOnce(&mut Digits) -> R) -> R {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many digits were typed.
    pub fn len(&self) -> usize {
        self.with(|digits| digits.len())
    }

    /// Takes the digits out; the buffer is empty afterwards.
    pub fn take(&self) -> Digits {
        self.with(std::mem::take)
    }
}

impl std::fmt::Debug for PinBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinBuffer(…)")
    }
}

/// The widget.
pub struct PinField<Message> {
    buffer: PinBuffer,
    typed: Message,
    submitted: Message,
    cancelled: Message,
    others: Vec<(Named, Message)>,
}

/// A PIN field over `buffer`. The messages carry nothing.
pub fn pin_field<Message: Clone>(
    buffer: &PinBuffer,
    typed: Message,
    submitted: Message,
    cancelled: Message,
) -> PinField<Message> {
    PinField { buffer: buffer.clone(), typed, submitted, cancelled, others: Vec::new() }
}

impl<Message> PinField<Message> {
    /// Another key of the dialog: the field takes every key, so it must pass this one on.
    #[must_use]
    pub fn key(mut self, key: Named, message: Message) -> Self {
        self.others.push((key, message));
        self
    }
}

const DOT: f32 = 12.0;
const STEP: f32 = 26.0;

/// The digit of a key, on any layout: AZERTY gives digits on the upper row only with shift, so the position counts.
fn digit(key: &Key, physical: keyboard::key::Physical, text: Option<&str>) -> Option<char> {
    use keyboard::key::{Code, Physical};
    if let Some(character) = text.and_then(|text| text.chars().next()).filter(char::is_ascii_digit) {
        return Some(character);
    }
    if let Key::Character(character) = key
        && let Some(found) = character.chars().next().filter(char::is_ascii_digit)
    {
        return Some(found);
    }
    let Physical::Code(code) = physical else { return None };
    let row = [
        Code::Digit0,
        Code::Digit1,
        Code::Digit2,
        Code::Digit3,
        Code::Digit4,
        Code::Digit5,
        Code::Digit6,
        Code::Digit7,
        Code::Digit8,
        Code::Digit9,
    ];
    let index = row.iter().position(|known| *known == code)?;
    char::from_digit(u32::try_from(index).ok()?, 10)
}

impl<Message: Clone, Renderer: renderer::Renderer> Widget<Message, Theme, Renderer> for PinField<Message> {
    fn size(&self) -> Size<Length> {
        dots::size()
    }

    fn layout(&mut self, _tree: &mut Tree, _renderer: &Renderer, limits: &layout::Limits) -> layout::Node {
        dots::layout(limits)
    }

    fn update(
        &mut self,
        _tree: &mut Tree,
        event: &Event,
        _layout: Layout<'_>,
        _cursor: mouse::Cursor,
        _renderer: &Renderer,
        _clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        _viewport: &Rectangle,
    ) {
        let Event::Keyboard(keyboard::Event::KeyPressed { key, physical_key, text, .. }) = event else { return };
        let other = match key {
            Key::Named(named) => dots::passed_on(&self.others, *named),
            _ => None,
        };
        match (key, other) {
            (Key::Named(Named::Enter), _) => shell.publish(self.submitted.clone()),
            (Key::Named(Named::Escape), _) => {
                self.buffer.with(Digits::clear);
                shell.publish(self.cancelled.clone());
            }
            (Key::Named(Named::Backspace), _) => {
                self.buffer.with(Digits::pop);
                shell.publish(self.typed.clone());
            }
            (_, Some(message)) => shell.publish(message),
            _ => {
                if let Some(found) = digit(key, *physical_key, text.as_deref()) {
                    self.buffer.with(|digits| digits.push(found));
                    shell.publish(self.typed.clone());
                }
            }
        }
        shell.capture_event();
    }

    #[expect(clippy::float_arithmetic, reason = "positions on screen are real numbers")]
    fn draw(
        &self,
        _tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        _style: &renderer::Style,
        layout: Layout<'_>,
        _cursor: mouse::Cursor,
        _viewport: &Rectangle,
    ) {
        let colours = theme::colours(theme);
        let bounds = layout.bounds();
        dots::frame(renderer, colours, bounds);
        let mut x = bounds.x + dots::MARGIN;
        for index in 0..Digits::MAX {
            let typed = index < self.buffer.len();
            let side = if typed { DOT } else { 4.0 };
            let colour = if typed { colours.ink } else { colours.line };
            dots::dot(renderer, colour, bounds, x + (DOT - side) / 2.0, side);
            x += STEP;
        }
    }
}

impl<'a, Message: Clone + 'a, Renderer: renderer::Renderer + 'a> From<PinField<Message>>
    for Element<'a, Message, Theme, Renderer>
{
    fn from(field: PinField<Message>) -> Self {
        Self::new(field)
    }
}
