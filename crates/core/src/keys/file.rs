//! `cles.toml`: what stands in it, read section by section so that damage stays in its section, and replaced whole or not at all.
//! What is not there is absent only where all the rest reads: else it may be what does not read, and is damaged.
//! Holds no secret and no key: wraps only. `v`, `key_id` and `check` at its head stay what they are in every later form.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::fault::{KeyError, WayState};
use super::keyring::SERVICE;
use super::wrap::{Cost, Kdf, KeyId, Kind, VERSION, Wrap};
use crate::data_dir::write_private;

/// The file of keys inside a data directory.
pub const FILE: &str = "cles.toml";
/// While it is written.
const FRESH: &str = "cles.toml.new";
/// More than this is not read: the real one has two kilobytes.
const MOST_BYTES: u64 = 64 * 1024;

const TITLE: &str =
    "# Les clés des données de ce dossier, chacune dans son enveloppe. Sans ce fichier les données ne s'ouvrent plus :
# il fait partie de chaque sauvegarde. Aucun secret n'y est écrit en clair.
";

/// One wrap of the file, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Absent,
    /// Its text, kept as it is until somebody has this wrap made anew.
    Damaged(String),
    Whole(Wrap),
}

impl Slot {
    pub(super) fn state(&self) -> WayState {
        match self {
            Self::Absent => WayState::Absent,
            Self::Damaged(_) => WayState::Damaged,
            Self::Whole(_) => WayState::Whole,
        }
    }

    pub(super) fn whole(&self) -> Option<&Wrap> {
        match self {
            Self::Whole(wrap) => Some(wrap),
            Self::Absent | Self::Damaged(_) => None,
        }
    }
}

/// The three wraps of one data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wraps {
    pub(super) passphrase: Slot,
    pub(super) recovery: Slot,
    pub(super) keyring: Slot,
}

impl Wraps {
    fn none() -> Self {
        Self { passphrase: Slot::Absent, recovery: Slot::Absent, keyring: Slot::Absent }
    }

    fn each(&mut self) -> [&mut Slot; 3] {
        [&mut self.passphrase, &mut self.recovery, &mut self.keyring]
    }

    fn slots(&self) -> [(Kind, &Slot); 3] {
        [(Kind::Passphrase, &self.passphrase), (Kind::Recovery, &self.recovery), (Kind::Keyring, &self.keyring)]
    }

    fn slot(&mut self, kind: Kind) -> Option<&mut Slot> {
        match kind {
            Kind::Passphrase => Some(&mut self.passphrase),
            Kind::Recovery => Some(&mut self.recovery),
            Kind::Keyring => Some(&mut self.keyring),
            Kind::Next => None,
        }
    }

    /// The name of the data key, as the first whole wrap says it.
    fn key_id(&self) -> Option<KeyId> {
        self.slots().into_iter().find_map(|(_, slot)| slot.whole().map(|wrap| wrap.key_id))
    }
}

/// The key that the store goes over to while a change of key lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Next {
    /// Under the present key: whoever opens that one has this one too.
    pub(super) chained: Slot,
    pub(super) wraps: Wraps,
}

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyFile {
    pub(super) key_id: KeyId,
    pub(super) wraps: Wraps,
    pub(super) next: Option<Next>,
}

impl KeyFile {
    /// Understands a text. What does not read is a damaged wrap; the others are not touched by it.
    pub(super) fn parse(text: &str) -> Result<Self, KeyError> {
        let mut head = None;
        let mut found = Found { wraps: Wraps::none(), chained: Slot::Absent, after: Wraps::none() };
        let (mut strays, mut hidden) = (Vec::new(), false);
        for Section { name, body } in sections(text) {
            hidden |= hides_a_heading(&body);
            match name {
                None => head = whole_head(&body),
                Some("passphrase") => take(&mut found.wraps, Kind::Passphrase, body),
                Some("recovery") => take(&mut found.wraps, Kind::Recovery, body),
                Some("keyring") => take(&mut found.wraps, Kind::Keyring, body),
                Some("next") => found.chained = Slot::read(Kind::Next, body),
                Some("next.passphrase") => take(&mut found.after, Kind::Passphrase, body),
                Some("next.recovery") => take(&mut found.after, Kind::Recovery, body),
                Some("next.keyring") => take(&mut found.after, Kind::Keyring, body),
                // A heading that does not read.
                Some(_) => strays.push(body),
            }
        }
        if head.is_some_and(|(version, _)| version > VERSION) {
            return Err(KeyError::Newer);
        }
        let key_id = head.map(|(_, key_id)| key_id).or_else(|| found.wraps.key_id()).ok_or(KeyError::FileDamaged)?;
        strays.retain(|body| !found.place(body, key_id));
        if hidden || !strays.is_empty() {
            found.doubt(strays.concat());
        }
        let Found { mut wraps, chained, mut after } = found;
        of_one_key(&mut wraps, Some(key_id));
        if wraps.passphrase == Slot::Absent {
            // Every practice has a passphrase.
            wraps.passphrase = Slot::Damaged(String::new());
        }
        let next = (chained != Slot::Absent || after != Wraps::none()).then(|| {
            let named = chained.whole().map(|wrap| wrap.key_id).or_else(|| after.key_id());
            of_one_key(&mut after, named);
            Next { chained, wraps: after }
        });
        let whole = |wraps: &Wraps| wraps.key_id().is_some();
        if !whole(&wraps) && !next.as_ref().is_some_and(|next| whole(&next.wraps)) {
            return Err(KeyError::FileDamaged);
        }
        Ok(Self { key_id, wraps, next })
    }

