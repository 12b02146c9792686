//! A throwaway PostgreSQL to play with: prints where it listens, and is gone when this program ends.
//!
//! `cargo run -p lockstep-pg --example throwaway [-- FOLDER_WITH_POSTGRES]`

use std::io::Read;
use std::path::PathBuf;

fn main() -> lockstep_pg::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let cluster = lockstep_pg::Cluster::find_and_start(folder.as_deref(), None)?;
    println!("{} {}", cluster.process().unwrap_or_default(), cluster.path().display());
    eprintln!("PostgreSQL {}: psql -h {} -U postgres", cluster.binaries().version, cluster.path().display());
    eprintln!("It ends with this program: Ctrl-C or Ctrl-D.");
    // Nothing that could be read matters, only that the input ends.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    Ok(())
}
