//! The port to whatever has an appli carte Vitale sign: the simulator's telephone today, an approved engine in its place.
//! Not the reading of a context: that is `liasse_formats::apcv`.

use crate::apcv::{Apcv, ApcvError};

/// Has the application of an insured person sign, in the context in which it was presented. The real one is a service of the caisses
/// that is asked by the name of the context (reference telecom, 2.2); nothing else of it is public.
pub trait ApcvEngine: Send {
    /// Signs a SHA-256 hash: RSASSA-PKCS1-v1_5 by the key of the context's certificate.
    ///
    /// # Errors
    /// [`ApcvError`]: the context has run out, or is none that the engine knows.
    fn sign(&mut self, apcv: &Apcv, hash: &[u8; 32]) -> Result<Vec<u8>, ApcvError>;
}
