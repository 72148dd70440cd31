//! The life of an FSE before its lot: numbered with its bytes, signed, or withdrawn. Each step is one transaction.
//! Not the making of bytes or signatures: closures and callers hand them in. Rule: design/architecture, "Numbers".

use liasse_domain::fse::{Prepared, Signed};
use liasse_domain::{
    BillingNumber, Centimes, DocumentKind, DocumentState, FileIdentifier, Fse, FseContent, FseNumber, FseRef, Instant,
    PaperReason,
};
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell, put_or_null};
use crate::change::Change;
use crate::counter;
use crate::demands;
use crate::document::{self, DocumentRow};
use crate::error::{Or, Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::money;
use crate::open::Store;
use crate::papers::{self, NewPaper};
use crate::passages;
use crate::patient;
use crate::query;
use crate::receipts;
use crate::stamp::Stamp;

impl Store {
    /// Takes the next number of `billing`, has `make` build the FSE and its bytes with it, and keeps both: the FSE is
    /// *préparée*, what each payer owes is written beside it. A DRE that goes with it bears the same number and is kept
    /// with it. When `make` fails nothing is kept and no number is used.
    /// `reason` is what was written to pass a risk: it stands in the journal entry of the number it was written for.
    ///
    /// # Errors
    /// [`StoreError::NotAsStored`] when `make` gives another reference, [`StoreError::Incoherent`] when a payer would
    /// owe a negative amount, [`StoreError::NumbersExhausted`]; of one that corrects another, [`StoreError::UnknownFse`],
    /// [`StoreError::NotRejected`] and [`StoreError::Corrected`].
    pub fn prepare_fse<E, M: Into<Made>>(
        &mut self,
        stamp: &Stamp,
        billing: &BillingNumber,
        reason: Option<&str>,
        make: impl FnOnce(FseNumber) -> std::result::Result<M, E>,
    ) -> Result<Fse<Prepared>, Or<E>> {
        let mut change = self.change(stamp)?;
        let number = counter::next_fse(&change, billing)?;
        let Made { fse: (content, bytes), dre, session, derogation, passage, reading, sheet, replaces } =
            make(number).map_err(Or::Other)?.into();
        let reference = FseRef { billing: billing.clone(), number };
        if content.reference != reference || content.kind() != DocumentKind::Fse {
            return Err(StoreError::NotAsStored.into());
        }
        let (id, mut entry) = keep(&change, &content, &bytes, Of { fse: None, session })?;
        if let Some(passage) = passage {
            entry = entry.with("passage", passage);
        }
        if let Some(reason) = reason {
            entry = entry.with("risque_accepte", reason);
        }
        if let Some(reason) = derogation {
            entry = entry.with("derogation", reason);
        }
        if let Some(earlier) = &replaces {
            // Told first: the row names the entry that comes next.
            change.tell(entry.with("remplace", earlier.number.to_string()))?;
            entry = take_over(&mut change, earlier, id)?;
        }
        if let Some(passage) = passage {
            passages::became(&change, passage, id)?;
        }
        let patient = patient::remember(&change, &content.patient, stamp.at)?;
        if let Some((said, read_at)) = reading {
            patient::card_said(&change, patient, &said, read_at)?;
        }
        if let Some(says) = sheet {
            let new = NewPaper {
                billing,
                session,
                passage: None,
                patient: &content.patient,
                act_date: content.act_date(),
                total: content.total(),
                reason: PaperReason::Degrade,
                content: &says,
            };
            change.tell(entry)?;
            entry = papers::insert(&change, &new, Some((id, &reference)))?.1;
        }
        if let Some((demand, bytes)) = dre {
            if demand.reference != reference || demand.kind() != DocumentKind::Dre {
                return Err(StoreError::NotAsStored.into());
            }
            change.tell(entry)?;
            entry = keep(&change, &demand, &bytes, Of { fse: Some(id), session })?.1;
        }
        change.commit(entry)?;
        Ok(Fse::new(content, bytes))
    }

    /// An FSE or a DRE that is *préparée*, to be signed; `None` when there is none of that name, or it is in another state.
    pub fn load_prepared(&self, kind: DocumentKind, name: &FseRef) -> Result<Option<Fse<Prepared>>> {
        match document::find_of(&self.connection, kind, name)? {
            Some(row) if row.away => Err(StoreError::Away),
            Some(row) if row.state == DocumentState::Preparee => {
                let (content, bytes) = document::body(&self.connection, row.id)?;
                Ok(Some(Fse::new(content, bytes)))
            }
            _ => Ok(None),
        }
    }

    /// An FSE or a DRE that is *signée*, with its signatures; `None` otherwise.
    pub fn signed(&self, kind: DocumentKind, name: &FseRef) -> Result<Option<Fse<Signed>>> {
        match document::find_of(&self.connection, kind, name)? {
            Some(row) if row.state == DocumentState::Signee => Ok(Some(document::signed(&self.connection, row.id)?)),
            _ => Ok(None),
        }
    }

    /// Keeps the signatures of an FSE: it is *signée*. What the patient paid for the FSE it corrects is theirs here, up to
    /// what is due; gives the rest, which goes back to the patient.
    ///
    /// # Errors
    /// [`StoreError::NotAsStored`] when its content or bytes are not those that were prepared.
    pub fn sign_fse(&mut self, stamp: &Stamp, fse: &Fse<Signed>) -> Result<Centimes> {
        self.sign(stamp, std::slice::from_ref(fse), None)
    }

    /// The same for the documents of one claim, its FSE and its DRE: all or none. `derogation` is the reason written to pass
    /// an amber of the guard.
    pub fn sign(&mut self, stamp: &Stamp, documents: &[Fse<Signed>], derogation: Option<&str>) -> Result<Centimes> {
        let mut change = self.change(stamp)?;
        let mut last = None;
        let mut back = Centimes::ZERO;
        for signed in documents {
            if let Some(entry) = last.take() {
                change.tell(entry)?;
            }
            let entry = keep_signatures(&change, signed, &mut back)?;
            last = Some(match derogation {
                Some(reason) => entry.with("derogation", reason),
                None => entry,
            });
        }
        if let Some(entry) = last {
            change.commit(entry)?;
        }
        Ok(back)
    }

    /// Withdraws an FSE that is in no live lot, and the DRE that goes with it: they keep their number and their rows,
    /// nothing more is owed for them, and what the patient paid is reversed by counter-entries.
    ///
    /// # Errors
    /// [`StoreError::InLot`] while a lot holds it, or its DRE: the lot is dissolved first; [`StoreError::DreLeft`] when the
    /// DRE alone has left.
    pub fn cancel_fse(&mut self, stamp: &Stamp, fse: &FseRef) -> Result<()> {
        let mut change = self.change(stamp)?;
        let row = document::get(&change, fse)?;
        if let Some(dre) = document::find_of(&change, DocumentKind::Dre, fse)?
            && dre.state != DocumentState::Annulee
            && !query::any(&change, "SELECT 1 FROM document WHERE id = ?1 AND given_up = 1", [dre.id])?
        {
            if demands::has_left(&change, &dre)? {
                return Err(StoreError::DreLeft);
            }
            let entry = withdraw(&change, &dre, DocumentKind::Dre, fse)?;
            change.tell(entry)?;
        }
        let entry = withdraw(&change, &row, DocumentKind::Fse, fse)?;
        change.commit(entry)
    }
}

/// A claim that gets its number: the FSE, the DRE that goes with it where the complementary part is managed apart, each
/// with its bytes.
pub struct Made {
    /// The FSE.
    pub fse: (FseContent, Vec<u8>),
    /// Its DRE.
    pub dre: Option<(FseContent, Vec<u8>)>,
    /// The replacement session under which it is made.
    pub session: Option<u32>,
    /// The reason written to pass an amber of the guard.
    pub derogation: Option<String>,
    /// The passage at the desk that it bills.
    pub passage: Option<i64>,
    /// What the patient's Vitale said, as JSON, and when, where it was read.
    pub reading: Option<(String, Instant)>,
    /// What the paper sheet says that goes with a degraded FSE, as JSON.
    pub sheet: Option<String>,
    /// The FSE, not signed yet, that it is made in the place of: withdrawn in the same change, and what the patient paid for it is
    /// paid for this one.
    pub replaces: Option<FseRef>,
}

impl From<(FseContent, Vec<u8>)> for Made {
    fn from(fse: (FseContent, Vec<u8>)) -> Self {
        Self {
            fse,
            dre: None,
            session: None,
            derogation: None,
            passage: None,
            reading: None,
            sheet: None,
            replaces: None,
        }
    }
}

/// What a document belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Of {
    /// A DRE: the row of its FSE.
    pub(crate) fse: Option<i64>,
    /// The replacement session under which it is made.
    pub(crate) session: Option<u32>,
}

