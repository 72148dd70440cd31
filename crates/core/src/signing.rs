//! Signing: an FSE by the Vitale and the CPS, a lot by the CPS, in three steps: what is to be signed (store's lane), the
//! signature (cards' lane), keeping it (store's lane). No transaction and no lane waits while a card works; a card that
//! fails leaves everything where it was. What a card answers is verified before it is kept.

mod asked;

use chrono::SubsecRound;
use liasse_domain::fse::{Prepared, Signed};
use liasse_domain::lot::group;
use liasse_domain::{
    BillingNumber, Centimes, DocumentKind, FileIdentifier, Fse, FseContent, FseRef, Instant, Level, SecuringMode, clock,
};
use liasse_formats::b2::render_fse;
use liasse_formats::cms::{self, Flux, NationalAttributes, ToSign};
use liasse_formats::lot::{Head, LotHeader, file_bytes, lot_bytes};
use liasse_formats::mail::{self, FileMail, Header};
use liasse_pricing::Tables;
use liasse_store::{Made, Outgoing, SealedLot, StoreError};
use sha2::{Digest, Sha256};

use crate::access::Deed;
use crate::apcv::PatientKey;
use crate::cards::{SigningCards, VitaleView, names, same_world};
use crate::desk::SignedIn;
use crate::desync::check_bears;
use crate::directory::UnknownCaisse;
use crate::error::CoreError;
use crate::guard::Verdict;
use crate::invoicing::{Draft, InvoicingError, may_lack};
use crate::lane::Handle;
use crate::paper::Sheet;
use crate::settings::SettingError;
use crate::workstation::Workstation;

use asked::{DocumentToSign, Waiting};
pub use asked::{FseToSign, LotToSign, SignedFse, SignedLot};

impl Workstation {
    /// Numbers the draft, makes its bytes once and keeps both: the FSE is *préparée*, and so is the DRE that goes with it
    /// where the complementary part is managed apart.
    pub fn prepare(&mut self, draft: &Draft, signed_in: &SignedIn) -> Result<FseRef, CoreError> {
        signed_in.may(Deed::Prepare)?;
        let corrects = draft
            .corrects()
            .map(|earlier| FseRef { billing: signed_in.situation.billing_number.clone(), number: earlier.number });
        // What was written to pass a risk is the reason for passing the guard's amber too: one field, one sentence.
        let mut person = signed_in.clone();
        person.derogation = person.derogation.or_else(|| draft.passed_with_reason().map(str::to_owned));
        let signed_in = &person;
        // Staff prepare for a practitioner and sign nothing: the guard stands before the signature.
        let passed = match (&signed_in.prepares_for, draft.mode) {
            (Some(_), SecuringMode::Desynchronise | SecuringMode::SansVitale | SecuringMode::Degrade) => {
                self.check_cotation(draft, signed_in)?;
                Verdict::Green
            }
            _ => self.guard_new(draft.input.date, corrects.as_ref(), signed_in)?,
        };
        if draft.input.acts.is_empty() {
            return Err(InvoicingError::NoAct.into());
        }
        draft.check_apcv()?;
        let mut invoice = self.price(draft, signed_in)?;
        // The guard has decided, with its reason where it wants one.
        invoice.findings.retain(|finding| !finding.code.starts_with("guard."));
        draft.check_may_be_signed(&invoice)?;
        let now = self.now();
        let stamp = signed_in.stamp(now);
        let billing = &signed_in.situation.billing_number;
        let today = clock::paris(now).date();
        let tables = self.tables.clone();
        let tables = tables.as_deref().unwrap_or_else(|| Tables::embedded());
        let cover = self.cover_of(draft, signed_in)?;
        // A reason that was written for a risk since removed accepts nothing.
        let accepted = draft.passed_with_reason().filter(|_| invoice.worst() == Level::Error);
        let prepared = self.store.prepare_fse(&stamp, billing, accepted, |number| {
            let content = draft.content(tables, &invoice, signed_in, number, today, &cover)?;
            let dre =
                cover.demand(draft, &content)?.map(|dre| Ok::<_, CoreError>((render_fse(&dre)?, dre))).transpose()?;
            let bytes = render_fse(&content)?;
            let sheet =
                (content.mode == SecuringMode::Degrade).then(|| Sheet::of_claim(&content).json()).transpose()?;
            let derogation = signed_in.derogation.clone().filter(|_| matches!(passed, Verdict::Amber(_)));
            let session = signed_in.session();
            Ok::<_, CoreError>(Made {
                fse: (content, bytes),
                dre: dre.map(|(bytes, dre)| (dre, bytes)),
                session,
                derogation,
                passage: draft.passage(),
                reading: draft.reading_json(),
                sheet,
                replaces: draft.replaces().cloned(),
            })
        });
        Ok(prepared.map_err(either)?.reference().clone())
    }

