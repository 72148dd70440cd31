//! Signing: an FSE by the Vitale and the CPS, a lot by the CPS. The store's transactions are closed while a card works;
//! a card that fails leaves everything where it was. What a card answers is verified before it is kept.

use chrono::SubsecRound;
use liasse_cards::CardError;
use liasse_domain::lot::group;
use liasse_domain::{BillingNumber, FileIdentifier, Fse, FseRef, Instant, Level, clock};
use liasse_formats::cms::{self, Flux, NationalAttributes};
use liasse_formats::lot::{Head, LotHeader, file_bytes, lot_bytes};
use liasse_formats::mail::{self, FileMail, Header};
use liasse_pricing::Tables;
use liasse_store::{Outgoing, SealedLot};
use sha2::{Digest, Sha256};

use crate::cards::{SigningCards, VitaleView};
use crate::desk::{DeskError, SignedIn};
use crate::error::CoreError;
use crate::invoicing::{Draft, InvoicingError};
use crate::settings::SettingError;
use crate::workstation::Workstation;

impl Workstation {
    /// Numbers the draft, makes its bytes once and keeps both: the FSE is *préparée*.
    pub fn prepare(&mut self, draft: &Draft, signed_in: &SignedIn) -> Result<FseRef, CoreError> {
        signed_in.check_may_sign_fse()?;
        let invoice = self.price(draft, signed_in)?;
        draft.check_may_be_signed(&invoice)?;
        let now = self.now();
        let stamp = signed_in.stamp(now);
        let billing = &signed_in.situation.billing_number;
        let today = clock::paris(now).date();
        let tables = self.tables.clone();
        let tables = tables.as_deref().unwrap_or_else(|| Tables::embedded());
        let prepared = self.store.prepare_fse(&stamp, billing, |number| {
            let content = draft.content(tables, &invoice, signed_in, number, today);
            let bytes = liasse_formats::b2::render_fse(&content)?;
            Ok::<_, CoreError>((content, bytes))
        });
        let prepared = prepared.map_err(either)?;
        // A reason that was written for a risk since removed accepts nothing.
        if let Some(reason) = draft.passed_with_reason().filter(|_| invoice.worst() == Level::Error) {
            self.store.note(&stamp, "fse.risque_accepte", &prepared.reference().to_string(), reason)?;
        }
        Ok(prepared.reference().clone())
    }

    /// Has the cards sign a prepared FSE. Until both signatures are on disk it stays *préparée* with its number.
    pub fn sign(
        &mut self,
        reference: &FseRef,
        signed_in: &SignedIn,
        vitale: Option<&VitaleView>,
        cards: &dyn SigningCards,
    ) -> Result<(), CoreError> {
        signed_in.check_may_sign_fse()?;
        let fse = self.store.load_prepared(reference)?.ok_or(InvoicingError::NotPrepared)?;
        if fse.reference().billing != signed_in.situation.billing_number {
            return Err(DeskError::OtherPractitioner.into());
        }
        let signed = if fse.content().mode.needs_vitale() {
            let card = vitale.ok_or(InvoicingError::VitaleAbsent)?;
            let certificate = patient_certificate(&fse, card, signed_in)?;
            let seal = self.signature(fse.bytes(), certificate, &fse.reference().billing.clone(), |hash| {
                cards.vitale(certificate, hash)
            })?;
            let cps = self.cps_signature(fse.bytes(), signed_in, cards)?;
            fse.sealed_by_vitale(seal)?.signed_by_cps(cps)
        } else {
            let cps = self.cps_signature(fse.bytes(), signed_in, cards)?;
            fse.signed_by_cps(cps)?
        };
        let stamp = signed_in.stamp(self.now());
        Ok(self.store.sign_fse(&stamp, &signed)?)
    }

