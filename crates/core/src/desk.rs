//! Who is signed in: the holder of the CPS in a reader, in one billing situation, for as long as the card stays.
//! Not the reading of the card (module `cards`); the rights of other roles come with their issues.

use liasse_domain::{BillingSituation, CardHolder, CardType, Code, Coded};
use liasse_formats::cms::{CmsError, Trust};
use liasse_store::{Actor, Stamp};

use crate::cards::CpsView;
use crate::error::CoreError;
use crate::workstation::Workstation;

/// A practitioner signed in by card and PIN.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    /// The reader that holds the card.
    pub reader: String,
    /// Serial number of the card.
    pub serial: String,
    /// Who holds it.
    pub holder: CardHolder,
    /// In which situation that person bills.
    pub situation: BillingSituation,
    /// The certificate of the signature key.
    pub signature_certificate: Vec<u8>,
}

/// Why a card signs nobody in, or may not do what is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// No CPS in any reader.
    #[error("no CPS")]
    NoCps,
    /// The PIN was not given.
    #[error("PIN required")]
    PinRequired,
    /// No situation on the card lets the holder bill.
    #[error("no billing situation")]
    NoSituation,
    /// The card has no situation of that number.
    #[error("no such situation")]
    UnknownSituation,
    /// The situations are in a format that is not public.
    #[error("situations not public")]
    SituationsNotPublic,
    /// The only situations are those of a locum, and no replacement session is open.
    #[error("locum without a session")]
    LocumWithoutSession,
    /// The certificate is not valid today.
    #[error("certificate not valid today")]
    CertificateExpired,
    /// The certificate is revoked, or goes back to nobody we trust.
    #[error("certificate not accepted")]
    CertificateRefused,
    /// A real card in the demo world: its PIN is not asked, its data are not read.
    #[error("real card in the demo world")]
    RealCard,
    /// Field 20 of the situation: may not sign an FSE.
    #[error("may not sign an FSE")]
    MayNotSignFse,
    /// Field 21 of the situation: may not sign a lot.
    #[error("may not sign a lot")]
    MayNotSignLot,
    /// The document belongs to another billing number.
    #[error("another practitioner's document")]
    OtherPractitioner,
}

impl Coded for DeskError {
    fn code(&self) -> Code {
        match self {
            Self::NoCps => Code("cards.cps_absente"),
            Self::PinRequired => Code("cards.code_requis"),
            Self::NoSituation => Code("invoicing.sans_situation"),
            Self::UnknownSituation => Code("invoicing.situation_inconnue"),
            Self::SituationsNotPublic => Code("invoicing.situation_non_publique"),
            Self::LocumWithoutSession => Code("invoicing.remplacant_sans_session"),
            Self::CertificateExpired => Code("cards.cps_perimee"),
            Self::CertificateRefused => Code("cards.cps_refusee"),
            Self::RealCard => Code("cards.carte_reelle"),
            Self::MayNotSignFse => Code("invoicing.non_habilite_fse"),
            Self::MayNotSignLot => Code("invoicing.non_habilite_lot"),
            Self::OtherPractitioner => Code("invoicing.autre_praticien"),
        }
    }
}

impl SignedIn {
    /// Signs in the holder of a verified CPS, in the situation of that number or the first that may bill.
    pub fn from_card(
        reader: &str,
        card: &CpsView,
        wanted: Option<u8>,
        now: liasse_domain::Instant,
        trust: &Trust,
    ) -> Result<Self, DeskError> {
        let situations = card.situations.as_ref().ok_or(DeskError::PinRequired)?;
        if card.situations_not_public {
            return Err(DeskError::SituationsNotPublic);
        }
        let own = |situation: &&BillingSituation| !situation.is_locum();
        let situation = match wanted {
            Some(number) => situations.iter().find(|s| s.number == number).ok_or(DeskError::UnknownSituation)?,
            None => match situations.iter().find(own) {
                Some(situation) => situation,
                None if situations.is_empty() => return Err(DeskError::NoSituation),
                None => return Err(DeskError::LocumWithoutSession),
            },
        };
        if situation.is_locum() {
            return Err(DeskError::LocumWithoutSession);
        }
        let certificate = &card.identity.signature_certificate;
        match trust.check(certificate, now) {
            Ok(()) => {}
            Err(CmsError::Expired | CmsError::NotYetValid) => return Err(DeskError::CertificateExpired),
            Err(_) => return Err(DeskError::CertificateRefused),
        }
        Ok(Self {
            reader: reader.to_owned(),
            serial: card.identity.serial.clone(),
            holder: card.identity.holder.clone(),
            situation: situation.clone(),
            signature_certificate: certificate.clone(),
        })
    }

