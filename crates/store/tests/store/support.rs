//! What the tests share: a folder that goes away, an invented practice, FSE made by hand, and a second hand in the file.
//! Expected amounts stand in the tests, not here.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{Duration, NaiveDate};
use liasse_domain::fse::{ActDetails, ActLine, CareContext, Executant, Patient, Signed};
use liasse_domain::lot::LotKey;
use liasse_domain::returns::{Acknowledgement, PaidLine, Payment, Reason, Rejections, Return};
use liasse_domain::{
    BillingNumber, Centimes, Destination, DocumentKind, FileIdentifier, Fse, FseContent, FseNumber, FseRef, Instant,
    LotNumber, MoneyState, Nir, Organisme, Payer, Rate, SecuringMode, SendPhase, TransmissionState,
};
use liasse_store::{Actor, Arrived, AttemptId, Decoded, MoneyRow, Outgoing, SealedLot, Stamp, Store, Taken};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

pub const KEY: [u8; 32] = [7; 32];
pub const DOCTOR: &str = "991129768";
pub const OTHER_DOCTOR: &str = "991091976";

/// A folder of its own, removed at the end of the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("liasse-store-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).expect("temporary folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("liasse.db")
    }

    pub fn open(&self) -> Store {
        Store::open(&self.file(), &KEY).expect("store opens")
    }

    /// A second hand in the file, past the store: what a curious person with the key could do.
    pub fn raw(&self) -> Connection {
        let connection = Connection::open(self.file()).expect("file opens");
        connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "07".repeat(32))).expect("key");
        connection
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A store in its folder.
pub struct Practice {
    pub store: Store,
    pub folder: Folder,
}

impl Practice {
    pub fn new() -> Self {
        let folder = Folder::new();
        Self { store: folder.open(), folder }
    }

    /// As if the program had been killed and started again.
    pub fn reopened(self) -> Self {
        let Self { store, folder } = self;
        drop(store);
        Self { store: folder.open(), folder }
    }

    pub fn prepare(&mut self, kind: Kind) -> FseRef {
        self.prepare_for(DOCTOR, kind)
    }

    pub fn prepare_for(&mut self, doctor: &str, kind: Kind) -> FseRef {
        let billing = billing(doctor);
        let made = self.store.prepare_fse(&stamp(), &billing, None, |number| Ok::<_, ()>(fse(&billing, number, kind)));
        made.expect("prepared").reference().clone()
    }

    /// For a patient of another caisse of the régime général.
    pub fn prepare_to(&mut self, caisse: &str, kind: Kind) -> FseRef {
        let billing = billing(DOCTOR);
        let made = self.store.prepare_fse(&stamp(), &billing, None, |number| {
            let (mut content, bytes) = fse(&billing, number, kind);
            content.organisme = Organisme::new("01", caisse, "0000").expect("organisme");
            Ok::<_, ()>((content, bytes))
        });
        made.expect("prepared").reference().clone()
    }

    pub fn sign(&mut self, fse: &FseRef) -> Fse<Signed> {
        let prepared = self.store.load_prepared(DocumentKind::Fse, fse).expect("read").expect("prepared");
        let signed = prepared.sealed_by_vitale(b"vitale".to_vec()).expect("mode 3").signed_by_cps(b"cps".to_vec());
        self.store.sign_fse(&stamp(), &signed).expect("signed");
        signed
    }

    pub fn signed(&mut self, kind: Kind) -> FseRef {
        let fse = self.prepare(kind);
        self.sign(&fse);
        fse
    }

    /// Seals what is free of the doctor into one lot.
    pub fn seal(&mut self, file: &str) -> SealedLot {
        let free = self.store.free_signed(Some(&billing(DOCTOR))).expect("free");
        let members: Vec<FseRef> = free.iter().map(|fse| fse.reference().clone()).collect();
        seal(&mut self.store, &key(), &members, file).expect("sealed")
    }

    /// Seals and posts what is free.
    pub fn posted(&mut self, file: &str) -> FileIdentifier {
        let lot = self.seal(file).name.file;
        self.store.post_lot(&stamp(), lot, b"cms of the lot", &outgoing(lot)).expect("posted");
        lot
    }

