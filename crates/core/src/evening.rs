//! « Clôture du soir »: what is without anomaly is signed, the lots are made and signed, the files leave, the day of receipts is
//! closed; and one page says what was done, what came in and what is left. What stops one step is said and stops no other.
//! Rule: product, "Clôture du soir".

use chrono::NaiveDate;
use liasse_domain::{Centimes, Coded, FseRef, Instant, Report};

use crate::access::Deed;
use crate::cards::SigningCards;
use crate::desk::SignedIn;
use crate::desync;
use crate::error::CoreError;
use crate::lane::Handle;
use crate::radar::Category;
use crate::recettes::ModeTotal;
use crate::sending::PostWorker;
use crate::signing;
use crate::workstation::Workstation;

/// Most FSE that one evening signs; more than a practice makes in a week.
const MOST: u32 = 2000;

/// Where the evening is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many of so many are signed.
    Signing(usize, usize),
    /// Lots are made and signed.
    Lots,
    /// Files leave.
    Sending,
    /// The day of receipts is closed.
    Receipts,
}

/// What would be done: the page before the key.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// FSE that would be signed, with their total.
    pub to_sign: (usize, Centimes),
    /// FSE with an anomaly: they are looked at one by one.
    pub to_look_at: usize,
    /// FSE that would go into lots.
    pub to_lot: usize,
    /// What came in today; nothing for who has no accounts.
    pub receipts: Option<Centimes>,
    /// Whether the day of receipts is closed already.
    pub closed: bool,
}

/// What was done, and what is left.
#[derive(Clone, Debug, Default)]
pub struct Evening {
    /// Of which day.
    pub day: NaiveDate,
    /// FSE signed in one go.
    pub signed: usize,
    /// FSE with an anomaly, left to be looked at.
    pub to_look_at: usize,
    /// Lots that became ready to leave.
    pub lots: usize,
    /// Files that left.
    pub sent: usize,
    /// Files of which nobody knows whether they left.
    pub unconfirmed: usize,
    /// What came in that day by mode, and whether the day is closed now; nothing for who has no accounts.
    pub receipts: Option<Receipts>,
    /// Whether the post was reached; `None` where it was not tried.
    pub reached: Option<bool>,
    /// Until when returns have been read.
    pub returns_read_until: Option<Instant>,
    /// What is left: each category with how many and how much.
    pub left: Vec<(Category, usize, Centimes)>,
    /// What stopped a step.
    pub obstacles: Vec<Report>,
}

/// The receipts of the day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    /// By mode.
    pub modes: Vec<ModeTotal>,
    /// Their sum.
    pub total: Centimes,
    /// Whether the day is closed.
    pub closed: bool,
}

/// What is signed in one go: exactly what is shown, nothing of it with an anomaly.
struct Ready {
    shown: Vec<(FseRef, [u8; 32])>,
    total: Centimes,
    anomalies: usize,
}

impl Workstation {
    /// What the evening would do for this person.
    pub fn evening_plan(&self, who: &SignedIn) -> Result<Plan, CoreError> {
        let ready = self.ready_for_evening(who)?;
        let signs = who.may(Deed::SignFse).is_ok();
        let to_lot = if signs { self.plan_lots(who)?.iter().map(|(_, count)| count).sum() } else { 0 };
        let receipts = if who.may(Deed::Receipts).is_ok() { Some(self.day_report(who, None)?) } else { None };
        Ok(Plan {
            to_sign: (ready.shown.len(), ready.total),
            to_look_at: ready.anomalies,
            to_lot,
            closed: receipts.as_ref().is_some_and(|day| day.closed),
            receipts: receipts.map(|day| day.total_cents),
        })
    }

    fn ready_for_evening(&self, who: &SignedIn) -> Result<Ready, CoreError> {
        if who.may(Deed::SignFse).is_err() {
            return Ok(Ready { shown: Vec::new(), total: Centimes::ZERO, anomalies: 0 });
        }
        let waiting = self.to_be_signed(who, MOST)?;
        let (good, bad): (Vec<_>, Vec<_>) = waiting.rows.into_iter().partition(|row| row.anomaly.is_none());
        Ok(Ready {
            total: good.iter().map(|row| row.total).sum(),
            shown: good.into_iter().map(|row| (row.fse, row.shown)).collect(),
            anomalies: bad.len(),
        })
    }

