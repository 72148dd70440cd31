//! The test PKI judged from outside: openssl for every certificate and the CRL, rustls for the local servers.
//! Day of judgement: the first one of the demo, 2026-01-15, whatever the day of the run.
#![expect(clippy::expect_used, reason = "a test stops where something is missing")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use liasse_demo::world;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error, RootCertStore};

/// 2026-01-15 at 08:00 UTC.
const DEMO_START: u64 = 1_768_464_000;

fn pki() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pki")
}

/// Every certificate below the root, by the name of its file.
fn issued() -> Vec<String> {
    let entries = std::fs::read_dir(pki()).expect("fixtures/pki");
    let names = entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned());
    let mut issued: Vec<String> = names
        .filter(|name| !name.ends_with(".key.pem") && !["root.pem", "chain.pem", "crl.pem"].contains(&name.as_str()))
        .map(|name| name.trim_end_matches(".pem").to_owned())
        .collect();
    issued.sort();
    issued
}

/// Runs openssl in `fixtures/pki`: whether it succeeded, and all it said.
fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).current_dir(pki()).output().expect("openssl runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn verify(name: &str, at: u64) -> (bool, String) {
    let (file, at) = (format!("{name}.pem"), at.to_string());
    openssl(&[
        "verify",
        "-x509_strict",
        "-attime",
        &at,
        "-CAfile",
        "chain.pem",
        "-crl_check",
        "-CRLfile",
        "crl.pem",
        &file,
    ])
}

