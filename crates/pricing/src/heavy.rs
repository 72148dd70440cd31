//! Heavy acts: which lines are paid in full from the threshold on, and which one bears the PAV (article R160-16,
//! SNDS `XC_ETM`). Not the amounts of the lines: module `reimburse`.

use liasse_domain::Centimes;

use crate::case::Case;
use crate::charge::{Charged, Found};
use crate::tables::{Exemption, Pav, Tables};

/// What the threshold does to an invoice.
pub(crate) struct Heavy<'a> {
    pub(crate) row: Option<&'a Pav>,
    /// For each line, whether it is paid in full.
    covered: Vec<bool>,
    /// The line that bears the PAV, unless its patient is exempt.
    bearer: Option<usize>,
}

impl<'a> Heavy<'a> {
    /// Judges by the tariff of each act before association, so that a higher tariff never frees less; acts of the same
    /// session that exempt the whole invoice add up (reference tariffs 2.4).
    pub(crate) fn judge(tables: &'a Tables, case: &Case<'_>, charged: &[Charged<'_>]) -> Self {
        let row = tables.pav.iter().find(|row| row.span.holds_on(case.day));
        let mut heavy = Self { row, covered: vec![false; charged.len()], bearer: None };
        let Some(row) = row else { return heavy };
        if charged.iter().all(|one| one.technical().is_none() && one.unit < row.threshold) {
            return heavy;
        }
        let mut whole = false;
        let mut sum = Centimes::ZERO;
        let mut due = false;
        for (place, one) in charged.iter().enumerate() {
            let reached = one.unit >= row.threshold;
            let bears = bears(one);
            match exemption(one) {
                Exemption::Invoice => {
                    sum = sum + one.bare;
                    whole |= reached;
                    due |= reached && bears;
                }
                Exemption::Act => {
                    heavy.covered[place] = reached;
                    due |= reached && bears;
                }
                Exemption::ByNature => heavy.covered[place] = true,
                Exemption::InvoiceByNature => whole = true,
                Exemption::Never | Exemption::Unknown => {}
            }
        }
        if sum >= row.threshold && !whole {
            whole = true;
            due |= charged.iter().any(|one| exemption(one) == Exemption::Invoice && bears(one));
        }
        if whole {
            heavy.covered.fill(true);
        }
        if due {
            let lines = charged.iter().enumerate().filter(|(place, one)| heavy.covered[*place] && bears(one));
            // The dearest line; of equals the first.
            heavy.bearer = lines.min_by_key(|(_, one)| std::cmp::Reverse(one.base)).map(|(place, _)| place);
        }
        heavy
    }

    pub(crate) fn covers(&self, line: usize) -> bool {
        self.covered.get(line).copied().unwrap_or(false)
    }

    /// The row, where this line bears the PAV.
    pub(crate) fn borne_by(&self, line: usize) -> Option<&'a Pav> {
        self.row.filter(|_| self.bearer == Some(line))
    }
}

/// Diagnostic imaging is paid in full without a PAV (reference tariffs 2.4).
fn bears(one: &Charged<'_>) -> bool {
    one.technical().is_none_or(|row| !row.imaging)
}

/// Acts of the NGAP free themselves alone.
fn exemption(one: &Charged<'_>) -> Exemption {
    match one.found {
        Found::Technical(row) => row.exemption,
        Found::Letter(..) => Exemption::Act,
    }
}
