//! `rates.csv`: what part of the base the Assurance Maladie takes, by situation, profession and date.
//! Not how a situation is recognised: module `reimburse` does that. Source of each rate: its own row.

use chrono::NaiveDate;
use liasse_domain::Rate;

use super::TableError;
use super::row::{Confidence, Row, Span};
use super::who::{Biller, Tier, Who};

const COLUMNS: &[&str] = &["situation", "rate_bp", "from", "to", "who", "source", "confidence"];

/// What decides the rate of an act. The discriminant is the place in `Rates` and in `Situation::ALL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Situation {
    CarePath,
    OutOfPath,
    Child,
    C2s,
    AlsaceMoselle,
    Ald,
    Maternity,
    WorkAccident,
    Invalidity,
    Military,
    Ame,
    ExemptOutOfPath,
    ExemptAlsaceMoselle,
    C2sOutOfPath,
    C2sAlsaceMoselle,
    AlsaceMoselleOutOfPath,
    /// Nature d'assurance « prévention ».
    Prevention,
    /// An act that is paid in full whoever the patient is.
    ByNature,
    /// A heavy act, or an act beside one: in full, less the PAV.
    Heavy,
}

impl Situation {
    /// Each with its word in `rates.csv` and its rule in `rules.csv`.
    pub(crate) const ALL: [(Self, &'static str, &'static str); 19] = [
        (Self::CarePath, "parcours", "taux.parcours"),
        (Self::OutOfPath, "hors_parcours", "taux.hors_parcours"),
        (Self::Child, "enfant", "taux.enfant"),
        (Self::C2s, "c2s", "taux.c2s"),
        (Self::AlsaceMoselle, "alsace_moselle", "taux.alsace_moselle"),
        (Self::Ald, "ald", "taux.ald"),
        (Self::Maternity, "maternite", "taux.maternite"),
        (Self::WorkAccident, "atmp", "taux.atmp"),
        (Self::Invalidity, "invalidite", "taux.invalidite"),
        (Self::Military, "militaire", "taux.militaire"),
        (Self::Ame, "ame", "taux.ame"),
        (Self::ExemptOutOfPath, "exoneration_hors_parcours", "taux.exoneration_hors_parcours"),
        (Self::ExemptAlsaceMoselle, "exoneration_alsace_moselle", "taux.exoneration_alsace_moselle"),
        (Self::C2sOutOfPath, "c2s_hors_parcours", "taux.c2s_hors_parcours"),
        (Self::C2sAlsaceMoselle, "c2s_alsace_moselle", "taux.c2s_alsace_moselle"),
        (Self::AlsaceMoselleOutOfPath, "alsace_moselle_hors_parcours", "taux.alsace_moselle_hors_parcours"),
        (Self::Prevention, "prevention", "taux.prevention"),
        (Self::ByNature, "acte_exonere", "taux.acte_exonere"),
        (Self::Heavy, "acte_lourd", "taux.acte_lourd"),
    ];

    /// From its word in the tables.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name, _)| *name == word).map(|(situation, ..)| *situation)
    }

    /// Its word in `rates.csv`.
    pub(crate) fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// One dated rate.
#[derive(Clone, Debug)]
pub(crate) struct RateRow {
    pub(crate) rate: Rate,
    pub(crate) span: Span,
    pub(crate) source: String,
    pub(crate) confidence: Confidence,
    who: Who,
}

/// The rates of every situation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rates([Vec<RateRow>; Situation::ALL.len()]);

impl Rates {
    pub(crate) fn read(file: (&'static str, &[u8])) -> Result<Self, TableError> {
        let mut rates = Self::default();
        for row in Row::all(file, COLUMNS)? {
            let situation = row.parsed("situation", Situation::of_word)?;
            let read = RateRow {
                rate: Rate(row.number("rate_bp", Rate::FULL.0)?),
                span: row.span()?,
                source: row.text("source")?.to_owned(),
                confidence: row.confidence()?,
                who: row.parsed("who", Who::parse)?,
            };
            let rows = &mut rates.0[situation as usize];
            if rows.iter().any(|other| other.who == read.who && other.span.overlaps(&read.span)) {
                return Err(row.overlap());
            }
            rows.push(read);
        }
        for rows in &mut rates.0 {
            rows.sort_by_key(|row| std::cmp::Reverse((row.who.narrowness(), row.span.from)));
        }
        Ok(rates)
    }

    /// The rate of a situation on `day` for this biller, whatever the agreement: it is the base that differs.
    pub(crate) fn find(&self, situation: Situation, day: NaiveDate, biller: &Biller<'_>) -> Option<&RateRow> {
        let biller = &Biller { tier: Tier::Opposable, ..*biller };
        self.0[situation as usize].iter().find(|row| row.span.holds_on(day) && row.who.is(biller))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_situation_stands_at_its_place() {
        for (place, (situation, word, rule)) in Situation::ALL.iter().enumerate() {
            assert_eq!(*situation as usize, place);
            assert_eq!(situation.word(), *word);
            assert_eq!(format!("taux.{word}"), *rule);
        }
    }
}
