//! Checklists as Markdown.

use std::fmt::Write;

use crate::report::checklist::wire::Checklist;
use crate::report::markdown::{code, text};

pub fn markdown(checklist: &Checklist) -> String {
    let mut out = String::new();
    let files: Vec<String> = checklist.files.iter().map(|it| code(it)).collect();
    let _ = writeln!(out, "# Checklist: {}\n", files.join(", "));
    let _ = writeln!(
        out,
        "Ticked by evidence alone (`lockstep checklist --evidence FILE`); what would tick the rest stands beside \
         it. What no program sees is stated: `{{\"statements\": {{\"backup\": \"who, when, how\"}}}}`."
    );
    for section in &checklist.sections {
        let done = section.items.iter().filter(|it| it.ticked).count();
        let _ = writeln!(out, "\n## {} ({done} of {})\n", section.title, section.items.len());
        for item in &section.items {
            let (sign, then) = if item.ticked { ('x', ":") } else { (' ', ". To do:") };
            let _ = writeln!(out, "- [{sign}] {}{then} {}", text(&item.text), spoken(&item.evidence));
        }
    }
    out
}

/// Words with code between back quotes.
fn spoken(words: &str) -> String {
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text(words);
    }
    let each = parts.iter().enumerate().map(|(place, part)| match (place % 2, part.is_empty()) {
        (1, false) => code(part),
        _ => text(part),
    });
    each.collect()
}