    /// Seals every signed and free FSE of the person signed in into lots. Nothing leaves yet.
    pub fn seal_lots(&mut self, signed_in: &SignedIn) -> Result<Vec<SealedLot>, CoreError> {
        signed_in.check_may_sign_lot()?;
        let free = self.store.free_signed(Some(&signed_in.situation.billing_number))?;
        let mut sealed = Vec::new();
        for (key, members) in group(free) {
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

    /// What sealing would make, without sealing: each lot's destination and how many FSE.
    pub fn plan_lots(&self, signed_in: &SignedIn) -> Result<Vec<(liasse_domain::lot::LotKey, usize)>, CoreError> {
        let free = self.store.free_signed(Some(&signed_in.situation.billing_number))?;
        Ok(group(free).into_iter().map(|(key, members)| (key, members.len())).collect())
    }

    /// Has the CPS sign every sealed lot of the person signed in, lots left by an earlier failure first, and puts each
    /// signed file into the outbox.
    pub fn sign_lots(
        &mut self,
        signed_in: &SignedIn,
        cards: &dyn SigningCards,
    ) -> Result<Vec<FileIdentifier>, CoreError> {
        signed_in.check_may_sign_lot()?;
        let mut signed = Vec::new();
        for lot in self.store.sealed_lots()? {
            if lot.key.billing == signed_in.situation.billing_number {
                self.sign_lot(&lot, signed_in, cards)?;
                signed.push(lot.name.file);
            }
        }
        Ok(signed)
    }

    fn sign_lot(&mut self, lot: &SealedLot, signed_in: &SignedIn, cards: &dyn SigningCards) -> Result<(), CoreError> {
        let from = match self.secret("post.from")? {
            Some(from) => from,
            None => self.secret("post.user")?.ok_or(SettingError::PostIncomplete { missing: "post.user" })?,
        };
        let recipient = self.directory.encryption_certificate(&lot.key.destination)?.to_vec();
        let cms = self.cps_signature(&lot.bytes, signed_in, cards)?;
        let now = self.now();
        let billing = &lot.key.billing;
        let file = file_bytes(billing, &lot.key.destination, lot.name.file, clock::paris(now).date(), &lot.bytes);
        let mut enclosed =
            FileMail { file: file.clone(), lot_p7s: cms.clone(), fse_p7s: Vec::new(), vitale_p7s: Vec::new() };
        for member in &lot.members {
            let fse = self.store.signed_fse(member)?.ok_or(InvoicingError::NotSigned)?;
            if let Some(signature) = fse.cps_cms() {
                enclosed.fse_p7s.push((member.number, signature.to_vec()));
            }
            if let Some(signature) = fse.vitale_cms() {
                enclosed.vitale_p7s.push((member.number, signature.to_vec()));
            }
        }
        let ids = &mut self.ids;
        let sealed = cms::encrypt(&mail::inner(&enclosed), &recipient, &mut |bytes| ids.random(bytes))?;
        let compostage = format!("{}{:05}", clock::paris(now).format("%Y%m%d%H%M%S"), lot.name.number.get());
        let domain = from.rsplit_once('@').map_or("liasse.test", |(_, domain)| domain).to_owned();
        let header = Header {
            to: mail::destination_address(&lot.key.destination),
            subject: mail::subject(billing, &compostage, lot.members.len()),
            message_id: format!("{compostage}.{}@{domain}", lot.name.file),
            from,
            date: now,
        };
        let outgoing = Outgoing {
            file_bytes: file,
            message: mail::outer(&header, &sealed),
            to: header.to,
            from: header.from,
            message_id: header.message_id,
        };
        let stamp = signed_in.stamp(now);
        Ok(self.store.post_lot(&stamp, lot.name.file, &cms, &outgoing)?)
    }

    /// Takes a lot apart: its FSE are free again, its number and identifier are burnt.
    pub fn dissolve_lot(&mut self, lot: FileIdentifier, signed_in: &SignedIn) -> Result<(), CoreError> {
        signed_in.check_may_sign_lot()?;
        let row = self.store.lot(lot)?.ok_or(InvoicingError::UnknownLot)?;
        if row.key.billing != signed_in.situation.billing_number {
            return Err(DeskError::OtherPractitioner.into());
        }
        let stamp = signed_in.stamp(self.now());
        Ok(self.store.dissolve_lot(&stamp, lot)?)
    }

    fn new_file_identifier(&mut self) -> FileIdentifier {
        let mut random = [0u8; 8];
        self.ids.random(&mut random);
        FileIdentifier::from_random(u64::from_be_bytes(random))
    }

    fn cps_signature(
        &self,
        bytes: &[u8],
        signed_in: &SignedIn,
        cards: &dyn SigningCards,
    ) -> Result<Vec<u8>, CoreError> {
        let billing = signed_in.situation.billing_number.clone();
        self.signature(bytes, &signed_in.signature_certificate, &billing, |hash| cards.cps(&signed_in.serial, hash))
    }

    fn signature(
        &self,
        bytes: &[u8],
        certificate: &[u8],
        billing: &BillingNumber,
        sign: impl FnOnce(&[u8; 32]) -> Result<Vec<u8>, CardError>,
    ) -> Result<Vec<u8>, CoreError> {
        let now: Instant = self.now().trunc_subsecs(0);
        let attributes = NationalAttributes { flux: Flux::Test, billing: billing.clone() };
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let to_sign = cms::prepare(&digest, certificate, Some(&attributes), now)?;
        let raw = sign(to_sign.digest())?;
        let finished = to_sign.finish(&raw, &self.directory.trust.roots)?;
        // A card's answer is hostile until it verifies: a wrong signature must not reach the ledger.
        cms::verify(&finished, bytes, &self.directory.trust, now)?;
        Ok(finished)
    }
}

/// The certificate of the Vitale in the reader, if it is the patient's and of the CPS's own world.
fn patient_certificate<'a, S>(
    fse: &Fse<S>,
    card: &'a VitaleView,
    signed_in: &SignedIn,
) -> Result<&'a [u8], InvoicingError> {
    let content = card.read.content.as_ref().ok_or(InvoicingError::VitaleWithoutRights)?;
    if content.insured.nir != fse.content().patient.insured_nir {
        return Err(InvoicingError::OtherVitale);
    }
    if content.insured.test_card != signed_in.holder.test_card {
        return Err(InvoicingError::MixedWorlds);
    }
    card.read.certificate.as_deref().ok_or(InvoicingError::VitaleWithoutRights)
}

fn either(error: liasse_store::Or<CoreError>) -> CoreError {
    match error {
        liasse_store::Or::Store(error) => error.into(),
        liasse_store::Or::Other(error) => error,
    }
}
