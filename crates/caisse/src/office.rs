//! The caisse at work: takes mails, answers, pays, keeps mailboxes; every step on the disk before it is told.
//! Not the network: servers (`net`) and the foreign post office (`via`) call it, one at a time.

use std::sync::Arc;

use chrono::NaiveDate;
use liasse_domain::calendar::{Territory, add_working_days};
use liasse_domain::returns::{PaidLine, Payment};
use liasse_domain::{Centimes, Clock, Destination, DocumentKind, FseRef, Instant, Management, Payer, clock};
use liasse_formats::b2::ClaimedFse;
use liasse_pricing::Tables;
use rustls::ServerConfig;
use sha2::{Digest, Sha256};

use crate::adjudicate::Court;
use crate::answer::{Unwritable, Writer};
use crate::clock::OffsetClock;
use crate::error::CaisseError;
use crate::intake::{self, FileVerdict, Intake, Verdict};
use crate::ledger::{Due, Event, Fate, Judged, Ledger, Letter, Source};
use crate::memory::Memory;
use crate::notice;
use crate::pki::Keys;
use crate::reasons;
use crate::registers::{Counter, Registers};
use crate::reprice;
use crate::scanned;
use crate::scenario::{ArlFate, MailboxFate, Scenario, Trick, Tricks};

/// See the module.
pub(crate) struct Office {
    memory: Memory,
    ledger: Ledger,
    registers: Registers,
    keys: Keys,
    tables: Tables,
    scenario: Scenario,
    tricks: Arc<Tricks>,
    clock: OffsetClock,
}

/// An insurer pays in two days on average (IGAS 2017-111R, reference telecom-reliability 1.1).
const INSURER_PAYS_AFTER: u32 = 2;

/// Why a mail was not taken: nothing of it is remembered, and its sender is told so.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTaken {
    /// It could not be kept.
    #[error(transparent)]
    NotKept(#[from] CaisseError),
    /// A concentrator finds no caisse of its own in it.
    #[error("no caisse to forward to")]
    NoCaisse,
    /// It holds a file to which no answer can be written.
    #[error("a file cannot be answered: {0}")]
    Unanswerable(#[from] Unwritable),
}

/// A letter of a mailbox, as POP3 shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its number in the memory.
    pub(crate) number: u64,
    /// Its unique name for ever: number and content, so that a caisse begun anew never repeats one.
    pub(crate) name: String,
    /// Its size in bytes.
    pub(crate) size: usize,
}

impl Office {
    /// Opens the memory in `data` and replays it.
    pub(crate) fn open(data: &std::path::Path, tables: Tables, scenario: Scenario) -> Result<Self, CaisseError> {
        let (registers, keys) = (Registers::embedded()?, Keys::embedded()?);
        let (memory, records) = Memory::open(data)?;
        let mut ledger = Ledger::default();
        for (record, bytes) in (0u64..).zip(records) {
            let event = serde_json::from_slice(&bytes).map_err(|_| CaisseError::Memory { record })?;
            ledger.apply(event);
        }
        let tricks = Arc::default();
        Ok(Self { memory, ledger, registers, keys, tables, scenario, tricks, clock: OffsetClock::new(data) })
    }

    /// What it may be told to do otherwise while it runs.
    pub(crate) fn tricks(&self) -> Arc<Tricks> {
        Arc::clone(&self.tricks)
    }

