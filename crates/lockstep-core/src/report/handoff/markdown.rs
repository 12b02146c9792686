//! The handoff note as Markdown, to paste into a ticket.

use std::fmt::Write;

use crate::report::handoff::wire::{Edit, Handoff, Model};
use crate::report::markdown::{code, fenced, text};
use crate::report::words;

pub fn markdown(handoff: &Handoff) -> String {
    let mut out = String::new();
    let title = match handoff.files.as_slice() {
        [one] => format!("Handoff: {}", code(one)),
        files => format!("Handoff: {}", words::count(files.len(), "file")),
    };
    let _ = writeln!(out, "# {title}\n");
    let _ = writeln!(out, "{}, PostgreSQL {}.", words::count(handoff.steps, "step"), handoff.postgres);
    if let Some(stops) = &handoff.fails {
        let _ = writeln!(out, "\n**{}** What follows is what the steps that run make of the schema.", marked(stops));
    }
    let _ = writeln!(out, "\n## Schema change\n");
    if handoff.changes.is_empty() {
        let _ = writeln!(out, "The schema stays as it is.");
    }
    for change in &handoff.changes {
        let _ = writeln!(out, "- {}", marked(change));
    }
    let _ = writeln!(out, "\n## Order\n");
    for (stage, number) in handoff.order.iter().zip(1..) {
        let _ = writeln!(out, "{number}. {}.", marked(&stage.what));
    }
    for (note, place) in handoff.order_notes.iter().zip(0..) {
        let _ = writeln!(out, "{}> - {}", if place == 0 { "\n" } else { "" }, marked(note));
    }
    edits(&mut out, &handoff.edits);
    if !handoff.touch.is_empty() {
        let _ = writeln!(out, "\n## Repositories, queries, fixtures\n");
        for it in &handoff.touch {
            let _ = writeln!(out, "- {}", marked(it));
        }
    }
    errors(&mut out, handoff);
    let _ = writeln!(out, "\n## Way back\n");
    let _ = writeln!(out, "{}", grade(&handoff.rollback.grade));
    for (it, place) in handoff.rollback.lost.iter().chain(&handoff.rollback.stays).zip(0..) {
        let _ = writeln!(out, "{}- {}", if place == 0 { "\n" } else { "" }, text(it));
    }
    out
}

fn edits(out: &mut String, edits: &[Edit]) {
    if edits.is_empty() {
        let _ = writeln!(out, "\n## Models\n\nNo model changes.");
        return;
    }
    let _ = writeln!(out, "\n## Models\n");
    let _ = writeln!(
        out,
        "Made of the schemas before and after, as each tool usually spells them; files and names may be others in your project."
    );
    for edit in edits {
        let _ = writeln!(out, "\n### {}", edit.title);
        for model in &edit.models {
            one(out, edit, model);
        }
    }
}

fn one(out: &mut String, edit: &Edit, model: &Model) {
    let is_new = model.diff.iter().all(|it| it.starts_with('+'));
    let what = match (is_new, model.code.is_empty()) {
        (_, true) => "remove",
        (true, _) => "new",
        _ => "edit",
    };
    let _ = writeln!(out, "\n{} ({what}):\n", code(&model.file));
    match is_new {
        true => fenced(out, &edit.language, &model.code),
        false => fenced(out, "diff", &model.diff.join("\n")),
    }
}

fn errors(out: &mut String, handoff: &Handoff) {
    let _ = writeln!(out, "\n## Errors that can come\n");
    if handoff.errors.is_empty() {
        let _ = writeln!(
            out,
            "The simulation knows of none. Without a lock_timeout, a step waits for its locks as long as it takes."
        );
    }
    for error in &handoff.errors {
        let steps: Vec<String> = error.steps.iter().map(usize::to_string).collect();
        let noun = if steps.len() == 1 { "step" } else { "steps" };
        let states = error.sqlstates.iter().map(|it| match words::condition(it) {
            Some(name) => format!("{it} {}", text(name)),
            None => text(it),
        });
        let states = states.collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "**{states}** ({noun} {}): {}", steps.join(", "), text(&error.when));
        out.push('\n');
        for (line, number) in error.resolution.iter().zip(1..) {
            let _ = writeln!(out, "{number}. {}", text(line));
        }
        if let Some(query) = &error.query {
            out.push('\n');
            fenced(out, "sql", &format!("{query};"));
        }
        out.push('\n');
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
}

fn grade(word: &str) -> &'static str {
    match word {
        "exact" => "Exact: the schema and the rows of before come back (`lockstep rollback` writes the script).",
        "leaves_rows" => {
            "Leaves rows: the schema of before comes back and nothing is lost (`lockstep rollback` writes the script); these stay:"
        }
        "loses_data" => "Loses data: `lockstep rollback` writes the script; these do not come back:",
        _ => "Impossible as a whole: `lockstep rollback` undoes what can be undone, but:",
    }
}

/// Words with code between back quotes: both escaped, each by its own rules.
pub(in crate::report) fn marked(words: &str) -> String {
    let parts: Vec<&str> = words.split('`').collect();
    // A back quote inside a name leaves an odd one over: then nothing is code.
    if parts.len().is_multiple_of(2) {
        return text(words);
    }
    let each = parts.iter().enumerate().map(|(place, part)| match (place % 2, part.is_empty()) {
        (1, false) => code(part),
        _ => text(part),
    });
    each.collect()
}
