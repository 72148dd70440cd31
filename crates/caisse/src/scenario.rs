//! What a simulated caisse does otherwise than usual: loses an answer, is late, rejects on command, pays later.
//! Not a fault of the network: those are injected by the tests' proxies.

use liasse_domain::FseRef;
use serde::Deserialize;

use crate::error::CaisseError;
use crate::held::Hold;

/// A scenario, `--scenario FILE` in TOML. Every field has the usual behaviour as its default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Working days between an ARL+ and the payment of the tiers payant.
    pub pay_after_working_days: u32,
    /// What becomes of the answer to a file.
    pub arl: ArlFate,
    /// FSE to reject although nothing is wrong with them.
    pub reject: Vec<ForcedReject>,
    /// Where the first reception waits for a file to be taken away.
    pub hold: Option<Hold>,
}

/// What becomes of the answer (ARL, and the rejects that follow it) to a file received for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArlFate {
    /// It is delivered at once.
    #[default]
    Normal,
    /// It gets lost; the same file received again is answered.
    Lost,
    /// It is delivered three working days later, one more than the law allows.
    Late,
    /// It refuses the whole file, whatever is in it.
    Refused,
}

/// An FSE to reject.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForcedReject {
    /// Which.
    pub fse: FseRef,
    /// With which reason.
    pub code: String,
}

impl Default for Scenario {
    fn default() -> Self {
        Self { pay_after_working_days: 5, arl: ArlFate::Normal, reject: Vec::new(), hold: None }
    }
}

impl Scenario {
    /// Reads a scenario.
    pub fn from_toml(text: &str) -> Result<Self, CaisseError> {
        toml::from_str(text).map_err(|_| CaisseError::Scenario)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_says_only_what_differs() {
        assert_eq!(Scenario::from_toml("").expect("empty"), Scenario::default());
        let text = "arl = \"lost\"\nreject = [{ fse = \"991010117-000000002\", code = \"I1002\" }]";
        let scenario = Scenario::from_toml(text).expect("scenario");
        assert_eq!((scenario.arl, scenario.pay_after_working_days, scenario.reject.len()), (ArlFate::Lost, 5, 1));
        assert!(Scenario::from_toml("colour = 1").is_err());
    }
}
