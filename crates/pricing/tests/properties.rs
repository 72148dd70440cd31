//! What holds of every invoice, whatever is asked: the sums agree, nothing is negative, nothing panics.
//! Not single prices: `consultations` has them.

#![expect(clippy::expect_used, reason = "strategies and tables of a test")]

use std::sync::OnceLock;

use liasse_domain::{BirthDate, Centimes, Invoice, Level, Rate};
use liasse_pricing::{
    Act, CarePath, Cover, Hundredths, Input, Nature, Overrun, Patient, Place, Practitioner, Prescriber, Qualifier,
    Right, Sector, Tables, ThirdParty, TimeOfDay, Zone, claim, input_of, price,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn act() -> impl Strategy<Value = Act> {
    let codes = select(vec![
        "G", "GS", "C", "MEG", "G", "CS", "VG", "MD", "MN", "F", "CRN", "CNP", "APC", "COE", "TCG", "TE2", "AMI",
        "AMX", "AIS", "BSA", "IFD", "MAU", "PAI", "SF", "IK", "DEQP003", "JKHD001", "QZJA002", "YYYY010", "HBGD036",
        "EBFA012", "NEKA020", "ZZLP025", "AHQP001", "QZZZ999",
    ]);
    let places = select(vec![Place::Office, Place::Home, Place::Institution, Place::Video]);
    let ccam = (
        proptest::option::of(0u8..6),
        proptest::collection::vec(select(vec!["F", "U", "J", "K", "7", "M", "Z"]), 0..3),
        proptest::option::of(1u8..5),
    );
    let letters = (proptest::option::of(0u32..1500), proptest::option::of(0u32..50_000), proptest::option::of(1u8..4));
    (codes, -1i64..12, places, any::<bool>(), ccam, letters).prop_map(
        |(code, quantity, place, ald_related, (association, modifiers, activity), (coefficient, distance, passage))| {
            Act {
                quantity: if code.len() == 7 { quantity.min(1) } else { quantity },
                place,
                ald_related,
                association,
                modifiers: modifiers.into_iter().map(str::to_owned).collect(),
                activity,
                coefficient: coefficient.and_then(Hundredths::new),
                distance_km: distance.and_then(Hundredths::new),
                passage,
                ..Act::new(code)
            }
        },
    )
}

fn practitioner() -> impl Strategy<Value = Practitioner> {
    let zones = select(vec![Zone::Metropole, Zone::Antilles, Zone::Guyane, Zone::Reunion, Zone::Mayotte]);
    let sectors = select(vec![Sector::One, Sector::Two, Sector::None]);
    let people = select(vec![
        ("medecin", "01"),
        ("medecin", "22"),
        ("medecin", "03"),
        ("medecin", "05"),
        ("medecin", "33"),
        ("medecin", "41"),
        ("infirmier", "24"),
        ("sage_femme", "21"),
        ("ipa", "86"),
    ]);
    (zones, sectors, people, any::<bool>(), any::<Option<bool>>()).prop_map(
        |(zone, sector, (profession, specialty), optam, registered_mt)| Practitioner {
            profession: profession.to_owned(),
            specialty: specialty.to_owned(),
            sector,
            zone,
            optam,
            registered_mt,
        },
    )
}

fn patient() -> impl Strategy<Value = Patient> {
    let rights = vec![Right::Ald, Right::C2s, Right::Ame, Right::Invalidity, Right::Military];
    (1900u16..2028, 0u8..20, 0u8..40, subsequence(rights, 0..3), any::<bool>(), any::<bool>()).prop_map(
        |(year, month, day, rights, alsace_moselle, has_mt)| Patient {
            rights,
            alsace_moselle,
            has_mt,
            ..Patient::new(BirthDate::new(year, month, day).expect("in range"))
        },
    )
}

fn overrun() -> impl Strategy<Value = Option<Overrun>> {
    let qualifiers = select(vec![None, Some(Qualifier::De), Some(Qualifier::Dm), Some(Qualifier::Da)]);
    proptest::option::of(
        (qualifiers, -10i64..20_000).prop_map(|(qualifier, cents)| Overrun { qualifier, cents: Centimes(cents) }),
    )
}

fn input() -> impl Strategy<Value = Input> {
    use CarePath::{A, B, D, H, J, M, N, O, R, S, T, U};
    let letters = proptest::option::of(select(vec![T, N, R, H, D, O, M, U, S, A, B, J]));
    let natures = select(vec![Nature::Maladie, Nature::Maternite, Nature::AtMp, Nature::Prevention]);
    let third_party = (any::<bool>(), any::<bool>(), 0u32..=10_001).prop_map(|(amo, amc, bp)| ThirdParty {
        amo,
        amc,
        amc_rate_bp: Rate(bp),
    });
    let acts = proptest::collection::vec(act(), 0..4);
    (0i64..6500, practitioner(), patient(), natures, letters, third_party, acts, overrun()).prop_map(
        |(offset, practitioner, patient, nature, care_path, third_party, acts, overrun)| {
            let first: chrono::NaiveDate = "2010-06-01".parse().expect("date");
            Input {
                cover: Cover { nature, ..Cover::default() },
                care_path,
                third_party,
                overrun,
                ..Input::new(first + chrono::Duration::days(offset), practitioner, patient, acts)
            }
        },
    )
}

/// An accident that a third party caused, an hour, a doctor.
type Sent = (Option<chrono::NaiveDate>, Option<TimeOfDay>, Option<Prescriber>);

fn sent() -> impl Strategy<Value = Sent> {
    let day = proptest::option::of((0i64..6500).prop_map(|days| {
        let first: chrono::NaiveDate = "2010-06-01".parse().expect("date");
        first + chrono::Duration::days(days)
    }));
    let hour = proptest::option::of(select(vec!["00:00", "07:59", "10:30", "20:00", "23:59"]));
    (day.clone(), hour, proptest::option::of(day)).prop_map(|(accident, hour, doctor)| {
        let doctor = doctor.map(|date| Prescriber { billing_number: "991010224".to_owned(), date });
        (accident, hour.and_then(|hour| hour.parse().ok()), doctor)
    })
}

/// The embedded tariffs of the NGAP and of the CCAM, each raised by one cent to three euros.
fn raised() -> &'static Tables {
    static RAISED: OnceLock<Tables> = OnceLock::new();
    RAISED.get_or_init(|| {
        let files = [("ngap.csv", vec![1]), ("ccam.csv", vec![3, 4])];
        let raise = |(name, columns): (&str, Vec<usize>)| {
            let text = std::str::from_utf8(Tables::embedded_file(name)).expect("text");
            let mut bump = 0;
            let lines = text.lines().map(|line| {
                let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
                bump = (bump + 137) % 300 + 1;
                for column in &columns {
                    if let Some(value) = cells.get(*column).and_then(|cell| cell.parse::<u32>().ok()) {
                        cells[*column] = (value + bump).to_string();
                    }
                }
                cells.join(",") + "\n"
            });
            (name.to_owned(), lines.collect::<String>().into_bytes())
        };
        Tables::with_overrides(&files.map(raise)).expect("tables")
    })
}

