//! Random days of a practice: whatever is asked, in whatever order and with restarts, what must hold holds.

use std::collections::BTreeMap;

use liasse_domain::{
    Centimes, DocumentState, FileIdentifier, MoneyState, Payer, SendPhase, SettlementMode, TransmissionState,
};
use liasse_store::{AttemptId, AttemptOutcome, FseFilter, LedgerRow, Or, StoreError, Taken};
use proptest::prelude::*;

use crate::support::{
    DOCTOR, Kind, Practice, arl, at, billing, key, outgoing, payment, reference, rejects, seal, stamp,
};

/// One thing somebody does. A number picks an FSE or a lot, counted round among those there are: random days go far.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Prepare(Kind),
    Sign,
    Settle(u32, SettlementMode, i64),
    Cancel(u32),
    Seal,
    Post,
    Dissolve(u8),
    Begin,
    Phase(SendPhase),
    Finish(u8),
    Restart,
    Release(u8),
    Acknowledge(u8, bool),
    Reject(u8, u32),
    Pay(u32, Payer, i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let fse = || 0u32..5;
    let lot = || 0u8..4;
    let payer = || prop_oneof![Just(Payer::Amo), Just(Payer::Amc), Just(Payer::Patient)];
    let kind = prop_oneof![Just(Kind::Paid), Just(Kind::ThirdParty), Just(Kind::Whole)];
    let phase = prop_oneof![Just(SendPhase::Connect), Just(SendPhase::Data), Just(SendPhase::Dot)];
    let cents = || prop_oneof![Just(900i64), Just(2100), Just(3000), Just(100), Just(-2100), Just(0)];
    prop_oneof![
        3 => kind.prop_map(Deed::Prepare),
        4 => Just(Deed::Sign),
        2 => (fse(), proptest::sample::select(&SettlementMode::ALL[..]), cents()).prop_map(|(f, m, c)| Deed::Settle(f, m, c)),
        1 => fse().prop_map(Deed::Cancel),
        4 => Just(Deed::Seal),
        4 => Just(Deed::Post),
        1 => lot().prop_map(Deed::Dissolve),
        3 => Just(Deed::Begin),
        3 => phase.prop_map(Deed::Phase),
        3 => (0u8..4).prop_map(Deed::Finish),
        1 => Just(Deed::Restart),
        1 => lot().prop_map(Deed::Release),
        3 => (lot(), any::<bool>()).prop_map(|(l, yes)| Deed::Acknowledge(l, yes)),
        2 => (lot(), fse()).prop_map(|(l, f)| Deed::Reject(l, f)),
        2 => (fse(), payer(), cents()).prop_map(|(f, p, c)| Deed::Pay(f, p, c)),
    ]
}

struct Day {
    practice: Practice,
    attempt: Option<AttemptId>,
    lots: u8,
    fses: u32,
    mails: u32,
}

impl Day {
    fn new() -> Self {
        Self { practice: Practice::new(), attempt: None, lots: 0, fses: 0, mails: 0 }
    }

