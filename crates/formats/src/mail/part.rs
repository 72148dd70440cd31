//! Cutting a mail into its leaf parts, with limits on size, number and depth.
//! Headers are read by mail-parser one block at a time; bodies are cut here, so that nesting costs no stack.
//! RFC 2045, 2046; bytes may end lines by CRLF or LF.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};

use super::{EnvelopeProfile, MailFault};

/// The largest header block read.
const MAX_HEADERS: usize = 64 * 1024;

/// One part without parts inside.
pub(super) struct Leaf<'a> {
    head: MessagePart<'a>,
    body: &'a [u8],
}

/// The headers of the mail itself and its leaves, in order.
pub(super) fn leaves<'a>(
    bytes: &'a [u8],
    profile: &EnvelopeProfile,
) -> Result<(Message<'a>, Vec<Leaf<'a>>), MailFault> {
    if bytes.len() > profile.max_mail {
        return Err(MailFault::TooLarge);
    }
    let (message, body) = entity(bytes)?;
    let message = message.ok_or(MailFault::NotAMail)?;
    let head = message.parts.first().cloned().ok_or(MailFault::NotAMail)?;
    let mut leaves = Vec::new();
    collect(head, body, 0, profile, &mut leaves)?;
    Ok((message, leaves))
}

impl Leaf<'_> {
    /// Whether the type is one of these, in any case of letters.
    pub(super) fn is(&self, types: &[&str]) -> bool {
        types.iter().any(|wanted| {
            wanted.split_once('/').is_some_and(|(kind, subtype)| self.head.is_content_type(kind, subtype))
        })
    }

    /// A parameter of the type.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.head.content_type().and_then(|kind| kind.attribute(name))
    }

    /// Content-Description.
    pub(super) fn description(&self) -> Option<&str> {
        self.head.content_description()
    }

    /// The file name, in small letters: free in form (reference telecom 1.1), but control characters, paths and long
    /// names are refused.
    pub(super) fn name(&self) -> Result<Option<String>, MailFault> {
        let Some(name) = self.head.attachment_name() else { return Ok(None) };
        let plain = |character: char| {
            character.is_alphanumeric() || (' '..='~').contains(&character) && !"/\\\"".contains(character)
        };
        if name.is_empty() || name.len() > 120 || name.starts_with('.') || !name.chars().all(plain) {
            return Err(MailFault::Name);
        }
        Ok(Some(name.to_ascii_lowercase()))
    }

    /// The bytes, transfer encoding undone.
    pub(super) fn decode(&self) -> Result<Vec<u8>, MailFault> {
        let encoding = self.head.content_transfer_encoding().unwrap_or("7bit").trim();
        if encoding.eq_ignore_ascii_case("base64") {
            let text: Vec<u8> = self.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            STANDARD.decode(text).map_err(|_| MailFault::Truncated)
        } else if encoding.eq_ignore_ascii_case("quoted-printable") {
            quoted_printable_decode(self.body).ok_or(MailFault::Truncated)
        } else if ["7bit", "8bit", "binary"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
            Ok(self.body.to_vec())
        } else {
            Err(MailFault::HeaderInvalid { name: "Content-Transfer-Encoding" })
        }
    }
}

fn collect<'a>(
    head: MessagePart<'a>,
    body: &'a [u8],
    depth: usize,
    profile: &EnvelopeProfile,
    leaves: &mut Vec<Leaf<'a>>,
) -> Result<(), MailFault> {
    let kind = head.content_type();
    if !kind.is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("multipart")) {
        if leaves.len() == profile.max_parts {
            return Err(MailFault::TooManyParts);
        }
        leaves.push(Leaf { head, body });
        return Ok(());
    }
    if depth == profile.max_depth {
        return Err(MailFault::TooDeep);
    }
    let boundary = kind
        .and_then(|kind| kind.attribute("boundary"))
        .filter(|boundary| !boundary.is_empty() && boundary.len() <= 200)
        .ok_or(MailFault::HeaderInvalid { name: "Content-Type" })?;
    for part in split(body, boundary.as_bytes(), profile.max_parts)? {
        let (message, body) = entity(part)?;
        let head = message.and_then(|message| message.parts.into_iter().next()).unwrap_or_default();
        collect(head, body, depth + 1, profile, leaves)?;
    }
    Ok(())
}

