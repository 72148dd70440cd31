//! Two posts of one practice: the secretary's, where FSE are prepared and sealed, and the doctor's, where they are signed. What
//! passes between them is a sealed file: refused when altered, replayed, under another code or meant for somebody else.

use std::fs;
use std::path::PathBuf;

use liasse_core::desk::SignedIn;
use liasse_core::{CoreError, SettlementMode, desync, exchange};
use liasse_domain::{Centimes, DocumentState, FseRef};

use crate::support::Hand;
use crate::support::secretary::{Secretariat, code};

/// Two posts that share a code.
fn posts() -> (Secretariat, Secretariat) {
    let (desk, doctors) = (Secretariat::opened(), Secretariat::opened());
    let doctor = desk.doctor();
    let drawn = desk.asked(move |ws| ws.draw_code(&doctor)).expect("drawn");
    doctors.asked(move |ws| ws.set_setting("desk.code", &drawn)).expect("typed");
    desk.asked(|ws| ws.set_setting("desk.post", "1")).expect("numbered");
    doctors.asked(|ws| ws.set_setting("desk.post", "2")).expect("numbered");
    (desk, doctors)
}

fn export(
    from: &Secretariat,
    hand: &Hand,
    who: &SignedIn,
    fses: &[FseRef],
) -> Result<(PathBuf, exchange::Sent), CoreError> {
    let folder = from.practice.folder().join("cle");
    let sent = exchange::export(&from.workstation, hand, fses, &folder, who)?;
    Ok((sent.path.clone(), sent))
}

fn import(to: &Secretariat, file: Vec<u8>, who: &SignedIn) -> Result<exchange::TakenIn, CoreError> {
    let who = who.clone();
    to.asked(move |ws| ws.import(&file, &who))
}

#[test]
fn prepared_at_one_post_signed_at_the_other() {
    let (desk, doctors) = posts();
    let fses = [desk.sealed(), desk.sealed()];
    assert_eq!(fses[0].number.get(), 100_000_001, "each post has its own numbers");
    let (paid, staff) = (fses[0].clone(), desk.secretary());
    desk.asked(move |ws| ws.settle(&paid, &staff, SettlementMode::Cheque)).expect("settled");
    let (path, sent) = export(&desk, &desk.mauve, &desk.secretary(), &fses).expect("passed on");
    assert_eq!((sent.fses, sent.settled), (2, Centimes(3000)));
    // Gone from here: not shown, not signed, not withdrawn, not passed on twice.
    assert_eq!(desk.waiting().count, 0);
    let again = export(&desk, &desk.mauve, &desk.secretary(), &fses);
    assert_eq!(code(again.err()), "desync.autre_poste");
    let (gone, staff) = (fses[0].clone(), desk.secretary());
    assert_eq!(code(desk.asked(move |ws| ws.withdraw_waiting(&gone, &staff)).err()), "desync.autre_poste");
    let signed =
        desync::sign_all(&desk.workstation, &desk.gris, &[(fses[0].clone(), [0; 32])], &desk.doctor(), &mut |_| true);
    assert_eq!(signed.signed.len(), 0);

    let file = fs::read(&path).expect("the file");
    let taken = import(&doctors, file.clone(), &doctors.doctor()).expect("taken in");
    assert_eq!((taken.fses.as_slice(), taken.returned, taken.settled), (fses.as_slice(), 0, Centimes(3000)));
    assert_eq!(code(import(&doctors, file, &doctors.doctor()).err()), "desync.deja_recu", "replayed");
    assert_eq!(doctors.anomalies(), ["", ""]);
    let run = desync::sign_all(&doctors.workstation, &doctors.gris, &doctors.shown(), &doctors.doctor(), &mut |_| true);
    assert_eq!((run.signed.as_slice(), code(run.stopped)), (fses.as_slice(), ""));
    let (doctor, first) = (doctors.doctor(), fses[0].clone());
    let who = doctor.clone();
    let due = doctors.asked(move |ws| ws.due_by_patient(&first, &who)).expect("read");
    assert_eq!(due, Centimes::ZERO, "what the patient paid came with it");
    let day = doctors.asked(move |ws| ws.day_report(&doctor, None)).expect("the day");
    assert_eq!(day.total_cents, Centimes(3000));
    let doctor = desk.doctor();
    assert_eq!(desk.asked(move |ws| ws.day_report(&doctor, None)).expect("the day").total_cents, Centimes::ZERO);
    desk.journal_holds();
    doctors.journal_holds();
}

