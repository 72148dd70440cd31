//! Everything that is done with a card, and what must hold whatever it answers: it ends within the caps, a code is
//! sent once, an error has its sentences, what was read is bounded.
//! Not the cards: `files` and `apdu_dialogue` answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use liasse_cards::cps::{Cache, Cps, CpsIdentity, Locked, Situations};
use liasse_cards::exchange::JOB_APDUS;
use liasse_cards::vitale::{Vitale, VitaleRead};
use liasse_cards::{CardChannel, CardError, ChannelError, Protocol, tlv};
use liasse_domain::{Coded, Digits, catalogue};
use liasse_formats::groups::professional::{situation_from_group, situation_to_group};
use liasse_formats::groups::vitale::{vitale_from_groups, vitale_to_groups};

/// A short response holds 256 bytes; 2048 bits are as many.
const SIGNATURE: usize = 256;

/// What a card heard.
#[derive(Default)]
pub struct Heard {
    apdus: AtomicU32,
    codes: AtomicU32,
}

impl Heard {
    /// How many commands.
    pub fn apdus(&self) -> u32 {
        self.apdus.load(Ordering::SeqCst)
    }

    /// How many of them carried a PIN or an unblocking code.
    fn codes(&self) -> u32 {
        self.codes.load(Ordering::SeqCst)
    }
}

/// A card, listened to.
struct Listened {
    card: Box<dyn CardChannel>,
    heard: Arc<Heard>,
}

impl CardChannel for Listened {
    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        self.heard.apdus.fetch_add(1, Ordering::SeqCst);
        assert!(apdu.len() >= 4, "a command has a header");
        // VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER; without a body they ask for a state and carry nothing, under T=0
        // but a zero in the place of a length.
        if let [_, 0x20 | 0x24 | 0x2C, _, _, length, codes @ ..] = apdu
            && (*length != 0 || !codes.is_empty())
        {
            assert!(usize::from(*length) == codes.len(), "a length that is another");
            assert!((Digits::MIN..=2 * Digits::MAX).contains(&codes.len()), "a code that no card takes");
            self.heard.codes.fetch_add(1, Ordering::SeqCst);
        }
        self.card.transmit(apdu)
    }

    fn protocol(&self) -> Protocol {
        self.card.protocol()
    }
}

/// The same card, and what it will hear.
pub fn listened(card: impl CardChannel + 'static) -> (Box<dyn CardChannel>, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    (Box::new(Listened { card: Box::new(card), heard: Arc::clone(&heard) }), heard)
}

/// Opens a CPS twice, asks what it says without a PIN, verifies, reads, signs, changes and unblocks its PIN.
pub fn use_cps(card: impl CardChannel + 'static) {
    let (channel, heard) = listened(card);
    let mut cache = Cache::new();
    if let Some(mut first) = kept(Cps::open_with(channel, &mut cache)) {
        identity(first.identity());
        assert_eq!(first.apdus(), heard.apdus());
        // As the desk does: the counter, and what it shows of how the card is asked, kept for the second opening.
        let _ = kept(first.tries_left());
        cache.learn(&first);
        if let Some(cps) = kept(Cps::open_with(first.into_channel(), &mut cache)) {
            identity(cps.identity());
            without_a_pin(cps, &heard);
        }
    }
    assert!(cache.len() <= 2, "two openings");
    // Two openings, and ten jobs at most.
    assert!(heard.apdus() <= 12 * JOB_APDUS, "{} commands", heard.apdus());
}

