//! « À surveiller »: what is not finished, each with its euros, its age and the one thing to do about it, and the legal
//! dates that come. Not the doing: each screen has its gestures. Rule: product, "À surveiller"; CSS R161-47.

mod due;
mod found;
mod listed;

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use liasse_domain::{Centimes, DocumentKind, FseRef, Payer, Private, Report};
use serde::Serialize;

pub use due::Level;
pub use listed::{WatchOnly, WatchSort};

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::lists::Listing;
use crate::workstation::Workstation;
use found::{Found, Reach};

/// Everything that a person watches.
#[derive(Clone, Debug, Serialize)]
pub struct Radar {
    /// Version of this shape.
    pub v: u32,
    /// Today in Paris: ages and levels are those of this day.
    pub day: NaiveDate,
    /// Until when returns have been read; `null` before the first fetch.
    pub returns_read_until: Option<DateTime<Utc>>,
    /// The categories that this person sees, in the order of a claim's life.
    pub categories: Vec<Watched>,
    /// The legal dates of what is seen, billed or sent, the earliest first; those that have passed among them.
    pub dates: Vec<LegalDate>,
    /// What is to be said of the backups: none is set, the last one or its drill failed, or is old.
    pub notices: Vec<Report>,
}

/// Why something is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A patient came, and nothing is billed.
    VuNonFacture,
    /// Prepared or signed, and not with a caisse.
    FactureNonEnvoye,
    /// It left, or may have, and no ARL came.
    EnvoyeNonRecu,
    /// A caisse has it, and somebody has paid nothing of what they owe.
    RecuNonPaye,
    /// Rejected, and not corrected.
    Rejete,
    /// Paid in part, or otherwise than was due.
    PayeTropPeu,
    /// What of the first three has a legal date that is near, or has passed.
    DateLegale,
}

impl Category {
    /// Those that a thing is in by its state; a legal date is told of what is in one of them.
    const OF_STATE: [Self; 6] = [
        Self::VuNonFacture,
        Self::FactureNonEnvoye,
        Self::EnvoyeNonRecu,
        Self::RecuNonPaye,
        Self::Rejete,
        Self::PayeTropPeu,
    ];

    /// What somebody does who watches it.
    pub(crate) fn deed(self) -> Deed {
        match self {
            Self::VuNonFacture | Self::FactureNonEnvoye | Self::DateLegale => Deed::Watch,
            Self::EnvoyeNonRecu => Deed::Sendings,
            Self::RecuNonPaye | Self::Rejete | Self::PayeTropPeu => Deed::OwnMoney,
        }
    }
}

/// The one thing to do about something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Todo {
    /// The practitioner says what is to be billed.
    Coter,
    /// The passage is billed.
    Facturer,
    /// The CPS signs.
    Signer,
    /// The secretary looks at what was returned.
    Revoir,
    /// A lot is made and signed.
    MettreEnLot,
    /// The file is sent.
    Envoyer,
    /// The mailbox is read.
    Relever,
    /// The same bytes are sent again.
    Renvoyer,
    /// The patient settles.
    Encaisser,
    /// The caisse or the insurer is asked where its payment is.
    Relancer,
    /// A new FSE corrects it.
    Corriger,
    /// What the insurer refuses is passed on to the patient.
    Reporter,
    /// The payment is looked at: matched to another FSE, or separated from this one.
    Rapprocher,
}

/// One category.
#[derive(Clone, Debug, Serialize)]
pub struct Watched {
    /// Which.
    pub category: Category,
    /// How many there are.
    pub count: usize,
    /// Whether there are more than were looked for: then the count and the euros are « at least ».
    pub more: bool,
    /// What is at stake. The part that a DRE asks for stands in its FSE, and counts once.
    pub total_cents: Centimes,
    /// How many have no amount yet: passages of which nobody has said what is to be billed.
    pub unpriced: usize,
    /// The age of the oldest in days.
    pub oldest_days: Option<i64>,
    /// The first legal date that has not passed.
    pub next_date: Option<NaiveDate>,
    /// How many have a legal date that has passed.
    pub overdue: usize,
    /// How many pass the filter of the list, for a screen.
    #[serde(skip)]
    pub listed: usize,
    /// The most urgent of them, or the first of the list that was asked for.
    pub rows: Vec<Row>,
}

