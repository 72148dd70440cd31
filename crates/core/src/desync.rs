//! The secretary's day in the désynchronisé mode: prepared with what the practitioner's card said last, sealed by the patient's
//! Vitale, signed later by the CPS from « À signer », exactly what was shown, and stopped cleanly at any moment.
//! Not who may sign (`guard`). Rule: product, "The secretary"; issue "The locum's session", "Désynchronisé".

use std::sync::Arc;

use chrono::NaiveDate;
use liasse_domain::calendar::sending_deadline;
use liasse_domain::fse::{PatientSigned, Prepared};
use liasse_domain::replacement::{ReplacementSession, SessionState};
use liasse_domain::{
    BillingNumber, BillingSituation, CardHolder, Centimes, Code, Coded, DocumentKind, DocumentState, Fse, FseContent,
    FseRef, Instant, Private, Report,
};
use liasse_formats::cms;
use liasse_store::{KnownPractitioner, WaitingRow};
use sha2::{Digest, Sha256};

use crate::access::Deed;
use crate::apcv::PatientKey;
use crate::cards::{SigningCards, VitaleView};
use crate::desk::{PreparesFor, SignedIn};
use crate::error::CoreError;
use crate::invoicing::{InvoicingError, executant, locum};
use crate::lane::Handle;
use crate::replacement::{ReplacementError, Session};
use crate::signing;
use crate::workstation::Workstation;

/// One FSE that waits for a signature, as it is shown.
#[derive(Clone, Debug)]
pub struct ToSignRow {
    /// Which.
    pub fse: FseRef,
    /// *Préparée* or *signée par le patient*.
    pub state: DocumentState,
    /// For whom, on a screen.
    pub patient: Private,
    /// Date of its acts.
    pub act_date: NaiveDate,
    /// For how many days it has waited.
    pub age_days: i64,
    /// The last day on which it may leave (R161-47).
    pub deadline: NaiveDate,
    /// What it charges.
    pub total: Centimes,
    /// What keeps it from being signed with the others; nothing: « sans anomalie ».
    pub anomaly: Option<Report>,
    /// The word with which it was returned to the secretary.
    pub returned: Option<String>,
    /// Words of the desk, under no seal.
    pub note: Option<String>,
    /// Whether it may pass to another post.
    pub passable: bool,
    /// SHA-256 of its bytes: exactly these are signed.
    pub shown: [u8; 32],
}

/// « À signer ».
#[derive(Clone, Debug)]
pub struct ToSign {
    /// How many there are.
    pub count: usize,
    /// What they charge.
    pub total: Centimes,
    /// The oldest of them.
    pub rows: Vec<ToSignRow>,
}

/// How a run of signatures ended.
#[derive(Debug)]
pub struct Run {
    /// The FSE that are signed.
    pub signed: Vec<FseRef>,
    /// Why it stopped before the last one, if it did.
    pub stopped: Option<CoreError>,
}

/// Why a sealed FSE is not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DesyncError {
    /// Nobody's card of that number was ever read here.
    #[error("unknown practitioner")]
    UnknownPractitioner,
    /// The card says something else than the FSE: its price and its seal are void.
    #[error("the CPS differs")]
    CpsDiffers,
    /// The Vitale's seal does not hold.
    #[error("the seal is broken")]
    BrokenSeal,
    /// Other bytes than those that were shown.
    #[error("not what was shown")]
    NotAsShown,
    /// It was returned to the secretary.
    #[error("returned")]
    Returned,
    /// The card of the locum of this hour was never read here.
    #[error("unknown locum")]
    UnknownLocum,
    /// Nobody said what is to be billed, or something else.
    #[error("no cotation")]
    NoCotation,
    /// What is to be billed, and standing instructions, are the practitioner's own word.
    #[error("the practitioner's word")]
    PractitionersWord,
    /// Nothing is billed: the reason is missing.
    #[error("why nothing is billed")]
    WhyNothing,
    /// The card says what the FSE bears.
    #[error("the same CPS")]
    SameCps,
    /// Only the secretary gives a passage to another practitioner.
    #[error("the secretary alone")]
    SecretaryAlone,
}

