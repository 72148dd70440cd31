//! What the caisse remembers: files judged, FSE accepted, money due, mail that waits. Rebuilt from events, in order.
//! Not the disk (`memory`) and no decision: an event says what was decided, applying it twice is never done.

use std::collections::{BTreeMap, HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use liasse_domain::{
    BillingNumber, Centimes, Destination, DocumentKind, FileIdentifier, FseRef, Instant, Payer, clock,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::scanned::{Scanned, ScannedDocument};

/// Something that happened, one record of the memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// A mail for a caisse was judged; `judged` is absent when no file could be named in it.
    Received {
        /// Where it was fetched, behind a foreign post office.
        source: Option<Source>,
        /// The file.
        judged: Option<Judged>,
        /// What is answered.
        letters: Vec<Letter>,
        /// The money that its FSE make due.
        dues: Vec<Due>,
    },
    /// A file came again with the same bytes: the same answers leave again.
    Repeated {
        /// Where it was fetched.
        source: Option<Source>,
        /// The letters that leave again.
        again: Vec<u64>,
    },
    /// Scanned documents came; `scanned` is absent when they could not be read.
    Scans {
        /// Where they were fetched.
        source: Option<Source>,
        /// What came.
        scanned: Option<Scanned>,
    },
    /// A mail between mailboxes, not for a caisse.
    Relayed {
        /// The mail.
        letter: Letter,
    },
    /// Money left, and its announcement.
    Paid {
        /// Which dues.
        dues: Vec<u64>,
        /// The announcement.
        letter: Letter,
        /// The same announced once more.
        #[serde(default)]
        again: Option<Letter>,
    },
    /// A mail for a caisse did not reach it.
    Undelivered {
        /// Where it was fetched, behind a foreign post office.
        source: Option<Source>,
        /// The notice to its sender; a mail without return path has none.
        notice: Option<Letter>,
    },
    /// Somebody emptied their mailbox of these, or the foreign post office took them.
    Gone {
        /// Which letters.
        letters: Vec<u64>,
    },
}

/// A message of a foreign mailbox. Its name alone does not tell it from another: servers give names again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Source {
    /// Account.
    pub(crate) mailbox: String,
    /// Unique name there.
    pub(crate) uidl: String,
    /// SHA-256 of the message. Memories from before it was kept have zeros, which are no message's.
    #[serde(default)]
    pub(crate) hash: [u8; 32],
}

/// The verdict on a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Judged {
    /// Its sender.
    pub(crate) sender: BillingNumber,
    /// Its identifier.
    pub(crate) identifier: FileIdentifier,
    /// SHA-256 of `fichier.b2`.
    pub(crate) hash: [u8; 32],
    /// Whether the lot's signature was good: only such a file owns its identifier.
    pub(crate) signed: bool,
    /// FSE, or DRE at an insurer's intake, that were accepted.
    pub(crate) accepted: Vec<FseRef>,
    /// What the file holds.
    #[serde(default)]
    pub(crate) kind: DocumentKind,
    /// DRE that are taken back: nothing is owed for them any more.
    #[serde(default)]
    pub(crate) taken_back: Vec<FseRef>,
    /// The concentrator that it came through; returns for its sender leave the same way from then on.
    #[serde(default)]
    pub(crate) concentrator: Option<String>,
}

/// A mail that waits for somebody, bytes as they leave.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Letter {
    /// Address of the mailbox.
    pub(crate) to: String,
    /// Who sends it: a caisse's address.
    pub(crate) from: String,
    /// The whole message.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub(crate) mail: Vec<u8>,
    /// When it may be seen.
    pub(crate) fate: Fate,
}

/// When a letter may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fate {
    /// At once.
    Now,
    /// From that day on.
    From(NaiveDate),
    /// From that moment on.
    At(Instant),
    /// Never (a scenario's lost answer).
    Lost,
}

/// Money that the caisse owes under tiers payant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Due {
    /// For which FSE; its billing number is paid.
    pub(crate) fse: FseRef,
    /// Which caisse pays.
    pub(crate) from: Destination,
    /// On whose behalf.
    pub(crate) payer: Payer,
    /// How much; negative takes back.
    pub(crate) amount: Centimes,
    /// From which day on.
    pub(crate) on: NaiveDate,
}

