//! Prices an FSE again from its acts and the registers, and compares with what it claims.
//! Not the adjudication: who the insured is and whether rights are open was judged before (`adjudicate`).
//! Same tables and rules as a workstation, but nothing is taken from the claim that the caisse knows better.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use liasse_domain::professional::profession_of;
use liasse_domain::{Invoice, Level};
use liasse_formats::b2::{ClaimedAct, ClaimedFse};
use liasse_pricing::{
    Act, CarePath, Cover, Hundredths, Input, Nature, Overrun, Patient, Practitioner, Qualifier, Right, Sector, Tables,
    ThirdParty, price,
};

use crate::reasons::{self, Why};
use crate::registers::{self, Beneficiary, Insured};

/// Exoneration « soins en rapport avec une ALD » (B2 type 2 position 79, type 4 position 54).
const ALD: char = '4';

/// Whom and by whom, as the registers have it.
pub(crate) struct Parties<'a> {
    /// Who is paid.
    pub(crate) practitioner: &'a registers::Practitioner,
    /// Whose rights.
    pub(crate) insured: &'a Insured,
    /// For whom.
    pub(crate) beneficiary: &'a Beneficiary,
}

/// Whether an act is claimed as related to an ALD.
pub(crate) fn is_ald_related(claim: &ClaimedFse, act: &ClaimedAct) -> bool {
    act.exoneration.or(claim.exoneration) == Some(ALD)
}

/// Compares the claim with the caisse's own price; the first difference.
pub(crate) fn compare(tables: &Tables, parties: &Parties<'_>, claim: &ClaimedFse) -> Result<(), Why> {
    // Tariffs, ages and rights hold on a day: acts of several days are priced day by day.
    let mut days: BTreeMap<NaiveDate, Vec<&ClaimedAct>> = BTreeMap::new();
    for act in &claim.acts {
        days.entry(act.date).or_default().push(act);
    }
    for (day, acts) in days {
        let input = input(parties, claim, day, &acts)?;
        let invoice = price(tables, &input).map_err(|_| reasons::UNKNOWN_PRICE)?;
        if invoice.findings.iter().any(|finding| finding.level == Level::Blocking) {
            return Err(reasons::RULE);
        }
        same_lines(claim, &acts, &invoice)?;
        if invoice.third_party_amo != claim.third_party_amo || invoice.third_party_amc != claim.third_party_amc {
            return Err(reasons::AMOUNT);
        }
    }
    same_totals(claim)
}

fn same_lines(claim: &ClaimedFse, acts: &[&ClaimedAct], invoice: &Invoice) -> Result<(), Why> {
    if invoice.lines.len() != acts.len() {
        return Err(reasons::RULE);
    }
    for (line, act) in invoice.lines.iter().zip(acts) {
        let same = line.unit_cents == act.unit
            && line.base_cents == act.base
            && line.rate_bp == act.rate
            && line.amo_cents == act.amo
            && line.fee_cents == act.fee;
        if !same {
            return Err(reasons::AMOUNT);
        }
        // What a contract other than C2S covers is the mutuelle's knowledge: only more than the copay is wrong.
        let amc_is_wrong =
            if is_c2s(claim) { act.amc != line.amc_cents } else { act.amc.0 < 0 || act.amc > act.base - act.amo };
        if amc_is_wrong {
            return Err(reasons::COMPLEMENTARY_AMOUNT);
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

fn input(parties: &Parties<'_>, claim: &ClaimedFse, day: NaiveDate, acts: &[&ClaimedAct]) -> Result<Input, Why> {
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

    let acts = acts.iter().map(|act| priced_act(claim, act)).collect::<Result<Vec<_>, _>>()?;
    let mut input = Input::new(day, practitioner, patient, acts);
    input.care_path = claim.care_path.map(|letter| CarePath::from_letter(letter).ok_or(reasons::RULE)).transpose()?;
    input.cover = Cover { nature: nature(claim.nature)?, ..Cover::default() };
    input.third_party = ThirdParty { amo: claim.third_party_amo, amc: claim.third_party_amc, ..ThirdParty::default() };
    Ok(input)
}

fn priced_act(claim: &ClaimedFse, claimed: &ClaimedAct) -> Result<Act, Why> {
    // Majorations in the fifth position are not priced: they are lines of their own, and whoever claims one is told so.
    if claimed.majoration.is_some() {
        return Err(reasons::UNKNOWN_PRICE);
    }
    let mut act = Act::new(claimed.code.as_str());
    if claimed.coefficient != 100 {
        act.coefficient = Some(Hundredths::new(claimed.coefficient).ok_or(reasons::RULE)?);
    }
    act.quantity = i64::from(claimed.quantity);
    act.ald_related = is_ald_related(claim, claimed);
    let overrun = claimed.fee - claimed.base;
    if overrun.0 != 0 || claimed.qualifier.is_some() {
        let qualifier = claimed.qualifier.map(qualifier).transpose()?;
        act.overrun = Some(Overrun { qualifier, cents: overrun });
    }
    Ok(act)
}

fn qualifier(letter: char) -> Result<Qualifier, Why> {
    [Qualifier::De, Qualifier::Da, Qualifier::Ae, Qualifier::Ed]
        .into_iter()
        .find(|qualifier| qualifier.letter() == Some(letter))
        .ok_or(reasons::RULE)
}

fn nature(code: u8) -> Result<Nature, Why> {
    match code {
        10 | 13 => Ok(Nature::Maladie),
        30 => Ok(Nature::Maternite),
        41 => Ok(Nature::AtMp),
        90 => Ok(Nature::Prevention),
        _ => Err(reasons::RULE),
    }
}
