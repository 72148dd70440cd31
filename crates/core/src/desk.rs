//! Who is signed in: the holder of the CPS in a reader, for themselves or in the place of a replaced doctor, for as long as
//! the card stays. Not the reading of the card (module `cards`), and not who may sign what (module `guard`).

use std::sync::Arc;

use liasse_domain::replacement::{ReplacementSession, SessionState};
use liasse_domain::{BillingSituation, CardHolder, CardType, Code, Coded};
use liasse_formats::cms::{CmsError, Trust};
use liasse_store::{Actor, Stamp};

use crate::access::{Deed, Refused};
use crate::cards::CpsView;
use crate::data_dir::World;
use crate::error::CoreError;
use crate::replacement::{ReplacementError, Replaces, Session, civil};
use crate::situation::is_named;
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
    /// In which situation that person bills: their own, or that of the doctor whom they replace. Fields 20 and 21 (may sign)
    /// are always those of the card in the reader.
    pub situation: BillingSituation,
    /// The certificate of the signature key.
    pub signature_certificate: Vec<u8>,
    /// The session under which a locum acts; `None` for everybody else.
    pub replaces: Option<Arc<Replaces>>,
    /// For whom a member of staff prepares.
    pub prepares_for: Option<Arc<PreparesFor>>,
    /// The written reason for passing an amber of the guard.
    pub derogation: Option<String>,
}

/// For whom a member of staff prepares: a practitioner, or the pair of a replaced doctor and the locum.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparesFor {
    /// Who is paid.
    pub practitioner: CardHolder,
    /// When their card was read.
    pub read_at: liasse_domain::Instant,
    /// Who replaces them at this hour, under which session.
    pub locum: Option<(CardHolder, ReplacementSession)>,
}

/// As what a card is to sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// As whatever fits: the session that names the card, else its first situation of its own.
    #[default]
    Anything,
    /// In its own situation of that number.
    Situation(u8),
    /// As the locum of that session, in the replaced doctor's situation of that number, or the first.
    Session(u32, Option<u8>),
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
    /// The situations are in a format that is not public, and the holder has typed none: see [`Workstation::keep_situation`].
    #[error("situations not public")]
    SituationsNotPublic,
    /// The only situations are those of a locum, and no replacement session is open.
    #[error("locum without a session")]
    LocumWithoutSession,
    /// The certificate is not valid today.
    #[error("certificate not valid today")]
    CertificateExpired,
    /// The certificate goes back to nobody we trust, or cannot be judged.
    #[error("certificate not accepted")]
    CertificateRefused,
    /// The certificate is on its issuer's revocation list.
    #[error("certificate revoked")]
    CertificateRevoked,
    /// What is given for signing is the key of authentication (keyUsage without nonRepudiation): it never signs an FSE.
    #[error("not a key for signing")]
    WrongKey,
    /// No authority is trusted here: no card can be accepted.
    #[error("no trusted authority")]
    NoRoots,
    /// A real card in the demo world: its PIN is not asked, its data are not read.
    #[error("real card in the demo world")]
    RealCard,
    /// A test card in a real practice.
    #[error("test card in a real practice")]
    TestCard,
    /// The document belongs to another billing number.
    #[error("another practitioner's document")]
    OtherPractitioner,
}

impl DeskError {
    /// Whether a professional's card belongs into that world: a test card into the demonstration, a real one into a practice.
    ///
    /// # Errors
    /// [`DeskError::RealCard`], [`DeskError::TestCard`].
    pub fn of_world(world: World, holder: &CardHolder) -> Result<(), Self> {
        match (world, holder.test_card) {
            (World::Demo, true) | (World::Real, false) => Ok(()),
            (World::Demo, false) => Err(Self::RealCard),
            (World::Real, true) => Err(Self::TestCard),
        }
    }

    /// Whether a certificate is accepted by who is trusted here, at that moment.
    pub(crate) fn judge(trust: &Trust, certificate: &[u8], at: liasse_domain::Instant) -> Result<(), Self> {
        if trust.roots.is_empty() {
            return Err(Self::NoRoots);
        }
        trust.check(certificate, at).map_err(Self::of_certificate)
    }

    /// Why a certificate is not accepted, in the words of the desk.
    pub(crate) fn of_certificate(error: CmsError) -> Self {
        match error {
            CmsError::Expired | CmsError::NotYetValid => Self::CertificateExpired,
            CmsError::Revoked => Self::CertificateRevoked,
            CmsError::WrongUsage => Self::WrongKey,
            _ => Self::CertificateRefused,
        }
    }
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
            Self::CertificateRevoked => Code("cards.cps_revoquee"),
            Self::WrongKey => Code("cards.cle_authentification"),
            Self::NoRoots => Code("cards.sans_racines"),
            Self::RealCard => Code("cards.carte_reelle"),
            Self::TestCard => Code("cards.carte_de_test"),
            Self::OtherPractitioner => Code("invoicing.autre_praticien"),
        }
    }
}

