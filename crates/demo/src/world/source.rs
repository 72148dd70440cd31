//! The invented world as it is written by hand in `fixtures/world/*.toml`, in typed structs.
//! Not the cards or the registers: those are generated from it, with the NIR keys and the certificates.
//! Schema and rules: shared design, architecture, `fixtures/world`; meanings of the fields: SSV groups 1 and 2.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;

use chrono::NaiveDate;
use liasse_caisse::registers::Agreement;
use liasse_domain::ids::luhn_key;
use liasse_domain::patient::Period;
use liasse_domain::{BillingNumber, BillingSituation, CardHolder, CardType, Destination, Private};
use serde::Deserialize;

use super::WorldError;
use super::families::Family;

/// Everything that is written by hand.
#[derive(Clone, Debug)]
pub struct World {
    /// Professionals, each with one CPS.
    pub practitioners: Vec<Practitioner>,
    /// Families, each on one Vitale.
    pub families: Vec<Family>,
    /// The simulated caisses.
    pub caisses: Vec<Caisse>,
    /// Who takes files for all of them.
    pub concentrators: Vec<Concentrator>,
    /// Complementary insurers.
    pub mutuelles: Vec<Mutuelle>,
    /// Accounts of the simulated post office.
    pub mailboxes: Vec<Mailbox>,
    /// `replacements.toml`.
    pub replacements: Vec<Replacement>,
    /// The test PKI.
    pub pki: Pki,
}

/// A complementary insurer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutuelle {
    /// N° AMC.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Code of its intake under régime 99.
    pub intake: Option<String>,
    /// Its conventions.
    pub conventions: Vec<Agreement>,
    /// The families it covers.
    #[serde(default)]
    pub members: Vec<Member>,
}

/// A family that an insurer covers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Number of the member.
    pub number: String,
    /// Card of the family.
    pub family: String,
    /// When.
    pub period: Option<Period>,
}

/// A professional and the CPS that says so.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practitioner {
    /// Name of the card, as the tray and the programs call it.
    pub card: String,
    /// One line: what this card is for.
    pub purpose: String,
    /// Serial number of the card, eight digits.
    pub serial: String,
    /// PIN of the card.
    pub pin: Private,
    /// Unblocking code of the card.
    pub puk: Private,
    /// Profession, as the certificates give it.
    pub title: String,
    /// Whether the certificates are good.
    #[serde(default)]
    pub certificates: Standing,
    /// SSV group 1.
    pub holder: CardHolder,
    /// SSV groups 2.
    pub situations: Vec<BillingSituation>,
}

impl Practitioner {
    /// The national identifier as certificates carry it: `8` (RPPS) and the number; of staff, `3`, the structure that
    /// employs them and the card.
    pub fn national_id(&self) -> String {
        match (&self.holder.rpps, self.situations.first()) {
            (Some(rpps), _) => format!("8{rpps}"),
            (None, Some(situation)) => format!("3{}/{}", situation.structure_number, self.serial),
            (None, None) => String::new(),
        }
    }

    /// Situations in which this person is paid: a locum is not, the replaced doctor is; nor are staff.
    pub fn own_situations(&self) -> impl Iterator<Item = &BillingSituation> {
        let paid = matches!(self.holder.card_type, CardType::Cps | CardType::Cpf);
        self.situations.iter().filter(move |situation| paid && !situation.is_locum())
    }

    /// The number of this person as a locum, if there is one.
    pub fn locum_number(&self) -> Option<&BillingNumber> {
        self.situations.iter().find_map(|situation| situation.locum_number.as_ref())
    }

    /// The billing numbers under which this person is paid.
    pub fn paid_numbers(&self) -> Vec<BillingNumber> {
        self.own_situations().map(|situation| situation.billing_number.clone()).collect()
    }
}

/// A replacement that the caisse was told of.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// Card of the replaced doctor.
    pub replaced: String,
    /// Card of the locum.
    pub locum: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

/// What became of a card's certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Valid.
    #[default]
    Good,
    /// Their dates are over.
    Expired,
    /// Their dates hold, the CRL names them.
    Revoked,
}

/// A simulated caisse.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caisse {
    /// Grand régime, two digits.
    pub regime: String,
    /// Caisse, three digits.
    pub caisse: String,
    /// Where files for it go.
    pub mailbox: String,
    /// Where scanned documents for it go; an insurer's intake takes none.
    pub scans: Option<String>,
}

