//! `flat_fee.csv`: participation forfaitaire and franchise médicale by date, their caps, who is exempt.
//! Not a deduction: the caisse takes them off later (reference tariffs 2.3).

use liasse_domain::Centimes;

use super::TableError;
use super::row::{Confidence, Row, Span};
use super::tariff::Fee;

const COLUMNS: &[&str] =
    &["kind", "value_cents", "daily_cap_cents", "yearly_cap_cents", "from", "to", "exempt", "source", "confidence"];

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
    pub(crate) kind: Fee,
    pub(crate) value: Centimes,
    /// For one patient, one day and one professional.
    pub(crate) daily_cap: Centimes,
    /// For one patient and one civil year.
    pub(crate) yearly_cap: Centimes,
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
            kind: row.parsed("kind", |word| match word {
                "participation" => Some(Fee::Participation),
                "franchise" => Some(Fee::Franchise),
                _ => None,
            })?,
            value: Centimes(i64::from(row.number("value_cents", 100_000)?)),
            daily_cap: Centimes(i64::from(row.number("daily_cap_cents", 100_000)?)),
            yearly_cap: Centimes(i64::from(row.number("yearly_cap_cents", 1_000_000)?)),
            span: row.span()?,
            exempt,
            source: row.text("source")?.to_owned(),
            confidence: row.confidence()?,
        };
        if fees.iter().any(|other| other.kind == fee.kind && other.span.overlaps(&fee.span)) {
            return Err(row.overlap());
        }
        fees.push(fee);
    }
    Ok(fees)
}
