//! What an answer means.

use crate::report::validation::wire::{Answer, Check, Expectation, REPORT_FORMAT, Report, Validation};

/// How a query went: its one value (`None`: a null), or the server's SQLSTATE and message.
pub type Found = Result<Option<String>, (String, String)>;

/// Whether a check has its time when step `at` is the last that is done.
pub fn is_time(check: &Check, at: usize) -> bool {
    (check.from..=check.to).contains(&at)
}

/// Why a check cannot be asked when step `at` is the last that is done.
pub fn not_now(check: &Check, at: usize, kept: Option<&str>) -> Option<String> {
    if check.expectation == Expectation::Read {
        return Some("no query decides it".into());
    }
    if !is_time(check, at) {
        let place = |step: usize| if step == 0 { "before step 1".into() } else { format!("after step {step}") };
        return Some(match check.from == check.to {
            true => format!("its time is {}", place(check.from)),
            false => format!("its time is from {} to {}", place(check.from), place(check.to)),
        });
    }
    if check.expectation == Expectation::Same && kept.is_none() {
        return Some("there is no answer from before to compare with".into());
    }
    None
}

/// `kept`: what the check's baseline answered.
pub fn answer(check: &Check, found: &Found, kept: Option<&str>, sampled: bool) -> Answer {
    let text = |it: &Option<String>| it.clone().unwrap_or_else(|| "null".into());
    let status = match (found, check.expectation) {
        (Err(_), _) => "error",
        (Ok(_), Expectation::NoError) => "passed",
        (Ok(_), Expectation::Keep) => "kept",
        (Ok(found), Expectation::Equals) if text(found) == check.expected => "passed",
        (Ok(found), Expectation::Same) if kept.is_some_and(|kept| text(found) == kept) => "passed",
        _ => "failed",
    };
    let error = found.as_ref().err();
    Answer {
        status: status.into(),
        expected: match (check.expectation, kept) {
            (Expectation::Same, Some(kept)) => kept.to_owned(),
            _ => check.expected.clone(),
        },
        found: found.as_ref().ok().map(text),
        sampled,
        message: error.map(|(_, message)| message.clone()),
        sqlstate: error.map(|(state, _)| state.clone()),
        ..of(check)
    }
}

/// A check that was not asked.
pub fn not_asked(check: &Check, why: String) -> Answer {
    Answer { status: "not_asked".into(), message: Some(why), expected: check.expected.clone(), ..of(check) }
}

fn of(check: &Check) -> Answer {
    Answer {
        id: check.id.clone(),
        kind: check.kind.clone(),
        title: check.title.clone(),
        prevents: check.sqlstates.clone(),
        ..Answer::default()
    }
}

/// All answers together.
pub fn report(validation: &Validation, server: String, at: usize, answers: Vec<Answer>) -> Report {
    let count = |words: &[&str]| answers.iter().filter(|it| words.contains(&it.status.as_str())).count();
    Report {
        format: REPORT_FORMAT.into(),
        server,
        at,
        steps: validation.steps,
        passed: count(&["passed"]),
        failed: count(&["failed", "error"]),
        not_asked: count(&["not_asked"]),
        answers,
    }
}