/// One thing that is not finished.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// `passage`, `fse` or `dre`.
    pub kind: &'static str,
    /// Which FSE, or the FSE of which DRE.
    pub fse: Option<FseRef>,
    /// Which passage.
    pub passage: Option<i64>,
    /// Whose money it is about.
    pub payer: Option<Payer>,
    /// Day of the acts.
    pub act_date: NaiveDate,
    /// For so many days.
    pub age_days: i64,
    /// What is at stake; negative where more came than was due.
    pub amount_cents: Option<Centimes>,
    /// Its legal date.
    pub deadline: Option<NaiveDate>,
    /// How that date stands.
    pub level: Option<Level>,
    /// What to do.
    pub action: Todo,
    /// For whom, on a screen; never in the JSON.
    #[serde(skip)]
    pub patient: Private,
    /// The document whose patient is still to be looked up.
    #[serde(skip)]
    document: Option<i64>,
}

/// A legal date, and what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LegalDate {
    /// The day.
    pub day: NaiveDate,
    /// How many documents and passages.
    pub count: usize,
    /// What is at stake.
    pub total_cents: Centimes,
    /// How it stands today.
    pub level: Level,
}

impl Row {
    /// Something to be done since a day, of which nothing else is said.
    fn of(kind: &'static str, act_date: NaiveDate, today: NaiveDate, action: Todo) -> Self {
        Self {
            kind,
            fse: None,
            passage: None,
            payer: None,
            act_date,
            age_days: due::age(act_date, today),
            amount_cents: None,
            deadline: None,
            level: None,
            action,
            patient: Private::default(),
            document: None,
        }
    }

    /// The same with its legal date.
    fn before(self, deadline: NaiveDate, today: NaiveDate) -> Self {
        Self { deadline: Some(deadline), level: Some(due::level(deadline, today)), ..self }
    }

    /// Whether it is the demand to a complementary insurer.
    pub fn is_dre(&self) -> bool {
        self.kind == DocumentKind::Dre.word()
    }

    fn is_pressing(&self) -> bool {
        self.level.is_some_and(|level| level > Level::ATemps)
    }
}

impl Workstation {
    /// What a person watches, at most `limit` rows a category: a practitioner their own claims and money; a locum what
    /// their session saw, billed and sent; staff what the practice saw and has not sent.
    pub fn radar(&self, who: &SignedIn, limit: u32) -> Result<Radar, CoreError> {
        self.radar_listed(who, Listing::default(), limit)
    }

    /// The same with the rows of each category as a list asks for them: what is said of a category stays the same.
    pub fn radar_listed(
        &self,
        who: &SignedIn,
        listing: Listing<WatchSort, WatchOnly>,
        limit: u32,
    ) -> Result<Radar, CoreError> {
        who.may(Deed::Watch)?;
        let today = self.clock.today();
        let mut found = Vec::new();
        for category in Category::OF_STATE {
            if let Some(one) = self.found(who, category, today, Reach::default())? {
                found.push((category, one));
            }
        }
        let dates = dates(found.iter().flat_map(|(_, found)| &found.rows), today);
        let pressing: Vec<Row> =
            found.iter().flat_map(|(_, found)| &found.rows).filter(|row| row.is_pressing()).cloned().collect();
        // Where more of what has legal dates was not looked for, there may be more dates.
        let dated = |found: &Found| found.rows.iter().any(|row| row.deadline.is_some());
        let more = found.iter().any(|(_, found)| found.more && dated(found));
        found.push((Category::DateLegale, Found { rows: pressing, more }));
        let shown = |(category, found): (Category, Found)| self.watched(who, category, found, (listing, limit), today);
        Ok(Radar {
            v: 1,
            day: today,
            returns_read_until: self.store.returns_read_until()?,
            categories: found.into_iter().map(shown).collect::<Result<_, _>>()?,
            dates,
            notices: self.backups()?.warnings(self.now()),
        })
    }

