//! Prices an FSE again from its acts and the registers, and compares with what it claims.
//! Not the adjudication: who the insured is and whether rights are open was judged before (`adjudicate`).
//! Same tables and rules as a workstation, but nothing is taken from the claim that the caisse knows better.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use liasse_domain::Level;
use liasse_domain::fse::{ActLine, CareContext};
use liasse_domain::professional::profession_of;
use liasse_formats::b2::{ClaimedAct, ClaimedFse};
use liasse_pricing::{
    Input, Nature, Patient, Practitioner, Right, Sector, Tables, ThirdParty, claim as write_claim, input_of, price,
};

use crate::reasons::{self, Why};
use crate::registers::{self, Beneficiary, Insured};

/// « Maladie » under the local scheme of Alsace-Moselle (B2 type 2 positions 77-78).
const ALSACE_MOSELLE: u8 = 13;

/// Whom and by whom, as the registers have it.
pub(crate) struct Parties<'a> {
    /// Who is paid.
    pub(crate) practitioner: &'a registers::Practitioner,
    /// Whose rights.
    pub(crate) insured: &'a Insured,
    /// For whom.
    pub(crate) beneficiary: &'a Beneficiary,
}

/// Compares the claim with the caisse's own price; the first difference.
pub(crate) fn compare(tables: &Tables, parties: &Parties<'_>, claim: &ClaimedFse) -> Result<(), Why> {
    // Majorations in the fifth position are not priced: they are lines of their own, and whoever claims one is told so.
    if claim.acts.iter().any(|act| act.majoration.is_some()) {
        return Err(reasons::UNKNOWN_PRICE);
    }
    if claim.care.nature == Nature::AtMp.code() && claim.care.accident.is_none() {
        return Err(reasons::RULE);
    }
    // Tariffs, ages and rights hold on a day: acts of several days are priced day by day.
    let mut days: BTreeMap<NaiveDate, Vec<&ClaimedAct>> = BTreeMap::new();
    for act in &claim.acts {
        days.entry(act.date).or_default().push(act);
    }
    for (day, acts) in days {
        let input = input(parties, claim, day, &acts);
        let invoice = price(tables, &input).map_err(|_| reasons::UNKNOWN_PRICE)?;
        if invoice.findings.iter().any(|finding| finding.level == Level::Blocking) {
            return Err(reasons::RULE);
        }
        // What the claim of those acts would say, had the caisse written it.
        let own = write_claim(tables, &input).map_err(|_| reasons::UNKNOWN_PRICE)?;
        if !own.refused.is_empty() || !same_care(&own.care, &claim.care) {
            return Err(reasons::RULE);
        }
        same_lines(claim, &acts, &own.acts)?;
        if invoice.third_party_amo != claim.third_party_amo || invoice.third_party_amc != claim.third_party_amc {
            return Err(reasons::AMOUNT);
        }
    }
    same_totals(claim)
}

/// Exonerations are compared act by act; how the rights were proved is not a matter of price.
fn same_care(own: &CareContext, claimed: &CareContext) -> bool {
    let nature = if claimed.nature == ALSACE_MOSELLE { Nature::Maladie.code() } else { claimed.nature };
    let claimed = CareContext { nature, ..claimed.clone() };
    CareContext { exoneration: claimed.exoneration, rights_proof: claimed.rights_proof, ..own.clone() } == claimed
}

fn same_lines(claim: &ClaimedFse, acts: &[&ClaimedAct], own: &[ActLine]) -> Result<(), Why> {
    if own.len() != acts.len() {
        return Err(reasons::RULE);
    }
    for (own, act) in own.iter().zip(acts) {
        let amounts = |line: &ActLine| (line.unit, line.base, line.rate, line.amo, line.fee);
        if amounts(own) != amounts(act) {
            return Err(reasons::AMOUNT);
        }
        // What a contract other than C2S covers is the mutuelle's knowledge: only more than the copay is wrong.
        let amc_is_wrong =
            if is_c2s(claim) { act.amc != own.amc } else { act.amc.0 < 0 || act.amc > act.base - act.amo };
        if amc_is_wrong {
            return Err(reasons::COMPLEMENTARY_AMOUNT);
        }
        let exoneration = claim.care.exoneration_of(act);
        let same = ActLine { amc: own.amc, exoneration, ..(*act).clone() } == *own;
        if !same {
            return Err(reasons::RULE);
        }
    }
    Ok(())
}

fn same_totals(claim: &ClaimedFse) -> Result<(), Why> {
    let sum = |part: fn(&ClaimedAct) -> liasse_domain::Centimes| claim.acts.iter().map(part).sum();
    let totals = &claim.totals;
    if totals.fee != sum(|act| act.fee) || totals.amo != sum(|act| act.amo) {
        return Err(reasons::AMOUNT);
    }
    if totals.amc != sum(|act| act.amc) { Err(reasons::COMPLEMENTARY_AMOUNT) } else { Ok(()) }
}

/// Contract type 89: C2S, which the caisse manages and pays with its own part.
pub(crate) fn is_c2s(claim: &ClaimedFse) -> bool {
    claim.complementary.as_ref().is_some_and(|(contract, _)| contract == "89")
}

