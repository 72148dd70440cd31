//! The tables of profile `sim-er`: the records of our FSE, each position with the group field that it shows.
//! Not the tables of family ER, which are not public: positions are those of family CP, what CP has no place for
//! stands in its fillers (names ending in `_sim`), and 2R and 2D are ours alone (docs/formats.md).

use super::table::Kind::{A, B, D, F, N};
use super::table::Source::{Fixed, Joined, Of};
use super::table::{Field, Record, sim};

/// Group of ours: what an FSE says beyond the public groups 1110 to 1321. 1 securing mode, 2 nature d'assurance,
/// 3 care path, 4 exoneration, 5 accident, 6 proof of rights, 7 and 8 third-party flags (AMO, AMC), 9 RPPS, 10 day of an
/// accident that a third party caused, 11 day of the referral, 12 number of the referrer.
pub(crate) const CONTEXT: u16 = 9001;
/// Group of ours, one an act: 1 date, 2 code, 3 majoration, 4 quantity, 5 coefficient, 6 unit price, 7 base,
/// 8 rate, 9 AMO, 10 fee, 11 AMC, 12 qualifier, 13 exoneration, 14 prescriber, 15 prior agreement, 16 its day.
pub(crate) const ACT: u16 = 9010;
/// Group of ours, one an act of the CCAM: 1 code, 2 activity, 3 phase, 4 modifiers, 5 association, 6 teeth.
pub(crate) const TECHNICAL: u16 = 9011;
/// Group of ours, one an act: 1 time, 2 place, 3 regulated, 4 passage, 5 full rate, 6 way, 7 how many ways, 8 day of the
/// prescription.
pub(crate) const DETAILS: u16 = 9012;
/// Group of ours: 1 number of records 4x, 2 fees, 3 AMO, 4 what the AMO leaves, 5 AMC.
pub(crate) const TOTALS: u16 = 9020;
/// Group of ours: 1 who manages the complementary part.
pub(crate) const COVER: u16 = 9030;
/// Group of ours, in a DRE: 1 number of the member, 2 type de convention, 3 `D` demand, `A` one that takes another back.
pub(crate) const DEMAND: u16 = 9031;

/// What says, in the field of record 5 that is the editor's, that an invoice is one of ours.
pub(crate) const MARK: &str = "SIM1";

const BILLING: Field = sim(2, 10, "no_partenaire_sante_et_cle", N, Joined(1120, 1, 2));
const NIR: Field = sim(12, 24, "nir_assure", A, Of(1130, 2));
const NIR_KEY: Field = sim(25, 26, "cle_nir", N, Of(1130, 3));
const FILLER: Field = sim(11, 11, "filler", F, Fixed(""));
const RANK: Field = sim(27, 29, "rang_beneficiaire", N, Fixed(""));
const NUMBER: Field = sim(30, 38, "no_facture", N, Of(1110, 1));
const SEQUENCE: Field = sim(40, 41, "no_sequence", N, Fixed("01"));

const PREFIX_4: &[Field] =
    &[sim(1, 1, "type", A, Fixed("4")), BILLING, FILLER, NIR, NIR_KEY, sim(27, 35, "no_facture", N, Of(1110, 1))];

/// Invoice header. Hospital fields of family CP stay empty.
pub(crate) static R2: Record = Record {
    name: "2",
    parts: &[&[
        sim(1, 1, "type", A, Fixed("2")),
        BILLING,
        sim(11, 11, "mode_securisation_sim", N, Of(CONTEXT, 1)),
        NIR,
        NIR_KEY,
        RANK,
        NUMBER,
        sim(39, 39, "nature_operation", N, Of(1110, 2)),
        sim(40, 48, "no_entree", N, Fixed("")),
        sim(49, 50, "grand_regime", N, Of(1310, 1)),
        sim(51, 53, "caisse", N, Of(1310, 2)),
        sim(54, 57, "centre", N, Of(1310, 3)),
        sim(58, 58, "nature_pj_droits", N, Of(CONTEXT, 6)),
        sim(59, 64, "pec_etablie_le", D, Fixed("")),
        sim(65, 70, "droits_a_compter_du", D, Fixed("")),
        sim(71, 73, "pec_delivree_par", N, Fixed("")),
        sim(74, 76, "regime_prestation", N, Fixed("")),
        sim(77, 78, "nature_assurance", N, Of(CONTEXT, 2)),
        sim(79, 79, "justif_exoneration", A, Of(CONTEXT, 4)),
        sim(80, 85, "date_hospitalisation", D, Fixed("")),
        sim(86, 94, "no_at_ou_date_accident", N, Of(CONTEXT, 5)),
        sim(95, 95, "top_eclatement", A, Fixed("")),
        sim(96, 101, "date_naissance", B, Of(1130, 4)),
        sim(102, 102, "rang_naissance", N, Of(1130, 5)),
        sim(103, 108, "date_entree", D, Fixed("")),
        sim(109, 114, "date_sortie", D, Fixed("")),
        sim(115, 116, "heure_sortie", N, Fixed("")),
        sim(117, 118, "type_contrat", N, Of(1321, 1)),
        sim(119, 128, "no_organisme_complementaire", A, Of(1321, 2)),
    ]],
};

