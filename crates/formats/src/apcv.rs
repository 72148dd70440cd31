//! The context that an appli carte Vitale presents, as one text that a scanner reads or a telephone hands over: who, until when,
//! signed. Simulated (`sim`): the real payload and its cryptography are not public; the three fields identifiant, token, dateFinValidite
//! are those of a published integration (reference cards, 4.1). Never panics, whatever the text.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Duration, NaiveDateTime, SubsecRound};
use liasse_domain::{Code, Coded, Instant, Nir, VitaleContent, clock};
use sha2::{Digest, Sha256};

use crate::certificate::{self, Parsed};
use crate::cms::{CmsError, Trust};
use crate::groups::vitale::{vitale_from_groups, vitale_to_groups};
use crate::groups::{self, Group};

/// What every such text begins with.
pub const PREFIX: &str = "SIMAPCV1:";

/// No text is longer: nineteen beneficiaries fit.
pub const LONGEST: usize = 0x4000;

/// For how many minutes a context holds.
pub const MINUTES: i64 = 15;

/// How far the clock of a telephone may be ahead of ours, in minutes.
const AHEAD: i64 = 2;

/// The group of ours that stands before groups 101 to 111.
const CONTEXT: u16 = 9140;

/// How a simulated Vitale is named in its certificate, before its serial number.
const HOLDER: &str = "VITALE SIM ";

/// Year to second, in UTC.
const MOMENT: &str = "%Y%m%d%H%M%S";

/// Why nobody is billed by an appli carte Vitale. Holds no personal datum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApcvError {
    /// Not such a text, or a part of it does not read.
    #[error("not a context of an appli carte Vitale")]
    Unreadable,
    /// The signature does not fit what the text says.
    #[error("the signature is wrong")]
    BadSignature,
    /// The certificate goes back to no authority that is known here.
    #[error("the certificate's authority is unknown")]
    UnknownAuthority,
    /// The certificate does not hold now, or may not sign.
    #[error("the certificate does not hold")]
    Certificate,
    /// The certificate is revoked: the telephone was lost, say.
    #[error("the certificate is revoked")]
    Revoked,
    /// Signed by the key of somebody else than whom it names.
    #[error("signed by another person's key")]
    OtherHolder,
    /// Of a real person: nothing here may bill with it.
    #[error("of a real person")]
    RealCard,
    /// It has run out.
    #[error("run out")]
    Expired {
        /// When.
        until: Instant,
    },
    /// It was made after now.
    #[error("made after now")]
    Future,
    /// The mode of the FSE lets no appli sign.
    #[error("the mode lets no appli carte Vitale sign")]
    Mode,
    /// Another patient's, where the same one's is wanted.
    #[error("another patient's context")]
    OtherPatient,
    /// Nothing here has an appli sign.
    #[error("no engine for the appli carte Vitale")]
    NoEngine,
}

impl Coded for ApcvError {
    fn code(&self) -> Code {
        match self {
            Self::Unreadable => Code("cards.apcv_illisible"),
            Self::BadSignature => Code("cards.apcv_signature"),
            Self::UnknownAuthority => Code("cards.apcv_autorite"),
            Self::Certificate => Code("cards.apcv_certificat"),
            Self::Revoked => Code("cards.apcv_revoquee"),
            Self::OtherHolder => Code("cards.apcv_autre_titulaire"),
            Self::RealCard => Code("cards.apcv_reelle"),
            Self::Expired { .. } => Code("cards.apcv_echu"),
            Self::Future => Code("cards.apcv_futur"),
            Self::Mode => Code("cards.apcv_mode"),
            Self::OtherPatient => Code("cards.apcv_autre_patient"),
            Self::NoEngine => Code("cards.apcv_moteur"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Expired { until } => vec![("until", clock::paris(*until).format("%H h %M").to_string())],
            _ => Vec::new(),
        }
    }
}

/// The three fields of a context, and when it was made.
#[derive(Clone, PartialEq, Eq)]
pub struct Context {
    /// Its name: twenty hexadecimal digits, the last ten of which say for whom and until when it was made.
    pub identifiant: String,
    /// What the application drew for it: thirty-two hexadecimal digits.
    pub token: String,
    /// The serial number of the application.
    pub application: String,
    /// When it was made.
    pub issued_at: Instant,
    /// The last moment at which it holds (*dateFinValidite*).
    pub until: Instant,
}

/// Its end alone: with its name one could follow a person about.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context(until {})", self.until)
    }
}