    /// Does it; the changes it made, or what the store refused.
    fn does(mut self, deed: Deed) -> (Self, Result<u64, StoreError>) {
        let (lots, fses) = (self.lots.max(1), self.fses.max(1));
        let file = |lot: u8| name(lot % lots);
        let fse = |number: u32| reference(number % fses + 1);
        let store = &mut self.practice.store;
        let done = match deed {
            Deed::Prepare(kind) => {
                self.practice.prepare(kind);
                self.fses += 1;
                Ok(1)
            }
            Deed::Sign => {
                let state = Some(DocumentState::Preparee);
                let prepared = store.fses(&FseFilter { state, ..FseFilter::default() }).expect("read");
                match prepared.first() {
                    Some(row) => {
                        self.practice.sign(&row.reference);
                        Ok(1)
                    }
                    None => Ok(0),
                }
            }
            Deed::Settle(number, mode, cents) => {
                store.settle(&stamp(), &fse(number), mode, Centimes(cents)).map(|()| 1)
            }
            Deed::Cancel(number) => store.cancel_fse(&stamp(), &fse(number)).map(|()| 1),
            Deed::Seal => {
                let free = store.free_signed(Some(&billing(DOCTOR))).expect("read");
                let members: Vec<_> = free.iter().map(|fse| fse.reference().clone()).collect();
                match seal(store, &key(), &members, name(self.lots).as_str()) {
                    Ok(_) => {
                        self.lots += 1;
                        Ok(1)
                    }
                    Err(Or::Store(error)) => Err(error),
                    Err(Or::Other(())) => unreachable!("the closure never fails"),
                }
            }
            Deed::Post => match store.sealed_lots().expect("read").first() {
                Some(lot) => store.post_lot(&stamp(), lot.name.file, b"cms", &outgoing(lot.name.file)).map(|()| 1),
                None => Ok(0),
            },
            Deed::Dissolve(lot) => store.dissolve_lot(&stamp(), file(lot)).map(|()| 1),
            Deed::Begin => match store.to_send().expect("read").first() {
                Some(row) => {
                    let begun = store.begin_attempt(&stamp(), row.id);
                    self.attempt = begun.as_ref().ok().copied();
                    begun.map(|_| 1)
                }
                None => Ok(0),
            },
            Deed::Phase(phase) => match self.attempt {
                Some(attempt) => store.record_phase(attempt, phase, at(60)).map(|()| 0),
                None => Ok(0),
            },
            Deed::Finish(how) => match self.attempt {
                Some(attempt) => {
                    let outcome = match how {
                        0 => AttemptOutcome::Accepted { reply: "250".to_owned() },
                        1 => AttemptOutcome::Failed { code: "road.reseau".to_owned() },
                        2 => AttemptOutcome::Interrupted,
                        _ => AttemptOutcome::Unconfirmed,
                    };
                    store.finish_attempt(&stamp(), attempt, &outcome).map(|()| 1)
                }
                None => Ok(0),
            },
            Deed::Restart => {
                let before = store.journal_head().expect("head").0;
                self.practice = self.practice.reopened();
                self.practice.store.recover_attempts(&stamp()).expect("recovered");
                self.attempt = None;
                Ok(self.practice.store.journal_head().expect("head").0 - before)
            }
            Deed::Release(lot) => store.release_for_resend(&stamp(), file(lot), "essai").map(|()| 1),
            Deed::Acknowledge(lot, yes) => {
                self.mails += 1;
                let refused = if yes { None } else { Some("S0100") };
                let taken = self.practice.take(&self.mails.to_string(), &arl(file(lot), refused));
                Ok(u64::from(taken != Taken::Duplicate))
            }
            Deed::Reject(lot, number) => {
                self.mails += 1;
                let message = rejects(file(lot), &[&fse(number)]);
                let taken = self.practice.take(&self.mails.to_string(), &message);
                Ok(u64::from(taken != Taken::Duplicate))
            }
            Deed::Pay(number, payer, cents) => {
                self.mails += 1;
                let message = payment(&format!("VIR{}", self.mails), &[(&fse(number), payer, cents)]);
                let taken = self.practice.take(&self.mails.to_string(), &message);
                Ok(u64::from(taken != Taken::Duplicate))
            }
        };
        (self, done)
    }

    fn numbers(&self, sql: &str) -> i64 {
        self.practice.folder.raw().query_row(sql, [], |row| row.get(0)).expect("read")
    }

    /// What must hold at any moment. Each query counts what must not be.
    fn assert_holds(&self) {
        let raw = self.practice.folder.raw();
        for (law, sql) in LAWS {
            let broken: i64 = raw.query_row(sql, [], |row| row.get(0)).expect(law);
            assert_eq!(broken, 0, "{law}");
        }
        self.practice.assert_journal_intact();
        for fse in self.practice.store.free_signed(None).expect("read") {
            let row = self.practice.store.fse(fse.reference()).expect("read").expect("fse");
            assert!(row.reject.is_none());
        }
        self.assert_unsent_is_what_the_ledger_says();
    }

