//! The search for marks that no log may hold: the canary's codes, the names and numbers of the invented world, in whatever
//! way they were written.
//! Not a judge of papers: a name on a sheet that was asked for is no leak. Standard library only: `xtask` includes this file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The PIN of the card `cps-canari`.
pub const PIN: &str = "80471936";

/// The code that unblocks it.
pub const PUK: &str = "70913864";

/// The shortest text that is looked for: shorter ones stand by chance in anything.
const SHORTEST: usize = 5;

/// The shortest text that is looked for in base64: of a shorter one too few letters are its own.
const SHORTEST_IN_BASE64: usize = 8;

/// Where the invented people stand, and before what their names and numbers are written there.
const WORLD: [&str; 2] = ["fixtures/world", "fixtures/cards"];
const KEYS: [&str; 6] =
    ["family_name = \"", "birth_name = \"", "given_name = \"", "nir = \"", "certified_nir = \"", "own_nir = [\""];

/// A mark that was found, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The mark.
    pub mark: String,
    /// `plain`, `UTF-16LE`, `hex`…
    pub written: &'static str,
}

struct Needle {
    found: Found,
    bytes: Vec<u8>,
}

/// What is looked for.
pub struct Marks {
    needles: Vec<Needle>,
    /// The needles by their first two bytes.
    by_start: Vec<Vec<usize>>,
}

impl Marks {
    /// These texts, in every way a program may write one.
    pub fn of<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut marks = Self { needles: Vec::new(), by_start: vec![Vec::new(); 0x1_0000] };
        let mut known = BTreeSet::new();
        for text in texts {
            let text = text.as_ref();
            for (written, bytes) in writings(text) {
                if let [first, second, ..] = bytes.as_slice()
                    && known.insert(bytes.clone())
                {
                    marks.by_start[start(*first, *second)].push(marks.needles.len());
                    marks.needles.push(Needle { found: Found { mark: text.to_owned(), written }, bytes });
                }
            }
        }
        marks
    }

    /// The canary's two codes and everybody of the invented world; `root` is the folder of the repository.
    pub fn of_world(root: &Path) -> io::Result<Self> {
        let mut texts = BTreeSet::from([PIN.to_owned(), PUK.to_owned()]);
        for folder in WORLD {
            for file in files_under(&root.join(folder))? {
                texts.extend(people(&fs::read_to_string(file)?));
            }
        }
        // A number is also shown in groups.
        let numbers: Vec<String> = texts.iter().filter_map(|text| grouped(text)).collect();
        texts.extend(numbers);
        Ok(Self::of(texts.into_iter().filter(|text| text.chars().count() >= SHORTEST)))
    }

    /// The marks in some bytes, each once.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<Found> {
        let mut found = BTreeSet::new();
        for (at, pair) in bytes.windows(2).enumerate() {
            for needle in &self.by_start[start(pair[0], pair[1])] {
                let needle = &self.needles[*needle];
                if bytes[at..].starts_with(&needle.bytes) {
                    found.insert(needle.found.clone());
                }
            }
        }
        found.into_iter().collect()
    }

    /// The marks in the files under a folder.
    pub fn found_under(&self, folder: &Path) -> io::Result<Vec<(PathBuf, Found)>> {
        let mut all = Vec::new();
        for file in files_under(folder)? {
            let found = self.found_in(&fs::read(&file)?);
            all.extend(found.into_iter().map(|found| (file.clone(), found)));
        }
        Ok(all)
    }

    /// A line for every mark in every writing, all in one: what a search must find whole.
    pub fn planted(&self) -> (Vec<u8>, BTreeSet<Found>) {
        let line = |needle: &Needle| [b"planted: <", needle.bytes.as_slice(), b">\n"].concat();
        let text = self.needles.iter().flat_map(line).collect();
        (text, self.needles.iter().map(|needle| needle.found.clone()).collect())
    }
}

/// The files under a folder, sorted; links are not followed.
pub fn files_under(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn start(first: u8, second: u8) -> usize {
    usize::from(u16::from_be_bytes([first, second]))
}

/// Names and numbers in a file of the world.
fn people(text: &str) -> Vec<String> {
    let value = |at: usize| text[at..].split_once('"').map(|(value, _)| value.to_owned());
    let of_key = |key: &'static str| text.match_indices(key).filter_map(move |(at, key)| value(at + key.len()));
    KEYS.into_iter().flat_map(of_key).filter(|value| !value.is_empty()).collect()
}

/// A NIR as screens show it, without its key.
fn grouped(number: &str) -> Option<String> {
    if number.len() != 13 || !number.is_ascii() || !number.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let parts = [0..1, 1..3, 3..5, 5..7, 7..10, 10..13];
    Some(parts.map(|part| &number[part]).join(" "))
}

/// Every way of writing a text.
fn writings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let mut plain = vec![("plain", text.as_bytes().to_vec())];
    let latin1: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    if let Some(latin1) = latin1.filter(|_| !text.is_ascii()) {
        plain.push(("ISO-8859-1", latin1));
    }
    plain.push(("UTF-16LE", wide(u16::to_le_bytes)));
    plain.push(("UTF-16BE", wide(u16::to_be_bytes)));
    let mut all = Vec::new();
    for (written, bytes) in plain {
        for between in ["", " ", ":"] {
            all.push(("hex", joined(&bytes, between, |byte| format!("{byte:02x}"))));
            all.push(("hex", joined(&bytes, between, |byte| format!("{byte:02X}"))));
        }
        // As Rust shows a vector of bytes.
        all.push(("a list of bytes", joined(&bytes, ", ", |byte| byte.to_string())));
        if bytes.len() >= SHORTEST_IN_BASE64 {
            all.extend((0..3).map(|before| ("base64", in_base64(&bytes, before))));
        }
        all.push((written, bytes));
    }
    all
}

