//! The worked examples that others published (`fixtures/pricing/worked.toml`), each priced and held against its figures.
//! A row says how it ends: it passes, the contract cannot express it, or a text contradicts it. Nothing here is computed.

#![expect(clippy::expect_used, clippy::float_arithmetic, reason = "the documents of a test; published euros")]

use liasse_domain::Invoice;
use liasse_pricing::{Input, Tables, price};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    example: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    id: String,
    words: String,
    source: String,
    published: toml::Table,
    #[serde(default)]
    coefficients: Vec<Share>,
    input: Option<String>,
    #[serde(default)]
    note: String,
    end: End,
    #[serde(default)]
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Share {
    coefficient: f64,
    rate: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum End {
    Passes,
    NotExpressible,
    Doubted,
}

fn fixture() -> Fixture {
    toml::from_str(include_str!("../../../fixtures/pricing/worked.toml")).expect("the fixture")
}

/// Published euros in centimes.
fn cents(value: &toml::Value) -> i64 {
    let euros = value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)).expect("euros");
    (euros * 100.0).round() as i64
}

/// What differs between an invoice and the published figures.
fn differences(example: &Example, invoice: &Invoice) -> Vec<String> {
    let mut differences = Vec::new();
    let base_of_amo: i64 = invoice.lines.iter().map(|line| line.base_cents.0).sum();
    for (figure, value) in &example.published {
        let wanted = || cents(value);
        let found = match figure.as_str() {
            "total" => invoice.total_cents.0,
            "base" => base_of_amo,
            "amo" => invoice.amo_cents.0,
            "amo_net" => invoice.amo_net_cents.0,
            "amc" => invoice.amc_cents.0,
            "depassement" => invoice.overrun_cents.0,
            "ticket_moderateur" => invoice.copay_cents.0,
            "participation_forfaitaire" => invoice.flat_fee_cents.0,
            "patient" => match example.published.get("patient_meaning").and_then(toml::Value::as_str) {
                // The participation is not in an invoice; the page adds it.
                Some(meaning) if meaning.contains("PF") => {
                    invoice.copay_cents.0 + invoice.overrun_cents.0 + invoice.flat_fee_cents.0
                }
                _ => invoice.copay_cents.0 + invoice.overrun_cents.0,
            },
            "rate" => {
                let rates = invoice.lines.iter().filter(|line| line.base_cents.0 > 0).map(|line| line.rate_bp.0);
                let wanted = u32::try_from(wanted()).expect("a rate");
                if rates.into_iter().any(|rate| rate != wanted) {
                    differences.push(format!("rate: published {wanted}"));
                }
                continue;
            }
            // The share of the local scheme is in the AMO's; words are no figures.
            "amo_basic_part" | "amo_local_scheme_part" | "patient_meaning" => continue,
            other => panic!("{}: a figure that nothing is held against: {other}", example.id),
        };
        if found != wanted() {
            differences.push(format!("{figure}: published {}, priced {found}", wanted()));
        }
    }
    for (share, line) in example.coefficients.iter().zip(&invoice.lines) {
        let whole = (share.coefficient * 100.0).round() as i64 * line.unit_cents.0 * share.rate;
        // Half up to the cent.
        let wanted = (whole + 5_000) / 10_000;
        if line.base_cents.0 != wanted {
            differences
                .push(format!("{} × {}: wanted {wanted}, priced {}", line.code, share.coefficient, line.base_cents.0));
        }
    }
    differences
}

#[test]
fn published_examples_end_as_they_say() {
    let mut counts = [0_usize; 3];
    let mut wrong = Vec::new();
    for example in fixture().example {
        counts[example.end as usize] += 1;
        let priced = example.input.as_ref().map(|input| {
            let input = Input::from_json(input.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", example.id));
            price(Tables::embedded(), &input)
        });
        let differences = match &priced {
            Some(Ok(invoice)) => differences(&example, invoice),
            Some(Err(error)) => vec![error.to_string()],
            None => vec!["no input".to_owned()],
        };
        let as_said = match example.end {
            End::Passes => differences.is_empty(),
            // A doubted row whose figures come out is no doubt any more.
            End::Doubted => !differences.is_empty() && priced.is_some() && !example.why.is_empty(),
            End::NotExpressible => priced.is_none() && !example.why.is_empty(),
        };
        if !as_said {
            wrong.push(format!("{} ({:?}): {} {}", example.id, example.end, differences.join("; "), example.note));
        }
    }
    println!("passes {}, not expressible {}, doubted {}", counts[0], counts[1], counts[2]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Kept as published: nobody may mend a figure so that it passes.
#[test]
fn reads_shared_examples_are_as_published() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/data/worked_examples.json");
    let text = std::fs::read_to_string(path).expect("the published examples");
    let published: Vec<serde_json::Value> = serde_json::from_str(&text).expect("json");
    let ours = fixture().example;
    assert_eq!(published.len(), ours.len());
    for (published, ours) in published.iter().zip(&ours) {
        assert_eq!(published["id"], ours.id);
        assert_eq!(published["situation"], ours.words, "{}", ours.id);
        assert_eq!(published["source"], ours.source, "{}", ours.id);
        let figures = published["expected"].as_object().expect("figures");
        for (name, value) in figures.iter().filter(|(_, value)| value.is_number()) {
            let kept = ours.published.get(name).unwrap_or_else(|| panic!("{} lacks {name}", ours.id));
            let value = value.as_f64().expect("a number");
            assert_eq!(cents(kept), (value * 100.0).round() as i64, "{} {name}", ours.id);
        }
        let names = ours.published.keys().filter(|name| *name != "patient_meaning").count();
        assert_eq!(names, figures.values().filter(|value| value.is_number()).count(), "{}", ours.id);
    }
}
