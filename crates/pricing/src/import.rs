//! The CNAM's table of the CCAM, as the semicolon CSV of the reference, turned into `ccam.csv` and `labels.csv`.
//! Earlier rows stay for the days before the new version; every fault is told with its line. XLS and DBF were not tried.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use crate::tables::{CCAM_COLUMNS, TableError, Tables};

/// The columns of the file that is read.
const COLUMNS: [&str; 14] = [
    "code",
    "activite",
    "phase",
    "tarif_s1_optam",
    "tarif_autres",
    "non_pris_en_charge",
    "rembt_sous_cond",
    "accord_prealable",
    "exo_tm",
    "regroupement",
    "modificateurs",
    "codes_associes",
    "chapitre",
    "libelle",
];
const FILE: &str = "ccam (CNAM)";

/// What an import makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The new `ccam.csv`.
    pub ccam: Vec<u8>,
    /// The new `labels.csv`, with all labels of the file.
    pub labels: Vec<u8>,
    /// Rows of the file that were taken.
    pub rows: usize,
    /// Acts of the file.
    pub codes: usize,
    /// Earlier rows that now end the day before.
    pub closed: usize,
}

/// Reads `file`, whose prices hold from the day `from` and which is called `version` (`CNAM CCAM v81 20260101`);
/// `current` is the `ccam.csv` that it continues.
pub fn from_cnam(file: &[u8], from: NaiveDate, version: &str, current: &[u8]) -> Result<Imported, TableError> {
    let mut rows: BTreeSet<Vec<String>> = BTreeSet::new();
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    let mut keys: BTreeSet<[String; 3]> = BTreeSet::new();
    let mut taken = 0;
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(false).from_reader(file);
    let mut header = true;
    for record in reader.records() {
        let record = record.map_err(|error| TableError::Unreadable {
            file: FILE,
            line: error.position().map_or(1, csv::Position::line),
        })?;
        if header {
            let first = record.get(0).unwrap_or_default().trim_start_matches('\u{feff}');
            if first != COLUMNS[0] || !record.iter().skip(1).eq(COLUMNS.into_iter().skip(1)) {
                return Err(TableError::Header { file: FILE });
            }
            header = false;
            continue;
        }
        let line = record.position().map_or(1, csv::Position::line);
        let row = Source { record: &record, line };
        let facts = row.facts(from, version)?;
        let key = [facts[0].clone(), facts[1].clone(), facts[2].clone()];
        // A few labels of the CNAM's are broken over lines.
        let label = row.text("libelle").split_whitespace().collect::<Vec<_>>().join(" ");
        if !label.is_empty() {
            // The first row of an act bears its plain label; those of other activities add their own words.
            labels.entry(facts[0].clone()).or_insert(label);
        }
        // The CNAM prints one act of version 81 twice; only a second row that says another price is a fault.
        if keys.insert(key) {
            rows.insert(facts);
        } else if !rows.iter().any(|known| known[..5] == facts[..5]) {
            return Err(TableError::Overlap { file: FILE, line });
        }
        taken += 1;
    }
    if header {
        return Err(TableError::Header { file: FILE });
    }
    let codes = rows.iter().map(|row| &row[0]).collect::<BTreeSet<_>>().len();
    let closed = continue_rows(&mut rows, current, from)?;
    let imported = Imported {
        ccam: written(CCAM_COLUMNS, rows)?,
        labels: written(&["code", "label"], labels.into_iter().map(|(code, label)| vec![code, label]))?,
        rows: taken,
        codes,
        closed,
    };
    // What could not be read back must not replace what can.
    let files = [("ccam.csv".to_owned(), imported.ccam.clone()), ("labels.csv".to_owned(), imported.labels.clone())];
    Tables::with_overrides(&files)?;
    Ok(imported)
}

/// Adds the rows of the current table that hold before `from`; those still open end the day before.
fn continue_rows(rows: &mut BTreeSet<Vec<String>>, current: &[u8], from: NaiveDate) -> Result<usize, TableError> {
    let eve = from.checked_sub_days(Days::new(1)).map(|day| day.to_string()).unwrap_or_default();
    let first = from.to_string();
    let mut closed = 0;
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(current);
    for record in reader.records() {
        let mut row: Vec<String> = record
            .map_err(|_| TableError::Unreadable { file: "ccam.csv", line: 1 })?
            .iter()
            .map(str::to_owned)
            .collect();
        if row.len() != CCAM_COLUMNS.len() {
            return Err(TableError::Header { file: "ccam.csv" });
        }
        // ISO dates sort as text.
        if row[5] >= first {
            continue;
        }
        if row[6].is_empty() || row[6] >= first {
            row[6].clone_from(&eve);
            closed += 1;
        }
        rows.insert(row);
    }
    Ok(closed)
}

fn written<R: AsRef<[u8]>>(
    header: &[&str],
    rows: impl IntoIterator<Item = impl IntoIterator<Item = R>>,
) -> Result<Vec<u8>, TableError> {
    let unwritable = |_| TableError::Unreadable { file: FILE, line: 1 };
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(header).map_err(unwritable)?;
    for row in rows {
        writer.write_record(row).map_err(unwritable)?;
    }
    writer.into_inner().map_err(|_| TableError::Unreadable { file: FILE, line: 1 })
}

struct Source<'a> {
    record: &'a csv::StringRecord,
    line: u64,
}

