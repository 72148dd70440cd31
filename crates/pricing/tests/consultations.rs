//! The usual consultations to the cent, on both sides of each day a tariff changed.
//! Expected amounts are written by hand from the NGAP, service-public.gouv.fr and the convention, never computed.

use liasse_domain::{Coded, Invoice, Level, Rate};
use liasse_pricing::{Input, PriceError, Tables, claim, price};
use serde_json::{Value, json};

fn input(date: &str, birth: &str, acts: Value) -> Value {
    json!({"v": 1, "date": date, "practitioner": {"profession": "medecin", "specialty": "01", "sector": "1"},
        "patient": {"birth_date": birth}, "care_path": "T", "acts": acts})
}

fn adult(date: &str, code: &str) -> Value {
    input(date, "1980-05-02", json!([{"code": code}]))
}

fn with(mut document: Value, changes: Value) -> Value {
    fn merge(into: &mut Value, from: Value) {
        match (into, from) {
            (Value::Object(into), Value::Object(from)) => {
                for (key, value) in from {
                    merge(into.entry(key).or_insert(Value::Null), value);
                }
            }
            (into, from) => *into = from,
        }
    }
    merge(&mut document, changes);
    document
}

fn try_price(document: &Value) -> Result<Invoice, PriceError> {
    let input = Input::from_json(document.to_string().as_bytes())?;
    price(Tables::embedded(), &input)
}

fn priced(document: &Value) -> Invoice {
    try_price(document).unwrap_or_else(|error| panic!("{error} in {document}"))
}

/// Total, base, AMO, AMC, patient, copay, flat fee, net.
fn amounts(invoice: &Invoice) -> [i64; 8] {
    [
        invoice.total_cents,
        invoice.base_cents,
        invoice.amo_cents,
        invoice.amc_cents,
        invoice.patient_pays_cents,
        invoice.copay_cents,
        invoice.flat_fee_cents,
        invoice.amo_net_cents,
    ]
    .map(|cents| cents.0)
}

