//! Lots et envois: one timeline per FSE from the writing to the money, and the three gestures: sign, send, fetch.
//! Rows are windowed: only the latest are read, only those on screen are built.

mod drawn;
mod gestures;
mod lists;

use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{button, column, container, row, space, text};
use iced::{Element, Fill, Task};
use liasse_core::desk::SignedIn;
use liasse_core::ledger::{Document, LedgerPage, Unsent};
use liasse_core::lists::{List, Listing, Only};
use liasse_core::office::Office;
use liasse_core::returns::FetchOutcome;
use liasse_core::sending::SendSummary;
use liasse_core::signing;
use liasse_domain::{Code, DocumentKind, FseRef, Report};

use crate::ask::{aside, ask};
use crate::screen::listed::{self, Listed};
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::rows::{Asked, Choice, Scrolled, walked};
use drawn::document_row;
use gestures::Gesture;
use lists::Written;
pub use lists::listing_words;

/// The height of a row, fixed so that the list can be windowed.
const ROW: f32 = 60.0;

/// The screen.
#[derive(Default)]
pub struct State {
    ledger: Option<LedgerPage>,
    scrolled: Scrolled,
    asked: Asked,
    /// The document that the keys are about, from the newest.
    chosen: usize,
    /// An FSE that another screen sends to.
    wanted: Option<FseRef>,
    gesture: Gesture,
    /// How the list is sorted and filtered.
    listing: Listing,
    busy: Option<&'static str>,
    notice: Option<Report>,
    said: Option<String>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// The ledger was read.
    Loaded(Box<Result<LedgerPage, Report>>),
    /// The list was scrolled.
    Scrolled(Scrolled),
    /// Seal and sign the lots.
    Sign,
    /// Lots were signed, or not.
    Signed(Result<usize, Report>),
    /// Send what may leave.
    Send,
    /// The same by the clock or at closing: nobody asked for it.
    SendUnasked,
    /// The sending ended.
    Sent(Box<Result<SendSummary, Report>>),
    /// Fetch the returns.
    Fetch,
    /// The fetching ended.
    Fetched(Result<FetchOutcome, Report>),
    /// A document was chosen.
    Chosen(usize),
    /// The next document, or the one before.
    Move(bool),
    /// Takes the chosen DRE back.
    TakeBack,
    /// It is withdrawn, or another one that says so is signed.
    TookBack(Result<bool, Report>),
    /// Sorts the list, turns it round, filters it, writes it out.
    Listed(Listed),
    /// Prints something about the chosen document.
    Write(Written),
    /// It is written, with the sentence that says where, or not.
    Wrote(Result<String, Report>),
    /// Asks for a scanned document.
    AskFile,
    /// The name of a file was typed.
    FileTyped(String),
    /// The next kind of document.
    NextKind,
    /// Ties the file to the chosen FSE.
    Attach,
    /// It is tied, or not.
    Attached(Result<(), Report>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Say this in the corner.
    Said(String),
    /// Write this list.
    Export(List),
    /// The post answered, well or not; run a task.
    LinkTried(bool, Task<Message>),
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let mut keys = vec![
        ("↑ ↓", t("help.choose_row")),
        ("F12", t("help.sign_lots")),
        ("F8", t("help.send")),
        ("F5", t("help.fetch")),
        ("F7", t("help.attach")),
        ("Suppr", t("help.take_back")),
    ];
    keys.extend(listed::keys());
    keys.extend([("F4", t("help.duplicate")), ("Ctrl J", t("help.lot_sheet")), ("Ctrl D", t("help.incident"))]);
    keys
}

impl State {
    /// Reads the ledger of a person again, and what is unsent whoever is there.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let (person, limit, listing) = (signed_in.cloned(), self.asked.limit(), self.listing);
        let read = ask(&office.workstation(), move |ws| ws.ledger_page(person.as_ref(), listing, limit));
        read.map(|answer| Message::Loaded(Box::new(answer)))
    }

    /// What has not reached the caisse yet.
    pub fn unsent(&self) -> Unsent {
        self.ledger.as_ref().map(|page| page.unsent).unwrap_or_default()
    }

    /// Another screen sends here for that FSE: it is chosen once the list is read.
    pub fn look_at(&mut self, fse: FseRef) {
        self.wanted = Some(fse);
        self.listing = Listing::default();
    }

    /// Takes the message of this screen away.
    pub fn dismiss(&mut self) {
        (self.notice, self.said, self.gesture) = (None, None, Gesture::None);
    }

    /// The FSE that the chosen row is about, where the row is of that kind.
    fn chosen_of(&self, kind: DocumentKind) -> Option<FseRef> {
        let document = self.ledger.as_ref()?.documents.get(self.chosen)?;
        (document.kind == kind.word()).then(|| document.fse.clone())
    }

    fn choose(&mut self, index: usize) {
        let last = self.ledger.as_ref().map_or(0, |page| page.documents.len().saturating_sub(1));
        self.chosen = index.min(last);
        self.gesture = Gesture::None;
        self.said = None;
    }

    /// Why the last gesture failed.
    pub fn failure(&self) -> Option<&Report> {
        self.notice.as_ref()
    }

