//! Replacement sessions: prepared and sealed by the replaced doctor, matched against the locum's card, suspended, closed.
//! What is sealed is believed only when the seal is the replaced doctor's. Not who may sign what (`guard`), nor the money
//! (`statement`). Rule: the CPAM's presentation of 2016 (see `domain::replacement`); issue "The locum's session", 1 and 2.

use chrono::NaiveDateTime;
use liasse_domain::replacement::{
    Calendar, CalendarFault, Memorised, NamedLocum, Outside, ReplacementSession, SessionState, Slot, Terms,
};
use liasse_domain::{BillingSituation, Code, Coded, FseRef, Instant, Rpps, clock};
use liasse_formats::certificate;
use liasse_formats::cms::{self, Flux, NationalAttributes, ToSign};
use liasse_store::{SessionRow, StoreError};

use crate::access::Deed;
use crate::cards::{CpsView, SigningCards};
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::lane::Handle;
use crate::signing::either;
use crate::workstation::Workstation;

/// What a replaced doctor decides of a session.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Who comes.
    pub locum: NamedLocum,
    /// In which situations of the card, by their numbers; none: the one signed in.
    pub situations: Vec<u8>,
    /// When.
    pub calendar: Calendar,
    /// Whether the locum comes again.
    pub recurring: bool,
    /// Whether the locum may use the mailbox.
    pub mailbox: bool,
    /// On what terms.
    pub terms: Terms,
}

/// A session, and what the store knows of it.
#[derive(Clone, Debug)]
pub struct Session {
    /// What was sealed.
    pub sealed: ReplacementSession,
    /// How far it came.
    pub state: SessionState,
    /// When it was closed.
    pub closed_at: Option<Instant>,
}

/// Under which session a locum acts.
#[derive(Clone, Debug, PartialEq)]
pub struct Replaces {
    /// What the replaced doctor sealed.
    pub session: ReplacementSession,
    /// The locum's own situation on the card in the reader.
    pub own: BillingSituation,
}

/// Why a card does not activate a session, or a session cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplacementError {
    /// The calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarFault),
    /// Only the replaced doctor does that, by their own card.
    #[error("the titulaire alone")]
    TitulaireOnly,
    /// Nobody replaces themselves.
    #[error("replaces themselves")]
    Oneself,
    /// There is no such session.
    #[error("no such session")]
    Unknown,
    /// The seal is not the replaced doctor's, or seals other bytes.
    #[error("the seal is broken")]
    BrokenSeal {
        /// Of which session.
        session: u32,
    },
    /// Another locum than the one named.
    #[error("another locum")]
    OtherCard {
        /// The number that was named.
        number: String,
    },
    /// The chosen situation is none of a locum.
    #[error("not a locum's situation")]
    PracticeMode,
    /// A situation that was not memorised.
    #[error("not memorised")]
    NoSituation,
    /// Suspended by the replaced doctor.
    #[error("suspended")]
    Suspended,
    /// Closed.
    #[error("closed")]
    Closed,
    /// Outside the days or hours.
    #[error("outside: {outside:?}")]
    Outside {
        /// Why.
        outside: Outside,
        /// What the calendar says, for the sentence.
        says: String,
    },
    /// Several sessions fit: the locum says which.
    #[error("several sessions fit")]
    Choose {
        /// Their numbers.
        sessions: Vec<u32>,
    },
    /// A mailbox of the secured mail is personal: nobody else is let into it.
    #[error("a personal mailbox")]
    PersonalMailbox,
    /// The replaced doctor did not open the mailbox for the session.
    #[error("no mailbox for the session")]
    NoMailbox,
    /// Accounts are the replaced doctor's.
    #[error("accounts of the titulaire")]
    Accounts,
    /// Work is left: closing wants the user's word.
    #[error("work is left")]
    WorkLeft {
        /// FSE without signature.
        unsigned: usize,
        /// FSE that have not left.
        unsent: usize,
    },
}