    /// The text of it.
    pub(super) fn render(&self) -> String {
        let mut text = String::from(TITLE);
        let check = hex(&head_check(VERSION, &self.key_id));
        text.push_str(&format!("v = {VERSION}\nkey_id = \"{}\"\ncheck = \"{check}\"\n", hex(&self.key_id)));
        for (kind, slot) in self.wraps.slots() {
            slot.render(kind.word(), &mut text);
        }
        if let Some(next) = &self.next {
            next.chained.render(Kind::Next.word(), &mut text);
            for (kind, slot) in next.wraps.slots() {
                slot.render(&format!("{}.{}", Kind::Next.word(), kind.word()), &mut text);
            }
        }
        text
    }

    /// Reads the file of a directory.
    pub(super) fn read(root: &Path) -> Result<Self, KeyError> {
        let path = root.join(FILE);
        match fs::metadata(&path) {
            // What is no file may never end.
            Ok(found) if found.len() > MOST_BYTES || !found.is_file() => return Err(KeyError::FileDamaged),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(KeyError::Absent),
            Err(error) => return Err(error.into()),
        }
        let mut text = Vec::new();
        File::open(&path)?.take(MOST_BYTES).read_to_end(&mut text)?;
        Self::parse(&String::from_utf8_lossy(&text))
    }

    /// Puts the file of a directory in the place of the one that is there: after a crash it is the old one or this one. `sync` has
    /// the folder on the disk.
    ///
    /// # Errors
    /// [`KeyError::Unconfirmed`]: this one is in its place. Any other: the old one is.
    pub(super) fn write(&self, root: &Path, sync: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), KeyError> {
        let (fresh, text) = (root.join(FRESH), self.render());
        write_private(&fresh, text.as_bytes())?;
        // What a failing disk gives back otherwise never takes the place of keys that read.
        if fs::read(&fresh)? != text.as_bytes() {
            return Err(KeyError::Io { kind: io::ErrorKind::InvalidData });
        }
        fs::rename(&fresh, root.join(FILE))?;
        sync(root).map_err(|_| KeyError::Unconfirmed)
    }
}

/// The wraps of a text, before it is asked of which key they are.
struct Found {
    wraps: Wraps,
    chained: Slot,
    after: Wraps,
}

impl Found {
    /// Puts a section whose heading does not read where it is missed: a whole wrap says itself of which key and which way it is.
    fn place(&mut self, body: &str, key_id: KeyId) -> bool {
        let kinds = [Kind::Passphrase, Kind::Recovery, Kind::Keyring, Kind::Next];
        let whole = kinds.into_iter().find_map(|kind| Slot::read(kind, body.to_owned()).whole().cloned());
        let Some(wrap) = whole else { return false };
        let slot = match wrap.kind {
            Kind::Next => Some(&mut self.chained),
            kind if wrap.key_id == key_id => self.wraps.slot(kind),
            kind => self.after.slot(kind),
        };
        match slot {
            Some(slot) if *slot == Slot::Absent => {
                *slot = Slot::Whole(wrap);
                true
            }
            _ => false,
        }
    }

    /// Something did not read: what is missing may be just that. The first one keeps the text.
    fn doubt(&mut self, mut text: String) {
        let is_cut = self.chained != Slot::Absent || self.after != Wraps::none();
        let mut slots = Vec::from(self.wraps.each());
        if is_cut {
            slots.push(&mut self.chained);
            slots.extend(self.after.each());
        }
        for slot in slots {
            if *slot == Slot::Absent {
                *slot = Slot::Damaged(std::mem::take(&mut text));
            }
        }
    }
}

/// Whether a section has swallowed the heading of the next one.
fn hides_a_heading(body: &str) -> bool {
    body.lines().any(|line| line.trim_end().ends_with(']'))
}

/// Wraps of another key than this one are no wraps of it.
fn of_one_key(wraps: &mut Wraps, key_id: Option<KeyId>) {
    for kind in [Kind::Passphrase, Kind::Recovery, Kind::Keyring] {
        if let Some(slot) = wraps.slot(kind)
            && let Slot::Whole(wrap) = slot
            && Some(wrap.key_id) != key_id
        {
            *slot = Slot::Damaged(body_of(wrap));
        }
    }
}

