//! What is drawn of « À surveiller »: a bar a category and the marks of the legal dates. The lengths and places are worked out
//! by pure functions; the words stand beside, as text (`view`): no colour and no shape speaks alone.

use chrono::NaiveDate;
use iced::widget::canvas::{Frame, Path, Stroke};
use iced::{Color, Element, Point, Size};
use liasse_core::radar::{LegalDate, Level};
use liasse_domain::Centimes;
use liasse_domain::calendar::{Territory, add_working_days, working_days_between};

use crate::theme::Colours;
use crate::widget::drawing::drawing;

/// How many working days after today are on the line.
const DAYS: u32 = 14;
/// What is watched has a bar of this length, however little it is worth.
const LEAST: f32 = 4.0;
/// The height of a bar.
const BAR: f32 = 10.0;
/// The height of the line with its marks.
const LINE: f32 = 32.0;
/// The largest mark, from its middle.
const LARGEST: f32 = 12.0;

/// A place on the line: what is late, today, or a working day that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// Which day; `None` for what is late.
    pub(super) day: Option<NaiveDate>,
    /// How many things have their date there.
    pub(super) count: usize,
    /// How these dates stand; nothing where there are none.
    pub(super) level: Option<Level>,
}

/// The line from what is late over today to the last working day that is on it; what comes later stands on that one.
pub(super) fn slots(dates: &[LegalDate], today: NaiveDate) -> Vec<Slot> {
    let empty = |day| Slot { day, count: 0, level: None };
    let coming = (1..=DAYS).map(|days| add_working_days(today, days, Territory::National));
    let mut slots: Vec<Slot> = [None, Some(today)].into_iter().chain(coming.map(Some)).map(empty).collect();
    for date in dates {
        let ahead = working_days_between(today, date.day, Territory::National).min(DAYS);
        let place = if date.day < today { 0 } else { usize::try_from(ahead).unwrap_or_default() + 1 };
        if let Some(slot) = slots.get_mut(place) {
            slot.count += date.count;
            slot.level = slot.level.max(Some(date.level));
        }
    }
    slots
}

/// `part` of `whole` as a number between 0 and 1; 0 of nothing.
#[expect(clippy::float_arithmetic, reason = "a length on screen is a real number")]
fn share(part: i64, whole: i64) -> f32 {
    let whole = whole.max(0);
    let thousandths = i128::from(part.clamp(0, whole)) * 1000 / i128::from(whole.max(1));
    f32::from(u16::try_from(thousandths).unwrap_or(1000)) / 1000.0
}

/// How long the bar of a category is, beside the largest of them. What has no euros and is there all the same is seen.
#[expect(clippy::float_arithmetic, reason = "a length on screen is a real number")]
pub(super) fn length(amount: Centimes, largest: Centimes, count: usize, width: f32) -> f32 {
    if count == 0 || !width.is_finite() || width <= 0.0 {
        return 0.0;
    }
    (share(amount.0, largest.0) * width).max(LEAST.min(width))
}

/// How much of a bar is late.
#[expect(clippy::float_arithmetic, reason = "a length on screen is a real number")]
pub(super) fn late(length: f32, overdue: usize, count: usize) -> f32 {
    let [overdue, count] = [overdue, count].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
    share(overdue, count) * length
}

/// The middle of a slot of a line of this width.
#[expect(clippy::float_arithmetic, reason = "a place on screen is a real number")]
pub(super) fn middle(slot: usize, slots: usize, width: f32) -> f32 {
    let [slot, slots] = [slot, slots].map(|number| f32::from(u16::try_from(number).unwrap_or(u16::MAX)));
    ((slot + 0.5) / slots.max(1.0) * width.max(0.0)).min(width.max(0.0))
}

/// How large the mark of so many is, from its middle: it grows to ten of them, and stays in its slot.
#[expect(clippy::float_arithmetic, reason = "a length on screen is a real number")]
pub(super) fn radius(count: usize, slots: usize, width: f32) -> f32 {
    if count == 0 {
        return 0.0;
    }
    let count = f32::from(u16::try_from(count.min(10)).unwrap_or(10));
    (5.0 + count * 0.7).min(LARGEST).min(middle(0, slots, width))
}

