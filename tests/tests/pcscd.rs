//! Simulated cards in a real pcscd, judged by OpenSC, which was written for the real ones.
//! Our own reading of the same cards is tested in `crates/cards`; here only that foreign eyes see the same.

use liasse_e2e::{Pcscd, Slot, finish};

#[test]
fn a_private_pcscd_shows_two_empty_readers() {
    let pcscd = Pcscd::start();
    let list = finish(pcscd.client("opensc-tool").arg("--list-readers"), b"").success().stdout;
    for slot in [Slot::First, Slot::Second] {
        assert!(list.contains(&slot.reader()), "{list}");
        assert_eq!(pcscd.holds_card(slot), Some(false));
    }
    assert_eq!(list.matches("Virtual PCD").count(), 2, "{list}");
}

#[test]
fn opensc_lists_the_simulated_cps() {
    let pcscd = Pcscd::start();
    let card = pcscd.insert(Slot::First, "cps-gris", &[]);
    let mut command = pcscd.client("pkcs15-tool");
    let dump = finish(command.args(["--reader", &card.reader(), "--dump"]), b"").success().stdout;
    // The certificates and keys that a CPS3 has (reference cards, 1.3): signature and authentication.
    assert_eq!(dump.matches("Private RSA Key").count(), 2, "{dump}");
    assert_eq!(dump.matches("X.509 Certificate").count(), 2, "{dump}");
    assert!(dump.contains("PIN ["), "{dump}");
    assert!(dump.to_uppercase().contains("CPS"), "the token says what it is: {dump}");
}

#[test]
fn a_card_goes_in_and_comes_out_of_either_reader() {
    let pcscd = Pcscd::start();
    let professional = pcscd.insert(Slot::First, "cps-gris", &[]);
    let patient = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    assert_eq!([Slot::First, Slot::Second].map(|slot| pcscd.holds_card(slot)), [Some(true); 2]);
    patient.pull();
    assert_eq!(pcscd.holds_card(Slot::First), Some(true));
    professional.pull();
    drop(pcscd.insert(Slot::First, "cps-gris", &[]));
}