    /// What is found of a category that a thing is in by its state; `None` where this person does not see it.
    fn found(
        &self,
        who: &SignedIn,
        category: Category,
        today: NaiveDate,
        reach: Reach,
    ) -> Result<Option<Found>, CoreError> {
        // A practitioner's accounts are neither a locum's nor staff's.
        let Ok(billing) = who.number_for(category.deed()) else { return Ok(None) };
        Ok(match category {
            Category::VuNonFacture => Some(self.seen_not_billed(who, today)?),
            Category::FactureNonEnvoye => Some(self.billed_not_sent(who, today, reach)?),
            Category::EnvoyeNonRecu => Some(self.sent_not_received(who, today)?),
            Category::RecuNonPaye => Some(self.received_not_paid(billing, today, reach)?),
            Category::Rejete => Some(self.rejected_not_corrected(billing, today)?),
            Category::PayeTropPeu => Some(self.paid_too_little(billing, today, reach)?),
            _ => None,
        })
    }

    /// Counts a category and keeps the first rows of its list; as usual those with the earliest legal date, then the oldest.
    fn watched(
        &self,
        who: &SignedIn,
        category: Category,
        found: Found,
        (listing, limit): (Listing<WatchSort, WatchOnly>, u32),
        today: NaiveDate,
    ) -> Result<Watched, CoreError> {
        let Found { rows, more } = found;
        let mut watched = Watched {
            category,
            count: rows.len(),
            more,
            total_cents: at_stake(&rows),
            unpriced: rows.iter().filter(|row| row.amount_cents.is_none()).count(),
            oldest_days: rows.iter().map(|row| row.age_days).max(),
            next_date: rows.iter().filter_map(|row| row.deadline).filter(|day| *day >= today).min(),
            overdue: rows.iter().filter(|row| row.level == Some(Level::EnRetard)).count(),
            listed: 0,
            rows: Vec::new(),
        };
        let mut rows = if more { self.at_that_end(who, category, listing, today)?.unwrap_or(rows) } else { rows };
        listed::arrange(&mut rows, listing);
        watched.listed = rows.len();
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        // Names are read for what is shown, and for nothing else.
        self.name_patients(&mut rows)?;
        watched.rows = rows;
        Ok(watched)
    }

    /// Looks up for whom the rows are.
    pub(crate) fn name_patients(&self, rows: &mut [Row]) -> Result<(), CoreError> {
        let documents: Vec<i64> = rows.iter().filter_map(|row| row.document).collect();
        let names = self.store.patients_of(&documents)?;
        for (row, name) in rows.iter_mut().filter(|row| row.document.is_some()).zip(names) {
            row.patient = name;
        }
        Ok(())
    }
}

/// The euros of these rows. What came too much is no loss and takes nothing off the others.
fn at_stake(rows: &[Row]) -> Centimes {
    let whole = |row: &&Row| row.payer.is_none() && !row.is_dre();
    let claims: HashSet<&FseRef> = rows.iter().filter(whole).filter_map(|row| row.fse.as_ref()).collect();
    let counts_apart =
        |row: &&Row| row.payer.is_some() || !row.is_dre() || !row.fse.as_ref().is_some_and(|fse| claims.contains(fse));
    let amounts = rows.iter().filter(counts_apart).filter_map(|row| row.amount_cents);
    amounts.filter(|amount| *amount > Centimes::ZERO).sum()
}

