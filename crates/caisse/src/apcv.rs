//! What the simulated caisse asks of an FSE that an appli carte Vitale has sealed, beside the seal itself: the mode, whose context it
//! was, and that it held when it was used. Not the seal (`adjudicate`). Simulated: reference cards, 4.1.

use liasse_domain::{Nir, SecuringMode};
use liasse_formats::apcv::Mark;
use liasse_formats::cms::Verified;

use crate::reasons::{self, Why};

/// Judges the context that a patient's signature names; one that names none is a card's.
pub(crate) fn check(verified: &Verified, mode: SecuringMode, insured: &Nir) -> Result<(), Why> {
    let Some(text) = &verified.context_text else { return Ok(()) };
    if !matches!(mode, SecuringMode::Securise | SecuringMode::Desynchronise) {
        return Err(reasons::APCV_MODE);
    }
    let mark = Mark::parse(text).filter(|mark| mark.is_of(insured)).ok_or(reasons::APCV_CONTEXT)?;
    if verified.signing_time.is_some_and(|at| mark.holds_at(at)) { Ok(()) } else { Err(reasons::APCV_EXPIRED) }
}

#[cfg(test)]
mod tests {
    use liasse_domain::Instant;

    use super::*;

    /// The context of the NIR below until 09:15 in Paris: twenty digits worked out once with another program
    /// (`printf SIMAPCV1:a5a5a5a5a5284057800608420260115081500 | sha256sum`).
    const MARK: &str = "a5a5a5a5a505478d6ccc;20260115081500";

    fn verified(context: Option<&str>, signed_at: &str) -> Verified {
        Verified {
            certificate: Vec::new(),
            signing_time: Some(signed_at.parse::<Instant>().expect("an instant")),
            attributes: None,
            flux_text: None,
            billing_text: None,
            context_text: context.map(str::to_owned),
        }
    }

    fn judged(context: Option<&str>, signed_at: &str, mode: SecuringMode, nir: &str) -> Result<(), Why> {
        check(&verified(context, signed_at), mode, &Nir::parse(nir).expect("a NIR"))
    }

    const LEA: &str = "2840578006084";
    const TEN_PAST: &str = "2026-01-15T08:10:00Z";

    #[test]
    fn a_context_is_taken_in_modes_3_and_4_while_it_holds() {
        for mode in SecuringMode::ALL {
            let expected = if matches!(mode.code(), 3 | 4) { Ok(()) } else { Err(reasons::APCV_MODE) };
            assert_eq!(judged(Some(MARK), TEN_PAST, mode, LEA), expected, "{mode:?}");
        }
        let late = judged(Some(MARK), "2026-01-15T08:15:01Z", SecuringMode::Securise, LEA);
        assert_eq!(late, Err(reasons::APCV_EXPIRED));
        let early = judged(Some(MARK), "2026-01-15T07:50:00Z", SecuringMode::Securise, LEA);
        assert_eq!(early, Err(reasons::APCV_EXPIRED));
    }

    #[test]
    fn another_persons_context_and_a_made_up_one_are_refused() {
        let other = judged(Some(MARK), TEN_PAST, SecuringMode::Securise, "1850375008123");
        assert_eq!(other, Err(reasons::APCV_CONTEXT));
        for made_up in ["", "a5a5a5a5a50000000000;20260115081500", "a5a5a5a5a5;20260115081500"] {
            let refused = judged(Some(made_up), TEN_PAST, SecuringMode::Securise, LEA);
            assert_eq!(refused, Err(reasons::APCV_CONTEXT), "{made_up}");
        }
    }

    #[test]
    fn a_cards_signature_names_no_context() {
        for mode in SecuringMode::ALL {
            assert_eq!(judged(None, TEN_PAST, mode, LEA), Ok(()), "{mode:?}");
        }
    }
}