/// Writes the rows of a document that is *préparée*; its journal entry is for the caller to write next.
pub(crate) fn keep(change: &Change<'_>, content: &FseContent, bytes: &[u8], of: Of) -> Result<(i64, Entry)> {
    let patient = patient::remember(change, &content.patient, change.stamp().at)?;
    let json = serde_json::to_string(content).map_err(|_| StoreError::Incoherent { what: "contenu de FSE" })?;
    let id = insert(change, content, patient, of)?;
    let body = "INSERT INTO body (document, content, bytes) VALUES (?1, ?2, ?3)";
    query::run(change, body, params![id, json, bytes])?;
    money::owe(change, id, content)?;
    let mut entry = Entry::new("fse.preparee")
        .document(content.kind(), &content.reference)
        .patient(Some(patient))
        .with("bytes_sha256", fingerprint(bytes))
        .with("content_sha256", fingerprint(json.as_bytes()))
        .with("mode", content.mode.code())
        .with("total_cents", content.asked().0);
    if let Some(corrects) = &content.corrects {
        entry = entry.with("corrects", corrects.number.to_string());
    }
    if let Some(locum) = &content.locum {
        entry = entry.with("locum", locum.billing.to_string());
    }
    if let Some(session) = of.session {
        entry = entry.with("session", session);
    }
    Ok((id, entry))
}

