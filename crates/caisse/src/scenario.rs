//! What a simulated caisse does otherwise than usual: loses an answer, is late, rejects on command, pays another amount,
//! writes what nobody asked for; by a scenario for its whole life, or by a trick once, told while it runs.
//! Not a fault of the network: those are injected by the tests' proxies.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{Duration, NaiveDate};
use liasse_domain::calendar::{Territory, add_working_days};
use liasse_domain::{Centimes, FseNumber, FseRef, Instant, Payer, clock};
use serde::Deserialize;

use crate::error::CaisseError;
use crate::held::Hold;
use crate::ledger::Fate;

/// A scenario, `--scenario FILE` in TOML. Every field has the usual behaviour as its default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Working days between an ARL+ and the payment of the tiers payant.
    pub pay_after_working_days: u32,
    /// Payments that are not what is due.
    pub pay: Vec<OtherPayment>,
    /// Whether each payment is announced twice: two mails, one transfer, one reference.
    pub announce_twice: bool,
    /// What becomes of the answer to a file.
    pub arl: ArlFate,
    /// How long each kind of letter is on its way.
    pub delays: Delays,
    /// FSE to reject although nothing is wrong with them.
    pub reject: Vec<ForcedReject>,
    /// FSE to remark upon, which changes nothing for them.
    pub signal: Vec<Remark>,
    /// A message in plain words beside the answer to each file.
    pub service: Option<String>,
    /// Whether each file is received twice, as from a post office that delivered it twice.
    pub delivered_twice: bool,
    /// Whether the post office finds the caisse's mailbox.
    pub mailbox: MailboxFate,
    /// Where the first reception waits for a file to be taken away.
    pub hold: Option<Hold>,
}

/// What becomes of the answer (ARL, and the rejects that follow it) to a file received for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArlFate {
    /// It is delivered as soon as its way allows.
    #[default]
    Normal,
    /// It gets lost; the same file received again is answered.
    Lost,
    /// It is delivered three working days later, one more than the law allows.
    Late,
    /// It refuses the whole file, whatever is in it.
    Refused,
}

/// A late answer comes one working day after the law's two (R161-47).
const LATE: Delay = Delay::WorkingDays(3);

/// A payment that is not what is due for an FSE.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherPayment {
    /// For which FSE.
    pub fse: FseRef,
    /// On whose behalf.
    pub payer: Payer,
    /// What is paid at first, less or more than what is due; what is due when absent.
    pub cents: Option<Centimes>,
    /// Working days after which the rest is paid, or what was too much taken back; never when absent.
    pub rest_after_working_days: Option<u32>,
    /// The number under which the payment names the FSE, another one than its own.
    pub named: Option<FseNumber>,
}

/// How long letters are on their way, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delays {
    /// Acknowledgements.
    pub arl: Delay,
    /// Rejects of single FSE.
    pub rejects: Delay,
    /// Announcements of payments, from the day of the transfer.
    pub payments: Delay,
    /// Remarks and messages.
    pub messages: Delay,
    /// Notices of non-delivery.
    pub notices: Delay,
}

/// How long a letter is on its way, by the demo's clock: `{ working_days = 2 }`, `{ minutes = 30 }`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delay {
    /// No time.
    #[default]
    None,
    /// It is there in the morning of that working day.
    WorkingDays(u32),
    /// It is there so many minutes later.
    Minutes(u32),
}

/// An FSE to reject.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForcedReject {
    /// Which.
    pub fse: FseRef,
    /// With which reason.
    pub code: String,
}

/// An FSE to remark upon.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Which.
    pub fse: FseRef,
    /// A code of the caisse.
    pub code: String,
    /// Its words.
    pub label: String,
}

/// Whether the post office finds the caisse's mailbox. Where it does not, the mail is accepted, nothing of it reaches the
/// caisse, and a notice of non-delivery (RFC 3464) goes back to its sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxFate {
    /// It does.
    #[default]
    Known,
    /// It does not.
    Unknown,
    /// It does from the second mail on.
    UnknownOnce,
}

/// What a running caisse is told to do otherwise with one file, the next that lets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trick {
    /// The answer to a file gets lost; the same file received again is answered.
    LostAnswer,
    /// A file without fault is answered with the code of a national incident, and is processed and paid all the same.
    FalseReject,
    /// One FSE of a file is rejected although nothing is wrong with it; the one that corrects it is accepted.
    WrongReject,
}

/// Which tricks wait to be played.
#[derive(Debug, Default)]
pub(crate) struct Tricks {
    lost_answer: AtomicBool,
    false_reject: AtomicBool,
    wrong_reject: AtomicBool,
}

impl Tricks {
    fn of(&self, trick: Trick) -> &AtomicBool {
        match trick {
            Trick::LostAnswer => &self.lost_answer,
            Trick::FalseReject => &self.false_reject,
            Trick::WrongReject => &self.wrong_reject,
        }
    }

    /// Has a trick wait, or not.
    pub(crate) fn arm(&self, trick: Trick, on: bool) {
        self.of(trick).store(on, Ordering::SeqCst);
    }

    /// Whether it waits.
    pub(crate) fn is_armed(&self, trick: Trick) -> bool {
        self.of(trick).load(Ordering::SeqCst)
    }

    /// Whether it is to be played now; it no longer waits then.
    pub(crate) fn take(&self, trick: Trick) -> bool {
        self.of(trick).swap(false, Ordering::SeqCst)
    }
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            pay_after_working_days: 5,
            pay: Vec::new(),
            announce_twice: false,
            arl: ArlFate::Normal,
            delays: Delays::default(),
            reject: Vec::new(),
            signal: Vec::new(),
            service: None,
            delivered_twice: false,
            mailbox: MailboxFate::Known,
            hold: None,
        }
    }
}