/// Complement of the header.
pub(crate) static R2S: Record = Record {
    name: "2S",
    parts: &[&[
        sim(1, 1, "type", A, Fixed("2")),
        BILLING,
        sim(11, 11, "gestion_amc_sim", A, Of(COVER, 1)),
        NIR,
        NIR_KEY,
        RANK,
        NUMBER,
        sim(39, 39, "complement_type", A, Fixed("S")),
        SEQUENCE,
        sim(42, 47, "complement_titre", A, Fixed("")),
        sim(48, 49, "destinataire_reglement", A, Fixed("")),
        sim(50, 62, "nir_individuel", A, Of(1160, 1)),
        sim(63, 64, "cle_nir_individuel", N, Of(1160, 2)),
        sim(65, 70, "date_elaboration_sim", D, Of(1110, 3)),
        sim(71, 71, "top_medecin_traitant", A, Fixed("")),
        sim(72, 96, "nom_mt_ou_orienteur", A, Fixed("")),
        sim(97, 111, "prenom_mt_ou_orienteur", A, Fixed("")),
        sim(112, 120, "no_am_mt", N, Of(CONTEXT, 12)),
        sim(121, 121, "ips", A, Of(CONTEXT, 3)),
        sim(122, 126, "code_couverture_sim", A, Of(1130, 7)),
        sim(127, 127, "qualite_sim", N, Of(1130, 6)),
        sim(128, 128, "code_conventionnel_sim", N, Of(1120, 5)),
    ]],
};

/// The demand to a complementary insurer: a record of ours, in a DRE alone.
pub(crate) static R2D: Record = Record {
    name: "2D",
    parts: &[&[
        sim(1, 1, "type", A, Fixed("2")),
        BILLING,
        FILLER,
        NIR,
        NIR_KEY,
        RANK,
        NUMBER,
        sim(39, 39, "complement_type", A, Fixed("D")),
        SEQUENCE,
        sim(42, 61, "no_adherent_sim", A, Of(DEMAND, 1)),
        sim(62, 63, "type_convention_sim", A, Of(DEMAND, 2)),
        sim(64, 64, "objet_dre_sim", A, Of(DEMAND, 3)),
        sim(65, 128, "filler", F, Fixed("")),
    ]],
};

/// The locum (group 1150): a record of ours, only where there is one.
pub(crate) static R2R: Record = Record {
    name: "2R",
    parts: &[&[
        sim(1, 1, "type", A, Fixed("2")),
        BILLING,
        FILLER,
        NIR,
        NIR_KEY,
        RANK,
        NUMBER,
        sim(39, 39, "complement_type", A, Fixed("R")),
        SEQUENCE,
        sim(42, 50, "no_remplacant_et_cle_sim", N, Joined(1150, 1, 2)),
        sim(51, 75, "nom_remplacant_sim", A, Of(1150, 3)),
        sim(76, 90, "prenom_remplacant_sim", A, Of(1150, 4)),
        sim(91, 91, "indicateur_signature_sim", N, Of(1150, 5)),
        sim(92, 128, "filler", F, Fixed("")),
    ]],
};