/// `back` grows by what goes back to the patient.
fn keep_signatures(change: &Change<'_>, signed: &Fse<Signed>, back: &mut Centimes) -> Result<Entry> {
    let (kind, name) = (signed.content().kind(), signed.reference());
    let row = here(document::get_of(change, kind, name)?)?;
    let state = row.state.become_state(DocumentState::Signee)?;
    let (content, bytes) = document::body(change, row.id)?;
    if content != *signed.content() || bytes != signed.bytes() {
        return Err(StoreError::NotAsStored);
    }
    let at = change.stamp().at.put();
    let mut entry = Entry::new("fse.signee").document(kind, name).patient(row.patient);
    let sealed = document::signatures(change, row.id)?.vitale;
    if sealed.is_some() && sealed.as_deref() != signed.vitale_cms() {
        return Err(StoreError::NotAsStored);
    }
    let signatures = [("vitale", "vitale_sha256", signed.vitale_cms()), ("cps", "cps_sha256", signed.cps_cms())];
    for (signer, key, cms) in signatures {
        if let Some(cms) = cms {
            // What the Vitale sealed before stands there already.
            if sealed.is_none() || signer != "vitale" {
                let sql = "INSERT INTO signature (document, signer, at, cms) VALUES (?1, ?2, ?3, ?4)";
                query::run(change, sql, params![row.id, signer, at, cms])?;
            }
            entry = entry.with(key, fingerprint(cms));
        }
    }
    let sql = "UPDATE document SET state = ?2, signed_at = ?3 WHERE id = ?1";
    query::run(change, sql, params![row.id, state.put(), at])?;
    match (kind, corrected(&content)) {
        (DocumentKind::Fse, Some(earlier)) => {
            let from = document::get(change, &earlier)?.id;
            let carried = receipts::carry_over(change, from, row.id, &earlier.billing)?;
            *back = *back + carried.back;
            Ok(entry.with("reporte_cents", carried.over.0).with("rendu_cents", carried.back.0))
        }
        (DocumentKind::Dre, Some(earlier)) => {
            let passed = demands::take_back(change, &earlier)?;
            Ok(entry.with("passe_au_patient_cents", passed.0))
        }
        (_, None) => Ok(entry),
    }
}

