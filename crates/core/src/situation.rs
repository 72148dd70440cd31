//! The billing situation of a professional whose card keeps its own in a format that is not public: typed once by the holder of
//! the verified card, checked against the code tables, kept encrypted, taken in the place of the card's. Not what cards say
//! (module `cards`). Rule: issue 7, 1; SSV group 2 and the tables of DICO-FR (`liasse_domain::professional`).

use liasse_cards::cps::CpsIdentity;
use liasse_domain::ids::luhn_key;
use liasse_domain::professional::{self, BillingSituation};
use liasse_domain::replacement::NamedLocum;
use liasse_domain::{BillingNumber, CardHolder, CardType, Code, Coded};
use liasse_store::{Actor, Stamp};
use serde::Deserialize;

use crate::cards::CpsView;
use crate::desk::DeskError;
use crate::error::CoreError;
use crate::replacement::{ReplacementError, Session, locum_on};
use crate::workstation::Workstation;

/// Most situations on one card.
const MOST: u8 = 16;
/// The longest raison sociale (field 8).
const NAME_WIDTH: usize = 40;
/// Field 2 of a locum.
const LOCUM: u8 = 4;
/// A situation that is typed is that of the first place of practice: its number is the holder's, this, and a key (DICO-FR G07, 4).
const FIRST_PLACE: &str = "001";

/// A situation as somebody types it; the names are those of [`BillingSituation`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedSituation {
    /// Which of the sixteen; the first where nothing else is said.
    #[serde(default = "first")]
    pub number: u8,
    /// Mode d'exercice.
    pub practice_mode: u8,
    /// Raison sociale.
    pub structure_name: String,
    /// The billing number, key included.
    pub billing_number: String,
    /// The number as a locum, key included: with mode 4, and with no other.
    #[serde(default)]
    pub locum_number: String,
    /// Code conventionnel.
    pub convention: u8,
    /// Code spécialité.
    pub specialty: String,
    /// Zone tarifaire.
    pub tariff_zone: String,
    /// Zone d'indemnité kilométrique.
    pub ik_zone: String,
    /// May sign an FSE.
    #[serde(default = "yes")]
    pub may_sign_fse: bool,
    /// May sign a lot.
    #[serde(default = "yes")]
    pub may_sign_lot: bool,
}

fn first() -> u8 {
    1
}

fn yes() -> bool {
    true
}

/// What is wrong with a situation as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SituationFault {
    /// The card says its own situations.
    #[error("the situations are on the card")]
    OnTheCard,
    /// The billing number is another person's here.
    #[error("another person's billing number")]
    OfAnother,
    /// The number of the situation.
    #[error("the number of the situation")]
    Number,
    /// The billing number.
    #[error("the billing number")]
    Billing,
    /// The number as a locum.
    #[error("the number as a locum")]
    Locum,
    /// The mode d'exercice.
    #[error("the mode of practice")]
    Mode,
    /// The raison sociale.
    #[error("the name of the practice")]
    Name,
    /// The code conventionnel.
    #[error("the convention")]
    Convention,
    /// The code spécialité.
    #[error("the specialty")]
    Specialty,
    /// The zone tarifaire.
    #[error("the tariff zone")]
    TariffZone,
    /// The zone IK.
    #[error("the zone of travel")]
    IkZone,
}

impl Coded for SituationFault {
    fn code(&self) -> Code {
        match self {
            Self::OnTheCard => Code("saisie.situation_sur_la_carte"),
            Self::OfAnother => Code("saisie.situation_autrui"),
            Self::Number => Code("saisie.situation_numero"),
            Self::Billing => Code("saisie.situation_facturation"),
            Self::Locum => Code("saisie.situation_remplacant"),
            Self::Mode => Code("saisie.situation_mode"),
            Self::Name => Code("saisie.situation_nom"),
            Self::Convention => Code("saisie.situation_convention"),
            Self::Specialty => Code("saisie.situation_specialite"),
            Self::TariffZone => Code("saisie.situation_zone_tarif"),
            Self::IkZone => Code("saisie.situation_zone_ik"),
        }
    }
}

