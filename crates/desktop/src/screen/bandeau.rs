//! The Bandeau: who is signed in and as what, the cards, what is unsent and its age, the link. Always there.

use chrono::NaiveDateTime;
use iced::widget::{container, row, space, text};
use iced::{Element, Fill};
use liasse_core::cards::Snapshot;
use liasse_core::desk::SignedIn;
use liasse_core::ledger::Unsent;
use liasse_domain::CardType;

use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// What the Bandeau shows, gathered by the root.
pub struct Facts<'a> {
    /// Who is signed in.
    pub signed_in: Option<&'a SignedIn>,
    /// The readers.
    pub cards: &'a Snapshot,
    /// What has not left, or may not have left.
    pub unsent: Unsent,
    /// How the last exchange with the post went.
    pub link: Link,
    /// The time of the practice, which the demo can move.
    pub now: NaiveDateTime,
}

/// The state of the link to the post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not tried since the program started.
    Untried,
    /// The last exchange succeeded.
    Up,
    /// The last exchange failed.
    Down,
}

/// The strip at the top.
pub fn view<'a, Message: 'a>(facts: &Facts<'a>) -> Element<'a, Message> {
    let who = match facts.signed_in.map(|person| (person, &person.replaces)) {
        Some((person, Some(replaces))) => {
            let replaced = &replaces.session.replaced.holder;
            let replaced = format!("{} {}", replaced.given_name.reveal(), replaced.family_name.reveal());
            let until = replaces.session.calendar.until().format("%d/%m").to_string();
            let values = [("locum", &*person.display_name()), ("replaced", &*replaced), ("until", &*until)];
            with("bandeau.replaces", &values)
        }
        Some((person, None)) if person.is_staff() => t("bandeau.staff").to_owned(),
        Some((person, None)) => {
            let name = person.display_name();
            with("bandeau.signed_in", &[("name", &name), ("place", &person.situation.structure_name)])
        }
        None => t("bandeau.nobody").to_owned(),
    };
    let cps = if facts.cards.service.is_some() {
        parts::coloured(t("bandeau.no_service"), |c| c.bad)
    } else {
        let cps = facts.cards.cps();
        let name = match cps.map(|(_, cps)| cps.identity.holder.card_type) {
            Some(CardType::Cpf) => t("bandeau.cpf"),
            Some(CardType::Cpe) => t("bandeau.cpe"),
            Some(CardType::Cpa) => t("bandeau.cpa"),
            Some(CardType::Cps) | None => t("bandeau.cps"),
        };
        present(name, cps.map(|(reader, _)| reader), facts.cards.professionals().len())
    };
    let all = facts.cards.patients().len();
    let vitale = present(t("bandeau.vitale"), facts.cards.vitale().map(|(reader, _)| reader), all);
    let Unsent { count, oldest, deadline, unconfirmed } = facts.unsent;
    let today = facts.now.date();
    let unsent = match (oldest, deadline) {
        _ if unconfirmed > 0 => parts::coloured(t("bandeau.unconfirmed"), |c| c.bad),
        (Some(oldest), Some(deadline)) => {
            let (count, days) = (count.to_string(), (today - oldest).num_days().to_string());
            let until = deadline.format("%d/%m").to_string();
            let values = [("count", &*count), ("days", &*days), ("until", &*until)];
            if deadline < today {
                parts::coloured(with("bandeau.overdue", &values), |c| c.bad)
            } else {
                parts::coloured(with("bandeau.unsent", &values), |c| c.amber)
            }
        }
        _ => parts::faint(t("bandeau.all_sent")),
    };
    let link = match facts.link {
        Link::Untried => parts::faint(t("bandeau.link_untried")),
        Link::Up => parts::coloured(t("bandeau.link_up"), |c| c.good),
        Link::Down => parts::coloured(t("bandeau.link_down"), |c| c.bad),
    };
    container(
        row![
            text(who).size(theme::BODY).font(theme::SEMIBOLD),
            space::horizontal(),
            cps,
            vitale,
            unsent,
            link,
            parts::faint(facts.now.format("%d/%m/%Y %H h %M").to_string()),
        ]
        .spacing(24)
        .align_y(iced::Center),
    )
    .padding([8, 16])
    .width(Fill)
    .style(theme::panel)
    .into()
}

/// Whether a card is there; of several, in which reader the one lies that counts.
fn present<'a, Message: 'a>(name: &'static str, reader: Option<&str>, all: usize) -> Element<'a, Message> {
    match reader {
        None => parts::faint(format!("{name} –")),
        Some(_) if all == 1 => parts::coloured(format!("{name} ✓"), |c| c.good),
        Some(reader) => {
            let values = [("name", name), ("reader", reader), ("count", &*all.to_string())];
            parts::coloured(format!("! {}", with("bandeau.several", &values)), |c| c.amber)
        }
    }
}
