//! The window driven as by a person, for tests: real events go through the widgets, tasks run to their end, focus and scrolling last
//! from one view to the next, which iced's own `Simulator` forgets. The cards are the tray's; nothing of the practice is doubled.

mod apcv;
mod cards;
mod empty;
mod full;
mod lists;
mod people;
mod pictures;
mod practice;
mod pressed;
mod refused;
mod secrets;
mod situations;
mod undone;
mod usual;
mod walking;

use std::fs;
use std::path::PathBuf;

use iced::advanced::clipboard;
use iced::advanced::graphics::text::font_system;
use iced::advanced::mouse::Cursor;
use iced::advanced::renderer::Headless;
use iced::advanced::widget::operation::{self, Outcome};
use iced::advanced::widget::{Id, Operation};
use iced::event::Status;
use iced::futures::StreamExt;
use iced::futures::executor::block_on;
use iced::futures::stream::SelectAll;
use iced::keyboard::key::{Named, NativeCode, Physical};
use iced::keyboard::{self, Key, Location, Modifiers};
use iced::{Event, Pixels, Renderer, Settings, Size, Task, Theme};
use iced_test::Simulator;
use iced_test::runtime::user_interface::Cache;
use iced_test::runtime::{Action, UserInterface, task};
use iced_test::selector::{self, Candidate, Selector, Target};
use liasse_core::{CoreError, Workstation};
use liasse_demo::Tray;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_domain::{Code, catalogue};

use super::places::Place;
use super::{App, Asked, Desk, Message, Opened, Phase, Start};
use crate::theme;

/// As `run` opens the window.
const SIZE: Size = Size::new(1400.0, 900.0);
/// More answers than any gesture gives: one that goes on for ever fails.
const MOST: usize = 5000;

/// A window and who sits before it.
struct Driven {
    app: App,
    tray: Tray,
    renderer: Renderer,
    cache: Cache,
    /// The program was told to end.
    ended: bool,
    // Declared last: it goes away once the office is closed.
    folder: Folder,
}

/// The data of one test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0).or_else(|_| fs::remove_file(&self.0)));
    }
}

impl Driven {
    /// The first words, in a folder of its own that is named after the test.
    fn begin(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("liasse-fenetre-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        let tray = Tray::for_window();
        for face in theme::FACES {
            font_system().write().expect("the fonts").load_font(face.into());
        }
        let renderer = block_on(<Renderer as Headless>::new(theme::REGULAR, Pixels(16.0), Some("tiny-skia")));
        let start = Start {
            root: folder.clone(),
            demo_root: folder.clone(),
            demo: false,
            means: practice::means(&tray),
            dark: false,
            zoom: 100,
            asked: Asked::default(),
        };
        let (app, task) = App::new(start);
        let mut window = Self {
            app,
            tray,
            renderer: renderer.expect("a renderer"),
            cache: Cache::default(),
            ended: false,
            folder: Folder(folder),
        };
        window.run(vec![task]);
        window
    }

    /// The demonstration, opened by the one key that does it.
    fn open(name: &str) -> Self {
        let mut window = Self::begin(name);
        window.press(Named::Enter);
        assert!(matches!(window.app.phase, Phase::Open(_)), "the demonstration does not open");
        window
    }

    #[track_caller]
    fn desk(&self) -> &Desk {
        match &self.app.phase {
            Phase::Open(desk) => desk,
            Phase::Welcome { .. } | Phase::Before(_) => panic!("nothing is open"),
        }
    }

    /// The demonstration beside the desk.
    #[track_caller]
    fn demo(&self) -> &liasse_demo::Office {
        &self.desk().demo.as_ref().expect("the demonstration").office
    }

    /// Asks the practice itself.
    fn asks<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Workstation) -> Result<R, CoreError> + Send + 'static,
    ) -> R {
        self.desk().office.workstation().call(job).expect("a lane").expect("done")
    }

    /// The number of the last FSE.
    fn number(&self) -> String {
        let ledger = self.asks(|ws| ws.ledger());
        ledger.documents.last().expect("an FSE").fse.number.to_string()
    }

    fn with_view<R>(
        &mut self,
        act: impl FnOnce(&mut UserInterface<'_, Message, Theme, Renderer>, &mut Renderer) -> R,
    ) -> R {
        let cache = std::mem::take(&mut self.cache);
        let mut view = UserInterface::build(self.app.view(), SIZE, cache, &mut self.renderer);
        let result = act(&mut view, &mut self.renderer);
        self.cache = view.into_cache();
        result
    }

    /// The view alone, as iced's tests take it: nothing has the focus.
    fn simulator(&self) -> Simulator<'_, Message> {
        let settings = Settings { default_font: theme::REGULAR, ..Settings::default() };
        Simulator::with_size(settings, SIZE, self.app.view())
    }
}

