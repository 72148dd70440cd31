//! The secretary's three moments: received, billed from the practitioner's word or a standing instruction and nothing else,
//! sealed and settled; another practitioner's patient moved; the locum's pair.

use liasse_core::invoicing::{Draft, Proof};
use liasse_core::{SettlementMode, desync};
use liasse_domain::{Centimes, DocumentState, PassageState, SecuringMode};

use crate::support::Hand;
use crate::support::secretary::{Secretariat, code, cotation};

#[test]
fn what_the_secretary_bills_is_what_the_doctor_coded() {
    let cabinet = Secretariat::opened();
    let passage = cabinet.received().expect("received");
    assert_eq!(code(cabinet.billed(passage).err()), "desync.sans_cotation");
    let staff = cabinet.secretary();
    let refused = cabinet.asked(move |ws| ws.cote(passage, &cotation(&["G"]), &staff));
    assert_eq!(code(refused.err()), "passage.parole_du_praticien", "her card codes nothing");
    cabinet.code(passage, &["G"]).expect("coded");
    // Nothing is added on the way.
    let (vitale, staff) = (cabinet.mauve.vitale(), cabinet.secretary());
    let added = cabinet.asked(move |ws| {
        let (mut draft, bills) = ws.draft_of_passage(passage, Some(&vitale), None, &staff)?;
        draft.add_act("MEG");
        ws.prepare(&draft, &bills)
    });
    assert_eq!(code(added.err()), "desync.sans_cotation");
    let (vitale, staff) = (cabinet.mauve.vitale(), cabinet.secretary());
    let loose = cabinet.asked(move |ws| {
        let mut draft = Draft::new(&vitale, 0, ws.now())?;
        draft.add_act("G");
        draft.mode = SecuringMode::Desynchronise;
        let bills = ws.prepares_for(&staff, None)?;
        ws.prepare(&draft, &bills)
    });
    assert_eq!(code(loose.err()), "desync.sans_cotation", "nor without a passage");

    let fse = cabinet.billed(passage).expect("billed");
    assert_eq!(code(cabinet.billed(passage).err()), "passage.etat", "a passage is billed once");
    // Withdrawn, what was done is to be billed again.
    let staff = cabinet.secretary();
    cabinet.asked(move |ws| ws.withdraw_waiting(&fse, &staff)).expect("withdrawn");
    cabinet.billed(passage).expect("billed again");
    cabinet.journal_holds();
}

#[test]
fn a_standing_instruction_is_the_doctors_word_by_its_name() {
    let cabinet = Secretariat::opened();
    let (doctor, staff) = (cabinet.doctor(), cabinet.secretary());
    let refused = cabinet.asked(move |ws| ws.instruct("renouvellement", &cotation(&["G"]), &staff));
    assert_eq!(code(refused.err()), "passage.parole_du_praticien");
    let given = doctor.clone();
    cabinet.asked(move |ws| ws.instruct("renouvellement", &cotation(&["G"]), &given)).expect("given");
    let given = doctor.clone();
    let twice = cabinet.asked(move |ws| ws.instruct("renouvellement", &cotation(&["G", "MEG"]), &given));
    assert_eq!(code(twice.err()), "passage.consigne_existe");

    let passage = cabinet.received().expect("received");
    let staff = cabinet.secretary();
    cabinet.asked(move |ws| ws.apply_instruction(passage, "renouvellement", &staff)).expect("applied");
    let fse = cabinet.billed(passage).expect("billed");
    let of = fse.clone();
    let row = cabinet.asked(move |ws| Ok(ws.store().passage_of(&of)?)).expect("read").expect("its passage");
    assert_eq!(row.instruction.as_deref(), Some("renouvellement"), "whose word it was stays with it");
    let journal = cabinet.asked(|ws| Ok(ws.store().journal_entries()?)).expect("read");
    let coded = journal.iter().rfind(|entry| entry.action == "passage.cote").expect("told");
    assert!(coded.payload.contains("\"instruction\":1") && coded.actor.role == "secretariat", "{}", coded.payload);
    // Lifted, it serves no more.
    cabinet.asked(move |ws| ws.end_instruction("renouvellement", &doctor)).expect("ended");
    let (passage, staff) = (cabinet.received().expect("received"), cabinet.secretary());
    let ended = cabinet.asked(move |ws| ws.apply_instruction(passage, "renouvellement", &staff));
    assert_eq!(code(ended.err()), "passage.consigne_inconnue");
    cabinet.journal_holds();
}

