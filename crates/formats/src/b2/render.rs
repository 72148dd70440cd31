//! An FSE's content to its bytes: content → SSV groups 1110 to 1321 and ours → records, through the `sim-er` tables.
//! Made once, when the FSE gets its number; never again. Names of the patient and of the executant are not shown.
//! Groups and their fields: reference formats 2.2 and 2.3.

use chrono::NaiveDate;
use liasse_domain::fse::{Accident, CareContext};
use liasse_domain::{Code, Coded, FseContent, Management};

pub use super::table::Unfit;

use super::act;
use super::dates::{compact, tiny};
use super::sim_er;
use super::table::write;
use crate::groups::Group;
use crate::groups::professional::split_key;

/// Most records 4, 4S, 4E and 4M in one invoice: record 5 counts them on three digits.
const MAX_ACT_RECORDS: usize = 999;

/// A content that has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A value does not fit its field.
    #[error("record {record}, field {field}: {reason:?}")]
    Unfit {
        /// The record.
        record: &'static str,
        /// The field.
        field: &'static str,
        /// Why.
        reason: Unfit,
    },
    /// No act is claimed.
    #[error("no act")]
    NoAct,
    /// More acts than an invoice holds.
    #[error("{acts} acts")]
    TooManyActs {
        /// How many.
        acts: usize,
    },
    /// The executant's billing number is not the one whose counter gave the number.
    #[error("the executant is not the one who is paid")]
    OtherBilling,
    /// A rate is not a whole number of percents.
    #[error("a rate is not a whole number of percents")]
    FractionalRate,
    /// A complementary insurer without a number.
    #[error("a complementary insurer without a number")]
    NoComplementaryNumber,
}

