//! The safe plan as a script for `psql`.

use crate::report::safe_plan::wire::{SafePlan, Stage, Step};

/// All stages.
pub(super) fn script(plan: &SafePlan) -> String {
    write(plan, &plan.stages)
}

/// One stage, as a script of its own.
pub fn stage_script(plan: &SafePlan, stage: &Stage) -> String {
    write(plan, std::slice::from_ref(stage))
}

fn write(plan: &SafePlan, stages: &[Stage]) -> String {
    let mut text = String::new();
    introduce(&mut text, plan);
    if stages.is_empty() {
        comment(&mut text, "Nothing is to be done.");
        return text;
    }
    let how = match stages.len() {
        1 => "Run it with psql: outside of a transaction, with ON_ERROR_STOP set.",
        _ => "Run it with psql, a stage at a time: outside of a transaction, with ON_ERROR_STOP set.",
    };
    comment(&mut text, how);
    if stages.iter().flat_map(|it| &it.steps).any(|it| it.patience.is_some()) {
        comment(
            &mut text,
            "A step that ends with 55P03 could not have its lock in time and changed nothing: run it again a second later.",
        );
    }
    let mut timeout = None;
    for stage in stages {
        head(&mut text, plan, stage);
        for it in &stage.steps {
            step(&mut text, it, &mut timeout);
        }
    }
    text.push_str("\nRESET lock_timeout;\n");
    text
}

/// Where the plan ends, and what it does not do.
fn introduce(text: &mut String, plan: &SafePlan) {
    let files = plan.files.join(", ");
    comment(text, &format!("The safe plan for {files}, on PostgreSQL {}.", plan.postgres));
    let objects =
        if plan.end.objects.is_empty() { String::new() } else { format!(" {}.", plan.end.objects.join(", ")) };
    comment(text, &format!("{}{objects}", end(plan)));
    if let Some(stopped) = &plan.stopped {
        comment(text, stopped);
    }
    for statement in plan.statements.iter().filter(|it| it.verdict == "unsolved") {
        let why =
            statement.why.strip_prefix("It ").map_or_else(|| format!(": {}", statement.why), |it| format!(" {it}"));
        comment(text, &format!("Step {} of the migration{why}", statement.step));
    }
}

fn end(plan: &SafePlan) -> &'static str {
    match (&plan.stopped, plan.end.schema.as_str()) {
        (Some(_), _) => "It is not complete.",
        (None, "same") => "It ends in the very schema that the migration ends in.",
        (None, "order_differs") => "It ends in the schema that the migration ends in, but for the order of columns of:",
        (None, _) => "It ends in another schema than the migration; these differ:",
    }
}

fn head(text: &mut String, plan: &SafePlan, stage: &Stage) {
    text.push('\n');
    comment(text, &format!("==== Stage {} of {}: {}", stage.index, plan.stages.len(), stage.phase));
    if !stage.deploy.is_empty() {
        comment(text, "Before it, of every running application:");
        stage.deploy.iter().for_each(|it| comment(text, &format!("  - {it}")));
    }
}

fn step(text: &mut String, step: &Step, timeout: &mut Option<u32>) {
    text.push('\n');
    let wanted = step.patience.map_or(0, |it| it.lock_timeout_ms);
    if *timeout != Some(wanted) {
        *timeout = Some(wanted);
        match wanted {
            0 => text.push_str("SET lock_timeout = 0;\n\n"),
            some => text.push_str(&format!("SET lock_timeout = '{some}ms';\n\n")),
        }
    }
    comment(text, &format!("{}. {}", step.index, step.why));
    for gate in &step.gates {
        let otherwise = match gate.sqlstate.as_str() {
            "" => format!("   Not before this yields {}:", gate.expected),
            state => format!("   It fails with {state} unless this yields {}:", gate.expected),
        };
        comment(text, &otherwise);
        comment(text, &format!("   {};", gate.query));
    }
    for finding in step.untold_findings() {
        comment(text, &format!("   Beware ({}): {}", finding.id, finding.message));
    }
    if let Some(backfill) = step.backfill.as_ref().filter(|it| !it.copies()) {
        comment(
            text,
            "   On a large table, run this in another session now and then while it goes on, so that the room of old rows is used again:",
        );
        comment(text, &format!("   {};", backfill.vacuum));
    }
    match step.kind.as_str() {
        "transaction" => {
            text.push_str("BEGIN;\n");
            step.statements.iter().for_each(|it| statement(text, it));
            text.push_str("COMMIT;\n");
        }
        _ => step.statements.iter().for_each(|it| statement(text, it)),
    }
    if let Some(backfill) = &step.backfill {
        text.push('\n');
        comment(text, backfill.why_vacuum());
        statement(text, &backfill.vacuum);
    }
}

fn statement(text: &mut String, sql: &str) {
    text.push_str(sql);
    // Data of a `COPY` ends by itself.
    text.push_str(if sql.ends_with("\\.") { "\n" } else { ";\n" });
}

/// A comment of one line: a name with a line break in it must not end the comment.
fn comment(text: &mut String, words: &str) {
    let words: String = words.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    text.push_str("-- ");
    text.push_str(words.trim_end());
    text.push('\n');
}
