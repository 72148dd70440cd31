//! Two posts, one practice: until they share a store, prepared FSE pass between two installations as sealed files. A file is
//! sealed under the code of the two posts and signed by the card of who sends it; it is taken in once, at a post of the
//! practitioner it is meant for. Not the rows (store, `transfers`) and not the cipher (`formats::parcel`).
//! Rule: issue "The locum's session", "Two posts, one practice".

use std::fs;
use std::path::{Path, PathBuf};

use liasse_domain::fse::Patient;
use liasse_domain::{BillingNumber, Centimes, Code, Coded, DocumentKind, FseContent, FseRef, Instant, clock};
use liasse_formats::b2::render_fse;
use liasse_formats::cms::{self, Flux, NationalAttributes, ToSign};
use liasse_formats::parcel::{self, ParcelError, PostCode};
use liasse_store::{Leaving, PassedOn, Settled, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::access::Deed;
use crate::cards::SigningCards;
use crate::data_dir::write_private;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::export::ExportError;
use crate::lane::Handle;
use crate::workstation::Workstation;

/// The setting that holds the code of the two posts.
pub const CODE: &str = "desk.code";
/// Most FSE and DRE in one file.
const MOST: usize = 10_000;

/// Why a file is not made or not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The posts have no code yet.
    #[error("no code")]
    NoCode,
    /// It holds nothing.
    #[error("nothing to pass on")]
    Nothing,
    /// Whoever signed it is none of ours, or signed something else.
    #[error("the signature does not hold")]
    Signature,
    /// What it says is not what its bytes say, or a seal of a Vitale does not hold.
    #[error("a document is not whole")]
    Document,
    /// The posts have no numbers of their own, or the same.
    #[error("posts without numbers")]
    NoPost,
    /// No such file left from here.
    #[error("no such file")]
    NotSent,
    /// It is meant for another practitioner.
    #[error("for another practitioner")]
    ForAnother,
}

impl Coded for ExchangeError {
    fn code(&self) -> Code {
        match self {
            Self::NoCode => Code("desync.sans_code"),
            Self::NoPost => Code("desync.sans_numero_de_poste"),
            Self::NotSent => Code("desync.fichier_inconnu_ici"),
            Self::Nothing => Code("desync.rien_a_passer"),
            Self::Signature | Self::Document => Code("desync.fichier_altere"),
            Self::ForAnother => Code("desync.pour_un_autre"),
        }
    }
}

/// What a file says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parcel {
    v: u32,
    id: String,
    billing: BillingNumber,
    /// Which post sends it.
    post: u8,
    made_at: Instant,
    documents: Vec<Document>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    content: FseContent,
    bytes: Hex,
    vitale: Option<Hex>,
    settled: Vec<Settled>,
    returned: Option<String>,
    note: Option<String>,
    cotation: Option<String>,
    reading: Option<(String, Instant)>,
}

/// Bytes as hexadecimal text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Hex(Vec<u8>);

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        hex.0
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|half| char::from_digit(half.into(), 16))
            .collect()
    }
}

impl TryFrom<String> for Hex {
    type Error = ParcelError;
    fn try_from(text: String) -> Result<Self, ParcelError> {
        let half = |byte: u8| char::from(byte).to_digit(16).and_then(|half| u8::try_from(half).ok());
        let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => Some(half(*high)? << 4 | half(*low)?),
            _ => None,
        });
        pairs.collect::<Option<Vec<u8>>>().map(Self).ok_or(ParcelError::NotOne)
    }
}

/// A file on its way to the card of who sends it.
pub struct ToPassOn {
    parcel: Parcel,
    json: Vec<u8>,
    to_sign: ToSign,
    passed: Vec<PassedOn>,
}

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its identifier: with it a file that was lost is written again.
    pub id: String,
    /// Where it lies.
    pub path: PathBuf,
    /// How many FSE it holds.
    pub fses: usize,
    /// What patients paid for them, to be handed over with it.
    pub settled: Centimes,
}