    /// Refuses a holder who may not sign FSE (field 20), or whose card is no professional's.
    pub fn check_may_sign_fse(&self) -> Result<(), DeskError> {
        let professional = matches!(self.holder.card_type, CardType::Cps | CardType::Cpf);
        if professional && self.situation.may_sign_fse { Ok(()) } else { Err(DeskError::MayNotSignFse) }
    }

    /// Refuses a holder who may not sign lots (field 21).
    pub fn check_may_sign_lot(&self) -> Result<(), DeskError> {
        if self.situation.may_sign_lot { Ok(()) } else { Err(DeskError::MayNotSignLot) }
    }

    /// How the journal names this person: by billing number, never by name.
    pub fn stamp(&self, at: liasse_domain::Instant) -> Stamp {
        let role = match self.holder.card_type {
            CardType::Cps | CardType::Cpf => "praticien",
            CardType::Cpe | CardType::Cpa => "secretariat",
        };
        Stamp { at, actor: Actor { who: self.situation.billing_number.to_string(), role: role.to_owned() } }
    }

    /// The name for the Bandeau: « Dr Anne GRIS ».
    pub fn display_name(&self) -> String {
        let title = if self.holder.card_type == CardType::Cps { "Dr " } else { "" };
        format!("{title}{} {}", self.holder.given_name.reveal(), self.holder.family_name.reveal())
    }
}

impl Workstation {
    /// Signs in the holder of a verified CPS, as [`SignedIn::from_card`] at this moment.
    pub fn admit(&self, reader: &str, card: &CpsView, wanted: Option<u8>) -> Result<SignedIn, CoreError> {
        Ok(SignedIn::from_card(reader, card, wanted, self.now(), &self.directory.trust)?)
    }
}

/// The stamp of what the workstation does by itself.
pub fn system_stamp(at: liasse_domain::Instant) -> Stamp {
    Stamp { at, actor: Actor { who: "systeme".to_owned(), role: "systeme".to_owned() } }
}

#[cfg(test)]
mod tests {
    use liasse_cards::cps::CpsIdentity;
    use liasse_domain::{CardKind, Private};

    use super::*;
    use crate::cards::Cost;

    fn now() -> liasse_domain::Instant {
        "2026-01-15T08:00:00Z".parse().expect("an instant")
    }

    fn situation(number: u8, practice_mode: u8) -> BillingSituation {
        BillingSituation {
            number,
            practice_mode,
            practice_status: 1,
            activity_sector: 31,
            structure_kind: 4,
            structure_number: "999001010170018".to_owned(),
            structure_name: "CABINET GRIS".to_owned(),
            billing_number: "991010117".parse().expect("a number"),
            locum_number: None,
            convention: 1,
            specialty: "01".to_owned(),
            tariff_zone: "20".to_owned(),
            ik_zone: "01".to_owned(),
            agreements: ["00", "00", "00"].map(str::to_owned),
            may_sign_fse: true,
            may_sign_lot: true,
        }
    }

    fn certificate(pem: &str) -> Vec<u8> {
        Trust::from_pem(pem).expect("a certificate").roots.remove(0)
    }

    fn card(situations: Option<Vec<BillingSituation>>) -> CpsView {
        CpsView {
            identity: CpsIdentity {
                serial: "00000101".to_owned(),
                holder: CardHolder {
                    card_type: CardType::Cps,
                    test_card: true,
                    rpps: None,
                    civility: 22,
                    family_name: Private::new("GRIS"),
                    given_name: Private::new("Anne"),
                },
                signature_certificate: certificate(include_str!("../../../fixtures/pki/cps-gris-signature.pem")),
                authentication_certificate: Vec::new(),
                kind: CardKind::Cps3,
            },
            tries_left: 3,
            situations,
            situations_not_public: false,
            cost: Cost::default(),
        }
    }

    fn trust() -> Trust {
        Trust::from_pem(include_str!("../../../fixtures/pki/chain.pem")).expect("the root")
    }