impl<'a> Source<'a> {
    fn text(&self, column: &str) -> &'a str {
        let place = COLUMNS.iter().position(|name| *name == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }

    fn fault(&self, column: &'static str) -> TableError {
        TableError::Value { file: FILE, line: self.line, column }
    }

    /// The row of our table.
    fn facts(&self, from: NaiveDate, version: &str) -> Result<Vec<String>, TableError> {
        let word = |column: &'static str, marks: &[(&str, &'static str)]| {
            let text = self.text(column);
            if text.is_empty() {
                return Ok("");
            }
            marks.iter().find(|(mark, _)| *mark == text).map(|(_, word)| *word).ok_or_else(|| self.fault(column))
        };
        let covered = match word("non_pris_en_charge", &[("1", "non")])? {
            "" => word("rembt_sous_cond", &[("RC", "conditions")])?,
            none => none,
        };
        let chapter = self.text("chapitre");
        let kind = if chapter.starts_with("18.") {
            "complement"
        } else if chapter.starts_with("19.02") {
            "supplement"
        } else {
            "acte"
        };
        let exemption: String = self.text("exo_tm").split_whitespace().collect();
        let row = [
            self.text("code"),
            self.text("activite"),
            self.text("phase"),
            &self.cents("tarif_s1_optam")?,
            &self.cents("tarif_autres")?,
            &from.to_string(),
            "",
            "*",
            "medecin|sage_femme",
            covered,
            word("accord_prealable", &[("AP", "prealable")])?,
            &exemption,
            self.text("regroupement"),
            kind,
            self.text("modificateurs"),
            version,
            "documented",
        ];
        Ok(row.map(str::to_owned).to_vec())
    }

    /// Euros with two decimals, a point or a comma between; empty where no price is printed.
    fn cents(&self, column: &'static str) -> Result<String, TableError> {
        let text = self.text(column).replace(',', ".");
        if text.is_empty() {
            return Ok(text);
        }
        let (euros, part) = text.split_once('.').unwrap_or((&text, "00"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let part = if part.len() == 1 { format!("{part}0") } else { part.to_owned() };
        if !digits(euros) || !digits(&part) || part.len() != 2 || euros.len() > 6 {
            return Err(self.fault(column));
        }
        let cents: u32 = format!("{euros}{part}").parse().map_err(|_| self.fault(column))?;
        Ok(cents.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "code;activite;phase;tarif_s1_optam;tarif_autres;non_pris_en_charge;rembt_sous_cond;accord_prealable;exo_tm;regroupement;modificateurs;codes_associes;chapitre;libelle\n";

    fn import(rows: &str, current: &str) -> Result<Imported, TableError> {
        let from = NaiveDate::from_ymd_opt(2027, 1, 1).expect("day");
        from_cnam(format!("{HEADER}{rows}").as_bytes(), from, "essai", current.as_bytes())
    }

    #[test]
    fn a_new_version_closes_the_rows_before_it() {
        let current = CCAM_COLUMNS.join(",")
            + "\nDEQP003,1,0,1477,1381,2026-01-01,,*,medecin,,,2,ATM,acte,FPSU,avant,documented\n\
               AAAA001,1,0,100,100,2027-01-01,,*,medecin,,,2,ATM,acte,,plus tard,documented\n";
        let new = import("DEQP003;1;0;15.1;14,00;;;;2;ATM;FPSU;;04.01;Tracé du coeur\n", &current).expect("imported");
        let ccam = String::from_utf8(new.ccam).expect("text");
        assert!(ccam.contains("DEQP003,1,0,1477,1381,2026-01-01,2026-12-31,*"), "{ccam}");
        assert!(ccam.contains("DEQP003,1,0,1510,1400,2027-01-01,,*,medecin|sage_femme,,,2,ATM,acte,FPSU,essai"));
        assert!(!ccam.contains("AAAA001"), "a row of the same day is replaced");
        assert_eq!((new.rows, new.codes, new.closed), (1, 1, 1));
        assert_eq!(String::from_utf8(new.labels).expect("text"), "code,label\nDEQP003,Tracé du coeur\n");
    }

    #[test]
    fn a_damaged_file_is_refused_at_its_line() {
        let fault = |row: &str| import(row, &CCAM_COLUMNS.join(",")).expect_err(row);
        let value = |column| TableError::Value { file: FILE, line: 2, column };
        assert_eq!(fault("DEQP003;1;0;quinze;1;;;;2;ATM;;;04;x\n"), value("tarif_s1_optam"));
        assert_eq!(fault("DEQP003;1;0;1.234;1;;;;2;ATM;;;04;x\n"), value("tarif_s1_optam"));
        assert_eq!(fault("DEQP003;1;0;1;1;;XX;;2;ATM;;;04;x\n"), value("rembt_sous_cond"));
        assert_eq!(fault("DEQP003;1\n"), TableError::Unreadable { file: FILE, line: 2 });
        assert_eq!(
            fault("DEQP003;1;0;1;1;;;;2;ATM;;;04;x\nDEQP003;1;0;2;1;;;;2;ATM;;;04;x\n"),
            TableError::Overlap { file: FILE, line: 3 }
        );
        // What our own reader refuses is refused as well.
        assert!(matches!(fault("deqp;1;0;1;1;;;;2;ATM;;;04;x\n"), TableError::Value { column: "code", .. }));
        assert_eq!(from_cnam(b"", NaiveDate::MIN, "", b"").expect_err("empty"), TableError::Header { file: FILE });
    }
}
