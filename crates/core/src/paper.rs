//! « Feuille de soins papier »: of a degraded FSE, and where no usable card of a professional is there. It is kept as billed on
//! paper and ticked off once it has left. Not the reading of a card, and no signature: that is the patient's and the doctor's
//! pen. Rule: CSS R161-43; issue "The locum's session", Replacement 4 and Désynchronisé 4.

use chrono::NaiveDate;
use liasse_domain::fse::{ActLine, CareContext, Executant, Locum, Patient};
use liasse_domain::replacement::SessionState;
use liasse_domain::{
    BillingNumber, CardHolder, Centimes, Code, Coded, FseContent, FseNumber, FseRef, Organisme, PaperReason,
    PaperState, clock,
};
use liasse_store::{Actor, NewPaper, PaperRow, PassageRow, Stamp, StoreError};
use serde::{Deserialize, Serialize};

use std::path::{Path, PathBuf};

use crate::access::Deed;
use crate::cards::CpsView;
use crate::data_dir::write_private;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::export::ExportError;
use crate::invoicing::Draft;
use crate::papers;
use crate::replacement::{ReplacementError, civil};
use crate::workstation::Workstation;

/// What a sheet says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Version of this shape.
    pub v: u32,
    /// The degraded FSE that it proves.
    pub fse: Option<FseRef>,
    /// The day on which it is made out.
    pub drawn_up: NaiveDate,
    /// Who is paid.
    pub executant: Executant,
    /// Who acts instead.
    pub locum: Option<Locum>,
    /// For whom.
    pub patient: Patient,
    /// The caisse.
    pub organisme: Organisme,
    /// What the care is about.
    pub care: CareContext,
    /// The acts.
    pub acts: Vec<ActLine>,
    /// Whether the caisse pays its part to the practitioner.
    pub third_party_amo: bool,
}

/// Who bills on paper while no card of theirs is usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnPaper {
    /// The locum of that session: both names are printed.
    Locum(u32),
    /// A practitioner whose card was read here before.
    Practitioner(BillingNumber),
}

/// Why there is no sheet, or no print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// A usable card is there: an FSE is made.
    #[error("a usable card is there")]
    CardIsUsable,
    /// Somebody else practises under that number at this hour.
    #[error("replaced at this hour")]
    Replaced,
    /// The FSE has no sheet: it is none of the degraded mode.
    #[error("no sheet")]
    NoSheet,
    /// The patient has paid nothing for the FSE, or had it all back.
    #[error("nothing was received")]
    NothingReceived,
    /// No deposit slip of that number.
    #[error("no deposit slip")]
    UnknownDeposit,
    /// Lots and cheques are a practitioner's: staff print none.
    #[error("accounts of a practitioner")]
    Accounts,
}

impl Coded for PaperError {
    fn code(&self) -> Code {
        match self {
            Self::CardIsUsable => Code("papier.carte_utilisable"),
            Self::Replaced => Code("papier.titulaire_remplace"),
            Self::NoSheet => Code("papier.inconnue"),
            Self::NothingReceived => Code("papier.rien_recu"),
            Self::UnknownDeposit => Code("papier.remise_inconnue"),
            Self::Accounts => Code("papier.comptes"),
        }
    }
}

impl Sheet {
    /// The shape written today.
    pub const VERSION: u32 = 1;

    /// The sheet that goes with a degraded FSE.
    pub fn of_claim(claim: &FseContent) -> Self {
        Self {
            v: Self::VERSION,
            fse: Some(claim.reference.clone()),
            drawn_up: claim.drawn_up,
            executant: claim.executant.clone(),
            locum: claim.locum.clone(),
            patient: claim.patient.clone(),
            organisme: claim.organisme.clone(),
            care: claim.care.clone(),
            acts: claim.acts.clone(),
            third_party_amo: claim.third_party_amo,
        }
    }

    /// What it charges.
    pub fn total(&self) -> Centimes {
        self.acts.iter().fold(Centimes::ZERO, |sum, act| sum + act.fee)
    }

