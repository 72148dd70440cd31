//! The striped band that marks the demo world on every screen.

use iced::widget::canvas::{Frame, Path, Stroke};
use iced::widget::{container, stack, text};
use iced::{Element, Fill, Point, Size, Theme};

use crate::text::t;
use crate::theme;
use crate::widget::parts;

#[expect(clippy::float_arithmetic, reason = "positions on screen are real numbers")]
fn stripes(frame: &mut Frame, size: Size, colours: theme::Colours) {
    frame.fill_rectangle(Point::ORIGIN, size, colours.demo);
    let mut x = -size.height;
    while x < size.width {
        // The middle stays plain: the word must be readable.
        if x < 180.0 || x > size.width - 180.0 {
            let line = Path::line(Point::new(x, size.height), Point::new(x + size.height, 0.0));
            frame.stroke(&line, Stroke::default().with_width(5.0).with_color(colours.on_demo.scale_alpha(0.35)));
        }
        x += 18.0;
    }
}

/// The band.
pub fn demo_band<'a, Message: 'a>() -> Element<'a, Message> {
    stack![
        parts::drawn(22.0, stripes),
        container(
            text(t("demo.band"))
                .size(theme::SMALL)
                .font(theme::BOLD)
                .style(|theme: &Theme| text::Style { color: Some(theme::colours(theme).on_demo) })
        )
        .center_x(Fill)
        .center_y(22),
    ]
    .into()
}