impl Coded for ReplacementError {
    fn code(&self) -> Code {
        match self {
            Self::Calendar(fault) => fault.code(),
            Self::TitulaireOnly => Code("replacement.titulaire_seul"),
            Self::Oneself => Code("replacement.soi_meme"),
            Self::Unknown => Code("replacement.inconnue"),
            Self::BrokenSeal { .. } => Code("replacement.sceau"),
            Self::OtherCard { .. } => Code("replacement.autre_carte"),
            Self::PracticeMode => Code("replacement.mode_exercice"),
            Self::NoSituation => Code("replacement.situation_absente"),
            Self::Suspended => Code("guard.session_suspendue"),
            Self::Closed => Code("guard.session_close"),
            Self::Outside { outside: Outside::Before, .. } => Code("replacement.pas_commence"),
            Self::Outside { outside: Outside::After, .. } => Code("replacement.termine"),
            Self::Outside { outside: Outside::Day, .. } => Code("replacement.autre_jour"),
            Self::Outside { outside: Outside::Hour, .. } => Code("replacement.autre_heure"),
            Self::Choose { .. } => Code("replacement.choisir"),
            Self::PersonalMailbox => Code("replacement.boite_personnelle"),
            Self::NoMailbox => Code("replacement.sans_boite"),
            Self::Accounts => Code("replacement.comptes"),
            Self::WorkLeft { .. } => Code("replacement.reste_a_faire"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::BrokenSeal { session } => vec![("session", session.to_string())],
            Self::OtherCard { number } => vec![("number", number.clone())],
            Self::Outside { outside, says } => {
                let name = match outside {
                    Outside::Before => "from",
                    Outside::After => "until",
                    Outside::Day => "days",
                    Outside::Hour => "hours",
                };
                vec![(name, says.clone())]
            }
            Self::Choose { sessions } => {
                vec![("sessions", sessions.iter().map(u32::to_string).collect::<Vec<_>>().join(", "))]
            }
            Self::WorkLeft { unsigned, unsent } => {
                vec![("unsigned", unsigned.to_string()), ("unsent", unsent.to_string())]
            }
            _ => Vec::new(),
        }
    }
}

/// A session on its way to the replaced doctor's card.
pub struct SessionToSign {
    number: u32,
    bytes: Vec<u8>,
    to_sign: ToSign,
    who: SignedIn,
}

/// The same with what the card answered.
pub struct SignedSession {
    asked: SessionToSign,
    by_cps: Vec<u8>,
}

impl SessionToSign {
    /// Has the CPS sign.
    pub fn by(self, cards: &dyn SigningCards) -> Result<SignedSession, liasse_cards::CardError> {
        let by_cps = cards.cps(&self.who.serial, self.to_sign.digest())?;
        Ok(SignedSession { asked: self, by_cps })
    }
}

/// The locum of a card by its own situations, as a session names them; by those that count: [`Workstation::locum_of`].
///
/// # Errors
/// [`ReplacementError::PracticeMode`] when the card has no situation of a locum.
pub fn locum_on(card: &CpsView) -> Result<NamedLocum, ReplacementError> {
    let situations = card.situations.iter().flatten().filter(|situation| situation.is_locum());
    let billing = situations.filter_map(|situation| situation.locum_number.clone()).next();
    let holder = &card.identity.holder;
    Ok(NamedLocum {
        billing: billing.ok_or(ReplacementError::PracticeMode)?,
        rpps: holder.rpps.clone(),
        family_name: holder.family_name.clone(),
        given_name: holder.given_name.clone(),
    })
}

/// Prepares a session and has the replaced doctor's card seal it; gives its number.
pub fn prepare(
    workstation: &Handle<Workstation>,
    cards: &dyn SigningCards,
    plan: &Plan,
    card: &CpsView,
    who: &SignedIn,
) -> Result<u32, CoreError> {
    let (plan, card, who) = (plan.clone(), card.clone(), who.clone());
    let asked = workstation.call(move |ws| {
        let asked = ws.begin_session(&plan, &card, &who);
        ws.telling(asked, Some(&who), None)
    })??;
    let signed = asked.by(cards)?;
    workstation.call(move |ws| ws.finish_session(signed))?
}

impl Workstation {
    /// Numbers a session, keeps what it says, and gives what the card is to sign.
    ///
    /// # Errors
    /// [`ReplacementError`]; [`StoreError::SessionsMeet`].
    pub fn begin_session(&mut self, plan: &Plan, card: &CpsView, who: &SignedIn) -> Result<SessionToSign, CoreError> {
        who.may(Deed::Session)?;
        self.check_clock()?;
        let replaced = self.memorised(plan, card, who)?;
        plan.calendar.check().map_err(ReplacementError::from)?;
        let stamp = who.stamp(self.now());
        let mut kept = Vec::new();
        let opened = self.store.open_replacement(&stamp, |number| {
            let session = ReplacementSession {
                v: ReplacementSession::VERSION,
                number,
                replaced,
                locum: plan.locum.clone(),
                calendar: plan.calendar.clone(),
                recurring: plan.recurring,
                mailbox: plan.mailbox,
                terms: plan.terms,
            };
            kept = serde_json::to_vec(&session).map_err(|_| StoreError::Incoherent { what: "session" })?;
            Ok::<_, CoreError>((session, kept.clone()))
        });
        let number = opened.map_err(either)?;
        let to_sign = self.to_sign(&kept, &who.signature_certificate, &who.situation.billing_number)?;
        Ok(SessionToSign { number, bytes: kept, to_sign, who: who.clone() })
    }

