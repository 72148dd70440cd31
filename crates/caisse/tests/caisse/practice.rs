//! A workstation made by hand: cards of the fixtures, claims of one act, lots, mails.
//! Not `core`: what it makes may be wrong on purpose.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use liasse_domain::fse::{ActDetails, ActLine, CareContext, ComplementaryCover, Executant, Patient};
use liasse_domain::{
    BillingSituation, CardHolder, Centimes, FileIdentifier, FseContent, FseNumber, FseRef, Instant, LotNumber, Rate,
    SecuringMode, VitaleContent, clock,
};
use liasse_formats::b2;
use liasse_formats::cms::{self, Flux, NationalAttributes};
use liasse_formats::lot::{Head, LotHeader, file_bytes, lot_bytes};
use liasse_formats::mail::{self, FileMail, Header};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// A certificate and its key.
pub struct Signer {
    pub certificate: Vec<u8>,
    key: RsaPrivateKey,
}

pub struct Cps {
    pub signer: Signer,
    pub holder: CardHolder,
    pub situation: BillingSituation,
}

pub struct Vitale {
    pub signer: Signer,
    pub content: VitaleContent,
}

#[derive(Deserialize)]
struct CpsFile {
    signature_certificate: String,
    signature_key: String,
    holder: CardHolder,
    situations: Vec<BillingSituation>,
}

#[derive(Deserialize)]
struct VitaleFile {
    certificate: String,
    key: String,
    vitale: VitaleContent,
}

