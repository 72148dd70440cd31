//! What a patient's draft begins with: asked of `core` when the card comes in, shown as proposed until somebody types.
//! Typing an act replaces what was proposed; `+` in front adds to it.

use iced::Task;
use liasse_core::Tables;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Accident, Draft, LineError, Proposal};
use liasse_core::office::Office;
use liasse_domain::{Report, SecuringMode};

use super::{Action, Message, Stage, State};
use crate::ask::ask;

/// What was proposed for the patient on the screen.
#[derive(Debug, Default)]
pub struct Proposed {
    /// The set whose acts stand there untouched.
    set: Option<String>,
    /// The accidents that go on.
    accidents: Vec<Accident>,
    /// The day of the FSE whose answers are proposed again.
    answered_on: Option<chrono::NaiveDate>,
    /// Somebody named a newborn or a doctor, or what they had put aside came back: the draft is theirs, whatever acts it has.
    theirs: bool,
}

impl Proposed {
    /// The set whose acts nobody has touched.
    pub fn set(&self) -> Option<&str> {
        self.set.as_deref()
    }

    /// The accidents of the patient that go on.
    pub fn accidents(&self) -> &[Accident] {
        &self.accidents
    }

    /// The day of the answers that are proposed again.
    pub fn answered_on(&self) -> Option<chrono::NaiveDate> {
        self.answered_on
    }

    /// Whether the acts are those of a set, as they were proposed.
    pub fn is_untouched(&self) -> bool {
        self.set.is_some()
    }

    /// What somebody had put aside is on the screen again.
    pub fn came_back(&mut self) {
        self.theirs = true;
    }

    /// Whether a draft is somebody's work, that no other card may sweep away.
    pub fn is_work(&self, draft: &Draft) -> bool {
        self.theirs || (!self.is_untouched() && !draft.input.acts.is_empty())
    }

    /// Another context: what was proposed counts no more, what somebody has done does.
    fn begin_anew(&mut self) {
        *self = Self { theirs: self.theirs, ..Self::default() };
    }

    /// Somebody changed the acts: they are theirs now.
    pub fn touched(&mut self) {
        self.set = None;
    }

    /// Adds what was typed: in the place of what was proposed, beside it where it begins with `+`.
    pub fn add(&mut self, draft: &mut Draft, tables: &Tables, text: &str) -> Result<(), LineError> {
        let beside = text.trim_start().strip_prefix('+');
        let typed = beside.unwrap_or(text);
        let mut changed = draft.clone();
        // What was answered about the ALD for the main act holds for what is typed after it.
        let main = draft.input.acts.first().map(|act| act.ald_related).filter(|_| !draft.asks_about_ald());
        if beside.is_none() && self.is_untouched() && !names_somebody(text) {
            changed.input.acts.clear();
        }
        let kept = changed.input.acts.len();
        changed.add_typed(tables, typed).map_err(|error| error.moved(text.len() - typed.len()))?;
        if let Some(related) = main.filter(|_| changed.rights().ald && !changed.is_accident()) {
            changed.input.acts.iter_mut().skip(kept).for_each(|act| act.ald_related = related);
        }
        *draft = changed;
        if names_somebody(text) {
            self.theirs = true;
        } else {
            self.touched();
        }
        Ok(())
    }
}

/// `DR 991010224` and `NN 10/01/2026 LÉA` are no acts.
fn names_somebody(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    ["dr", "nn"].iter().any(|word| first.eq_ignore_ascii_case(word))
}

impl State {
    /// Asks what this patient's draft begins with, while it is empty.
    pub(super) fn propose(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let empty = self.draft.as_ref().filter(|draft| draft.input.acts.is_empty());
        let (Some(draft), Some(person), Stage::Editing) = (empty, signed_in, &self.stage) else { return Task::none() };
        let (draft, person, patient, revision) = (draft.clone(), person.clone(), self.patient, self.revision);
        ask(&office.workstation(), move |ws| ws.propose(&draft, &person))
            .map(move |answer| Message::Proposed(patient, revision, Box::new(answer)))
    }

