//! One reader as the lane keeps it: what is in it, the open card, the line to it. Reads a card that was put in.
//! Not which card is whose: `desk` and `invoicing` decide that.

use std::time::Instant as Stopwatch;

use liasse_cards::cps::{Cache, Cps, Locked, Verified};
use liasse_cards::vitale::Vitale;
use liasse_cards::{CardError, ChannelError, identify};
use liasse_domain::CardKind;

use super::line::{Job, Line};
use super::{CardView, Cost, CpsView, ReaderView, VitaleView};
use crate::ports::{CardReaders, ReaderState};

/// A card that is open.
pub(super) enum Open {
    Nothing,
    Locked(Cps<Locked>),
    Verified(Cps<Verified>),
    Vitale(Vitale),
}

/// See the module.
pub(super) struct Slot {
    pub(super) state: ReaderState,
    pub(super) open: Open,
    pub(super) view: CardView,
    pub(super) line: Option<Line>,
    /// Counts the cards that were put in, in all readers.
    pub(super) order: u64,
    pub(super) driver: Option<String>,
}

/// How cards are read.
pub(super) struct Reading<'a> {
    pub(super) readers: &'a mut dyn CardReaders,
    pub(super) cache: &'a mut Cache,
    /// Whether nobody will sign.
    pub(super) reads_only: bool,
}

impl Slot {
    /// As screens show it.
    pub(super) fn view(&self) -> ReaderView {
        ReaderView {
            name: self.state.name.clone(),
            insertions: self.state.insertions,
            atr: self.state.atr.clone(),
            card: self.view.clone(),
            order: self.order,
            driver: self.driver.clone(),
        }
    }

    /// Whether another program holds the card, which is to be read when it lets go.
    pub(super) fn waits(&self) -> bool {
        self.view == CardView::Failed(CardError::Channel(ChannelError::Busy))
    }

    /// Begins a job on the card.
    pub(super) fn job(&self) -> Result<Job, CardError> {
        let line = self.line.as_ref().ok_or(CardError::Channel(ChannelError::Removed))?;
        Ok(line.job()?)
    }

    /// Reads where the holder of a verified CPS practises, unless it was read.
    pub(super) fn ask_activities(&mut self) {
        let asked = matches!(&self.view, CardView::Cps(view) if view.activities.is_none());
        if !asked || !matches!(self.open, Open::Verified(_)) {
            return;
        }
        let Ok(_job) = self.job() else { return };
        if let (Open::Verified(cps), CardView::Cps(view)) = (&mut self.open, &mut self.view) {
            view.activities = cps.activities().ok();
        }
    }
}

impl Reading<'_> {
    /// Reads what is in a reader. A card that another program resets meanwhile is read once more.
    pub(super) fn slot(&mut self, state: ReaderState, order: u64, driver: Option<String>) -> Slot {
        let mut slot = Slot { state, open: Open::Nothing, view: CardView::Empty, line: None, order, driver };
        let Some(atr) = slot.state.atr.clone() else { return slot };
        if atr.is_empty() {
            // Upside down, dirty or dead: nothing is sent to it.
            slot.view = CardView::Failed(CardError::Channel(ChannelError::Mute));
            return slot;
        }
        let mut read = self.card(&slot.state.name, &atr);
        if matches!(read, Err(CardError::Channel(ChannelError::Reset))) {
            read = self.card(&slot.state.name, &atr);
        }
        match read {
            Ok((open, view, line)) => (slot.open, slot.view, slot.line) = (open, view, line),
            Err(error) => slot.view = CardView::Failed(error),
        }
        slot
    }

    fn card(&mut self, reader: &str, atr: &[u8]) -> Result<(Open, CardView, Option<Line>), CardError> {
        match identify(atr) {
            CardKind::Cps3 | CardKind::Cps4 | CardKind::Cpe => self.cps(reader),
            CardKind::Vitale2 => self.vitale(reader),
            kind => Ok((Open::Nothing, CardView::Unknown { kind, atr: atr.to_vec() }, None)),
        }
    }

    fn cps(&mut self, reader: &str) -> Result<(Open, CardView, Option<Line>), CardError> {
        let started = Stopwatch::now();
        let line = Line::over(self.readers.connect(reader)?);
        let job = line.job()?;
        let mut cps = Cps::open_with(line.channel(), self.cache)?;
        let tries_left = match cps.tries_at_opening() {
            Some(tries) => tries,
            None => cps.tries_left()?,
        };
        self.cache.learn(&cps);
        drop(job);
        let view = CpsView {
            identity: cps.identity().clone(),
            tries_left,
            situations: None,
            situations_not_public: false,
            undecoded_bytes: None,
            activities: None,
            cost: Cost { apdus: cps.apdus(), ms: elapsed(started) },
        };
        Ok((Open::Locked(cps), CardView::Cps(Box::new(view)), Some(line)))
    }

    fn vitale(&mut self, reader: &str) -> Result<(Open, CardView, Option<Line>), CardError> {
        let started = Stopwatch::now();
        let line = Line::over(self.readers.connect(reader)?);
        let job = line.job()?;
        let mut vitale = Vitale::open(line.channel())?;
        let mut read = vitale.read()?;
        if !self.reads_only {
            read.certificate = vitale.certificate()?;
        }
        drop(job);
        let view = VitaleView { read, cost: Cost { apdus: vitale.apdus(), ms: elapsed(started) }, apcv: None };
        Ok((Open::Vitale(vitale), CardView::Vitale(Box::new(view)), Some(line)))
    }
}

fn elapsed(started: Stopwatch) -> u32 {
    u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX)
}
