//! The PDF as others read it: Poppler judges the sample, and any document at all must come out.
#![expect(clippy::expect_used, reason = "what cannot be made or read fails the test")]

mod anything;
mod poppler;
mod sample;