#[test]
fn returned_with_a_word_it_comes_back_once() {
    let (desk, doctors) = posts();
    let fse = desk.sealed();
    let (path, _) = export(&desk, &desk.mauve, &desk.secretary(), std::slice::from_ref(&fse)).expect("passed on");
    let first = fs::read(path).expect("the file");
    import(&doctors, first.clone(), &doctors.doctor()).expect("taken in");
    let (name, doctor) = (fse.clone(), doctors.doctor());
    doctors.asked(move |ws| ws.send_back(&name, "la date ?", &doctor)).expect("returned");
    let (path, _) =
        export(&doctors, &doctors.gris, &doctors.doctor(), std::slice::from_ref(&fse)).expect("passed back");
    let back = fs::read(path).expect("the file");
    let taken = import(&desk, back.clone(), &desk.secretary()).expect("taken back");
    assert_eq!((taken.fses.as_slice(), taken.returned), (std::slice::from_ref(&fse), 1));
    assert_eq!(desk.waiting().rows[0].returned.as_deref(), Some("la date ?"));
    // Neither file serves again, at either post.
    assert_eq!(code(import(&desk, back, &desk.secretary()).err()), "desync.deja_recu");
    assert_eq!(code(import(&doctors, first, &doctors.doctor()).err()), "desync.deja_recu");
    let (name, staff) = (fse.clone(), desk.secretary());
    desk.asked(move |ws| ws.withdraw_waiting(&name, &staff)).expect("withdrawn");
    assert_eq!(desk.state(&fse), DocumentState::Annulee);
    desk.journal_holds();
    doctors.journal_holds();
}

#[test]
fn a_file_that_is_not_what_was_sent_is_refused() {
    let (desk, doctors) = posts();
    let fse = desk.sealed();
    let (path, _) = export(&desk, &desk.mauve, &desk.secretary(), std::slice::from_ref(&fse)).expect("passed on");
    let file = fs::read(path).expect("the file");
    for at in [20, file.len() / 2, file.len() - 1] {
        let mut altered = file.clone();
        altered[at] ^= 1;
        assert_eq!(code(import(&doctors, altered, &doctors.doctor()).err()), "desync.fichier_altere", "byte {at}");
    }
    assert_eq!(code(import(&doctors, b"Bonjour".to_vec(), &doctors.doctor()).err()), "desync.fichier_inconnu");
    // Another practitioner's card, a locum's or a post that does not know the practitioner.
    let blanc = Hand::of("cps-blanc", None);
    let other = doctors.admitted(&blanc);
    assert_eq!(code(import(&doctors, file.clone(), &other).err()), "desync.pour_un_autre");
    let elsewhere = Secretariat::new();
    assert_eq!(code(import(&elsewhere, file.clone(), &elsewhere.doctor()).err()), "desync.sans_code");
    elsewhere.asked(|ws| ws.set_setting("desk.code", "22222-33333-44444-55555-66666")).expect("typed");
    assert_eq!(code(import(&elsewhere, file.clone(), &elsewhere.doctor()).err()), "desync.fichier_altere");
    let wrong = elsewhere.asked(|ws| ws.set_setting("desk.code", "ABCDE"));
    assert_eq!(code(wrong.err()), "desync.code_de_poste");
    // Nothing of all that was kept.
    assert_eq!(doctors.waiting().count, 0);
    import(&doctors, file, &doctors.doctor()).expect("the file itself is good");
}