/// A concentrator (OCT).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concentrator {
    /// Where files for every caisse go.
    pub mailbox: String,
}

/// An account of the simulated post office.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// The address, which is the name of the account.
    pub address: String,
    /// The password of the account: invented and published, it protects nothing.
    pub password: Private,
    /// Card of the practitioner, `caisse-REGIME-CAISSE`, `scans-REGIME-CAISSE` or `concentrateur`.
    pub owner: String,
}

/// The test PKI.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pki {
    /// `O` of every certificate.
    pub organization: String,
    /// `CN` of the root.
    pub root: String,
    /// Dates of every good certificate.
    pub validity: Dates,
    /// Last day of the expired ones.
    pub expired: Expired,
    /// Since when the revoked ones are.
    pub revoked: Revoked,
    /// Dates of the CRL.
    pub crl: Dates,
    /// Certificates that are on no card.
    #[serde(rename = "service")]
    pub services: Vec<Service>,
}

/// First and last day, both whole.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

/// When the expired certificates end.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expired {
    /// Last day.
    pub until: NaiveDate,
}

/// When the revoked certificates were revoked.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoked {
    /// The day.
    pub on: NaiveDate,
}

/// A certificate of the caisse or of the local servers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Name of its file.
    pub name: String,
    /// `CN`.
    pub common_name: String,
    /// What its key does.
    pub usage: Usage,
    /// DNS names it answers for.
    #[serde(default)]
    pub dns: Vec<String>,
    /// Addresses it answers for.
    #[serde(default)]
    pub ip: Vec<IpAddr>,
}

/// What a certificate's key does; it decides the keyUsage extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// digitalSignature and nonRepudiation: claims, lots, returns.
    Signature,
    /// digitalSignature and keyEncipherment: the authentication key of a CPS.
    Authentication,
    /// keyEncipherment: the caisse's envelope.
    Encryption,
    /// digitalSignature and keyEncipherment, with serverAuth as extended usage.
    TlsServer,
}