/// The header block that begins an entity, without its body; `None` where it has none.
pub(super) fn head(bytes: &[u8]) -> Option<Message<'_>> {
    entity(bytes).ok()?.0
}

/// Headers and body of one entity. A part may have no header at all (RFC 2046, 5.1), a mail not.
fn entity(bytes: &[u8]) -> Result<(Option<Message<'_>>, &[u8]), MailFault> {
    let mut end = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        end += line.len();
        if end > MAX_HEADERS {
            return Err(MailFault::NotAMail);
        }
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
    }
    let (head, body) = bytes.split_at_checked(end).ok_or(MailFault::NotAMail)?;
    let head = match head {
        b"\n" | b"\r\n" => None,
        head => Some(MessageParser::default().parse_headers(head).ok_or(MailFault::NotAMail)?),
    };
    Ok((head, body))
}

/// The parts between the lines `--boundary`; the closing line must be there.
fn split<'a>(body: &'a [u8], boundary: &[u8], limit: usize) -> Result<Vec<&'a [u8]>, MailFault> {
    let mut parts = Vec::new();
    let mut begin = None;
    let mut at = 0;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let start = at;
        at += line.len();
        let Some(rest) = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)) else { continue };
        let closing = rest.trim_ascii() == b"--";
        if !closing && !rest.trim_ascii().is_empty() {
            continue;
        }
        if let Some(begin) = begin {
            // The line end before a boundary belongs to the boundary.
            let part = body.get(begin..start).unwrap_or_default();
            let part = part.strip_suffix(b"\n").unwrap_or(part);
            parts.push(part.strip_suffix(b"\r").unwrap_or(part));
            if parts.len() > limit {
                return Err(MailFault::TooManyParts);
            }
        }
        if closing {
            return Ok(parts);
        }
        begin = Some(at);
    }
    Err(MailFault::Truncated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::IRIS_B2_PUBLIC;

    fn bodies(mail: &str) -> Result<Vec<Vec<u8>>, MailFault> {
        leaves(mail.as_bytes(), &IRIS_B2_PUBLIC)?.1.iter().map(Leaf::decode).collect()
    }

    #[test]
    fn parts_are_cut_at_whole_boundary_lines() {
        let mail = "Content-Type: MULTIPART/mixed; Boundary=\"b\"\r\n\r\npreamble\r\n--b\r\n\r\none\r\n--bb\r\n--b  \r\n\
                    Content-Transfer-Encoding: BASE64\r\n\r\ndHdv\r\n\r\n--b--\r\nepilogue\r\n--b\r\n";
        assert_eq!(bodies(mail), Ok(vec![b"one\r\n--bb".to_vec(), b"two".to_vec()]));
        assert_eq!(bodies(&mail.replace("\r\n", "\n")), Ok(vec![b"one\n--bb".to_vec(), b"two".to_vec()]));
    }

    #[test]
    fn a_missing_end_is_told() {
        let open = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n";
        assert_eq!(bodies(open), Err(MailFault::Truncated));
        for broken in ["dHdv=", "dHd", "dH!v"] {
            let mail = format!("Content-Transfer-Encoding: base64\r\n\r\n{broken}\r\n");
            assert_eq!(bodies(&mail), Err(MailFault::Truncated), "{broken}");
        }
    }

    #[test]
    fn numbers_and_depth_are_limited() {
        let mut deep = String::new();
        for level in 0..6 {
            deep += &format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
        }
        deep += "\r\nx\r\n";
        for level in (0..6).rev() {
            deep += &format!("--b{level}--\r\n");
        }
        assert_eq!(bodies(&deep), Err(MailFault::TooDeep));

        let many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned() + &"--b\r\n\r\nx\r\n".repeat(300);
        assert_eq!(bodies(&(many + "--b--\r\n")), Err(MailFault::TooManyParts));
        assert_eq!(bodies(&("X: y\r\n".repeat(20_000) + "\r\nbody")), Err(MailFault::NotAMail));
        assert_eq!(bodies(""), Err(MailFault::NotAMail));
    }
}
