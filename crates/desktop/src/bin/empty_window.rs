//! An empty iced window with the fonts and the size of Liasse: what its own window is measured against (`tests/benches/window.rs`).
//! Built under the feature `bench` alone.

use iced::widget::space;
use iced::{Element, Font};

/// The faces that `liasse` embeds (`theme`).
const FACES: [&[u8]; 3] = [
    include_bytes!("../../../../assets/fonts/IBMPlexSans-Regular.ttf"),
    include_bytes!("../../../../assets/fonts/IBMPlexSans-SemiBold.ttf"),
    include_bytes!("../../../../assets/fonts/IBMPlexSans-Bold.ttf"),
];

/// Nothing.
struct Empty;

/// Nothing happens.
#[derive(Clone, Copy, Debug)]
enum Never {}

fn main() -> iced::Result {
    let mut application = iced::application(|| Empty, update, view)
        .title("Empty window")
        .default_font(Font::with_name("IBM Plex Sans"))
        .window_size((1400.0, 900.0));
    for face in FACES {
        application = application.font(face);
    }
    application.run()
}

fn update(_: &mut Empty, never: Never) {
    match never {}
}

fn view(_: &Empty) -> Element<'_, Never> {
    space::horizontal().into()
}
