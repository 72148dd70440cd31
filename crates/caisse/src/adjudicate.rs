//! Judges one FSE: its signatures, who is named in it, their rights on the day of the acts, its price.
//! Not the file around it (`intake`). One reason an FSE, the first found, in the order of this file.

use chrono::{Months, NaiveDate};
use liasse_domain::{BillingNumber, Destination, Instant};
use liasse_formats::b2::ClaimedFse;
use liasse_formats::certificate;
use liasse_formats::cms::{self, CmsError, Flux, Trust, Verified};
use liasse_formats::lot::LotHeader;
use liasse_pricing::Tables;

use crate::apcv;
use crate::reasons::{self, Why};
use crate::registers::{Insured, Practitioner, Registers, Replacement};
use crate::reprice::{self, Parties};

/// What an FSE is judged against.
pub(crate) struct Court<'a> {
    /// What the caisse knows.
    pub(crate) registers: &'a Registers,
    /// Its prices.
    pub(crate) tables: &'a Tables,
    /// Whom it believes.
    pub(crate) trust: &'a Trust,
    /// Which caisse judges.
    pub(crate) caisse: &'a Destination,
    /// The demo's time.
    pub(crate) now: Instant,
    /// Its day in Paris.
    pub(crate) today: NaiveDate,
}

/// One FSE as it came.
pub(crate) struct Case<'a> {
    /// Its bytes, an exact slice of the lot.
    pub(crate) bytes: &'a [u8],
    /// What they say.
    pub(crate) claim: &'a ClaimedFse,
    /// The professional's signature.
    pub(crate) cps: Option<&'a [u8]>,
    /// The Vitale's signature.
    pub(crate) vitale: Option<&'a [u8]>,
}

/// Who signed.
pub(crate) enum Signer {
    /// The practitioner who is paid.
    Titulaire,
    /// A locum who was announced, by the common name of the certificate.
    Locum(String),
}

