//! What the simulated caisse knows: its addresses, the mailboxes it serves, practitioners and insured people.
//! Not a source: `cargo xtask world` generates `fixtures/caisse/registers.toml` from `fixtures/world` in this schema.
//! Rights, situations and prices are judged against it, never against what the claim says of itself.

use chrono::NaiveDate;
use liasse_domain::patient::Period;
use liasse_domain::{BillingNumber, BirthDate, Destination, Management, Nir, Organisme, Rpps};
use serde::{Deserialize, Serialize};

/// Everything the caisse has on file. In TOML: `[[caisses]]`, `[[concentrators]]`, `[[mailboxes]]`, `[[practitioners]]`,
/// `[[replacements]]`, `[[insured]]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Registers {
    /// The caisses simulated here, each with the address that receives files.
    pub caisses: Vec<Caisse>,
    /// The concentrators (OCT) that take files for all of them.
    #[serde(default)]
    pub concentrators: Vec<Concentrator>,
    /// The mailboxes of practitioners, served by this program when no foreign post office is used.
    pub mailboxes: Vec<Mailbox>,
    /// Practitioners with an agreement or without, by billing number.
    pub practitioners: Vec<Practitioner>,
    /// Replacements that were announced.
    #[serde(default)]
    pub replacements: Vec<Replacement>,
    /// Insured people with their beneficiaries.
    pub insured: Vec<Insured>,
    /// Complementary insurers: those with an intake are simulated here too.
    #[serde(default)]
    pub mutuelles: Vec<Mutuelle>,
}

/// A complementary insurer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mutuelle {
    /// N° AMC.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Code of the intake that takes its DRE, under régime 99; none where the caisses manage its part.
    #[serde(default)]
    pub intake: Option<String>,
    /// Its conventions.
    pub conventions: Vec<Agreement>,
    /// Its members.
    #[serde(default)]
    pub members: Vec<Member>,
}

/// A type of convention of an insurer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Two letters.
    pub kind: String,
    /// Who manages the complementary part.
    pub management: Management,
}

/// Somebody whom an insurer covers.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Number of the member.
    pub number: String,
    /// Whose family: the insured person's NIR, without key.
    pub nir: Nir,
    /// When.
    #[serde(default)]
    pub period: Option<Period>,
}

/// One caisse: a grand régime, a caisse, an address.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Caisse {
    /// Grand régime, two digits.
    pub regime: String,
    /// Caisse, three digits.
    pub caisse: String,
    /// Where files are sent: `01751@751.01.rss.test`.
    pub address: String,
    /// Where scanned documents are sent: `01.751@01.scor.rss.test`; an insurer's intake takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scans: Option<String>,
}

/// A concentrator: an address that takes files for every caisse and forwards them.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Concentrator {
    /// Where files are sent: `oct@concentrateur.test`.
    pub address: String,
}

/// What an address receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Files for a caisse.
    Files(Destination),
    /// Files for any caisse, through the concentrator of that address.
    Concentrator(String),
    /// Scanned documents for a caisse.
    Scans(Destination),
}

/// A mailbox of practitioners: the account of the workstation, for sending as for fetching.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// The address, which is also the account's name.
    pub address: String,
    /// The password of the account (invented, as everything here).
    pub password: String,
    /// The billing numbers whose returns are delivered here; a number stands in one mailbox only.
    pub billing: Vec<BillingNumber>,
}

/// A practitioner as the caisse knows them, by the billing number that is paid.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Practitioner {
    /// The billing number, key included.
    pub billing: BillingNumber,
    /// The national number.
    #[serde(default)]
    pub rpps: Option<Rpps>,
    /// Common names (CN) of the signature certificates of the practitioner's own CPS, which sign FSE and lots for this number.
    /// Announced locums sign too ([`Replacement`]).
    pub signers: Vec<String>,
    /// Code conventionnel: 0 none, 1 sector 1, 2 permanent overrun, 3 sector 2.
    pub convention: u8,
    /// Two-digit specialty.
    pub specialty: String,
    /// Tariff zone, two digits (IR_ZTP_V).
    pub tariff_zone: String,
    /// Whether the OPTAM was signed.
    #[serde(default)]
    pub optam: bool,
    /// Whether the practitioner may be a registered médecin traitant.
    #[serde(default)]
    pub registered_mt: bool,
}

