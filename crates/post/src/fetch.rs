//! Emptying a mailbox: the POP3 machine over a connection; a message is deleted only after the caller has it on disk.
//! Not a memory: the caller knows which messages it already has, by their unique name.

use std::fmt;

use crate::account::Account;
use crate::error::{Cause, FetchError, Stop};
use crate::link::Link;
use crate::pop3::{Decision, Limits, Pop3, Step};

/// A message that was read.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    /// Its unique name in the mailbox.
    pub uidl: &'a str,
    /// The whole of it, byte for byte.
    pub bytes: &'a [u8],
}

/// Says how long the message is, never what it holds.
impl fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Incoming({}, {} bytes)", self.uidl, self.bytes.len())
    }
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not known: read it. (After reading: as `Skip`.)
    Fetch,
    /// Leave it in the mailbox.
    Skip,
    /// Delete it: it is on disk.
    Delete,
}

/// Takes some messages that were read, has them on disk, and answers for each in their order.
pub type OnMessages<'a> = dyn FnMut(&[Incoming<'_>]) -> Result<Vec<Verdict>, Stop> + 'a;

/// What a session did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FetchSummary {
    /// Messages read and answered by the caller.
    pub read: usize,
    /// Messages deleted, read or known.
    pub deleted: usize,
    /// Messages left where they are by the caller's word.
    pub skipped: usize,
    /// Messages left because they are longer than 32 MiB.
    pub too_large: usize,
    /// Messages not looked at: more than a thousand wait. The next session goes on with them.
    pub left: usize,
    /// Whether the server confirmed the deletions. If not, deleted messages may come again.
    pub confirmed: bool,
}

/// Reads the mailbox. `known` says for each unique name whether to read the message; `on_messages` gets some together, has
/// them on disk before it answers, and answers for each in their order: what it does not name stays. Deletion happens at the end of the session, when the server says so. A message that the server
/// lists and does not give is an error at the end of the session: all others were read.
pub fn fetch(
    account: &Account,
    known: &mut dyn FnMut(&str) -> Verdict,
    on_messages: &mut OnMessages<'_>,
) -> Result<FetchSummary, FetchError> {
    session(account, known, on_messages).map_err(|cause| FetchError { cause })
}

fn session(
    account: &Account,
    known: &mut dyn FnMut(&str) -> Verdict,
    on_messages: &mut OnMessages<'_>,
) -> Result<FetchSummary, Cause> {
    let mut link = Link::open(account)?;
    let mut machine = Pop3::new(account.security, &account.user, &account.password, Limits::default());
    let mut summary = FetchSummary::default();
    let mut quitting = false;
    let mut deadline = link.deadline();
    let mut end = link.long_deadline();
    loop {
        let step = match machine.next_step() {
            Err(_) if quitting => Step::Done,
            step => step?,
        };
        match step {
            Step::Read => match link.read(deadline) {
                Ok(bytes) => {
                    machine.feed(&bytes);
                    if machine.is_in_message() {
                        // A long message has a deadline for each piece, an answer has one as a whole.
                        deadline = end.min(link.deadline());
                    }
                }
                // Everything read is with the caller; whether it was deleted shows next time.
                Err(_) if quitting => break,
                Err(cause) => return Err(cause),
            },
            Step::Write(bytes) => {
                quitting = bytes.as_slice() == b"QUIT\r\n";
                match link.write(&bytes) {
                    Err(_) if quitting => break,
                    written => written?,
                }
                deadline = link.deadline();
                end = link.long_deadline();
            }
            Step::StartTls => {
                link.secure()?;
                machine.secured();
                deadline = link.deadline();
            }
            Step::Listed { uidl } => {
                let decision = match known(&uidl) {
                    Verdict::Fetch => Decision::Fetch,
                    Verdict::Skip => Decision::Skip,
                    Verdict::Delete => Decision::Delete,
                };
                summary.skipped += usize::from(decision == Decision::Skip);
                summary.deleted += usize::from(decision == Decision::Delete);
                machine.decide(decision);
            }
            Step::Messages(messages) => {
                let incoming: Vec<Incoming<'_>> =
                    messages.iter().map(|message| Incoming { uidl: &message.uidl, bytes: &message.bytes }).collect();
                let verdicts = on_messages(&incoming).map_err(|Stop| Cause::Stopped)?;
                let delete: Vec<bool> = verdicts.into_iter().map(|verdict| verdict == Verdict::Delete).collect();
                let deleted = delete.iter().filter(|delete| **delete).count();
                summary.read += messages.len();
                summary.deleted += deleted;
                summary.skipped += messages.len().saturating_sub(deleted);
                machine.taken(&delete);
            }
            Step::Done => {
                summary.confirmed = machine.is_over();
                break;
            }
        }
    }
    summary.too_large = machine.too_large();
    summary.left = machine.left();
    link.leave(b"");
    machine.refused().map_or(Ok(summary), Err)
}
