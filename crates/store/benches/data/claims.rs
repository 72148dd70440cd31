//! FSE as a practice makes them: a consultation for one of the patients of a file, its bytes as they would leave, and signatures as
//! cards make them. Two signatures serve for all: the store keeps bytes and verifies none. Everybody is invented.

use liasse_domain::fse::{ActDetails, ActLine, CareContext, Executant, Patient};
use liasse_domain::{
    BillingNumber, Centimes, FseContent, FseNumber, FseRef, Instant, Nir, Organisme, Rate, SecuringMode,
};
use liasse_formats::b2::{RenderError, render_fse};
use liasse_formats::cms::{self, Flux, NationalAttributes};
use liasse_store::{Actor, Stamp, Store};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use rusqlite::{Connection, Row};
use sha2::{Digest, Sha256};

use crate::made::{certificate, fixture};

/// When all of it happens, as rows hold it.
pub const AT: &str = "2026-01-15T11:00:00.000000Z";

/// Dr Gris.
pub fn gris() -> BillingNumber {
    "991010117".parse().expect("a billing number")
}

/// One FSE to make.
pub struct Claim {
    /// The row of its patient.
    pub person: i64,
    content: FseContent,
}

impl Claim {
    /// Its patient.
    pub fn patient(&self) -> &Patient {
        &self.content.patient
    }

    /// Its content under a number, and the bytes of that.
    pub fn numbered(&self, number: FseNumber) -> Result<(FseContent, Vec<u8>), RenderError> {
        let mut content = self.content.clone();
        content.reference.number = number;
        let bytes = render_fse(&content)?;
        Ok((content, bytes))
    }
}

/// FSE one after the other, for patients in no order.
#[derive(Clone)]
pub struct Claims {
    patients: Vec<(i64, Patient)>,
    next: usize,
    /// A signature of a Vitale.
    pub vitale: Vec<u8>,
    /// A signature of the CPS of Dr Gris.
    pub cps: Vec<u8>,
}

impl Claims {
    /// For the patients of a file.
    pub fn of(raw: &Connection) -> Self {
        let mut people = raw.prepare("SELECT * FROM patient WHERE id > 0 ORDER BY id").expect("a statement");
        let patients = people.query_map([], patient).expect("the patients");
        let patients: Vec<_> = patients.collect::<rusqlite::Result<_>>().expect("patients");
        let mut claims = Self { patients, next: 0, vitale: Vec::new(), cps: Vec::new() };
        let first = FseNumber::new(1).expect("a number");
        let (_, bytes) = claims.another().numbered(first).expect("the bytes of an FSE");
        claims.vitale = signature(&bytes, "vitale-durand");
        claims.cps = signature(&bytes, "cps-gris-signature");
        claims
    }

    /// The next one.
    pub fn another(&mut self) -> Claim {
        // A stride that walks through all of them and has no neighbours.
        self.next = (self.next + 7919) % self.patients.len();
        let (person, patient) = self.patients[self.next].clone();
        Claim { person, content: content(patient) }
    }

    /// Keeps one in a store as the program does: numbered, then signed, each durable.
    pub fn keep(&self, store: &mut Store, claim: &Claim) {
        let actor = Actor { who: gris().to_string(), role: "titulaire".to_owned() };
        let stamp = Stamp::new(now(), actor);
        let prepared = store.prepare_fse(&stamp, &gris(), None, |number| claim.numbered(number)).expect("prepared");
        let sealed = prepared.sealed_by_vitale(self.vitale.clone()).expect("mode 3");
        store.sign_fse(&stamp, &sealed.signed_by_cps(self.cps.clone())).expect("signed");
    }
}

fn now() -> Instant {
    AT.parse().expect("an instant")
}

fn patient(row: &Row<'_>) -> rusqlite::Result<(i64, Patient)> {
    let text = |column: &str| row.get::<_, String>(column);
    let patient = Patient {
        insured_nir: Nir::parse(&text("insured_nir")?).expect("a NIR"),
        insured_key: row.get("insured_key")?,
        own_nir: None,
        family_name: text("family_name")?.into(),
        given_name: text("given_name")?.into(),
        birth_date: text("birth_date")?.parse().expect("a birth date"),
        birth_rank: row.get("birth_rank")?,
        quality: row.get("quality")?,
        coverage_code: "00100".to_owned(),
    };
    Ok((row.get("id")?, patient))
}

/// A consultation at 30,00 € under tiers payant.
fn content(patient: Patient) -> FseContent {
    let day = now().date_naive();
    FseContent {
        reference: FseRef { billing: gris(), number: FseNumber::new(1).expect("a number") },
        mode: SecuringMode::Securise,
        drawn_up: day,
        corrects: None,
        executant: executant(),
        locum: None,
        patient,
        organisme: Organisme::new("01", "751", "0100").expect("an organisme"),
        complementary: None,
        care: CareContext {
            nature: 10,
            care_path: Some('T'),
            exoneration: None,
            accident: None,
            third_party_accident: None,
            referrer: None,
            rights_proof: 4,
        },
        third_party_amo: true,
        third_party_amc: false,
        acts: vec![ActLine {
            date: day,
            code: "G".to_owned(),
            majoration: None,
            quantity: 1,
            coefficient: 100,
            unit: Centimes(3000),
            base: Centimes(3000),
            rate: Rate::percent(70),
            amo: Centimes(2100),
            fee: Centimes(3000),
            amc: Centimes::ZERO,
            qualifier: None,
            exoneration: None,
            details: ActDetails::default(),
        }],
        demand: None,
    }
}

fn executant() -> Executant {
    Executant {
        billing: gris(),
        rpps: Some("99900101017".parse().expect("an RPPS")),
        family_name: "GRIS".into(),
        given_name: "ANNE".into(),
        convention: 1,
        specialty: "01".to_owned(),
        tariff_zone: "20".to_owned(),
        ik_zone: "01".to_owned(),
        agreements: ["00", "00", "00"].map(str::to_owned),
        condition: 'L',
        situation: 1,
        structure_kind: 4,
        structure_number: "999001010170018".to_owned(),
        structure_name: "CABINET GRIS".to_owned(),
    }
}

/// A detached signature, with the certificates that go with it.
fn signature(bytes: &[u8], name: &str) -> Vec<u8> {
    let key = RsaPrivateKey::from_pkcs8_pem(&fixture(&format!("pki/{name}.key.pem"))).expect("a key");
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let attributes = NationalAttributes { flux: Flux::Test, billing: gris() };
    let to_sign = cms::prepare(&hash, &certificate(name), Some(&attributes), now()).expect("prepared");
    let raw = key.sign(Pkcs1v15Sign::new::<Sha256>(), to_sign.digest()).expect("signed");
    to_sign.finish(&raw, &[certificate("root")]).expect("finished")
}