impl Coded for RenderError {
    fn code(&self) -> Code {
        match self {
            Self::Unfit { reason: Unfit::Width, .. } => Code("formats.rendu_largeur"),
            Self::Unfit { reason: Unfit::Characters, .. } => Code("formats.rendu_caracteres"),
            Self::Unfit { reason: Unfit::Date, .. } => Code("formats.rendu_date"),
            Self::NoAct => Code("formats.rendu_sans_acte"),
            Self::TooManyActs { .. } => Code("formats.rendu_trop_d_actes"),
            Self::OtherBilling => Code("formats.rendu_facturant"),
            Self::FractionalRate => Code("formats.rendu_taux"),
            Self::NoComplementaryNumber => Code("formats.rendu_complementaire"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unfit { record, field, .. } => {
                vec![("record", (*record).to_owned()), ("field", (*field).to_owned())]
            }
            Self::TooManyActs { acts } => vec![("acts", acts.to_string())],
            _ => Vec::new(),
        }
    }
}

/// The bytes of an FSE: records 2, 2S, 2R where a locum acted, 2D in a DRE, then for each act 4, 4S, 4E where the RPPS is
/// known or some act says what only 4E holds, 4M of an act of the CCAM, then 5; each of 128 characters and CRLF.
pub fn render_fse(content: &FseContent) -> Result<Vec<u8>, RenderError> {
    let with_4e = needs_4e(content);
    let records = records_of_acts(content, with_4e);
    check(content, records)?;
    let groups = groups(content, records);
    let shared: Vec<&Group> = groups.iter().collect();
    let mut out = Vec::new();
    write(&sim_er::R2, &shared, &mut out)?;
    write(&sim_er::R2S, &shared, &mut out)?;
    if content.locum.is_some() {
        write(&sim_er::R2R, &shared, &mut out)?;
    }
    if content.demand.is_some() {
        write(&sim_er::R2D, &shared, &mut out)?;
    }
    for act in &content.acts {
        let act_groups = act::groups(act);
        let with_act: Vec<&Group> = shared.iter().copied().chain(&act_groups).collect();
        write(&sim_er::R4, &with_act, &mut out)?;
        write(&sim_er::R4S, &with_act, &mut out)?;
        if with_4e {
            write(&sim_er::R4E, &with_act, &mut out)?;
        }
        if act.details.technical.is_some() {
            write(&sim_er::R4M, &with_act, &mut out)?;
        }
    }
    write(&sim_er::R5, &shared, &mut out)?;
    Ok(out)
}

/// Record 4E stands for every act or for none.
fn needs_4e(content: &FseContent) -> bool {
    content.executant.rpps.is_some() || says_more(&content.care) || content.acts.iter().any(act::says_more)
}

/// Whether the care says what stands in the fillers of record 4E.
pub(crate) fn says_more(care: &CareContext) -> bool {
    care.third_party_accident.is_some() || care.referrer.as_ref().is_some_and(|referrer| referrer.date.is_some())
}

fn records_of_acts(content: &FseContent, with_4e: bool) -> usize {
    let technical = content.acts.iter().filter(|act| act.details.technical.is_some()).count();
    content.acts.len() * if with_4e { 3 } else { 2 } + technical
}

fn check(content: &FseContent, records: usize) -> Result<(), RenderError> {
    let acts = content.acts.len();
    if acts == 0 {
        return Err(RenderError::NoAct);
    }
    if records > MAX_ACT_RECORDS {
        return Err(RenderError::TooManyActs { acts });
    }
    if content.executant.billing != content.reference.billing {
        return Err(RenderError::OtherBilling);
    }
    if content.acts.iter().any(|act| act.rate.0 % 100 != 0) {
        return Err(RenderError::FractionalRate);
    }
    if content.complementary.as_ref().is_some_and(|cover| cover.number.is_empty()) {
        return Err(RenderError::NoComplementaryNumber);
    }
    let unfit = |record, field, reason| Err(RenderError::Unfit { record, field, reason });
    if content.demand.is_some() && content.complementary.as_ref().is_none_or(|cover| cover.member.is_empty()) {
        return unfit("2D", "no_adherent_sim", Unfit::Width);
    }
    if content.demand.as_ref().is_some_and(|demand| demand.cancels != content.corrects.is_some()) {
        return unfit("5", "no_facture_rectifiee_sim", Unfit::Width);
    }
    // Zeros or blanks put in for what is missing would read back as another value.
    let executant = &content.executant;
    if executant.specialty.len() != 2 {
        return unfit("4", "specialite_executant", Unfit::Width);
    }
    if executant.tariff_zone.len() != 2 {
        return unfit("4", "zone_tarif", Unfit::Width);
    }
    if !matches!(executant.condition, 'L' | 'S' | 'B') {
        return unfit("4S", "condition_exercice_executant", Unfit::Characters);
    }
    if content.complementary.as_ref().is_some_and(|cover| cover.contract.len() != 2) {
        return unfit("2", "type_contrat", Unfit::Width);
    }
    if compact(content.drawn_up).is_empty() {
        return unfit("2S", "date_elaboration_sim", Unfit::Date);
    }
    if content.corrects.as_ref().is_some_and(|earlier| compact(earlier.drawn_up).is_empty()) {
        return unfit("5", "date_facture_rectifiee_sim", Unfit::Date);
    }
    let unwritten = |date: Option<NaiveDate>| date.is_some_and(|date| tiny(date).is_none());
    let care = &content.care;
    match &care.accident {
        Some(Accident::Number(number)) if number.len() != 9 || number.starts_with("000") => {
            return unfit("2", "no_at_ou_date_accident", Unfit::Width);
        }
        Some(Accident::Date(date)) if unwritten(Some(*date)) => {
            return unfit("2", "no_at_ou_date_accident", Unfit::Date);
        }
        _ => {}
    }
    if unwritten(care.third_party_accident) {
        return unfit("4E", "date_accident_tiers_sim", Unfit::Date);
    }
    if unwritten(care.referrer.as_ref().and_then(|referrer| referrer.date)) {
        return unfit("4E", "date_adressage_sim", Unfit::Date);
    }
    content.acts.iter().try_for_each(act::check)
}

/// Groups 1110 to 1321 of the SSV dictionary, then ours for what they have no place for.
pub(crate) fn groups(content: &FseContent, records: usize) -> Vec<Group> {
    let corrects = content.corrects.as_ref();
    let executant = &content.executant;
    let patient = &content.patient;
    let (structure, structure_key) = split_key(&executant.structure_number);
    let text = |value: Option<char>| value.map(String::from).unwrap_or_default();
    let flag = |set: bool| String::from(if set { "1" } else { "0" });
    let mut groups = vec![
        Group::of_texts(
            1110,
            [
                content.reference.number.to_string(),
                "1".to_owned(),
                compact(content.drawn_up),
                executant.situation.to_string(),
                corrects.map(|earlier| earlier.number.to_string()).unwrap_or_default(),
                corrects.map(|earlier| compact(earlier.drawn_up)).unwrap_or_default(),
            ],
        ),
        Group::of_texts(
            1120,
            [
                executant.billing.number(),
                executant.billing.key(),
                executant.family_name.reveal(),
                executant.given_name.reveal(),
                &executant.convention.to_string(),
                &executant.specialty,
                &executant.tariff_zone,
                &executant.ik_zone,
                &executant.agreements[0],
                &executant.agreements[1],
                &executant.agreements[2],
                &executant.condition.to_string(),
            ],
        ),
        Group::of_texts(
            1130,
            [
                "",
                patient.insured_nir.as_str(),
                &patient.insured_key.to_string(),
                &patient.birth_date.compact(),
                &patient.birth_rank.to_string(),
                &patient.quality.to_string(),
                &patient.coverage_code,
                "",
            ],
        ),
        Group::of_texts(
            1140,
            [&executant.structure_kind.to_string(), &structure, &structure_key, &executant.structure_name],
        ),
    ];
    groups.extend(content.locum.as_ref().map(|locum| {
        Group::of_texts(
            1150,
            [
                locum.billing.number(),
                locum.billing.key(),
                &capitals(locum.family_name.reveal(), 25),
                &capitals(locum.given_name.reveal(), 15),
                if locum.signs { "1" } else { "0" },
            ],
        )
    }));
    let own = patient.own_nir.as_ref();
    groups.push(Group::of_texts(
        1160,
        [
            own.map(|(nir, _)| nir.as_str().to_owned()).unwrap_or_default(),
            own.map(|(_, key)| key.to_string()).unwrap_or_default(),
        ],
    ));
    let organisme = &content.organisme;
    groups.push(Group::of_texts(
        1310,
        [organisme.regime(), organisme.caisse(), organisme.centre(), organisme.destination().caisse(), ""],
    ));
    groups.extend(
        content
            .complementary
            .as_ref()
            .map(|cover| Group::of_texts(1321, [&cover.contract, &cover.number, cover.member.reveal()])),
    );
    let cover = content.complementary.as_ref();
    let management = cover.and_then(|cover| cover.management).map(Management::letter);
    groups.push(Group::of_texts(sim_er::COVER, [text(management)]));
    if let (Some(demand), Some(cover)) = (&content.demand, cover) {
        let purpose = if demand.cancels { "A" } else { "D" };
        groups.push(Group::of_texts(sim_er::DEMAND, [cover.member.reveal(), &cover.convention, purpose]));
    }
    let care = &content.care;
    let day = |date: Option<NaiveDate>| date.and_then(tiny).unwrap_or_default();
    let accident = match &care.accident {
        Some(Accident::Number(number)) => number.clone(),
        Some(Accident::Date(date)) => day(Some(*date)),
        None => String::new(),
    };
    let referrer = care.referrer.as_ref();
    groups.push(Group::of_texts(
        sim_er::CONTEXT,
        [
            content.mode.code().to_string(),
            care.nature.to_string(),
            text(care.care_path),
            text(care.exoneration),
            accident,
            care.rights_proof.to_string(),
            flag(content.third_party_amo),
            flag(content.third_party_amc),
            executant.rpps.as_ref().map(|rpps| rpps.as_str().to_owned()).unwrap_or_default(),
            day(care.third_party_accident),
            day(referrer.and_then(|referrer| referrer.date)),
            referrer.map(|referrer| referrer.billing.as_str().to_owned()).unwrap_or_default(),
        ],
    ));
    let (fee, amo) = (content.total(), content.amo());
    groups.push(Group::of_texts(
        sim_er::TOTALS,
        [
            records.to_string(),
            fee.0.to_string(),
            amo.0.to_string(),
            (fee - amo).0.to_string(),
            content.amc().0.to_string(),
        ],
    ));
    groups
}

/// A name as B2 writes it: capitals without accents, cut at the width of its field.
pub(crate) fn capitals(name: &str, width: usize) -> String {
    let mut text: String = name.to_uppercase().replace('Œ', "OE").replace('Æ', "AE").chars().map(plain).collect();
    text.truncate(text.char_indices().nth(width).map_or(text.len(), |(at, _)| at));
    text.trim().to_owned()
}

fn plain(letter: char) -> char {
    match letter {
        // `@` ends an entity of NOEMIE; no name and no code needs it.
        '@' => ' ',
        ' '..='_' => letter,
        'À'..='Å' => 'A',
        'Ç' => 'C',
        'È'..='Ë' => 'E',
        'Ì'..='Ï' => 'I',
        'Ñ' => 'N',
        'Ò'..='Ö' => 'O',
        'Ù'..='Ü' => 'U',
        'Ý' | 'Ÿ' => 'Y',
        '’' => '\'',
        _ => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_accents_and_length() {
        assert_eq!(capitals("Lefèvre-Müller", 25), "LEFEVRE-MULLER");
        assert_eq!(capitals("d’Œuvre", 25), "D'OEUVRE");
        assert_eq!(capitals("Jean-Baptiste Emmanuel", 15), "JEAN-BAPTISTE E");
        assert_eq!(capitals("Jean-Baptiste- Emmanuel", 15), "JEAN-BAPTISTE-", "no blank at the end");
    }
}
