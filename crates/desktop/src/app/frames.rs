//! The frames of every screen, timed without a window: `liasse --bench-frames`, compiled under the feature `bench` alone.
//! The real desk over a real data directory; only the pixels go nowhere. What must be reached: `docs/performance.md`.
#![expect(clippy::expect_used, clippy::float_arithmetic, reason = "a benchmark")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use iced::advanced::clipboard;
use iced::advanced::graphics::text::font_system;
use iced::advanced::graphics::{Viewport, damage};
use iced::advanced::renderer::{Headless, Style};
use iced::executor::{Default as Runtime, Executor};
use iced::futures::StreamExt;
use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use iced::{Color, Event, Pixels, Rectangle, Renderer, Size, event, mouse, window};
use iced_runtime::user_interface::Cache;
use iced_runtime::{Action, UserInterface, task};
use iced_tiny_skia::Layer;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_demo::{Office, Opening, Tray};
use liasse_domain::Digits;

use super::places::{PLACES, Place};
use super::{App, Asked, Means, Message, Opened, Start};
use crate::screen::facturer;
use crate::theme;

/// As `run` opens the window.
const SIZE: Size = Size::new(1400.0, 900.0);
const PIXELS: Size<u32> = Size::new(1400, 900);

/// Opens the demonstration in `root`, signs Dr Gris in with a patient's card beside, and times each screen so many times.
pub fn measure(root: &Path, rounds: usize) {
    for face in theme::FACES {
        font_system().write().expect("the fonts").load_font(face.into());
    }
    let mut desk = Driven::open(root);
    let renderer = <Renderer as Headless>::new(theme::REGULAR, Pixels(16.0), Some("tiny-skia"));
    let mut renderer = Executor::block_on(&desk.runtime, renderer).expect("a renderer");
    let mut all = Vec::new();
    for place in PLACES {
        desk.tell(Message::Go(place));
        if place == Place::Facturer {
            // Under the field stands what it may mean.
            desk.tell(Message::Facturer(facturer::Message::EntryChanged("g".to_owned())));
        }
        let frames = desk.frames(&mut renderer, rounds.max(1));
        eprintln!("{place:?}: {frames:?}");
        all.push((place, frames));
    }
    say("frame_first", &all, |frames| frames.first);
    say("frame_layout", &all, |frames| frames.layout);
    say("frame_changed", &all, |frames| frames.changed);
    say("frame_whole", &all, |frames| frames.whole);
}

/// The frames of one screen.
#[derive(Debug)]
struct Frames {
    /// View and layout of a screen that was just opened.
    first: Duration,
    /// View and layout again, as after any message: the median.
    layout: Duration,
    /// View, layout and drawing of what an arrow key changed, as the window presents it: the median.
    changed: Duration,
    /// The same where every pixel of the window changed, as when a screen opens: the median.
    whole: Duration,
}

/// What a window holds from one frame to the next, and what it draws of a new one (iced_tiny_skia 0.14, `window/compositor.rs`,
/// `present`); only the copy to the display is not there.
struct Surface {
    pixels: tiny_skia::Pixmap,
    mask: tiny_skia::Mask,
    shown: Option<Vec<Layer>>,
    viewport: Viewport,
}

impl Surface {
    fn new() -> Self {
        Self {
            pixels: tiny_skia::Pixmap::new(PIXELS.width, PIXELS.height).expect("pixels"),
            mask: tiny_skia::Mask::new(PIXELS.width, PIXELS.height).expect("a mask"),
            shown: None,
            viewport: Viewport::with_physical_size(PIXELS, 1.0),
        }
    }

    fn present(&mut self, renderer: &mut Renderer, ground: Color) {
        let whole = Rectangle::with_size(SIZE);
        let damage = self.shown.as_ref().map_or_else(
            || vec![whole],
            |shown| damage::diff(shown, renderer.layers(), |layer| vec![bounds(layer)], Layer::damage),
        );
        self.shown = Some(renderer.layers().to_vec());
        let damage = damage::group(damage, whole);
        renderer.draw(&mut self.pixels.as_mut(), &mut self.mask, &self.viewport, &damage, ground);
    }
}