    /// What the cards are to sign for a prepared FSE and the DRE that goes with it. Nothing changes yet.
    pub fn begin_fse(
        &self,
        reference: &FseRef,
        signed_in: &SignedIn,
        vitale: Option<&VitaleView>,
    ) -> Result<FseToSign, CoreError> {
        signed_in.may(Deed::SignFse)?;
        let (waiting, signed_in) = self.checked(reference, signed_in)?;
        self.check_card(&signed_in)?;
        let mut documents = Vec::new();
        for fse in waiting {
            documents.push(match fse {
                Waiting::Prepared(fse) => self.document_to_sign(fse, &signed_in, vitale)?,
                Waiting::Sealed(fse) => {
                    let cps = self.to_sign(fse.bytes(), &signed_in.signature_certificate, &reference.billing)?;
                    DocumentToSign { fse: Waiting::Sealed(fse), vitale: None, cps }
                }
            });
        }
        Ok(FseToSign { documents, signed_in })
    }

    /// What would keep a CPS alone from signing an FSE now, if anything: what « À signer » shows of each.
    pub(crate) fn check_signable(&self, reference: &FseRef, signed_in: &SignedIn) -> Result<(), CoreError> {
        let (waiting, _) = self.checked(reference, signed_in)?;
        let unsealed = |fse: &Waiting| matches!(fse, Waiting::Prepared(fse) if fse.content().mode.needs_vitale());
        if waiting.iter().any(unsealed) { Err(InvoicingError::VitaleAbsent.into()) } else { Ok(()) }
    }

    /// The documents of an FSE that wait, each looked at: the guard, its bytes, what the card says, its seal. With them the person,
    /// with the reason that passes the guard's amber, if there is one.
    fn checked(&self, reference: &FseRef, signed_in: &SignedIn) -> Result<(Vec<Waiting>, SignedIn), CoreError> {
        // The reason that was written when it was made stands for its signature.
        let mut signed_in = signed_in.clone();
        if signed_in.derogation.is_none() {
            signed_in.derogation = self.store.derogation_of(reference)?;
        }
        let mut waiting = Vec::new();
        let mut passed = Verdict::Green;
        for kind in [DocumentKind::Fse, DocumentKind::Dre] {
            let fse = match self.store.load_prepared(kind, reference)? {
                Some(prepared) => Some(Waiting::Prepared(prepared)),
                None => self.store.sealed_by_patient(kind, reference)?.map(Waiting::Sealed),
            };
            let Some(fse) = fse else { continue };
            passed = passed.max(self.guard_claim(fse.content(), &signed_in)?);
            check_whole(fse.content(), fse.bytes())?;
            match &fse {
                Waiting::Prepared(fse) => check_bears(fse.content(), &signed_in)?,
                Waiting::Sealed(fse) => self.check_sealed(fse, &signed_in)?,
            }
            waiting.push(fse);
        }
        if waiting.is_empty() {
            return Err(InvoicingError::NotPrepared.into());
        }
        // A reason that was written for something else passes nothing here.
        signed_in.derogation = signed_in.derogation.filter(|_| passed != Verdict::Green);
        Ok((waiting, signed_in))
    }

    fn document_to_sign(
        &self,
        fse: Fse<Prepared>,
        signed_in: &SignedIn,
        vitale: Option<&VitaleView>,
    ) -> Result<DocumentToSign, CoreError> {
        let vitale = if fse.content().mode.needs_vitale() {
            let card = vitale.ok_or(InvoicingError::VitaleAbsent)?;
            let key = PatientKey::of(patient_certificate(&fse, card, signed_in)?, card);
            let to_sign = self.to_sign_by_patient(&key, fse.content(), fse.bytes())?;
            Some((key, to_sign))
        } else {
            None
        };
        let cps = self.to_sign(fse.bytes(), &signed_in.signature_certificate, &fse.reference().billing)?;
        Ok(DocumentToSign { fse: Waiting::Prepared(fse), vitale, cps })
    }

