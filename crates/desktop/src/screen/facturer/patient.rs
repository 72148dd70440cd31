//! Whose card is in: a patient opens with their card, what was typed for them is put aside when another's comes, and
//! waits for them.

use iced::widget::operation;
use iced::{Task, widget};
use liasse_core::cards::{CardView, Snapshot, VitaleView, difference, same_world};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::office::Office;
use liasse_core::ports::CardError;
use liasse_domain::{CardKind, Centimes, Coded, Instant, SecuringMode};

use super::{Action, ENTRY, Message, Stage, State, comparator};

impl State {
    /// The readers changed: a new Vitale opens its patient, never in the draft of the last one, and only when it was said
    /// how that one settles.
    pub fn cards_changed(
        &mut self,
        office: &Office,
        signed_in: Option<&SignedIn>,
        cards: &Snapshot,
        now: Instant,
    ) -> Task<Message> {
        self.seen_at = now;
        let was_in = std::mem::replace(&mut self.card_is_in, cards.vitale().is_some());
        let failure = cards.readers.iter().find_map(|reader| match &reader.card {
            CardView::Failed(error) => Some(error.report()),
            // Its holder believes that it is a good one.
            CardView::Unknown { kind: kind @ CardKind::Vitale1, .. } => {
                Some(CardError::NotThatCard { kind: *kind }.report())
            }
            _ => None,
        });
        if let Some(report) = failure {
            self.notice = Some(report);
        }
        let present = cards.vitale().map(|(_, vitale)| vitale);
        let same =
            |card: &VitaleView| self.vitale.as_ref().is_some_and(|current| current.read.content == card.read.content);
        if self.asks_how_settled() {
            self.next = present.filter(|card| !same(card)).map(|card| (card.clone(), now));
            return Task::none();
        }
        let Some(vitale) = present else {
            self.other = None;
            // What goes back to the patient stands there until the next one comes.
            if matches!(&self.stage, Stage::Signed(signed) if signed.back == Centimes::ZERO) {
                self.leave();
            }
            return Task::none();
        };
        let came_back = !was_in && matches!(self.stage, Stage::Signed(_));
        if same(vitale) && !came_back {
            self.adopt(vitale);
            self.other = None;
            return Task::none();
        }
        if let Some(draft) = self.said_anew(vitale, now) {
            self.other = None;
            return self.take_in(office, signed_in, vitale, draft);
        }
        if let Some(other) = self.unlike(vitale) {
            self.other = Some(other);
            return Task::none();
        }
        self.leave();
        self.open(office, signed_in, vitale.clone(), now)
    }

    /// What is on the screen, as a card says it that is another one of the same insured person, or was brought up to date, and names
    /// the patient too: nothing of it is swept away. What is signed has ended.
    fn said_anew(&self, vitale: &VitaleView, now: Instant) -> Option<Draft> {
        let draft = self.draft.as_ref().filter(|_| self.vitale.is_some() && !matches!(self.stage, Stage::Signed(_)))?;
        draft.taken_up(&Draft::new(vitale, 0, now).ok()?)
    }

    /// The same patient by that card. What has a number stays as its bytes are.
    fn take_in(
        &mut self,
        office: &Office,
        signed_in: Option<&SignedIn>,
        vitale: &VitaleView,
        draft: Draft,
    ) -> Task<Message> {
        if !matches!(self.stage, Stage::Editing) {
            self.adopt(vitale);
            return Task::none();
        }
        // No key leads back to what the card said before.
        self.undone.clear();
        (self.vitale, self.draft) = (Some(vitale.clone()), Some(draft));
        if let Some(refused) = signed_in.and_then(|person| same_world(&person.holder, &vitale.read).err()) {
            self.notice = Some(liasse_domain::Coded::report(&refused));
        }
        let covered = self.cover_changed(office, signed_in);
        let untouched = self.proposed.is_untouched();
        let proposed = if untouched { self.propose_anew(office, signed_in) } else { Task::none() };
        Task::batch([covered, proposed])
    }

    /// Opens the patient whose card waited for an answer about the last one, once there is one.
    pub(super) fn open_next(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        if self.asks_how_settled() {
            return Task::none();
        }
        let Some((vitale, now)) = self.next.take() else { return Task::none() };
        self.leave();
        self.open(office, signed_in, vitale, now)
    }

    /// Puts the unsigned draft aside and empties the screen.
    pub(super) fn leave(&mut self) {
        self.park();
        *self = Self {
            parked: std::mem::take(&mut self.parked),
            owner: std::mem::take(&mut self.owner),
            others: std::mem::take(&mut self.others),
            card_is_in: self.card_is_in,
            round: self.round,
            shows_seconds: self.shows_seconds,
            seen_at: self.seen_at,
            patient: self.patient + 1,
            revision: self.revision + 1,
            ..Self::default()
        };
    }

