//! The bytes of an FSE to what it claims: the `sim-er` tables read backwards, every position checked.
//! Not a judgement: a NIR whose key fails is given back as sent. Only what has no meaning at all is a fault.
//! A value that several records carry must be the same in all of them.

use liasse_domain::fse::CareContext;
use liasse_domain::{Centimes, Code, FseRef, Management, SecuringMode};

use super::act;
use super::claimed::{ClaimedAct, ClaimedDemand, ClaimedFse, ClaimedTotals};
use super::fault::{Fault, Found};
use super::lines::strict;
use super::render::says_more;
use super::sim_er::{self, ACT, CONTEXT, COVER, DEMAND, DETAILS, TOTALS};
use super::table::{Record, Values, read};
use super::take::Taker;

/// What an FSE claims, or every fault in it with line, column and field. Takes exactly what `render_fse` makes.
pub fn read_fse(bytes: &[u8]) -> Result<ClaimedFse, Vec<Fault>> {
    let lines = strict(bytes).map_err(|fault| vec![fault])?;
    read_lines(&lines, 1)
}

/// The same from records already cut; `first` is the number of the first line.
pub(crate) fn read_lines(lines: &[&[u8]], first: usize) -> Result<ClaimedFse, Vec<Fault>> {
    let mut reader = Reader { lines, first, at: 0, values: Values::default(), faults: Vec::new() };
    reader.expect(&sim_er::R2);
    reader.expect(&sim_er::R2S);
    let locum = reader.is(&sim_er::R2R);
    if locum {
        reader.expect(&sim_er::R2R);
    }
    let demand = reader.is(&sim_er::R2D);
    if demand {
        reader.expect(&sim_er::R2D);
    }
    let mut acts = Vec::new();
    let mut with_4e = None;
    let mut technical = 0;
    while reader.is(&sim_er::R4) {
        reader.expect(&sim_er::R4);
        reader.expect(&sim_er::R4S);
        // The RPPS is the executant's: its record is there for every act or for none.
        if with_4e.unwrap_or(reader.is(&sim_er::R4E)) {
            reader.expect(&sim_er::R4E);
            with_4e = Some(true);
        } else {
            with_4e = Some(false);
        }
        if reader.is(&sim_er::R4M) {
            reader.expect(&sim_er::R4M);
            technical += 1;
        }
        let values = reader.values.take(ACT, DETAILS);
        acts.extend(act::read(&values, &mut reader.faults));
    }
    if acts.is_empty() && reader.faults.is_empty() {
        reader.misplaced();
    }
    reader.expect(&sim_er::R5);
    if reader.at < lines.len() {
        reader.misplaced();
    }
    let Reader { values, mut faults, .. } = reader;
    if !faults.is_empty() {
        return Err(faults);
    }
    let records = acts.len() * if with_4e == Some(true) { 3 } else { 2 } + technical;
    let claimed = claim(&values, [locum, demand], acts, records, &mut faults);
    match claimed {
        Some(claimed) if faults.is_empty() => Ok(claimed),
        _ => Err(faults),
    }
}

struct Reader<'a> {
    lines: &'a [&'a [u8]],
    first: usize,
    at: usize,
    values: Values,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    /// Whether the next line is that record, by its first character and complement letter.
    fn is(&self, record: &'static Record) -> bool {
        self.lines.get(self.at).and_then(|line| identify(line)) == Some(record)
    }

    fn expect(&mut self, record: &'static Record) {
        if self.is(record) {
            if let Some(line) = self.lines.get(self.at) {
                read(record, line, self.first + self.at, &mut self.values, &mut self.faults);
            }
            self.at += 1;
        } else {
            // One fault for a broken order is enough: what follows has no place any more.
            if self.faults.is_empty() {
                self.misplaced();
            }
            self.at = self.lines.len();
        }
    }

    fn misplaced(&mut self) {
        let name = self.lines.get(self.at).and_then(|line| identify(line)).map_or("?", |record| record.name);
        self.faults.push(Fault::line(self.first + self.at, name, Code("formats.b2_ordre"), Found::Nothing));
    }
}

/// The record of an FSE that a line is.
pub(crate) fn identify(line: &[u8]) -> Option<&'static Record> {
    let letter = match line.first()? {
        b'2' => line.get(38),
        b'4' => line.get(35),
        _ => None,
    };
    let name: Vec<u8> =
        line.iter().take(1).chain(letter.filter(|letter| letter.is_ascii_uppercase())).copied().collect();
    sim_er::RECORDS.into_iter().find(|record| record.name.as_bytes() == name)
}

