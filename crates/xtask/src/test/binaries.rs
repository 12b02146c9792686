//! Rust's tests: built once for the whole workspace, then run binary by binary, so that those which
//! need a PostgreSQL server can be told from those which do not, and none counts as passed unrun.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{count::Count, postgres};
use crate::{
    process::{cargo, say},
    project,
};

pub(super) struct Choice {
    pub(super) unit: bool,
    pub(super) server: bool,
}

/// A test binary as cargo built it.
struct Binary {
    /// Package and target: `lockstep-tests/suite`.
    name: String,
    needs_server: bool,
    file: PathBuf,
    /// Where cargo would run it.
    folder: PathBuf,
}

pub(super) fn run(choice: Choice, verbose: bool, require_all: bool) -> Result<Count> {
    say("Building", "the tests");
    let mut total = Count::default();
    for binary in build()?.iter().filter(|binary| if binary.needs_server { choice.server } else { choice.unit }) {
        let mut command = Command::new(&binary.file);
        command
            .current_dir(&binary.folder)
            .env("CARGO_MANIFEST_DIR", &binary.folder)
            .env("CARGO", cargo().get_program());
        if require_all {
            command.env("CI", "true");
        }
        total += watch(&mut command, &binary.name, verbose)?;
    }
    if choice.unit && documented()? {
        let mut command = cargo();
        command.args(["test", "--workspace", "--exclude", "xtask", "--doc", "--quiet"]);
        total += watch(&mut command, "examples in documentation", verbose)?;
    }
    Ok(total)
}

/// Builds every test. xtask by itself: in one build with the rest its dependencies would have more
/// features than `cargo xtask` gave them, and wasm-bindgen would be compiled once again.
fn build() -> Result<Vec<Binary>> {
    let mut binaries = Vec::new();
    for packages in [&["--workspace", "--exclude", "xtask"][..], &["--package", "xtask"]] {
        let mut command = cargo();
        command.args(["test", "--no-run", "--message-format", "json-render-diagnostics"]).args(packages);
        let mut child = command.stdout(Stdio::piped()).spawn().context("`cargo test` cannot be started")?;
        for line in BufReader::new(child.stdout.take().context("cargo has no output")?).lines() {
            let message: Value = serde_json::from_str(&line?).unwrap_or_default();
            binaries.extend(Binary::read(&message));
        }
        ensure!(child.wait()?.success(), "the tests do not compile");
    }
    binaries.sort_by(|one, other| (one.needs_server, &one.name).cmp(&(other.needs_server, &other.name)));
    Ok(binaries)
}

impl Binary {
    fn read(message: &Value) -> Option<Self> {
        if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
            return None;
        }
        let file = message["executable"].as_str()?.into();
        let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_path_buf();
        let target = message["target"]["name"].as_str()?;
        // path+file:///…/crates/lockstep-core#0.1.0 or …/tests#lockstep-tests@0.1.0
        let id = message["package_id"].as_str()?;
        let (path, fragment) = id.split_once('#')?;
        let package = fragment.split_once('@').map_or(path.rsplit('/').next()?, |(name, _)| name);
        let same = target.replace('_', "-") == package;
        let name = if same { package.to_owned() } else { format!("{package}/{target}") };
        Some(Binary { needs_server: postgres::needs_server(package, target), name, file, folder })
    }
}

/// Whether any library has an example in its documentation; asking cargo costs a compilation of each.
fn documented() -> Result<bool> {
    fn search(folder: &Path) -> Result<bool> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let found = if path.is_dir() {
                search(&path)?
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                fs::read_to_string(&path)?.lines().any(|line| {
                    let line = line.trim_start();
                    line.starts_with("/// ```") || line.starts_with("//! ```")
                })
            } else {
                false
            };
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }
    search(&project::root().join("crates"))
}

/// Runs one binary and passes on what it says, without the tests that are fine.
fn watch(command: &mut Command, name: &str, verbose: bool) -> Result<Count> {
    say("Testing", name);
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("{name} cannot be started"))?;
    let mut count = Count::default();
    let mut counted = false;
    for line in BufReader::new(child.stdout.take().context("a test has no output")?).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        let result = count.read_libtest(&line);
        counted |= result;
        if verbose || !(result || line.trim().is_empty() || is_routine(&line)) {
            println!("{line}");
        }
    }
    let status = child.wait()?;
    if !counted {
        // A runner of its own kind: its exit status is one test.
        count += if status.success() { Count { passed: 1, ..Count::default() } } else { Count::failure() };
    } else if !status.success() && count.good() {
        eprintln!("error: {name} ended with {status} after its tests");
        count += Count::failure();
    }
    if count != Count::default() {
        say(
            if count.good() { "Passed" } else { "FAILED" },
            format_args!("{name}: {count} in {:.1} s", start.elapsed().as_secs_f32()),
        );
    }
    Ok(count)
}

fn is_routine(line: &str) -> bool {
    (line.starts_with("test ") && line.ends_with("... ok"))
        || (line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test")))
        || (!line.is_empty() && line.bytes().all(|byte| byte == b'.'))
}