fn dates<'a>(rows: impl Iterator<Item = &'a Row>, today: NaiveDate) -> Vec<LegalDate> {
    let mut days: BTreeMap<NaiveDate, Vec<Row>> = BTreeMap::new();
    for row in rows {
        if let Some(day) = row.deadline {
            days.entry(day).or_default().push(row.clone());
        }
    }
    let date = |(day, rows): (NaiveDate, Vec<Row>)| LegalDate {
        day,
        count: rows.len(),
        total_cents: at_stake(&rows),
        level: due::level(day, today),
    };
    days.into_iter().map(date).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "2026-01-19";

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn row(kind: DocumentKind, number: u32, cents: i64) -> Row {
        Row {
            fse: format!("991010117-{number:09}").parse().ok(),
            amount_cents: Some(Centimes(cents)),
            ..Row::of(kind.word(), day("2026-01-15"), day(TODAY), Todo::Envoyer)
        }
    }

    #[test]
    fn the_part_of_a_dre_counts_once_and_what_came_too_much_takes_nothing_off() {
        let (fse, dre) = (row(DocumentKind::Fse, 1, 3000), row(DocumentKind::Dre, 1, 900));
        assert_eq!(at_stake(&[fse.clone(), dre.clone()]), Centimes(3000));
        assert_eq!(at_stake(&[dre.clone(), row(DocumentKind::Fse, 2, 3000)]), Centimes(3900), "another FSE's");
        let owed = |row: Row, payer| Row { payer: Some(payer), ..row };
        let debts =
            [owed(fse, Payer::Patient), owed(dre, Payer::Amc), owed(row(DocumentKind::Fse, 3, -500), Payer::Amo)];
        assert_eq!(at_stake(&debts), Centimes(3900), "what each owes is owed apart");
        assert_eq!(at_stake(&[]), Centimes::ZERO);
    }

    #[test]
    fn dates_come_in_their_order_with_what_hangs_on_each() {
        let today = day(TODAY);
        let on = |row: Row, deadline| row.before(day(deadline), today);
        let rows = [
            on(row(DocumentKind::Fse, 1, 3000), "2026-01-27"),
            on(row(DocumentKind::Fse, 2, 2500), "2026-01-16"),
            on(row(DocumentKind::Dre, 1, 900), "2026-01-27"),
            on(row(DocumentKind::Fse, 3, 1000), "2026-01-20"),
            row(DocumentKind::Fse, 4, 4000),
        ];
        let told: Vec<_> = dates(rows.iter(), today)
            .into_iter()
            .map(|date| (date.day.to_string(), date.count, date.total_cents.0, date.level))
            .collect();
        assert_eq!(
            told,
            [
                ("2026-01-16".to_owned(), 1, 2500, Level::EnRetard),
                ("2026-01-20".to_owned(), 1, 1000, Level::Bientot),
                ("2026-01-27".to_owned(), 2, 3000, Level::ATemps),
            ]
        );
    }

    #[test]
    fn words_for_scripts_and_no_name() {
        let row = Row {
            patient: Private::new("DURAND MARIE"),
            document: Some(7),
            payer: Some(Payer::Amo),
            ..row(DocumentKind::Fse, 1, 2100)
        };
        let watched = Watched {
            category: Category::VuNonFacture,
            count: 1,
            more: false,
            total_cents: Centimes(2100),
            unpriced: 0,
            oldest_days: Some(4),
            next_date: None,
            overdue: 0,
            listed: 1,
            rows: vec![row.before(day("2026-01-20"), day(TODAY))],
        };
        let json = serde_json::to_value(&watched).expect("json");
        assert_eq!((&json["category"], &json["total_cents"]), (&"vu_non_facture".into(), &2100.into()));
        let row = &json["rows"][0];
        assert_eq!(
            (&row["fse"], &row["kind"], &row["payer"]),
            (&"991010117-000000001".into(), &"fse".into(), &"amo".into())
        );
        assert_eq!((&row["deadline"], &row["level"]), (&"2026-01-20".into(), &"bientot".into()));
        assert_eq!(
            (&row["action"], &row["age_days"], &row["amount_cents"]),
            (&"envoyer".into(), &4.into(), &2100.into())
        );
        assert!(row.get("document").is_none() && row.get("patient").is_none());
        assert!(!json.to_string().contains("DURAND"), "no name leaves through a script's door");
        assert_eq!(serde_json::to_value(Todo::MettreEnLot).expect("json"), "mettre_en_lot");
        assert_eq!(serde_json::to_value(Category::DateLegale).expect("json"), "date_legale");
    }
}
