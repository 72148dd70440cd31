//! The statement of a replacement (relevé): fees by kind, the locum's share on the terms that were sealed, where the money
//! is, what is still expected, and later rejects as dated corrections. Holds no patient's name and no NIR.
//! Rule: issue "The locum's session", "After and closing"; kilometres are the locum's, duty is shared as the terms say.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::NaiveDate;
use liasse_domain::fse::ActLine;
use liasse_domain::money::divide_half_up;
use liasse_domain::replacement::{FeeKind, ShareBase, Terms};
use liasse_domain::settlement::SettlementMode;
use liasse_domain::{BillingNumber, Centimes, DocumentState, FseContent, FseRef, Instant, Payer, Private, Rpps, clock};
use liasse_formats::cms::{self, ToSign, Trust};
use liasse_store::{FseFilter, FseRow};
use serde::{Deserialize, Serialize};

use crate::access::Deed;
use crate::cards::SigningCards;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::lane::Handle;
use crate::lists::spreadsheet::{MARK, euros, line};
use crate::paper::Sheet;
use crate::replacement::{ReplacementError, Session, is_card_of};
use crate::workstation::Workstation;

/// What one kind of fees comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindLine {
    /// Which kind.
    pub kind: FeeKind,
    /// The fees, billed or received as the terms say.
    pub fees_cents: Centimes,
    /// The locum's share, in hundredths of a percent.
    pub share_bp: u32,
    /// What that makes.
    pub locum_cents: Centimes,
}

/// What one day comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayLine {
    /// The day of the acts.
    pub day: NaiveDate,
    /// How many FSE.
    pub fses: u32,
    /// Their fees.
    pub fees_cents: Centimes,
}

/// What was settled at the desk, by mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeLine {
    /// How.
    pub mode: SettlementMode,
    /// How much.
    pub cents: Centimes,
}

/// A reject that came after the session was closed: the share that was counted is owed back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The day of the reject.
    pub on: NaiveDate,
    /// Which FSE.
    pub fse: FseRef,
    /// The fees that fall away.
    pub fees_cents: Centimes,
    /// The locum's share of them.
    pub locum_cents: Centimes,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Version of this shape.
    pub v: u32,
    /// The session.
    pub session: u32,
    /// The number that is paid.
    pub replaced: BillingNumber,
    /// The national number of the doctor who is replaced: the card that seals this bears it.
    pub replaced_rpps: Option<Rpps>,
    /// The name of the doctor who is replaced, for the locum's papers.
    pub replaced_name: Private,
    /// The locum's number.
    pub locum: BillingNumber,
    /// First and last day of the session.
    pub days: (NaiveDate, NaiveDate),
    /// Counted on what.
    pub base: ShareBase,
    /// How it was on that day.
    pub drawn_up: NaiveDate,
    /// Day by day.
    pub by_day: Vec<DayLine>,
    /// Kind by kind.
    pub by_kind: Vec<KindLine>,
    /// What patients paid, by mode.
    pub by_mode: Vec<ModeLine>,
    /// Of that, cheques and cash: left in the practice's drawer.
    pub in_drawer_cents: Centimes,
    /// What the replaced doctor's account has received: cards, transfers, tiers payant.
    pub on_account_cents: Centimes,
    /// Tiers payant that is still expected.
    pub expected_cents: Centimes,
    /// What patients still owe.
    pub owed_by_patients_cents: Centimes,
    /// Billed on paper alone, where no card was usable: in the fees above, and by no FSE.
    #[serde(default)]
    pub on_paper_cents: Centimes,
    /// Rejects after the session was closed.
    pub corrections: Vec<Correction>,
    /// What is due to the locum, corrections taken off.
    pub due_cents: Centimes,
}

/// What a year of one locum comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct YearOf {
    /// The locum's number.
    pub locum: BillingNumber,
    /// The year.
    pub year: i32,
    /// Sessions that ended in it.
    pub sessions: Vec<u32>,
    /// The fees.
    pub fees_cents: Centimes,
    /// What was due to the locum.
    pub due_cents: Centimes,
}

