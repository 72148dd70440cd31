//! Without a Vitale: mode 1 for acts at a distance with the rights of the last passage, the degraded mode with the proof that
//! was seen and a paper sheet; and without a usable CPS: paper alone, with both names of a replacement.

use liasse_core::invoicing::{Attestation, Draft, Proof};
use liasse_core::paper::OnPaper;
use liasse_core::{CoreError, desync, papers};
use liasse_domain::{FseRef, Level, PaperReason, PaperState, SecuringMode};

use crate::support::secretary::{Secretariat, code};

fn attestation(key: u8) -> Attestation {
    serde_json::from_value(serde_json::json!({
        "insured_nir": "2840578006084", "insured_key": key, "regime": "01", "caisse": "751", "centre": "0000",
        "family_name": "MARTIN", "given_name": "LEA", "birth_date": "1984-05-12", "until": "2026-12-31"
    }))
    .expect("an attestation")
}

/// What the doctor prepares without the card of the patient of that FSE.
fn without(cabinet: &Secretariat, of: &FseRef, mode: SecuringMode, act: &'static str) -> Result<FseRef, CoreError> {
    let (of, doctor) = (of.clone(), cabinet.doctor());
    cabinet.asked(move |ws| {
        let reading = ws.last_reading(&of, &doctor)?;
        let mut draft = Draft::without_card(reading, Proof::DernierPassage, mode, ws.now())?;
        for typed in act.split(';') {
            draft.add_typed(ws.tables(), typed).expect("understood");
        }
        ws.prepare(&draft, &doctor)
    })
}

#[test]
fn at_a_distance_the_rights_are_those_of_the_last_passage_and_no_paper_follows() {
    let cabinet = Secretariat::opened();
    let earlier = cabinet.sealed();
    let refused = without(&cabinet, &earlier, SecuringMode::SansVitale, "G");
    assert_eq!(code(refused.err()), "invoicing.impossible", "an act at the practice is none of mode 1");
    let asked = without(&cabinet, &earlier, SecuringMode::SansVitale, "TE2");
    assert_eq!(code(asked.err()), "invoicing.motif_attendu", "a téléexpertise names who asked for it");
    without(&cabinet, &earlier, SecuringMode::SansVitale, "TE2;dr 991010224").expect("with the requesting doctor");
    let fse = without(&cabinet, &earlier, SecuringMode::SansVitale, "TCG").expect("prepared");
    let of = fse.clone();
    let row = cabinet.asked(move |ws| Ok(ws.store().fse(&of)?)).expect("read").expect("the FSE");
    assert_eq!((row.content.mode.code(), row.content.care.rights_proof), (1, 0));
    let doctor = cabinet.doctor();
    assert!(cabinet.asked(move |ws| ws.papers_to_give(&doctor)).expect("listed").is_empty());
    // The CPS signs alone, with the others.
    let mine: Vec<_> = cabinet.shown().into_iter().filter(|(one, _)| *one == fse).collect();
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &mine, &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed, code(run.stopped)), (vec![fse], ""));
}

#[test]
fn degraded_says_that_nothing_is_guaranteed_and_its_sheet_is_ticked_off() {
    let cabinet = Secretariat::opened();
    let earlier = cabinet.sealed();
    let (of, doctor) = (earlier, cabinet.doctor());
    let (codes, fse) = cabinet
        .asked(move |ws| {
            let reading = ws.last_reading(&of, &doctor)?;
            let mut draft = Draft::without_card(reading, Proof::Attestation, SecuringMode::Degrade, ws.now())?;
            draft.add_act("G");
            let invoice = ws.price(&draft, &doctor)?;
            let codes: Vec<_> = invoice.findings.iter().map(|one| (one.code.clone(), one.level)).collect();
            Ok((codes, ws.prepare(&draft, &doctor)?))
        })
        .expect("prepared");
    for wanted in ["invoicing.mode_degrade", "invoicing.droits_sur_attestation"] {
        assert!(codes.contains(&(wanted.to_owned(), Level::Warning)), "{codes:?}");
    }
    let (of, doctor) = (fse, cabinet.doctor());
    let (row, sheet) = cabinet.asked(move |ws| ws.sheet_of(&of, &doctor)).expect("a sheet");
    assert_eq!((row.reason, row.state, sheet.total().0), (PaperReason::Degrade, PaperState::ARemettre, 3000));
    let pdf = papers::pdf(&papers::care_sheet(&sheet, &row, true)).expect("printed");
    assert!(pdf.starts_with(b"%PDF-"));
    let (number, staff) = (row.id, cabinet.secretary());
    cabinet.asked(move |ws| ws.tick_paper(number, PaperState::Postee, &staff)).expect("ticked off");
    let staff = cabinet.secretary();
    assert!(cabinet.asked(move |ws| ws.papers_to_give(&staff)).expect("listed").is_empty());
    let staff = cabinet.secretary();
    let twice = cabinet.asked(move |ws| ws.tick_paper(number, PaperState::Remise, &staff));
    assert_eq!(code(twice.err()), "papier.inconnue");
    cabinet.journal_holds();
}

#[test]
fn an_attestation_is_read_as_strictly_as_a_card() {
    let cabinet = Secretariat::opened();
    let now = liasse_core::ports::Clock::now(&cabinet.practice.clock);
    assert!(attestation(90).reading(now, true).is_ok());
    assert!(attestation(91).reading(now, true).is_err(), "the key does not match");
    let mut wrong = attestation(90);
    wrong.caisse = "7512".to_owned();
    assert!(wrong.reading(now, true).is_err());
}

#[test]
fn without_a_usable_cps_there_is_paper_and_no_fse() {
    let cabinet = Secretariat::opened();
    let number = cabinet.doctor().situation.billing_number;
    let sheet = cabinet
        .asked(move |ws| {
            let reading = attestation(90).reading(ws.now(), true)?;
            let mut draft = Draft::without_card(reading, Proof::Attestation, SecuringMode::Degrade, ws.now())?;
            draft.add_act("G");
            ws.bill_on_paper(&draft, &OnPaper::Practitioner(number), PaperReason::CarteInutilisable)
        })
        .expect("on paper");
    assert_eq!((sheet.0.fse, sheet.1.total().0), (None, 3000));
    assert_eq!(sheet.1.executant.family_name.reveal(), "GRIS");
    let last = cabinet.asked(|ws| Ok(ws.store().last_fse()?)).expect("read");
    assert_eq!(last, None, "no number was used");
    let journal = cabinet.asked(|ws| Ok(ws.store().journal_entries()?)).expect("read");
    assert_eq!(journal.last().expect("told").actor.role, "sans_carte");
    cabinet.journal_holds();
}