/// Act line.
pub(crate) static R4: Record = Record {
    name: "4",
    parts: &[&[
        sim(1, 1, "type", A, Fixed("4")),
        BILLING,
        FILLER,
        NIR,
        NIR_KEY,
        RANK,
        NUMBER,
        sim(39, 40, "mode_traitement", N, Fixed("")),
        sim(41, 43, "discipline", N, Fixed("")),
        sim(44, 52, "no_prescripteur_et_cle", N, Of(ACT, 14)),
        sim(53, 53, "origine_prescription", A, Fixed("")),
        sim(54, 54, "exo_acte", A, Of(ACT, 13)),
        sim(55, 56, "specialite_prescripteur", N, Fixed("")),
        sim(57, 65, "no_executant_et_cle", N, Joined(1120, 1, 2)),
        sim(66, 67, "zone_tarif", N, Of(1120, 7)),
        sim(68, 69, "specialite_executant", N, Of(1120, 6)),
        sim(70, 75, "date_soins", D, Of(ACT, 1)),
        sim(76, 79, "code_acte", A, Of(ACT, 2)),
        sim(80, 80, "majoration", A, Of(ACT, 3)),
        sim(81, 82, "quantite", N, Of(ACT, 4)),
        sim(83, 88, "coefficient_4v2", N, Of(ACT, 5)),
        sim(89, 90, "denombrement", N, Fixed("01")),
        sim(91, 97, "prix_unitaire", N, Of(ACT, 6)),
        sim(98, 104, "base_remboursement", N, Of(ACT, 7)),
        sim(105, 107, "taux", N, Of(ACT, 8)),
        sim(108, 114, "montant_amo", N, Of(ACT, 9)),
        sim(115, 121, "honoraires", N, Of(ACT, 10)),
        sim(122, 122, "qualificatif_depense", A, Of(ACT, 12)),
        sim(123, 128, "montant_oc", N, Of(ACT, 11)),
    ]],
};

/// Complement of the act line.
pub(crate) static R4S: Record = Record {
    name: "4S",
    parts: &[
        PREFIX_4,
        &[
            sim(36, 36, "complement_type", A, Fixed("S")),
            sim(37, 38, "no_sequence", N, Fixed("01")),
            sim(39, 39, "condition_exercice_executant", A, Of(1120, 12)),
            sim(40, 40, "option_coordination", A, Fixed("")),
            sim(41, 47, "base_theorique", N, Fixed("")),
            sim(48, 48, "condition_exercice_prescripteur", A, Fixed("")),
            sim(49, 54, "date_demande_ap", D, Of(ACT, 16)),
            sim(55, 55, "code_ap", A, Of(ACT, 15)),
            sim(56, 70, "no_structure_sim", A, Joined(1140, 2, 3)),
            sim(71, 71, "forcage_amo", A, Fixed("")),
            sim(72, 85, "lieu_execution", A, Fixed("")),
            sim(86, 99, "filiere", A, Fixed("")),
            sim(100, 100, "forcage_amc", A, Fixed("")),
            sim(101, 105, "no_ordre_forfait", N, Fixed("")),
            sim(106, 119, "no_appareil_ou_id_video", A, Fixed("")),
            sim(120, 123, "ghs", N, Fixed("")),
            sim(124, 124, "domaine_activite", A, Fixed("")),
            sim(125, 125, "top_prevention", A, Fixed("")),
            sim(126, 127, "qualifiant_prevention", A, Fixed("")),
            sim(128, 128, "code_participation", A, Fixed("")),
        ],
    ],
};

/// National number of the executant, and what CP has no place for: for every act or for none.
pub(crate) static R4E: Record = Record {
    name: "4E",
    parts: &[
        PREFIX_4,
        &[
            sim(36, 36, "complement_type", A, Fixed("E")),
            sim(37, 38, "no_sequence", N, Fixed("01")),
            sim(39, 49, "rpps_prescripteur", N, Fixed("")),
            sim(50, 63, "structure_prescripteur", A, Fixed("")),
            sim(64, 74, "rpps_executant", N, Of(CONTEXT, 9)),
            sim(75, 88, "structure_executant", A, Fixed("")),
            sim(89, 92, "heure_acte_sim", A, Of(DETAILS, 1)),
            sim(93, 93, "lieu_acte_sim", A, Of(DETAILS, 2)),
            sim(94, 94, "acte_regule_sim", A, Of(DETAILS, 3)),
            sim(95, 97, "passage_sim", A, Of(DETAILS, 4)),
            sim(98, 98, "taux_plein_sim", A, Of(DETAILS, 5)),
            sim(99, 104, "distance_sim", A, Of(DETAILS, 6)),
            sim(105, 106, "trajets_sim", A, Of(DETAILS, 7)),
            sim(107, 112, "date_prescription_sim", A, Of(DETAILS, 8)),
            sim(113, 118, "date_accident_tiers_sim", A, Of(CONTEXT, 10)),
            sim(119, 124, "date_adressage_sim", A, Of(CONTEXT, 11)),
            sim(125, 128, "filler", F, Fixed("")),
        ],
    ],
};

