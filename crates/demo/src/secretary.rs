//! A scenario of the secretary's desk: patients received, coded by their doctor or by a standing instruction, sealed and paid on
//! the way out, signed in the evening; one returned with a word; those of the second doctor passed to the second post. What must
//! come of it is written in the scenario, never computed here.

use std::path::Path;

use liasse_cardsim::Knobs;
use liasse_core::desk::SignedIn;
use liasse_core::passages::Cotation;
use liasse_core::{CoreError, SettlementMode, Workstation, desync, exchange, signing, type_acts};
use liasse_domain::{BillingNumber, Centimes, Coded, Digits, FseRef, SecuringMode};
use serde::Deserialize;

use crate::office::{Office, Opening};
use crate::play::{self, Hand, PlayError, Played};
use crate::scenario::{Claim, Scenario};
use crate::tray::{CPS_READER, Tray, VITALE_READER};
use crate::written::Made;

/// The desk of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The secretary's card.
    pub staff: String,
    /// The card of the doctor who works at the second post.
    pub other: String,
    /// The mailbox of that post and its password, of the demonstration: no secret.
    pub mailbox: [String; 2],
    /// What the first doctor lets be billed by its name.
    pub instruction: Named,
}

/// A standing instruction.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// The acts, as a desk types them.
    pub acts: String,
}

/// One post: its office, and what lies in its readers.
struct Post<'a> {
    office: &'a Office,
    tray: &'a Tray,
    pin: &'a Digits,
}

impl Post<'_> {
    /// The holder of a card, which goes into the first reader.
    fn signs_in(&self, card: &str) -> Result<SignedIn, PlayError> {
        self.tray.insert(CPS_READER, card)?;
        play::sign_in(self.office, CPS_READER, self.pin)
    }

    fn ask<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Workstation) -> Result<R, CoreError> + Send + 'static,
    ) -> Result<R, PlayError> {
        Ok(self.office.workstation().call(job).map_err(CoreError::from)??)
    }

    /// All that is « sans anomalie », and then the lots.
    fn signs_all(&self, who: &SignedIn) -> Result<Vec<FseRef>, PlayError> {
        let asking = who.clone();
        let waiting = self.ask(move |ws| ws.to_be_signed(&asking, 1000))?;
        let ready = waiting.rows.iter().filter(|row| row.anomaly.is_none());
        let shown: Vec<_> = ready.map(|row| (row.fse.clone(), row.shown)).collect();
        let (lane, cards) = (self.office.workstation(), self.office.cards());
        let run = desync::sign_all(&lane, &cards, &shown, who, &mut |_| true);
        if let Some(why) = run.stopped {
            return Err(why.into());
        }
        signing::finish_lots(&lane, &cards, who)?;
        Ok(run.signed)
    }
}

