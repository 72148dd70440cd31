//! The caisse behind a foreign post office: fetches its mail by POP3, sends its returns by SMTP, with our own client.
//! At least once: what is not surely sent leaves again in the next round, same bytes and Message-ID; workstations know
//! a return by its content. So does the caisse: nothing is deleted unread, a server may give a message's name again.

use liasse_domain::SendPhase;
use liasse_formats::mail;
use liasse_post::{Account, Envelope, Incoming, Stop, Verdict};
use sha2::{Digest, Sha256};

use crate::ledger::Source;
use crate::net::Shared;
use crate::office::NotTaken;
use crate::options::Via;

/// Fetches and sends once. Faults of the network are logged: the next round tries again.
pub(crate) fn round(shared: &Shared, via: &Via) {
    for account in &via.pop3 {
        let mut known = |_: &str| look(shared);
        let mut on_messages =
            |group: &[Incoming<'_>]| group.iter().map(|incoming| take(shared, &account.user, *incoming)).collect();
        if let Err(error) = liasse_post::fetch(account, &mut known, &mut on_messages) {
            tracing::warn!(%error, "the caisse's mail was not fetched");
        }
    }
    if let Some(Err(error)) = shared.with(|office| office.tick()) {
        tracing::error!(%error, "payments could not be made");
    }
    send(shared, &via.smtp);
}

/// Every message is read, whatever its name.
fn look(shared: &Shared) -> Verdict {
    if shared.is_stopping() { Verdict::Skip } else { Verdict::Fetch }
}

/// Has a message on the disk before it is deleted. One that cannot be answered is left for a person to see; a disk that
/// refuses ends the session, which deletes nothing.
fn take(shared: &Shared, mailbox: &str, incoming: Incoming<'_>) -> Result<Verdict, Stop> {
    let hash = Sha256::digest(incoming.bytes).into();
    let source = Source { mailbox: mailbox.to_owned(), uidl: incoming.uidl.to_owned(), hash };
    let from = mail::read_outer(incoming.bytes).map(|(header, _)| header.from).unwrap_or_default();
    match shared.with(|office| office.receive(&from, mailbox, incoming.bytes, Some(source))) {
        Some(Ok(())) => Ok(Verdict::Delete),
        Some(Err(error @ (NotTaken::Unanswerable(_) | NotTaken::NoCaisse))) => {
            tracing::error!(%error, "a mail was left in the mailbox");
            Ok(Verdict::Skip)
        }
        Some(Err(error @ NotTaken::NotKept(_))) => {
            tracing::error!(%error, "a mail was not kept");
            Err(Stop)
        }
        None => Err(Stop),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::held::Held;
    use crate::office::Office;
    use crate::scenario::Scenario;
    use liasse_pricing::Tables;

    const CAISSE: &str = "01751@751.01.rss.test";

    /// A mail that is answered by an ARL-: its envelope does not open.
    fn mail_number(counter: u32) -> Vec<u8> {
        let header = mail::Header {
            from: "dr.test@cabinet.test".to_owned(),
            to: CAISSE.to_owned(),
            subject: mail::subject(&"991010117".parse().expect("billing"), &format!("20260115080000{counter:05}"), 1),
            message_id: format!("{counter}@cabinet.test"),
            date: "2026-01-15T08:00:00Z".parse().expect("instant"),
        };
        mail::outer(&header, "IRIS/B2/Z", b"no envelope")
    }

    #[test]
    fn a_message_is_known_by_its_content_and_deleted_only_when_it_was_read() {
        let folder = std::env::temp_dir().join(format!("liasse-caisse-via-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let open = || {
            let office = Office::open(&folder, Tables::embedded().clone(), Scenario::default()).expect("a caisse");
            Shared::new(office, Held::new(None, &folder))
        };
        let answers = |shared: &Shared| shared.with(|office| office.outgoing().len()).expect("a caisse");
        let (first, second) = (mail_number(1), mail_number(2));
        let come = |shared: &Shared, uidl: &str, bytes: &[u8]| take(shared, CAISSE, Incoming { uidl, bytes });

        let shared = open();
        assert_eq!((come(&shared, "u1", &first), answers(&shared)), (Ok(Verdict::Delete), 1));
        assert_eq!(look(&shared), Verdict::Fetch, "even what seems known is read");
        assert_eq!((come(&shared, "u1", &first), answers(&shared)), (Ok(Verdict::Delete), 1), "its deletion was lost");
        shared.stop();
        let shared = open();
        assert_eq!((come(&shared, "u1", &first), answers(&shared)), (Ok(Verdict::Delete), 1), "after a restart too");
        assert_eq!((come(&shared, "u1", &second), answers(&shared)), (Ok(Verdict::Delete), 2), "a name given again");
        shared.stop();
        assert_eq!((come(&shared, "u2", &first), look(&shared)), (Err(Stop), Verdict::Skip), "a caisse that stops");
        let _ = std::fs::remove_dir_all(&folder);
    }
}
