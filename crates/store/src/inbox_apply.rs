//! What a believed return does to the ledger: an ARL or a non-delivery notice moves a file, a reject and a payment move
//! one FSE's money.
//! What concerns nothing of ours, contradicts what is final or repeats what is known changes no state and says why.
//! Rule: design/architecture, "Returns"; product, "Words that decide design" (transmission, argent).

use liasse_domain::lot::LotState;
use liasse_domain::returns::{
    Acknowledgement, PaidLine, Payment, Rejections, Return, Signalements, Undelivered, Undelivery,
};
use liasse_domain::{
    BillingNumber, Code, DocumentState, FileIdentifier, FseRef, Payer, TransmissionState as Transmission,
};
use rusqlite::params;
use serde_json::Value;

use crate::cell::{Cell, cell};
use crate::change::Change;
use crate::counter;
use crate::document;
use crate::error::Result;
use crate::journal::Entry;
use crate::money;
use crate::query;
use crate::transmission::{self, LotHandle, move_lot, state_of};

/// The file, or the billing number, is none of ours.
const UNKNOWN: Code = Code("store.retour_sans_fichier");
/// It says what an earlier return said.
const KNOWN: Code = Code("store.retour_deja_connu");
/// It says the contrary of what an earlier return said, which was final.
const CONTRARY: Code = Code("store.retour_contradictoire");
/// It comes from another caisse than the one it would have to come from.
const OTHER_CAISSE: Code = Code("store.retour_autre_caisse");

/// The post could not hand the file on: it may leave again, by the user's hand.
const UNDELIVERED: Code = Code("store.fichier_non_remis");
/// The post is still trying.
const DELAYED: Code = Code("store.fichier_retarde");

/// What a return did.
pub(crate) struct Effect<'a> {
    /// Whether a state changed.
    pub(crate) applied: bool,
    /// Why not, where it did not: a catalogue code.
    pub(crate) note: Option<&'a str>,
    /// The file it was about.
    pub(crate) lot: Option<FileIdentifier>,
    /// What the journal entry tells.
    pub(crate) said: Vec<(&'static str, Value)>,
    /// The journal entry that follows that one.
    pub(crate) then: Option<Entry>,
}

impl<'a> Effect<'a> {
    /// No effect, and why.
    pub(crate) fn none(note: &'a str) -> Self {
        Self { applied: false, note: Some(note), lot: None, said: Vec::new(), then: None }
    }

    /// No effect, and none was meant: a person reads it.
    fn to_read() -> Self {
        Self { note: None, ..Self::none("") }
    }

    fn applied() -> Self {
        Self { applied: true, note: None, lot: None, said: Vec::new(), then: None }
    }

    fn about(mut self, lot: FileIdentifier) -> Self {
        self.lot = Some(lot);
        self
    }

    fn saying(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.said.push((name, value.into()));
        self
    }
}

