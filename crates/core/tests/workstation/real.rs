//! A practice that is real: made, locked and opened by its keys; who is accepted is what `DATA/confiance` says, and a card of the
//! demonstration never. Its certificates were made for this test by an authority that nobody else knows; the readers are doubles.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use liasse_core::access::Refused;
use liasse_core::cards::CpsView;
use liasse_core::data_dir::{DirError, World};
use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::directory::Trust;
use liasse_core::journal::Beside;
use liasse_core::keys::rekey::{self, Rekey, Rekeyed, Settled};
use liasse_core::keys::{Cost, Custody, KeyError, Keyring, KeyringError, Keys, SecretString, Way};
use liasse_core::office::{CODE_PAPER, Found, Hands, Office, OfficeError, look};
use liasse_core::ports::{Clock, NoKey, OsIds};
use liasse_core::{CoreError, trust};
use liasse_domain::{CardType, Coded, Instant};
use zeroize::Zeroizing;

use crate::support::{Hand, Practice, Readers};

const PASSPHRASE: &str = "cinq poules rousses couvent";
const ROOT: &str = include_str!("real/racines.pem");
const CARD: &str = include_str!("real/signature.pem");

/// A clock that stands in the year of the certificates.
struct Then;

impl Clock for Then {
    fn now(&self) -> Instant {
        "2027-01-15T08:00:00Z".parse().expect("an instant")
    }
}

/// A session of the computer without a keyring.
struct NoKeyring;

impl Keyring for NoKeyring {
    fn get(&self, _: &str) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        Err(KeyringError::NoService)
    }

    fn set(&self, _: &str, _: &[u8]) -> Result<(), KeyringError> {
        Err(KeyringError::NoService)
    }

    fn forget(&self, _: &str) -> Result<(), KeyringError> {
        Err(KeyringError::NoService)
    }
}

/// A data directory that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("liasse-cabinet-{}-{count}", std::process::id())))
    }

    /// The practice, made.
    fn made(&self) -> Office {
        let made = Office::create_real(&self.0, &secret(PASSPHRASE), cheap(), hands());
        made.expect("a practice").0
    }

    /// The practice, opened by its passphrase.
    fn opened(&self) -> Result<Office, OfficeError> {
        let keys = Keys::read(&self.0)?.unlock(Way::Passphrase(&secret(PASSPHRASE)))?;
        Office::open_real(&self.0, keys, hands())
    }

    fn trusts(&self, pem: &str) {
        let folder = self.0.join(trust::FOLDER);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("racines.pem"), pem).expect("written");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn cheap() -> Cost {
    Cost::new(64, 1, 1).expect("a cost")
}

fn hands() -> Hands {
    Hands { readers: Box::new(Readers::named(&["CPS", "Vitale"])), clock: Arc::new(Then) }
}

/// Dr Gris's card as a real one would be read: of the authority of this test.
fn real_card() -> CpsView {
    let mut card = Hand::of("cps-gris", None).cps();
    card.identity.holder.test_card = false;
    card.identity.signature_certificate = Trust::from_pem(CARD).expect("a certificate").roots.remove(0);
    card
}

fn sign_in(office: &Office, card: CpsView) -> Result<SignedIn, CoreError> {
    office.workstation().call(move |ws| ws.sign_in("CPS", &card, Wanted::Anything)).expect("a lane")
}

fn code<T>(answer: Result<T, CoreError>) -> &'static str {
    answer.map(drop).expect_err("refused").code().0
}

#[test]
fn a_practice_is_made_once_declared_closed_to_others_and_opened_by_its_passphrase() {
    let folder = Folder::new();
    assert_eq!(look(&folder.0).expect("looked"), Found::Nothing);
    let office = folder.made();
    assert_eq!((office.world(), look(&folder.0).expect("looked")), (World::Real, Found::Practice));
    assert!(matches!(folder.opened(), Err(OfficeError::Core(CoreError::Directory(DirError::Locked)))));
    office.workstation().call(|ws| ws.set_setting("post.user", "cabinet@exemple.test")).expect("a lane").expect("set");
    assert!(office.post_place().is_none(), "mail goes nowhere by itself");
    // Over a connection of its own: the lane is free meanwhile.
    let beside = Beside::of(&office).verify(None).expect("read beside the lane");
    let by_lane = office.workstation().call(|ws| ws.verify_journal(None)).expect("a lane").expect("read");
    assert!(beside == by_lane && beside.entries > 0 && beside.faults.is_empty(), "{beside:?}");
    drop(office);
    let again = Office::create_real(&folder.0, &secret(PASSPHRASE), cheap(), hands()).map(drop);
    assert!(matches!(again, Err(OfficeError::Core(CoreError::Directory(DirError::Taken)))));
    let office = folder.opened().expect("opened");
    let user = office.workstation().call(|ws| ws.setting("post.user")).expect("a lane").expect("read");
    assert_eq!(user.as_deref(), Some("cabinet@exemple.test"));
}