#[test]
fn the_patient_settles_before_they_leave_and_notes_are_under_no_seal() {
    let cabinet = Secretariat::opened();
    let passage = cabinet.coded(&["G"]).expect("coded");
    let fse = cabinet.billed(passage).expect("billed");
    let settle = |fse: &liasse_domain::FseRef| {
        let (fse, staff) = (fse.clone(), cabinet.secretary());
        cabinet.asked(move |ws| ws.settle(&fse, &staff, SettlementMode::Carte))
    };
    assert_eq!(code(settle(&fse).err()), "store.fse_non_signee", "before the seal nothing is claimed");
    cabinet.seal(&fse).expect("sealed");
    let before = cabinet.shown();
    settle(&fse).expect("settled at the desk");
    let staff = cabinet.secretary();
    cabinet.asked(move |ws| ws.note_passage(passage, "voir la mutuelle", &staff)).expect("noted");
    assert_eq!(cabinet.shown(), before, "the bytes that will be signed are those that were sealed");
    assert_eq!(cabinet.waiting().rows[0].note.as_deref(), Some("voir la mutuelle"));
    let doctor = cabinet.doctor();
    let day = cabinet.asked(move |ws| ws.day_report(&doctor, None)).expect("the day");
    assert_eq!(day.total_cents, Centimes(3000), "it is in the doctor's receipts of that day");
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &before, &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed.as_slice(), code(run.stopped)), (std::slice::from_ref(&fse), ""));
    assert_eq!(code(settle(&fse).err()), "store.rien_a_regler");
    cabinet.journal_holds();
}

#[test]
fn a_patient_who_will_come_back_with_the_card_waits_with_a_date() {
    let cabinet = Secretariat::opened();
    let fse = cabinet.sealed();
    // Known by an earlier passage: the patient is there without the card, and leaves.
    let staff = cabinet.secretary();
    let passage = cabinet
        .asked(move |ws| {
            let reading = ws.last_reading(&fse, &staff)?;
            ws.receive_without_card(&reading, None, &staff)
        })
        .expect("received");
    cabinet.code(passage, &["G"]).expect("coded");
    let staff = cabinet.secretary();
    let waiting = cabinet.asked(move |ws| ws.passages(&staff)).expect("listed");
    let shown = waiting.iter().find(|one| one.row.id == passage).expect("in the list");
    // Thursday 15 January: three working days are Friday, Monday and Tuesday the 20th.
    assert_eq!(shown.row.state, PassageState::AttendCarte);
    assert_eq!(shown.deadline.to_string(), "2026-01-20");
    // Back with the card the next day, the acts are those of the day before.
    cabinet.practice.clock.set("2026-01-16T09:00:00Z");
    let fse = cabinet.billed(passage).expect("billed");
    let row = cabinet.asked(move |ws| Ok(ws.store().fse(&fse)?)).expect("read").expect("the FSE");
    assert_eq!(row.content.act_date().to_string(), "2026-01-15");
    // Nothing to bill wants its reason.
    let passage = cabinet.received().expect("received");
    let staff = cabinet.secretary();
    let mute = cabinet.asked(move |ws| ws.set_passage(passage, PassageState::SansSuite, " ", &staff));
    assert_eq!(code(mute.err()), "passage.motif_attendu");
    let staff = cabinet.secretary();
    cabinet
        .asked(move |ws| ws.set_passage(passage, PassageState::SansSuite, "venu pour un papier", &staff))
        .expect("set");
    assert_eq!(code(cabinet.code(passage, &["G"]).err()), "passage.etat");
    cabinet.journal_holds();
}

