//! `cargo xtask mutate`: breaks what `pg/` says of locks and work, one fact at a time, and sees whether the
//! conformance suite notices. A fact that nobody would miss is not tested.

mod facts;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use self::facts::{FACTS, Fact};
use crate::{
    process::{cargo, say},
    project,
};

/// Break facts about locks and work one by one; the conformance suite must notice each
#[derive(Args)]
#[command(after_help = "Works on a copy of the tree below target/. The first build takes a while.

Examples:
  cargo xtask mutate                 all of them
  cargo xtask mutate --only cast     those whose name contains `cast`
  cargo xtask mutate --list          what would be broken")]
pub(crate) struct Mutate {
    /// Only facts whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Print the facts and stop
    #[arg(long)]
    list: bool,
}

impl Mutate {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let chosen = |fact: &&Fact| self.only.as_ref().is_none_or(|only| fact.name.contains(only.as_str()));
        let facts: Vec<&Fact> = FACTS.iter().filter(chosen).collect();
        ensure!(!facts.is_empty(), "no fact has such a name; `--list` prints them");
        if self.list {
            facts.iter().for_each(|fact| println!("{}: {}", fact.name, fact.file));
            return Ok(ExitCode::SUCCESS);
        }
        let copy = Copy::make(&project::scratch("mutate"))?;
        say("Checking", "the suite passes on what is not broken");
        if let Verdict::Caught(wrong) = copy.judge()? {
            bail!("the conformance suite fails as it is ({wrong} claims are wrong): nothing can be told from it");
        }
        let mut missed = vec![];
        for fact in &facts {
            let broken = fact.broken(&read(&copy.path(fact))?)?;
            let kept = read(&copy.path(fact))?;
            fs::write(copy.path(fact), broken)?;
            let verdict = copy.judge();
            fs::write(copy.path(fact), kept)?;
            match verdict? {
                Verdict::Caught(wrong) => say("Caught", format!("{} ({wrong} claims became wrong)", fact.name)),
                Verdict::Missed => {
                    say("FAILED", format!("nobody noticed: {}", fact.name));
                    missed.push(fact.name);
                }
            }
        }
        println!("{} broken, {} caught, {} missed", facts.len(), facts.len() - missed.len(), missed.len());
        Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

enum Verdict {
    /// How many claims became wrong.
    Caught(usize),
    Missed,
}

/// A copy of the tree, with a target folder of its own.
struct Copy {
    root: PathBuf,
}

impl Copy {
    /// Writes only what differs from an earlier copy, so that cargo builds only that.
    fn make(root: &Path) -> Result<Self> {
        let list = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(project::root())
            .output()
            .context("`git ls-files` cannot be started")?;
        ensure!(list.status.success(), "`git ls-files` fails: {}", String::from_utf8_lossy(&list.stderr).trim());
        for file in String::from_utf8_lossy(&list.stdout).split('\0').filter(|it| !it.is_empty()) {
            let (from, to) = (project::root().join(file), root.join("tree").join(file));
            // Deleted, and not yet committed.
            let Ok(bytes) = fs::read(&from) else { continue };
            if fs::read(&to).is_ok_and(|there| there == bytes) {
                continue;
            }
            fs::create_dir_all(to.parent().unwrap_or(root))?;
            fs::write(&to, bytes).with_context(|| to.display().to_string())?;
        }
        Ok(Copy { root: root.to_path_buf() })
    }

    fn path(&self, fact: &Fact) -> PathBuf {
        self.root.join("tree").join(SOURCES).join(fact.file)
    }

    /// Runs the conformance suite. A tree that does not compile proves nothing.
    fn judge(&self) -> Result<Verdict> {
        let mut build = self.cargo();
        let built = build.arg("--no-run").output().context("cargo cannot be started")?;
        ensure!(built.status.success(), "a broken tree does not compile:\n{}", String::from_utf8_lossy(&built.stderr));
        let ran = self.cargo().arg("the_model_agrees").output().context("cargo cannot be started")?;
        let text = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
        match ran.status.success() {
            true => Ok(Verdict::Missed),
            false => Ok(Verdict::Caught(text.lines().filter(|line| line.starts_with("wrong: ")).count())),
        }
    }

    fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(self.root.join("tree")).env("CARGO_TARGET_DIR", self.root.join("target"));
        command.env_remove("UPDATE_EXPECT").stdin(Stdio::null());
        command.args(["test", "--quiet", "--package", "lockstep-tests", "--test", "conformance"]);
        command
    }
}

const SOURCES: &str = "crates/lockstep-core/src/pg";

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

impl Fact {
    /// The file's text with the fact broken. It must stand there exactly once.
    fn broken(&self, text: &str) -> Result<String> {
        let found = text.matches(self.from).count();
        ensure!(found == 1, "{}: `{}` stands {found} times in {}; mend the list", self.name, self.from, self.file);
        Ok(text.replacen(self.from, self.to, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_stands_where_the_list_says_and_is_changed() {
        for fact in FACTS {
            let text = read(&project::root().join(SOURCES).join(fact.file)).unwrap();
            let broken = fact.broken(&text).unwrap();
            assert_ne!(text, broken, "{}", fact.name);
        }
    }

    #[test]
    fn there_are_at_least_ten_with_different_names() {
        let mut names: Vec<_> = FACTS.iter().map(|fact| fact.name).collect();
        names.sort_unstable();
        names.dedup();
        assert!(names.len() >= 10 && names.len() == FACTS.len(), "{names:?}");
    }
}
