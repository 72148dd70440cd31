//! The rules of an envelope as data: addresses, subject line, descriptors, compression, encryption, limits.
//! Code reads the table, so another profile is another row, not another path. Domains are `.test`.
//! `iris-b2-public`: what two public senders to real caisses agree on; `oct`: the same mail to one concentrator
//! (reference telecom 1.1).

use liasse_domain::{BillingNumber, Destination, Instant};

/// How the B2 part is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1950.
    Zlib,
    /// RFC 1952.
    Gzip,
    /// As it is.
    None,
}

impl Compression {
    /// From its word in the settings: `zlib`, `gzip` or `raw`.
    pub fn from_word(word: &str) -> Option<Self> {
        [("zlib", Self::Zlib), ("gzip", Self::Gzip), ("raw", Self::None)]
            .into_iter()
            .find_map(|(known, compression)| (known == word).then_some(compression))
    }
}

/// Which address a file leaves for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The caisse's own: `RRCCC@CCC.RR.` and the domain.
    Caisse,
    /// That of the practice's concentrator (OCT), which forwards by the recipient of record 000.
    Concentrator,
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
    /// Which address files leave for.
    pub route: Route,
    /// Last labels of a caisse's domain, after `CCC.RR.`.
    pub domain: &'static str,
    /// Last labels of the domain for scanned documents, after `RR.`.
    pub scan_domain: &'static str,
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
    /// Descriptor of a mail of scanned documents (`sim`).
    pub scans: &'static str,
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
    route: Route::Caisse,
    domain: "rss.test",
    scan_domain: "scor.rss.test",
    version: "100500",
    part_type: "application/EDI-consent",
    file_name: "fichier.b2",
    descriptor: Descriptor { text: "IRIS/B2/Z", compressed: true },
    accepted: &[
        Descriptor { text: "IRIS/B2/Z", compressed: true },
        Descriptor { text: "IRIS/B2", compressed: false },
        Descriptor { text: "IRISTEST/B2/Z", compressed: true },
        Descriptor { text: "IRISTEST/B2", compressed: false },
    ],
    compression: Compression::Zlib,
    encryption: Encryption::Aes128Cbc,
    scans: "SIM/SCOR",
    arl: "SIM/ARL",
    noemie: "SIM/NOEMIE",
    signalement: "SIM/SIGNALEMENT",
    service: "SIM/SERVICE",
    max_mail: 40_000_000,
    max_part: 20_000_000,
    max_parts: 256,
    max_depth: 4,
};

/// The profile of a practice that sends all its files to one concentrator (OCT).
pub const OCT: EnvelopeProfile = EnvelopeProfile { name: "oct", route: Route::Concentrator, ..IRIS_B2_PUBLIC };

/// Every profile, the usual one first.
pub const PROFILES: [&EnvelopeProfile; 2] = [&IRIS_B2_PUBLIC, &OCT];

impl EnvelopeProfile {
    /// The profile of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.into_iter().find(|profile| profile.name == name)
    }

    /// The same profile with another compression, and the first descriptor that says so.
    pub fn compressing(self, compression: Compression) -> Self {
        let compressed = compression != Compression::None;
        let mut known = std::iter::once(&self.descriptor).chain(self.accepted);
        let descriptor = known.find(|known| known.compressed == compressed).copied().unwrap_or(self.descriptor);
        Self { descriptor, compression, ..self }
    }

    /// The address of a caisse: `RRCCC@CCC.RR.` and the domain. `None` where a concentrator takes its files.
    pub fn address(&self, to: &Destination) -> Option<String> {
        let (regime, caisse) = (to.regime(), to.caisse());
        match self.route {
            Route::Caisse => Some(format!("{regime}{caisse}@{caisse}.{regime}.{}", self.domain)),
            Route::Concentrator => None,
        }
    }

    /// Where scanned documents for a caisse go: `RR.CCC@RR.` and their domain. No public source names another way for
    /// a practice with a concentrator.
    pub fn scan_address(&self, to: &Destination) -> String {
        let (regime, caisse) = (to.regime(), to.caisse());
        format!("{regime}.{caisse}@{regime}.{}", self.scan_domain)
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
        assert_eq!(IRIS_B2_PUBLIC.address(&to).as_deref(), Some("01751@751.01.rss.test"));
        assert_eq!(OCT.address(&to), None, "the practice names its concentrator");
        assert_eq!([IRIS_B2_PUBLIC, OCT].map(|profile| profile.scan_address(&to)), ["01.751@01.scor.rss.test"; 2]);
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
    }

    #[test]
    fn a_descriptor_says_what_the_compression_is() {
        for (word, text) in [("zlib", "IRIS/B2/Z"), ("gzip", "IRIS/B2/Z"), ("raw", "IRIS/B2")] {
            let compression = Compression::from_word(word).expect("a compression");
            for profile in PROFILES {
                let changed = profile.compressing(compression);
                assert_eq!((changed.descriptor.text, changed.compression), (text, compression), "{word}");
                assert_eq!(changed.compressing(Compression::Zlib), *profile, "and back");
            }
        }
        assert_eq!(Compression::from_word("deflate"), None);
        assert_eq!(EnvelopeProfile::named("oct"), Some(&OCT));
        assert_eq!(EnvelopeProfile::named("OCT"), None);
    }
}
