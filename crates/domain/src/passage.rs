//! A patient's passage at the desk, from the arrival to its FSE, and the paper sheets that stand where a card was missing.
//! Not the FSE itself. Rule: product, "The secretary"; reference formats 2.4.

use crate::words::words;

words! {
    /// How far a passage came.
    PassageState {
        /// The patient is there.
        Accueil = "accueil", "à l'accueil";
        /// The patient left and will come back with the Vitale.
        AttendCarte = "attend_carte", "attend la carte Vitale";
        /// Its FSE has a number.
        Facture = "facture", "facturé";
        /// Billed on paper alone.
        Papier = "papier", "sur papier";
        /// Nothing is billed.
        SansSuite = "sans_suite", "sans suite";
    }
}

impl PassageState {
    /// Whether something is still to be billed.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Accueil | Self::AttendCarte)
    }
}

words! {
    /// Why there is a paper sheet.
    PaperReason {
        /// The sheet of a degraded FSE: no usable Vitale.
        Degrade = "degrade", "FSE en mode dégradé";
        /// No card of a professional at all.
        SansCarte = "sans_carte", "aucune carte de professionnel";
        /// The card has expired, is revoked or blocked.
        CarteInutilisable = "carte_inutilisable", "carte de professionnel inutilisable";
        /// The card may not sign an FSE.
        SansHabilitation = "sans_habilitation", "carte sans habilitation à signer";
        /// A rejected FSE of a closed replacement, which nobody corrects.
        Rejet = "rejet", "FSE rejetée, refaite sur papier";
    }
}

words! {
    /// What became of a paper sheet.
    PaperState {
        /// Printed; nobody has it yet.
        ARemettre = "a_remettre", "à remettre";
        /// Given to the patient, who sends it.
        Remise = "remise", "remise au patient";
        /// Sent to the caisse by post.
        Postee = "postee", "postée à la caisse";
        /// Scanned and joined to its FSE (SCOR).
        Numerisee = "numerisee", "numérisée avec la FSE";
        /// Void: its FSE was withdrawn, or it was made by mistake.
        Annulee = "annulee", "annulée";
    }
}
