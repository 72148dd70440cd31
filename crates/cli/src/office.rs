//! The data directory and the person of a call: opened, signed in by card, in one place for every command.
//! In a demo directory a call without `--reader` acts for `cps-gris` with its tray card (shared contracts).

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use liasse_core::cards::{CardView, CpsView, VitaleView};
use liasse_core::data_dir::{DataDir, DirError, World, default_root};
use liasse_core::desk::{DeskError, SignedIn, Wanted};
use liasse_core::invoicing::InvoicingError;
use liasse_core::{CoreError, Workstation};
use liasse_demo::readers::{Readers, SIM};
use liasse_demo::{Office, Opening, play};
use liasse_domain::Digits;
use zeroize::Zeroizing;

use crate::failure::{CliError, Failure};

/// What names the data directory when `--data` does not (shared contracts).
const LIASSE_DATA: &str = "LIASSE_DATA";
/// The store in a data directory.
const STORE: &str = "liasse.db";
/// The reader of a demo call that names none.
pub(crate) const DEMO_CPS: &str = "sim:cps-gris";
/// The option by which a call that signs in asks for the line of a code.
pub(crate) const PIN_STDIN: &str = "--pin-stdin";
/// The longest line that is read for a code: all its digits, and room for blanks around them.
const CODE_LINE: usize = 64;
/// The Vitale of a demo call that names none.
pub(crate) const DEMO_VITALE: &str = "sim:vitale-durand";

/// Where the data lies.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Place {
    #[arg(long, value_name = "DOSSIER", help = "Dossier des données ; sinon LIASSE_DATA, sinon le dossier habituel")]
    data: Option<PathBuf>,
}

impl Place {
    /// The folder for a call that may create the demonstration.
    pub(crate) fn demo_root(&self) -> Result<PathBuf, Failure> {
        self.data.clone().or_else(|| default_root("liasse-demo")).ok_or_else(|| CliError::NoFolder.into())
    }

    /// The folder of an existing directory. This version opens demonstrations only and creates nothing real.
    pub(crate) fn existing(&self) -> Result<PathBuf, Failure> {
        let named = self.data.is_some() || std::env::var_os(LIASSE_DATA).is_some();
        let root = self.data.clone().or_else(|| default_root("liasse")).ok_or(CliError::NoFolder)?;
        match world_of(&root)? {
            Some(World::Demo) => Ok(root),
            None if named => Err(CliError::NoData.into()),
            Some(World::Real) | None => Err(DirError::RealNotYet.into()),
        }
    }

    /// As [`Place::existing`]; `None` where nobody names a folder and the usual one holds no data: some calls do without.
    pub(crate) fn existing_if_any(&self) -> Result<Option<PathBuf>, Failure> {
        let named = self.data.is_some() || std::env::var_os(LIASSE_DATA).is_some();
        let usual = default_root("liasse").filter(|_| !named);
        match usual.map(|root| world_of(&root)).transpose()? {
            Some(None) => Ok(None),
            _ => self.existing().map(Some),
        }
    }

    /// The folder of an existing demonstration, for a call that means the demonstration even where nobody names it.
    pub(crate) fn existing_demo(&self) -> Result<PathBuf, Failure> {
        let root = self.demo_root()?;
        match world_of(&root)? {
            Some(World::Demo) => Ok(root),
            Some(World::Real) => Err(DirError::RealNotYet.into()),
            None => Err(CliError::NoData.into()),
        }
    }

    /// As [`Place::existing_demo`], or a folder where a demonstration may be made: one that is not there, or empty.
    pub(crate) fn demo_or_nothing(&self) -> Result<PathBuf, Failure> {
        let root = self.demo_root()?;
        let nothing = match std::fs::read_dir(&root) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        if nothing { Ok(root) } else { self.existing_demo() }
    }
}

/// Which world a folder declares; a file in the place of a folder declares none.
fn world_of(root: &Path) -> Result<Option<World>, DirError> {
    match DataDir::world_of(root) {
        Err(DirError::Io(error)) if error.kind() == ErrorKind::NotADirectory => Ok(None),
        // A store without its declaration may be anybody's: « no data » would be untrue.
        Ok(None) if root.join(STORE).exists() => Err(DirError::Damaged),
        found => found,
    }
}

/// Whose card a call acts for.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Person {
    #[command(flatten)]
    pub(crate) place: Place,
    #[arg(long, value_name = "LECTEUR", help = "Lecteur de la carte CPS, ou sim:CARTE ; sinon sim:cps-gris")]
    reader: Option<String>,
    #[arg(long, help = "Lit le code porteur sur l'entrée standard, une ligne")]
    pin_stdin: bool,
    #[arg(
        long,
        value_name = "MOTIF",
        help = "Motif écrit d'une dérogation, quand la garde avant signature le demande"
    )]
    derogation: Option<String>,
    #[arg(
        long = "as-session",
        value_name = "N",
        help = "Qui le remplaçant remplace, quand plusieurs sessions lui conviennent"
    )]
    as_session: Option<u32>,
}

