//! The look: colours of both themes, sizes, spacings and the styles of the few shapes used. `shared/design/look.md`.
//! No shadow, one radius, one accent; green, amber and red only for state, and never without a word beside.

use iced::widget::{button, container, text_input};
use iced::{Background, Border, Color, Font, Theme, color, font};
use liasse_domain::Level;

/// Sizes of type.
pub const SMALL: f32 = 12.0;
/// Secondary text.
pub const NOTE: f32 = 14.0;
/// Running text.
pub const BODY: f32 = 16.0;
/// Titles inside a screen.
pub const TITLE: f32 = 20.0;
/// The amount to settle.
pub const LARGE: f32 = 28.0;
/// The one radius.
pub const RADIUS: f32 = 4.0;

/// The one family.
pub const REGULAR: Font = Font::with_name("IBM Plex Sans");
/// The same, semibold.
pub const SEMIBOLD: Font = Font { weight: font::Weight::Semibold, ..REGULAR };
/// The same, bold.
pub const BOLD: Font = Font { weight: font::Weight::Bold, ..REGULAR };

/// The faces embedded: every weight used.
pub const FACES: [&[u8]; 3] = [
    include_bytes!("../../../assets/fonts/IBMPlexSans-Regular.ttf"),
    include_bytes!("../../../assets/fonts/IBMPlexSans-SemiBold.ttf"),
    include_bytes!("../../../assets/fonts/IBMPlexSans-Bold.ttf"),
];

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colours {
    /// Behind everything.
    pub ground: Color,
    /// Behind a panel.
    pub panel: Color,
    /// Lines between panels.
    pub line: Color,
    /// Text.
    pub ink: Color,
    /// Secondary text.
    pub faint: Color,
    /// The one accent.
    pub accent: Color,
    /// Text on the accent.
    pub on_accent: Color,
    /// Good.
    pub good: Color,
    /// To look at.
    pub amber: Color,
    /// Bad.
    pub bad: Color,
    /// Behind the demo band.
    pub demo: Color,
    /// Text on the demo band.
    pub on_demo: Color,
}

/// By day.
pub const LIGHT: Colours = Colours {
    ground: color!(0xF3F4F2),
    panel: color!(0xFFFFFF),
    line: color!(0xC9CDC8),
    ink: color!(0x1B2421),
    faint: color!(0x55605C),
    accent: color!(0x0B5D6B),
    on_accent: color!(0xFFFFFF),
    good: color!(0x1D6B3A),
    amber: color!(0x8A5200),
    bad: color!(0xA3201D),
    demo: color!(0xF2D57A),
    on_demo: color!(0x3A2C00),
};

/// By night.
pub const DARK: Colours = Colours {
    ground: color!(0x151B1A),
    panel: color!(0x1E2625),
    line: color!(0x3B4644),
    ink: color!(0xEAEFED),
    faint: color!(0xA9B5B1),
    accent: color!(0x6CC5D3),
    on_accent: color!(0x06262C),
    good: color!(0x7FD29A),
    amber: color!(0xF0B65A),
    bad: color!(0xFF9A91),
    demo: color!(0x5C4A12),
    on_demo: color!(0xFFE9A8),
};

/// The theme that iced draws with.
pub fn theme(dark: bool) -> Theme {
    let colours = if dark { DARK } else { LIGHT };
    Theme::custom(
        if dark { "Liasse sombre" } else { "Liasse clair" },
        iced::theme::Palette {
            background: colours.ground,
            text: colours.ink,
            primary: colours.accent,
            success: colours.good,
            warning: colours.amber,
            danger: colours.bad,
        },
    )
}

/// The colours of the theme in use.
pub fn colours(theme: &Theme) -> Colours {
    if theme.palette().background == DARK.ground { DARK } else { LIGHT }
}

/// The colour of a level of finding.
pub fn level(colours: Colours, level: Level) -> Color {
    match level {
        Level::Ok => colours.good,
        Level::Warning => colours.amber,
        Level::Error | Level::Blocking => colours.bad,
    }
}

