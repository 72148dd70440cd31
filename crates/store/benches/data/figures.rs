//! Times that were taken, and what is said of them: the median, the 99th percentile, the longest; one JSON line a value.
//! Not what must be reached: `tests/src/bin/liasse-bench.rs`.

use std::time::Instant;

/// Milliseconds, in the order in which they were taken.
#[derive(Clone, Default)]
pub struct Took(Vec<f64>);

impl Took {
    /// The times of a work done so often.
    pub fn times(often: u32, mut work: impl FnMut()) -> Self {
        let mut took = Self::default();
        for _ in 0..often {
            took.of(&mut work);
        }
        took
    }

    /// Takes the time of a work.
    pub fn of<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.0.push(milliseconds_since(start));
        done
    }

    /// One more time.
    pub fn add(&mut self, milliseconds: f64) {
        self.0.push(milliseconds);
    }

    /// All of another's.
    pub fn join(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    /// As many are shorter as are longer.
    pub fn median(&self) -> f64 {
        self.of_hundred(50)
    }

    /// So many of a hundred are not longer.
    pub fn of_hundred(&self, shorter: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let place = (sorted.len() * shorter).div_ceil(100).max(1) - 1;
        sorted.get(place).copied().expect("a time")
    }

    /// The longest.
    pub fn longest(&self) -> f64 {
        self.of_hundred(100)
    }
}

/// Milliseconds that have passed.
pub fn milliseconds_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// A value for whoever reads the benchmark.
pub fn say(bench: &str, value: f64, unit: &str) {
    println!("{{\"bench\":\"{bench}\",\"value\":{value:.3},\"unit\":\"{unit}\"}}");
}