    /// The day of the first act.
    pub fn act_date(&self) -> NaiveDate {
        self.acts.iter().map(|act| act.date).min().unwrap_or(self.drawn_up)
    }

    /// Writes it as PDF into a folder; gives the file.
    pub fn write(&self, row: &PaperRow, folder: &Path, demo: bool) -> Result<PathBuf, CoreError> {
        let pdf = papers::pdf(&papers::care_sheet(self, row, demo))?;
        std::fs::create_dir_all(folder).map_err(ExportError::from)?;
        let path = folder.join(format!("feuille-{}.pdf", row.id));
        write_private(&path, &pdf).map_err(ExportError::from)?;
        Ok(path)
    }

    pub(crate) fn json(&self) -> Result<String, CoreError> {
        Ok(serde_json::to_string(self).map_err(|_| StoreError::Incoherent { what: "feuille papier" })?)
    }

    fn from_json(json: &str) -> Result<Self, CoreError> {
        Ok(serde_json::from_str(json).map_err(|_| StoreError::Unreadable { what: "feuille papier" })?)
    }
}

fn name(holder: &CardHolder) -> String {
    format!("{} {}", holder.given_name.reveal(), holder.family_name.reveal())
}

impl Workstation {
    /// Bills on paper what a draft says, for somebody without a usable card; gives the sheet, which nobody without a card reads again.
    ///
    /// # Errors
    /// [`ReplacementError`] when the session does not hold now; `InvoicingError` when nothing is to be billed.
    pub fn bill_on_paper(
        &mut self,
        draft: &Draft,
        by: &OnPaper,
        reason: PaperReason,
    ) -> Result<(PaperRow, Sheet), CoreError> {
        self.allow(Deed::BillOnPaper, None)?;
        let (nobody, who) = self.without_card(by, draft.input.date, draft.card().insured.test_card)?;
        // What was done is billed once: the open passage of that patient is this one.
        let patient = draft.patient();
        let same = |row: &PassageRow| {
            row.session == nobody.session()
                && row.identity == (patient.insured_nir, patient.birth_date, patient.birth_rank)
        };
        let open = self.store.open_passages(Some(&nobody.situation.billing_number))?;
        let passage = draft.passage().or_else(|| open.iter().find(|row| same(row)).map(|row| row.id));
        let mut invoice = self.price(draft, &nobody)?;
        // The guard refuses every FSE without a card: that is why there is a sheet.
        invoice.findings.retain(|one| !one.code.starts_with("guard.") && one.code != "invoicing.non_habilite_fse");
        draft.check_may_be_signed(&invoice)?;
        let now = self.now();
        let today = clock::paris(now).date();
        let number = FseNumber::new(1).ok_or(StoreError::NumbersExhausted)?;
        let cover = self.cover_of(draft, &nobody)?;
        let claim = draft.content(self.tables(), &invoice, &nobody, number, today, &cover)?;
        let sheet = Sheet { fse: None, ..Sheet::of_claim(&claim) };
        let content = sheet.json()?;
        let new = NewPaper {
            billing: &sheet.executant.billing,
            session: nobody.session(),
            passage,
            patient: &sheet.patient,
            act_date: sheet.act_date(),
            total: sheet.total(),
            reason,
            content: &content,
        };
        let actor = Actor { who, role: "sans_carte".to_owned() };
        let stamp = Stamp { session: nobody.session(), ..Stamp::new(now, actor) };
        let made = self.store.keep_paper(&stamp, &new)?;
        self.sheet(made)
    }