/// A panel.
pub fn panel(theme: &Theme) -> container::Style {
    let colours = colours(theme);
    container::Style {
        background: Some(Background::Color(colours.panel)),
        border: Border { color: colours.line, width: 1.0, radius: RADIUS.into() },
        text_color: Some(colours.ink),
        ..container::Style::default()
    }
}

/// The chosen row of a list.
pub fn chosen(theme: &Theme) -> container::Style {
    let colours = colours(theme);
    container::Style {
        background: Some(Background::Color(colours.accent)),
        border: Border { radius: RADIUS.into(), ..Border::default() },
        text_color: Some(colours.on_accent),
        ..container::Style::default()
    }
}

/// The chosen row of a list whose words have colours of their own.
pub fn outlined(theme: &Theme) -> container::Style {
    let border = Border { color: colours(theme).accent, width: 2.0, radius: RADIUS.into() };
    container::Style { border, ..container::Style::default() }
}

/// A veil over what lies under a dialog.
pub fn veil(_theme: &Theme) -> container::Style {
    container::Style {
        background: Some(Background::Color(Color { a: 0.55, ..Color::BLACK })),
        ..container::Style::default()
    }
}

/// A key beside its action.
pub fn key_cap(theme: &Theme) -> container::Style {
    let colours = colours(theme);
    container::Style {
        background: Some(Background::Color(colours.ground)),
        border: Border { color: colours.faint, width: 1.0, radius: RADIUS.into() },
        text_color: Some(colours.ink),
        ..container::Style::default()
    }
}

/// A button; the main one of a screen carries the accent.
pub fn action(main: bool) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |theme, status| {
        let colours = colours(theme);
        let (ground, ink) = if main { (colours.accent, colours.on_accent) } else { (colours.panel, colours.ink) };
        let faded = status == button::Status::Disabled;
        button::Style {
            background: Some(Background::Color(if faded { colours.ground } else { ground })),
            text_color: if faded { colours.faint } else { ink },
            border: Border {
                color: if status == button::Status::Hovered { colours.accent } else { colours.line },
                width: 1.0,
                radius: RADIUS.into(),
            },
            ..button::Style::default()
        }
    }
}

/// A text field; focus is a thick line of the accent.
pub fn field(theme: &Theme, status: text_input::Status) -> text_input::Style {
    let colours = colours(theme);
    let focused = matches!(status, text_input::Status::Focused { .. });
    text_input::Style {
        background: Background::Color(colours.panel),
        border: Border {
            color: if focused { colours.accent } else { colours.faint },
            width: if focused { 2.0 } else { 1.0 },
            radius: RADIUS.into(),
        },
        icon: colours.faint,
        placeholder: colours.faint,
        value: colours.ink,
        selection: Color { a: 0.35, ..colours.accent },
    }
}

#[cfg(test)]
#[expect(clippy::float_arithmetic, reason = "WCAG contrast is defined on real numbers")]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.1.
    fn luminance(colour: Color) -> f32 {
        let part = |value: f32| if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
        0.2126 * part(colour.r) + 0.7152 * part(colour.g) + 0.0722 * part(colour.b)
    }

    fn contrast(a: Color, b: Color) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn both_themes_pass_wcag_aa() {
        for colours in [LIGHT, DARK] {
            for ground in [colours.ground, colours.panel] {
                for ink in [colours.ink, colours.faint, colours.accent, colours.good, colours.amber, colours.bad] {
                    assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}: {}", contrast(ink, ground));
                }
            }
            assert!(contrast(colours.on_accent, colours.accent) >= 4.5);
            assert!(contrast(colours.on_demo, colours.demo) >= 4.5);
        }
        assert!((contrast(Color::BLACK, Color::WHITE) - 21.0).abs() < 0.01, "the formula itself");
    }
}