/// What was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenIn {
    /// The FSE that wait here now.
    pub fses: Vec<FseRef>,
    /// Those of them that were returned to the secretary.
    pub returned: usize,
    /// What patients had paid for them.
    pub settled: Centimes,
}

/// Passes prepared FSE on to another post: the file is signed by the card of who sends it, written, and only then do the FSE
/// leave this post.
pub fn export(
    workstation: &Handle<Workstation>,
    cards: &dyn SigningCards,
    fses: &[FseRef],
    folder: &Path,
    who: &SignedIn,
) -> Result<Sent, CoreError> {
    let (fses, asking) = (fses.to_vec(), who.clone());
    let asked = workstation.call(move |ws| ws.begin_export(&fses, &asking))??;
    let by_cps = cards.cps(&who.serial, asked.to_sign.digest())?;
    let (folder, who) = (folder.to_owned(), who.clone());
    workstation.call(move |ws| ws.finish_export(asked, &by_cps, &folder, &who))?
}

impl Workstation {
    /// Draws a new code for the two posts and keeps it here; it is shown once, to be typed at the other one.
    ///
    /// # Errors
    /// [`crate::replacement::ReplacementError::TitulaireOnly`]: a locum draws none.
    pub fn draw_code(&mut self, who: &SignedIn) -> Result<String, CoreError> {
        who.may(Deed::PairPosts)?;
        let mut random = [0; 25];
        self.ids.random(&mut random);
        let code = PostCode::from_random(random).written();
        self.set_setting(CODE, &code)?;
        Ok(code)
    }

    fn code(&self) -> Result<PostCode, CoreError> {
        let code = self.secret(CODE)?.ok_or(ExchangeError::NoCode)?;
        Ok(PostCode::parse(&code)?)
    }

    /// What would pass, and what the card is to sign.
    pub fn begin_export(&mut self, fses: &[FseRef], who: &SignedIn) -> Result<ToPassOn, CoreError> {
        self.code()?;
        let post = self.post()?;
        let billing = &fses.first().ok_or(ExchangeError::Nothing)?.billing;
        for fse in fses {
            self.allow_on(Deed::PassOn, fse, who)?;
            if fse.billing != *billing {
                return Err(ExchangeError::ForAnother.into());
            }
        }
        let passed = self.store.to_pass_on(fses)?;
        let mut random = [0; 16];
        self.ids.random(&mut random);
        let parcel = Parcel {
            v: 1,
            id: Hex(random.to_vec()).into(),
            billing: billing.clone(),
            post,
            made_at: self.now(),
            documents: passed.iter().map(Document::from).collect(),
        };
        let json = serde_json::to_vec(&parcel).map_err(|_| ExchangeError::Document)?;
        let to_sign = self.to_sign(&json, &who.signature_certificate, billing)?;
        Ok(ToPassOn { parcel, json, to_sign, passed })
    }

    /// Writes the file, then lets the FSE leave.
    pub fn finish_export(
        &mut self,
        asked: ToPassOn,
        by_cps: &[u8],
        folder: &Path,
        who: &SignedIn,
    ) -> Result<Sent, CoreError> {
        let ToPassOn { parcel, json, to_sign, passed } = asked;
        let cms = self.verified(to_sign, by_cps, &json)?;
        let length = u32::try_from(json.len()).map_err(|_| ParcelError::NotOne)?;
        let plain = [&length.to_be_bytes()[..], &json, &cms].concat();
        let (file, path) = self.sealed_file(&plain, &parcel.id, &parcel.billing, folder)?;
        // On disk under another name first: an FSE that has left must be in a file, and a file that is found must not hold one
        // that is still here.
        let beside = path.with_extension("liasse.en-cours");
        write_private(&beside, &file).map_err(ExportError::from)?;
        let stamp = who.stamp(self.now());
        let sha256 = Sha256::digest(&file).into();
        let leaving = Leaving { id: &parcel.id, billing: &parcel.billing, sha256: &sha256, content: &plain };
        if let Err(refused) = self.store.pass_on(&stamp, &leaving, &passed) {
            fs::remove_file(&beside).map_err(ExportError::from)?;
            return Err(refused.into());
        }
        fs::rename(&beside, &path).map_err(ExportError::from)?;
        let fses = passed.iter().filter(|one| one.content.kind() == DocumentKind::Fse).count();
        Ok(Sent { id: parcel.id, path, fses, settled: settled(&passed) })
    }

