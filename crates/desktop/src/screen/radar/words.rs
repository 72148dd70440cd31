//! The words of « À surveiller »: what each category is, what is to be done, how a date stands. Not the sentences of errors.

use liasse_core::lists::Listing;
use liasse_core::radar::{Category, Level, Todo, WatchOnly, WatchSort};
use liasse_domain::Payer;

use crate::screen::listed;
use crate::text::t;

/// What a category is.
pub fn category(category: Category) -> &'static str {
    match category {
        Category::VuNonFacture => t("radar.seen"),
        Category::FactureNonEnvoye => t("radar.unsent"),
        Category::EnvoyeNonRecu => t("radar.unanswered"),
        Category::RecuNonPaye => t("radar.unpaid"),
        Category::Rejete => t("radar.rejected"),
        Category::PayeTropPeu => t("radar.too_little"),
        Category::DateLegale => t("radar.pressing"),
    }
}

/// What would stand in a category, and how it comes there.
pub(super) fn nothing(category: Category) -> &'static str {
    match category {
        Category::VuNonFacture => t("radar.no_seen"),
        Category::FactureNonEnvoye => t("radar.no_unsent"),
        Category::EnvoyeNonRecu => t("radar.no_unanswered"),
        Category::RecuNonPaye => t("radar.no_unpaid"),
        Category::Rejete => t("radar.no_rejected"),
        Category::PayeTropPeu => t("radar.no_too_little"),
        Category::DateLegale => t("radar.no_pressing"),
    }
}

/// How the rows are sorted and filtered.
pub(super) fn listing(listing: Listing<WatchSort, WatchOnly>) -> String {
    let sort = match (listing.sort, listing.turned) {
        (WatchSort::Urgency, false) => t("radar.by_urgency"),
        (WatchSort::Urgency, true) => t("radar.by_urgency_turned"),
        (WatchSort::Age, false) => t("receipts.by_age"),
        (WatchSort::Age, true) => t("receipts.by_age_turned"),
        (WatchSort::Amount, false) => t("lots.by_amount"),
        (WatchSort::Amount, true) => t("lots.by_amount_turned"),
    };
    let filter = match listing.only {
        WatchOnly::All => None,
        WatchOnly::Late => Some(t("radar.only_late")),
        WatchOnly::Patient => Some(t("radar.only_patient")),
        WatchOnly::Schemes => Some(t("radar.only_schemes")),
    };
    listed::words(sort, filter)
}

/// What is to be done, and where.
pub(super) fn action(todo: Todo) -> &'static str {
    match todo {
        Todo::Coter => t("radar.code"),
        Todo::Facturer => t("radar.bill"),
        Todo::Signer => t("radar.sign"),
        Todo::Revoir => t("radar.look_again"),
        Todo::MettreEnLot => t("radar.make_lot"),
        Todo::Envoyer => t("radar.send"),
        Todo::Relever => t("radar.fetch"),
        Todo::Renvoyer => t("radar.send_again"),
        Todo::Encaisser => t("radar.settle"),
        Todo::Relancer => t("radar.ask"),
        Todo::Corriger => t("radar.correct"),
        Todo::Reporter => t("radar.pass_on"),
        Todo::Rapprocher => t("radar.match"),
    }
}

/// How a legal date stands.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::ATemps => t("radar.in_time"),
        Level::Bientot => t("radar.soon"),
        Level::EnRetard => t("radar.late"),
    }
}

/// Whose money it is.
pub(super) fn payer(payer: Payer) -> &'static str {
    match payer {
        Payer::Patient => t("radar.patient"),
        Payer::Amo => t("radar.amo"),
        Payer::Amc => t("radar.amc"),
    }
}
