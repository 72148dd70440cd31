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
    // The whole file.
    MAIL_UNREADABLE = "S001", "Message illisible";
    NOT_DECRYPTED = "S002", "Message non déchiffrable par cette caisse";
    PARTS_UNREADABLE = "S003", "Pièces du message illisibles ou manquantes";
    FILE_UNREADABLE = "S004", "Fichier ou lot mal formé";
    OTHER_CAISSE = "S005", "Fichier destiné à une autre caisse";
    SENDER_UNKNOWN = "S006", "Émetteur inconnu de la caisse";
    HEADER_MISMATCH = "S007", "En-têtes du fichier et du lot contradictoires";
    IDENTIFIER_REUSED = "S008", "Identifiant de fichier déjà reçu avec un autre contenu";
    FSE_UNREADABLE = "S009", "Une FSE du lot est illisible";
    // Signatures, of the lot or of an FSE: the label says which, see `lot` and `fse`.
    LOT_SIGNATURE = "S010", "Signature du lot absente ou fausse";
    LOT_UNTRUSTED = "S011", "Signature du lot : autorité de certification inconnue";
    LOT_EXPIRED = "S012", "Signature du lot : certificat hors de ses dates";
    LOT_REVOKED = "S013", "Signature du lot : certificat révoqué";
    LOT_USAGE = "S014", "Signature du lot : certificat sans droit de signer";
    LOT_ATTRIBUTES = "S015", "Signature du lot : numéro de facturation ou type de flux absent ou différent";
    LOT_SIGNER = "S016", "Signature du lot : signataire non habilité pour ce numéro de facturation";
    FSE_SIGNATURE = "S020", "Signature du professionnel absente ou fausse";
    FSE_UNTRUSTED = "S021", "Signature du professionnel : autorité de certification inconnue";
    FSE_EXPIRED = "S022", "Signature du professionnel : certificat hors de ses dates";
    FSE_REVOKED = "S023", "Signature du professionnel : certificat révoqué";
    FSE_USAGE = "S024", "Signature du professionnel : certificat sans droit de signer";
    FSE_ATTRIBUTES = "S025", "Signature du professionnel : numéro de facturation ou type de flux absent ou différent";
    FSE_SIGNER = "S026", "Signature du professionnel : signataire non habilité pour ce numéro de facturation";
    VITALE_SIGNATURE = "S030", "Signature de la carte Vitale absente ou fausse";
    VITALE_CERTIFICATE = "S031", "Signature de la carte Vitale : certificat non valable";
    VITALE_OTHER = "S032", "Signature d'une autre carte Vitale que celle de l'assuré";
    // One FSE.
    FSE_FOREIGN = "S040", "FSE d'un autre numéro de facturation ou d'un autre mode que son lot";
    FSE_TWICE = "S041", "Numéro de FSE déjà reçu";
    NIR_KEY = "S042", "Clé du numéro de sécurité sociale fausse";
    FUTURE_ACT = "S043", "Date de soins postérieure à la réception";
    RULE = "S044", "Facturation contraire aux règles de la nomenclature";
    UNKNOWN_PERSON = "I0104", "Assuré non géré par cette caisse";
    UNKNOWN_BENEFICIARY = "I2602", "Bénéficiaire inconnu dans le dossier de l'assuré";
    SITUATION = "I2601", "Situation du professionnel différente de celle connue de la caisse";
    RIGHTS_CLOSED = "I1002", "Droits non ouverts à la date des soins";
    TOO_OLD = "I0601", "Date de soins antérieure de plus de deux ans et trois mois";
    NO_ALD = "I0407", "Exonération ALD demandée, inconnue de la caisse";
    NO_C2S = "I0502", "Complémentaire santé solidaire demandée, inconnue de la caisse";
    UNKNOWN_PRICE = "I0606", "Prix de cet acte inconnu à la date des soins";
    AMOUNT = "I0703", "Écart entre le montant demandé et le montant calculé par la caisse";
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
        Class::Dates => LOT_EXPIRED,
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
        Class::Dates => FSE_EXPIRED,
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
            assert!(why.label.chars().count() <= 90, "{}", why.code);
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
