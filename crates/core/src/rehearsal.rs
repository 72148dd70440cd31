//! The rehearsal of a replacement: tomorrow is played today, so that what would fail then is mended by whom it needs, in time.
//! Not the trial with the caisse itself: the face plays it (a simulated caisse) and hands in how it ended.
//! Rule: issue "The locum's session", "Répétition".

use chrono::NaiveDateTime;
use liasse_domain::{Code, Coded, Report};
use liasse_formats::certificate;
use serde::Serialize;

use crate::access::Deed;
use crate::cards::CpsView;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::replacement::{ReplacementError, Session, civil};
use crate::workstation::Workstation;

/// Who mends something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mender {
    /// The locum.
    Remplacant,
    /// The doctor who is replaced.
    Titulaire,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What: `carte`, `habilitations`, `certificat`, `boite`, `caisse`.
    pub what: &'static str,
    /// What is wrong with it; nothing when it is as it must be.
    pub fault: Option<Report>,
    /// Who mends it.
    pub by: Mender,
}

/// What a rehearsal found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rehearsal {
    /// The session.
    pub session: u32,
    /// The moment that was played: the next one at which the locum comes.
    pub plays: NaiveDateTime,
    /// Everything that was looked at.
    pub checks: Vec<Check>,
}

impl Rehearsal {
    /// Whether nothing is to be mended: « Prêt ».
    pub fn is_ready(&self) -> bool {
        self.checks.iter().all(|check| check.fault.is_none())
    }
}

/// What a rehearsal finds wrong, beside what activating would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RehearsalFault {
    /// The locum's card was not there: a number was only typed.
    #[error("no card")]
    NoCard,
    /// The card may not sign FSE, or lots.
    #[error("no habilitation")]
    NotEntitled,
    /// The certificate ends before the replacement does.
    #[error("the certificate ends")]
    CertificateEnds {
        /// Its last day.
        until: String,
    },
    /// The mailbox is not granted, so nothing leaves before the doctor is back.
    #[error("no mailbox")]
    NoMailbox,
    /// The trial was not accepted.
    #[error("the trial was not accepted")]
    Trial {
        /// What was said.
        said: String,
    },
}

impl Coded for RehearsalFault {
    fn code(&self) -> Code {
        match self {
            Self::NoCard => Code("replacement.repetition_sans_carte"),
            Self::NotEntitled => Code("replacement.repetition_habilitation"),
            Self::CertificateEnds { .. } => Code("replacement.repetition_certificat"),
            Self::NoMailbox => Code("replacement.repetition_boite"),
            Self::Trial { .. } => Code("replacement.repetition_caisse"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::CertificateEnds { until } => vec![("until", until.clone())],
            Self::Trial { said } => vec![("said", said.clone())],
            _ => Vec::new(),
        }
    }
}

impl Workstation {
    /// When a session is played next: the beginning of its next hours, or now while they last.
    ///
    /// # Errors
    /// [`ReplacementError::Closed`] when there are none any more.
    pub fn next_hours(&self, session: &Session) -> Result<NaiveDateTime, CoreError> {
        let now = civil(self.now());
        if session.sealed.calendar.at(now).is_ok() {
            return Ok(now);
        }
        Ok(session.sealed.calendar.next(now).ok_or(ReplacementError::Closed)?)
    }

    /// Looks at everything that the locum will need at the next hours of the session, and keeps what was found. `trial` is
    /// how an FSE and a mixed lot ended with the simulated caisse; `None` when they could not be played without a card, or
    /// because a real practice has no caisse to play with: nothing is said of it then.
    pub fn rehearse(
        &mut self,
        number: u32,
        card: Option<&CpsView>,
        trial: Option<Result<(), String>>,
        who: &SignedIn,
    ) -> Result<Rehearsal, CoreError> {
        self.check_titulaire(Deed::Session, number, who)?;
        let session = self.session(number)?;
        let plays = self.next_hours(&session)?;
        let fault = |fault: RehearsalFault| Some(fault.report());
        let theirs = card.map(|card| self.card_of_locum(&session, card));
        let own = theirs.map(|card| Ok::<_, CoreError>(session.activated_by(&card?, None, plays)?));
        let matched = match &own {
            None => fault(RehearsalFault::NoCard),
            Some(Err(why)) => Some(why.report()),
            Some(Ok(_)) => None,
        };
        let entitled = match &own {
            Some(Ok((own, _))) if !(own.may_sign_fse && own.may_sign_lot) => fault(RehearsalFault::NotEntitled),
            _ => None,
        };
        let last = session.sealed.calendar.until();
        let certificate = card.and_then(|card| {
            let der = &card.identity.signature_certificate;
            if let Err(refused) = self.directory.trust.check(der, self.now()) {
                return Some(CoreError::from(refused).report());
            }
            let until = certificate::validity(der).map(|(_, until)| civil(until).date()).ok()?;
            let ends = RehearsalFault::CertificateEnds { until: until.format("%d/%m/%Y").to_string() };
            if until <= last { fault(ends) } else { None }
        });
        let mailbox = if session.sealed.mailbox { None } else { fault(RehearsalFault::NoMailbox) };
        let is_played = trial.is_some() || card.is_none();
        let by_trial = if trial.is_some() { Mender::Titulaire } else { Mender::Remplacant };
        let caisse = match trial {
            Some(Ok(())) => None,
            Some(Err(said)) => fault(RehearsalFault::Trial { said }),
            None => fault(RehearsalFault::NoCard),
        };
        let check = |what, by, fault| Check { what, fault, by };
        let mut checks = vec![
            check("carte", Mender::Remplacant, matched),
            check("habilitations", Mender::Remplacant, entitled),
            check("certificat", Mender::Remplacant, certificate),
            check("boite", Mender::Titulaire, mailbox),
        ];
        if is_played {
            checks.push(check("caisse", by_trial, caisse));
        }
        let rehearsal = Rehearsal { session: number, plays, checks };
        let found: Vec<(&str, Option<&str>)> = rehearsal
            .checks
            .iter()
            .map(|check| (check.what, check.fault.as_ref().map(|report| report.code.as_str())))
            .collect();
        let kept = serde_json::to_string(&found).unwrap_or_default();
        let stamp = who.stamp(self.now());
        self.store.keep_rehearsal(&stamp, number, rehearsal.is_ready(), &kept)?;
        Ok(rehearsal)
    }
}
