//! The rules of an envelope as data: addresses, subject line, descriptors, compression, encryption, limits.
//! One profile so far; code reads the table, so another profile is another row, not another path.
//! `iris-b2-public`: what two public senders to real caisses agree on (reference telecom 1.1); domains are `.test`.

use liasse_domain::{BillingNumber, Destination, Instant};

/// How the B2 part is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1950.
    Zlib,
    /// As it is.
    None,
}

/// How the mail is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// CMS EnvelopedData, AES-128-CBC ("comme requis par la documentation CPAM").
    Aes128Cbc,
}

/// A Content-Description and what it says of its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The text.
    pub text: &'static str,
    /// Whether the part is compressed.
    pub compressed: bool,
}

/// The rules of one kind of envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvelopeProfile {
    /// Its name in settings and documents.
    pub name: &'static str,
    /// Last labels of a caisse's domain, after `CCC.RR.`.
    pub domain: &'static str,
    /// Version code in the subject line, after `IR`.
    pub version: &'static str,
    /// Type of the part that carries the B2 or the return (RFC 1767).
    pub part_type: &'static str,
    /// Name of the B2 part that we write. On reading any name is taken.
    pub file_name: &'static str,
    /// The descriptor that we write; it must fit `compression`.
    pub descriptor: Descriptor,
    /// Descriptors accepted on reading, besides ours.
    pub accepted: &'static [Descriptor],
    /// Compression that we write. On reading zlib, gzip and plain are taken.
    pub compression: Compression,
    /// Encryption that we write.
    pub encryption: Encryption,
    /// Descriptor of an ARL (`sim`).
    pub arl: &'static str,
    /// Descriptor of a NOEMIE return (`sim`).
    pub noemie: &'static str,
    /// Descriptor of remarks on single FSE (`sim`).
    pub signalement: &'static str,
    /// Descriptor of a message in plain words (`sim`).
    pub service: &'static str,
    /// The largest mail read, in bytes.
    pub max_mail: usize,
    /// The largest part after decompression, in bytes.
    pub max_part: usize,
    /// The most parts in one mail: a lot of 50 FSE has 102.
    pub max_parts: usize,
    /// How deep parts may be nested.
    pub max_depth: usize,
}

/// The profile of reference telecom 1.1.
pub const IRIS_B2_PUBLIC: EnvelopeProfile = EnvelopeProfile {
    name: "iris-b2-public",
    domain: "rss.test",
    version: "100500",
    part_type: "application/EDI-consent",
    file_name: "fichier.b2",
    descriptor: Descriptor { text: "IRIS/B2/Z", compressed: true },
    accepted: &[
        Descriptor { text: "IRIS/B2", compressed: false },
        Descriptor { text: "IRISTEST/B2/Z", compressed: true },
        Descriptor { text: "IRISTEST/B2", compressed: false },
    ],
    compression: Compression::Zlib,
    encryption: Encryption::Aes128Cbc,
    arl: "SIM/ARL",
    noemie: "SIM/NOEMIE",
    signalement: "SIM/SIGNALEMENT",
    service: "SIM/SERVICE",
    max_mail: 40_000_000,
    max_part: 20_000_000,
    max_parts: 256,
    max_depth: 4,
};

impl EnvelopeProfile {
    /// The address of a caisse: `RRCCC@CCC.RR.` and the domain.
    pub fn address(&self, to: &Destination) -> String {
        let (regime, caisse) = (to.regime(), to.caisse());
        format!("{regime}{caisse}@{caisse}.{regime}.{}", self.domain)
    }

    /// The subject line: `IR<version>/<sender, 14>/<compostage, 19>/<invoices, 5>`.
    pub fn subject(&self, sender: &BillingNumber, compostage: &str, invoices: usize) -> String {
        format!("IR{}/{:0>14}/{compostage:0>19}/{invoices:05}", self.version, sender.as_str())
    }

