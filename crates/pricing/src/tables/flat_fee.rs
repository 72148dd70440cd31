//! `flat_fee.csv`: the participation forfaitaire by date, its cap for one day and one professional, who is exempt.
//! Not a deduction: the caisse takes it off later (reference tariffs 2.3). Its yearly cap is the caisse's affair.

use liasse_domain::Centimes;

use super::TableError;
use super::row::{Confidence, Row, Span};

const COLUMNS: &[&str] = &["value_cents", "daily_cap_cents", "from", "to", "exempt", "source", "confidence"];

/// Who does not pay it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exempt {
    Under18,
    Maternity,
    C2s,
    Ame,
    Military,
}

/// One dated amount.
#[derive(Clone, Debug)]
pub(crate) struct FlatFee {
    pub(crate) value: Centimes,
    pub(crate) daily_cap: Centimes,
    pub(crate) span: Span,
    pub(crate) exempt: Vec<Exempt>,
    pub(crate) source: String,
    pub(crate) confidence: Confidence,
}

pub(crate) fn read(file: (&'static str, &[u8])) -> Result<Vec<FlatFee>, TableError> {
    let mut fees: Vec<FlatFee> = Vec::new();
    for row in Row::all(file, COLUMNS)? {
        let words = row.or_empty("exempt").split('|').filter(|word| !word.is_empty());
        let exempt = words
            .map(|word| match word {
                "moins_de_18" => Ok(Exempt::Under18),
                "maternite" => Ok(Exempt::Maternity),
                "c2s" => Ok(Exempt::C2s),
                "ame" => Ok(Exempt::Ame),
                "militaire" => Ok(Exempt::Military),
                _ => Err(row.fault("exempt")),
            })
            .collect::<Result<_, _>>()?;
        let fee = FlatFee {
            value: Centimes(i64::from(row.number("value_cents", 100_000)?)),
            daily_cap: Centimes(i64::from(row.number("daily_cap_cents", 100_000)?)),
            span: row.span()?,
            exempt,
            source: row.text("source")?.to_owned(),
            confidence: row.confidence()?,
        };
        if fees.iter().any(|other| other.span.overlaps(&fee.span)) {
            return Err(row.overlap());
        }
        fees.push(fee);
    }
    Ok(fees)
}
