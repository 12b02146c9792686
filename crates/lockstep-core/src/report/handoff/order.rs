//! In which order the migration and the application go out: what the new application needs comes before it, what the
//! old one cannot live with after it.

use crate::report::handoff::changes::Change;
use crate::report::handoff::wire::Stage;
use crate::report::words;
use crate::simulate::trace::Trace;

/// The stages, and what is to know of them.
pub(super) fn order(trace: &Trace, changes: &[Change]) -> (Vec<Stage>, Vec<String>) {
    let steps = trace.steps.len();
    let last_needed = changes.iter().filter(|it| it.needed).filter_map(|it| it.step).max().unwrap_or(0);
    let mut breaking: Vec<&Change> = changes.iter().filter(|it| it.first_break().is_some()).collect();
    breaking.sort_by_key(|it| it.first_break());
    let first_break = breaking.iter().filter_map(|it| it.first_break()).min();
    let mut notes = vec![];
    let Some(first_break) = first_break else {
        let mut stages = vec![migration(trace, 1, steps, "before the application: nothing that it does now fails")];
        stages.push(application("the new version, whenever it is ready"));
        stages.retain(|it| it.steps.is_none_or(|(first, last)| first <= last));
        return (stages, notes);
    };
    if last_needed < first_break {
        let mut stages = vec![];
        if first_break > 1 {
            stages.push(migration(trace, 1, first_break - 1, "while the old version runs"));
        }
        stages.push(application("the new version, everywhere; the old one must not run any more"));
        stages.push(migration(trace, first_break, steps, "once no old version runs"));
        if let Some(split) = split(trace, first_break) {
            notes.push(split);
        }
        for change in breaking {
            notes.push(told(change));
        }
        return (stages, notes);
    }
    let stages = vec![
        migration(trace, 1, steps, "with the old version stopped, or ready for both schemas"),
        application("the new version, right after it"),
    ];
    notes.push(format!(
        "No order is without a gap: the new version needs what step {last_needed} makes, and the old one may fail before. \
         Expand first, deploy a version that is ready for both, contract later."
    ));
    let early = breaking.into_iter().filter(|it| it.first_break().is_some_and(|it| it <= last_needed));
    notes.extend(early.map(told));
    (stages, notes)
}

fn told(change: &Change) -> String {
    let words = words::lower_first(&change.words);
    format!("The old version may fail from step {} on: {words}.", change.first_break().unwrap_or(0))
}

fn migration(trace: &Trace, first: usize, last: usize, when: &str) -> Stage {
    let what = match (first, last) {
        (1, last) if last == trace.steps.len() => "Run the migration".to_owned(),
        (first, last) if first == last => format!("Run step {first}"),
        (first, last) => format!("Run steps {first} to {last}"),
    };
    Stage { who: "migration".into(), what: format!("{what} {when}"), steps: Some((first, last)) }
}

fn application(what: &str) -> Stage {
    Stage { who: "application".into(), what: format!("Deploy {what}"), steps: None }
}

/// Where the two parts are one file or one transaction, nothing comes in between.
fn split(trace: &Trace, first_break: usize) -> Option<String> {
    let (before, after) = (trace.step(first_break.checked_sub(1)?)?, trace.step(first_break)?);
    let (same_file, same_transaction) = (before.source == after.source, before.transaction == after.transaction);
    let place = match (same_transaction, same_file) {
        (true, _) => "are in one transaction",
        (false, true) => "are in one file",
        (false, false) => return None,
    };
    let steps = words::count(first_break - 1, "step");
    Some(format!(
        "The first {steps} and the rest {place}: split the migration there, so that a deploy fits between them."
    ))
}
