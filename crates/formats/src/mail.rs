//! The IRIS/B2 mail: what goes to a caisse inside and outside the encryption, and what comes back.
//! Not the transport (`post`) nor the encryption (`cms`): bytes in, bytes out.
//! Public envelope of reference telecom 1.1 (RFC 5322, 2045, 1767); signatures beside the file and returns are `sim`.

use liasse_domain::{Code, Coded, FseNumber, Instant};

mod notice;
mod part;
mod profile;
mod read;
mod scans;
mod squeeze;
mod write;

pub use notice::read_notice;
pub use profile::{
    Compression, Descriptor, Encryption, EnvelopeProfile, IRIS_B2_PUBLIC, OCT, PROFILES, Route, SubjectLine,
    compostage, subject,
};
pub use read::{read_inner, read_outer, read_return};
pub use scans::{Scan, ScanMail, read_scans, scans};
pub use write::{inner, outer, return_mail};

/// What a file's mail holds inside the encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMail {
    /// `fichier.b2`, not compressed.
    pub file: Vec<u8>,
    /// Detached signature of the lot that the file holds.
    pub lot_p7s: Vec<u8>,
    /// Detached signatures of the professional, one an FSE.
    pub fse_p7s: Vec<(FseNumber, Vec<u8>)>,
    /// Detached signatures of the Vitale, for FSE whose mode has one.
    pub vitale_p7s: Vec<(FseNumber, Vec<u8>)>,
}

/// The headers of a mail that matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Address of the sender.
    pub from: String,
    /// Address of the recipient.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Message-ID without its angle brackets.
    pub message_id: String,
    /// Date, to the second.
    pub date: Instant,
}

impl Header {
    /// Refuses values that cannot stand in a header as they are: addresses that are not one plain address, anything
    /// but printable ASCII. [`outer`] and [`return_mail`] drop such characters, so nothing can be slipped in; whoever
    /// takes values from outside asks here first and tells the user.
    pub fn check(&self) -> Result<(), MailFault> {
        for (name, address) in [("From", &self.from), ("To", &self.to), ("Message-ID", &self.message_id)] {
            if !is_address(address) {
                return Err(MailFault::HeaderInvalid { name });
            }
        }
        let subject = &self.subject;
        // `=?` begins an encoded word (RFC 2047) and blanks at the ends are dropped: both would be read as another text.
        let same = subject.trim_matches(' ') == subject && !subject.contains("=?");
        if !same || subject.len() > 200 || !subject.chars().all(is_printable) {
            return Err(MailFault::HeaderInvalid { name: "Subject" });
        }
        Ok(())
    }
}

/// What a return mail brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReturnKind {
    /// An acknowledgement.
    Arl,
    /// NOEMIE: rejects of single FSE, payments.
    Noemie,
    /// Remarks on single FSE, in NOEMIE framing.
    Signalement,
    /// A message in plain words.
    Service,
}

/// A return mail: its body and the caisse's signature over that body, unverified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnMail {
    /// What the sender says it is.
    pub kind: ReturnKind,
    /// The body, not compressed.
    pub body: Vec<u8>,
    /// `return.p7s`. `None` when unsigned: such a return changes no state.
    pub signature: Option<Vec<u8>>,
}

/// Why bytes are no such mail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailFault {
    /// No header block, or one that cannot be read.
    #[error("the bytes are no mail")]
    NotAMail,
    /// A header is missing.
    #[error("the header {name} is missing")]
    HeaderMissing {
        /// Its name.
        name: &'static str,
    },
    /// A header holds what it must not.
    #[error("the header {name} is not valid")]
    HeaderInvalid {
        /// Its name.
        name: &'static str,
    },
    /// Larger than any mail of ours, compressed or not.
    #[error("the mail or one of its parts is too large")]
    TooLarge,
    /// More parts than the largest lot has.
    #[error("too many parts")]
    TooManyParts,
    /// Parts inside parts inside parts.
    #[error("parts are nested too deeply")]
    TooDeep,
    /// The end is missing: no closing boundary, or base64 that stops or breaks.
    #[error("the mail is cut short or its transfer encoding is broken")]
    Truncated,
    /// The compressed part does not decompress.
    #[error("the compressed part is damaged")]
    Compression,
    /// A part that must be there is not.
    #[error("the part {part} is missing")]
    PartMissing {
        /// Which one.
        part: &'static str,
    },
    /// A part that may be there once is there twice.
    #[error("the part {part} is there twice")]
    PartTwice {
        /// Which one.
        part: &'static str,
    },
    /// A part's name holds control characters or a path, or is no name of a signature.
    #[error("a part's name is not allowed")]
    Name,
    /// A return whose description is none of the profile's.
    #[error("the kind of return is unknown")]
    UnknownKind,
    /// Scanned documents that are not those of their manifest, or a manifest that cannot be read.
    #[error("the scanned documents are not those of the manifest")]
    Manifest,
}

