//! Workflow commands of GitHub Actions: each problem becomes an annotation of its lines.

use lockstep_core::report::styled::visible;

use super::Report;
use crate::problem::Severity;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for problem in report.problems {
        let command = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let title = property(&format!("{} ({})", problem.title, problem.id));
        let lines = [problem.message.as_str()].into_iter().chain(problem.hints.iter().map(String::as_str));
        let recipe = problem.recipe.as_ref().map(|recipe| format!("Instead: {recipe}"));
        let body: Vec<&str> = lines.chain(recipe.as_deref()).filter(|line| !line.is_empty()).collect();
        let body = if body.is_empty() { problem.title.clone() } else { body.join("\n") };
        out += &format!(
            "::{command} file={},line={},endLine={},title={title}::{}\n",
            property(&problem.file),
            problem.line,
            problem.end_line.max(problem.line),
            data(&body)
        );
    }
    out
}

/// As `escapeData` of @actions/core has it: no text can begin another command.
fn data(text: &str) -> String {
    let text: String = text.chars().map(|it| if matches!(it, '\n' | '\r') { it } else { visible(it) }).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As `escapeProperty`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_begins_another_command() {
        assert_eq!(data("50%\n::error::x"), "50%25%0A::error::x");
        assert_eq!(property("a,b: c"), "a%2Cb%3A c");
    }
}