/// A replacement that the caisse was told of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// The billing number that is paid.
    pub billing: BillingNumber,
    /// The locum's number.
    pub locum: BillingNumber,
    /// Common name (CN) of the locum's signature certificate.
    pub signer: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

impl Replacement {
    /// Whether the day is one of its own; a night may end on the day after the last.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until + chrono::Days::new(1)
    }
}

/// An insured person.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Insured {
    /// The NIR without its key.
    pub nir: Nir,
    /// The right key of that NIR.
    pub key: u8,
    /// Who manages the rights.
    pub organisme: Organisme,
    /// Common names (CN) of the certificates of the Vitale cards given to this person.
    pub vitales: Vec<String>,
    /// The person and those who depend on them, told apart by birth date and rank.
    pub beneficiaries: Vec<Beneficiary>,
}

/// A beneficiary.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Beneficiary {
    /// Birth date, impossible months included.
    pub birth_date: BirthDate,
    /// Rang gémellaire, 1 for a single birth.
    pub birth_rank: u8,
    /// Qualité: 0 insured, 2 spouse, 6 child…
    pub quality: u8,
    /// The beneficiary's own certified NIR, without key.
    #[serde(default)]
    pub own_nir: Option<Nir>,
    /// Whether a médecin traitant is declared.
    #[serde(default)]
    pub has_mt: bool,
    /// The local scheme of Alsace-Moselle.
    #[serde(default)]
    pub alsace_moselle: bool,
    /// Periods of open AMO rights.
    #[serde(default)]
    pub rights: Vec<Period>,
    /// Periods of an exempting ALD.
    #[serde(default)]
    pub ald: Vec<Period>,
    /// Periods of C2S, managed by the caisse for both parts.
    #[serde(default)]
    pub c2s: Vec<Period>,
}

/// A register that contradicts itself or does not parse. Holds no personal datum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Not the TOML of this schema. The text of the parser is left out: it may quote a person.
    #[error("the registers are not in their schema, near byte {at}")]
    Schema {
        /// Where the parser stopped.
        at: usize,
    },
    /// Two entries that exclude each other, or a key that is wrong.
    #[error("the registers contradict themselves: {0}")]
    Contradiction(&'static str),
}

impl Registers {
    /// The registers of the demo world, made by `cargo xtask world`.
    pub fn embedded() -> Result<Self, RegisterError> {
        Self::from_toml(include_str!("../../../fixtures/caisse/registers.toml"))
    }

    /// Reads and checks registers.
    pub fn from_toml(text: &str) -> Result<Self, RegisterError> {
        let registers: Self = toml::from_str(text)
            .map_err(|error| RegisterError::Schema { at: error.span().map_or(0, |span| span.start) })?;
        registers.check()?;
        Ok(registers)
    }

    fn check(&self) -> Result<(), RegisterError> {
        let refuse = |what| Err(RegisterError::Contradiction(what));
        if self.caisses.iter().any(|caisse| Destination::new(&caisse.regime, &caisse.caisse).is_err()) {
            return refuse("a caisse whose codes are no digits");
        }
        if self.insured.iter().any(|insured| insured.nir.key() != insured.key) {
            return refuse("an insured person with a wrong key");
        }
        if duplicated(self.insured.iter().map(|insured| insured.nir)) {
            return refuse("the same insured person twice");
        }
        if duplicated(self.practitioners.iter().map(|practitioner| practitioner.billing.clone())) {
            return refuse("the same billing number twice");
        }
        if self.replacements.iter().any(|one| self.practitioner(&one.billing).is_none() || one.until < one.from) {
            return refuse("a replacement of nobody, or without a day");
        }
        if duplicated(self.mailboxes.iter().flat_map(|mailbox| mailbox.billing.clone())) {
            return refuse("a billing number in two mailboxes");
        }
        if duplicated(self.mutuelles.iter().map(|mutuelle| mutuelle.number.clone())) {
            return refuse("the same mutuelle twice");
        }
        let place = |code: &String| self.caisses.iter().any(|caisse| caisse.regime == "99" && caisse.caisse == *code);
        if self.mutuelles.iter().filter_map(|mutuelle| mutuelle.intake.as_ref()).any(|code| !place(code)) {
            return refuse("a mutuelle whose intake has no address");
        }
        if duplicated(self.mailboxes.iter().map(|mailbox| mailbox.address.to_ascii_lowercase())) {
            return refuse("the same mailbox twice");
        }
        Ok(())
    }

