//! How one document of the list looks: its line, its steps, its scanned documents, its money.

use iced::widget::{Container, column, container, row, space, text};
use iced::{Element, Fill, Theme};
use liasse_core::ledger::Document;
use liasse_domain::{Centimes, DocumentKind, DocumentState, MoneyState, ScanState, TransmissionState};

use super::{Message, ROW};
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

pub(super) fn document_row(document: &Document) -> Container<'_, Message> {
    let mut steps = row![].spacing(6);
    for (reached, words) in timeline(document) {
        let words = if reached { format!("✓ {words}") } else { words.to_owned() };
        steps = steps.push(text(words).size(theme::NOTE).style(move |theme: &Theme| {
            let colours = theme::colours(theme);
            text::Style { color: Some(if reached { colours.good } else { colours.faint }) }
        }));
        steps = steps.push(parts::faint("→"));
    }
    let end = money_words(document);
    let steps = steps.push(end).push(scans_words(document));
    let lot = document.lot.map_or_else(String::new, |lot| format!("{} {lot}", t("lots.lot")));
    container(
        column![
            row![
                text(named(document)).size(theme::BODY).font(theme::SEMIBOLD),
                text(document.act_date.format("%d/%m/%Y").to_string()).size(theme::BODY),
                text(document.patient.reveal()).size(theme::BODY),
                parts::faint(lot),
                space::horizontal(),
                text(document.total_cents.to_string()).size(theme::BODY),
            ]
            .spacing(16),
            steps,
        ]
        .spacing(2),
    )
    .height(ROW)
    .padding([4, 8])
    .width(Fill)
}

/// An FSE by its number, the DRE that goes with one by the same.
fn named(document: &Document) -> String {
    let number = document.fse.number.to_string();
    if document.kind == DocumentKind::Dre.word() { format!("{} {number}", t("money.dre")) } else { number }
}

/// The steps of one FSE and whether each is reached.
fn timeline(document: &Document) -> Vec<(bool, &'static str)> {
    use TransmissionState::{EnFichier, EnLot, NonConfirmee, Recue, Refusee, Transmise};
    let signed = document.document == DocumentState::Signee;
    let transmission = document.transmission;
    let in_lot = matches!(transmission, Some(EnLot | EnFichier | Transmise | NonConfirmee | Recue | Refusee));
    let sent = matches!(transmission, Some(Transmise | Recue | Refusee));
    let dre = document.kind == DocumentKind::Dre.word();
    let received = if dre { t("lots.step_received_insurer") } else { t("lots.step_received") };
    let mut steps = vec![(true, t("lots.step_written")), (signed, t("lots.step_signed")), (in_lot, t("lots.step_lot"))];
    match transmission {
        Some(NonConfirmee) => steps.push((false, t("lots.step_unconfirmed"))),
        Some(Refusee) if document.locked => steps.push((false, t("lots.step_locked"))),
        Some(Refusee) => steps.extend([(true, t("lots.step_sent")), (false, t("lots.step_refused"))]),
        _ => steps.extend([(sent, t("lots.step_sent")), (transmission == Some(Recue), received)]),
    }
    steps
}

/// How many scanned documents it has and where they are: `2 pièces jointes · transmises`.
fn scans_words(document: &Document) -> Option<Element<'_, Message>> {
    let scans = document.scans.as_ref()?;
    let state = match scans.state {
        None | Some(ScanState::AEnvoyer | ScanState::Envoi) => t("lots.scans_waiting"),
        Some(ScanState::Transmise) => t("lots.scans_sent"),
        Some(ScanState::NonConfirmee) => t("lots.scans_unconfirmed"),
    };
    let count = scans.count.to_string();
    Some(parts::faint(with("lots.scans", &[("count", &count), ("state", state)])))
}

fn money_words(document: &Document) -> Element<'_, Message> {
    if let Some(reject) = &document.reject {
        return parts::coloured(format!("× {} ({})", reject.message, reject.code), |c| c.bad);
    }
    let owed = document.money.iter().filter(|money| money.state != MoneyState::SansObjet);
    let due: Centimes = owed.clone().map(|money| money.due_cents).sum();
    let paid: Centimes = owed.clone().map(|money| money.paid_cents).sum();
    let settled = owed.clone().all(|money| matches!(money.state, MoneyState::Encaisse | MoneyState::Abandonne));
    let paid_by_nobody = if owed.clone().next().is_none() {
        Some(t("lots.nothing_owed"))
    } else {
        owed.clone().all(|money| money.state == MoneyState::Abandonne).then(|| t("lots.waived"))
    };
    if document.document == DocumentState::Annulee {
        parts::faint(t("lots.withdrawn"))
    } else if document.has_ended() {
        parts::coloured(format!("✓ {}", paid_by_nobody.unwrap_or(t("lots.step_settled"))), |c| c.good)
    } else if settled {
        parts::faint(paid_by_nobody.unwrap_or(t("lots.patient_settled")))
    } else {
        parts::faint(with("lots.awaited", &[("amount", &(due - paid).to_string())]))
    }
}