#[test]
fn the_wrong_practitioner_is_changed_before_the_seal_and_not_after() {
    let cabinet = Secretariat::opened();
    let blanc = Hand::of("cps-blanc", None);
    let other = cabinet.admitted(&blanc);
    let number = other.situation.billing_number.clone();
    let known = other.clone();
    cabinet.asked(move |ws| ws.remember(&known)).expect("remembered");

    let passage = cabinet.coded(&["G"]).expect("coded");
    let fse = cabinet.billed(passage).expect("billed");
    let doctor = cabinet.doctor();
    let to = number.clone();
    let alone = cabinet.asked(move |ws| ws.reassign(passage, &to, &doctor));
    assert_eq!(code(alone.err()), "passage.secretariat_seul");
    let (staff, to) = (cabinet.secretary(), number.clone());
    cabinet.asked(move |ws| ws.reassign(passage, &to, &staff)).expect("moved");
    assert_eq!(cabinet.state(&fse), DocumentState::Annulee, "its number stays with it");
    assert_eq!(code(cabinet.code(passage, &["G"]).err()), "invoicing.autre_praticien", "Dr Gris codes it no more");
    let coded = other.clone();
    cabinet.asked(move |ws| ws.cote(passage, &cotation(&["G"]), &coded)).expect("coded by Dr Blanc");
    let fse = cabinet.billed(passage).expect("billed for Dr Blanc");
    assert_eq!(fse.billing, number);
    cabinet.seal(&fse).expect("sealed");
    let (staff, back) = (cabinet.secretary(), cabinet.doctor().situation.billing_number);
    let late = cabinet.asked(move |ws| ws.reassign(passage, &back, &staff));
    assert_eq!(code(late.err()), "desync.deja_scellee");
    // Each signs their own.
    let run = desync::sign_all(&cabinet.workstation, &blanc, &shown_to(&cabinet, &blanc), &other, &mut |_| true);
    assert_eq!((run.signed.as_slice(), code(run.stopped)), (std::slice::from_ref(&fse), ""));
    assert!(cabinet.waiting().rows.is_empty());
    cabinet.journal_holds();
}

fn shown_to(cabinet: &Secretariat, hand: &Hand) -> Vec<(liasse_domain::FseRef, [u8; 32])> {
    let who = cabinet.admitted(hand);
    let waiting = cabinet.asked(move |ws| ws.to_be_signed(&who, 100)).expect("a list");
    waiting.rows.into_iter().map(|row| (row.fse, row.shown)).collect()
}

#[test]
fn during_a_replacement_the_fse_bears_both_before_the_seal_and_the_locum_alone_signs() {
    let cabinet = Secretariat::opened();
    let vert = Hand::of("cps-vert", Some("vitale-durand"));
    let who = cabinet.replaced_by(&vert);
    assert_eq!(code(cabinet.received().err()), "desync.remplacant_inconnu", "the locum's card was never here");
    let known = who.clone();
    cabinet.asked(move |ws| ws.remember(&known)).expect("remembered");

    let passage = cabinet.received().expect("received");
    assert_eq!(code(cabinet.code(passage, &["G"]).err()), "", "the doctor may still say what was done");
    let coding = who.clone();
    cabinet.asked(move |ws| ws.cote(passage, &cotation(&["G"]), &coding)).expect("coded by the locum");
    let fse = cabinet.billed(passage).expect("billed");
    let of = fse.clone();
    let row = cabinet.asked(move |ws| Ok(ws.store().fse(&of)?)).expect("read").expect("the FSE");
    let both = row.content.locum.as_ref().map(|locum| locum.family_name.reveal().to_owned());
    assert_eq!((both.as_deref(), row.content.executant.family_name.reveal()), (Some("VERT"), "GRIS"));
    assert_eq!(row.content.mode, SecuringMode::Desynchronise);
    cabinet.seal(&fse).expect("sealed");
    assert!(cabinet.waiting().rows.is_empty(), "it is not in the replaced doctor's list");
    let asked = who.clone();
    let waiting = cabinet.asked(move |ws| ws.to_be_signed(&asked, 100)).expect("a list");
    let shown: Vec<_> = waiting.rows.iter().map(|row| (row.fse.clone(), row.shown)).collect();
    assert!(waiting.rows[0].anomaly.is_none(), "{:?}", waiting.rows[0].anomaly.as_ref().map(|report| &report.code));
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &shown, &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed.len(), code(run.stopped)), (0, "guard.au_remplacant"));
    let run = desync::sign_all(&cabinet.workstation, &vert, &shown, &who, &mut |_| true);
    assert_eq!((run.signed.as_slice(), code(run.stopped)), (std::slice::from_ref(&fse), ""));
    cabinet.journal_holds();
}

#[test]
fn a_proof_is_no_reading_of_the_card() {
    let cabinet = Secretariat::opened();
    let passage = cabinet.coded(&["G"]).expect("coded");
    let staff = cabinet.secretary();
    let wrong = cabinet.asked(move |ws| {
        ws.draft_of_passage(passage, None, Some((SecuringMode::Securise, Proof::Attestation)), &staff)
    });
    assert_eq!(code(wrong.err()), "invoicing.vitale_necessaire");
    let other = Hand::of("cpe-mauve", Some("vitale-martin"));
    let (vitale, staff) = (other.vitale(), cabinet.secretary());
    let wrong = cabinet.asked(move |ws| ws.draft_of_passage(passage, Some(&vitale), None, &staff));
    assert_eq!(code(wrong.err()), "invoicing.autre_vitale");
}