fn bounds(layer: &Layer) -> Rectangle {
    use iced::advanced::graphics::Layer as _;
    layer.bounds()
}

struct Driven {
    app: App,
    runtime: Runtime,
}

impl Driven {
    fn open(root: &Path) -> Self {
        let tray = Tray::for_window();
        let office = Office::open(root, Box::new(tray.clone()), Opening::default()).expect("the demo");
        tray.insert(CPS_READER, "cps-gris").expect("a card");
        tray.insert(VITALE_READER, "vitale-durand").expect("a card");
        let pin = Digits::parse("1234").expect("digits");
        let cards = office.cards().call(move |desk| {
            desk.refresh();
            desk.verify_pin(CPS_READER, &pin).map(|()| desk.snapshot())
        });
        let cards = cards.expect("a lane").expect("unlocked");
        let opened = Opened::of_demo(Arc::new(office), tray).expect("settings");
        let now = opened.now;
        let start = Start {
            root: root.to_owned(),
            demo_root: root.to_owned(),
            demo: false,
            means: Means::of_this_computer(),
            dark: false,
            zoom: 100,
            asked: Asked::default(),
        };
        let mut desk = Self { app: App::new(start).0, runtime: Executor::new().expect("a runtime") };
        desk.tell(Message::Opened(Ok(opened)));
        desk.tell(Message::Cards(cards, now));
        desk
    }

    /// A message and all that comes of it. There is no window of a system: what is asked of one is not done.
    fn tell(&mut self, message: Message) {
        let mut under_way = vec![self.app.update(message)];
        while let Some(next) = under_way.pop() {
            let Some(mut stream) = task::into_stream(next) else { continue };
            while let Some(action) = Executor::block_on(&self.runtime, stream.next()) {
                if let Action::Output(message) = action {
                    under_way.push(self.app.update(message));
                }
            }
        }
    }

    fn frames(&mut self, renderer: &mut Renderer, rounds: usize) -> Frames {
        let mut surface = Surface::new();
        let mut cache = Cache::default();
        let mut frame = |desk: &Self, surface: &mut Surface| {
            let (times, kept) = desk.frame(renderer, surface, std::mem::take(&mut cache));
            cache = kept;
            times
        };
        let first = frame(self, &mut surface).0;
        let (mut layout, mut changed, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds {
            let arrow = if round % 2 == 0 { Named::ArrowDown } else { Named::ArrowUp };
            self.tell(Message::Key(Key::Named(arrow), Modifiers::empty(), event::Status::Ignored));
            changed.push(frame(self, &mut surface).1);
            surface.shown = None;
            let times = frame(self, &mut surface);
            layout.push(times.0);
            whole.push(times.1);
        }
        Frames { first, layout: median(layout), changed: median(changed), whole: median(whole) }
    }

    /// One frame: how long view and layout took, and how long all of it.
    fn frame(&self, renderer: &mut Renderer, surface: &mut Surface, cache: Cache) -> ((Duration, Duration), Cache) {
        let look = theme::theme(false);
        let palette = look.palette();
        let start = Stopwatch::now();
        let mut view = UserInterface::build(self.app.view(), SIZE, cache, renderer);
        let layout = start.elapsed();
        let redrawn = [Event::Window(window::Event::RedrawRequested(Stopwatch::now()))];
        let cursor = mouse::Cursor::Unavailable;
        black_box(view.update(&redrawn, cursor, renderer, &mut clipboard::Null, &mut Vec::new()));
        view.draw(renderer, &look, &Style { text_color: palette.text }, cursor);
        surface.present(renderer, palette.background);
        black_box(&surface.pixels);
        ((layout, start.elapsed()), view.into_cache())
    }
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// The heaviest screen's.
fn say(bench: &str, all: &[(Place, Frames)], of: fn(&Frames) -> Duration) {
    let (place, frames) = all.iter().max_by_key(|(_, frames)| of(frames)).expect("a screen");
    let value = of(frames).as_secs_f64() * 1000.0;
    println!("{{\"bench\":\"{bench}\",\"value\":{value:.3},\"unit\":\"ms\",\"screen\":\"{place:?}\"}}");
}
