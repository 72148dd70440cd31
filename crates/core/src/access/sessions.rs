//! Whom a replacement session binds: the replaced doctor, and the locum who acts under it. Nobody else sees its terms.
//! Not the session itself (`replacement`). Rule: the CPAM's presentation of 2016; what was agreed is between those two.

use super::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::replacement::{ReplacementError, Session};
use crate::workstation::Workstation;

impl Workstation {
    /// One session with its terms, for the two whom it binds.
    ///
    /// # Errors
    /// [`ReplacementError::TitulaireOnly`] for everybody else; what is said of a session that nobody can believe.
    pub fn session_of(&self, number: u32, who: &SignedIn) -> Result<Session, CoreError> {
        self.check_party(number, who)?;
        self.session(number)
    }

    /// Refuses all but the two whom a session binds.
    pub(crate) fn check_party(&self, number: u32, who: &SignedIn) -> Result<(), CoreError> {
        who.may(Deed::Statement)?;
        let theirs = who.replaces.as_ref().is_some_and(|replaces| replaces.session.number == number);
        if theirs { Ok(()) } else { self.check_titulaire(Deed::Session, number, who) }
    }

    /// Refuses all but the replaced doctor of a session.
    pub(crate) fn check_titulaire(&self, deed: Deed, number: u32, who: &SignedIn) -> Result<(), CoreError> {
        who.may(deed)?;
        let row = self.store.replacement(number)?.ok_or(ReplacementError::Unknown)?;
        let theirs = who.is_titulaire() && row.billing == who.situation.billing_number;
        if theirs { Ok(()) } else { Err(ReplacementError::TitulaireOnly.into()) }
    }
}