impl TypedSituation {
    /// The situation of that holder, every field checked. What is not asked is what an FSE does not bear, and the number of the
    /// place, which follows from the holder's own.
    ///
    /// # Errors
    /// The first [`SituationFault`], in the order in which the window asks.
    pub fn checked(&self, holder: &CardHolder) -> Result<BillingSituation, SituationFault> {
        if !(1..=MOST).contains(&self.number) {
            return Err(SituationFault::Number);
        }
        let billing_number = number(&self.billing_number).ok_or(SituationFault::Billing)?;
        let structure_name = practice(&self.structure_name).ok_or(SituationFault::Name)?;
        professional::practice_mode(self.practice_mode).ok_or(SituationFault::Mode)?;
        let locum_number = self.locum()?;
        let specialty = specialty(&self.specialty).ok_or(SituationFault::Specialty)?;
        professional::convention(self.convention).ok_or(SituationFault::Convention)?;
        let (structure_kind, structure_number) = first_place(holder).unwrap_or_default();
        Ok(BillingSituation {
            number: self.number,
            practice_mode: self.practice_mode,
            practice_status: 1,
            activity_sector: 31,
            structure_kind,
            structure_number,
            structure_name,
            billing_number,
            locum_number,
            convention: self.convention,
            specialty,
            tariff_zone: tariff_zone(&self.tariff_zone).ok_or(SituationFault::TariffZone)?,
            ik_zone: ik_zone(&self.ik_zone).ok_or(SituationFault::IkZone)?,
            agreements: ["00", "00", "00"].map(str::to_owned),
            may_sign_fse: self.may_sign_fse,
            may_sign_lot: self.may_sign_lot,
        })
    }

    fn locum(&self) -> Result<Option<BillingNumber>, SituationFault> {
        match (self.practice_mode == LOCUM, self.locum_number.trim()) {
            (false, "") => Ok(None),
            (true, text) => number(text).map(Some).ok_or(SituationFault::Locum),
            (false, _) => Err(SituationFault::Locum),
        }
    }
}

/// As people write it: with blanks, in small letters.
fn number(text: &str) -> Option<BillingNumber> {
    let text: String = text.split_whitespace().collect();
    BillingNumber::parse(&text.to_uppercase()).ok()
}

/// In capitals, and of what a card and an FSE can write (ISO-8859-1).
fn practice(text: &str) -> Option<String> {
    let text = text.trim().to_uppercase();
    let written = text.chars().all(|letter| !letter.is_control() && u8::try_from(u32::from(letter)).is_ok());
    (written && (1..=NAME_WIDTH).contains(&text.chars().count())).then_some(text)
}

fn two_digits(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| format!("{text:0>2}"))
}

/// The dictionary publishes only part of table G100: any other code of its form may be somebody's, and has no words.
fn specialty(text: &str) -> Option<String> {
    two_digits(text).filter(|code| code != "00")
}

fn tariff_zone(text: &str) -> Option<String> {
    let code = two_digits(text)?;
    let digits = code.parse::<u8>().ok()?;
    (0..=3).any(|class| professional::tariff_zone(digits, class).is_some()).then_some(code)
}

fn ik_zone(text: &str) -> Option<String> {
    let code = two_digits(text)?;
    professional::ik_zone(&code)?;
    Some(code)
}

/// Kind and number of the holder's first place of practice; nothing where the card bears no national number.
fn first_place(holder: &CardHolder) -> Option<(u8, String)> {
    let number = format!("{}{FIRST_PLACE}", holder.rpps.as_ref()?);
    let key = luhn_key(&number)?;
    Some((4, format!("{number}{key}")))
}

/// Under what the holder of a card is found again: their national number, which a new card bears too, else the card.
fn person(identity: &CpsIdentity) -> String {
    match &identity.holder.rpps {
        Some(rpps) => format!("rpps/{rpps}"),
        None => format!("carte/{}", identity.serial),
    }
}

fn is_staff(holder: &CardHolder) -> bool {
    matches!(holder.card_type, CardType::Cpe | CardType::Cpa)
}

/// Whether the replaced doctor named the holder of a card, and not only the number that somebody typed.
pub(crate) fn is_named(session: &Session, card: &CpsView) -> bool {
    let named = &session.sealed.locum.rpps;
    named.is_some() && *named == card.identity.holder.rpps
}

impl Workstation {
    /// Keeps the situation that the holder of a card types because the card's are in a format that is not public. The card is in
    /// the reader, its PIN verified; nobody types for another.
    ///
    /// # Errors
    /// [`DeskError`] for a card that is not accepted; [`SituationFault`].
    pub fn keep_situation(&mut self, card: &CpsView, typed: &TypedSituation) -> Result<BillingSituation, CoreError> {
        let checked = self.checked_situation(card, typed);
        let situation = self.telling(checked, None, None)?;
        let identity = &card.identity;
        let (who, role) = if is_staff(&identity.holder) {
            (identity.serial.clone(), "secretariat")
        } else {
            (situation.billing_number.to_string(), "praticien")
        };
        let card = Some(&identity.serial).filter(|serial| **serial != who).cloned();
        let stamp = Stamp { card, ..Stamp::new(self.now(), Actor { who, role: role.to_owned() }) };
        self.store.keep_typed_situation(&stamp, &person(identity), &situation)?;
        Ok(situation)
    }

