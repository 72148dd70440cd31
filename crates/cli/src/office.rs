//! The open practice and the person of a call, signed in by card, in one place for every command and for both worlds.
//! In a demo directory a call without `--reader` acts for `cps-gris` with its tray card (shared contracts).

mod place;
mod typed;

use std::path::Path;
use std::sync::Arc;

use liasse_core::cards::{CardDesk, CardView, CpsView, VitaleView};
use liasse_core::data_dir::World;
use liasse_core::desk::{DeskError, SignedIn, Wanted};
use liasse_core::invoicing::InvoicingError;
use liasse_core::lane::Handle;
use liasse_core::office::{Hands, Office as Practice};
use liasse_core::ports::{Clock, SystemClock};
use liasse_core::sending::{PostPlace, PostWorker};
use liasse_core::{CoreError, Tables, Workstation};
use liasse_demo::readers::{Readers, SIM};
use liasse_demo::{Opening, play};
use liasse_domain::Digits;

pub(crate) use self::place::{Directory, Folder, Place};
pub(crate) use self::typed::{pin_from_stdin, secret_from_stdin};
use crate::failure::{CliError, Failure};

/// The reader of a demo call that names none.
pub(crate) const DEMO_CPS: &str = "sim:cps-gris";
/// The option by which a call that signs in asks for the line of a code.
pub(crate) const PIN_STDIN: &str = "--pin-stdin";
/// The Vitale of a demo call that names none.
pub(crate) const DEMO_VITALE: &str = "sim:vitale-durand";

/// The open practice of a call: a real one, or the demonstration with what only it has.
pub(crate) struct Office {
    core: Arc<Practice>,
    demo: Option<liasse_demo::Office>,
}

impl Office {
    /// The database lane.
    pub(crate) fn workstation(&self) -> Handle<Workstation> {
        self.core.workstation()
    }

    /// The card lane.
    pub(crate) fn cards(&self) -> Handle<CardDesk> {
        self.core.cards()
    }

    /// The post lane.
    pub(crate) fn post(&self) -> Handle<PostWorker> {
        self.core.post()
    }

    /// Where mail goes unless the settings say it.
    pub(crate) fn post_place(&self) -> Option<&PostPlace> {
        self.core.post_place()
    }

    /// The clock of its world.
    pub(crate) fn clock(&self) -> &dyn Clock {
        self.core.clock().as_ref()
    }

    /// The tables that it prices with.
    pub(crate) fn tables(&self) -> &Tables {
        self.core.tables()
    }

    /// The data directory.
    pub(crate) fn root(&self) -> &Path {
        self.core.root()
    }

    /// Its world.
    pub(crate) fn world(&self) -> World {
        self.core.world()
    }

    /// The practice, as use cases of several lanes take it.
    pub(crate) fn core(&self) -> &Practice {
        &self.core
    }

    /// The demonstration, where it is one.
    pub(crate) fn demo(&self) -> Option<&liasse_demo::Office> {
        self.demo.as_ref()
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
    /// Refuses standard input as the place of a file when a secret of this call stands on it.
    pub(crate) fn spare_stdin(&self, file: &Path) -> Result<(), Failure> {
        if self.pin_stdin && file.as_os_str() == "-" {
            return Err(CliError::WrongValue { argument: "--pin-stdin".to_owned() }.into());
        }
        self.place.spare_stdin(file)
    }

    /// Opens the office with the CPS's reader and `others`, and signs in.
    pub(crate) fn open(&self, others: &[&str]) -> Result<Open, Failure> {
        self.open_as(others, self.as_session.map_or(Wanted::Anything, |number| Wanted::Session(number, None)))
    }

    /// The same, as what the card is wanted for.
    pub(crate) fn open_as(&self, others: &[&str], wanted: Wanted) -> Result<Open, Failure> {
        // What opens the data stands on the first line of standard input, the PIN behind it.
        let directory = self.place.existing()?;
        let reader = match &self.reader {
            Some(reader) => reader.as_str(),
            // Nobody's card is taken for granted in a practice.
            None if directory.keys().is_some() => return Err(CliError::NobodyNamed.into()),
            None => DEMO_CPS,
        };
        let pin = pin(reader, self.pin_stdin)?;
        let mut names = vec![reader];
        names.extend(others);
        let office = open(&directory, &names)?;
        let mut person = play::sign_in_as(&office.core, reader, &pin, wanted)?;
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
    /// Whether the call said which card.
    pub(crate) fn is_named(&self) -> bool {
        self.reader.is_named()
    }

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

/// Opens the office of a directory with these readers.
pub(crate) fn open(directory: &Directory, readers: &[&str]) -> Result<Office, Failure> {
    // Only the calls of `post` send or fetch: the others start no caisse.
    opened(directory, readers, Opening { without_post: true, ..Opening::default() })
}

/// Opens the office of a call that sends or fetches: with the post that the settings name, else, in a demo directory, a caisse.
pub(crate) fn with_post(directory: &Directory) -> Result<Office, Failure> {
    opened(directory, &[], Opening::default())
}

/// Opens the office of a call that needs no card.
pub(crate) fn without_card(directory: &Directory) -> Result<Office, Failure> {
    open(directory, &[])
}

/// Opens the demonstration, for a call that means no other world.
pub(crate) fn demonstration(root: &Path) -> Result<liasse_demo::Office, Failure> {
    let opening = Opening { without_post: true, ..Opening::default() };
    Ok(liasse_demo::Office::open(root, Box::new(Readers::named(&[])?), opening)?)
}

fn opened(directory: &Directory, names: &[&str], opening: Opening) -> Result<Office, Failure> {
    let Some(keys) = directory.keys() else {
        let readers = Readers::named_in(Some(directory.path()), names)?;
        let demo = liasse_demo::Office::open(directory.path(), Box::new(readers), opening)?;
        return Ok(Office { core: Arc::clone(demo.core()), demo: Some(demo) });
    };
    // The Vitale that nobody named is a demonstration's: a practice has none in its place. Other simulated cards are refused.
    let names: Vec<&str> = names.iter().copied().filter(|name| *name != DEMO_VITALE).collect();
    if names.iter().any(|name| name.starts_with(SIM)) {
        return Err(DeskError::TestCard.into());
    }
    let hands = Hands { readers: Box::new(Readers::named(&names)?), clock: Arc::new(SystemClock) };
    let core = Practice::open_real(directory.path(), keys.to_vec(), hands)?;
    Ok(Office { core: Arc::new(core), demo: None })
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
