//! What is so before a signature: who holds the card, which sessions hold, whose document it is. The guard judges it.

use chrono::NaiveDate;
use liasse_domain::replacement::SessionState;
use liasse_domain::{BillingNumber, Coded, Finding, FseContent, FseRef};

use super::{Hand, Refused, Subject, Verdict, judge};
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::replacement::{ReplacementError, Session, civil};
use crate::workstation::Workstation;

/// What is to be signed, as the facts need it.
#[derive(Clone, Copy)]
enum What<'a> {
    Fse { session: Option<u32>, days: &'a [NaiveDate], corrects: Option<&'a FseRef>, draft: bool },
    Lot,
}

impl Workstation {
    /// Whether a new FSE for acts of that day may be made, and what it corrects.
    ///
    /// # Errors
    /// [`Refused`], also for an amber whose reason is not written.
    pub(crate) fn guard_new(
        &self,
        day: NaiveDate,
        corrects: Option<&FseRef>,
        who: &SignedIn,
    ) -> Result<Verdict, CoreError> {
        let session = who.session();
        let billing = &who.situation.billing_number;
        self.guard(billing, What::Fse { session, days: &[day], corrects, draft: true }, who)
    }

    /// What the guard says of a draft, as a finding beside the others: nothing when it is green.
    pub(crate) fn guard_finding(
        &self,
        day: NaiveDate,
        corrects: Option<&FseRef>,
        who: &SignedIn,
    ) -> Result<Option<Finding>, CoreError> {
        let session = who.session();
        let what = What::Fse { session, days: &[day], corrects, draft: true };
        Ok(match self.verdict(&who.situation.billing_number, what, who)? {
            Verdict::Green => None,
            Verdict::Amber(why) => Some(Finding::of(why.code(), &[])),
            Verdict::Red(why) => Some(Finding::of(why.code(), &[])),
        })
    }

    /// Whether what a claim says may be signed, or its DRE taken back.
    pub(crate) fn guard_claim(&self, claim: &FseContent, who: &SignedIn) -> Result<Verdict, CoreError> {
        let billing = &claim.reference.billing;
        let days: Vec<NaiveDate> = claim.acts.iter().map(|act| act.date).collect();
        let corrects = claim.corrects.as_ref().filter(|_| claim.demand.is_none());
        let corrects = corrects.map(|earlier| FseRef { billing: billing.clone(), number: earlier.number });
        let session = self.store.made_under(&claim.reference)?;
        self.guard(billing, What::Fse { session, days: &days, corrects: corrects.as_ref(), draft: false }, who)
    }

    /// Whether a lot of that number may be sealed and signed.
    pub(crate) fn guard_lot(&self, billing: &BillingNumber, who: &SignedIn) -> Result<Verdict, CoreError> {
        self.guard(billing, What::Lot, who)
    }

    /// What the guard says beside the key that signs: of a new FSE of today.
    pub fn guard_now(&self, who: &SignedIn) -> Result<Verdict, CoreError> {
        let session = who.session();
        let day = self.clock.today();
        let what = What::Fse { session, days: &[day], corrects: None, draft: true };
        self.verdict(&who.situation.billing_number, what, who)
    }

    /// What the guard says of a prepared FSE, beside the key that signs it.
    pub fn guard_of(&self, fse: &FseRef, who: &SignedIn) -> Result<Verdict, CoreError> {
        let row = self.store.fse(fse)?.ok_or(crate::invoicing::InvoicingError::UnknownFse)?;
        let days: Vec<NaiveDate> = row.content.acts.iter().map(|act| act.date).collect();
        let corrects = row.content.corrects.as_ref();
        let corrects = corrects.map(|earlier| FseRef { billing: fse.billing.clone(), number: earlier.number });
        let session = self.store.made_under(fse)?;
        self.verdict(&fse.billing, What::Fse { session, days: &days, corrects: corrects.as_ref(), draft: false }, who)
    }

    fn guard(&self, billing: &BillingNumber, what: What<'_>, who: &SignedIn) -> Result<Verdict, CoreError> {
        self.check_clock()?;
        let verdict = self.verdict(billing, what, who)?;
        let reason = who.derogation.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        match verdict {
            Verdict::Red(why) => Err(Refused::from(why).into()),
            Verdict::Amber(why) if reason.is_none() => Err(Refused::from(why).into()),
            allowed => Ok(allowed),
        }
    }

