//! Reading mails: ours and those of other senders and post offices, tolerant in form, strict in what they may hold.
//! Signatures are handed out unverified; nothing is decrypted here.
//! Tolerances of reference telecom 1.1: any case, zlib, gzip or plain, the S/MIME part alone or inside a multipart.

use chrono::{Duration, NaiveDate};
use liasse_domain::{FseNumber, Instant};
use mail_parser::Message;

use super::part::{Leaf, leaves};
use super::{EnvelopeProfile, FileMail, Header, IRIS_B2_PUBLIC, MailFault, ReturnKind, ReturnMail, squeeze};

const SIGNATURE_TYPES: [&str; 3] =
    ["application/pkcs7-signature", "application/x-pkcs7-signature", "application/octet-stream"];
const SMIME_TYPES: [&str; 2] = ["application/pkcs7-mime", "application/x-pkcs7-mime"];

/// What stood inside the encryption.
pub fn read_inner(bytes: &[u8]) -> Result<FileMail, MailFault> {
    let profile = &IRIS_B2_PUBLIC;
    let (_, leaves) = leaves(bytes, profile)?;
    let (mut file, mut lot) = (None, None);
    let (mut fse, mut vitale) = (Vec::new(), Vec::new());
    for leaf in &leaves {
        let name = leaf.name()?;
        if leaf.is(&[profile.part_type]) {
            let compressed = leaf
                .description()
                .and_then(|text| profile.descriptor_of(text))
                .is_some_and(|descriptor| descriptor.compressed);
            put(&mut file, squeeze::unpack(leaf.decode()?, compressed, profile.max_part)?, "fichier.b2")?;
            continue;
        }
        let Some(name) = name.filter(|_| leaf.is(&SIGNATURE_TYPES)) else { continue };
        let Some(stem) = name.strip_suffix(".p7s") else { continue };
        if stem == "lot" {
            put(&mut lot, leaf.decode()?, "lot.p7s")?;
        } else if let Some(number) = stem.strip_prefix("fse-") {
            add(&mut fse, number, leaf.decode()?, "fse-N.p7s")?;
        } else if let Some(number) = stem.strip_prefix("vitale-") {
            add(&mut vitale, number, leaf.decode()?, "vitale-N.p7s")?;
        }
    }
    Ok(FileMail {
        file: file.ok_or(MailFault::PartMissing { part: "fichier.b2" })?,
        lot_p7s: lot.ok_or(MailFault::PartMissing { part: "lot.p7s" })?,
        fse_p7s: fse,
        vitale_p7s: vitale,
    })
}

/// The headers and the S/MIME envelope (a CMS EnvelopedData) of a mail.
pub fn read_outer(bytes: &[u8]) -> Result<(Header, Vec<u8>), MailFault> {
    let (head, leaves) = leaves(bytes, &IRIS_B2_PUBLIC)?;
    let header = header(&head)?;
    let mut envelope = None;
    for leaf in leaves.iter().filter(|leaf| leaf.is(&SMIME_TYPES)) {
        if leaf.parameter("smime-type").is_none_or(|kind| kind.eq_ignore_ascii_case("enveloped-data")) {
            put(&mut envelope, leaf.decode()?, "smime.p7m")?;
        }
    }
    Ok((header, envelope.ok_or(MailFault::PartMissing { part: "smime.p7m" })?))
}

/// A return: its first EDI part, whose description says what it is, or the text of a message, and the signature beside
/// it, if any.
pub fn read_return(bytes: &[u8]) -> Result<(Header, ReturnMail), MailFault> {
    let profile = &IRIS_B2_PUBLIC;
    let (head, leaves) = leaves(bytes, profile)?;
    let header = header(&head)?;
    let is_body = |leaf: &&Leaf<'_>| leaf.is(&[profile.part_type]) || is_message(leaf, profile);
    let body = leaves.iter().find(is_body);
    let body = body.ok_or(MailFault::PartMissing { part: profile.part_type })?;
    let kind = kind(body, profile)?;
    let mut signature = None;
    for leaf in leaves.iter().filter(|leaf| leaf.is(&SIGNATURE_TYPES)) {
        if leaf.name()?.is_some_and(|name| name.ends_with(".p7s")) {
            put(&mut signature, leaf.decode()?, "return.p7s")?;
        }
    }
    let body = squeeze::unpack(body.decode()?, false, profile.max_part)?;
    Ok((header, ReturnMail { kind, body, signature }))
}

fn kind(body: &Leaf<'_>, profile: &EnvelopeProfile) -> Result<ReturnKind, MailFault> {
    if is_message(body, profile) {
        return Ok(ReturnKind::Service);
    }
    let description = body.description().unwrap_or_default().trim();
    let kinds = [
        (profile.arl, ReturnKind::Arl),
        (profile.noemie, ReturnKind::Noemie),
        (profile.signalement, ReturnKind::Signalement),
    ];
    let found = kinds.into_iter().find(|(word, _)| description.eq_ignore_ascii_case(word));
    found.map(|(_, kind)| kind).ok_or(MailFault::UnknownKind)
}

/// Whether a part is the text of a message in plain words: another text beside a return is none.
fn is_message(leaf: &Leaf<'_>, profile: &EnvelopeProfile) -> bool {
    let described = |text: &str| text.trim().eq_ignore_ascii_case(profile.service);
    leaf.is(&["text/plain"]) && leaf.description().is_some_and(described)
}

pub(super) fn put(place: &mut Option<Vec<u8>>, bytes: Vec<u8>, part: &'static str) -> Result<(), MailFault> {
    if place.replace(bytes).is_some() { Err(MailFault::PartTwice { part }) } else { Ok(()) }
}

fn add(
    signatures: &mut Vec<(FseNumber, Vec<u8>)>,
    number: &str,
    bytes: Vec<u8>,
    part: &'static str,
) -> Result<(), MailFault> {
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MailFault::Name);
    }
    let number: FseNumber = number.parse().map_err(|_| MailFault::Name)?;
    if signatures.iter().any(|(other, _)| *other == number) {
        return Err(MailFault::PartTwice { part });
    }
    signatures.push((number, bytes));
    Ok(())
}

fn header(head: &Message<'_>) -> Result<Header, MailFault> {
    let address = |list: Option<&mail_parser::Address<'_>>, name| {
        let address = list.and_then(|list| list.first()).and_then(|first| first.address());
        address.map(str::to_owned).ok_or(MailFault::HeaderMissing { name })
    };
    Ok(Header {
        from: address(head.from(), "From")?,
        to: address(head.to(), "To")?,
        subject: head.subject().unwrap_or_default().to_owned(),
        message_id: head.message_id().unwrap_or_default().to_owned(),
        date: date(head.date().ok_or(MailFault::HeaderMissing { name: "Date" })?)
            .ok_or(MailFault::HeaderInvalid { name: "Date" })?,
    })
}

fn date(date: &mail_parser::DateTime) -> Option<Instant> {
    let local = NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))?
        .and_hms_opt(u32::from(date.hour), u32::from(date.minute), u32::from(date.second))?;
    let offset = Duration::minutes(i64::from(date.tz_hour) * 60 + i64::from(date.tz_minute));
    let utc = if date.tz_before_gmt { local.checked_add_signed(offset)? } else { local.checked_sub_signed(offset)? };
    Some(utc.and_utc())
}