/// What a bar shows.
#[derive(Clone, Copy, PartialEq)]
struct Bar {
    amount: Centimes,
    largest: Centimes,
    count: usize,
    overdue: usize,
}

/// A bar: its part that is late stands at its left, in another colour and cut off by a line.
fn draw_bar(bar: &Bar, frame: &mut Frame, colours: Colours) {
    let (width, height) = (frame.width(), frame.height());
    frame.fill_rectangle(Point::ORIGIN, frame.size(), colours.ground);
    let whole = length(bar.amount, bar.largest, bar.count, width);
    frame.fill_rectangle(Point::ORIGIN, Size::new(whole, height), colours.accent);
    if bar.overdue > 0 {
        let part = late(whole, bar.overdue, bar.count);
        frame.fill_rectangle(Point::ORIGIN, Size::new(part, height), colours.bad);
        let cut = Path::line(Point::new(part, 0.0), Point::new(part, height));
        frame.stroke(&cut, Stroke::default().with_width(2.0).with_color(colours.panel));
    }
}

/// The line: a square for what is late, a triangle for what is near, a disc for what is in time; a tall stroke before today.
#[expect(clippy::float_arithmetic, reason = "places on screen are real numbers")]
fn draw_line(slots: &[Slot], frame: &mut Frame, colours: Colours) {
    let (count, width, height) = (slots.len(), frame.width(), frame.height());
    let middle_height = height / 2.0;
    let stroke = |width: f32, colour: Color| Stroke::default().with_width(width).with_color(colour);
    let base = Path::line(Point::new(0.0, middle_height), Point::new(width, middle_height));
    frame.stroke(&base, stroke(1.0, colours.line));
    // Between what is late and today.
    let border = (middle(0, count, width) + middle(1, count, width)) / 2.0;
    let today = Path::line(Point::new(border, 0.0), Point::new(border, height));
    frame.stroke(&today, stroke(2.0, colours.accent));
    for (index, slot) in slots.iter().enumerate() {
        let at = Point::new(middle(index, count, width), middle_height);
        let Some(level) = slot.level else {
            let tick = Path::line(Point::new(at.x, at.y - 3.0), Point::new(at.x, at.y + 3.0));
            frame.stroke(&tick, stroke(1.0, colours.line));
            continue;
        };
        let colour = match level {
            Level::ATemps => colours.good,
            Level::Bientot => colours.amber,
            Level::EnRetard => colours.bad,
        };
        frame.fill(&shape(level, at, radius(slot.count, count, width)), colour);
    }
}

#[expect(clippy::float_arithmetic, reason = "places on screen are real numbers")]
fn shape(level: Level, at: Point, radius: f32) -> Path {
    match level {
        Level::ATemps => Path::circle(at, radius),
        Level::Bientot => Path::new(|path| {
            path.move_to(Point::new(at.x, at.y - radius));
            path.line_to(Point::new(at.x + radius, at.y + radius));
            path.line_to(Point::new(at.x - radius, at.y + radius));
            path.close();
        }),
        Level::EnRetard => {
            Path::rectangle(Point::new(at.x - radius, at.y - radius), Size::new(radius * 2.0, radius * 2.0))
        }
    }
}

/// The bar of a category beside the largest of them.
pub(super) fn bar<'a, Message: 'a>(
    amount: Centimes,
    largest: Centimes,
    count: usize,
    overdue: usize,
) -> Element<'a, Message> {
    drawing(Bar { amount, largest, count, overdue }, BAR, draw_bar)
}

