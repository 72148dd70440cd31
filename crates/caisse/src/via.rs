//! The caisse behind a foreign post office: fetches its mail by POP3, sends its returns by SMTP, with our own client.
//! At least once: what is not surely sent leaves again in the next round, same bytes and Message-ID; workstations know
//! a return by its content.

use liasse_domain::SendPhase;
use liasse_formats::mail;
use liasse_post::{Account, Envelope, Incoming, Stop, Verdict};

use crate::ledger::Source;
use crate::net::Shared;
use crate::options::Via;

/// Fetches and sends once. Faults of the network are logged: the next round tries again.
pub(crate) fn round(shared: &Shared, via: &Via) {
    for account in &via.pop3 {
        if let Err(error) = fetch(shared, account) {
            tracing::warn!(%error, "the caisse's mail was not fetched");
        }
    }
    if let Some(Err(error)) = shared.with(|office| office.tick()) {
        tracing::error!(%error, "payments could not be made");
    }
    send(shared, &via.smtp);
}

fn fetch(shared: &Shared, account: &Account) -> Result<(), liasse_post::FetchError> {
    let source = |uidl: &str| Source { mailbox: account.user.clone(), uidl: uidl.to_owned() };
    let mut known = |uidl: &str| match shared.with(|office| office.is_fetched(&source(uidl))) {
        Some(true) => Verdict::Delete,
        Some(false) => Verdict::Fetch,
        None => Verdict::Skip,
    };
    let mut on_message = |incoming: Incoming<'_>| {
        let from = mail::read_outer(incoming.bytes).map(|(header, _)| header.from).unwrap_or_default();
        let kept =
            shared.with(|office| office.receive(&from, &account.user, incoming.bytes, Some(source(incoming.uidl))));
        match kept {
            Some(Ok(())) => Ok(Verdict::Delete),
            _ => Err(Stop),
        }
    };
    liasse_post::fetch(account, &mut known, &mut on_message).map(|_| ())
}

fn send(shared: &Shared, account: &Account) {
    for (number, letter) in shared.with(|office| office.outgoing()).unwrap_or_default() {
        let envelope = Envelope { from: &letter.from, to: &letter.to };
        let mut go_on = |_: SendPhase| if shared.is_stopping() { Err(Stop) } else { Ok(()) };
        match liasse_post::send(account, &envelope, &letter.mail, &mut go_on) {
            Ok(_) => {
                if let Some(Err(error)) = shared.with(|office| office.let_go(vec![number])) {
                    tracing::error!(%error, "a sent return was not noted");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a return was not sent");
                return;
            }
        }
    }
}