    /// Keeps the seal, once it verifies.
    pub fn finish_session(&mut self, signed: SignedSession) -> Result<u32, CoreError> {
        let SignedSession { asked: SessionToSign { number, bytes, to_sign, who }, by_cps } = signed;
        let cms = self.verified(to_sign, &by_cps, &bytes)?;
        let stamp = who.stamp(self.now());
        self.store.seal_replacement(&stamp, number, &bytes, &cms)?;
        Ok(number)
    }

    fn memorised(&self, plan: &Plan, card: &CpsView, who: &SignedIn) -> Result<Memorised, CoreError> {
        if !who.is_titulaire() || card.identity.serial != who.serial {
            return Err(ReplacementError::TitulaireOnly.into());
        }
        let billing = &who.situation.billing_number;
        let on_card = self.situations_of(card)?;
        let own = |situation: &&BillingSituation| !situation.is_locum() && situation.billing_number == *billing;
        let chosen = |number: &u8| on_card.iter().filter(own).find(|situation| situation.number == *number).cloned();
        let situations = match plan.situations.as_slice() {
            [] => vec![who.situation.clone()],
            numbers => numbers.iter().map(chosen).collect::<Option<Vec<_>>>().ok_or(ReplacementError::NoSituation)?,
        };
        let numbers = on_card.iter().filter_map(|situation| situation.locum_number.as_ref());
        if plan.locum.billing == *billing || numbers.into_iter().any(|number| *number == plan.locum.billing) {
            return Err(ReplacementError::Oneself.into());
        }
        let mailbox = self.secret("post.user")?.unwrap_or_default();
        if plan.mailbox && mailbox.to_ascii_lowercase().contains("mssante") {
            return Err(ReplacementError::PersonalMailbox.into());
        }
        Ok(Memorised { holder: who.holder.clone(), serial: who.serial.clone(), read_at: self.now(), situations })
    }

    /// One session, its seal verified.
    pub(crate) fn session(&self, number: u32) -> Result<Session, CoreError> {
        let row = self.store.replacement(number)?.ok_or(ReplacementError::Unknown)?;
        self.unsealed(&row)
    }

    /// Every session of a practitioner that still says something, the latest first. One whose seal is broken is an error: it
    /// must not simply be missing. A locum sees their own alone: another's number and share are between those two.
    pub fn sessions_of(&self, who: &SignedIn) -> Result<Vec<Session>, CoreError> {
        let rows = self.store.replacements(Some(who.number_for(Deed::Statement)?))?;
        let own = who.replaces.as_ref().map(|replaces| replaces.session.number);
        let seen = rows.iter().filter(|row| own.is_none_or(|number| row.number == number));
        let sealed = seen.filter(|row| !matches!(row.state, SessionState::Ouverte | SessionState::Effacee));
        sealed.map(|row| self.unsealed(row)).collect()
    }

