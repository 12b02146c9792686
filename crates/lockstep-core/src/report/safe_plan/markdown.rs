//! The safe plan as Markdown, for a pull request or a ticket.

use std::fmt::Write;

use crate::report::markdown::{code, fence, text};
use crate::report::safe_plan::wire::{SafePlan, Step};

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
        let _ = writeln!(out, "\nFails with {} unless {query} yields {expected}.", gate.sqlstate);
    }
    for finding in step.untold_findings() {
        let _ = writeln!(out, "\nBeware (`{}`): {}", finding.id, text(&finding.message));
    }
}
