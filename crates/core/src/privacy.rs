//! What the process itself must not leave behind. A core dump, taken while a code is on its way to a card, would hold it.
//! Not the wiping of codes (`domain::Digits`), and not swap. Rule: issue 7, 2: the PIN never in a core dump.

/// Switches core dumps of this process off, and with them the looking into its memory by other programs of the same user;
/// says whether the system did both. To be called before anything else: what it starts later has no core dumps either.
#[cfg(target_os = "linux")]
pub fn no_core_dumps() -> bool {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

    let limited = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).is_ok();
    // Where the system hands dumps to a program (apport, systemd-coredump), the limit alone does not hold them back (core(5)).
    let hidden = set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok();
    limited && hidden
}

/// Elsewhere nothing is switched off, and it says so.
#[cfg(not(target_os = "linux"))]
pub fn no_core_dumps() -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn the_limit_and_the_mark_of_the_process_say_that_there_is_no_dump() {
        assert!(no_core_dumps());
        assert_eq!(getrlimit(Resource::Core), Rlimit { current: Some(0), maximum: Some(0) });
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
        assert!(no_core_dumps(), "a second call finds what the first one made");
    }
}