    /// What is unsent, found by its indexes, is what the whole ledger says.
    fn assert_unsent_is_what_the_ledger_says(&self) {
        use TransmissionState::{EnFichier, EnLot, NonConfirmee, Refusee};
        let ledger = self.practice.store.ledger().expect("read");
        let here = |row: &&LedgerRow| {
            row.document == DocumentState::Signee
                && row.reject.is_none()
                && matches!(row.transmission, None | Some(EnLot | EnFichier | Refusee))
        };
        let owed = |row: &LedgerRow| {
            row.money.iter().any(|money| money.payer != Payer::Patient && money.state != MoneyState::SansObjet)
        };
        let mut expected: Vec<_> = ledger
            .iter()
            .filter(here)
            .map(|row| {
                let [refused, in_file] = [Refusee, EnFichier].map(|state| row.transmission == Some(state));
                (row.fse.to_string(), row.act_date, owed(row), refused, in_file)
            })
            .collect();
        let rows = self.practice.store.unsent().expect("read");
        let mut told: Vec<_> = rows
            .iter()
            .map(|row| (row.fse.to_string(), row.act_date, row.third_party, row.refused, row.in_file))
            .collect();
        expected.sort();
        told.sort();
        assert_eq!(told, expected);
        let doubtful = ledger.iter().filter(|row| row.transmission == Some(NonConfirmee)).count();
        assert_eq!(self.practice.store.unconfirmed_count().expect("read"), doubtful);
    }

    /// Documents whose transmission is final on the caisse's side.
    fn received(&self) -> BTreeMap<String, FileIdentifier> {
        let ledger = self.practice.store.ledger().expect("read");
        ledger
            .into_iter()
            .filter(|row| row.transmission == Some(TransmissionState::Recue))
            .filter_map(|row| Some((row.fse.to_string(), row.lot?)))
            .collect()
    }
}

fn name(lot: u8) -> FileIdentifier {
    format!("LOT{lot:03}").parse().expect("identifier")
}

const LIVE: &str = "('en_lot', 'en_fichier', 'transmise', 'non_confirmee', 'recue')";

const LAWS: [(&str, &str); 13] = [
    (
        "a document has at most one live membership",
        "SELECT count(*) FROM (SELECT document FROM membership
         WHERE state IN ('en_lot', 'en_fichier', 'transmise', 'non_confirmee', 'recue')
         GROUP BY document HAVING count(*) > 1)",
    ),
    (
        "the pointer to it is right",
        "SELECT count(*) FROM document d WHERE d.live IS NOT (SELECT id FROM membership m WHERE m.document = d.id
         AND m.state IN ('en_lot', 'en_fichier', 'transmise', 'non_confirmee', 'recue'))",
    ),
    (
        "only a signed document is in a live lot",
        "SELECT count(*) FROM document WHERE live IS NOT NULL AND state <> 'signee'",
    ),
    (
        "the memberships of a lot share one state",
        "SELECT count(*) FROM (SELECT lot FROM membership GROUP BY lot HAVING count(DISTINCT state) > 1)",
    ),
    (
        "a lot and its memberships agree",
        "SELECT count(*) FROM lot l JOIN membership m ON m.lot = l.id
         WHERE (l.state = 'scelle') <> (m.state = 'en_lot') OR (l.state = 'dissous') <> (m.state = 'retiree')",
    ),
    (
        "a lot is in the outbox exactly when it was signed",
        "SELECT count(*) FROM lot l LEFT JOIN outbox o ON o.lot = l.id WHERE (l.cms IS NULL) <> (o.id IS NULL)",
    ),
    (
        "what is unconfirmed was tried",
        "SELECT count(*) FROM membership m JOIN outbox o ON o.lot = m.lot
         WHERE m.state IN ('transmise', 'non_confirmee') AND o.sent_at IS NULL",
    ),
    (
        "amounts and states agree",
        "SELECT count(*) FROM money WHERE CASE state
             WHEN 'sans_objet' THEN due <> 0 OR paid <> 0
             WHEN 'attendu' THEN due = 0 OR paid <> 0
             WHEN 'encaisse' THEN due = 0 OR paid <> due
             WHEN 'partiel' THEN paid <= 0 OR paid >= due
             WHEN 'rejete' THEN paid <> 0 OR payer = 'patient'
             WHEN 'abandonne' THEN paid < 0 OR paid >= due
             ELSE 0 END",
    ),
    (
        "what the patient paid is the sum of the receipts",
        "SELECT count(*) FROM money m WHERE payer = 'patient'
         AND paid <> coalesce((SELECT sum(amount) FROM receipt r WHERE r.document = m.document), 0)",
    ),
    (
        "what a caisse paid is the sum of the matched lines",
        "SELECT count(*) FROM money m WHERE payer <> 'patient'
         AND paid <> coalesce((SELECT sum(amount) FROM payment_line l
                               WHERE l.document = m.document AND l.payer = m.payer), 0)",
    ),
    (
        "numbers have no holes",
        "SELECT count(*) FROM document d WHERE d.number > 1
         AND NOT EXISTS (SELECT 1 FROM document e WHERE e.billing = d.billing AND e.number = d.number - 1)",
    ),
    (
        "every row names the journal entry that made it",
        "SELECT count(*) FROM (SELECT entry FROM document UNION ALL SELECT entry FROM lot UNION ALL
             SELECT entry FROM outbox UNION ALL SELECT entry FROM attempt UNION ALL SELECT entry FROM inbox UNION ALL
             SELECT entry FROM receipt) WHERE entry NOT IN (SELECT seq FROM journal)",
    ),
    ("every reference points somewhere", "SELECT count(*) FROM pragma_foreign_key_check"),
];

