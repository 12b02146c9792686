//! The report of a failure for people: as text, and as Markdown.

use crate::report::failure::Failure;
use crate::report::markdown::{code, fenced, text};
use crate::report::styled;

pub fn markdown(failure: &Failure) -> String {
    let mut out = format!(
        "**{}**\n\n{}. State: {}.\n",
        text(&failure.summary),
        text(&failure.test_results),
        text(&failure.state)
    );
    for (number, blocker) in failure.blockers.iter().enumerate() {
        out += if number == 0 { "\n" } else { "" };
        out += &format!("- {}\n", code(blocker));
    }
    for item in &failure.resolution {
        out.push('\n');
        fenced(&mut out, "sql", item);
    }
    out
}

pub fn plain(failure: &Failure) -> String {
    let mut out = format!("{}\n{}\nState: {}\n", failure.summary, failure.test_results, failure.state);
    for (number, blocker) in failure.blockers.iter().enumerate() {
        out += if number == 0 { "\nIn the way:\n" } else { "" };
        out += &format!("  - {}\n", blocker.replace('\n', "\n    "));
    }
    for (number, item) in failure.resolution.iter().enumerate() {
        out += if number == 0 { "\nWhat to do next:\n\n" } else { "\n" };
        out += &format!("{item}\n");
    }
    out.chars().map(|it| if it == '\n' { it } else { styled::visible(it) }).collect()
}
