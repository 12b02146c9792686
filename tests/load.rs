//! Applications lose no request to a safe plan: every scenario of `tests/load`, small. How long requests wait is
//! measured by `cargo xtask load`; here only that none fails and that the plan comes to its end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use lockstep_pg::Cluster;
use lockstep_tests::load::{Load, Scenario, scenarios};

fn main() {
    let arguments = Arguments::from_args();
    let found = scenarios();
    assert!(!found.is_empty(), "tests/load has no scenario");
    let cluster = Cluster::find_and_start(None, None).map(Arc::new);
    let trials = match &cluster {
        Ok(cluster) => found.into_iter().map(|path| trial(path, Arc::clone(cluster))).collect(),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no PostgreSQL server: {error}");
            println!("NOT RUN: there is no server on this machine");
            vec![]
        }
    };
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(cluster);
    conclusion.exit();
}

fn trial(path: PathBuf, cluster: Arc<Cluster>) -> Trial {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Trial::test(name, move || unharmed(&path, &cluster))
}

fn unharmed(path: &Path, cluster: &Cluster) -> Result<(), Failed> {
    let load = Load {
        rows: 20_000,
        requests_per_second: 100,
        connections: 4,
        control: Duration::from_millis(200),
        margin: Duration::from_millis(100),
    };
    let outcome = Scenario::read(path, load)?.measure(cluster, load, &mut |_| {})?;
    if let Some(error) = outcome.original.error.or(outcome.safe.error) {
        return Err(error.into());
    }
    if outcome.control.requests == 0 || outcome.safe.seen.requests == 0 {
        return Err("the application asked nothing".into());
    }
    let failed = outcome.safe.seen.failed;
    if failed.is_empty() { Ok(()) } else { Err(format!("requests failed: {failed:?}").into()) }
}