impl Coded for DesyncError {
    fn code(&self) -> Code {
        match self {
            Self::UnknownPractitioner => Code("desync.praticien_inconnu"),
            Self::CpsDiffers => Code("desync.cps_differente"),
            Self::BrokenSeal => Code("desync.sceau"),
            Self::NotAsShown => Code("desync.autre_contenu"),
            Self::Returned => Code("desync.retournee"),
            Self::UnknownLocum => Code("desync.remplacant_inconnu"),
            Self::NoCotation => Code("desync.sans_cotation"),
            Self::PractitionersWord => Code("passage.parole_du_praticien"),
            Self::WhyNothing => Code("passage.motif_attendu"),
            Self::SameCps => Code("desync.meme_cps"),
            Self::SecretaryAlone => Code("passage.secretariat_seul"),
        }
    }
}

/// Who is replaced, in which situation, when their card was read, and by whom under which session.
type Pair = (CardHolder, BillingSituation, Instant, (CardHolder, ReplacementSession));

/// A prepared claim on its way to the Vitale.
pub struct SealToMake {
    documents: Vec<(Fse<Prepared>, PatientKey, cms::ToSign)>,
    who: SignedIn,
}

/// Has the patient's Vitale seal a prepared FSE, and the DRE that goes with it.
pub fn seal(
    workstation: &Handle<Workstation>,
    cards: &dyn SigningCards,
    fse: &FseRef,
    vitale: &VitaleView,
    who: &SignedIn,
) -> Result<(), CoreError> {
    let (fse, vitale, who) = (fse.clone(), cards.presented_now(vitale), who.clone());
    let asked = workstation.call(move |ws| {
        let asked = ws.begin_seal(&fse, &vitale, &who);
        ws.telling(asked, Some(&who), Some(&fse))
    })??;
    let mut answers = Vec::new();
    for (_, key, to_sign) in &asked.documents {
        answers.push(key.sign(cards, to_sign.digest())?);
    }
    workstation.call(move |ws| ws.finish_seal(asked, &answers))?
}

