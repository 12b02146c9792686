//! From the `web` crate to a wasm module with its JavaScript: target, cargo, wasm-bindgen, wasm-opt.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    node, process,
    process::{cargo, run, say},
};

pub(crate) const PACKAGE: &str = "lockstep-web";
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// How the page is compiled: `dev` is quick to build, `page` small and fast to load.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Profile {
    Dev,
    Page,
}

/// Writes `lockstep-web.js`, `lockstep-web_bg.wasm` and snippets into `folder`.
pub(crate) fn build(profile: Profile, folder: &Path) -> Result<()> {
    add_target()?;
    let module = compile(profile)?;
    say("Binding", format!("{} to JavaScript", module.file_name().unwrap_or_default().display()));
    Bindgen::new()
        .input_path(&module)
        .web(true)?
        .out_name(PACKAGE)
        .typescript(false)
        .remove_name_section(profile == Profile::Page)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen cannot read {}", module.display()))?;
    if profile == Profile::Page {
        optimize(&folder.join(format!("{PACKAGE}_bg.wasm")))?;
    }
    Ok(())
}

/// Adds the compiler's wasm32 library where it is missing.
pub(crate) fn add_target() -> Result<()> {
    let rustc = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    let folder = rustc.context("`rustc` cannot be started: is Rust installed? https://rustup.rs")?.stdout;
    if Path::new(String::from_utf8_lossy(&folder).trim()).is_dir() {
        return Ok(());
    }
    ensure!(
        process::find("rustup").is_some(),
        "the Rust standard library for {TARGET} is missing, and so is rustup, which would add it: \
         install it with the package manager that Rust came from (Debian: libstd-rust-dev-wasm32), \
         or Rust through https://rustup.rs"
    );
    say("Adding", format!("the compile target {TARGET} (rustup target add)"));
    run(Command::new("rustup").args(["target", "add", TARGET]))
}

/// Compiles the crate; cargo itself says where the module is, whatever the target folder.
fn compile(profile: Profile) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--package", PACKAGE, "--target", TARGET, "--message-format", "json-render-diagnostics"]);
    command.args(["--profile", if profile == Profile::Page { "page" } else { "dev" }]);
    let mut child = command.stdout(Stdio::piped()).spawn().context("`cargo build` cannot be started")?;
    let mut module = None;
    for line in BufReader::new(child.stdout.take().context("cargo has no output")?).lines() {
        let message: serde_json::Value = serde_json::from_str(&line?).unwrap_or_default();
        let mine = message["reason"] == "compiler-artifact"
            && message["manifest_path"].as_str().is_some_and(|path| Path::new(path).ends_with("web/Cargo.toml"));
        let files = message["filenames"].as_array().filter(|_| mine).into_iter().flatten();
        module =
            files.filter_map(|file| file.as_str()).find(|file| file.ends_with(".wasm")).map(PathBuf::from).or(module);
    }
    ensure!(child.wait()?.success(), "the page does not compile");
    match module {
        Some(module) => Ok(module),
        None => bail!("cargo built no wasm module from web/"),
    }
}

/// Shrinks the module, where a wasm-opt is at hand that reads today's wasm.
fn optimize(module: &Path) -> Result<()> {
    let Some(mut wasm_opt) = node::wasm_opt() else {
        say("Skipping", "wasm-opt (the page stays about a sixth larger): `npm ci` brings one");
        return Ok(());
    };
    let before = fs::metadata(module)?.len();
    run(wasm_opt.args(FEATURES).arg("-Oz").arg(module).arg("-o").arg(module))?;
    say("Shrunk", format!("{} from {before} to {} bytes", crate::project::shown(module), fs::metadata(module)?.len()));
    Ok(())
}

/// What rustc's wasm32 target enables; index.html tells trunk the same.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
