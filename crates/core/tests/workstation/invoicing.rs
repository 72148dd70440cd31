//! From the cards to a claim: what is priced, what is refused, what passes with a reason. Amounts by hand:
//! G 30,00 € since 22/12/2024, MEG 5,00 € under six years (NGAP), 70 % in care path, 30 % outside it (CSS R160-5).

use liasse_core::cards::VitaleView;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Draft, InvoicingError};
use liasse_core::{CarePath, CoreError, SettlementMode, Workstation};
use liasse_domain::{Centimes, Coded, FseContent, FseRef, Level, MoneyState, Payer};

use crate::support::{Direct, Hand, Practice};

/// Dr Gris signed in, and one patient's Vitale.
pub struct Desk {
    pub practice: Practice,
    pub workstation: Workstation,
    pub who: SignedIn,
    pub vitale: VitaleView,
}

impl Desk {
    pub fn with(vitale: &str) -> Self {
        let practice = Practice::new();
        let workstation = practice.workstation();
        let hand = Hand::of("cps-gris", Some(vitale));
        let (who, vitale) = (hand.signed_in(&practice.clock), hand.vitale());
        Self { practice, workstation, who, vitale }
    }

    pub fn draft(&self, beneficiary: usize, acts: &[&str]) -> Draft {
        let mut draft = Draft::new(&self.vitale, beneficiary, self.workstation.now()).expect("a draft");
        for act in acts {
            draft.add_act(act);
        }
        draft
    }

    pub fn prepare(&mut self, draft: &Draft) -> Result<FseRef, CoreError> {
        self.workstation.prepare(draft, &self.who)
    }

    pub fn content(&self, fse: &FseRef) -> FseContent {
        self.workstation.store().fse(fse).expect("read").expect("the FSE").content
    }

    /// State, due and paid of a payer.
    fn money(&self, fse: &FseRef, payer: Payer) -> (MoneyState, i64, i64) {
        let row = self.workstation.store().fse(fse).expect("read").expect("the FSE");
        let money = row.money.iter().find(|money| money.payer == payer).expect("a row for each payer");
        (money.state, money.due.0, money.paid.0)
    }

    /// The texts of the journal entries of one action.
    fn journal(&self, action: &str) -> Vec<String> {
        let entries = self.workstation.store().journal_entries().expect("read");
        entries.into_iter().filter(|entry| entry.action == action).map(|entry| entry.payload).collect()
    }
}

#[test]
fn an_adult_in_her_care_path_pays_thirty_euros() {
    let mut desk = Desk::with("vitale-durand");
    let draft = desk.draft(0, &["G"]);
    assert_eq!(draft.input.care_path, Some(CarePath::T));
    let invoice = desk.workstation.price(&draft, &desk.who).expect("priced");
    assert_eq!((invoice.total_cents, invoice.amo_cents), (Centimes(3000), Centimes(2100)));
    assert_eq!(invoice.patient_pays_cents, Centimes(3000));
    assert!(invoice.worst() < Level::Error, "{:?}", invoice.findings);
    let fse = desk.prepare(&draft).expect("prepared");
    assert_eq!(desk.money(&fse, Payer::Patient), (MoneyState::Attendu, 3000, 0));
    assert_eq!(desk.money(&fse, Payer::Amo), (MoneyState::SansObjet, 0, 0));
    assert_eq!(desk.money(&fse, Payer::Amc), (MoneyState::SansObjet, 0, 0));
    let content = desk.content(&fse);
    assert_eq!(content.reference.billing.as_str(), "991010117");
    assert_eq!((content.executant.convention, content.executant.condition), (1, 'L'));
    assert_eq!(content.executant.specialty, "01");
    assert_eq!((content.care.nature, content.care.care_path, content.care.exoneration), (10, Some('T'), None));
    assert_eq!(content.organisme.destination().to_string(), "01/751");
    assert!(content.complementary.is_none());
}

#[test]
fn acts_typed_for_the_wrong_beneficiary_follow_to_the_right_one() {
    let desk = Desk::with("vitale-durand");
    let mut draft = desk.draft(0, &["G", "MEG"]);
    draft.input.care_path = Some(CarePath::U);
    draft.input.third_party.amo = true;
    draft.reason = Some("Vu avec la caisse.".to_owned());
    draft.input.acts[0].ald_related = true;
    let other = draft.for_beneficiary(1).expect("a second beneficiary");
    assert_eq!(
        (other.beneficiary(), other.person().given_name.reveal()),
        (1, desk.draft(1, &[]).person().given_name.reveal())
    );
    let codes: Vec<&str> = other.input.acts.iter().map(|act| act.code.as_str()).collect();
    assert_eq!((codes.as_slice(), other.input.care_path), (["G", "MEG"].as_slice(), Some(CarePath::U)));
    assert!(other.input.third_party.amo && other.reason.is_some() && other.input.date == draft.input.date);
    assert!(!other.input.acts[0].ald_related, "an illness is its owner's");
    assert_eq!(other.rights().read_at, draft.rights().read_at);
    assert!(matches!(draft.for_beneficiary(9), Err(InvoicingError::UnknownBeneficiary)));
}

