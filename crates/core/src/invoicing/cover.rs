//! The complementary part of a draft: which mutuelle, known from where, and in which of the four ways its part travels.
//! What is not known is a finding; nothing is guessed. Not the amounts (crate `pricing`) and not the table of conventions.
//! Rule: product, "Words that decide design"; the card is asked for again after its last day and once a year (issue "Lots").

use chrono::{Datelike, NaiveDate};
use liasse_domain::complementary::{Convention, convention_of};
use liasse_domain::fse::{ComplementaryCover, Demand};
use liasse_domain::patient::Period;
use liasse_domain::patient::codes::C2S_NUMBERS;
use liasse_domain::{
    Centimes, Code, DocumentKind, Finding, FseContent, FseRef, Invoice, Management, MutuelleCard, Private, clock,
};
use liasse_formats::b2::render_fse;
use liasse_store::DreStand;

use super::{Draft, InvoicingError};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::workstation::Workstation;

/// How the complementary part of an invoice travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    /// No mutuelle is known.
    Aucune,
    /// C2S: the caisse pays both parts.
    C2s,
    /// A mutuelle, and the convention that says who manages its part.
    Convention(MutuelleCard, Convention),
    /// A mutuelle of which nobody knows who manages its part.
    Inconnue(MutuelleCard),
}

/// The contract of C2S and the national number it travels under (reference formats 3.4).
const C2S: (&str, &str) = ("89", "99999997");

impl Cover {
    /// The mutuelle card, where there is one.
    pub fn card(&self) -> Option<&MutuelleCard> {
        match self {
            Self::Convention(card, _) | Self::Inconnue(card) => Some(card),
            Self::Aucune | Self::C2s => None,
        }
    }

    /// What group 1321 says.
    pub(super) fn claimed(&self) -> Option<ComplementaryCover> {
        let of_card = |card: &MutuelleCard, management| ComplementaryCover {
            contract: "00".to_owned(),
            number: card.number.clone(),
            member: card.member.clone(),
            convention: card.convention.clone(),
            management,
        };
        match self {
            Self::Aucune => None,
            Self::C2s => Some(ComplementaryCover {
                contract: C2S.0.to_owned(),
                number: C2S.1.to_owned(),
                member: liasse_domain::Private::default(),
                convention: String::new(),
                management: None,
            }),
            Self::Convention(card, convention) => Some(of_card(card, Some(convention.management))),
            Self::Inconnue(card) => Some(of_card(card, None)),
        }
    }

    /// The DRE that goes with the claim of a draft, where its complementary part is managed apart and was not paid yet.
    ///
    /// # Errors
    /// [`InvoicingError::InsurerPaid`] when the claim would ask the insurer for something else than it has paid.
    pub(crate) fn demand(&self, draft: &Draft, claim: &FseContent) -> Result<Option<FseContent>, InvoicingError> {
        match draft.paid_by_insurer {
            None => Ok(self.asked_apart(claim)),
            Some(paid) if claim.third_party_amc && claim.amc() == paid && claim.due_by_amc() == Centimes::ZERO => {
                Ok(None)
            }
            Some(paid) => Err(InvoicingError::InsurerPaid { paid, now: claim.amc() }),
        }
    }

    fn asked_apart(&self, claim: &FseContent) -> Option<FseContent> {
        let Self::Convention(_, Convention { management: Management::Separee, route: Some(route), .. }) = self else {
            return None;
        };
        if !claim.third_party_amc || claim.amc() == Centimes::ZERO {
            return None;
        }
        let demand = Some(Demand { route: route.clone(), cancels: false });
        Some(FseContent { demand, corrects: None, ..claim.clone() })
    }

    /// What is to be said of it when the patient does not pay the complementary part.
    pub(super) fn findings(&self, draft: &Draft, invoice: &Invoice) -> Vec<Finding> {
        if !invoice.third_party_amc {
            return Vec::new();
        }
        let day = draft.input.date;
        let mut findings = match self {
            Self::Aucune => vec![Finding::of(Code("invoicing.mutuelle_absente"), &[])],
            Self::C2s => vec![Finding::of(Code("invoicing.gestion_c2s"), &[])],
            Self::Inconnue(card) => {
                vec![Finding::of(Code("invoicing.gestion_inconnue"), &[("number", card.number.clone())])]
            }
            Self::Convention(..) if draft.paid_by_insurer.is_some() => {
                vec![Finding::of(Code("invoicing.dre_deja_payee"), &[])]
            }
            Self::Convention(_, convention) => {
                let code = match convention.management {
                    Management::Unique => Code("invoicing.gestion_unique"),
                    Management::Separee => Code("invoicing.gestion_separee"),
                };
                vec![Finding::of(code, &[("name", convention.name.clone())])]
            }
        };
        if let Some(card) = self.card() {
            if !card.period.holds_on(day) {
                let until = card.period.until.map_or_else(String::new, |day| day.format("%d/%m/%Y").to_string());
                findings.push(Finding::of(Code("invoicing.mutuelle_expiree"), &[("until", until)]));
            } else if card.seen_on.year() < day.year() {
                let seen = card.seen_on.format("%d/%m/%Y").to_string();
                findings.push(Finding::of(Code("invoicing.mutuelle_a_revoir"), &[("seen", seen)]));
            }
        }
        findings
    }
}

/// What the Vitale says of a complementary insurer: proposed, to be checked against the card that the patient shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnVitale {
    /// N° of the mutuelle or n° AMC.
    pub number: String,
    /// N° d'adhérent; empty where the caisse manages the part: group 107 names none.
    pub member: Private,
    /// When it holds: the period of the day of the acts, else the last one.
    pub period: Period,
    /// Whether the caisse manages the part (groups 107 and 108), and not the insurer (109).
    pub by_caisse: bool,
    /// When the Vitale said it.
    pub read_on: NaiveDate,
}

