//! A step's prediction against its observation, aspect by aspect. Where the model knows nothing or the
//! server showed nothing, there is no verdict: a contradiction is only what the server refutes.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_core::pg::lock_mode::LockMode;
use lockstep_core::report::wire;

use crate::observe::{Observation, Seen};
use crate::rehearse::report::{Agreement, Aspects, Verdict};

pub fn step(predicted: &wire::Step, measured: &Observation, understood: bool) -> Aspects {
    let outcome = outcome(predicted, measured);
    let comparable = match (&measured.outcome, &*predicted.outcome) {
        (_, "unknown") => Err(Verdict::not_predicted("what the step does is unknown")),
        (Err(_), _) => Err(Verdict::not_measured("the step failed on the server")),
        (Ok(()), "failed") => Err(Verdict::not_predicted("the step was predicted to fail")),
        (Ok(()), _) => Ok(()),
    };
    let (locks, work, waits_for) = match comparable {
        Err(none) => (none.clone(), none.clone(), (!predicted.waits_for.is_empty()).then_some(none)),
        Ok(()) => {
            let work = match understood {
                true => work(&predicted.work, &measured.work),
                false => Verdict::not_measured("the server's messages are not in English"),
            };
            (locks(&predicted.locks, measured), work, waits_for(&predicted.waits_for, measured.waited))
        }
    };
    Aspects { outcome, locks, work, waits_for, wording: wording(predicted, measured) }
}

fn outcome(predicted: &wire::Step, measured: &Observation) -> Verdict {
    let state = measured.outcome.as_ref().err().map(|failure| failure.sqlstate.as_str());
    let said = match predicted.sqlstate.as_deref() {
        Some(sqlstate) => format!("{} {sqlstate}", predicted.outcome),
        None => predicted.outcome.to_string(),
    };
    let differs = || {
        let really = match &measured.outcome {
            Ok(()) => "done".to_owned(),
            Err(failure) => format!("failed {}: {}", failure.sqlstate, failure.message),
        };
        Verdict::contradicts(format!("predicted {said}, measured {really}"))
    };
    let agrees = match (&*predicted.outcome, state) {
        ("unknown", _) => {
            return Verdict::not_predicted(predicted.message.as_deref().unwrap_or("the outcome is unknown"));
        }
        (_, Some("57014")) => return Verdict::not_measured("the step was cancelled: it took too long"),
        ("done" | "depends_on_data", None) => true,
        ("depends_on_data", Some(state)) => predicted.preconditions.iter().any(|it| it.sqlstate == state),
        ("failed", Some(state)) => predicted.sqlstate.as_deref() == Some(state),
        _ => false,
    };
    if agrees { Verdict::agrees() } else { differs() }
}

/// The server's own words are part of the prediction.
fn wording(predicted: &wire::Step, measured: &Observation) -> Option<String> {
    let failure = measured.outcome.as_ref().err()?;
    let words = predicted.message.as_ref()?;
    let same_state = predicted.outcome == "failed" && predicted.sqlstate.as_ref() == Some(&failure.sqlstate);
    (same_state && *words != failure.message)
        .then(|| format!("predicted \"{words}\", the server says \"{}\"", failure.message))
}

