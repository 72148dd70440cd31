//! The public tables of norme B2-2005-E, family CP (establishments): what a foreign file is read with.
//! Not family ER, whose tables are not public; nothing is written with these.
//! Facts from GIE SESAM-Vitale SFG V06.09 (FIDES ACE), cross-checked with ATIH RSF-ACE (reference formats 1.3).

use super::table::Kind::{A, B, D, F, N, U};
use super::table::{Field, Record, cp};

/// Positions 1 to 26, common to all records of an invoice.
const ID: &[Field] = &[
    cp(1, 1, "type", A),
    cp(2, 10, "no_partenaire_sante_et_cle", N),
    cp(11, 11, "filler", F),
    cp(12, 24, "nir_assure", A),
    cp(25, 26, "cle_nir", N),
];
/// Long form: rank of the beneficiary and invoice number.
const LONG: &[Field] = &[cp(27, 29, "rang_beneficiaire", N), cp(30, 38, "no_facture", N)];
/// What follows the long form in 2S, 3S and 3E.
const LONG_COMPLEMENT: &[Field] = &[cp(39, 39, "complement_type", A), cp(40, 41, "no_sequence", N)];
/// Short form: 3F, 3H and the complements of 4.
const SHORT: &[Field] = &[cp(27, 35, "no_facture", N), cp(36, 36, "complement_type", A), cp(37, 38, "no_sequence", N)];

/// Invoice header.
pub(crate) static R2: Record = Record {
    name: "2",
    parts: &[
        ID,
        LONG,
        &[
            cp(39, 39, "nature_operation", N),
            cp(40, 48, "no_entree", N),
            cp(49, 50, "grand_regime", N),
            cp(51, 53, "caisse", N),
            cp(54, 57, "centre", N),
            cp(58, 58, "nature_pj_droits", N),
            cp(59, 64, "pec_etablie_le", D),
            cp(65, 70, "droits_a_compter_du", D),
            cp(71, 73, "pec_delivree_par", N),
            cp(74, 76, "regime_prestation", N),
            cp(77, 78, "nature_assurance", N),
            cp(79, 79, "justif_exoneration", A),
            cp(80, 85, "date_hospitalisation", D),
            cp(86, 94, "no_at_ou_date_accident", N),
            cp(95, 95, "top_eclatement", A),
            cp(96, 101, "date_naissance", B),
            cp(102, 102, "rang_naissance", N),
            cp(103, 108, "date_entree", D),
            cp(109, 114, "date_sortie", D),
            cp(115, 116, "heure_sortie", N),
            cp(117, 118, "type_contrat", N),
            cp(119, 128, "no_organisme_complementaire", A),
        ],
    ],
};

/// Complement of the header.
pub(crate) static R2S: Record = Record {
    name: "2S",
    parts: &[
        ID,
        LONG,
        LONG_COMPLEMENT,
        &[
            cp(42, 47, "complement_titre", A),
            cp(48, 49, "destinataire_reglement", A),
            cp(50, 62, "nir_individuel", A),
            cp(63, 64, "cle_nir_individuel", N),
            cp(65, 70, "filler", F),
            cp(71, 71, "top_medecin_traitant", A),
            cp(72, 96, "nom_mt_ou_orienteur", A),
            cp(97, 111, "prenom_mt_ou_orienteur", A),
            cp(112, 120, "no_am_mt", N),
            cp(121, 121, "ips", A),
            cp(122, 128, "filler", F),
        ],
    ],
};

/// Stay or place-of-care act.
pub(crate) static R3: Record = Record {
    name: "3",
    parts: &[
        ID,
        LONG,
        &[
            cp(39, 40, "mode_traitement", N),
            cp(41, 43, "discipline", N),
            cp(44, 49, "debut_sejour", D),
            cp(50, 55, "fin_sejour", D),
            cp(56, 60, "code_acte", A),
            cp(61, 63, "quantite", N),
            cp(64, 64, "exo_acte", A),
            cp(65, 69, "coefficient_3v2", N),
            cp(70, 70, "pec_fj", A),
            cp(71, 75, "coef_mco_1v4", N),
            cp(76, 82, "prix_unitaire", N),
            cp(83, 90, "base_remboursement", N),
            cp(91, 93, "taux", N),
            cp(94, 101, "montant_amo", N),
            cp(102, 109, "montant_depense", N),
            cp(110, 113, "ghs", N),
            cp(114, 116, "taux_financement", N),
            cp(117, 117, "code_participation", A),
            cp(118, 119, "filler", F),
            cp(120, 120, "qualificatif_depense", A),
            cp(121, 121, "domaine_activite", A),
            cp(122, 128, "montant_oc", N),
        ],
    ],
};