/// Act of the CCAM, whose amounts stand in the record 4 before it.
pub(crate) static R4M: Record = Record {
    name: "4M",
    parts: &[
        PREFIX_4,
        &[
            sim(36, 36, "complement_type", A, Fixed("M")),
            sim(37, 38, "no_sequence", N, Fixed("01")),
            sim(39, 42, "reserve_sesam", A, Fixed("")),
            sim(43, 55, "code_ccam", A, Of(TECHNICAL, 1)),
            sim(56, 56, "extension_documentaire", A, Fixed("")),
            sim(57, 57, "activite", N, Of(TECHNICAL, 2)),
            sim(58, 58, "phase", N, Of(TECHNICAL, 3)),
            sim(59, 62, "modificateurs", A, Of(TECHNICAL, 4)),
            sim(63, 63, "association_non_prevue", A, Of(TECHNICAL, 5)),
            sim(64, 64, "remb_sous_condition", A, Fixed("")),
            sim(65, 70, "date_seance", D, Fixed("")),
            sim(71, 102, "dents_1_a_16", A, Of(TECHNICAL, 6)),
            sim(103, 103, "supplement_charge", A, Fixed("")),
            sim(104, 107, "modificateurs_oc", A, Fixed("")),
            sim(108, 128, "filler", F, Fixed("")),
        ],
    ],
};

/// Totals.
pub(crate) static R5: Record = Record {
    name: "5",
    parts: &[&[
        sim(1, 1, "type", A, Fixed("5")),
        BILLING,
        FILLER,
        NIR,
        NIR_KEY,
        RANK,
        NUMBER,
        sim(39, 41, "nb_enreg_3x_4x", N, Of(TOTALS, 1)),
        sim(42, 49, "total_base_ph", N, Fixed("")),
        sim(50, 57, "total_amo_ph", N, Fixed("")),
        sim(58, 65, "total_honoraires", N, Of(TOTALS, 2)),
        sim(66, 73, "total_amo_honoraires", N, Of(TOTALS, 3)),
        sim(74, 81, "participation_assure_avant_oc", N, Of(TOTALS, 4)),
        sim(82, 89, "total_oc_ph", N, Fixed("")),
        sim(90, 97, "total_oc_honoraires", N, Of(TOTALS, 5)),
        sim(98, 106, "no_facture_rectifiee_sim", N, Of(1110, 5)),
        sim(107, 112, "date_facture_rectifiee_sim", D, Of(1110, 6)),
        sim(113, 113, "tiers_payant_amo_sim", N, Of(CONTEXT, 7)),
        sim(114, 114, "tiers_payant_amc_sim", N, Of(CONTEXT, 8)),
        sim(115, 122, "total_facture_ph", N, Fixed("")),
        sim(123, 126, "marque_sim", A, Fixed(MARK)),
        sim(127, 128, "no_situation_sim", N, Of(1110, 4)),
    ]],
};

/// Every record of an FSE.
pub(crate) static RECORDS: [&Record; 9] = [&R2, &R2S, &R2R, &R2D, &R4, &R4S, &R4E, &R4M, &R5];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::b2::cp;
    use crate::b2::table::{Kind, assert_covers};

    #[test]
    fn every_table_covers_the_record() {
        RECORDS.into_iter().for_each(assert_covers);
    }

    /// Where a name of family CP is used, it stands where CP has it; ours stand in what CP leaves free.
    #[test]
    fn only_fillers_of_family_cp_are_used() {
        for record in RECORDS {
            let Some(public) = cp::RECORDS.into_iter().find(|public| public.name == record.name) else {
                assert!(matches!(record.name, "2R" | "2D"), "{}", record.name);
                continue;
            };
            for field in record.fields() {
                let host = public
                    .fields()
                    .find(|host| host.start <= field.start && field.end <= host.end)
                    .unwrap_or_else(|| panic!("{} {} crosses fields of CP", record.name, field.name));
                if field.name.ends_with("_sim") {
                    assert!(matches!(host.kind, Kind::F | Kind::U), "{} {}", record.name, field.name);
                } else if field.name == "filler" {
                    assert_eq!(host.name, "filler", "{}", record.name);
                } else if !matches!(field.name, "code_acte" | "majoration") {
                    assert_eq!((field.start, field.end, field.name), (host.start, host.end, host.name));
                }
            }
        }
    }
}
