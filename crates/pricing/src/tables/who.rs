//! Column `who` of the tables: for whom a row is, `medecin 01|22|23 opposable`.
//! Not who may bill a code in law: a row that is for others still gives its tariff, beside a finding.

/// Which base of reimbursement a doctor is under (convention médicale 2024, reference tariffs 1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tier {
    /// Sector 1, OPTAM, or sector 2 charging no overrun.
    Opposable,
    /// Sector 2 without OPTAM, charging an overrun.
    Free,
    /// Without agreement: the tarif d'autorité.
    Authority,
}

/// The one who bills, at the hour of the act.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Biller<'a> {
    pub(crate) profession: &'a str,
    pub(crate) specialty: &'a str,
    pub(crate) tier: Tier,
    /// Between 23 h and 5 h, the second night of nurses.
    pub(crate) deep_night: bool,
}

/// `profession[|profession] [01|22 or !01|22] [opposable, libre or non_conventionne] [nuit_profonde]`; `*` is anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    professions: Vec<String>,
    specialties: Specialties,
    tier: Option<Tier>,
    deep_night: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Specialties {
    Any,
    Among(Vec<String>),
    Except(Vec<String>),
}

impl Who {
    /// Reads the column.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ').peekable();
        let professions = words.next().and_then(professions)?;
        let mut who = Self { professions, specialties: Specialties::Any, tier: None, deep_night: false };
        if let Some(list) = words.next_if(|word| word.starts_with(|first: char| first == '!' || first.is_ascii_digit()))
        {
            let codes = codes(list.trim_start_matches('!'))?;
            who.specialties =
                if list.starts_with('!') { Specialties::Except(codes) } else { Specialties::Among(codes) };
        }
        who.tier = words.peek().and_then(|word| match *word {
            "opposable" => Some(Tier::Opposable),
            "libre" => Some(Tier::Free),
            "non_conventionne" => Some(Tier::Authority),
            _ => None,
        });
        if who.tier.is_some() {
            words.next();
        }
        who.deep_night = words.next_if_eq(&"nuit_profonde").is_some();
        words.next().is_none().then_some(who)
    }

    /// Whether the row is for this biller. Without a word for the tier a row is for those who have an agreement.
    pub(crate) fn is(&self, biller: &Biller<'_>) -> bool {
        (self.professions.is_empty() || self.professions.iter().any(|name| name == biller.profession))
            && self.tier.map_or(biller.tier != Tier::Authority, |tier| tier == biller.tier)
            && (!self.deep_night || biller.deep_night)
            && match &self.specialties {
                Specialties::Any => true,
                Specialties::Among(codes) => codes.iter().any(|code| code == biller.specialty),
                Specialties::Except(codes) => codes.iter().all(|code| code != biller.specialty),
            }
    }

    /// How narrow: a narrower row is taken before a wider one.
    pub(crate) fn narrowness(&self) -> u8 {
        let specialties = match self.specialties {
            Specialties::Any => 0,
            Specialties::Except(_) => 1,
            Specialties::Among(_) => 2,
        };
        specialties * 4 + u8::from(self.tier.is_some()) * 2 + u8::from(self.deep_night)
    }
}

/// Empty for `*`.
fn professions(word: &str) -> Option<Vec<String>> {
    if word == "*" {
        return Some(Vec::new());
    }
    let name = |name: &str| {
        let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        fits.then(|| name.to_owned())
    };
    word.split('|').map(name).collect()
}

fn codes(list: &str) -> Option<Vec<String>> {
    let code = |code: &str| (code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit())).then(|| code.to_owned());
    list.split('|').map(code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn biller(specialty: &str, tier: Tier) -> Biller<'_> {
        Biller { profession: "medecin", specialty, tier, deep_night: false }
    }

    #[test]
    fn a_row_is_for_those_it_names() {
        let who = Who::parse("medecin 01|22 opposable").expect("who");
        assert!(who.is(&biller("22", Tier::Opposable)));
        assert!(!who.is(&biller("22", Tier::Free)) && !who.is(&biller("03", Tier::Opposable)));
        assert!(!who.is(&Biller { profession: "infirmier", ..biller("01", Tier::Opposable) }));
        let others = Who::parse("medecin !01|22").expect("who");
        assert!(others.is(&biller("03", Tier::Free)) && !others.is(&biller("01", Tier::Free)));
        assert!(!others.is(&biller("03", Tier::Authority)), "an agreement is understood");
        assert!(who.narrowness() > others.narrowness());
        let two = Who::parse("medecin|sage_femme").expect("who");
        assert!(two.is(&Biller { profession: "sage_femme", ..biller("21", Tier::Opposable) }));
        assert!(Who::parse("*").expect("who").is(&biller("99", Tier::Free)));
    }

    #[test]
    fn the_second_night_is_narrower() {
        let night = Who::parse("infirmier nuit_profonde").expect("who");
        let nurse = Biller { profession: "infirmier", ..biller("24", Tier::Opposable) };
        assert!(!night.is(&nurse) && night.is(&Biller { deep_night: true, ..nurse }));
        assert!(night.narrowness() > Who::parse("infirmier").expect("who").narrowness());
    }

    #[test]
    fn other_words_are_refused() {
        for text in [
            "",
            " ",
            "Medecin",
            "medecin 1",
            "medecin 01|",
            "medecin cher",
            "medecin libre libre",
            "medecin  01",
            "|",
            "medecin nuit_profonde libre",
        ] {
            assert_eq!(Who::parse(text), None, "{text}");
        }
    }
}
