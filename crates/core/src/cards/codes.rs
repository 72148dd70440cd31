//! The codes of a CPS at the desk: given, changed, unblocked. The counter of each is read in the transaction that sends it, and
//! the last try is only spent where somebody said so. Not where they are typed; a code lives only while it is sent, once.

use liasse_cards::cps::{Cps, Locked, PukState, Situations, complete_pin, complete_puk};
use liasse_cards::{CardError, ChannelError};
use liasse_domain::{CardKind, Digits};

use super::line::Job;
use super::slot::{Open, Slot};
use super::{CardDesk, CardView, CpsView, find};

/// What becomes of the last try of a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastTry {
    /// It is not spent.
    #[default]
    Spare,
    /// Somebody was told that it is the last one, and said that it may be spent.
    Spend,
}

const NOT_THAT_CARD: CardError = CardError::NotThatCard { kind: CardKind::Unknown };

impl CardDesk {
    /// Whether the CPS in `reader` is the one of that serial: a code that was typed for one card is shown to no other, though
    /// they changed places while it was typed. Asked in the same job of the lane that sends the code.
    ///
    /// # Errors
    /// [`CardError::OtherHolder`].
    pub fn holds(&self, reader: &str, serial: &str) -> Result<(), CardError> {
        if self.serial_in(reader).as_deref() == Some(serial) { Ok(()) } else { Err(CardError::OtherHolder) }
    }

    /// Verifies the PIN of the CPS in `reader` and reads its billing situations. Never tries twice, and never spends the last
    /// try: see [`CardDesk::verify_pin_with`].
    ///
    /// # Errors
    /// What the card says; [`CardError::LastTry`], with nothing sent.
    pub fn verify_pin(&mut self, reader: &str, pin: &Digits) -> Result<(), CardError> {
        self.verify_pin_with(reader, pin, LastTry::Spare)
    }

    /// The same, where the person may have said that the last try may be spent.
    ///
    /// # Errors
    /// As [`CardDesk::verify_pin`].
    pub fn verify_pin_with(&mut self, reader: &str, pin: &Digits, last: LastTry) -> Result<(), CardError> {
        // A card that is verified already stays so: a second question must not cost its first answer.
        let slot = find(&mut self.slots, reader)?;
        match (&slot.open, &slot.view) {
            (Open::Locked(_), _) => {}
            (_, CardView::Failed(error)) => return Err(*error),
            (_, CardView::Empty) => return Err(CardError::Channel(ChannelError::Removed)),
            _ => return Err(NOT_THAT_CARD),
        }
        complete_pin(pin)?;
        let (job, tries) = self.counted(reader)?;
        may_spend(tries, last)?;
        let slot = find(&mut self.slots, reader)?;
        let (CardView::Cps(view), Open::Locked(locked)) =
            (&mut slot.view, std::mem::replace(&mut slot.open, Open::Nothing))
        else {
            return Err(NOT_THAT_CARD);
        };
        let (open, result) = unlocked(view, locked, pin);
        drop(job);
        self.keep(reader, open, result)
    }

    /// Changes the PIN of the CPS in `reader`, verified or not. Who is at the desk stays there: the new PIN is shown to the card
    /// at once. After a refusal the card is locked.
    ///
    /// # Errors
    /// What the card says of the old PIN, whose tries a wrong one costs; [`CardError::LastTry`], with nothing sent.
    pub fn change_pin(&mut self, reader: &str, old: &Digits, new: &Digits, last: LastTry) -> Result<(), CardError> {
        complete_pin(old)?;
        complete_pin(new)?;
        let (job, tries) = self.counted(reader)?;
        may_spend(tries, last)?;
        self.renewed(reader, job, new, |open| match open {
            Open::Locked(cps) => Some(cps.change_pin(old, new)),
            Open::Verified(cps) => Some(cps.change_pin(old, new)),
            Open::Nothing | Open::Vitale(_) => None,
        })
    }

    /// What is left of the unblocking code of the CPS in `reader`, asked without using a try.
    ///
    /// # Errors
    /// What the card says.
    pub fn unblocking_state(&mut self, reader: &str) -> Result<PukState, CardError> {
        Ok(self.unblocking_counted(reader)?.1)
    }

    /// Begins a job on the CPS in `reader` and reads what is left of its unblocking code.
    fn unblocking_counted(&mut self, reader: &str) -> Result<(Job, PukState), CardError> {
        let (job, _) = self.counted(reader)?;
        let left = match &mut find(&mut self.slots, reader)?.open {
            Open::Locked(cps) => cps.puk_state()?,
            Open::Verified(cps) => cps.puk_state()?,
            Open::Nothing | Open::Vitale(_) => return Err(NOT_THAT_CARD),
        };
        Ok((job, left))
    }

    /// Gives the PIN of the CPS in `reader` its tries back under a new value, and shows the new PIN to the card at once.
    ///
    /// # Errors
    /// What the card says of the unblocking code, whose tries a wrong one costs; [`CardError::LastPukTry`], with nothing sent.
    pub fn unblock_pin(&mut self, reader: &str, puk: &Digits, new: &Digits, last: LastTry) -> Result<(), CardError> {
        complete_puk(puk)?;
        complete_pin(new)?;
        // Counted and sent in one job: between two, another program could spend the try before the last.
        let (job, PukState { tries_left, uses_left }) = self.unblocking_counted(reader)?;
        match (tries_left, last) {
            (0, _) => return Err(CardError::PukBlocked),
            (1, LastTry::Spare) => return Err(CardError::LastPukTry),
            _ if uses_left == Some(0) => return Err(CardError::PukBlocked),
            _ => {}
        }
        self.renewed(reader, job, new, |open| match open {
            Open::Locked(cps) => Some(cps.unblock(puk, new)),
            Open::Verified(cps) => Some(cps.unblock(puk, new)),
            Open::Nothing | Open::Vitale(_) => None,
        })
    }

