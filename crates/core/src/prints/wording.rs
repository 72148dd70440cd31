//! How the prints say what a claim and its road hold: modes, payers, answers, moments, people. Texts are `papers.toml`'s.
//! Not which of it a print says.

use liasse_domain::fse::{ActLine, Executant, FseContent, Locum, SecuringMode};
use liasse_domain::returns::Reason;
use liasse_domain::{Centimes, Instant, Payer, Private, clock};
use liasse_print::{Align, Table};
use liasse_store::{AnswerRow, LotRow};

use crate::papers::{TEXTS, columns, day, t};

/// Labels and values.
pub(super) type Facts = Vec<(String, String)>;

/// As it stands on paper.
pub(super) fn money(amount: Centimes) -> String {
    amount.to_string()
}

/// Day and time in Paris.
pub(super) fn moment(at: Instant) -> String {
    clock::paris(at).format("%d/%m/%Y à %H h %M").to_string()
}

/// « DURAND Marie »: the family name first, as on a sheet.
pub(super) fn person(family: &Private, given: &Private) -> String {
    format!("{} {}", family.reveal(), given.reveal()).trim().to_owned()
}

/// Who is paid, and who acted instead.
pub(super) fn doctor(executant: &Executant, locum: Option<&Locum>) -> Facts {
    let mut facts = vec![
        (t("sheet.doctor"), person(&executant.family_name, &executant.given_name)),
        (t("sheet.billing"), executant.billing.to_string()),
        (t("sheet.structure"), executant.structure_name.clone()),
    ];
    if let Some(locum) = locum {
        let named = person(&locum.family_name, &locum.given_name);
        let values = [("name", &*named), ("number", locum.billing.as_str())];
        facts.push((t("sheet.locum"), TEXTS.with("sheet.locum_of", &values).trim().to_owned()));
    }
    facts
}

/// How a claim is secured, its code with it.
pub(super) fn mode(mode: SecuringMode) -> String {
    let word = match mode {
        SecuringMode::NonSecurise => t("mode.none"),
        SecuringMode::SansVitale => t("mode.without_vitale"),
        SecuringMode::Visite => t("mode.visit"),
        SecuringMode::Securise => t("mode.secured"),
        SecuringMode::Desynchronise => t("mode.apart"),
        SecuringMode::Degrade => t("mode.degraded"),
    };
    format!("{} ({word})", mode.code())
}

/// Who owes.
pub(crate) fn payer(payer: Payer) -> String {
    match payer {
        Payer::Patient => t("payer.patient"),
        Payer::Amo => t("payer.amo"),
        Payer::Amc => t("payer.amc"),
    }
}

/// A code and its words.
pub(super) fn reason(reason: &Reason) -> String {
    format!("{} {}", reason.code, reason.label)
}

/// What a caisse answered to a file.
pub(super) fn answer(row: &AnswerRow) -> String {
    let (on, read) = (day(row.on), moment(row.read_at));
    let text = match &row.refused {
        None => TEXTS.with("arl.accepted", &[("on", &on), ("read", &read)]),
        Some(why) => TEXTS.with("arl.refused", &[("on", &on), ("read", &read), ("reason", &reason(why))]),
    };
    if row.applied { text } else { format!("{text} {}", t("arl.without_effect")) }
}

/// The answer that decided, or that none has come.
pub(super) fn decided(answers: &[AnswerRow], read_until: Option<Instant>) -> String {
    match answers.iter().rev().find(|row| row.applied) {
        Some(row) => answer(row),
        None => none_until(read_until),
    }
}

/// No answer: until when one would have been read.
fn none_until(read_until: Option<Instant>) -> String {
    match read_until {
        Some(until) => TEXTS.with("arl.none_until", &[("until", &moment(until))]),
        None => t("arl.never_read"),
    }
}

/// A lot: its number, its file, where it goes.
pub(super) fn lot(row: &LotRow) -> String {
    let (number, file, to) = (row.name.number.to_string(), row.name.file.to_string(), row.key.destination.to_string());
    TEXTS.with("lot.named", &[("number", &number), ("file", &file), ("to", &to)])
}

/// How far its file came, and when the post took it or may have.
pub(super) fn road(row: &LotRow) -> String {
    match row.sent_at {
        Some(at) => TEXTS.with("lot.sent", &[("state", row.transmission.label()), ("at", &moment(at))]),
        None => row.transmission.label().to_owned(),
    }
}

/// The code of an act with its majoration.
pub(super) fn code(act: &ActLine) -> String {
    match act.majoration {
        Some(letter) => format!("{} {letter}", act.code),
        None => act.code.clone(),
    }
}

/// How many, and by which coefficient: `1`, `1 × 1,5`.
pub(super) fn how_many(act: &ActLine) -> String {
    match act.coefficient {
        100 => act.quantity.to_string(),
        coefficient => format!("{} × {}", act.quantity, hundredths(coefficient)),
    }
}

/// Hundredths as a decimal: `1`, `1,5`, `8,25`.
pub(super) fn hundredths(value: u32) -> String {
    match (value / 100, value % 100) {
        (whole, 0) => whole.to_string(),
        (whole, rest) if rest % 10 == 0 => format!("{whole},{}", rest / 10),
        (whole, rest) => format!("{whole},{rest:02}"),
    }
}

/// The acts as a patient reads them: day, code, how many, fees.
pub(super) fn acts(claim: &FseContent) -> Table {
    let row = |act: &ActLine| vec![day(act.date), code(act), how_many(act), money(act.fee)];
    Table {
        columns: columns(&[
            ("sheet.date", 2, Align::Left),
            ("sheet.act", 3, Align::Left),
            ("sheet.quantity", 1, Align::Right),
            ("sheet.fee", 2, Align::Right),
        ]),
        rows: claim.acts.iter().map(row).collect(),
        total: Some(vec![t("sheet.total"), String::new(), String::new(), money(claim.total())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_decimals_without_idle_zeros() {
        for (value, text) in [(100, "1"), (150, "1,5"), (825, "8,25"), (1405, "14,05"), (50, "0,5"), (0, "0")] {
            assert_eq!(hundredths(value), text);
        }
    }

    #[test]
    fn an_answer_says_its_day_and_when_it_was_read() {
        let on = "2026-01-16".parse().expect("a day");
        let read_at = "2026-01-16T13:05:00Z".parse().expect("a moment");
        let good = AnswerRow { on, read_at, refused: None, applied: true };
        let refused = Some(Reason { code: "S0100".to_owned(), label: "Illisible".to_owned() });
        let late = AnswerRow { refused, applied: false, ..good.clone() };
        assert!(answer(&good).contains("16/01/2026 à 14 h 05"), "{}", answer(&good));
        assert!(answer(&late).contains("S0100 Illisible"), "{}", answer(&late));
        assert_eq!(decided(&[good.clone(), late.clone()], None), answer(&good), "what changed nothing decides nothing");
        assert!(decided(&[late], Some(read_at)).contains("14 h 05"), "never « none » without until when");
    }
}