    /// Keeps the signatures, once they verify. Until both are on disk the FSE stays *préparée* with its number. Gives what
    /// goes back to the patient: a correction may cost less than what they paid.
    pub fn finish_fse(&mut self, signed: SignedFse) -> Result<Centimes, CoreError> {
        let SignedFse { asked: FseToSign { documents, signed_in }, answers } = signed;
        let mut all = Vec::new();
        for (DocumentToSign { fse, vitale, cps }, (by_vitale, by_cps)) in documents.into_iter().zip(answers) {
            let seal = match (vitale, by_vitale) {
                (Some((_, to_sign)), Some(raw)) => Some(self.verified(to_sign, &raw, fse.bytes())?),
                _ => None,
            };
            let cps = self.verified(cps, &by_cps, fse.bytes())?;
            all.push(match (fse, seal) {
                (Waiting::Sealed(fse), _) => fse.signed_by_cps(cps),
                (Waiting::Prepared(fse), Some(seal)) => fse.sealed_by_vitale(seal)?.signed_by_cps(cps),
                (Waiting::Prepared(fse), None) => fse.signed_by_cps(cps)?,
            });
        }
        let stamp = signed_in.stamp(self.now());
        Ok(self.store.sign(&stamp, &all, signed_in.derogation.as_deref())?)
    }

    /// Seals every signed and free FSE of the person signed in into lots. Nothing leaves yet. FSE for a caisse that no
    /// file can be encrypted for stay free, and do not hold the others back.
    pub fn seal_lots(&mut self, signed_in: &SignedIn) -> Result<Vec<SealedLot>, CoreError> {
        // A lot leaves by the mailbox: without it the FSE of a locum stay signed and free, for the doctor's lots.
        signed_in.may(Deed::SignLot)?;
        self.guard_lot(&signed_in.situation.billing_number, signed_in)?;
        self.check_card(signed_in)?;
        let free = self.free_signed(signed_in)?;
        let mut sealed = Vec::new();
        let envelope = self.envelope()?;
        for (key, members) in self.grouped(free)? {
            if self.recipient(&envelope, &key.destination).is_err() {
                continue;
            }
            let now = self.now();
            let stamp = signed_in.stamp(now);
            let identifier = self.new_file_identifier();
            let references: Vec<FseRef> = members.iter().map(|fse| fse.reference().clone()).collect();
            let lot = self.store.seal(&stamp, &key, &references, identifier, |number, sequence, hash| {
                let header = LotHeader {
                    billing: key.billing.clone(),
                    number,
                    destination: key.destination.clone(),
                    mode: key.mode,
                    sealed_on: clock::paris(now).date(),
                    fse_count: u16::try_from(members.len()).unwrap_or(u16::MAX),
                };
                let slices: Vec<&[u8]> = members.iter().map(Fse::bytes).collect();
                Ok::<_, CoreError>(lot_bytes(&header, &slices, &Head { sequence, hash }))
            });
            sealed.push(lot.map_err(either)?);
        }
        Ok(sealed)
    }

    /// The FSE that may enter a lot; not those that an incident locks.
    fn free_signed(&self, signed_in: &SignedIn) -> Result<Vec<Fse<Signed>>, CoreError> {
        let mut free = self.store.free_signed(Some(&signed_in.situation.billing_number))?;
        let locked = self.locked_by_incident()?;
        free.retain(|fse| !locked.contains(&(fse.content().kind(), fse.reference().clone())));
        Ok(free)
    }

    /// The first caisse that signed FSE wait for and that no file can be encrypted for.
    fn unknown_caisse(&self, signed_in: &SignedIn) -> Result<Option<UnknownCaisse>, CoreError> {
        let (free, envelope) = (self.free_signed(signed_in)?, self.envelope()?);
        Ok(group(free).iter().find_map(|(key, _)| self.recipient(&envelope, &key.destination).err()))
    }

    /// What sealing would make, without sealing: each lot's destination and how many FSE.
    pub fn plan_lots(&self, signed_in: &SignedIn) -> Result<Vec<(liasse_domain::lot::LotKey, usize)>, CoreError> {
        signed_in.may(Deed::Ledger)?;
        let free = self.free_signed(signed_in)?;
        Ok(self.grouped(free)?.into_iter().map(|(key, members)| (key, members.len())).collect())
    }