    /// What an address receives, if it is one of ours. Addresses compare without case.
    pub fn counter_at(&self, address: &str) -> Option<Counter> {
        let is_it = |ours: &str| ours.eq_ignore_ascii_case(address);
        let caisse = |caisse: &Caisse| Destination::new(&caisse.regime, &caisse.caisse).ok();
        let counter = |known: &Caisse| {
            if is_it(&known.address) {
                caisse(known).map(Counter::Files)
            } else if known.scans.as_deref().is_some_and(is_it) {
                caisse(known).map(Counter::Scans)
            } else {
                None
            }
        };
        let mut concentrators = self.concentrators.iter();
        self.caisses.iter().find_map(counter).or_else(|| {
            let known = concentrators.find(|known| is_it(&known.address))?;
            Some(Counter::Concentrator(known.address.clone()))
        })
    }

    /// The address of a caisse.
    pub fn address_of(&self, destination: &Destination) -> Option<&str> {
        self.caisses
            .iter()
            .find(|caisse| caisse.regime == destination.regime() && caisse.caisse == destination.caisse())
            .map(|caisse| caisse.address.as_str())
    }

    /// The mailbox of an address.
    pub fn mailbox(&self, address: &str) -> Option<&Mailbox> {
        self.mailboxes.iter().find(|mailbox| mailbox.address.eq_ignore_ascii_case(address))
    }

    /// Where returns for a billing number go.
    pub fn mailbox_of(&self, billing: &BillingNumber) -> Option<&Mailbox> {
        self.mailboxes.iter().find(|mailbox| mailbox.billing.contains(billing))
    }

    /// The practitioner who is paid under a billing number.
    pub fn practitioner(&self, billing: &BillingNumber) -> Option<&Practitioner> {
        self.practitioners.iter().find(|practitioner| practitioner.billing == *billing)
    }

    /// The replacements announced for a billing number.
    pub fn replacements_of<'a>(&'a self, billing: &'a BillingNumber) -> impl Iterator<Item = &'a Replacement> {
        self.replacements.iter().filter(move |replacement| replacement.billing == *billing)
    }

    /// The complementary insurer of a number.
    pub fn mutuelle(&self, number: &str) -> Option<&Mutuelle> {
        self.mutuelles.iter().find(|mutuelle| mutuelle.number == number)
    }

    /// The insured person of a NIR.
    pub fn insured(&self, nir: &Nir) -> Option<&Insured> {
        self.insured.iter().find(|insured| insured.nir == *nir)
    }
}

impl Mutuelle {
    /// Who manages its part under a type of convention; without a type, what all its conventions say.
    pub fn management(&self, kind: &str) -> Option<Management> {
        let mut fits = self.conventions.iter().filter(|agreement| kind.is_empty() || agreement.kind == kind);
        let first = fits.next()?.management;
        fits.all(|agreement| agreement.management == first).then_some(first)
    }

    /// Whether it covers the family of that insured person on `day`, under that number of a member.
    pub fn covers(&self, member: &str, nir: &Nir, day: NaiveDate) -> bool {
        let fits = |known: &&Member| {
            known.number == member && known.nir == *nir && known.period.is_none_or(|period| period.holds_on(day))
        };
        self.members.iter().any(|known| fits(&known))
    }
}

impl Insured {
    /// The beneficiary whom a claim names by birth date (`AAMMJJ`) and rank.
    pub fn beneficiary(&self, birth: &str, rank: u8) -> Option<&Beneficiary> {
        self.beneficiaries.iter().find(|beneficiary| {
            beneficiary.birth_date.compact().get(2..) == Some(birth) && beneficiary.birth_rank == rank
        })
    }
}