#[test]
fn a_practice_whose_making_was_cut_is_made_again_and_one_whose_store_is_gone_is_not() {
    let folder = Folder::new();
    fs::create_dir_all(&folder.0).expect("a folder");
    fs::write(folder.0.join("world.toml"), "v = 1\nworld = \"real\"\n").expect("written");
    assert_eq!(look(&folder.0).expect("looked"), Found::Unfinished);
    drop(folder.made());
    for gone in [false, true] {
        let store = folder.0.join("liasse.db");
        if gone {
            fs::remove_file(&store).expect("taken away");
        } else {
            fs::write(&store, "").expect("emptied");
        }
        let refused = folder.opened().map(drop).expect_err("no store");
        assert!(matches!(refused, OfficeError::NoStore) && refused.is_damage());
        assert_eq!(store.exists(), !gone, "none is made in its place");
        assert_eq!(look(&folder.0).expect("looked"), Found::Practice);
    }
}

/// The practice as a cut just before its end leaves it: all of it there, and nothing told.
fn cut_at_its_end(folder: &Folder) {
    drop(folder.made());
    fs::write(folder.0.join("creation.partiel"), "").expect("written");
}

#[test]
fn a_practice_whose_making_was_cut_says_so_and_what_it_left_is_set_aside() {
    let folder = Folder::new();
    drop(folder.made());
    assert!(!folder.0.join("creation.partiel").exists(), "it is made");
    drop(fs::remove_dir_all(&folder.0));
    cut_at_its_end(&folder);
    let left = ["cles.toml", "liasse.db"].map(|name| fs::read(folder.0.join(name)).expect("there"));
    assert_eq!(look(&folder.0).expect("looked"), Found::Unfinished);
    let refused = folder.opened().map(drop).expect_err("cut");
    assert_eq!((refused.code().0, refused.is_damage()), ("system.creation_interrompue", false));
    let report = refused.report();
    assert!(report.safe.contains("Rien") && report.action.contains("key create"), "{report:?}");
    assert_eq!(["cles.toml", "liasse.db"].map(|name| fs::read(folder.0.join(name)).expect("there")), left);
    // Too short a passphrase, and it is still to be made.
    let short = Office::create_real(&folder.0, &secret("court"), cheap(), hands()).map(drop);
    assert!(matches!(short, Err(OfficeError::Keys(KeyError::TooShort))));
    assert_eq!(["cles.toml", "liasse.db"].map(|name| fs::read(folder.0.join(name)).expect("there")), left);

    let made = Office::create_real(&folder.0, &secret("six oies blanches cacardent"), cheap(), hands());
    let (office, code) = made.expect("made again");
    drop(office);
    assert_eq!(look(&folder.0).expect("looked"), Found::Practice);
    let copied = secret(&code.grouped());
    let keys = Keys::read(&folder.0).expect("keys").unlock(Way::Recovery(&copied)).expect("by its own code");
    drop(Office::open_real(&folder.0, keys, hands()).expect("opened"));
    let aside = fs::read_dir(&folder.0).expect("the folder").flatten().map(|entry| entry.path());
    let aside = aside.filter(|path| path.join("cles.toml").exists()).collect::<Vec<_>>();
    let [aside] = aside.as_slice() else { panic!("{aside:?}") };
    assert_eq!(["cles.toml", "liasse.db"].map(|name| fs::read(aside.join(name)).expect("kept")), left);
}

#[test]
fn a_practice_that_is_made_is_never_made_again() {
    let folder = Folder::new();
    drop(folder.made());
    let files = || ["cles.toml", "liasse.db"].map(|name| fs::read(folder.0.join(name)).expect("there"));
    let before = files();
    let again = || Office::create_real(&folder.0, &secret(PASSPHRASE), cheap(), hands()).map(drop);
    assert!(matches!(again(), Err(OfficeError::Core(CoreError::Directory(DirError::Taken)))));
    assert_eq!(files(), before);
    // Nor where its store is away: it may come back.
    fs::rename(folder.0.join("liasse.db"), folder.0.join("ailleurs")).expect("away");
    assert!(matches!(again(), Err(OfficeError::Core(CoreError::Directory(DirError::Taken)))));
    fs::rename(folder.0.join("ailleurs"), folder.0.join("liasse.db")).expect("back");
    assert_eq!(files(), before);
    folder.opened().map(drop).expect("it opens");
}