/// An open office and who is signed in.
pub(crate) struct Open {
    pub(crate) office: Office,
    pub(crate) person: SignedIn,
}

impl Person {
    /// Whether standard input is taken by the PIN.
    pub(crate) fn pin_on_stdin(&self) -> bool {
        self.pin_stdin
    }

    /// Opens the office with the CPS's reader and `others`, and signs in.
    pub(crate) fn open(&self, others: &[&str]) -> Result<Open, Failure> {
        self.open_as(others, self.as_session.map_or(Wanted::Anything, |number| Wanted::Session(number, None)))
    }

    /// The same, as what the card is wanted for.
    pub(crate) fn open_as(&self, others: &[&str], wanted: Wanted) -> Result<Open, Failure> {
        let reader = self.reader.as_deref().unwrap_or(DEMO_CPS);
        let pin = pin(reader, self.pin_stdin)?;
        let mut names = vec![reader];
        names.extend(others);
        let office = open(&self.place.existing()?, &names)?;
        let mut person = play::sign_in_as(&office, reader, &pin, wanted)?;
        person.derogation.clone_from(&self.derogation);
        Ok(Open { office, person })
    }

    /// Another professional's card in a reader that is open, unlocked by its own PIN, and nobody signed in by it.
    pub(crate) fn read_cps(&self, office: &Office, reader: &str) -> Result<CpsView, Failure> {
        let (pin, name) = (pin(reader, self.pin_stdin)?, reader.to_owned());
        office.cards().call(move |desk| {
            desk.refresh();
            desk.verify_pin(&name, &pin)
        })??;
        cps_in(office, reader)
    }
}

/// The PIN of the card in a reader: from standard input, or of a card of the demo world the one that is no secret.
pub(crate) fn pin(reader: &str, on_stdin: bool) -> Result<Digits, Failure> {
    if on_stdin {
        return pin_from_stdin(PIN_STDIN);
    }
    let Some(card) = reader.strip_prefix(SIM) else {
        return Err(CliError::MissingArgument { argument: PIN_STDIN.to_owned() }.into());
    };
    // The tray shows it. Only a professional's card has one.
    let image = liasse_demo::tray::image(card)?;
    image.pin().and_then(Digits::parse).ok_or_else(|| DeskError::NoCps.into())
}

/// Where the patient's Vitale is.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct VitaleReader {
    #[arg(long, value_name = "LECTEUR", help = "Lecteur de la carte Vitale, ou sim:CARTE ; sinon sim:vitale-durand")]
    patient_reader: Option<String>,
}

impl VitaleReader {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.patient_reader.as_deref().unwrap_or(DEMO_VITALE)
    }

    /// Whether the call said it.
    pub(crate) fn is_named(&self) -> bool {
        self.patient_reader.is_some()
    }

    /// Signs in with this reader open too, and reads the card in it.
    pub(crate) fn open(&self, person: &Person) -> Result<(Open, VitaleView), Failure> {
        let open = person.open(&[self.name()])?;
        let vitale = vitale_in(&open.office, self.name())?;
        Ok((open, vitale))
    }
}

/// A patient: one of those on a Vitale.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Beneficiary {
    #[command(flatten)]
    reader: VitaleReader,
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        hide_default_value = true,
        help = "Bénéficiaire de la carte, à partir de 1 ; sinon 1"
    )]
    beneficiary: usize,
}

impl Beneficiary {
    /// The reader of the card.
    pub(crate) fn reader_name(&self) -> &str {
        self.reader.name()
    }

    /// The place of the patient on the card, from 0.
    pub(crate) fn index(&self) -> Result<usize, Failure> {
        Ok(self.beneficiary.checked_sub(1).ok_or(InvoicingError::UnknownBeneficiary)?)
    }

    /// As [`VitaleReader::open`], with the place of the patient on the card, from 0.
    pub(crate) fn open(&self, person: &Person) -> Result<(Open, VitaleView, usize), Failure> {
        let (open, vitale) = self.reader.open(person)?;
        Ok((open, vitale, self.index()?))
    }
}

/// Opens the office of `root` with these readers.
pub(crate) fn open(root: &Path, readers: &[&str]) -> Result<Office, Failure> {
    let readers = Readers::named_in(Some(root), readers)?;
    // Only the calls of `post` send or fetch: the others start no caisse.
    Ok(Office::open(root, Box::new(readers), Opening { without_post: true, ..Opening::default() })?)
}

