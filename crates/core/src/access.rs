//! Who may do what: four roles, and for each deed of the workstation what each of them may, how far, and with which words it is
//! refused. Every use case asks here first. Its table is `docs/acces.md`, which a test compares with every row.
//! Not whose a thing is (`settling`, `people`), and not a signature, which the guard judges too. Rule: product, "The people".

mod deed;
mod refused;
mod sessions;

use liasse_domain::{BillingNumber, FseRef};

pub use deed::{Cell, Deed};
pub use refused::Refused;

use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::workstation::Workstation;

/// As what somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A practitioner for themselves, by their own card.
    Praticien,
    /// A locum in the place of a replaced doctor, under the session that their card activates.
    Remplacant,
    /// Staff, by a card of staff.
    Secretariat,
    /// Nobody's card: whoever opened the data directory.
    Administrateur,
}

impl Role {
    /// All, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Praticien, Self::Remplacant, Self::Secretariat, Self::Administrateur];

    /// The role of who is signed in; without anybody, the administrator's.
    pub fn of(who: Option<&SignedIn>) -> Self {
        match who {
            None => Self::Administrateur,
            Some(who) if who.replaces.is_some() => Self::Remplacant,
            Some(who) if who.is_staff() => Self::Secretariat,
            Some(_) => Self::Praticien,
        }
    }
}

/// How far something that is allowed goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything of the practice.
    Practice,
    /// What is this person's: of their billing number, and for a locum of their session alone.
    Own,
}

/// What the table says to somebody. `confirmed`: whether the passphrase of the directory was given for this very deed, which a face
/// decides by unlocking the keys with it.
///
/// # Errors
/// [`Refused`].
pub fn check(deed: Deed, who: Option<&SignedIn>, confirmed: bool) -> Result<Scope, Refused> {
    match deed.cell(Role::of(who)) {
        Cell::Yes => Ok(Scope::Practice),
        Cell::Own => Ok(Scope::Own),
        Cell::IfOpened if who.is_some_and(|who| !who.has_mailbox()) => Err(Refused::NoMailbox),
        Cell::IfOpened => Ok(Scope::Own),
        Cell::Confirmed | Cell::AloneOrConfirmed if confirmed => Ok(Scope::Practice),
        Cell::Confirmed | Cell::AloneOrConfirmed => Err(Refused::Passphrase),
        Cell::No(why) => Err(why),
    }
}

impl SignedIn {
    /// Whether this person may do that, and how far.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn may(&self, deed: Deed) -> Result<Scope, Refused> {
        check(deed, Some(self), false)
    }

    /// Whether this person sees what caisses and insurers owe and paid: to staff those are the practitioner's accounts.
    pub(crate) fn sees_schemes(&self) -> bool {
        self.may(Deed::SchemeMoney).is_ok()
    }

    /// The billing number whose things alone this person sees for that deed; `None` where the whole practice is theirs to see.
    pub(crate) fn own_for(&self, deed: Deed) -> Result<Option<&BillingNumber>, Refused> {
        Ok(match self.may(deed)? {
            Scope::Practice => None,
            Scope::Own => Some(&self.situation.billing_number),
        })
    }

    /// The billing number of what is this person's alone, where they may do that with it.
    pub(crate) fn number_for(&self, deed: Deed) -> Result<&BillingNumber, Refused> {
        self.may(deed)?;
        Ok(&self.situation.billing_number)
    }
}

impl Workstation {
    /// Whether somebody may do that, and how far.
    ///
    /// # Errors
    /// What is said to that role: see [`Refused`].
    pub fn allow(&self, deed: Deed, who: Option<&SignedIn>) -> Result<Scope, CoreError> {
        self.allow_confirmed(deed, who, false)
    }

    /// The same, where the passphrase of the directory was given for this very deed.
    pub fn allow_confirmed(&self, deed: Deed, who: Option<&SignedIn>, confirmed: bool) -> Result<Scope, CoreError> {
        let alone = match who.filter(|_| deed.cell(Role::of(who)) == Cell::AloneOrConfirmed) {
            Some(who) => !self.store.holds_others(&who.situation.billing_number)?,
            None => false,
        };
        Ok(check(deed, who, confirmed || alone)?)
    }

    /// Whether a person may do that with this FSE: with any of the practice, or with their own.
    pub(crate) fn allow_on(&self, deed: Deed, fse: &FseRef, who: &SignedIn) -> Result<(), CoreError> {
        match who.may(deed)? {
            Scope::Practice => Ok(()),
            Scope::Own => self.check_owner(fse, who),
        }
    }
}

#[cfg(test)]
mod tests;
