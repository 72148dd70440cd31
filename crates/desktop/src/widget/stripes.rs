//! The striped band that marks the demo world on every screen.

use iced::widget::canvas::{self, Canvas, Frame, Path, Stroke};
use iced::widget::{container, stack, text};
use iced::{Element, Fill, Point, Rectangle, Renderer, Theme, mouse};

use crate::text::t;
use crate::theme;

struct Stripes;

impl<Message> canvas::Program<Message> for Stripes {
    type State = ();

    #[expect(clippy::float_arithmetic, reason = "positions on screen are real numbers")]
    fn draw(
        &self,
        _state: &(),
        renderer: &Renderer,
        theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<canvas::Geometry> {
        let colours = theme::colours(theme);
        let mut frame = Frame::new(renderer, bounds.size());
        frame.fill_rectangle(Point::ORIGIN, bounds.size(), colours.demo);
        let mut x = -bounds.height;
        while x < bounds.width {
            // The middle stays plain: the word must be readable.
            if x < 180.0 || x > bounds.width - 180.0 {
                let line = Path::line(Point::new(x, bounds.height), Point::new(x + bounds.height, 0.0));
                frame.stroke(&line, Stroke::default().with_width(5.0).with_color(colours.on_demo.scale_alpha(0.35)));
            }
            x += 18.0;
        }
        vec![frame.into_geometry()]
    }
}

/// The band.
pub fn demo_band<'a, Message: 'a>() -> Element<'a, Message> {
    stack![
        Canvas::new(Stripes).width(Fill).height(22),
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