impl Statement {
    /// The shape written today.
    pub const VERSION: u32 = 1;

    /// All fees.
    pub fn fees(&self) -> Centimes {
        self.by_kind.iter().map(|line| line.fees_cents).sum()
    }

    fn of(session: &Session, rows: &[FseRow], sheets: &[Sheet], drawn_up: NaiveDate) -> Self {
        let sealed = &session.sealed;
        let terms = sealed.terms;
        let closed = session.closed_at.map(|at: Instant| clock::paris(at).date());
        let corrected: BTreeSet<u32> = rows
            .iter()
            .filter(|row| row.state == DocumentState::Signee)
            .filter_map(|row| row.content.corrects.as_ref().map(|earlier| earlier.number.get()))
            .collect();
        let counted = rows.iter().filter(|row| row.state == DocumentState::Signee);
        let mut kinds: BTreeMap<FeeKind, Centimes> = FeeKind::ALL.map(|kind| (kind, Centimes::ZERO)).into();
        let mut days: BTreeMap<NaiveDate, (u32, Centimes)> = BTreeMap::new();
        let mut modes: BTreeMap<SettlementMode, Centimes> = BTreeMap::new();
        let mut rejected = Vec::new();
        let (mut account, mut expected, mut owed) = (Centimes::ZERO, Centimes::ZERO, Centimes::ZERO);
        for row in counted {
            for receipt in &row.receipts {
                let sum = modes.entry(receipt.mode).or_default();
                *sum = *sum + receipt.amount;
            }
            let schemes = row.money.iter().filter(|money| money.payer != Payer::Patient);
            account = account + schemes.clone().map(|money| money.paid).sum();
            let superseded = corrected.contains(&row.reference.number.get());
            // A reject before the closing never counts; a later one is a correction of its own day.
            let rejected_on = row.rejected_on.filter(|_| row.reject.is_some());
            let late = rejected_on.is_some_and(|on| closed.is_some_and(|closed| closed < on));
            if superseded || (rejected_on.is_some() && !late) {
                continue;
            }
            if rejected_on.is_none() {
                expected = expected + schemes.map(|money| (money.due - money.paid).max(Centimes::ZERO)).sum();
                let patients = row.money.iter().filter(|money| money.payer == Payer::Patient);
                owed = owed + patients.map(|money| (money.due - money.paid).max(Centimes::ZERO)).sum();
            }
            let fees = counted_fees(row, terms.base);
            let mut of_row = Centimes::ZERO;
            for (kind, amount) in &fees {
                let sum = kinds.entry(*kind).or_default();
                *sum = *sum + *amount;
                of_row = of_row + *amount;
            }
            let day = days.entry(row.content.act_date()).or_default();
            *day = (day.0 + 1, day.1 + of_row);
            if let Some(on) = rejected_on {
                rejected.push((on, row.reference.clone(), of_row, fees));
            }
        }
        // What is received of a sheet nobody tells us: it counts as billed.
        for sheet in sheets.iter().filter(|_| terms.base == ShareBase::Billed) {
            for (kind, amount) in fees_of(&sheet.acts) {
                let sum = kinds.entry(kind).or_default();
                *sum = *sum + amount;
            }
            let day = days.entry(sheet.act_date()).or_default();
            *day = (day.0, day.1 + sheet.total());
        }
        // What a reject takes back of a share that is rounded once for its kind: with all of them nothing is left.
        let mut left = kinds.clone();
        let corrections: Vec<Correction> = rejected
            .into_iter()
            .map(|(on, fse, fees_cents, fees)| {
                let mut locum_cents = Centimes::ZERO;
                for (kind, amount) in fees {
                    let before = left.entry(kind).or_default();
                    let after = *before - amount;
                    locum_cents = locum_cents + share(*before, terms, kind) - share(after, terms, kind);
                    *before = after;
                }
                Correction { on, fse, fees_cents, locum_cents }
            })
            .collect();
        let drawer = |mode: &SettlementMode| matches!(mode, SettlementMode::Cheque | SettlementMode::Especes);
        let in_drawer = modes.iter().filter(|(mode, _)| drawer(mode)).map(|(_, cents)| *cents).sum();
        let by_card: Centimes = modes.iter().filter(|(mode, _)| !drawer(mode)).map(|(_, cents)| *cents).sum();
        let by_kind: Vec<KindLine> = kinds
            .into_iter()
            .map(|(kind, fees_cents)| KindLine {
                kind,
                fees_cents,
                share_bp: terms.share(kind).0,
                locum_cents: share(fees_cents, terms, kind),
            })
            .collect();
        let due: Centimes = by_kind.iter().map(|line| line.locum_cents).sum();
        let back: Centimes = corrections.iter().map(|correction| correction.locum_cents).sum();
        let holder = &sealed.replaced.holder;
        Self {
            v: Self::VERSION,
            session: sealed.number,
            replaced: sealed.replaced.situations[0].billing_number.clone(),
            replaced_rpps: holder.rpps.clone(),
            replaced_name: Private::new(format!("{} {}", holder.given_name.reveal(), holder.family_name.reveal())),
            locum: sealed.locum.billing.clone(),
            days: (sealed.calendar.from(), sealed.calendar.until()),
            base: terms.base,
            drawn_up,
            by_day: days.into_iter().map(|(day, (fses, fees_cents))| DayLine { day, fses, fees_cents }).collect(),
            by_kind,
            by_mode: modes.into_iter().map(|(mode, cents)| ModeLine { mode, cents }).collect(),
            in_drawer_cents: in_drawer,
            on_account_cents: by_card + account,
            expected_cents: expected,
            owed_by_patients_cents: owed,
            on_paper_cents: sheets.iter().map(Sheet::total).sum(),
            corrections,
            due_cents: due - back,
        }
    }
}