    fn admitted(card: &CpsView) -> SignedIn {
        SignedIn::from_card("CPS", card, None, now(), &trust()).expect("signed in")
    }

    fn sign_in(card: &CpsView, wanted: Option<u8>) -> Result<u8, DeskError> {
        SignedIn::from_card("CPS", card, wanted, now(), &trust()).map(|who| who.situation.number)
    }

    #[test]
    fn the_first_situation_of_ones_own_is_taken() {
        // Numbers on the card have holes; 4 is a locum's.
        let card = card(Some(vec![situation(2, 4), situation(5, 0), situation(7, 1)]));
        assert_eq!(sign_in(&card, None), Ok(5));
        assert_eq!(sign_in(&card, Some(7)), Ok(7));
        assert_eq!(sign_in(&card, Some(1)), Err(DeskError::UnknownSituation));
        assert_eq!(sign_in(&card, Some(2)), Err(DeskError::LocumWithoutSession));
    }

    #[test]
    fn a_card_without_a_situation_of_its_own_signs_nobody_in() {
        assert_eq!(sign_in(&card(None), None), Err(DeskError::PinRequired));
        assert_eq!(sign_in(&card(Some(Vec::new())), None), Err(DeskError::NoSituation));
        assert_eq!(sign_in(&card(Some(vec![situation(1, 4)])), None), Err(DeskError::LocumWithoutSession));
        let mut real = card(Some(Vec::new()));
        real.situations_not_public = true;
        assert_eq!(sign_in(&real, None), Err(DeskError::SituationsNotPublic));
    }

    #[test]
    fn a_card_whose_certificate_is_not_accepted_signs_nobody_in() {
        let mut card = card(Some(vec![situation(1, 0)]));
        for (pem, refusal) in [
            (include_str!("../../../fixtures/pki/cps-expiree-signature.pem"), DeskError::CertificateExpired),
            // A key that may not sign documents.
            (include_str!("../../../fixtures/pki/cps-gris-authentication.pem"), DeskError::CertificateRefused),
        ] {
            card.identity.signature_certificate = certificate(pem);
            assert_eq!(sign_in(&card, None), Err(refusal));
        }
        card.identity.signature_certificate = vec![0x30, 0x00];
        assert_eq!(sign_in(&card, None), Err(DeskError::CertificateRefused));
        card.identity.signature_certificate.clear();
        assert_eq!(sign_in(&card, None), Err(DeskError::CertificateRefused));
    }

    #[test]
    fn fields_20_and_21_and_the_kind_of_card_decide_who_signs() {
        let card = card(Some(vec![situation(1, 0)]));
        let mut who = admitted(&card);
        assert_eq!((who.check_may_sign_fse(), who.check_may_sign_lot()), (Ok(()), Ok(())));
        who.situation.may_sign_lot = false;
        assert_eq!(who.check_may_sign_lot(), Err(DeskError::MayNotSignLot));
        who.holder.card_type = CardType::Cpe;
        assert_eq!(
            who.check_may_sign_fse(),
            Err(DeskError::MayNotSignFse),
            "staff sign no FSE, whatever field 20 says"
        );
        who.holder.card_type = CardType::Cpf;
        assert_eq!(who.check_may_sign_fse(), Ok(()));
        who.situation.may_sign_fse = false;
        assert_eq!(who.check_may_sign_fse(), Err(DeskError::MayNotSignFse));
    }

    #[test]
    fn the_journal_names_no_person() {
        let card = card(Some(vec![situation(1, 0)]));
        let mut who = admitted(&card);
        let actor = who.stamp(now()).actor;
        assert_eq!((actor.who.as_str(), actor.role.as_str()), ("991010117", "praticien"));
        assert_eq!(who.display_name(), "Dr Anne GRIS");
        who.holder.card_type = CardType::Cpe;
        assert_eq!(who.stamp(now()).actor.role, "secretariat");
        assert_eq!(who.display_name(), "Anne GRIS");
    }

    #[test]
    fn every_error_has_its_sentences() {
        use DeskError::*;
        for error in [
            NoCps,
            PinRequired,
            NoSituation,
            UnknownSituation,
            SituationsNotPublic,
            LocumWithoutSession,
            CertificateExpired,
            MayNotSignFse,
            MayNotSignLot,
            OtherPractitioner,
            CertificateRefused,
            RealCard,
        ] {
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
        }
    }
}
