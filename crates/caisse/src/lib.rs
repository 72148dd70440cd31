//! caisse