/// What happens.
impl Driven {
    /// Hands messages over in their order, and waits until all that comes of them has ended.
    fn deliver(&mut self, messages: Vec<Message>) {
        let tasks = messages.into_iter().map(|message| self.app.update(message)).collect();
        self.run(tasks);
    }

    fn run(&mut self, tasks: Vec<Task<Message>>) {
        let mut under_way = SelectAll::new();
        for stream in tasks.into_iter().filter_map(task::into_stream) {
            under_way.push(stream);
        }
        let mut answers = 0;
        while let Some(action) = block_on(under_way.next()) {
            answers += 1;
            assert!(answers < MOST, "it never ends");
            match action {
                Action::Output(message) => {
                    if let Message::Opened(Ok(Opened { demo: Some((_, tray)), .. })) = &message {
                        self.tray = tray.clone();
                    }
                    if let Some(stream) = task::into_stream(self.app.update(message)) {
                        under_way.push(stream);
                    }
                }
                Action::Widget(operation) => self.operate(operation),
                Action::Exit => self.ended = true,
                // There is no window of a system and no clipboard.
                _ => {}
            }
        }
    }

    fn operate(&mut self, mut operation: Box<dyn Operation>) {
        loop {
            self.with_view(|view, renderer| view.operate(renderer, operation.as_mut()));
            match operation.finish() {
                Outcome::Chain(next) => operation = next,
                Outcome::None | Outcome::Some(()) => return,
            }
        }
    }

    /// A key goes to the widgets, then to the desk with what they made of it, as the program's subscription tells it.
    fn key(&mut self, key: Key, modifiers: Modifiers, text: Option<&str>) {
        let pressed = Event::Keyboard(keyboard::Event::KeyPressed {
            key: key.clone(),
            modified_key: key.clone(),
            physical_key: Physical::Unidentified(NativeCode::Unidentified),
            location: Location::Standard,
            modifiers,
            text: text.map(Into::into),
            repeat: false,
        });
        let mut messages = Vec::new();
        let status = self.with_view(|view, renderer| {
            let (_, statuses) =
                view.update(&[pressed], Cursor::Unavailable, renderer, &mut clipboard::Null, &mut messages);
            statuses.first().copied().unwrap_or(Status::Ignored)
        });
        messages.push(Message::Key(key, modifiers, status));
        self.deliver(messages);
    }

    fn press(&mut self, key: Named) {
        self.key(Key::Named(key), Modifiers::empty(), None);
    }

    fn back_tab(&mut self) {
        self.key(Key::Named(Named::Tab), Modifiers::SHIFT, None);
    }

    /// Ctrl and a letter, which writes nothing.
    fn control(&mut self, letter: &str) {
        self.key(Key::Character(letter.into()), Modifiers::CTRL, None);
    }

    /// Letters and digits, to whatever takes them.
    fn types(&mut self, text: &str) {
        for sign in text.chars() {
            let sign = sign.to_string();
            self.key(Key::Character(sign.as_str().into()), Modifiers::empty(), Some(&sign));
        }
    }

    /// To a screen by its key.
    #[track_caller]
    fn goes_to(&mut self, place: Place) {
        match place.key().strip_prefix("Ctrl ") {
            Some(letter) => self.control(&letter.to_lowercase()),
            None => self.press(match place.key() {
                "F2" => Named::F2,
                "F3" => Named::F3,
                "F10" => Named::F10,
                other => panic!("no such key: {other}"),
            }),
        }
        assert_eq!(self.desk().place, place);
    }

    fn inserts(&mut self, reader: &str, card: &str) {
        self.tray.insert(reader, card).expect("a card");
        self.cards_move();
    }

    fn pulls(&mut self, reader: &str) {
        self.tray.pull(reader);
        self.cards_move();
    }

