//! What keeping data safe costs: the encrypted store beside a plain one on the same work, one FSE on the disk, and at 500,000 FSE the
//! opening, the search and a backup under a working desk. Each rival works in the same run. The rows are made (`practice/rows.sql`).
#![expect(clippy::float_arithmetic, clippy::expect_used, reason = "a benchmark")]

mod claims;
mod day;
mod figures;
mod hand;
mod journal;
#[path = "../practice/made.rs"]
#[expect(dead_code, reason = "shared with the benchmark of screens, which uses all of it")]
mod made;
mod side;
mod whole;

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(side::HAND) {
        side::be_a_hand(arguments);
        return;
    }
    // `cargo test --benches` starts it too: only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    day::day();
    whole::whole();
}
