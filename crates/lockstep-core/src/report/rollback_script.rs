//! The way back as a script that people read and run, and as a list of statements for machines.

use crate::report::wire;
use crate::rollback::{Action, Grade, Place, Recovery, WayBack, way_back};
use crate::simulate::trace::Trace;

/// The way back to the trace's start, from after `step` (1-based); `None`: from its end.
pub fn rollback(trace: &Trace, step: Option<usize>) -> wire::Rollback {
    wire(trace, way_back(trace, step))
}

/// A way back that is computed already.
pub(super) fn wire(trace: &Trace, way: WayBack) -> wire::Rollback {
    wire::Rollback {
        format: "lockstep-rollback/1".into(),
        from_step: way.from_step,
        grade: way.grade().word().into(),
        sql: script(trace, &way),
        statements: way.actions.iter().map(statement).collect(),
        unfinished: way.unfinished,
        stays: way.stays,
        point_of_no_return: way.point_of_no_return,
        recovery: way.recoveries.iter().map(recovery).collect(),
        lost: way.lost,
        impossible: way.impossible,
        notes: way.notes,
    }
}

/// Without its condition: a machine that runs it once, from the state that the plan says, needs none.
fn statement(action: &Action) -> wire::RollbackStatement {
    wire::RollbackStatement { sql: action.sql.clone(), outside_transaction: action.place != Place::Inside }
}

fn script(trace: &Trace, way: &WayBack) -> String {
    let mut text = heading(trace, way);
    if way.actions.is_empty() {
        text.push('\n');
        comment(&mut text, "Nothing is to be done.");
        text += &unfinished(way);
        return text;
    }
    comment(&mut text, "Run it with: psql -v ON_ERROR_STOP=1 -f FILE. It can be run again after an interruption.");
    text.push_str("\nSET search_path = public;\n");
    let place = |place: Place| way.actions.iter().filter(move |action| action.place == place);
    if place(Place::Before).next().is_some() {
        text.push('\n');
        comment(&mut text, "Outside a transaction: these wait for others without blocking anybody.");
        text.push_str("SET lock_timeout = 0;\n");
        place(Place::Before).for_each(|action| statement_text(&mut text, action));
    }
    if place(Place::Inside).next().is_some() {
        text.push('\n');
        comment(
            &mut text,
            "A busy table makes this fail after five seconds instead of stopping everybody: run it again.",
        );
        text.push_str("SET lock_timeout = '5s';\n\nBEGIN;\n");
        place(Place::Inside).for_each(|action| statement_text(&mut text, action));
        text.push_str("COMMIT;\n");
    }
    if place(Place::After).next().is_some() {
        text.push('\n');
        comment(&mut text, "Each by itself: reads and writes go on meanwhile.");
        text.push_str("SET lock_timeout = 0;\n");
        place(Place::After).for_each(|action| statement_text(&mut text, action));
    }
    text.push_str("\nRESET lock_timeout;\nRESET search_path;\n");
    text + &unfinished(way)
}

/// What is to be known before the first statement, as comments.
pub(super) fn heading(trace: &Trace, way: &WayBack) -> String {
    let mut text = String::new();
    let files: Vec<&str> = trace.plan.sources.iter().map(|it| &*it.name).collect();
    let of = if files.is_empty() { String::new() } else { format!(" of {}", files.join(", ")) };
    comment(&mut text, &format!("The way back from after step {} of {}{of}.", way.from_step, trace.steps.len()));
    comment(&mut text, grade_sentence(way.grade()));
    list(&mut text, "Cannot be undone:", &way.impossible);
    list(&mut text, "Lost for good:", &way.lost);
    list(&mut text, "Stays behind:", &way.stays);
    window(&mut text, way);
    list(&mut text, "Notes:", &way.notes);
    text
}

/// Until when going back is exact, and what to save before it is not.
fn window(text: &mut String, way: &WayBack) {
    let Some(step) = way.point_of_no_return.filter(|_| way.grade() > Grade::LeavesRows) else { return };
    comment(text, &format!("Point of no return: step {step}. Until it runs, going back loses nothing."));
    for it in &way.recoveries {
        let what = match it.columns.len() {
            0 => format!("the rows of {}", it.table),
            _ => format!("{} of {}", it.columns.join(", "), it.table),
        };
        let key = match it.key.len() {
            0 => "it has no key".to_owned(),
            _ => format!("its key: {}", it.key.join(", ")),
        };
        comment(
            text,
            &format!(
                "To keep {what} ({key}), run before step {}, for as long as going back may be wanted:",
                it.before_step
            ),
        );
        comment(text, &format!("    {};", it.save));
        comment(text, &format!("  or into a file: {}", it.copy));
        match &it.bring_back {
            Some(sql) => comment(text, &format!("  and after going back: {sql};")),
            None => comment(text, "  No key tells which row is which: bringing it back needs a look at the rows."),
        }
    }
}

fn recovery(it: &Recovery) -> wire::Recovery {
    let Recovery { before_step, table, columns, key, save, copy, bring_back } = it.clone();
    wire::Recovery { before_step, table, columns, key, save, copy, bring_back }
}

/// What is left to do afterwards, as comments.
pub(super) fn unfinished(way: &WayBack) -> String {
    let mut text = String::new();
    if !way.unfinished.is_empty() {
        text.push('\n');
        comment(&mut text, "Left to do by hand, once the rows allow it:");
    }
    for sql in &way.unfinished {
        comment(&mut text, &format!("    {sql};"));
    }
    text
}

fn statement_text(text: &mut String, action: &Action) {
    text.push_str(&action.guarded());
    text.push_str(";\n");
}

fn grade_sentence(grade: Grade) -> &'static str {
    match grade {
        Grade::Exact => "Grade: exact. The schema is what it was, and no row loses anything that it had before.",
        Grade::LeavesRows => {
            "Grade: leaves rows. The schema is what it was and nothing is lost, but rows that were added stay."
        }
        Grade::LosesData => "Grade: loses data. Not everything comes back; what does not is listed.",
        Grade::Impossible => "Grade: impossible. This script undoes what can be undone.",
    }
}

fn list(text: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        comment(text, title);
        for item in items {
            comment(text, &format!("  - {item}"));
        }
    }
}

/// A comment of one line: a name with a line break in it must not end the comment.
fn comment(text: &mut String, words: &str) {
    let words: String = words.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    text.push_str("-- ");
    text.push_str(&words);
    text.push('\n');
}