    /// Begins a job on the CPS in `reader` and reads the tries of its PIN. A card that another program reset is opened again
    /// first: no code was sent to it yet.
    fn counted(&mut self, reader: &str) -> Result<(Job, u8), CardError> {
        match tries_of(find(&mut self.slots, reader)?) {
            Err(CardError::Channel(ChannelError::Reset)) => {
                let before = self.serial_in(reader);
                self.read_again(reader);
                // Whoever was at the desk by this card is so no more, and must see it.
                self.notify();
                if self.serial_in(reader) != before {
                    return Err(CardError::Channel(ChannelError::Removed));
                }
                tries_of(find(&mut self.slots, reader)?)
            }
            counted => counted,
        }
    }

    /// Has the card take a new PIN by `how`, then shows it that PIN.
    fn renewed(
        &mut self,
        reader: &str,
        job: Job,
        new: &Digits,
        how: impl FnOnce(Open) -> Option<(Cps<Locked>, Result<(), CardError>)>,
    ) -> Result<(), CardError> {
        let slot = find(&mut self.slots, reader)?;
        let CardView::Cps(view) = &mut slot.view else { return Err(NOT_THAT_CARD) };
        let (locked, taken) = how(std::mem::replace(&mut slot.open, Open::Nothing)).ok_or(NOT_THAT_CARD)?;
        let (open, result) = match taken {
            Ok(()) => unlocked(view, locked, new),
            Err(error) => refused(view, locked, error),
        };
        if matches!(open, Open::Locked(_)) {
            // The card asks for its PIN again: nobody is at the desk by it.
            (view.situations, view.situations_not_public) = (None, false);
            (view.activities, view.undecoded_bytes) = (None, None);
        }
        drop(job);
        self.keep(reader, open, result)
    }

    /// Keeps an open card. One that is verified and whose situations could not be read is read again from the start.
    fn keep(&mut self, reader: &str, open: Open, result: Result<(), CardError>) -> Result<(), CardError> {
        let is_verified = matches!(open, Open::Verified(_));
        if let Open::Verified(cps) = &open {
            self.cache.learn(cps);
        }
        find(&mut self.slots, reader)?.open = open;
        if let Err(error) = result
            && is_verified
        {
            self.read_after(reader, error);
        }
        result
    }

    fn serial_in(&self, reader: &str) -> Option<String> {
        let slot = self.slots.iter().find(|slot| slot.state.name == reader)?;
        match &slot.view {
            CardView::Cps(cps) => Some(cps.identity.serial.clone()),
            _ => None,
        }
    }
}

fn tries_of(slot: &mut Slot) -> Result<(Job, u8), CardError> {
    let CardView::Cps(_) = &slot.view else { return Err(NOT_THAT_CARD) };
    let job = slot.job()?;
    let tries = match &mut slot.open {
        Open::Locked(cps) => cps.tries_left()?,
        Open::Verified(cps) => cps.tries_left()?,
        Open::Nothing | Open::Vitale(_) => return Err(NOT_THAT_CARD),
    };
    if let CardView::Cps(view) = &mut slot.view {
        view.tries_left = tries;
    }
    Ok((job, tries))
}

fn may_spend(tries: u8, last: LastTry) -> Result<(), CardError> {
    match (tries, last) {
        (0, _) => Err(CardError::PinBlocked),
        (1, LastTry::Spare) => Err(CardError::LastTry),
        _ => Ok(()),
    }
}

/// Shows the PIN to the card and reads what it opens.
fn unlocked(view: &mut CpsView, locked: Cps<Locked>, pin: &Digits) -> (Open, Result<(), CardError>) {
    let mut verified = match locked.verify(pin) {
        Ok(verified) => verified,
        Err((locked, error)) => return refused(view, locked, error),
    };
    let situations = verified.situations();
    view.undecoded_bytes = verified.undecoded_bytes();
    // The right code has given every try back: nothing is to be asked.
    view.tries_left = verified.most_tries();
    view.cost.apdus = verified.apdus();
    let result = situations.map(|situations| match situations {
        Situations::Readable(list) => (view.situations, view.situations_not_public) = (Some(list), false),
        Situations::NotPublic => (view.situations, view.situations_not_public) = (Some(Vec::new()), true),
    });
    (Open::Verified(verified), result)
}

/// What is left after a refusal.
fn refused(view: &mut CpsView, mut locked: Cps<Locked>, error: CardError) -> (Open, Result<(), CardError>) {
    if let CardError::WrongPin { tries_left } = error {
        view.tries_left = tries_left;
    } else if !matches!(error, CardError::Channel(_) | CardError::Endless)
        // A card that is gone or does not answer is not asked again.
        && let Ok(tries) = locked.tries_left()
    {
        view.tries_left = tries;
    }
    (Open::Locked(locked), Err(error))
}
