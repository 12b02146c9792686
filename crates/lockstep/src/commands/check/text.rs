//! Findings with an excerpt of the source, in the form that compilers have made familiar.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use lockstep_core::report::styled::{Line, Tone, visible};

use super::Report;
use super::place::Text;
use crate::problem::{Problem, Severity};

/// A statement longer than this is shown by its first line: an excerpt, not a copy.
const EXCERPT_LINES: usize = 8;
/// Bytes of one line; minified SQL and data have no line breaks.
const EXCERPT_BYTES: usize = 4000;

pub(super) fn render(report: &Report, width: usize, colored: bool) -> String {
    let renderer = if colored { Renderer::styled() } else { Renderer::plain() }.term_width(width);
    let texts = report.texts();
    let mut out = String::new();
    for problem in &report.problems.iter().map(tame).collect::<Vec<_>>() {
        out += &renderer.render(&[group(texts.get(problem.file.as_str()), problem, width)]);
        out += "\n\n";
    }
    out += &(report.conclusion() + "\n");
    for (number, (step, it)) in report.ignored().enumerate() {
        out += if number == 0 { "\nIgnored, for the reason that the file gives:\n" } else { "" };
        let line = format!("{}:{} {}: {}", step.file, it.line, it.id, it.reason);
        out += &format!("  {}\n", line.chars().map(visible).collect::<String>());
    }
    out
}

fn group<'a>(text: Option<&Text<'a>>, problem: &'a Problem, width: usize) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut title = level.primary_title(problem.title.as_str());
    if problem.is_hazard() || problem.id != "input" {
        title = title.id(problem.id.as_str());
    }
    let margin = problem.end_line.to_string().len() + "  = note: ".len();
    let told = |text: &str| wrapped(text, width.saturating_sub(margin));
    // Beside the carets there is room for a few words only.
    let columns = text.map_or(0, |text| text.columns(problem));
    let short = columns + problem.message.len() + margin < width && !problem.message.contains('\n');
    let mut group = title.elements(excerpt(text, problem, if short { &problem.message } else { "" }));
    if !short && !problem.message.is_empty() {
        group = group.element(Level::NOTE.message(told(&problem.message)));
    }
    for hint in &problem.hints {
        group = group.element(Level::NOTE.message(told(hint)));
    }
    if let Some(recipe) = &problem.recipe {
        group = group.element(Level::HELP.message(told(recipe)));
    }
    if problem.is_hazard() {
        group = group.element(Level::HELP.message(format!("`lockstep explain {}` tells more", problem.id)));
    }
    group
}

/// Without characters that a terminal obeys. The excerpt's are replaced by the renderer, and the same
/// number of characters keeps the carets in place.
fn tame(problem: &Problem) -> Problem {
    let tame = |text: &String| text.chars().map(|it| if it == '\n' { it } else { visible(it) }).collect::<String>();
    Problem {
        title: tame(&problem.title),
        message: tame(&problem.message),
        hints: problem.hints.iter().map(tame).collect(),
        recipe: problem.recipe.as_ref().map(tame),
        ..problem.clone()
    }
}

fn wrapped(text: &str, width: usize) -> String {
    let lines = text.lines().flat_map(|line| Line::new().with(Tone::Plain, line).wrap(width));
    lines.map(|line| line.to_string()).collect::<Vec<_>>().join("\n")
}

/// Only the lines of the statement: a file can be large, and there can be many findings.
fn excerpt<'a>(text: Option<&Text<'a>>, problem: &'a Problem, label: &'a str) -> Vec<Element<'a>> {
    let place = || Origin::path(problem.file.as_str()).line(problem.line);
    let Some(text) = text else { return vec![place().into()] };
    let span = text.span(problem);
    let (start, text) = (text.line_start(span.start), text.text);
    let lines = text[span.clone()].matches('\n').count() + 1;
    let first_line = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at);
    let marked = if lines > EXCERPT_LINES { span.start..first_line } else { span.clone() };
    let end = text[marked.end..].find('\n').map_or(text.len(), |at| marked.end + at);
    if end - start > EXCERPT_BYTES {
        return vec![place().into()];
    }
    let marked = marked.start - start..marked.end - start;
    let snippet = Snippet::source(&text[start..end]).path(problem.file.as_str()).line_start(problem.line);
    let annotation = AnnotationKind::Primary.span(marked);
    vec![snippet.annotation(if label.is_empty() { annotation } else { annotation.label(label) }).into()]
}