fn take(wraps: &mut Wraps, kind: Kind, body: String) {
    if let Some(slot) = wraps.slot(kind) {
        // Twice the same heading: neither is believed.
        *slot = if *slot == Slot::Absent { Slot::read(kind, body) } else { Slot::Damaged(body) };
    }
}

/// A part of the text: what stands before the first heading has no name.
struct Section<'a> {
    name: Option<&'a str>,
    body: String,
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut found = vec![Section { name: None, body: String::new() }];
    for line in text.split_inclusive('\n') {
        if let Some(heading) = line.strip_prefix('[') {
            let name = heading.trim_end().strip_suffix(']').unwrap_or_default();
            found.push(Section { name: Some(name), body: String::new() });
        } else if let Some(last) = found.last_mut() {
            last.body.push_str(line);
        }
    }
    found
}

#[derive(Deserialize)]
struct Head {
    v: u32,
    key_id: String,
    check: String,
}

/// Form and name of the key, where the head is whole. Fields that a later form adds are not looked at.
fn whole_head(body: &str) -> Option<(u32, KeyId)> {
    let head: Head = toml::from_str(body).ok()?;
    let key_id = unhex::<16>(&head.key_id)?;
    (unhex::<32>(&head.check)? == head_check(head.v, &key_id)).then_some((head.v, key_id))
}

fn head_check(version: u32, key_id: &KeyId) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"liasse-cles-tete\0");
    hash.update(version.to_be_bytes());
    hash.update(key_id);
    hash.finalize().into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    key_id: String,
    service: Option<String>,
    m_kib: Option<u32>,
    t: Option<u32>,
    p: Option<u32>,
    salt: Option<String>,
    nonce: String,
    wrapped: String,
    check: String,
}

impl Fields {
    fn wrap(self, kind: Kind) -> Option<Wrap> {
        let kdf = match (self.m_kib, self.t, self.p, self.salt) {
            (Some(m_kib), Some(t), Some(p), Some(salt)) if kind.is_derived() => {
                Some(Kdf { cost: Cost::new(m_kib, t, p)?, salt: unbase64::<16>(&salt)? })
            }
            (None, None, None, None) if !kind.is_derived() => None,
            _ => return None,
        };
        let service = (kind == Kind::Keyring).then_some(SERVICE);
        if self.service.as_deref() != service {
            return None;
        }
        let (key_id, nonce) = (unhex::<16>(&self.key_id)?, unbase64::<12>(&self.nonce)?);
        let wrap = Wrap { kind, key_id, kdf, nonce, wrapped: unbase64::<48>(&self.wrapped)? };
        (unhex::<32>(&self.check)? == wrap.check()).then_some(wrap)
    }
}

impl Slot {
    fn read(kind: Kind, body: String) -> Self {
        match toml::from_str::<Fields>(&body).ok().and_then(|fields| fields.wrap(kind)) {
            Some(wrap) => Self::Whole(wrap),
            None => Self::Damaged(body),
        }
    }

    fn render(&self, heading: &str, text: &mut String) {
        let body = match self {
            Self::Absent => String::new(),
            Self::Damaged(body) => body.clone(),
            Self::Whole(wrap) => body_of(wrap),
        };
        if body.trim().is_empty() {
            // Nothing is left of it; whether it is missed is asked anew of what is there.
            return;
        }
        // An empty line before each heading: a byte that is lost there spoils one section.
        text.push_str(&format!("\n[{heading}]\n{}\n", body.trim_matches('\n')));
    }
}

fn body_of(wrap: &Wrap) -> String {
    let mut lines = vec![format!("key_id = \"{}\"", hex(&wrap.key_id))];
    if wrap.kind == Kind::Keyring {
        lines.push(format!("service = \"{SERVICE}\""));
    }
    if let Some(Kdf { cost, salt }) = &wrap.kdf {
        let (m_kib, t, p) = cost.parts();
        lines.extend([format!("m_kib = {m_kib}"), format!("t = {t}"), format!("p = {p}")]);
        lines.push(format!("salt = \"{}\"", BASE64.encode(salt)));
    }
    lines.push(format!("nonce = \"{}\"", BASE64.encode(wrap.nonce)));
    lines.push(format!("wrapped = \"{}\"", BASE64.encode(wrap.wrapped)));
    lines.push(format!("check = \"{}\"", hex(&wrap.check())));
    lines.join("\n")
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0_u8; N];
    let digit = |sign: u8| match sign {
        b'0'..=b'9' => Some(sign - b'0'),
        b'a'..=b'f' => Some(sign - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = (digit(*high)? << 4) | digit(*low)?;
    }
    Some(bytes)
}

fn unbase64<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests;
