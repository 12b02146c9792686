//! What npm brings: wasm-opt and the tools of the browser tests. Nothing that `play` needs.

use std::process::Command;

use crate::{process, project};

/// binaryen of `node_modules`, or the one on `PATH` where it is new enough for what rustc emits
/// (108, which Debian 12 has, is not).
pub(crate) fn wasm_opt() -> Option<Command> {
    let local = project::root().join("node_modules/.bin/wasm-opt");
    if local.exists() && process::find("node").is_some() {
        return Some(Command::new(local));
    }
    let path = process::find("wasm-opt")?;
    let answer = Command::new(&path).arg("--version").output().ok()?;
    let version: u32 = String::from_utf8_lossy(&answer.stdout).split_whitespace().nth(2)?.parse().ok()?;
    (version >= 119).then(|| Command::new(path))
}