    /// Somebody signed in: what another person had on the screen is put aside for that one, and nothing of it stays.
    pub fn is_of(&mut self, serial: &str) {
        if self.owner == serial {
            return;
        }
        // Another's round of visits is not theirs.
        self.round = false;
        let vitale = self.other.take().map(comparator::Other::into_card).or_else(|| self.vitale.clone());
        self.leave();
        let own = self.others.remove(serial).unwrap_or_default();
        let theirs = std::mem::replace(&mut self.parked, own);
        let before = std::mem::replace(&mut self.owner, serial.to_owned());
        if before.is_empty() {
            // Nobody was signed in yet: the patient whose card was there first is this person's.
            self.parked.extend(theirs);
        } else if !theirs.is_empty() {
            self.others.insert(before, theirs);
        }
        // The card that is in the reader opens its patient for the one who is there now.
        if let Some(vitale) = vitale.filter(|_| self.card_is_in) {
            let now = self.seen_at;
            self.put_up(vitale, now);
        }
    }

    /// Puts what was typed aside, for when its patient's card is inserted again.
    pub(super) fn park(&mut self) {
        let unsigned = matches!(self.stage, Stage::Editing);
        if let Some(draft) = self.draft.take()
            && unsigned
            && self.proposed.is_work(&draft)
        {
            self.parked.push((self.vitale.clone(), draft));
        }
    }

    /// What was typed today for that patient without their card and put aside, else what was just begun for them.
    pub(super) fn resumed(&mut self, begun: Draft) -> Draft {
        let of_today = |card: Option<&VitaleView>, draft: &Draft| {
            card.is_none() && draft.mode == begun.mode && draft.input.date == begun.input.date
        };
        self.taken_up(&begun, of_today).unwrap_or(begun)
    }

    /// The last of what was put aside for a patient of that family, as `begun` says it now.
    fn taken_up(&mut self, begun: &Draft, fits: impl Fn(Option<&VitaleView>, &Draft) -> bool) -> Option<Draft> {
        let again = |(card, draft): &(Option<VitaleView>, Draft)| {
            fits(card.as_ref(), draft).then(|| draft.taken_up(begun)).flatten()
        };
        let found = self.parked.iter().enumerate().rev().find_map(|(index, one)| Some((index, again(one)?)));
        let (index, draft) = found?;
        self.parked.remove(index);
        self.proposed.came_back();
        Some(draft)
    }

    /// The patient of a card on the screen: what was put aside for them, or a new draft.
    fn put_up(&mut self, vitale: VitaleView, now: Instant) {
        match Draft::new(&vitale, 0, now) {
            Ok(begun) => {
                let mut draft = self.taken_up(&begun, |card, _| card.is_some()).unwrap_or(begun);
                draft.set_day(now);
                if draft.input.acts.is_empty() {
                    draft.ask_about_ald();
                }
                if self.round && draft.mode == SecuringMode::Securise {
                    draft.mode = SecuringMode::Visite;
                }
                self.draft = Some(draft);
            }
            Err(error) => self.notice = Some(liasse_domain::Coded::report(&error)),
        }
        self.vitale = Some(vitale);
        self.opened = Some(std::time::Instant::now());
    }

    pub(super) fn open(
        &mut self,
        office: &Office,
        signed_in: Option<&SignedIn>,
        vitale: VitaleView,
        now: Instant,
    ) -> Task<Message> {
        let mixed = signed_in.and_then(|person| same_world(&person.holder, &vitale.read).err());
        self.put_up(vitale, now);
        if let Some(refused) = mixed {
            self.notice = Some(liasse_domain::Coded::report(&refused));
        }
        Task::batch([self.signed_in_changed(office, signed_in), operation::focus(widget::Id::new(ENTRY))])
    }

    /// The draft of a correction takes the screen; what was typed for the same card comes back when it is inserted again.
    pub fn take_up(&mut self, office: &Office, signed_in: Option<&SignedIn>, draft: Draft) -> Task<Message> {
        // The card may have been changed while the draft was made.
        let vitale = self.vitale.clone().filter(|card| difference(&draft, card).is_none());
        if vitale.is_none() {
            return Task::none();
        }
        self.leave();
        (self.vitale, self.draft) = (vitale, Some(draft));
        self.price(office, signed_in)
    }

    pub(super) fn next_beneficiary(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let Some(draft) = &self.draft else { return Action::None };
        let next = (draft.beneficiary() + 1) % draft.card().beneficiaries.len();
        // After the signature the brother is next: a new draft of the same card.
        if let (Stage::Signed(signed), Some(vitale)) = (&self.stage, self.vitale.clone().filter(|_| self.card_is_in)) {
            if signed.is_open() {
                return Action::None;
            }
            let now = self.seen_at;
            self.leave();
            self.put_up(vitale, now);
        } else if !matches!(self.stage, Stage::Editing) {
            return Action::None;
        }
        let Some(draft) = &self.draft else { return Action::None };
        // A correction is for the person whose FSE was rejected.
        if draft.corrects().is_some() {
            return Action::None;
        }
        // No key leads back to the other person's draft.
        self.undone.clear();
        match draft.for_beneficiary(next) {
            Ok(draft) => self.draft = Some(draft),
            Err(error) => self.notice = Some(liasse_domain::Coded::report(&error)),
        }
        let covered = self.cover_changed(office, signed_in);
        Action::Run(Task::batch([covered, self.propose_anew(office, signed_in), self.focus()]))
    }
}