fn codes(invoice: &Invoice) -> Vec<&str> {
    invoice.findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_consultation_in_the_care_path() {
    let invoice = priced(&adult("2026-01-15", "G"));
    assert_eq!(amounts(&invoice), [3000, 3000, 2100, 0, 3000, 900, 200, 1900]);
    assert_eq!(codes(&invoice), ["pricing.conforme"]);
    assert!(invoice.findings[0].message.contains("22/12/2024"));
    assert!(!invoice.third_party_amo && !invoice.third_party_amc);
}

#[test]
fn a_tariff_holds_from_its_first_day() {
    for (date, code, cents) in [
        ("2017-05-01", "G", Some(2500)),
        ("2017-04-30", "G", None),
        ("2023-10-31", "G", Some(2500)),
        ("2023-11-01", "G", Some(2650)),
        ("2024-12-21", "G", Some(2650)),
        ("2024-12-22", "G", Some(3000)),
        ("2017-04-30", "GS", None),
        ("2017-05-01", "GS", Some(2500)),
        ("2023-10-31", "GS", Some(2500)),
        ("2023-11-01", "GS", Some(2650)),
        ("2024-12-21", "GS", Some(2650)),
        ("2024-12-22", "GS", None),
        ("2008-12-31", "C", None),
        ("2010-12-31", "C", Some(2200)),
        ("2011-01-01", "C", Some(2300)),
        ("2026-01-15", "C", Some(2300)),
        ("2017-04-30", "MEG", None),
        ("2017-05-01", "MEG", Some(500)),
    ] {
        let unit = match try_price(&adult(date, code)) {
            Ok(invoice) => Some(invoice.lines[0].unit_cents.0),
            Err(error) => {
                assert_eq!(error.code().0, "pricing.hors_tables", "{code} {date}");
                assert_eq!(error.exit_code(), 1);
                None
            }
        };
        assert_eq!(unit, cents, "{code} {date}");
    }
}

#[test]
fn overseas_tariffs_are_their_own() {
    for (date, code, cents, doubtful) in [
        ("2023-10-31", "G", 2960, false),
        ("2023-11-01", "G", 3140, false),
        ("2024-12-22", "G", 3600, true),
        ("2026-01-15", "C", 2760, false),
    ] {
        for zone in ["antilles", "guyane", "reunion", "mayotte"] {
            let invoice = priced(&with(adult(date, code), json!({"practitioner": {"zone": zone}})));
            assert_eq!(invoice.lines[0].unit_cents.0, cents, "{code} {date} {zone}");
            assert_eq!(codes(&invoice).contains(&"pricing.tarif_peu_sur"), doubtful, "{code} {date} {zone}");
        }
    }
}

#[test]
fn the_flat_fee_doubles_on_its_day() {
    // service-public.gouv.fr F165, INS-04: 26.50 from 15 May 2024: 18.55 - 2 = 16.55.
    assert_eq!(amounts(&priced(&adult("2024-05-14", "G"))), [2650, 2650, 1855, 0, 2650, 795, 100, 1755]);
    assert_eq!(amounts(&priced(&adult("2024-05-15", "G"))), [2650, 2650, 1855, 0, 2650, 795, 200, 1655]);
}

#[test]
fn a_child_under_six_with_its_majoration() {
    let acts = json!([{"code": "G"}, {"code": "MEG"}]);
    let invoice = priced(&input("2026-01-15", "2022-01-20", acts.clone()));
    assert_eq!(amounts(&invoice), [3500, 3500, 2450, 0, 3500, 1050, 0, 2450]);
    assert_eq!(codes(&invoice), ["pricing.conforme"]);
    // The day before the sixth birthday, and the birthday.
    let last_day = priced(&input("2026-01-15", "2020-01-16", acts.clone()));
    assert_eq!(last_day.worst(), Level::Ok);
    let birthday = priced(&input("2026-01-16", "2020-01-16", acts));
    assert_eq!(birthday.total_cents.0, 3500);
    assert_eq!(codes(&birthday), ["pricing.limite_age_moins"]);
    assert_eq!(birthday.worst(), Level::Blocking);
}

#[test]
fn a_majoration_needs_one_consultation() {
    let child = |acts| priced(&input("2026-01-15", "2022-01-20", acts));
    assert_eq!(codes(&child(json!([{"code": "MEG"}]))), ["pricing.limite_avec"]);
    assert_eq!(child(json!([{"code": "MEG"}])).flat_fee_cents.0, 0);
    assert_eq!(codes(&child(json!([{"code": "G"}, {"code": "MEG"}, {"code": "MEG"}]))), ["pricing.limite_par_facture"]);
    assert_eq!(codes(&child(json!([{"code": "G"}, {"code": "MEG", "quantity": 2}]))), ["pricing.limite_par_facture"]);
    assert_eq!(codes(&child(json!([{"code": "G"}]))), ["pricing.majoration_possible"]);
}

#[test]
fn out_of_the_care_path_from_sixteen() {
    // 30.00 x 30 % = 9.00 (service-public.gouv.fr F1069, 2024: 9 - 2 = 7).
    let outside = with(adult("2026-01-15", "G"), json!({"care_path": "S"}));
    assert_eq!(amounts(&priced(&outside)), [3000, 3000, 900, 0, 3000, 2100, 200, 700]);
    let without_mt = with(adult("2026-01-15", "G"), json!({"care_path": null, "patient": {"has_mt": false}}));
    assert_eq!(priced(&without_mt).amo_cents.0, 900);
    // Sixteen on the 15th; fifteen the day before.
    for (date, amo) in [("2026-01-14", 2100), ("2026-01-15", 900)] {
        let young = with(input(date, "2010-01-15", json!([{"code": "G"}])), json!({"care_path": "S"}));
        assert_eq!(priced(&young).amo_cents.0, amo, "{date}");
    }
}

#[test]
fn each_letter_of_the_care_path() {
    for letter in ["T", "N", "R", "O", "M", "U", "H", "D", "A", "B", "J"] {
        let invoice = priced(&with(adult("2026-01-15", "G"), json!({"care_path": letter})));
        assert_eq!(invoice.amo_cents.0, 2100, "{letter}");
        // Sent by another doctor, a GP may add the coordination.
        let expected = if ["O", "M"].contains(&letter) { "pricing.majoration_possible" } else { "pricing.conforme" };
        assert_eq!(codes(&invoice), [expected], "{letter}");
    }
    for (letter, amo) in [("T", 900), ("U", 900), ("N", 2100), ("H", 2100)] {
        let change = json!({"care_path": letter, "patient": {"has_mt": false}});
        let invoice = priced(&with(adult("2026-01-15", "G"), change));
        assert_eq!(invoice.amo_cents.0, amo, "{letter}");
        assert_eq!(codes(&invoice) == ["pricing.parcours_contradictoire"], amo == 900, "{letter}");
    }
    let silent = |mt| with(adult("2026-01-15", "G"), json!({"care_path": null, "practitioner": {"registered_mt": mt}}));
    assert_eq!(codes(&priced(&silent(true))), ["pricing.parcours_suppose"]);
    let not_mine = priced(&silent(false));
    assert_eq!((not_mine.amo_cents.0, codes(&not_mine)), (900, vec!["pricing.parcours_absent"]));
}

#[test]
fn minors_pay_no_flat_fee_until_eighteen() {
    for (date, flat, net) in [("2026-01-14", 0, 2100), ("2026-01-15", 200, 1900)] {
        let invoice = priced(&input(date, "2008-01-15", json!([{"code": "G"}])));
        assert_eq!((invoice.flat_fee_cents.0, invoice.amo_net_cents.0), (flat, net), "{date}");
    }
}

#[test]
fn an_act_of_the_ald_and_one_beside_it() {
    let ald = |related: bool| {
        with(
            adult("2026-01-15", "G"),
            json!({"patient": {"rights": ["ald"]}, "acts": [{"code": "G", "ald_related": related}]}),
        )
    };
    // The participation forfaitaire stays due in ALD.
    assert_eq!(amounts(&priced(&ald(true))), [3000, 3000, 3000, 0, 3000, 0, 200, 2800]);
    assert_eq!(amounts(&priced(&ald(false))), [3000, 3000, 2100, 0, 3000, 900, 200, 1900]);
    let no_right = priced(&with(ald(true), json!({"patient": {"rights": []}})));
    assert_eq!((no_right.amo_cents.0, codes(&no_right)), (2100, vec!["pricing.ald_sans_droit"]));
}

#[test]
fn c2s_pays_the_rest_and_the_patient_nothing() {
    let c2s = with(adult("2026-01-15", "G"), json!({"patient": {"rights": ["c2s"]}}));
    let invoice = priced(&c2s);
    assert_eq!(amounts(&invoice), [3000, 3000, 2100, 900, 0, 900, 0, 2100]);
    assert!(invoice.third_party_amo && invoice.third_party_amc);
    // A low contract rate written beside it changes nothing.
    let with_contract = with(c2s.clone(), json!({"third_party": {"amc": true, "amc_rate_bp": 0}}));
    assert_eq!(priced(&with_contract).amc_cents.0, 900);
    // An act of the ALD leaves nothing to the complementary part.
    let and_ald =
        with(c2s, json!({"patient": {"rights": ["c2s", "ald"]}, "acts": [{"code": "G", "ald_related": true}]}));
    assert_eq!(amounts(&priced(&and_ald)), [3000, 3000, 3000, 0, 0, 0, 0, 3000]);
}

#[test]
fn overruns_of_c2s_and_of_sector_one() {
    let overrun = |qualifier: Value, rights: Value| {
        let change = json!({"patient": {"rights": rights}, "overrun": {"qualifier": qualifier, "cents": 1000}});
        priced(&with(adult("2026-01-15", "G"), change))
    };
    let forbidden = overrun(json!("DP"), json!(["c2s"]));
    assert_eq!(codes(&forbidden), ["pricing.depassement_c2s"]);
    assert_eq!(forbidden.worst(), Level::Blocking);
    let asked = overrun(json!("DE"), json!(["c2s"]));
    assert_eq!((codes(&asked), asked.patient_pays_cents.0), (vec!["pricing.depassement_c2s_exigence"], 1000));
    let ordinary = overrun(json!("DE"), json!([]));
    assert_eq!(amounts(&ordinary), [4000, 3000, 2100, 0, 4000, 900, 200, 1900]);
    assert_eq!((ordinary.overrun_cents.0, codes(&ordinary)), (1000, vec!["pricing.conforme"]));
    for qualifier in [json!(null), json!("DM"), json!("DA")] {
        assert_eq!(codes(&overrun(qualifier, json!([]))), ["pricing.depassement_interdit"]);
    }
}

#[test]
fn the_overrun_of_an_invoice_is_on_its_consultation() {
    let acts = json!([{"code": "MEG"}, {"code": "G"}]);
    let change = json!({"overrun": {"qualifier": "DE", "cents": 1000}});
    let document = with(input("2026-01-15", "2022-01-20", acts), change);
    let fees: Vec<i64> = priced(&document).lines.iter().map(|line| line.fee_cents.0).collect();
    assert_eq!(fees, [500, 4000]);
    let input = Input::from_json(document.to_string().as_bytes()).expect("input");
    let claimed = claim(Tables::embedded(), &input).expect("claimed");
    let qualifiers: Vec<_> = claimed.acts.iter().map(|act| act.qualifier).collect();
    assert_eq!(qualifiers, [None, Some('E')]);
}

#[test]
fn third_party_payment_in_all_its_shapes() {
    let tp = |amo: bool, amc: bool, rate: u32| {
        let change = json!({"third_party": {"amo": amo, "amc": amc, "amc_rate_bp": rate}});
        priced(&with(adult("2026-01-15", "G"), change))
    };
    assert_eq!(amounts(&tp(true, false, 10000)), [3000, 3000, 2100, 0, 900, 900, 200, 1900]);
    assert_eq!(amounts(&tp(true, true, 10000)), [3000, 3000, 2100, 900, 0, 900, 200, 1900]);
    assert_eq!(amounts(&tp(true, true, 5000)), [3000, 3000, 2100, 450, 450, 900, 200, 1900]);
    assert_eq!(codes(&tp(false, true, 10000)), ["pricing.amc_sans_amo"]);
    // Half of 7.95 is 3.975: half up.
    let half = json!({"third_party": {"amo": true, "amc": true, "amc_rate_bp": 5000}});
    assert_eq!(priced(&with(adult("2024-05-15", "G"), half)).amc_cents.0, 398);
    // Out of the care path a responsible contract pays 30 %, never the 40 points more.
    let outside = json!({"care_path": "S", "third_party": {"amo": true, "amc": true}});
    let outside = priced(&with(adult("2026-01-15", "G"), outside));
    assert_eq!(amounts(&outside), [3000, 3000, 900, 900, 1200, 2100, 200, 700]);
}

#[test]
fn alsace_moselle_adds_twenty_points() {
    // documentation-snds, example 4: 25.00 → 17.50 + 5.00, fee 30.00, 7.50 left to the patient.
    let change = json!({"patient": {"alsace_moselle": true}, "overrun": {"qualifier": "DE", "cents": 500}});
    let invoice = priced(&with(adult("2018-03-04", "G"), change));
    assert_eq!(amounts(&invoice), [3000, 2500, 2250, 0, 3000, 250, 100, 2150]);
    // generaliste-en-france.fr: 23.00 leaves 2.30.
    let c = priced(&with(adult("2014-01-01", "C"), json!({"patient": {"alsace_moselle": true}})));
    assert_eq!(c.copay_cents.0, 230);
}

#[test]
fn combinations_without_a_source_say_so() {
    for change in [
        json!({"care_path": "S", "patient": {"rights": ["c2s"]}}),
        json!({"care_path": "S", "patient": {"rights": ["ald"]}, "acts": [{"code": "G", "ald_related": true}]}),
        json!({"care_path": "S", "patient": {"alsace_moselle": true}}),
        json!({"patient": {"alsace_moselle": true, "rights": ["c2s"]}}),
        json!({"patient": {"alsace_moselle": true, "rights": ["ald"]}, "acts": [{"code": "G", "ald_related": true}]}),
    ] {
        let invoice = priced(&with(adult("2026-01-15", "G"), change.clone()));
        // An act of the ALD is under tiers payant by law, whatever the path.
        let codes = codes(&invoice);
        let doubts: Vec<&&str> = codes.iter().filter(|code| **code != "pricing.tiers_payant_du").collect();
        assert_eq!(doubts, [&"pricing.taux_peu_sur"], "{change}");
        assert_eq!(invoice.worst(), Level::Warning);
    }
}

#[test]
fn exonerations_of_the_whole_invoice() {
    for (change, flat) in [
        (json!({"cover": {"nature": "maternite"}}), 0),
        (json!({"cover": {"nature": "atmp", "at_number": "123456789"}}), 200),
        (json!({"patient": {"rights": ["invalidity"]}}), 200),
        (json!({"patient": {"rights": ["military"]}}), 0),
        (json!({"patient": {"rights": ["ame"]}}), 0),
    ] {
        let invoice = priced(&with(adult("2026-01-15", "G"), change.clone()));
        assert_eq!((invoice.amo_cents.0, invoice.flat_fee_cents.0), (3000, flat), "{change}");
    }
    let unknown_accident = priced(&with(adult("2026-01-15", "G"), json!({"cover": {"nature": "atmp"}})));
    assert_eq!(
        codes(&unknown_accident),
        ["pricing.accident_incomplet", "pricing.participation_accident", "pricing.tiers_payant_du"]
    );
}

#[test]
fn sector_two_and_its_two_bases() {
    // service-public.gouv.fr F1069, 2020: GP of sector 2, base 23: 16.10, less 1 = 15.10; out of path 6.90 - 1 = 5.90.
    let two =
        |date, code, change| priced(&with(with(adult(date, code), json!({"practitioner": {"sector": "2"}})), change));
    let free = two("2020-03-10", "C", json!({"overrun": {"cents": 2000}}));
    assert_eq!(
        (free.base_cents.0, free.amo_cents.0, free.amo_net_cents.0, free.total_cents.0),
        (2300, 1610, 1510, 4300)
    );
    assert_eq!(codes(&free), ["pricing.conforme"]);
    let outside = two("2020-03-10", "C", json!({"care_path": "S", "overrun": {"cents": 2000}}));
    assert_eq!(outside.amo_net_cents.0, 590);
    // G is for opposable tariffs: with an overrun it keeps its price beside a blocking finding.
    let g = two("2026-01-15", "G", json!({"overrun": {"cents": 2000}}));
    assert_eq!((g.base_cents.0, codes(&g)), (3000, vec!["pricing.code_pas_pour_vous"]));
    assert_eq!(codes(&two("2026-01-15", "G", json!({}))), ["pricing.conforme"]);
    // F17042, 2019: OPTAM, fee 30, base 25, 17.50 - 1 = 16.50.
    let optam = json!({"practitioner": {"optam": true}, "overrun": {"qualifier": "DM", "cents": 500}});
    let optam = two("2019-09-01", "G", optam);
    assert_eq!((optam.total_cents.0, optam.base_cents.0, optam.amo_net_cents.0), (3000, 2500, 1650));
    // A Sunday.
    assert_eq!(codes(&optam), ["pricing.majoration_possible"]);
}

#[test]
fn what_is_not_priced_yet_has_no_price() {
    for profession in ["chirurgien_dentiste", "kinesitherapeute", "orthophoniste", "pharmacien", ""] {
        let change = json!({"practitioner": {"profession": profession, "specialty": "19"}});
        let invoice = priced(&with(adult("2026-01-15", "G"), change));
        assert_eq!(codes(&invoice), ["pricing.profession_pas_encore"], "{profession}");
        assert_eq!(invoice.worst(), Level::Blocking);
        assert!(invoice.lines.is_empty());
    }
}

#[test]
fn impossible_values_are_refused_at_their_place() {
    let refused = |change| try_price(&with(adult("2026-01-15", "G"), change)).expect_err("refused");
    for quantity in [-1, 0, 100, i64::MAX] {
        let error = refused(json!({"acts": [{"code": "G"}, {"code": "MEG", "quantity": quantity}]}));
        assert_eq!(error, PriceError::Quantity { act: 1 });
        assert!(error.report().message.contains("acts[1]"));
    }
    assert_eq!(refused(json!({"patient": {"birth_date": "2026-01-16"}})), PriceError::BornLater);
    assert_eq!(refused(json!({"acts": []})), PriceError::NoAct);
    assert_eq!(refused(json!({"v": 2})), PriceError::Version);
    assert_eq!(refused(json!({"overrun": {"cents": -1}})), PriceError::Amount { act: None });
    assert_eq!(refused(json!({"third_party": {"amc_rate_bp": 10001}})), PriceError::AmcRate);
    assert_eq!(
        refused(json!({"overrun": {"cents": 1}, "acts": [{"code": "G", "overrun": {"cents": 1}}]})),
        PriceError::OverrunTwice
    );
    let unknown = refused(json!({"acts": [{"code": "G"}, {"code": "DEQP999"}]}));
    assert_eq!(unknown, PriceError::UnknownCode { act: 1, code: "DEQP999".into() });
    assert_eq!(unknown.exit_code(), 1);
    let shouted = refused(json!({"acts": [{"code": "MARTIN Jeanne"}]}));
    assert!(!shouted.report().message.contains("MARTIN"), "what does not look like a code is not repeated");
}

#[test]
fn a_birth_date_that_is_no_day_counts_by_its_year() {
    let invoice = priced(&input("2026-01-15", "1942-19-01", json!([{"code": "G"}])));
    assert_eq!(codes(&invoice), ["pricing.naissance_incertaine"]);
    assert!(invoice.findings[0].message.contains("84 ans"));
}

#[test]
fn what_does_not_belong_to_a_consultation_is_refused() {
    for field in [
        json!({"coefficient": 1.5}),
        json!({"activity": 1}),
        json!({"modifiers": ["F"]}),
        json!({"teeth": [11]}),
        json!({"distance_km": 12}),
    ] {
        let act = with(json!({"code": "G"}), field);
        let invoice = priced(&with(adult("2026-01-15", "G"), json!({"acts": [act]})));
        assert_eq!(codes(&invoice), ["pricing.champ_sans_objet"]);
        assert_eq!(invoice.total_cents.0, 3000);
    }
    let home = json!({"acts": [{"code": "G", "place": "home"}]});
    assert_eq!(codes(&priced(&with(adult("2026-01-15", "G"), home))), ["pricing.lieu_incompatible"]);
    assert_eq!(codes(&priced(&adult("2026-01-15", "C"))), ["pricing.g_possible"]);
    let twice = json!({"acts": [{"code": "G"}, {"code": "C"}]});
    assert!(codes(&priced(&with(adult("2026-01-15", "G"), twice))).contains(&"pricing.consultation_repetee"));
}

#[test]
fn the_flat_fee_has_a_cap_for_the_day() {
    // 8 € a day and a professional since 15 May 2024, 4 € before.
    for (date, fee) in [("2026-01-15", 800), ("2024-05-14", 400)] {
        let invoice = priced(&with(adult(date, "G"), json!({"acts": [{"code": "G", "quantity": 5}]})));
        assert_eq!(invoice.flat_fee_cents.0, fee, "{date}");
    }
}

#[test]
fn every_line_explains_itself() {
    let invoice = priced(&with(
        adult("2026-01-15", "G"),
        json!({"patient": {"rights": ["c2s"]}, "overrun": {"qualifier": "DE", "cents": 1000}}),
    ));
    let line = &invoice.lines[0];
    assert_eq!(line.rate_bp, Rate::percent(70));
    let rules: Vec<&str> = line.steps.iter().map(|step| step.rule.as_str()).collect();
    assert_eq!(rules, ["ngap.g", "taux.c2s", "amc.c2s", "depassement"]);
    let price = &line.steps[0];
    assert_eq!(price.says, "Tarif de G depuis le 22/12/2024 : 30,00\u{202f}€.");
    assert_eq!((price.table.as_deref(), price.from), (Some("ngap"), "2024-12-22".parse().ok()));
    assert!(line.steps.iter().all(|step| !step.source.is_empty() && step.says.ends_with('.')));
    let usual = priced(&adult("2026-01-15", "G"));
    let last = usual.lines[0].steps.last().expect("step");
    assert_eq!((last.rule.as_str(), last.table.as_deref()), ("participation", Some("flat_fee")));
}