#[test]
fn a_key_of_another_practice_is_damage_that_changes_nothing_and_no_key_is_none() {
    let (folder, other) = (Folder::new(), Folder::new());
    drop(folder.made());
    drop(other.made());
    let keys = Keys::read(&other.0).expect("keys").unlock(Way::Passphrase(&secret(PASSPHRASE))).expect("opened");
    let before = fs::read(folder.0.join("liasse.db")).expect("the store");
    let refused = Office::open_real(&folder.0, keys, hands()).map(drop).expect_err("another key");
    assert_eq!((refused.code().0, refused.is_damage()), ("store.cle_ou_dommage", true));
    assert_eq!(fs::read(folder.0.join("liasse.db")).expect("the store"), before);
    let refused = Office::open_real(&folder.0, Vec::new(), hands()).map(drop).expect_err("no key");
    assert_eq!(refused.code(), NoKey.code());
    // The lock went with each refusal.
    folder.opened().map(drop).expect("opened");
}

#[test]
fn without_an_authority_no_card_is_accepted_and_with_one_only_its_own() {
    let folder = Folder::new();
    let office = folder.made();
    assert_eq!(code(sign_in(&office, real_card())), "cards.sans_racines");
    drop(office);
    folder.trusts(ROOT);
    let office = folder.opened().expect("opened");
    let who = sign_in(&office, real_card()).expect("accepted");
    assert_eq!(who.display_name(), "Dr ANNE GRIS");
    // A card of an authority that this practice does not know.
    let mut stranger = Hand::of("cps-gris", None).cps();
    stranger.identity.holder.test_card = false;
    assert_eq!(code(sign_in(&office, stranger)), "cards.cps_refusee");
    drop(office);
    folder.trusts("rien");
    let refused = folder.opened().map(drop).expect_err("a file that says nothing");
    assert_eq!(refused.code().0, "system.confiance_illisible");
}

#[test]
fn a_card_of_the_demonstration_is_refused_even_where_its_authority_is_trusted() {
    let folder = Folder::new();
    drop(folder.made());
    let pki = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pki/chain.pem");
    folder.trusts(&fs::read_to_string(pki).expect("the demonstration's root"));
    let office = folder.opened().expect("opened");
    let card = Hand::of("cps-gris", None).cps();
    assert_eq!(office.takes(&card).map_err(|refused| refused.code().0), Err("cards.carte_de_test"));
    assert_eq!(code(sign_in(&office, card)), "cards.carte_de_test");
    let journal = office.workstation().call(|ws| ws.store().journal_entries()).expect("a lane").expect("read");
    assert!(journal.iter().all(|entry| entry.actor.role != "praticien"), "nobody was signed in");
}

#[test]
fn a_real_card_is_refused_in_the_demonstration() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    assert_eq!(code(workstation.sign_in("CPS", &real_card(), Wanted::Anything)), "cards.carte_reelle");
}

#[test]
fn the_ways_in_change_by_a_secret_that_is_given_and_the_journal_tells_it() {
    let folder = Folder::new();
    let office = folder.made();
    let (given, other) = (secret(PASSPHRASE), secret("six oies blanches cacardent"));
    let wrong = office.change_passphrase(Way::Passphrase(&other), &other, cheap(), None).expect_err("wrong");
    assert_eq!(wrong.code(), KeyError::WrongPassphrase.code());
    let short = office.change_passphrase(Way::Passphrase(&given), &secret("court"), cheap(), None).expect_err("short");
    assert_eq!(short.code(), KeyError::TooShort.code());
    let told = |office: &Office| {
        let entries = office.workstation().call(|ws| ws.store().journal_entries()).expect("a lane").expect("read");
        entries.iter().filter(|entry| entry.action.starts_with("cles.")).count()
    };
    let before = told(&office);
    office.change_passphrase(Way::Passphrase(&given), &other, cheap(), None).expect("changed");
    assert_eq!(told(&office), before + 1);
    let code = office.new_recovery(Way::Passphrase(&other), None).expect("drawn");
    fs::write(folder.0.join(CODE_PAPER), "the code").expect("printed");
    drop(office);
    assert_eq!(folder.opened().map(drop).expect_err("the former").code(), KeyError::WrongPassphrase.code());
    let copied = secret(&code.grouped());
    let keys = Keys::read(&folder.0).expect("keys").unlock(Way::Recovery(&copied)).expect("by the code");
    drop(Office::open_real(&folder.0, keys, hands()).expect("opened"));
    assert!(!folder.0.join(CODE_PAPER).exists(), "a code never lies beside what it opens");
}

