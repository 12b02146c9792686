//! `cargo xtask play`: the page, built and served.

use std::{
    fs,
    io::{self, IsTerminal},
    path::Path,
    process::ExitCode,
    thread,
    time::{Duration, SystemTime},
};

use anyhow::Result;
use clap::Args;

use crate::{browser, page, process::say, project, serve, wasm::Profile};

/// Build the playground and serve it on 127.0.0.1
#[derive(Args)]
#[command(after_help = "Examples:
  cargo xtask play                          build, serve, open the browser
  cargo xtask play --watch                  … and build again when a source changes
  cargo xtask play --release --port 9000    as published, on another port")]
pub(crate) struct Play {
    /// Port to serve on; where it is taken, the next free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build as published: optimized for size
    #[arg(long)]
    release: bool,
    /// Only print the address
    #[arg(long)]
    no_open: bool,
    /// Build again when a source changes
    #[arg(long)]
    watch: bool,
}

impl Play {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let profile = if self.release { Profile::Page } else { Profile::Dev };
        let dist = project::root().join("dist");
        let mut built = newest_source();
        page::build(profile, &dist)?;
        let address = serve::start(&dist, self.port)?;
        let url = format!("http://{address}/");
        if self.port != 0 && address.port() != self.port {
            say("Note", format!("port {} is taken", self.port));
        }
        say("Serving", "until Ctrl-C");
        println!("{url}");
        if !self.no_open && io::stdout().is_terminal() {
            browser::open(&url);
        }
        loop {
            thread::sleep(Duration::from_millis(500));
            if !self.watch || newest_source() <= built {
                continue;
            }
            built = newest_source();
            match page::build(profile, &dist) {
                Ok(()) => say("Reload", &url),
                Err(error) => eprintln!("error: {error:#}; the last page that built is still served"),
            }
        }
    }
}

/// When the newest file that the page is made of changed.
fn newest_source() -> SystemTime {
    let root = project::root();
    ["web", "crates/lockstep-core", "examples", "index.html", "Cargo.toml", "Cargo.lock"]
        .iter()
        .map(|name| newest(&root.join(name)))
        .max()
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn newest(path: &Path) -> SystemTime {
    // Bundles are committed; the packages that they are made from are no source of the page.
    if path.ends_with("node_modules") {
        return SystemTime::UNIX_EPOCH;
    }
    let own = fs::metadata(path).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let below = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| newest(&entry.path()));
    below.max().map_or(own, |time| time.max(own))
}
