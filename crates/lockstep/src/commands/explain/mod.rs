//! `lockstep explain`: a hazard's page.

mod hazards;
mod page;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lockstep_core::report::styled::{Canvas, Line, Tone};

use crate::output;
use crate::trouble::Usage;

const EXAMPLES: &str = "\
Examples:
  lockstep explain --list
  lockstep explain blocking_index_build";

/// Explain a hazard: what happens, how to see it, how to do without
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The id in a finding's brackets
    #[arg(value_name = "HAZARD", required_unless_present = "list")]
    hazard: Option<String>,

    /// List all hazards with their titles
    #[arg(long, conflicts_with = "hazard")]
    list: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let canvas = match &args.hazard {
        Some(id) => {
            let id = id.to_lowercase().replace('-', "_");
            let Some(page) = hazards::page(&id) else { bail!(Usage(no_such(&id))) };
            page::render(page, output::width(None).min(100))
        }
        None => list(),
    };
    output::write(&output::render(&canvas, output::result_is_colored(None)), None)?;
    Ok(ExitCode::SUCCESS)
}

fn list() -> Canvas {
    let mut canvas = Canvas::new(output::width(None));
    let all = hazards::all();
    let widest = all.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    for (id, page) in all {
        let mut name = Line::new().with(Tone::Strong, id);
        name.pad_to(widest + 2);
        canvas.flow(name, 4, Line::new().with(Tone::Plain, title(page)));
    }
    canvas
}

/// A page's first line, without the mark of a heading.
fn title(page: &str) -> &str {
    page.lines().next().unwrap_or("").trim_start_matches('#').trim()
}

fn no_such(id: &str) -> String {
    let alike = |known: &str| strsim::jaro_winkler(id, known);
    let best = hazards::all().into_iter().map(|(known, _)| (alike(known), known)).filter(|(score, _)| *score > 0.75);
    match best.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((_, known)) => format!("there is no hazard {id}; is it {known}? `lockstep explain --list` shows all"),
        None => format!("there is no hazard {id}; `lockstep explain --list` shows all"),
    }
}
