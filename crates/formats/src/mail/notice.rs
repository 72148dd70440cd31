//! Non-delivery notices: what a post office says of a mail that it could not hand on.
//! Not believed here nor signed anywhere: anybody can write one. RFC 3464 (the report), 3463 (its status), 6522 (its frame).

use liasse_domain::returns::{Undelivered, Undelivery};
use mail_parser::{HeaderName, Message};

use super::part::{Leaf, head, leaves};
use super::{IRIS_B2_PUBLIC, MailFault};

const REPORT: [&str; 2] = ["message/delivery-status", "message/global-delivery-status"];
/// What came back with the report: the whole mail, or its headers.
const ORIGINAL: [&str; 4] = ["message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"];
/// Groups of fields that are looked at: a mail of ours has one recipient, so a report on it has two.
const MOST_GROUPS: usize = 64;
/// Characters kept of what the server in the way said.
const MOST_SAID: usize = 300;
/// The longest Message-ID that is looked at; ours have about sixty characters.
const MOST_ID: usize = 254;

/// A notice: the worst of what it says of its recipients, and which mail it is about. Reports of deliveries that went
/// well are none.
pub fn read_notice(bytes: &[u8]) -> Result<Undelivered, MailFault> {
    let (_, leaves) = leaves(bytes, &IRIS_B2_PUBLIC)?;
    let report = leaves.iter().find(|leaf| leaf.is(&REPORT));
    let report = report.ok_or(MailFault::PartMissing { part: "message/delivery-status" })?.decode()?;
    let of = |wanted| groups(&report).filter_map(recipient).find(|found| found.action == wanted);
    let mut notice = of(Undelivery::Failed).or_else(|| of(Undelivery::Delayed)).ok_or(MailFault::UnknownKind)?;
    notice.original = leaves.iter().find(|leaf| leaf.is(&ORIGINAL)).and_then(message_id);
    Ok(notice)
}

/// The groups of fields, parted by empty lines (RFC 3464, 2.1).
fn groups(report: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = report;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = 0;
        for line in rest.split_inclusive(|&byte| byte == b'\n') {
            end += line.len();
            if line.trim_ascii().is_empty() {
                break;
            }
        }
        let (group, after) = rest.split_at(end);
        rest = after;
        Some(group)
    })
    .filter(|group| !group.trim_ascii().is_empty())
    .take(MOST_GROUPS)
}

/// What a group says of one recipient; `None` for the group about the whole mail and for what is no failure.
fn recipient(group: &[u8]) -> Option<Undelivered> {
    let fields = head(group)?;
    let action = match field(&fields, "Action")?.to_ascii_lowercase().as_str() {
        "failed" => Undelivery::Failed,
        "delayed" => Undelivery::Delayed,
        _ => return None,
    };
    let told = field(&fields, "Status").and_then(|text| status(&text));
    let status = told.unwrap_or_else(|| if action == Undelivery::Failed { "5.0.0" } else { "4.0.0" }.to_owned());
    let said = field(&fields, "Diagnostic-Code").unwrap_or_default();
    // `smtp; 550 5.1.1 …`: the type before the semicolon says nothing to a person.
    let said = said.split_once(';').map_or(said.as_str(), |(_, said)| said).trim().to_owned();
    Some(Undelivered { original: None, action, status, said })
}

