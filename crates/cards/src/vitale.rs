//! The Vitale 2: what anyone may read of it, and on simulated cards its whole content and a signature.
//! Not rights: `core` derives them. A real Vitale gives names, birth dates and NIR only; the rest answers 6982 or is
//! not public (reference cards, 2.3 and 2.4).

mod pointers;
mod public;
mod reading;

use std::fmt;

use liasse_domain::{BirthDate, CardKind, Nir, Private, VitaleContent};
use liasse_formats::groups::vitale::vitale_from_groups;

use crate::atr::identify;
use crate::channel::CardChannel;
use crate::cps::sign_hash;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::FileRead;
use crate::sim;

/// AID of the application "VITALE".
pub const VITALE_AID: [u8; 11] = [0xD2, 0x50, 0x00, 0x00, 0x02, b'V', b'I', b'T', b'A', b'L', b'E'];

/// Short identifier of the public file, in the master file and in "VITALE".
pub const PUBLIC_FILE: u8 = 0x02;

/// Files of the simulated application: SSV groups 101 to 111, and the certificate.
pub const SIM_CONTENT: u16 = 0x0001;
/// See [`SIM_CONTENT`].
pub const SIM_CERTIFICATE: u16 = 0x0002;

/// A beneficiary as the public files give him.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicBeneficiary {
    /// Nom usuel.
    pub family_name: Private,
    /// Prénom.
    pub given_name: Private,
    /// Birth date, kept as read.
    pub birth_date: BirthDate,
    /// NIR, where the card gives one for that rank.
    pub nir: Option<Nir>,
    /// Its key as read, which may be wrong.
    pub nir_key: Option<u8>,
}

impl fmt::Debug for PublicBeneficiary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicBeneficiary(…)")
    }
}

/// All that was read of a Vitale. `Debug` shows nothing personal.
#[derive(Clone, PartialEq, Eq)]
pub struct VitaleRead {
    /// The beneficiaries of the public files, in the order of the card.
    pub public: Vec<PublicBeneficiary>,
    /// The whole content, on a simulated card.
    pub content: Option<VitaleContent>,
    /// The certificate of the simulated signature, DER, where it was asked for ([`Vitale::certificate`]).
    pub certificate: Option<Vec<u8>>,
    /// Names of the files that are there and not readable here.
    pub unreadable: Vec<String>,
}

impl fmt::Debug for VitaleRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VitaleRead({} beneficiaries, unreadable {:?})", self.public.len(), self.unreadable)
    }
}

/// A Vitale 2 in a reader.
pub struct Vitale {
    card: Exchange,
}

impl fmt::Debug for Vitale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vitale({} APDUs)", self.card.apdus())
    }
}

impl Vitale {
    /// Takes the channel of a Vitale 2; no APDU yet.
    pub fn open(channel: Box<dyn CardChannel>) -> Result<Self, CardError> {
        match identify(channel.atr()) {
            CardKind::Vitale2 => Ok(Self { card: Exchange::new(channel) }),
            kind => Err(CardError::NotThatCard { kind }),
        }
    }

    /// Reads the card: all that it says of people. A NIR whose key is wrong stops the reading: such a card must not be
    /// billed on. The certificate is no part of it: whoever signs asks for it.
    pub fn read(&mut self) -> Result<VitaleRead, CardError> {
        self.card.begin_job();
        let mut unreadable = Vec::new();
        let names = self.read_names()?;
        let is_there = reading::select(&mut self.card, 0x04, &VITALE_AID)?;
        let numbers = match is_there {
            true => reading::objects(&mut self.card, PUBLIC_FILE)?,
            false => FileRead::Absent,
        };
        if numbers == FileRead::Protected {
            unreadable.push("VITALE/2".to_owned());
        }
        let public = public::beneficiaries(&names, content_of(&numbers), &mut unreadable);
        if is_there {
            unreadable.extend(pointers::protected_files(&mut self.card)?);
        }
        let content = self.read_simulated()?;
        check_key(&public, content.as_ref())?;
        tracing::debug!(apdus = self.card.apdus(), "Vitale read");
        Ok(VitaleRead { public, content, certificate: None, unreadable })
    }

    /// The certificate of the simulated signature; `None` on a card that has no such application.
    pub fn certificate(&mut self) -> Result<Option<Vec<u8>>, CardError> {
        self.card.begin_job();
        if !reading::select(&mut self.card, 0x04, &sim::VITALE_AID)? {
            return Ok(None);
        }
        match reading::child(&mut self.card, SIM_CERTIFICATE, |_| true)?.0 {
            FileRead::Content(bytes) => Ok(Some(bytes)),
            FileRead::Absent | FileRead::Protected => Ok(None),
        }
    }

    /// Has the simulated application sign a SHA-256 hash with its key 0x81: RSASSA-PKCS1-v1_5, 256 bytes.
    pub fn sign(&mut self, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.card.begin_job();
        if !reading::select(&mut self.card, 0x04, &sim::VITALE_AID)? {
            return Err(CardError::NoSimApplication);
        }
        sign_hash(&mut self.card, hash)
    }

    /// How many APDUs went to the card.
    pub fn apdus(&self) -> u32 {
        self.card.apdus()
    }

    /// Gives the channel back.
    pub fn into_channel(self) -> Box<dyn CardChannel> {
        self.card.into_channel()
    }

    /// The public file of the master file, which every Vitale 2 has.
    fn read_names(&mut self) -> Result<Vec<u8>, CardError> {
        if !reading::select(&mut self.card, 0x00, &[0x3F, 0x00])? {
            return Err(CardError::Damaged { what: "MF/2" });
        }
        reading::objects(&mut self.card, PUBLIC_FILE)?.required("MF/2")
    }

    fn read_simulated(&mut self) -> Result<Option<VitaleContent>, CardError> {
        if !reading::select(&mut self.card, 0x04, &sim::VITALE_AID)? {
            return Ok(None);
        }
        let fault = CardError::Damaged { what: "SSV 101" };
        let zone = reading::child(&mut self.card, SIM_CONTENT, |_| true)?.0.required("LIASSE-SIM1")?;
        let groups = sim::unwrap(&zone)?.ok_or(fault)?;
        vitale_from_groups(&groups).map(Some).map_err(|_| fault)
    }
}

fn content_of(read: &FileRead) -> &[u8] {
    match read {
        FileRead::Content(bytes) => bytes,
        FileRead::Absent | FileRead::Protected => &[],
    }
}

/// The insured person's NIR against its key: from the whole content where there is one, else the first public one.
fn check_key(public: &[PublicBeneficiary], content: Option<&VitaleContent>) -> Result<(), CardError> {
    let insured = match content {
        Some(content) => Some((content.insured.nir, content.insured.nir_key)),
        None => public.first().and_then(|first| first.nir.zip(first.nir_key)),
    };
    match insured {
        Some((nir, key)) if nir.key() != key => Err(CardError::NirKey),
        _ => Ok(()),
    }
}