/// The locum's share, to the cent, half up.
fn share(fees: Centimes, terms: Terms, kind: FeeKind) -> Centimes {
    fees.at(terms.share(kind))
}

/// What an FSE counts for, by kind: what it charges, or what of it has come in, spread over its kinds as they were charged.
fn counted_fees(row: &FseRow, base: ShareBase) -> Vec<(FeeKind, Centimes)> {
    let charged = fees_by_kind(&row.content);
    if base == ShareBase::Billed {
        return charged;
    }
    let received: Centimes = row.money.iter().map(|money| money.paid).sum();
    let total: Centimes = charged.iter().map(|(_, amount)| *amount).sum();
    let mut left = received;
    let last = charged.len().saturating_sub(1);
    charged
        .into_iter()
        .enumerate()
        .map(|(at, (kind, amount))| {
            let part = if at == last { left } else { share_of(received, amount, total) };
            left = left - part;
            (kind, part)
        })
        .collect()
}

/// `part` of `whole`, of what was received.
fn share_of(received: Centimes, part: Centimes, whole: Centimes) -> Centimes {
    Centimes(divide_half_up(i128::from(received.0) * i128::from(part.0), i128::from(whole.0.max(1))))
}

/// What an FSE charges, by kind. Kilometres are apart; of the rest, regulated duty makes all of it duty, a visit all of it
/// a visit.
pub fn fees_by_kind(claim: &FseContent) -> Vec<(FeeKind, Centimes)> {
    fees_of(&claim.acts)
}

fn fees_of(acts: &[ActLine]) -> Vec<(FeeKind, Centimes)> {
    let is_travel = |act: &&ActLine| act.details.travel.is_some();
    let others = || acts.iter().filter(|act| !is_travel(act));
    let kind = if others().any(is_duty) {
        FeeKind::Duty
    } else if others().any(is_visit) {
        FeeKind::Visits
    } else {
        FeeKind::Office
    };
    let travel: Centimes = acts.iter().filter(is_travel).map(|act| act.fee).sum();
    let rest: Centimes = others().map(|act| act.fee).sum();
    [(kind, rest), (FeeKind::Travel, travel)].into_iter().filter(|(_, amount)| *amount != Centimes::ZERO).collect()
}