/// A field on one line, control characters out, and not without end. Comments stay.
fn field(fields: &Message<'_>, name: &'static str) -> Option<String> {
    let raw = fields.header_raw(HeaderName::Other(name.into()))?;
    let gap = |character: char| character.is_whitespace() || character.is_control();
    let words = raw.split(gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    Some(words.chars().take(MOST_SAID).collect())
}

/// A status of RFC 3463: class, subject, detail; what follows it is a comment.
fn status(text: &str) -> Option<String> {
    let word = text.split([' ', '(']).next().unwrap_or_default();
    let fits =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = word.split('.');
    let sound = matches!(parts.next()?, "2" | "4" | "5") && fits(parts.next()?, 3) && fits(parts.next()?, 3);
    (sound && parts.next().is_none()).then(|| word.to_owned())
}

/// The Message-ID of what came back, without its angle brackets.
fn message_id(original: &Leaf<'_>) -> Option<String> {
    let bytes = original.decode().ok()?;
    let id = head(&bytes)?.message_id()?.trim_matches(['<', '>']).to_owned();
    (!id.is_empty() && id.len() <= MOST_ID && id.chars().all(|c| ('!'..='~').contains(&c))).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "2026011509000000001.AB12CD@cabinet.test";

    /// A notice as RFC 3464 has them: its groups, and the part that came back.
    fn report(groups: &str, returned: &str) -> Vec<u8> {
        format!(
            "From: MAILER-DAEMON@post.test (Mail Delivery System)\r\nTo: dr.test@cabinet.test\r\n\
             Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"b/post.test\"\r\n\r\n\
             This is a MIME-encapsulated message.\r\n\r\n--b/post.test\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
             --b/post.test\r\nContent-Type: message/delivery-status\r\n\r\n{groups}\r\n\
             --b/post.test\r\n{returned}\r\n--b/post.test--\r\n"
        )
        .into_bytes()
    }

    const MAIL: &str = "Reporting-MTA: dns; post.test\r\nArrival-Date: Thu, 15 Jan 2026 09:00:00 +0100\r\n\r\n";

    fn failed() -> String {
        format!(
            "{MAIL}Final-Recipient: rfc822; 01751@751.01.rss.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 5.1.1 <01751@751.01.rss.test>:\r\n    unknown \u{7}user\r\n"
        )
    }

    fn whole() -> String {
        format!("Content-Type: message/rfc822\r\n\r\nFrom: a@b.test\r\nMessage-ID: <{ID}>\r\n\r\nMIAG\r\n")
    }

    #[test]
    fn a_failure_names_its_mail_status_and_words() {
        let headers = whole().replace("message/rfc822", "text/rfc822-headers").replace("\r\n\r\nMIAG", "");
        for returned in [whole(), headers] {
            let notice = read_notice(&report(&failed(), &returned)).expect("a notice");
            assert_eq!(notice.original.as_deref(), Some(ID), "{returned}");
            assert_eq!((notice.action, notice.status.as_str()), (Undelivery::Failed, "5.1.1"));
            assert_eq!(notice.said, "550 5.1.1 <01751@751.01.rss.test>: unknown user");
        }
        // The same with line feeds alone, and a comment behind the status.
        let bare = String::from_utf8(report(&failed(), &whole())).expect("text").replace("\r\n", "\n");
        let bare = bare.replace("Status: 5.1.1", "Status: 5.4.7 (expired)");
        assert_eq!(read_notice(bare.as_bytes()).map(|notice| notice.status).as_deref(), Ok("5.4.7"));
    }

    #[test]
    fn a_delay_is_no_failure_and_a_failure_beside_it_counts() {
        let delayed = failed().replace("failed", "Delayed").replace("Status: 5.1.1", "Status: nonsense");
        let notice = read_notice(&report(&delayed, &whole())).expect("a notice");
        assert_eq!((notice.action, notice.status.as_str()), (Undelivery::Delayed, "4.0.0"));
        let both = format!("{delayed}\r\n{}", &failed()[MAIL.len()..]);
        assert_eq!(read_notice(&report(&both, &whole())).map(|notice| notice.action), Ok(Undelivery::Failed));
        for well in ["delivered", "relayed", "expanded", "", "failed failed"] {
            let read = read_notice(&report(&failed().replace("failed", well), &whole()));
            assert_eq!(read, Err(MailFault::UnknownKind), "{well}");
        }
    }

    #[test]
    fn what_does_not_name_its_mail_is_about_none() {
        let without = whole().replace("Message-ID", "X-Id");
        let long = whole().replace(ID, &"x".repeat(300));
        let other = whole().replace("message/rfc822", "text/plain");
        let endless = format!("Content-Type: message/rfc822\r\n\r\n{}", "X: y\r\n".repeat(20_000));
        for returned in [without, long, other, endless] {
            assert_eq!(read_notice(&report(&failed(), &returned)).map(|notice| notice.original), Ok(None));
        }
    }

    #[test]
    fn hostile_reports_end() {
        let missing = MailFault::PartMissing { part: "message/delivery-status" };
        assert_eq!(read_notice(b"From: a@b.test\r\n\r\nUndelivered Mail Returned to Sender\r\n"), Err(missing));
        assert_eq!(read_notice(b""), Err(MailFault::NotAMail));
        // The failure stands behind more groups than anybody sends.
        let crowded = format!("{}{}", "X: y\r\n\r\n".repeat(100_000), failed());
        assert_eq!(read_notice(&report(&crowded, &whole())), Err(MailFault::UnknownKind));
        let said = read_notice(&report(&failed().replace("unknown", &"u".repeat(9_000)), &whole())).expect("a notice");
        assert!(said.said.len() <= MOST_SAID);
        let bytes = report(&failed(), &whole());
        for length in 0..bytes.len() {
            drop(read_notice(&bytes[..length]));
        }
    }
}