fn is_refusal(error: &StoreError) -> bool {
    !matches!(
        error,
        StoreError::Sqlite { .. }
            | StoreError::Incoherent { .. }
            | StoreError::Unreadable { .. }
            | StoreError::Damaged
            | StoreError::KeyOrDamage
            | StoreError::Busy
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_what_must_hold_holds(deeds in proptest::collection::vec(deed(), 10..70)) {
        let mut day = Day::new();
        for deed in deeds {
            let before = day.practice.store.journal_head().expect("head").0;
            let received = day.received();
            let (after, done) = day.does(deed);
            day = after;
            let grown = day.practice.store.journal_head().expect("head").0 - before;
            match done {
                Ok(changes) => prop_assert_eq!(grown, changes, "one entry a change: {:?}", deed),
                Err(error) => {
                    prop_assert!(is_refusal(&error), "{:?}: {}", deed, error);
                    prop_assert_eq!(grown, 0, "what is refused leaves nothing: {:?}", deed);
                }
            }
            let now = day.received();
            prop_assert!(received.iter().all(|(fse, lot)| now.get(fse) == Some(lot)), "received is final: {:?}", deed);
        }
        day.assert_holds();
    }
}

#[test]
fn the_generator_reaches_the_end_of_the_road() {
    // The laws are worth little if no random day ever receives or pays anything.
    let deeds = [
        Deed::Prepare(Kind::ThirdParty),
        Deed::Sign,
        Deed::Seal,
        Deed::Post,
        Deed::Begin,
        Deed::Phase(SendPhase::Dot),
        Deed::Restart,
        Deed::Acknowledge(0, true),
        Deed::Pay(0, Payer::Amo, 2100),
        Deed::Settle(0, SettlementMode::Carte, 900),
    ];
    let mut day = Day::new();
    for deed in deeds {
        let (after, done) = day.does(deed);
        assert_eq!(done.map(|changes| changes <= 1), Ok(true), "{deed:?}");
        day = after;
    }
    assert_eq!(day.received().len(), 1);
    assert_eq!(day.numbers("SELECT count(*) FROM money WHERE state = 'encaisse'"), 2);
    assert_eq!(day.numbers(&format!("SELECT count(*) FROM membership WHERE state IN {LIVE}")), 1);
    day.assert_holds();
}
