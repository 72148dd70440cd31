//! Reasons that the simulated caisse gives: ours (`S…`), with their labels.
//! Not the real lists of ARL and RSP, which are not public; what IRIS has a public code for keeps it (`I1002`…).
//! The I-codes and their labels are those of SNDS nomenclature IR_TAN_V (reference formats 2.12).

use liasse_domain::returns::Reason;

/// What a code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole file: ARL-.
    File,
    /// One FSE: a reject after ARL+.
    Fse,
}

/// One entry of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code, five characters.
    pub code: &'static str,
    /// What it is about.
    pub scope: Scope,
    /// The caisse's words.
    pub label: &'static str,
}

const fn file(code: &'static str, label: &'static str) -> Entry {
    Entry { code, scope: Scope::File, label }
}

const fn fse(code: &'static str, label: &'static str) -> Entry {
    Entry { code, scope: Scope::Fse, label }
}

/// Every code that the simulated caisse may send.
pub const ENTRIES: &[Entry] = &[
    file("S0001", "Message illisible ou impossible à déchiffrer"),
    file("S0002", "Fichier B2 mal cadré ou incomplet"),
    file("S0003", "Fichier destiné à un autre organisme"),
    file("S0004", "Signature du lot absente"),
    file("S0005", "Signature du lot incorrecte"),
    file("S0006", "Certificat du signataire d'origine inconnue"),
    file("S0007", "Certificat du signataire hors de sa période de validité"),
    file("S0008", "Certificat du signataire révoqué"),
    file("S0009", "Identifiant de fichier déjà reçu avec un autre contenu"),
    file("S0010", "Numéro de facturation de l'émetteur inconnu ou d'un autre signataire"),
    fse("S0101", "Signature du professionnel absente ou incorrecte"),
    fse("S0102", "Signature de la carte Vitale absente ou incorrecte"),
    fse("S0103", "Contenu de la FSE illisible"),
    fse("S0104", "Clé du NIR incorrecte"),
    fse("S0105", "FSE déjà reçue sous ce numéro"),
    fse("S0106", "Assuré ou bénéficiaire inconnu"),
    fse("I0104", "Assuré non géré par la caisse"),
    fse("I0703", "Écart entre le montant demandé et le montant calculé"),
    fse("I1002", "Droits non ouverts"),
    fse("I1103", "Non-respect du tarif conventionnel"),
];

/// The entry of a code.
pub fn entry(code: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.code == code)
}

impl Entry {
    /// The reason as a return message carries it.
    pub fn reason(&self) -> Reason {
        Reason { code: self.code.to_owned(), label: self.label.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_one_of_a_kind_and_fit_their_field() {
        for (index, entry) in ENTRIES.iter().enumerate() {
            assert_eq!(entry.code.len(), 5);
            assert!(entry.label.chars().count() <= super::super::ARL_LABEL, "{}", entry.code);
            assert!(ENTRIES[..index].iter().all(|other| other.code != entry.code), "{}", entry.code);
        }
        assert_eq!(entry("S0008").map(|entry| entry.scope), Some(Scope::File));
        assert_eq!(entry("S9999"), None);
    }
}
