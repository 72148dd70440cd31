//! From a priced draft to what its claim says (SSV groups 1110 to 1321), and back to amounts for a screen.
//! Not the price and not the bytes: crates `pricing` and `formats`.

use chrono::NaiveDate;
use liasse_domain::fse::{ActLine, CareContext, Executant, FseContent};
use liasse_domain::money::divide_half_up;
use liasse_domain::{CardType, Centimes, FseNumber, FseRef, Invoice, PricedLine};
use liasse_pricing::{Act, CarePath, CodeKind, Hundredths, Nature, Overrun, Qualifier, Tables, overrun_on};

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
    ) -> FseContent {
        let situation = &signed_in.situation;
        let exonerations: Vec<Option<char>> = self.input.acts.iter().map(|act| self.exoneration(act)).collect();
        let common =
            exonerations.first().copied().flatten().filter(|first| exonerations.iter().all(|e| *e == Some(*first)));
        let acts = invoice
            .lines
            .iter()
            .enumerate()
            .map(|(index, line)| ActLine {
                date: self.input.date,
                code: line.code.clone(),
                majoration: None,
                quantity: line.quantity,
                coefficient: self.input.acts.get(index).map_or(100, claimed_coefficient),
                unit: line.unit_cents,
                base: line.base_cents,
                rate: line.rate_bp,
                amo: line.amo_cents,
                fee: line.fee_cents,
                amc: line.amc_cents,
                qualifier: overrun_on(tables, &self.input, index).and_then(|o| o.qualifier).and_then(Qualifier::letter),
                exoneration: if common.is_some() { None } else { exonerations.get(index).copied().flatten() },
            })
            .collect();
        FseContent {
            reference: FseRef { billing: situation.billing_number.clone(), number },
            mode: self.mode,
            drawn_up: today,
            corrects: self.corrects.clone(),
            executant: executant(signed_in),
            locum: None,
            patient: self.patient(),
            organisme: self.card.insured.organisme.clone(),
            complementary: cover.claimed(),
            care: CareContext {
                nature: nature(self.input.cover.nature),
                care_path: self.input.care_path.map(CarePath::letter),
                exoneration: common,
                accident: None,
                // B2 type 2 position 58: 4, rights read from the Vitale.
                rights_proof: 4,
            },
            third_party_amo: invoice.third_party_amo,
            third_party_amc: invoice.third_party_amc,
            acts,
            demand: None,
        }
    }

    /// 4: care related to an ALD (B2 type 2 position 79 and type 4 position 54).
    fn exoneration(&self, act: &Act) -> Option<char> {
        (self.rights.ald && act.ald_related).then_some('4')
    }
}

/// The coefficient of a line, in hundredths.
fn claimed_coefficient(act: &Act) -> u32 {
    act.coefficient.map_or(100, |coefficient| coefficient.get())
}

/// Whether a line of type 4 can say what was priced: price, coefficient and quantity make the base, nothing else. Acts of
/// the CCAM, kilometres and acts that the degression shares out wait for their records.
pub(super) fn is_claimable(tables: &Tables, act: &Act, line: &PricedLine) -> bool {
    let whole = i128::from(line.unit_cents.0) * i128::from(claimed_coefficient(act)) * i128::from(line.quantity);
    tables.kind(&act.code) != Some(CodeKind::Technical)
        && act.distance_km.is_none()
        && line.base_cents == Centimes(divide_half_up(whole, 100))
}

/// The two digits of B2 type 2 positions 77-78.
fn nature(nature: Nature) -> u8 {
    match nature {
        Nature::Maladie => 10,
        Nature::Maternite => 30,
        Nature::AtMp => 41,
        Nature::Prevention => 90,
    }
}

/// What [`nature`] wrote, read back.
pub(crate) fn nature_of(claim: &FseContent) -> Nature {
    match claim.care.nature {
        30 => Nature::Maternite,
        41 => Nature::AtMp,
        90 => Nature::Prevention,
        _ => Nature::Maladie,
    }
}

/// Whether a line is related to an ALD.
pub(crate) fn is_ald_related(claim: &FseContent, line: &ActLine) -> bool {
    line.exoneration.or(claim.care.exoneration) == Some('4')
}

/// The acts of a claim as they were typed, to be priced or billed again: overruns with their qualifiers too.
pub(crate) fn acts_of(claim: &FseContent) -> Vec<Act> {
    let overrun = |line: &ActLine| {
        let qualifier = line.qualifier.and_then(Qualifier::from_letter);
        (line.fee != line.base).then(|| Overrun { qualifier, cents: line.fee - line.base })
    };
    let typed = |line: &ActLine| Act {
        quantity: i64::from(line.quantity),
        coefficient: (line.coefficient != 100).then(|| Hundredths::new(line.coefficient)).flatten(),
        ald_related: is_ald_related(claim, line),
        overrun: overrun(line),
        ..Act::new(&line.code)
    };
    claim.acts.iter().map(typed).collect()
}

/// The amounts of a claim as its bytes have them: what a prepared FSE shows, whatever the tables say today.
pub(super) fn as_claimed(claim: &FseContent) -> Invoice {
    let lines = claim.acts.iter().map(|act| PricedLine {
        code: act.code.clone(),
        quantity: act.quantity,
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

fn executant(signed_in: &SignedIn) -> Executant {
    let situation = &signed_in.situation;
    let condition = match (situation.practice_mode, signed_in.holder.card_type) {
        (1, _) => 'S',
        (7, _) => 'B',
        (_, CardType::Cps | CardType::Cpf | CardType::Cpe | CardType::Cpa) => 'L',
    };
    Executant {
        billing: situation.billing_number.clone(),
        rpps: signed_in.holder.rpps.clone(),
        family_name: signed_in.holder.family_name.clone(),
        given_name: signed_in.holder.given_name.clone(),
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
