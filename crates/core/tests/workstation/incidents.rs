//! A whole file that was refused during an incident: the caisse has it whatever it answered, so nothing of it is sent
//! again or withdrawn, until the practice's list says that the refusal was true after all.

use liasse_core::Workstation;
use liasse_core::lists::Listing;
use liasse_core::returns::fetch_all;
use liasse_core::sending::send_all;
use liasse_domain::returns::{Acknowledgement, Reason, Return};
use liasse_domain::{Coded, Destination, FseRef, TransmissionState};

use crate::support::{Ask, Hand, Practice, ScriptPost, returned};

/// An incident of the code S0002 on the day of the tests.
fn incident(verdict: &str) -> String {
    format!(
        "[[incident]]\ncode = \"S0002\"\nfrom = \"2026-01-15\"\nuntil = \"2026-01-15\"\nverdict = \"{verdict}\"\n\
         cause = \"Panne nationale.\"\naction = \"Ne renvoyez pas.\"\nsource = \"inventée\"\n"
    )
}

/// A practice whose only file was refused as a whole that day.
fn refused() -> (Practice, FseRef) {
    let practice = Practice::new();
    let (fse, lot) = practice.posted(&["vitale-durand"]).remove(0);
    let mut post = ScriptPost::new(practice.lane());
    send_all(&post.handle(), &mut post).expect("sent");
    let arl = Acknowledgement {
        billing: fse.billing.clone(),
        from: Destination::new("01", "751").expect("a caisse"),
        file: lot,
        on: "2026-01-15".parse().expect("a day"),
        refused: Some(Reason { code: "S0002".to_owned(), label: "Fichier mal cadré".to_owned() }),
    };
    post.mailbox.push(("1".to_owned(), returned(&Return::Acknowledgement(arl))));
    fetch_all(&post.handle(), &mut post).expect("fetched");
    assert_eq!(post.handle().transmission(lot), TransmissionState::Refusee);
    (practice, fse)
}

fn locked(workstation: &Workstation) -> Vec<bool> {
    workstation.ledger().expect("ledger").documents.iter().map(|document| document.locked).collect()
}

#[test]
fn a_file_refused_during_an_incident_is_locked_at_the_seal_and_at_the_withdrawal() {
    let (practice, fse) = refused();
    practice.incidents(&incident("ne_pas_renvoyer"));
    let mut workstation = practice.workstation();
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    assert_eq!(workstation.plan_lots(&who).expect("planned").len(), 0);
    assert_eq!(workstation.seal_lots(&who).expect("nothing to seal").len(), 0);
    let withdrawn = workstation.cancel(&fse, &who).expect_err("locked");
    assert_eq!(withdrawn.code().0, "invoicing.incident_national");
    assert_eq!(locked(&workstation), [true]);
    assert_eq!(
        workstation.ledger_page(None, Listing::default(), 0).expect("ledger").unsent.count,
        0,
        "it is no work left over"
    );
    let told = workstation.returns_of(&who).expect("returns");
    assert_eq!(told[0].incident.as_deref(), Some("Panne nationale. Ne renvoyez pas."));
}

#[test]
fn without_an_incident_or_once_it_is_overruled_the_fse_enters_a_new_lot() {
    for list in ["", &format!("{}{}", incident("renvoyer"), incident("ne_pas_renvoyer"))] {
        let (practice, fse) = refused();
        practice.incidents(list);
        let mut workstation = practice.workstation();
        let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
        assert_eq!(locked(&workstation), [false]);
        let sealed = workstation.seal_lots(&who).expect("sealed");
        assert_eq!(sealed.iter().map(|lot| lot.members.clone()).collect::<Vec<_>>(), [vec![fse.clone()]]);
    }
    let (practice, fse) = refused();
    let mut workstation = practice.workstation();
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    workstation.cancel(&fse, &who).expect("withdrawn");
}
