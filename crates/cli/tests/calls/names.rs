//! What a call names: an FSE, a lot, a reader. A name that is none is a wrong call and says how to name one.

use super::call;
use super::practice::Practice;

#[test]
fn a_name_that_is_none_says_how_to_name_one() {
    let practice = Practice::empty("names");
    for name in ["foo", "", "991129768", "991129768-1", "991129769-000000001", "000000001-991129768-2"] {
        for arguments in [
            &["fse", "show", name][..],
            &["fse", "sign", name],
            &["fse", "cancel", name],
            &["fse", "settle", name, "carte"],
        ] {
            let answer = practice.call(arguments);
            assert_eq!(answer.ending(), (2, "saisie.nom_de_fse"), "{arguments:?}");
            assert!(answer.err.contains("numéro de facturation") && answer.err.contains("last"), "{}", answer.err);
        }
    }
    for name in ["zz", "", "ab12cd", "AB12CDE"] {
        for arguments in [&["lot", "export", name, "/nowhere"][..], &["lot", "dissolve", name]] {
            let answer = practice.call(arguments);
            assert_eq!(answer.ending(), (2, "saisie.nom_de_lot"), "{arguments:?}");
            assert!(answer.err.contains("six caractères") && answer.err.contains("last"), "{}", answer.err);
        }
    }
    // Well named and not there is a refusal.
    assert_eq!(practice.call(&["fse", "show", "last"]).ending(), (1, "invoicing.fse_inconnue"));
    assert_eq!(practice.call(&["lot", "dissolve", "last"]).ending(), (1, "invoicing.lot_inconnu"));
    assert_eq!(practice.call(&["lot", "dissolve", "AB12CD"]).ending(), (1, "invoicing.lot_inconnu"));
    let ours = practice.prepare();
    let (billing, _) = ours.split_once('-').expect("a name");
    let absent = format!("{billing}-000000099");
    assert_eq!(practice.call(&["fse", "show", &absent]).ending(), (1, "invoicing.fse_inconnue"));
    assert!(practice.done(&["fse", "show", "last"]).starts_with(&format!("{ours} préparée 30,00")));
}

#[test]
fn a_reader_of_no_card_and_a_card_of_no_professional_are_two_sentences() {
    let practice = Practice::empty("readers");
    for (reader, exit, code) in [
        ("sim:nope", 2, "cards.carte_simulee_inconnue"),
        ("sim:", 2, "cards.carte_simulee_inconnue"),
        ("sim:vitale-durand", 3, "cards.cps_absente"),
        ("Lecteur du bureau", 2, "system.argument_manquant"),
    ] {
        assert_eq!(practice.call(&["ledger", "--reader", reader]).ending(), (exit, code), "{reader}");
    }
    for (reader, exit, code) in
        [("sim:nope", 2, "cards.carte_simulee_inconnue"), ("sim:vitale-durand", 3, "cards.cps_absente")]
    {
        let answer = practice.call_with(&["ledger", "--reader", reader, "--pin-stdin"], "1234\n");
        assert_eq!(answer.ending(), (exit, code), "{reader}");
    }
    assert_eq!(call(&["cards", "read", "--reader", "sim:nope"], b"").ending(), (2, "cards.carte_simulee_inconnue"));
}

#[test]
fn an_argument_of_other_calls_is_not_said_to_exist_nowhere() {
    let answer = call(&["cards", "list", "--data", "d"], b"");
    assert_eq!(answer.ending(), (2, "system.argument_inconnu"));
    assert!(answer.err.contains("« --data » n'est pas connu de cet appel"), "{}", answer.err);
}
