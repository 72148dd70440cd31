//! The reasons a simulated caisse gives: `I…` are codes of IRIS, the caisses' own intake (SNDS table IR_TAN_V), here
//! with our wording; `S…` are ours, for what that public list does not name. Listed in `docs/formats.md`.
//! A label never names a person: it travels in a return and is read on a screen.

use liasse_domain::returns::Reason;
use liasse_formats::cms::CmsError;

/// A reason of the table below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Why {
    code: &'static str,
    label: &'static str,
}

impl Why {
    /// As it travels.
    pub(crate) fn reason(self) -> Reason {
        Reason { code: self.code.to_owned(), label: self.label.to_owned() }
    }

    /// The code alone.
    pub(crate) fn code(self) -> &'static str {
        self.code
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $label:literal;)+) => {
        $($(#[$doc])* pub(crate) const $name: Why = Why { code: $code, label: $label };)+
        /// Every reason.
        pub(crate) const ALL: &[Why] = &[$($name),+];
    };
}

reasons! {
    // The whole file: ARL-.
    MAIL_UNREADABLE = "S0001", "Message illisible ou impossible à déchiffrer";
    FILE_UNREADABLE = "S0002", "Fichier B2 mal cadré ou incomplet";
    OTHER_CAISSE = "S0003", "Fichier destiné à un autre organisme";
    LOT_UNSIGNED = "S0004", "Signature du lot absente";
    LOT_SIGNATURE = "S0005", "Signature du lot incorrecte";
    LOT_UNTRUSTED = "S0006", "Certificat du signataire du lot d'origine inconnue";
    LOT_DATES = "S0007", "Certificat du signataire du lot hors de sa période de validité";
    LOT_REVOKED = "S0008", "Certificat du signataire du lot révoqué";
    IDENTIFIER_REUSED = "S0009", "Identifiant de fichier déjà reçu avec un autre contenu";
    SENDER_UNKNOWN = "S0010", "Numéro de facturation de l'émetteur inconnu";
    LOT_USAGE = "S0011", "Certificat du signataire du lot sans droit de signer";
    LOT_ATTRIBUTES = "S0012", "Signature du lot sans le bon numéro de facturation ou type de flux";
    LOT_SIGNER = "S0013", "Signataire du lot non habilité pour ce numéro de facturation";
    HEADER_MISMATCH = "S0014", "En-têtes du fichier et du lot contradictoires";
    FSE_UNREADABLE = "S0015", "Une FSE du lot est illisible";
    /// That of the national incident of January 2020; a trick alone gives it, to a file that is processed all the same.
    INCIDENT = "4015", "Clé de chiffrement échue";
    // One FSE: a reject after an ARL+.
    FSE_SIGNATURE = "S0101", "Signature du professionnel absente ou incorrecte";
    VITALE_SIGNATURE = "S0102", "Signature de la carte Vitale absente ou incorrecte";
    FSE_FOREIGN = "S0103", "FSE d'un autre numéro de facturation ou d'un autre mode que son lot";
    NIR_KEY = "S0104", "Clé du numéro de sécurité sociale incorrecte";
    FSE_TWICE = "S0105", "FSE déjà reçue sous ce numéro";
    UNKNOWN_BENEFICIARY = "S0106", "Bénéficiaire inconnu dans le dossier de l'assuré";
    FSE_UNTRUSTED = "S0107", "Certificat du professionnel d'origine inconnue";
    FSE_DATES = "S0108", "Certificat du professionnel hors de sa période de validité";
    FSE_REVOKED = "S0109", "Certificat du professionnel révoqué";
    FSE_USAGE = "S0110", "Certificat du professionnel sans droit de signer";
    FSE_ATTRIBUTES = "S0111", "Signature du professionnel sans le bon numéro de facturation ou type de flux";
    FSE_SIGNER = "S0112", "Professionnel non habilité à signer pour ce numéro de facturation";
    VITALE_CERTIFICATE = "S0113", "Certificat de la carte Vitale non valable";
    VITALE_OTHER = "S0114", "Signature d'une autre carte Vitale que celle de l'assuré";
    FUTURE_ACT = "S0115", "Date de soins postérieure à la réception";
    RULE = "S0116", "Facturation contraire aux règles de la nomenclature";
    CORRECTS_ACCEPTED = "S0117", "Correction d'une FSE que la caisse a acceptée";
    LOCUM_DATES = "S0118", "Remplacement non déclaré à la caisse à la date des soins";
    LOCUM_MISSING = "S0119", "FSE signée par un remplaçant sans son identification";
    LOCUM_OTHER = "S0120", "Identification du remplaçant différente de celle connue de la caisse";
    LOCUM_UNSIGNED = "S0121", "FSE d'un remplaçant signée par le médecin remplacé";
    APCV_MODE = "S0122", "Signature par appli carte Vitale hors des modes 3 et 4";
    APCV_CONTEXT = "S0123", "Contexte d'appli carte Vitale illisible ou d'un autre assuré";
    APCV_EXPIRED = "S0124", "Contexte d'appli carte Vitale échu au moment de la signature";
    /// A remark, not a reject.
    PRACTISED = "S0902", "Acte du médecin remplacé un jour de remplacement déclaré";
    // The complementary part.
    OTHER_RECIPIENT = "S0201", "FSE adressée à une complémentaire, ou DRE adressée à une caisse";
    UNKNOWN_MEMBER = "S0202", "Adhérent inconnu de la complémentaire à la date des soins";
    MANAGEMENT = "S0203", "Gestion de la part complémentaire autre que celle convenue";
    DRE_GONE = "S0204", "Annulation d'une DRE inconnue, déjà réglée ou déjà annulée";
    UNKNOWN_PERSON = "I0104", "Assuré non géré par cette caisse";
    NO_ALD = "I0407", "Exonération ALD demandée, inconnue de la caisse";
    NO_C2S = "I0502", "Complémentaire santé solidaire demandée, inconnue de la caisse";
    TOO_OLD = "I0601", "Date de soins antérieure de plus de deux ans et trois mois";
    UNKNOWN_PRICE = "I0606", "Prix de cet acte inconnu à la date des soins";
    AMOUNT = "I0703", "Écart entre le montant demandé et le montant calculé par la caisse";
    RIGHTS_CLOSED = "I1002", "Droits non ouverts à la date des soins";
    SITUATION = "I2601", "Situation du professionnel différente de celle connue de la caisse";
    COMPLEMENTARY_AMOUNT = "I9002", "Total de la part complémentaire erroné";
}

/// The reason of a code, with a label of its own when the table has none (a scenario's choice).
pub(crate) fn of_code(code: &str) -> Reason {
    ALL.iter().find(|why| why.code == code).map_or_else(
        || Reason { code: code.to_owned(), label: "Rejet demandé par le scénario".to_owned() },
        |why| why.reason(),
    )
}

/// Why the signature of a lot is refused.
pub(crate) fn lot(error: CmsError) -> Why {
    match class(error) {
        Class::Signature => LOT_SIGNATURE,
        Class::Untrusted => LOT_UNTRUSTED,
        Class::Dates => LOT_DATES,
        Class::Revoked => LOT_REVOKED,
        Class::Usage => LOT_USAGE,
        Class::Attributes => LOT_ATTRIBUTES,
    }
}

/// Why the professional's signature of an FSE is refused.
pub(crate) fn fse(error: CmsError) -> Why {
    match class(error) {
        Class::Signature => FSE_SIGNATURE,
        Class::Untrusted => FSE_UNTRUSTED,
        Class::Dates => FSE_DATES,
        Class::Revoked => FSE_REVOKED,
        Class::Usage => FSE_USAGE,
        Class::Attributes => FSE_ATTRIBUTES,
    }
}

/// Why the signature of a Vitale is refused.
pub(crate) fn vitale(error: CmsError) -> Why {
    match class(error) {
        Class::Signature | Class::Attributes => VITALE_SIGNATURE,
        Class::Untrusted | Class::Dates | Class::Revoked | Class::Usage => VITALE_CERTIFICATE,
    }
}

enum Class {
    Signature,
    Untrusted,
    Dates,
    Revoked,
    Usage,
    Attributes,
}

fn class(error: CmsError) -> Class {
    match error {
        CmsError::UnknownIssuer | CmsError::RevocationUnknown => Class::Untrusted,
        CmsError::Expired | CmsError::NotYetValid => Class::Dates,
        CmsError::Revoked => Class::Revoked,
        CmsError::WrongUsage => Class::Usage,
        CmsError::AttributeMissing => Class::Attributes,
        _ => Class::Signature,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_labels_fit_a_return() {
        let mut codes: Vec<_> = ALL.iter().map(|why| why.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ALL.len());
        for why in ALL {
            assert!(why.label.chars().count() <= 88, "{}", why.code);
        }
    }

    #[test]
    fn the_documentation_lists_every_code() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md");
        let page = std::fs::read_to_string(page).expect("docs/formats.md");
        for why in ALL {
            assert!(page.contains(&format!("| {} |", why.code)), "{} is not in docs/formats.md", why.code);
        }
    }
}