    /// How its servers speak TLS.
    pub(crate) fn tls(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.keys.tls)
    }

    /// Whether name and password open a mailbox.
    pub(crate) fn may_log_in(&self, user: &str, password: &str) -> bool {
        self.registers.mailbox(user).is_some_and(|mailbox| mailbox.password == password)
    }

    /// Whether mail for an address is taken: a caisse's, a concentrator's, or a mailbox.
    pub(crate) fn is_recipient(&self, address: &str) -> bool {
        self.registers.counter_at(address).is_some() || self.registers.mailbox(address).is_some()
    }

    /// Takes a mail for one recipient. When this returns, mail, verdict and answers are on the disk; a message of a
    /// foreign mailbox that was taken before changes nothing.
    pub(crate) fn receive(&mut self, from: &str, to: &str, raw: &[u8], source: Option<Source>) -> Result<(), NotTaken> {
        if source.as_ref().is_some_and(|source| self.ledger.is_fetched(source)) {
            tracing::info!("a message came again");
            return Ok(());
        }
        let (caisse, concentrator) = match self.registers.counter_at(to) {
            Some(Counter::Files(_) | Counter::Concentrator(_)) if self.loses_mail() => {
                return Ok(self.turn_away(from, to, raw, source)?);
            }
            Some(Counter::Files(caisse)) => (caisse, None),
            Some(Counter::Concentrator(address)) => {
                let caisse = intake::destination(&self.keys, raw).ok_or(NotTaken::NoCaisse)?;
                self.registers.address_of(&caisse).ok_or(NotTaken::NoCaisse)?;
                (caisse, Some(address))
            }
            Some(Counter::Scans(caisse)) => {
                let scanned = scanned::open(&self.keys, raw);
                scanned::log(&caisse, scanned.as_ref(), &self.ledger);
                return Ok(self.remember(Event::Scans { source, scanned })?);
            }
            None => {
                let letter = Letter { to: to.to_owned(), from: from.to_owned(), mail: raw.to_vec(), fate: Fate::Now };
                return Ok(self.remember(Event::Relayed { letter })?);
            }
        };
        let through = concentrator.as_deref();
        self.judge(&caisse, through, from, raw, source)?;
        if self.scenario.delivered_twice { self.judge(&caisse, through, from, raw, None) } else { Ok(()) }
    }

    /// Pays what is due by now.
    pub(crate) fn tick(&mut self) -> Result<(), CaisseError> {
        let now = self.clock.now();
        let today = clock::paris(now).date();
        while let Some(dues) = self.ledger.next_payment(today) {
            let Some((_, first)) = dues.first() else { break };
            let lines = dues
                .iter()
                .map(|(_, due)| PaidLine { fse: due.fse.clone(), payer: due.payer, amount: due.amount })
                .collect();
            let payment = Payment {
                billing: first.fse.billing.clone(),
                from: first.from.clone(),
                reference: format!("SIM{:09}", self.ledger.transfers() + 1),
                on: first.on,
                lines,
            };
            let numbers = dues.iter().map(|(number, _)| *number).collect::<Vec<_>>();
            let count = numbers.len();
            let concentrator = self.ledger.concentrator_of(&payment.billing);
            let (writer, number) = (self.writer(concentrator, now), self.ledger.next_letter());
            let again = self.scenario.announce_twice.then(|| writer.payment(payment.clone(), number + 1)).transpose();
            match writer.payment(payment, number).and_then(|letter| Ok((letter, again?))) {
                Ok((letter, again)) => self.remember(Event::Paid { dues: numbers, letter, again })?,
                Err(error) => {
                    tracing::error!(%error, "a payment cannot be announced");
                    return Ok(());
                }
            }
            tracing::info!(lines = count, "payment");
        }
        Ok(())
    }

    /// What waits in a mailbox.
    pub(crate) fn mailbox(&self, address: &str) -> Vec<Listed> {
        let list = |(number, letter): (u64, &Letter)| {
            let hash: [u8; 32] = Sha256::digest(&letter.mail).into();
            let name = hash.iter().take(8).fold(format!("{number:06}-"), |name, byte| format!("{name}{byte:02x}"));
            Listed { number, name, size: letter.mail.len() }
        };
        self.ledger.waiting(Some(address), self.clock.now()).into_iter().map(list).collect()
    }

    /// What waits for anybody, to be sent by a foreign post office.
    pub(crate) fn outgoing(&self) -> Vec<(u64, Letter)> {
        let waiting = self.ledger.waiting(None, self.clock.now());
        waiting.into_iter().map(|(number, letter)| (number, letter.clone())).collect()
    }

    /// The bytes of a letter.
    pub(crate) fn letter(&self, number: u64) -> Option<&[u8]> {
        self.ledger.letter(number).map(|letter| letter.mail.as_slice())
    }

    /// Forgets letters that were read or sent; on the disk when this returns.
    pub(crate) fn let_go(&mut self, letters: Vec<u64>) -> Result<(), CaisseError> {
        if letters.is_empty() { Ok(()) } else { self.remember(Event::Gone { letters }) }
    }

    fn judge(
        &mut self,
        caisse: &Destination,
        concentrator: Option<&str>,
        reply_to: &str,
        raw: &[u8],
        source: Option<Source>,
    ) -> Result<(), NotTaken> {
        let now = self.clock.now();
        let today = clock::paris(now).date();
        let intake = Intake {
            keys: &self.keys,
            ledger: &self.ledger,
            scenario: &self.scenario,
            court: Court {
                registers: &self.registers,
                tables: &self.tables,
                trust: &self.keys.trust,
                caisse,
                now,
                today,
            },
        };
        let event = match intake.judge(raw) {
            Verdict::Nobody(why) => {
                tracing::warn!(code = why.code(), "a mail that nobody can be answered about");
                Event::Received { source, judged: None, letters: Vec::new(), dues: Vec::new() }
            }
            Verdict::Known(again) => {
                tracing::info!("a file came again");
                Event::Repeated { source, again }
            }
            Verdict::File(mut verdict) => {
                let (told, scenario) = self.tricked(caisse, &mut verdict);
                let told = told.as_ref().unwrap_or(&verdict);
                let code = told.refused.as_ref().map_or("ARL+", |reason| reason.code.as_str());
                tracing::info!(
                    file = %verdict.identifier,
                    code,
                    accepted = verdict.accepted.len(),
                    rejected = verdict.rejected.len(),
                    "a file was judged"
                );
                let writer = Writer { scenario: &scenario, ..self.writer(concentrator, now) };
                let letters = writer.answers(caisse, reply_to, told, self.ledger.next_letter())?;
                let dues = self.dues(caisse, &verdict, today);
                Event::Received { source, judged: judged(caisse, concentrator, verdict), letters, dues }
            }
        };
        Ok(self.remember(event)?)
    }

    /// Plays the tricks that wait and that this file lets it play. Gives what is told of the file, where that is not the
    /// verdict, and how the answer travels. What is decided, and paid, is the verdict.
    fn tricked(&self, caisse: &Destination, verdict: &mut FileVerdict) -> (Option<FileVerdict>, Scenario) {
        let mut scenario = self.scenario.clone();
        let taken = verdict.refused.is_none() && !verdict.accepted.is_empty();
        // A rejected DRE is not corrected: there would be nothing to learn from it.
        if taken && caisse.takes() == DocumentKind::Fse && self.tricks.take(Trick::WrongReject) {
            let claim = verdict.accepted.remove(0);
            verdict.rejected.push((claim.reference, reasons::RIGHTS_CLOSED.reason()));
        }
        let faultless = taken && verdict.rejected.is_empty();
        let told = (faultless && self.tricks.take(Trick::FalseReject)).then(|| FileVerdict {
            sender: verdict.sender.clone(),
            identifier: verdict.identifier,
            hash: verdict.hash,
            signed: verdict.signed,
            refused: Some(reasons::INCIDENT.reason()),
            rejected: Vec::new(),
            remarked: Vec::new(),
            accepted: Vec::new(),
        });
        // Without a hash the answer could never be asked for again.
        if verdict.hash.is_some() && self.tricks.take(Trick::LostAnswer) {
            scenario.arl = ArlFate::Lost;
        }
        (told, scenario)
    }

    fn writer<'a>(&'a self, concentrator: Option<&'a str>, now: Instant) -> Writer<'a> {
        Writer { keys: &self.keys, registers: &self.registers, scenario: &self.scenario, concentrator, now }
    }

    /// Whether the post office does not find the caisse's mailbox, this time.
    fn loses_mail(&self) -> bool {
        match self.scenario.mailbox {
            MailboxFate::Known => false,
            MailboxFate::Unknown => true,
            MailboxFate::UnknownOnce => self.ledger.undelivered() == 0,
        }
    }

    /// A mail of which nothing reaches the caisse: its sender gets a notice, unless it has no return path.
    fn turn_away(&mut self, from: &str, to: &str, raw: &[u8], source: Option<Source>) -> Result<(), CaisseError> {
        let (now, number) = (self.clock.now(), self.ledger.next_letter());
        let fate = self.scenario.delays.notices.fate(now);
        let notice = (!from.is_empty()).then(|| notice::of_non_delivery(raw, from, to, now, number, fate));
        tracing::info!("a mail did not reach its caisse");
        self.remember(Event::Undelivered { source, notice })
    }

    /// What accepted FSE under tiers payant make due: the gross AMO part, and the complementary part where the caisse
    /// manages it too (C2S, gestion unique). An accepted DRE makes the complementary part due by its insurer. Paid as the
    /// scenario says.
    fn dues(&self, caisse: &Destination, verdict: &FileVerdict, today: NaiveDate) -> Vec<Due> {
        let after = match caisse.takes() {
            DocumentKind::Fse => self.scenario.pay_after_working_days,
            DocumentKind::Dre => INSURER_PAYS_AFTER,
        };
        let on = add_working_days(today, after, Territory::National);
        let mut dues = Vec::new();
        for claim in &verdict.accepted {
            let (amo, amc) = match &claim.demand {
                None => (claim.third_party_amo, reprice::is_c2s(claim) || claim.management == Some(Management::Unique)),
                Some(demand) => (false, !demand.cancels),
            };
            let amo = if amo { claim.totals.amo } else { Centimes::ZERO };
            let amc = if amc && claim.third_party_amc { claim.totals.amc } else { Centimes::ZERO };
            for (payer, due) in [(Payer::Amo, amo), (Payer::Amc, amc)] {
                if due <= Centimes::ZERO {
                    continue;
                }
                let transfers = self.scenario.payments(&claim.reference, payer, due, on).into_iter();
                dues.extend(transfers.map(|transfer| Due {
                    fse: FseRef { billing: claim.reference.billing.clone(), number: transfer.number },
                    from: caisse.clone(),
                    payer,
                    amount: transfer.amount,
                    on: transfer.on,
                }));
            }
        }
        dues
    }

    fn remember(&mut self, event: Event) -> Result<(), CaisseError> {
        let record = serde_json::to_vec(&event).map_err(std::io::Error::other)?;
        self.memory.append(&record)?;
        self.ledger.apply(event);
        Ok(())
    }
}

fn judged(caisse: &Destination, concentrator: Option<&str>, verdict: FileVerdict) -> Option<Judged> {
    let taken_back = |claim: &ClaimedFse| {
        let number = claim.corrects.filter(|_| claim.demand.as_ref().is_some_and(|demand| demand.cancels))?;
        Some(FseRef { billing: claim.reference.billing.clone(), number })
    };
    Some(Judged {
        kind: caisse.takes(),
        taken_back: verdict.accepted.iter().filter_map(taken_back).collect(),
        hash: verdict.hash?,
        accepted: verdict.accepted.into_iter().map(|claim| claim.reference).collect(),
        sender: verdict.sender,
        identifier: verdict.identifier,
        signed: verdict.signed,
        concentrator: concentrator.map(str::to_owned),
    })
}
