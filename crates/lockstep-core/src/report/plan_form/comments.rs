//! What a file says of its step.

use crate::report::plan_form::File;
use crate::report::styled;

/// Lines without the sign that begins a comment.
pub(super) fn comments(file: &File<'_>) -> Vec<String> {
    let (plan, stage, step) = (file.plan, file.stage, file.step);
    let steps = plan.stages.iter().map(|it| it.steps.len()).sum::<usize>();
    let of = if plan.files.is_empty() { String::new() } else { format!(" for {}", plan.files.join(", ")) };
    let place = format!("stage {} of {}, {}", stage.index, plan.stages.len(), stage.phase);
    let mut lines = vec![format!("Step {} of {steps} of the safe plan{of}: {place}.", step.index)];
    if file.begins && !stage.deploy.is_empty() {
        lines.push("Do not run it before this holds of every running application:".into());
        lines.extend(stage.deploy.iter().map(|it| format!("  - {it}")));
    }
    lines.push(step.why.clone());
    for gate in &step.gates {
        lines.push(format!("It fails with {} unless this yields {}:", gate.sqlstate, gate.expected));
        lines.push(format!("  {};", gate.query));
    }
    lines.extend(step.untold_findings().map(|it| format!("Beware ({}): {}", it.id, it.message)));
    if step.patience.is_some() {
        lines.push(
            "Where it ends with 55P03, its lock could not be had in time and nothing has changed: run it again.".into(),
        );
    }
    if step.backfill.is_some() {
        lines.push("It commits after every batch, and can be stopped and run again.".into());
    }
    lines.iter().map(|it| one_line(it)).collect()
}

/// No name in it ends the comment, or is taken for a tool's marker.
fn one_line(words: &str) -> String {
    let words: String = words.chars().map(|it| if it.is_control() { ' ' } else { styled::visible(it) }).collect();
    words.trim_end().to_owned()
}