impl Beneficiary {
    /// Whether AMO rights are open on `day`.
    pub fn has_rights_on(&self, day: NaiveDate) -> bool {
        self.rights.iter().any(|period| period.holds_on(day))
    }

    /// Whether an exempting ALD is on file on `day`.
    pub fn has_ald_on(&self, day: NaiveDate) -> bool {
        self.ald.iter().any(|period| period.holds_on(day))
    }

    /// Whether the cover is C2S on `day`.
    pub fn has_c2s_on(&self, day: NaiveDate) -> bool {
        self.c2s.iter().any(|period| period.holds_on(day))
    }
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailbox").field("address", &self.address).finish_non_exhaustive()
    }
}

fn duplicated<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    items.into_iter().any(|item| !seen.insert(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        [[caisses]]
        regime = "01"
        caisse = "751"
        address = "01751@751.01.rss.test"
        scans = "01.751@01.scor.rss.test"

        [[concentrators]]
        address = "oct@concentrateur.test"

        [[mailboxes]]
        address = "dr.test@cabinet.test"
        password = "test-secret"
        billing = ["991129768"]

        [[practitioners]]
        billing = "991129768"
        signers = ["CPS DE TEST"]
        convention = 1
        specialty = "01"
        tariff_zone = "10"
        registered_mt = true

        [[insured]]
        nir = "2840578006084"
        key = 90
        organisme = { regime = "01", caisse = "751", centre = "0000" }
        vitales = ["VITALE DE TEST"]

        [[insured.beneficiaries]]
        birth_date = "1984-05-02"
        birth_rank = 1
        quality = 0
        has_mt = true
        rights = [{ from = "2020-01-01", until = "2026-06-30" }]
    "#;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("date")
    }

    #[test]
    fn a_small_register_reads() {
        let registers = Registers::from_toml(SMALL).expect("registers");
        let insured = registers.insured(&"2840578006084".parse().expect("nir")).expect("insured");
        let person = insured.beneficiary("840502", 1).expect("beneficiary");
        assert!(person.has_rights_on(day("2026-06-30")) && !person.has_rights_on(day("2026-07-01")));
        assert!(insured.beneficiary("840502", 2).is_none(), "a twin is another person");
        let caisse = Destination::new("01", "751").expect("caisse");
        for (address, counter) in [
            ("01751@751.01.RSS.TEST", Some(Counter::Files(caisse.clone()))),
            ("01.751@01.SCOR.rss.test", Some(Counter::Scans(caisse))),
            ("OCT@concentrateur.test", Some(Counter::Concentrator("oct@concentrateur.test".to_owned()))),
            ("dr.test@cabinet.test", None),
        ] {
            assert_eq!(registers.counter_at(address), counter, "{address}");
        }
        let billing = "991129768".parse().expect("billing");
        assert_eq!(registers.mailbox_of(&billing).map(|m| m.address.as_str()), Some("dr.test@cabinet.test"));
    }

    #[test]
    fn contradictions_are_refused_without_quoting_people() {
        let wrong_key = SMALL.replace("key = 90", "key = 89");
        assert_eq!(
            Registers::from_toml(&wrong_key).err(),
            Some(RegisterError::Contradiction("an insured person with a wrong key"))
        );
        let broken = SMALL.replace("birth_rank = 1", "birth_rank = \"DURAND\"");
        let error = Registers::from_toml(&broken).expect_err("a rank is a number");
        assert!(!format!("{error} {error:?}").contains("DURAND"));
    }

    #[test]
    fn the_embedded_registers_hold_the_caisses_of_the_demo() {
        let registers = Registers::embedded().expect("fixtures/caisse/registers.toml");
        for address in [
            "01751@751.01.rss.test",
            "01951@951.01.rss.test",
            "01.751@01.scor.rss.test",
            "01.951@01.scor.rss.test",
            "oct@concentrateur.test",
        ] {
            assert!(registers.counter_at(address).is_some(), "{address}");
        }
        assert!(registers.mailbox("dr.test@cabinet.test").is_some());
        assert!(!registers.insured.is_empty() && !registers.practitioners.is_empty());
    }
}
