//! The way back in words: its grade, until when nothing is lost, and how to keep what would be.

use std::fmt::Write;

use crate::report::markdown::{code, fenced, text};
use crate::report::wire::{Recovery, Rollback};

pub(super) fn markdown(rollback: &Rollback, steps: usize) -> String {
    let mut out = String::from("# Way back\n\n");
    if rollback.statements.is_empty() && rollback.impossible.is_empty() && rollback.lost.is_empty() {
        let _ = writeln!(out, "Nothing is to be undone.");
    } else {
        let _ = writeln!(out, "From after step {} of {steps}. {}", rollback.from_step, grade(&rollback.grade));
        let _ = writeln!(out, "\nRun it with `psql -v ON_ERROR_STOP=1 -f rollback.sql`; again after an interruption.");
    }
    list(&mut out, "Cannot be undone", &rollback.impossible);
    list(&mut out, "Lost for good", &rollback.lost);
    list(&mut out, "Stays behind", &rollback.stays);
    if let Some(step) = rollback.point_of_no_return {
        let _ = writeln!(out, "\n## Point of no return: step {step}\n\nUntil it runs, going back loses nothing.");
    }
    rollback.recovery.iter().for_each(|it| recovery(&mut out, it));
    if !rollback.unfinished.is_empty() {
        let _ = writeln!(out, "\n## Left to do by hand, once the rows allow it\n");
        fenced(&mut out, "sql", &(rollback.unfinished.join(";\n") + ";"));
    }
    list(&mut out, "Notes", &rollback.notes);
    out
}

pub(super) fn grade(word: &str) -> &'static str {
    match word {
        "exact" => "It is exact: the schema is what it was, and no row loses anything that it had before.",
        "leaves_rows" => "It restores the schema and loses nothing; rows that were added stay.",
        "loses_data" => "It loses data: not everything comes back.",
        _ => "There is no complete way back: the script undoes what can be undone.",
    }
}

fn list(out: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## {title}\n");
    for it in items {
        let _ = writeln!(out, "- {}", text(it));
    }
}

fn recovery(out: &mut String, it: &Recovery) {
    let what = match it.columns.len() {
        0 => format!("the rows of {}", code(&it.table)),
        _ => format!("{} of {}", code(&it.columns.join(", ")), code(&it.table)),
    };
    let _ = writeln!(out, "\n### To keep {what}\n\nBefore step {}, in the database:\n", it.before_step);
    fenced(out, "sql", &format!("{};", it.save));
    let _ = writeln!(out, "\nOr into a file, with psql:\n");
    fenced(out, "text", &it.copy);
    match &it.bring_back {
        Some(sql) => {
            let _ = writeln!(out, "\nAfter going back:\n");
            fenced(out, "sql", &format!("{sql};"));
        }
        None => {
            let _ = writeln!(out, "\nNo key tells which row is which: bringing it back needs a look at the rows.");
        }
    }
}