    fn verdict(&self, billing: &BillingNumber, what: What<'_>, who: &SignedIn) -> Result<Verdict, CoreError> {
        let hand = self.hand(billing, what, who)?;
        let subjects = self.subjects(billing, what, who)?;
        // The worst of what it is: an FSE of now, of acts of some days.
        Ok(subjects.into_iter().map(|subject| judge(hand, subject)).max().unwrap_or(Verdict::Green))
    }

    fn hand(&self, billing: &BillingNumber, what: What<'_>, who: &SignedIn) -> Result<Hand, CoreError> {
        if who.situation.billing_number != *billing {
            return Ok(if who.replaces.is_some() { Hand::AutreRemplacant } else { Hand::AutrePraticien });
        }
        let entitled = match what {
            What::Fse { .. } => who.is_staff() || who.situation.may_sign_fse,
            What::Lot => who.situation.may_sign_lot,
        };
        if !entitled {
            return Ok(Hand::SansHabilitation);
        }
        if who.is_staff() {
            return Ok(Hand::Secretariat);
        }
        let now = civil(self.now());
        let Some(replaces) = &who.replaces else {
            let replaced = self
                .replacements_at(billing)?
                .iter()
                .any(|session| session.state == SessionState::Preparee && session.sealed.calendar.at(now).is_ok());
            return Ok(if replaced { Hand::TitulaireRemplace } else { Hand::Titulaire });
        };
        let number = replaces.session.number;
        if let What::Fse { session: Some(other), .. } = what
            && other != number
        {
            return Ok(Hand::AutreRemplacant);
        }
        // As it stands now: the card may have been in the reader since before it was suspended or closed.
        let session = self.session(number)?;
        Ok(match session.state {
            SessionState::Preparee if session.sealed.calendar.at(now).is_ok() => Hand::Remplacant,
            SessionState::Preparee => Hand::RemplacantHorsHeures,
            SessionState::Suspendue => Hand::RemplacantSuspendu,
            SessionState::Ouverte | SessionState::Close | SessionState::Effacee => Hand::RemplacantClos,
        })
    }

    fn subjects(&self, billing: &BillingNumber, what: What<'_>, who: &SignedIn) -> Result<Vec<Subject>, CoreError> {
        let What::Fse { session, days, corrects, draft } = what else { return Ok(vec![Subject::Lot]) };
        if let Some(earlier) = corrects
            && self.store.made_under(earlier)?.is_some()
        {
            if self.store.is_reopened(earlier)? {
                return Ok(vec![Subject::Rouverte]);
            }
            // Acts of a locum stay that one's, whoever sends them again.
            if session.is_none() {
                return Ok(vec![Subject::DuRemplacant]);
            }
        }
        let mut subjects = Vec::new();
        let now = draft && days.contains(&self.clock.today());
        // A locum makes no FSE but at their hours, whatever day they date it.
        if now || (draft && session.is_some() && corrects.is_none()) {
            subjects.push(Subject::Nouvelle);
        }
        match session {
            Some(number) => {
                let calendar = match &who.replaces {
                    Some(replaces) if replaces.session.number == number => replaces.session.calendar.clone(),
                    _ => match self.session(number) {
                        Ok(session) => session.sealed.calendar,
                        // Erased or broken: whose FSE it is decides, not its day.
                        Err(CoreError::Replacement(
                            ReplacementError::Unknown | ReplacementError::BrokenSeal { .. },
                        )) => {
                            return Ok(vec![Subject::DuRemplacant]);
                        }
                        Err(error) => return Err(error),
                    },
                };
                let inside = days.iter().all(|day| calendar.has_day(*day));
                // A new FSE of now is judged by the hour, which says more than the day.
                if !now {
                    subjects.push(if inside { Subject::DuRemplacant } else { Subject::DuRemplacantHors });
                }
            }
            None => {
                let sessions = self.replacements_at(billing)?;
                let replaced = |day: &NaiveDate| sessions.iter().any(|session| session.replaces_on(*day));
                let during = days.iter().any(replaced);
                subjects.push(if during { Subject::DuTitulairePendant } else { Subject::DuTitulaire });
            }
        }
        Ok(subjects)
    }

    /// The sessions of a number that nobody can doubt, whatever their state.
    pub(crate) fn replacements_at(&self, billing: &BillingNumber) -> Result<Vec<Session>, CoreError> {
        let rows = self.store.replacements(Some(billing))?;
        Ok(rows.iter().filter_map(|row| self.unsealed(row).ok()).collect())
    }
}
