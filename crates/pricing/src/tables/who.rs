//! Column `who` of the tables: for whom a row is, `medecin 01|22|23 opposable`.
//! Not who may bill a code in law: a row that is for others still gives its tariff, beside a finding.

/// Which base of reimbursement a doctor is under (convention médicale 2024, reference tariffs 1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tier {
    /// Sector 1, OPTAM, or sector 2 charging no overrun.
    Opposable,
    /// Sector 2 without OPTAM, charging an overrun.
    Free,
}

/// The one who bills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Biller<'a> {
    pub(crate) profession: &'a str,
    pub(crate) specialty: &'a str,
    pub(crate) tier: Tier,
}

/// `profession [01|22 or !01|22] [opposable or libre]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    profession: String,
    specialties: Specialties,
    tier: Option<Tier>,
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
        let mut words = text.split(' ');
        let profession =
            words.next().filter(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))?;
        let mut who = Self { profession: profession.to_owned(), specialties: Specialties::Any, tier: None };
        let mut word = words.next();
        if let Some(list) = word.filter(|word| word.starts_with(|first: char| first == '!' || first.is_ascii_digit())) {
            let codes = codes(list.trim_start_matches('!'))?;
            who.specialties =
                if list.starts_with('!') { Specialties::Except(codes) } else { Specialties::Among(codes) };
            word = words.next();
        }
        who.tier = match word {
            None => return Some(who),
            Some("opposable") => Some(Tier::Opposable),
            Some("libre") => Some(Tier::Free),
            Some(_) => return None,
        };
        words.next().is_none().then_some(who)
    }

    /// Whether the row is for this biller.
    pub(crate) fn is(&self, biller: &Biller<'_>) -> bool {
        self.profession == biller.profession
            && self.tier.is_none_or(|tier| tier == biller.tier)
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
        specialties * 2 + u8::from(self.tier.is_some())
    }
}

fn codes(list: &str) -> Option<Vec<String>> {
    let code = |code: &str| (code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit())).then(|| code.to_owned());
    list.split('|').map(code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_for_those_it_names() {
        let biller = |specialty, tier| Biller { profession: "medecin", specialty, tier };
        let who = Who::parse("medecin 01|22 opposable").expect("who");
        assert!(who.is(&biller("22", Tier::Opposable)));
        assert!(!who.is(&biller("22", Tier::Free)) && !who.is(&biller("03", Tier::Opposable)));
        assert!(!who.is(&Biller { profession: "infirmier", specialty: "01", tier: Tier::Opposable }));
        let others = Who::parse("medecin !01|22").expect("who");
        assert!(others.is(&biller("03", Tier::Free)) && !others.is(&biller("01", Tier::Free)));
        assert!(who.narrowness() > others.narrowness());
    }

    #[test]
    fn other_words_are_refused() {
        for text in
            ["", " ", "Medecin", "medecin 1", "medecin 01|", "medecin cher", "medecin libre libre", "medecin  01"]
        {
            assert_eq!(Who::parse(text), None, "{text}");
        }
    }
}
