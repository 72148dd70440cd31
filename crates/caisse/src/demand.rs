//! Judges one DRE as the complementary insurer does: its signatures, who its member is, what its convention says, how much
//! is left to pay. Not the FSE whose acts it tells: the caisse judged that, and the insurer does not see it.

use liasse_domain::{Centimes, DocumentKind, Management};
use liasse_formats::b2::{ClaimedDemand, ClaimedFse};
use liasse_formats::lot::LotHeader;

use crate::adjudicate::{Case, Court};
use crate::reasons::{self, Why};
use crate::registers::{Mutuelle, Practitioner};

impl Court<'_> {
    /// Whether what came is of the kind that this intake takes: FSE a caisse, DRE an insurer.
    pub(crate) fn check_kind(&self, claim: &ClaimedFse) -> Result<(), Why> {
        let came = if claim.demand.is_some() { DocumentKind::Dre } else { DocumentKind::Fse };
        if came == self.caisse.takes() { Ok(()) } else { Err(reasons::OTHER_RECIPIENT) }
    }

    /// Judges a DRE of a lot; `repeats` says why its part would be paid twice, or cannot be taken back any more.
    pub(crate) fn judge_demand(
        &self,
        header: &LotHeader,
        practitioner: &Practitioner,
        repeats: Option<Why>,
        case: &Case<'_>,
        demand: &ClaimedDemand,
    ) -> Result<(), Why> {
        let claim = case.claim;
        self.check_foreign(header, claim)?;
        self.check_cps(practitioner, case)?;
        if let Some(why) = repeats {
            return Err(why);
        }
        let insured = self.registers.insured(&claim.insured_nir).ok_or(reasons::UNKNOWN_MEMBER)?;
        self.check_vitale(insured, case)?;
        insured.beneficiary(&claim.birth, claim.birth_rank).ok_or(reasons::UNKNOWN_BENEFICIARY)?;
        let mutuelle = self.mutuelle_here(claim).ok_or(reasons::UNKNOWN_MEMBER)?;
        let separate = Some(Management::Separee);
        if mutuelle.management(&demand.convention) != separate || claim.management != separate {
            return Err(reasons::MANAGEMENT);
        }
        if claim.acts.iter().any(|act| !mutuelle.covers(&demand.member, &claim.insured_nir, act.date)) {
            return Err(reasons::UNKNOWN_MEMBER);
        }
        if claim.drawn_up > self.today || claim.acts.iter().any(|act| act.date > self.today) {
            return Err(reasons::FUTURE_ACT);
        }
        let too_much = |amc: Centimes, left: Centimes| amc < Centimes::ZERO || amc > left;
        if claim.acts.iter().any(|act| too_much(act.amc, act.base - act.amo)) {
            return Err(reasons::COMPLEMENTARY_AMOUNT);
        }
        Ok(())
    }

    /// The insurer that a DRE names, if it is the one of this intake.
    fn mutuelle_here(&self, claim: &ClaimedFse) -> Option<&Mutuelle> {
        let (_, number) = claim.complementary.as_ref()?;
        self.registers.mutuelle(number).filter(|known| known.intake.as_deref() == Some(self.caisse.caisse()))
    }

    /// What an FSE says of the complementary part must be what the insurer agreed: else both would pay it, or neither.
    pub(crate) fn check_management(&self, claim: &ClaimedFse) -> Result<(), Why> {
        let Some((contract, number)) = claim.complementary.as_ref().filter(|_| claim.third_party_amc) else {
            return Ok(());
        };
        if contract == "89" {
            return Ok(());
        }
        let agreed = self.registers.mutuelle(number).map(|known| known.conventions.as_slice()).unwrap_or_default();
        let fits = claim.management.is_some_and(|said| agreed.iter().any(|row| row.management == said));
        if fits { Ok(()) } else { Err(reasons::MANAGEMENT) }
    }
}
