//! Cards that answer anything: no panic, no endless dialogue. The idea of OpenSC's virtual reader in OSS-Fuzz.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use liasse_cards::cps::{Cache, Cps};
use liasse_cards::exchange::JOB_APDUS;
use liasse_cards::vitale::Vitale;
use liasse_cards::{CardChannel, CardError, ChannelError, Protocol};
use proptest::prelude::*;

use crate::deck::{self, insert, pin};

const CPS_ATR: [u8; 17] =
    [0x3B, 0xAC, 0x00, 0x40, 0x2A, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x00, 0x03, 0x10, 0x00, 0x90, 0x00];
const CPS4_ATR: [u8; 17] =
    [0x3B, 0x9B, 0x18, 0x80, 0x01, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x04, 0x01, 0x00, 0x00, 0x90, 0x44];
const VITALE_ATR: [u8; 10] = [0x3B, 0x75, 0x13, 0x00, 0x00, 0x47, 0x09, 0xEA, 0x90, 0x00];

/// Plays answers round and round, and counts.
struct Liar {
    atr: Vec<u8>,
    answers: Vec<Vec<u8>>,
    protocol: Protocol,
    count: Arc<AtomicU32>,
}

impl CardChannel for Liar {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let count = self.count.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[count as usize % self.answers.len()].clone())
    }

    fn protocol(&self) -> Protocol {
        self.protocol
    }
}

/// Mostly what a card could say, sometimes anything.
fn answer() -> impl Strategy<Value = Vec<u8>> {
    let data = prop_oneof![
        Just(vec![]),
        proptest::collection::vec(any::<u8>(), 0..256),
        (prop::sample::select(vec![0x30u8, 0x5A, 0x62, 0x65, 0x6F, 0x70, 0x85, 0xE0, 0xA4]), any::<u8>())
            .prop_flat_map(|(tag, length)| {
                proptest::collection::vec(any::<u8>(), usize::from(length).min(250))
                    .prop_map(move |value| [vec![tag, length.min(127)], value].concat())
            }),
        // Control parameters that promise much, and a serial number, so that the dialogue goes further.
        any::<u16>().prop_map(|size| [vec![0x62, 0x04, 0x80, 0x02], size.to_be_bytes().to_vec()].concat()),
        Just(vec![0x5A, 0x0A, 0x80, 0x25, 0, 0, 1, 0x99, 0x21, 0x38, 0x45, 0x0F]),
        Just(vec![0x55; 256]),
    ];
    let word = prop_oneof![
        4 => Just(0x9000u16),
        2 => 0x6100u16..=0x61FF,
        2 => 0x6C00u16..=0x6CFF,
        1 => 0x9F00u16..=0x9FFF,
        1 => prop::sample::select(vec![0x6282u16, 0x6B00, 0x6A82, 0x6982, 0x63C0, 0x63C3, 0x6983]),
        1 => any::<u16>(),
    ];
    prop_oneof![
        9 => (data, word).prop_map(|(data, word)| [data, word.to_be_bytes().to_vec()].concat()),
        1 => proptest::collection::vec(any::<u8>(), 0..400),
    ]
}

fn run_cps(channel: Box<dyn CardChannel>) -> Result<(), CardError> {
    let cps = Cps::open(channel)?;
    let mut cps = match cps.verify(&pin("1234")) {
        Ok(cps) => cps,
        Err((mut cps, _)) => {
            cps.tries_left()?;
            return Ok(());
        }
    };
    let situations = cps.situations();
    cps.sign(&[1; 32])?;
    situations.map(|_| ())
}

fn run_vitale(channel: Box<dyn CardChannel>) -> Result<(), CardError> {
    let mut vitale = Vitale::open(channel)?;
    let read = vitale.read();
    vitale.sign(&[1; 32])?;
    read.map(|_| ())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_answers_end(answers in proptest::collection::vec(answer(), 1..12), t0 in any::<bool>()) {
        let protocol = if t0 { Protocol::T0 } else { Protocol::T1 };
        for atr in [CPS_ATR.to_vec(), VITALE_ATR.to_vec()] {
            let is_cps = atr.len() == CPS_ATR.len();
            let count = Arc::new(AtomicU32::new(0));
            let liar = Liar { atr, answers: answers.clone(), protocol, count: count.clone() };
            // What comes of it does not matter, that it ends does: four jobs at most.
            let _ = if is_cps { run_cps(Box::new(liar)) } else { run_vitale(Box::new(liar)) };
            prop_assert!(count.load(Ordering::SeqCst) <= 4 * JOB_APDUS);
        }
    }
}

/// Everything else that is done with a CPS, nine jobs of it, and the second insertion of the same card, with what was learnt.
fn run_rest(channel: Box<dyn CardChannel>, cache: &mut Cache) -> Result<(), CardError> {
    let mut cps = Cps::open_with(channel, cache)?;
    let _ = (cps.tries_left(), cps.puk_state(), cps.inventory());
    cache.learn(&cps);
    let (cps, _) = cps.change_pin(&pin("1234"), &pin("4321"));
    let (cps, _) = cps.unblock(&pin("87654321"), &pin("1234"));
    let mut cps = cps.verify(&pin("1234")).map_err(|(_, error)| error)?;
    let _ = cps.situations();
    cache.learn(&cps);
    cps.activities().map(|activities| assert!(activities.len() <= 16))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_answers_to_all_the_rest_end_too(
        answers in proptest::collection::vec(answer(), 1..12), t0 in any::<bool>(), fourth in any::<bool>(),
    ) {
        let protocol = if t0 { Protocol::T0 } else { Protocol::T1 };
        let atr = if fourth { CPS4_ATR } else { CPS_ATR };
        let mut cache = Cache::new();
        for _ in 0..2 {
            let count = Arc::new(AtomicU32::new(0));
            let liar = Liar { atr: atr.to_vec(), answers: answers.clone(), protocol, count: count.clone() };
            let _ = run_rest(Box::new(liar), &mut cache);
            prop_assert!(count.load(Ordering::SeqCst) <= 9 * JOB_APDUS);
            prop_assert!(cache.len() <= 2);
        }
    }
}

/// A true card of which some bytes arrive changed.
struct Noise {
    card: Box<dyn CardChannel>,
    changes: Vec<(usize, usize, u8)>,
    count: usize,
}

impl CardChannel for Noise {
    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let mut response = self.card.transmit(apdu)?;
        for (index, position, flip) in &self.changes {
            if *index == self.count && !response.is_empty() {
                let position = position % response.len();
                response[position] ^= flip;
            }
        }
        self.count += 1;
        Ok(response)
    }

    fn protocol(&self) -> Protocol {
        self.card.protocol()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_are_no_panic(
        changes in proptest::collection::vec((0usize..60, any::<usize>(), 1u8..), 1..4),
        t0 in any::<bool>(),
    ) {
        let noise = |card| Box::new(Noise { card, changes: changes.clone(), count: 0 });
        let _ = run_cps(noise(insert(deck::cps_card_image(), t0, None)));
        let _ = run_vitale(noise(insert(deck::vitale_card_image(deck::vitale_content()), t0, None)));
        let mut cache = Cache::new();
        for _ in 0..2 {
            let _ = run_rest(noise(insert(deck::cps_card_image(), t0, None)), &mut cache);
        }
    }
}