/// Relations that were there before the statement. Those that it made are its own: nobody else sees them.
fn locks(predicted: &[wire::Lock], measured: &Observation) -> Verdict {
    let expected: BTreeMap<&str, &str> =
        predicted.iter().filter(|it| !it.new && !it.if_rows).map(|it| (it.relation.as_str(), &*it.mode)).collect();
    // What only a written row takes is there or not.
    let perhaps = |relation: &str, mode: &str| {
        predicted.iter().any(|it| it.if_rows && it.relation == relation && it.mode == mode)
    };
    let found: BTreeMap<&str, &str> =
        measured.locks.iter().filter(|it| !it.new).map(|it| (it.relation.as_str(), it.mode.as_str())).collect();
    let relations: BTreeSet<&str> = expected.keys().chain(found.keys()).copied().collect();
    let mut wrong = vec![];
    let mut unseen = vec![];
    for relation in relations {
        match (expected.get(relation), found.get(relation), measured.seen) {
            (Some(expected), Some(found), _) if expected == found => {}
            (_, Some(found), _) if perhaps(relation, found) => {}
            // Asked for again: pg_locks shows no more than that it is held.
            (Some(expected), found, Seen::AtEnd)
                if found.is_none_or(|it| LockMode::from_pg_locks_name(it) < LockMode::from_pg_locks_name(expected))
                    && measured.held.contains(&(relation.to_owned(), (*expected).to_owned())) => {}
            (_, _, Seen::Not) => return Verdict::not_measured("nobody looked at the locks"),
            // A weaker mode was caught, or none: the stronger one may have been too quick to be seen.
            (Some(expected), found, Seen::WhileRunning)
                if found.is_none_or(|it| LockMode::from_pg_locks_name(it) < LockMode::from_pg_locks_name(expected)) =>
            {
                unseen.push(format!("{expected} on {relation} was not seen while the step ran"));
            }
            (expected, found, _) => wrong.push(format!(
                "{relation}: predicted {}, measured {}",
                expected.copied().unwrap_or("no lock"),
                found.copied().unwrap_or("no lock")
            )),
        }
    }
    match (wrong.is_empty(), unseen.is_empty()) {
        (false, _) => Verdict::of(wrong),
        (true, false) => Verdict { agreement: Agreement::NotMeasured, differences: unseen },
        (true, true) => Verdict::agrees(),
    }
}

/// The server names a rewritten or verified table, an index built, a foreign key checked; it says nothing
/// about rows written.
fn work(predicted: &[wire::Work], measured: &[wire::Work]) -> Verdict {
    let keys = |work: &[wire::Work]| -> BTreeSet<String> {
        let told = work.iter().filter(|it| it.kind != "write_rows");
        let object = |it: &wire::Work| match &*it.kind {
            "rewrite" | "verify" => bare(&it.relation),
            _ => bare(it.object.as_deref().unwrap_or(&it.relation)),
        };
        told.map(|it| format!("{} {}", it.kind, object(it))).collect()
    };
    let (expected, found) = (keys(predicted), keys(measured));
    let missing = expected.difference(&found).map(|it| format!("predicted {it}, which the server did not do"));
    let more = found.difference(&expected).map(|it| format!("the server did {it}, which was not predicted"));
    Verdict::of(missing.chain(more).collect())
}

/// The last part of a printed name, without quotes: `"My App"."Order"` → `Order`.
pub(crate) fn bare(name: &str) -> String {
    parts(name).pop().unwrap_or_default()
}

/// The parts of a printed name, without quotes.
pub(crate) fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(part) = parts.last_mut() else { break };
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                part.push('"');
            }
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            other => part.push(other),
        }
    }
    parts
}