#[test]
fn a_file_that_was_lost_is_written_again_and_taken_in_once() {
    let (desk, doctors) = posts();
    let fse = desk.sealed();
    let (path, sent) = export(&desk, &desk.mauve, &desk.secretary(), std::slice::from_ref(&fse)).expect("passed on");
    let first = fs::read(&path).expect("the file");
    fs::remove_file(path).expect("the stick is lost");
    // The code was changed meanwhile, too.
    let code_of = |text: &'static str| move |ws: &mut liasse_core::Workstation| ws.set_setting("desk.code", text);
    desk.asked(code_of("22222-33333-44444-55555-66666")).expect("typed");
    doctors.asked(code_of("22222-33333-44444-55555-66666")).expect("typed");
    let (id, folder, staff) = (sent.id, desk.practice.folder().join("cle"), desk.secretary());
    let again = desk.asked(move |ws| ws.export_again(&id, &folder, &staff)).expect("written again");
    let again = fs::read(again).expect("the file");
    import(&doctors, again.clone(), &doctors.doctor()).expect("taken in");
    assert_eq!(code(import(&doctors, again, &doctors.doctor()).err()), "desync.deja_recu");
    assert_eq!(code(import(&doctors, first, &doctors.doctor()).err()), "desync.fichier_altere", "under the old code");
    let (folder, staff) = (desk.practice.folder().join("cle"), desk.secretary());
    let unknown = desk.asked(move |ws| ws.export_again("00", &folder, &staff));
    assert_eq!(code(unknown.err()), "desync.fichier_inconnu_ici");
}

#[test]
fn two_posts_of_one_number_pass_nothing_and_numbers_only_go_up() {
    let (desk, doctors) = posts();
    let nobody = Secretariat::opened();
    let fse = desk.sealed();
    let (path, _) = export(&desk, &desk.mauve, &desk.secretary(), std::slice::from_ref(&fse)).expect("passed on");
    let file = fs::read(path).expect("the file");
    let lower = doctors.asked(|ws| ws.set_setting("desk.post", "1"));
    assert_eq!(code(lower.err()), "saisie.reglage_valeur");
    nobody.asked(|ws| ws.set_setting("desk.post", "1")).expect("numbered");
    let drawn = desk.doctor();
    // The same code as the desk's: the tests draw without chance.
    nobody.asked(move |ws| ws.draw_code(&drawn)).expect("drawn");
    assert_eq!(code(import(&nobody, file, &nobody.doctor()).err()), "desync.sans_numero_de_poste");
}

#[test]
fn a_word_without_money_and_the_doctors_cotation_travel_too() {
    let (desk, doctors) = posts();
    let fse = desk.sealed();
    let (waived, staff) = (fse.clone(), desk.secretary());
    desk.asked(move |ws| ws.settle(&waived, &staff, SettlementMode::Gratuit)).expect("waived");
    let (path, _) = export(&desk, &desk.mauve, &desk.secretary(), std::slice::from_ref(&fse)).expect("passed on");
    import(&doctors, fs::read(path).expect("the file"), &doctors.doctor()).expect("taken in");
    let of = fse.clone();
    let row = doctors.asked(move |ws| Ok(ws.store().fse(&of)?)).expect("read").expect("the FSE");
    let patient = row.money.iter().find(|money| money.payer == liasse_domain::Payer::Patient).expect("a payer");
    assert_eq!(
        patient.state,
        liasse_domain::MoneyState::Abandonne,
        "nothing is asked of the patient at the other post"
    );
    let row = doctors.asked(move |ws| Ok(ws.store().passage_of(&fse)?)).expect("read").expect("its passage");
    assert!(row.cotation.is_some());
    doctors.journal_holds();
}
