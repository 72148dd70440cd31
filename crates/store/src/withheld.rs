//! How bytes that must not be printed show in a `Debug`: by their length. An FSE in clear and a whole mail hold names.
//! Not encryption and not erasure: the bytes are in memory, only their accidental printing is prevented.
//! Rule: design/style, no personal datum in any error, `Debug` or log.

use std::fmt;

/// Bytes of which only the length shows.
pub(crate) struct Withheld<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for Withheld<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// Writes `Debug` for a struct: the fields before the first `;` as they are, then bytes and optional bytes by their
/// length. Every field is named, so that a new one does not compile before somebody has decided how it shows.
macro_rules! debug_by_length {
    ($name:ident { $($shown:ident),*; $($bytes:ident),*; $($maybe:ident),* }) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let Self { $($shown,)* $($bytes,)* $($maybe,)* } = self;
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($shown), $shown))*
                    $(.field(stringify!($bytes), &$crate::withheld::Withheld($bytes)))*
                    $(.field(stringify!($maybe), &$maybe.as_deref().map($crate::withheld::Withheld)))*
                    .finish()
            }
        }
    };
}
pub(crate) use debug_by_length;