#[test]
fn the_second_beneficiary_is_the_child_and_priced_as_one() {
    let mut desk = Desk::with("vitale-durand");
    let draft = desk.draft(1, &["G", "MEG"]);
    let fse = desk.prepare(&draft).expect("prepared");
    let content = desk.content(&fse);
    assert_eq!(content.patient.given_name.reveal(), "LÉO");
    assert_eq!((content.patient.quality, content.patient.birth_rank), (6, 1));
    assert_eq!((content.total(), content.amo()), (Centimes(3500), Centimes(2450)));
    let none = Draft::new(&desk.vitale, 2, desk.workstation.now());
    assert_eq!(none.err(), Some(InvoicingError::UnknownBeneficiary));
}

#[test]
fn outside_the_care_path_the_caisse_pays_thirty_per_cent() {
    let mut desk = Desk::with("vitale-durand");
    let mut draft = desk.draft(0, &["G"]);
    draft.input.care_path = Some(CarePath::S);
    let fse = desk.prepare(&draft).expect("prepared");
    assert_eq!(desk.content(&fse).amo(), Centimes(900));
    assert_eq!(desk.content(&fse).care.care_path, Some('S'));
}

#[test]
fn a_c2s_patient_pays_nothing_and_the_claim_names_the_national_number() {
    let mut desk = Desk::with("vitale-petit");
    let fse = desk.prepare(&desk.draft(0, &["G"])).expect("prepared");
    assert_eq!(desk.money(&fse, Payer::Patient), (MoneyState::SansObjet, 0, 0));
    assert_eq!(desk.money(&fse, Payer::Amo), (MoneyState::Attendu, 2100, 0));
    assert_eq!(desk.money(&fse, Payer::Amc), (MoneyState::Attendu, 900, 0));
    let cover = desk.content(&fse).complementary.expect("a cover");
    assert_eq!((cover.contract.as_str(), cover.number.as_str()), ("89", "99999997"));
    assert!(cover.member.is_empty());
}

#[test]
fn care_for_an_ald_is_exempted_act_by_act() {
    let mut desk = Desk::with("vitale-martin");
    let mut draft = desk.draft(0, &["G"]);
    draft.input.acts[0].ald_related = true;
    draft.input.third_party.amo = true;
    let fse = desk.prepare(&draft).expect("prepared");
    assert_eq!(desk.money(&fse, Payer::Amo), (MoneyState::Attendu, 3000, 0));
    assert_eq!(desk.money(&fse, Payer::Patient), (MoneyState::SansObjet, 0, 0));
    assert_eq!(desk.content(&fse).care.exoneration, Some('4'));
    assert_eq!(desk.content(&fse).patient.coverage_code, "10100");
    // The same patient for something else: 70 %, 9,00 € at the desk.
    let mut draft = desk.draft(0, &["G"]);
    draft.input.third_party.amo = true;
    let fse = desk.prepare(&draft).expect("prepared");
    assert_eq!(desk.money(&fse, Payer::Amo), (MoneyState::Attendu, 2100, 0));
    assert_eq!(desk.money(&fse, Payer::Patient), (MoneyState::Attendu, 900, 0));
    assert_eq!(desk.content(&fse).care.exoneration, None);
}

