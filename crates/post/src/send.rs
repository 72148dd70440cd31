//! Sending one message: the SMTP machine over a connection, each phase called back before its network step.
//! Not a retry: one call, one attempt; who may try again is decided by the ledger.

use liasse_domain::SendPhase;

use crate::account::{Account, Envelope};
use crate::error::{Cause, SendError, Stop};
use crate::link::Link;
use crate::smtp::{Smtp, Step};

/// The server's word that it has the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Code and text of its reply to the final dot, printable and short: `250 2.0.0 Ok: queued as 4X…`.
    pub reply: String,
}

/// Sends `message`, whose lines end in CRLF. `on_phase` is called, and must return, before the step it names touches
/// the network; when it answers `Stop`, that step is not taken and the error bears the phase before.
///
/// An error in phase `Dot` other than a refusal leaves it unknown whether the post has the message
/// ([`SendError::is_ambiguous`]).
pub fn send(
    account: &Account,
    envelope: &Envelope<'_>,
    message: &[u8],
    on_phase: &mut dyn FnMut(SendPhase) -> Result<(), Stop>,
) -> Result<Accepted, SendError> {
    let mut phase = SendPhase::Connect;
    let failed = |phase, cause| SendError { phase, cause };
    let mut machine = Smtp::new(account.security, &account.user, &account.password, *envelope, message)
        .and_then(|machine| account.check().map(|()| machine))
        .map_err(|cause| failed(phase, cause))?;
    on_phase(phase).map_err(|Stop| failed(phase, Cause::Stopped))?;
    let mut link = Link::open(account).map_err(|cause| failed(phase, cause))?;

    let mut deadline = link.deadline();
    let outcome = loop {
        let step = match machine.next_step() {
            Ok(step) => step,
            Err(cause) => break Err(cause),
        };
        let done = match step {
            Step::Read => link.read(deadline).map(|bytes| machine.feed(&bytes)),
            Step::Write(bytes) => {
                let written = link.write(&bytes);
                deadline = link.deadline();
                written
            }
            Step::Begin(next) => match on_phase(next) {
                Ok(()) => {
                    phase = next;
                    Ok(())
                }
                Err(Stop) => Err(Cause::Stopped),
            },
            Step::StartTls => link.secure().map(|()| {
                machine.secured();
                deadline = link.deadline();
            }),
            Step::Done(reply) => break Ok(Accepted { reply: reply.summary() }),
        };
        if let Err(cause) = done {
            break Err(cause);
        }
    };
    // Inside the text a QUIT would be one more line of it.
    let may_quit = !matches!(outcome, Err(Cause::Stopped)) || phase < SendPhase::Data;
    if may_quit && matches!(outcome, Ok(_) | Err(Cause::Refused { .. } | Cause::Authentication | Cause::Stopped)) {
        link.leave(b"QUIT\r\n");
    }
    outcome.map_err(|cause| failed(phase, cause))
}