/// Withdraws an FSE that waits for its signature, and its DRE; what the patient paid for it becomes payment of the one made in
/// its place. Gives the entry that is left to write.
fn take_over(change: &mut Change<'_>, earlier: &FseRef, to: i64) -> Result<Entry> {
    let row = document::get(change, earlier)?;
    if !matches!(row.state, DocumentState::Preparee | DocumentState::SigneePatient) {
        return Err(StoreError::NotSigned { state: row.state });
    }
    if let Some(dre) = document::find_of(change, DocumentKind::Dre, earlier)?
        && dre.state != DocumentState::Annulee
    {
        let entry = withdraw(change, &dre, DocumentKind::Dre, earlier)?;
        change.tell(entry)?;
    }
    receipts::carry_over(change, row.id, to, &earlier.billing)?;
    withdraw(change, &row, DocumentKind::Fse, earlier)
}

/// Refuses what is at another post.
fn here(row: DocumentRow) -> Result<DocumentRow> {
    if row.away { Err(StoreError::Away) } else { Ok(row) }
}

/// Withdraws a document that is in no live lot.
pub(crate) fn withdraw(change: &Change<'_>, row: &DocumentRow, kind: DocumentKind, name: &FseRef) -> Result<Entry> {
    if row.away {
        return Err(StoreError::Away);
    }
    if let Some(live) = row.live {
        return Err(StoreError::InLot { lot: lot_of(change, live)? });
    }
    let state = row.state.become_state(DocumentState::Annulee)?;
    let sql = "UPDATE document SET state = ?2, cancelled_at = ?3 WHERE id = ?1";
    query::run(change, sql, params![row.id, state.put(), change.stamp().at.put()])?;
    let reversed = receipts::reverse_all(change, row.id, &name.billing)?;
    money::give_up(change, row.id, reversed)?;
    passages::unbilled(change, row.id)?;
    papers::void(change, row.id)?;
    let entry = Entry::new("fse.annulee").document(kind, name).patient(row.patient);
    Ok(entry.with("from", row.state.word()).with("reversed_cents", reversed.0))
}

fn insert(change: &Change<'_>, content: &FseContent, patient: i64, of: Of) -> Result<i64> {
    let destination = content.destination();
    let billing = &content.reference.billing;
    let corrects = match (content.kind(), corrected(content)) {
        (DocumentKind::Fse, Some(earlier)) => Some(to_correct(change, &earlier)?),
        (DocumentKind::Dre, Some(earlier)) => Some(demands::to_take_back(change, &earlier)?),
        (_, None) => None,
    };
    query::run(
        change,
        "INSERT INTO document (state, billing, number, mode, regime, caisse, patient, drawn_up, act_date, total,
                               third_party_amo, third_party_amc, corrects, locum, entry, created_at, kind, of_fse, replacement)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        params![
            DocumentState::Preparee.put(),
            billing.put(),
            content.reference.number.put(),
            content.mode.put(),
            destination.regime(),
            destination.caisse(),
            patient,
            content.drawn_up.put(),
            content.act_date().put(),
            content.asked().put(),
            content.third_party_amo,
            content.third_party_amc,
            corrects,
            put_or_null(content.locum.as_ref().map(|locum| &locum.billing)),
            change.entry(),
            change.stamp().at.put(),
            content.kind().word(),
            of.fse,
            of.session,
        ],
    )?;
    Ok(change.last_insert_rowid())
}

/// The document that this one corrects: of the same billing number and kind.
fn corrected(content: &FseContent) -> Option<FseRef> {
    let earlier = content.corrects.as_ref()?;
    Some(FseRef { billing: content.reference.billing.clone(), number: earlier.number })
}

/// The row of an FSE that may be corrected: rejected, and by no other live FSE yet. Else care would be billed twice.
fn to_correct(connection: &Connection, earlier: &FseRef) -> Result<i64> {
    let row = document::get(connection, earlier)?;
    if !query::any(connection, "SELECT 1 FROM reject WHERE document = ?1", [row.id])? {
        return Err(StoreError::NotRejected);
    }
    match document::corrected_by(connection, row.id)? {
        Some(by) => Err(StoreError::Corrected { by }),
        None => Ok(row.id),
    }
}

fn lot_of(connection: &Connection, membership: i64) -> Result<FileIdentifier> {
    let sql = "SELECT identifier FROM lot WHERE id = (SELECT lot FROM membership WHERE id = ?1)";
    query::first(connection, sql, [membership], |row| cell(row, "identifier"))?
        .ok_or(StoreError::Incoherent { what: "appartenance" })
}