    /// What the CPS is to sign: every sealed lot of the person signed in, lots left by an earlier failure among them.
    pub fn begin_lots(&self, signed_in: &SignedIn) -> Result<Vec<LotToSign>, CoreError> {
        signed_in.may(Deed::SignLot)?;
        self.guard_lot(&signed_in.situation.billing_number, signed_in)?;
        self.check_card(signed_in)?;
        let mine = |lot: &SealedLot| lot.key.billing == signed_in.situation.billing_number;
        self.store
            .sealed_lots()?
            .into_iter()
            .filter(mine)
            .map(|lot| {
                let to_sign = self.to_sign(&lot.bytes, &signed_in.signature_certificate, &lot.key.billing)?;
                Ok(LotToSign { lot, to_sign, signed_in: signed_in.clone() })
            })
            .collect()
    }

    /// Puts a lot with its signature, once it verifies, into the outbox.
    pub fn finish_lot(&mut self, signed: SignedLot) -> Result<FileIdentifier, CoreError> {
        let SignedLot { asked: LotToSign { lot, to_sign, signed_in }, by_cps } = signed;
        let from = match self.secret("post.from")? {
            Some(from) => from,
            None => self.secret("post.user")?.ok_or(SettingError::PostIncomplete { missing: "post.user" })?,
        };
        let envelope = self.envelope()?;
        let recipient = self.recipient(&envelope, &lot.key.destination)?;
        let cms = self.verified(to_sign, &by_cps, &lot.bytes)?;
        let now = self.now();
        let billing = &lot.key.billing;
        let file = file_bytes(billing, &lot.key.destination, lot.name.file, clock::paris(now).date(), &lot.bytes);
        let mut enclosed =
            FileMail { file: file.clone(), lot_p7s: cms.clone(), fse_p7s: Vec::new(), vitale_p7s: Vec::new() };
        for member in &lot.members {
            let fse = self.store.signed(lot.key.destination.takes(), member)?.ok_or(InvoicingError::NotSigned)?;
            if let Some(signature) = fse.cps_cms() {
                enclosed.fse_p7s.push((member.number, signature.to_vec()));
            }
            if let Some(signature) = fse.vitale_cms() {
                enclosed.vitale_p7s.push((member.number, signature.to_vec()));
            }
        }
        let ids = &mut self.ids;
        let inner = mail::inner(&envelope.profile, &enclosed);
        let sealed = cms::encrypt(&inner, &recipient.certificate, &mut |bytes| ids.random(bytes))?;
        let compostage = format!("{}{:05}", clock::paris(now).format("%Y%m%d%H%M%S"), lot.name.number.get());
        let domain = from.rsplit_once('@').map_or("liasse.test", |(_, domain)| domain).to_owned();
        let header = Header {
            to: recipient.address,
            subject: envelope.profile.subject(billing, &compostage, lot.members.len()),
            message_id: format!("{compostage}.{}@{domain}", lot.name.file),
            from,
            date: now,
        };
        let scans = self.scan_letter(&envelope.profile, &lot, &header)?;
        let outgoing = Outgoing {
            file_bytes: file,
            message: mail::outer(&header, envelope.profile.descriptor.text, &sealed),
            scans,
            to: header.to,
            from: header.from,
            message_id: header.message_id,
        };
        let stamp = signed_in.stamp(now);
        self.store.post_lot(&stamp, lot.name.file, &cms, &outgoing)?;
        Ok(lot.name.file)
    }

    /// Takes a lot apart: its FSE are free again, its number and identifier are burnt.
    pub fn dissolve_lot(&mut self, lot: FileIdentifier, signed_in: &SignedIn) -> Result<(), CoreError> {
        signed_in.may(Deed::SignLot)?;
        let row = self.store.lot(lot)?.ok_or(InvoicingError::UnknownLot)?;
        self.guard_lot(&row.key.billing, signed_in)?;
        let stamp = signed_in.stamp(self.now());
        Ok(self.store.dissolve_lot(&stamp, lot)?)
    }

    fn new_file_identifier(&mut self) -> FileIdentifier {
        let mut random = [0u8; 8];
        self.ids.random(&mut random);
        FileIdentifier::from_random(u64::from_be_bytes(random))
    }

    pub(crate) fn to_sign(
        &self,
        bytes: &[u8],
        certificate: &[u8],
        billing: &BillingNumber,
    ) -> Result<ToSign, CoreError> {
        let now: Instant = self.now().trunc_subsecs(0);
        let attributes = NationalAttributes { flux: Flux::Test, billing: billing.clone() };
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        Ok(cms::prepare(&digest, certificate, Some(&attributes), now)?)
    }