/// One field or extension of a certificate as openssl prints it, without line breaks.
fn shown(name: &str, what: &[&str]) -> String {
    let file = format!("{name}.pem");
    let (done, said) = openssl(&[&["x509", "-noout", "-in", &file], what].concat());
    assert!(done, "{name}: {said}");
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn openssl_accepts_all_but_the_expired_and_the_revoked() {
    let all = issued();
    assert_eq!(all.len(), 3 + 8 * 2 + 8, "three services, two a CPS, one a Vitale");
    for name in all {
        let (accepted, said) = verify(&name, DEMO_START);
        let reason = match name.as_str() {
            "cps-expiree-signature" | "cps-expiree-authentication" => Some("certificate has expired"),
            "cps-revoquee-signature" | "cps-revoquee-authentication" => Some("certificate revoked"),
            _ => None,
        };
        assert_eq!(accepted, reason.is_none(), "{name}: {said}");
        assert!(said.contains(reason.unwrap_or(": OK")), "{name}: {said}");
    }
}

#[test]
fn the_expired_certificate_was_good_and_the_others_last_to_2049() {
    // 2025-06-30 and 2049-12-31 at 23:59:59 UTC, the last second; openssl counts that second itself as over.
    for (name, last) in [("cps-expiree-signature", 1_751_327_999), ("cps-gris-signature", 2_524_607_999)] {
        let at = |second: u64| {
            let (file, at) = (format!("{name}.pem"), second.to_string());
            openssl(&["verify", "-attime", &at, "-CAfile", "chain.pem", &file]).0
        };
        assert!(at(last - 1) && !at(last + 1), "{name}");
    }
}

#[test]
fn each_key_is_used_for_what_it_is() {
    for name in issued() {
        let usage = shown(&name, &["-ext", "keyUsage"]);
        let expected = match name.as_str() {
            "caisse-encryption" => "Key Encipherment",
            "localhost" => "Digital Signature, Key Encipherment",
            _ if name.ends_with("-authentication") => "Digital Signature, Key Encipherment",
            _ => "Digital Signature, Non Repudiation",
        };
        assert_eq!(usage, format!("X509v3 Key Usage: critical {expected}"), "{name}");
        let extended = shown(&name, &["-ext", "extendedKeyUsage"]);
        assert_eq!(extended.contains("TLS Web Server Authentication"), name == "localhost", "{name}: {extended}");
        assert_eq!(extended.contains("Extended Key Usage"), name == "localhost", "{name}: no EKU elsewhere");
        assert_eq!(
            shown(&name, &["-ext", "basicConstraints"]),
            "X509v3 Basic Constraints: critical CA:FALSE",
            "{name}"
        );
    }
    assert_eq!(shown("root", &["-ext", "keyUsage"]), "X509v3 Key Usage: critical Certificate Sign, CRL Sign");
}

#[test]
fn a_cps_names_its_holder_in_one_multi_valued_rdn() {
    let subject = |name| shown(name, &["-subject", "-nameopt", "sep_comma_plus_space,utf8,sname"]);
    let gris = subject("cps-gris-signature");
    assert_eq!(gris, "subject=C=FR, O=LIASSE SIM, SN=GRIS + GN=ANNE + title=Médecin + CN=899900101017");
    assert_eq!(subject("cps-gris-authentication"), gris);
    let durand = subject("vitale-durand");
    assert_eq!(durand, "subject=C=FR, O=LIASSE SIM, CN=VITALE SIM 90000201", "a Vitale's certificate names no person");
}

#[test]
fn no_serial_number_and_no_key_is_shared() {
    let mut names = issued();
    names.push("root".to_owned());
    for what in ["-serial", "-pubkey"] {
        let values: BTreeSet<String> = names.iter().map(|name| shown(name, &[what])).collect();
        assert_eq!(values.len(), names.len(), "{what}");
    }
    for name in &names {
        let (done, public) = openssl(&["pkey", "-pubout", "-in", &format!("{name}.key.pem")]);
        assert!(done, "{name}");
        let public = public.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(public, shown(name, &["-pubkey"]), "{name}: the kept key is the certified one");
    }
}

#[test]
fn a_card_carries_the_certificates_and_keys_of_the_folder() {
    for (name, text) in world::cards() {
        let card: toml::Table = toml::from_str(text).expect(name);
        let pairs: &[(&str, &str, &str)] = if name.starts_with("cp") {
            &[
                ("-signature", "signature_certificate", "signature_key"),
                ("-authentication", "authentication_certificate", "authentication_key"),
            ]
        } else {
            &[("", "certificate", "key")]
        };
        for (suffix, certificate, key) in pairs {
            let carried = |field: &str| card.get(field).and_then(toml::Value::as_str).expect(name).to_owned();
            let kept = |file: String| {
                let pem = std::fs::read_to_string(pki().join(file)).expect("pem");
                pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()
            };
            assert_eq!(carried(certificate), kept(format!("{name}{suffix}.pem")), "{name}");
            assert_eq!(carried(key), kept(format!("{name}{suffix}.key.pem")), "{name}");
        }
    }
}

#[test]
fn rustls_takes_the_local_certificate_for_localhost_alone() {
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).expect("certificate");
    let read = |name: &str| der(&std::fs::read_to_string(pki().join(name)).expect("pem"));
    let trusting = |root: CertificateDer<'static>| {
        let mut roots = RootCertStore::empty();
        roots.add(root).expect("usable as trust anchor");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("verifier")
    };
    let now = UnixTime::since_unix_epoch(Duration::from_secs(DEMO_START));
    let judge = |root, certificate: &str, host: &str| {
        let host = ServerName::try_from(host.to_owned()).expect("name");
        trusting(root).verify_server_cert(&read(certificate), &[], &host, &[], now).map(drop)
    };
    let root = || der(world::pki::ROOT_PEM);
    assert_eq!(judge(root(), "localhost.pem", "localhost"), Ok(()));
    assert_eq!(judge(root(), "localhost.pem", "127.0.0.1"), Ok(()));
    let refused = |result| matches!(result, Err(Error::InvalidCertificate(_)));
    assert!(refused(judge(root(), "localhost.pem", "ailleurs.test")));
    assert!(refused(judge(root(), "caisse-returns.pem", "localhost")));
    let stranger = judge(read("caisse-returns.pem"), "localhost.pem", "localhost");
    assert_eq!(stranger, Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)));
}