    /// The desk is told what is in the readers, as the subscription of the program tells it; the hour stays.
    fn cards_move(&mut self) {
        let read = self.desk().office.cards().call(|cards| {
            cards.refresh();
            cards.snapshot()
        });
        let now = self.desk().now;
        self.deliver(vec![Message::Cards(read.expect("the cards"), now)]);
    }

    /// The holder of a card, in the place of whose card was there.
    #[track_caller]
    fn signs_in(&mut self, card: &str) {
        self.inserts(CPS_READER, card);
        self.types("1234");
        self.press(Named::Enter);
        assert!(self.desk().signed_in.is_some(), "{card}: {:?}", self.desk().notice);
    }

    /// Dr Gris bills Marie Durand's consultation, and she pays by card; the number of the FSE.
    fn consults(&mut self) -> String {
        self.signs_in("cps-gris");
        self.inserts(VITALE_READER, "vitale-durand");
        self.press(Named::F12);
        self.types("c");
        self.number()
    }
}

/// What a person reads.
impl Driven {
    fn selected<S>(&mut self, wanted: S) -> Vec<S::Output>
    where
        S: Selector + Send,
        S::Output: Clone + Send,
    {
        self.with_view(|view, renderer| {
            let mut all = wanted.find_all();
            view.operate(renderer, &mut operation::black_box(&mut all));
            match all.finish() {
                Outcome::Some(found) => found,
                Outcome::None | Outcome::Chain(_) => Vec::new(),
            }
        })
    }

    /// Every text, from the first to the last; an empty field reads as what it asks for.
    fn read(&mut self) -> Vec<String> {
        self.selected(|candidate: Candidate<'_>| match candidate {
            Candidate::Text { content, .. } => Some(content.to_owned()),
            Candidate::TextInput { state, .. } => Some(state.text().to_owned()),
            _ => None,
        })
    }

    /// The names of the fields that have the focus: one, or none.
    fn focused(&mut self) -> Vec<Id> {
        let id = |target: Target| match target {
            Target::Focusable { id, .. } => id,
            _ => None,
        };
        self.selected(selector::is_focused()).into_iter().filter_map(id).collect()
    }

    fn count(&mut self, words: &str) -> usize {
        self.read().iter().filter(|text| *text == words).count()
    }

    #[track_caller]
    fn shows(&mut self, words: &str) {
        let read = self.read();
        assert!(read.iter().any(|text| text == words), "not on the screen: {words}\n{read:#?}");
    }

    /// No text holds that anywhere.
    #[track_caller]
    fn lacks(&mut self, part: &str) {
        let found: Vec<String> = self.read().into_iter().filter(|text| text.contains(part)).collect();
        assert!(found.is_empty(), "on the screen: {found:?}");
    }

    /// The texts that begin as a sentence does before its first value.
    fn begun(&mut self, sentence: &str) -> Vec<String> {
        let head = sentence.split('{').next().unwrap_or_default();
        self.read().into_iter().filter(|text| text.starts_with(head)).collect()
    }

    /// The three sentences of a refusal and its code.
    #[track_caller]
    fn says(&mut self, code: &'static str) {
        let entry = catalogue::entry(Code(code)).expect("a code of the catalogue");
        let read = self.read();
        for sentence in [&entry.what, &entry.safe, &entry.action] {
            assert!(read.iter().any(|text| fits(text, sentence)), "{code} does not say: {sentence}\n{read:#?}");
        }
        assert!(read.iter().any(|text| text == code), "{code} is not named");
    }

    /// Escape takes a refusal away.
    #[track_caller]
    fn escapes(&mut self, code: &'static str) {
        self.says(code);
        self.press(Named::Escape);
        self.lacks(code);
        let entry = catalogue::entry(Code(code)).expect("a code of the catalogue");
        let read = self.read();
        assert!(!read.iter().any(|text| fits(text, &entry.what)), "{code} is still said");
    }
}

/// Whether a text is that sentence with its values.
fn fits(text: &str, sentence: &str) -> bool {
    let head = sentence.split('{').next().unwrap_or_default();
    let tail = sentence.rsplit('}').next().unwrap_or_default();
    if head == sentence { text == sentence } else { text.starts_with(head) && text.ends_with(tail) }
}