fn waits_for(predicted: &[wire::WaitsFor], waited: Option<bool>) -> Option<Verdict> {
    if predicted.is_empty() {
        return None;
    }
    Some(match waited {
        Some(true) => Verdict::agrees(),
        Some(false) => Verdict::contradicts("it ended while another transaction held a lock it is said to wait for"),
        None => Verdict::not_measured("no lock could be held against it"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::HeldLock;
    use crate::session::Failure;
    use serde_json::json;
    use std::time::Duration;

    fn predicted(outcome: &str, locks: &[(&str, &str)]) -> wire::Step {
        let lock = |(relation, mode): &(&str, &str)| {
            json!({ "relation": relation, "kind": "r", "mode": mode, "new": false, "reason": "",
                "blocks_reads": false, "blocks_writes": false })
        };
        let locks: Vec<_> = locks.iter().map(lock).collect();
        serde_json::from_value(json!({
            "index": 1, "file": "a.sql", "line": 1, "end_line": 1, "from": 0, "to": 1, "sql": "…", "command": "ALTER TABLE",
            "transaction": 1, "caption": "", "outcome": outcome, "notices": [], "locks": locks, "held": [], "waits_for": [],
            "preconditions": [{ "query": "…", "expected": "0", "sqlstate": "23502" }], "work": [], "findings": [], "changes": []
        }))
        .unwrap()
    }

    fn measured(sqlstate: Option<&str>, seen: Seen, locks: &[(&str, &str)]) -> Observation {
        let lock = |(relation, mode): &(&str, &str)| HeldLock {
            relation: (*relation).into(),
            kind: "r".into(),
            mode: (*mode).into(),
            new: false,
            held_before: None,
        };
        Observation {
            outcome: sqlstate.map_or(Ok(()), |it| Err(Failure { sqlstate: it.into(), ..Failure::default() })),
            messages: vec![],
            locks: locks.iter().map(lock).collect(),
            held: BTreeSet::new(),
            seen,
            work: vec![],
            new_files: vec![],
            read_only: false,
            waited: None,
            time: Duration::ZERO,
        }
    }

    #[test]
    fn what_depends_on_data_agrees_with_both_ends() {
        let step = predicted("depends_on_data", &[]);
        for (sqlstate, agreement) in [
            (None, Agreement::Agrees),
            (Some("23502"), Agreement::Agrees),
            (Some("42P01"), Agreement::Contradicts),
            (Some("57014"), Agreement::NotMeasured),
        ] {
            assert_eq!(outcome(&step, &measured(sqlstate, Seen::Not, &[])).agreement, agreement, "{sqlstate:?}");
        }
    }

    #[test]
    fn the_unknown_is_never_contradicted() {
        let seen = measured(None, Seen::AtEnd, &[("t", "ShareLock")]);
        let aspects = super::step(&predicted("unknown", &[]), &seen, true);
        assert!(aspects.all().all(|(_, it)| it.agreement == Agreement::NotPredicted), "{aspects:?}");
    }

    #[test]
    fn a_lock_too_few_or_too_many_contradicts() {
        let step = predicted("done", &[("t", "ShareLock"), ("u", "ShareLock")]);
        let verdict = locks(&step.locks, &measured(None, Seen::AtEnd, &[("t", "ExclusiveLock"), ("v", "ShareLock")]));
        assert_eq!(verdict.agreement, Agreement::Contradicts);
        assert_eq!(
            verdict.differences,
            [
                "t: predicted ShareLock, measured ExclusiveLock",
                "u: predicted ShareLock, measured no lock",
                "v: predicted no lock, measured ShareLock"
            ]
        );
    }

    #[test]
    fn a_lock_too_quick_for_polling_is_no_contradiction() {
        let step = predicted("done", &[("t", "ShareUpdateExclusiveLock")]);
        let none = measured(None, Seen::WhileRunning, &[]);
        assert_eq!(locks(&step.locks, &none).agreement, Agreement::NotMeasured);
        let stronger = measured(None, Seen::WhileRunning, &[("t", "AccessExclusiveLock")]);
        assert_eq!(locks(&step.locks, &stronger).agreement, Agreement::Contradicts);
    }

    #[test]
    fn a_lock_that_is_held_already_is_no_contradiction() {
        let step = predicted("done", &[("t", "ShareLock")]);
        let mut none = measured(None, Seen::AtEnd, &[]);
        assert_eq!(locks(&step.locks, &none).agreement, Agreement::Contradicts);
        none.held.insert(("t".into(), "ShareLock".into()));
        assert_eq!(locks(&step.locks, &none).agreement, Agreement::Agrees);
    }

    #[test]
    fn printed_names_come_apart() {
        assert_eq!(parts("\"My.App\".\"Or\"\"der\""), ["My.App", "Or\"der"]);
        assert_eq!(bare("app.t"), "t");
    }
}
