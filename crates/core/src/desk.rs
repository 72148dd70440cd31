//! Who is signed in: the holder of the CPS in a reader, in one billing situation, for as long as the card stays.
//! Not the reading of the card (module `cards`); the rights of other roles come with their issues.

use liasse_domain::{BillingSituation, CardHolder, CardType, Code, Coded};
use liasse_formats::certificate;
use liasse_store::{Actor, Stamp};

use crate::cards::CpsView;

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
        if certificate::validity(certificate).is_ok_and(|(from, until)| now < from || now > until) {
            return Err(DeskError::CertificateExpired);
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

/// The stamp of what the workstation does by itself.
pub fn system_stamp(at: liasse_domain::Instant) -> Stamp {
    Stamp { at, actor: Actor { who: "systeme".to_owned(), role: "systeme".to_owned() } }
}
