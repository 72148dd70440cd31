//! The bordereau of a lot: its file, who signed it and where it goes, each FSE in it with its amounts, how far it came and what
//! was answered. For the practitioner whose lot it is: it names patients. Not the bytes that left (`export`).

use chrono::NaiveDate;
use liasse_domain::returns::Reason;
use liasse_domain::{Centimes, DocumentKind, FileIdentifier, FseContent, FseRef};
use liasse_formats::{certificate, cms};
use liasse_print::{Align, Block, Document, Table};
use liasse_store::{LotRow, StoreError};

use super::wording::{self, Facts, money};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::invoicing::InvoicingError;
use crate::papers::{TEXTS, columns, day, t};
use crate::workstation::Workstation;

/// A document of a lot, as far as it is known.
struct Member {
    name: FseRef,
    content: Option<FseContent>,
    reject: Option<Reason>,
}

impl Workstation {
    /// The bordereau of a lot.
    ///
    /// # Errors
    /// [`InvoicingError::UnknownLot`]; what is said to whoever has no accounts, and of those of another.
    pub fn lot_sheet(&self, lot: FileIdentifier, who: &SignedIn) -> Result<Document, CoreError> {
        let billing = who.number_for(Deed::OwnMoney)?;
        let row = self.store.lot(lot)?.ok_or(InvoicingError::UnknownLot)?;
        if row.key.billing != *billing {
            who.may(Deed::OthersMoney)?;
        }
        let members = row.members.iter().map(|name| self.member(row.key.destination.takes(), name));
        let members = members.collect::<Result<Vec<Member>, CoreError>>()?;
        Ok(sheet(&row, &members, self.facts_of(&row)?, who.holder.test_card, self.clock.today()))
    }

    fn member(&self, kind: DocumentKind, name: &FseRef) -> Result<Member, CoreError> {
        let (content, reject) = match kind {
            DocumentKind::Fse => match self.store.fse(name) {
                Ok(Some(row)) => (Some(row.content), row.reject),
                // Of one that is erased the bordereau says its number.
                Ok(None) | Err(StoreError::Erased) => (None, None),
                Err(error) => return Err(error.into()),
            },
            DocumentKind::Dre => match self.store.signed(kind, name) {
                Ok(dre) => (dre.map(|dre| dre.content().clone()), None),
                Err(StoreError::Erased) => (None, None),
                Err(error) => return Err(error.into()),
            },
        };
        Ok(Member { name: name.clone(), content, reject })
    }

    fn facts_of(&self, row: &LotRow) -> Result<Facts, CoreError> {
        let answers = self.store.answers_to(row.name.file)?;
        let mut facts = vec![
            (t("lot.file"), row.name.file.to_string()),
            (t("lot.number"), row.name.number.to_string()),
            (t("lot.billing"), row.key.billing.to_string()),
            (t("lot.caisse"), row.key.destination.to_string()),
            (t("lot.mode"), wording::mode(row.key.mode)),
            (t("lot.sealed"), wording::moment(row.sealed_at)),
            (t("lot.signed"), self.signer_of(row)),
            (t("lot.road"), wording::road(row)),
            (t("lot.answer"), wording::decided(&answers, self.store.returns_read_until()?)),
        ];
        if let Some(message) = &row.message_id {
            facts.push((t("lot.message"), message.clone()));
        }
        Ok(facts)
    }

    /// The card that signed the lot, as its own certificate says; its signature is judged again.
    fn signer_of(&self, row: &LotRow) -> String {
        let (Some(signature), Some(at)) = (&row.cms, row.signed_at) else { return t("lot.not_signed") };
        let judged = cms::verify(signature, &row.bytes, &self.directory.trust, at);
        match judged.and_then(|verified| certificate::subject(&verified.certificate)) {
            Ok(subject) => {
                let named = wording::person(&subject.family_name, &subject.given_name);
                let values = [("name", &*named), ("at", &wording::moment(at)), ("card", &subject.common_name)];
                TEXTS.with("lot.signed_by", &values)
            }
            Err(_) => TEXTS.with("lot.signer_unread", &[("at", &wording::moment(at))]),
        }
    }
}

fn sheet(row: &LotRow, members: &[Member], facts: Facts, demo: bool, today: NaiveDate) -> Document {
    let title = match row.key.destination.takes() {
        DocumentKind::Fse => t("lot.title"),
        DocumentKind::Dre => t("lot.title_dre"),
    };
    Document {
        title,
        subject: wording::lot(row),
        demo,
        made_on: TEXTS.with("paper.made_on", &[("day", &day(today))]),
        blocks: vec![
            Block::Facts(facts),
            Block::Notice(t("lot.keep")),
            Block::Heading(t("lot.members_title")),
            Block::Table(table(members)),
            Block::Signature(vec![t("lot.sign")]),
        ],
    }
}

fn table(members: &[Member]) -> Table {
    let sum = |of: fn(&FseContent) -> Centimes| -> String {
        money(members.iter().filter_map(|member| member.content.as_ref()).map(of).sum())
    };
    let count = TEXTS.with("lot.count", &[("count", &members.len().to_string())]);
    let nothing = String::new;
    Table {
        columns: columns(&[
            ("lot.fse", 9, Align::Left),
            ("sheet.date", 9, Align::Left),
            ("lot.patient", 16, Align::Left),
            ("duplicate.amo", 9, Align::Right),
            ("duplicate.amc", 9, Align::Right),
            ("sheet.fee", 10, Align::Right),
            ("lot.reject", 8, Align::Left),
        ]),
        rows: members.iter().map(line).collect(),
        total: Some(vec![
            t("sheet.total"),
            nothing(),
            count,
            sum(FseContent::amo),
            sum(FseContent::amc),
            sum(FseContent::total),
            nothing(),
        ]),
    }
}

fn line(member: &Member) -> Vec<String> {
    let mut cells = vec![member.name.number.to_string()];
    if let Some(claim) = &member.content {
        let locum = claim.locum.as_ref().map_or_else(String::new, |locum| {
            let named = wording::person(&locum.family_name, &locum.given_name);
            format!("\n{}", TEXTS.with("lot.by_locum", &[("name", &named)]))
        });
        let patient = wording::person(&claim.patient.family_name, &claim.patient.given_name);
        cells.extend([
            day(claim.act_date()),
            format!("{patient}{locum}"),
            money(claim.amo()),
            money(claim.amc()),
            money(claim.total()),
            member.reject.as_ref().map_or_else(String::new, |why| why.code.clone()),
        ]);
    }
    cells
}
