//! What a claim carries beyond a consultation, from what is typed to the bytes and back to a draft. Amounts by hand, for
//! Thursday 15 January 2026; 70 % in care path, 60 % for a nurse, rounded half up line by line.

use liasse_core::invoicing::{Draft, InvoicingError};
use liasse_core::{CarePath, CoreError, Cover, Prescriber};
use liasse_domain::fse::{Accident, ActLine, FseContent, Travel};
use liasse_domain::{Centimes, DocumentKind};
use liasse_formats::b2::{check, read_fse};
use liasse_pricing::{FullRate, Nature, Overrun, Place, Qualifier, Tooth};

use crate::invoicing::Desk;

/// A draft of what was typed.
fn typed(desk: &Desk, text: &str) -> Draft {
    let mut draft = desk.draft(0, &[]);
    draft.add_typed(desk.workstation.tables(), text).expect("typed");
    draft
}

/// Prepares a draft; its bytes must say what its content says, and the draft that the claim gives back must price and
/// claim the same.
fn claimed(desk: &mut Desk, draft: &Draft) -> FseContent {
    let priced = desk.workstation.price(draft, &desk.who).expect("priced");
    let fse = desk.prepare(draft).expect("prepared");
    let content = desk.content(&fse);
    let bytes = desk
        .workstation
        .store()
        .load_prepared(DocumentKind::Fse, &fse)
        .expect("read")
        .expect("prepared")
        .bytes()
        .to_vec();
    assert!(check(None, &bytes).faults.is_empty());
    let read = read_fse(&bytes).expect("readable");
    assert_eq!((&read.care, &read.acts), (&content.care, &content.acts));
    let waiting = desk.workstation.waiting_for_signature(&desk.vitale, &desk.who).expect("read");
    let (again, mut restored, shown) = waiting.expect("it waits");
    assert_eq!(again, fse);
    restored.reason.clone_from(&draft.reason);
    let priced_again = desk.workstation.price(&restored, &desk.who).expect("priced");
    let amounts = |invoice: &liasse_domain::Invoice| -> Vec<_> {
        let line =
            |line: &liasse_domain::PricedLine| (line.unit_cents, line.base_cents, line.amo_cents, line.fee_cents);
        invoice.lines.iter().map(line).collect()
    };
    assert_eq!(amounts(&priced), amounts(&priced_again));
    assert_eq!(amounts(&priced), amounts(&shown));
    let second = desk.prepare(&restored).expect("prepared");
    let second = desk.content(&second);
    assert_eq!((&second.care, &second.acts), (&content.care, &content.acts));
    content
}

fn bases(content: &FseContent) -> Vec<i64> {
    content.acts.iter().map(|act| act.base.0).collect()
}