    /// What the replaced doctor sealed, believed because the seal is theirs: by the certificate of the card that it names,
    /// over exactly these bytes, when that card was read.
    pub(crate) fn unsealed(&self, row: &SessionRow) -> Result<Session, CoreError> {
        let broken = || ReplacementError::BrokenSeal { session: row.number };
        let (Some(bytes), Some(seal)) = (&row.content, &row.cms) else { return Err(ReplacementError::Unknown.into()) };
        let sealed: ReplacementSession = serde_json::from_slice(bytes).map_err(|_| broken())?;
        let signed = cms::verify(seal, bytes, &self.directory.trust, sealed.replaced.read_at).map_err(|_| broken())?;
        let billing = sealed.billing().ok_or_else(broken)?;
        let attributes = NationalAttributes { flux: Flux::Test, billing: billing.clone() };
        let situations = &sealed.replaced.situations;
        let whole = sealed.v == ReplacementSession::VERSION
            && sealed.number == row.number
            && *billing == row.billing
            && situations.iter().all(|one| one.billing_number == *billing)
            && is_card_of(&signed.certificate, sealed.replaced.holder.rpps.as_ref())
            && signed.attributes == Some(attributes)
            && sealed.calendar.check().is_ok();
        if whole { Ok(Session { sealed, state: row.state, closed_at: row.closed_at }) } else { Err(broken().into()) }
    }

    /// The sessions that name a locum of this card and are not closed, or hold an FSE of theirs that was reopened.
    pub(crate) fn sessions_for(&self, card: &CpsView) -> Result<Vec<Session>, CoreError> {
        let numbers: Vec<_> =
            card.situations.iter().flatten().filter_map(|situation| situation.locum_number.as_ref()).collect();
        let mut found = Vec::new();
        for row in self.store.replacements(None)? {
            let lives = match row.state {
                SessionState::Close => self.store.has_reopened(row.number)?,
                state => state.is_open(),
            };
            if !lives {
                continue;
            }
            // A session that nobody can believe names nobody: it is told where its number is asked for.
            if let Ok(session) = self.unsealed(&row)
                && numbers.contains(&&session.sealed.locum.billing)
            {
                found.push(session);
            }
        }
        Ok(found)
    }

    /// Suspends a session (the replaced doctor takes the practice back), or takes it up again.
    pub fn suspend_session(&mut self, number: u32, suspended: bool, who: &SignedIn) -> Result<(), CoreError> {
        self.check_titulaire(Deed::Session, number, who)?;
        let to = if suspended { SessionState::Suspendue } else { SessionState::Preparee };
        let stamp = who.stamp(self.now());
        Ok(self.store.move_replacement(&stamp, number, to, "")?)
    }

    /// What is not signed, and what has not left, of a session.
    pub fn left_of_session(&self, number: u32, who: &SignedIn) -> Result<(Vec<FseRef>, Vec<FseRef>), CoreError> {
        self.check_titulaire(Deed::Session, number, who)?;
        Ok(self.store.left_of_session(number)?)
    }

    /// Closes a session.
    ///
    /// # Errors
    /// [`ReplacementError::WorkLeft`] while something is unsigned or unsent, unless `all_the_same`.
    pub fn close_session(&mut self, number: u32, all_the_same: bool, who: &SignedIn) -> Result<(), CoreError> {
        let (unsigned, unsent) = self.left_of_session(number, who)?;
        if !all_the_same && (!unsigned.is_empty() || !unsent.is_empty()) {
            return Err(ReplacementError::WorkLeft { unsigned: unsigned.len(), unsent: unsent.len() }.into());
        }
        let stamp = who.stamp(self.now());
        let why = format!("{} non signées, {} non parties", unsigned.len(), unsent.len());
        Ok(self.store.move_replacement(&stamp, number, SessionState::Close, &why)?)
    }