/// A file that was judged before.
#[derive(Clone, Debug)]
pub(crate) struct KnownFile {
    /// SHA-256 of its bytes.
    pub(crate) hash: [u8; 32],
    /// Whether it owns its identifier.
    pub(crate) signed: bool,
    /// The letters that answered it.
    pub(crate) letters: Vec<u64>,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Ledger {
    letters: BTreeMap<u64, Letter>,
    gone: HashSet<u64>,
    next_letter: u64,
    files: HashMap<(BillingNumber, FileIdentifier), Vec<KnownFile>>,
    accepted: HashSet<(DocumentKind, FseRef)>,
    dues: BTreeMap<u64, Due>,
    next_due: u64,
    transfers: u64,
    undelivered: u64,
    fetched: HashSet<Source>,
    concentrators: HashMap<BillingNumber, String>,
    scanned: HashMap<(BillingNumber, FileIdentifier), Vec<Scanned>>,
}

impl Ledger {
    /// Takes an event in.
    pub(crate) fn apply(&mut self, event: Event) {
        match event {
            Event::Received { source, judged, letters, dues } => {
                self.fetched.extend(source);
                let numbers = letters.into_iter().map(|letter| self.put(letter)).collect();
                if let Some(judged) = judged {
                    for dre in &judged.taken_back {
                        self.dues.retain(|_, due| due.fse != *dre || due.from.takes() != DocumentKind::Dre);
                    }
                    self.accepted.extend(judged.accepted.into_iter().map(|name| (judged.kind, name)));
                    match judged.concentrator {
                        Some(address) => drop(self.concentrators.insert(judged.sender.clone(), address)),
                        None => drop(self.concentrators.remove(&judged.sender)),
                    }
                    let known = KnownFile { hash: judged.hash, signed: judged.signed, letters: numbers };
                    self.files.entry((judged.sender, judged.identifier)).or_default().push(known);
                }
                for due in dues {
                    self.dues.insert(self.next_due, due);
                    self.next_due += 1;
                }
            }
            Event::Repeated { source, again } => {
                self.fetched.extend(source);
                for number in again {
                    if let Some(letter) = self.letters.get(&number).cloned() {
                        self.put(Letter { fate: Fate::Now, ..letter });
                    }
                }
            }
            Event::Scans { source, scanned } => {
                self.fetched.extend(source);
                if let Some(scanned) = scanned {
                    self.scanned.entry((scanned.sender.clone(), scanned.lot)).or_default().push(scanned);
                }
            }
            Event::Relayed { letter } => {
                self.put(letter);
            }
            Event::Paid { dues, letter, again } => {
                for number in dues {
                    self.dues.remove(&number);
                }
                self.transfers += 1;
                for letter in std::iter::once(letter).chain(again) {
                    self.put(letter);
                }
            }
            Event::Undelivered { source, notice } => {
                self.fetched.extend(source);
                self.undelivered += 1;
                notice.map(|letter| self.put(letter));
            }
            Event::Gone { letters } => self.gone.extend(letters),
        }
    }

    fn put(&mut self, letter: Letter) -> u64 {
        let number = self.next_letter;
        self.letters.insert(number, letter);
        self.next_letter += 1;
        number
    }

    /// The number that the next letter will bear.
    pub(crate) fn next_letter(&self) -> u64 {
        self.next_letter
    }

    /// How many transfers were made.
    pub(crate) fn transfers(&self) -> u64 {
        self.transfers
    }

    /// How many mails did not reach their caisse.
    pub(crate) fn undelivered(&self) -> u64 {
        self.undelivered
    }

    /// Letters that may be seen at `now`, for one address or all.
    pub(crate) fn waiting(&self, to: Option<&str>, now: Instant) -> Vec<(u64, &Letter)> {
        let today = clock::paris(now).date();
        let visible = |letter: &Letter| match letter.fate {
            Fate::Now => true,
            Fate::From(day) => day <= today,
            Fate::At(moment) => moment <= now,
            Fate::Lost => false,
        };
        self.letters
            .iter()
            .filter(|(number, letter)| {
                visible(letter)
                    && !self.gone.contains(number)
                    && to.is_none_or(|address| letter.to.eq_ignore_ascii_case(address))
            })
            .map(|(number, letter)| (*number, letter))
            .collect()
    }

    /// One letter.
    pub(crate) fn letter(&self, number: u64) -> Option<&Letter> {
        self.letters.get(&number)
    }

    /// The files known under an identifier of a sender.
    pub(crate) fn files(&self, sender: &BillingNumber, identifier: FileIdentifier) -> &[KnownFile] {
        self.files.get(&(sender.clone(), identifier)).map_or(&[], Vec::as_slice)
    }

    /// The concentrator through which a practice sends.
    pub(crate) fn concentrator_of(&self, sender: &BillingNumber) -> Option<&str> {
        self.concentrators.get(sender).map(String::as_str)
    }

    /// The scanned documents that came for a lot, each time they came.
    pub(crate) fn scanned(&self, sender: &BillingNumber, lot: FileIdentifier) -> Vec<&[ScannedDocument]> {
        let came = self.scanned.get(&(sender.clone(), lot)).map_or(&[][..], Vec::as_slice);
        came.iter().map(|scanned| scanned.documents.as_slice()).collect()
    }

    /// Whether a document of that kind and number was accepted before.
    pub(crate) fn is_accepted(&self, kind: DocumentKind, name: &FseRef) -> bool {
        self.accepted.contains(&(kind, name.clone()))
    }

    /// Whether an insurer still owes for a DRE.
    pub(crate) fn owes(&self, from: &Destination, dre: &FseRef) -> bool {
        self.dues.values().any(|due| due.fse == *dre && due.from == *from)
    }

