//! `formats cms verify`: judges a detached signature over a file, against authorities handed in.
//! Not what the signer may bill. A certificate may be handed in for messages that carry none.

use std::io::{self, Write};
use std::path::PathBuf;

use liasse_domain::{Code, Instant, Report as Sentences};
use liasse_formats::certificate;
use liasse_formats::cms::{Trust, Verified, verify_with};
use serde_json::json;

use crate::failure::{CliError, Failure};
use crate::files;

#[derive(clap::Subcommand)]
pub(crate) enum Cms {
    #[command(about = "Vérifie une signature détachée")]
    Verify(Verify),
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    #[arg(value_name = "FICHIER", help = "Signature CMS, en DER ou en BER")]
    file: PathBuf,
    #[arg(long, value_name = "FICHIER", help = "Contenu signé")]
    content: PathBuf,
    #[arg(long, value_name = "FICHIER", help = "Autorités de confiance en PEM, avec leurs listes de révocation")]
    ca: PathBuf,
    #[arg(long, value_name = "FICHIER", help = "Certificat du signataire, en PEM ou en DER")]
    cert: Option<PathBuf>,
}

pub(crate) fn run(command: Cms, json: bool) -> Result<(), Failure> {
    let Cms::Verify(arguments) = command;
    let message = files::read(&arguments.file)?;
    let content = files::read(&arguments.content)?;
    let pem = files::read_text(&arguments.ca)?;
    let mut trust = Trust::from_pem(&pem)?;
    if pem.contains("X509 CRL") {
        trust = trust.with_crl_pem(&pem)?;
    }
    let signer = arguments.cert.as_deref().map(files::read).transpose()?.map(der).transpose()?;
    let verified = verify_with(&message, &content, signer.as_deref(), Some(&trust), now())?;
    let text = if json { in_json(&verified)? } else { in_words(&verified)? };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| CliError::output(&error))
}

/// A certificate file in either form, as DER.
fn der(bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    match std::str::from_utf8(&bytes) {
        Ok(pem) if pem.contains("-----BEGIN") => Ok(Trust::from_pem(pem)?.roots.swap_remove(0)),
        _ => Ok(bytes),
    }
}

fn in_words(verified: &Verified) -> Result<String, Failure> {
    let parameters = [("serial", certificate::serial(&verified.certificate)?)];
    Ok(Sentences::new(Code("system.signature_valable"), &parameters).message + "\n")
}

fn in_json(verified: &Verified) -> Result<String, Failure> {
    let (not_before, not_after) = certificate::validity(&verified.certificate)?;
    let answer = json!({
        "valid": true,
        "signing_time": verified.signing_time,
        "certificate": {
            "serial": certificate::serial(&verified.certificate)?,
            "common_name": certificate::subject(&verified.certificate)?.common_name,
            "not_before": not_before,
            "not_after": not_after,
        },
        "flux": verified.flux_text,
        "billing_number": verified.billing_text,
    });
    Ok(answer.to_string() + "\n")
}

#[expect(clippy::disallowed_methods, reason = "a program's edge: the validity of a certificate is judged today")]
fn now() -> Instant {
    chrono::Utc::now()
}