impl SignedIn {
    /// Signs in the holder of a verified CPS for themselves, in the situation of that number or the first that may bill.
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
        Self::accepted(reader, card, situation.clone(), None, now, trust)
    }

    /// Signs in a locum: the card is theirs, the situation the replaced doctor's.
    pub(crate) fn as_locum(
        reader: &str,
        card: &CpsView,
        replaces: Replaces,
        replaced: BillingSituation,
        now: liasse_domain::Instant,
        trust: &Trust,
    ) -> Result<Self, DeskError> {
        let BillingSituation { may_sign_fse, may_sign_lot, .. } = replaces.own;
        let situation = BillingSituation { may_sign_fse, may_sign_lot, ..replaced };
        Self::accepted(reader, card, situation, Some(Arc::new(replaces)), now, trust)
    }

    fn accepted(
        reader: &str,
        card: &CpsView,
        situation: BillingSituation,
        replaces: Option<Arc<Replaces>>,
        now: liasse_domain::Instant,
        trust: &Trust,
    ) -> Result<Self, DeskError> {
        let certificate = &card.identity.signature_certificate;
        DeskError::judge(trust, certificate, now)?;
        Ok(Self {
            reader: reader.to_owned(),
            serial: card.identity.serial.clone(),
            holder: card.identity.holder.clone(),
            situation,
            signature_certificate: certificate.clone(),
            replaces,
            prepares_for: None,
            derogation: None,
        })
    }

    /// Nobody's card: whose prices and names a paper sheet bears. Signs nothing.
    pub(crate) fn without_card(
        situation: BillingSituation,
        practitioner: CardHolder,
        locum: Option<(CardHolder, ReplacementSession)>,
        now: liasse_domain::Instant,
    ) -> Self {
        Self {
            reader: String::new(),
            serial: String::new(),
            holder: practitioner.clone(),
            situation,
            signature_certificate: Vec::new(),
            replaces: None,
            prepares_for: Some(Arc::new(PreparesFor { practitioner, read_at: now, locum })),
            derogation: None,
        }
    }

    /// Who is paid: the holder, the doctor whom they replace, or the practitioner for whom staff prepare.
    pub fn paid(&self) -> &CardHolder {
        match (&self.replaces, &self.prepares_for) {
            (Some(replaces), _) => &replaces.session.replaced.holder,
            (None, Some(prepares)) => &prepares.practitioner,
            (None, None) => &self.holder,
        }
    }

    /// Who acts in the place of who is paid, under which session: the holder, or the locum for whom staff prepare.
    pub fn locum(&self) -> Option<(&CardHolder, &ReplacementSession)> {
        match (&self.replaces, &self.prepares_for) {
            (Some(replaces), _) => Some((&self.holder, &replaces.session)),
            (None, Some(prepares)) => prepares.locum.as_ref().map(|(holder, session)| (holder, session)),
            (None, None) => None,
        }
    }

    /// The number of that session.
    pub fn session(&self) -> Option<u32> {
        self.locum().map(|(_, session)| session.number)
    }

    /// Whether the card is one of staff.
    pub fn is_staff(&self) -> bool {
        matches!(self.holder.card_type, CardType::Cpe | CardType::Cpa)
    }

    /// Whether the card is a practitioner's own and replaces nobody: only such a one opens, moves, draws up and erases sessions.
    pub fn is_titulaire(&self) -> bool {
        self.replaces.is_none() && self.holder.card_type == CardType::Cps
    }

    /// Whether this person may send by the mailbox of the télétransmission: a locum only where the session opens it.
    pub fn mailbox(&self) -> Result<(), Refused> {
        self.may(Deed::Send).map(drop)
    }

    /// Whether the mailbox is open to them.
    pub(crate) fn has_mailbox(&self) -> bool {
        self.replaces.as_ref().is_none_or(|replaces| replaces.session.mailbox)
    }

    /// How the journal names this person: by billing number (a locum by their own), staff by their card; never by name.
    pub fn stamp(&self, at: liasse_domain::Instant) -> Stamp {
        let (who, role) = match &self.replaces {
            Some(replaces) => (replaces.session.locum.billing.to_string(), "remplacant"),
            None if self.is_staff() => (self.serial.clone(), "secretariat"),
            None => (self.situation.billing_number.to_string(), "praticien"),
        };
        let card = Some(&self.serial).filter(|serial| !serial.is_empty() && **serial != who).cloned();
        Stamp { card, session: self.session(), ..Stamp::new(at, Actor { who, role: role.to_owned() }) }
    }

    /// The name for the Bandeau: « Dr Anne GRIS ».
    pub fn display_name(&self) -> String {
        let title = if self.holder.card_type == CardType::Cps { "Dr " } else { "" };
        format!("{title}{} {}", self.holder.given_name.reveal(), self.holder.family_name.reveal())
    }
}

