//! « Ma journée » of a locum: passages, settlements by mode, cheques that stay at the practice, what is still to sign or to
//! send. The locum's own FSE and nothing of the doctor's accounts. Rule: issue "The locum's session", "Use".

use std::collections::BTreeMap;

use chrono::NaiveDate;
use liasse_domain::settlement::SettlementMode;
use liasse_domain::{Centimes, DocumentState, FseRef, Private, clock};
use liasse_store::{ChequeRow, FseFilter};

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::replacement::ReplacementError;
use crate::workstation::Workstation;

/// One FSE of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Which.
    pub fse: FseRef,
    /// For whom, on a screen.
    pub patient: Private,
    /// Its fees.
    pub total: Centimes,
    /// How far it came.
    pub state: DocumentState,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MyDay {
    /// The FSE whose acts are of that day.
    pub passages: Vec<Passage>,
    /// What patients paid that day, by mode.
    pub modes: Vec<(SettlementMode, Centimes)>,
    /// The cheques of the session that are in hand.
    pub cheques: Vec<ChequeRow>,
    /// FSE of the session that wait for the locum's signature.
    pub to_sign: Vec<FseRef>,
    /// FSE of the session that have not left.
    pub to_send: Vec<FseRef>,
}

impl Workstation {
    /// The day of the locum who is signed in.
    ///
    /// # Errors
    /// [`ReplacementError::Unknown`] for somebody who replaces nobody.
    pub fn my_day(&self, who: &SignedIn, day: NaiveDate) -> Result<MyDay, CoreError> {
        who.may(Deed::OwnDay)?;
        let session = who.replaces.as_ref().ok_or(ReplacementError::Unknown)?.session.number;
        let rows = self.store.fses(&FseFilter { session: Some(session), ..FseFilter::default() })?;
        let mut modes: BTreeMap<SettlementMode, Centimes> = BTreeMap::new();
        let receipts = rows.iter().flat_map(|row| &row.receipts);
        for receipt in receipts.filter(|receipt| clock::paris(receipt.at).date() == day) {
            let sum = modes.entry(receipt.mode).or_default();
            *sum = *sum + receipt.amount;
        }
        let passages = rows.iter().filter(|row| row.content.act_date() == day).map(|row| {
            let patient = &row.content.patient;
            Passage {
                fse: row.reference.clone(),
                patient: Private::new(format!("{} {}", patient.given_name.reveal(), patient.family_name.reveal())),
                total: row.content.total(),
                state: row.state,
            }
        });
        let (to_sign, to_send) = self.store.left_of_session(session)?;
        Ok(MyDay {
            passages: passages.collect(),
            modes: modes.into_iter().collect(),
            cheques: self.cheques(who)?,
            to_sign,
            to_send,
        })
    }
}