    /// Writes a file that left again, under today's code: one that was lost, or whose code has changed. It is the same one, and is
    /// taken in once all the same.
    pub fn export_again(&mut self, id: &str, folder: &Path, who: &SignedIn) -> Result<PathBuf, CoreError> {
        let own = who.own_for(Deed::TakeIn)?;
        let (billing, plain) = self.store.left_with(id)?.ok_or(ExchangeError::NotSent)?;
        if own.is_some_and(|own| *own != billing) {
            return Err(ExchangeError::ForAnother.into());
        }
        let (file, path) = self.sealed_file(&plain, id, &billing, folder)?;
        write_private(&path, &file).map_err(ExportError::from)?;
        Ok(path)
    }

    fn sealed_file(
        &mut self,
        plain: &[u8],
        id: &str,
        billing: &BillingNumber,
        folder: &Path,
    ) -> Result<(Vec<u8>, PathBuf), CoreError> {
        let mut nonce = [0; 12];
        self.ids.random(&mut nonce);
        let file = parcel::seal(&self.code()?, nonce, plain)?;
        fs::create_dir_all(folder).map_err(ExportError::from)?;
        let day = clock::paris(self.now()).format("%Y%m%d-%H%M%S");
        let short = id.get(..8).unwrap_or_default();
        Ok((file, folder.join(format!("a-signer-{billing}-{day}-{short}.liasse"))))
    }

    /// The number of this post, which two posts that pass FSE on must have said.
    fn post(&self) -> Result<u8, CoreError> {
        let post = self.setting("desk.post")?.ok_or(ExchangeError::NoPost)?;
        Ok(crate::settings::post_number(&post)?)
    }

    /// Takes a file in: everything it says is looked at before the first row is written.
    ///
    /// # Errors
    /// [`ParcelError`] and [`ExchangeError`]; `StoreError::Replayed` for a file, or an FSE, that came before.
    pub fn import(&mut self, file: &[u8], who: &SignedIn) -> Result<TakenIn, CoreError> {
        let taken = self.opened(file, who);
        self.telling(taken, Some(who), None)
    }

    fn opened(&mut self, file: &[u8], who: &SignedIn) -> Result<TakenIn, CoreError> {
        let own = who.own_for(Deed::TakeIn)?;
        let plain = parcel::open(&self.code()?, file)?;
        let (json, cms) = sealed_in(&plain).ok_or(ParcelError::NotOne)?;
        let parcel: Parcel = serde_json::from_slice(json).map_err(|_| ParcelError::NotOne)?;
        let signed = cms::verify(cms, json, &self.directory.trust, self.now()).map_err(|_| ExchangeError::Signature)?;
        let attributes = NationalAttributes { flux: Flux::Test, billing: parcel.billing.clone() };
        if signed.attributes != Some(attributes) || parcel.v != 1 {
            return Err(ExchangeError::Signature.into());
        }
        let known = self.store.practitioners()?;
        let here = |billing: &BillingNumber| known.iter().any(|one| one.situation.billing_number == *billing);
        let meant = match own {
            None => here(&parcel.billing),
            Some(own) => *own == parcel.billing,
        };
        if !meant {
            return Err(ExchangeError::ForAnother.into());
        }
        if parcel.post == self.post()? && !self.store.knows_transfer(&parcel.id)? {
            // Two posts of one number would give one number twice.
            return Err(ExchangeError::NoPost.into());
        }
        if parcel.documents.is_empty() || parcel.documents.len() > MOST {
            return Err(ExchangeError::Nothing.into());
        }
        let documents: Vec<PassedOn> = parcel.documents.into_iter().map(PassedOn::from).collect();
        for document in &documents {
            self.check_document(document, &parcel.billing)?;
        }
        let stamp = who.stamp(self.now());
        self.store.take_in(&stamp, &parcel.id, &parcel.billing, &Sha256::digest(file).into(), &documents)?;
        let fses = documents.iter().filter(|one| one.content.kind() == DocumentKind::Fse);
        Ok(TakenIn {
            fses: fses.map(|one| one.content.reference.clone()).collect(),
            returned: documents.iter().filter(|one| one.returned.is_some()).count(),
            settled: settled(&documents),
        })
    }