    /// Closes the receipts of the day, where they are this person's and still open.
    fn evening_receipts(&mut self, who: &SignedIn) -> Result<Option<Receipts>, CoreError> {
        if who.may(Deed::Receipts).is_err() {
            return Ok(None);
        }
        if !self.day_report(who, None)?.closed {
            self.close_day(who, None)?;
        }
        let day = self.day_report(who, None)?;
        Ok(Some(Receipts { modes: day.modes, total: day.total_cents, closed: day.closed }))
    }

    fn evening_left(&self, who: &SignedIn) -> Result<Vec<(Category, usize, Centimes)>, CoreError> {
        let radar = self.radar(who, 1)?;
        // The legal dates show again what stands above them.
        let own = radar.categories.into_iter().filter(|one| one.count > 0 && one.category != Category::DateLegale);
        Ok(own.map(|one| (one.category, one.count, one.total_cents)).collect())
    }
}

/// Does the whole evening by the card of who is signed in. `go_on` is told each step, and stops what is not begun.
pub fn close(
    workstation: &Handle<Workstation>,
    cards: &dyn SigningCards,
    post: &Handle<PostWorker>,
    who: &SignedIn,
    go_on: &mut dyn FnMut(Step) -> bool,
) -> Result<Evening, CoreError> {
    let mut evening = Evening::default();
    let asking = who.clone();
    let ready = workstation.call(move |ws| {
        let day = ws.clock.today();
        ws.ready_for_evening(&asking).map(|ready| (day, ready))
    })??;
    evening.day = ready.0;
    evening.to_look_at = ready.1.anomalies;
    let of = ready.1.shown.len();
    let mut goes_on = of == 0 || go_on(Step::Signing(0, of));
    if goes_on {
        let run = desync::sign_all(workstation, cards, &ready.1.shown, who, &mut |done| {
            goes_on = go_on(Step::Signing(done, of));
            goes_on
        });
        evening.signed = run.signed.len();
        evening.obstacles.extend(run.stopped.map(|why| why.report()));
    }
    if goes_on && !who.is_staff() && go_on(Step::Lots) {
        match signing::finish_lots(workstation, cards, who) {
            Ok(lots) => evening.lots = lots.len(),
            Err(why) => evening.obstacles.push(why.report()),
        }
    } else {
        goes_on = goes_on && who.is_staff();
    }
    if let Err(refused) = who.mailbox() {
        // A locum without the doctor's mailbox sends nothing; the doctor's own lots take their FSE.
        evening.obstacles.push(refused.report());
    } else if goes_on && go_on(Step::Sending) {
        match post.call(PostWorker::send)? {
            Ok(summary) => {
                evening.sent = summary.sent.len();
                let tried = !summary.sent.is_empty() || !summary.failed.is_empty() || !summary.unconfirmed.is_empty();
                evening.reached = tried.then_some(summary.failed.is_empty());
                evening.unconfirmed = summary.unconfirmed.len();
                evening.obstacles.extend(summary.failed.into_iter().chain(summary.scans.failed).map(|(_, why)| why));
            }
            Err(why) => {
                evening.reached = Some(false);
                evening.obstacles.push(why.report());
            }
        }
    } else {
        goes_on = false;
    }
    let (asking, closes) = (who.clone(), goes_on && go_on(Step::Receipts));
    let (receipts, left, read_until) = workstation.call(move |ws| {
        let receipts = if closes { ws.evening_receipts(&asking) } else { Ok(None) };
        let read_until = ws.store.returns_read_until()?;
        ws.evening_left(&asking).map(|left| (receipts, left, read_until))
    })??;
    match receipts {
        Ok(receipts) => evening.receipts = receipts,
        Err(why) => evening.obstacles.push(why.report()),
    }
    evening.left = left;
    evening.returns_read_until = read_until;
    Ok(evening)
}
