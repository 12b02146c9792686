//! The page in a real browser: built, served, and driven by `tests/e2e/*.mjs`.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::SystemTime,
};

use anyhow::{Context, Result, ensure};

use super::count::Count;
use crate::{
    page,
    process::{self, say},
    project, serve,
    wasm::Profile,
};

/// The oldest Node.js whose test runner these tests need.
const NODE: u32 = 18;

/// What to install, where something is missing.
pub(super) fn missing() -> Option<String> {
    let mac = cfg!(target_os = "macos");
    match node_version() {
        None => {
            return Some(format!(
                "Node.js is not installed: {}",
                if mac { "brew install node" } else { "apt install nodejs npm" }
            ));
        }
        Some(version) if version < NODE => {
            return Some(format!("Node.js {version} is too old: {NODE} or newer is needed"));
        }
        Some(_) => {}
    }
    if process::find("npm").is_none() {
        return Some(format!("npm is not installed: {}", if mac { "brew install node" } else { "apt install npm" }));
    }
    if chromium().is_none() {
        let install = if mac { "brew install --cask chromium" } else { "apt install chromium" };
        return Some(format!("no Chromium is installed: {install}, or name one in CHROMIUM"));
    }
    None
}

fn node_version() -> Option<u32> {
    let answer = Command::new("node").arg("--version").output().ok()?;
    String::from_utf8_lossy(&answer.stdout).trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

/// A Chromium for the tests: `$CHROMIUM`, one on `PATH`, or an installed application.
fn chromium() -> Option<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        return Some(path.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let applications = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    ];
    let mut candidates = names.iter().filter_map(process::find).chain(applications.map(PathBuf::from));
    candidates.find(|path| path.is_file())
}

pub(super) fn run(dev: bool) -> Result<Count> {
    install()?;
    // Not dist/: a page that is being served stays as it is.
    let dist = project::scratch("tested-page");
    page::build(if dev { Profile::Dev } else { Profile::Page }, &dist)?;
    let address = serve::start(&dist, 0)?;
    let folder = project::root().join("tests/e2e");
    let entries = fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    ensure!(!files.is_empty(), "tests/e2e holds no *.test.mjs");
    say("Testing", format!("the page in {}", chromium().unwrap_or_default().display()));
    let mut node = Command::new("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec", "--test-reporter-destination=stdout"]);
    node.args(files).current_dir(project::root()).env("LOCKSTEP_URL", format!("http://{address}/"));
    node.envs(chromium().map(|path| ("CHROMIUM", path)));
    let mut child = node.stdout(Stdio::piped()).spawn().context("`node --test` cannot be started")?;
    let mut count = Count::default();
    for line in BufReader::new(child.stdout.take().context("node has no output")?).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        count.read_node(&line);
        println!("{line}");
    }
    if !child.wait()?.success() && count.good() {
        count += Count::failure();
    }
    ensure!(count != Count::default(), "node ran no test of tests/e2e");
    Ok(count)
}

/// `npm ci`, where `node_modules` is missing or older than the lock file.
fn install() -> Result<()> {
    let root = project::root();
    let changed =
        |name: &str| fs::metadata(root.join(name)).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let installed = changed("node_modules/.package-lock.json");
    if installed > SystemTime::UNIX_EPOCH && installed >= changed("package-lock.json") {
        return Ok(());
    }
    say("Installing", "the tools of the browser tests (npm ci)");
    let npm = process::find("npm").unwrap_or("npm".into());
    process::run(Command::new(npm).args(["ci", "--no-audit", "--no-fund"]).current_dir(root))
}
