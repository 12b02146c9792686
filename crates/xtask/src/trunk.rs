//! `cargo xtask trunk`: trunk with this project's tools instead of downloads.
//!
//! trunk runs `wasm-bindgen` and `wasm-opt` from `PATH` where their versions fit. A link to this very
//! binary under the name `wasm-bindgen` always fits, for it is the library that `play` uses.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser};
use wasm_bindgen_cli_support::Bindgen;

use crate::{process, project, wasm};

const NAME: &str = "wasm-bindgen";

/// Run trunk with the wasm-bindgen that is built in and the wasm-opt of node_modules
#[derive(Args)]
#[command(after_help = "Examples:
  cargo xtask trunk build --release --offline
  cargo xtask trunk serve")]
pub(crate) struct Trunk {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}

impl Trunk {
    pub(crate) fn run(self) -> Result<ExitCode> {
        ensure!(
            process::find("trunk").is_some(),
            "trunk is not installed: `cargo install trunk --version 0.21.14 --locked`, \
             or `cargo xtask play`, which needs no trunk"
        );
        wasm::add_target()?;
        let mut path = vec![link()?, project::root().join("node_modules/.bin")];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let mut trunk = Command::new("trunk");
        trunk.args(self.arguments).env("PATH", env::join_paths(path)?).current_dir(project::root());
        // trunk reads NO_COLOR as a boolean of its own and refuses the usual `1`.
        if env::var_os("NO_COLOR").is_some() {
            trunk.env("NO_COLOR", "true");
        }
        process::run(&mut trunk)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A folder that holds this binary as `wasm-bindgen`.
fn link() -> Result<PathBuf> {
    let folder = project::scratch("bin");
    fs::create_dir_all(&folder)?;
    let link = folder.join(NAME).with_extension(env::consts::EXE_EXTENSION);
    let _ = fs::remove_file(&link);
    let this = env::current_exe()?;
    fs::hard_link(&this, &link)
        .or_else(|_| fs::copy(&this, &link).map(drop))
        .context("a link to xtask cannot be made")?;
    Ok(folder)
}

/// Whether this process was started as `wasm-bindgen`.
pub(crate) fn is_wasm_bindgen() -> bool {
    env::args_os().next().is_some_and(|name| Path::new(&name).file_stem() == Some(NAME.as_ref()))
}

/// The arguments of the wasm-bindgen command line that trunk passes.
#[derive(Parser)]
#[command(name = NAME, version = wasm_bindgen_version())]
pub(crate) struct WasmBindgen {
    input: PathBuf,
    #[arg(long)]
    target: String,
    #[arg(long)]
    out_dir: PathBuf,
    #[arg(long)]
    out_name: String,
    #[arg(long)]
    keep_debug: bool,
    #[arg(long)]
    no_demangle: bool,
    #[arg(long)]
    no_typescript: bool,
}

impl WasmBindgen {
    pub(crate) fn run(self) -> Result<ExitCode> {
        ensure!(self.target == "web", "this wasm-bindgen knows --target=web only, not {:?}", self.target);
        Bindgen::new()
            .input_path(self.input)
            .web(true)?
            .out_name(&self.out_name)
            .keep_debug(self.keep_debug)
            .demangle(!self.no_demangle)
            .typescript(!self.no_typescript)
            .generate(&self.out_dir)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The version in Cargo.toml, which cargo keeps equal to the one linked in.
fn wasm_bindgen_version() -> &'static str {
    let manifest = include_str!("../../../Cargo.toml");
    let pinned = manifest.split_once("wasm-bindgen-cli-support = \"=").map_or("", |(_, after)| after);
    pinned.split_once('"').map_or("unknown", |(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name = "=x"` in the root manifest, or `name = "x"` in Trunk.toml.
    fn pinned<'a>(text: &'a str, line: &str) -> Option<&'a str> {
        let value = text.lines().find_map(|candidate| candidate.strip_prefix(line))?;
        Some(value.trim_start_matches([' ', '=', '"']).trim_end_matches('"'))
    }

    #[test]
    fn one_version_of_wasm_bindgen_is_pinned_everywhere() {
        let version = wasm_bindgen_version();
        assert_eq!(pinned(include_str!("../../../Cargo.toml"), "wasm-bindgen ="), Some(version));
        assert_eq!(pinned(include_str!("../../../Trunk.toml"), "wasm_bindgen ="), Some(version));
        assert_eq!(wasm_bindgen_shared_version(), version);
    }

    fn wasm_bindgen_shared_version() -> String {
        let lock = include_str!("../../../Cargo.lock");
        let entry = lock.split_once("name = \"wasm-bindgen-shared\"\nversion = \"").expect("an entry").1;
        entry.split('"').next().expect("a version").to_owned()
    }

    #[test]
    fn the_arguments_that_trunk_passes_are_understood() {
        let arguments = ["--target=web", "--out-dir=/o", "--out-name=page", "/in.wasm", "--no-typescript"];
        let parsed = WasmBindgen::try_parse_from([NAME].into_iter().chain(arguments)).expect("arguments");
        assert_eq!((parsed.input.as_path(), parsed.out_name.as_str()), (Path::new("/in.wasm"), "page"));
        assert!(parsed.no_typescript && !parsed.keep_debug);
    }
}
