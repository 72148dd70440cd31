//! The generated world inside the programs: cards by their name, and the mailbox of each practitioner.
//! Nothing is read from a disk at run time. A test compares the list with `fixtures/cards`.

use liasse_domain::Private;
use serde::Deserialize;

macro_rules! cards {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../fixtures/cards/", $name, ".toml")))),+]
    };
}

/// Every simulated card: its name and its `CardImage` in TOML. CPS first, the demo's own first among them.
const CARDS: &[(&str, &str)] = cards![
    "cps-gris",
    "cps-blanc",
    "cps-vert",
    "cpf-jaune",
    "cpe-mauve",
    "cps-expiree",
    "cps-revoquee",
    "cps-canari",
    "vitale-durand",
    "vitale-martin",
    "vitale-petit",
    "vitale-lointain",
    "vitale-mois19",
    "vitale-fini",
    "vitale-cle",
    "vitale-inconnu",
];

/// Every simulated card, in the order of the tray: name and `CardImage` in TOML.
pub fn cards() -> &'static [(&'static str, &'static str)] {
    CARDS
}

/// The card of that name.
pub fn card(name: &str) -> Option<&'static str> {
    CARDS.iter().find(|(card, _)| *card == name).map(|(_, text)| *text)
}

/// The names of the cards for reading, which no list shows unasked.
pub fn cases() -> impl Iterator<Item = &'static str> {
    liasse_cardsim::cases().iter().map(|(name, _)| name.as_str())
}

/// An account of the simulated post office.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    /// The address, which is the name of the account.
    pub address: String,
    /// Its password: invented and published.
    pub password: Private,
    owner: String,
}

/// The account of `owner`: the card of a practitioner (`cps-gris`) or a caisse (`caisse-01-751`).
pub fn account(owner: &str) -> Option<Account> {
    #[derive(Deserialize)]
    struct File {
        mailbox: Vec<Account>,
    }
    let file: File = toml::from_str(include_str!("../../../../fixtures/world/mailboxes.toml")).ok()?;
    file.mailbox.into_iter().find(|account| account.owner == owner)
}