impl Court<'_> {
    /// Checks a professional's signature: over these bytes, by somebody whom the caisse knows for that billing number,
    /// with the national attributes. Gives who signed.
    pub(crate) fn check_professional(
        &self,
        signature: &[u8],
        content: &[u8],
        practitioner: &Practitioner,
        reason: fn(CmsError) -> Why,
        [attributes, signer]: [Why; 2],
    ) -> Result<Signer, Why> {
        let verified = cms::verify(signature, content, self.trust, self.now).map_err(reason)?;
        if !self.attributes_are(&verified, &practitioner.billing) {
            return Err(attributes);
        }
        let subject = certificate::subject(&verified.certificate).map_err(reason)?;
        if practitioner.signers.contains(&subject.common_name) {
            return Ok(Signer::Titulaire);
        }
        let announced = |one: &&Replacement| one.signer == subject.common_name && one.from <= self.today;
        let mut announced = self.registers.replacements_of(&practitioner.billing).filter(announced);
        match announced.next() {
            Some(_) => Ok(Signer::Locum(subject.common_name)),
            None => Err(signer),
        }
    }

    /// A simulated caisse takes test data only: typeFlux is `T`.
    fn attributes_are(&self, verified: &Verified, billing: &BillingNumber) -> bool {
        verified.attributes.as_ref().is_some_and(|national| national.flux == Flux::Test && national.billing == *billing)
    }

    /// Judges an FSE of a lot; `repeats` says why its care would be paid twice.
    pub(crate) fn judge(
        &self,
        header: &LotHeader,
        practitioner: &Practitioner,
        repeats: Option<Why>,
        case: &Case<'_>,
    ) -> Result<(), Why> {
        let claim = case.claim;
        self.check_foreign(header, claim)?;
        self.check_cps(practitioner, case)?;
        if let Some(why) = repeats {
            return Err(why);
        }
        let insured = self.insured(claim)?;
        self.check_vitale(insured, case)?;
        let beneficiary = insured.beneficiary(&claim.birth, claim.birth_rank).ok_or(reasons::UNKNOWN_BENEFICIARY)?;
        let own_nir_differs = claim.own_nir.is_some_and(|(nir, _)| beneficiary.own_nir.is_some_and(|own| own != nir));
        if own_nir_differs {
            return Err(reasons::UNKNOWN_BENEFICIARY);
        }
        same_situation(practitioner, claim)?;
        for act in &claim.acts {
            if act.date > self.today || claim.drawn_up > self.today {
                return Err(reasons::FUTURE_ACT);
            }
            if act.date.checked_add_months(Months::new(27)).is_some_and(|limit| limit < self.today) {
                return Err(reasons::TOO_OLD);
            }
            if !beneficiary.has_rights_on(act.date) {
                return Err(reasons::RIGHTS_CLOSED);
            }
            if claim.care.is_ald_related(act) && !beneficiary.has_ald_on(act.date) {
                return Err(reasons::NO_ALD);
            }
            if reprice::is_c2s(claim) && !beneficiary.has_c2s_on(act.date) {
                return Err(reasons::NO_C2S);
            }
        }
        self.check_management(claim)?;
        reprice::compare(self.tables, &Parties { practitioner, insured, beneficiary }, claim)
    }

    /// A document of another billing number or mode than its lot.
    pub(crate) fn check_foreign(&self, header: &LotHeader, claim: &ClaimedFse) -> Result<(), Why> {
        let same = claim.reference.billing == header.billing && claim.mode == header.mode;
        if same { Ok(()) } else { Err(reasons::FSE_FOREIGN) }
    }

    pub(crate) fn check_cps(&self, practitioner: &Practitioner, case: &Case<'_>) -> Result<(), Why> {
        if !case.claim.mode.needs_cps() {
            return Ok(());
        }
        let signature = case.cps.ok_or(reasons::FSE_SIGNATURE)?;
        let others = [reasons::FSE_ATTRIBUTES, reasons::FSE_SIGNER];
        let signer = self.check_professional(signature, case.bytes, practitioner, reasons::fse, others)?;
        self.check_locum(&signer, case.claim)
    }

    /// Who acted signs: a locum under the number that the caisse knows, on days that were announced; the replaced doctor
    /// nothing that a locum made. An act is of its day, whenever it is signed.
    fn check_locum(&self, signer: &Signer, claim: &ClaimedFse) -> Result<(), Why> {
        let (signer, locum) = match (signer, &claim.locum) {
            (Signer::Titulaire, None) => return Ok(()),
            (Signer::Titulaire, Some(_)) => return Err(reasons::LOCUM_UNSIGNED),
            (Signer::Locum(_), None) => return Err(reasons::LOCUM_MISSING),
            (Signer::Locum(signer), Some(locum)) => (signer, locum),
        };
        let theirs: Vec<&Replacement> = self
            .registers
            .replacements_of(&claim.reference.billing)
            .filter(|one| one.signer == *signer && one.locum == *locum)
            .collect();
        if theirs.is_empty() || !claim.locum_signs {
            return Err(reasons::LOCUM_OTHER);
        }
        let announced = |day| theirs.iter().any(|one| one.holds_on(day));
        if claim.acts.iter().all(|act| announced(act.date)) { Ok(()) } else { Err(reasons::LOCUM_DATES) }
    }

    /// What the caisse remarks upon in an FSE that it accepts: the replaced doctor does not practise meanwhile.
    pub(crate) fn remark(&self, claim: &ClaimedFse) -> Option<Why> {
        let replaced = |day| {
            let mut announced = self.registers.replacements_of(&claim.reference.billing);
            announced.any(|one| one.from <= day && day <= one.until)
        };
        let practised = claim.locum.is_none() && claim.acts.iter().any(|act| replaced(act.date));
        practised.then_some(reasons::PRACTISED)
    }

    fn insured(&self, claim: &ClaimedFse) -> Result<&Insured, Why> {
        let key_is_wrong =
            claim.insured_nir.key() != claim.insured_key || claim.own_nir.is_some_and(|(nir, key)| nir.key() != key);
        if key_is_wrong {
            return Err(reasons::NIR_KEY);
        }
        self.registers
            .insured(&claim.insured_nir)
            .filter(|insured| insured.organisme.destination() == *self.caisse)
            .ok_or(reasons::UNKNOWN_PERSON)
    }

    pub(crate) fn check_vitale(&self, insured: &Insured, case: &Case<'_>) -> Result<(), Why> {
        if !case.claim.mode.needs_vitale() {
            return Ok(());
        }
        let signature = case.vitale.ok_or(reasons::VITALE_SIGNATURE)?;
        let verified = cms::verify(signature, case.bytes, self.trust, self.now).map_err(reasons::vitale)?;
        let subject = certificate::subject(&verified.certificate).map_err(reasons::vitale)?;
        if !insured.vitales.contains(&subject.common_name) {
            return Err(reasons::VITALE_OTHER);
        }
        apcv::check(&verified, case.claim.mode, &insured.nir)
    }
}

/// Code conventionnel, specialty and zone decide the price: the claim must say what the caisse knows.
fn same_situation(practitioner: &Practitioner, claim: &ClaimedFse) -> Result<(), Why> {
    let same = practitioner.convention == claim.convention
        && practitioner.specialty == claim.specialty
        && practitioner.tariff_zone == claim.tariff_zone
        && match (&practitioner.rpps, &claim.executant_rpps) {
            (Some(known), Some(claimed)) => known == claimed,
            _ => true,
        };
    if same { Ok(()) } else { Err(reasons::SITUATION) }
}
