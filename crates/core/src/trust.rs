//! What a practice trusts and to whom it sends, read from `DATA/confiance`: authorities, revocation lists, certificates of caisses.
//! A folder that is not there is an empty trust: no card is accepted, and the sentence says which file to put where. Not the demo's
//! certificates, which are embedded in crate `demo`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use liasse_domain::{Code, Coded, Destination};

use crate::directory::{Directory, Trust};

/// The folder inside the data directory.
pub const FOLDER: &str = "confiance";
/// The authorities that cards and caisses go back to.
const ROOTS: &str = "racines.pem";
/// Their revocation lists.
const LISTS: &str = "crl.pem";
/// The encryption certificate of each caisse, `RR-CCC.pem`: régime and caisse.
const CAISSES: &str = "caisses";
/// The same of each concentrator, by its address.
const CONCENTRATORS: &str = "concentrateurs";
/// The certificates that sign returns.
const RETURNS: &str = "retours";

/// A file of the folder that cannot be used. Nothing is trusted by halves: the practice does not open with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} cannot be used")]
pub struct TrustError {
    /// Which file, from the data directory on.
    pub file: String,
}

impl Coded for TrustError {
    fn code(&self) -> Code {
        Code("system.confiance_illisible")
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![("file", self.file.clone())]
    }
}

/// What the folder of a practice says.
///
/// # Errors
/// [`TrustError`] names the first file that does not read, or whose name says nothing.
pub fn of_practice(root: &Path) -> Result<Directory, TrustError> {
    let folder = root.join(FOLDER);
    let at = |name: &str| Source { path: folder.join(name), name: format!("{FOLDER}/{name}") };
    let chain = at(ROOTS).text()?;
    let mut trust = match &chain {
        Some(pem) => Trust::from_pem(pem).map_err(|_| at(ROOTS).damaged())?,
        None => Trust::default(),
    };
    if let Some(pem) = at(LISTS).text()? {
        trust = trust.with_crl_pem(&pem).map_err(|_| at(LISTS).damaged())?;
    }
    let mut directory = Directory {
        trust,
        chain_pem: chain.unwrap_or_default(),
        encryption: BTreeMap::new(),
        concentrators: BTreeMap::new(),
        returns: Vec::new(),
        conventions: Vec::new(),
    };
    for file in at(CAISSES).certificates()? {
        let codes = file.stem().and_then(|stem| stem.split_once('-'));
        let destination = codes.and_then(|(regime, caisse)| Destination::new(regime, caisse).ok());
        let Some(destination) = destination else { return Err(file.damaged()) };
        directory.encryption.insert(destination, file.certificate()?);
    }
    for file in at(CONCENTRATORS).certificates()? {
        let address = file.stem().filter(|stem| stem.contains('@')).ok_or_else(|| file.damaged())?.to_ascii_lowercase();
        directory.concentrators.insert(address, file.certificate()?);
    }
    for file in at(RETURNS).certificates()? {
        directory.returns.push(file.certificate()?);
    }
    Ok(directory)
}

/// A file or a folder of the trust, and how it is named to a person.
struct Source {
    path: PathBuf,
    name: String,
}

impl Source {
    fn damaged(&self) -> TrustError {
        TrustError { file: self.name.clone() }
    }

    /// Its text; nothing where it is not there.
    fn text(&self) -> Result<Option<String>, TrustError> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(_) => Err(self.damaged()),
        }
    }

    /// Its name without the ending.
    fn stem(&self) -> Option<&str> {
        self.path.file_stem().and_then(|stem| stem.to_str())
    }

    /// The one certificate in it.
    fn certificate(&self) -> Result<Vec<u8>, TrustError> {
        let pem = self.text()?.ok_or_else(|| self.damaged())?;
        let found = Trust::from_pem(&pem).map_err(|_| self.damaged())?.roots;
        let [one] = found.as_slice() else { return Err(self.damaged()) };
        Ok(one.clone())
    }

    /// The certificates of a folder, in the order of their names; other files are left alone.
    fn certificates(&self) -> Result<Vec<Self>, TrustError> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(_) => return Err(self.damaged()),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|_| self.damaged())?.path();
            if path.extension().is_some_and(|ending| ending == "pem") {
                let last = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.push(Self { path, name: format!("{}/{last}", self.name) });
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const CHAIN: &str = include_str!("../../../fixtures/pki/chain.pem");
    const CRL: &str = include_str!("../../../fixtures/pki/crl.pem");
    const CAISSE: &str = include_str!("../../../fixtures/pki/caisse-encryption.pem");

    /// A folder that goes away.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("liasse-confiance-{}-{count}", std::process::id()));
            fs::create_dir_all(&path).expect("temporary folder");
            Self(path)
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.0.join(FOLDER).join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }

        fn refused(&self) -> String {
            of_practice(&self.0).err().expect("refused").file
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn without_the_folder_nobody_is_trusted() {
        let folder = Folder::new();
        let directory = of_practice(&folder.0).expect("read");
        assert_eq!(directory.trust, Trust::default());
        assert!(directory.chain_pem.is_empty() && directory.encryption.is_empty() && directory.returns.is_empty());
    }

    #[test]
    fn what_the_folder_says_is_trusted() {
        let folder = Folder::new();
        for (name, text) in [
            ("racines.pem", CHAIN),
            ("crl.pem", CRL),
            ("caisses/01-751.pem", CAISSE),
            ("caisses/lisez-moi.txt", "…"),
            ("concentrateurs/OCT@concentrateur.test.pem", CAISSE),
            ("retours/caisse.pem", CAISSE),
        ] {
            folder.write(name, text);
        }
        let directory = of_practice(&folder.0).expect("read");
        assert_eq!((directory.trust.crls.len(), directory.chain_pem.as_str()), (1, CHAIN));
        let to = Destination::new("01", "751").expect("a caisse");
        assert!(directory.encryption_certificate(&to).is_ok());
        assert!(directory.concentrator_certificate("oct@CONCENTRATEUR.test").is_ok());
        assert_eq!((directory.encryption.len(), directory.returns.len()), (1, 1));
    }

    #[test]
    fn a_file_that_says_nothing_is_named() {
        for (name, text) in [
            ("racines.pem", "rien"),
            ("crl.pem", CHAIN),
            ("caisses/01-751.pem", CRL),
            ("caisses/paris.pem", CAISSE),
            ("concentrateurs/oct.pem", CAISSE),
            ("retours/deux.pem", &*[CAISSE, CHAIN].concat()),
        ] {
            let folder = Folder::new();
            folder.write(name, text);
            assert_eq!(folder.refused(), format!("confiance/{name}"));
        }
        let report = TrustError { file: "confiance/racines.pem".to_owned() }.report();
        assert!(report.message.contains("confiance/racines.pem"), "{}", report.message);
    }
}