impl Coded for MailFault {
    fn code(&self) -> Code {
        match self {
            Self::NotAMail => Code("formats.courriel_illisible"),
            Self::HeaderMissing { .. } => Code("formats.courriel_entete_absent"),
            Self::HeaderInvalid { .. } => Code("formats.courriel_entete_invalide"),
            Self::TooLarge => Code("formats.courriel_trop_grand"),
            Self::TooManyParts => Code("formats.courriel_trop_de_parties"),
            Self::TooDeep => Code("formats.courriel_trop_imbrique"),
            Self::Truncated => Code("formats.courriel_tronque"),
            Self::Compression => Code("formats.courriel_compression"),
            Self::PartMissing { .. } => Code("formats.courriel_partie_absente"),
            Self::PartTwice { .. } => Code("formats.courriel_partie_double"),
            Self::Name => Code("formats.courriel_nom_interdit"),
            Self::UnknownKind => Code("formats.courriel_nature_inconnue"),
            Self::Manifest => Code("formats.courriel_manifeste"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::HeaderMissing { name } | Self::HeaderInvalid { name } => vec![("header", (*name).to_owned())],
            Self::PartMissing { part } | Self::PartTwice { part } => vec![("part", (*part).to_owned())],
            _ => Vec::new(),
        }
    }
}

/// One `local@domain` of letters, digits, dots, hyphens and underscores: what our addresses and identifiers are made of.
pub fn is_address(text: &str) -> bool {
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
    };
    text.len() <= 254 && text.split_once('@').is_some_and(|(local, domain)| plain(local) && plain(domain))
}

fn is_printable(character: char) -> bool {
    (' '..='~').contains(&character)
}

#[cfg(test)]
mod tests {
    use liasse_domain::catalogue;

    use super::*;

    fn header() -> Header {
        Header {
            from: "dr.test@cabinet.test".to_owned(),
            to: "01751@751.01.rss.test".to_owned(),
            subject: "IR100500/00000991129768/2026011508000000001/00001".to_owned(),
            message_id: "2026011508000000001@cabinet.test".to_owned(),
            date: "2026-01-15T08:00:00Z".parse().expect("instant"),
        }
    }

    #[test]
    fn hostile_headers_are_refused() {
        assert_eq!(header().check(), Ok(()));
        let refused = |change: fn(&mut Header)| {
            let mut header = header();
            change(&mut header);
            header.check()
        };
        assert_eq!(
            refused(|h| h.to = "a@b.test\r\nBcc: thief@b.test".to_owned()),
            Err(MailFault::HeaderInvalid { name: "To" })
        );
        assert_eq!(
            refused(|h| h.from = "a@b.test, c@d.test".to_owned()),
            Err(MailFault::HeaderInvalid { name: "From" })
        );
        assert_eq!(refused(|h| h.message_id = "a>@b".to_owned()), Err(MailFault::HeaderInvalid { name: "Message-ID" }));
        for subject in ["x\nX-A: b", " x", "x ", "=?utf-8?q?x?="] {
            let mut header = header();
            header.subject = subject.to_owned();
            assert_eq!(header.check(), Err(MailFault::HeaderInvalid { name: "Subject" }), "{subject:?}");
        }
    }

    #[test]
    fn every_fault_has_its_sentences() {
        use MailFault::*;
        for fault in [
            NotAMail,
            HeaderMissing { name: "Date" },
            HeaderInvalid { name: "To" },
            TooLarge,
            TooManyParts,
            TooDeep,
            Truncated,
            Compression,
            PartMissing { part: "lot.p7s" },
            PartTwice { part: "lot.p7s" },
            Name,
            UnknownKind,
            Manifest,
        ] {
            assert!(catalogue::entry(fault.code()).is_some(), "{:?}", fault.code());
            let report = fault.report();
            assert!(!report.message.contains('{') && !report.action.contains('{'), "{report:?}");
        }
    }
}