#[test]
fn the_data_key_changes_in_the_hands_of_who_may_and_the_journal_names_them() {
    let folder = Folder::new();
    drop(folder.made());
    folder.trusts(ROOT);
    let office = folder.opened().expect("opened");
    let who = sign_in(&office, real_card()).expect("accepted");
    let (given, other) = (secret(PASSPHRASE), secret("six oies blanches cacardent"));
    let wrong = office.may_rekey(&other, Some(&who)).expect_err("wrong");
    assert_eq!(wrong.code(), KeyError::WrongPassphrase.code());
    let mut staff = who.clone();
    staff.holder.card_type = CardType::Cpe;
    let refused = Refused::Administration.code();
    assert_eq!(office.may_rekey(&given, Some(&staff)).expect_err("not theirs").code(), refused);
    office.may_rekey(&given, Some(&who)).expect("theirs");
    // Once more where it is closed: the practice opens as before.
    let closed = office.into_custody(Way::Passphrase(&given), Some(&staff)).map(drop);
    assert_eq!(closed.expect_err("not theirs").code(), refused);

    let office = folder.opened().expect("as before");
    let custody = office.into_custody(Way::Passphrase(&given), Some(&who)).expect("closed");
    assert!(matches!(folder.opened(), Err(OfficeError::Core(CoreError::Directory(DirError::Locked)))));
    let changed = rekey::rekey(custody, &given, &NoKeyring, &mut OsIds, cheap(), &Then).expect("changed");
    let Rekeyed { short_name, .. } = changed;
    let office = folder.opened().expect("by the next key");
    assert_eq!(office.key_name().expect("its name"), short_name);
    let journal = office.workstation().call(|ws| ws.store().journal_entries()).expect("a lane").expect("read");
    let told: Vec<_> = journal.iter().filter(|entry| entry.action == "cles.chiffrement").collect();
    assert_eq!(told.len(), 1);
    let billing = who.situation.billing_number.to_string();
    assert_eq!((told[0].actor.role.as_str(), &told[0].actor.who), ("praticien", &billing));
}

/// A practice whose key was being changed when something cut it, its store under the next key already, and its recovery code.
fn cut_while_its_key_changed(folder: &Folder) -> SecretString {
    let phrase = secret(PASSPHRASE);
    let (office, code) = Office::create_real(&folder.0, &phrase, cheap(), hands()).expect("a practice");
    drop(office);
    let custody = Custody::open(&folder.0, Way::Passphrase(&phrase)).expect("opened");
    let begun = Rekey::begin(custody, &phrase, &NoKeyring, &mut OsIds, cheap(), &Then).expect("begun");
    begun.copy().expect("copied");
    begun.swap().expect("exchanged");
    secret(&code.grouped())
}

#[test]
fn a_change_of_key_that_was_cut_waits_where_the_former_code_opens_and_ends_with_a_passphrase() {
    let (phrase, other) = (secret(PASSPHRASE), secret("six oies blanches cacardent"));
    for forgotten in [false, true] {
        let folder = Folder::new();
        let code = cut_while_its_key_changed(&folder);
        let by = |way: Way<'_>| -> Result<Office, OfficeError> {
            Office::open_real(&folder.0, Keys::read(&folder.0)?.unlock(way)?, hands())
        };
        for _ in 0..2 {
            let office = by(Way::Recovery(&code)).expect("the former code opens");
            assert_eq!(office.settled(), Settled::Waits);
            office.may_rekey(&phrase, None).expect("the passphrase is right");
            assert!(office.rekey_waits().expect("read"), "whoever only asks ends nothing");
            let refused = office.new_recovery(Way::Recovery(&code), None).expect_err("not before it is ended");
            assert_eq!(refused.code(), KeyError::RekeyCut.code());
        }
        let office = by(Way::Recovery(&code)).expect("the former code opens");
        let holds = if forgotten {
            office.change_passphrase(Way::Recovery(&code), &other, cheap(), None).expect("changed");
            &other
        } else {
            // The passphrase that somebody gives for a change ends it first.
            office.new_recovery(Way::Passphrase(&phrase), None).expect("drawn");
            &phrase
        };
        drop(office);
        assert!(!Keys::read(&folder.0).expect("keys").rekey_was_cut());
        assert!(by(Way::Recovery(&code)).is_err(), "the former code has done what it was for");
        drop(by(Way::Passphrase(holds)).expect("opened"));
    }
    let folder = Folder::new();
    cut_while_its_key_changed(&folder);
    assert_eq!(folder.opened().expect("opened").settled(), Settled::Finished);
}
