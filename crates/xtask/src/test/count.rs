//! Totals over runners that each count in words of their own.

use std::{fmt, ops::AddAssign};

#[derive(Default, Debug, PartialEq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Count {
    /// One failure, where no runner was reached that could count.
    pub(crate) fn failure() -> Self {
        Count { failed: 1, ..Count::default() }
    }

    pub(crate) fn good(&self) -> bool {
        self.failed == 0
    }

    /// Adds what a line of libtest says: `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
    pub(crate) fn read_libtest(&mut self, line: &str) -> bool {
        let Some(result) = line.strip_prefix("test result: ") else { return false };
        let words: Vec<&str> = result.split_whitespace().collect();
        for pair in words.windows(2) {
            if let Ok(number) = pair[0].parse::<u64>() {
                match pair[1].trim_end_matches(';') {
                    "passed" => self.passed += number,
                    "failed" => self.failed += number,
                    "ignored" => self.skipped += number,
                    _ => {}
                }
            }
        }
        true
    }

    /// Adds what a line of Node's runner says: `ℹ pass 12` (spec) or `# pass 12` (tap).
    pub(crate) fn read_node(&mut self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        let (Some("ℹ" | "#"), Some(word), Some(number), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return false;
        };
        let Ok(number) = number.parse::<u64>() else { return false };
        match word {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            "skipped" | "todo" => self.skipped += number,
            _ => return false,
        }
        true
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn libtest_results_add_up() {
        let mut count = Count::default();
        assert!(count.read_libtest(
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s"
        ));
        assert!(count.read_libtest(
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1s"
        ));
        assert!(!count.read_libtest("test passes ... ok"));
        assert_eq!(count, Count { passed: 7, failed: 3, skipped: 1 });
        assert_eq!(count.to_string(), "7 passed, 3 failed, 1 skipped");
    }

    #[test]
    fn both_reporters_of_node_are_read() {
        let mut count = Count::default();
        for line in [
            "ℹ tests 13",
            "ℹ pass 12",
            "ℹ fail 1",
            "ℹ cancelled 0",
            "ℹ duration_ms 81.5",
            "# pass 2",
            "# pass the salt please",
        ] {
            count.read_node(line);
        }
        assert_eq!(count, Count { passed: 14, failed: 1, skipped: 0 });
    }
}