    fn checked_situation(&self, card: &CpsView, typed: &TypedSituation) -> Result<BillingSituation, CoreError> {
        if card.situations.is_none() {
            return Err(DeskError::PinRequired.into());
        }
        if !card.situations_not_public {
            return Err(SituationFault::OnTheCard.into());
        }
        let (trust, certificate) = (&self.directory.trust, &card.identity.signature_certificate);
        DeskError::judge(trust, certificate, self.now())?;
        let situation = typed.checked(&card.identity.holder)?;
        if self.is_of_another(&situation.billing_number, &card.identity)? {
            return Err(SituationFault::OfAnother.into());
        }
        Ok(situation)
    }

    /// The card with what its holder typed in the place of what it does not say in public; `None` where it says it, its PIN is
    /// not verified, or nothing that counts was typed.
    ///
    /// # Errors
    /// Those of the store.
    pub fn typed_card(&self, card: &CpsView) -> Result<Option<CpsView>, CoreError> {
        if card.situations.is_none() || !card.situations_not_public {
            return Ok(None);
        }
        let mut situations = Vec::new();
        for situation in self.store.typed_situations(&person(&card.identity))? {
            // Their card may have been read here since.
            if !self.is_of_another(&situation.billing_number, &card.identity)? {
                situations.push(situation);
            }
        }
        if situations.is_empty() {
            return Ok(None);
        }
        Ok(Some(CpsView { situations: Some(situations), situations_not_public: false, ..card.clone() }))
    }

    /// A professional's verified card with the situations that count: its own, or those that its holder typed.
    ///
    /// # Errors
    /// [`DeskError::SituationsNotPublic`] where there are neither.
    pub fn with_situations(&self, card: &CpsView) -> Result<CpsView, CoreError> {
        match self.typed_card(card)? {
            Some(typed) => Ok(typed),
            None if card.situations_not_public => Err(DeskError::SituationsNotPublic.into()),
            None => Ok(card.clone()),
        }
    }

    /// The locum of a card, as a session names them.
    ///
    /// # Errors
    /// As [`locum_on`], and as [`Workstation::with_situations`].
    pub fn locum_of(&self, card: &CpsView) -> Result<NamedLocum, CoreError> {
        Ok(locum_on(&self.with_situations(card)?)?)
    }

    /// The card of the locum of a session, as [`Workstation::with_situations`]. What is typed proves no number: the replaced doctor
    /// must have named this person.
    ///
    /// # Errors
    /// [`ReplacementError::OtherCard`]; as [`Workstation::with_situations`].
    pub fn card_of_locum(&self, session: &Session, card: &CpsView) -> Result<CpsView, CoreError> {
        let whole = self.with_situations(card)?;
        if card.situations_not_public && !is_named(session, card) {
            return Err(ReplacementError::OtherCard { number: session.sealed.locum.billing.to_string() }.into());
        }
        Ok(whole)
    }

    /// The situations of a verified card: its own, or those that its holder typed.
    pub(crate) fn situations_of(&self, card: &CpsView) -> Result<Vec<BillingSituation>, CoreError> {
        let typed = self.typed_card(card)?;
        Ok(typed.as_ref().unwrap_or(card).situations.clone().ok_or(DeskError::PinRequired)?)
    }

    /// Whether the card of another practitioner was read here under that number: accounts are seen by it, and what is typed
    /// proves nothing. The number of staff is that of whom they work for.
    fn is_of_another(&self, billing: &BillingNumber, identity: &CpsIdentity) -> Result<bool, CoreError> {
        if is_staff(&identity.holder) {
            return Ok(false);
        }
        let known = self.store.practitioners()?;
        let mut others = known.iter().filter(|known| known.situation.billing_number == *billing);
        Ok(others.any(|known| match (&known.holder.rpps, &identity.holder.rpps) {
            (Some(other), Some(own)) => other != own,
            _ => known.serial != identity.serial,
        }))
    }
}

#[cfg(test)]
mod tests;
