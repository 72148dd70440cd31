//! What Réglages shows, read in a thread of its own: settings, the situations of the card that is signed in, the dated tables.

use std::path::PathBuf;
use std::time::Duration;

use iced::Task;
use liasse_core::cards::CardView;
use liasse_core::desk::SignedIn;
use liasse_core::ports::Clock;
use liasse_core::schedule::Schedule;
use liasse_core::settings::{Appearance, Shown};
use liasse_core::tariffs::{self, Standing};
use liasse_demo::Office;
use liasse_domain::{BillingSituation, Report};

use crate::ask::aside;

/// How long the cards are waited for: one of them may be signing.
const CARDS_CAP: Duration = Duration::from_secs(10);

/// What is shown.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Every setting; of a secret only whether it is set.
    pub settings: Vec<Shown>,
    /// When the post works by itself.
    pub schedule: Schedule,
    /// The look that was chosen.
    pub look: Appearance,
    /// All situations of the card that is signed in.
    pub situations: Vec<BillingSituation>,
    /// Whether its holder typed them: the card's are in a format that is not public.
    pub typed: bool,
    /// How the dated tables stand today.
    pub tables: Vec<Standing>,
    /// Where the data lies.
    pub root: PathBuf,
}

/// Reads all of it.
pub fn read(office: &Office, signed_in: Option<&SignedIn>) -> Task<Result<Facts, Report>> {
    let (lane, cards) = (office.workstation(), office.cards());
    let (root, today) = (office.root().to_path_buf(), office.clock().today());
    let serial = signed_in.map(|person| person.serial.clone());
    aside(move || {
        let (settings, schedule, look) =
            lane.call(|ws| Ok::<_, liasse_core::CoreError>((ws.settings_shown()?, ws.schedule()?, ws.appearance()?)))??;
        let readers = cards.call_within(CARDS_CAP, |desk| desk.snapshot()).map(|snapshot| snapshot.readers);
        let of_the_card = |card: CardView| match card {
            CardView::Cps(cps) if Some(&cps.identity.serial) == serial.as_ref() => Some(cps),
            _ => None,
        };
        // Without an answer of the cards the one situation of who is signed in is shown.
        let card = readers.unwrap_or_default().into_iter().find_map(|reader| of_the_card(reader.card));
        let typed = card.as_ref().is_some_and(|cps| cps.situations_not_public);
        let situations = match card {
            Some(cps) if typed => lane.call(move |ws| ws.typed_card(&cps))??.and_then(|cps| cps.situations),
            Some(cps) => cps.situations,
            None => None,
        };
        let situations = situations.unwrap_or_default();
        let tables = tariffs::standing(Some(&root), today)?;
        Ok(Facts { settings, schedule, look, situations, typed, tables, root })
    })
}