impl Workstation {
    /// Signs in the holder of a verified CPS at this moment, as a face does: see [`Workstation::admit`]. What the card says is kept
    /// for the secretary; a refusal that no honest hand meets is told in the journal.
    ///
    /// # Errors
    /// Those of [`Workstation::admit`].
    pub fn sign_in(&mut self, reader: &str, card: &CpsView, wanted: Wanted) -> Result<SignedIn, CoreError> {
        let admitted = self.admit(reader, card, wanted);
        let who = self.telling(admitted, None, None)?;
        self.remember(&who)?;
        Ok(who)
    }

    /// Signs in the holder of a verified CPS at this moment, in the situation that they typed where the card's are in a format that
    /// is not public. The session follows the card: a card that a session names is its locum's at its hours, and outside them
    /// only while something of it is left to sign or to send.
    ///
    /// # Errors
    /// [`DeskError`]; [`ReplacementError`] with the exact reason why the session does not fit; [`ReplacementError::Choose`].
    pub fn admit(&self, reader: &str, card: &CpsView, wanted: Wanted) -> Result<SignedIn, CoreError> {
        let (now, trust) = (self.now(), &self.directory.trust);
        DeskError::of_world(self.world, &card.identity.holder)?;
        if card.situations.is_none() {
            return Err(DeskError::PinRequired.into());
        }
        let typed = self.typed_card(card)?;
        let card = typed.as_ref().unwrap_or(card);
        let own = |number| SignedIn::from_card(reader, card, number, now, trust);
        let sessions = match wanted {
            Wanted::Situation(number) => return Ok(own(Some(number))?),
            Wanted::Session(number, _) => vec![self.session(number)?],
            Wanted::Anything => self.sessions_for(card)?,
        };
        let situation = if let Wanted::Session(_, situation) = wanted { situation } else { None };
        let mut fits = Vec::new();
        let mut refused = None;
        for session in sessions {
            let left = self.is_left(&session)?;
            let matched = match session.activated_by(card, situation, civil(now)) {
                // What is typed proves no number: the replaced doctor must have named this person.
                _ if typed.is_some() && !is_named(&session, card) => {
                    Err(ReplacementError::OtherCard { number: session.sealed.locum.billing.to_string() })
                }
                Err(
                    outside @ (ReplacementError::Outside { .. }
                    | ReplacementError::Suspended
                    | ReplacementError::Closed),
                ) if left => session.belongs_to(card, situation).map_err(|_| outside),
                matched => matched,
            };
            match matched {
                Ok(pair) => fits.push((session, pair)),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        match (fits.len(), refused) {
            (0, Some(_)) if wanted == Wanted::Anything && self.practises_here(card)? => Ok(own(None)?),
            (0, Some(why)) => Err(why.into()),
            (0, None) => Ok(own(None)?),
            (1, _) => {
                let (session, (own, replaced)) = fits.remove(0);
                let replaces = Replaces { session: session.sealed, own };
                Ok(SignedIn::as_locum(reader, card, replaces, replaced, now, trust)?)
            }
            _ => {
                Err(ReplacementError::Choose { sessions: fits.iter().map(|(one, _)| one.sealed.number).collect() }
                    .into())
            }
        }
    }

    /// Looks once more at the certificate of who is signed in, before a card is asked to sign: it may have ended or been revoked
    /// since.
    pub(crate) fn check_card(&self, who: &SignedIn) -> Result<(), DeskError> {
        DeskError::judge(&self.directory.trust, &who.signature_certificate, self.now())
    }

    /// The sessions that this card could act under now: what « Qui remplacez-vous ? » offers.
    pub fn sessions_now(&self, card: &CpsView) -> Result<Vec<Session>, CoreError> {
        let now = civil(self.now());
        let typed = self.typed_card(card)?;
        let card = typed.as_ref().unwrap_or(card);
        let mut sessions = self.sessions_for(card)?;
        sessions.retain(|session| {
            (typed.is_none() || is_named(session, card)) && session.activated_by(card, None, now).is_ok()
        });
        Ok(sessions)
    }

    /// Whether something of a session is left to sign or to send, or to correct after it was closed.
    fn is_left(&self, session: &Session) -> Result<bool, CoreError> {
        let number = session.sealed.number;
        if session.state == SessionState::Close {
            return Ok(self.store.has_reopened(number)?);
        }
        let (unsigned, unsent) = self.store.left_of_session(number)?;
        Ok(!unsigned.is_empty() || !unsent.is_empty())
    }

    /// Whether the holder of a card bills here under a number of their own.
    fn practises_here(&self, card: &CpsView) -> Result<bool, CoreError> {
        let own = card.situations.iter().flatten().find(|situation| !situation.is_locum());
        Ok(match own {
            Some(situation) => self.store.numbers_given(&situation.billing_number)? > 0,
            None => false,
        })
    }
}

/// The stamp of what the workstation does by itself.
pub fn system_stamp(at: liasse_domain::Instant) -> Stamp {
    Stamp::new(at, Actor { who: "systeme".to_owned(), role: "systeme".to_owned() })
}

#[cfg(test)]
mod tests;
