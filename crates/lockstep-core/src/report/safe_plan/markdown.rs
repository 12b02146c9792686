//! The safe plan as Markdown, for a pull request or a ticket.

use std::fmt::Write;

use crate::report::markdown::{code, fence, text};
use crate::report::safe_plan::wire::{Rollback, SafePlan, Step};

pub fn markdown(plan: &SafePlan) -> String {
    let mut out = String::from("# Safe plan\n");
    let _ = writeln!(out, "\n{} on PostgreSQL {}. {}", files(plan), plan.postgres, end(plan));
    if let Some(stopped) = &plan.stopped {
        let _ = writeln!(out, "\n**{}**", text(stopped));
    }
    let _ = writeln!(out, "\n| step of the migration | becomes | because |\n|---:|---|---|");
    for it in &plan.statements {
        let recipes: Vec<String> = it.recipes.iter().map(|it| format!("`{it}`")).collect();
        let becomes = match (it.verdict.as_str(), recipes.is_empty()) {
            ("replaced", false) => recipes.join(", "),
            ("replaced", true) => "its parts".into(),
            (other, _) => other.replace('_', " "),
        };
        let why = text(&it.why);
        let _ = writeln!(out, "| {} | {becomes} | {why} |", it.step);
    }
    for stage in &plan.stages {
        let _ = writeln!(out, "\n## Stage {}: {}", stage.index, stage.phase);
        if !stage.deploy.is_empty() {
            let _ = writeln!(out, "\nBefore it, of every running application:\n");
            for it in &stage.deploy {
                let _ = writeln!(out, "- [ ] {}", text(it));
            }
        }
        for it in &stage.steps {
            step(&mut out, it);
        }
        if let Some(way) = &stage.rollback {
            back(&mut out, way);
        }
    }
    out
}

fn files(plan: &SafePlan) -> String {
    let names: Vec<String> = plan.files.iter().map(|it| code(it)).collect();
    names.join(", ")
}

fn end(plan: &SafePlan) -> String {
    let objects = || plan.end.objects.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
    match (&plan.stopped, plan.end.schema.as_str()) {
        (Some(_), _) => "It is not complete.".into(),
        (None, "same") => "It ends in the very schema that the migration ends in.".into(),
        (None, "order_differs") => {
            format!("It ends in the schema that the migration ends in, but for the order of columns of {}.", objects())
        }
        (None, _) => format!("It ends in another schema than the migration: {} differ.", objects()),
    }
}

fn step(out: &mut String, step: &Step) {
    let _ = writeln!(out, "\n**{}.** {}", step.index, text(&step.why));
    let waits = match &step.patience {
        Some(it) => format!(
            "lock_timeout {} ms; where that is not enough, again after {} to {} ms",
            it.lock_timeout_ms, it.pause_low_ms, it.pause_high_ms
        ),
        None => "waits without holding anybody up".into(),
    };
    let alone = if step.outside_transaction { "; outside a transaction" } else { "" };
    let _ = writeln!(out, "({waits}{alone})\n");
    fence(out, &step.statements.join(";\n"));
    if let Some(backfill) = &step.backfill {
        let vacuum = code(&backfill.vacuum);
        let _ = writeln!(
            out,
            "\nRun {vacuum} at its end; on a large table also now and then while it goes on, in another session."
        );
    }
    for gate in &step.gates {
        let (query, expected) = (code(&gate.query), code(&gate.expected));
        let _ = match gate.sqlstate.as_str() {
            "" => writeln!(out, "\n- [ ] Not before {query} yields {expected}."),
            state => writeln!(out, "\nFails with {state} unless {query} yields {expected}."),
        };
    }
    for finding in step.untold_findings() {
        let _ = writeln!(out, "\nBeware (`{}`): {}", finding.id, text(&finding.message));
    }
}

/// How the stage alone is undone.
fn back(out: &mut String, way: &Rollback) {
    let grade = match way.grade.as_str() {
        "exact" => "nothing is lost",
        "leaves_rows" => "rows that were added stay",
        "loses_data" => "something is lost",
        _ => "it is not possible",
    };
    let _ = writeln!(out, "\n### Way back from this stage: {grade}");
    let sentences: Vec<&String> = way.lost.iter().chain(&way.stays).chain(&way.impossible).collect();
    if !sentences.is_empty() {
        out.push('\n');
    }
    for it in sentences {
        let _ = writeln!(out, "- {}", text(it));
    }
    let all: Vec<&str> = way.statements.iter().map(|it| it.sql.as_str()).collect();
    if !all.is_empty() {
        let alone = way.statements.iter().any(|it| it.outside_transaction);
        out.push_str(if alone { "\n(outside a transaction)\n\n" } else { "\n" });
        fence(out, &all.join(";\n"));
    } else if way.grade != "impossible" {
        let _ = writeln!(out, "\nThe schema needs nothing.");
    }
    if !way.unfinished.is_empty() {
        let _ = writeln!(out, "\nLeft to do by hand, once the rows allow it:\n");
        fence(out, &way.unfinished.join(";\n"));
    }
}