/// Complement of 3.
pub(crate) static R3S: Record = Record {
    name: "3S",
    parts: &[
        ID,
        LONG,
        LONG_COMPLEMENT,
        &[
            cp(42, 50, "no_prescripteur_et_cle", N),
            cp(51, 51, "condition_exercice_prescripteur", A),
            cp(52, 53, "specialite_prescripteur", N),
            cp(54, 59, "date_prescription", D),
            cp(60, 65, "date_demande_ap", D),
            cp(66, 66, "code_ap", A),
            cp(67, 80, "lieu_execution", A),
            cp(81, 81, "filler", F),
            cp(82, 95, "filiere", A),
            cp(96, 100, "no_ordre_forfait", N),
            cp(101, 114, "no_appareil", A),
            cp(115, 115, "origine_prescription", A),
            cp(116, 128, "filler", F),
        ],
    ],
};

/// National number of the prescriber of 3.
pub(crate) static R3E: Record = Record {
    name: "3E",
    parts: &[
        ID,
        LONG,
        LONG_COMPLEMENT,
        &[cp(42, 52, "rpps_prescripteur", N), cp(53, 66, "structure_prescripteur", A), cp(67, 128, "filler", F)],
    ],
};

/// Devices and products (LPP): only the positions that are public.
pub(crate) static R3F: Record = Record {
    name: "3F",
    parts: &[
        ID,
        SHORT,
        &[
            cp(39, 42, "non_public", U),
            cp(43, 55, "code_lpp", A),
            cp(56, 69, "siret_fournisseur", A),
            cp(70, 71, "quantite", N),
            cp(72, 78, "tarif", N),
            cp(79, 85, "total", N),
            cp(86, 128, "non_public", U),
        ],
    ],
};

const UCD: &[Field] = &[
    cp(39, 48, "non_public", U),
    cp(49, 55, "code_ucd", A),
    cp(56, 56, "non_public", U),
    cp(57, 61, "coefficient_fractionnement", N),
    cp(62, 80, "non_public", U),
    cp(81, 87, "prix", N),
    cp(88, 90, "quantite", N),
    cp(91, 97, "total", N),
    cp(98, 128, "non_public", U),
];

/// Medicines (UCD) after a 3: only the positions that are public.
pub(crate) static R3H: Record = Record { name: "3H", parts: &[ID, SHORT, UCD] };

/// Act line.
pub(crate) static R4: Record = Record {
    name: "4",
    parts: &[
        ID,
        LONG,
        &[
            cp(39, 40, "mode_traitement", N),
            cp(41, 43, "discipline", N),
            cp(44, 52, "no_prescripteur_et_cle", N),
            cp(53, 53, "origine_prescription", A),
            cp(54, 54, "exo_acte", A),
            cp(55, 56, "specialite_prescripteur", N),
            cp(57, 65, "no_executant_et_cle", N),
            cp(66, 67, "zone_tarif", N),
            cp(68, 69, "specialite_executant", N),
            cp(70, 75, "date_soins", D),
            cp(76, 80, "code_acte_4+majoration", A),
            cp(81, 82, "quantite", N),
            cp(83, 88, "coefficient_4v2", N),
            cp(89, 90, "denombrement", N),
            cp(91, 97, "prix_unitaire", N),
            cp(98, 104, "base_remboursement", N),
            cp(105, 107, "taux", N),
            cp(108, 114, "montant_amo", N),
            cp(115, 121, "honoraires", N),
            cp(122, 122, "qualificatif_depense", A),
            cp(123, 128, "montant_oc", N),
        ],
    ],
};

/// Complement of 4.
pub(crate) static R4S: Record = Record {
    name: "4S",
    parts: &[
        ID,
        SHORT,
        &[
            cp(39, 39, "condition_exercice_executant", A),
            cp(40, 40, "option_coordination", A),
            cp(41, 47, "base_theorique", N),
            cp(48, 48, "condition_exercice_prescripteur", A),
            cp(49, 54, "date_demande_ap", D),
            cp(55, 55, "code_ap", A),
            cp(56, 70, "filler", F),
            cp(71, 71, "forcage_amo", A),
            cp(72, 85, "lieu_execution", A),
            cp(86, 99, "filiere", A),
            cp(100, 100, "forcage_amc", A),
            cp(101, 105, "no_ordre_forfait", N),
            cp(106, 119, "no_appareil_ou_id_video", A),
            cp(120, 123, "ghs", N),
            cp(124, 124, "domaine_activite", A),
            cp(125, 125, "top_prevention", A),
            cp(126, 127, "qualifiant_prevention", A),
            cp(128, 128, "code_participation", A),
        ],
    ],
};

/// National numbers of prescriber and executant of 4.
pub(crate) static R4E: Record = Record {
    name: "4E",
    parts: &[
        ID,
        SHORT,
        &[
            cp(39, 49, "rpps_prescripteur", N),
            cp(50, 63, "structure_prescripteur", A),
            cp(64, 74, "rpps_executant", N),
            cp(75, 88, "structure_executant", A),
            cp(89, 128, "filler", F),
        ],
    ],
};