/// The line of the legal dates, without its words.
pub(super) fn line<'a, Message: 'a>(slots: Vec<Slot>) -> Element<'a, Message> {
    drawing(slots, LINE, |slots: &Vec<Slot>, frame, colours| draw_line(slots, frame, colours))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMOUNTS: [i64; 9] = [i64::MIN, -1, 0, 1, 99, 3000, 123_456, 99_999_999, i64::MAX];

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_bar_is_never_longer_than_its_place_nor_shorter_than_a_lesser_one() {
        for largest in AMOUNTS {
            for width in [0.0, -3.0, f32::NAN, f32::INFINITY, 1.0, 3.0, 400.0, 4000.0] {
                let mut before = 0.0;
                for amount in AMOUNTS {
                    for count in [0, 1, 500] {
                        let long = length(Centimes(amount), Centimes(largest), count, width);
                        assert!(long.is_finite() && long >= 0.0, "{amount} of {largest} on {width}: {long}");
                        assert!(long <= width.max(0.0) || long == 0.0, "{amount} of {largest} on {width}: {long}");
                    }
                    let long = length(Centimes(amount), Centimes(largest), 1, width);
                    assert!(long >= before, "{amount} of {largest} on {width}");
                    before = long;
                }
            }
        }
    }

    #[test]
    fn the_largest_fills_its_place_half_of_it_half_and_what_is_worth_nothing_is_seen() {
        let of = |amount, count| length(Centimes(amount), Centimes(60_000), count, 400.0);
        assert_eq!(
            [of(60_000, 3), of(30_000, 3), of(0, 3), of(0, 0)].map(|long| long.round()),
            [400.0, 200.0, 4.0, 0.0]
        );
        assert_eq!(length(Centimes(0), Centimes(0), 0, 400.0), 0.0, "a quiet day");
        assert_eq!(length(Centimes(0), Centimes(0), 2, 400.0), LEAST, "passages that nobody has coded");
    }

    #[test]
    fn what_is_late_is_a_part_of_its_bar() {
        assert_eq!([late(200.0, 0, 4), late(200.0, 1, 4), late(200.0, 4, 4)], [0.0, 50.0, 200.0]);
        assert_eq!([late(200.0, 9, 4), late(200.0, 1, 0), late(0.0, 1, 1)], [200.0, 0.0, 0.0]);
    }

    #[test]
    fn the_line_begins_with_what_is_late_and_steps_over_the_weekend() {
        let date = |text: &str, count, level| LegalDate { day: day(text), count, total_cents: Centimes(1), level };
        let dates = [
            date("2026-01-12", 2, Level::EnRetard),
            date("2026-01-14", 1, Level::EnRetard),
            date("2026-01-15", 1, Level::Bientot),
            date("2026-01-19", 4, Level::ATemps),
            date("2026-06-30", 5, Level::ATemps),
        ];
        let slots = slots(&dates, day("2026-01-15"));
        assert_eq!(slots.len(), 16);
        let told: Vec<_> = slots.iter().filter(|slot| slot.count > 0).map(|slot| (slot.day, slot.count)).collect();
        // Thursday 15, Friday 16, Monday 19; the fourteenth working day is Wednesday 4 February.
        let expected = [(None, 3), (Some("2026-01-15"), 1), (Some("2026-01-19"), 4), (Some("2026-02-04"), 5)];
        assert_eq!(told, expected.map(|(text, count)| (text.map(day), count)));
        assert_eq!((slots[0].level, slots[2].level), (Some(Level::EnRetard), None));
        // On a Sunday, Monday is the first day that comes.
        let sunday = super::slots(&dates[3..4], day("2026-01-18"));
        assert_eq!((sunday[1].count, sunday[2].count, sunday[2].day), (0, 4, Some(day("2026-01-19"))));
    }

    #[test]
    fn marks_stand_inside_the_frame_in_their_order_and_do_not_touch_their_neighbours() {
        for width in [0.0, 1.0, 200.0, 640.0, 3000.0] {
            let mut before = 0.0;
            for slot in 0..16 {
                for count in [0, 1, 7, 10, 100_000] {
                    let (at, half) = (middle(slot, 16, width), radius(count, 16, width));
                    assert!(at.is_finite() && half.is_finite() && half >= 0.0);
                    assert!(at - half >= -0.01 && at + half <= width + 0.01, "{slot} {count} on {width}");
                    assert!(half * 2.0 <= width / 16.0 + 0.01 && half * 2.0 <= LINE, "{slot} {count} on {width}");
                }
                let at = middle(slot, 16, width);
                assert!(at >= before, "{slot} on {width}");
                before = at;
            }
        }
        assert_eq!((middle(0, 0, 100.0), radius(0, 16, 640.0)), (50.0, 0.0), "a line without slots");
        assert!(radius(9, 16, 640.0) > radius(2, 16, 640.0), "more are larger");
    }
}