    /// Bills a rejected FSE again on paper, as it was, both names of a replacement with it: what is left where its locum no longer
    /// comes. Gives the number of the sheet.
    ///
    /// # Errors
    /// [`StoreError::NotRejected`]; [`StoreError::Corrected`].
    pub fn reject_on_paper(&mut self, fse: &FseRef, who: &SignedIn) -> Result<i64, CoreError> {
        self.allow_on(Deed::Prepare, fse, who)?;
        let row = self.store.fse(fse)?.ok_or(PaperError::NoSheet)?;
        if row.reject.is_none() {
            return Err(StoreError::NotRejected.into());
        }
        if let Some(by) = self.store.corrected_by(fse)? {
            return Err(StoreError::Corrected { by }.into());
        }
        let sheet = Sheet { drawn_up: self.clock.today(), ..Sheet::of_claim(&row.content) };
        let content = sheet.json()?;
        let new = NewPaper {
            billing: &fse.billing,
            // The rejected FSE is a correction of the statement already: its sheet is none of the session's fees.
            session: None,
            passage: None,
            patient: &sheet.patient,
            act_date: sheet.act_date(),
            total: sheet.total(),
            reason: PaperReason::Rejet,
            content: &content,
        };
        let stamp = who.stamp(self.now());
        Ok(self.store.keep_paper(&stamp, &new)?)
    }

    /// Somebody without a card: whose prices and names are printed, and who signs nothing; and how the journal names them.
    fn without_card(&self, by: &OnPaper, day: NaiveDate, test_card: bool) -> Result<(SignedIn, String), CoreError> {
        let (situation, practitioner, locum) = match by {
            OnPaper::Locum(number) => {
                let session = self.session(*number)?;
                let (state, calendar) = (session.state, &session.sealed.calendar);
                if state != SessionState::Preparee {
                    return Err(
                        if state.is_open() { ReplacementError::Suspended } else { ReplacementError::Closed }.into()
                    );
                }
                if !calendar.has_day(day) || day > self.clock.today() {
                    return Err(ReplacementError::Closed.into());
                }
                let situation = session.sealed.replaced.situations.first().cloned();
                let named = &session.sealed.locum;
                let holder = CardHolder {
                    card_type: liasse_domain::CardType::Cps,
                    test_card,
                    rpps: named.rpps.clone(),
                    civility: 0,
                    family_name: named.family_name.clone(),
                    given_name: named.given_name.clone(),
                };
                let known = self.store.locum_of(*number)?.map(|known| known.holder);
                let practitioner = session.sealed.replaced.holder.clone();
                (situation, practitioner, Some((known.unwrap_or(holder), session.sealed)))
            }
            OnPaper::Practitioner(billing) => {
                // Whoever is replaced at this hour does not practise.
                let now = civil(self.now());
                let replaced = |one: &crate::replacement::Session| {
                    one.state == SessionState::Preparee && one.sealed.calendar.at(now).is_ok()
                };
                if self.replacements_at(billing)?.iter().any(replaced) {
                    return Err(PaperError::Replaced.into());
                }
                let known = self.store.practitioners()?;
                let known = known.into_iter().find(|known| known.situation.billing_number == *billing);
                let known = known.ok_or(crate::desync::DesyncError::UnknownPractitioner)?;
                (Some(known.situation), known.holder, None)
            }
        };
        let situation = situation.ok_or(ReplacementError::NoSituation)?;
        let who = match &locum {
            Some((_, session)) => session.locum.billing.to_string(),
            None => situation.billing_number.to_string(),
        };
        Ok((SignedIn::without_card(situation, practitioner, locum, self.now()), who))
    }

    /// What a sheet says.
    fn sheet(&self, number: i64) -> Result<(PaperRow, Sheet), CoreError> {
        let row = self.store.paper(number)?.ok_or(PaperError::NoSheet)?;
        let sheet = Sheet::from_json(&row.content)?;
        Ok((row, sheet))
    }

    /// What a sheet says, for whom it is of.
    pub fn sheet_for(&self, number: i64, who: &SignedIn) -> Result<(PaperRow, Sheet), CoreError> {
        let (row, sheet) = self.sheet(number)?;
        Self::check_sheet(&row, who)?;
        Ok((row, sheet))
    }

    fn check_sheet(row: &PaperRow, who: &SignedIn) -> Result<(), CoreError> {
        let in_session = who.replaces.is_none() || row.session == who.session();
        match who.own_for(Deed::GiveSheet)? {
            Some(own) if row.billing != *own || !in_session => Err(crate::desk::DeskError::OtherPractitioner.into()),
            _ => Ok(()),
        }
    }