/// CCAM act.
pub(crate) static R4M: Record = Record {
    name: "4M",
    parts: &[
        ID,
        SHORT,
        &[
            cp(39, 42, "reserve_sesam", U),
            cp(43, 55, "code_ccam", A),
            cp(56, 56, "extension_documentaire", A),
            cp(57, 57, "activite", N),
            cp(58, 58, "phase", N),
            cp(59, 62, "modificateurs", A),
            cp(63, 63, "association_non_prevue", A),
            cp(64, 64, "remb_sous_condition", A),
            cp(65, 70, "date_seance", D),
            cp(71, 102, "dents_1_a_16", A),
            cp(103, 103, "supplement_charge", A),
            cp(104, 107, "modificateurs_oc", A),
            cp(108, 128, "filler", F),
        ],
    ],
};

/// Biology: five occurrences of date, quantity and code, of which the last ones may be blank.
pub(crate) static R4B: Record =
    Record { name: "4B", parts: &[ID, SHORT, &[cp(39, 48, "non_public", U), cp(49, 128, "actes_biologie", U)]] };

/// Medicines (UCD) after a 4.
pub(crate) static R4H: Record = Record { name: "4H", parts: &[ID, SHORT, UCD] };

/// Totals of the invoice.
pub(crate) static R5: Record = Record {
    name: "5",
    parts: &[
        ID,
        LONG,
        &[
            cp(39, 41, "nb_enreg_3x_4x", N),
            cp(42, 49, "total_base_ph", N),
            cp(50, 57, "total_amo_ph", N),
            cp(58, 65, "total_honoraires", N),
            cp(66, 73, "total_amo_honoraires", N),
            cp(74, 81, "participation_assure_avant_oc", N),
            cp(82, 89, "total_oc_ph", N),
            cp(90, 97, "total_oc_honoraires", N),
            cp(98, 114, "filler", F),
            cp(115, 122, "total_facture_ph", N),
            cp(123, 126, "reserve_editeur", U),
            cp(127, 128, "filler", F),
        ],
    ],
};

/// Every record of the family that has a table.
pub(crate) static RECORDS: [&Record; 14] =
    [&R2, &R2S, &R3, &R3S, &R3E, &R3F, &R3H, &R4, &R4S, &R4E, &R4M, &R4B, &R4H, &R5];

/// The record a line is, told by its first character and the complement letter: position 36 in the short form,
/// 39 in the long one; a digit there belongs to the invoice number or to the first field of the base record.
pub(crate) fn identify(line: &[u8]) -> Option<&'static Record> {
    let letter = |position: usize| line.get(position - 1).copied().filter(u8::is_ascii_uppercase);
    let complement = match line.first()? {
        b'2' => letter(39),
        b'3' => letter(36).or_else(|| letter(39)),
        b'4' => letter(36),
        b'5' => None,
        _ => return None,
    };
    let first = *line.first()?;
    RECORDS.into_iter().find(|record| match (record.name.as_bytes(), complement) {
        ([one], None) => *one == first,
        ([one, other], Some(letter)) => *one == first && *other == letter,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::b2::table::assert_covers;

    #[test]
    fn every_table_covers_the_record() {
        RECORDS.into_iter().for_each(assert_covers);
    }

    /// Same fields at the same places as the table of the reference.
    #[test]
    fn reads_shared_tables_of_the_family() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/data/b2_fields.csv");
        let reference = std::fs::read_to_string(path).expect("the table of the reference");
        let mut fields = 0;
        for row in reference.lines().skip(1) {
            let [record, start, end, _, name, _] = row.split(',').collect::<Vec<_>>()[..] else { panic!("{row}") };
            let table = RECORDS.into_iter().find(|table| table.name == record).expect(record);
            let places =
                |field: &&Field| (field.start.to_string(), field.end.to_string()) == (start.into(), end.into());
            let field = table.fields().find(places).unwrap_or_else(|| panic!("{row}"));
            assert!(field.name == name, "{row}");
            fields += 1;
        }
        assert_eq!(fields, 219);
    }

    #[test]
    fn complements_are_told_by_their_letter() {
        let line = |first: char, position: usize, letter: char| {
            let mut line = vec![b'0'; 128];
            line[0] = first as u8;
            line[position - 1] = letter as u8;
            identify(&line).map(|record| record.name)
        };
        assert_eq!(line('2', 39, '1'), Some("2"));
        assert_eq!(line('2', 39, 'S'), Some("2S"));
        assert_eq!(line('3', 36, 'F'), Some("3F"));
        assert_eq!(line('3', 39, 'E'), Some("3E"));
        assert_eq!(line('4', 36, 'M'), Some("4M"));
        assert_eq!(line('4', 36, 'Q'), None);
        assert_eq!(line('4', 39, 'S'), Some("4"), "the short form looks at 36 only");
        assert_eq!(line('5', 39, 'S'), Some("5"));
        assert_eq!(line('7', 39, 'S'), None);
        assert_eq!(identify(b""), None);
    }
}