    /// The whole signature. A card's answer is hostile until it verifies: a wrong one must not reach the ledger.
    pub(crate) fn verified(&self, to_sign: ToSign, raw: &[u8], bytes: &[u8]) -> Result<Vec<u8>, CoreError> {
        let finished = to_sign.finish(raw, &self.directory.trust.roots)?;
        cms::verify(&finished, bytes, &self.directory.trust, self.now())?;
        Ok(finished)
    }
}

/// Signs a prepared FSE: asks the store's lane what, the cards' lane to sign, the store's lane to keep it. Gives what goes
/// back to the patient, see [`Workstation::finish_fse`].
pub fn sign_fse(
    workstation: &Handle<Workstation>,
    cards: &dyn SigningCards,
    reference: &FseRef,
    signed_in: &SignedIn,
    vitale: Option<&VitaleView>,
) -> Result<Centimes, CoreError> {
    let vitale = vitale.map(|card| cards.presented_now(card));
    let (reference, signed_in) = (reference.clone(), signed_in.clone());
    let asked = workstation.call(move |ws| {
        let asked = ws.begin_fse(&reference, &signed_in, vitale.as_ref());
        ws.telling(asked, Some(&signed_in), Some(&reference))
    })??;
    let signed = asked.by(cards)?;
    workstation.call(move |ws| ws.finish_fse(signed))?
}

/// Makes and signs every lot of the person signed in: first those that an earlier failure left sealed, so that they
/// cannot be forgotten, then the new ones. Gives the files that are ready to leave.
pub fn finish_lots(
    workstation: &Handle<Workstation>,
    cards: &dyn SigningCards,
    signed_in: &SignedIn,
) -> Result<Vec<FileIdentifier>, CoreError> {
    let mut refused = None;
    let mut ready = sign_sealed(workstation, cards, signed_in, &mut refused)?;
    let who = signed_in.clone();
    workstation.call(move |ws| {
        let sealed = ws.seal_lots(&who);
        ws.telling(sealed, Some(&who), None)
    })??;
    ready.extend(sign_sealed(workstation, cards, signed_in, &mut refused)?);
    let who = signed_in.clone();
    let unknown = workstation.call(move |ws| ws.unknown_caisse(&who))??;
    match refused.or(unknown.map(CoreError::from)) {
        Some(error) => Err(error),
        None => Ok(ready),
    }
}

fn sign_sealed(
    workstation: &Handle<Workstation>,
    cards: &dyn SigningCards,
    signed_in: &SignedIn,
    refused: &mut Option<CoreError>,
) -> Result<Vec<FileIdentifier>, CoreError> {
    let who = signed_in.clone();
    let mut ready = Vec::new();
    for lot in workstation.call(move |ws| ws.begin_lots(&who))?? {
        let signed = lot.by(cards)?;
        match workstation.call(move |ws| ws.finish_lot(signed))? {
            Ok(file) => ready.push(file),
            // One lot that cannot leave must not hold the others back; it is told at the end.
            Err(error) => *refused = refused.take().or(Some(error)),
        }
    }
    Ok(ready)
}

/// What a claim is shown to say must be what its bytes say: only those are signed.
fn check_whole(content: &FseContent, bytes: &[u8]) -> Result<(), CoreError> {
    if render_fse(content)? == bytes { Ok(()) } else { Err(StoreError::NotAsStored.into()) }
}

/// The certificate of the Vitale in the reader, if it names the patient under their insured person and is of the CPS's own world.
pub(crate) fn patient_certificate<'a, S>(
    fse: &Fse<S>,
    card: &'a VitaleView,
    signed_in: &SignedIn,
) -> Result<&'a [u8], InvoicingError> {
    let (patient, day) = (&fse.content().patient, fse.content().act_date());
    let person = (patient.birth_date, patient.birth_rank);
    if !names(&card.read, patient.insured_nir, (!may_lack(patient, day)).then_some(person)) {
        return Err(InvoicingError::OtherVitale);
    }
    same_world(&signed_in.holder, &card.read)?;
    card.read.certificate.as_deref().ok_or(InvoicingError::VitaleWithoutRights)
}

pub(crate) fn either(error: liasse_store::Or<CoreError>) -> CoreError {
    match error {
        liasse_store::Or::Store(error) => error.into(),
        liasse_store::Or::Other(error) => error,
    }
}