    /// Lets the locum of a closed session take up one of their FSE again, which a caisse rejected.
    pub fn reopen_for_locum(&mut self, fse: &FseRef, who: &SignedIn) -> Result<(), CoreError> {
        self.allow_on(Deed::Session, fse, who)?;
        if !who.is_titulaire() {
            return Err(ReplacementError::TitulaireOnly.into());
        }
        let stamp = who.stamp(self.now());
        Ok(self.store.reopen_for_locum(&stamp, fse)?)
    }
}

/// Whether a certificate is of the card of that national number: what else a signature says of its signer, its signer wrote.
pub(crate) fn is_card_of(certificate: &[u8], rpps: Option<&Rpps>) -> bool {
    let subject = certificate::subject(certificate);
    rpps.zip(subject.ok()).is_some_and(|(rpps, subject)| subject.common_name == format!("8{rpps}"))
}

impl Session {
    /// Whether the doctor is replaced on a day: one of the session's, before it was closed.
    pub(crate) fn replaces_on(&self, day: chrono::NaiveDate) -> bool {
        let ended = self.closed_at.is_some_and(|at| civil(at).date() < day);
        self.state != SessionState::Suspendue && !ended && self.sealed.calendar.has_day(day)
    }

    /// Matches the locum's card against what the replaced doctor memorised: identifier, mode of practice, days, hours, and
    /// the situation in which the doctor is replaced (the first, or the one named). Gives the two situations.
    pub fn activated_by(
        &self,
        card: &CpsView,
        situation: Option<u8>,
        now: NaiveDateTime,
    ) -> Result<(BillingSituation, BillingSituation), ReplacementError> {
        let (own, replaced) = self.belongs_to(card, situation)?;
        match self.state {
            SessionState::Preparee => {}
            SessionState::Suspendue => return Err(ReplacementError::Suspended),
            SessionState::Ouverte | SessionState::Close | SessionState::Effacee => {
                return Err(ReplacementError::Closed);
            }
        }
        let calendar = &self.sealed.calendar;
        calendar
            .at(now)
            .map_err(|outside| ReplacementError::Outside { outside, says: says(calendar, outside, now) })?;
        Ok((own, replaced))
    }

    /// The same without the hours: what the locum made inside the session may be signed and sent until it is closed.
    pub fn belongs_to(
        &self,
        card: &CpsView,
        situation: Option<u8>,
    ) -> Result<(BillingSituation, BillingSituation), ReplacementError> {
        let named = &self.sealed.locum.billing;
        let mut numbered =
            card.situations.iter().flatten().filter(|situation| situation.locum_number.as_ref() == Some(named));
        let own = numbered.next().ok_or_else(|| ReplacementError::OtherCard { number: named.to_string() })?;
        let own =
            std::iter::once(own).chain(numbered).find(|own| own.is_locum()).ok_or(ReplacementError::PracticeMode)?;
        let replaced = match situation {
            None => self.sealed.replaced.situations.first(),
            Some(number) => self.sealed.situation(number),
        };
        Ok((own.clone(), replaced.ok_or(ReplacementError::NoSituation)?.clone()))
    }
}

/// What a calendar says about the moment it does not hold.
fn says(calendar: &Calendar, outside: Outside, now: NaiveDateTime) -> String {
    use chrono::Datelike;
    match outside {
        Outside::Before => calendar.from().format("%d/%m/%Y").to_string(),
        Outside::After => calendar.until().format("%d/%m/%Y").to_string(),
        Outside::Day => {
            let mut days: Vec<u8> = calendar.slots().iter().flat_map(|slot| slot.days.days()).collect();
            days.sort_unstable();
            days.dedup();
            days.into_iter().map(weekday).collect::<Vec<_>>().join(", ")
        }
        Outside::Hour => {
            let today = |slot: &&Slot| slot.days.holds(now.weekday());
            let hours = calendar.slots().iter().filter(today);
            hours.map(hours_of).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A day of the week, 1 Monday to 7 Sunday.
pub fn weekday(day: u8) -> &'static str {
    match day {
        1 => "lundi",
        2 => "mardi",
        3 => "mercredi",
        4 => "jeudi",
        5 => "vendredi",
        6 => "samedi",
        _ => "dimanche",
    }
}

/// The hours of a slot: « 8 h 00 à 19 h 30 ».
pub fn hours_of(slot: &Slot) -> String {
    let hour = |time: chrono::NaiveTime| time.format("%-H h %M").to_string();
    format!("{} à {}", hour(slot.from), hour(slot.until))
}

/// The civil moment in France.
pub(crate) fn civil(now: Instant) -> NaiveDateTime {
    clock::paris(now)
}