impl Draft {
    /// What the Vitale says of this patient's insurer. The C2S is none: their rights say it.
    pub fn insurer_on_vitale(&self) -> Option<OnVitale> {
        if let Some(MutuelleCard { number, member, period, seen_on, .. }) = self.mutuelle_on_vitale() {
            return Some(OnVitale { number, member, period, by_caisse: false, read_on: seen_on });
        }
        let mutuelle = self.person().mutuelle.as_ref()?;
        if C2S_NUMBERS.contains(&mutuelle.number.as_str()) {
            return None;
        }
        let holds = mutuelle.rights.iter().find(|period| period.holds_on(self.input.date));
        let period = holds.or_else(|| mutuelle.rights.iter().max_by_key(|period| period.until));
        Some(OnVitale {
            number: mutuelle.number.clone(),
            member: Private::default(),
            period: period.copied().unwrap_or(Period { from: None, until: None }),
            by_caisse: true,
            read_on: clock::paris(self.rights.read_at).date(),
        })
    }
}

/// What taking a DRE back did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// It had not left, or the insurer rejected it: nothing more is asked, and the patient owes so much more.
    Withdrawn(Centimes),
    /// The insurer has it: this DRE, once signed and sent, takes it back.
    ToSign(FseRef),
}

impl Workstation {
    /// How the complementary part of a draft would travel: by the mutuelle card that somebody saw last, else by what the
    /// Vitale says.
    pub fn cover_of(&self, draft: &Draft, who: &SignedIn) -> Result<Cover, CoreError> {
        who.may(Deed::ReadCard)?;
        if draft.rights.c2s {
            return Ok(Cover::C2s);
        }
        let seen = self.store.mutuelle_of(&draft.patient())?;
        let Some(card) = seen.or_else(|| draft.mutuelle_on_vitale()) else { return Ok(Cover::Aucune) };
        Ok(match convention_of(&self.directory.conventions, &card, draft.input.date) {
            Some(convention) => Cover::Convention(card, convention.clone()),
            None => Cover::Inconnue(card),
        })
    }

    /// Keeps a mutuelle card that somebody looked at for the patient of a draft.
    pub fn see_mutuelle(&mut self, draft: &Draft, who: &SignedIn, card: &MutuelleCard) -> Result<(), CoreError> {
        who.may(Deed::ReadCard)?;
        let stamp = who.stamp(self.now());
        Ok(self.store.see_mutuelle(&stamp, &draft.patient(), card)?)
    }

    /// The patient showed the same card again today.
    pub fn mutuelle_seen_again(&mut self, draft: &Draft, who: &SignedIn) -> Result<(), CoreError> {
        let cover = self.cover_of(draft, who)?;
        let card = cover.card().ok_or(InvoicingError::NoMutuelle)?;
        let seen = MutuelleCard { seen_on: self.clock.today(), ..card.clone() };
        self.see_mutuelle(draft, who, &seen)
    }

    /// Takes back the DRE of an FSE: at once where it has not left, by a DRE that says so where the insurer may have it.
    /// What the insurer will not pay, the patient owes.
    ///
    /// # Errors
    /// [`liasse_store::StoreError::NoDre`]; [`liasse_store::StoreError::InLot`] while an unsent lot holds it.
    pub fn take_dre_back(&mut self, fse: &FseRef, who: &SignedIn) -> Result<TakenBack, CoreError> {
        self.allow_on(Deed::Cancel, fse, who)?;
        let stamp = who.stamp(self.now());
        match self.store.dre_stand(fse)? {
            None => Err(liasse_store::StoreError::NoDre.into()),
            Some(DreStand::Here | DreStand::InLot) => Ok(TakenBack::Withdrawn(self.store.withdraw_dre(&stamp, fse)?)),
            Some(DreStand::Rejected) => Ok(TakenBack::Withdrawn(self.store.give_up_rejected_dre(&stamp, fse)?)),
            Some(DreStand::Begun(dre)) => Ok(TakenBack::ToSign(dre)),
            Some(DreStand::Left) => {
                let row = self.store.fse(fse)?.ok_or(InvoicingError::UnknownFse)?;
                self.guard_claim(&row.content, who)?;
                let today = self.clock.today();
                let prepared = self.store.prepare_taking_back(&stamp, fse, |asked, number| {
                    let content = taking_back(asked, number, today);
                    let bytes = render_fse(&content)?;
                    Ok::<_, CoreError>((content, bytes))
                });
                Ok(TakenBack::ToSign(prepared.map_err(crate::signing::either)?.reference().clone()))
            }
        }
    }

    /// Whether an FSE is *signée* with a DRE that somebody may still take back.
    pub(crate) fn has_dre(&self, fse: &FseRef) -> Result<bool, CoreError> {
        Ok(self.store.signed(DocumentKind::Dre, fse)?.is_some() && self.store.dre_stand(fse)?.is_some())
    }
}

/// The DRE that takes another back. The patient has left: the CPS signs alone.
fn taking_back(asked: FseContent, number: liasse_domain::FseNumber, today: chrono::NaiveDate) -> FseContent {
    let corrects = Some(liasse_domain::fse::Corrects { number: asked.reference.number, drawn_up: asked.drawn_up });
    let demand = asked.demand.clone().map(|demand| Demand { cancels: true, ..demand });
    let reference = FseRef { number, ..asked.reference.clone() };
    let mode = liasse_domain::SecuringMode::SansVitale;
    FseContent { reference, mode, drawn_up: today, corrects, demand, ..asked }
}