impl Context {
    /// A fresh one for the holder of `card`, from `drawn`, sixteen random bytes.
    pub fn fresh(card: &VitaleContent, drawn: &[u8; 16], at: Instant) -> Self {
        let issued_at = at.trunc_subsecs(0);
        let until = issued_at + Duration::minutes(MINUTES);
        let token = hex(drawn);
        let salt = token.get(..10).unwrap_or_default();
        Self {
            identifiant: named(salt, &card.insured.nir, until),
            application: format!("APCV{}", card.insured.serial),
            issued_at,
            until,
            token,
        }
    }

    /// What a signature by the application says of the context it was made in; see [`Mark`].
    pub fn mark(&self) -> String {
        format!("{};{}", self.identifiant, self.until.format(MOMENT))
    }

    /// Refuses one that has run out at `at`.
    pub fn check_holds(&self, at: Instant) -> Result<(), ApcvError> {
        if at > self.until { Err(ApcvError::Expired { until: self.until }) } else { Ok(()) }
    }

    fn to_group(&self) -> Group {
        let moment = |at: Instant| at.format(MOMENT).to_string();
        let fields = ["1", &self.identifiant, &self.token, &self.application];
        let fields = fields.into_iter().map(str::to_owned).chain([moment(self.issued_at), moment(self.until)]);
        Group::of_texts(CONTEXT, fields)
    }

    /// The context of a zone, whole and for that person.
    fn of_groups(groups: &[Group], card: &VitaleContent) -> Option<Self> {
        let mut found = groups.iter().filter(|group| group.id == CONTEXT);
        let group = found.next().filter(|group| group.text(1) == "1" && group.fields.len() == 6)?;
        if found.next().is_some() {
            return None;
        }
        let context = Self {
            identifiant: group.text(2),
            token: group.text(3),
            application: group.text(4),
            issued_at: moment(&group.text(5))?,
            until: moment(&group.text(6))?,
        };
        let drawn = context.token.len() == 32 && is_hex(&context.token);
        let named = context.token.get(..10).map(|salt| named(salt, &card.insured.nir, context.until));
        let lasts = context.until - context.issued_at;
        let sound = drawn
            && named.as_deref() == Some(context.identifiant.as_str())
            && lasts > Duration::zero()
            && lasts <= Duration::minutes(MINUTES)
            && context.application.len() <= 32;
        sound.then_some(context)
    }
}

/// What a signature says of the context it was made in: `identifiant;dateFinValidite`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    identifiant: String,
    until: Instant,
}

impl Mark {
    /// Reads one; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (identifiant, until) = text.split_once(';')?;
        let sound = identifiant.len() == 20 && is_hex(identifiant);
        Some(Self { identifiant: identifiant.to_owned(), until: moment(until)? }).filter(|_| sound)
    }

    /// Whether the context was made for the insured person of that number.
    pub fn is_of(&self, nir: &Nir) -> bool {
        self.identifiant.get(..10).is_some_and(|salt| named(salt, nir, self.until) == self.identifiant)
    }

    /// Whether the context could hold at `at`.
    pub fn holds_at(&self, at: Instant) -> bool {
        at <= self.until && at >= self.until - Duration::minutes(MINUTES + AHEAD)
    }
}

/// A context that waits for the key of the application.
pub struct Unsigned {
    zone: Vec<u8>,
}

impl Unsigned {
    /// The context and what the card says, to be signed.
    pub fn new(context: &Context, card: &VitaleContent) -> Self {
        let mut groups = vec![context.to_group()];
        groups.extend(vitale_to_groups(card));
        Self { zone: groups::encode(&groups) }
    }

