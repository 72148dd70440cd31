//! Faults that a simulated card plays on demand, from the moment the knob says.
//! Not the faults of a network or a reader. Their names are those of `liasse-cartes --fault`.

use std::fmt;
use std::str::FromStr;

use liasse_domain::{Code, Coded};

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `pull:N`: answers N APDUs, then is out of the reader.
    Pull(u32),
    /// `mute:N`: answers N APDUs, then none.
    Mute(u32),
    /// `slow:MS`: takes that many milliseconds more for every APDU.
    Slow(u64),
    /// `sw:6FXX@N`: answers N APDUs, then that status word and nothing else.
    Status {
        /// The status word.
        sw: u16,
        /// How many APDUs are answered before.
        after: u32,
    },
    /// `corrupt`: the second byte of every file read from its start is wrong, so that its length lies.
    Corrupt,
    /// `blocked`: the PIN is blocked from the start.
    Blocked,
    /// `atr`: shows the ATR of a card that is none of ours.
    ForeignAtr,
    /// `reset:N`: after N APDUs another program resets it, once: what was verified is forgotten.
    Reset(u32),
}

/// No such fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such fault; pull:N, mute:N, slow:MS, sw:6FXX@N, corrupt, blocked, atr or reset:N")]
pub struct FaultError;

impl Coded for FaultError {
    fn code(&self) -> Code {
        Code("cards.panne_inconnue")
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        match text.split_once(':') {
            None if text == "corrupt" => Ok(Self::Corrupt),
            None if text == "blocked" => Ok(Self::Blocked),
            None if text == "atr" => Ok(Self::ForeignAtr),
            Some(("reset", count)) => count.parse().map(Self::Reset).map_err(|_| FaultError),
            Some(("pull", count)) => count.parse().map(Self::Pull).map_err(|_| FaultError),
            Some(("mute", count)) => count.parse().map(Self::Mute).map_err(|_| FaultError),
            Some(("slow", ms)) => ms.parse().map(Self::Slow).map_err(|_| FaultError),
            Some(("sw", rest)) => {
                let (sw, after) = rest.split_once('@').unwrap_or((rest, "0"));
                let sw = u16::from_str_radix(sw, 16).map_err(|_| FaultError)?;
                Ok(Self::Status { sw, after: after.parse().map_err(|_| FaultError)? })
            }
            _ => Err(FaultError),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pull(count) => write!(f, "pull:{count}"),
            Self::Mute(count) => write!(f, "mute:{count}"),
            Self::Slow(ms) => write!(f, "slow:{ms}"),
            Self::Status { sw, after } => write!(f, "sw:{sw:04X}@{after}"),
            Self::Corrupt => f.write_str("corrupt"),
            Self::Blocked => f.write_str("blocked"),
            Self::ForeignAtr => f.write_str("atr"),
            Self::Reset(count) => write!(f, "reset:{count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_that_reads_back() {
        for (name, fault) in [
            ("pull:12", Fault::Pull(12)),
            ("mute:0", Fault::Mute(0)),
            ("slow:500", Fault::Slow(500)),
            ("sw:6F42@7", Fault::Status { sw: 0x6F42, after: 7 }),
            ("corrupt", Fault::Corrupt),
            ("blocked", Fault::Blocked),
            ("atr", Fault::ForeignAtr),
            ("reset:3", Fault::Reset(3)),
        ] {
            assert_eq!(name.parse(), Ok(fault));
            assert_eq!(fault.to_string(), name);
        }
        assert_eq!("sw:6F00".parse(), Ok(Fault::Status { sw: 0x6F00, after: 0 }));
        for name in ["", "pull", "pull:", "pull:-1", "sw:xyz", "burn", "corrupt:1"] {
            assert_eq!(name.parse::<Fault>(), Err(FaultError), "{name}");
        }
    }
}