/// Opens the office of a call that sends or fetches: with the post that the settings name, else a caisse.
pub(crate) fn with_post(root: &Path) -> Result<Office, Failure> {
    Ok(Office::open(root, Box::new(Readers::named(&[])?), Opening::default())?)
}

/// Opens the office of a call that needs no card.
pub(crate) fn without_card(root: &Path) -> Result<Office, Failure> {
    open(root, &[])
}

/// A code from standard input, one line; `argument` is what the error of a line that holds none names. Whoever reads next finds the
/// next line.
pub(crate) fn pin_from_stdin(argument: &str) -> Result<Digits, Failure> {
    let code = unbuffered_stdin().and_then(|mut input| code_line(&mut input)).map_err(|_| CliError::WrongCall)?;
    code.ok_or_else(|| CliError::WrongValue { argument: argument.to_owned() }.into())
}

/// Standard input without the buffer of the standard library, which would keep a code until the program ends.
#[cfg(unix)]
fn unbuffered_stdin() -> io::Result<File> {
    use std::os::fd::AsFd;

    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// The same.
#[cfg(windows)]
fn unbuffered_stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle;

    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}

/// The digits of one line, read byte by byte: nothing behind the line is taken, and what is taken is wiped. `None` where the line
/// is no code, or longer than any.
fn code_line(input: &mut impl Read) -> io::Result<Option<Digits>> {
    let mut line = Zeroizing::new([0_u8; CODE_LINE]);
    let mut length = 0;
    for place in line.iter_mut() {
        match input.read_exact(std::slice::from_mut(place)) {
            Ok(()) if *place == b'\n' => break,
            Ok(()) => length += 1,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    if length == CODE_LINE {
        return Ok(None);
    }
    Ok(std::str::from_utf8(&line[..length]).ok().and_then(|line| Digits::parse(line.trim())))
}

/// The CPS in a reader, as read.
pub(crate) fn cps_in(office: &Office, reader: &str) -> Result<CpsView, Failure> {
    let snapshot = office.cards().call(|desk| desk.snapshot())?;
    match snapshot.reader(reader).map(|found| &found.card) {
        Some(CardView::Cps(cps)) => Ok(cps.as_ref().clone()),
        _ => Err(DeskError::NoCps.into()),
    }
}

/// The Vitale in a reader, as read.
pub(crate) fn vitale_in(office: &Office, reader: &str) -> Result<VitaleView, Failure> {
    let snapshot = office.cards().call(|desk| {
        desk.refresh();
        desk.snapshot()
    })?;
    match snapshot.reader(reader).map(|found| &found.card) {
        Some(CardView::Vitale(vitale)) => Ok(vitale.as_ref().clone()),
        Some(CardView::Failed(error)) => Err((*error).into()),
        _ => Err(InvoicingError::VitaleAbsent.into()),
    }
}

impl Open {
    /// Runs a use case in the database lane.
    pub(crate) fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Workstation, &SignedIn) -> Result<R, CoreError> + Send + 'static,
    ) -> Result<R, Failure> {
        let person = self.person.clone();
        Ok(self.office.workstation().call(move |workstation| job(workstation, &person))??)
    }
}

/// Runs a use case that needs nobody.
pub(crate) fn run<R: Send + 'static>(
    office: &Office,
    job: impl FnOnce(&mut Workstation) -> Result<R, CoreError> + Send + 'static,
) -> Result<R, Failure> {
    Ok(office.workstation().call(job)??)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each line of an input is, as digits that are none of anybody's.
    fn lines(mut input: &[u8], count: usize) -> Vec<Option<String>> {
        let mut read = || code_line(&mut input).expect("a line").map(|code| code.reveal().to_vec());
        (0..count).map(|_| read().map(|digits| String::from_utf8(digits).expect("digits"))).collect()
    }

    #[test]
    fn codes_stand_one_a_line_and_nothing_behind_a_line_is_taken() {
        let code = |digits: &str| Some(digits.to_owned());
        assert_eq!(lines(b"1234\n 567890 \r\n87654321", 4), [code("1234"), code("567890"), code("87654321"), code("")]);
        let mut input = &b"1234\n{}"[..];
        assert!(code_line(&mut input).is_ok_and(|code| code.is_some()));
        assert_eq!(input, b"{}", "what follows is left for who reads next");
    }

    #[test]
    fn a_line_that_is_no_code_or_has_no_end_is_none() {
        assert_eq!(lines(b"12a4\n123456789\n\xFF\xFF\n1234", 4), [None, None, None, Some("1234".to_owned())]);
        let endless = vec![b' '; 4 * CODE_LINE];
        let mut input = &endless[..];
        assert!(code_line(&mut input).is_ok_and(|code| code.is_none()));
        assert_eq!(input.len(), 3 * CODE_LINE, "no more is read than a code can be");
    }
}