    /// Whether a message of a foreign mailbox was taken before.
    pub(crate) fn is_fetched(&self, source: &Source) -> bool {
        self.fetched.contains(source)
    }

    /// The oldest dues that may be paid together on `today`: same practitioner, same caisse, same day.
    pub(crate) fn next_payment(&self, today: NaiveDate) -> Option<Vec<(u64, &Due)>> {
        let first = self.dues.values().filter(|due| due.on <= today).min_by_key(|due| due.on)?;
        let together =
            |due: &&Due| due.on == first.on && due.from == first.from && due.fse.billing == first.fse.billing;
        Some(self.dues.iter().filter(|(_, due)| together(due)).map(|(number, due)| (*number, due)).collect())
    }
}

/// Says who gets it, never what it holds: a mail may be read over somebody's shoulder in a log.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({} bytes, {:?})", self.mail.len(), self.fate)
    }
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(|_| serde::de::Error::custom("base64 expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(to: &str, fate: Fate) -> Letter {
        Letter { to: to.to_owned(), from: "01751@751.01.rss.test".to_owned(), mail: b"mail".to_vec(), fate }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("date")
    }

    /// What waits at 09:00 in Paris.
    fn numbers(ledger: &Ledger, today: &str) -> Vec<u64> {
        let now = format!("{today}T08:00:00Z").parse().expect("instant");
        ledger.waiting(Some("DR@cabinet.test"), now).into_iter().map(|(number, _)| number).collect()
    }

    #[test]
    fn events_read_back_and_replay_to_the_same_ledger() {
        let file: FileIdentifier = "ABC123".parse().expect("identifier");
        let sender: BillingNumber = "991010117".parse().expect("billing");
        let judged = Judged {
            sender: sender.clone(),
            identifier: file,
            hash: [7; 32],
            signed: true,
            accepted: vec![],
            kind: DocumentKind::Fse,
            taken_back: vec![],
            concentrator: None,
        };
        let letters = ["dr@cabinet.test", "x@cabinet.test"];
        let fates = [Fate::Lost, Fate::From(day("2026-01-20"))];
        let later = Fate::At("2026-01-20T08:00:01Z".parse().expect("instant"));
        let letters = letters.into_iter().zip(fates).map(|(to, fate)| letter(to, fate)).collect();
        let events = [
            Event::Received { source: None, judged: Some(judged), letters, dues: vec![] },
            Event::Repeated { source: None, again: vec![0] },
            Event::Relayed { letter: letter("dr@cabinet.test", Fate::From(day("2026-01-20"))) },
            Event::Undelivered { source: None, notice: Some(letter("dr@cabinet.test", later)) },
            Event::Undelivered { source: None, notice: None },
        ];
        let mut ledger = Ledger::default();
        for event in events {
            let json = serde_json::to_vec(&event).expect("json");
            ledger.apply(serde_json::from_slice(&json).expect("event"));
        }
        assert_eq!(numbers(&ledger, "2026-01-19"), [2], "the lost answer came again when the file did");
        assert_eq!(numbers(&ledger, "2026-01-20"), [2, 3]);
        assert_eq!(ledger.files(&sender, file)[0].letters, [0, 1]);
        ledger.apply(Event::Gone { letters: vec![2] });
        assert_eq!(numbers(&ledger, "2026-01-20"), [3]);
        assert_eq!((numbers(&ledger, "2026-01-21"), ledger.undelivered()), (vec![3, 4], 2));
    }

    #[test]
    fn what_is_paid_together_and_when() {
        let due = |number: &str, on: &str, caisse: &str| Due {
            fse: number.parse().expect("fse"),
            from: Destination::new("01", caisse).expect("caisse"),
            payer: Payer::Amo,
            amount: Centimes(2100),
            on: day(on),
        };
        let mut ledger = Ledger::default();
        let dues = vec![
            due("991010117-000000001", "2026-01-22", "751"),
            due("991010117-000000002", "2026-01-22", "951"),
            due("991010117-000000003", "2026-01-22", "751"),
            due("991010117-000000004", "2026-01-23", "751"),
        ];
        ledger.apply(Event::Received { source: None, judged: None, letters: vec![], dues });
        assert!(ledger.next_payment(day("2026-01-21")).is_none());
        let first: Vec<u64> = ledger.next_payment(day("2026-02-01")).expect("due").iter().map(|due| due.0).collect();
        assert_eq!(first, [0, 2]);
        let announced = letter("dr@cabinet.test", Fate::Now);
        let paid = Event::Paid { dues: first, letter: announced.clone(), again: Some(announced) };
        // As it was written before payments could be announced twice.
        let mut older = serde_json::to_value(&paid).expect("json");
        older.as_object_mut().expect("an event").remove("again");
        assert!(matches!(serde_json::from_value(older), Ok(Event::Paid { again: None, .. })));
        ledger.apply(paid);
        assert_eq!(numbers(&ledger, "2026-01-22"), [0, 1]);
        assert_eq!(ledger.next_payment(day("2026-01-22")).expect("due").len(), 1);
        assert_eq!(ledger.transfers(), 1);
    }
}