    /// Begins a try of the only file that may leave, up to `phase`.
    pub fn attempt(&mut self, phase: SendPhase) -> AttemptId {
        let id = self.store.to_send().expect("read").first().expect("a file waits").id;
        let attempt = self.store.begin_attempt(&stamp(), id).expect("begun");
        for step in
            [SendPhase::Connect, SendPhase::Auth, SendPhase::Mail, SendPhase::Rcpt, SendPhase::Data, SendPhase::Dot]
        {
            if step <= phase {
                self.store.record_phase(attempt, step, at(60)).expect("phase");
            }
        }
        attempt
    }

    /// Sends what waits; the post accepts.
    pub fn sent(&mut self, file: &str) -> FileIdentifier {
        let lot = self.posted(file);
        self.accepted();
        lot
    }

    /// The post accepts the only file that may leave.
    pub fn accepted(&mut self) {
        let attempt = self.attempt(SendPhase::Dot);
        let outcome = liasse_store::AttemptOutcome::Accepted { reply: "250 2.0.0 Ok: queued as 4F1".to_owned() };
        self.store.finish_attempt(&stamp_at(61), attempt, &outcome).expect("finished");
    }

    pub fn take(&mut self, name: &str, message: &Return) -> Taken {
        let raw = format!("{name}: {}", serde_json::to_string(message).expect("json"));
        self.take_one(&stamp_at(3600), arrived("dr.test@cabinet.test", name, raw.as_bytes(), Some(message)))
    }

    pub fn take_one(&mut self, stamp: &Stamp, message: Arrived<'_>) -> Taken {
        let taken = self.store.take_returns(stamp, &[message]).expect("taken");
        assert_eq!(taken.len(), 1);
        taken[0]
    }

    pub fn transmission(&self, fse: &FseRef) -> Option<TransmissionState> {
        self.store.fse(fse).expect("read").expect("fse").transmission
    }

    pub fn money(&self, fse: &FseRef, payer: Payer) -> (MoneyState, i64, i64) {
        let row = self.store.fse(fse).expect("read").expect("fse");
        let MoneyRow { state, due, paid, .. } =
            row.money.into_iter().find(|money| money.payer == payer).expect("payer");
        (state, due.0, paid.0)
    }

    pub fn assert_journal_intact(&self) {
        assert_eq!(self.store.journal_verify().expect("read").faults, Vec::new());
    }
}

/// Which FSE: a consultation G at 30,00 €, base 30,00 €, rate 70 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The patient pays 30,00 €.
    Paid,
    /// The AMO pays 21,00 €, the patient 9,00 €.
    ThirdParty,
    /// The AMO pays 21,00 €, the complementary insurer 9,00 €, the patient nothing (C2S).
    Whole,
}

pub fn fse(billing: &BillingNumber, number: FseNumber, kind: Kind) -> (FseContent, Vec<u8>) {
    let whole = kind == Kind::Whole;
    let content = FseContent {
        reference: FseRef { billing: billing.clone(), number },
        mode: SecuringMode::Securise,
        drawn_up: day("2026-01-15"),
        corrects: None,
        executant: executant(billing),
        locum: None,
        patient: patient(),
        organisme: Organisme::new("01", "751", "0000").expect("organisme"),
        complementary: None,
        care: CareContext {
            nature: 10,
            care_path: Some('T'),
            exoneration: Some('0'),
            accident: None,
            third_party_accident: None,
            referrer: None,
            rights_proof: 4,
        },
        third_party_amo: kind != Kind::Paid,
        third_party_amc: whole,
        acts: vec![ActLine {
            date: day("2026-01-15"),
            code: "G".to_owned(),
            majoration: None,
            quantity: 1,
            coefficient: 100,
            unit: Centimes(3000),
            base: Centimes(3000),
            rate: Rate(7000),
            amo: Centimes(2100),
            fee: Centimes(3000),
            amc: Centimes(if whole { 900 } else { 0 }),
            qualifier: None,
            exoneration: None,
            details: ActDetails::default(),
        }],
        demand: None,
    };
    let bytes = format!("FSE {billing} {number} {kind:?}\r\n").into_bytes();
    (content, bytes)
}

fn executant(billing: &BillingNumber) -> Executant {
    Executant {
        billing: billing.clone(),
        rpps: None,
        family_name: "GRIS".into(),
        given_name: "Anne".into(),
        convention: 1,
        specialty: "01".to_owned(),
        tariff_zone: "24".to_owned(),
        ik_zone: "01".to_owned(),
        agreements: ["0".to_owned(), "0".to_owned(), "0".to_owned()],
        condition: 'L',
        situation: 1,
        structure_kind: 4,
        structure_number: "99900065279".to_owned(),
        structure_name: "CABINET DU DR GRIS".to_owned(),
    }
}

