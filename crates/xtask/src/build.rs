//! `cargo xtask build`: the page as files, for any web server.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;

use crate::{
    page, project,
    wasm::{PACKAGE, Profile},
};

/// Build the page into dist/
#[derive(Args)]
#[command(after_help = "Examples:
  cargo xtask build --release              the page to publish, in dist/
  cargo xtask build --release --out site   … in site/")]
pub(crate) struct Build {
    /// Optimize for size: slow to build, quick to load
    #[arg(long)]
    release: bool,
    /// Where the files go; whatever is there is replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Build {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let dist = self.out.unwrap_or_else(|| project::root().join("dist"));
        page::build(if self.release { Profile::Page } else { Profile::Dev }, &dist)?;
        let bytes = std::fs::metadata(dist.join(format!("{PACKAGE}_bg.wasm")))?.len();
        println!("{} ({bytes} bytes of wasm)", project::shown(&dist));
        Ok(ExitCode::SUCCESS)
    }
}
