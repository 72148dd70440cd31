//! The striped band that marks the demo world on every screen.

use iced::widget::canvas::{Frame, Path, Stroke};
use iced::widget::{container, stack, text};
use iced::{Element, Fill, Point, Theme};

use crate::text::t;
use crate::theme::{self, Colours};
use crate::widget::drawing::drawing;

#[expect(clippy::float_arithmetic, reason = "positions on screen are real numbers")]
fn stripes(frame: &mut Frame, colours: Colours) {
    let (width, height) = (frame.width(), frame.height());
    frame.fill_rectangle(Point::ORIGIN, frame.size(), colours.demo);
    let mut x = -height;
    while x < width {
        // The middle stays plain: the word must be readable.
        if x < 180.0 || x > width - 180.0 {
            let line = Path::line(Point::new(x, height), Point::new(x + height, 0.0));
            frame.stroke(&line, Stroke::default().with_width(5.0).with_color(colours.on_demo.scale_alpha(0.35)));
        }
        x += 18.0;
    }
}

/// The band.
pub fn demo_band<'a, Message: 'a>() -> Element<'a, Message> {
    stack![
        drawing((), 22.0, |(), frame, colours| stripes(frame, colours)),
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