/// The letters that bytes have in base64 whatever stands around them, where so many bytes stand before in their group of three.
fn in_base64(bytes: &[u8], before: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| usize::from((byte >> (7 - at % 8)) & 1));
    // The first letter that begins with a bit of ours.
    let first = (before * 8).div_ceil(6) * 6 - before * 8;
    let letters = (bytes.len() * 8 - first) / 6;
    let letter = |number: usize| (0..6).fold(0, |value, at| (value << 1) | bit(first + number * 6 + at));
    (0..letters).filter_map(|number| LETTERS.get(letter(number)).copied()).collect()
}

fn joined(bytes: &[u8], between: &str, byte: impl Fn(&u8) -> String) -> Vec<u8> {
    bytes.iter().map(byte).collect::<Vec<_>>().join(between).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(marks: &Marks, bytes: impl AsRef<[u8]>) -> Vec<(String, &'static str)> {
        marks.found_in(bytes.as_ref()).into_iter().map(|found| (found.mark, found.written)).collect()
    }

    #[test]
    fn a_planted_line_is_found_in_every_writing() {
        let marks = Marks::of([PIN, "LEFÈVRE"]);
        let pin = |written| vec![(PIN.to_owned(), written)];
        assert_eq!(found(&marks, "a line with 80471936 in it"), pin("plain"));
        assert_eq!(found(&marks, b"\x008\x000\x004\x007\x001\x009\x003\x006"), pin("UTF-16BE"));
        assert_eq!(found(&marks, b"x8\x000\x004\x007\x001\x009\x003\x006\x00"), pin("UTF-16LE"));
        assert_eq!(found(&marks, "body=3830343731393336"), pin("hex"));
        // As pcscd writes a command with `--apdu`, and openssl a dump.
        assert_eq!(found(&marks, "APDU: 00 20 00 01 08 38 30 34 37 31 39 33 36 "), pin("hex"));
        assert_eq!(found(&marks, "38:30:34:37:31:39:33:36"), pin("hex"));
        assert_eq!(found(&marks, format!("{:?}", PIN.as_bytes())), pin("a list of bytes"));
        // `printf 80471936 | base64`, then with one and with two bytes before it.
        for text in ["ODA0NzE5MzY=", "eDgwNDcxOTM2", "eHg4MDQ3MTkzNg=="] {
            assert_eq!(found(&marks, format!("body: {text} end")), pin("base64"), "{text}");
        }
        let name = |written| vec![("LEFÈVRE".to_owned(), written)];
        assert_eq!(found(&marks, "Mme LEFÈVRE"), name("plain"));
        assert_eq!(found(&marks, b"LEF\xC8VRE"), name("ISO-8859-1"));
        assert_eq!(found(&marks, "4c4546c388565245"), name("hex"));
        assert_eq!(found(&marks, "4C4546C8565245"), name("hex"));
        assert_eq!(found(&marks, "4C 45 46 C8 56 52 45"), name("hex"));
    }

    #[test]
    fn nothing_is_found_in_a_clean_log() {
        let marks = Marks::of([PIN, "DURAND"]);
        for clean in ["", "8", "8047193", "DURAN D", "durand", "3830343731393", "the day of the canary: 40 APDUs"] {
            assert_eq!(found(&marks, clean), [], "{clean}");
        }
        assert_eq!(found(&marks, [0; 4096]), []);
    }

    #[test]
    fn two_marks_in_one_log_are_both_told_once() {
        let marks = Marks::of([PIN, "DURAND"]);
        let told = found(&marks, "DURAND 80471936 DURAND");
        assert_eq!(told, [(PIN.to_owned(), "plain"), ("DURAND".to_owned(), "plain")]);
    }

    #[test]
    fn the_world_is_read_off_its_files() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().find(|folder| folder.join("fixtures/world").is_dir()).expect("the repository");
        let marks = Marks::of_world(root).expect("read");
        for mark in [PIN, PUK, "ZZCANARI", "DURAND", "LEFÈVRE", "2850499999901", "1210599999902", "2 85 04 99 999 901"]
        {
            assert_eq!(found(&marks, mark).first().map(|(found, _)| found.as_str()), Some(mark), "{mark}");
        }
        let (text, planted) = marks.planted();
        let seen: BTreeSet<Found> = marks.found_in(&text).into_iter().collect();
        assert!(planted.len() > 100 && planted.is_subset(&seen), "every mark in every writing");
    }

    #[test]
    fn values_are_taken_wherever_they_stand_in_a_line() {
        let text =
            "given_name = \"ZOÉ\"\nown_nir = [\"2850499999901\", 85]\nx = { family_name = \"DURAND\", nir = \"1\" }\n";
        assert_eq!(people(text), ["DURAND", "ZOÉ", "1", "2850499999901"]);
        assert_eq!(grouped("2850499999901").as_deref(), Some("2 85 04 99 999 901"));
        assert_eq!(grouped("DURAND"), None);
    }

    #[test]
    fn a_folder_is_searched_to_its_depth() {
        let folder = std::env::temp_dir().join(format!("liasse-marks-{}", std::process::id()));
        fs::create_dir_all(folder.join("deep")).expect("a folder");
        fs::write(folder.join("clean.log"), "nothing").expect("written");
        fs::write(folder.join("deep/dirty.log"), "PIN 80471936").expect("written");
        let told = Marks::of([PIN]).found_under(&folder).expect("read");
        fs::remove_dir_all(&folder).expect("removed");
        let plain = Found { mark: PIN.to_owned(), written: "plain" };
        assert_eq!(told, [(folder.join("deep/dirty.log"), plain)]);
    }
}
