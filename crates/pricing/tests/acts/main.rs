//! The acts of doctors, nurses and midwives to the cent, with what is said beside them, each in a module of its theme.
//! Expected amounts are written by hand from the reference tariffs and the sources they name, never computed.

mod doctors;
mod heavy;
mod history;
mod mended;
mod nurses;
mod support;
mod technical;
mod travel;