    /// The context changed: what was proposed and not touched is proposed anew.
    pub fn propose_anew(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        if self.proposed.is_untouched()
            && let Some(draft) = &mut self.draft
        {
            draft.input.acts.clear();
        }
        self.proposed.begin_anew();
        self.line = 0;
        self.propose(office, signed_in)
    }

    pub(super) fn take_proposal(
        &mut self,
        office: &Office,
        signed_in: Option<&SignedIn>,
        revision: u64,
        answer: Result<Proposal, Report>,
    ) -> Action {
        let untouched = revision == self.revision && matches!(self.stage, Stage::Editing);
        match answer {
            Ok(proposal) if untouched => {
                let Proposal { draft, set, accidents, answered_on } = proposal;
                self.proposed = Proposed { set, accidents, answered_on, theirs: self.proposed.theirs };
                self.draft = Some(draft);
                self.undone.clear();
                Action::Run(self.price(office, signed_in))
            }
            // Something was changed meanwhile: asked again while there is no act, and the accidents are known all the same.
            Ok(proposal) => {
                self.proposed.accidents = proposal.accidents;
                Action::Run(self.propose(office, signed_in))
            }
            Err(report) => {
                self.notice = Some(report);
                Action::None
            }
        }
    }

    /// Bills the patient of the screen as a dialog says.
    pub fn bill_as(&mut self, office: &Office, signed_in: Option<&SignedIn>, draft: Draft) -> Task<Message> {
        let same = |shown: &Draft| shown.beneficiary() == draft.beneficiary() && shown.card() == draft.card();
        if let Some(shown) = self.draft.as_mut().filter(|shown| same(shown))
            && matches!(self.stage, Stage::Editing)
        {
            self.undone.push(shown.clone());
            shown.take_accidents_of(&draft);
        }
        // A new accident, or one that is over: what is open is asked again with the next proposal.
        self.proposed.accidents.clear();
        self.price(office, signed_in)
    }

    /// Takes the last change back, as long as the draft has no number.
    pub(super) fn undo(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        if !matches!(self.stage, Stage::Editing) {
            return Action::None;
        }
        let Some(before) = self.undone.pop() else { return Action::None };
        // The acts may be those that were proposed again, but somebody has chosen them now.
        self.proposed.touched();
        // A visit that is taken back is none of the next patient's either.
        if self.draft.as_ref().is_some_and(|draft| draft.mode != before.mode) {
            self.round = before.mode == SecuringMode::Visite;
        }
        self.draft = Some(before);
        self.notice = None;
        Action::Run(self.price(office, signed_in))
    }

    pub(super) fn move_line(&mut self, forward: bool) {
        let last = self.draft.as_ref().map_or(0, |draft| draft.input.acts.len().saturating_sub(1));
        self.line = if forward { (self.line + 1).min(last) } else { self.line.saturating_sub(1) };
    }

    /// « En rapport avec l'ALD ? »: while nobody has answered, yes for every line; then line by line.
    pub(super) fn answer_ald(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let line = self.line;
        self.edit(office, signed_in, |draft| {
            if draft.asks_about_ald() {
                (0..draft.input.acts.len()).for_each(|act| draft.answer_ald(act, true));
            } else if let Some(related) = draft.input.acts.get(line).map(|act| act.ald_related) {
                draft.answer_ald(line, !related);
            }
        })
    }

    /// Made on a visit, or at the practice: so are those of the next patients.
    pub(super) fn visit(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let (Some(draft), Stage::Editing) = (&mut self.draft, &self.stage) else { return Action::None };
        self.undone.push(draft.clone());
        draft.mode = match draft.mode {
            SecuringMode::Securise => SecuringMode::Visite,
            SecuringMode::Visite => SecuringMode::Securise,
            other => other,
        };
        self.round = draft.mode == SecuringMode::Visite;
        self.notice = None;
        let priced = self.price(office, signed_in);
        Action::Run(Task::batch([priced, self.propose_anew(office, signed_in)]))
    }
}
