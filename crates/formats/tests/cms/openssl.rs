//! The program `openssl` as judge and as foreign sender.
//! Commands as reference telecom 3.2 gives them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use der::pem::{LineEnding, encode_string};
use liasse_formats::cms::{CmsError, Trust, verify, verify_with};
use rsa::pkcs8::EncodePrivateKey;

use crate::authority::{Holder, INTERMEDIATE, ROOT, Usage, Wanted, doctor, holder, issued_by, now, root, trust};

/// A folder for the files that openssl reads and writes; it goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cms-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the build folder");
        Self(path)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), bytes).expect("the build folder");
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).expect("openssl wrote it")
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Certificate and key of a holder as `NAME.pem` and `NAME.key`.
    pub fn write_holder(&self, name: &str, holder: &Holder) {
        self.write(&format!("{name}.pem"), pem(&holder.certificate));
        let key = holder.key.to_pkcs8_pem(LineEnding::LF).expect("pem");
        self.write(&format!("{name}.key"), key.as_bytes());
    }

    pub fn openssl<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        Command::new("openssl").args(arguments).current_dir(&self.0).output().expect("openssl is installed")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn pem(certificate: &[u8]) -> String {
    encode_string("CERTIFICATE", LineEnding::LF, certificate).expect("pem")
}

const CONTENT: &[u8] = b"2 991129768 not a claim, only bytes\r\n5 991129768 \x00\xff\r\n";

/// `openssl cms -verify` of lot.p7s over lot.b2 as a stranger would call it, at the moment of the tests.
fn accepts(folder: &Folder) -> bool {
    let time = now().timestamp().to_string();
    let arguments = [
        "cms",
        "-verify",
        "-cades",
        "-binary",
        "-inform",
        "DER",
        "-in",
        "lot.p7s",
        "-content",
        "lot.b2",
        "-CAfile",
        "chain.pem",
        "-purpose",
        "any",
        "-attime",
        &time,
        "-out",
        "out",
    ];
    let output = folder.openssl(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), said.contains("CAdES Verification successful"), "{said}");
    output.status.success()
}

#[test]
fn openssl_accepts_ours_and_refuses_a_flipped_bit() {
    let folder = Folder::new("ours");
    let message = doctor().cms(CONTENT, &[root().certificate]);
    folder.write("chain.pem", pem(&root().certificate));
    folder.write("lot.b2", CONTENT);
    folder.write("lot.p7s", &message);
    assert!(accepts(&folder));
    assert_eq!(folder.read("out"), CONTENT);

    let mut flipped = CONTENT.to_vec();
    flipped[7] ^= 1;
    folder.write("lot.b2", &flipped);
    assert!(!accepts(&folder), "another content");

    folder.write("lot.b2", CONTENT);
    let mut damaged = message.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    folder.write("lot.p7s", &damaged);
    assert!(!accepts(&folder), "another signature");

    folder.write("lot.p7s", &message);
    folder.write("chain.pem", pem(&doctor().certificate));
    assert!(!accepts(&folder), "another authority");
}

#[test]
fn openssl_follows_our_chain_through_an_intermediate() {
    let wanted = Wanted {
        subject: INTERMEDIATE,
        serial: 2,
        usage: Some(Usage::Authority),
        authority: Some(Some(0)),
        ..Wanted::default()
    };
    let middle = issued_by(&root(), ROOT, &wanted, 3);
    let signer = issued_by(&middle, INTERMEDIATE, &Wanted::default(), 2);
    let message = signer.cms(CONTENT, &[middle.certificate.clone(), root().certificate, middle.certificate.clone()]);

    let folder = Folder::new("chain");
    folder.write("chain.pem", pem(&root().certificate));
    folder.write("lot.b2", CONTENT);
    folder.write("lot.p7s", &message);
    assert!(accepts(&folder));
    assert!(verify(&message, CONTENT, &trust(), now()).is_ok());
}

#[test]
fn openssl_shows_the_national_attributes() {
    let folder = Folder::new("attributes");
    folder.write("lot.p7s", doctor().cms(CONTENT, &[]));
    let output = folder.openssl(["cms", "-cmsout", "-print", "-inform", "DER", "-in", "lot.p7s"]);
    let said = String::from_utf8_lossy(&output.stdout).replace(['\n', ' '], "");
    for expected in [
        "object:undefined(1.2.250.1.186.500.1.2)set:IA5STRING:T",
        "object:undefined(1.2.250.1.186.500.1.5)set:IA5STRING:991129768",
        "object:signingTime(1.2.840.113549.1.9.5)set:UTCTIME:Jan1508:00:002026GMT",
        "eContent:<ABSENT>",
        "signatureAlgorithm:algorithm:sha256WithRSAEncryption",
    ] {
        assert!(said.contains(expected), "{expected} in {said}");
    }
}