/// The code of the finding that forbids a draft.
fn forbidden(desk: &mut Desk, draft: &Draft) -> String {
    match desk.prepare(draft).expect_err("forbidden") {
        CoreError::Invoicing(InvoicingError::Impossible { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn acts_of_the_ccam_carry_modifiers_and_association() {
    let mut desk = Desk::with("vitale-durand");
    let draft = typed(&desk, "QZJA017/1 M QZJA002/2");
    let content = claimed(&mut desk, &draft);
    // 53,95 + 26,88; 26,60 at 50 %.
    assert_eq!(bases(&content), [8083, 1330]);
    assert_eq!((content.total(), content.amo()), (Centimes(9413), Centimes(6589)));
    let said = |act: &ActLine| {
        let technical = act.details.technical.clone().expect("of the CCAM");
        let numbers = (technical.activity, technical.phase, technical.association);
        (act.code.clone(), technical.grouping, technical.modifiers, numbers)
    };
    let [first, second] = &content.acts[..] else { panic!("two acts") };
    assert_eq!(said(first), ("QZJA017".into(), "ADC".into(), "M".into(), (1, 0, Some(1))));
    assert_eq!(said(second), ("QZJA002".into(), "ADC".into(), String::new(), (1, 0, Some(2))));
    assert_eq!(first.unit, Centimes(5395));
    // Where nobody said the codes, those that were applied go with the claim.
    let mut desk = Desk::with("vitale-durand");
    let draft = typed(&desk, "QZJA002 QZJA017");
    let content = claimed(&mut desk, &draft);
    assert_eq!(bases(&content), [1330, 5395]);
    let codes: Vec<_> = content.acts.iter().map(|act| said(act).3.2).collect();
    assert_eq!(codes, [Some(2), Some(1)]);
}

#[test]
fn a_visit_carries_its_kilometres() {
    let mut desk = Desk::with("vitale-durand");
    let mut draft = typed(&desk, "VG MD IK12");
    draft.input.acts.iter_mut().for_each(|act| act.place = Place::Home);
    draft.input.time = "10:30".parse().ok();
    let content = claimed(&mut desk, &draft);
    // 12 km less 4, at 0,61.
    assert_eq!(bases(&content), [3000, 1000, 488]);
    assert_eq!(content.amo(), Centimes(2100 + 700 + 342));
    let way = &content.acts[2];
    assert_eq!((way.quantity, way.coefficient, way.unit), (8, 100, Centimes(61)));
    assert_eq!(way.details.travel, Some(Travel { driven: 1200, times: 1 }));
    assert_eq!((way.details.place, way.details.time), (Some('D'), "10:30:00".parse().ok()));
    assert_eq!(content.acts[0].details.travel, None);
    // Part of a kilometre, and more than the quantity holds, stand in the coefficient.
    for (typed_way, counted, base) in [("VG MD IK12,5", (1, 850), 519), ("VG MD IK150", (1, 14_600), 8906)] {
        let mut desk = Desk::with("vitale-durand");
        let draft = typed(&desk, typed_way);
        let content = claimed(&mut desk, &draft);
        let way = &content.acts[2];
        assert_eq!(((way.quantity, way.coefficient), way.base), (counted, Centimes(base)), "{typed_way}");
    }
    let mut desk = Desk::with("vitale-durand");
    let mut draft = typed(&desk, "VG MD IK250");
    draft.input.acts[2].quantity = 99;
    assert_eq!(forbidden(&mut desk, &draft), "pricing.fse_kilometres");
}

/// A nurse in place of the doctor, who prescribed the acts.
fn nurse() -> (Desk, Prescriber) {
    let mut desk = Desk::with("vitale-durand");
    "24".clone_into(&mut desk.who.situation.specialty);
    (desk, Prescriber { billing_number: "991010224".to_owned(), date: "2026-01-12".parse().ok() })
}

#[test]
fn the_second_act_of_a_nurse_counts_for_a_half() {
    let (mut desk, prescriber) = nurse();
    let mut draft = typed(&desk, "AMI4 AMI1,5");
    draft.input.care_path = None;
    draft.input.prescriber = Some(prescriber);
    let content = claimed(&mut desk, &draft);
    // 4 x 3,15, then 1,5 x 3,15 at 50 %: 2,3625.
    assert_eq!(bases(&content), [1260, 236]);
    assert_eq!(content.acts[1].coefficient, 150);
    assert_eq!(content.amo(), Centimes(756 + 142));
    for act in &content.acts {
        assert_eq!(act.details.prescriber.as_ref().map(|number| number.as_str()), Some("991010224"));
        assert_eq!(act.details.prescribed_on, "2026-01-12".parse().ok());
    }
    // A direct sample is spared (article 11 B), and a later passage is another session.
    let (mut desk, prescriber) = nurse();
    let mut draft = typed(&desk, "AMI4 AMI1,5 AMI2");
    draft.input.care_path = None;
    draft.input.prescriber = Some(prescriber);
    draft.input.acts[1].full_rate = Some(FullRate::Prelevement);
    draft.input.acts[2].passage = Some(2);
    let content = claimed(&mut desk, &draft);
    assert_eq!(bases(&content), [1260, 473, 630]);
    assert_eq!((content.acts[1].details.full_rate, content.acts[2].details.passage), (Some('L'), Some(2)));
}

#[test]
fn who_sent_and_who_prescribed_go_with_the_claim() {
    let mut desk = Desk::with("vitale-durand");
    let mut draft = typed(&desk, "G MCG");
    draft.input.care_path = Some(CarePath::M);
    draft.input.referrer = Some(Prescriber { billing_number: "991010224".to_owned(), date: "2026-01-12".parse().ok() });
    draft.input.prescriber = Some(Prescriber { billing_number: "991010331".to_owned(), date: None });
    let content = claimed(&mut desk, &draft);
    let referrer = content.care.referrer.clone().expect("a referrer");
    assert_eq!((referrer.billing.as_str(), referrer.date), ("991010224", "2026-01-12".parse().ok()));
    assert_eq!(content.acts[1].details.prescriber.as_ref().map(|number| number.as_str()), Some("991010331"));
    assert_eq!((content.total(), content.amo()), (Centimes(3500), Centimes(2450)));
    // The key of a number is wrong.
    for number in ["991010225", "99900101017", "", "Dr Blanc"] {
        draft.input.referrer = Some(Prescriber { billing_number: number.to_owned(), date: None });
        assert_eq!(forbidden(&mut desk, &draft), "pricing.fse_numero_medecin", "{number}");
    }
}

#[test]
fn an_accident_goes_with_the_claim() {
    let mut desk = Desk::with("vitale-durand");
    let mut draft = desk.draft(0, &["G"]);
    draft.input.third_party.amo = true;
    draft.input.cover = Cover { nature: Nature::AtMp, at_number: Some("63456789".to_owned()), ..Cover::default() };
    let content = claimed(&mut desk, &draft);
    assert_eq!((content.care.nature, content.amo()), (41, Centimes(3000)));
    assert_eq!(content.care.accident, Some(Accident::Number("063456789".to_owned())));
    for wrong in ["", "123456", "2634567890", "A63456789", "000260115"] {
        draft.input.cover.at_number = Some(wrong.to_owned());
        assert_eq!(forbidden(&mut desk, &draft), "pricing.fse_numero_accident", "{wrong}");
    }
    let mut desk = Desk::with("vitale-durand");
    let date = "2026-01-10".parse().ok();
    draft.input.cover = Cover { nature: Nature::AtMp, at_date: date, ..Cover::default() };
    assert_eq!(claimed(&mut desk, &draft).care.accident, date.map(Accident::Date));
    // An accident that a third party caused changes no amount.
    let mut desk = Desk::with("vitale-durand");
    let mut draft = desk.draft(0, &["G"]);
    draft.input.cover.third_party_accident_date = date;
    let content = claimed(&mut desk, &draft);
    assert_eq!((content.care.nature, content.care.third_party_accident, content.amo()), (10, date, Centimes(2100)));
}

#[test]
fn a_heavy_act_says_why_it_is_paid_in_full() {
    let mut desk = Desk::with("vitale-durand");
    // 130,46 in full less 24,00 (CSS R160-16).
    let draft = typed(&desk, "AAQP350");
    let content = claimed(&mut desk, &draft);
    assert_eq!((content.amo(), content.care.exoneration), (Centimes(10_646), Some('C')));
    assert_eq!(content.acts[0].exoneration, None, "one for all stands with the invoice");
}

#[test]
fn teeth_and_prior_agreement_go_with_the_act() {
    let mut desk = Desk::with("vitale-durand");
    let mut draft = typed(&desk, "HBGD036#11,85");
    draft.input.acts[0].prior_agreement = true;
    draft.input.acts[0].agreement_date = "2026-01-05".parse().ok();
    let content = claimed(&mut desk, &draft);
    let details = &content.acts[0].details;
    assert_eq!(details.technical.as_ref().map(|said| said.teeth.clone()), Some(vec![11, 85]));
    assert_eq!((details.agreement, details.agreement_asked_on), (true, "2026-01-05".parse().ok()));
    draft.input.acts[0].teeth = vec![Tooth::Number(11); 17];
    assert_eq!(forbidden(&mut desk, &draft), "pricing.fse_dents");
}

#[test]
fn what_has_no_published_letter_is_refused_with_a_sentence() {
    let mut desk = Desk::with("vitale-durand");
    let mut draft = desk.draft(0, &["G"]);
    draft.input.acts[0].overrun = Some(Overrun { qualifier: Some(Qualifier::Dp), cents: Centimes(500) });
    let invoice = desk.workstation.price(&draft, &desk.who).expect("priced");
    let refused = invoice.findings.iter().find(|finding| finding.code == "pricing.fse_qualificatif");
    let finding = refused.expect("refused");
    assert!(finding.message.contains("G") && !finding.message.contains('{'), "{}", finding.message);
    assert!(desk.prepare(&draft).is_err());
    let next = desk.prepare(&typed(&desk, "G")).expect("prepared");
    assert_eq!(next.number.get(), 1, "a refusal uses no number up");
}

#[test]
fn an_exigence_keeps_its_letter() {
    let mut desk = Desk::with("vitale-durand");
    let mut draft = desk.draft(0, &["G"]);
    draft.input.overrun = Some(Overrun { qualifier: Some(Qualifier::De), cents: Centimes(500) });
    let content = claimed(&mut desk, &draft);
    assert_eq!((content.acts[0].qualifier, content.acts[0].fee), (Some('E'), Centimes(3500)));
}