    /// Whether a gesture is under way.
    pub fn is_busy(&self) -> bool {
        self.busy.is_some()
    }

    /// The message of a key pressed on this screen.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::F12) => Some(Message::Sign),
            Key::Named(Named::F8) => Some(Message::Send),
            Key::Named(Named::F5) => Some(Message::Fetch),
            Key::Named(Named::F6) => Some(Message::NextKind),
            Key::Named(Named::F7) => Some(Message::AskFile),
            Key::Named(Named::F4) => Some(Message::Write(Written::Duplicate)),
            Key::Named(Named::Delete) => Some(Message::TakeBack),
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            _ => None,
        }
    }

    /// The row that the arrows chose.
    pub fn choice(&self) -> Option<Choice> {
        Some(Choice { row: self.chosen, height: ROW })
    }

    /// The message of a letter that was typed with Ctrl.
    pub fn control(&self, letter: &str) -> Option<Message> {
        match letter {
            "j" => Some(Message::Write(Written::LotSheet)),
            "d" => Some(Message::Write(Written::Incident)),
            other => listed::of_letter(other).map(Message::Listed),
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Loaded(answer) => {
                match *answer {
                    Ok(ledger) => {
                        let wanted = self.wanted.take();
                        let is = |document: &Document| wanted.as_ref().is_some_and(|fse| document.fse == *fse);
                        if let Some(fse) = &wanted {
                            // None rather than another patient's.
                            let at = ledger.documents.iter().position(is);
                            self.chosen = at.unwrap_or(ledger.documents.len());
                            if at.is_none() {
                                self.said = Some(with("watched.not_listed", &[("fse", &fse.number.to_string())]));
                            }
                        }
                        self.ledger = Some(ledger);
                    }
                    Err(report) => self.notice = Some(report),
                }
                Action::None
            }
            Message::Scrolled(to) => {
                self.scrolled = to;
                let read = self.ledger.as_ref().map_or(0, |page| page.documents.len());
                if self.asked.more(to.end(ROW), read) {
                    return Action::Run(self.reload(office, signed_in));
                }
                Action::None
            }
            Message::Sign | Message::Send | Message::SendUnasked | Message::Fetch | Message::TakeBack
                if self.busy.is_some() =>
            {
                Action::None
            }
            Message::Chosen(index) => {
                self.choose(index);
                Action::None
            }
            Message::Move(forward) => {
                self.choose(if forward { self.chosen + 1 } else { self.chosen.saturating_sub(1) });
                let read = self.ledger.as_ref().map_or(0, |page| page.documents.len());
                if self.asked.more(self.chosen, read) {
                    Action::Run(self.reload(office, signed_in))
                } else {
                    Action::None
                }
            }
            Message::TakeBack => self.ask_to_take_back(office, signed_in),
            Message::TookBack(answer) => {
                self.took_back(answer);
                Action::Run(self.reload(office, signed_in))
            }
            Message::Listed(gesture) => match listed::changed(self.listing, gesture) {
                Some(listing) => self.list_as(office, signed_in, listing),
                None => Action::Export(List::Documents(self.listing)),
            },
            Message::Write(what) => self.write(office, signed_in, what),
            Message::Wrote(answer) => {
                self.busy = None;
                match answer {
                    Ok(said) => Action::Said(said),
                    Err(report) => {
                        self.notice = Some(report);
                        Action::None
                    }
                }
            }
            Message::AskFile => self.begin_attaching(),
            Message::FileTyped(typed) => {
                if let Gesture::Attaching(_, name, _) = &mut self.gesture {
                    *name = typed;
                }
                Action::None
            }
            Message::NextKind => {
                if let Gesture::Attaching(_, _, kind) = &mut self.gesture {
                    *kind += 1;
                }
                Action::None
            }
            Message::Attach => self.attach(office, signed_in),
            Message::Attached(Ok(())) => {
                self.gesture = Gesture::None;
                self.said = Some(t("lots.attached").to_owned());
                Action::Run(self.reload(office, signed_in))
            }
            Message::Attached(Err(report)) => {
                self.notice = Some(report);
                Action::None
            }
            Message::Sign => {
                let Some(person) = signed_in.cloned() else {
                    self.notice = Some(Report::new(Code("cards.code_requis"), &[]));
                    return Action::None;
                };
                self.begin(t("lots.signing"));
                let (lane, cards) = (office.workstation(), office.cards());
                let lots = aside(move || signing::finish_lots(&lane, &cards, &person).map(|lots| lots.len()));
                Action::Run(lots.map(Message::Signed))
            }
            Message::Signed(answer) => {
                self.busy = None;
                match answer {
                    Ok(0) => self.said = Some(t("lots.nothing_to_sign").to_owned()),
                    Ok(count) => self.said = Some(with("lots.signed", &[("count", &count.to_string())])),
                    Err(report) => self.notice = Some(report),
                }
                Action::Run(self.reload(office, signed_in))
            }
            Message::Send => {
                if let Some(refused) = signed_in.and_then(|person| person.mailbox().err()) {
                    self.notice = Some(liasse_domain::Coded::report(&refused));
                    return Action::None;
                }
                self.begin(t("lots.sending"));
                Action::Run(ask(&office.post(), |post| post.send()).map(|answer| Message::Sent(Box::new(answer))))
            }
            Message::SendUnasked => {
                self.begin(t("lots.sending"));
                let sent = ask(&office.post(), |post| post.send_unasked());
                Action::Run(sent.map(|answer| Message::Sent(Box::new(answer))))
            }
            Message::Sent(answer) => {
                self.busy = None;
                let reached = self.tell_sent(*answer);
                Action::LinkTried(reached, self.reload(office, signed_in))
            }
            Message::Fetch => {
                self.begin(t("lots.fetching"));
                Action::Run(ask(&office.post(), |post| post.fetch()).map(Message::Fetched))
            }
            Message::Fetched(answer) => {
                self.busy = None;
                let reached = answer.is_ok();
                match answer {
                    Ok(outcome) => {
                        let (taken, unknown) = (outcome.taken.to_string(), outcome.unknown.to_string());
                        self.said = Some(with("lots.fetched", &[("taken", &taken), ("unknown", &unknown)]));
                    }
                    Err(report) => self.notice = Some(report),
                }
                Action::LinkTried(reached, self.reload(office, signed_in))
            }
        }
    }

    fn begin(&mut self, what: &'static str) {
        self.busy = Some(what);
        self.notice = None;
        self.said = None;
        self.gesture = Gesture::None;
    }

    fn tell_sent(&mut self, answer: Result<SendSummary, Report>) -> bool {
        match answer {
            Ok(summary) => {
                let scans = summary.scans;
                if let Some((_, report)) = summary.failed.into_iter().chain(scans.failed).next() {
                    self.notice = Some(report);
                    return false;
                }
                if !summary.unconfirmed.is_empty() {
                    self.notice = Some(Report::new(Code("road.envoi_non_confirme"), &[]));
                    return false;
                }
                if !scans.unconfirmed.is_empty() {
                    self.notice = Some(Report::new(Code("road.numerisation_non_confirmee"), &[]));
                    return false;
                }
                self.said = Some(match summary.sent.len() {
                    0 => t("lots.nothing_to_send").to_owned(),
                    count => with("lots.sent", &[("count", &count.to_string())]),
                });
                true
            }
            Err(report) => {
                self.notice = Some(report);
                false
            }
        }
    }

    /// The screen: the documents of the person signed in.
    pub fn view<'a>(&'a self, signed_in: Option<&'a SignedIn>) -> Element<'a, Message> {
        // Another person's page may still be there while this one's is read.
        let theirs = |page: &&LedgerPage| signed_in.is_some_and(|who| page.is_of(who));
        let page = self.ledger.as_ref().filter(theirs);
        let documents = page.map_or(&[][..], |page| &page.documents);
        let read_until = parts::read_until(self.ledger.as_ref().and_then(|ledger| ledger.returns_read_until));
        let count = page.map_or(0, |page| page.count).to_string();
        let mut body = column![
            row![
                parts::title(t("lots.title")),
                parts::faint(with("lots.count", &[("count", &count)])),
                parts::faint(listing_words(self.listing)),
                space::horizontal(),
                read_until,
            ]
            .spacing(16)
            .align_y(iced::Center),
        ]
        .spacing(12);
        body = body.push(if documents.is_empty() {
            let words = match (signed_in.is_some(), self.listing.only == Only::All) {
                (true, true) => t("lots.empty"),
                (true, false) => t("lots.none_such"),
                (false, _) => t("lots.nobody"),
            };
            Element::from(container(parts::faint(words)).height(Fill).padding(16))
        } else {
            self.list(documents)
        });
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            body = body.push(text(said).size(theme::BODY));
        }
        body = body.push(self.gesture_view());
        body = body.push(match self.busy {
            Some(what) => text(what).size(theme::BODY).into(),
            None => Element::from(
                row![
                    parts::key_action("F12", t("lots.sign")),
                    parts::key_action("F8", t("lots.send")),
                    parts::key_action("F5", t("lots.fetch")),
                    match self.chosen_of(DocumentKind::Dre) {
                        Some(_) => parts::key_action("Suppr", t("lots.take_back")),
                        None => parts::key_action("F7", t("lots.attach")),
                    },
                ]
                .push(parts::key_action("F4", t("help.duplicate")))
                .push(listed::hints())
                .spacing(24)
                .wrap(),
            ),
        });
        container(body).padding(16).width(Fill).height(Fill).style(theme::panel).into()
    }

    /// Newest first: what was just done is what people look for.
    fn list<'a>(&'a self, documents: &'a [Document]) -> Element<'a, Message> {
        walked(self.scrolled, ROW, documents.len(), |index| self.row(index, &documents[index]), Message::Scrolled)
    }
}

impl State {
    fn row<'a>(&self, index: usize, document: &'a Document) -> Element<'a, Message> {
        let line = document_row(document);
        let line = if index == self.chosen { line.style(theme::outlined) } else { line };
        button(line).padding(0).style(button::text).width(Fill).on_press(Message::Chosen(index)).into()
    }
}
