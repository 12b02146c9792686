//! `lockstep rollback --check`: ways back that somebody wrote, each with a verdict, for people and for scripts.

use std::process::ExitCode;

use anyhow::Result;
use lockstep_core::report::given_back::{GivenWayBack, RefusedStep, RollbackCheck};
use lockstep_core::report::styled::{Canvas, Line, Tone};
use lockstep_core::report::words;

use super::{Args, Format};
use crate::trouble::{self, Usage};
use crate::{engine, output};

/// Longer corrected scripts are cut; JSON holds them whole.
const SCRIPT_LINES: usize = 40;
/// Columns of the widest label.
const LABEL: usize = 12;

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    if args.step.is_some() {
        anyhow::bail!(Usage("--check looks at whole files; leave out --step".into()));
    }
    let request = args.plan.request_with_ways_back(args.down.as_deref())?;
    let found = engine::check_rollback(&request)?;
    let path = args.destination.output.as_deref();
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&found)? + "\n",
        Format::Sql => output::render(&report(&found, output::width(path)), output::result_is_colored(path)),
        _ => anyhow::bail!(Usage("--check answers in text or, with --format json, in JSON".into())),
    };
    output::write(&text, path)?;
    let wrong = found.ways_back.iter().any(|it| it.wrong);
    Ok(if wrong { ExitCode::from(trouble::FINDINGS) } else { ExitCode::SUCCESS })
}

fn report(found: &RollbackCheck, width: usize) -> Canvas {
    let mut canvas = Canvas::new(width);
    for back in &found.ways_back {
        one(&mut canvas, back);
    }
    if !found.ways_back.is_empty() {
        canvas.blank();
    }
    canvas.flow(Line::new(), 0, Line::new().with(Tone::Strong, conclusion(found)));
    if let Some(first) = found.without.first() {
        let more = match found.without.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        canvas.flow(
            Line::new(),
            0,
            Line::new().with(Tone::Muted, format!("No way back is written for {first}{more}.")),
        );
    }
    canvas
}

fn one(canvas: &mut Canvas, back: &GivenWayBack) {
    let (icon, tone) = match back.verdict.as_str() {
        _ if back.wrong => ("✗", Tone::Danger),
        "restores" => ("✓", Tone::Good),
        _ => ("◐", Tone::Caution),
    };
    let place = if back.name == back.file { format!("the down section of {}", back.file) } else { back.name.clone() };
    let first = Line::new().with(tone, format!("{icon} "));
    canvas.flow(first, 2, Line::new().with(Tone::Strong, place).with(tone, format!(": {}", sentence(&back.verdict))));
    for (kind, label) in [("missing", "missing"), ("left_behind", "left behind"), ("differs", "differs")] {
        for it in back.differences.iter().filter(|it| it.kind == kind) {
            row(canvas, label, Tone::Danger, &without_verb(&it.text));
        }
    }
    for it in back.failure.iter() {
        row(canvas, "fails", Tone::Danger, &refused(it));
    }
    for it in &back.on_filled_tables {
        row(canvas, "fails", Tone::Danger, &format!("{} as soon as the table holds a row", refused(it)));
    }
    back.losses.iter().for_each(|it| row(canvas, "loses", Tone::Danger, it));
    back.unknown.iter().for_each(|it| row(canvas, "unknown", Tone::Caution, it));
    back.doubts.iter().for_each(|it| row(canvas, "may fail", Tone::Plain, it));
    for table in &back.reordered {
        row(
            canvas,
            "order",
            Tone::Caution,
            &format!(
                "the columns of {table} stand in another order: SELECT * and INSERT without a list of columns see it"
            ),
        );
    }
    for it in &back.preconditions {
        let text = format!(
            "step {} fails with {} unless this query answers {}: {}",
            it.step,
            state(&it.sqlstate),
            it.expected,
            it.query
        );
        row(canvas, "if", Tone::Plain, &text);
    }
    if let Some(corrected) = &back.corrected {
        script(canvas, corrected);
    }
}

/// The text of a difference where its label says the rest.
fn without_verb(text: &str) -> String {
    let verb = [" is missing", " is left behind"].into_iter().find(|verb| text.contains(verb)).unwrap_or_default();
    text.replacen(verb, "", 1)
}

fn row(canvas: &mut Canvas, label: &str, tone: Tone, text: &str) {
    canvas.flow(Line::new().with(tone, format!("    {label:LABEL$}")), 6, Line::new().with(Tone::Plain, text));
}

fn refused(it: &RefusedStep) -> String {
    let message = if it.message.is_empty() { String::new() } else { format!(": {}", it.message) };
    format!("step {} (line {}, {}) with {}{message}", it.step, it.line, it.command, state(&it.sqlstate))
}

fn state(sqlstate: &str) -> String {
    words::condition(sqlstate).map_or_else(|| sqlstate.to_owned(), |name| format!("{sqlstate} {name}"))
}

/// The corrected way back, without its comments.
fn script(canvas: &mut Canvas, corrected: &lockstep_core::report::wire::Rollback) {
    if corrected.statements.is_empty() {
        return;
    }
    row(canvas, "corrected", Tone::Good, &format!("({})", corrected.grade.replace('_', " ")));
    let lines: Vec<&str> = corrected.sql.lines().filter(|line| !line.is_empty() && !line.starts_with("-- ")).collect();
    for line in lines.iter().take(SCRIPT_LINES) {
        canvas.line(Line::new().with(Tone::Code, format!("      {line}")));
    }
    if lines.len() > SCRIPT_LINES {
        let rest = lines.len() - SCRIPT_LINES;
        canvas.line(Line::new().with(Tone::Muted, format!("      … {rest} more lines; --format json has them")));
    }
}

fn sentence(verdict: &str) -> &'static str {
    match verdict {
        "restores" => "restores the schema",
        "column_order" => "restores the schema but for the order of columns",
        "empty" => "undoes nothing",
        "loses_more" => "restores the schema and loses what was still there",
        "fails_on_filled_table" => "fails on a table with rows",
        "another_schema" => "leaves another schema",
        "fails" => "fails",
        _ => "is not known to be right or wrong",
    }
}

/// `3 ways back on PostgreSQL 18, run by psql: 1 restores the schema, 2 leave another schema`.
fn conclusion(found: &RollbackCheck) -> String {
    let count = found.ways_back.len();
    if count == 0 {
        return "No way back is written anywhere: nothing to check.".into();
    }
    let noun = if count == 1 { "1 way back".to_owned() } else { format!("{count} ways back") };
    let verdicts = [
        ("fails", "failing"),
        ("another_schema", "leaving another schema"),
        ("fails_on_filled_table", "failing on tables with rows"),
        ("loses_more", "losing what was still there"),
        ("unknown", "not known"),
        ("empty", "empty"),
        ("column_order", "right but for the order of columns"),
        ("restores", "right"),
    ];
    let counted = verdicts.iter().filter_map(|(verdict, words)| {
        let number = found.ways_back.iter().filter(|it| it.verdict == *verdict).count();
        (number > 0).then(|| format!("{number} {words}"))
    });
    let counted: Vec<String> = counted.collect();
    format!("{noun} on PostgreSQL {}, run by {}: {}.", found.postgres, found.runner, counted.join(", "))
}
