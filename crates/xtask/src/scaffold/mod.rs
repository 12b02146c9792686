//! `cargo xtask new`: the files that one more of a kind takes, registered and ready to be filled.

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};

use crate::{process::say, project};

/// Start a new hazard or example: its files and its registration
#[derive(Args)]
#[command(after_help = "Examples:
  cargo xtask new hazard lock_table_by_hand
  cargo xtask new example split_table

The tests fail until what is written is filled.")]
pub(crate) struct New {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Subcommand)]
enum Kind {
    /// A rule that sees a danger in a trace, and the page that explains it
    Hazard {
        /// The danger, in snake_case: what reports and ignore comments call it
        name: String,
    },
    /// A migration of the gallery, as it is written and as it should be
    Example {
        /// snake_case
        name: String,
    },
}

const HAZARDS: &str = "crates/lockstep-core/src/hazard";

impl New {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.kind {
            Kind::Hazard { name } => {
                check(&name)?;
                write(&format!("{HAZARDS}/{name}.rs"), &include_str!("hazard.rs.txt").replace("NAME", &name))?;
                write(&format!("{HAZARDS}/{name}.md"), include_str!("hazard.md"))?;
                register(&format!("{HAZARDS}/mod.rs"), "hazards! {\n", &name)?;
            }
            Kind::Example { name } => {
                check(&name)?;
                let title = name.replace('_', " ");
                let text = include_str!("example.sql").replace("TITLE", &title);
                write(&format!("examples/{name}.sql"), &text)?;
                write(&format!("examples/{name}_safe.sql"), &text.replace(&title, &format!("{title}, safely")))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A name becomes a file, a module and a word of the reports.
fn check(name: &str) -> Result<()> {
    let fits =
        |at: usize, letter: char| letter.is_ascii_lowercase() || (at > 0 && (letter == '_' || letter.is_ascii_digit()));
    ensure!(
        !name.is_empty() && name.chars().enumerate().all(|(at, letter)| fits(at, letter)),
        "{name:?} is not snake_case: lower-case letters, digits and underscores, a letter first"
    );
    Ok(())
}

fn write(file: &str, text: &str) -> Result<()> {
    let path = project::root().join(file);
    ensure!(!path.exists(), "{file} exists already");
    fs::write(&path, text).with_context(|| file.to_owned())?;
    say("Wrote", file);
    Ok(())
}

/// Adds a line to the end of the list that `opening` starts.
fn register(file: &str, opening: &str, name: &str) -> Result<()> {
    let path = project::root().join(file);
    let text = fs::read_to_string(&path).with_context(|| file.to_owned())?;
    fs::write(&path, add_line(&text, opening, name).with_context(|| format!("{file} has no list {opening:?}"))?)?;
    say("Registered", Path::new(file).display());
    Ok(())
}

fn add_line(text: &str, opening: &str, name: &str) -> Result<String> {
    let Some((before, after)) = text.split_once(opening) else { bail!("the list is missing") };
    let end = after.find("\n}").context("the list has no end")?;
    let (list, rest) = after.split_at(end);
    Ok(format!("{before}{opening}{list}\n    {name},{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_added_at_the_end_of_its_list() {
        let text = "mod a;\n\nhazards! {\n    one,\n    two,\n}\n\nfn all() {\n}\n";
        let longer = add_line(text, "hazards! {\n", "three").expect("a list");
        assert_eq!(longer, "mod a;\n\nhazards! {\n    one,\n    two,\n    three,\n}\n\nfn all() {\n}\n");
    }

    #[test]
    fn a_name_is_a_module_of_rust() {
        assert!(check("table_rewrite2").is_ok());
        for name in ["", "Table", "2nd", "../x", "a-b", "_a"] {
            assert!(check(name).is_err(), "{name}");
        }
    }

    #[test]
    fn hazards_are_registered_where_the_scaffold_looks() {
        let list = include_str!("../../../lockstep-core/src/hazard/mod.rs");
        assert!(add_line(list, "hazards! {\n", "x").is_ok());
    }
}