    /// What was billed on paper alone under a session.
    pub(crate) fn sheets_of_session(&self, session: u32) -> Result<Vec<Sheet>, CoreError> {
        self.store.papers_of_session(session)?.iter().map(|row| Sheet::from_json(&row.content)).collect()
    }

    /// The sheet of a degraded FSE.
    pub fn sheet_of(&self, fse: &FseRef, who: &SignedIn) -> Result<(PaperRow, Sheet), CoreError> {
        self.allow_on(Deed::GiveSheet, fse, who)?;
        let row = self.store.paper_of(fse)?.ok_or(PaperError::NoSheet)?;
        let sheet = Sheet::from_json(&row.content)?;
        Ok((row, sheet))
    }

    /// « Feuilles papier »: the sheets that nobody has yet, of whoever is signed in; staff see the practice's.
    pub fn papers_to_give(&self, who: &SignedIn) -> Result<Vec<PaperRow>, CoreError> {
        let mut rows = self.store.open_papers(who.own_for(Deed::GiveSheet)?)?;
        if who.replaces.is_some() {
            rows.retain(|row| row.session == who.session());
        }
        Ok(rows)
    }

    /// Writes a sheet as PDF into a folder, for whom it is of; gives the file.
    pub fn write_sheet(&self, number: i64, folder: &Path, who: &SignedIn) -> Result<PathBuf, CoreError> {
        let (row, sheet) = self.sheet_for(number, who)?;
        sheet.write(&row, folder, who.holder.test_card)
    }

    /// Who could bill on paper now without a card: the locums of this hour, and the practitioners whose cards were read here.
    pub fn without_usable_card(&self) -> Result<Vec<(OnPaper, String)>, CoreError> {
        let now = civil(self.now());
        let mut all = Vec::new();
        for row in self.store.replacements(None)? {
            let Ok(session) = self.unsealed(&row) else { continue };
            if session.state == SessionState::Preparee && session.sealed.calendar.at(now).is_ok() {
                let replaced = name(&session.sealed.replaced.holder);
                let locum = self.store.locum_of(row.number)?;
                let locum = locum.map_or_else(|| session.sealed.locum.billing.to_string(), |known| name(&known.holder));
                all.push((OnPaper::Locum(row.number), format!("{locum} remplace {replaced}")));
            }
        }
        for known in self.store.practitioners()? {
            let billing = known.situation.billing_number.clone();
            if !all.iter().any(|(by, _)| *by == OnPaper::Practitioner(billing.clone())) {
                all.push((OnPaper::Practitioner(billing), name(&known.holder)));
            }
        }
        Ok(all)
    }

    /// Ticks a sheet off: given, posted, or scanned.
    pub fn tick_paper(&mut self, number: i64, state: PaperState, who: &SignedIn) -> Result<(), CoreError> {
        let row = self.store.paper(number)?.ok_or(PaperError::NoSheet)?;
        Self::check_sheet(&row, who)?;
        let stamp = who.stamp(self.now());
        Ok(self.store.paper_done(&stamp, number, state)?)
    }

    /// Why no card in the reader signs an FSE: what makes a sheet alone lawful.
    ///
    /// # Errors
    /// [`PaperError::CardIsUsable`]: an FSE is made.
    pub fn paper_reason(&self, card: Option<&CpsView>, who: Option<&SignedIn>) -> Result<PaperReason, CoreError> {
        let Some(card) = card else { return Ok(PaperReason::SansCarte) };
        let expired = self.directory.trust.check(&card.identity.signature_certificate, self.now()).is_err();
        Ok(match who {
            _ if expired || card.tries_left == 0 => PaperReason::CarteInutilisable,
            // The practitioner's card is not there: that of staff signs no FSE of anybody.
            Some(who) if who.is_staff() => PaperReason::SansCarte,
            Some(who) if !who.situation.may_sign_fse => PaperReason::SansHabilitation,
            // Unlocked, and refused: no session, no situation.
            None if card.situations.is_some() => PaperReason::CarteInutilisable,
            _ => return Err(PaperError::CardIsUsable.into()),
        })
    }
}