/// Plays it.
pub(crate) fn play(
    office: &Office,
    scenario: &Scenario,
    story: &Story,
    hand: &Hand,
    pin: &Digits,
) -> Result<Played, PlayError> {
    let Hand::Tray { tray, .. } = hand else { return Err(PlayError::NotAsWritten("lecteurs".to_owned())) };
    let desk = Post { office, tray, pin };
    let second_tray = Tray::for_window();
    let second_office =
        Office::open(&office.root().join("second-poste"), Box::new(second_tray.clone()), Opening::default())?;
    let second = Post { office: &second_office, tray: &second_tray, pin };

    // Both doctors' cards are read once; the posts are given their code and their numbers.
    let other = desk.signs_in(&story.other)?;
    let doctor = desk.signs_in(&scenario.cps)?;
    let (name, acts, giving) = (story.instruction.name.clone(), story.instruction.acts.clone(), doctor.clone());
    let cotation = coded(office, std::slice::from_ref(&acts))?;
    desk.ask(move |ws| ws.instruct(&name, &cotation, &giving))?;
    let drawing = doctor.clone();
    let code = desk.ask(move |ws| {
        ws.set_setting("desk.post", "1")?;
        ws.draw_code(&drawing)
    })?;
    let [user, password] = story.mailbox.clone();
    second.ask(move |ws| {
        ws.set_setting("post.user", &user)?;
        ws.set_setting("post.password", &password)?;
        ws.set_setting("desk.post", "2")?;
        ws.set_setting(exchange::CODE, &code)
    })?;

    let made = morning(&desk, scenario, story, &doctor, &other)?;
    evening(&desk, scenario, story, &made)?;
    let passed = pass_on(&desk, &second, story, &made)?;
    if second.signs_all(&second.signs_in(&story.other)?)? != passed {
        return Err(PlayError::NotAsWritten("second poste".to_owned()));
    }

    let mut ledger = None;
    for (post, others) in [(&desk, false), (&second, true)] {
        play::send(post.office)?;
        post.office.clock().advance_working_days(scenario.working_days)?;
        post.office.caisse_looks_at_the_clock();
        let here: Vec<&Made<'_>> = made.iter().filter(|made| made.claim.for_other == others).collect();
        let told = play::fetch_until(post.office, |ledger| {
            here.iter().all(|made| made.check(ledger, scenario.working_days, true).is_ok())
        })?;
        for made in &here {
            made.check(&told, scenario.working_days, true)?;
        }
        if !post.ask(|ws| Ok(ws.store().journal_verify()?.is_intact()))? {
            return Err(PlayError::NotAsWritten("journal".to_owned()));
        }
        // What passed to the second post is told by the second post.
        ledger = Some(match ledger.take() {
            None => told,
            Some(first) => {
                let mut both: liasse_core::ledger::Ledger = first;
                both.documents.retain(|document| !passed.contains(&document.fse));
                both.documents.extend(told.documents);
                both
            }
        });
    }
    let ledger = ledger.ok_or_else(|| PlayError::NotAsWritten("journal".to_owned()))?;
    Ok(Played { ledger, open: Vec::new() })
}

fn coded(office: &Office, typed: &[String]) -> Result<Cotation, PlayError> {
    let mut acts = Vec::new();
    for text in typed {
        acts.extend(type_acts(office.tables(), text).map_err(|_| PlayError::NotAsWritten(text.clone()))?);
    }
    Ok(Cotation { acts, overrun: None })
}

/// Received, coded, billed, sealed and settled: one patient after the other.
fn morning<'a>(
    desk: &Post<'_>,
    scenario: &'a Scenario,
    story: &Story,
    doctor: &SignedIn,
    other: &SignedIn,
) -> Result<Vec<Made<'a>>, PlayError> {
    let mut made = Vec::new();
    for claim in &scenario.fse {
        let staff = desk.signs_in(&story.staff)?;
        desk.tray.insert_with(VITALE_READER, &claim.vitale, Knobs::default())?;
        let vitale = play::vitale_in(&desk.office.cards(), VITALE_READER)?;
        let of = if claim.for_other { other } else { doctor };
        let billing: BillingNumber = of.situation.billing_number.clone();
        let (card, who, beneficiary) = (vitale.clone(), staff.clone(), claim.beneficiary.saturating_sub(1));
        let passage = desk.ask(move |ws| ws.receive(&card, beneficiary, Some(&billing), &who))?;
        if claim.by_instruction {
            let (name, who) = (story.instruction.name.clone(), staff.clone());
            desk.ask(move |ws| ws.apply_instruction(passage, &name, &who))?;
        } else {
            let card = if claim.for_other { &story.other } else { &scenario.cps };
            let (who, cotation) = (desk.signs_in(card)?, coded(desk.office, &claim.acts)?);
            desk.ask(move |ws| ws.cote(passage, &cotation, &who))?;
        }
        let staff = desk.signs_in(&story.staff)?;
        let reference = billed(desk, claim, passage, &vitale, &staff)?;
        made.push(Made::new(reference, claim));
    }
    Ok(made)
}