impl Scenario {
    /// Reads a scenario.
    pub fn from_toml(text: &str) -> Result<Self, CaisseError> {
        toml::from_str(text).map_err(|_| CaisseError::Scenario)
    }

    /// Whether a file is answered in the same moment.
    pub fn answers_at_once(&self) -> bool {
        let there = self.mailbox == MailboxFate::Known && self.arl == ArlFate::Normal;
        there && (self.delays.arl, self.delays.rejects) == (Delay::None, Delay::None)
    }

    /// When an answer written at `now`, whose way takes `delay`, may be seen. One that could never be asked for again
    /// (`repeatable` is false) is not lost.
    pub(crate) fn fate_of_answer(&self, delay: Delay, repeatable: bool, now: Instant) -> Fate {
        match self.arl {
            ArlFate::Lost if repeatable => Fate::Lost,
            ArlFate::Late => LATE.fate(now),
            _ => delay.fate(now),
        }
    }

    /// What is paid for an FSE of which `due` is due, and when: normally that, on `on`.
    pub(crate) fn payments(&self, fse: &FseRef, payer: Payer, due: Centimes, on: NaiveDate) -> Vec<Transfer> {
        let other = self.pay.iter().find(|other| other.fse == *fse && other.payer == payer);
        let paid = other.and_then(|other| other.cents).unwrap_or(due);
        let number = other.and_then(|other| other.named).unwrap_or(fse.number);
        let first = Transfer { number, amount: paid, on };
        let rest = other.and_then(|other| other.rest_after_working_days).map(|days| Transfer {
            number,
            amount: due - paid,
            on: add_working_days(on, days, Territory::National),
        });
        std::iter::once(first).chain(rest).filter(|transfer| transfer.amount != Centimes::ZERO).collect()
    }
}

/// A sum that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// The number under which the FSE is named.
    pub(crate) number: FseNumber,
    /// How much; negative takes back.
    pub(crate) amount: Centimes,
    /// On which day.
    pub(crate) on: NaiveDate,
}

impl Delay {
    /// When a letter written at `now` may be seen.
    pub(crate) fn fate(self, now: Instant) -> Fate {
        match self {
            Self::None => Fate::Now,
            Self::WorkingDays(days) => {
                Fate::From(add_working_days(clock::paris(now).date(), days, Territory::National))
            }
            Self::Minutes(minutes) => Fate::At(now + Duration::minutes(i64::from(minutes))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_says_only_what_differs() {
        assert_eq!(Scenario::from_toml("").expect("empty"), Scenario::default());
        let text = "arl = \"lost\"\nreject = [{ fse = \"991010117-000000002\", code = \"I1002\" }]";
        let scenario = Scenario::from_toml(text).expect("scenario");
        assert_eq!((scenario.arl, scenario.pay_after_working_days, scenario.reject.len()), (ArlFate::Lost, 5, 1));
        let text = "delays = { arl = { working_days = 2 }, payments = { minutes = 30 } }\nmailbox = \"unknown_once\"";
        let scenario = Scenario::from_toml(text).expect("scenario");
        assert_eq!((scenario.delays.arl, scenario.delays.payments), (Delay::WorkingDays(2), Delay::Minutes(30)));
        assert_eq!((scenario.delays.rejects, scenario.mailbox), (Delay::None, MailboxFate::UnknownOnce));
        for wrong in ["colour = 1", "delays = { arl = { hours = 1 } }", "delays = { arl = { minutes = -1 } }"] {
            assert!(Scenario::from_toml(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_trick_is_played_once_and_the_others_wait() {
        let tricks = Tricks::default();
        assert!(!tricks.take(Trick::LostAnswer), "nobody asked for it");
        tricks.arm(Trick::LostAnswer, true);
        tricks.arm(Trick::WrongReject, true);
        tricks.arm(Trick::WrongReject, false);
        assert!(tricks.is_armed(Trick::LostAnswer) && tricks.take(Trick::LostAnswer));
        for trick in [Trick::LostAnswer, Trick::FalseReject, Trick::WrongReject] {
            assert!(!tricks.is_armed(trick), "{trick:?}");
        }
    }

    #[test]
    fn what_is_paid_and_when() {
        let text = "pay = [{ fse = \"991010117-000000002\", payer = \"amo\", cents = 1200, rest_after_working_days = 3 },
                           { fse = \"991010117-000000003\", payer = \"amo\", cents = 3500, rest_after_working_days = 1 },
                           { fse = \"991010117-000000004\", payer = \"amc\", named = 77 },
                           { fse = \"991010117-000000005\", payer = \"amo\", cents = 0 }]";
        let scenario = Scenario::from_toml(text).expect("scenario");
        // Thursday 22 January 2026.
        let on: NaiveDate = "2026-01-22".parse().expect("day");
        let paid = |number: &str, payer| {
            let fse = format!("991010117-00000000{number}").parse().expect("fse");
            let transfers = scenario.payments(&fse, payer, Centimes(3000), on).into_iter();
            transfers.map(|t| (t.number.get(), t.amount.0, t.on.to_string())).collect::<Vec<_>>()
        };
        let day = "2026-01-22".to_owned();
        assert_eq!(paid("1", Payer::Amo), [(1, 3000, day.clone())]);
        assert_eq!(paid("2", Payer::Amo), [(2, 1200, day.clone()), (2, 1800, "2026-01-27".to_owned())]);
        assert_eq!(paid("3", Payer::Amo), [(3, 3500, day.clone()), (3, -500, "2026-01-23".to_owned())]);
        assert_eq!(paid("4", Payer::Amo), [(4, 3000, day.clone())]);
        assert_eq!(paid("4", Payer::Amc), [(77, 3000, day)]);
        assert_eq!(paid("5", Payer::Amo), []);
    }
}