    /// What a Content-Description says, if it is one of this profile.
    pub(super) fn descriptor_of(&self, text: &str) -> Option<Descriptor> {
        let text = text.trim();
        std::iter::once(&self.descriptor)
            .chain(self.accepted)
            .find(|descriptor| descriptor.text.eq_ignore_ascii_case(text))
            .copied()
    }
}

/// The address of a caisse by [`IRIS_B2_PUBLIC`]: `01751@751.01.rss.test`.
pub fn destination_address(to: &Destination) -> String {
    IRIS_B2_PUBLIC.address(to)
}

/// The subject line by [`IRIS_B2_PUBLIC`].
pub fn subject(sender: &BillingNumber, compostage: &str, invoices: usize) -> String {
    IRIS_B2_PUBLIC.subject(sender, compostage, invoices)
}

/// The compostage of a mail: `YYYYMMDDHHMMSS` in UTC and a counter of five digits, 19 characters; also the left part
/// of its Message-ID. The counter wraps after 99999.
pub fn compostage(at: Instant, counter: u32) -> String {
    format!("{}{:05}", at.format("%Y%m%d%H%M%S"), counter % 100_000)
}

/// A subject line, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectLine {
    /// Version code; empty in the other public sender.
    pub version: String,
    /// The sender without the zeros in front.
    pub sender: String,
    /// 14 or 19 digits.
    pub compostage: String,
    /// Number of invoices.
    pub invoices: u32,
}

impl SubjectLine {
    /// Reads a subject line, `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let mut fields = text.trim().split('/');
        let (head, sender, compostage, invoices) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let version = head.strip_prefix("IR")?;
        let well_formed = fields.next().is_none()
            && digits(version)
            && sender.len() == 14
            && sender.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && [14, 19].contains(&compostage.len())
            && digits(compostage)
            && invoices.len() == 5
            && digits(invoices);
        if !well_formed {
            return None;
        }
        Some(Self {
            version: version.to_owned(),
            sender: sender.trim_start_matches('0').to_owned(),
            compostage: compostage.to_owned(),
            invoices: invoices.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_grammar_is_written() {
        // reference telecom 1.1: address rule and the two public senders' subjects
        let to = Destination::new("01", "751").expect("destination");
        assert_eq!(destination_address(&to), "01751@751.01.rss.test");
        let sender = BillingNumber::parse("991129768").expect("billing number");
        let at: Instant = "2026-11-22T23:44:28Z".parse().expect("instant");
        let stamp = compostage(at, 1);
        assert_eq!(stamp, "2026112223442800001");
        assert_eq!(subject(&sender, &stamp, 12), "IR100500/00000991129768/2026112223442800001/00012");
    }

    #[test]
    fn subjects_of_both_senders_are_read() {
        let read = SubjectLine::parse("IR100500/00000420788606/20130701120000/00012").expect("calebasse's example");
        assert_eq!((read.version.as_str(), read.sender.as_str(), read.invoices), ("100500", "420788606", 12));
        let read = SubjectLine::parse("IR/00000123456789/2026112223442800001/00001").expect("without version");
        assert_eq!((read.version.as_str(), read.compostage.len()), ("", 19));
        for wrong in ["", "Re: IR100500/x", "IR100500/00000420788606/2013070112000/00012", "IR1/2/3/4/5"] {
            assert_eq!(SubjectLine::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn descriptors_do_not_mind_case() {
        assert_eq!(IRIS_B2_PUBLIC.descriptor_of("iris/b2/z").map(|d| d.compressed), Some(true));
        assert_eq!(IRIS_B2_PUBLIC.descriptor_of(" IRISTEST/B2 ").map(|d| d.compressed), Some(false));
        assert_eq!(IRIS_B2_PUBLIC.descriptor_of("SIM/ARL"), None);
        assert_eq!(IRIS_B2_PUBLIC.descriptor.compressed, IRIS_B2_PUBLIC.compression != Compression::None);
    }
}