fn fixture(path: &str) -> String {
    let path = format!("{}/../../fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn signer(certificate: &str, key: &str) -> Signer {
    let key = RsaPrivateKey::from_pkcs8_der(&STANDARD.decode(key).expect("base64")).expect("key");
    Signer { certificate: STANDARD.decode(certificate).expect("base64"), key }
}

pub fn cps(name: &str) -> Cps {
    let file: CpsFile = toml::from_str(&fixture(&format!("cards/{name}.toml"))).expect("a CPS");
    let situation = file.situations.into_iter().next().expect("a situation");
    Cps { signer: signer(&file.signature_certificate, &file.signature_key), holder: file.holder, situation }
}

pub fn vitale(name: &str) -> Vitale {
    let file: VitaleFile = toml::from_str(&fixture(&format!("cards/{name}.toml"))).expect("a Vitale");
    Vitale { signer: signer(&file.certificate, &file.key), content: file.vitale }
}

impl Signer {
    /// A detached signature with the national attributes.
    pub fn sign(&self, content: &[u8], flux: Flux, billing: &str, at: Instant) -> Vec<u8> {
        let national = NationalAttributes { flux, billing: billing.parse().expect("billing") };
        let hash: [u8; 32] = Sha256::digest(content).into();
        let to_sign = cms::prepare(&hash, &self.certificate, Some(&national), at).expect("prepared");
        let signature = self.key.sign(Pkcs1v15Sign::new::<Sha256>(), to_sign.digest()).expect("signature");
        to_sign.finish(&signature, &[]).expect("message")
    }
}

/// An act by its amounts: code, price, rate in percent, AMO part, complementary part.
pub fn act(code: &str, cents: i64, percent: u32, amo: i64, amc: i64) -> ActLine {
    ActLine {
        date: "2026-01-15".parse().expect("day"),
        code: code.to_owned(),
        majoration: None,
        quantity: 1,
        coefficient: 100,
        unit: Centimes(cents),
        base: Centimes(cents),
        rate: Rate::percent(percent),
        amo: Centimes(amo),
        fee: Centimes(cents),
        amc: Centimes(amc),
        qualifier: None,
        exoneration: None,
        details: ActDetails::default(),
    }
}

/// A claim of `acts`, in care path by the médecin traitant, paid by the patient.
pub fn claim(cps: &Cps, vitale: &Vitale, beneficiary: usize, number: u32, acts: Vec<ActLine>) -> FseContent {
    let situation = &cps.situation;
    let person = &vitale.content.beneficiaries[beneficiary - 1];
    FseContent {
        reference: FseRef {
            billing: situation.billing_number.clone(),
            number: FseNumber::new(number).expect("number"),
        },
        mode: SecuringMode::Securise,
        drawn_up: "2026-01-15".parse().expect("day"),
        corrects: None,
        executant: Executant {
            billing: situation.billing_number.clone(),
            rpps: cps.holder.rpps.clone(),
            family_name: cps.holder.family_name.clone(),
            given_name: cps.holder.given_name.clone(),
            convention: situation.convention,
            specialty: situation.specialty.clone(),
            tariff_zone: situation.tariff_zone.clone(),
            ik_zone: situation.ik_zone.clone(),
            agreements: situation.agreements.clone(),
            condition: 'L',
            situation: situation.number,
            structure_kind: situation.structure_kind,
            structure_number: situation.structure_number.clone(),
            structure_name: situation.structure_name.clone(),
        },
        locum: None,
        patient: Patient {
            insured_nir: vitale.content.insured.nir,
            insured_key: vitale.content.insured.nir_key,
            own_nir: person.own_nir,
            family_name: person.family_name.clone(),
            given_name: person.given_name.clone(),
            birth_date: person.birth_date,
            birth_rank: person.birth_rank,
            quality: person.quality,
            coverage_code: "00100".to_owned(),
        },
        organisme: vitale.content.insured.organisme.clone(),
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
        third_party_amo: false,
        third_party_amc: false,
        acts,
        demand: None,
    }
}

/// G in care path: 30,00 € at 70 %, 21,00 € of it by the AMO.
pub fn g() -> Vec<ActLine> {
    vec![act("G", 3000, 70, 2100, 0)]
}

/// The C2S way: both parts paid to the practitioner, contract 89 under the national number.
pub fn with_c2s(mut content: FseContent) -> FseContent {
    let member = "".into();
    let (contract, number) = ("89".to_owned(), "99999997".to_owned());
    content.complementary =
        Some(ComplementaryCover { contract, number, member, convention: String::new(), management: None });
    (content.third_party_amo, content.third_party_amc) = (true, true);
    content
}

/// An FSE with its bytes and signatures.
#[derive(Clone)]
pub struct Signed {
    pub number: FseNumber,
    pub bytes: Vec<u8>,
    pub cps: Vec<u8>,
    pub vitale: Vec<u8>,
}

/// Signed by both cards.
pub fn signed(content: &FseContent, cps: &Cps, vitale: &Vitale, at: Instant) -> Signed {
    let bytes = b2::render_fse(content).expect("bytes");
    let billing = content.reference.billing.as_str();
    Signed {
        number: content.reference.number,
        cps: cps.signer.sign(&bytes, Flux::Test, billing, at),
        vitale: vitale.signer.sign(&bytes, Flux::Test, billing, at),
        bytes,
    }
}

/// A file before it is closed: everything may still be changed.
pub struct Draft {
    pub billing: String,
    pub destination: (String, String),
    pub identifier: String,
    pub mode: SecuringMode,
    pub fses: Vec<Signed>,
}

impl Draft {
    /// The lot's bytes.
    pub fn lot(&self, at: Instant) -> Vec<u8> {
        let header = LotHeader {
            billing: self.billing.parse().expect("billing"),
            number: LotNumber::new(1).expect("lot"),
            destination: self.destination(),
            mode: self.mode,
            sealed_on: clock::paris(at).date(),
            fse_count: u16::try_from(self.fses.len()).expect("few"),
        };
        let fses: Vec<&[u8]> = self.fses.iter().map(|fse| fse.bytes.as_slice()).collect();
        lot_bytes(&header, &fses, &Head { sequence: 12, hash: [0xAB; 32] })
    }

    fn destination(&self) -> liasse_domain::Destination {
        liasse_domain::Destination::new(&self.destination.0, &self.destination.1).expect("destination")
    }

    /// The pieces of the mail, the lot signed by `cps`.
    pub fn pieces(&self, cps: &Cps, at: Instant) -> FileMail {
        let lot = self.lot(at);
        let billing = self.billing.parse().expect("billing");
        let identifier: FileIdentifier = self.identifier.parse().expect("identifier");
        FileMail {
            file: file_bytes(&billing, &self.destination(), identifier, clock::paris(at).date(), &lot),
            lot_p7s: cps.signer.sign(&lot, Flux::Test, &self.billing, at),
            fse_p7s: self.fses.iter().map(|fse| (fse.number, fse.cps.clone())).collect(),
            vitale_p7s: self.fses.iter().map(|fse| (fse.number, fse.vitale.clone())).collect(),
        }
    }

    /// The whole mail.
    pub fn mail(&self, cps: &Cps, at: Instant) -> Vec<u8> {
        enveloped(&self.pieces(cps, at), &self.billing, at)
    }
}

/// A file of `fses` for caisse 01/751.
pub fn draft(cps: &Cps, identifier: &str, fses: Vec<Signed>) -> Draft {
    Draft {
        billing: cps.situation.billing_number.to_string(),
        destination: ("01".to_owned(), "751".to_owned()),
        identifier: identifier.to_owned(),
        mode: SecuringMode::Securise,
        fses,
    }
}

/// The mail of these pieces, encrypted for the caisse.
pub fn enveloped(pieces: &FileMail, billing: &str, at: Instant) -> Vec<u8> {
    sealed(&mail::inner(&mail::IRIS_B2_PUBLIC, pieces), billing, at)
}

/// A mail whose envelope holds these bytes.
pub fn sealed(inner: &[u8], billing: &str, at: Instant) -> Vec<u8> {
    let pem = fixture("pki/caisse-encryption.pem");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let recipient = STANDARD.decode(body).expect("base64");
    let mut random = |bytes: &mut [u8]| getrandom::getrandom(bytes).expect("random bytes");
    let envelope = cms::encrypt(inner, &recipient, &mut random).expect("envelope");
    let compostage = mail::compostage(at, 1);
    let header = Header {
        from: "dr.test@cabinet.test".to_owned(),
        to: "01751@751.01.rss.test".to_owned(),
        subject: mail::subject(&billing.parse().expect("billing"), &compostage, 1),
        message_id: format!("{compostage}@cabinet.test"),
        date: at,
    };
    mail::outer(&header, mail::IRIS_B2_PUBLIC.descriptor.text, &envelope)
}
