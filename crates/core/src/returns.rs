//! Fetching what the caisse sends back. A return is believed only when a caisse's certificate signed it, a non-delivery
//! notice of a post office as far as `store::inbox_apply` says; it leaves the mailbox only after it is on disk; anything
//! else is kept as unknown and changes no state.

use std::cell::Cell;

use liasse_domain::returns::{Return, Undelivered};
use liasse_domain::{Code, Coded};
use liasse_formats::{cms, mail};
use liasse_post::{Stop, Verdict};
use liasse_store::{Arrived, Decoded, Taken};
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
    let unwritten = Cell::new(None);
    // Everything that waits is read, known names too: a server may give an old UIDL to a new message, and deleting that
    // unread would lose a return. What was had already is told by its content.
    let mut known = |_: &str| Verdict::Fetch;
    let mut on_messages = |group: &[liasse_post::Incoming<'_>]| {
        let messages: Vec<Message> =
            group.iter().map(|one| Message { uidl: one.uidl.to_owned(), bytes: one.bytes.to_vec() }).collect();
        let mailbox = mailbox.clone();
        match taker.call(move |ws| ws.take_in(&mailbox, &messages)) {
            Ok(Ok(taken)) => {
                for one in taken {
                    match one {
                        (Taken::Duplicate, _) => outcome.duplicates += 1,
                        (_, true) => outcome.taken += 1,
                        (_, false) => outcome.unknown += 1,
                    }
                }
            }
            Ok(Err(why)) => {
                unwritten.set(Some(why));
                return Err(Stop);
            }
            Err(_) => return Err(Stop),
        }
        Ok(vec![Verdict::Delete; group.len()])
    };
    let began = workstation.call(|ws| ws.now())?;
    let mut left = 0;
    for _ in 0..SESSIONS {
        // What the disk refused is the reason; that the session was stopped for it tells nobody anything.
        let fetched = post.fetch(&mut known, &mut on_messages);
        let summary = fetched.map_err(|stopped| unwritten.take().unwrap_or_else(|| stopped.into()))?;
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

/// A message as the mailbox gave it.
struct Message {
    uidl: String,
    bytes: Vec<u8>,
}

/// What a message says, and who says it.
enum Said {
    Return(Return),
    Notice(Undelivered),
}

impl Workstation {
    /// The mailbox as the inbox names it: a UIDL means something only within one mailbox of one server.
    fn mailbox(&self) -> Result<String, CoreError> {
        let server = self.secret("post.pop3")?.unwrap_or_else(|| "demo".to_owned());
        Ok(format!("{} {server}", self.secret("post.user")?.unwrap_or_default()))
    }

    /// Puts messages on disk with their effects, together; for each, `true` when it was believed. Where the store refuses
    /// one of them, those before it are kept all the same.
    fn take_in(&mut self, mailbox: &str, messages: &[Message]) -> Result<Vec<(Taken, bool)>, CoreError> {
        match self.take_together(mailbox, messages) {
            Err(_) if messages.len() > 1 => messages
                .chunks(1)
                .map(|one| self.take_together(mailbox, one))
                .collect::<Result<Vec<_>, _>>()
                .map(|all| all.concat()),
            taken => taken,
        }
    }

    fn take_together(&mut self, mailbox: &str, messages: &[Message]) -> Result<Vec<(Taken, bool)>, CoreError> {
        let read: Vec<Result<Said, Distrust>> = messages.iter().map(|message| self.said(&message.bytes)).collect();
        let arrived: Vec<Arrived<'_>> = messages
            .iter()
            .zip(&read)
            .map(|(message, said)| Arrived {
                mailbox,
                uidl: &message.uidl,
                raw: &message.bytes,
                sha256: Sha256::digest(&message.bytes).into(),
                decoded: said.as_ref().ok().map(|said| match said {
                    Said::Return(message) => Decoded::Return(message),
                    Said::Notice(notice) => Decoded::Notice(notice),
                }),
                note: said.as_ref().err().map(|distrust| distrust.code().0),
            })
            .collect();
        let taken = self.store.take_returns(&system_stamp(self.now()), &arrived)?;
        Ok(taken.into_iter().zip(read.iter().map(Result::is_ok)).collect())
    }

    fn said(&self, bytes: &[u8]) -> Result<Said, Distrust> {
        match self.believe(bytes) {
            // A post office signs nothing.
            Err(Distrust::NotAReturn) => mail::read_notice(bytes).map(Said::Notice).map_err(|_| Distrust::NotAReturn),
            believed => believed.map(Said::Return),
        }
    }

    fn believe(&self, bytes: &[u8]) -> Result<Return, Distrust> {
        let (_, message) = mail::read_return(bytes).map_err(|_| Distrust::NotAReturn)?;
        let signature = message.signature.ok_or(Distrust::Unsigned)?;
        let verified = cms::verify(&signature, &message.body, &self.directory.trust, self.now())
            .map_err(|_| Distrust::BadSignature)?;
        if !self.directory.returns.contains(&verified.certificate) {
            return Err(Distrust::NotACaisse);
        }
        liasse_formats::returns::read(&message.body).map_err(|_| Distrust::Unreadable)
    }
}