fn without_a_pin(mut cps: Cps<Locked>, heard: &Heard) {
    if let Some(inventory) = kept(cps.inventory()) {
        assert!(inventory.applications.len() <= 8 && inventory.keys.len() <= 16 && inventory.codes.len() <= 16);
    }
    let _ = kept(cps.tries_left());
    let _ = kept(cps.puk_state());
    for pin in ["", "123"] {
        cps = match cps.verify(&digits(pin)) {
            Ok(_) => panic!("a PIN that no card takes"),
            Err((locked, error)) => {
                assert!(matches!(error, CardError::EmptyPin | CardError::PinLength));
                locked
            }
        };
    }
    assert_eq!(heard.codes(), 0, "a state costs no code, and a PIN that no card takes is not sent");
    let verified = cps.verify(&digits("1234"));
    assert!(heard.codes() <= 1, "a PIN is sent once");
    match verified {
        Ok(mut cps) => {
            situations(kept(cps.situations()));
            assert!(kept(cps.activities()).is_none_or(|activities| activities.len() <= 16));
            if let Some(signature) = kept(cps.sign(&[0x42; 32])) {
                assert_eq!(signature.len(), SIGNATURE);
            }
            codes(cps, heard);
        }
        Err((cps, error)) => {
            told(&error);
            codes(cps, heard);
        }
    }
}

fn codes<S>(cps: Cps<S>, heard: &Heard) {
    let before = heard.codes();
    let (cps, changed) = cps.change_pin(&digits("1234"), &digits("123"));
    assert_eq!(changed, Err(CardError::PinLength));
    let (cps, unblocked) = cps.unblock(&digits("1234567"), &digits("5678"));
    assert_eq!(unblocked, Err(CardError::PukLength));
    assert_eq!(heard.codes(), before, "a code that no card takes is not sent");
    let (cps, changed) = cps.change_pin(&digits("1234"), &digits("5678"));
    let _ = kept(changed);
    assert!(heard.codes() <= before + 1, "a change is sent once");
    let before = heard.codes();
    let (_, unblocked) = cps.unblock(&digits("12345678"), &digits("5678"));
    let _ = kept(unblocked);
    assert!(heard.codes() <= before + 2, "the unblocking code and the new PIN, each once");
}

/// Reads a Vitale, its certificate, and has it sign.
pub fn use_vitale(card: impl CardChannel + 'static) {
    let (channel, heard) = listened(card);
    if let Some(mut vitale) = kept(Vitale::open(channel)) {
        assert_eq!(heard.apdus(), 0);
        if let Some(read) = kept(vitale.read()) {
            vitale_read(&read);
        }
        let _ = kept(vitale.certificate());
        if let Some(signature) = kept(vitale.sign(&[0x42; 32])) {
            assert_eq!(signature.len(), SIGNATURE);
        }
        assert_eq!(vitale.apdus(), heard.apdus());
    }
    assert_eq!(heard.codes(), 0, "a Vitale has no PIN");
    assert!(heard.apdus() <= 3 * JOB_APDUS, "{} commands", heard.apdus());
}

/// What came of a job; its error has its sentences.
fn kept<T>(result: Result<T, CardError>) -> Option<T> {
    result.map_err(|error| told(&error)).ok()
}

/// An error is one that can be told.
pub fn told(error: &CardError) {
    assert!(catalogue::entry(error.code()).is_some(), "{} has no text", error.code().0);
    assert!(!error.report().message.contains('{'), "{}", error.report().message);
}

fn identity(identity: &CpsIdentity) {
    assert!(identity.serial.len() == 8 && identity.serial.bytes().all(|byte| byte.is_ascii_digit()));
    for certificate in [&identity.signature_certificate, &identity.authentication_certificate] {
        assert_eq!(tlv::whole_length(certificate), Some(certificate.len()), "one whole object");
    }
}

fn situations(read: Option<Situations>) {
    if let Some(Situations::Readable(situations)) = read {
        for situation in situations {
            assert_eq!(situation_from_group(&situation_to_group(&situation)), Ok(situation));
        }
    }
}

fn vitale_read(read: &VitaleRead) {
    assert!(read.public.len() <= 32 && read.unreadable.len() <= 64, "what a card lists is bounded");
    let plain = |name: &String| name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    assert!(read.unreadable.iter().all(plain), "a name that a card made up");
    if let Some(content) = &read.content {
        assert_eq!(vitale_from_groups(&vitale_to_groups(content)).as_ref(), Ok(content), "another writing");
    }
}

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap_or_default()
}