/// Applies a return that stands in the inbox as row `inbox`.
pub(crate) fn apply(change: &Change<'_>, inbox: i64, message: &Return) -> Result<Effect<'static>> {
    match message {
        Return::Acknowledgement(arl) => acknowledge(change, arl),
        Return::Rejections(rejections) => reject(change, inbox, rejections),
        Return::Payment(payment) => pay(change, inbox, payment),
        Return::Signalements(remarks) => remark(change, remarks),
        Return::Service(message) => {
            let ours = counter::is_ours(change, &message.billing)?;
            Ok(if ours { Effect::to_read() } else { Effect::none(UNKNOWN.0) })
        }
    }
}

/// The lot whose file the sender put into the outbox.
fn posted(change: &Change<'_>, billing: &BillingNumber, file: FileIdentifier) -> Result<Option<LotHandle>> {
    let lot = transmission::find(change, file)?;
    Ok(lot.filter(|lot| lot.billing == *billing && lot.state == LotState::Signe))
}

fn acknowledge(change: &Change<'_>, arl: &Acknowledgement) -> Result<Effect<'static>> {
    let Some(lot) = posted(change, &arl.billing, arl.file)? else { return Ok(Effect::none(UNKNOWN.0)) };
    if lot.destination != arl.from {
        return Ok(Effect::none(OTHER_CAISSE.0).about(lot.identifier));
    }
    let verdict = if arl.refused.is_none() { Transmission::Recue } else { Transmission::Refusee };
    let effect = match state_of(change, lot.id)? {
        // A crash can hide that the post took the file: the caisse's answer proves it, so both moves are made.
        Transmission::EnFichier => {
            move_lot(change, lot.id, &[Transmission::Transmise, verdict])?;
            Effect::applied()
        }
        Transmission::Transmise | Transmission::NonConfirmee => {
            move_lot(change, lot.id, &[verdict])?;
            Effect::applied()
        }
        last if last == verdict => Effect::none(KNOWN.0),
        _ => Effect::none(CONTRARY.0),
    };
    let effect = effect.about(lot.identifier).saying("verdict", verdict.word());
    Ok(match &arl.refused {
        Some(reason) => effect.saying("code", reason.code.as_str()),
        None => effect,
    })
}

/// Applies a non-delivery notice.
///
/// Nobody signs one. A forged one can at most cause that identical bytes leave again, when the user sends them:
/// the caisse answers those as a duplicate. Its FSE cannot leave in another lot either way: a lot whose file the post took
/// is never dissolved.
pub(crate) fn undelivered(change: &Change<'_>, notice: &Undelivered) -> Result<Effect<'static>> {
    let sql = "SELECT identifier FROM outbox WHERE message_id = ?1";
    let named = query::first(change, sql, [&notice.original], |row| cell(row, "identifier"))?;
    let Some(file): Option<FileIdentifier> = named else { return Ok(Effect::none(UNKNOWN.0)) };
    let lot = transmission::lot(change, file)?;
    let effect = match (notice.action, state_of(change, lot.id)?) {
        (Undelivery::Failed, from @ (Transmission::Transmise | Transmission::NonConfirmee)) => {
            move_lot(change, lot.id, &[Transmission::EnFichier])?;
            let released = Entry::new("envoi.libere").lot(file);
            let released = released.with("from", from.word()).with("why", notice.status.as_str());
            Effect { note: Some(UNDELIVERED.0), then: Some(released), ..Effect::applied() }
        }
        (Undelivery::Failed, Transmission::EnFichier) => Effect::none(KNOWN.0),
        (Undelivery::Failed, _) => Effect::none(CONTRARY.0),
        (Undelivery::Delayed, _) => Effect::none(DELAYED.0),
    };
    Ok(effect.about(file).saying("code", notice.status.as_str()))
}

/// Remarks move neither state nor money: whether they are about FSE of ours is all that is to be said.
fn remark(change: &Change<'_>, remarks: &Signalements) -> Result<Effect<'static>> {
    let Some(lot) = posted(change, &remarks.billing, remarks.file)? else { return Ok(Effect::none(UNKNOWN.0)) };
    let effect = if lot.destination == remarks.from { Effect::to_read() } else { Effect::none(OTHER_CAISSE.0) };
    let named: Vec<String> = remarks.fses.iter().map(|(fse, _)| fse.to_string()).collect();
    Ok(effect.about(lot.identifier).saying("remarked", named))
}

fn reject(change: &Change<'_>, inbox: i64, rejections: &Rejections) -> Result<Effect<'static>> {
    let Some(lot) = posted(change, &rejections.billing, rejections.file)? else {
        return Ok(Effect::none(UNKNOWN.0));
    };
    if lot.destination != rejections.from {
        return Ok(Effect::none(OTHER_CAISSE.0).about(lot.identifier));
    }
    let mut rejected = Vec::new();
    let mut repeated = false;
    for (fse, reason) in &rejections.fses {
        let Some(document) = sent_in(change, &lot, fse)? else { continue };
        let sql = "INSERT INTO reject (inbox, document, lot, code, label, rejected_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (document, lot) DO NOTHING";
        let values = params![inbox, document, lot.id, reason.code, reason.label, rejections.on.put()];
        if query::run(change, sql, values)? == 0 {
            repeated = true;
            continue;
        }
        money::reject(change, document)?;
        rejected.push(fse.to_string());
    }
    let effect = match (rejected.is_empty(), repeated) {
        (false, _) => Effect::applied(),
        (true, true) => Effect::none(KNOWN.0),
        (true, false) => Effect::none(UNKNOWN.0),
    };
    Ok(effect.about(lot.identifier).saying("rejected", rejected))
}

/// The FSE, or the DRE, that left in that lot and that the lot still holds.
fn sent_in(change: &Change<'_>, lot: &LotHandle, fse: &FseRef) -> Result<Option<i64>> {
    let sql = "SELECT document.id FROM document JOIN membership ON membership.id = document.live
               WHERE document.billing = ?1 AND document.kind = ?2 AND document.number = ?3 AND membership.lot = ?4";
    let kind = lot.destination.takes().word();
    query::first(change, sql, params![fse.billing.put(), kind, fse.number.put(), lot.id], |row| row.get("id"))
}

fn pay(change: &Change<'_>, inbox: i64, payment: &Payment) -> Result<Effect<'static>> {
    if !counter::is_ours(change, &payment.billing)? {
        return Ok(Effect::none(UNKNOWN.0));
    }
    let mut lines = Vec::with_capacity(payment.lines.len());
    for line in &payment.lines {
        lines.push((line, payee(change, payment, line)?));
    }
    let foreign = lines.iter().any(|(_, payee)| matches!(payee, Payee::OtherCaisse));
    if foreign && !lines.iter().any(|(_, payee)| matches!(payee, Payee::Document(_))) {
        return Ok(Effect::none(OTHER_CAISSE.0));
    }
    let new = query::run(
        change,
        "INSERT INTO payment (inbox, billing, regime, caisse, reference, paid_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (billing, regime, caisse, reference) DO NOTHING",
        params![
            inbox,
            payment.billing.put(),
            payment.from.regime(),
            payment.from.caisse(),
            payment.reference,
            payment.on.put()
        ],
    )?;
    if new == 0 {
        return Ok(Effect::none(KNOWN.0));
    }
    let id = change.last_insert_rowid();
    let mut unmatched = 0u32;
    for (position, (line, payee)) in lines.into_iter().enumerate() {
        let document = match payee {
            Payee::Document(document) if money::pay(change, document, line.payer, line.amount)? => Some(document),
            _ => None,
        };
        unmatched += u32::from(document.is_none());
        let sql = "INSERT INTO payment_line (payment, position, fse, payer, amount, document)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        let values = params![id, position, line.fse.put(), line.payer.put(), line.amount.put(), document];
        query::run(change, sql, values)?;
    }
    Ok(Effect::applied()
        .saying("reference", payment.reference.as_str())
        .saying("lines", payment.lines.len())
        .saying("unmatched", unmatched)
        .saying("total_cents", payment.total().0))
}

/// What a line of a payment may be paid into.
enum Payee {
    /// This document.
    Document(i64),
    /// A document that another caisse than the payer received.
    OtherCaisse,
    /// Nothing: the FSE is unknown, of another practitioner or never signed, or the line is on behalf of the patient.
    Nobody,
}

/// Where a line belongs. What is not a document's stays unmatched: a person looks at it.
fn payee(change: &Change<'_>, payment: &Payment, line: &PaidLine) -> Result<Payee> {
    if line.fse.billing != payment.billing {
        return Ok(Payee::Nobody);
    }
    let Some(row) = document::find_of(change, payment.from.takes(), &line.fse)? else { return Ok(Payee::Nobody) };
    if row.destination != payment.from {
        return Ok(Payee::OtherCaisse);
    }
    let billed = matches!(row.state, DocumentState::Signee | DocumentState::Annulee);
    Ok(if billed && line.payer != Payer::Patient { Payee::Document(row.id) } else { Payee::Nobody })
}