/// Asked for by the regulation, or one of the majorations that only regulated acts have (NGAP, CRN to VRS; SNP).
fn is_duty(act: &ActLine) -> bool {
    const REGULATED: [&str; 9] = ["CRN", "CRM", "CRD", "CRS", "VRN", "VRM", "VRD", "VRS", "SNP"];
    act.details.regulated || REGULATED.contains(&act.code.as_str())
}

/// At the patient's home, or one of the letters of a visit and its way (NGAP).
fn is_visit(act: &ActLine) -> bool {
    const VISITS: [&str; 12] = ["V", "VG", "VGS", "VS", "VL", "MD", "MDD", "MDE", "MDI", "MDN", "MOP", "VU"];
    act.details.place == Some('D') || VISITS.contains(&act.code.as_str())
}

impl Workstation {
    /// The statement of a session as it stands now: for the replaced doctor, and for the locum of that session.
    pub fn statement(&self, number: u32, who: &SignedIn) -> Result<Statement, CoreError> {
        self.check_party(number, who)?;
        let session = self.session(number)?;
        if self.store.erased_in_session(number)? > 0 {
            // What is left of it is no statement.
            return Err(liasse_store::StoreError::Erased.into());
        }
        let rows = self.store.fses(&FseFilter { session: Some(number), ..FseFilter::default() })?;
        Ok(Statement::of(&session, &rows, &self.sheets_of_session(number)?, self.clock.today()))
    }

    /// What each locum's sessions of a year come to, by the year in which they end.
    pub fn year_of_locums(&self, year: i32, who: &SignedIn) -> Result<Vec<YearOf>, CoreError> {
        use chrono::Datelike;
        who.may(Deed::Session)?;
        if !who.is_titulaire() {
            return Err(ReplacementError::TitulaireOnly.into());
        }
        let mut years: BTreeMap<BillingNumber, YearOf> = BTreeMap::new();
        let mut sessions = self.sessions_of(who)?;
        sessions.reverse();
        for session in sessions.iter().filter(|session| session.sealed.calendar.until().year() == year) {
            let statement = self.statement(session.sealed.number, who)?;
            let sum = years.entry(statement.locum.clone()).or_insert_with(|| YearOf {
                locum: statement.locum.clone(),
                year,
                sessions: Vec::new(),
                fees_cents: Centimes::ZERO,
                due_cents: Centimes::ZERO,
            });
            sum.sessions.push(statement.session);
            sum.fees_cents = sum.fees_cents + statement.fees();
            sum.due_cents = sum.due_cents + statement.due_cents;
        }
        Ok(years.into_values().collect())
    }
}

impl Statement {
    /// The statement as CSV for a spreadsheet.
    pub fn csv(&self) -> String {
        let titles = ["rubrique", "détail", "honoraires", "part (centièmes de %)", "part du remplaçant"];
        let mut csv = MARK.to_owned() + &line(&titles);
        for one in &self.by_kind {
            let (fees, share, locum) = (euros(one.fees_cents), one.share_bp.to_string(), euros(one.locum_cents));
            csv += &line(&["nature", one.kind.word(), &fees, &share, &locum]);
        }
        for one in &self.by_day {
            csv += &line(&["jour", &one.day.to_string(), &euros(one.fees_cents), "", ""]);
        }
        for one in &self.by_mode {
            csv += &line(&["règlement", one.mode.word(), &euros(one.cents), "", ""]);
        }
        for one in &self.corrections {
            let (on, fse) = (format!("rejet du {}", one.on), one.fse.to_string());
            let (fees, locum) = (euros(Centimes::ZERO - one.fees_cents), euros(Centimes::ZERO - one.locum_cents));
            csv += &line(&[on.as_str(), &fse, &fees, "", &locum]);
        }
        if self.on_paper_cents != Centimes::ZERO {
            csv += &line(&["dont sur papier", "", &euros(self.on_paper_cents), "", ""]);
        }
        csv += &line(&["tiers payant attendu", "", &euros(self.expected_cents), "", ""]);
        csv += &line(&["dû au remplaçant", "", "", "", &euros(self.due_cents)]);
        csv
    }
}

