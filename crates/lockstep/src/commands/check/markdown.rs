//! Findings as a Markdown list.

use lockstep_core::report::markdown::{code, text};

use super::Report;

pub(super) fn render(report: &Report) -> String {
    let mut out = format!("**{}**\n", text(&report.conclusion()));
    for problem in report.problems {
        let place = code(&format!("{}:{}", problem.file, problem.line));
        out += &format!("\n- **{}** {}: {} ({place})\n", problem.severity, code(&problem.id), text(&problem.title));
        let recipe = problem.recipe.as_ref().map(|recipe| format!("Instead: {recipe}"));
        let lines = [&problem.message].into_iter().filter(|it| !it.is_empty()).chain(&problem.hints).chain(&recipe);
        for line in lines {
            out += &format!("  <br>{}\n", text(line));
        }
    }
    for (number, (step, it)) in report.ignored().enumerate() {
        out += if number == 0 { "\nIgnored, for the reason that the file gives:\n\n" } else { "" };
        out += &format!("- {} ({}): {}\n", code(&it.id), code(&format!("{}:{}", step.file, it.line)), text(&it.reason));
    }
    out
}
