//! The four gestures of a long list: the same keys and the same words wherever there is one. How a list is sorted and filtered is
//! decided in `liasse_core::lists`.

use iced::Element;
use iced::widget::row;
use liasse_core::lists::{Choice, Listing};

use crate::text::{t, with};
use crate::widget::parts;

/// What a key does to a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Sorts it by the next way.
    Sort,
    /// The other end first.
    Turn,
    /// The next filter.
    Filter,
    /// All of it into a file.
    Csv,
}

/// The gesture of a letter that was typed with Ctrl.
pub fn of_letter(letter: &str) -> Option<Listed> {
    match letter {
        "y" => Some(Listed::Sort),
        "b" => Some(Listed::Turn),
        "n" => Some(Listed::Filter),
        "g" => Some(Listed::Csv),
        _ => None,
    }
}

/// The keys and what they do, for the map of F1.
pub fn keys() -> [(&'static str, &'static str); 4] {
    [("Ctrl Y", t("help.sort")), ("Ctrl B", t("help.turn")), ("Ctrl N", t("help.filter")), ("Ctrl G", t("help.csv"))]
}

/// The keys beside a list.
pub fn hints<'a, Message: 'a>() -> Element<'a, Message> {
    row(keys().map(|(key, does)| parts::key_action(key, does))).spacing(24).wrap().into()
}

/// How the list is asked for after a gesture; `None` for one that does not change it.
pub fn changed<S: Choice, O: Choice>(listing: Listing<S, O>, gesture: Listed) -> Option<Listing<S, O>> {
    match gesture {
        Listed::Sort => Some(listing.sorted_otherwise()),
        Listed::Turn => Some(listing.turned_round()),
        Listed::Filter => Some(listing.filtered_otherwise()),
        Listed::Csv => None,
    }
}

/// How many rows there are; at least those that were read, where nobody counted the others.
pub fn counted(count: Option<usize>, read: usize) -> String {
    count.map_or_else(|| with("radar.at_least", &[("count", &read.to_string())]), |count| count.to_string())
}

/// How it is sorted, and through which filter where there is one.
pub fn words(sorted: &str, filter: Option<&str>) -> String {
    filter.map_or_else(|| sorted.to_owned(), |filter| format!("{filter} · {sorted}"))
}
