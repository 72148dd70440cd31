//! Fetching what the caisse sends back. A return is believed only when a caisse's certificate signed it; it leaves the
//! mailbox only after it is on disk; anything else is kept as unknown and changes no state.

use liasse_domain::returns::Return;
use liasse_domain::{Code, Coded};
use liasse_formats::{cms, mail};
use liasse_post::{Stop, Verdict};
use liasse_store::Taken;
use sha2::{Digest, Sha256};

use crate::desk::system_stamp;
use crate::error::CoreError;
use crate::lane::Handle;
use crate::ports::Post;
use crate::workstation::Workstation;

/// What one fetch brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FetchOutcome {
    /// Returns taken in.
    pub taken: usize,
    /// Messages kept as unknown.
    pub unknown: usize,
    /// Messages already had.
    pub duplicates: usize,
    /// Messages not looked at: the mailbox holds more than the server gives, or lets go.
    pub left: usize,
}

/// One session reads at most a thousand messages; a server that never comes to an end is left alone after so many.
const SESSIONS: usize = 50;

/// Why a message is kept as unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// Not a return mail.
    #[error("not a return")]
    NotAReturn,
    /// No signature.
    #[error("unsigned")]
    Unsigned,
    /// A signature that does not verify.
    #[error("badly signed")]
    BadSignature,
    /// Signed by somebody who is no caisse.
    #[error("not signed by a caisse")]
    NotACaisse,
    /// Signed, but its content cannot be read.
    #[error("unreadable content")]
    Unreadable,
}

impl Coded for Distrust {
    fn code(&self) -> Code {
        match self {
            Self::NotAReturn => Code("road.retour_inconnu"),
            Self::Unsigned => Code("road.retour_non_signe"),
            Self::BadSignature => Code("road.retour_mal_signe"),
            Self::NotACaisse => Code("road.retour_pas_de_la_caisse"),
            Self::Unreadable => Code("road.retour_illisible"),
        }
    }
}

/// Fetches everything that waits in the mailbox.
pub fn fetch_all(workstation: &Handle<Workstation>, post: &mut dyn Post) -> Result<FetchOutcome, CoreError> {
    let mailbox = workstation.call(|ws| ws.mailbox())??;
    let taker = workstation.clone();
    let mut outcome = FetchOutcome::default();
    // Everything that waits is read, known names too: a server may give an old UIDL to a new message, and deleting that
    // unread would lose a return. What was had already is told by its content.
    let mut known = |_: &str| Verdict::Fetch;
    let mut on_message = |incoming: liasse_post::Incoming<'_>| {
        let (mailbox, uidl, bytes) = (mailbox.clone(), incoming.uidl.to_owned(), incoming.bytes.to_vec());
        match taker.call(move |ws| ws.take_in(&mailbox, &uidl, &bytes)) {
            Ok(Ok((Taken::Duplicate, _))) => outcome.duplicates += 1,
            Ok(Ok((_, true))) => outcome.taken += 1,
            Ok(Ok((_, false))) => outcome.unknown += 1,
            _ => return Err(Stop),
        }
        Ok(Verdict::Delete)
    };
    let began = workstation.call(|ws| ws.now())?;
    let mut left = 0;
    for _ in 0..SESSIONS {
        let summary = post.fetch(&mut known, &mut on_message)?;
        left = summary.left;
        // What was read shows again where the server did not confirm its deletion: going on would read it for ever.
        if left == 0 || !summary.confirmed || summary.deleted == 0 {
            break;
        }
    }
    outcome.left = left;
    if left == 0 {
        // What came during the session may not have been listed: read until its beginning.
        workstation.call(move |ws| ws.store.mark_returns_read(began))??;
    }
    Ok(outcome)
}

impl Workstation {
    /// The mailbox as the inbox names it: a UIDL means something only within one mailbox of one server.
    fn mailbox(&self) -> Result<String, CoreError> {
        let server = self.secret("post.pop3")?.unwrap_or_else(|| "demo".to_owned());
        Ok(format!("{} {server}", self.secret("post.user")?.unwrap_or_default()))
    }

    /// Puts one message on disk with its effects; `true` when it was believed.
    fn take_in(&mut self, mailbox: &str, uidl: &str, bytes: &[u8]) -> Result<(Taken, bool), CoreError> {
        let decoded = self.believe(bytes);
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let stamp = system_stamp(self.now());
        let note = decoded.as_ref().err().map(|distrust| distrust.code().0);
        let taken = self.store.take_return(&stamp, mailbox, uidl, bytes, digest, decoded.as_ref().ok(), note)?;
        Ok((taken, decoded.is_ok()))
    }

    fn believe(&self, bytes: &[u8]) -> Result<Return, Distrust> {
        let (_, message) = mail::read_return(bytes).map_err(|_| Distrust::NotAReturn)?;
        let signature = message.signature.ok_or(Distrust::Unsigned)?;
        let verified = cms::verify(&signature, &message.body, &self.directory.trust, self.now())
            .map_err(|_| Distrust::BadSignature)?;
        if !self.directory.returns.contains(&verified.certificate) {
            return Err(Distrust::NotACaisse);
        }
        match liasse_formats::returns::read(&message.body).map_err(|_| Distrust::Unreadable)? {
            // No place in the inbox yet: kept as what is not understood.
            Return::Signalements(_) | Return::Service(_) => Err(Distrust::NotAReturn),
            believed => Ok(believed),
        }
    }
}