fn check(invoice: &Invoice) -> Result<(), TestCaseError> {
    let sum = |amount: fn(&liasse_domain::PricedLine) -> Centimes| invoice.lines.iter().map(amount).sum::<Centimes>();
    prop_assert_eq!(invoice.total_cents, sum(|line| line.fee_cents));
    prop_assert_eq!(invoice.total_cents, invoice.amo_cents + invoice.copay_cents + invoice.overrun_cents);
    prop_assert_eq!(invoice.overrun_cents, invoice.total_cents - invoice.base_cents);
    let by_amo = if invoice.third_party_amo { invoice.amo_cents } else { Centimes::ZERO };
    prop_assert_eq!(invoice.patient_pays_cents, invoice.total_cents - by_amo - invoice.amc_cents);
    prop_assert_eq!(invoice.amo_net_cents, invoice.amo_cents - invoice.flat_fee_cents);
    prop_assert!(invoice.amc_cents <= invoice.copay_cents);
    for amount in [
        invoice.total_cents,
        invoice.base_cents,
        invoice.overrun_cents,
        invoice.amo_cents,
        invoice.amc_cents,
        invoice.patient_pays_cents,
        invoice.copay_cents,
        invoice.flat_fee_cents,
        invoice.amo_net_cents,
        invoice.pav_cents,
    ] {
        prop_assert!(amount >= Centimes::ZERO);
    }
    prop_assert!(!invoice.findings.is_empty(), "something is always said");
    let filled = invoice.findings.iter().all(|finding| !finding.message.contains(['{', '}']));
    prop_assert!(filled);
    let silent = invoice.worst() == Level::Ok && invoice.lines.iter().any(|line| line.fee_cents == Centimes::ZERO);
    prop_assert!(!silent, "no silent zero");
    prop_assert!(invoice.lines.iter().all(|line| line.amo_cents >= Centimes::ZERO && !line.steps.is_empty()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// What a caisse does with a claim of ours: the input that it says prices the same and is claimed the same.
    #[test]
    fn a_claim_comes_back_as_the_invoice_it_was(input in input(), sent in sent()) {
        let tables = Tables::embedded();
        let mut input = input;
        (input.cover.third_party_accident_date, input.time) = (sent.0, sent.1);
        input.prescriber = sent.2.clone();
        input.referrer = sent.2;
        let Ok(invoice) = price(tables, &input) else { return Ok(()) };
        let claimed = claim(tables, &input).expect("priced, so claimed");
        let lines: Vec<_> = claimed.acts.iter().map(|act| (act.unit, act.base, act.rate, act.amo, act.amc, act.fee)).collect();
        let priced: Vec<_> = invoice
            .lines
            .iter()
            .map(|line| (line.unit_cents, line.base_cents, line.rate_bp, line.amo_cents, line.amc_cents, line.fee_cents))
            .collect();
        prop_assert_eq!(lines, priced);
        if claimed.acts.is_empty() || !claimed.refused.is_empty() {
            return Ok(());
        }
        let (practitioner, patient) = (input.practitioner.clone(), input.patient.clone());
        let said = input_of(&claimed.care, input.date, &claimed.acts, practitioner, patient);
        let said = Input { third_party: input.third_party.clone(), ..said };
        let again = price(tables, &said).expect("priced again");
        prop_assert_eq!((again.total_cents, again.amo_cents), (invoice.total_cents, invoice.amo_cents));
        prop_assert_eq!(claim(tables, &said).expect("claimed again"), claimed);
    }

    #[test]
    fn the_sums_agree(input in input()) {
        if let Ok(invoice) = price(Tables::embedded(), &input) {
            check(&invoice)?;
            prop_assert_eq!(price(Tables::embedded(), &input), Ok(invoice));
        }
    }

    #[test]
    fn a_raised_tariff_never_lowers_the_amo(input in input()) {
        let now = price(Tables::embedded(), &input);
        let later = price(raised(), &input);
        prop_assert_eq!(now.is_ok(), later.is_ok());
        if let (Ok(now), Ok(later)) = (now, later) {
            prop_assert!(later.amo_cents >= now.amo_cents);
            prop_assert!(later.total_cents >= now.total_cents);
        }
    }

    #[test]
    fn what_is_written_is_read_back(input in input()) {
        let json = serde_json::to_vec(&input).expect("json");
        prop_assert_eq!(Input::from_json(&json), Ok(input));
    }

    #[test]
    fn any_bytes_are_refused_or_priced(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(input) = Input::from_json(&bytes) {
            let _ = price(Tables::embedded(), &input);
        }
    }

    #[test]
    fn a_damaged_document_is_refused_or_priced(input in input(), place in 0usize..2000, byte in any::<u8>()) {
        let mut json = serde_json::to_vec(&input).expect("json");
        let place = place % json.len();
        json[place] = byte;
        if let Ok(input) = Input::from_json(&json)
            && let Ok(invoice) = price(Tables::embedded(), &input)
        {
            check(&invoice)?;
        }
    }
}
