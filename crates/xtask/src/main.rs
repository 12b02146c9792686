//! Project tasks: `cargo xtask …`.

mod generate;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask gen catalog [--check] CONNECTION…
  writes the system catalogs under crates/lockstep-core/src/pg/catalog/ from one server for each major
example: cargo xtask gen catalog 'host=/tmp port=5415' 'host=/tmp port=5418'";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["gen", "catalog", "--check", ..] => generate::catalog(&arguments[3..], true),
        ["gen", "catalog", ..] => generate::catalog(&arguments[2..], false),
        _ => bail!("{USAGE}"),
    }
}
