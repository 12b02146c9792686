//! Starting other programs, and saying what goes on meanwhile.

use std::{
    env,
    ffi::OsStr,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// One line on stderr in cargo's own style: a verb and what it is done to.
pub(crate) fn say(verb: &str, text: impl std::fmt::Display) {
    if io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none() {
        let colour = match verb {
            "FAILED" => 31,
            "NOT RUN" | "NOT CHECKED" | "Skipping" | "Note" => 33,
            _ => 32,
        };
        eprintln!("\x1b[1;{colour}m{verb:>12}\x1b[0m {text}");
    } else {
        eprintln!("{verb:>12} {text}");
    }
}

/// The cargo that runs this command.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    command.current_dir(crate::project::root());
    // Set by cargo for this binary alone; a build script below would take them for its own.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(name);
    }
    command
}

/// Runs a program to its end; anything but success is an error that names it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = name(command);
    let status = command.status().with_context(|| format!("`{name}` cannot be started"))?;
    ensure!(status.success(), "`{name}` failed ({status})");
    Ok(())
}

/// The program and its first argument, for messages: `cargo build`.
pub(crate) fn name(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match command.get_args().next() {
        Some(first) => format!("{program} {}", first.to_string_lossy()),
        None => program,
    }
}

/// A program on `PATH`.
pub(crate) fn find(program: impl AsRef<OsStr>) -> Option<PathBuf> {
    let file = Path::new(program.as_ref()).with_extension(env::consts::EXE_EXTENSION);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}
