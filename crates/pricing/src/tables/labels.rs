//! `labels.csv`: short labels of acts of the CCAM. The embedded ones are ours, for the usual acts; an import brings all.
//! Not the tariffs: an act without a label is priced all the same.

use super::TableError;
use super::row::{Content, Row};

const COLUMNS: &[&str] = &["code", "label"];

/// Labels by code.
#[derive(Clone, Debug, Default)]
pub struct Labels(Vec<(String, String)>);

impl Labels {
    pub(crate) fn read(file: Content<'_>) -> Result<Self, TableError> {
        let mut labels: Vec<(String, String)> = Vec::new();
        Row::each(file, COLUMNS, |row| {
            labels.push((row.parsed("code", super::tariff::parse_code)?, row.text("label")?.to_owned()));
            Ok(())
        })?;
        labels.sort_by(|a, b| a.0.cmp(&b.0));
        labels.dedup_by(|a, b| a.0 == b.0);
        Ok(Self(labels))
    }

    /// The label of a code.
    pub(crate) fn of(&self, code: &str) -> Option<&str> {
        let place = self.0.binary_search_by(|(known, _)| known.as_str().cmp(code)).ok()?;
        self.0.get(place).map(|(_, label)| label.as_str())
    }
}
