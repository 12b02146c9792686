//! What a problem is known by from one run to the next, wherever its lines have moved to.

use std::collections::BTreeMap;

use lockstep_core::report::wire;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// The same problem of the same statement may be there twice in a file: they are numbered.
#[derive(Default)]
pub(super) struct Fingerprints(BTreeMap<String, usize>);

impl Fingerprints {
    /// Of what it is, its file and its statement, blanks and line breaks aside.
    pub(super) fn of(&mut self, problem: &Problem, trace: &wire::Trace) -> String {
        let step = problem.step.and_then(|index| trace.steps.get(index.checked_sub(1)?));
        let what = step.map_or(problem.title.as_str(), |step| step.sql.as_str());
        let words: Vec<&str> = what.split_whitespace().collect();
        let text = [problem.id.as_str(), &path(&problem.file), &words.join(" ")].join("\0");
        let number = self.0.entry(text.clone()).or_insert(0);
        *number += 1;
        let digest = Sha256::digest(format!("{text}\0{number}"));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// As repositories write it: relative ones without `./`, slashes on every system.
pub(super) fn path(file: &str) -> String {
    let file = if cfg!(windows) { file.replace('\\', "/") } else { file.to_owned() };
    let mut rest = file.as_str();
    while let Some(next) = rest.strip_prefix("./") {
        rest = next.trim_start_matches('/');
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(file: &str, title: &str) -> String {
        let problem = Problem { id: "input".into(), file: file.into(), title: title.into(), ..Problem::default() };
        Fingerprints::default().of(&problem, &wire::Trace::default())
    }

    #[test]
    fn blanks_make_no_difference_files_do() {
        assert_eq!(of("./a.sql", "x  y"), of("a.sql", "x\ny"));
        assert_ne!(of("a.sql", "x y"), of("b.sql", "x y"));
        assert_eq!(of("a.sql", "x").len(), 32);
    }

    #[test]
    fn equal_ones_are_told_apart() {
        let problem = Problem { title: "x".into(), ..Problem::default() };
        let mut fingerprints = Fingerprints::default();
        let both = [0, 1].map(|_| fingerprints.of(&problem, &wire::Trace::default()));
        assert_ne!(both[0], both[1]);
    }
}