/// A statement that the replaced doctor's card sealed: the locum keeps it, and anybody can verify it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedFile {
    /// The statement, JSON in a string: exactly the text that is sealed.
    statement: String,
    /// The detached CMS over it, base64.
    seal: String,
}

/// Why a sealed statement is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// Not such a file.
    #[error("no sealed statement")]
    Unreadable,
    /// Changed after it was sealed, or sealed by nobody known.
    #[error("the seal is broken")]
    Broken,
}

impl liasse_domain::Coded for SealFault {
    fn code(&self) -> liasse_domain::Code {
        match self {
            Self::Unreadable => liasse_domain::Code("replacement.releve_illisible"),
            Self::Broken => liasse_domain::Code("replacement.releve_modifie"),
        }
    }
}

/// A statement on its way to the replaced doctor's card.
pub struct StatementToSign {
    text: String,
    to_sign: ToSign,
    serial: String,
}

/// Draws a statement up and has the replaced doctor's card seal it; gives the file.
pub fn seal(
    workstation: &Handle<Workstation>,
    cards: &dyn SigningCards,
    number: u32,
    who: &SignedIn,
) -> Result<Vec<u8>, CoreError> {
    let person = who.clone();
    let asked = workstation.call(move |ws| ws.statement_to_sign(number, &person))??;
    let raw = cards.cps(&asked.serial, asked.to_sign.digest())?;
    workstation.call(move |ws| ws.sealed_statement(asked, &raw))?
}

impl Workstation {
    fn statement_to_sign(&self, number: u32, who: &SignedIn) -> Result<StatementToSign, CoreError> {
        self.check_titulaire(Deed::Session, number, who)?;
        let drawn = self.statement(number, who)?;
        let text = serde_json::to_string(&drawn).map_err(|_| SealFault::Unreadable)?;
        let to_sign = self.to_sign(text.as_bytes(), &who.signature_certificate, &drawn.replaced)?;
        Ok(StatementToSign { text, to_sign, serial: who.serial.clone() })
    }

    fn sealed_statement(&self, asked: StatementToSign, raw: &[u8]) -> Result<Vec<u8>, CoreError> {
        let cms = self.verified(asked.to_sign, raw, asked.text.as_bytes())?;
        let file = SealedFile { statement: asked.text, seal: BASE64.encode(cms) };
        Ok(serde_json::to_vec_pretty(&file).map_err(|_| SealFault::Unreadable)?)
    }
}

/// Reads a sealed statement and verifies its seal: over exactly this text, on the day it was drawn up, by the card of the
/// doctor whose national number it gives. That the number that is paid is that doctor's is their word: no register is public.
pub fn verify(file: &[u8], trust: &Trust) -> Result<Statement, SealFault> {
    let sealed: SealedFile = serde_json::from_slice(file).map_err(|_| SealFault::Unreadable)?;
    let seal = BASE64.decode(sealed.seal.as_bytes()).map_err(|_| SealFault::Unreadable)?;
    let statement: Statement = serde_json::from_str(&sealed.statement).map_err(|_| SealFault::Unreadable)?;
    let noon = statement.drawn_up.and_hms_opt(12, 0, 0).ok_or(SealFault::Unreadable)?;
    let signed = cms::verify(&seal, sealed.statement.as_bytes(), trust, clock::from_paris(noon));
    let signed = signed.map_err(|_| SealFault::Broken)?;
    let theirs = signed.attributes.is_some_and(|national| national.billing == statement.replaced)
        && is_card_of(&signed.certificate, statement.replaced_rpps.as_ref());
    if theirs { Ok(statement) } else { Err(SealFault::Broken) }
}