fn input(parties: &Parties<'_>, claim: &ClaimedFse, day: NaiveDate, acts: &[&ClaimedAct]) -> Input {
    let registered = parties.practitioner;
    let practitioner = Practitioner {
        profession: profession_of(&registered.specialty).to_owned(),
        specialty: registered.specialty.clone(),
        sector: match registered.convention {
            1 | 2 => Sector::One,
            3 => Sector::Two,
            _ => Sector::None,
        },
        optam: registered.optam,
        // The letter of the care path says whether this is the patient's own; the registers keep no such list yet.
        registered_mt: None,
        ..Practitioner::default()
    };
    let person = parties.beneficiary;
    let mut patient = Patient::new(person.birth_date);
    parties.insured.organisme.regime().clone_into(&mut patient.regime);
    patient.alsace_moselle = person.alsace_moselle;
    patient.has_mt = person.has_mt;
    patient.rights.extend(person.has_ald_on(day).then_some(Right::Ald));
    patient.rights.extend(person.has_c2s_on(day).then_some(Right::C2s));
    let third_party = ThirdParty { amo: claim.third_party_amo, amc: claim.third_party_amc, ..ThirdParty::default() };
    Input { third_party, ..input_of(&claim.care, day, acts.iter().copied(), practitioner, patient) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registers::Registers;
    use liasse_domain::fse::{ActDetails, Executant, FseContent, Patient};
    use liasse_domain::{BillingNumber, Centimes, FseNumber, FseRef, Nir, Rate, SecuringMode};
    use liasse_formats::b2::{read_fse, render_fse};

    const BILLING: &str = "991010117";

    fn act(coefficient: u32, base: i64, amo: i64, details: ActDetails) -> ActLine {
        ActLine {
            date: "2026-01-15".parse().expect("day"),
            code: "AMI".to_owned(),
            majoration: None,
            quantity: 1,
            coefficient,
            unit: Centimes(315),
            base: Centimes(base),
            rate: Rate::percent(60),
            amo: Centimes(amo),
            fee: Centimes(base),
            amc: Centimes::ZERO,
            qualifier: None,
            exoneration: None,
            details,
        }
    }

    /// A nurse's claim of these acts for Mme Durand, through its bytes, against the caisse's own prices. The embedded
    /// registers have doctors only.
    fn judged(acts: Vec<ActLine>) -> Result<(), Why> {
        let registers = Registers::embedded().expect("registers");
        let billing = BillingNumber::parse(BILLING).expect("number");
        let mut practitioner = registers.practitioner(&billing).expect("known").clone();
        "24".clone_into(&mut practitioner.specialty);
        let nir = Nir::parse("2850499999901").expect("nir");
        let insured = registers.insured(&nir).expect("known");
        let beneficiary = insured.beneficiaries.first().expect("the insured person");
        let content = FseContent {
            reference: FseRef { billing: billing.clone(), number: FseNumber::new(1).expect("number") },
            mode: SecuringMode::Securise,
            drawn_up: "2026-01-15".parse().expect("day"),
            corrects: None,
            executant: Executant {
                billing,
                rpps: None,
                family_name: "".into(),
                given_name: "".into(),
                convention: practitioner.convention,
                specialty: practitioner.specialty.clone(),
                tariff_zone: practitioner.tariff_zone.clone(),
                ik_zone: "00".to_owned(),
                agreements: ["00", "00", "00"].map(str::to_owned),
                condition: 'L',
                situation: 1,
                structure_kind: 4,
                structure_number: String::new(),
                structure_name: String::new(),
            },
            locum: None,
            patient: Patient {
                insured_nir: nir,
                insured_key: nir.key(),
                own_nir: None,
                family_name: "".into(),
                given_name: "".into(),
                birth_date: beneficiary.birth_date,
                birth_rank: beneficiary.birth_rank,
                quality: beneficiary.quality,
                coverage_code: "00100".to_owned(),
            },
            organisme: insured.organisme.clone(),
            complementary: None,
            care: CareContext {
                nature: 10,
                care_path: None,
                exoneration: None,
                accident: None,
                third_party_accident: None,
                referrer: None,
                rights_proof: 4,
            },
            third_party_amo: false,
            third_party_amc: false,
            acts,
            demand: None,
        };
        let claim = read_fse(&render_fse(&content).expect("bytes")).expect("readable");
        compare(Tables::embedded(), &Parties { practitioner: &practitioner, insured, beneficiary }, &claim)
    }

    /// NGAP article 11 B, by hand: 4 x 3,15 = 12,60 (AMO 7,56); 1,5 x 3,15 at 50 % = 2,3625 (1,42), whole 4,73 (2,84).
    #[test]
    fn the_second_act_of_a_nurse_counts_for_a_half() {
        let plain = ActDetails::default;
        let prescribed = ActDetails {
            prescriber: BillingNumber::parse("991010224").ok(),
            prescribed_on: "2026-01-12".parse().ok(),
            ..plain()
        };
        let first = || act(400, 1260, 756, prescribed.clone());
        assert_eq!(judged(vec![first(), act(150, 236, 142, prescribed.clone())]), Ok(()));
        assert_eq!(judged(vec![first(), act(150, 473, 284, prescribed.clone())]), Err(reasons::AMOUNT));
        // A direct sample is spared.
        let spared = ActDetails { full_rate: Some('L'), ..prescribed.clone() };
        assert_eq!(judged(vec![first(), act(150, 473, 284, spared)]), Ok(()));
        // Another passage is another session.
        let later = ActDetails { passage: Some(2), ..prescribed.clone() };
        assert_eq!(judged(vec![first(), act(150, 473, 284, later)]), Ok(()));
    }
}
