//! Whether a scenario goes as it is written: each claim on its way and at its end, and what the workstation kept.
//! Not the playing (`play`); nothing is computed here, only compared.

use liasse_core::CoreError;
use liasse_core::desk::SignedIn;
use liasse_core::ledger::{Document, Ledger};
use liasse_domain::{Centimes, DocumentKind, FseRef, MoneyState, Payer};

use crate::office::Office;
use crate::play::PlayError;
use crate::scenario::{Claim, Expected, Midway, Scenario};

/// An FSE that was made, and what must come of it.
pub(crate) struct Made<'a> {
    /// Which.
    pub(crate) reference: FseRef,
    /// From which claim, itself or through a correction.
    pub(crate) claim: &'a Claim,
    /// How it must stand on its way.
    pub(crate) midway: &'a [Midway],
    /// How it must end.
    pub(crate) expected: &'a Expected,
}

impl<'a> Made<'a> {
    /// The FSE of a claim.
    pub(crate) fn new(reference: FseRef, claim: &'a Claim) -> Self {
        Self { reference, claim, midway: &claim.midway, expected: &claim.expect }
    }

    /// Which FSE a correction must follow, and what must come of the correction.
    pub(crate) fn to_correct(&self) -> Option<(FseRef, &'a Claim, &'a Expected)> {
        Some((self.reference.clone(), self.claim, self.claim.corrected.as_ref()?))
    }

    /// Looks at it on a day of the scenario; the `last` one is its end.
    pub(crate) fn check(&self, ledger: &Ledger, day: u32, last: bool) -> Result<(), PlayError> {
        let of_kind = |kind: DocumentKind| {
            let named = |document: &&Document| document.fse == self.reference && document.kind == kind.word();
            ledger.documents.iter().find(named)
        };
        let Some(document) = of_kind(DocumentKind::Fse) else { return self.differs("absente du journal") };
        for midway in self.midway.iter().filter(|midway| midway.working_days == day) {
            self.check_midway(document, midway)?;
        }
        if last { self.check_end(document, of_kind(DocumentKind::Dre)) } else { Ok(()) }
    }

    fn check_midway(&self, document: &Document, midway: &Midway) -> Result<(), PlayError> {
        let on_day = |what: &str| self.differs(&format!("{what}, jour {}", midway.working_days));
        if midway.transmission.is_some() && midway.transmission != document.transmission {
            return on_day("transmission");
        }
        let amo = document.money.iter().find(|money| money.payer == Payer::Amo);
        if midway.amo.is_some() && midway.amo != amo.map(|money| money.state) {
            return on_day("amo");
        }
        if midway.amo_paid.is_some() && midway.amo_paid != amo.map(|money| money.paid_cents) {
            return on_day("amo payé");
        }
        Ok(())
    }

    fn check_end(&self, document: &Document, dre: Option<&Document>) -> Result<(), PlayError> {
        let expected = self.expected;
        if document.total_cents != expected.total {
            return self.differs("total");
        }
        let nothing =
            |state: MoneyState, amount: Centimes| if state == MoneyState::SansObjet { Centimes::ZERO } else { amount };
        for (payer, due, state) in [
            (Payer::Patient, expected.patient, expected.patient_ends),
            (Payer::Amo, nothing(expected.amo_ends, expected.amo), expected.amo_ends),
            (Payer::Amc, nothing(expected.amc_ends, expected.amc), expected.amc_ends),
        ] {
            let found = document.money.iter().find(|money| money.payer == payer);
            if found.is_none_or(|money| money.due_cents != due || money.state != state) {
                return self.differs(payer.word());
            }
            if let (Payer::Amo, Some(paid)) = (payer, expected.amo_paid)
                && found.is_none_or(|money| money.paid_cents != paid)
            {
                return self.differs("amo payé");
            }
        }
        if document.reject.as_ref().map(|reject| &reject.code) != expected.reject.as_ref() {
            return self.differs("rejet");
        }
        let by_dre = |dre: &Document| dre.money.iter().find(|money| money.payer == Payer::Amc).map(|money| money.state);
        if dre.and_then(by_dre) != expected.dre_ends {
            return self.differs("dre");
        }
        if document.transmission != Some(expected.transmission) {
            return self.differs("transmission");
        }
        if document.has_ended() == expected.open { self.differs("fin") } else { Ok(()) }
    }

    fn differs(&self, what: &str) -> Result<(), PlayError> {
        Err(PlayError::NotAsWritten(format!("{} : {what}", self.reference)))
    }
}

/// What the workstation held before a scenario was played.
pub(crate) struct Written {
    returns: usize,
    unmatched: usize,
}

impl Written {
    /// Counts what is there; whole scenarios only are compared with it.
    pub(crate) fn begin(office: &Office, who: &SignedIn) -> Result<Self, PlayError> {
        let who = who.clone();
        let count = office.workstation().call(move |ws| {
            let returns = ws.returns_of(&who)?.len();
            let unmatched = ws.unmatched_count(&who)?;
            Ok::<_, CoreError>(Self { returns, unmatched })
        });
        Ok(count.map_err(CoreError::from)??)
    }

    /// Whether what was added since is what is written.
    pub(crate) fn check_end(&self, office: &Office, scenario: &Scenario, who: &SignedIn) -> Result<(), PlayError> {
        let now = Self::begin(office, who)?;
        let differs = |what: &str, count: usize| Err(PlayError::NotAsWritten(format!("{what} : {count}")));
        let (returns, unmatched) = (now.returns - self.returns, now.unmatched - self.unmatched);
        if scenario.returns.is_some_and(|expected| expected != returns) {
            return differs("messages reçus", returns);
        }
        if scenario.unmatched != unmatched { differs("lignes de paiement sans FSE", unmatched) } else { Ok(()) }
    }
}