pub fn patient() -> Patient {
    Patient {
        insured_nir: Nir::parse("2840578006084").expect("nir"),
        insured_key: 90,
        own_nir: None,
        family_name: "DURAND".into(),
        given_name: "Claire".into(),
        birth_date: "1984-05-02".parse().expect("birth date"),
        birth_rank: 1,
        quality: 0,
        coverage_code: "00100".to_owned(),
    }
}

pub fn seal(
    store: &mut Store,
    key: &LotKey,
    members: &[FseRef],
    file: &str,
) -> Result<SealedLot, liasse_store::Or<()>> {
    // As a lot has them: one record after the other.
    let records: Vec<u8> = members.iter().filter_map(|fse| store.bytes_of(fse).ok()).flatten().collect();
    store.seal(&stamp(), key, members, file.parse().expect("identifier"), |number, seq, head| {
        Ok([lot_bytes(number, seq, head, members), records].concat())
    })
}

/// Stand-in for `lot.b2`: the store never looks into it.
pub fn lot_bytes(number: LotNumber, seq: u64, head: [u8; 32], members: &[FseRef]) -> Vec<u8> {
    format!("LOT {number} {seq} {head:02x?} {members:?}\r\n").into_bytes()
}

pub fn outgoing(lot: FileIdentifier) -> Outgoing {
    Outgoing {
        file_bytes: format!("000{lot}999").into_bytes(),
        message: format!("Message-ID: <{lot}@cabinet.test>\r\n\r\nbody").into_bytes(),
        to: "01751@751.01.rss.test".to_owned(),
        from: "dr.test@cabinet.test".to_owned(),
        message_id: format!("{lot}@cabinet.test"),
        scans: None,
    }
}

pub fn arl(lot: FileIdentifier, refused: Option<&str>) -> Return {
    Return::Acknowledgement(Acknowledgement {
        billing: billing(DOCTOR),
        from: destination(),
        file: lot,
        on: day("2026-01-16"),
        refused: refused.map(reason),
    })
}

pub fn rejects(lot: FileIdentifier, fses: &[&FseRef]) -> Return {
    Return::Rejections(Rejections {
        billing: billing(DOCTOR),
        from: destination(),
        file: lot,
        on: day("2026-01-16"),
        fses: fses.iter().map(|fse| ((*fse).clone(), reason("I0703"))).collect(),
    })
}

pub fn payment(reference: &str, lines: &[(&FseRef, Payer, i64)]) -> Return {
    Return::Payment(Payment {
        billing: billing(DOCTOR),
        from: destination(),
        reference: reference.to_owned(),
        on: day("2026-01-22"),
        lines: lines
            .iter()
            .map(|(fse, payer, cents)| PaidLine { fse: (*fse).clone(), payer: *payer, amount: Centimes(*cents) })
            .collect(),
    })
}

pub fn reason(code: &str) -> Reason {
    Reason { code: code.to_owned(), label: "DROITS NON OUVERTS".to_owned() }
}

pub fn key() -> LotKey {
    LotKey { billing: billing(DOCTOR), mode: SecuringMode::Securise, destination: destination() }
}

pub fn destination() -> Destination {
    Destination::new("01", "751").expect("destination")
}

pub fn billing(number: &str) -> BillingNumber {
    number.parse().expect("billing number")
}

pub fn reference(number: u32) -> FseRef {
    FseRef { billing: billing(DOCTOR), number: FseNumber::new(number).expect("number") }
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("date")
}

/// So many seconds after 9 h in Paris on 15 January 2026.
pub fn at(seconds: i64) -> Instant {
    let start: Instant = "2026-01-15T08:00:00Z".parse().expect("instant");
    start + Duration::seconds(seconds)
}

pub fn stamp() -> Stamp {
    stamp_at(0)
}

pub fn stamp_at(seconds: i64) -> Stamp {
    Stamp::new(at(seconds), Actor { who: DOCTOR.to_owned(), role: "titulaire".to_owned() })
}

pub fn sha(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A message as a mailbox gives it, understood or not.
pub fn arrived<'a>(mailbox: &'a str, uidl: &'a str, raw: &'a [u8], decoded: Option<&'a Return>) -> Arrived<'a> {
    Arrived { mailbox, uidl, raw, sha256: sha(raw), decoded: decoded.map(Decoded::Return), note: None }
}