fn billed(
    desk: &Post<'_>,
    claim: &Claim,
    passage: i64,
    vitale: &liasse_core::cards::VitaleView,
    staff: &SignedIn,
) -> Result<FseRef, PlayError> {
    let (card, who, claim) = (vitale.clone(), staff.clone(), claim.clone());
    let settlement = claim.settle.clone();
    let fse = desk.ask(move |ws| {
        let (mut draft, bills) = ws.draft_of_passage(passage, Some(&card), None, &who)?;
        draft.mode = SecuringMode::Desynchronise;
        draft.input.care_path = claim.care_path;
        draft.input.third_party.amo = claim.third_party_amo;
        ws.prepare(&draft, &bills)
    })?;
    desync::seal(&desk.office.workstation(), &desk.office.cards(), &fse, vitale, staff)?;
    if let Some(word) = settlement {
        let mode = SettlementMode::from_word(&word).ok_or(PlayError::Settlement)?;
        let (paid, who) = (fse.clone(), staff.clone());
        desk.ask(move |ws| ws.settle(&paid, &who, mode))?;
    }
    Ok(fse)
}

/// The first doctor returns what the scenario says, signs the rest; what was returned is presented again and signed.
fn evening(desk: &Post<'_>, scenario: &Scenario, story: &Story, made: &[Made<'_>]) -> Result<(), PlayError> {
    let doctor = desk.signs_in(&scenario.cps)?;
    let mut returned = Vec::new();
    for one in made {
        let Some(word) = one.claim.returned.clone() else { continue };
        let (fse, who) = (one.reference.clone(), doctor.clone());
        desk.ask(move |ws| ws.send_back(&fse, &word, &who))?;
        returned.push(one.reference.clone());
    }
    let signed = desk.signs_all(&doctor)?;
    let first = made.iter().filter(|one| !one.claim.for_other && one.claim.returned.is_none());
    if !first.map(|one| &one.reference).eq(signed.iter()) {
        return Err(PlayError::NotAsWritten("signées le soir".to_owned()));
    }
    let staff = desk.signs_in(&story.staff)?;
    for fse in returned.clone() {
        let who = staff.clone();
        desk.ask(move |ws| ws.present_again(&fse, &who))?;
    }
    let doctor = desk.signs_in(&scenario.cps)?;
    if desk.signs_all(&doctor)? == returned { Ok(()) } else { Err(PlayError::NotAsWritten("retournée".to_owned())) }
}

/// The second doctor's FSE go to the second post, once: the same file is refused a second time.
fn pass_on(desk: &Post<'_>, second: &Post<'_>, story: &Story, made: &[Made<'_>]) -> Result<Vec<FseRef>, PlayError> {
    let staff = desk.signs_in(&story.staff)?;
    let theirs = made.iter().filter(|one| one.claim.for_other);
    let fses: Vec<FseRef> = theirs.map(|one| one.reference.clone()).collect();
    let folder = desk.office.root().join("echange");
    let sent = exchange::export(&desk.office.workstation(), &desk.office.cards(), &fses, &folder, &staff)?;
    let file = read(&sent.path)?;
    let who = second.signs_in(&story.other)?;
    let (bytes, taking) = (file.clone(), who.clone());
    let taken = second.ask(move |ws| ws.import(&bytes, &taking))?;
    let again = second.office.workstation().call(move |ws| ws.import(&file, &who)).map_err(CoreError::from)?;
    let replayed = again.err().is_some_and(|why| why.code().0 == "desync.deja_recu");
    if taken.fses != fses || taken.settled <= Centimes::ZERO || !replayed {
        return Err(PlayError::NotAsWritten("échange".to_owned()));
    }
    Ok(fses)
}

fn read(path: &Path) -> Result<Vec<u8>, PlayError> {
    std::fs::read(path).map_err(|_| PlayError::NotAsWritten(path.display().to_string()))
}
