//! A year of returns: for each lot an acknowledgement, a reject and a payment, each a mail signed by the caisse; taken in
//! by the call that empties a mailbox, each group on the disk before the next is read.

use std::time::Instant;

use liasse_core::lane::Lane;
use liasse_core::ports::{Accepted, FetchSummary, Incoming, Letter, OnMessages, Post, Stop, Verdict};
use liasse_core::returns::fetch_all;
use liasse_domain::returns::{PaidLine, Payment, Reason, Rejections, Return};
use liasse_domain::{Centimes, FseNumber, FseRef, Payer, SendPhase};
use liasse_formats::mail::{self, Header, ReturnKind};
use liasse_formats::{cms, returns};
use liasse_post::pop3::Limits;
use liasse_post::{FetchError, SendError};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};

use crate::made::{Practice, arl, certificate, fixture};

const LOTS: u32 = 1_000;

/// Seconds for a year of returns, and how many MB they are.
pub fn year() -> (f64, f64) {
    let practice = Practice::of(LOTS * 50 + 100);
    // Everything has left and nothing has come back.
    let raw = practice.raw();
    raw.execute_batch(
        "UPDATE membership SET state = 'transmise' WHERE state <> 'refusee';
         DELETE FROM payment_line; DELETE FROM payment; DELETE FROM reject; DELETE FROM inbox;
         UPDATE money SET state = 'attendu', paid = 0 WHERE payer = 'amo' AND due > 0;",
    )
    .expect("nothing came back yet");
    drop(raw);
    let caisse = Caisse::new();
    // Lots of the other practitioner are of the other mailbox.
    let lots = (1..=LOTS).filter(|lot| (lot - 1) / 2 % 20 != 9);
    let mails: Vec<Vec<u8>> = lots.flat_map(|lot| caisse.answers(lot)).collect();
    let megabytes = mails.iter().map(Vec::len).sum::<usize>() as f64 / 1_000_000.0;
    let workstation = practice.workstation();
    let lane = Lane::start("banc", move || Ok::<_, ()>(workstation)).expect("a lane");
    let start = Instant::now();
    let outcome = fetch_all(&lane.handle(), &mut Mailbox(&mails)).expect("fetched");
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!((outcome.taken, outcome.unknown, outcome.duplicates), (mails.len(), 0, 0));
    drop(lane);
    let applied: i64 = practice
        .raw()
        .query_row("SELECT count(*) FROM inbox WHERE status = 'applique'", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(usize::try_from(applied), Ok(mails.len()), "each had its effect");
    (seconds, megabytes)
}

/// A mailbox in memory: the network is not what is measured.
struct Mailbox<'a>(&'a [Vec<u8>]);

impl Post for Mailbox<'_> {
    fn send(&mut self, _: &Letter, _: &mut dyn FnMut(SendPhase) -> Result<(), Stop>) -> Result<Accepted, SendError> {
        Err(SendError { phase: SendPhase::Connect, cause: liasse_post::Cause::NotAllowed })
    }

    fn fetch(
        &mut self,
        _: &mut dyn FnMut(&str) -> Verdict,
        on_messages: &mut OnMessages<'_>,
    ) -> Result<FetchSummary, FetchError> {
        let names: Vec<String> = (0..self.0.len()).map(|number| number.to_string()).collect();
        let incoming: Vec<_> = self.0.iter().zip(&names).map(|(bytes, uidl)| Incoming { uidl, bytes }).collect();
        for group in incoming.chunks(Limits::default().group) {
            on_messages(group).map_err(|Stop| FetchError { cause: liasse_post::Cause::Stopped })?;
        }
        let read = self.0.len();
        Ok(FetchSummary { read, deleted: read, confirmed: true, ..FetchSummary::default() })
    }
}

struct Caisse {
    certificate: Vec<u8>,
    key: RsaPrivateKey,
}

impl Caisse {
    fn new() -> Self {
        let key = RsaPrivateKey::from_pkcs8_pem(&fixture("pki/caisse-returns.key.pem")).expect("a key");
        Self { certificate: certificate("caisse-returns"), key }
    }

    /// The lot is received, its fourteenth FSE rejected, the others under tiers payant paid.
    fn answers(&self, lot: u32) -> [Vec<u8>; 3] {
        let received = arl(&format!("{lot:06}"), None);
        let (billing, from, file, on) = (&received.billing, &received.from, received.file, received.on);
        let fse = |place: u32| FseRef {
            billing: billing.clone(),
            // As `rows.sql` numbers: of forty lots the nineteenth and the twentieth are another practitioner's.
            number: FseNumber::new((lot - 1) * 50 - ((lot - 1) / 2 + 10) / 20 * 100 + place).expect("a number"),
        };
        let reason = Reason { code: "I1002".to_owned(), label: "DROITS NON OUVERTS A LA DATE DES SOINS".to_owned() };
        let rejected =
            Rejections { billing: billing.clone(), from: from.clone(), file, on, fses: vec![(fse(14), reason)] };
        let line = |place| PaidLine { fse: fse(place), payer: Payer::Amo, amount: Centimes(2100) };
        let paid = Payment {
            billing: billing.clone(),
            from: from.clone(),
            reference: format!("SIM{lot:09}"),
            on,
            lines: (1..=25).map(|pair| pair * 2).filter(|place| *place != 14).map(line).collect(),
        };
        [
            self.mail(&Return::Acknowledgement(received.clone()), ReturnKind::Arl),
            self.mail(&Return::Rejections(rejected), ReturnKind::Noemie),
            self.mail(&Return::Payment(paid), ReturnKind::Noemie),
        ]
    }

    fn mail(&self, message: &Return, kind: ReturnKind) -> Vec<u8> {
        let at = "2026-01-15T08:00:00Z".parse().expect("an instant");
        let body = returns::write(message);
        let hash: [u8; 32] = Sha256::digest(&body).into();
        let to_sign = cms::prepare(&hash, &self.certificate, None, at).expect("prepared");
        let raw = self.key.sign(Pkcs1v15Sign::new::<Sha256>(), to_sign.digest()).expect("signed");
        let header = Header {
            from: "01751@751.01.rss.test".to_owned(),
            to: "dr.test@cabinet.test".to_owned(),
            subject: "SIM RETOUR".to_owned(),
            message_id: "1@751.01.rss.test".to_owned(),
            date: at,
        };
        mail::return_mail(&header, kind, &body, &to_sign.finish(&raw, &[]).expect("finished"))
    }
}