/// Signs these FSE one after the other by one card, as long as `go_on` says so after each (how many are done). What is signed
/// is exactly what was shown; a card that is pulled, or a refusal, leaves the ones before signed and the others waiting.
pub fn sign_all(
    workstation: &Handle<Workstation>,
    cards: &dyn SigningCards,
    shown: &[(FseRef, [u8; 32])],
    who: &SignedIn,
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Run {
    let mut run = Run { signed: Vec::new(), stopped: None };
    for (fse, hash) in shown {
        let (name, hash) = (fse.clone(), *hash);
        let asking = who.clone();
        let checked = workstation.call(move |ws| {
            let checked = ws.check_shown(&name, hash);
            ws.telling(checked, Some(&asking), Some(&name))
        });
        let signed = checked
            .map_err(CoreError::from)
            .and_then(|checked| checked)
            .and_then(|()| signing::sign_fse(workstation, cards, fse, who, None).map(drop));
        match signed {
            Ok(()) => run.signed.push(fse.clone()),
            Err(why) => {
                run.stopped = Some(why);
                break;
            }
        }
        if !go_on(run.signed.len()) {
            break;
        }
    }
    run
}

impl Workstation {
    /// Keeps what the card of a practitioner says, for the secretary; a locum's with their session. Not staff's.
    pub fn remember(&mut self, who: &SignedIn) -> Result<(), CoreError> {
        if who.is_staff() {
            return Ok(());
        }
        if let Some(replaces) = &who.replaces {
            let known = KnownPractitioner {
                holder: who.holder.clone(),
                situation: replaces.own.clone(),
                serial: who.serial.clone(),
                read_at: self.now(),
            };
            return Ok(self.store.remember_locum(&who.stamp(self.now()), replaces.session.number, &known)?);
        }
        let known = KnownPractitioner {
            holder: who.holder.clone(),
            situation: who.situation.clone(),
            serial: who.serial.clone(),
            read_at: self.now(),
        };
        Ok(self.store.remember_practitioner(&who.stamp(self.now()), &known)?)
    }

    /// The same member of staff, preparing for a practitioner whose card was read here: the one of that number, or of the
    /// number on their own card.
    ///
    /// # Errors
    /// [`DesyncError::UnknownPractitioner`]; [`DesyncError::SecretaryAlone`] for everybody else, who would see another's things.
    pub fn prepares_for(&self, staff: &SignedIn, billing: Option<&BillingNumber>) -> Result<SignedIn, CoreError> {
        staff.may(Deed::Allot)?;
        let wanted = billing.unwrap_or(&staff.situation.billing_number);
        if let Some(pair) = self.pair_of(wanted)? {
            let (practitioner, situation, read_at, locum) = pair;
            return Ok(Self::preparing(staff, situation, PreparesFor { practitioner, read_at, locum: Some(locum) }));
        }
        let known = self.store.practitioners()?;
        let of = known.into_iter().find(|known| known.situation.billing_number == *wanted);
        let known = of.ok_or(DesyncError::UnknownPractitioner)?;
        let prepares = PreparesFor { practitioner: known.holder, read_at: known.read_at, locum: None };
        Ok(Self::preparing(staff, known.situation, prepares))
    }

    /// The same for the pair of a session, on a day of it, until it is closed.
    pub(crate) fn prepares_for_session(
        &self,
        staff: &SignedIn,
        session: u32,
        day: NaiveDate,
    ) -> Result<SignedIn, CoreError> {
        let session = self.session(session)?;
        if !session.state.is_open() || !session.sealed.calendar.has_day(day) {
            return Err(ReplacementError::Closed.into());
        }
        let (practitioner, situation, read_at, locum) = self.pair_in(session)?;
        Ok(Self::preparing(staff, situation, PreparesFor { practitioner, read_at, locum: Some(locum) }))
    }

    /// Whose number it is, is the practitioner's; what may be signed, always the card's in the reader.
    fn preparing(staff: &SignedIn, situation: BillingSituation, prepares: PreparesFor) -> SignedIn {
        let BillingSituation { may_sign_fse, may_sign_lot, .. } = staff.situation;
        let situation = BillingSituation { may_sign_fse, may_sign_lot, ..situation };
        SignedIn { situation, prepares_for: Some(Arc::new(prepares)), ..staff.clone() }
    }

    /// Who is replaced at this hour, and by whom: both identities go into an FSE before the seal.
    fn pair_of(&self, billing: &BillingNumber) -> Result<Option<Pair>, CoreError> {
        let now = crate::replacement::civil(self.now());
        let holds =
            |session: &Session| session.state == SessionState::Preparee && session.sealed.calendar.at(now).is_ok();
        self.replacements_at(billing)?.into_iter().find(holds).map(|session| self.pair_in(session)).transpose()
    }

    fn pair_in(&self, session: Session) -> Result<Pair, CoreError> {
        let sealed = session.sealed;
        let locum = self.store.locum_of(sealed.number)?.ok_or(DesyncError::UnknownLocum)?;
        let situation = sealed.replaced.situations.first().cloned().ok_or(ReplacementError::NoSituation)?;
        let (practitioner, read_at) = (sealed.replaced.holder.clone(), sealed.replaced.read_at);
        Ok((practitioner, situation, read_at, (locum.holder, sealed)))
    }

    fn begin_seal(&self, fse: &FseRef, vitale: &VitaleView, who: &SignedIn) -> Result<SealToMake, CoreError> {
        self.allow_on(Deed::Prepare, fse, who)?;
        let mut documents = Vec::new();
        for kind in [DocumentKind::Fse, DocumentKind::Dre] {
            let Some(prepared) = self.store.load_prepared(kind, fse)? else { continue };
            let key = PatientKey::of(signing::patient_certificate(&prepared, vitale, who)?, vitale);
            let to_sign = self.to_sign_by_patient(&key, prepared.content(), prepared.bytes())?;
            documents.push((prepared, key, to_sign));
        }
        if documents.is_empty() {
            return Err(InvoicingError::NotPrepared.into());
        }
        Ok(SealToMake { documents, who: who.clone() })
    }

    fn finish_seal(&mut self, asked: SealToMake, answers: &[Vec<u8>]) -> Result<(), CoreError> {
        let SealToMake { documents, who } = asked;
        let mut sealed = Vec::new();
        for ((fse, _, to_sign), raw) in documents.into_iter().zip(answers) {
            let seal = self.verified(to_sign, raw, fse.bytes())?;
            sealed.push(fse.sealed_by_vitale(seal)?);
        }
        Ok(self.store.seal_by_patient(&who.stamp(self.now()), &sealed)?)
    }

    /// What waits for the signature of a person: their own, or those of their session; for staff those of the whole practice.
    /// The oldest first, at most so many, each looked at.
    pub fn to_be_signed(&self, who: &SignedIn, limit: u32) -> Result<ToSign, CoreError> {
        let session = who.session();
        let own = who.own_for(Deed::ToSign)?;
        let today = self.clock.today();
        let (count, total) = self.store.waiting_count(own, session)?;
        let rows = self.store.waiting_for_cps(own, session, limit)?;
        let look = |row: WaitingRow| {
            let anomaly = if row.returned.is_some() {
                Some(DesyncError::Returned.report())
            } else if who.is_staff() {
                // Staff sign nothing: what keeps it from its signer is the patient's seal that is missing.
                let unsealed = row.state == DocumentState::Preparee && row.mode.needs_vitale();
                unsealed.then(|| InvoicingError::VitaleAbsent.report())
            } else {
                // What signing would refuse: the Vitale that is missing, a seal, a card that says something else, the guard.
                self.check_signable(&row.fse, who).err().map(|error| error.report())
            };
            Ok::<_, CoreError>(ToSignRow {
                age_days: (today - row.act_date).num_days(),
                deadline: sending_deadline(row.act_date, row.third_party),
                shown: Sha256::digest(self.store.bytes_of(&row.fse)?).into(),
                fse: row.fse,
                state: row.state,
                patient: row.patient,
                act_date: row.act_date,
                total: row.total,
                anomaly,
                returned: row.returned,
                note: row.note,
                passable: row.passable,
            })
        };
        Ok(ToSign { count, total, rows: rows.into_iter().map(look).collect::<Result<_, _>>()? })
    }

    /// Returns an FSE that waits to the secretary, with a word.
    pub fn send_back(&mut self, fse: &FseRef, word: &str, who: &SignedIn) -> Result<(), CoreError> {
        self.allow_on(Deed::SignFse, fse, who)?;
        let row = self.store.fse(fse)?.ok_or(InvoicingError::UnknownFse)?;
        if !matches!(row.state, DocumentState::Preparee | DocumentState::SigneePatient) {
            return Err(InvoicingError::NotPrepared.into());
        }
        Ok(self.store.send_back(&who.stamp(self.now()), fse, word)?)
    }

    /// Presents an FSE that was returned to its signer again.
    pub fn present_again(&mut self, fse: &FseRef, who: &SignedIn) -> Result<(), CoreError> {
        self.allow_on(Deed::Prepare, fse, who)?;
        Ok(self.store.present_again(&who.stamp(self.now()), fse)?)
    }

    fn check_shown(&self, fse: &FseRef, shown: [u8; 32]) -> Result<(), CoreError> {
        if self.store.is_sent_back(fse)? {
            return Err(DesyncError::Returned.into());
        }
        let bytes = self.store.bytes_of(fse)?;
        let same = <[u8; 32]>::from(Sha256::digest(&bytes)) == shown;
        if same { Ok(()) } else { Err(DesyncError::NotAsShown.into()) }
    }

    /// Whether a sealed FSE may still be signed: the seal holds over its bytes, and the card says what the FSE bears.
    pub(crate) fn check_sealed(&self, sealed: &Fse<PatientSigned>, who: &SignedIn) -> Result<(), CoreError> {
        let at: Instant = self.now();
        cms::verify(sealed.vitale_cms(), sealed.bytes(), &self.directory.trust, at)
            .map_err(|_| DesyncError::BrokenSeal)?;
        check_bears(sealed.content(), who)
    }
}

/// Whether a claim says of who is paid, and of who acts, what the card in the reader says. What takes an earlier demand back
/// says what that one said.
pub(crate) fn check_bears(content: &FseContent, who: &SignedIn) -> Result<(), CoreError> {
    let same = content.executant == executant(who) && content.locum == locum(who);
    if same || content.demand.is_some() { Ok(()) } else { Err(DesyncError::CpsDiffers.into()) }
}