#[test]
fn closed_rights_are_a_risk_that_only_a_written_reason_passes() {
    let mut desk = Desk::with("vitale-fini");
    let mut draft = desk.draft(0, &["G"]);
    for reason in [None, Some(""), Some(" \t\n")] {
        draft.reason = reason.map(str::to_owned);
        let refused = desk.prepare(&draft).expect_err("a risk");
        let CoreError::Invoicing(InvoicingError::ReasonRequired { code, message }) = &refused else {
            panic!("{refused:?}")
        };
        assert_eq!(code, "invoicing.droits_fermes");
        assert!(message.contains("31/12/2025"), "{message}");
        assert_eq!(refused.exit_code(), 1);
    }
    assert!(desk.journal("fse.preparee").is_empty());
    draft.reason = Some("  Droits renouvelés, dit le patient. ".to_owned());
    let fse = desk.prepare(&draft).expect("passed");
    assert_eq!(fse.number.get(), 1, "a refusal uses no number up");
    let said = desk.journal("fse.preparee").remove(0);
    assert!(said.contains(r#""risque_accepte":"Droits renouvelés, dit le patient.""#), "{said}");
}

#[test]
fn a_reason_without_a_risk_accepts_nothing() {
    let mut desk = Desk::with("vitale-durand");
    let mut draft = desk.draft(0, &["G"]);
    draft.reason = Some("Écrit pour un acte ôté depuis.".to_owned());
    desk.prepare(&draft).expect("prepared");
    assert!(!desk.journal("fse.preparee").remove(0).contains("risque_accepte"));
}

#[test]
fn an_act_of_tomorrow_is_impossible_and_one_of_yesterday_is_not() {
    let mut desk = Desk::with("vitale-durand");
    let mut draft = desk.draft(0, &["G"]);
    draft.reason = Some("Il viendra.".to_owned());
    draft.input.date = "2026-01-16".parse().expect("a day");
    let refused = desk.prepare(&draft).expect_err("tomorrow");
    let CoreError::Invoicing(InvoicingError::Impossible { code, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(code, "invoicing.acte_futur");
    // At 23:30 UTC it is tomorrow in Paris.
    desk.practice.clock.set("2026-01-15T23:30:00Z");
    assert!(desk.prepare(&draft).is_ok());
    draft.input.date = "2026-01-14".parse().expect("a day");
    assert!(desk.prepare(&draft).is_ok());
}

#[test]
fn nothing_is_billed_without_an_act_and_no_number_is_used() {
    let mut desk = Desk::with("vitale-durand");
    let empty = desk.draft(0, &[]);
    assert_eq!(desk.prepare(&empty).expect_err("no act").code().0, "invoicing.aucun_acte");
    let unknown = desk.draft(0, &["ZZZZ"]);
    assert!(desk.prepare(&unknown).is_err());
    let fse = desk.prepare(&desk.draft(0, &["G"])).expect("prepared");
    assert_eq!(fse.number.get(), 1);
}

#[test]
fn a_card_that_is_out_of_date_is_a_risk() {
    let mut desk = Desk::with("vitale-durand");
    desk.vitale.read.content.as_mut().expect("content").insured.valid_until = "2026-01-14".parse().ok();
    let refused = desk.prepare(&desk.draft(0, &["G"])).expect_err("a risk");
    let CoreError::Invoicing(InvoicingError::ReasonRequired { code, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(code, "invoicing.vitale_perimee");
    desk.vitale.read.content.as_mut().expect("content").insured.valid_until = "2026-01-15".parse().ok();
    assert!(desk.prepare(&desk.draft(0, &["G"])).is_ok(), "its last day counts");
}

#[test]
fn a_card_without_content_bills_nobody() {
    let mut desk = Desk::with("vitale-durand");
    desk.vitale.read.content = None;
    let none = Draft::new(&desk.vitale, 0, desk.workstation.now());
    assert_eq!(none.err(), Some(InvoicingError::VitaleWithoutRights));
}

#[test]
fn the_patient_settles_what_is_due_and_a_withdrawn_fse_is_given_back() {
    let mut desk = Desk::with("vitale-durand");
    let fse = desk.prepare(&desk.draft(0, &["G"])).expect("prepared");
    assert_eq!(desk.workstation.due_by_patient(&fse, &desk.who).expect("due"), Centimes(3000));
    let mut other = desk.who.clone();
    other.situation.billing_number = liasse_domain::BillingNumber::parse("991010224").expect("a number");
    let refused = desk.workstation.settle(&fse, &other, SettlementMode::Carte).expect_err("not his");
    assert_eq!(refused.code().0, "invoicing.autre_praticien");
    let early = desk.workstation.settle(&fse, &desk.who, SettlementMode::Carte);
    assert!(early.is_err(), "nobody pays for what is not signed");
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    desk.workstation.sign(&fse, &desk.who, Some(&desk.vitale), &hand).expect("signed");
    desk.workstation.settle(&fse, &desk.who, SettlementMode::Carte).expect("settled");
    assert_eq!(desk.money(&fse, Payer::Patient), (MoneyState::Encaisse, 3000, 3000));
    assert_eq!(desk.workstation.due_by_patient(&fse, &desk.who).expect("due"), Centimes(0));
    assert!(desk.workstation.settle(&fse, &desk.who, SettlementMode::Especes).is_err(), "nothing is owed any more");
    assert!(desk.workstation.cancel(&fse, &other).is_err());
    desk.workstation.cancel(&fse, &desk.who).expect("withdrawn");
    let row = desk.workstation.store().fse(&fse).expect("read").expect("the FSE");
    assert_eq!(row.receipts.iter().map(|receipt| receipt.amount.0).collect::<Vec<_>>(), [3000, -3000]);
    let ledger = desk.workstation.ledger().expect("ledger");
    assert!(ledger.all_ended());
}
