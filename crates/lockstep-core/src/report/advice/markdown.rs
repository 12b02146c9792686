//! Advice as Markdown.

use std::fmt::Write;

use crate::report::advice::wire::{Advice, Note, QueryAdvice};
use crate::report::markdown::{code, fenced, text};

pub fn markdown(advice: &Advice) -> String {
    let mut out = String::new();
    let files: Vec<String> = advice.files.iter().map(|it| code(it)).collect();
    let _ = writeln!(out, "# Advice: {}", files.join(", "));
    let _ = writeln!(out, "\n## What the migration makes\n");
    if advice.notes.is_empty() {
        let _ = writeln!(out, "Nothing is found that could be better.");
    }
    for note in &advice.notes {
        let _ = writeln!(out, "- {}", self::note(note));
    }
    if !advice.queries.is_empty() {
        let _ = writeln!(out, "\n## Queries\n");
        advice.queries.iter().for_each(|it| query(&mut out, it));
    }
    let _ = writeln!(out, "\n## Indexes that nobody uses\n");
    let _ = writeln!(out, "The server has counted; ask it:\n");
    fenced(&mut out, "sql", &format!("{};", advice.unused_indexes));
    out.push('\n');
    for note in &advice.unused_indexes_notes {
        let _ = writeln!(out, "- {}", text(note));
    }
    out
}

fn note(note: &Note) -> String {
    format!("{} (step {}): {} ({})", capital(&note.topic), note.step, text(&note.message), code(&note.hazard))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", letters.as_str())
}

fn query(out: &mut String, query: &QueryAdvice) {
    let _ = writeln!(out, "- {} (line {})", code(&query.name), query.line);
    for table in &query.tables {
        let reasons = text(&table.reasons.join(" "));
        let _ = match (&table.served_by, &table.create) {
            (Some(index), _) => writeln!(out, "  - {}: {} serves it. {reasons}", text(&table.table), code(index)),
            (None, Some(create)) => writeln!(out, "  - {}: {} {reasons}", text(&table.table), code(create)),
            (None, None) => Ok(()),
        };
    }
    for note in &query.notes {
        let _ = writeln!(out, "  - {}", text(note));
    }
}