fn claim(
    values: &Values,
    [with_locum, with_demand]: [bool; 2],
    acts: Vec<ClaimedAct>,
    records: usize,
    faults: &mut Vec<Fault>,
) -> Option<ClaimedFse> {
    let mut taker = Taker { values, faults };
    let own_nir = taker.optional_nir()?;
    let corrects = taker.corrects()?;
    let complementary = taker.complementary()?;
    let locum = if with_locum { Some(taker.billing(1150)?) } else { None };
    let demand =
        if with_demand { Some(demand(&mut taker, corrects.is_some(), complementary.is_some())?) } else { None };
    let care = CareContext {
        nature: taker.number(CONTEXT, 2)?,
        care_path: taker.letter(CONTEXT, 3)?,
        exoneration: taker.letter(CONTEXT, 4)?,
        accident: taker.accident()?,
        third_party_accident: taker.said_day(CONTEXT, 10)?,
        referrer: taker.referrer()?,
        rights_proof: taker.number(CONTEXT, 6)?,
    };
    let totals = totals(&mut taker, &acts, records)?;
    Some(ClaimedFse {
        reference: FseRef { billing: taker.billing(1120)?, number: taker.fse_number(1110, 1)? },
        mode: taker.coded(CONTEXT, 1, SecuringMode::from_code)?,
        drawn_up: taker.date(1110, 3)?,
        corrects: corrects.map(|(number, _)| number),
        corrects_date: corrects.map(|(_, date)| date),
        insured_nir: taker.nir(1130, 2)?,
        insured_key: taker.number(1130, 3)?,
        own_nir,
        birth: taker.text(1130, 4)?,
        birth_rank: taker.number(1130, 5)?,
        quality: taker.number(1130, 6)?,
        coverage_code: taker.text(1130, 7)?,
        organisme: taker.organisme()?,
        executant_rpps: taker.rpps(says_more(&care) || acts.iter().any(act::says_more))?,
        care,
        convention: taker.number(1120, 5)?,
        specialty: taker.text(1120, 6)?,
        tariff_zone: taker.text(1120, 7)?,
        condition: taker.condition()?,
        structure_number: taker.text(1140, 2)?,
        situation: taker.number(1110, 4)?,
        locum_signs: if with_locum { taker.flag(1150, 5)? } else { false },
        locum_name: if with_locum { Some((taker.name(1150, 3)?, taker.name(1150, 4)?)) } else { None },
        locum,
        complementary,
        management: taker.listed(COVER, 1, Management::from_letter)?,
        demand,
        third_party_amo: taker.flag(CONTEXT, 7)?,
        third_party_amc: taker.flag(CONTEXT, 8)?,
        acts,
        totals,
    })
}

/// What record 2D says. It asks an insurer, and takes back exactly when the invoice names another.
fn demand(taker: &mut Taker<'_>, corrects: bool, covered: bool) -> Option<ClaimedDemand> {
    let cancels = taker.listed(DEMAND, 3, |letter| match letter {
        'D' => Some(false),
        'A' => Some(true),
        _ => None,
    })?;
    // A blank says nothing that a DRE could mean.
    if !covered {
        return taker.refuse(1321, 2, Code("formats.b2_code"));
    }
    let Some(cancels) = cancels.filter(|cancels| *cancels == corrects) else {
        return taker.refuse(DEMAND, 3, Code("formats.b2_code"));
    };
    Some(ClaimedDemand { member: taker.filled(DEMAND, 1)?, convention: taker.text(DEMAND, 2)?, cancels })
}

/// Whether digits are all zeros: an absent number.
pub(crate) fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|digit| digit == b'0')
}

/// The totals of record 5, each compared with the sum of the acts.
fn totals(taker: &mut Taker<'_>, acts: &[ClaimedAct], records: usize) -> Option<ClaimedTotals> {
    let sum = |part: fn(&ClaimedAct) -> Centimes| acts.iter().map(part).sum::<Centimes>();
    let (fee, amo, amc) = (sum(|act| act.fee), sum(|act| act.amo), sum(|act| act.amc));
    taker.agrees(TOTALS, 1, u64::try_from(records).ok()?, Code("formats.b2_nombre"))?;
    for (field, expected) in [(2, fee), (3, amo), (4, fee - amo), (5, amc)] {
        // An AMO part above the fees leaves less than nothing, which no unsigned total can say.
        let expected = u64::try_from(expected.0).unwrap_or(u64::MAX);
        taker.agrees(TOTALS, field, expected, Code("formats.b2_total"))?;
    }
    Some(ClaimedTotals { fee, amo, before_amc: fee - amo, amc })
}