/// What openssl signs with the doctor's key and these further options.
fn by_openssl(folder: &Folder, options: &[&str]) -> Vec<u8> {
    let sign = ["cms", "-sign", "-binary", "-md", "sha256", "-in", "lot.b2", "-signer", "dr.pem", "-inkey", "dr.key"];
    let out = ["-outform", "DER", "-out", "foreign.p7s"];
    let output = folder.openssl(sign.iter().chain(&out).chain(options));
    assert!(output.status.success(), "{options:?}: {}", String::from_utf8_lossy(&output.stderr));
    folder.read("foreign.p7s")
}

#[test]
fn openssl_signatures_are_accepted() {
    let folder = Folder::new("foreign");
    folder.write("lot.b2", CONTENT);
    folder.write_holder("dr", &doctor());
    for options in [&[][..], &["-cades"], &["-keyid"], &["-nosmimecap"], &["-stream"], &["-nodetach"]] {
        let message = by_openssl(&folder, options);
        let verified = verify(&message, CONTENT, &trust(), now());
        assert_eq!(verified.map(|v| v.certificate), Ok(doctor().certificate), "{options:?}");
        assert_eq!(verify(&message, b"other", &trust(), now()), Err(CmsError::DigestMismatch), "{options:?}");
    }
    let open_lengths = by_openssl(&folder, &["-stream"]);
    assert_eq!(open_lengths[..2], [0x30, 0x80], "indefinite length");
}

#[test]
fn a_signature_without_certificate_needs_one_handed_in() {
    let folder = Folder::new("nocerts");
    folder.write("lot.b2", CONTENT);
    folder.write_holder("dr", &doctor());
    let message = by_openssl(&folder, &["-nocerts", "-cades"]);
    assert_eq!(verify(&message, CONTENT, &trust(), now()), Err(CmsError::NoSignerCertificate));
    let with = |certificate: &[u8], trust: Option<&Trust>| {
        verify_with(&message, CONTENT, Some(certificate), trust, now()).map(|verified| verified.attributes)
    };
    assert_eq!(with(&doctor().certificate, None), Ok(None));
    assert_eq!(with(&doctor().certificate, Some(&trust())), Ok(None));
    assert_eq!(with(&doctor().certificate, Some(&Trust::default())), Err(CmsError::UnknownIssuer));
    let other = holder(&Wanted { serial: 0x2002, ..Wanted::default() });
    assert_eq!(with(&other.certificate, None), Err(CmsError::NoSignerCertificate));
}

#[test]
fn other_algorithms_and_missing_attributes_are_refused() {
    let folder = Folder::new("algorithms");
    folder.write("lot.b2", CONTENT);
    folder.write_holder("dr", &doctor());
    let refused = |options: &[&str]| verify(&by_openssl(&folder, options), CONTENT, &trust(), now()).err();
    assert_eq!(refused(&["-md", "sha1"]), Some(CmsError::UnsupportedAlgorithm));
    assert_eq!(refused(&["-keyopt", "rsa_padding_mode:pss"]), Some(CmsError::UnsupportedAlgorithm));
    assert_eq!(refused(&["-noattr"]), Some(CmsError::AttributeMissing));
}

#[test]
fn the_authentication_key_signs_no_claim() {
    let wanted = Wanted { usage: Some(Usage::Authentication), serial: 0x1002, ..Wanted::default() };
    let folder = Folder::new("authentication");
    folder.write("lot.b2", CONTENT);
    folder.write_holder("dr", &holder(&wanted));
    let message = by_openssl(&folder, &["-cades"]);
    assert_eq!(verify(&message, CONTENT, &trust(), now()), Err(CmsError::WrongUsage));
    assert!(verify_with(&message, CONTENT, None, Some(&trust()), now()).is_ok(), "a foreign document may be signed so");

    let wanted = Wanted { usage: None, ..wanted };
    folder.write_holder("dr", &holder(&wanted));
    assert!(verify(&by_openssl(&folder, &[]), CONTENT, &trust(), now()).is_ok(), "no keyUsage restricts nothing");
}

#[test]
fn openssl_reads_our_certificates_as_we_do() {
    let folder = Folder::new("subject");
    folder.write_holder("dr", &doctor());
    let arguments = ["x509", "-in", "dr.pem", "-noout", "-subject", "-serial", "-nameopt", "utf8,sep_comma_plus"];
    let said = String::from_utf8(folder.openssl(arguments).stdout).expect("utf-8");
    for pair in ["CN=899700000013", "SN=GRIS", "GN=ANNE", "title=Médecin", "+", "serial=1001"] {
        assert!(said.contains(pair), "{pair} in {said}");
    }
    let subject = liasse_formats::certificate::subject(&doctor().certificate).expect("a subject");
    assert_eq!(subject.common_name, "899700000013");
    assert_eq!((subject.family_name.reveal(), subject.given_name.reveal()), ("GRIS", "ANNE"));
    assert_eq!(subject.title, "Médecin");
    assert_eq!(liasse_formats::certificate::serial(&doctor().certificate), Ok("1001".to_owned()));
}
