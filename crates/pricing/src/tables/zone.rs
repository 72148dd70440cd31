//! Column `zone` of the tables: one zone, `drom` for all overseas, `*` for everywhere.
//! A narrower row is taken before a wider one.

use crate::input::Zone;

/// Where a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ZoneScope {
    One(Zone),
    Overseas,
    Everywhere,
}

impl ZoneScope {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "metropole" => Self::One(Zone::Metropole),
            "antilles" => Self::One(Zone::Antilles),
            "guyane" => Self::One(Zone::Guyane),
            "reunion" => Self::One(Zone::Reunion),
            "mayotte" => Self::One(Zone::Mayotte),
            "drom" => Self::Overseas,
            "*" => Self::Everywhere,
            _ => return None,
        })
    }

    pub(crate) fn holds(self, zone: Zone) -> bool {
        match self {
            Self::One(one) => one == zone,
            Self::Overseas => zone != Zone::Metropole,
            Self::Everywhere => true,
        }
    }

    /// 2 for one zone, 1 for overseas, 0 for everywhere.
    pub(crate) fn narrowness(self) -> u8 {
        match self {
            Self::One(_) => 2,
            Self::Overseas => 1,
            Self::Everywhere => 0,
        }
    }
}
