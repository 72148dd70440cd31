//! The two signatures that an FSE may need, each by the card that was read. A card that another one has taken the place of
//! signs nothing and is told apart from one that is gone. Not what is signed (module `signing`).

use std::time::Duration;

use liasse_cards::{CardError, ChannelError};

use super::slot::{Open, Slot};
use super::{CardDesk, CardView, VitaleView};
use crate::apcv::{Apcv, ApcvError};
use crate::lane::Handle;

/// How long a signature may take: a card of the slowest kind needs two thirds of a second (reference telecom, 5).
const SIGNATURE_CAP: Duration = Duration::from_secs(20);

/// What signing asks of the card lane.
pub trait SigningCards {
    /// Has the CPS of that serial sign.
    fn cps(&self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError>;
    /// Has the Vitale with that certificate sign.
    fn vitale(&self, certificate: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError>;
    /// Has the appli carte Vitale of that context sign. Where there are cards alone, nothing does.
    fn apcv(&self, _apcv: &Apcv, _hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        Err(ApcvError::NoEngine.into())
    }
    /// The same patient as presented now: see [`CardDesk::presented_now`]. A card is what it was.
    fn presented_now(&self, vitale: &VitaleView) -> VitaleView {
        vitale.clone()
    }
}

impl SigningCards for Handle<CardDesk> {
    fn cps(&self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let (serial, hash) = (serial.to_owned(), *hash);
        self.call_within(SIGNATURE_CAP, move |desk| desk.sign_with_cps(&serial, &hash))
            .map_err(|_| CardError::Channel(ChannelError::Mute))?
    }

    fn vitale(&self, certificate: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let (certificate, hash) = (certificate.to_vec(), *hash);
        self.call_within(SIGNATURE_CAP, move |desk| desk.sign_with_vitale(&certificate, &hash))
            .map_err(|_| CardError::Channel(ChannelError::Mute))?
    }

    fn apcv(&self, apcv: &Apcv, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let (apcv, hash) = (apcv.clone(), *hash);
        self.call_within(SIGNATURE_CAP, move |desk| desk.sign_with_apcv(&apcv, &hash))
            .map_err(|_| CardError::Channel(ChannelError::Mute))?
    }

    fn presented_now(&self, vitale: &VitaleView) -> VitaleView {
        if vitale.apcv.is_none() {
            return vitale.clone();
        }
        let shown = vitale.clone();
        let now = self.call_within(SIGNATURE_CAP, move |desk| desk.presented_now(&shown));
        now.unwrap_or_else(|_| vitale.clone())
    }
}

impl CardDesk {
    /// Has the CPS of that serial sign a hash. The card must have stayed in since its PIN was verified. A card that has
    /// forgotten its PIN, reset by another program for example, or that fails, is read again, so that its PIN can be asked
    /// for again; one that another program holds stays as it is.
    ///
    /// # Errors
    /// What the card says; [`CardError::OtherHolder`] where another professional's is there.
    pub fn sign_with_cps(&mut self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let is_it = |slot: &Slot| matches!(&slot.view, CardView::Cps(cps) if cps.identity.serial == serial);
        let Some(at) = self.slots.iter().position(is_it) else {
            let another = self.slots.iter().any(|slot| matches!(slot.view, CardView::Cps(_)));
            return Err(if another { CardError::OtherHolder } else { CardError::Channel(ChannelError::Removed) });
        };
        let slot = &mut self.slots[at];
        if !matches!(slot.open, Open::Verified(_)) {
            // Who still takes its holder for somebody at the desk is to see that it asks for its code.
            self.notify();
            return Err(CardError::PinRequired);
        }
        let result = slot.job().and_then(|_job| match &mut slot.open {
            Open::Verified(cps) => cps.sign(hash),
            _ => Err(CardError::PinRequired),
        });
        match result {
            Err(CardError::Channel(ChannelError::Busy)) => {}
            Err(
                error @ (CardError::PinRequired | CardError::PinBlocked | CardError::Channel(_) | CardError::Endless),
            ) => {
                let reader = slot.state.name.clone();
                self.read_after(&reader, error);
                self.notify();
            }
            _ => {}
        }
        result
    }

    /// Has the Vitale whose certificate is `certificate` sign a hash. One that another program reset needs no PIN: it is
    /// opened again and asked once more.
    ///
    /// # Errors
    /// What the card says; [`CardError::OtherPatient`] where another patient's is there.
    pub fn sign_with_vitale(&mut self, certificate: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let Some(at) = self.vitale_of(certificate) else {
            let is_card = |slot: &Slot| matches!(&slot.view, CardView::Vitale(view) if view.apcv.is_none());
            let another = self.slots.iter().any(is_card);
            return Err(if another { CardError::OtherPatient } else { CardError::Channel(ChannelError::Removed) });
        };
        let result = signed(&mut self.slots[at], hash);
        if !matches!(result, Err(CardError::Channel(ChannelError::Reset))) {
            return result;
        }
        let reader = self.slots[at].state.name.clone();
        self.read_again(&reader);
        self.notify();
        match self.vitale_of(certificate) {
            Some(at) => signed(&mut self.slots[at], hash),
            None => result,
        }
    }

    /// Where the Vitale of that certificate is. A telephone of the family shows the same one, and signs by its engine.
    fn vitale_of(&self, certificate: &[u8]) -> Option<usize> {
        let is_it = |view: &VitaleView| view.apcv.is_none() && view.read.certificate.as_deref() == Some(certificate);
        self.slots.iter().position(|slot| matches!(&slot.view, CardView::Vitale(view) if is_it(view.as_ref())))
    }
}

fn signed(slot: &mut Slot, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
    let _job = slot.job()?;
    match &mut slot.open {
        Open::Vitale(vitale) => vitale.sign(hash),
        _ => Err(CardError::Channel(ChannelError::Removed)),
    }
}