impl World {
    /// Reads the seven files of `directory` (`fixtures/world`) and checks that they do not contradict themselves.
    pub fn read(directory: &Path) -> Result<Self, WorldError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Lists {
            #[serde(default, rename = "practitioner")]
            practitioners: Vec<Practitioner>,
            #[serde(default, rename = "family")]
            families: Vec<Family>,
            #[serde(default, rename = "caisse")]
            caisses: Vec<Caisse>,
            #[serde(default, rename = "concentrator")]
            concentrators: Vec<Concentrator>,
            #[serde(default, rename = "mutuelle")]
            mutuelles: Vec<Mutuelle>,
            #[serde(default, rename = "mailbox")]
            mailboxes: Vec<Mailbox>,
            #[serde(default, rename = "replacement")]
            replacements: Vec<Replacement>,
        }
        let Lists { caisses, concentrators, .. } = read(directory, "caisses.toml")?;
        let world = Self {
            practitioners: read::<Lists>(directory, "practitioners.toml")?.practitioners,
            families: read::<Lists>(directory, "insured.toml")?.families,
            caisses,
            concentrators,
            mutuelles: read::<Lists>(directory, "mutuelles.toml")?.mutuelles,
            mailboxes: read::<Lists>(directory, "mailboxes.toml")?.mailboxes,
            replacements: read::<Lists>(directory, "replacements.toml")?.replacements,
            pki: read(directory, "pki.toml")?,
        };
        world.check()?;
        Ok(world)
    }

    /// Nothing that must be one person's or one card's is given twice; every name fits on a card.
    fn check(&self) -> Result<(), WorldError> {
        let mut seen = BTreeSet::new();
        let mut once = |card: &str, kind: &str, value: &str, what: &'static str| {
            let fresh = seen.insert(format!("{kind} {value}"));
            if fresh { Ok(()) } else { Err(WorldError::Contradiction { card: card.to_owned(), what }) }
        };
        for practitioner in &self.practitioners {
            let card = practitioner.card.as_str();
            let holder = &practitioner.holder;
            once(card, "card", card, "its name is given twice")?;
            once(card, "serial", &practitioner.serial, "its serial number is given twice")?;
            once(card, "person", &full_name(&holder.family_name, &holder.given_name), "a person is given twice")?;
            once(card, "rpps", &practitioner.national_id(), "its RPPS number is given twice")?;
            for situation in &practitioner.situations {
                // Key of the structure number, which the domain keeps as text: real ones are not all Luhn.
                let (number, key) = situation.structure_number.split_at_checked(14).unwrap_or_default();
                if luhn_key(number).map(|key| key.to_string()).as_deref() != Some(key) {
                    return Err(refuse(card, "the key of its structure is wrong"));
                }
                once(card, "structure", &situation.structure_number, "its structure is given twice")?;
            }
        }
        for family in &self.families {
            let card = family.card.as_str();
            once(card, "card", card, "its name is given twice")?;
            once(card, "serial", &family.serial, "its serial number is given twice")?;
            once(card, "nir", family.nir.as_str(), "its NIR is given twice")?;
            for person in &family.beneficiaries {
                once(card, "person", &full_name(&person.family_name, &person.given_name), "a person is given twice")?;
                if let Some(nir) = person.certified_nir {
                    once(card, "nir", nir.as_str(), "a certified NIR is given twice")?;
                }
                if person.own_nir && (person.quality != 0 || person.certified_nir.is_some()) {
                    return Err(refuse(card, "own_nir is for the insured person alone"));
                }
            }
            let destination = family.organisme()?.destination();
            if !self.caisses.iter().any(|caisse| caisse.is(&destination)) {
                return Err(refuse(card, "its caisse is not in caisses.toml"));
            }
        }
        for member in self.mutuelles.iter().flat_map(|mutuelle| &mutuelle.members) {
            if !self.families.iter().any(|family| family.card == member.family) {
                return Err(refuse(&member.family, "a mutuelle covers a family that is not there"));
            }
        }
        for mailbox in &self.mailboxes {
            let owner = mailbox.owner.as_str();
            once(owner, "mailbox", &mailbox.address, "its mailbox is given twice")?;
            once(owner, "owner", owner, "two mailboxes are its own")?;
        }
        for practitioner in self.practitioners.iter().filter(|one| one.own_situations().next().is_some()) {
            self.check_mailbox(&practitioner.card, None)?;
        }
        for replacement in &self.replacements {
            let of = |card: &str| self.practitioners.iter().find(|one| one.card == card);
            let replaced = of(&replacement.replaced).is_some_and(|one| one.own_situations().next().is_some());
            let locum = of(&replacement.locum).is_some_and(|one| one.locum_number().is_some());
            if !replaced || !locum || replacement.until < replacement.from {
                return Err(refuse(&replacement.locum, "it replaces nobody, or never"));
            }
        }
        for caisse in &self.caisses {
            let code = format!("{}-{}", caisse.regime, caisse.caisse);
            self.check_mailbox(&format!("caisse-{code}"), Some(&caisse.mailbox))?;
            if let Some(scans) = &caisse.scans {
                self.check_mailbox(&format!("scans-{code}"), Some(scans))?;
            }
        }
        for concentrator in &self.concentrators {
            self.check_mailbox("concentrateur", Some(&concentrator.mailbox))?;
        }
        Ok(())
    }

    /// Everybody who is written to has a mailbox, and at no other address.
    fn check_mailbox(&self, owner: &str, address: Option<&str>) -> Result<(), WorldError> {
        let is_theirs =
            |mailbox: &Mailbox| mailbox.owner == owner && address.is_none_or(|address| mailbox.address == address);
        if self.mailboxes.iter().any(is_theirs) { Ok(()) } else { Err(refuse(owner, "it has no mailbox")) }
    }
}

impl Caisse {
    fn is(&self, destination: &Destination) -> bool {
        self.regime == destination.regime() && self.caisse == destination.caisse()
    }
}

fn refuse(card: &str, what: &'static str) -> WorldError {
    WorldError::Contradiction { card: card.to_owned(), what }
}

fn full_name(family: &Private, given: &Private) -> String {
    format!("{} {}", family.reveal(), given.reveal())
}

fn read<T: serde::de::DeserializeOwned>(directory: &Path, file: &str) -> Result<T, WorldError> {
    let path = directory.join(file);
    let text = std::fs::read_to_string(&path).map_err(|cause| WorldError::File { path: path.clone(), cause })?;
    toml::from_str(&text).map_err(|error| WorldError::Schema { path, at: error.span().map_or(0, |span| span.start) })
}