    /// The 32 bytes that are signed (RSA PKCS#1 v1.5 with SHA-256).
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(signed_bytes(&self.zone)).into()
    }

    /// The text.
    pub fn signed(self, certificate_der: &[u8], signature: &[u8]) -> String {
        let [zone, certificate, signature] =
            [self.zone.as_slice(), certificate_der, signature].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        format!("{PREFIX}{zone}.{certificate}.{signature}")
    }
}

/// A context that was checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Presented {
    /// The context.
    pub context: Context,
    /// What the application says of the insured person and theirs.
    pub card: VitaleContent,
    /// The certificate of the application, DER.
    pub certificate: Vec<u8>,
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Presented({:?})", self.context)
    }
}

/// Whether a text means to be one, so that a field in which names are typed does not look for it.
pub fn is_meant(text: &str) -> bool {
    text.trim_start().get(..PREFIX.len()).is_some_and(|head| head.eq_ignore_ascii_case(PREFIX))
}

/// Reads a text and accepts it: signed by the key of whom it names, under a root of `trust`, of the invented world, holding at `at`.
/// Nothing of what it says is looked at before its signature is found good.
pub fn read(text: &str, trust: &Trust, at: Instant) -> Result<Presented, ApcvError> {
    let [zone, certificate, signature] = parts(text).ok_or(ApcvError::Unreadable)?;
    let signer = Parsed::read(&certificate).map_err(|_| ApcvError::Unreadable)?;
    signer.verifies(&signed_bytes(&zone), &signature).map_err(|_| ApcvError::BadSignature)?;
    trust.check(&certificate, at).map_err(untrusted)?;
    let groups = groups::decode(&zone).map_err(|_| ApcvError::Unreadable)?;
    let card = vitale_from_groups(&groups).map_err(|_| ApcvError::Unreadable)?;
    let context = Context::of_groups(&groups, &card).ok_or(ApcvError::Unreadable)?;
    let subject = certificate::subject(&certificate).map_err(|_| ApcvError::Unreadable)?;
    if subject.common_name.strip_prefix(HOLDER) != Some(card.insured.serial.as_str()) {
        return Err(ApcvError::OtherHolder);
    }
    if !card.insured.test_card {
        return Err(ApcvError::RealCard);
    }
    if context.issued_at > at + Duration::minutes(AHEAD) {
        return Err(ApcvError::Future);
    }
    context.check_holds(at)?;
    Ok(Presented { context, card, certificate })
}

/// Zone, certificate and signature; scanners put blanks or a line end around.
fn parts(text: &str) -> Option<[Vec<u8>; 3]> {
    let text = text.trim();
    if text.len() > LONGEST || !is_meant(text) {
        return None;
    }
    let mut parts = text.get(PREFIX.len()..)?.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let found = [parts.next()??, parts.next()??, parts.next()??];
    if parts.next().is_some() { None } else { Some(found) }
}

/// What is signed begins with what the text begins with: no signature over an FSE can be taken for one over a context.
fn signed_bytes(zone: &[u8]) -> Vec<u8> {
    [PREFIX.as_bytes(), zone].concat()
}

fn untrusted(error: CmsError) -> ApcvError {
    match error {
        CmsError::Revoked => ApcvError::Revoked,
        CmsError::Expired | CmsError::NotYetValid | CmsError::WrongUsage => ApcvError::Certificate,
        CmsError::Malformed => ApcvError::Unreadable,
        _ => ApcvError::UnknownAuthority,
    }
}

/// The name of a context: its salt, and the first digits of a hash over salt, person and end.
fn named(salt: &str, nir: &Nir, until: Instant) -> String {
    let end = until.format(MOMENT).to_string();
    let hash = Sha256::digest([PREFIX, salt, nir.as_str(), &end].concat());
    let check = hex(hash.as_slice());
    format!("{salt}{}", check.get(..10).unwrap_or_default())
}

fn moment(text: &str) -> Option<Instant> {
    let digits = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    NaiveDateTime::parse_from_str(text, MOMENT).ok().filter(|_| digits).map(|civil| civil.and_utc())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests;
