//! The sentence itself, from what is decided: texts of `assets/texts/aloud.toml`, put together in one sentence.
//! Not the deciding.

use chrono::NaiveDate;
use liasse_domain::reject::Gesture;
use liasse_domain::texts::Texts;
use liasse_domain::{Centimes, FseNumber, PaperState};

use super::{Does, Facts, Refusal, Stand, Standing};

static TEXTS: Texts = Texts::of(include_str!("../../../../assets/texts/aloud.toml"));

fn t(key: &'static str) -> String {
    TEXTS.t(key).to_owned()
}

fn day(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

/// One sentence; what others wrote, the reason of a reject, is put in last.
pub(super) fn sentence(facts: &Facts) -> String {
    let values =
        [("opening", &*opening(facts)), ("after", &after(facts)), ("sheet", &sheet(facts)), ("stage", &stage(facts))];
    TEXTS.with("answer.whole", &values)
}

/// Who paid, and so whom the caisse owes.
fn opening(facts: &Facts) -> String {
    let act = day(facts.act);
    if !facts.third_party_amo {
        return TEXTS.with("opening.paid_at_desk", &[("act", &act)]);
    }
    if facts.paid <= Centimes::ZERO {
        return TEXTS.with("opening.nothing_paid", &[("act", &act)]);
    }
    TEXTS.with("opening.part_paid", &[("act", &act), ("paid", &facts.paid.to_string())])
}

/// How far the sheet came.
fn stage(facts: &Facts) -> String {
    if let Some((refusal, (by, then))) = facts.refusal.as_ref().zip(facts.corrected).filter(|_| facts.is_corrected()) {
        return corrected(facts.fse, refusal, by, &then);
    }
    let fse = facts.fse.to_string();
    let Stand { standing, on, limit, late } = facts.stand;
    let (on, limit) = (on.map(day), limit.map(day).unwrap_or_default());
    let plain = |key| TEXTS.with(key, &[("fse", &fse)]);
    let until = |key| TEXTS.with(key, &[("fse", &fse), ("limit", &limit)]);
    match standing {
        Standing::Annulee => plain("stage.withdrawn"),
        Standing::NonSignee if late => until("stage.unsigned_late"),
        Standing::NonSignee => until("stage.unsigned"),
        Standing::AEnvoyer if late => until("stage.unsent_late"),
        Standing::AEnvoyer => until("stage.unsent"),
        Standing::Envoyee => match on {
            Some(on) if late => TEXTS.with("stage.sent_late", &[("fse", &fse), ("on", &on)]),
            Some(on) => TEXTS.with("stage.sent", &[("fse", &fse), ("on", &on), ("limit", &limit)]),
            None => plain("stage.sent_undated"),
        },
        Standing::NonConfirmee => plain("stage.unconfirmed"),
        Standing::Refusee => plain("stage.refused"),
        Standing::Incident => plain("stage.incident"),
        Standing::Rejetee | Standing::Corrigee => match &facts.refusal {
            Some(refusal) => rejected(&fse, refusal),
            None => plain("stage.received_undated"),
        },
        Standing::Recue => match on.zip(facts.lot) {
            Some((on, lot)) => TEXTS.with("stage.received", &[("fse", &fse), ("on", &on), ("lot", &lot.to_string())]),
            None => plain("stage.received_undated"),
        },
    }
}

fn rejected(fse: &str, refusal: &Refusal) -> String {
    let does = match refusal.does {
        Does::Gesture(Gesture::Corriger) => t("does.correct"),
        Does::Gesture(Gesture::Droits) => t("does.rights"),
        Does::Gesture(Gesture::Carte) => t("does.card"),
        Does::Gesture(Gesture::Caisse) => t("does.call"),
        Does::Gesture(Gesture::Dupliquer) => t("does.duplicate"),
        Does::Gesture(Gesture::Papier) => t("does.paper"),
        Does::Gesture(Gesture::Lot) => t("does.lot"),
        Does::Nothing => t("does.incident"),
        Does::Ask => t("does.ask"),
    };
    let cause = in_a_sentence(&refusal.cause);
    TEXTS.with("stage.rejected", &[("fse", fse), ("on", &day(refusal.on)), ("does", &does), ("cause", &cause)])
}

/// Sentences of a reason as a part of one.
fn in_a_sentence(cause: &str) -> String {
    cause.trim().trim_end_matches('.').replace(". ", " ; ")
}

fn corrected(fse: FseNumber, refusal: &Refusal, by: FseNumber, then: &Stand) -> String {
    let values =
        [("fse", &*fse.to_string()), ("on", &day(refusal.on)), ("by", &by.to_string()), ("then", &where_is(then))];
    TEXTS.with("stage.corrected", &values)
}

/// How far the correction came.
fn where_is(then: &Stand) -> String {
    let on = then.on.map(day);
    match (then.standing, on) {
        (Standing::Annulee, _) => t("then.withdrawn"),
        (Standing::NonSignee | Standing::AEnvoyer, _) => t("then.waiting"),
        (Standing::Envoyee, Some(on)) => TEXTS.with("then.sent", &[("on", &on)]),
        (Standing::Envoyee, None) => t("then.sent_undated"),
        (Standing::NonConfirmee, _) => t("then.unconfirmed"),
        (Standing::Refusee, _) => t("then.refused"),
        (Standing::Incident, _) => t("then.incident"),
        (Standing::Recue, Some(on)) => TEXTS.with("then.received", &[("on", &on)]),
        (Standing::Recue, None) => t("then.received_undated"),
        (Standing::Rejetee | Standing::Corrigee, _) => t("then.rejected"),
    }
}

/// What the patient may wait for: money of the caisse, where they paid and nothing stands in the way.
fn after(facts: &Facts) -> String {
    let sheet_awaited = matches!(facts.sheet, Some((PaperState::ARemettre | PaperState::Remise, _)));
    if facts.third_party_amo || sheet_awaited {
        return String::new();
    }
    let corrected = facts.corrected.filter(|_| facts.is_corrected());
    match corrected.map_or(facts.stand, |(_, then)| then) {
        Stand { standing: Standing::Recue, .. } if corrected.is_none() => t("after.received"),
        Stand { standing: Standing::Envoyee, late: true, .. } => String::new(),
        Stand { standing: Standing::NonSignee | Standing::AEnvoyer | Standing::Envoyee | Standing::Recue, .. } => {
            t("after.soon")
        }
        _ => String::new(),
    }
}

/// The paper sheet that goes with a degraded FSE.
fn sheet(facts: &Facts) -> String {
    if facts.stand.standing == Standing::Annulee {
        return String::new();
    }
    match facts.sheet {
        Some((PaperState::Remise, Some(on))) => TEXTS.with("sheet.given", &[("on", &day(on))]),
        Some((PaperState::Postee, Some(on))) => TEXTS.with("sheet.posted", &[("on", &day(on))]),
        Some((PaperState::Numerisee, _)) => t("sheet.scanned"),
        Some((PaperState::ARemettre | PaperState::Remise | PaperState::Postee, _)) => t("sheet.to_give"),
        Some((PaperState::Annulee, _)) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use liasse_domain::{DocumentState, LotNumber, TransmissionState};

    use super::super::{Road, stand};
    use super::*;

    const GESTURES: [Gesture; 7] = [
        Gesture::Corriger,
        Gesture::Droits,
        Gesture::Carte,
        Gesture::Caisse,
        Gesture::Dupliquer,
        Gesture::Papier,
        Gesture::Lot,
    ];

    fn on(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// Every way in which an FSE can stand, in time and late, with its days and without.
    fn stands() -> Vec<Stand> {
        let mut all = Vec::new();
        for document in DocumentState::ALL {
            for transmission in [None].into_iter().chain(TransmissionState::ALL.iter().copied().map(Some)) {
                for (locked, rejected) in [(false, false), (true, false), (false, true)] {
                    for (sent, received) in [(None, None), (Some(on("2026-01-16")), Some(on("2026-01-19")))] {
                        for third_party in [false, true] {
                            let (document, act) = (*document, on("2026-01-15"));
                            let road =
                                Road { document, transmission, locked, rejected, act, third_party, sent, received };
                            all.extend(["2026-01-16", "2026-03-16"].map(|today| stand(&road, on(today))));
                        }
                    }
                }
            }
        }
        let mut each = Vec::new();
        for one in all {
            if !each.contains(&one) {
                each.push(one);
            }
        }
        each
    }

    fn refusals() -> Vec<Option<Refusal>> {
        let of = |does| {
            let cause = "Les droits ne sont pas ouverts. La caisse le dit.".to_owned();
            Some(Refusal { on: on("2026-01-20"), cause, does })
        };
        let gestures = GESTURES.into_iter().map(Does::Gesture);
        [None].into_iter().chain(gestures.chain([Does::Nothing, Does::Ask]).map(of)).collect()
    }

    fn facts(stand: Stand) -> Facts {
        Facts {
            fse: FseNumber::new(12).expect("a number"),
            act: on("2026-01-15"),
            third_party_amo: false,
            paid: Centimes(3000),
            stand,
            lot: LotNumber::new(7),
            refusal: None,
            corrected: None,
            sheet: None,
        }
    }

    fn check(facts: &Facts) {
        let said = sentence(facts);
        let whole = said.starts_with(char::is_uppercase) && said.ends_with('.') && said.matches('.').count() == 1;
        assert!(whole && !said.contains(['{', '}', '!']) && !said.contains("  "), "{facts:?}: {said}");
        assert!(said.contains("000000012") && said.contains("15/01/2026"), "{facts:?}: {said}");
        let blames = [" tu ", " ton ", "votre faute", "vous deviez", "vous n'avez pas", "oublié"];
        assert!(!blames.iter().any(|word| said.to_lowercase().contains(word)), "{said}");
        let owes = said.contains("n'a donc rien à vous rembourser");
        assert_eq!(owes, facts.third_party_amo, "{facts:?}: {said}");
    }

    #[test]
    fn every_combination_has_one_sentence() {
        let correction = FseNumber::new(13).expect("a number");
        let sheets = [None].into_iter().chain(PaperState::ALL.iter().copied().map(Some));
        let sheets: Vec<_> =
            sheets.flat_map(|one| [None, Some(on("2026-01-16"))].map(|on| one.map(|of| (of, on)))).collect();
        let stands = stands();
        for stand in &stands {
            for (third_party_amo, paid) in [(false, 0), (false, 3000), (true, 0), (true, 900)] {
                let base = Facts { third_party_amo, paid: Centimes(paid), ..facts(*stand) };
                for refusal in refusals() {
                    check(&Facts { refusal: refusal.clone(), lot: None, ..base.clone() });
                    check(&Facts { refusal, corrected: Some((correction, *stand)), ..base.clone() });
                }
                for sheet in &sheets {
                    check(&Facts { sheet: *sheet, ..base.clone() });
                }
            }
        }
        // And every way in which a correction can stand.
        let rejected = stands.iter().find(|one| one.standing == Standing::Rejetee).expect("a reject");
        for then in &stands {
            let refusal = refusals().pop().flatten();
            check(&Facts { refusal, corrected: Some((correction, *then)), ..facts(*rejected) });
        }
    }

    #[test]
    fn the_sentences_that_a_secretary_reads_most() {
        let of = |standing, on: Option<NaiveDate>| Stand { standing, on, limit: None, late: false };
        let received = facts(of(Standing::Recue, Some(on("2026-01-16"))));
        assert_eq!(
            sentence(&received),
            "Vos soins du 15/01/2026 sont bien enregistrés au cabinet : la caisse a reçu la feuille n° 000000012 le \
             16/01/2026, dans le lot n° 007 ; elle rembourse en général en quelques jours et peut vous répondre avec ce \
             numéro et cette date."
        );
        let whole = Facts { third_party_amo: true, paid: Centimes::ZERO, ..received.clone() };
        assert_eq!(
            sentence(&whole),
            "Vous n'avez rien payé pour vos soins du 15/01/2026 et la caisse nous verse directement sa part, elle n'a donc \
             rien à vous rembourser : la caisse a reçu la feuille n° 000000012 le 16/01/2026, dans le lot n° 007."
        );
        let part = Facts { paid: Centimes(900), ..whole };
        assert!(
            sentence(&part).contains(&format!("les {} que vous avez réglés", Centimes(900))),
            "{}",
            sentence(&part)
        );
        let refusal = refusals().into_iter().flatten().next();
        let rejected = Facts { refusal, ..facts(of(Standing::Rejetee, None)) };
        assert_eq!(
            sentence(&rejected),
            "Vos soins du 15/01/2026 sont bien enregistrés au cabinet : la caisse a refusé la feuille n° 000000012 le \
             20/01/2026 au motif « Les droits ne sont pas ouverts ; La caisse le dit », et nous la corrigeons et la renvoyons \
             sous un nouveau numéro."
        );
        let then = of(Standing::Envoyee, Some(on("2026-01-21")));
        let corrected = Facts { corrected: FseNumber::new(13).map(|by| (by, then)), ..rejected };
        assert_eq!(
            sentence(&corrected),
            "Vos soins du 15/01/2026 sont bien enregistrés au cabinet : la caisse avait refusé la feuille n° 000000012 le \
             20/01/2026, nous l'avons remplacée par la feuille n° 000000013, partie à la caisse le 21/01/2026, et le \
             remboursement suit en général en quelques jours."
        );
    }

    #[test]
    fn a_sheet_that_is_awaited_is_said_and_no_money_promised() {
        let received = facts(Stand { standing: Standing::Recue, on: Some(on("2026-01-16")), limit: None, late: false });
        let given = Facts { sheet: Some((PaperState::Remise, Some(on("2026-01-15")))), ..received.clone() };
        let said = sentence(&given);
        assert!(said.contains("remise le 15/01/2026") && !said.contains("en quelques jours"), "{said}");
        let posted = Facts { sheet: Some((PaperState::Postee, Some(on("2026-01-15")))), ..received };
        let said = sentence(&posted);
        assert!(
            said.contains("postée à la caisse depuis le 15/01/2026") && said.contains("en quelques jours"),
            "{said}"
        );
    }

    #[test]
    fn every_key_has_a_text_and_every_text_a_use() {
        let code = include_str!("aloud.rs").split("#[cfg(test)]").next().unwrap_or_default();
        let is_key = |word: &&str| {
            word.contains('.') && word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '.' || sign == '_')
        };
        let used: BTreeSet<&str> = code.split('"').skip(1).step_by(2).filter(is_key).collect();
        let keys: BTreeSet<&str> = TEXTS.keys().collect();
        assert_eq!(used, keys);
        assert!(used.len() > 30);
    }
}
