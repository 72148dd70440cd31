//! Telephones on the readers of the card lane: what lies there opens as a Vitale, gives a new context when its own has nearly run out,
//! and signs through the engine that was handed in. Not what a context is worth: `liasse_formats::apcv` decides that.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use chrono::Duration;
use liasse_cards::{CardError, ChannelError, apcv};
use liasse_domain::{CardKind, Clock};

use super::slot::Slot;
use super::{CardDesk, CardView, Cost, VitaleView};
use crate::apcv::{Apcv, ApcvError, presented};
use crate::directory::Trust;
use crate::ports::{ApcvEngine, CardReaders};

/// How long before its end a context is asked for again, in minutes: a signature takes its time.
const SPARE: i64 = 1;

/// What the lane needs to take telephones in.
pub struct ApcvGate {
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Contexts run out by this clock.
    pub clock: Arc<dyn Clock>,
    /// What has an application sign.
    pub engine: Box<dyn ApcvEngine>,
}

impl CardDesk {
    /// The same lane, which takes telephones in.
    #[must_use]
    pub fn with_apcv(mut self, gate: ApcvGate) -> Self {
        for slot in &mut self.slots {
            take_in(self.readers.as_mut(), Some(&gate), slot);
        }
        self.apcv = Some(gate);
        self
    }

    /// The same patient as presented now. A context that has nearly run out is asked for again where the telephone still lies; one
    /// that was scanned, or whose telephone is gone, stays what it is: whether it holds is seen when it is to sign.
    pub fn presented_now(&mut self, vitale: &VitaleView) -> VitaleView {
        self.presented_anew(vitale).unwrap_or_else(|| vitale.clone())
    }

    fn presented_anew(&mut self, vitale: &VitaleView) -> Option<VitaleView> {
        let (shown, gate) = (vitale.apcv.as_ref()?, self.apcv.as_ref()?);
        let reader = shown.reader()?;
        let soon = gate.clock.now() + Duration::minutes(SPARE);
        if shown.context().check_holds(soon).is_ok() {
            return None;
        }
        let is_theirs = |view: &VitaleView| view.read.content == vitale.read.content;
        let lies_there = |slot: &&mut Slot| {
            slot.state.name == reader && matches!(&slot.view, CardView::Vitale(lies) if is_theirs(lies.as_ref()))
        };
        let slot = self.slots.iter_mut().find(lies_there)?;
        let fresh = read(self.readers.as_mut(), gate, reader).ok().filter(is_theirs)?;
        slot.view = CardView::Vitale(Box::new(fresh.clone()));
        self.notify();
        Some(fresh)
    }

    /// Has the application of that context sign.
    ///
    /// # Errors
    /// What the engine says; [`ApcvError::NoEngine`].
    pub fn sign_with_apcv(&mut self, apcv: &Apcv, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let gate = self.apcv.as_mut().ok_or(ApcvError::NoEngine)?;
        Ok(gate.engine.sign(apcv, hash)?)
    }
}

/// Reads the telephone that a look at the readers told apart and left alone.
pub(super) fn take_in(readers: &mut dyn CardReaders, gate: Option<&ApcvGate>, slot: &mut Slot) {
    let (Some(gate), CardView::Unknown { kind: CardKind::Apcv, .. }) = (gate, &slot.view) else { return };
    slot.view = match read(readers, gate, &slot.state.name) {
        Ok(view) => CardView::Vitale(Box::new(view)),
        Err(error) => CardView::Failed(error),
    };
}

/// Reads a telephone; one that another program resets meanwhile, once more.
fn read(readers: &mut dyn CardReaders, gate: &ApcvGate, reader: &str) -> Result<VitaleView, CardError> {
    match read_once(readers, gate, reader) {
        Err(CardError::Channel(ChannelError::Reset)) => read_once(readers, gate, reader),
        read => read,
    }
}

fn read_once(readers: &mut dyn CardReaders, gate: &ApcvGate, reader: &str) -> Result<VitaleView, CardError> {
    let started = Stopwatch::now();
    let mut phone = apcv::Phone::open(readers.connect(reader)?)?;
    let text = phone.context()?;
    let ms = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
    presented(&text, Some(reader), Cost { apdus: phone.apdus(), ms }, &gate.trust, gate.clock.now())
}