    /// Takes in every file of a folder that is for whoever is signed in and did not come before. What cannot be taken in is told,
    /// once the others are in.
    pub fn import_all(&mut self, folder: &Path, who: &SignedIn) -> Result<TakenIn, CoreError> {
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .map_err(ExportError::from)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "liasse"))
            .collect();
        files.sort();
        let mut all = TakenIn { fses: Vec::new(), returned: 0, settled: Centimes::ZERO };
        let mut refused = None;
        for path in files {
            if fs::metadata(&path).is_ok_and(|found| found.len() > parcel::MAX as u64 + 4096) {
                refused = refused.or(Some(ParcelError::NotOne.into()));
                continue;
            }
            let file = fs::read(&path).map_err(ExportError::from)?;
            match self.opened(&file, who) {
                Ok(taken) => {
                    all.fses.extend(taken.fses);
                    all.returned += taken.returned;
                    all.settled = all.settled + taken.settled;
                }
                // What left from here, came before, or is somebody else's stays where it lies.
                Err(CoreError::Store(StoreError::Replayed) | CoreError::Exchange(ExchangeError::ForAnother)) => {}
                Err(error) => {
                    let told: Result<(), CoreError> = self.telling(Err(error), Some(who), None);
                    refused = refused.or(told.err());
                }
            }
        }
        match refused {
            Some(error) if all.fses.is_empty() => Err(error),
            _ => Ok(all),
        }
    }

    fn check_document(&self, document: &PassedOn, billing: &BillingNumber) -> Result<(), CoreError> {
        let content = &document.content;
        if content.reference.billing != *billing || content.executant.billing != *billing {
            return Err(ExchangeError::ForAnother.into());
        }
        if render_fse(content)? != document.bytes {
            return Err(ExchangeError::Document.into());
        }
        if let Some(seal) = &document.vitale {
            let holds = cms::verify(seal, &document.bytes, &self.directory.trust, self.now());
            holds.map_err(|_| ExchangeError::Document)?;
        }
        Ok(())
    }
}

/// What was sealed into a file: what it says, and the signature of who sent it.
fn sealed_in(plain: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = plain.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// The patients of what was sealed into a file that left; `None` where that does not read.
pub(crate) fn patients_in(plain: &[u8]) -> Option<Vec<Patient>> {
    let parcel: Parcel = serde_json::from_slice(sealed_in(plain)?.0).ok()?;
    Some(parcel.documents.into_iter().map(|document| document.content.patient).collect())
}

fn settled(documents: &[PassedOn]) -> Centimes {
    let parts = documents.iter().flat_map(|one| &one.settled);
    parts.fold(Centimes::ZERO, |sum, part| sum + part.amount)
}

impl From<&PassedOn> for Document {
    fn from(passed: &PassedOn) -> Self {
        let PassedOn { content, bytes, vitale, settled, returned, note, cotation, reading } = passed.clone();
        Self { content, bytes: Hex(bytes), vitale: vitale.map(Hex), settled, returned, note, cotation, reading }
    }
}

impl From<Document> for PassedOn {
    fn from(document: Document) -> Self {
        let Document { content, bytes, vitale, settled, returned, note, cotation, reading } = document;
        Self { content, bytes: bytes.0, vitale: vitale.map(|hex| hex.0), settled, returned, note, cotation, reading }
    }
}
