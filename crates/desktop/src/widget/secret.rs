//! The field for a passphrase or a recovery code: characters go straight into a buffer of fixed room that is wiped. No text in a
//! `Message`, none in the widget tree, none on the screen. While it is shown it takes every key, as the field for a PIN does.

use std::sync::{Arc, Mutex, PoisonError};

use iced::advanced::layout::{self, Layout};
use iced::advanced::renderer;
use iced::advanced::widget::{Tree, Widget};
use iced::advanced::{Clipboard, Shell};
use iced::keyboard::key::Named;
use iced::keyboard::{self, Key, Modifiers};
use iced::{Element, Event, Length, Rectangle, Size, Theme, mouse};
use liasse_core::keys::SecretString;
use zeroize::{Zeroize, Zeroizing};

use crate::theme;
use crate::widget::dots;

/// How many bytes are taken. More would move the text and leave its old place as it was.
const ROOM: usize = 512;

/// What was typed, shared by the widget and the screen that owns it.
#[derive(Clone)]
pub struct SecretBuffer(Arc<Mutex<Zeroizing<String>>>);

impl Default for SecretBuffer {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Zeroizing::new(String::with_capacity(ROOM)))))
    }
}

impl SecretBuffer {
    fn with<R>(&self, action: impl FnOnce(&mut String) -> R) -> R {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many characters were typed.
    pub fn count(&self) -> usize {
        self.with(|text| text.chars().count())
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.with(|text| text.is_empty())
    }

    /// Takes what was typed out; the buffer is empty and wiped afterwards.
    pub fn take(&self) -> SecretString {
        self.with(|text| {
            // Made with just the room that it needs: nothing is moved later.
            let secret = SecretString::from(text.as_str());
            text.zeroize();
            secret
        })
    }

    /// Wipes what was typed.
    pub fn clear(&self) {
        self.with(|text| text.zeroize());
    }

    fn push(&self, written: char) {
        self.with(|text| {
            if text.len() + written.len_utf8() <= ROOM {
                text.push(written);
            }
        });
    }

    fn pop(&self) {
        self.with(|text| {
            text.pop();
        });
    }
}

impl std::fmt::Debug for SecretBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretBuffer(…)")
    }
}

/// The widget.
pub struct SecretField<Message> {
    buffer: SecretBuffer,
    typed: Message,
    submitted: Message,
    others: Vec<(Named, Message)>,
}

/// A field over `buffer`. The messages carry nothing.
pub fn secret_field<Message: Clone>(buffer: &SecretBuffer, typed: Message, submitted: Message) -> SecretField<Message> {
    SecretField { buffer: buffer.clone(), typed, submitted, others: Vec::new() }
}

impl<Message> SecretField<Message> {
    /// Another key of the screen: the field takes every key, so it must pass this one on.
    #[must_use]
    pub fn key(mut self, key: Named, message: Message) -> Self {
        self.others.push((key, message));
        self
    }
}

const DOT: f32 = 8.0;
const STEP: f32 = 14.0;

/// The characters that a key writes; none with Ctrl alone or the key of the system. AltGr is Ctrl and Alt on some systems.
fn written<'a>(text: Option<&'a str>, modifiers: Modifiers) -> impl Iterator<Item = char> + 'a {
    let commands = modifiers.logo() || (modifiers.control() && !modifiers.alt());
    text.filter(|_| !commands).unwrap_or_default().chars().filter(|written| !written.is_control())
}

impl<Message: Clone, Renderer: renderer::Renderer> Widget<Message, Theme, Renderer> for SecretField<Message> {
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
        let Event::Keyboard(keyboard::Event::KeyPressed { key, modifiers, text, .. }) = event else { return };
        let other = match key {
            Key::Named(named) => dots::passed_on(&self.others, *named),
            _ => None,
        };
        match (key, other) {
            (Key::Named(Named::Enter), _) => shell.publish(self.submitted.clone()),
            (Key::Named(Named::Backspace), _) => {
                self.buffer.pop();
                shell.publish(self.typed.clone());
            }
            (_, Some(message)) => shell.publish(message),
            _ => {
                let before = self.buffer.count();
                written(text.as_deref(), *modifiers).for_each(|sign| self.buffer.push(sign));
                if self.buffer.count() != before {
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
        let (mut x, end) = (bounds.x + dots::MARGIN, bounds.x + bounds.width - dots::MARGIN);
        for _ in 0..self.buffer.count() {
            if x + DOT > end {
                break;
            }
            dots::dot(renderer, colours.ink, bounds, x, DOT);
            x += STEP;
        }
    }
}

impl<'a, Message: Clone + 'a, Renderer: renderer::Renderer + 'a> From<SecretField<Message>>
    for Element<'a, Message, Theme, Renderer>
{
    fn from(field: SecretField<Message>) -> Self {
        Self::new(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_writes_what_it_says_and_a_command_writes_nothing() {
        let typed = |text, modifiers| written(text, modifiers).collect::<String>();
        assert_eq!(typed(Some("é"), Modifiers::empty()), "é");
        assert_eq!(typed(Some("@"), Modifiers::CTRL | Modifiers::ALT), "@");
        assert_eq!(typed(Some(" "), Modifiers::SHIFT), " ");
        assert_eq!(typed(Some("q"), Modifiers::CTRL), "");
        assert_eq!(typed(Some("\u{1b}"), Modifiers::empty()), "");
        assert_eq!(typed(None, Modifiers::empty()), "");
    }

    #[test]
    fn the_buffer_never_moves_and_is_empty_once_taken() {
        let buffer = SecretBuffer::default();
        let place = buffer.with(|text| text.as_ptr());
        for _ in 0..2 * ROOM {
            buffer.push('é');
        }
        buffer.pop();
        assert_eq!((buffer.count(), buffer.with(|text| text.as_ptr())), (ROOM / 2 - 1, place));
        drop(buffer.take());
        assert!(buffer.is_empty() && buffer.with(|text| text.as_ptr()) == place);
        assert!(!format!("{buffer:?}").contains('é'));
    }
}
