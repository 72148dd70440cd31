//! From a priced draft to what its claim says (SSV groups 1110 to 1321), and back to amounts for a screen.
//! Not the price and not the bytes: crates `pricing` and `formats`.

use chrono::NaiveDate;
use liasse_domain::fse::{ActLine, CareContext, Executant, FseContent, Locum};
use liasse_domain::{Centimes, FseNumber, FseRef, Invoice, PricedLine};
use liasse_pricing::{Claimed, Input, Patient, Practitioner, PriceError, Tables, input_of};

use super::{Cover, Draft};
use crate::desk::SignedIn;

impl Draft {
    /// What the claim says, under this number.
    pub(crate) fn content(
        &self,
        tables: &Tables,
        invoice: &Invoice,
        signed_in: &SignedIn,
        number: FseNumber,
        today: NaiveDate,
        cover: &Cover,
    ) -> Result<FseContent, PriceError> {
        let situation = &signed_in.situation;
        let Claimed { care, mut acts, .. } = liasse_pricing::claim(tables, &self.completed(situation))?;
        // One exoneration of all acts stands with the invoice (reference formats 1.2).
        let first = acts.first().and_then(|act| act.exoneration);
        let exoneration = first.filter(|first| acts.iter().all(|act| act.exoneration == Some(*first)));
        if exoneration.is_some() {
            acts.iter_mut().for_each(|act| act.exoneration = None);
        }
        Ok(FseContent {
            reference: FseRef { billing: situation.billing_number.clone(), number },
            mode: self.mode,
            drawn_up: today,
            corrects: self.corrects.clone(),
            executant: executant(signed_in),
            locum: locum(signed_in),
            patient: self.patient(),
            organisme: self.organisme().clone(),
            complementary: cover.claimed(),
            care: CareContext { exoneration, rights_proof: self.proof.code(), ..care },
            third_party_amo: invoice.third_party_amo,
            third_party_amc: invoice.third_party_amc,
            acts,
            demand: None,
        })
    }
}

/// What a claim says, to be priced or billed again; who pays is not in it.
pub(crate) fn claimed_input(claim: &FseContent, practitioner: Practitioner, patient: Patient) -> Input {
    input_of(&claim.care, claim.act_date(), &claim.acts, practitioner, patient)
}

/// The amounts of a claim as its bytes have them: what a prepared FSE shows, whatever the tables say today.
pub(super) fn as_claimed(claim: &FseContent) -> Invoice {
    // As `price` tells kilometres: how many ways, not how many of them are paid.
    let quantity = |act: &ActLine| act.details.travel.map_or(act.quantity, |travel| travel.times);
    let lines = claim.acts.iter().map(|act| PricedLine {
        code: act.code.clone(),
        quantity: quantity(act),
        unit_cents: act.unit,
        base_cents: act.base,
        rate_bp: act.rate,
        amo_cents: act.amo,
        amc_cents: act.amc,
        fee_cents: act.fee,
        steps: Vec::new(),
    });
    Invoice {
        lines: lines.collect(),
        total_cents: claim.total(),
        base_cents: claim.base(),
        overrun_cents: claim.total() - claim.base(),
        amo_cents: claim.amo(),
        amc_cents: claim.amc(),
        patient_pays_cents: claim.due_by_patient(),
        copay_cents: claim.base() - claim.amo(),
        flat_fee_cents: Centimes::ZERO,
        amo_net_cents: claim.amo(),
        pav_cents: Centimes::ZERO,
        third_party_amo: claim.third_party_amo,
        third_party_amc: claim.third_party_amc,
        findings: Vec::new(),
    }
}

/// Who acts in the executant's place (group 1150): the holder of the card, under the number that the session names.
pub(crate) fn locum(signed_in: &SignedIn) -> Option<Locum> {
    let (holder, session) = signed_in.locum()?;
    Some(Locum {
        billing: session.locum.billing.clone(),
        family_name: holder.family_name.clone(),
        given_name: holder.given_name.clone(),
        signs: true,
    })
}

/// Who is paid (group 1120): the holder of the card, or the doctor whom they replace.
pub(crate) fn executant(signed_in: &SignedIn) -> Executant {
    let (situation, paid) = (&signed_in.situation, signed_in.paid());
    let condition = match situation.practice_mode {
        1 => 'S',
        7 => 'B',
        _ => 'L',
    };
    Executant {
        billing: situation.billing_number.clone(),
        rpps: paid.rpps.clone(),
        family_name: paid.family_name.clone(),
        given_name: paid.given_name.clone(),
        convention: situation.convention,
        specialty: situation.specialty.clone(),
        tariff_zone: situation.tariff_zone.clone(),
        ik_zone: situation.ik_zone.clone(),
        agreements: situation.agreements.clone(),
        condition,
        situation: situation.number,
        structure_kind: situation.structure_kind,
        structure_number: situation.structure_number.clone(),
        structure_name: situation.structure_name.clone(),
    }
}
