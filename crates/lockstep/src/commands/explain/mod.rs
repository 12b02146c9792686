//! `lockstep explain`: a hazard's page.

mod page;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lockstep_core::diagnostic::nearest;
use lockstep_core::hazard;
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

    /// List all hazards with the severity and title of each
    #[arg(long, conflicts_with = "hazard")]
    list: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let canvas = match &args.hazard {
        Some(id) => {
            let id = id.to_lowercase().replace('-', "_");
            let Some(page) = hazard::page(&id) else { bail!(Usage(no_such(&id))) };
            page::render(page, output::width(None).min(100))
        }
        None => list(),
    };
    output::write(&output::render(&canvas, output::result_is_colored(None)), None)?;
    Ok(ExitCode::SUCCESS)
}

fn list() -> Canvas {
    let mut canvas = Canvas::new(output::width(None));
    let widest = hazard::all().iter().map(|hazard| hazard.id.len()).max().unwrap_or(0);
    for hazard in hazard::all() {
        let mut name = Line::new().with(Tone::Strong, hazard.id);
        name.pad_to(widest + 2);
        name.add(Tone::Muted, format!("{:9}", hazard.severity.word()));
        canvas.flow(name, 4, Line::new().with(Tone::Plain, hazard.title()));
    }
    canvas
}

fn no_such(id: &str) -> String {
    match nearest(id, hazard::all().iter().map(|it| it.id)) {
        Some(known) => format!("there is no hazard {id}; is it {known}? `lockstep explain --list` shows all"),
        None => format!("there is no hazard {id}; `lockstep explain --list` shows all"),
    }
}
