//! The counts at the head of the JUnit report that nextest writes (`.config/nextest.toml`).
//! Not an XML reader: the three attributes of the first `testsuites` tag.

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed, timed out or could not run.
    pub failed: usize,
}

/// The counts of a report, `None` when it is not one.
pub fn counts(report: &str) -> Option<Counts> {
    let tag = report.split_once("<testsuites")?.1.split_once('>')?.0;
    let attribute = |name: &str| -> Option<usize> {
        let rest = tag.split_once(&format!(" {name}=\""))?.1;
        rest.split_once('"')?.0.parse().ok()
    };
    let failed = attribute("failures")? + attribute("errors")?;
    Some(Counts { passed: attribute("tests")?.checked_sub(failed)?, failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_real_report_is_read() {
        let report = concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"nextest-run\" tests=\"12\" failures=\"2\" ",
            "errors=\"1\" uuid=\"0\" timestamp=\"2026-11-23T08:00:00.000+00:00\" time=\"0.004\">\n",
            "  <testsuite name=\"a\" tests=\"12\" disabled=\"0\" errors=\"0\" failures=\"0\">"
        );
        assert_eq!(counts(report), Some(Counts { passed: 9, failed: 3 }));
    }

    #[test]
    fn anything_else_is_no_report() {
        assert_eq!(counts(""), None);
        assert_eq!(counts("<testsuites tests=\"1\">"), None);
        assert_eq!(counts("<testsuites tests=\"1\" failures=\"2\" errors=\"0\">"), None);
    }
}
